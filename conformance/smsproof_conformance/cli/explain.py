"""`smsproof explain ID`: a requirement or a case, whole."""

from __future__ import annotations

import difflib
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from smsproof_conformance.case import Case, Scenario
from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.proof import every_case, proofs
from smsproof_spec import contract as contracts
from smsproof_spec.contract import Requirement


def explain(
    id: Annotated[str, typer.Argument(help="A requirement (IP-BULK-05) or a case (bulk-send/order-kept).")],
) -> None:
    """Explain a requirement or a case: what it says, where, what is sent, what is expected, which faults prove it."""
    with door():
        console = Console(highlight=False)
        known: list[str] = []
        found = False
        for vendor in contracts.VENDORS:
            contract = contracts.load(vendor)
            known += [*contract.requirements, *every_case(vendor)]
            if id in contract.requirements:
                _requirement(console, contract.requirements[id], vendor)
                found = True
            elif id in every_case(vendor):
                _case(console, every_case(vendor)[id])
                found = True
        if not found:
            close = difflib.get_close_matches(id, known, n=1, cutoff=0.3)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise UsageError(f"There is no requirement and no case {id!r}.{hint} `smsproof list` shows the cases.")


def _requirement(console: Console, requirement: Requirement, vendor: str) -> None:
    console.print(Text(requirement.id, "bold").append(f"  {vendor}, section {requirement.section}", "dim"))
    console.print(Text(f"  {requirement.statement}"))
    where = ", ".join(str(source) for source in requirement.source)
    agreed = ", agreed" if requirement.agreed else ""
    weight = "a breach fails a target" if requirement.binding else "a breach warns (fails with --strict)"
    console.print(Text(f"  provenance   {requirement.provenance}{agreed}: {weight}"))
    console.print(Text(f"  page         {where or 'none'}"))
    console.print(Text(f"  binds        {', '.join(requirement.parties)}  (V vendor, C client, R receiver)"))
    for party in requirement.parties:
        reason = requirement.not_observable.get(party)
        if reason:
            console.print(Text(f"  not observable for {party}: {reason}"))
    for reading in requirement.alternatives:
        console.print(Text(f"  also accepted: {reading}"))
    for case in every_case(vendor).values():
        if requirement.id in case.observes:
            _case(console, case)
    console.print(Text(f"  proven by    {', '.join(proofs(requirement.id)) or 'no fault and no miniature'}"))


def _case(console: Console, case: Case) -> None:
    kind = "scenario" if isinstance(case, Scenario) else "standing judge"
    console.print(Text(f"  {case.id}", "cyan").append(f"  ({kind}, {case.vendor})", "dim"))
    console.print(Text(f"    does       {case.does}"))
    console.print(Text(f"    expects    {case.expects}"))
    console.print(Text(f"    observes   {', '.join(case.observes)}"))
    if isinstance(case, Scenario) and case.needs:
        console.print(Text(f"    needs      {', '.join(case.needs)}"))
