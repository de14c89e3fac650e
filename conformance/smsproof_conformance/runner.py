"""Running: act the selected cases against a target, record everything, put the account back.

The order of a run: plan (all cases on record before the first), act case by case, restore the webhooks in every
ending, note how it ended. Judging is another module's business and needs nothing but the ledger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from smsproof_spec.contract import Contract

from smsproof_conformance.actor import Actor, Unreachable, Wire
from smsproof_conformance.case import Case, Scenario
from smsproof_conformance.charge import Budget, BudgetSpent, WouldTextStranger
from smsproof_conformance.control import Control
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.inbox import Inbox
from smsproof_conformance.interruption import Interrupted, Interruption
from smsproof_conformance.ledger import Ledger
from smsproof_conformance.target import Secrets, Target
from smsproof_conformance.transport import Transport
from smsproof_conformance.webhooks import CannotRestore

_RESTORE_SECONDS = 2.0
_IN_FLIGHT_SECONDS = 2.0  # how long a request in flight may still take after a signal

Progress = Callable[[str, int, int], None]


def _silent(_case: str, _done: int, _planned: int) -> None:
    """No progress display."""


def act(
    target: Target,
    secrets: Secrets,
    contract: Contract,
    cases: Sequence[Case],
    ledger: Ledger,
    *,
    seed: int,
    budget: int | None = None,
    progress: Progress = _silent,
    interruption: Interruption | None = None,
) -> None:
    """Act every scenario among `cases` and record it; standing judges need no act.

    budget          message parts that may be charged; None (loopback) means no limit.
    progress        called with case id, cases done, cases planned.
    interruption    where signals are noticed; without one a run is not interruptible.
    """
    ledger.set_fact("target", target.model_dump(mode="json"))
    ledger.set_fact("vendor", contract.vendor)
    ledger.set_fact("contract", contract.hash)
    ledger.set_fact("seed", seed)
    ledger.set_fact("budget", budget)
    scenarios = [case for case in cases if isinstance(case, Scenario)]
    ledger.plan(case.id for case in scenarios)
    asyncio.run(
        _act_all(target, secrets, contract, scenarios, ledger, Budget(budget), progress, interruption or Interruption())
    )


async def _act_all(
    target: Target,
    secrets: Secrets,
    contract: Contract,
    scenarios: Sequence[Scenario],
    ledger: Ledger,
    budget: Budget,
    progress: Progress,
    interruption: Interruption,
) -> None:
    _cancel_late(interruption)
    inbox = Inbox(target, secrets, ledger)
    control = Control(target, secrets) if target.control_url else None
    await inbox.open()
    try:
        async with Transport(target, secrets) as transport:
            wire = Wire(target, contract, ledger, transport, budget)
            try:
                for done, case in enumerate(scenarios):
                    progress(case.id, done, len(scenarios))
                    await _act_one(case, Actor(case.id, wire, inbox, control, interruption), wire, secrets)
            except BudgetSpent as spent:
                _stop(
                    ledger,
                    ExitCode.SAFETY_LIMIT,
                    f"The budget stops this run: {spent}. Raise --budget or select fewer cases.",
                )
            except Unreachable as silence:
                _stop(ledger, ExitCode.UNREACHABLE, f"{target.base_url} is unreachable: {silence}.")
            except (Interrupted, asyncio.CancelledError):
                assert interruption.code is not None
                _stop(
                    ledger,
                    interruption.code,
                    f"Stopped by a signal; {ledger.path or 'the record'} holds what was done.",
                )
            finally:
                ledger.abandon()
                await _restore(wire, ledger)
    finally:
        await inbox.close()
        if control is not None:
            await control.close()


def _cancel_late(interruption: Interruption) -> None:
    """After a signal, cancel what is still in flight when its time is over; callbacks come from a signal handler."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None

    def cancel() -> None:
        loop.call_later(_IN_FLIGHT_SECONDS, task.cancel)

    interruption.tell(lambda: loop.call_soon_threadsafe(cancel))


async def _act_one(case: Scenario, actor: Actor, wire: Wire, secrets: Secrets) -> None:
    missing = [fact for fact in case.needs if not wire.target.declares(fact, secrets)]
    if missing:
        wire.ledger.mark(case.id, "skipped", f"the target does not declare {', '.join(missing)}")
        return
    wire.ledger.mark(case.id, "acting")
    try:
        await case.act(actor)
    except (WouldTextStranger, CannotRestore) as refusal:
        wire.ledger.mark(case.id, "skipped", str(refusal))
    except (BudgetSpent, Interrupted) as stop:
        wire.ledger.mark(case.id, "skipped", str(stop) or "the run was interrupted")
        raise
    except Unreachable:
        wire.ledger.mark(case.id, "acted")
        raise
    else:
        wire.ledger.mark(case.id, "acted")


async def _restore(wire: Wire, ledger: Ledger) -> None:
    if not ledger.changed_webhooks():
        return
    left = [endpoint for endpoint, _ in ledger.changed_webhooks()]
    with suppress(TimeoutError, Unreachable):
        async with asyncio.timeout(_RESTORE_SECONDS):
            left = await wire.webhooks.restore()
    if left:
        ledger.set_fact("unrestored", left)


def _stop(ledger: Ledger, code: ExitCode, reason: str) -> None:
    ledger.set_fact("stopped", {"code": int(code), "reason": reason})
