"""What speaks for a requirement: the cases of every party, and the faults and miniatures that show them able to fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from smsproof_conformance.case import Case, cases
from smsproof_conformance.clients.miniatures import CLIENTS
from smsproof_conformance.emulator.faults import FAULTS
from smsproof_conformance.receivers.miniatures import RECEIVERS
from smsproof_spec.contract import Party

_PARTIES: Final[tuple[Party, ...]] = get_args(Party)


def every_case(vendor: str) -> Mapping[str, Case]:
    """The cases that judge any party by a vendor's contract, by id."""
    return {id_: case for party in _PARTIES for id_, case in cases(vendor, party).items()}


def party_of(case: Case) -> Party:
    """Whom a case judges."""
    return next(party for party in _PARTIES if case.id in cases(case.vendor, party))


def proofs(requirement: str, party: Party) -> tuple[str, ...]:
    """Names of the faults of the emulators (V), of the small receivers (R) or clients (C) that break a requirement."""
    if party == "V":
        return tuple(fault.name for fault in FAULTS.values() if requirement in fault.breaks)
    registry = RECEIVERS if party == "R" else CLIENTS
    return tuple(one.name for rows in registry.values() for one in rows.values() if requirement in one.breaks)
