"""`smsproof baseline`: write down what a run found, so that the next run fails over something new alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smsproof_conformance.case import cases
from smsproof_conformance.cli.door import door
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.cli.recorded import RunName, unscrubbed
from smsproof_conformance.cli.run import Patterns, Strict
from smsproof_conformance.records import ledger as ledgers
from smsproof_conformance.runs.selection import select
from smsproof_conformance.verdicts import baseline as baselines
from smsproof_conformance.verdicts.finding import Severity
from smsproof_conformance.verdicts.judge import judge
from smsproof_spec import contract as contracts
from smsproof_spec.spelling import counted


def baseline(
    run: RunName = "last",
    write: Annotated[Path, typer.Option(help="TOML file; entries it has already stay as they are.")] = Path(
        "smsproof-baseline.toml"
    ),
    strict: Strict = False,
    case: Patterns = None,
    as_json: Json = False,
) -> None:
    """Write an entry for each finding that fails a run; give each its reason, then use --baseline FILE."""
    with door(), ledgers.Ledger.open(ledgers.find(run)) as ledger:
        unscrubbed(ledger, "judging")
        contract = contracts.load(ledger.fact("vendor"))
        selected = select(cases(contract.vendor, ledger.fact("party") or "V"), case or [])
        judged = judge(ledger, contract, selected, strict=strict)
        failing = [finding for finding in judged.findings if finding.severity is Severity.FAIL]
        added = baselines.add(write, failing, f"Known since {baselines.day(ledger)}; say here why it is accepted.")
        if as_json:
            print_json({"baseline": str(write), "added": added, "failing": len(failing)})
        else:
            entries = "entry" if added == 1 else "entries"
            fail = "that fails" if len(failing) == 1 else "that fail"
            print(f"{write}: {added} {entries} added for {counted(len(failing), 'finding')} {fail} this run.")
