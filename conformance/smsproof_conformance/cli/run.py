"""`smsproof run`: act against a target, judge, report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smsproof_conformance.case import cases
from smsproof_conformance.cli.conclusion import Baseline, Reports, ShowData, conclude, wanted_baseline, wanted_reports
from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.dry_run import print_rehearsal
from smsproof_conformance.fuzz.effort import MAX_EXAMPLES, TIME_LIMIT_SECONDS, Effort
from smsproof_conformance.fuzz.phase import fuzz_phase
from smsproof_conformance.records.ledger import Ledger, new_path
from smsproof_conformance.reports.terminal import console, progress
from smsproof_conformance.runs.charge import Budget
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.runs.rehearsal import rehearse
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.runs.selection import select
from smsproof_conformance.targets import settings
from smsproof_conformance.targets.target import Target
from smsproof_spec import contract as contracts

TargetName = Annotated[str, typer.Argument(help="Name of a [target.NAME] table.")]
Config = Annotated[Path | None, typer.Option(help="Settings file; smsproof.toml or pyproject.toml by default.")]
Strict = Annotated[bool, typer.Option("--strict", help="Findings that would warn fail.")]
Fuzz = Annotated[bool, typer.Option("--fuzz/--no-fuzz", help="Run the fuzz phase after the cases (loopback only).")]
MaxExamples = Annotated[int, typer.Option(min=1, help="Fuzz: examples of each strategy of each operation.")]
TimeLimit = Annotated[float, typer.Option(min=0, help="Fuzz: seconds after which nothing new is sent.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same requests.")]
Patterns = Annotated[list[str] | None, typer.Option("--case", help="Only cases whose id matches (repeatable).")]
Live = Annotated[bool, typer.Option("--live", help="Allow a target that is not loopback; needs --budget.")]
Parts = Annotated[int | None, typer.Option(min=0, help="Message parts that may be charged.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be sent and what it may cost; send nothing.")]


def run(
    target: TargetName,
    config: Config = None,
    strict: Strict = False,
    fuzz: Fuzz = True,
    max_examples: MaxExamples = MAX_EXAMPLES,
    time_limit: TimeLimit = TIME_LIMIT_SECONDS,
    seed: Seed = 1,
    case: Patterns = None,
    live: Live = False,
    budget: Parts = None,
    dry_run: DryRun = False,
    report: Reports = None,
    show_data: ShowData = False,
    baseline: Baseline = None,
) -> None:
    """Run the conformance suite against a target."""
    with door():
        reports = wanted_reports(report, show_data)
        expected = wanted_baseline(baseline)
        chosen = settings.pick(settings.read(config), target)
        contract = contracts.load(chosen.vendor)
        selected = select(cases(chosen.vendor), case or [])
        secrets = settings.secrets(chosen)
        if dry_run:
            rehearsed = rehearse(chosen, secrets, contract, selected, seed=seed, budget=budget)
            print_rehearsal(console(), chosen, rehearsed)
            return
        require_permission(chosen, live, budget)
        ledger = Ledger.create(new_path(target), secrets.values())
        with Interruption() as interruption, progress(console()) as tell:
            act = Run(chosen, secrets, contract, ledger, Budget(budget), tell, interruption)
            effort = Effort(seed, max_examples, time_limit) if fuzz and not case else None
            act.start(selected, seed=seed, then=fuzz_phase(selected, effort))
        conclude(console(), ledger, contract, selected, reports, strict=strict, show_data=show_data, baseline=expected)


def require_permission(target: Target, live: bool, budget: int | None) -> None:
    """Refuse a target that is not loopback unless both --live and --budget say that paying is meant."""
    if not target.on_loopback and not (live and budget is not None):
        raise UsageError(
            f"{target.base_url} is not loopback: a run there sends messages that are charged. Nothing was sent."
            " To allow it, add --live --budget N (message parts); only numbers.destinations are ever texted."
        )
