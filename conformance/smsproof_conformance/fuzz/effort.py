"""How much a fuzz phase does; all that a command needs to know of it without loading the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from smsproof_conformance.case import Case

if TYPE_CHECKING:
    from smsproof_conformance.runs.runner import Phase

MAX_EXAMPLES: Final = 40
TIME_LIMIT_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Effort:
    """How much a fuzz phase does.

    max_examples    of each strategy of each operation; the engine's enumeration of the schema comes on top.
    seconds         after which nothing new is sent.
    """

    seed: int
    max_examples: int = MAX_EXAMPLES
    seconds: float = TIME_LIMIT_SECONDS


def fuzz_phase(cases: Sequence[Case], effort: Effort | None) -> Phase | None:
    """The fuzz phase of a run for `Run.start`; None for no effort.

    cases    those of the run; the standing ones among them speak of the answers.
    """
    if effort is None:
        return None
    from smsproof_conformance.fuzz import campaign  # loads the engine, which takes most of a second

    return campaign.phase(cases, effort)
