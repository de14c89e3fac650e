"""`smsproof judge`: judge a recorded run again, without one request."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from smsproof_spec import contract as contracts

from smsproof_conformance import ledger as ledgers
from smsproof_conformance.case import cases
from smsproof_conformance.cli.door import door
from smsproof_conformance.judge import judge as judge_run
from smsproof_conformance.record import Record
from smsproof_conformance.reports.console import print_run
from smsproof_conformance.reports.files import parse, write
from smsproof_conformance.selection import select


def judge(
    run: Annotated[str, typer.Argument(help="A run file, or `last`.")] = "last",
    strict: Annotated[bool, typer.Option("--strict", help="Findings that would warn fail.")] = False,
    case: Annotated[
        list[str] | None, typer.Option(help="Only cases whose id matches this pattern (repeatable).")
    ] = None,
    report: Annotated[list[str] | None, typer.Option(help="FORMAT:PATH, e.g. json:report.json (repeatable).")] = None,
) -> None:
    """Judge a recorded run by the cases of this version."""
    with door():
        for wanted in report or []:
            parse(wanted)
        ledger = ledgers.Ledger.open(ledgers.find(run))
        contract = contracts.load(ledger.fact("vendor"))
        judged = judge_run(ledger, contract, select(cases(contract.vendor), case or []), strict=strict)
        record = Record.of(ledger)
        print_run(Console(highlight=False), judged, record, contract)
        for wanted in report or []:
            write(wanted, judged, record)
        raise typer.Exit(judged.exit_code)
