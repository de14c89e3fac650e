"""What the schemas take and refuse: every reading that the papers allow, and the requirement behind every refusal."""

from typing import Any

import jsonschema_rs
import pytest

from smsproof_spec.contract import load


def broken(vendor: str, component: str, value: Any) -> list[str]:
    """The requirements that a value breaks: that of the keyword, or of the missing property."""
    contract = load(vendor)
    schema = {"$ref": f"#/components/schemas/{component}", "components": contract.document["components"]}
    found: list[str] = []
    for error in jsonschema_rs.Draft202012Validator(schema).iter_errors(value):
        path = [str(step).replace("~", "~0").replace("/", "~1") for step in error.schema_path]
        missing = getattr(error.kind, "property", None)
        if path[-1] == "required" and missing is not None:
            path[-1:] = ["properties", missing]
        found.append(str(contract.requirement_at("/" + "/".join(path))))
    return sorted(set(found))


QUEUED = {"state": "Queued", "code": 202, "refid": "SM5C804F0D000999999910009AD59930", "numparts": 1}
STATE = {"tnkey": "+12161112222", "webhook": "https://a.example/hook", "provisioning": {"state": "provisioned"}}
ITEM = {"status": 201, "endpoint": "+12161112222", "response": STATE}
INBOUND = {"refid": "A" * 32, "from": "+7708675309", "to": "1-1234", "message": "hi", "signature": "SECRET CODE"}
META = {"timestamp": 1629174338140, "transactionId": "c4cdd080"}
DATA = {
    "id": "611b3a42",
    "from": "12345",
    "text": "text demo",
    "to": "+580000000005",
    "type": "MT",
    "owner": "owner",
    "operator": "operator",
    "status": "QUEUE",
    "date": "2021-08-17T04:25:38.117592194Z",
}
BATCH = {
    "ids": [{"id": "507f1f77b", "mobile": "+525500000000"}],
    "from": "12345",
    "text": "Hi {0}",
    "owner": "owner",
    "operator": "operator",
    "status": "QUEUE",
    "date": "2020-06-22T15:06:37.909584Z",
}


def without(value: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: member for key, member in value.items() if key not in keys}


@pytest.mark.parametrize(
    ("component", "value"),
    [
        ("SendResult", QUEUED),
        ("SendResult", without(QUEUED, "numparts")),  # AMB-IP-29
        ("SendResult", {**QUEUED, "state": "CREATED"}),  # AMB-IP-28
        ("SendResult", {**QUEUED, "refid": "x"}),  # Decision 13
        ("SendResult", {**QUEUED, "more": None}),
        ("BulkSendResult", {"code": 207, "responses": []}),
        ("BulkItem", QUEUED),
        ("BulkItem", {"code": 404}),  # AMB-IP-11
        ("BulkItem", {"code": 400, "error": {"text": "no"}, "refid": None}),
        ("BulkItem", {"status": 404, "detail": ["no"]}),  # Decision 1
        ("BulkItem", {"code": 404, "status": "failed", "state": "Failed", "refid": "x"}),
        ("WebhookResult", {"code": 201, **STATE}),
        ("WebhookResult", {"code": 200, **STATE, "webhook": None}),  # AMB-IP-23
        ("WebhookResult", {"code": 200, **STATE, "webhook": ""}),
        ("WebhookResult", {"code": 200, **without(STATE, "webhook")}),
        ("BulkWebhookResult", {"code": 207, "endpoints": [ITEM, {"status": 404, "endpoint": "+19995550100"}]}),
        ("BulkWebhookResult", {"code": 207, "endpoints": [{"status": 400, "endpoint": "x", "response": "bad"}]}),
        ("BulkWebhookResult", {"code": 207, "endpoints": [{"status": 400, "endpoint": "x", "response": None}]}),
        ("InboundMessage", INBOUND),
        ("InboundMessage", without(INBOUND, "signature")),  # AMB-IP-32
        ("InboundMessage", {**INBOUND, "signature": None}),
        ("InboundMessage", {**INBOUND, "mediaurls": []}),  # AMB-IP-37
        ("Error", {"code": 401, "error": "Unauthorized"}),  # AMB-IP-43
        ("Error", {"detail": "unauthorized"}),
        ("Error", {"error": "token has expired"}),
        ("Error", {"detail": [{"loc": ["body"]}]}),
        ("Error", {}),
        ("MessageStatus", {"code": 200, "RCC_en": "DLR:Delivered", "RCC": 210000}),
    ],
)
def test_an_answer_of_a_right_intelepeer_is_taken(component: str, value: Any) -> None:
    assert broken("intelepeer", component, value) == []


@pytest.mark.parametrize(
    ("component", "value", "requirements"),
    [
        ("SendResult", [QUEUED], ["IP-HOUSE-01"]),
        ("SendResult", without(QUEUED, "state"), ["IP-HOUSE-01"]),
        ("SendResult", {**QUEUED, "code": "202"}, ["IP-SEND-17"]),
        ("SendResult", without(QUEUED, "code"), ["IP-SEND-17"]),
        ("SendResult", {**QUEUED, "refid": ""}, ["IP-SEND-18"]),
        ("SendResult", without(QUEUED, "refid"), ["IP-SEND-18"]),
        ("SendResult", {**QUEUED, "numparts": "1"}, ["IP-SEND-19"]),
        ("BulkSendResult", {"code": 207}, ["IP-BULK-04"]),
        ("BulkSendResult", {"code": 207, "responses": {"0": QUEUED}}, ["IP-BULK-04"]),
        ("BulkSendResult", {"code": "207", "responses": []}, ["IP-HOUSE-01"]),
        ("BulkItem", {}, ["IP-BULK-11"]),
        ("BulkItem", {"code": "404"}, ["IP-BULK-11"]),
        ("BulkItem", {"code": 202}, ["IP-BULK-11"]),
        ("BulkItem", {**QUEUED, "numparts": 1.5}, ["IP-BULK-11"]),
        ("WebhookResult", {"code": 201, **without(STATE, "tnkey")}, ["IP-HOOK-14"]),
        ("WebhookResult", {"code": 201, **STATE, "provisioning": {}}, ["IP-HOOKGET-08"]),
        ("WebhookResult", {"code": 201, **STATE, "provisioning": {"state": "ready"}}, ["IP-HOOKGET-08"]),
        ("BulkWebhookResult", {"code": 207, "responses": []}, ["IP-HOOK-17"]),
        ("BulkWebhookResult", {"code": 207, "endpoints": [{"code": 201, "endpoint": "x"}]}, ["IP-HOOK-17"]),
        ("BulkWebhookResult", {"code": 207, "endpoints": [without(ITEM, "response")]}, ["IP-HOOK-17"]),
        ("InboundMessage", without(INBOUND, "refid"), ["IP-INBOUND-03"]),
        ("InboundMessage", {**without(INBOUND, "message"), "text": "hi"}, ["IP-INBOUND-08"]),
        ("InboundMessage", [INBOUND], ["IP-INBOUND-04"]),
        ("Error", "Unauthorized", ["IP-HOUSE-02"]),
    ],
)
def test_a_wrong_answer_of_intelepeer_breaks_its_requirement(
    component: str, value: Any, requirements: list[str]
) -> None:
    assert broken("intelepeer", component, value) == requirements


@pytest.mark.parametrize(
    ("component", "value"),
    [
        ("SendResult", {"meta": META, "data": DATA}),
        ("SendResult", {"meta": {**META, "explain": "fine"}, "data": DATA}),  # AMB-MS-43
        ("SentMessage", {**DATA, "status": "DEQUEUED"}),  # Decision 2
        ("SentMessage", {**without(DATA, "id"), "status": "ERROR"}),  # Decision 5
        ("SentMessage", {**DATA, "id": None, "status": "ERROR"}),
        ("SentMessage", {**DATA, "requestDR": None, "callbacks": None, "externalId": None}),
        ("SentMessage", without(DATA, "type")),
        ("SentMessage", {**DATA, "date": "2021-08-17T04:25:38+02:00"}),  # AMB-MS-12
        ("SentMessage", {**DATA, "to": "580000000005", "owner": "[email\u00a0protected]"}),
        ("BatchResult", {"meta": META, "data": BATCH}),
        ("SentBatch", {**BATCH, "invalidNumber": None}),  # AMB-MS-38
        ("SentBatch", {**BATCH, "invalidNumber": ["1", {"to": "2"}]}),
        ("SentBatch", {**BATCH, "ids": [], "invalidNumber": ["1"], "status": "ERROR"}),  # AMB-MS-40
        ("SentBatch", {**without(BATCH, "ids"), "status": "ERROR"}),
        ("SentBatch", {**BATCH, "ids": [{"mobile": "+525500000000"}], "status": "ERROR"}),  # Decision 5
        ("DeliveryStatus", {"id": "1", "status": "SENT"}),  # AMB-MS-34
        ("DeliveryStatus", {"id": "1", "status": "DELIVRD", "timestamp": 1, "new": [], "to": None}),
        ("Error", {"meta": {"explain": "no"}, "data": None}),  # AMB-MS-04
        ("Error", {"message": ["no"]}),
    ],
)
def test_an_answer_of_a_right_messangi_is_taken(component: str, value: Any) -> None:
    assert broken("messangi", component, value) == []


@pytest.mark.parametrize(
    ("component", "value", "requirements"),
    [
        ("SendResult", {"status": "QUEUE", "messageId": "1"}, ["MS-RESP-01"]),  # the flat envelope of P-MS-2
        ("SendResult", {"meta": META, "data": None}, ["MS-RESP-01"]),
        ("Meta", {**META, "timestamp": "1629174338140"}, ["MS-RESP-02"]),
        ("Meta", {**META, "timestamp": 1.5}, ["MS-RESP-02"]),
        ("Meta", {**META, "transactionId": 7}, ["MS-RESP-03"]),
        ("BatchMeta", {**META, "timestamp": None}, ["MS-BRESP-02"]),
        ("SentMessage", without(DATA, "id"), ["MS-RESP-04"]),
        ("SentMessage", {**DATA, "id": ""}, ["MS-RESP-04"]),
        ("SentMessage", {**DATA, "id": 7}, ["MS-RESP-04"]),
        ("SentMessage", {**DATA, "text": None}, ["MS-RESP-06"]),
        ("SentMessage", {**DATA, "requestDR": "true"}, ["MS-RESP-08"]),
        ("SentMessage", without(DATA, "operator"), ["MS-RESP-11"]),
        ("SentMessage", {**DATA, "status": "ACCEPTED"}, ["MS-RESP-12"]),
        ("SentMessage", {**DATA, "callbacks": ["https://a.example"]}, ["MS-RESP-15"]),
        ("SentBatch", without(BATCH, "ids"), ["MS-BRESP-04"]),
        ("SentBatch", {**BATCH, "ids": {"id": "1"}}, ["MS-BRESP-04"]),
        ("SentBatch", {**BATCH, "ids": [{"mobile": "+525500000000"}]}, ["MS-BRESP-05"]),
        ("SentBatch", {**BATCH, "ids": [{"id": "1"}]}, ["MS-BRESP-06"]),
        ("SentBatch", {**BATCH, "invalidNumber": "1"}, ["MS-BRESP-07"]),
        ("SentBatch", {**BATCH, "status": "SENT"}, ["MS-BRESP-11"]),
        ("DeliveryStatus", {"id": "1", "status": "DELIVERED"}, ["MS-CALLBACK-07"]),
        ("DeliveryStatus", {"status": "SENT"}, ["MS-HOUSE-14"]),
        ("Error", "no", ["MS-HOUSE-02"]),
    ],
)
def test_a_wrong_answer_of_messangi_breaks_its_requirement(component: str, value: Any, requirements: list[str]) -> None:
    assert broken("messangi", component, value) == requirements


SMS = {"from": "+12191112222", "to": "+13038675309", "text": "Hello World!"}


@pytest.mark.parametrize(
    "sender",
    [
        *("+12191112222", "+7708675309", "1-12345", "1-123", "57-12345678", "57-MyCompany", "57-Hello8", "1-A"),
        *("57-1234567890A", "57-12345678A", "57-9a", "970-abcdefghijk", "+123456789012345"),
    ],
)
def test_intelepeer_takes_a_sender(sender: str) -> None:
    assert broken("intelepeer", "Message", {**SMS, "from": sender}) == []


@pytest.mark.parametrize(
    "sender",
    [
        *("12345", "COMPANY", "12191112222", "+0123456789", "+12 19 111 2222", "0-12345", "1234-12345", "1-12"),
        *("57-123456789", "57-abcdefghijkl", "57-1234567890ab", "57-My Company", "57-", "-MyCompany", "", "+"),
        *("+1234567890123456", "57-MyCompany\n", "57-\u00c9tat", "\uff0b12191112222", "+1219111222\u0662"),
    ],
)
def test_intelepeer_refuses_a_sender_of_another_form(sender: str) -> None:
    assert broken("intelepeer", "Message", {**SMS, "from": sender}) == ["IP-SEND-07"]


@pytest.mark.parametrize(
    ("destination", "requirements"),
    [
        *(("+13038675309", []), ("+7708675309", []), ("+123456789012345", []), ("+1234567", [])),
        *(
            ("13038675309", ["IP-SEND-11"]),
            ("1-12345", ["IP-HOUSE-12", "IP-SEND-11"]),
            ("57-MyCompany", ["IP-SEND-11"]),
        ),
        *(("+1234567890123456", ["IP-SEND-11"]), ("+0123456789", ["IP-SEND-11"]), ("+1 303 867 5309", ["IP-SEND-11"])),
        *(
            ("+1-303-867-5309", ["IP-SEND-11"]),
            ("", ["IP-HOUSE-12", "IP-SEND-11"]),
            ("+", ["IP-HOUSE-12", "IP-SEND-11"]),
        ),
        *((13038675309, ["IP-SEND-04"]), ("+123456", ["IP-HOUSE-12"]), ("+13038675309\n", ["IP-SEND-11"])),
    ],
)
def test_intelepeer_takes_a_destination_in_e164_only(destination: object, requirements: list[str]) -> None:
    assert broken("intelepeer", "Message", {**SMS, "to": destination}) == requirements


@pytest.mark.parametrize(
    ("change", "requirements"),
    [
        *(({"from": None}, ["IP-SEND-03"]), ({"to": None}, ["IP-SEND-04"]), ({"text": 1}, ["IP-SEND-05"])),
        *(({"guid": 1123123123123123}, ["IP-SEND-06"]), ({"text": ""}, ["IP-HOUSE-11"])),
        *(({"guid": "myguid1"}, []), ({"text": " "}, []), ({"dlr": True}, [])),
    ],
)
def test_intelepeer_takes_a_message_by_its_table(change: dict[str, Any], requirements: list[str]) -> None:
    assert broken("intelepeer", "Message", {**SMS, **change}) == requirements


@pytest.mark.parametrize(("key", "requirement"), [("from", "IP-SEND-03"), ("to", "IP-SEND-04"), ("text", "IP-SEND-05")])
def test_a_key_that_intelepeer_misses_is_that_keys_requirement(key: str, requirement: str) -> None:
    assert broken("intelepeer", "Message", without(SMS, key)) == [requirement]


@pytest.mark.parametrize(
    ("endpoints", "webhook", "requirements"),
    [
        (["+12161112222", "1-12345"], "https://user:pass@a.example:8443/hook?x=1", []),
        (["+12161112222"], "http://127.0.0.1:8080/hook", []),
        (["+12161112222"], "HTTPS://a.example?x=%20", []),
        (["+12161112222"], "http://[::1]:8080/x", []),
        (["+12161112222"], "http://sms_app", []),
        (["+12161112222"], "https://a.example/x y", ["IP-HOOK-12"]),
        (["+12161112222"], "https://a.example/\n", ["IP-HOOK-12"]),
        (["+12161112222"], "https:///hook", ["IP-HOOK-12"]),
        (["+12161112222"], "https://\u00f2.example", ["IP-HOOK-12"]),
        (["+12161112222"], "/hook/without/host", ["IP-HOOK-12"]),
        ("+12161112222", "https://a.example", ["IP-HOOK-02"]),
        ([12161112222], "https://a.example", ["IP-HOOK-02"]),
        ([], "https://a.example", ["IP-HOUSE-14"]),
        (["2161112222"], "https://a.example", ["IP-HOOK-10"]),
        (["57-MyCompany"], "https://a.example", ["IP-HOOK-10"]),
        (["+12161112222"], "not a url", ["IP-HOOK-12"]),
        (["+12161112222"], "ftp://a.example", ["IP-HOOK-12"]),
        (["+12161112222"], "https://a.example/#there", ["IP-HOOK-12"]),
        (["+12161112222"], "", ["IP-HOOK-12"]),
        (["+12161112222"], 7, ["IP-HOOK-03"]),
    ],
)
def test_intelepeer_takes_webhook_settings_by_their_table(
    endpoints: object, webhook: object, requirements: list[str]
) -> None:
    assert broken("intelepeer", "WebhookSettings", {"endpoints": endpoints, "webhook": webhook}) == requirements


MT = {"from": "12345", "text": "text demo", "to": "+580000000005"}


@pytest.mark.parametrize(
    ("change", "requirements"),
    [
        *(({"to": "580000000005"}, []), ({"to": "+" + "1" * 15}, []), ({"to": "1" * 15}, [])),
        *(({"to": "1" * 16}, ["MS-ADDR-01"]), ({"to": "+" + "1" * 16}, ["MS-ADDR-01", "MS-ADDR-03"])),
        *(
            ({"to": "+0123456789"}, ["MS-ADDR-01"]),
            ({"to": "COMPANY"}, ["MS-ADDR-01"]),
            ({"to": "1-12345"}, ["MS-ADDR-01"]),
        ),
        *(({"to": "12345"}, ["MS-ADDR-01", "MS-HOUSE-11"]), ({"to": 580000000005}, ["MS-SEND-05"])),
        *(({"from": "1"}, []), ({"from": "999999"}, []), ({"from": "1234567"}, []), ({"from": "COMPANY"}, [])),
        *(({"from": "1" * 15}, []), ({"from": "MY COMPANY"}, ["MS-HOUSE-10"]), ({"from": ""}, ["MS-HOUSE-10"])),
        *(({"from": 12345}, ["MS-SEND-05"]), ({"text": ""}, ["MS-HOUSE-09"]), ({"text": "x" * 1601}, [])),
        *(({"requestDR": True}, []), ({"requestDR": "true"}, ["MS-SEND-07"])),
        *(
            ({"callbacks": "https://a.example,https://b.example"}, []),
            ({"callbacks": ["https://a.example"]}, ["MS-SEND-10"]),
        ),
        *(({"type": "MT"}, []), ({"type": "MO"}, ["MS-SEND-12"]), ({"externalId": "spring_sale-1"}, [])),
        *(({"clientId": 7}, ["MS-SEND-14"]), ({"connection": 1}, ["MS-SEND-09"]), ({"email": 1}, ["MS-SEND-11"])),
    ],
)
def test_messangi_takes_a_message_by_its_table(change: dict[str, Any], requirements: list[str]) -> None:
    assert broken("messangi", "Message", {**MT, **change}) == requirements


@pytest.mark.parametrize(
    ("recipients", "requirements"),
    [
        ([{"to": "+525500000000", "params": ["Elizabeth", 10.65]}], []),
        ([{"to": "no number at all"}], []),  # listed in the answer, not refused: MS-BRESP-07
        ([{"to": "+525500000000", "params": []}], []),  # AMB-MS-14
        ([], ["MS-HOUSE-12"]),
        ("+525500000000", ["MS-BATCH-05"]),
        (["+525500000000"], ["MS-BATCH-06"]),
        ([{"to:": "+525500000000"}], ["MS-BATCH-06"]),  # AMB-MS-01
        ([{"to": "+525500000000", "params": {"0": "Elizabeth"}}], ["MS-BATCH-08"]),  # AMB-MS-44
        ([{"to": "+525500000000", "params": [True]}], ["MS-BATCH-10"]),  # AMB-MS-16
        ([{"to": "+525500000000", "params": [None]}], ["MS-BATCH-10"]),
    ],
)
def test_messangi_takes_recipients_by_their_table(recipients: object, requirements: list[str]) -> None:
    assert broken("messangi", "Batch", {"from": "12345", "text": "Hi {0}", "to": recipients}) == requirements
