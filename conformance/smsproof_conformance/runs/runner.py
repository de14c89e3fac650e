"""Running: act the selected cases against a target, record everything, put the account back.

The order of a run: plan (all cases on record before the first), act case by case, restore the webhooks in every
ending, note how it ended. Judging is another module's business and needs nothing but the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field

from smsproof_conformance.case import Case, Scenario
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records.ledger import Ledger, LedgerError, LedgerFailure
from smsproof_conformance.records.sentence import Sentence, Words, said
from smsproof_conformance.runs.actor import Actor, Unreachable, Wire
from smsproof_conformance.runs.breaker import Unavailable
from smsproof_conformance.runs.charge import Budget, BudgetSpent, WouldTextStranger
from smsproof_conformance.runs.charging import Charging
from smsproof_conformance.runs.interruption import Interrupted, Interruption
from smsproof_conformance.runs.outbox import Outbox
from smsproof_conformance.runs.pace import Pace
from smsproof_conformance.runs.tenancy import AccountTaken, tenancy
from smsproof_conformance.runs.webhooks import CannotRestore
from smsproof_conformance.targets.target import Secrets, Target
from smsproof_conformance.wire.control import ControlUnreachable
from smsproof_conformance.wire.inbox import CannotListen, Inbox
from smsproof_conformance.wire.peer import Peer
from smsproof_spec.contract import Contract

_RESTORE_SECONDS = 10.0
_RESTORE_SECONDS_AFTER_SIGNAL = 2.0
_IN_FLIGHT_SECONDS = 2.0  # how long a request in flight may still take after a signal

Progress = Callable[[str, int, int], None]
Unrestored = Callable[[Collection[str]], object]
Phase = Callable[[Wire, Interruption, Progress], Awaitable[None]]


def _silent(_case: str, _done: int, _planned: int) -> None:
    """No progress display."""


def _untold(_endpoints: Collection[str]) -> None:
    """Nobody to tell: the record says it."""


@dataclass(frozen=True)
class Run:
    """Everything a run needs to act.

    budget          message parts that may be charged.
    progress        called with case id, cases done, cases planned.
    interruption    where signals are noticed; entered by whoever owns the process.
    unrestored      called with the endpoints whose webhook could not be put back, in whatever ending.
    peer            made anew for each run, because its connections belong to one event loop.
    pace            likewise; how fast senders may send off loopback.
    live            whether the target's owner allowed to send what is charged (--live).
    """

    target: Target
    secrets: Secrets
    contract: Contract
    ledger: Ledger
    budget: Budget = field(default_factory=lambda: Budget(None))
    progress: Progress = _silent
    interruption: Interruption = field(default_factory=Interruption)
    unrestored: Unrestored = _untold
    peer: Callable[[Target, Secrets], Peer] = Peer.over_http
    pace: Callable[[], Pace] = Pace
    live: bool = False

    def start(self, cases: Sequence[Case], *, seed: int, then: Phase | None = None) -> None:
        """Act every scenario among `cases` and record it; standing judges need no act.

        then    what else acts in the same run once the scenarios have: the fuzz phase.
        raises  CannotListen and AccountTaken before anything is sent; the run that never began leaves no file.
        """
        try:
            with self._alone():
                self._begin(cases, seed, then)
        except (CannotListen, AccountTaken):
            self.ledger.discard()
            raise

    def _begin(self, cases: Sequence[Case], seed: int, then: Phase | None) -> None:
        facts = {
            "target": self.target.model_dump(mode="json"),
            "vendor": self.contract.vendor,
            "contract": self.contract.hash,
            "seed": seed,
            "budget": self.budget.limit,
            "cases": [case.id for case in cases],
        }
        for key, value in facts.items():
            self.ledger.set_fact(key, value)
        scenarios = _scenarios(cases)
        self.ledger.plan(case.id for case in scenarios)
        asyncio.run(self._act(scenarios, then))

    def _alone(self) -> AbstractContextManager[None]:
        """The account for this run alone. What leaves no run file plays with an emulator of its own."""
        path = self.ledger.path
        return nullcontext() if path is None else tenancy(self.target, self.secrets, path)

    def resume(self, cases: Sequence[Case], then: Phase | None = None) -> None:
        """Go on with an abandoned run: only scenarios that never started; nothing is sent a second time.

        raises    LedgerError when the contract has changed since: the two halves would be judged by different rules;
                  AccountTaken.
        """
        with self._alone():
            self._go_on(cases, then)

    def _go_on(self, cases: Sequence[Case], then: Phase | None) -> None:
        if self.ledger.fact("contract") != self.contract.hash:
            raise LedgerError("This run was started with another contract. Judge it as it is, or start a new run.")
        self.ledger.abandon()
        self.ledger.set_fact("stopped", None)
        self.budget.reserved = self.ledger.parts_at_risk()
        planned = {case for case, (state, _) in self.ledger.acts().items() if state == "planned"}
        asyncio.run(self._act([case for case in _scenarios(cases) if case.id in planned], then))

    def put_back(self) -> None:
        """Put back what a run that died has left changed; sends nothing else. raises AccountTaken."""
        with self._alone():
            asyncio.run(self._act([]))

    async def _act(self, scenarios: Sequence[Scenario], then: Phase | None = None) -> None:
        inbox = Inbox(self.target, self.secrets, self.ledger)
        await inbox.open()
        peer = self.peer(self.target, self.secrets)
        charging = Charging(self.target, peer.control, meant=self.live or self.budget.limit is not None)
        wire = Wire(self.target, self.contract, self.ledger, peer.carrier, self.budget, charging, self.pace())
        self.interruption.last_words = lambda: self._tell_unrestored(wire)
        acting = asyncio.create_task(self._act_all(scenarios, then, wire, inbox, peer))
        self._after_signal(_IN_FLIGHT_SECONDS, acting.cancel)
        try:
            await acting
        except BudgetSpent as spent:
            self._stop(
                ExitCode.SAFETY_LIMIT,
                Sentence("The budget stops this run: {}. Raise --budget or select fewer cases.", spent.reason),
            )
        except Unreachable as silence:
            self._stop(
                ExitCode.UNREACHABLE,
                Sentence(
                    "{} is unreachable: {}. Is it running? --wait-for 60 waits for it.",
                    self.target.base_url,
                    silence.reason,
                ),
            )
        except Unavailable as silence:
            self._stop(ExitCode.UNREACHABLE, Sentence("{} is unreachable: {}.", self.target.base_url, silence.reason))
        except ControlUnreachable as silence:
            self._stop(ExitCode.UNREACHABLE, silence.reason)
        except (Interrupted, asyncio.CancelledError):
            assert self.interruption.code is not None
            self._stop(
                self.interruption.code, "Stopped by a signal; `smsproof resume` goes on with what never started."
            )
        finally:
            if peer.control is not None and peer.control.refusal is not None:
                with suppress(LedgerFailure):
                    self.ledger.set_fact("unsettled", peer.control.refusal)
            await self._put_back(wire)
            await inbox.close()
            await peer.close()

    async def _act_all(
        self, scenarios: Sequence[Scenario], then: Phase | None, wire: Wire, inbox: Inbox, peer: Peer
    ) -> None:
        outbox = Outbox(peer.control, self.target.wait_seconds)
        for done, case in enumerate(scenarios):
            self.progress(case.id, done, len(scenarios))
            await self._act_one(case, Actor(case.id, wire, inbox, peer.control, outbox, self.interruption))
        if then is not None:
            await then(wire, self.interruption, self.progress)

    async def _act_one(self, case: Scenario, actor: Actor) -> None:
        missing = [fact for fact in case.needs if not self.target.declares(fact, self.secrets)]
        if missing:
            self.ledger.mark(
                case.id,
                "skipped",
                Sentence("the target does not declare {}", said(", ".join(fact.value for fact in missing))),
            )
            return
        self.interruption.check()
        self.ledger.mark(case.id, "acting")
        try:
            await case.act(actor)
        except (WouldTextStranger, CannotRestore, BudgetSpent) as refusal:
            self.ledger.mark(case.id, "skipped", refusal.reason)
            if isinstance(refusal, BudgetSpent):
                raise
        except (Interrupted, Unreachable, Unavailable, ControlUnreachable, asyncio.CancelledError):
            self.ledger.mark(case.id, "stopped")
            raise
        else:
            self.ledger.mark(case.id, "acted")

    async def _put_back(self, wire: Wire) -> None:
        """Restore the account, in every ending: a full disk too, when nothing can be recorded any more."""
        restoring = asyncio.create_task(wire.webhooks.restore())
        self._after_signal(_RESTORE_SECONDS_AFTER_SIGNAL, restoring.cancel)
        await asyncio.wait([restoring], timeout=_RESTORE_SECONDS)
        restoring.cancel()
        await asyncio.gather(restoring, return_exceptions=True)
        self._tell_unrestored(wire)
        with suppress(LedgerFailure):
            self.ledger.abandon()

    def _tell_unrestored(self, wire: Wire) -> None:
        if wire.webhooks.changed:
            self.unrestored(wire.webhooks.changed)

    def _after_signal(self, seconds: float, cancel: Callable[[], object]) -> None:
        """Cancel something this long after a signal, or after now if one has come; called back from a signal handler."""
        loop = asyncio.get_running_loop()
        if self.interruption.code is not None:
            loop.call_later(seconds, cancel)
        else:
            self.interruption.tell(lambda: loop.call_soon_threadsafe(loop.call_later, seconds, cancel))

    def _stop(self, code: ExitCode, reason: Words) -> None:
        self.ledger.stop(int(code), said(reason))


def _scenarios(cases: Sequence[Case]) -> list[Scenario]:
    return [case for case in cases if isinstance(case, Scenario)]
