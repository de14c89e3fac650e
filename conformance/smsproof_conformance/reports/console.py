"""The console report. Untrusted text reaches the terminal only through `shown` and as `Text`, never as markup."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records.exchange import MISSING, dig, is_array
from smsproof_conformance.reports.material import Group, Material, Shown
from smsproof_conformance.reports.terminal import shown
from smsproof_conformance.verdicts.coverage import Coverage, Row
from smsproof_conformance.verdicts.finding import Verdict
from smsproof_spec.rules import Malformed, strict_json
from smsproof_spec.spelling import counted

_HANGING_COLUMNS: Final = 50
_MOST_CHARACTERS: Final = 600  # of a value; beyond, nobody reads on, and nobody copies a line
STYLES: Final = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.WARN: "yellow",
    Verdict.SKIP: "dim",
    Verdict.INDETERMINATE: "magenta",
    Verdict.ERROR: "red",
    Verdict.XFAIL: "cyan",
    Verdict.XPASS: "bold red",
}


def print_run(console: Console, material: Material) -> None:
    """The verdicts that need a reader's eye, every finding in full, then the numbers."""
    judged = material.judged
    if judged.stopped is ExitCode.UNREACHABLE:  # the reason of all that follows
        _print_stop(console, judged.stop_reason)
    for case in judged.cases:
        if case.verdict in (Verdict.ERROR, Verdict.INDETERMINATE):
            line = Text(f"{case.verdict}  ", STYLES[case.verdict])
            console.print(line.append(case.case.id, "bold").append("  " + shown(case.reason), "default"))
    skipped = Counter(case.reason for case in judged.cases if case.verdict is Verdict.SKIP)
    for reason, count in skipped.items():
        console.print(Text(f"SKIP  {counted(count, 'case')}: {shown(reason)}", "dim"))
    for group in material.groups:
        print_finding(console, group, material)
    for stale in material.stale:
        line = Text(f"{stale.verdict}  ", STYLES[stale.verdict]).append(shown(stale.entry.pattern), "bold")
        console.print(line.append(f"  {stale.advice} ({shown(stale.entry.reason)})", "default"))
    _print_numbers(console, material)
    print_doubts(console, material)


def print_doubts(console: Console, material: Material) -> None:
    """What to look at before the verdicts, as the last lines; nothing where nothing is in doubt."""
    for doubt in material.doubts:
        console.print(Text(shown(doubt), "bold red"))


def print_coverage(console: Console, rows: tuple[Row, ...], vendor: str) -> None:
    """How many requirements are covered, by section and party; open and not observable ones by name."""
    table = Table(title=f"Coverage of {vendor}", title_justify="left")
    for column in ("section", "party", *Coverage):
        table.add_column(column, justify="right" if column in tuple(Coverage) else "left")
    counts = Counter((row.requirement.section, row.party, row.state) for row in rows)
    for section, party in sorted({(section, party) for section, party, _ in counts}):
        table.add_row(section, party, *(str(counts[section, party, state] or "") for state in Coverage))
    console.print(table)
    still_open = [f"{row.id} ({row.party})" for row in rows if row.state is Coverage.OPEN]
    if still_open:
        console.print(Text("open: " + ", ".join(still_open), "dim"))


def print_finding(console: Console, group: Group, material: Material) -> None:
    told, finding = group.first, group.first.finding
    console.print()
    heading = Text(f"{finding.severity}  {finding.requirement}", STYLES[Verdict(finding.severity)])
    console.print(heading.append(f"  {finding.case}", "default").append(f"  {told.id}", "dim"))
    console.print(Text(f"  {told.requirement.statement}"))
    for label, words in _lines(told, material):
        _print_labelled(console, label, words)
    if group.others:
        console.print(Text(f"  and {len(group.others)} more like it: {_others(group)}", "dim"))


def _print_labelled(console: Console, label: str, words: str) -> None:
    """A line of a finding; on a terminal that is wide enough, its continuation stands below its beginning."""
    if console.soft_wrap or console.width < _HANGING_COLUMNS:
        console.print(Text(f"  {label:9}  ", "dim").append(words, "default"))
        return
    row = Table.grid()
    row.add_column(width=13, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(Text(f"  {label}", "dim"), Text(words))
    console.print(row)


def _lines(told: Shown, material: Material) -> Iterable[tuple[str, str]]:
    finding, exchange, arrival = told.finding, told.exchange, told.arrival
    if exchange is not None:
        request = exchange.request
        sent = f"[{shown(request.step)}] {request.method} {shown(request.target)}"
        yield "sent", f"{sent} {_body(request.body, finding.pointer)}".rstrip()
        if exchange.answer is not None:
            yield "came back", f"{exchange.answer.status} {_body(exchange.answer.body, finding.pointer)}".rstrip()
    if arrival is not None:
        yield "arrived", f"{shown(arrival.method)} at hook {shown(arrival.hook)} {_body(arrival.body, finding.pointer)}"
    yield "expected", shown(finding.expected)
    yield "got", shown(finding.got) + (f" at {shown(finding.pointer)}" if finding.pointer else "")
    yield "why", told.why
    if exchange is not None:
        line, again = material.curl(exchange), material.again(told)
        shows_line = line is not None and len(shown(line, _MOST_CHARACTERS * 10)) <= _MOST_CHARACTERS
        if line is not None and shows_line:
            yield "repeat", shown(line)
        if again is not None:
            yield "or" if shows_line else "repeat", again


def _others(group: Group) -> str:
    names = [other.id for other in group.others]
    return ", ".join(names) if len(names) <= 6 else f"{', '.join(names[:5])} … {names[-1]}"


def _body(body: bytes | None, pointer: str = "") -> str:
    """A body in one line; of a long one, the part around what a finding points at."""
    if not body:
        return ""
    value = strict_json(body)
    if isinstance(value, Malformed):
        return shown(body.decode("utf-8", "backslashreplace"))
    whole = json.dumps(value, ensure_ascii=False)
    if len(whole) <= _MOST_CHARACTERS or not pointer:
        return shown(whole)
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    around: list[str] = []
    for step in steps:
        key = int(step) if is_array(value) and step.isdecimal() else step
        inner = dig(value, key)
        if inner is MISSING:
            break
        value, around = inner, [*around, step]
        if len(json.dumps(value, ensure_ascii=False)) <= _MOST_CHARACTERS // 2:
            break
    part = shown(json.dumps(value, ensure_ascii=False), _MOST_CHARACTERS // 2)
    return f"… /{'/'.join(map(shown, around))}: {part} … ({len(whole)} characters)" if around else shown(whole)


def _print_numbers(console: Console, material: Material) -> None:
    judged = material.judged
    console.print()
    line = Text(f"{judged.vendor}, {counted(len(judged.cases), 'case')}: ")
    for verdict in Verdict:
        count = judged.count(verdict)
        if count:
            line.append(f"{count} {verdict}  ", STYLES[verdict])
    console.print(line)
    console.print(
        f"observed {judged.observed} of {counted(judged.observable, 'requirement')}, {judged.passed} of them without a"
        f" finding; {counted(judged.requests, 'request')}, {counted(judged.accepted, 'accepted message')},"
        f" {counted(judged.parts, 'part')} at most"
    )
    if judged.fuzzed:
        console.print(f"{counted(judged.fuzzed, 'more request')} to fuzz")
    for page in material.cited:
        console.print(Text(shown(str(page)), "dim"))
    if judged.stopped is not ExitCode.UNREACHABLE and judged.stop_reason:
        _print_stop(console, judged.stop_reason)
    if material.strays:
        console.print(
            f"{material.strays} arrived at the inbox for no case of this run (an earlier one's, or anybody's): answered"
            " 404, on record, judged by nobody"
        )
    for endpoint in material.unrestored:
        console.print(Text(f"not restored: the webhook of {shown(endpoint)} still holds a URL of this run", "bold red"))
    if judged.findings and not material.shows_data and not material.scrubbed:
        console.print(Text("Numbers and texts are masked, in the lines to repeat as well: see --show-data.", "dim"))
    if judged.exit_code is ExitCode.NOTHING_SELECTED:
        console.print(Text("Nothing was observed: that is no success.", "bold red"))


def _print_stop(console: Console, reason: str) -> None:
    console.print(Text(shown(reason), "bold red"))
