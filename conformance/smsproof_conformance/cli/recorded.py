"""A recorded run as commands read it: its file, its contract, and the verdicts it ended with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from smsproof_conformance.case import Case, cases, observers
from smsproof_conformance.records import ledger as ledgers
from smsproof_conformance.records.ledger import Ledger, LedgerError
from smsproof_conformance.verdicts.baseline import day, expect, kept
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_conformance.verdicts.kept import UnknownCase, recall
from smsproof_spec import contract as contracts
from smsproof_spec.contract import Contract


def _runs(incomplete: str) -> list[str]:
    """What a shell may complete: the runs of this folder, the newest first."""
    files = sorted(map(str, ledgers.RUNS.glob("*.sqlite")), reverse=True)
    return [name for name in ("last", *files) if name.startswith(incomplete)]


RunName = Annotated[str, typer.Argument(help="A run file, the name of one, or `last`.", autocompletion=_runs)]


@dataclass(frozen=True)
class Recorded:
    """A run that is over, judged by the cases it was acted with."""

    path: Path
    ledger: Ledger
    contract: Contract
    acted: list[Case]
    judged: Judged


def recorded(run: str, *, strict: bool = False) -> Recorded:
    """Read a run and judge it as it was judged, or more strictly.

    raises    LedgerError for what is no run, or one that cannot be judged in this way any more.
    """
    path = ledgers.find(run)
    ledger = Ledger.open(path)
    contract = contracts.load(ledger.fact("vendor"))
    known = cases(contract.vendor, ledger.fact("party") or "V")
    acted = [known[id_] for id_ in ledger.fact("cases") or known if id_ in known]
    if ledger.fact("scrubbed") is None:
        judged = judge(ledger, contract, acted, strict=strict or bool(ledger.fact("strict")))
        judged = expect(judged, kept(ledger), day(ledger), observers(judged.vendor, judged.party))
        return Recorded(path, ledger, contract, acted, judged)
    try:
        judged = recall(ledger.fact("verdicts"), contract, known)
    except UnknownCase as unknown:
        raise LedgerError(
            f"{path} is scrubbed, and holds verdicts on a case that this smsproof does not have: {unknown}."
            " Read it with the version that wrote it."
        ) from unknown
    if strict and not judged.strict:
        raise LedgerError(f"{path} is scrubbed: its verdicts stay as they were. Leave --strict out.")
    return Recorded(path, ledger, contract, acted, judged)


def unscrubbed(ledger: Ledger, wanted: str) -> None:
    """Refuse what needs the numbers and texts of a run. raises LedgerError."""
    if ledger.fact("scrubbed") is not None:
        raise LedgerError(
            f"{ledger.path} is scrubbed: the numbers and texts are gone that {wanted} would need."
            " `smsproof report` still shows what was found."
        )
