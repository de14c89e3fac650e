"""The event report: one JSON object a line, in the order in which things happened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from smsproof_conformance.reports import json_report
from smsproof_conformance.reports.material import Material


def render(material: Material) -> str:
    """Lines of ASCII JSON: the run, its exchanges and arrivals, the verdicts, the findings, the end."""
    return "".join(json.dumps({"event": name, **value}) + "\n" for name, value in events(material))


def events(material: Material) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every event of a run with its members."""
    judged = material.judged
    yield "run", {"format": "smsproof-events/1", **json_report.header(material)}
    for exchange in material.exchanges:
        yield "exchange", json_report.exchange(exchange)
    for arrival in material.arrivals:
        yield "arrival", json_report.arrival(arrival)
    for case in judged.cases:
        yield "case", json_report.case(case)
    for requirement in judged.requirements:
        yield "requirement", json_report.requirement(requirement)
    for shown in material.findings:
        yield "finding", json_report.finding(shown, material)
    for entry in judged.entries:
        yield "expected", json_report.expected(entry)
    yield "end", json_report.ending(material)
