"""What a GitHub workflow shows: annotations on the run, and a step summary in Markdown.

Both are read by a machine that obeys: a line of a log that begins with `::` is a command, Markdown may hold HTML,
links and mentions. So nothing of a peer's stands outside an escaped message or a code span or block.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import Final

from smsproof_conformance.reports.material import Group, Material, Page
from smsproof_conformance.reports.telling import body_lines
from smsproof_conformance.reports.terminal import shown
from smsproof_conformance.verdicts.finding import Severity, Verdict
from smsproof_spec.rules import printable
from smsproof_spec.spelling import counted

_MOST_ERRORS: Final = 10  # GitHub keeps no more of one step
_TOLD_FINDINGS: Final = 50
_MOST_LINES: Final = 60
_MOST_CHARACTERS: Final = 600
_KINDS: Final = {Severity.FAIL: "failing", Severity.WARN: "warning", Severity.XFAIL: "expected"}
_SIGNS: Final = {
    Verdict.PASS: "✅",
    Verdict.FAIL: "❌",
    Verdict.WARN: "⚠️",
    Verdict.SKIP: "⏭️",
    Verdict.INDETERMINATE: "❔",
    Verdict.ERROR: "🔌",
    Verdict.XFAIL: "☑️",
    Verdict.XPASS: "❗",
}


def commands(material: Material) -> str:
    """Workflow commands for standard output: at most ten errors, then one summary."""
    failing = [group.first for group in material.groups if group.first.finding.severity is Severity.FAIL]
    lines = [
        _command(
            "error",
            f"{told.finding.requirement} ({told.finding.case})",
            f"{told.requirement.statement} Expected {told.finding.expected}; got {told.finding.got}",
        )
        for told in failing[:_MOST_ERRORS]
    ]
    return "".join(f"{line}\n" for line in [*lines, _command("notice", "smsproof", _sentence(material))])


def render(material: Material) -> str:
    """The step summary."""
    judged = material.judged
    lines = [
        f"## smsproof: {judged.vendor}, {_code(material.target.name)}",
        "",
        _sentence(material),
        "",
        f"{counted(len(judged.cases), 'case')}: "
        + " · ".join(
            f"{_SIGNS[verdict]} {judged.count(verdict)} {verdict}" for verdict in Verdict if judged.count(verdict)
        ),
        "",
        f"Observed **{judged.observed}** of {counted(judged.observable, 'requirement')}, **{judged.passed}** of them"
        f" without a finding; {counted(material.sent, 'request')}, {counted(judged.accepted, 'accepted message')},"
        f" at most {counted(judged.parts, 'part')}.",
        "",
    ]
    if judged.stop_reason:
        lines += [_code(judged.stop_reason), ""]
    for doubt in material.doubts:
        lines += [_code(doubt), ""]
    for stale in material.stale:
        lines += [f"- {_SIGNS[stale.verdict]} baseline entry {_code(stale.entry.pattern)}: {stale.advice}", ""]
    for group in material.groups[:_TOLD_FINDINGS]:
        lines += _finding(group, material)
    if len(material.groups) > _TOLD_FINDINGS:
        left = len(material.groups) - _TOLD_FINDINGS
        lines += [f"{counted(left, 'more finding')} {'stands' if left == 1 else 'stand'} in the other reports.", ""]
    for page in material.cited:
        lines += [f"- {_html(page.name)}: the vendor's page {_linked(page)}"]
    return "\n".join(lines)


def _finding(group: Group, material: Material) -> list[str]:
    told, finding = group.first, group.first.finding
    where = ", ".join(str(source) for source in told.requirement.source) or "no page"
    times = f" × {len(group.others) + 1}" if group.others else ""
    lines = [
        f"<details><summary>{_SIGNS[Verdict(finding.severity)]} <b>{finding.requirement}</b>{times} {_html(told.requirement.statement)}</summary>",
        "",
        f"- expected {_code(finding.expected)}",
        f"- got {_code(finding.got)}" + (f" at {_code(finding.pointer)}" if finding.pointer else ""),
        f"- case {_code(finding.case)}, finding {_code(told.id)}, {told.requirement.provenance}, {where}",
        f"- {_html(told.why)}",
        "",
    ]
    if told.exchange is not None:
        request, answer = told.exchange.request, told.exchange.answer
        lines += _block([f"{request.method} {request.target}", *body_lines(request.body)])
        if answer is not None:
            lines += _block([str(answer.status), *body_lines(answer.body)])
        lines += _block([material.curl(told.exchange) or material.again(told) or ""], "sh")
    if told.arrival is not None:
        lines += _block([f"{told.arrival.method} at hook {told.arrival.hook}", *body_lines(told.arrival.body)])
    return [*lines, "</details>", ""]


def _sentence(material: Material) -> str:
    judged = material.judged
    kinds = Counter(group.first.finding.severity for group in material.groups)
    found = [f"{kinds[kind]} {name}" for kind, name in _KINDS.items() if kinds[kind] or kind is Severity.FAIL]
    last = next(kinds[kind] for kind in reversed(_KINDS) if kinds[kind] or kind is Severity.FAIL)
    findings = "finding" if last == 1 else "findings"
    cases = counted(len(judged.cases), "case")
    return f"{' and '.join(found)} {findings} in {cases}; exit code {int(judged.exit_code)}."


def _linked(page: Page) -> str:
    """A link where the contract has an address: ours, and no peer's."""
    return f"[{_html(page.title)}](<{page.url}>)" if page.url else _html(page.title)


def _command(name: str, title: str, message: str) -> str:
    return f"::{name} title={_escaped(shown(title), ':,')}::{_escaped(shown(message))}"


def _escaped(text: str, more: str = "") -> str:
    for char in "%\r\n" + more:
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _html(text: str) -> str:
    """Text between tags; what Markdown would read inside is escaped as well."""
    return re.sub(r"([\\`*_{}\[\]#|!~@])", r"\\\1", html.escape(printable(text), quote=False))


def _code(text: str) -> str:
    """A code span: more backticks around than in it (CommonMark 6.1), and no line end that would close it."""
    safe = shown(text, _MOST_CHARACTERS) or " "
    fence = "`" * (_longest_run(safe) + 1)
    return f"{fence} {safe} {fence}" if safe.startswith("`") or safe.endswith("`") else f"{fence}{safe}{fence}"


def _block(lines: list[str], language: str = "") -> list[str]:
    """A fenced block: a longer fence than any run of backticks in it (CommonMark 4.5)."""
    safe = [shown(line, _MOST_CHARACTERS) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        safe.append(f"… ({len(lines)} lines)")
    fence = "`" * max(3, max(map(_longest_run, safe)) + 1)
    return [f"{fence}{language}", *safe, fence, ""]


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
