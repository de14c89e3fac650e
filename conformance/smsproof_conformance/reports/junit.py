"""The JUnit report: one test suite a section, one test case a case. Read by every CI.

FAIL is a failure, ERROR and INDETERMINATE are errors (the run's exit code is not 0), SKIP and XFAIL are skipped with
their reason, a warning passes and says so in its output.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from smsproof_conformance.reports.material import Group, Material
from smsproof_conformance.reports.telling import moment
from smsproof_conformance.verdicts.finding import Severity, Verdict
from smsproof_conformance.verdicts.judged import CaseResult
from smsproof_spec.rules import printable


def render(material: Material) -> str:
    """An XML document; every text in it is legal XML 1.0, whatever a peer said."""
    seconds: dict[str, float] = defaultdict(float)
    for exchange in material.exchanges:
        seconds[exchange.request.case] += exchange.answer.elapsed_seconds if exchange.answer else 0.0
    groups: dict[str, list[Group]] = defaultdict(list)
    for group in material.groups:
        groups[group.first.finding.case].append(group)
    sections: dict[str, list[CaseResult]] = defaultdict(list)
    for result in material.judged.cases:
        sections[result.case.id.partition("/")[0]].append(result)
    root = Element("testsuites", {"name": "smsproof", **_totals(material.judged.cases, seconds)})
    for section, results in sections.items():
        name = f"{material.judged.vendor}.{section}"
        suite = SubElement(root, "testsuite", {"name": name, **_totals(results, seconds)})
        if material.sent:
            suite.set("timestamp", moment(material.began_seconds).removesuffix("Z"))
        for result in results:
            suite.append(_case(result, name, seconds[result.case.id], groups[result.case.id], material))
    if material.judged.entries:
        root.append(_baseline(material))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _baseline(material: Material) -> Element:
    """The entries of the baseline as cases: what is expected in vain, or no longer, fails the run."""
    entries, stale = material.judged.entries, material.stale
    suite = Element("testsuite", {"name": "baseline", "tests": str(len(entries)), "failures": str(len(stale))})
    suite.attrib |= {"errors": "0", "skipped": "0", "time": "0.000"}
    advice = {one.entry: one for one in stale}
    for result in entries:
        case = SubElement(suite, "testcase", classname="baseline", name=_legal(result.entry.pattern), time="0.000")
        if result.entry in advice:
            told = advice[result.entry]
            SubElement(case, "failure", type=told.verdict, message=told.advice).text = _legal(result.entry.reason)
    return suite


def _totals(results: Sequence[CaseResult], seconds: dict[str, float]) -> dict[str, str]:
    verdicts = [result.verdict for result in results]
    return {
        "tests": str(len(verdicts)),
        "failures": str(verdicts.count(Verdict.FAIL)),
        "errors": str(verdicts.count(Verdict.ERROR) + verdicts.count(Verdict.INDETERMINATE)),
        "skipped": str(verdicts.count(Verdict.SKIP) + verdicts.count(Verdict.XFAIL)),
        "time": f"{sum(seconds[result.case.id] for result in results):.3f}",
    }


def _case(result: CaseResult, suite: str, seconds: float, groups: Sequence[Group], material: Material) -> Element:
    name = result.case.id.partition("/")[2] or result.case.id
    case = Element("testcase", classname=suite, name=name, time=f"{seconds:.3f}")
    failing = [group for group in groups if group.first.finding.severity is Severity.FAIL]
    warning = [group for group in groups if group.first.finding.severity is Severity.WARN]
    match result.verdict:
        case Verdict.FAIL:
            first = failing[0].first.finding
            more = f" (and {len(failing) - 1} more)" if len(failing) > 1 else ""
            message = f"{first.requirement}: expected {first.expected}, got {first.got}{more}"
            failure = SubElement(case, "failure", type=first.requirement, message=_legal(message))
            failure.text = _legal("\n\n".join(_told(group, material) for group in failing))
        case Verdict.ERROR | Verdict.INDETERMINATE:
            SubElement(case, "error", type=result.verdict, message=_legal(result.reason))
        case Verdict.SKIP:
            SubElement(case, "skipped", message=_legal(result.reason))
        case Verdict.XFAIL:
            reasons = dict.fromkeys(group.first.finding.accepted for group in groups if group.first.finding.accepted)
            SubElement(case, "skipped", message=_legal(f"expected by the baseline: {'; '.join(reasons)}"))
        case _:
            pass
    if warning:
        SubElement(case, "system-out").text = _legal("\n\n".join(_told(group, material) for group in warning))
    return case


def _told(group: Group, material: Material) -> str:
    told, finding = group.first, group.first.finding
    lines = [
        f"{finding.severity} {finding.requirement} [{told.id}] {told.requirement.statement}",
        f"expected: {finding.expected}",
        f"got: {finding.got}" + (f" at {finding.pointer}" if finding.pointer else ""),
        f"why: {told.why}",
    ]
    repeat = (material.curl(told.exchange) if told.exchange is not None else None) or material.again(told)
    if repeat is not None:
        lines.append(f"repeat: {repeat}")
    if group.others:
        lines.append(f"and {len(group.others)} more like it")
    return "\n".join(printable(line) for line in lines)


def _legal(text: str) -> str:
    return printable(text, keep="\n")
