"""How every command that judges ends: judge, write the reports, print, exit with the run's code."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from smsproof_conformance.case import Case, observers
from smsproof_conformance.cli.door import UsageError
from smsproof_conformance.cli.printing import print_text
from smsproof_conformance.exit_code import ExitCode, strongest
from smsproof_conformance.records.ledger import Ledger, LedgerFailure
from smsproof_conformance.reports import github, json_report
from smsproof_conformance.reports.console import print_doubts, print_run
from smsproof_conformance.reports.files import ReportFailure, parse, write
from smsproof_conformance.reports.material import Material
from smsproof_conformance.reports.terminal import console
from smsproof_conformance.runs.selection import NothingSelected
from smsproof_conformance.verdicts.baseline import day, expect, keep, read
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.known_defect import Entry
from smsproof_spec import contract as contracts
from smsproof_spec.contract import Contract

Baseline = Annotated[
    Path | None,
    typer.Option(envvar="SMSPROOF_BASELINE", help="TOML file of expected findings; see `smsproof baseline`."),
]
Reports = Annotated[
    list[str] | None,
    typer.Option("--report", envvar="SMSPROOF_REPORT", help="FORMAT:PATH, e.g. json:report.json (repeatable)."),
]
ShowData = Annotated[
    bool,
    typer.Option(
        "--show-data", envvar="SMSPROOF_SHOW_DATA", help="Numbers and texts in clear; refused when CI is set."
    ),
]
ExitZero = Annotated[
    bool,
    typer.Option(
        "--exit-zero", envvar="SMSPROOF_EXIT_ZERO", help="Exit 0 for findings and for what is undecided (1, 7)."
    ),
]

# What is said about the target; everything else says that the job itself did not work.
_VERDICTS: Final = frozenset({ExitCode.CONTRACT_FAILURES, ExitCode.INDETERMINATE})


@dataclass(frozen=True)
class Wanted:
    """What a command is to print and write at its end; checked before anything is sent."""

    reports: Sequence[str]
    baseline: Sequence[Entry]
    strict: bool
    show_data: bool
    as_json: bool
    exit_zero: bool

    @classmethod
    def checked(
        cls,
        reports: Reports,
        baseline: Path | None,
        *,
        strict: bool,
        show_data: bool,
        as_json: bool,
        exit_zero: bool,
    ) -> Wanted:
        """raises ReportError, BaselineError, NothingSelected and UsageError for what cannot be had."""
        return cls(wanted_reports(reports, show_data), wanted_baseline(baseline), strict, show_data, as_json, exit_zero)

    @property
    def console(self) -> Console:
        """Where people may read: not where a JSON document is to stand alone."""
        return console(sys.stderr) if self.as_json else console()


def wanted_reports(reports: Reports, show_data: bool = False) -> list[str]:
    """Check before anything is sent what a command is to write at its end.

    raises    ReportError for what is no FORMAT:PATH, UsageError for data in clear where CI logs are read by others.
    """
    for wanted in reports or []:
        parse(wanted)
    if show_data and os.environ.get("CI"):
        raise UsageError("--show-data would put numbers and texts in clear into CI logs and artefacts; CI is set.")
    return reports or []


def wanted_baseline(path: Path | None) -> list[Entry]:
    """Read what a command is to expect, before anything is sent.

    raises    BaselineError for a file that cannot be used, NothingSelected for an entry that names no requirement.
    """
    if path is None:
        return []
    entries = read(path)
    known = [id_ for vendor in contracts.VENDORS for id_ in contracts.load(vendor).requirements]
    for entry in entries:
        if not any(entry.names(id_) for id_ in known):
            close = difflib.get_close_matches(entry.requirement, known, n=1, cutoff=0.3)
            hint = f" The nearest is {close[0]}." if close else ""
            raise NothingSelected(f"{path}: {entry.pattern!r} names no requirement of any vendor.{hint}")
    return entries


def conclude(wanted: Wanted, ledger: Ledger, contract: Contract, cases: Sequence[Case]) -> NoReturn:
    """Judge a record and leave."""
    with suppress(LedgerFailure):  # a record that is only read keeps what its own run said
        ledger.set_fact("strict", wanted.strict)
        keep(ledger, wanted.baseline)
    judged = judge(ledger, contract, cases, strict=wanted.strict)
    judged = expect(judged, wanted.baseline, day(ledger), observers(judged.vendor, judged.party))
    material = Material(ledger, judged, contract, shows_data=wanted.show_data)
    code = strongest([judged.exit_code, *write_reports(wanted.reports, material)])
    if wanted.as_json:
        print_text(json_report.render(material))
        print_doubts(wanted.console, material)
    else:
        print_run(wanted.console, material)
    print_annotations(wanted.console, wanted.reports, material)
    for report in wanted.reports:
        wanted.console.print(Text(f"report: {report.partition(':')[2]}"), soft_wrap=True)
    wanted.console.print(f"run file: {ledger.path}", soft_wrap=True)
    ledger.close()
    raise typer.Exit(ExitCode.CONFORMANT if wanted.exit_zero and code in _VERDICTS else code)


def print_annotations(console: Console, reports: Sequence[str], material: Material) -> None:
    """What GitHub reads from standard output (and standard error), where its report is asked for."""
    if any(wanted.startswith("github:") for wanted in reports):
        console.print(github.commands(material), end="", soft_wrap=True)


def write_reports(reports: Sequence[str], material: Material) -> list[ExitCode]:
    """Write every report that can be written; say which could not. Returns exit codes that hold because of it."""
    codes: list[ExitCode] = []
    for wanted in reports:
        try:
            write(wanted, material)
        except ReportFailure as failure:
            print(f"{failure} `smsproof report` makes it again from the run file.", file=sys.stderr)
            codes.append(ExitCode.INTERNAL)
    return codes
