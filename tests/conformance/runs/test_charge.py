"""The live rule on the bytes that would leave: nobody is texted who is not on the allow-list, the budget holds."""

from __future__ import annotations

from typing import Any

import pytest

from smsproof_conformance.records.exchange import Request, encode
from smsproof_conformance.runs.charge import Budget, BudgetSpent, WouldTextStranger, forbid_strangers, parts
from smsproof_conformance.targets.target import Numbers, Target

LIVE = Target(
    name="live",
    vendor="intelepeer",
    base_url="https://api.example.com",
    token_env="T",
    numbers=Numbers(long_codes=("+12191112222",), destinations=("+13038675309",)),
)
LOCAL = LIVE.model_copy(update={"base_url": "http://127.0.0.1:1"})


def request(body: Any = None, content: bytes | None = None) -> Request:
    data = content if content is not None else encode(body)
    return Request("case", "step", "sendMessage", "POST", "/send", (), data, "good", paid=True)


def message(to: Any) -> dict[str, Any]:
    return {"from": "+12191112222", "to": to, "text": "Hello"}


@pytest.mark.parametrize(
    "to",
    [
        "+13038675309",
        "13038675309",  # the plus left out
        "+1 303 867 5309",
        "+1-303-867-5309",
        "+13038675309000000",  # 17 digits: beyond E.164
        "",
        "+",
        "letters",
        None,
        [],
    ],
)
def test_a_destination_that_reaches_nobody_else_may_leave(to: Any) -> None:
    forbid_strangers(LIVE, request(message(to)))


@pytest.mark.parametrize(
    "to",
    [
        "+13038675308",
        "+130386753091",  # one digit appended: a well-formed number of somebody
        "+0123456789",
        "+1303867530",  # cut
        "+12191112222",  # the account's own number is no destination either
        13038675308,
        "911",
        "+1303867530８",  # a digit of another script is that digit to a lax server
        "+١٣٠٣٨٦٧٥٣٠٨",
    ],
)
def test_any_other_destination_is_refused_off_loopback(to: Any) -> None:
    with pytest.raises(WouldTextStranger):
        forbid_strangers(LIVE, request(message(to)))


def test_a_body_that_is_no_json_is_searched_for_numbers_in_any_script() -> None:
    with pytest.raises(WouldTextStranger):
        forbid_strangers(LIVE, request(content='{"to": "+٤٤٧٧٠٠٩٠٠١٢٣'.encode()))


def test_one_stranger_in_a_list_refuses_the_whole_list() -> None:
    with pytest.raises(WouldTextStranger):
        forbid_strangers(LIVE, request([message("+13038675309"), message("+447700900123")]))


@pytest.mark.parametrize("key", ["to", "to:", "mobile"])
def test_a_stranger_in_a_batch_is_refused_whatever_its_key(key: str) -> None:
    with pytest.raises(WouldTextStranger):
        forbid_strangers(LIVE, request({"from": "12345", "text": "Hi", "to": [{key: "+447700900123"}]}))


def test_a_stranger_in_a_body_that_is_no_json_is_refused() -> None:
    with pytest.raises(WouldTextStranger):
        forbid_strangers(LIVE, request(content=b'{"to": "+447700900123", '))


def test_the_allow_listed_number_in_a_body_that_is_no_json_may_leave() -> None:
    forbid_strangers(LIVE, request(content=b'{"from": "+12191112222", "to": "+13038675309", '))


def test_loopback_takes_any_number() -> None:
    forbid_strangers(LOCAL, request(message("+447700900123")))


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (message("+1"), 1),
        ([message("+1"), message("+2")], 2),
        ({**message("+1"), "text": "x" * 161}, 2),
        ({**message("+1"), "text": "ä" * 160}, 1),
        ({**message("+1"), "text": "á" * 71}, 2),
        (
            {"from": "1", "text": "Hi {0}", "to": [{"to": "+1", "params": ["x" * 161]}, {"to": "+2", "params": ["y"]}]},
            3,
        ),
        ({**message("+1"), "text": 7}, 1),
        ({**message("+1"), "text": "\ud800"}, 1),
        ([], 0),
        ("text", 0),
    ],
)
def test_parts_are_an_upper_bound_of_what_is_charged(body: Any, count: int) -> None:
    assert parts(request(body)) == count


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b'{"to": "+13038675309", "text": "Hi", ', 1),
        (b'{"to": "+13038675309", "to": "+13038675309", "text": "Hi"}', 2),  # two readers, two values
        (b"no number at all", 1),
        (b'{"to": "+13038675309", "text": "' + b"x" * 161 + b'" ', 2),
    ],
)
def test_a_body_that_is_no_json_counts_as_a_lax_reader_would_charge_it(content: bytes, count: int) -> None:
    assert parts(request(content=content)) == count


def test_a_budget_is_never_exceeded() -> None:
    budget = Budget(3)
    budget.reserve(2)
    with pytest.raises(BudgetSpent):
        budget.reserve(2)
    budget.release(1)
    budget.reserve(2)
    with pytest.raises(BudgetSpent):
        budget.reserve(1)


def test_a_budget_of_nothing_allows_nothing() -> None:
    with pytest.raises(BudgetSpent):
        Budget(0).reserve(1)
