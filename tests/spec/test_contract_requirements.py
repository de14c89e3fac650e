"""The requirements: all 221 of the paper, each with its provenance, and every id at the place that it is about."""

import re
from collections import Counter

import pytest

from smsproof_spec.contract import VENDORS, Requirement, load

ALL: dict[str, Requirement] = {
    identity: rule for vendor in VENDORS for identity, rule in load(vendor).requirements.items()
}
COUNTED = {identity: rule for identity, rule in ALL.items() if rule.counted}

NUMBERS = {
    "IP-GEN": 8,
    "IP-SEND": 28,
    "IP-LIFE": 4,
    "IP-BULK": 15,
    "IP-HOOK": 24,
    "IP-HOOKGET": 11,
    "IP-INBOUND": 16,
    "MS-GEN": 12,
    "MS-ADDR": 9,
    "MS-SEND": 15,
    "MS-RESP": 17,
    "MS-BATCH": 13,
    "MS-BRESP": 14,
    "MS-CALLBACK": 10,
    "MS-STATUS": 16,
    "MS-TEXT": 9,
}
SECTIONS = {
    "2A": 8,
    "2B": 28,
    "2C": 4,
    "2D": 15,
    "2E": 24,
    "2F": 11,
    "2G": 16,
    "2H": 12,
    "2I": 9,
    "2J": 15,
    "2K": 17,
    "2L": 13,
    "2M": 14,
    "2N": 26,
    "2O": 9,
}
STATUSES = (
    *("DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD", "INVALID_ROUTING"),
    *("CODE_NOT_ALLOWED", "BLACKLISTED", "QUEUE", "DEQUEUED", "SENT", "ERROR", "ENROUTE", "SEGMENTS_EXCEEDED"),
)


def test_all_221_requirements_are_there_without_a_gap() -> None:
    expected = {f"{family}-{number:02}" for family, last in NUMBERS.items() for number in range(1, last + 1)}
    assert len(expected) == 221
    assert set(COUNTED) == expected


def test_every_section_has_its_requirements() -> None:
    assert Counter(rule.section for rule in COUNTED.values()) == SECTIONS


def test_every_requirement_of_a_page_is_known_in_one_of_three_ways() -> None:
    assert Counter(rule.provenance for rule in COUNTED.values()) == {"stated": 176, "example": 34, "implied": 11}


def test_agreed_are_only_the_keys_and_json_types_of_examples() -> None:
    assert {identity for identity, rule in ALL.items() if rule.agreed} == {
        *("IP-SEND-17", "IP-SEND-19", "IP-BULK-09", "IP-HOOK-14", "IP-HOOK-17", "IP-HOOKGET-06", "IP-INBOUND-04"),
        *("MS-RESP-02", "MS-RESP-03", "MS-BRESP-02", "MS-BRESP-03"),
        "IP-HOUSE-01",
    }
    assert all(rule.provenance == "example" for rule in ALL.values() if rule.agreed)


def test_what_is_stated_or_agreed_binds_and_nothing_else() -> None:
    assert ALL["IP-SEND-15"].binding  # stated
    assert ALL["IP-SEND-17"].binding  # example, agreed
    assert not ALL["IP-SEND-16"].binding  # example
    assert not ALL["IP-BULK-15"].binding  # implied
    assert not ALL["IP-HOUSE-13"].binding  # public
    assert not ALL["IP-HOUSE-04"].binding  # assumption


def test_a_rule_of_the_house_binds_nobody_unless_it_is_the_agreed_one() -> None:
    house = {identity for identity, rule in ALL.items() if not rule.counted}
    assert house and all(re.fullmatch(r"(IP|MS)-HOUSE-\d\d", identity) for identity in house)
    assert {identity for identity in house if ALL[identity].binding} == {"IP-HOUSE-01"}


@pytest.mark.parametrize("number", range(1, 17))
def test_each_of_the_sixteen_statuses_is_stated_and_binds_vendor_receiver_and_client(number: int) -> None:
    rule = ALL[f"MS-STATUS-{number:02}"]
    assert rule.provenance == "stated"
    assert set(rule.parties) == {"V", "R", "C"}
    assert rule.statement.startswith(STATUSES[number - 1] + " means that ")


def test_the_listed_statuses_are_those_sixteen() -> None:
    assert tuple(load("messangi").schemas["DeliveryState"]["enum"]) == STATUSES


@pytest.mark.parametrize("identity", ALL)
def test_a_requirement_is_a_full_sentence_with_its_page(identity: str) -> None:
    rule = ALL[identity]
    assert re.fullmatch(r"\S.*\.", rule.statement)
    assert "->" not in rule.statement and "n/o" not in rule.statement
    assert rule.source or rule.provenance == "assumption"
    if rule.counted:
        pages = {"IP": {"S0", "S1"}, "MS": {"S2"}}[identity[:2]]
        assert {source.page for source in rule.source} <= pages
        assert all(source.lines for source in rule.source)
    assert rule.parties and set(rule.not_observable) <= set(rule.parties)
    assert all(re.match(r"(AMB-(IP|MS)-\d\d|Decision \d+): ", reading) for reading in rule.alternatives)


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_line_lies_inside_its_page(vendor: str) -> None:
    lengths = {"S0": 111, "S1": 224, "S2": 660}
    for rule in load(vendor).requirements.values():
        for source in rule.source:
            if source.lines is not None:
                first, _, last = source.lines.partition("-")
                assert 1 <= int(first) <= int(last or first) <= lengths[source.page], rule.id


@pytest.mark.parametrize(
    ("identity", "party"),
    [
        *(("IP-SEND-14", "V"), ("IP-LIFE-01", "V"), ("IP-LIFE-02", "V"), ("IP-HOOK-22", "V"), ("IP-HOOK-24", "V")),
        *(("IP-HOOKGET-07", "V"), ("IP-INBOUND-12", "V"), ("IP-INBOUND-13", "V"), ("IP-INBOUND-15", "V")),
        *(("IP-GEN-08", "C"), ("MS-GEN-08", "V"), ("MS-GEN-12", "V"), ("MS-TEXT-05", "V"), ("MS-ADDR-05", "V")),
    ],
)
def test_what_no_traffic_can_show_says_why(identity: str, party: str) -> None:
    rule = ALL[identity]
    assert not rule.observable_by(party)  # type: ignore[arg-type]
    assert re.fullmatch(r"[A-Z].*\.", rule.not_observable[party])  # type: ignore[index]


def test_a_party_that_is_not_bound_observes_nothing() -> None:
    assert ALL["IP-SEND-15"].observable_by("V")
    assert not ALL["IP-SEND-15"].observable_by("C")


@pytest.mark.parametrize(
    ("identity", "row"),
    [
        *(("IP-SEND-24", "AMB-IP-02"), ("IP-SEND-10", "AMB-IP-04"), ("IP-BULK-06", "AMB-IP-10")),
        *(("IP-BULK-11", "AMB-IP-11"), ("IP-HOOKGET-01", "AMB-IP-19"), ("IP-GEN-01", "AMB-IP-21")),
        *(("IP-HOOKGET-05", "AMB-IP-23"), ("IP-HOOK-12", "AMB-IP-25"), ("IP-HOUSE-09", "AMB-IP-30")),
        *(("IP-INBOUND-11", "AMB-IP-34"), ("MS-BATCH-01", "AMB-MS-02"), ("MS-SEND-02", "AMB-MS-03")),
        *(("MS-TEXT-08", "AMB-MS-05"), ("MS-TEXT-06", "AMB-MS-06"), ("MS-RESP-08", "AMB-MS-10")),
        *(("MS-BATCH-07", "AMB-MS-15"), ("MS-TEXT-01", "AMB-MS-20"), ("MS-TEXT-07", "AMB-MS-21")),
        *(("MS-TEXT-07", "AMB-MS-22"), ("MS-TEXT-04", "AMB-MS-23"), ("MS-TEXT-02", "AMB-MS-24")),
        *(("MS-BRESP-07", "AMB-MS-38"), ("MS-ADDR-01", "AMB-MS-39"), ("MS-BRESP-08", "AMB-MS-40")),
        *(("MS-BRESP-09", "AMB-MS-46"), ("MS-RESP-05", "AMB-MS-50"), ("MS-CALLBACK-07", "AMB-MS-32")),
    ],
)
def test_where_the_pages_leave_a_choice_the_other_reading_is_accepted(identity: str, row: str) -> None:
    assert [reading for reading in ALL[identity].alternatives if reading.startswith(row + ": ")]


IP, MS = load("intelepeer"), load("messangi")
SEND = "/paths/~1_rest~1v4~1app~1sms~1send/post"
HOOK = "/paths/~1_rest~1v4~1my~1did~1sms~1webhook"


@pytest.mark.parametrize(
    ("pointer", "identity"),
    [
        ("/components/schemas/SendResult/properties/state", "IP-HOUSE-01"),
        ("/components/schemas/SendResult/properties/code/type", "IP-SEND-17"),
        ("/components/schemas/SendResult/properties/refid", "IP-SEND-18"),
        ("/components/schemas/SendResult/properties/numparts", "IP-SEND-19"),
        ("/components/schemas/SendResult/type", "IP-HOUSE-01"),
        ("/components/schemas/BulkSendResult/properties/responses/type", "IP-BULK-04"),
        ("/components/schemas/BulkItem/anyOf", "IP-BULK-11"),
        ("/components/schemas/WebhookItem/properties/status", "IP-HOOK-17"),
        ("/components/schemas/WebhookResult/properties/tnkey", "IP-HOOK-14"),
        ("/components/schemas/ProvisioningState/enum", "IP-HOOKGET-08"),
        ("/components/schemas/InboundMessage/properties/message", "IP-INBOUND-08"),
        ("/components/schemas/Message/properties/from/type", "IP-SEND-03"),
        ("/components/schemas/Message/properties/from/pattern", "IP-SEND-07"),
        ("/components/schemas/Message/properties/to/pattern", "IP-SEND-11"),
        ("/components/schemas/Message/properties/to/minLength", "IP-HOUSE-12"),
        ("/components/schemas/Message/properties/text/minLength", "IP-HOUSE-11"),
        ("/components/schemas/WebhookSettings/properties/endpoints/minItems", "IP-HOUSE-14"),
        ("/components/schemas/WebhookSettings/properties/endpoints/items/pattern", "IP-HOOK-10"),
        (f"{SEND}/responses/202", "IP-SEND-15"),
        (f"{SEND}/responses/207", "IP-BULK-06"),
        (f"{SEND}/responses/400", "IP-SEND-21"),
        (f"{SEND}/responses/401", "IP-SEND-22"),
        (f"{SEND}/responses/403", "IP-SEND-23"),
        (f"{SEND}/responses/404", "IP-SEND-24"),
        (f"{SEND}/responses/202/content/application~1json", "IP-HOUSE-03"),
        (f"{HOOK}/post/responses/201", "IP-HOOK-06"),
        (f"{HOOK}/get/responses/404", "IP-HOOKGET-10"),
        ("/webhooks/inboundMessage/post/responses/200", "IP-INBOUND-10"),
        ("/servers/1", "IP-GEN-05"),
    ],
)
def test_a_place_in_intelepeers_contract_belongs_to_its_requirement(pointer: str, identity: str) -> None:
    assert IP.requirement_at(pointer) == identity


@pytest.mark.parametrize(
    ("pointer", "identity"),
    [
        ("/components/schemas/SendResult/properties/data", "MS-RESP-01"),
        ("/components/schemas/Meta/properties/timestamp/type", "MS-RESP-02"),
        ("/components/schemas/BatchMeta/properties/timestamp/type", "MS-BRESP-02"),
        ("/components/schemas/SentMessage/else/required", "MS-RESP-04"),
        ("/components/schemas/SentMessage/properties/owner", "MS-RESP-10"),
        ("/components/schemas/SendStatus/enum", "MS-RESP-12"),
        ("/components/schemas/BatchStatus/enum", "MS-BRESP-11"),
        ("/components/schemas/SentBatch/else/properties/ids/items/properties/id/type", "MS-BRESP-05"),
        ("/components/schemas/BatchEntry/properties/mobile", "MS-BRESP-06"),
        ("/components/schemas/DeliveryState/enum", "MS-CALLBACK-07"),
        ("/components/schemas/Message/properties/from", "MS-SEND-02"),
        ("/components/schemas/Message/properties/from/maxLength", "MS-HOUSE-10"),
        ("/components/schemas/Message/properties/requestDR", "MS-SEND-07"),
        ("/components/schemas/Batch/properties/to/minItems", "MS-HOUSE-12"),
        ("/components/schemas/Recipient/properties/params/items", "MS-BATCH-10"),
        ("/paths/~1raven~1v2~1messages/post/responses/2XX/content/application~1json", "MS-GEN-06"),
        ("/paths/~1raven~1v2~1messages/post/responses/default", "MS-HOUSE-01"),
    ],
)
def test_a_place_in_messangis_contract_belongs_to_its_requirement(pointer: str, identity: str) -> None:
    assert MS.requirement_at(pointer) == identity


@pytest.mark.parametrize(
    ("vendor", "component", "keyword"),
    [
        *(("intelepeer", "Message/properties/to", "minLength"), ("intelepeer", "Message/properties/text", "minLength")),
        ("intelepeer", "WebhookSettings/properties/endpoints", "minItems"),
        *(("messangi", "Message/properties/from", "pattern"), ("messangi", "Message/properties/text", "minLength")),
        *(("messangi", "Message/properties/to", "minLength"), ("messangi", "Batch/properties/to", "minItems")),
    ],
)
def test_what_a_request_schema_only_assumes_hangs_on_an_assumption(vendor: str, component: str, keyword: str) -> None:
    identity = load(vendor).requirement_at(f"/components/schemas/{component}/{keyword}")
    assert identity is not None and ALL[identity].provenance == "assumption"


def test_every_requirement_that_a_place_names_exists_and_is_the_vendors_own() -> None:
    for vendor, family in (("intelepeer", "IP-"), ("messangi", "MS-")):
        text = str(load(vendor).document["components"]) + str(load(vendor).document["paths"])
        named = set(re.findall(r"(?:IP|MS)-[A-Z]+-\d\d(?!\d)", re.sub(r"(AMB|P)-(IP|MS)-\d+", "", text)))
        assert named and named <= set(load(vendor).requirements)
        assert all(identity.startswith(family) for identity in named)
