"""`smsproof run`: act against a target, judge, report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from smsproof_spec import contract as contracts

from smsproof_conformance import runner, settings
from smsproof_conformance.case import Case, cases
from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.interruption import Interruption
from smsproof_conformance.judge import judge
from smsproof_conformance.ledger import Ledger, new_path
from smsproof_conformance.record import Record
from smsproof_conformance.reports.console import print_run
from smsproof_conformance.reports.files import parse, write
from smsproof_conformance.selection import select
from smsproof_conformance.target import Target


def run(
    target: Annotated[str, typer.Argument(help="Name of a [target.NAME] table.")],
    config: Annotated[
        Path | None, typer.Option(help="Settings file; smsproof.toml or pyproject.toml by default.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Findings that would warn fail.")] = False,
    fuzz: Annotated[
        bool, typer.Option("--fuzz/--no-fuzz", help="Run the fuzz phase after the cases (loopback only).")
    ] = True,
    seed: Annotated[int, typer.Option(help="The same seed gives the same requests.")] = 1,
    case: Annotated[
        list[str] | None, typer.Option(help="Only cases whose id matches this pattern (repeatable).")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Allow a target that is not loopback; needs --budget.")] = False,
    budget: Annotated[int | None, typer.Option(min=0, help="Message parts that may be charged.")] = None,
    report: Annotated[list[str] | None, typer.Option(help="FORMAT:PATH, e.g. json:report.json (repeatable).")] = None,
) -> None:
    """Run the conformance suite against a target."""
    with door():
        for wanted in report or []:
            parse(wanted)
        chosen = settings.pick(settings.read(config), target)
        _require_permission(chosen, live, budget)
        secrets = settings.secrets(chosen)
        contract = contracts.load(chosen.vendor)
        selected = select(cases(chosen.vendor), case or [])
        console = Console(highlight=False)
        ledger = Ledger.create(new_path(target), secrets.values())
        with Interruption() as interruption, console.status("") as status:

            def progress(case_id: str, done: int, planned: int) -> None:
                status.update(f"{done} of {planned}  {case_id}")

            runner.act(
                chosen, secrets, contract, selected, ledger,
                seed=seed, budget=budget, progress=progress, interruption=interruption,
            )  # fmt: skip
            if fuzz and not case:
                selected = [*selected, *_fuzz(chosen, contract, secrets, ledger, seed)]
        judged = judge(ledger, contract, selected, strict=strict)
        record = Record.of(ledger)
        print_run(console, judged, record, contract)
        for wanted in report or []:
            write(wanted, judged, record)
        console.print(f"run file: {ledger.path}", soft_wrap=True)
        ledger.close()
        raise typer.Exit(judged.exit_code)


def _require_permission(target: Target, live: bool, budget: int | None) -> None:
    if target.on_loopback:
        return
    if not live or budget is None:
        raise UsageError(
            f"{target.base_url} is not loopback: a run there sends messages that are charged. Nothing was sent."
            " To allow it, add --live --budget N (message parts); only numbers.destinations are ever texted."
        )


def _fuzz(*_: object) -> list[Case]:
    return []
