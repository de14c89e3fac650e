"""`smsproof explain ID`: a requirement or a case, whole."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from smsproof_conformance.case import Case, Scenario, cases
from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.clients.miniatures import CLIENTS
from smsproof_conformance.emulator.faults import FAULTS
from smsproof_conformance.receivers.miniatures import MINIATURES
from smsproof_spec import contract as contracts
from smsproof_spec.contract import Party, Requirement


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
            known += contract.requirements
            if id in contract.requirements:
                _requirement(console, contract.requirements[id], vendor)
                found = True
            for party in _JUDGES:
                known += cases(vendor, party)
                if id in cases(vendor, party):
                    _case(console, cases(vendor, party)[id], party)
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
    for party in requirement.parties:
        for case in cases(vendor, party).values():
            if requirement.id in case.observes:
                _case(console, case, party)
    for party in requirement.parties:
        if proofs := proven_by(requirement.id, party):
            console.print(Text(f"  proven by    {', '.join(proofs)}  ({_WRONG[party]})"))


_JUDGES: Final[Mapping[Party, str]] = {"V": "a vendor", "R": "a receiver", "C": "a client"}
_WRONG: Final[Mapping[Party, str]] = {"V": "faults of the emulator", "R": "wrong receivers", "C": "wrong clients"}


def proven_by(requirement: str, party: Party) -> list[str]:
    """The faults, wrong receivers or wrong clients that break a requirement on purpose."""
    if party == "V":
        return [fault.name for fault in FAULTS.values() if requirement in fault.breaks]
    wrong = MINIATURES if party == "R" else CLIENTS
    return [name for name, miniature in wrong.items() if requirement in miniature.breaks]


def _case(console: Console, case: Case, party: Party) -> None:
    kind = "scenario" if isinstance(case, Scenario) else "standing judge"
    console.print(Text(f"  {case.id}", "cyan").append(f"  ({kind} of {_JUDGES[party]}, {case.vendor})", "dim"))
    console.print(Text(f"    does       {case.does}"))
    console.print(Text(f"    expects    {case.expects}"))
    console.print(Text(f"    observes   {', '.join(case.observes)}"))
    if isinstance(case, Scenario) and case.needs:
        console.print(Text(f"    needs      {', '.join(case.needs)}"))
