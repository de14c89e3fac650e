"""One run against a webhook: act the receiver cases, record everything; judging happens elsewhere, from the record."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from smsproof_conformance.case import Case, Scenario
from smsproof_conformance.emulator import Hmac
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.receivers.address import Address
from smsproof_conformance.receivers.courier import Courier
from smsproof_conformance.receivers.deliverer import Deliverer
from smsproof_conformance.receivers.endurance import HOSTILE
from smsproof_conformance.receivers.handler_probe import Probe, ProbeError, ProbeSilent
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.sentence import Sentence, Words, said
from smsproof_conformance.runs.actor import Unreachable
from smsproof_conformance.runs.interruption import Interrupted, Interruption
from smsproof_conformance.targets.target import Fact, Secrets, Target
from smsproof_spec.contract import Contract

_TIMEOUT_SECONDS = 15.0  # beyond the ten seconds after which a receiver is warned


@dataclass(frozen=True)
class SharedCode:
    """The account's shared code (S1:206): the environment variable that names it, and its value, on no record."""

    variable: str
    value: SecretStr


@dataclass(frozen=True)
class Visit:
    """Everything a run against a webhook needs.

    hook           the webhook; probe: where the customer counts what its handler did, or None.
    shared_code    None: the page's own is sent, and cases of wrong codes are skipped.
    signature      how `signature` is made of the code; None: it is the code itself.
    wait_seconds   how long a handler may take after its message was acknowledged.
    """

    contract: Contract
    hook: Address
    ledger: Ledger
    shared_code: SharedCode | None = None
    probe: Address | None = None
    signature: Hmac | None = None
    interruption: Interruption = field(default_factory=Interruption)
    wait_seconds: float = 5.0

    def act(self, cases: Sequence[Case]) -> None:
        """Act every scenario among `cases`, in order. raises ProbeError, before anything is delivered."""
        scenarios = [case for case in cases if isinstance(case, Scenario)]
        facts = {
            "target": self._target(self.hook).model_dump(mode="json"),
            "vendor": self.contract.vendor,
            "party": "R",
            "contract": self.contract.hash,
            "cases": [case.id for case in cases],
        }
        for key, value in facts.items():
            self.ledger.set_fact(key, value)
        self.ledger.plan(case.id for case in scenarios)
        asyncio.run(self._act(scenarios))

    def _target(self, address: Address) -> Target:
        """An address as a target: its origin; path and query go into each request."""
        return Target(
            name="receiver",
            vendor=self.contract.vendor,
            base_url=address.origin,
            token_env="NONE",
            webhook_secret_env=self.shared_code.variable if self.shared_code else None,
            timeout_seconds=_TIMEOUT_SECONDS,
            wait_seconds=self.wait_seconds,
        )

    def _courier(self, address: Address) -> Courier:
        code = self.shared_code.value if self.shared_code else None
        return Courier(self._target(address), address, Secrets(token=SecretStr(""), shared_code=code), self.signature)

    async def _act(self, scenarios: Sequence[Scenario]) -> None:
        courier = self._courier(self.hook)
        asking = self._courier(self.probe) if self.probe else None
        probe = Probe(asking, self.probe.target, self.wait_seconds) if asking and self.probe else None
        played: list[str] = []
        hostile = [case for case in scenarios if case.id.endswith(HOSTILE)]
        try:
            if probe is not None:
                await probe.open()
            try:
                for case in scenarios:
                    if case not in hostile:
                        await self._play(case, courier, played)
            finally:
                if probe is not None and self.interruption.code is None:
                    await self._ask(probe, played)
            for case in hostile:  # behind the question: what they leave in a receiver, its probe may choke on
                await self._play(case, courier, played)
        except Interrupted:
            assert self.interruption.code is not None
            self._stop(self.interruption.code, "Stopped by a signal.")
        except Unreachable as silence:
            self._stop(
                ExitCode.UNREACHABLE,
                Sentence("{} is unreachable: {}.", self.hook.origin + self.hook.target, silence.reason),
            )
        except ProbeSilent as silence:
            self._stop(ExitCode.UNREACHABLE, Sentence("{}.", silence))
        finally:
            await courier.close()
            if asking is not None:
                await asking.close()

    async def _ask(self, probe: Probe, played: Sequence[str]) -> None:
        """Note for each case what the handler did, once for all: that it did not run is known only after its time."""
        try:
            told: tuple[str, Any] = ("probe", await probe.settle(self.interruption.check))
        except ProbeError as problem:
            told = ("probe problem", str(problem))
        for case in played:
            self.ledger.note(case, *told)

    async def _play(self, case: Scenario, courier: Courier, played: list[str]) -> None:
        if Fact.SECRET in case.needs and self.shared_code is None:
            self.ledger.mark(case.id, "skipped", said("no shared code was named (--secret-env NAME)"))
            return
        self.ledger.mark(case.id, "acting")
        played.append(case.id)
        deliverer = Deliverer(case.id, self.hook.target, courier, self.ledger, self.interruption)
        try:
            await case.act(deliverer)
        finally:
            deliverer.conclude()
        self.ledger.mark(case.id, "acted")

    def _stop(self, code: ExitCode, reason: Words) -> None:
        self.ledger.stop(int(code), said(reason))
