"""The fuzz phase as a command asks for it: the engine, which takes most of a second to load, only where it is wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from smsproof_conformance.case import Case
from smsproof_conformance.fuzz.effort import Effort

if TYPE_CHECKING:
    from smsproof_conformance.fuzz.sharing import Shared
    from smsproof_conformance.runs.runner import Phase


def fuzz_phase(cases: Sequence[Case], effort: Effort | None, examples: Shared | None = None) -> Phase | None:
    """The fuzz phase of a run for `Run.start`; None for no effort.

    cases       those of the run; the standing ones among them speak of the answers.
    examples    that it shares with other runs.
    """
    if effort is None:
        return None
    from smsproof_conformance.fuzz import campaign

    return campaign.phase(cases, effort, examples)


def shared_examples(url: str | None, warn: Callable[[str], None]) -> Shared | None:
    """The examples at the address that a command was given; None for none.

    raises    ExamplesError.
    """
    if url is None:
        return None
    from smsproof_conformance.fuzz.examples import OnRedis

    return OnRedis(url, warn)
