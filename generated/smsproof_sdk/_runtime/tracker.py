"""The status of messages, from reports that come late, twice and in the wrong order."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from smsproof_spec.rules import LIFE_CYCLES, LifeCycle


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands after a report.

    status     the furthest status seen, verbatim
    changed    whether this report moved it
    is_final   whether nothing more is expected
    succeeded  True or False once final; None before
    note       why a report was set aside, or "" ("after a final status")
    """

    id: str
    status: str
    changed: bool
    is_final: bool
    succeeded: bool | None
    note: str = ""


class StatusTracker:
    """Ranks statuses: never back, never away from a final one, unknown ones kept and never final.

    life_cycle   "messangi-status", or a LifeCycle of one's own

    Safe between threads. It lives in memory: after a restart, feed it the reports you kept.
    """

    def __init__(self, life_cycle: str | LifeCycle = "messangi-status") -> None:
        self._cycle = LIFE_CYCLES[life_cycle] if isinstance(life_cycle, str) else life_cycle
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[str, int]] = {}

    def observe(self, id: str, status: str) -> Standing:
        """Take in a report, in whatever order it comes."""
        cycle = self._cycle
        with self._lock:
            before = self._seen.get(id)
            if before is None:
                self._seen[id] = (status, cycle.rank.get(status, -1))
                return self._standing(id, changed=True)
            current, rank = before
            if status == current:
                return self._standing(id, changed=False)
            if cycle.is_final(current):
                return self._standing(id, changed=False, note=f"{status} after the final {current}")
            # An unknown status says nothing about how far along it is; it holds until a known one goes further.
            new = cycle.rank.get(status, rank)
            if new < rank:
                return self._standing(id, changed=False, note=f"{status} comes before {current}")
            self._seen[id] = (status, new)
            return self._standing(id, changed=True)

    def standing(self, id: str) -> Standing | None:
        """Where a message stands; None when nothing was reported of it."""
        with self._lock:
            return self._standing(id, changed=False) if id in self._seen else None

    def forget(self, id: str) -> None:
        """Drop what is known of a message."""
        with self._lock:
            self._seen.pop(id, None)

    def __len__(self) -> int:
        return len(self._seen)

    def _standing(self, id: str, *, changed: bool, note: str = "") -> Standing:
        status = self._seen[id][0]
        final = self._cycle.is_final(status)
        return Standing(id, status, changed, final, status in self._cycle.succeeded if final else None, note)
