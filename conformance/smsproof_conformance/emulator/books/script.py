"""Status scripts: which statuses a Messangi message goes through, and when each is told.

The default is SENT, then DELIVRD (AMB-MS-31). A destination of the fictional range 555-0101 to 555-0116 ends in the
status of that number in the list of S2:108-140; any destination can be given a script of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from smsproof_conformance.emulator.exchange import is_object

STATUSES: Final = (
    "DELIVRD",
    "EXPIRED",
    "DELETED",
    "UNDELIV",
    "ACCEPTD",
    "UNKNOWN",
    "REJECTD",
    "INVALID_ROUTING",
    "CODE_NOT_ALLOWED",
    "BLACKLISTED",
    "QUEUE",
    "DEQUEUED",
    "SENT",
    "ERROR",
    "ENROUTE",
    "SEGMENTS_EXCEEDED",
)
"""In the order of S2:108-140, which is that of MS-STATUS-01 to -16."""

_NEVER_SENT: Final = frozenset(
    {"INVALID_ROUTING", "CODE_NOT_ALLOWED", "BLACKLISTED", "ERROR", "SEGMENTS_EXCEEDED", "SENT"}
)
"""Statuses that do not come after a SENT of their own."""


@dataclass(frozen=True, slots=True)
class Step:
    """One status to tell, `after_seconds` of the emulator's clock after the message was taken."""

    status: str
    after_seconds: float = 0.0


def ending_in(status: str) -> tuple[Step, ...]:
    """The usual way to a status: by SENT, where the message was sent at all."""
    return (Step(status),) if status in _NEVER_SENT else (Step("SENT"), Step(status))


DELIVERED: Final = ending_in("DELIVRD")

MAGIC: Final[Mapping[str, tuple[Step, ...]]] = {
    f"121655501{place:02}": ending_in(status) for place, status in enumerate(STATUSES, 1)
}
"""By destination without its plus: 12165550101 is DELIVRD, …, 12165550116 is SEGMENTS_EXCEEDED."""


class ScriptError(ValueError):
    """A script that cannot be played. The text says which step and what to write."""


def read_script(steps: Iterable[object]) -> tuple[Step, ...]:
    """Steps out of JSON: {"status": "SENT", "after_seconds": 0}. Order, repeats and delays are the caller's."""
    return tuple(_step(place, step) for place, step in enumerate(steps))


def _step(place: int, step: object) -> Step:
    if is_object(step) and step.keys() <= {"status", "after_seconds"} and step.get("status") in STATUSES:
        seconds = step.get("after_seconds", 0.0)
        if isinstance(seconds, int | float) and 0 <= seconds <= 366 * 86400:
            return Step(step["status"], float(seconds))
    raise ScriptError(
        f'step {place} is none: write {{"status": one of {", ".join(STATUSES)}, "after_seconds": 0 or more}}'
    )
