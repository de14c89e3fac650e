"""`smsproof explain ID`: a requirement, a case or a fault, whole."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from smsproof_conformance.case import Case, Scenario
from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.faults import fault_json
from smsproof_conformance.cli.list import case_json
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.emulator.faults import FAULTS, Fault
from smsproof_conformance.evidence.proof import every_case, party_of, proofs
from smsproof_conformance.reports.material import pages
from smsproof_conformance.reports.terminal import console
from smsproof_spec import contract as contracts
from smsproof_spec.contract import Party, Requirement


def explain(
    id: Annotated[str, typer.Argument(help="A requirement (IP-BULK-05), a case (bulk-send/order-kept) or a fault.")],
    as_json: Json = False,
) -> None:
    """Explain a requirement, a case or a fault: what it says, where, what is sent, what is expected, which faults prove it."""
    with door():
        meant: list[tuple[str, Requirement | Case | Fault]] = []
        for name in contracts.VENDORS:
            meant += [(name, one) for one in contracts.load(name).requirements.values() if one.id == id]
            meant += [(name, one) for one in every_case(name).values() if one.id == id]
            meant += [(name, fault) for fault in FAULTS.values() if fault.name == id and fault.vendors[0] == name]
        if not meant:
            known = [
                one for name in contracts.VENDORS for one in (*contracts.load(name).requirements, *every_case(name))
            ]
            known += FAULTS
            close = difflib.get_close_matches(id, known, n=1, cutoff=0.3)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise UsageError(
                f"There is no requirement, case or fault {id!r}.{hint} `smsproof list` shows the cases,"
                " `smsproof faults --list` what is wrong on purpose."
            )
        if as_json:
            told = [_json(one, name) for name, one in meant]
            print_json(told[0] if len(told) == 1 else told)
            return
        for vendor, one in meant:
            if isinstance(one, Case):
                _case(console(), one)
            elif isinstance(one, Fault):
                _fault(console(), one)
            else:
                _requirement(console(), one, vendor)


def _json(one: Requirement | Case | Fault, vendor: str) -> dict[str, Any]:
    if isinstance(one, Case):
        return case_json(one)
    return fault_json(one) if isinstance(one, Fault) else _as_json(one, vendor)


def _fault(out: Console, fault: Fault) -> None:
    out.print(Text(f"{fault.name}  {fault.kind} fault of {', '.join(fault.vendors)}"))
    out.print(Text(f"  {fault.summary}\n  {fault.detail}\n  breaks       {', '.join(fault.breaks) or 'nothing'}"))


def _as_json(requirement: Requirement, vendor: str) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "vendor": vendor,
        "section": requirement.section,
        "statement": requirement.statement,
        "provenance": requirement.provenance,
        "agreed": requirement.agreed,
        "binding": requirement.binding,
        "source": [str(source) for source in requirement.source],
        "parties": list(requirement.parties),
        "not_observable": dict(requirement.not_observable),
        "alternatives": list(requirement.alternatives),
        "cases": [case.id for case in every_case(vendor).values() if requirement.id in case.observes],
        "faults": [name for party in requirement.parties for name in proofs(requirement.id, party)],
    }


def _requirement(out: Console, requirement: Requirement, vendor: str) -> None:
    out.print(Text(requirement.id, "bold").append(f"  {vendor}, section {requirement.section}", "dim"))
    out.print(Text(f"  {requirement.statement}"))
    where = ", ".join(str(source) for source in requirement.source)
    agreed = ", agreed" if requirement.agreed else ""
    weight = "a breach fails a target" if requirement.binding else "a breach warns (fails with --strict)"
    out.print(Text(f"  provenance   {requirement.provenance}{agreed}: {weight}"))
    out.print(Text(f"  page         {where or 'none'}"))
    out.print(Text(f"  binds        {', '.join(requirement.parties)}  (V vendor, C client, R receiver)"))
    for party in requirement.parties:
        reason = requirement.not_observable.get(party)
        if reason:
            out.print(Text(f"  not observable for {party}: {reason}"))
    for reading in requirement.alternatives:
        out.print(Text(f"  also accepted: {reading}"))
    for case in every_case(vendor).values():
        if requirement.id in case.observes:
            _case(out, case)
    for party in requirement.parties:
        if proven := proofs(requirement.id, party):
            out.print(Text(f"  proven by    {', '.join(proven)}  ({_WRONG[party]})"))
    for page in pages(contracts.load(vendor)):
        if any(source.page == page.name for source in requirement.source):
            out.print(Text(f"  {page}", "dim"))


_JUDGED: Final[Mapping[Party, str]] = {"V": "a vendor", "R": "a receiver", "C": "a client"}
_WRONG: Final[Mapping[Party, str]] = {"V": "faults of the emulator", "R": "wrong receivers", "C": "wrong clients"}


def _case(out: Console, case: Case) -> None:
    kind = "scenario" if isinstance(case, Scenario) else "standing judge"
    judged = _JUDGED[party_of(case)]
    out.print(Text(f"  {case.id}", "cyan").append(f"  ({kind} of {judged}, {case.vendor})", "dim"))
    out.print(Text(f"    does       {case.does}"))
    out.print(Text(f"    expects    {case.expects}"))
    out.print(Text(f"    observes   {', '.join(case.observes)}"))
    if isinstance(case, Scenario) and case.needs:
        out.print(Text(f"    needs      {', '.join(case.needs)}"))
