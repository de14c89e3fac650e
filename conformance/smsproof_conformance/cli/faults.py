"""`smsproof faults`: the fault matrix as a table."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.emulator.faults import FAULTS
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.matrix import Row, idle_cases, run_matrix
from smsproof_spec import contract as contracts


def faults(
    vendor: Annotated[str | None, typer.Argument(help="Only this vendor's faults.")] = None,
    list_only: Annotated[
        bool, typer.Option("--list", help="List the faults with their documentation; run nothing.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Faults run at the same time.")] = min(2, os.cpu_count() or 1),
) -> None:
    """Run every fault of the emulators and show which case catches it; a hole is exit code 1."""
    with door():
        if vendor is not None and vendor not in contracts.VENDORS:
            raise UsageError(f"There is no vendor {vendor!r}; known are {', '.join(contracts.VENDORS)}.")
        vendors = [vendor] if vendor else list(contracts.VENDORS)
        console = Console(highlight=False)
        if list_only:
            _list(console, vendors)
            return
        rows = run_matrix(vendors, workers)
        _print(console, rows)
        problems = [f"{row.vendor} {row.fault}: {row.problem}" for row in rows if row.problem]
        problems += [
            f"{name} {party} {case}: no fault trips it"
            for (name, party), idle in idle_cases(rows).items()
            for case in idle
        ]
        for problem in problems:
            console.print(problem, style="bold red", markup=False)
        contract_faults = sum(row.kind == "contract" for row in rows)
        console.print(
            f"{contract_faults} contract faults, {len(rows) - contract_faults} other rows, {len(problems)} problems"
        )
        raise typer.Exit(ExitCode.CONTRACT_FAILURES if problems else ExitCode.CONFORMANT)


def _list(console: Console, vendors: list[str]) -> None:
    for fault in FAULTS.values():
        if set(vendors) & set(fault.vendors):
            console.print(
                f"{fault.name}  ({fault.kind}; {', '.join(fault.vendors)}; breaks {', '.join(fault.breaks) or 'nothing'})"
            )
            console.print(f"    {fault.summary}\n    {fault.detail}", markup=False)


def _print(console: Console, rows: list[Row]) -> None:
    table = Table(title="Fault matrix", title_justify="left")
    for column in ("party", "vendor", "fault", "kind", "breaks", "caught by", "exit", "strict"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(
            row.party, row.vendor, row.fault, row.kind, ", ".join(row.breaks), ", ".join(row.caught), str(int(row.exit_code)),
            str(int(row.exit_strict)), style="red" if row.problem else None,
        )  # fmt: skip
    console.print(table)
