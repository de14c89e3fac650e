"""Reading a contract: what the rooms ask of it."""

import hashlib
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from smsproof_spec import bundle, contract
from smsproof_spec.contract import ContractError, load


def test_a_contract_knows_its_vendor_and_the_hash_of_its_file() -> None:
    data = (bundle.VENDORS / "intelepeer" / "contract.json").read_bytes()
    assert load("intelepeer").vendor == "intelepeer"
    assert load("intelepeer").hash == hashlib.sha256(data).hexdigest()


def test_a_contract_is_read_once() -> None:
    assert load("messangi") is load("messangi")


def test_an_unknown_vendor_is_told_the_known_ones() -> None:
    with pytest.raises(ContractError, match=r"'twilio'.*intelepeer, messangi"):
        load("twilio")


@pytest.mark.parametrize("name", ["../spec", "", "intelepeer/../messangi", "."])
def test_a_vendor_is_a_name_and_no_path(name: str) -> None:
    with pytest.raises(ContractError):
        load(name)


def test_a_requirement_cannot_be_changed() -> None:
    rule = load("intelepeer").requirements["IP-SEND-03"]
    with pytest.raises(FrozenInstanceError):
        rule.provenance = "assumption"  # type: ignore[misc]
    with pytest.raises(TypeError):
        load("intelepeer").requirements["IP-SEND-03"] = rule  # type: ignore[index]


def test_a_requirement_tells_all_that_the_paper_says() -> None:
    rule = load("intelepeer").requirements["IP-SEND-24"]
    assert (rule.id, rule.section, rule.provenance, rule.agreed) == ("IP-SEND-24", "2B", "stated", False)
    assert rule.parties == ("V",)
    assert [str(source) for source in rule.source] == ["S0:52"]
    assert rule.alternatives[0] == "AMB-IP-02: 401, as in older pages, or 403."
    assert rule.note == "The number meant is the sender (AMB-IP-47)."
    assert rule.not_observable == {}


def test_a_page_has_a_title_and_an_address() -> None:
    assert load("messangi").pages["S2"] == {"title": "Outbound SMS", "url": "https://docs.messangi.com/docs/sms"}


def test_an_answer_is_found_by_its_exact_status() -> None:
    found = load("intelepeer").operations["sendMessage"].response(207)
    assert found is not None
    assert (found.status, found.requirement) == ("207", "IP-BULK-06")
    assert found.body is not None and found.body.schema == {"$ref": "#/components/schemas/BulkSendResult"}


def test_a_status_that_is_not_described_has_no_answer() -> None:
    assert load("intelepeer").operations["sendMessage"].response(200) is None


@pytest.mark.parametrize(("status", "key"), [(200, "2XX"), (299, "2XX"), (307, "default"), (500, "default")])
def test_an_answer_is_found_by_its_range_and_else_by_default(status: int, key: str) -> None:
    found = load("messangi").operations["sendBatch"].response(status)
    assert found is not None and found.status == key


@pytest.mark.parametrize("vendor", contract.VENDORS)
def test_the_pointer_of_everything_leads_to_it(vendor: str) -> None:
    known = load(vendor)
    for call in (*known.operations.values(), *known.webhooks.values()):
        assert known.at(call.pointer)["operationId"] == call.id
        for response in call.responses.values():
            assert known.at(response.pointer)["description"] == response.description
            if response.body is not None:
                assert known.at(response.body.pointer + "/type") == "object"  # through the reference
        if call.request is not None:
            assert known.at(call.request.pointer) is call.request.schema


def test_a_pointer_to_nothing_is_an_error_that_shows_where_it_ends() -> None:
    with pytest.raises(ContractError, match="'Massage'"):
        load("intelepeer").at("/components/schemas/Massage/type")


@pytest.mark.parametrize(
    ("pointer", "identity"),
    [
        ("", None),
        ("/info", None),
        ("/components/schemas/Message", "IP-SEND-02"),
        ("/components/schemas/Message/properties/guid/type", "IP-SEND-06"),
        ("/components/schemas/Message/properties/none/such", "IP-SEND-02"),  # nearest above what is there
        ("/components/schemas/WebhookItem/properties/response/properties/tnkey", "IP-HOOK-17"),  # past a reference
        ("/components/schemas/MessageList/items/$ref/properties/to/pattern", "IP-SEND-11"),  # through it by name
        ("/components/schemas/BulkItem/anyOf/0/$ref/properties/refid/minLength", "IP-SEND-18"),
        ("/components/schemas/BulkItem/anyOf/7/type", "IP-BULK-11"),
    ],
)
def test_the_requirement_of_a_place_is_that_of_the_nearest_object(pointer: str, identity: str | None) -> None:
    assert load("intelepeer").requirement_at(pointer) == identity


@pytest.mark.parametrize(
    ("vendor", "component", "value", "identity"),
    [
        ("messangi", "DeliveryState", "INCOMPLETE", "MS-HOUSE-23"),
        ("messangi", "DeliveryState", "DELIVERED", "MS-CALLBACK-07"),
        ("messangi", "DeliveryState", None, "MS-CALLBACK-07"),
        ("messangi", "SendStatus", "INCOMPLETE", "MS-RESP-12"),
        ("intelepeer", "ProvisioningState", "deprovisioned", "IP-HOUSE-24"),
        ("intelepeer", "ProvisioningState", "ready", "IP-HOOKGET-08"),
    ],
)
def test_a_value_that_another_page_has_breaks_a_lesser_requirement(
    vendor: str, component: str, value: object, identity: str
) -> None:
    assert load(vendor).requirement_of(f"/components/schemas/{component}/enum", value) == identity
    assert not load(vendor).requirements["MS-HOUSE-23" if vendor == "messangi" else "IP-HOUSE-24"].binding


def test_what_an_operation_says_about_sms_is_at_hand() -> None:
    call = load("intelepeer").operations["setWebhook"]
    assert call.extensions["x-sms-method"] == "set_webhook"
    assert call.extensions["x-sms-bulk"] == {
        "items": "/endpoints",
        "status": ["status", "code"],
        "correlate": "endpoint",
        "request": "/endpoints",
    }


OPENAPI = """\
openapi: 3.1.1
info: {title: Third, version: "1"}
x-sms-vendor: third
x-sms-client: {name: Third, token-env: THIRD_TOKEN}
x-sms-pages: {T0: {title: Sending, url: "https://third.example/send"}}
servers: [{url: "https://api.third.example"}]
paths:
  /send:
    post:
      operationId: sendMessage
      x-sms-requirement: TV-SEND-01
      x-sms-paid: true
      requestBody:
        content:
          application/json:
            schema: {$ref: schemas/Message.json}
      responses:
        "200": {description: Sent., x-sms-requirement: TV-SEND-01}
"""
REQUIREMENTS = """\
TV-SEND-01:
  section: 2A
  provenance: stated
  parties: [V]
  statement: A message is sent by a POST.
  source: T0:1-2 P-TV-1
"""
MESSAGE = '{"type": "object", "properties": {"to": {"type": "string", "x-sms-requirement": "TV-SEND-01"}}}'


def test_a_third_vendor_is_one_folder(tmp_path: Path) -> None:
    folder = tmp_path / "third"
    (folder / "schemas").mkdir(parents=True)
    (folder / "openapi.yaml").write_text(OPENAPI)
    (folder / "requirements.yaml").write_text(REQUIREMENTS)
    (folder / "schemas" / "Message.json").write_text(MESSAGE)
    assert bundle.write(folder)
    assert not bundle.write(folder)  # nothing has changed
    third = contract.read(folder / "contract.json")
    assert third.vendor == "third"
    assert list(third.operations) == ["sendMessage"] and not third.webhooks
    assert third.requirement_at("/paths/~1send/post/requestBody/content/application~1json/schema/properties/to") == (
        "TV-SEND-01"
    )
    rule = third.requirements["TV-SEND-01"]
    assert [(source.page, source.lines) for source in rule.source] == [("T0", "1-2"), ("P-TV-1", None)]
    assert rule.counted and rule.binding and not rule.agreed and rule.note is None
