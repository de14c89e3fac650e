"""A defect that is known and accepted for now: which findings it names, and what became of it in a run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from smsproof_conformance.verdicts.finding import Finding, Verdict


@dataclass(frozen=True)
class Entry:
    """One accepted defect.

    pattern    "REQUIREMENT POINTER STATUS".
    expires    the last day on which it is accepted; None: for good.
    """

    pattern: str
    reason: str
    expires: date | None = None

    @property
    def requirement(self) -> str:
        return self.pattern.partition(" ")[0]

    def covers(self, finding: Finding) -> bool:
        return _matches(self.pattern, key(finding))

    def names(self, requirement: str) -> bool:
        return _matches(self.requirement, requirement)


@dataclass(frozen=True)
class EntryResult:
    """What became of an entry in a run.

    verdict    XFAIL: it covers a finding. XPASS: what it names was looked at, and holds. FAIL: its time is over.
               SKIP: this run did not look at everything it names.
    """

    entry: Entry
    verdict: Verdict


def key(finding: Finding) -> str:
    """What the baseline calls a finding: the same for every item of a list and for every run."""
    return f"{finding.requirement} {finding.place or '-'} {finding.status or '-'}"


def _matches(pattern: str, text: str) -> bool:
    parts = (_WILD.get(part, re.escape(part)) for part in re.split(r"(\*+)", pattern))
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


_WILD = {"*": "[^/ ]*", "**": ".*"}
