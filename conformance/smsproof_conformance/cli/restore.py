"""`smsproof restore`: put back the webhooks that a run could not, because it was killed or the target was not there."""

from __future__ import annotations

import typer

from smsproof_conformance.cli.door import door
from smsproof_conformance.cli.permission import Live, Parts, require_permission, teller
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.cli.recorded import RunName, unscrubbed
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records import ledger as ledgers
from smsproof_conformance.runs.charge import Budget
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets import settings
from smsproof_conformance.targets.target import Target
from smsproof_spec import contract as contracts
from smsproof_spec.spelling import counted


def restore(
    run: RunName = "last",
    live: Live = False,
    budget: Parts = None,
    as_json: Json = False,
) -> None:
    """Put back the webhooks that a run left changed; nothing else is sent. Exits 4 when some could not be."""
    with door():
        path = ledgers.find(run)
        with ledgers.Ledger.open(path) as abandoned:
            unscrubbed(abandoned, "putting webhooks back")
            target = Target.model_validate(abandoned.fact("target"), strict=False)
        require_permission(target, live, budget)
        secrets = settings.secrets(target)
        contract = contracts.load(target.vendor)
        with ledgers.Ledger.reopen(path, secrets.values()) as ledger, Interruption() as interruption:
            before = len(ledger.changed_webhooks())
            Run(
                target, secrets, contract, ledger, Budget(budget), interruption=interruption,
                unrestored=teller(target, path),
            ).put_back()  # fmt: skip
            left = len(ledger.changed_webhooks())
        if as_json:
            print_json({"run": str(path), "changed": before, "put_back": before - left})
        else:
            print(f"{before - left} of {counted(before, 'webhook')} put back")
        raise typer.Exit(ExitCode.UNREACHABLE if left else ExitCode.CONFORMANT)
