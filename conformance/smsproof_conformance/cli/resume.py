"""`smsproof resume`: go on with a run that was stopped or died."""

from __future__ import annotations

from smsproof_conformance.case import cases
from smsproof_conformance.cli.conclusion import Baseline, ExitZero, Reports, ShowData, Wanted, conclude
from smsproof_conformance.cli.door import door
from smsproof_conformance.cli.permission import Live, Parts, require_permission, teller
from smsproof_conformance.cli.printing import Json
from smsproof_conformance.cli.recorded import RunName, unscrubbed
from smsproof_conformance.cli.run import Strict
from smsproof_conformance.fuzz.effort import Effort
from smsproof_conformance.fuzz.phase import fuzz_phase
from smsproof_conformance.records import ledger as ledgers
from smsproof_conformance.records.probe import CASE
from smsproof_conformance.runs.charge import Budget
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets import settings
from smsproof_conformance.targets.target import Target
from smsproof_spec import contract as contracts


def resume(
    run: RunName = "last",
    strict: Strict = False,
    live: Live = False,
    budget: Parts = None,
    report: Reports = None,
    show_data: ShowData = False,
    baseline: Baseline = None,
    exit_zero: ExitZero = False,
    as_json: Json = False,
) -> None:
    """Do what a run never started; what it may have sent is indeterminate and is never sent again."""
    with door():
        wanted = Wanted.checked(
            report, baseline, strict=strict, show_data=show_data, as_json=as_json, exit_zero=exit_zero
        )
        path = ledgers.find(run)
        with ledgers.Ledger.open(path) as abandoned:
            unscrubbed(abandoned, "going on with the run")
            target = Target.model_validate(abandoned.fact("target"), strict=False)
        require_permission(target, live, budget)
        secrets = settings.secrets(target)
        contract = contracts.load(target.vendor)
        with ledgers.Ledger.reopen(path, secrets.values()) as ledger, Interruption() as interruption:
            selected = [case for id_, case in cases(target.vendor).items() if id_ in ledger.fact("cases")]
            act = Run(
                target, secrets, contract, ledger, Budget(budget), interruption=interruption,
                unrestored=teller(target, path), live=live,
            )  # fmt: skip
            act.resume(selected, then=fuzz_phase(selected, _effort(ledger)))
            conclude(wanted, ledger, contract, selected)


def _effort(ledger: ledgers.Ledger) -> Effort | None:
    """How much the run meant to fuzz; None if it meant not to or had begun to."""
    meant = ledger.fact("effort")
    return Effort(**meant) if meant and not any(case.startswith(CASE) for case in ledger.acts()) else None
