"""What a judge may say: a breach of a requirement, or that something cannot be known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from smsproof_conformance.records.exchange import Arrival, Exchange
from smsproof_conformance.records.sentence import Sentence, Words, said
from smsproof_spec.contract import Requirement
from smsproof_spec.rules import printable


class Verdict(StrEnum):
    """The verdict on a case or a requirement."""

    PASS = "PASS"
    FAIL = "FAIL"
    WARN = "WARN"
    SKIP = "SKIP"
    INDETERMINATE = "INDETERMINATE"
    ERROR = "ERROR"
    XFAIL = "XFAIL"
    XPASS = "XPASS"


class Severity(StrEnum):
    """FAIL where the vendor's page says it (or an agreed example shows it), WARN otherwise, XFAIL if a baseline has it."""

    FAIL = "FAIL"
    WARN = "WARN"
    XFAIL = "XFAIL"


def severity(requirement: Requirement) -> Severity:
    """Severity is provenance: only what is stated or agreed can fail a target."""
    return Severity.FAIL if requirement.binding else Severity.WARN


@dataclass(frozen=True)
class Breach:
    """A judge's word: this requirement is broken, seen here.

    subject    the exchange or arrival it was seen in; None when it is about what did not happen.
    expected   in words of ours, what it quotes of a request or of the target apart.
    got        what was seen: a plain text is the peer's, as a whole; words of ours about it are a Sentence.
    pointer    RFC 6901 pointer into the body, "" for the whole.
    ceiling    WARN where the decisions say that this reading warns at most, whatever the requirement's provenance.
    """

    requirement: str
    subject: Exchange | Arrival | None
    expected: Sentence
    got: str
    pointer: str = ""
    ceiling: Severity = Severity.FAIL


@dataclass(frozen=True)
class Unknown:
    """A judge's word: whether this requirement holds cannot be told from what was seen."""

    requirement: str
    reason: Words

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", said(self.reason))


Judgement = Iterator[Breach | Unknown]


def breach(
    requirement: str,
    subject: Exchange | Arrival | None,
    *,
    expected: Words,
    got: object,
    pointer: str = "",
) -> Breach:
    """The requirement is broken; how severe that is follows from its provenance."""
    return Breach(requirement, subject, said(expected), got if isinstance(got, str) else repr(got), pointer)


class Say(Protocol):
    """`breach`, or `oddity` where the decisions leave room."""

    def __call__(
        self, requirement: str, subject: Exchange | Arrival | None, *, expected: Words, got: object, pointer: str = ""
    ) -> Breach: ...


def oddity(
    requirement: str,
    subject: Exchange | Arrival | None,
    *,
    expected: Words,
    got: object,
    pointer: str = "",
) -> Breach:
    """The requirement's letter holds or its words leave room: warns, never fails."""
    return replace(breach(requirement, subject, expected=expected, got=got, pointer=pointer), ceiling=Severity.WARN)


@dataclass(frozen=True)
class Finding:
    """A breach as reports show it: with its case, its requirement's severity and the exchange's number in the ledger.

    status      of the exchange's answer; None without one.
    accepted    the baseline's reason for accepting it; "" without one.
    """

    case: str
    requirement: str
    severity: Severity
    expected: str
    got: str
    pointer: str
    exchange: int | None
    arrival: int | None
    step: str | None
    status: int | None = None
    accepted: str = ""

    @property
    def place(self) -> str:
        """The pointer with `*` for every array index, safe to print: the same for all items of a list."""
        return printable(re.sub(r"(?<=/)[0-9]+(?=/|$)", "*", self.pointer))
