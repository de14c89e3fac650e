"""What a recorded request deserves: to be accepted, to be refused, or either.

Read from the request alone, so that it holds for the requests of cases and of the fuzz phase alike. Open is the
default: accepted must be only what is right beyond doubt and uses the target's own numbers; refused only what a stated
or agreed requirement forbids and no decision leaves free. Between the two lies what a right server may choose.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache
from typing import Any, Final

from smsproof_conformance.records.exchange import KEEPER, Exchange, header
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.sentence import said
from smsproof_conformance.records.server_error import ASK_AGAIN
from smsproof_conformance.verdicts.answer_schema import AnswerSchemas
from smsproof_conformance.verdicts.finding import Breach
from smsproof_spec.contract import load
from smsproof_spec.rules import Malformed, strict_json

_PLAIN_CHARACTERS: Final = 600
# Bytes that no reader of JSON takes. The other kinds of Malformed (duplicate keys, a byte order mark, depth, NaN, lone
# surrogates) are read by some.
_NO_JSON: Final = frozenset({"syntax", "trailing-data", "empty", "not-utf-8"})


class Claim(Enum):
    """What must become of a request."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    OPEN = "open"


class Freedom(StrEnum):
    """Why it is open what becomes of a request."""

    ASSUMED = "only an assumption of this project forbids it"
    FORM = "the form is not ruled out for this place"
    NULL = "null in an optional field equals an absent one (part 7, decision 11)"
    COERCED = "the page names no JSON type; a scalar may be read as the text it spells"
    FOREIGN = "it names numbers that are not the target's own"
    UNUSUAL = "it holds keys or values the pages do not speak of"
    JSON = "its JSON is read by some and refused by others"
    COUNT = "the pages do not say what becomes of an empty list or of repeated entries"


@dataclass(frozen=True)
class Expectation:
    """What one request, or one item of a list, deserves.

    breaches    for REFUSE: what is wrong with it, each with the binding requirement that forbids it.
    freedom     for OPEN: why.
    """

    claim: Claim
    breaches: tuple[Breach, ...] = ()
    freedom: Freedom | None = None


ACCEPT: Final = Expectation(Claim.ACCEPT)


def left_open(freedom: Freedom) -> Expectation:
    return Expectation(Claim.OPEN, freedom=freedom)


def refuse(*breaches: Breach) -> Expectation:
    return Expectation(Claim.REFUSE, breaches)


def speaks_of_data(exchange: Exchange) -> bool:
    """Whether nothing but its data decides what becomes of a request: right method, path, header, token and moment."""
    request = exchange.request
    kind = header(request.headers, "content-type")
    return (
        exchange.answer is not None
        and request.operation is not None
        and request.case not in (KEEPER, ASK_AGAIN)
        and exchange.outcome is not Outcome.BUSY
        and request.token == "good"
        and (request.body is None or kind is not None and kind.partition(";")[0].strip().lower() == "application/json")
    )


def sent(exchange: Exchange) -> Any:
    """The request's body as JSON, or Malformed; an absent body is Malformed("empty")."""
    return strict_json(exchange.request.body or b"")


def unreadable(value: Malformed, requirement: str, exchange: Exchange) -> Expectation:
    """What a body that is no JSON deserves."""
    if value.kind not in _NO_JSON:
        return left_open(Freedom.JSON)
    return refuse(Breach(requirement, exchange, said("a JSON body"), value.detail))


@cache
def request_schemas(vendor: str) -> AnswerSchemas:
    """The validators of a vendor's request bodies."""
    return AnswerSchemas(load(vendor))


def binding(vendor: str, breach: Breach) -> bool:
    """Whether the requirement that is broken fails a target, so that the request must be refused."""
    return load(vendor).requirements[breach.requirement].binding


def plain(text: Any) -> bool:
    """Whether a text is one that every vendor sends: printable, not blank, a few parts at most."""
    return (
        isinstance(text, str)
        and 0 < len(text) <= _PLAIN_CHARACTERS
        and not text.isspace()
        and text.replace("\n", " ").isprintable()
    )


@dataclass(frozen=True)
class Use:
    """Something right data makes use of, and the requirement that allows it: what leaves out guid uses that it is optional."""

    what: str
    rule: str


def blamed(uses: Iterable[Use], cleared: Set[str], otherwise: str) -> str:
    """Which requirement a refusal of right data breaks.

    uses         of the refused request, the most particular first.
    cleared      what accepted requests made use of: it cannot be the reason.
    otherwise    where nothing is left, so that it is the values or their combination.
    """
    return next((use.rule for use in uses if use.what not in cleared), otherwise)
