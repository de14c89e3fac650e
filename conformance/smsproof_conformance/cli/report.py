"""`smsproof report`: make the reports of a recorded run again, without one request."""

from __future__ import annotations

import sys

import typer

from smsproof_conformance.cli.conclusion import Reports, ShowData, print_annotations, wanted_reports, write_reports
from smsproof_conformance.cli.door import door
from smsproof_conformance.cli.printing import Json, print_text
from smsproof_conformance.cli.recorded import RunName, recorded
from smsproof_conformance.cli.run import Strict
from smsproof_conformance.exit_code import strongest
from smsproof_conformance.reports import json_report
from smsproof_conformance.reports.console import print_run
from smsproof_conformance.reports.material import Material
from smsproof_conformance.reports.terminal import console


def report(
    run: RunName = "last",
    strict: Strict = False,
    report: Reports = None,
    show_data: ShowData = False,
    as_json: Json = False,
) -> None:
    """Make reports from a run file; without --report, on the console. Exits 0, whatever the run's verdict is."""
    with door():
        wanted = wanted_reports(report, show_data)
        told = recorded(run, strict=strict)
        material = Material(told.ledger, told.judged, told.contract, shows_data=show_data)
        codes = write_reports(wanted, material)
        if as_json:
            print_text(json_report.render(material))
        elif not wanted:
            print_run(console(), material)
        print_annotations(console(sys.stderr) if as_json else console(), wanted, material)
        told.ledger.close()
        raise typer.Exit(strongest(codes))
