"""How fast a sender may send off loopback: a long code is allowed one message a second (S2:23; IntelePeer queues)."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

from smsproof_conformance.records.exchange import is_array, is_object

SECONDS_PER_MESSAGE: Final = 1.0
_LONG_CODE: Final = re.compile(r"\+?[0-9]{7,15}")


class Pace:
    """Waits before a send until its senders' earlier messages are a second apart each.

    clock, sleep    injected in tests, so that no test waits.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._free_at: dict[str, float] = {}

    async def wait(self, body: Any) -> None:
        """Wait until every long code that `body` sends from is free, then count its messages."""
        now = self._clock()
        counts: dict[str, int] = {}
        for sender, messages in _senders(body):
            if _LONG_CODE.fullmatch(sender):
                counts[sender] = counts.get(sender, 0) + messages
        pause = max((self._free_at.get(sender, now) - now for sender in counts), default=0.0)
        if pause > 0:
            await self._sleep(pause)
        for sender, messages in counts.items():
            self._free_at[sender] = max(now, now + pause) + messages * SECONDS_PER_MESSAGE


def _senders(body: Any) -> Iterator[tuple[str, int]]:
    for item in body if is_array(body) else [body]:
        if is_object(item) and isinstance(item.get("from"), str):
            to = item.get("to")
            yield item["from"], len(to) if is_array(to) else 1
