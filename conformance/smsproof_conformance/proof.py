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


def proofs(requirement: str) -> tuple[str, ...]:
    """Names of the faults of the emulators, and of the small receivers and clients, that break a requirement."""
    small = [one for registry in (RECEIVERS, CLIENTS) for rows in registry.values() for one in rows.values()]
    return tuple(one.name for one in (*FAULTS.values(), *small) if requirement in one.breaks)
