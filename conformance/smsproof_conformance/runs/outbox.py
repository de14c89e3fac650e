"""The outbox of a target's control API, as a run reads it: again and again until it holds what it should.

Somebody else's outbox may lag behind the word that all is delivered, as callbacks may. What is awaited and there costs one
reading; what never comes costs `wait_seconds`, and each time half of what it cost before.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, Final

from smsproof_conformance.records.record import gained
from smsproof_conformance.wire.peer import Steering

Entry = dict[str, Any]

_FIRST_PAUSE_SECONDS: Final = 0.01
_LONGEST_PAUSE_SECONDS: Final = 0.25


class Outbox:
    """Reads an outbox for all cases of a run; one that is not there is None each time."""

    def __init__(self, control: Steering | None, wait_seconds: float) -> None:
        self._control = control
        self._patience_seconds = wait_seconds

    async def read(self, awaited: Collection[str] = (), before: Sequence[Entry] | None = None) -> list[Entry] | None:
        """What is in it as soon as it has gained everything awaited, or what is in it when the wait is over.

        awaited    texts of messages that were taken, one as often as its messages.
        before     what was in it before: none of it is what is awaited.
        """
        if self._control is None:
            return None
        loop = asyncio.get_running_loop()
        end = loop.time() + self._patience_seconds
        pause_seconds = _FIRST_PAUSE_SECONDS
        while True:
            entries = await self._control.outbox()
            if entries is None or not _missing(awaited, gained(entries, before)):
                return entries
            if loop.time() + pause_seconds > end:
                self._patience_seconds /= 2
                return entries
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)


def _missing(awaited: Collection[str], entries: Sequence[Entry]) -> bool:
    there = Counter(str(entry.get("text")) for entry in entries)
    return any(there[text] < count for text, count in Counter(awaited).items())
