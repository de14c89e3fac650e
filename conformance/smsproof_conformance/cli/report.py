"""`smsproof report`: make the reports of a recorded run again, without one request."""

from __future__ import annotations

from typing import Annotated

import typer

from smsproof_conformance.case import cases, observers
from smsproof_conformance.cli.conclusion import Reports, ShowData, print_annotations, wanted_reports, write_reports
from smsproof_conformance.cli.door import door
from smsproof_conformance.cli.run import Strict
from smsproof_conformance.exit_code import strongest
from smsproof_conformance.records import ledger as ledgers
from smsproof_conformance.reports.console import print_run
from smsproof_conformance.reports.material import Material
from smsproof_conformance.reports.terminal import console
from smsproof_conformance.verdicts.baseline import day, expect, kept
from smsproof_conformance.verdicts.judge import judge
from smsproof_spec import contract as contracts


def report(
    run: Annotated[str, typer.Argument(help="A run file, or `last`.")] = "last",
    strict: Strict = False,
    report: Reports = None,
    show_data: ShowData = False,
) -> None:
    """Make reports from a run file; without --report, on the console. Exits 0, whatever the run's verdict is."""
    with door():
        wanted = wanted_reports(report, show_data)
        ledger = ledgers.Ledger.open(ledgers.find(run))
        contract = contracts.load(ledger.fact("vendor"))
        known = cases(contract.vendor, ledger.fact("party") or "V")
        acted = [known[id_] for id_ in ledger.fact("cases") or known if id_ in known]
        judged = judge(ledger, contract, acted, strict=strict or bool(ledger.fact("strict")))
        judged = expect(judged, kept(ledger), day(ledger), observers(judged.vendor, judged.party))
        material = Material(ledger, judged, contract, shows_data=show_data)
        codes = write_reports(wanted, material)
        if not wanted:
            print_run(console(), material)
        print_annotations(console(), wanted, material)
        raise typer.Exit(strongest(codes))
