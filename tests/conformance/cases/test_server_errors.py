"""A server without a control API on loopback may be a tunnel to a live vendor: nothing that is charged is sent to it twice.

A right one with a bad moment is not accused all the same, and one with a defect does not pass.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import pytest

from smsproof_conformance.case import cases
from smsproof_conformance.records.exchange import Answer, Request
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.charge import Budget
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.verdicts.finding import Verdict
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_conformance.wire.peer import Peer
from tests.conformance.cases import second_intelepeer, second_messangi
from tests.conformance.cases import test_intelepeer_second_server as intelepeer
from tests.conformance.cases import test_messangi_second_server as messangi

STRANGER = {"control_url": None, "wait_seconds": 0.01}


class Erring:
    """Answers 500 where `fails` says so, before anything is done; counts what is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.got: Counter[tuple[str, str]] = Counter()
        self.sends = itertools.count()

    def fails(self, number: int, request: Request) -> bool:
        raise NotImplementedError

    async def exchange(self, request: Request) -> Answer:
        if request.operation not in ("sendMessage", "sendBatch"):
            return await super().exchange(request)  # type: ignore[misc,no-any-return]
        self.got[request.case, request.step] += 1  # a repeat stands under a case of its own
        if request.token == "good" and self.fails(next(self.sends), request):
            return Answer(500, (("Content-Type", "application/json"),), b"{}", 0.001)
        return await super().exchange(request)  # type: ignore[misc,no-any-return]


class Once(Erring):
    at = 11

    def fails(self, number: int, request: Request) -> bool:
        return number == self.at


class ForAMoment(Erring):
    def fails(self, number: int, request: Request) -> bool:
        return 11 <= number < 15


class NowAndThen(Erring):
    at = 0

    def fails(self, number: int, request: Request) -> bool:
        return number % 3 == self.at


class Always(Erring):
    def fails(self, number: int, request: Request) -> bool:
        return True


class BeyondTheBmp(Erring):
    def fails(self, number: int, request: Request) -> bool:
        return any(byte >= 0xF0 for byte in request.body or b"")


class LongLists(Erring):
    def fails(self, number: int, request: Request) -> bool:
        return (request.body or b"").count(b'"to"') > 30


MODULES: dict[str, Any] = {"intelepeer": (intelepeer, second_intelepeer), "messangi": (messangi, second_messangi)}


def ran(vendor: str, errs: type[Erring], **how: Any) -> tuple[Judged, Any]:
    """Every case, judged strictly, against a right server that errs and has no control API; `how` changes the class."""
    tests, second = MODULES[vendor]
    server = type(errs.__name__, (errs, second.Right), how)()
    target = tests.TARGET.model_copy(update=STRANGER)
    selected = list(cases(vendor).values())
    with Ledger.in_memory(tests.SECRETS.values()) as ledger:
        Run(target, tests.SECRETS, tests.CONTRACT, ledger, peer=lambda *_: Peer(server, None)).start(selected, seed=1)
        return judge(ledger, tests.CONTRACT, selected, strict=True), server


@pytest.mark.parametrize("vendor", MODULES)
@pytest.mark.parametrize(
    ("errs", "at"), [(Once, 11), (Once, 30), (ForAMoment, 0), (NowAndThen, 0), (NowAndThen, 1), (NowAndThen, 2)]
)
def test_a_right_server_with_a_bad_moment_is_not_accused_and_nothing_is_sent_to_it_twice(
    vendor: str, errs: type[Erring], at: int
) -> None:
    judged, server = ran(vendor, errs, at=at)
    assert MODULES[vendor][0].told(judged) == []
    reasons = [result.reason for result in judged.cases if result.verdict is Verdict.INDETERMINATE]
    assert any("charged and was not sent again" in reason for reason in reasons)
    assert not any("not observed" in reason for reason in reasons)
    assert judged.exit_code == 7
    assert set(server.got.values()) == {1}


@pytest.mark.parametrize("vendor", MODULES)
def test_a_server_that_answers_500_to_every_right_send_is_found(vendor: str) -> None:
    judged, _ = ran(vendor, Always)
    assert {"intelepeer": "IP-BULK-06", "messangi": "MS-SEND-06"}[vendor] in {f.requirement for f in judged.findings}
    assert judged.exit_code == 1


@pytest.mark.parametrize(
    ("vendor", "found"),
    [
        ("intelepeer", set[str]()),
        ("messangi", {"MS-BATCH-11", "MS-RESP-06", "MS-SEND-06", "MS-SEND-13", "MS-TEXT-04"}),
    ],
)
def test_a_500_for_one_kind_of_text_is_found_where_two_sends_show_it_and_never_passed(
    vendor: str, found: set[str]
) -> None:
    judged, _ = ran(vendor, BeyondTheBmp)  # of IntelePeer's cases without an outbox one send alone has such a text
    assert {finding.requirement for finding in judged.findings} == found
    assert judged.exit_code == (1 if found else 7)


def test_a_500_for_long_lists_is_found_where_two_sends_show_it() -> None:
    judged, _ = ran("intelepeer", LongLists)
    (mixed,) = [result for result in judged.cases if result.case.id == "bulk-send/order-kept"]
    assert mixed.verdict is Verdict.FAIL
    assert judged.exit_code == 1


class Asked(Once):
    """A control API that answers as one, or does not."""

    refusal: str | None = None
    shows: Any = None
    settles = False

    async def outbox(self) -> Any:
        return self.shows

    async def settle(self) -> bool:
        return self.settles


@pytest.mark.parametrize(
    ("shows", "settles", "live", "budget", "times"),
    [
        ([], False, False, None, 2),  # and the second was taken
        (None, True, False, None, 2),
        (None, False, False, None, 1),
        ([], True, True, None, 1),
        ([], True, False, 1000, 1),
    ],
)
def test_only_a_control_api_that_answers_where_nobody_pays_lets_a_send_be_repeated(
    shows: Any, settles: bool, live: bool, budget: int | None, times: int
) -> None:
    server: Any = type("Server", (Asked, second_intelepeer.Right), {"shows": shows, "settles": settles, "at": 0})()
    selected = [cases("intelepeer")["single-send/from-long-code"]]
    with Ledger.in_memory(intelepeer.SECRETS.values()) as ledger:
        Run(
            intelepeer.TARGET, intelepeer.SECRETS, intelepeer.CONTRACT, ledger, Budget(budget), live=live,
            peer=lambda *_: Peer(server, server),
        ).start(selected, seed=1)  # fmt: skip
    assert sum(server.got.values()) == times


def test_what_is_free_is_asked_again_anywhere() -> None:
    class Deaf(second_intelepeer.Right):
        """Answers 500 to every first read of a webhook."""

        reads = itertools.count()

        async def exchange(self, request: Request) -> Answer:
            if request.operation == "getWebhook" and next(self.reads) % 2 == 0:
                return Answer(500, (), b"", 0.001)
            return await super().exchange(request)

    target = intelepeer.TARGET.model_copy(update=STRANGER)
    selected = [case for id_, case in cases("intelepeer").items() if id_.startswith("read-webhook/")]
    server = Deaf()
    with Ledger.in_memory(intelepeer.SECRETS.values()) as ledger:
        Run(target, intelepeer.SECRETS, intelepeer.CONTRACT, ledger, peer=lambda *_: Peer(server, None)).start(
            selected, seed=1
        )
        judged = judge(ledger, intelepeer.CONTRACT, selected, strict=True)
    assert intelepeer.told(judged) == []
    assert judged.count(Verdict.INDETERMINATE) > 0
