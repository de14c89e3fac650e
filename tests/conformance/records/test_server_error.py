"""A 500 to a send that nobody may send again: what the other sends of a run tell about it, and what they do not."""

from __future__ import annotations

from typing import Any

import pytest

from smsproof_conformance.records.exchange import Answer, Exchange, Request, State, encode
from smsproof_conformance.records.server_error import left_unknown, stays, told_apart, why_unknown

PLAIN = {"from": "+12191112222", "to": "+13038675309", "text": "plain"}


def send(
    number: int, status: int, body: Any = None, *, case: str = "c/c", paid: bool = True, **changes: Any
) -> Exchange:
    held = {**PLAIN, "text": f"text {number}", **changes} if body is None else body
    request = Request(case, f"s{number}", "sendMessage", "POST", "/x", (), encode(held), "good", paid)
    return Exchange(number, request, State.ANSWERED, Answer(status, (), b"{}", 0.1))


def staying(*exchanges: Exchange) -> list[int]:
    return [exchange.id for exchange in told_apart(exchanges) if exchange.stays]


def unknown(*exchanges: Exchange) -> list[int]:
    return [exchange.id for exchange in left_unknown(told_apart(exchanges))]


EMOJI = "\U0001f600"


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        # A lone one, whatever it is about.
        ([send(1, 202), send(2, 500), send(3, 202)], []),
        ([send(1, 500)], []),
        # The same request twice is one.
        ([send(1, 500, PLAIN), send(2, 202), send(3, 500, PLAIN)], []),
        # Every send, and no other answer.
        ([send(1, 500), send(2, 500)], [1, 2]),
        # Every right one; what is refused stands between.
        ([send(1, 500), send(2, 400, to="x"), send(3, 500)], [1, 3]),
        # A trait of their own.
        ([send(1, 500, text=EMOJI), send(2, 202), send(3, 500, text=f"a {EMOJI}")], [1, 3]),
        ([send(1, 500, [PLAIN] * 50), send(2, 202, [PLAIN]), send(3, 500, [PLAIN] * 60)], [1, 3]),
        ([send(1, 500, text="x" * 200), send(2, 202), send(3, 500, text="x" * 180)], [1, 3]),
        ([send(1, 500, guid="a"), send(2, 202), send(3, 500, guid="b")], [1, 3]),
        ([send(1, 500), send(2, 202, guid="a"), send(3, 500), send(4, 202, guid="b")], [1, 3]),
        # No trait: one of the kind was taken.
        ([send(1, 500, text=EMOJI), send(2, 202, text=f"b {EMOJI}"), send(3, 500, text=f"a {EMOJI}")], []),
        ([send(1, 500), send(2, 202), send(3, 500)], []),
        # A moment: nothing stood between them.
        ([send(1, 202), send(2, 500, guid="a"), send(3, 500, guid="b"), send(4, 202)], []),
        # What says itself that it passes never stays; another reading speaks of it.
        ([send(1, 503), send(2, 503)], []),
        # Not charged: those are asked again.
        ([send(1, 500, paid=False), send(2, 500, paid=False)], []),
    ],
)
def test_the_sends_of_a_run_tell_an_error_of_theirs_from_one_of_the_moment(
    run: list[Exchange], expected: list[int]
) -> None:
    assert staying(*run) == expected


def again(number: int, of: int, status: int) -> Exchange:
    repeat = send(number, status, case="run/ask-again")
    return Exchange(
        number,
        Request(repeat.request.case, str(of), "sendMessage", "POST", "/x", (), repeat.request.body, "good", True),
        State.ANSWERED,
        repeat.answer,
    )


def test_what_was_asked_again_is_told_by_its_own_answers() -> None:
    assert staying(send(1, 500), again(2, 1, 500), again(3, 1, 500)) == [1]
    assert staying(send(1, 500), again(2, 1, 202), send(3, 500), again(4, 3, 500), again(5, 3, 500)) == [3]
    assert unknown(send(1, 500), again(2, 1, 202)) == []


@pytest.mark.parametrize(
    ("answers", "expected"),
    [((), False), ((500,), False), ((500, 202), False), ((500, 500), True), ((502, 500), False)],
)
def test_an_error_that_comes_three_times_stays(answers: tuple[int, ...], expected: bool) -> None:
    assert stays(send(1, 500), answers) is expected


def test_what_nobody_can_tell_is_left_unknown_and_says_why() -> None:
    assert unknown(send(1, 202), send(2, 500), send(3, 202)) == [2]
    assert unknown(send(1, 500), send(2, 500)) == []
    assert "was not sent again" in why_unknown(send(2, 500))
    assert "control_url" in why_unknown(send(2, 500))
    assert why_unknown(send(2, 429)) == "the target was busy (HTTP 429)"
    assert why_unknown(send(2, 500, paid=False)) == "the target was busy (HTTP 500)"
