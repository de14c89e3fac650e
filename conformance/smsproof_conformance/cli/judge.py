"""`smsproof judge`: judge a recorded run again, without one request."""

from __future__ import annotations

from smsproof_conformance.case import cases
from smsproof_conformance.cli.conclusion import Baseline, ExitZero, Reports, ShowData, Wanted, conclude
from smsproof_conformance.cli.door import door
from smsproof_conformance.cli.printing import Json
from smsproof_conformance.cli.recorded import RunName, unscrubbed
from smsproof_conformance.cli.run import Patterns, Strict
from smsproof_conformance.records import ledger as ledgers
from smsproof_conformance.runs.selection import select
from smsproof_spec import contract as contracts


def judge(
    run: RunName = "last",
    strict: Strict = False,
    case: Patterns = None,
    report: Reports = None,
    show_data: ShowData = False,
    baseline: Baseline = None,
    exit_zero: ExitZero = False,
    as_json: Json = False,
) -> None:
    """Judge a recorded run by the cases of this version."""
    with door():
        wanted = Wanted.checked(
            report, baseline, strict=strict, show_data=show_data, as_json=as_json, exit_zero=exit_zero
        )
        ledger = ledgers.Ledger.open(ledgers.find(run))
        unscrubbed(ledger, "judging")
        contract = contracts.load(ledger.fact("vendor"))
        selected = select(cases(contract.vendor, ledger.fact("party") or "V"), case or [])
        conclude(wanted, ledger, contract, selected)
