"""`smsproof list`: the cases, by vendor and section."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from smsproof_conformance.case import Scenario, cases
from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.runs.selection import select
from smsproof_spec import contract as contracts


def list_(
    vendor: Annotated[str | None, typer.Argument(help="Only this vendor's cases.")] = None,
    case: Annotated[
        list[str] | None, typer.Option(help="Only cases whose id matches this pattern (repeatable).")
    ] = None,
) -> None:
    """List the cases: id, the requirements they observe, what the target must do."""
    with door():
        if vendor is not None and vendor not in contracts.VENDORS:
            raise UsageError(f"There is no vendor {vendor!r}; known are {', '.join(contracts.VENDORS)}.")
        console = Console(highlight=False)
        for name in [vendor] if vendor else contracts.VENDORS:
            table = Table(title=name, title_justify="left", show_lines=False)
            for column in ("case", "kind", "observes", "expects"):
                table.add_column(column, overflow="fold")
            for found in select(cases(name), case or []):
                kind = "scenario" if isinstance(found, Scenario) else "standing"
                table.add_row(found.id, kind, ", ".join(found.observes), found.expects)
            console.print(table)
