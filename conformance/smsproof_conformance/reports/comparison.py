"""Two runs side by side: which verdicts changed, which findings are new, gone or still there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from smsproof_conformance.reports.material import Group, Material
from smsproof_conformance.verdicts.finding import Severity, Verdict

# From what is best to know to what is worst. What is not observed any more is worse than a pass: nobody knows it now.
_ORDER: Final = (
    Verdict.PASS,
    Verdict.XFAIL,
    Verdict.SKIP,
    Verdict.INDETERMINATE,
    Verdict.ERROR,
    Verdict.WARN,
    Verdict.XPASS,
    Verdict.FAIL,
)
_WEIGHT: Final = {Severity.XFAIL: 0, Severity.WARN: 1, Severity.FAIL: 2}


@dataclass(frozen=True)
class Change:
    """A verdict that is not the same in both runs.

    kind    "requirement" or "case"; a case that is not part of a run counts as SKIP there.
    """

    kind: str
    id: str
    before: Verdict
    after: Verdict

    @property
    def worse(self) -> bool:
        return _ORDER.index(self.after) > _ORDER.index(self.before)


@dataclass(frozen=True)
class Pair:
    """A finding of two runs; None where a run does not have it."""

    before: Group | None
    after: Group | None

    @property
    def group(self) -> Group:
        group = self.after or self.before
        assert group is not None
        return group

    @property
    def state(self) -> str:
        return "gone" if self.after is None else "new" if self.before is None else "same"

    @property
    def worse(self) -> bool:
        if self.after is None:
            return False
        return self.before is None or _weight(self.after) > _weight(self.before)


@dataclass(frozen=True)
class Comparison:
    """What became of a target from one run to a later one."""

    before: Material
    after: Material

    @cached_property
    def verdicts(self) -> tuple[Change, ...]:
        """Every verdict that changed: requirements first, then cases, each in the order of the contract."""
        earlier, later = self.before.judged, self.after.judged
        changes = [
            *_changes("requirement", {r.id: r.verdict for r in earlier.requirements}, {r.id: r.verdict for r in later.requirements}),
            *_changes("case", {r.case.id: r.verdict for r in earlier.cases}, {r.case.id: r.verdict for r in later.cases}),
        ]  # fmt: skip
        return tuple(changes)

    @cached_property
    def findings(self) -> tuple[Pair, ...]:
        """Every finding of either run: those of the later one first, then what is gone."""
        earlier = {group.first.id: group for group in self.before.groups}
        later = {group.first.id: group for group in self.after.groups}
        return tuple(Pair(earlier.get(id_), later.get(id_)) for id_ in dict.fromkeys((*later, *earlier)))

    @property
    def worse(self) -> bool:
        """Whether anything got worse: a verdict, or a finding that is new or fails now."""
        return any(change.worse for change in self.verdicts) or any(pair.worse for pair in self.findings)

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """The numbers of both runs."""
        return {name: (_count(self.before)[name], _count(self.after)[name]) for name in _count(self.after)}

    def as_json(self) -> dict[str, Any]:
        """The comparison as a JSON value; schema: smsproof-comparison/1."""
        return {
            "format": "smsproof-comparison/1",
            "before": self.before.run or None,
            "after": self.after.run or None,
            "worse": self.worse,
            "verdicts": [
                {"kind": one.kind, "id": one.id, "before": one.before, "after": one.after, "worse": one.worse}
                for one in self.verdicts
            ],
            "findings": [_finding(pair) for pair in self.findings],
            "counts": {name: {"before": before, "after": after} for name, (before, after) in self.counts.items()},
        }


def _changes(kind: str, earlier: Mapping[str, Verdict], later: Mapping[str, Verdict]) -> Iterator[Change]:
    for id_ in dict.fromkeys((*later, *earlier)):
        change = Change(kind, id_, earlier.get(id_, Verdict.SKIP), later.get(id_, Verdict.SKIP))
        if change.before is not change.after:
            yield change


def _weight(group: Group) -> int:
    return max(_WEIGHT[told.finding.severity] for told in (group.first, *group.others))


def _count(material: Material) -> dict[str, int]:
    judged = material.judged
    return {
        "requests": material.sent,
        "accepted_messages": judged.accepted,
        "parts": judged.parts,
        "requirements_observed": judged.observed,
        "requirements_passed": judged.passed,
        "findings": len(material.groups),
    }


def _finding(pair: Pair) -> dict[str, Any]:
    told = pair.group.first
    return {
        "id": told.id,
        "state": pair.state,
        "worse": pair.worse,
        "case": told.finding.case,
        "requirement": told.finding.requirement,
        "pointer": told.finding.pointer,
        "before": _side(pair.before),
        "after": _side(pair.after),
    }


def _side(group: Group | None) -> dict[str, Any] | None:
    if group is None:
        return None
    finding = group.first.finding
    times = 1 + len(group.others)
    return {"severity": finding.severity, "times": times, "expected": finding.expected, "got": finding.got}
