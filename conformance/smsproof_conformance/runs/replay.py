"""One recorded request sent once more: guarded, paid for and recorded like any other, in a ledger of its own.

Whether a finding is still there is judged on the old record with the new answer in the old one's place: a judge that
compares several requests needs the others, and they are not sent again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records import probe
from smsproof_conformance.records.exchange import Arrival, Exchange, Request, State
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.sentence import Sentence
from smsproof_conformance.runs.actor import Wire
from smsproof_conformance.runs.charge import WouldTextStranger
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.runs.runner import Progress, Run
from smsproof_conformance.runs.webhooks import CannotRestore
from smsproof_conformance.targets.target import Secrets

_REMOVED = "[secret]"


class CannotReplay(Exception):
    """This request must not or cannot be sent again; the message says why, and what to do instead."""


class Retold(Ledger):
    """A run's record in which one exchange is replaced by a later one of the same request.

    What arrived and what an outbox showed followed from the old one: it is left out, so that a judge who needs it says
    that nothing can be told. What a generator knew of its probes stays.
    """

    later: Exchange | None = None

    def exchanges(self) -> Iterator[Exchange]:
        for exchange in super().exchanges():
            yield self.later if self.later is not None and self.later.id == exchange.id else exchange

    def arrivals(self) -> Iterator[Arrival]:
        yield from ()

    def notes(self, case: str) -> dict[str, Any]:
        return super().notes(case) if case.startswith(probe.CASE) else {}


def repeatable(exchange: Exchange, secrets: Secrets) -> Request:
    """The request of an exchange, if it may be sent once more. raises CannotReplay."""
    request = exchange.request
    if request.paid and exchange.state not in (State.ANSWERED, State.NOT_SENT):
        raise CannotReplay(
            "This paid request never got an answer: it may have been accepted, and is never sent a second time. Look at"
            " the vendor's side whether it was; a new run sends a new one."
        )
    held = request.target + "".join(value for _, value in request.headers)
    if _REMOVED in held or _REMOVED.encode() in (request.body or b""):
        raise CannotReplay("This request held a secret, which no run file keeps. A new run of its case sends it again.")
    if request.token == "expired" and secrets.expired_token is None:
        raise CannotReplay("This request needs an expired token. Name its variable in the target: expired_token_env.")
    return request


def send_again(run: Run, exchange: Exchange, request: Request) -> Exchange | None:
    """Send `request`, as a run of one. Returns what came of it under the old number; None where nothing was sent.

    run    its ledger is the new one; it says why it stopped (fact "stopped") when nothing was sent.
    """

    async def again(wire: Wire, interruption: Interruption, progress: Progress) -> None:
        interruption.check()
        try:
            await wire.send(request)
        except (WouldTextStranger, CannotRestore) as refusal:
            run.ledger.stop(int(ExitCode.SAFETY_LIMIT), Sentence("Nothing was sent: {}.", refusal.reason))

    run.start([], seed=0, then=again)
    run.ledger.set_fact("cases", [request.case])
    with suppress(StopIteration):
        sent = next(
            found
            for found in run.ledger.exchanges()
            if (found.request.case, found.request.step) == (request.case, request.step)
        )
        return replace(sent, id=exchange.id)
    return None
