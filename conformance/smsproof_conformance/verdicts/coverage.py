"""Which requirement is observed by which cases: computed, never written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from smsproof_conformance.case import Case
from smsproof_spec.contract import Contract, Requirement


class Coverage(StrEnum):
    """How a requirement stands for one party."""

    COVERED = "covered"
    NOT_OBSERVABLE = "not observable"
    OPEN = "open"


@dataclass(frozen=True)
class Row:
    """One requirement for one party: V the vendor, C a client, R a receiver."""

    id: str
    party: str
    requirement: Requirement
    state: Coverage
    cases: tuple[str, ...]
    reason: str


def table(contract: Contract, cases: Mapping[str, Iterable[Case]]) -> tuple[Row, ...]:
    """One row for each requirement of the vendor's pages and party it binds; house rules are not counted.

    cases    by party: those that judge a vendor, a client, a receiver.
    """
    rows: list[Row] = []
    for id_, requirement in contract.requirements.items():
        if not requirement.counted:
            continue
        for party in requirement.parties:
            observers = tuple(case.id for case in cases.get(party, ()) if id_ in case.observes)
            reason = requirement.not_observable.get(party)
            state = Coverage.COVERED if observers else Coverage.NOT_OBSERVABLE if reason else Coverage.OPEN
            rows.append(Row(id_, party, requirement, state, observers, reason or ""))
    return tuple(rows)
