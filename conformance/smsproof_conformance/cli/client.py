"""`smsproof client`: run a program against a recording server, judge its requests, report."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from smsproof_conformance.case import cases
from smsproof_conformance.cli.conclusion import Baseline, ExitZero, Reports, ShowData, Wanted, conclude
from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.printing import Json
from smsproof_conformance.cli.run import Patterns, Strict
from smsproof_conformance.clients import scenario as scenarios
from smsproof_conformance.clients.recorder import TOKEN
from smsproof_conformance.clients.scenario import ScenarioError
from smsproof_conformance.clients.session import CannotStart, Session
from smsproof_conformance.records.ledger import Ledger, new_path
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.runs.selection import select
from smsproof_spec import contract as contracts


def client(
    vendor: Annotated[str, typer.Argument(help="Whose client: intelepeer or messangi.")],
    command: Annotated[list[str], typer.Argument(help="The program, after --; any language.")],
    scenario: Annotated[Path | None, typer.Option(help="JSON file of steps; the default one exercises all.")] = None,
    time_limit: Annotated[float, typer.Option(min=1, help="Seconds after which the program is ended.")] = 120.0,
    strict: Strict = False,
    case: Patterns = None,
    report: Reports = None,
    show_data: ShowData = False,
    baseline: Baseline = None,
    exit_zero: ExitZero = False,
    as_json: Json = False,
) -> None:
    """Judge a client: it finds SMSPROOF_BASE_URL, _TOKEN, _SCENARIO and _VENDOR in its environment."""
    with door():
        wanted = Wanted.checked(
            report, baseline, strict=strict, show_data=show_data, as_json=as_json, exit_zero=exit_zero
        )
        if vendor not in contracts.VENDORS:
            raise UsageError(f"There is no vendor {vendor!r}; known are {', '.join(contracts.VENDORS)}.")
        contract = contracts.load(vendor)
        selected = select(cases(vendor, "C"), case or [])
        try:
            steps = scenarios.read(scenario, vendor) if scenario else scenarios.default(vendor)
            _find(command[0])
            ledger = Ledger.create(new_path(f"client-{vendor}"), [TOKEN])
            with Interruption() as interruption:
                Session(contract, steps, command, ledger, time_limit, interruption=interruption).act(selected)
        except (ScenarioError, CannotStart) as error:
            raise UsageError(str(error)) from error
        conclude(wanted, ledger, contract, selected)


def _find(program: str) -> None:
    """raises UsageError for what cannot be started."""
    if shutil.which(program) is not None:
        return
    if Path(program).is_file():
        raise UsageError(f"{program} is not executable. Put its interpreter in front of it, or chmod +x.")
    raise UsageError(f"{program}: there is no such program. Give it after --, with its arguments.")
