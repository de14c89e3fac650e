"""The console report. Untrusted text reaches the terminal only through `masked_text` and as `Text`, never as markup."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text
from smsproof_spec.contract import Contract

from smsproof_conformance.coverage import Coverage, Row
from smsproof_conformance.curl import curl
from smsproof_conformance.exchange import Arrival, Exchange
from smsproof_conformance.finding import Finding, Severity, Verdict
from smsproof_conformance.judge import Judged
from smsproof_conformance.record import Record
from smsproof_conformance.redaction import masked_body, masked_text

_STYLES = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.WARN: "yellow",
    Verdict.SKIP: "dim",
    Verdict.INDETERMINATE: "magenta",
    Verdict.ERROR: "red",
}


def print_run(console: Console, judged: Judged, record: Record, contract: Contract) -> None:
    """The verdicts that need a reader's eye, every finding in full, then the numbers."""
    skipped = Counter(case.reason for case in judged.cases if case.verdict is Verdict.SKIP)
    for case in judged.cases:
        if case.verdict in (Verdict.ERROR, Verdict.INDETERMINATE):
            line = Text(f"{case.verdict}  ", _STYLES[case.verdict])
            console.print(line.append(case.case.id, "bold").append("  " + masked_text(case.reason), "default"))
    for reason, count in skipped.items():
        console.print(Text(f"SKIP  {count} case{'s' if count > 1 else ''}: {masked_text(reason)}", "dim"))
    for finding in judged.findings:
        _print_finding(console, finding, record, contract)
    _print_numbers(console, judged)


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


def _print_finding(console: Console, finding: Finding, record: Record, contract: Contract) -> None:
    requirement = contract.requirements[finding.requirement]
    style = "bold red" if finding.severity is Severity.FAIL else "yellow"
    console.print()
    console.print(Text(f"{finding.severity}  {finding.requirement}", style).append(f"  {finding.case}", "default"))
    where = ", ".join(str(source) for source in requirement.source)
    console.print(Text(f"  {requirement.statement} ({requirement.provenance}{', ' + where if where else ''})"))
    exchange = next((seen for seen in record.exchanges if seen.id == finding.exchange), None)
    arrival = next((seen for seen in record.arrivals if seen.id == finding.arrival), None)
    if exchange is not None:
        _print_exchange(console, exchange, finding, record)
    elif arrival is not None:
        _print_arrival(console, arrival)
    where_in = f" at {finding.pointer}" if finding.pointer else ""
    console.print(Text(f"  expected   {masked_text(finding.expected)}"))
    console.print(Text(f"  got{where_in}   {masked_text(finding.got)}"))
    if exchange is not None:
        console.print(Text(f"  repeat     {curl(record.target, exchange.request)}"), soft_wrap=True)


def _print_exchange(console: Console, exchange: Exchange, finding: Finding, record: Record) -> None:
    request = exchange.request
    sent = f"{request.method} {masked_text(request.target)} {masked_body(request.body)}"
    console.print(Text(f"  sent       [{masked_text(finding.step or '')}] {sent}"))
    if exchange.answer is not None:
        console.print(Text(f"  came back  {exchange.answer.status} {masked_body(exchange.answer.body)}"))


def _print_arrival(console: Console, arrival: Arrival) -> None:
    console.print(
        Text(f"  arrived    {arrival.method} at hook {masked_text(arrival.hook)} {masked_body(arrival.body)}")
    )


def _print_numbers(console: Console, judged: Judged) -> None:
    console.print()
    line = Text(f"{judged.vendor}: ")
    for verdict in Verdict:
        count = judged.count(verdict)
        if count:
            line.append(f"{count} {verdict}  ", _STYLES[verdict])
    console.print(line)
    console.print(
        f"observed {judged.observed} of {judged.observable} requirements, {judged.passed} of them without a finding;"
        f" {judged.requests} requests, {judged.accepted} accepted messages, {judged.parts} parts at most"
    )
    if judged.stop_reason:
        console.print(Text(masked_text(judged.stop_reason), "bold red"))
