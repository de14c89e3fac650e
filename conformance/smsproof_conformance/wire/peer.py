"""The other side of a run: what carries requests to the target, and what steers it where it can be steered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from smsproof_conformance.records.exchange import Answer, Lost, Request
from smsproof_conformance.targets.target import Secrets, Target
from smsproof_conformance.wire.control import Control
from smsproof_conformance.wire.transport import Transport


class Carrier(Protocol):
    """Carries one request and brings back the answer or why there is none; never raises for what the peer does."""

    async def exchange(self, request: Request) -> Answer | Lost: ...

    async def close(self) -> None: ...


class Steering(Protocol):
    """An emulator's control API, as far as a run uses it."""

    async def inbound(self, sender: str, to: str, message: str) -> bool: ...

    @property
    def refusal(self) -> str | None: ...

    async def settle(self) -> bool: ...

    async def outbox(self) -> list[dict[str, Any]] | None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Peer:
    """A target to act against; `control` is None where it declares no control API."""

    carrier: Carrier
    control: Steering | None

    @classmethod
    def over_http(cls, target: Target, secrets: Secrets) -> Peer:
        return cls(Transport(target, secrets), Control(target, secrets) if target.control_url else None)

    async def close(self) -> None:
        await self.carrier.close()
        if self.control is not None:
            await self.control.close()
