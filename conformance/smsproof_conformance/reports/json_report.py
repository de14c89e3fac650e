"""The JSON report: everything the console shows, for machines. Numbers and texts are masked as everywhere."""

from __future__ import annotations

import json
from typing import Any

from smsproof_conformance.finding import Finding
from smsproof_conformance.judge import Judged
from smsproof_conformance.record import Record
from smsproof_conformance.redaction import masked_body, masked_text


def render(judged: Judged, record: Record) -> str:
    """One JSON document, ASCII, keys in a fixed order; the same record gives the same bytes."""
    document = {
        "format": "smsproof-run/1",
        "vendor": judged.vendor,
        "target": record.target.name,
        "strict": judged.strict,
        "exit_code": int(judged.exit_code),
        "stopped": judged.stop_reason or None,
        "counts": {
            "requests": judged.requests,
            "accepted_messages": judged.accepted,
            "parts": judged.parts,
            "requirements_observed": judged.observed,
            "requirements_passed": judged.passed,
        },
        "cases": [
            {
                "id": result.case.id,
                "verdict": result.verdict,
                "reason": masked_text(result.reason) or None,
                "observes": list(result.case.observes),
            }
            for result in judged.cases
        ],
        "requirements": [
            {
                "id": result.id,
                "verdict": result.verdict,
                "provenance": result.requirement.provenance,
                "cases": list(result.cases),
            }
            for result in judged.requirements
        ],
        "findings": [_finding(finding, record) for finding in judged.findings],
    }
    return json.dumps(document, indent=1) + "\n"


def _finding(finding: Finding, record: Record) -> dict[str, Any]:
    exchange = next((seen for seen in record.exchanges if seen.id == finding.exchange), None)
    arrival = next((seen for seen in record.arrivals if seen.id == finding.arrival), None)
    shown: dict[str, Any] = {
        "case": finding.case,
        "requirement": finding.requirement,
        "severity": finding.severity,
        "pointer": finding.pointer,
        "expected": masked_text(finding.expected),
        "got": masked_text(finding.got),
    }
    if exchange is not None:
        request, answer = exchange.request, exchange.answer
        shown["exchange"] = {
            "id": exchange.id,
            "step": request.step,
            "request": {
                "method": request.method,
                "target": masked_text(request.target),
                "body": masked_body(request.body),
            },
            "answer": None if answer is None else {"status": answer.status, "body": masked_body(answer.body)},
        }
    if arrival is not None:
        shown["arrival"] = {"id": arrival.id, "hook": arrival.hook, "body": masked_body(arrival.body)}
    return shown
