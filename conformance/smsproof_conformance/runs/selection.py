"""Which cases a command means."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from smsproof_conformance.case import Case


class NothingSelected(Exception):
    """A pattern matches no case: nothing ran is not success (exit code 5)."""


def select(cases: Mapping[str, Case], patterns: Sequence[str]) -> list[Case]:
    """Every case when there is no pattern; otherwise those of which the id or a requirement matches one of them.

    patterns  as a shell has them (`*`, `?`, `[a-c]`); upper and lower case are one.
    raises    NothingSelected for a pattern that matches nothing, with the nearest id.
    """
    if not patterns:
        return list(cases.values())
    chosen: set[str] = set()
    for pattern in patterns:
        folded = pattern.lower()
        found = {
            key
            for key, case in cases.items()
            if any(fnmatchcase(name.lower(), folded) for name in (case.id, *case.observes))
        }
        if not found:
            names = {name.lower(): name for case in cases.values() for name in (case.id, *case.observes)}
            close = [names[name] for name in difflib.get_close_matches(folded, names, n=1, cutoff=0.3)]
            hint = f" The nearest id is {close[0]}." if close else ""
            raise NothingSelected(f"No case matches {pattern!r}.{hint} `smsproof list` shows all of them.")
        chosen |= found
    return [case for key, case in cases.items() if key in chosen]
