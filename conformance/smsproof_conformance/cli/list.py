"""`smsproof list`: the cases, by vendor and section."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from smsproof_conformance.case import Case, Scenario, cases
from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.reports.terminal import console
from smsproof_conformance.runs.selection import select
from smsproof_spec import contract as contracts


def list_(
    vendor: Annotated[str | None, typer.Argument(help="Only this vendor's cases.")] = None,
    case: Annotated[
        list[str] | None, typer.Option(help="Only cases whose id matches this pattern (repeatable).")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the cases: id, the requirements they observe, what the target must do."""
    with door():
        if vendor is not None and vendor not in contracts.VENDORS:
            raise UsageError(f"There is no vendor {vendor!r}; known are {', '.join(contracts.VENDORS)}.")
        chosen = {name: select(cases(name), case or []) for name in ([vendor] if vendor else contracts.VENDORS)}
        if as_json:
            print_json([case_json(found) for every in chosen.values() for found in every])
            return
        out = console()
        for name, every in chosen.items():
            table = Table(title=name, title_justify="left", show_lines=False)
            for column in ("case", "kind", "observes", "expects"):
                table.add_column(column, overflow="fold")
            for found in every:
                table.add_row(found.id, _kind(found), ", ".join(found.observes), found.expects)
            out.print(table)


def _kind(case: Case) -> str:
    return "scenario" if isinstance(case, Scenario) else "standing"


def case_json(case: Case) -> dict[str, Any]:
    """A case as a JSON value."""
    return {
        "id": case.id,
        "vendor": case.vendor,
        "kind": _kind(case),
        "observes": list(case.observes),
        "does": case.does,
        "expects": case.expects,
        "needs": list(case.needs) if isinstance(case, Scenario) else [],
    }
