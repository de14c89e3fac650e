"""The emulated Messangi answers as the contract and the decisions say. Expectations are literals from the page."""

from __future__ import annotations

import re
from typing import Any

import pytest

GOOD: dict[str, Any] = {"from": "12345", "text": "text demo", "to": "+580000000005"}
CURL = {
    "from": "2222",
    "text": "We detect an incident outside of us due to a Power Cut that affects your área. It is not necessary to report it",
    "to": "+525500000000",
    "requestDR": True,
    "type": "MT",
}
BATCH: dict[str, Any] = {
    "from": "12345",
    "text": "Hi {0}, your balance is ${1}",
    "to": [
        {"to": "+525500000000", "params": ["Elizabeth", 10.65]},
        {"to": "+525511111111", "params": ["Joshua", 20.5]},
    ],
    "type": "MT",
}
ERROR_TEXT = "Text exceeds the limit of allowed segments"


def test_the_pages_example_is_queued_in_an_envelope(ms):
    answer = ms.single(GOOD)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body.keys() == {"meta", "data"}
    assert isinstance(body["meta"]["timestamp"], int)
    assert 1_700_000_000_000 < body["meta"]["timestamp"] < 9_999_999_999_999
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", body["meta"]["transactionId"])
    data = body["data"]
    assert re.fullmatch("[0-9a-f]{24}", data.pop("id"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", data.pop("date"))
    assert data == {
        **GOOD,
        "requestDR": False,
        "type": "MT",
        "owner": "owner",
        "operator": "operator",
        "status": "QUEUE",
    }


def test_the_pages_curl_example_is_queued_with_its_accent(ms):
    data = ms.single(CURL).json()["data"]
    assert (data["text"], data["requestDR"], data["status"]) == (CURL["text"], True, "QUEUE")


def test_options_come_back_when_they_were_sent_and_only_then(ms):
    options = {
        "connection": "carrier", "callbacks": "http://127.0.0.1:9/a", "email": "a@b.example", "externalId": "campaign1",
        "clientId": "client1", "requestDR": False, "type": "MT",
    }  # fmt: skip
    data = ms.single({**GOOD, **options}).json()["data"]
    assert {key: data[key] for key in options} == options
    assert not ms.single(GOOD).json()["data"].keys() & {"connection", "callbacks", "email", "externalId", "clientId"}


@pytest.mark.parametrize("sender", ["1", "2222", "12345", "999999", "1234567", "12165550100", "COMPANY", "A1"])
def test_short_codes_long_codes_and_names_can_send(ms, sender):
    assert ms.single({**GOOD, "from": sender}).json()["data"]["from"] == sender


@pytest.mark.parametrize("to", ["+580000000005", "580000000005", "+123456789012345", "123456789012345"])
def test_a_destination_has_up_to_fifteen_digits_with_or_without_plus(ms, to):
    assert ms.single({**GOOD, "to": to}).json()["data"]["to"] == to


@pytest.mark.parametrize(
    "body",
    [
        *({key: value for key, value in GOOD.items() if key != missing} for missing in GOOD),
        *({**GOOD, key: wrong} for key in GOOD for wrong in (None, 5, [], "")),
        *({**GOOD, "to": to} for to in ("abc", "+1234567890123456", "+0123456789", "+1 303 867 5309", "1-12345")),
        {**GOOD, "from": "TWELVELETTERS"},
        {**GOOD, "requestDR": "true"},
        {**GOOD, "callbacks": ["http://127.0.0.1/"]},
        {**GOOD, "type": "MO"},
        {**GOOD, "externalId": 5},
        "text",
        None,
        [],
    ],
)
def test_a_malformed_message_is_answered_400_with_the_reason_in_explain(ms, body):
    answer = ms.single(body)
    assert answer.status_code == 400
    assert answer.json()["data"] is None
    assert len(answer.json()["meta"]["explain"]) > 10
    assert ms.outbox() == []


def test_a_form_is_refused(ms):
    assert ms.post("/raven/v2/messages", data=GOOD).status_code == 400


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "smsproof-token"}, {"Authorization": "Bearer smsproof-expired"}]
)
def test_every_call_needs_a_key_and_the_refusal_is_json(ms, header):
    del ms.headers["Authorization"]
    for answer in (ms.single(GOOD, headers=header), ms.batch(BATCH, headers=header)):
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/json")


@pytest.mark.parametrize("path", ["/v3/messages/batch", "/raven/v2/messages/batch", "/raven/v3/messages", "/raven/v2/"])
def test_other_spellings_of_the_paths_are_not_answered_in_strict(ms, path):
    assert ms.post(path, json=GOOD).status_code == 404


# Segments, by the page's model: 160/160 and 70/70, at most 10 (AMB-MS-20 to -22).


@pytest.mark.parametrize("text", ["x" * 1600, "x" * 161, "я" * 670, "я" * 700, "😀" * 350, "€" * 800])
def test_a_text_of_ten_segments_is_queued(ms, text):
    data = ms.single({**GOOD, "text": text}).json()["data"]
    assert (data["status"], data["text"]) == ("QUEUE", text)


@pytest.mark.parametrize("text", ["x" * 1601, "я" * 701, "я" * 1601, "€" * 801])
def test_a_longer_text_is_answered_error_with_the_pages_words(ms, text):
    answer = ms.single({**GOOD, "text": text})
    assert answer.status_code == 200
    assert answer.json()["data"]["status"] == "ERROR"
    assert answer.json()["meta"]["explain"] == ERROR_TEXT
    assert ms.outbox() == []


# Batch.


def test_the_pages_batch_example_with_its_key_mended(ms):
    answer = ms.batch(BATCH)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert [entry["mobile"] for entry in data["ids"]] == ["+525500000000", "+525511111111"]
    assert len({entry["id"] for entry in data["ids"]}) == 2
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", data["date"])
    assert (data["text"], data["status"], data["type"]) == (BATCH["text"], "QUEUE", "MT")
    assert not data.keys() & {"id", "to", "invalidNumber"}
    assert [(message["to"], message["text"]) for message in ms.outbox()] == [
        ("+525500000000", "Hi Elizabeth, your balance is $10.65"),
        ("+525511111111", "Hi Joshua, your balance is $20.5"),
    ]


def test_the_pages_batch_example_as_pasted_is_refused_with_an_explanation(ms):
    answer = ms.batch({**BATCH, "to": [{"to:": "+525500000000", "params": ["Elizabeth", 10.65]}]})
    assert answer.status_code == 400
    assert "colon" in answer.json()["meta"]["explain"]


def test_badly_formatted_numbers_are_listed_and_stop_nobody(ms):
    to = ["+525500000000", "abc", "525511111111", "+1234567890123456", "+0123456789", "+525500000000"]
    data = ms.batch({"from": "12345", "text": "Hi", "to": [{"to": one} for one in to]}).json()["data"]
    assert [entry["mobile"] for entry in data["ids"]] == ["+525500000000", "525511111111", "+525500000000"]
    assert data["invalidNumber"] == ["abc", "+1234567890123456", "+0123456789"]
    assert data["status"] == "QUEUE"


def test_a_batch_of_bad_numbers_only_ends_in_error(ms):
    answer = ms.batch({"from": "12345", "text": "Hi", "to": [{"to": "abc"}]})
    data = answer.json()["data"]
    assert answer.status_code == 200
    assert (data["ids"], data["invalidNumber"], data["status"]) == ([], ["abc"], "ERROR")


def recipients(*params: Any) -> list[dict[str, Any]]:
    return [{"to": "+525500000000", "params": list(params)}]


@pytest.mark.parametrize(
    ("text", "raw", "expected"),
    [
        # "°C {1}" and "$": only {n} is special (S2:315, S2:371).
        ("Welcome to New York {0}, °C {1}!", '["Elizabeth", 28]', "Welcome to New York Elizabeth, °C 28!"),
        ("{1} {0}", '["a", "b"]', "b a"),
        ("{0} {0}", '["a"]', "a a"),
        ("{0}", '["{0}"]', "{0}"),
        ("{0}", '["{1}", "x"]', "{1}"),
        ("{} {a} {0!r} {0:>9} {0.real} {-1}", '["a"]', "{} {a} {0!r} {0:>9} {0.real} {-1}"),
        # A number goes out with the digits of the request (AMB-MS-16).
        ("{0} {1} {2} {3}", "[20.50, 1e21, 10, 0.1e-3]", "20.50 1e21 10 0.1e-3"),
        ("{0}", '["é"]', "é"),
    ],
)
def test_placeholders_are_filled_by_index_and_nothing_else_is_special(ms, text, raw, expected):
    import json

    content = f'{{"from":"12345","text":{json.dumps(text)},"to":[{{"to":"+525500000000","params":{raw}}}]}}'
    answer = ms.post("/raven/v3/messages/batch", content=content, headers={"content-type": "application/json"})
    assert answer.json()["data"]["text"] == text
    assert [message["text"] for message in ms.outbox()] == [expected]


@pytest.mark.parametrize(
    ("text", "params", "status"),
    [("Hi {0}", None, 400), ("Hi {0}", [], 400), ("Hi {1}", ["a"], 400), ("Hi", None, 200), ("Hi", [], 200),
     ("Hi", ["a"], 200), ("Hi {0}", ["a", "b"], 200), ("Hi {0}", [True], 400), ("Hi {0}", [None], 400),
     ("Hi {0}", [{}], 400), ("Hi {0}", {"0": "a"}, 400)],
)  # fmt: skip
def test_values_are_needed_exactly_where_there_are_placeholders(ms, text, params, status):
    recipient = {"to": "+525500000000"} | ({} if params is None else {"params": params})
    assert ms.batch({"from": "12345", "text": text, "to": [recipient]}).status_code == status


@pytest.mark.parametrize(
    "change",
    [{"from": None}, {"text": None}, {"to": None}, {"to": []}, {"to": "+525500000000"}, {"to": ["+525500000000"]},
     {"to": [{}]}, {"type": "MO"}, {"from": 12345}],
)  # fmt: skip
def test_a_malformed_batch_is_refused(ms, change):
    assert ms.batch({**BATCH, **change}).status_code == 400


def test_a_template_cannot_blow_the_emulator_up(ms):
    answer = ms.batch({"from": "12345", "text": "{0}" * 20_000, "to": recipients("x" * 20_000)})
    assert answer.json()["data"]["status"] == "ERROR"


def test_the_limit_holds_for_the_filled_in_text_of_each_recipient(ms):
    to = [{"to": "+525500000000", "params": ["x" * 1600]}, {"to": "+525511111111", "params": ["x" * 1601]}]
    answer = ms.batch({"from": "12345", "text": "{0}", "to": to})
    assert (len(answer.json()["data"]["ids"]), answer.json()["data"]["status"]) == (2, "QUEUE")
    assert [message["to"] for message in ms.outbox()] == ["+525500000000"]
