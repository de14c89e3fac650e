"""What is masked, what stays readable, and that two of a kind can be told apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from smsproof_conformance.records.disguise import Lookout
from smsproof_conformance.records.exchange import Answer, Request, encode
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.record import Record
from smsproof_conformance.reports.personal import keys
from smsproof_conformance.reports.redaction import Redaction
from smsproof_conformance.targets.target import Numbers, Target
from smsproof_spec import contract as contracts

BLIND = Redaction("salt", Lookout(()), frozenset())
TARGET = Target(
    name="t",
    vendor="intelepeer",
    base_url="http://127.0.0.1:1",
    token_env="T",
    numbers=Numbers(long_codes=("+12191112222",), destinations=("+13038675309",)),
)


def body(value: bytes | str | Any) -> Any:
    """A body as a report shows it: JSON where it is some."""
    data = value if isinstance(value, bytes) else encode(value)
    masked = BLIND.answer(Answer(200, (), data, 0.1)).body
    try:
        return json.loads(masked)
    except ValueError:
        return masked.decode("utf-8", "surrogateescape")


def of(sent: Any, got: Any = None) -> Redaction:
    """The redaction of a run with one exchange."""
    with Ledger.in_memory() as ledger:
        ledger.set_fact("target", TARGET.model_dump(mode="json"))
        id_ = ledger.intend(Request("c", "s", "sendMessage", "POST", "/send", (), encode(sent), "good"))
        ledger.settle(id_, Answer(200, (), encode(got), 0.1))
        return Redaction.of(Record.of(ledger), "salt")


@pytest.mark.parametrize(
    ("number", "form"),
    [
        ("+13038675309", "+*********09"),
        ("13038675309", "*********09"),
        ("1 303 867-5309", "* *** ***-**09"),
        ("57-MyCompany", "**-*******ny"),
        ("1-12345", "*-***45"),
        ("2222", "**22"),
        ("22", "*2"),
        ("1", "*"),
        ("+", "+"),
    ],
)
def test_an_address_keeps_its_form_and_its_end(number: str, form: str) -> None:
    shown, _, mark = BLIND.number(number).partition("~")
    assert shown == form
    assert len(mark) == 4 and set(mark) <= set("0123456789abcdef")


def test_an_empty_value_stays_empty_because_that_is_the_finding() -> None:
    assert (BLIND.number(""), BLIND.words("")) == ("", "")


def test_two_numbers_with_the_same_end_are_told_apart_and_one_in_two_forms_is_known_again() -> None:
    marks = {
        number: BLIND.number(number).partition("~")[2] for number in ("+13038675309", "13038675309", "+13031115309")
    }
    assert marks["+13038675309"] == marks["13038675309"] != marks["+13031115309"]


def test_another_account_gives_another_mark() -> None:
    assert Redaction("other", Lookout(()), frozenset()).number("+13038675309") != BLIND.number("+13038675309")


def test_a_mark_is_too_short_to_compute_the_number_from_it() -> None:
    assert len({BLIND.number(f"+1303867{last:04}").partition("~")[2] for last in range(0, 10_000, 7)}) < 1429


def test_a_text_shows_its_length_alone() -> None:
    assert BLIND.words("Hello you").startswith("(9 characters ~")
    assert BLIND.words("!").startswith("(1 character ~")
    assert BLIND.words("one text!") != BLIND.words("two texts")


def test_a_body_is_masked_by_key_at_any_depth_and_the_rest_stays() -> None:
    shown = body({"code": 207, "responses": [{"to": "+13038675309", "refid": "A1", "data": {"TEXT": "Hello you"}}]})
    item = shown["responses"][0]
    assert (shown["code"], item["refid"]) == (207, "A1")
    assert item["to"].startswith("+*********09~")
    assert item["data"]["TEXT"].startswith("(9 characters ~")


def test_lists_and_objects_under_a_telling_key_are_masked_too() -> None:
    shown = body({"endpoints": ["+12191112222"], "params": ["Ann", {"first": "Bob"}, 42], "to": {"x": "+13038675309"}})
    assert shown["endpoints"][0].startswith("+*********22~")
    assert shown["params"][0].startswith("(3 characters")
    assert shown["params"][1]["first"].startswith("(3 characters")
    assert shown["params"][2].startswith("(a number: (2 characters")
    assert shown["to"]["x"].startswith("+*********09~")


def test_results_below_a_list_of_endpoints_stay_readable() -> None:
    shown = body(
        {"endpoints": [{"endpoint": "+12191112222", "response": {"error": "not yours", "state": "provisioned"}}]}
    )
    (item,) = shown["endpoints"]
    assert item["endpoint"].startswith("+*********22~")
    assert item["response"] == {"error": "not yours", "state": "provisioned"}


def test_the_type_of_a_masked_value_can_still_be_seen() -> None:
    shown = body({"to": 13038675309, "text": None, "from": True, "message": 5})
    assert shown["to"].startswith("(a number: *********09~")
    assert (shown["text"], shown["from"]) == (None, True)


def test_a_message_is_words_beside_who_sent_it_and_an_explanation_in_an_error() -> None:
    assert body({"from": "1", "message": "Call me"})["message"].startswith("(7 characters")
    assert body({"code": 400, "message": "Bad Request"})["message"] == "Bad Request"
    assert body({"endpoint": "+1", "message": "not yours"})["message"] == "not yours"


def test_what_is_no_json_is_masked_where_it_looks_like_it() -> None:
    cut = body(b'{"to": "+13038675309", "text": "Hello y')
    assert "3038675309" not in cut and "Hello" not in cut and '"to"' in cut
    twice = body(b'{"text":"one secret","text":"two secrets"}')
    assert "secret" not in twice
    form = body(b"to=%2B13038675309&text=Hello+you&x=1")
    assert "3038675309" not in form and "Hello" not in form and form.endswith("&x=1")


def test_bytes_that_are_no_text_survive() -> None:
    assert BLIND.answer(Answer(200, (), b"\xff\xfe\x00", 0.1)).body == b"\xff\xfe\x00"


@pytest.mark.parametrize(
    "text",
    [
        "+13038675309",
        "call +1 (303) 867-5309 now",
        "13038675309",
        "%2B13038675309",
        "\\u002b13038675309",
        "to:13038675309.",
        "580412123456789",
    ],
)
def test_free_text_is_masked_by_the_shape_of_numbers(text: str) -> None:
    shown = BLIND.text(text)
    assert "303" not in shown and "58041" not in shown
    assert "~" in shown


@pytest.mark.parametrize(
    "text",
    [
        "expected 202, got 400",
        "2026-11-21T09:30:00.123Z",
        "1440078339",
        "1440078339123",
        "550e8400-e29b-41d4-a716-446655440000",
        "8D3F0A1B2C4D5E6F7A8B9C0D1E2F3A4B",
        "S0:93, lines 71-112",
        "Sat, 21 Nov 2026 09:30:00 GMT",
    ],
)
def test_times_and_identifiers_are_no_numbers(text: str) -> None:
    assert BLIND.text(text) == text


def test_mail_addresses_are_words() -> None:
    assert "ann" not in BLIND.text("mail ann.lee@example.com, please")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.example/T00/secret?key=1", "https://hooks.example/…?…"),
        ("https://user:pass@hooks.example/", "https://hooks.example/"),
        ("http://127.0.0.1:8080/bulk-send/x?y=1", "http://127.0.0.1:8080/bulk-send/x?…"),
        ("https://hooks.example/a,https://other.example/b?c", "https://hooks.example/…,https://other.example/…?…"),
        ("https://[broken", "https://…"),
    ],
)
def test_a_url_keeps_its_host_and_loses_what_may_be_a_password(url: str, shown: str) -> None:
    assert BLIND.text(f"see {url} ") == f"see {shown} "


def test_a_query_keeps_the_way_it_is_encoded() -> None:
    request = Request("c", "s", "getWebhook", "GET", "/w?endpoint=%2B12191112222&x=1", (), None, "good")
    target = BLIND.request(request).target
    assert target.startswith("/w?endpoint=%2B*********22~") and target.endswith("&x=1")
    bare = BLIND.request(Request("c", "s", "getWebhook", "GET", "/w?endpoint=+12191112222", (), None, "good")).target
    assert bare.startswith("/w?endpoint=+*********22~")
    assert bare.partition("~")[2] == target.partition("~")[2][:4]


def test_the_query_of_a_customers_webhook_is_hidden_whole() -> None:
    request = Request("c", "s", "delivery", "POST", "/hook?key=hunter2", (), b"{}", "missing")
    assert BLIND.request(request).target == "/hook?…"


def test_headers_that_authenticate_are_hidden_and_the_challenge_is_not() -> None:
    headers = (("Set-Cookie", "session=1"), ("X-Api-Key", "k"), ("WWW-Authenticate", "Bearer"), ("Server", "nginx"))
    shown = dict(BLIND.answer(Answer(401, headers, b"", 0.1)).headers)
    assert "session" not in shown["Set-Cookie"] and shown["X-Api-Key"] != "k"
    assert (shown["WWW-Authenticate"], shown["Server"]) == ("Bearer", "nginx")


def test_what_one_request_sent_is_known_wherever_it_comes_back() -> None:
    redaction = of({"to": "+525512345678", "text": "Your parcel 1a2b waits"}, {"error": "x"})
    for echo in (
        "we got 'Your parcel 1a2b waits'",
        "Your%20parcel%201a2b%20waits",
        "YOUR PARCEL 1A2B WAITS",
        "525512345678",
        "NTI1NTEyMzQ1Njc4",
        "parcel 1a2b wa…",
    ):
        shown = redaction.text(echo)
        assert "1a2b" not in shown.lower() and "5255123" not in shown and "NTI1" not in shown, shown


def test_the_numbers_a_target_declares_are_known() -> None:
    assert "2191112222" not in of({}).text("owner of 12191112222, digits 2-1-9-1-1-1-2-2-2-2")


def test_the_keys_come_from_the_contracts() -> None:
    assert {"to", "from", "mobile", "tnkey", "endpoint", "endpoints", "invalidnumber"} <= keys().numbers
    assert {"text", "params", "signature"} <= keys().words


def marked(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, schema in node.get("properties", {}).items():
            if {"x-sms-address", "x-sms-text", "x-sms-secret"} & {*schema, *schema.get("items", {})}:
                yield name
        for item in node.values():
            yield from marked(item)
    elif isinstance(node, list):
        for item in node:
            yield from marked(item)


@pytest.mark.parametrize("vendor", contracts.VENDORS)
def test_every_key_that_a_contract_marks_is_masked(vendor: str) -> None:
    names = set(marked(contracts.load(vendor).document))
    assert names
    for name in names:
        assert "canary" not in json.dumps(body({name: "canary text", "to": "1"})), name


def test_the_password_in_a_webhooks_address_is_known_wherever_it_comes_back() -> None:
    redaction = of({"webhook": "https://ann:hunter2hunter2@hooks.example/in?key=opensesame9"})
    shown = redaction.text("failed: key opensesame9, again 9emasesnepo; user hunter2hunter2")
    assert "sesame" not in shown and "emases" not in shown and "hunter" not in shown


def test_words_of_ours_in_a_codes_place_are_not_taken_for_somebodys() -> None:
    redaction = of({"from": "1", "signature": "[match]"})
    assert redaction.text("does not match the schema") == "does not match the schema"


@pytest.mark.parametrize("letters", ["x", "a.", "1-", "x@", "@x.", "+1 "])
def test_megabytes_of_anything_are_read_in_the_time_that_reading_takes(letters: str) -> None:
    """Looking for a mail address went back over every stretch of letters: 20 kB took seconds, an answer of 2 MB hours."""
    text = letters * (1_000_000 // len(letters))
    known = Redaction("salt", Lookout(["x" * 1600, "+13038675309"]), frozenset())
    assert len(known.text(text)) > 0


@pytest.mark.parametrize("around", ["to {}", "<{}>", "x={}", "({})", "@@ {}", "x@{}", "\u00e9 {}", "a..{}", "-{}"])
def test_a_mail_address_is_masked_wherever_it_stands(around: str) -> None:
    assert "example" not in BLIND.text(around.format("some.body+tag@mail.example.com"))
