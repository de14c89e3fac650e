"""`smsproof judge`: judge a recorded run again, without one request."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from smsproof_spec import contract as contracts

from smsproof_conformance import ledger as ledgers
from smsproof_conformance.case import cases
from smsproof_conformance.cli.conclusion import conclude
from smsproof_conformance.cli.door import door
from smsproof_conformance.cli.run import Patterns, Reports, Strict
from smsproof_conformance.reports.files import parse
from smsproof_conformance.selection import select


def judge(
    run: Annotated[str, typer.Argument(help="A run file, or `last`.")] = "last",
    strict: Strict = False,
    case: Patterns = None,
    report: Reports = None,
) -> None:
    """Judge a recorded run by the cases of this version."""
    with door():
        for wanted in report or []:
            parse(wanted)
        ledger = ledgers.Ledger.open(ledgers.find(run))
        contract = contracts.load(ledger.fact("vendor"))
        selected = select(cases(contract.vendor, ledger.fact("party") or "V"), case or [])
        conclude(Console(highlight=False), ledger, contract, selected, report or [], strict=strict)
