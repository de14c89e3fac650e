"""One run against a webhook: act the receiver cases, record everything; judging happens elsewhere, from the record."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pydantic import SecretStr

from smsproof_conformance.case import Case, Scenario
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.receivers.deliverer import Courier, Deliverer, Probe
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.actor import Unreachable
from smsproof_conformance.runs.interruption import Interrupted, Interruption
from smsproof_conformance.targets.target import Fact, Secrets, Target
from smsproof_spec.contract import Contract

_TIMEOUT_SECONDS = 15.0  # beyond the ten seconds after which a receiver is warned


def webhook(vendor: str, url: str, wait_seconds: float) -> Target:
    """The webhook as a target: its origin; path and query go into each request."""
    parts = urlsplit(url)
    return Target(
        name="receiver",
        vendor=vendor,
        base_url=f"{parts.scheme}://{parts.netloc}",
        token_env="NONE",
        timeout_seconds=_TIMEOUT_SECONDS,
        wait_seconds=wait_seconds,
    )


@dataclass(frozen=True)
class Visit:
    """Everything a run against a webhook needs.

    url            the webhook; probe: where the customer counts what its handler did, or None.
    shared_code    the account's code (S1:206); None: the page's own is sent, and cases of wrong codes are skipped.
    wait_seconds   how long the probe may take to tell that a message was handled.
    """

    contract: Contract
    url: str
    ledger: Ledger
    shared_code: SecretStr | None = None
    probe: str | None = None
    interruption: Interruption = field(default_factory=Interruption)
    wait_seconds: float = 5.0

    def act(self, cases: Sequence[Case]) -> None:
        """Act every scenario among `cases`, in order."""
        target = webhook(self.contract.vendor, self.url, self.wait_seconds)
        scenarios = [case for case in cases if isinstance(case, Scenario)]
        facts = {
            "target": target.model_dump(mode="json"),
            "vendor": self.contract.vendor,
            "party": "R",
            "contract": self.contract.hash,
            "cases": [case.id for case in cases],
        }
        for key, value in facts.items():
            self.ledger.set_fact(key, value)
        self.ledger.plan(case.id for case in scenarios)
        asyncio.run(self._act(target, scenarios))

    async def _act(self, target: Target, scenarios: Sequence[Scenario]) -> None:
        secrets = Secrets(token=SecretStr(""), shared_code=self.shared_code)
        courier = Courier(target, secrets)
        probe = Probe(self.probe, target, secrets) if self.probe else None
        parts = urlsplit(self.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            for case in scenarios:
                if Fact.SECRET in case.needs and self.shared_code is None:
                    self.ledger.mark(case.id, "skipped", "no shared code was named (--secret-env NAME)")
                    continue
                self.ledger.mark(case.id, "acting")
                await case.act(Deliverer(case.id, target, path, courier, probe, self.ledger, self.interruption))
                self.ledger.mark(case.id, "acted")
        except Interrupted:
            assert self.interruption.code is not None
            self._stop(self.interruption.code, "Stopped by a signal.")
        except Unreachable as silence:
            self._stop(ExitCode.UNREACHABLE, f"{self.url} is unreachable: {silence}.")
        finally:
            await courier.close()
            if probe is not None:
                await probe.close()

    def _stop(self, code: ExitCode, reason: str) -> None:
        self.ledger.set_fact("stopped", {"code": int(code), "reason": reason})
