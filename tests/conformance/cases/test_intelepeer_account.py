"""The model of an account: what is known of a number's webhook after each exchange, and which read contradicts it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from smsproof_conformance.case import Standing, cases
from smsproof_conformance.cases.intelepeer.account_model import Account, Known
from smsproof_conformance.records.exchange import Answer, Exchange, Lost, Request, State, encode
from smsproof_conformance.records.record import NotObserved, Record
from smsproof_conformance.targets.target import Target
from smsproof_conformance.verdicts.finding import Breach

TARGET = Target(name="t", vendor="intelepeer", base_url="http://127.0.0.1:1", token_env="T")
A, B, SHORT = "+12191112222", "+12161112222", "1-12345"
ONE, TWO, THREE = "https://a.example/1", "https://a.example/2", "https://a.example/3"
_numbers = iter(range(1, 10**6))


def exchange(operation: str, target: str, body: Any, status: int | None, answer: Any) -> Exchange:
    method = "GET" if operation == "getWebhook" else "POST"
    content = None if body is None else encode(body)
    number = next(_numbers)
    request = Request("c/c", str(number), operation, method, target, (), content, "good")
    if status is None:
        return Exchange(number, request, State.UNANSWERED, None, Lost("transport.reset", True, "gone"))
    return Exchange(number, request, State.ANSWERED, Answer(status, (), encode(answer), 0.1))


def put(webhook: Any, *endpoints: Any, status: int | None = 201, items: Any = None) -> Exchange:
    answer = {"code": 207, "endpoints": items} if items is not None else {"code": status}
    return exchange("setWebhook", "/hook", {"endpoints": list(endpoints), "webhook": webhook}, status, answer)


def read(endpoint: str, webhook: Any, status: int = 200) -> Exchange:
    answer = {"code": status, "tnkey": endpoint, "webhook": webhook}
    return exchange("getWebhook", f"/hook?endpoint={quote(endpoint, safe='-')}", None, status, answer)


def known(*exchanges: Exchange) -> dict[str, Known]:
    account = Account()
    for each in exchanges:
        account.see(each)
    return account.webhooks


def said(*exchanges: Exchange) -> list[tuple[str, int]]:
    """(requirement, number of the exchange in the sequence, from 0) of every word."""
    standing = cases("intelepeer")["account/webhooks-as-set"]
    assert isinstance(standing, Standing)
    words = [word for word in standing.judge(Record(TARGET, exchanges, (), {})) if isinstance(word, Breach)]
    places = {each.id: at for at, each in enumerate(exchanges)}
    return [(word.requirement, places[word.subject.id]) for word in words if word.subject is not None]


def item(endpoint: str, status: Any) -> dict[str, Any]:
    return {"endpoint": endpoint, "status": status}


@pytest.mark.parametrize(
    ("exchanges", "expected"),
    [
        ([put(ONE, A)], {A: Known(ONE)}),
        ([put(ONE, A), put(TWO, A)], {A: Known(TWO)}),
        ([put(ONE, A), put(TWO, A, status=400)], {A: Known(ONE, refused=True)}),
        ([put(ONE, A), put(TWO, A, status=500)], {}),
        ([put(ONE, A), put(TWO, A, status=None)], {}),
        ([put(ONE, A), put(TWO, A, status=202)], {}),
        ([put(ONE, A, B, status=207, items=[item(A, 201), item(B, 201)])], {A: Known(ONE, True), B: Known(ONE, True)}),
        ([put(ONE, A, B, status=207, items=[item(B, 201), item(A, 404)])], {B: Known(ONE, True)}),
        ([put(ONE, A, B, status=207, items=[item(A, "201"), {}])], {}),
        ([put(ONE, A), put(TWO, A, B, status=400)], {}),
        ([put(ONE, A), put(5, A)], {}),
        ([put(ONE, 5)], {}),
        ([read(A, ONE)], {A: Known(ONE)}),
        ([put(ONE, A), read(A, TWO)], {A: Known(ONE)}),
        ([read(A, None), read(B, ""), read(SHORT, ONE, 404)], {}),
    ],
)
def test_what_is_known_after_each_exchange(exchanges: list[Exchange], expected: dict[str, Known]) -> None:
    assert known(*exchanges) == expected


@pytest.mark.parametrize(
    ("exchanges", "words"),
    [
        ([put(ONE, A), read(A, ONE)], []),
        ([put(ONE, A), put(TWO, A), read(A, TWO)], []),
        ([put(ONE, A), put(TWO, A), read(A, ONE)], [("IP-HOOKGET-11", 2)]),
        ([put(ONE, A), read(A, None)], [("IP-HOOKGET-11", 1)]),
        ([put(ONE, A), put(TWO, B), read(A, TWO)], [("IP-HOOK-19", 2)]),
        ([put(ONE, A), put(TWO, A, status=400), read(A, TWO)], [("IP-HOOKGET-11", 2)]),
        ([put(ONE, A), put(TWO, A, status=None), read(A, TWO)], None),
        ([put(ONE, A), put(TWO, A, status=None), read(A, ONE)], None),
        (
            [put(ONE, B), put(TWO, A, B, status=207, items=[item(A, 201), item(B, 201)]), read(A, TWO), read(B, ONE)],
            [("IP-HOOK-21", 3)],
        ),
        ([read(A, ONE), read(A, ONE)], []),
        ([put(ONE, A), read(A, ONE, 404)], None),
        ([read(A, ONE)], None),
    ],
)
def test_which_read_contradicts_the_account(exchanges: list[Exchange], words: list[Any] | None) -> None:
    if words is None:
        with pytest.raises(NotObserved):
            said(*exchanges)
    else:
        assert said(*exchanges) == words


def test_a_contradiction_seen_over_and_over_by_cases_is_said_once() -> None:
    assert said(put(ONE, A), read(A, TWO), read(A, TWO), read(A, THREE)) == [("IP-HOOKGET-11", 1)]


def test_numbers_are_read_as_they_travel_in_the_query() -> None:
    assert known(read(SHORT, ONE), read(A, TWO)) == {SHORT: Known(ONE), A: Known(TWO)}
