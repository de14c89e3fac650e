"""`smsproof judge`: judge a recorded run again, without one request."""

from __future__ import annotations

from typing import Annotated

import typer

from smsproof_conformance.case import cases
from smsproof_conformance.cli.conclusion import Baseline, Reports, ShowData, conclude, wanted_baseline, wanted_reports
from smsproof_conformance.cli.door import door
from smsproof_conformance.cli.run import Patterns, Strict
from smsproof_conformance.records import ledger as ledgers
from smsproof_conformance.reports.terminal import console
from smsproof_conformance.runs.selection import select
from smsproof_spec import contract as contracts


def judge(
    run: Annotated[str, typer.Argument(help="A run file, or `last`.")] = "last",
    strict: Strict = False,
    case: Patterns = None,
    report: Reports = None,
    show_data: ShowData = False,
    baseline: Baseline = None,
) -> None:
    """Judge a recorded run by the cases of this version."""
    with door():
        reports = wanted_reports(report, show_data)
        expected = wanted_baseline(baseline)
        ledger = ledgers.Ledger.open(ledgers.find(run))
        contract = contracts.load(ledger.fact("vendor"))
        selected = select(cases(contract.vendor, ledger.fact("party") or "V"), case or [])
        conclude(console(), ledger, contract, selected, reports, strict=strict, show_data=show_data, baseline=expected)
