"""`smsproof runs`: what is on record here, the newest first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from smsproof_conformance.cli.door import door
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.cli.recorded import recorded
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records import ledger as ledgers
from smsproof_conformance.records.ledger import LedgerError
from smsproof_conformance.reports.material import Material
from smsproof_conformance.reports.telling import moment
from smsproof_conformance.reports.terminal import console, shown
from smsproof_conformance.verdicts.finding import Verdict

_SPOKEN: Final = {
    ExitCode.CONFORMANT: ("conformant", "green"),
    ExitCode.CONTRACT_FAILURES: ("not conformant", "bold red"),
    ExitCode.UNREACHABLE: ("unreachable", "red"),
    ExitCode.NOTHING_SELECTED: ("nothing observed", "dim"),
    ExitCode.SAFETY_LIMIT: ("stopped by a limit", "yellow"),
    ExitCode.INDETERMINATE: ("undecided", "magenta"),
    ExitCode.INTERRUPTED: ("interrupted", "yellow"),
    ExitCode.TERMINATED: ("interrupted", "yellow"),
}


@dataclass(frozen=True)
class Kept:
    """One run on record.

    party            whom it judged: V a vendor, C a client, R a receiver.
    began            of its first request, in UTC; None where nothing was sent.
    findings         different ones, warnings included; failing: of those, the ones that fail.
    indeterminate    cases of which nobody can tell.
    problem          why nothing more can be said of this file, or None.
    """

    run: str
    target: str | None = None
    vendor: str | None = None
    party: str | None = None
    began: str | None = None
    exit_code: int | None = None
    findings: int = 0
    failing: int = 0
    indeterminate: int = 0
    problem: str | None = None


def runs(
    limit: Annotated[int, typer.Option("--last", min=1, help="How many, the newest first.")] = 20,
    as_json: Json = False,
) -> None:
    """List the runs that are kept in this folder, each judged as it was."""
    with door():
        files = sorted(ledgers.RUNS.glob("*.sqlite"), reverse=True)
        found = [_kept(path) for path in files[:limit]]
        if as_json:
            print_json([asdict(one) for one in found])
            return
        if not found:
            print(f"There is no run in {ledgers.RUNS}. Start one with `smsproof run TARGET`.")
            return
        out = console()
        out.print(_table(found))
        if len(files) > limit:
            out.print(Text(f"and {len(files) - limit} older; --last {len(files)} lists all of them", "dim"))


def _kept(path: Path) -> Kept:
    try:
        told = recorded(str(path))
    except (LedgerError, sqlite3.Error, KeyError, TypeError, ValueError, LookupError) as problem:
        # One file that cannot be read must not hide the others.
        return Kept(path.stem, problem=str(problem) if isinstance(problem, LedgerError) else "it is no whole run file")
    with told.ledger:
        material = Material(told.ledger, told.judged, told.contract)
        return Kept(
            run=path.stem,
            target=material.target.name,
            vendor=told.judged.vendor,
            party=told.judged.party,
            began=moment(material.began_seconds) if material.sent else None,
            exit_code=int(told.judged.exit_code),
            findings=len(material.groups),
            failing=sum(group.first.fails for group in material.groups),
            indeterminate=told.judged.count(Verdict.INDETERMINATE),
        )


def _table(found: list[Kept]) -> Table:
    table = Table(title="Runs on record", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("run", overflow="fold", no_wrap=True)  # it says when and of what, and is copied whole
    for column, justify in _COLUMNS.items():
        table.add_column(column, justify="right" if justify else "left", overflow="fold")
    for one in found:
        table.add_row(*_cells(one))
    return table


_COLUMNS: Final = {
    "verdict": False, "exit": True, "findings": True, "undecided": True,
}  # fmt: skip


def _cells(one: Kept) -> Iterator[Text]:
    yield Text(shown(one.run))
    if one.problem is not None:
        yield Text(shown(one.problem), "dim")
        return
    words, style = "", ""
    with suppress(KeyError):
        words, style = _SPOKEN[ExitCode(one.exit_code or 0)]
    yield Text(words, style)
    yield Text(str(one.exit_code))
    yield Text(f"{one.findings} ({one.failing} fail)" if one.findings else "0")
    yield Text(str(one.indeterminate or ""))
