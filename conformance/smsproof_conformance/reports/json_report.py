"""The JSON report: everything the console shows, for machines; its schema is smsproof-run/1 (`smsproof schemas json`)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from smsproof_conformance.records.exchange import Arrival, Exchange
from smsproof_conformance.reports.material import Material, Shown
from smsproof_conformance.reports.telling import body_text, moment
from smsproof_conformance.verdicts.judged import CaseResult, RequirementResult
from smsproof_conformance.verdicts.known_defect import EntryResult


def render(material: Material) -> str:
    """One JSON document, ASCII, keys in a fixed order."""
    return json.dumps(document(material), indent=1) + "\n"


def document(material: Material) -> dict[str, Any]:
    """The report as a JSON value."""
    judged = material.judged
    return {
        "format": "smsproof-run/1",
        **header(material),
        **ending(material),
        "cases": [case(result) for result in judged.cases],
        "requirements": [requirement(result) for result in judged.requirements],
        "findings": [finding(shown, material) for shown in material.findings],
        "baseline": [expected(result) for result in judged.entries],
    }


def header(material: Material) -> dict[str, Any]:
    """What the run was."""
    return {
        "run": material.run or None,
        "vendor": material.judged.vendor,
        "party": material.judged.party,
        "target": material.target.name,
        "base_url": material.target.base_url,
        "contract": material.contract_hash,
        "seed": material.seed,
        "strict": material.judged.strict,
        "began": moment(material.began_seconds) if material.sent else None,
    }


def ending(material: Material) -> dict[str, Any]:
    """How it ended."""
    judged = material.judged
    return {
        "exit_code": int(judged.exit_code),
        "stopped": judged.stop_reason or None,
        "doubts": list(material.doubts),
        "digest": digest(material),
        "counts": {
            "requests": judged.requests,
            "fuzz_requests": judged.fuzzed,
            "accepted_messages": judged.accepted,
            "parts": judged.parts,
            "requirements_observable": judged.observable,
            "requirements_observed": judged.observed,
            "requirements_passed": judged.passed,
        },
    }


def case(result: CaseResult) -> dict[str, Any]:
    """The verdict on one case."""
    return {
        "id": result.case.id,
        "verdict": result.verdict,
        "reason": result.reason or None,
        "observes": list(result.case.observes),
    }


def requirement(result: RequirementResult) -> dict[str, Any]:
    """The verdict on one requirement."""
    return {
        "id": result.id,
        "verdict": result.verdict,
        "provenance": result.requirement.provenance,
        "cases": list(result.cases),
    }


def expected(result: EntryResult) -> dict[str, Any]:
    """What became of one entry of the baseline."""
    return {
        "pattern": result.entry.pattern,
        "reason": result.entry.reason,
        "expires": result.entry.expires.isoformat() if result.entry.expires else None,
        "verdict": result.verdict,
    }


def digest(material: Material) -> str:
    """SHA-256 of all verdicts and findings, whatever their order: equal for runs that ended the same way."""
    lines = [f"{result.case.id} {result.verdict}" for result in material.judged.cases]
    lines += [f"{shown.id} {shown.finding.severity}" for shown in material.findings]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def finding(shown: Shown, material: Material) -> dict[str, Any]:
    """One finding with where it was seen."""
    told = shown.finding
    return {
        "id": shown.id,
        "case": told.case,
        "requirement": told.requirement,
        "severity": told.severity,
        "provenance": shown.requirement.provenance,
        "source": [str(source) for source in shown.requirement.source],
        "statement": shown.requirement.statement,
        "why": shown.why,
        "accepted": told.accepted or None,
        "pointer": told.pointer,
        "expected": told.expected,
        "got": told.got,
        "exchange": None if shown.exchange is None else exchange(shown.exchange),
        "arrival": None if shown.arrival is None else arrival(shown.arrival),
        "curl": None if shown.exchange is None else material.curl(shown.exchange),
    }


def exchange(seen: Exchange) -> dict[str, Any]:
    """One exchange; `answer` and `lost` are null where there is none."""
    request, answer, lost = seen.request, seen.answer, seen.lost
    return {
        "id": seen.id,
        "case": request.case,
        "step": request.step,
        "operation": request.operation,
        "state": seen.state,
        "began": moment(seen.began_seconds),
        "request": {
            "method": request.method,
            "target": request.target,
            "headers": [list(header) for header in request.headers],
            "token": request.token,
            "paid": request.paid,
            "parts": request.parts,
            "body": body_text(request.body),
        },
        "answer": None
        if answer is None
        else {
            "status": answer.status,
            "headers": [list(header) for header in answer.headers],
            "elapsed_seconds": round(answer.elapsed_seconds, 6),
            "malformed": answer.malformed,
            "body": body_text(answer.body),
        },
        "lost": None if lost is None else {"kind": lost.kind, "left": lost.left, "detail": lost.detail},
    }


def arrival(seen: Arrival) -> dict[str, Any]:
    """One request that came to the inbox."""
    return {
        "id": seen.id,
        "case": seen.case,
        "hook": seen.hook,
        "at": moment(seen.at_seconds),
        "method": seen.method,
        "headers": [list(header) for header in seen.headers],
        "secret": seen.secret,
        "status": seen.status,
        "body": body_text(seen.body),
    }
