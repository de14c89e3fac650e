"""A target that is down for a while (503): nothing more is sent until it answers again, and no send is repeated."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from smsproof_conformance.records.sentence import Sentence, Spoken

SECONDS_BETWEEN_PROBES: Final = 1.0
PATIENCE_SECONDS: Final = 60.0


class Unavailable(Spoken):
    """The target said 503 for as long as a run waits."""


class Breaker:
    """Holds a run up while its target is not there.

    available    asks the target something that costs nothing; whether it answers anything but 503.
    sleep        injected in tests, so that no test waits.
    """

    def __init__(
        self, available: Callable[[], Awaitable[bool]], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._available = available
        self._sleep = sleep

    async def wait(self) -> None:
        """Ask at once, then once a second. raises Unavailable after a minute."""
        waited = 0.0
        while not await self._available():
            if waited >= PATIENCE_SECONDS:
                raise Unavailable(Sentence("it answered 503 for {} s", f"{PATIENCE_SECONDS:g}"))
            await self._sleep(SECONDS_BETWEEN_PROBES)
            waited += SECONDS_BETWEEN_PROBES
