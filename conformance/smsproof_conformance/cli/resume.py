"""`smsproof resume`: go on with a run that was stopped or died."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from smsproof_spec import contract as contracts

from smsproof_conformance import ledger as ledgers
from smsproof_conformance import settings
from smsproof_conformance.case import cases
from smsproof_conformance.charge import Budget
from smsproof_conformance.cli.conclusion import conclude
from smsproof_conformance.cli.door import door
from smsproof_conformance.cli.run import Live, Parts, Reports, Strict, require_permission
from smsproof_conformance.interruption import Interruption
from smsproof_conformance.reports.files import parse
from smsproof_conformance.runner import Run
from smsproof_conformance.target import Target


def resume(
    run: Annotated[str, typer.Argument(help="A run file, or `last`.")] = "last",
    strict: Strict = False,
    live: Live = False,
    budget: Parts = None,
    report: Reports = None,
) -> None:
    """Do what a run never started; what it may have sent is indeterminate and is never sent again."""
    with door():
        for wanted in report or []:
            parse(wanted)
        path = ledgers.find(run)
        with ledgers.Ledger.open(path) as abandoned:
            target = Target.model_validate(abandoned.fact("target"), strict=False)
        require_permission(target, live, budget)
        secrets = settings.secrets(target)
        contract = contracts.load(target.vendor)
        ledger = ledgers.Ledger.reopen(path, secrets.values())
        selected = [case for id_, case in cases(target.vendor).items() if id_ in ledger.fact("cases")]
        with Interruption() as interruption:
            Run(target, secrets, contract, ledger, Budget(budget), interruption=interruption).resume(selected)
        conclude(Console(highlight=False), ledger, contract, selected, report or [], strict=strict)
