"""`smsproof faults`: the fault matrix as a table."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.emulator.faults import FAULTS, Fault
from smsproof_conformance.evidence import matrix_file
from smsproof_conformance.evidence.matrix import Row, idle_cases, run_matrix
from smsproof_conformance.evidence.matrix_file import MatrixFileError, changes
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.reports.terminal import console
from smsproof_spec import contract as contracts
from smsproof_spec.spelling import counted


def faults(
    vendor: Annotated[str | None, typer.Argument(help="Only this vendor's faults.")] = None,
    list_only: Annotated[
        bool, typer.Option("--list", help="List the faults with their documentation; run nothing.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Faults run at the same time.")] = min(2, os.cpu_count() or 1),
    golden: Annotated[
        Path | None, typer.Option(help="File that says what caught what: a difference is exit code 1.")
    ] = None,
    keep: Annotated[Path | None, typer.Option(help="File to write what caught what into.")] = None,
    as_json: Json = False,
) -> None:
    """Run every fault of the emulators and show which case catches it; a hole is exit code 1."""
    with door():
        if vendor is not None and vendor not in contracts.VENDORS:
            raise UsageError(f"There is no vendor {vendor!r}; known are {', '.join(contracts.VENDORS)}.")
        vendors = [vendor] if vendor else list(contracts.VENDORS)
        if list_only:
            chosen = [name for name, fault in FAULTS.items() if set(vendors) & set(fault.vendors)]
            if as_json:
                print_json([fault_json(FAULTS[name]) for name in chosen])
            else:
                _list(console(), chosen)
            return
        rows = run_matrix(vendors, workers)
        problems = [f"{row.vendor} {row.fault}: {row.problem}" for row in rows if row.problem]
        problems += [
            f"{name} {party} {case}: no fault trips it"
            for (name, party), idle in idle_cases(rows).items()
            for case in idle
        ]
        try:
            problems += changes(golden, rows, vendors) if golden else []
            if keep:
                matrix_file.keep(keep, rows)
        except MatrixFileError as error:
            raise UsageError(str(error)) from error
        if as_json:
            print_json({"rows": [vars(row) | {"problem": row.problem} for row in rows], "problems": problems})
        else:
            _print(console(), rows, problems)
        raise typer.Exit(ExitCode.CONTRACT_FAILURES if problems else ExitCode.CONFORMANT)


def _list(out: Console, chosen: list[str]) -> None:
    for name in chosen:
        fault = FAULTS[name]
        vendors, breaks = ", ".join(fault.vendors), ", ".join(fault.breaks) or "nothing"
        out.print(Text(f"{name}  ({fault.kind}; {vendors}; breaks {breaks})"))
        out.print(Text(f"    {fault.summary}\n    {fault.detail}"))


def fault_json(fault: Fault) -> dict[str, Any]:
    """A fault as a JSON value."""
    return {
        "name": fault.name,
        "kind": fault.kind,
        "vendors": list(fault.vendors),
        "breaks": list(fault.breaks),
        "summary": fault.summary,
        "detail": fault.detail,
    }


def _print(out: Console, rows: list[Row], problems: list[str]) -> None:
    table = Table(title="Fault matrix", title_justify="left")
    for column in ("party", "vendor", "fault", "kind", "breaks", "caught by", "exit", "strict"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(
            row.party, row.vendor, row.fault, row.kind, ", ".join(row.breaks), ", ".join(row.caught), str(int(row.exit_code)),
            str(int(row.exit_strict)), style="red" if row.problem else None,
        )  # fmt: skip
    out.print(table)
    for problem in problems:
        out.print(Text(problem, "bold red"))
    contract_faults = sum(row.kind == "contract" for row in rows)
    others = counted(len(rows) - contract_faults, "other row")
    out.print(f"{counted(contract_faults, 'contract fault')}, {others}, {counted(len(problems), 'problem')}")
