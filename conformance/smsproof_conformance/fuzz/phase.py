"""The fuzz phase as a command asks for it: the engine, which takes most of a second to load, only where it is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from smsproof_conformance.case import Case
from smsproof_conformance.fuzz.effort import Effort

if TYPE_CHECKING:
    from smsproof_conformance.runs.runner import Phase


def fuzz_phase(cases: Sequence[Case], effort: Effort | None) -> Phase | None:
    """The fuzz phase of a run for `Run.start`; None for no effort.

    cases    those of the run; the standing ones among them speak of the answers.
    """
    if effort is None:
        return None
    from smsproof_conformance.fuzz import campaign

    return campaign.phase(cases, effort)
