"""A dry run: everything a run would send, in its order, without a packet.

The transport is replaced by one that records and answers nothing in particular; what an act does next never depends on
an answer, except for reading a webhook before changing it, which is answered with a place that does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from smsproof_conformance.case import Case
from smsproof_conformance.records.exchange import Answer, Request, encode
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.charge import Budget
from smsproof_conformance.runs.pace import Pace
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets.target import Secrets, Target
from smsproof_conformance.wire.peer import Peer
from smsproof_spec.contract import Contract


class NoCarrier:
    """Takes requests and sends none."""

    async def exchange(self, request: Request) -> Answer:
        body: Any = {"webhook": "https://webhook.invalid/"} if request.operation == "getWebhook" else {}
        status = 200 if request.operation == "getWebhook" else 201 if request.operation == "setWebhook" else 202
        return Answer(status, (("Content-Type", "application/json"),), encode(body), 0.0)

    async def close(self) -> None:
        pass


class NoSteering:
    """A control API that does everything and shows nothing."""

    refusal = None

    async def inbound(self, sender: str, to: str, message: str) -> bool:
        return True

    async def settle(self) -> bool:
        return True

    async def outbox(self) -> list[dict[str, Any]]:
        return []

    async def close(self) -> None:
        pass


async def _at_once(_seconds: float) -> None:
    """Nothing leaves, so nothing need wait."""


@dataclass(frozen=True)
class Rehearsed:
    """What a run would do: requests in order, message parts it may cost, cases it would skip and why."""

    requests: tuple[Request, ...]
    parts: int
    skipped: tuple[tuple[str, str], ...]


def rehearse(
    target: Target, secrets: Secrets, contract: Contract, cases: Sequence[Case], *, seed: int, budget: int | None
) -> Rehearsed:
    """Act `cases` without a network and without waiting. The budget stops a rehearsal where it would stop the run."""
    nobody_answers = target.model_copy(update={"wait_seconds": 0})
    with Ledger.in_memory(secrets.values()) as ledger:
        run = Run(
            nobody_answers, secrets, contract, ledger, Budget(budget),
            peer=lambda _, __: Peer(NoCarrier(), NoSteering()), pace=lambda: Pace(sleep=_at_once),
        )  # fmt: skip
        run.start(cases, seed=seed)
        requests = tuple(exchange.request for exchange in ledger.exchanges())
        skipped = tuple((case, reason) for case, (state, reason) in ledger.acts().items() if state == "skipped")
    return Rehearsed(requests, sum(request.parts for request in requests), skipped)
