"""A right server that has a limit or a bad moment is never accused of it: no page speaks of either (AMB-IP-39, AMB-MS-53).

The second servers answer every third call so, whatever it asks, and one item of a list. What stands beside it is judged
as ever.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from smsproof_conformance.records.exchange import Answer, Request
from smsproof_conformance.records.outcome import Outcome, of_status
from smsproof_conformance.targets.target import Target
from smsproof_conformance.verdicts.finding import Verdict
from tests.conformance.cases import second_intelepeer, second_messangi
from tests.conformance.cases import test_intelepeer_second_server as intelepeer
from tests.conformance.cases import test_messangi_second_server as messangi

PAGE = b"<html><h1>Try again later</h1></html>"
MOMENTS = [429, 500, 502, 503, 504, 529]
_QUICK = {(429, 0), (500, 1), (503, 2), (500, 0)}


def _hasty(target: Target) -> Target:
    """The second servers settle when they are asked to: what has not come by then need not be waited for."""
    return target.model_copy(update={"wait_seconds": 0.01})


class Moments:
    """Every third call meets a bad moment, before it is read or after everything was done."""

    moment = 429
    after = False
    turn: itertools.count[int]

    async def exchange(self, request: Request) -> Answer:
        if next(self.turn) % 3:
            return await super().exchange(request)  # type: ignore[misc,no-any-return]
        if self.after:
            await super().exchange(request)  # type: ignore[misc]
        return Answer(self.moment, (("Retry-After", "1"),), PAGE, 0.001)


def moody(right: type[Any], status: int, after: bool, first: int) -> Any:
    made = type("Moody", (Moments, right), {"moment": status, "after": after, "turn": itertools.count(first)})
    return made()


EVERY = [
    pytest.param(status, after, first, marks=() if (status, first) in _QUICK else pytest.mark.soak)
    for status in MOMENTS
    for after, first in ((False, 0), (True, 1), (False, 2))
]


@pytest.mark.parametrize(("status", "after", "first"), EVERY)
def test_a_bad_moment_accuses_no_intelepeer(status: int, after: bool, first: int) -> None:
    server = moody(second_intelepeer.Right, status, after, first)
    strict, _ = intelepeer.run(server, _hasty(intelepeer.TARGET))
    assert intelepeer.told(strict) == []
    assert strict.count(Verdict.INDETERMINATE) > 0
    assert strict.count(Verdict.ERROR) == 0


@pytest.mark.parametrize(("status", "after", "first"), EVERY)
def test_a_bad_moment_accuses_no_messangi(status: int, after: bool, first: int) -> None:
    server = moody(second_messangi.Right, status, after, first)
    strict, _ = messangi.run(server, _hasty(messangi.TARGET))
    assert messangi.told(strict) == []
    assert strict.count(Verdict.INDETERMINATE) > 0
    assert strict.count(Verdict.ERROR) == 0


class BusyItems(second_intelepeer.Right):
    """One item of a list after the other meets a limit, right or wrong, and so does one endpoint of several."""

    code = 429
    every = 3
    shape = "code"

    def __init__(self) -> None:
        super().__init__()
        self.turn = itertools.count(1)

    def item(self, value: Any) -> Any:
        if next(self.turn) % self.every == 0:
            return {self.shape: self.code, "message": "later"}
        return super().item(value)

    def one(self, status: int, endpoint: str, act: Any) -> dict[str, Any]:
        if act.__name__ == "<lambda>" and status == 201 and next(self.turn) % self.every == 0:
            return {"status": self.code, "endpoint": endpoint}
        return super().one(status, endpoint, act)


@pytest.mark.parametrize(
    ("code", "every", "shape"),
    [(429, 1, "code"), (503, 3, "status"), pytest.param(500, 2, "code", marks=pytest.mark.soak)],
)
def test_a_busy_item_in_a_207_accuses_nobody(code: int, every: int, shape: str) -> None:
    server = BusyItems()
    server.code, server.every, server.shape = code, every, shape
    strict, _ = intelepeer.run(server, _hasty(intelepeer.TARGET))
    assert intelepeer.told(strict) == []
    assert strict.count(Verdict.INDETERMINATE) > 0


def test_a_server_error_that_stays_is_an_answer_like_any_other() -> None:
    class Stumbles(second_intelepeer.Right):
        def check(self, value: Any) -> None:
            if isinstance(value, dict) and "text" not in value:
                raise second_intelepeer.Refuse(500)
            super().check(value)

    strict, _ = intelepeer.run(Stumbles(), _hasty(intelepeer.TARGET))
    assert ("IP-SEND-21", "single-send/fields") in {(f.requirement, f.case) for f in strict.findings}


def test_what_stands_beside_a_bad_moment_is_judged_as_ever() -> None:
    class Wrong(Moments, second_intelepeer.Right):
        turn = itertools.count(0)

        def receipt(self, message: second_intelepeer.Sent) -> dict[str, Any]:
            return {**super().receipt(message), "numparts": 1}

    strict, _ = intelepeer.run(Wrong(), _hasty(intelepeer.TARGET))
    assert {finding.requirement for finding in strict.findings} == {"IP-HOUSE-08"}


@pytest.mark.parametrize(
    ("status", "stays", "outcome"),
    [
        (202, False, Outcome.TAKEN), (400, False, Outcome.REFUSED), (302, False, Outcome.ELSEWHERE),
        (None, False, Outcome.UNANSWERED), (429, False, Outcome.BUSY), (413, False, Outcome.BUSY),
        (503, True, Outcome.BUSY), (501, False, Outcome.REFUSED), (500, False, Outcome.BUSY), (500, True, Outcome.REFUSED),
    ],
)  # fmt: skip
def test_a_status_says_what_became_of_a_request(status: int | None, stays: bool, outcome: Outcome) -> None:
    assert of_status(status, stays=stays) is outcome
