"""How every command that judges ends: judge, print, write the reports, exit with the run's code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import typer
from rich.console import Console
from smsproof_spec.contract import Contract

from smsproof_conformance.case import Case
from smsproof_conformance.judge import judge
from smsproof_conformance.ledger import Ledger
from smsproof_conformance.record import Record
from smsproof_conformance.reports.console import print_run
from smsproof_conformance.reports.files import write


def conclude(
    console: Console, ledger: Ledger, contract: Contract, cases: Sequence[Case], reports: Sequence[str], *, strict: bool
) -> NoReturn:
    """Judge a record and leave. `reports` are FORMAT:PATH, already checked."""
    judged = judge(ledger, contract, cases, strict=strict)
    record = Record.of(ledger)
    print_run(console, judged, record, contract)
    for wanted in reports:
        write(wanted, judged, record)
    for endpoint in ledger.fact("unrestored") or []:
        console.print(f"not restored: the webhook of {endpoint} still holds a URL of this run", style="bold red")
    console.print(f"run file: {ledger.path}", soft_wrap=True)
    ledger.close()
    raise typer.Exit(judged.exit_code)
