"""`smsproof run`: act against a target, judge, report."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from smsproof_conformance.case import cases
from smsproof_conformance.cli.conclusion import Baseline, ExitZero, Reports, ShowData, Wanted, conclude
from smsproof_conformance.cli.door import door, say
from smsproof_conformance.cli.dry_run import print_rehearsal, rehearsal_as_json
from smsproof_conformance.cli.permission import Live, Parts, require_permission, teller, warn_of_numbers
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.fuzz.effort import MAX_EXAMPLES, TIME_LIMIT_SECONDS, Effort
from smsproof_conformance.fuzz.phase import fuzz_phase, shared_examples
from smsproof_conformance.records.ledger import Ledger, new_path
from smsproof_conformance.reports.terminal import console, progress
from smsproof_conformance.runs.charge import Budget
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.runs.rehearsal import rehearse
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.runs.selection import select
from smsproof_conformance.targets import presence, settings
from smsproof_conformance.targets.settings import SettingsError
from smsproof_spec import contract as contracts


def _names(incomplete: str) -> list[str]:
    """What a shell may complete: the targets of the settings file here."""
    try:
        return [name for name in settings.read(None) if name.startswith(incomplete)]
    except SettingsError:
        return []


def _set_defaults(context: typer.Context, config: Path | None) -> Path | None:
    """The file's [run] table stands under flags and environment, and over what is built in."""
    with door():
        context.default_map = dict(settings.defaults(config))
    return config


_ENV = "SMSPROOF_"
_TARGET_PANEL = "Of the target, instead of what its table says"

TargetName = Annotated[
    str,
    typer.Argument(envvar=_ENV + "TARGET", help="Name of a target table in the settings file.", autocompletion=_names),
]
Config = Annotated[
    Path | None, typer.Option(envvar=_ENV + "CONFIG", help="Settings file; smsproof.toml or pyproject.toml by default.")
]
ConfigWithDefaults = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar=_ENV + "CONFIG",
        help="Settings file; smsproof.toml or pyproject.toml by default.",
        callback=_set_defaults,
        is_eager=True,
    ),
]
Strict = Annotated[bool, typer.Option("--strict", envvar=_ENV + "STRICT", help="Findings that would warn fail.")]
Fuzz = Annotated[
    bool,
    typer.Option("--fuzz/--no-fuzz", envvar=_ENV + "FUZZ", help="Run the fuzz phase after the cases (loopback only)."),
]
MaxExamples = Annotated[
    int, typer.Option(min=1, envvar=_ENV + "MAX_EXAMPLES", help="Fuzz: examples of each strategy of each operation.")
]
TimeLimit = Annotated[
    float, typer.Option(min=0, envvar=_ENV + "TIME_LIMIT", help="Fuzz: seconds after which nothing new is sent.")
]
Examples = Annotated[
    str | None,
    typer.Option(
        envvar=_ENV + "EXAMPLES",
        help="Fuzz: redis://HOST:PORT where runs share what they found; replayed behind the seeded requests.",
    ),
]
Seed = Annotated[int, typer.Option(envvar=_ENV + "SEED", help="The same seed gives the same requests.")]
Patterns = Annotated[
    list[str] | None,
    typer.Option(
        "--case",
        envvar=_ENV + "CASE",
        help="Shell pattern, such as bulk-send/* or IP-BULK-*: only cases of which the id or a requirement matches;"
        " repeatable.",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", envvar=_ENV + "DRY_RUN", help="Print what would be sent and what it may cost; send nothing."
    ),
]
WaitFor = Annotated[
    float,
    typer.Option("--wait-for", min=0, envvar=_ENV + "WAIT_FOR", help="Seconds that the target may take to come up."),
]
BaseUrl = Annotated[str | None, typer.Option(envvar=_ENV + "BASE_URL", help="base_url.", rich_help_panel=_TARGET_PANEL)]
ControlUrl = Annotated[
    str | None, typer.Option(envvar=_ENV + "CONTROL_URL", help="control_url.", rich_help_panel=_TARGET_PANEL)
]
PublicUrl = Annotated[
    str | None, typer.Option(envvar=_ENV + "PUBLIC_URL", help="public_url.", rich_help_panel=_TARGET_PANEL)
]
Listen = Annotated[str | None, typer.Option(envvar=_ENV + "LISTEN", help="listen.", rich_help_panel=_TARGET_PANEL)]
WaitSeconds = Annotated[
    float | None,
    typer.Option(envvar=_ENV + "WAIT_SECONDS", help="For callbacks: wait_seconds.", rich_help_panel=_TARGET_PANEL),
]
TimeoutSeconds = Annotated[
    float | None,
    typer.Option(
        envvar=_ENV + "TIMEOUT_SECONDS", help="Of an exchange: timeout_seconds.", rich_help_panel=_TARGET_PANEL
    ),
]


def run(
    target: TargetName,
    config: ConfigWithDefaults = None,
    strict: Strict = False,
    fuzz: Fuzz = True,
    max_examples: MaxExamples = MAX_EXAMPLES,
    time_limit: TimeLimit = TIME_LIMIT_SECONDS,
    examples: Examples = None,
    seed: Seed = 1,
    case: Patterns = None,
    live: Live = False,
    budget: Parts = None,
    dry_run: DryRun = False,
    wait_for: WaitFor = 0.0,
    report: Reports = None,
    show_data: ShowData = False,
    baseline: Baseline = None,
    exit_zero: ExitZero = False,
    as_json: Json = False,
    base_url: BaseUrl = None,
    control_url: ControlUrl = None,
    public_url: PublicUrl = None,
    listen: Listen = None,
    wait_seconds: WaitSeconds = None,
    timeout_seconds: TimeoutSeconds = None,
) -> None:
    """Run the conformance suite against a target."""
    with door():
        wanted = Wanted.checked(
            report, baseline, strict=strict, show_data=show_data, as_json=as_json, exit_zero=exit_zero
        )
        instead = {
            "base_url": base_url,
            "control_url": control_url,
            "public_url": public_url,
            "listen": listen,
            "wait_seconds": wait_seconds,
            "timeout_seconds": timeout_seconds,
        }
        chosen = settings.override(settings.pick(settings.read(config), target), instead)
        contract = contracts.load(chosen.vendor)
        selected = select(cases(chosen.vendor), case or [])
        secrets = settings.secrets(chosen)
        warn_of_numbers(chosen, contract)
        if dry_run:
            rehearsed = rehearse(chosen, secrets, contract, selected, seed=seed, budget=budget)
            if as_json:
                print_json(rehearsal_as_json(chosen, rehearsed))
            else:
                print_rehearsal(console(), chosen, rehearsed)
            return
        require_permission(chosen, live, budget)
        shared = shared_examples(examples, lambda sentence: say(f"warning: {sentence}"))
        presence.wait(chosen, wait_for)
        ledger = Ledger.create(new_path(target), secrets.values())
        effort = Effort(seed, max_examples, time_limit) if fuzz and not case else None
        ledger.set_fact("effort", None if effort is None else asdict(effort))
        with Interruption() as interruption:
            with progress(wanted.console) as tell:
                unrestored = teller(chosen, ledger.path)
                act = Run(
                    chosen, secrets, contract, ledger, Budget(budget), tell, interruption, unrestored, live=live
                )  # fmt: skip
                act.start(selected, seed=seed, then=fuzz_phase(selected, effort, shared))
            conclude(wanted, ledger, contract, selected)
