"""The verdicts of a run, kept in its file once what they were judged from is taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from smsproof_conformance.case import Case
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records.sentence import recalled, recorded
from smsproof_conformance.verdicts.finding import Finding, Severity, Unknown, Verdict
from smsproof_conformance.verdicts.judged import CaseResult, Judged, RequirementResult
from smsproof_spec.contract import Contract


class UnknownCase(Exception):
    """Verdicts were kept on a case that this version does not have."""


def keep(judged: Judged) -> dict[str, Any]:
    """A judged run as a JSON value; a baseline's entries are not part of it."""
    return {
        "party": judged.party,
        "strict": judged.strict,
        "cases": [_case(result) for result in judged.cases],
        "requirements": {result.id: [result.verdict, list(result.cases)] for result in judged.requirements},
        "counts": [judged.requests, judged.accepted, judged.parts, judged.fuzzed],
        "stopped": [None if judged.stopped is None else int(judged.stopped), judged.stop_reason],
    }


def recall(kept: Any, contract: Contract, cases: Mapping[str, Case]) -> Judged:
    """The judged run that was kept. raises UnknownCase."""
    requests, accepted, parts, fuzzed = kept["counts"]
    stopped, reason = kept["stopped"]
    return Judged(
        vendor=contract.vendor,
        party=kept["party"],
        strict=kept["strict"],
        cases=tuple(_recalled(told, cases) for told in kept["cases"]),
        requirements=tuple(
            RequirementResult(id_, contract.requirements[id_], Verdict(verdict), tuple(observers))
            for id_, (verdict, observers) in kept["requirements"].items()
        ),
        requests=requests,
        accepted=accepted,
        parts=parts,
        fuzzed=fuzzed,
        stopped=None if stopped is None else ExitCode(stopped),
        stop_reason=reason,
    )


def _case(result: CaseResult) -> dict[str, Any]:
    return {
        "id": result.case.id,
        "verdict": result.verdict,
        "reason": result.reason,
        "findings": [vars(finding) for finding in result.findings],
        "unknown": [[unknown.requirement, recorded(unknown.reason)] for unknown in result.unknown],
    }


def _recalled(told: Any, cases: Mapping[str, Case]) -> CaseResult:
    if told["id"] not in cases:
        raise UnknownCase(told["id"])
    return CaseResult(
        case=cases[told["id"]],
        verdict=Verdict(told["verdict"]),
        reason=told["reason"],
        findings=tuple(
            replace(Finding(**finding), severity=Severity(finding["severity"])) for finding in told["findings"]
        ),
        unknown=tuple(Unknown(requirement, recalled(reason)) for requirement, reason in told["unknown"]),
    )
