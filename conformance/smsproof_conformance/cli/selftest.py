"""`smsproof selftest`: both emulators, both phases, strict: the whole suite against what it believes is right."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from smsproof_conformance.case import cases
from smsproof_conformance.cli.conclusion import write_reports
from smsproof_conformance.cli.door import door
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.cli.run import MaxExamples, Seed, TimeLimit
from smsproof_conformance.emulator import running
from smsproof_conformance.exit_code import ExitCode, strongest
from smsproof_conformance.fuzz.effort import MAX_EXAMPLES, TIME_LIMIT_SECONDS, Effort
from smsproof_conformance.fuzz.phase import fuzz_phase
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.reports import json_report
from smsproof_conformance.reports.console import print_coverage, print_run
from smsproof_conformance.reports.material import Material
from smsproof_conformance.reports.terminal import console
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets.demonstration import SECRETS, target
from smsproof_conformance.verdicts.coverage import table
from smsproof_conformance.verdicts.documented import documented_answers, documented_requests
from smsproof_conformance.verdicts.judge import judge
from smsproof_spec import contract as contracts
from smsproof_spec.contract import Party


def selftest(
    report_dir: Annotated[Path, typer.Option(help="Where the reports go.")] = Path("report"),
    seed: Seed = 1,
    max_examples: MaxExamples = MAX_EXAMPLES,
    time_limit: TimeLimit = TIME_LIMIT_SECONDS,
    as_json: Json = False,
) -> None:
    """Run the suite in --strict against the emulators of both vendors, and print the coverage."""
    with door():
        out = console(sys.stderr) if as_json else console()
        codes: list[ExitCode] = []
        told: list[dict[str, Any]] = []
        for vendor in contracts.VENDORS:
            contract = contracts.load(vendor)
            selected = list(cases(vendor).values())
            with running(vendor) as emulator, Ledger.in_memory(SECRETS.values()) as ledger:
                Run(target(vendor, emulator.url, emulator.control), SECRETS, contract, ledger).start(
                    selected, seed=seed, then=fuzz_phase(selected, Effort(seed, max_examples, time_limit))
                )
                judged = judge(ledger, contract, selected, strict=True)
                material = Material(ledger, judged, contract)
            documented = documented_answers(contract)
            contradictions = [example.name for example in documented if example.violations]
            told.append(json_report.document(material))
            print_run(out, material)
            parties: tuple[Party, ...] = ("V", "R", "C")
            print_coverage(out, table(contract, {party: cases(vendor, party).values() for party in parties}), vendor)
            unwritten = write_reports(
                [f"{kind}:{report_dir / f'{vendor}.{kind}'}" for kind in ("json", "html")], material
            )
            out.print(
                f"{documented_requests(contract)} documented requests replayed by cases,"
                f" {len(documented) - len(contradictions)} of {len(documented)} documented answers are valid"
            )
            codes += [judged.exit_code, *unwritten, *([ExitCode.CONTRACT_FAILURES] if contradictions else [])]
        out.print(f"reports: {report_dir}")
        if as_json:
            print_json(told)
        raise typer.Exit(strongest(codes))
