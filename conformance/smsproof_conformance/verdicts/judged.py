"""What judging a run gives: a verdict for every case and every requirement, and how the command ends."""

from __future__ import annotations

from dataclasses import dataclass

from smsproof_conformance.case import Case
from smsproof_conformance.exit_code import ExitCode, strongest
from smsproof_conformance.verdicts.finding import Finding, Unknown, Verdict
from smsproof_conformance.verdicts.known_defect import EntryResult
from smsproof_spec.contract import Party, Requirement


@dataclass(frozen=True)
class CaseResult:
    """The verdict on one case, with the reason where it is no PASS and the findings where there are any."""

    case: Case
    verdict: Verdict
    reason: str
    findings: tuple[Finding, ...]
    unknown: tuple[Unknown, ...] = ()


@dataclass(frozen=True)
class RequirementResult:
    """The verdict on one requirement, from all cases that observe it."""

    id: str
    requirement: Requirement
    verdict: Verdict
    cases: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """Everything a report needs to know of a run.

    requests    of the cases, with the accepted messages and the message parts at most; fuzzed: those of the fuzz phase.
    """

    vendor: str
    party: Party
    strict: bool
    cases: tuple[CaseResult, ...]
    requirements: tuple[RequirementResult, ...]
    requests: int
    accepted: int
    parts: int
    fuzzed: int
    stopped: ExitCode | None
    stop_reason: str
    entries: tuple[EntryResult, ...] = ()

    @property
    def findings(self) -> list[Finding]:
        return [finding for case in self.cases for finding in case.findings]

    def count(self, verdict: Verdict) -> int:
        return sum(case.verdict is verdict for case in self.cases)

    @property
    def observable(self) -> int:
        """How many requirements of the vendor's pages any target could let us observe."""
        return len(self._counted)

    @property
    def _counted(self) -> list[RequirementResult]:
        return [
            result
            for result in self.requirements
            if result.requirement.counted and result.requirement.observable_by(self.party)
        ]

    @property
    def observed(self) -> int:
        """How many requirements of the vendor's pages this target let us observe."""
        seen = (Verdict.PASS, Verdict.WARN, Verdict.FAIL, Verdict.XFAIL)
        return sum(r.verdict in seen for r in self._counted)

    @property
    def passed(self) -> int:
        """How many of the observed requirements had no finding."""
        return sum(r.verdict is Verdict.PASS for r in self._counted)

    @property
    def exit_code(self) -> ExitCode:
        codes: list[ExitCode] = []
        if self.stopped is not None:
            codes.append(self.stopped)
        if self.count(Verdict.FAIL) or any(e.verdict in (Verdict.XPASS, Verdict.FAIL) for e in self.entries):
            codes.append(ExitCode.CONTRACT_FAILURES)
        if self.count(Verdict.ERROR):
            codes.append(ExitCode.UNREACHABLE)
        if self.count(Verdict.INDETERMINATE):
            codes.append(ExitCode.INDETERMINATE)
        if not self.cases or not self.observed and not codes:
            codes.append(ExitCode.NOTHING_SELECTED)
        return strongest(codes)
