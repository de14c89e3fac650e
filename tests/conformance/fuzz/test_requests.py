"""What a request deserves, and what is said when it gets something else. Every body and answer here is a literal."""

from __future__ import annotations

from typing import Any

import pytest

from smsproof_conformance.case import Standing, cases
from smsproof_conformance.cases.intelepeer import requests as intelepeer
from smsproof_conformance.cases.messangi import requests as messangi
from smsproof_conformance.records.exchange import Answer, Exchange, Request, State, encode
from smsproof_conformance.records.record import NotObserved, Record
from smsproof_conformance.targets.target import Numbers, Target, Token
from smsproof_conformance.verdicts.expectation import Claim, Freedom, plain
from smsproof_conformance.verdicts.finding import Breach, Unknown

JSON = (("Content-Type", "application/json"),)
TARGETS = {
    "intelepeer": Target(
        name="t",
        vendor="intelepeer",
        base_url="http://127.0.0.1:1",
        token_env="T",
        numbers=Numbers(
            long_codes=("+12191112222", "+12161112222"),
            short_codes=("1-12345",),
            alphanumerics=("57-MyCompany",),
            destinations=("+13038675309",),
        ),
    ),
    "messangi": Target(
        name="t",
        vendor="messangi",
        base_url="http://127.0.0.1:1",
        token_env="T",
        numbers=Numbers(short_codes=("12345",), alphanumerics=("COMPANY",), destinations=("+580000000005",)),
    ),
}
RIGHT = {"from": "+12191112222", "to": "+13038675309", "text": "Hello World!"}
URL = "https://hooks.example.com/a"


def exchange(
    operation: str, body: Any, status: int = 200, answer: Any = None, *, number: int = 1, token: Token = "good", query: str = ""
) -> Exchange:  # fmt: skip
    content = body if isinstance(body, bytes | None) else encode(body)
    method = "GET" if operation == "getWebhook" else "POST"
    request = Request("c/c", f"step {number}", operation, method, f"/x{query}", JSON if content else (), content, token)
    stays = status == 500  # a server error that stays
    return Exchange(number, request, State.ANSWERED, Answer(status, JSON, encode(answer), 0.1), stays=stays)


def claim(vendor: str, operation: str, body: Any, query: str = "") -> Claim | Freedom | None:
    """REFUSE, ACCEPT, or the freedom that leaves it open."""
    module = {"intelepeer": intelepeer, "messangi": messangi}[vendor]
    expected = module.expectation(exchange(operation, body, query=query), TARGETS[vendor].numbers)
    return expected.freedom if expected.claim is Claim.OPEN else expected.claim


def said(vendor: str, case: str, *exchanges: Exchange) -> list[tuple[str, str, str]]:
    """(requirement, pointer, got) of every word of a standing case."""
    standing = cases(vendor)[case]
    assert isinstance(standing, Standing)
    words: list[Breach | Unknown] = list(standing.judge(Record(TARGETS[vendor], exchanges, (), {})))
    return [(word.requirement, word.pointer, word.got) for word in words if isinstance(word, Breach)]


def without(key: str, value: dict[str, Any] = RIGHT) -> dict[str, Any]:
    return {name: held for name, held in value.items() if name != key}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (RIGHT, Claim.ACCEPT),
        ({**RIGHT, "guid": "myguid1"}, Claim.ACCEPT),
        ({**RIGHT, "from": "1-12345"}, Claim.ACCEPT),
        ({**RIGHT, "from": "57-MyCompany"}, Claim.ACCEPT),
        ({**RIGHT, "text": "á€😀\n漢"}, Claim.ACCEPT),
        (without("from"), Claim.REFUSE),
        (without("to"), Claim.REFUSE),
        (without("text"), Claim.REFUSE),
        ({**RIGHT, "text": 5}, Claim.REFUSE),
        ({**RIGHT, "text": None}, Claim.REFUSE),
        ({**RIGHT, "to": "13038675309"}, Claim.REFUSE),
        ({**RIGHT, "to": "+1303867530900000"}, Claim.REFUSE),
        ({**RIGHT, "to": "+013038675309"}, Claim.REFUSE),
        ({**RIGHT, "to": "+1 303 867 5309"}, Claim.REFUSE),
        ({**RIGHT, "to": "+13038675309\n"}, Claim.REFUSE),
        ({**RIGHT, "to": "1-12345"}, Claim.REFUSE),
        ({**RIGHT, "from": "12191112222"}, Claim.REFUSE),
        ({**RIGHT, "from": "MyCompany"}, Claim.REFUSE),
        ("Hello", Claim.REFUSE),
        (None, Claim.REFUSE),
        (b"{", Claim.REFUSE),
        (b"\xff", Claim.REFUSE),
        (b'{"from":"+12191112222","from":"+12191112222","to":"+13038675309","text":"a"}', Freedom.JSON),
        (b'\xef\xbb\xbf{"from":"+12191112222","to":"+13038675309","text":"a"}', Freedom.JSON),
        ({**RIGHT, "guid": None}, Freedom.ASSUMED),
        ({**RIGHT, "guid": 5}, Freedom.ASSUMED),
        ({**RIGHT, "text": ""}, Freedom.ASSUMED),
        ({**RIGHT, "to": "+123"}, Freedom.ASSUMED),
        ({**RIGHT, "from": "1-12"}, Freedom.ASSUMED),
        ({**RIGHT, "from": "1-a name"}, Freedom.ASSUMED),
        ({**RIGHT, "from": "57-ANameThatIsLong"}, Freedom.ASSUMED),
        ({**RIGHT, "from": "+19995550100"}, Freedom.FOREIGN),
        ({**RIGHT, "to": "+13030000000"}, Freedom.FOREIGN),
        ({**RIGHT, "text": " "}, Freedom.UNUSUAL),
        ({**RIGHT, "text": "\x00"}, Freedom.UNUSUAL),
        ({**RIGHT, "text": "a" * 601}, Freedom.UNUSUAL),
        ({**RIGHT, "mediaurls": []}, Freedom.UNUSUAL),
    ],
)  # fmt: skip
def test_what_an_intelepeer_message_deserves(body: Any, expected: Claim | Freedom) -> None:
    assert claim("intelepeer", "sendMessage", body) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"endpoints": ["+12191112222"], "webhook": URL}, Claim.ACCEPT),
        ({"endpoints": ["+12191112222", "1-12345"], "webhook": URL}, Claim.ACCEPT),
        ({"endpoints": "+12191112222", "webhook": URL}, Claim.REFUSE),
        ({"endpoints": [5], "webhook": URL}, Claim.REFUSE),
        ({"endpoints": ["12191112222"], "webhook": URL}, Claim.REFUSE),
        ({"endpoints": ["+12191112222"], "webhook": 5}, Claim.REFUSE),
        ({"endpoints": ["+12191112222"], "webhook": "not a url"}, Claim.REFUSE),
        ({"endpoints": ["+12191112222"], "webhook": ""}, Claim.REFUSE),
        ({"endpoints": ["+12191112222"]}, Claim.REFUSE),
        ({"webhook": URL}, Claim.REFUSE),
        (b"no json", Claim.REFUSE),
        ({"endpoints": [], "webhook": URL}, Freedom.ASSUMED),
        ({"endpoints": ["57-MyCompany"], "webhook": URL}, Freedom.ASSUMED),
        ({"endpoints": ["+12191112222"], "webhook": "ftp://a.example/b"}, Freedom.ASSUMED),
        ({"endpoints": ["+12191112222"], "webhook": "http://a.example/b"}, Freedom.UNUSUAL),
        ({"endpoints": ["+12191112222"], "webhook": "https://user:pass@a.example/b"}, Freedom.UNUSUAL),
        ({"endpoints": ["+12191112222", "+12191112222"], "webhook": URL}, Freedom.COUNT),
        ({"endpoints": ["+19995550100"], "webhook": URL}, Freedom.FOREIGN),
        ({"endpoints": ["+12191112222"], "webhook": URL, "more": 1}, Freedom.UNUSUAL),
    ],
)
def test_what_intelepeer_webhook_settings_deserve(body: Any, expected: Claim | Freedom) -> None:
    assert claim("intelepeer", "setWebhook", body) is expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?endpoint=12191112222", Claim.REFUSE),
        ("?endpoint=+12191112222", Freedom.FORM),
        ("?endpoint=", Claim.REFUSE),
        ("?endpoint=%2B12191112222", Freedom.FOREIGN),
        ("?endpoint=1-12345", Freedom.FOREIGN),
        ("?endpoint=57-MyCompany", Freedom.FOREIGN),
        ("", Freedom.COUNT),
        ("?endpoint=%2B12191112222&endpoint=%2B12161112222", Freedom.COUNT),
    ],
)
def test_what_an_intelepeer_read_deserves(query: str, expected: Claim | Freedom) -> None:
    assert claim("intelepeer", "getWebhook", None, query) is expected


MESSAGE = {"from": "12345", "to": "+580000000005", "text": "text demo"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (MESSAGE, Claim.ACCEPT),
        ({**MESSAGE, "to": "580000000005"}, Claim.ACCEPT),
        ({**MESSAGE, "from": "COMPANY", "requestDR": False, "type": "MT", "externalId": "a1"}, Claim.ACCEPT),
        ({**MESSAGE, "callbacks": "https://a.example/b,https://c.example"}, Claim.ACCEPT),
        (without("from", MESSAGE), Claim.REFUSE),
        (without("to", MESSAGE), Claim.REFUSE),
        ({**MESSAGE, "to": "nobody"}, Claim.REFUSE),
        ({**MESSAGE, "to": "+5800000000050000"}, Claim.REFUSE),
        ({**MESSAGE, "type": "MO"}, Claim.REFUSE),
        ({**MESSAGE, "requestDR": "perhaps"}, Claim.REFUSE),
        ({**MESSAGE, "email": {}}, Claim.REFUSE),
        (b"from=12345&to=1", Claim.REFUSE),
        ({**MESSAGE, "requestDR": "true"}, Freedom.ASSUMED),
        ({**MESSAGE, "callbacks": ["https://a.example"]}, Freedom.ASSUMED),
        ({**MESSAGE, "clientId": 5}, Freedom.ASSUMED),
        ({**MESSAGE, "email": None}, Freedom.ASSUMED),
        ({**MESSAGE, "from": 12345}, Freedom.ASSUMED),
        ({**MESSAGE, "text": ""}, Freedom.ASSUMED),
        ({**MESSAGE, "to": "0580000000"}, Freedom.ASSUMED),
        ({**MESSAGE, "to": "+58"}, Freedom.ASSUMED),
        ({**MESSAGE, "from": "A Company"}, Freedom.ASSUMED),
        ({**MESSAGE, "connection": "main"}, Freedom.UNUSUAL),
        ({**MESSAGE, "from": "54321"}, Freedom.FOREIGN),
        ({**MESSAGE, "to": "+525500000000"}, Freedom.FOREIGN),
    ],
)
def test_what_a_messangi_message_deserves(body: Any, expected: Claim | Freedom) -> None:
    assert claim("messangi", "sendMessage", body) is expected


BATCH = {"from": "12345", "text": "Hi {0}", "to": [{"to": "+580000000005", "params": ["Elizabeth"]}]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (BATCH, Claim.ACCEPT),
        ({**BATCH, "to": "+580000000005"}, Claim.REFUSE),
        ({**BATCH, "to": 580000000005}, Claim.REFUSE),
        ({**BATCH, "to": [{"params": []}]}, Claim.REFUSE),
        ({**BATCH, "to": [{"to": "+580000000005", "params": {"0": "a"}}]}, Claim.REFUSE),
        (without("text", BATCH), Claim.REFUSE),
        ({**BATCH, "to": []}, Freedom.ASSUMED),
        ({**BATCH, "to": [{"to": "+580000000005", "params": [True]}]}, Freedom.ASSUMED),
        ({**BATCH, "to": [{"to": "+580000000005"}]}, Freedom.FOREIGN),
        ({**BATCH, "to": [{"to": "nobody", "params": ["a"]}]}, Freedom.FOREIGN),
    ],
)
def test_what_a_messangi_batch_deserves(body: Any, expected: Claim | Freedom) -> None:
    assert claim("messangi", "sendBatch", body) is expected


@pytest.mark.parametrize("text", ["Hello", "á", "a\nb", "😀", "a" * 600])
def test_a_plain_text_is_one_that_everybody_sends(text: str) -> None:
    assert plain(text)


@pytest.mark.parametrize("text", ["", " ", "\t", "\x1b", "\u200b", "\ue000", "a" * 601, 5, None])
def test_any_other_text_may_be_refused(text: Any) -> None:
    assert not plain(text)


# What is said of an answer.

REFUSED = "requests/invalid-refused"
ACCEPTED = "requests/valid-accepted"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (without("from"), [("IP-SEND-03", "", "202")]),
        ({**RIGHT, "to": "13038675309"}, [("IP-SEND-11", "/to", "202")]),
        ({**RIGHT, "from": "12345"}, [("IP-SEND-07", "/from", "202")]),
        ({**RIGHT, "text": 5, "to": 5}, [("IP-SEND-04", "/to", "202"), ("IP-SEND-05", "/text", "202")]),
        (b"{", [("IP-SEND-02", "", "202")]),
    ],
)
def test_wrong_data_that_is_accepted_breaks_the_requirement_of_its_place(body: Any, words: list[Any]) -> None:
    assert sorted(said("intelepeer", REFUSED, exchange("sendMessage", body, 202))) == words


@pytest.mark.parametrize("status", [400, 401, 403, 404, 415, 422])
def test_any_refusal_of_wrong_data_is_one(status: int) -> None:
    assert said("intelepeer", REFUSED, exchange("sendMessage", without("to"), status)) == []


@pytest.mark.parametrize("status", [413, 429, 502, 503, 504])
def test_a_limit_or_a_bad_moment_is_no_answer_to_wrong_data_either(status: int) -> None:
    with pytest.raises(NotObserved):
        said("intelepeer", REFUSED, exchange("sendMessage", without("to"), status))


def test_a_server_error_is_no_answer_to_wrong_data() -> None:
    assert said("intelepeer", REFUSED, exchange("sendMessage", without("to"), 500)) == [("IP-SEND-21", "", "500")]


def test_a_server_error_over_what_is_no_json_breaks_nothing_that_is_stated() -> None:
    assert said("intelepeer", REFUSED, exchange("sendMessage", b"{", 500)) == []


def test_a_request_with_another_token_or_header_says_nothing_of_its_data() -> None:
    with pytest.raises(NotObserved):
        said("intelepeer", REFUSED, exchange("sendMessage", without("to"), 202, token="wrong"))


def responses(*codes: int) -> dict[str, Any]:
    return {"code": 207, "responses": [{"code": code} for code in codes]}


def test_items_of_a_list_are_judged_by_their_own_codes() -> None:
    items = [RIGHT, {**RIGHT, "to": "13038675309"}, RIGHT]
    assert said("intelepeer", REFUSED, exchange("sendMessage", items, 207, responses(202, 400, 202))) == []
    assert said("intelepeer", REFUSED, exchange("sendMessage", items, 207, responses(202, 202, 202))) == [
        ("IP-SEND-11", "/1/to", "202")
    ]
    assert said("intelepeer", ACCEPTED, exchange("sendMessage", items, 207, responses(400, 400, 202))) == [
        ("IP-SEND-09", "/responses/0/code", "400")
    ]


def test_the_right_codes_in_another_order_are_a_matter_of_order() -> None:
    found = exchange("sendMessage", [RIGHT, {**RIGHT, "to": "13038675309"}], 207, responses(400, 202))
    assert said("intelepeer", REFUSED, found) == [("IP-BULK-05", "", "[400, 202]")]
    assert said("intelepeer", ACCEPTED, found) == []


def test_a_list_with_a_wrong_item_may_not_be_called_accepted_by_its_207() -> None:
    assert said("intelepeer", REFUSED, exchange("sendMessage", [without("to")], 207, responses(400))) == []


def test_a_list_of_right_messages_that_is_refused_whole_breaks_the_207() -> None:
    assert said("intelepeer", ACCEPTED, exchange("sendMessage", [RIGHT, RIGHT], 400)) == [("IP-BULK-06", "", "400")]


def test_a_list_whose_responses_cannot_be_matched_is_left_to_the_cases_of_bulk_send() -> None:
    assert said("intelepeer", REFUSED, exchange("sendMessage", [without("to")], 207, {"responses": []})) == []


def test_a_refusal_of_right_data_is_blamed_on_what_no_accepted_request_makes_use_of() -> None:
    name = {**RIGHT, "from": "57-MyCompany", "guid": "a"}
    alone = exchange("sendMessage", name, 400)
    assert said("intelepeer", ACCEPTED, alone) == [("IP-SEND-06", "", "400")]
    with_guid = exchange("sendMessage", {**RIGHT, "guid": "a"}, 202, number=2)
    assert said("intelepeer", ACCEPTED, alone, with_guid) == [("IP-SEND-10", "", "400")]
    with_name = exchange("sendMessage", {**RIGHT, "from": "57-MyCompany"}, 202, number=3)
    assert said("intelepeer", ACCEPTED, alone, with_guid, with_name) == [("IP-SEND-15", "", "400")]


def test_what_is_required_although_it_is_optional_is_blamed_on_its_being_optional() -> None:
    with_guid = exchange("sendMessage", {**RIGHT, "guid": "a"}, 202, number=2)
    assert said("intelepeer", ACCEPTED, exchange("sendMessage", RIGHT, 400), with_guid) == [("IP-SEND-06", "", "400")]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_refuses_no_data(status: int) -> None:
    assert (
        said("intelepeer", ACCEPTED, exchange("sendMessage", RIGHT, status), exchange("sendMessage", RIGHT, 202)) == []
    )


def settings(*endpoints: str) -> dict[str, Any]:
    return {"endpoints": list(endpoints), "webhook": URL}


def items(*statuses: tuple[str, int]) -> dict[str, Any]:
    return {"code": 207, "endpoints": [{"endpoint": endpoint, "status": status} for endpoint, status in statuses]}


def test_a_malformed_endpoint_is_refused_by_its_own_status_or_with_all() -> None:
    body = settings("+12191112222", "12161112222")
    own = items(("+12191112222", 201), ("12161112222", 400))
    assert said("intelepeer", REFUSED, exchange("setWebhook", body, 207, own)) == []
    turned = items(("12161112222", 400), ("+12191112222", 201))
    assert said("intelepeer", REFUSED, exchange("setWebhook", body, 207, turned)) == []
    assert said("intelepeer", REFUSED, exchange("setWebhook", body, 400)) == []
    all_refused = items(("+12191112222", 400), ("12161112222", 400))
    assert said("intelepeer", REFUSED, exchange("setWebhook", body, 207, all_refused)) == []
    taken = items(("+12191112222", 201), ("12161112222", 201))
    assert said("intelepeer", REFUSED, exchange("setWebhook", body, 207, taken)) == [
        ("IP-HOOK-10", "/endpoints/1", "207")
    ]


def test_a_refused_webhook_of_an_own_number_is_found() -> None:
    assert said("intelepeer", ACCEPTED, exchange("setWebhook", settings("1-12345"), 400)) == [("IP-HOOK-04", "", "400")]
    both = exchange(
        "setWebhook", settings("+12191112222", "1-12345"), 207, items(("+12191112222", 201), ("1-12345", 404))
    )
    assert said("intelepeer", ACCEPTED, both) == [("IP-HOOK-04", "/endpoints/1/status", "404")]


def test_a_number_without_plus_must_not_be_read() -> None:
    read = exchange("getWebhook", None, 200, {"code": 200}, query="?endpoint=12191112222")
    assert said("intelepeer", REFUSED, read) == [("IP-HOOKGET-09", "", "200")]


def sent(status: str) -> dict[str, Any]:
    return {"meta": {}, "data": {"id": "a", "status": status}}


@pytest.mark.parametrize(
    ("status", "answer"), [(200, sent("ERROR")), (202, sent("ERROR")), (400, None), (500, None), (422, {})]
)
def test_messangi_refuses_with_no_2xx_or_with_the_status_error(status: int, answer: Any) -> None:
    assert said("messangi", REFUSED, exchange("sendMessage", {**MESSAGE, "to": "nobody"}, status, answer)) == []


def test_messangi_must_not_queue_what_is_wrong() -> None:
    found = exchange("sendMessage", {**MESSAGE, "to": "nobody"}, 200, sent("QUEUE"))
    assert said("messangi", REFUSED, found) == [("MS-ADDR-01", "/to", "200, data.status 'QUEUE'")]
    long = exchange("sendMessage", {**MESSAGE, "to": "+5800000000050000"}, 200, sent("QUEUE"))
    assert said("messangi", REFUSED, long) == [("MS-ADDR-03", "/to", "200, data.status 'QUEUE'")]


def test_messangi_must_queue_what_is_right() -> None:
    found = exchange("sendMessage", {**MESSAGE, "to": "580000000005"}, 200, sent("ERROR"))
    assert said("messangi", ACCEPTED, found) == [("MS-ADDR-02", "", "200, data.status 'ERROR'")]


def batched(ids: list[str], invalid: list[str]) -> dict[str, Any]:
    entries = [{"mobile": mobile, "id": str(at)} for at, mobile in enumerate(ids)]
    return {"meta": {}, "data": {"ids": entries, "invalidNumber": invalid, "status": "QUEUE"}}


def test_a_malformed_recipient_belongs_into_invalid_number() -> None:
    body = {**BATCH, "text": "Hi", "to": [{"to": "+580000000005"}, {"to": "nobody"}]}
    right = exchange("sendBatch", body, 200, batched(["580000000005"], ["nobody"]))
    assert said("messangi", REFUSED, right) == []
    assert said("messangi", REFUSED, exchange("sendBatch", body, 200, batched(["+580000000005", "nobody"], []))) == [
        ("MS-BRESP-07", "/to/1/to", "nobody")
    ]


def test_a_right_recipient_has_an_id() -> None:
    lost = exchange("sendBatch", BATCH, 200, batched([], ["+580000000005"]))
    assert said("messangi", ACCEPTED, lost) == [
        ("MS-BRESP-04", "/to/0/to", "no id"), ("MS-BRESP-07", "/to/0/to", "+580000000005")
    ]  # fmt: skip
    two = {**BATCH, "text": "Hi", "to": [{"to": "+580000000005"}, {"to": "580000000005"}]}
    assert said("messangi", ACCEPTED, exchange("sendBatch", two, 200, batched(["580000000005"], []))) == []


def test_a_recipient_without_number_is_refused_when_it_gets_no_id() -> None:
    body = {**BATCH, "text": "Hi", "to": [{"to": "+580000000005"}, {"params": []}]}
    assert said("messangi", REFUSED, exchange("sendBatch", body, 200, batched(["+580000000005"], []))) == []
    assert said("messangi", REFUSED, exchange("sendBatch", body, 200, batched(["+580000000005", ""], []))) == [
        ("MS-BATCH-06", "/to/1", "200, data.status 'QUEUE'")
    ]
