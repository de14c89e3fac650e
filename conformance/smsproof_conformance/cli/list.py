"""`smsproof list`: the cases, by vendor and by whom they judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from smsproof_conformance.case import Case, Scenario
from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.evidence.proof import every_case, party_of
from smsproof_conformance.reports.terminal import console
from smsproof_conformance.runs.selection import select
from smsproof_spec import contract as contracts
from smsproof_spec.contract import Party


def list_(
    vendor: Annotated[str | None, typer.Argument(help="Only this vendor's cases.")] = None,
    case: Annotated[
        list[str] | None,
        typer.Option(
            help="Shell pattern, such as bulk-send/* or IP-BULK-*: only cases of which the id or a requirement matches;"
            " repeatable."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the cases: id, the requirements they observe, what the target must do."""
    with door():
        if vendor is not None and vendor not in contracts.VENDORS:
            raise UsageError(f"There is no vendor {vendor!r}; known are {', '.join(contracts.VENDORS)}.")
        vendors = [vendor] if vendor else contracts.VENDORS
        known = {f"{name} {id_}": found for name in vendors for id_, found in every_case(name).items()}
        selected = select(known, case or [])
        chosen = {name: [found for found in selected if found.vendor == name] for name in vendors}
        if as_json:
            print_json([case_json(found) for every in chosen.values() for found in every])
            return
        out = console()
        for name, every in chosen.items():
            for party, subject in _SUBJECTS.items():
                judging = [found for found in every if party_of(found) == party]
                if judging:
                    out.print(_table(f"{name}: {subject}", judging))


_SUBJECTS: Final[Mapping[Party, str]] = {"V": "of a vendor", "R": "of a receiver", "C": "of a client"}


def _table(title: str, cases: Iterable[Case]) -> Table:
    table = Table(title=title, title_justify="left", show_lines=False)
    for column in ("case", "kind", "observes", "expects"):
        table.add_column(column, overflow="fold")
    for case in cases:
        table.add_row(case.id, _kind(case), ", ".join(case.observes), case.expects)
    return table


def _kind(case: Case) -> str:
    return "scenario" if isinstance(case, Scenario) else "standing"


def case_json(case: Case) -> dict[str, Any]:
    """A case as a JSON value."""
    return {
        "id": case.id,
        "vendor": case.vendor,
        "party": party_of(case),
        "kind": _kind(case),
        "observes": list(case.observes),
        "does": case.does,
        "expects": case.expects,
        "needs": list(case.needs) if isinstance(case, Scenario) else [],
    }
