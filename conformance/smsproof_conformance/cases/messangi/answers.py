"""What a Messangi answer says: taken, in error, refused; which messages it took; how it must be for a given request.

The page gives no status code (AMB-MS-03): success is any 2xx with the envelope and a status other than ERROR; anything
else takes nothing: a 4xx or 5xx, or a 2xx with the status ERROR. A redirect takes nothing either, and warns by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from smsproof_conformance.records.exchange import MISSING, Arrival, Exchange, strings
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import Record
from smsproof_conformance.records.sentence import Sentence, Words
from smsproof_conformance.verdicts.finding import Judgement, Say, breach

"""`breach`, or `oddity` where the decisions let a reading warn at most."""

SENDS: Final = ("sendMessage", "sendBatch")


LISTED: Final = (
    "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD", "INVALID_ROUTING",
    "CODE_NOT_ALLOWED", "BLACKLISTED", "QUEUE", "DEQUEUED", "SENT", "ERROR", "ENROUTE", "SEGMENTS_EXCEEDED",
)  # fmt: skip
"""The statuses of a callback, in the page's order (S2:108-140)."""


def outcome(exchange: Exchange) -> Outcome:
    """What became of a send, by its answer's status and, where that is a success, by its body.

    A success without an envelope, and a batch that took nobody, are UNREADABLE: judges of the answer speak of it.
    """
    if exchange.outcome is not Outcome.TAKEN:
        return exchange.outcome
    if not isinstance(exchange.at("data"), dict):
        return Outcome.UNREADABLE
    if exchange.at("data", "status") == "ERROR":
        return Outcome.IN_ERROR
    return Outcome.UNREADABLE if exchange.at("data", "ids") == [] else Outcome.TAKEN


NOT_TAKEN: Final = frozenset({Outcome.REFUSED, Outcome.IN_ERROR, Outcome.ELSEWHERE})
"""What says that a message will not be sent."""


def not_taken(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """Those of some exchanges whose answers say that nothing will be sent."""
    return [exchange for exchange in exchanges if outcome(exchange) in NOT_TAKEN]


def shown(exchange: Exchange) -> str:
    """An answer in a few words, for findings."""
    status = exchange.at("data", "status")
    return f"HTTP {exchange.status}" + ("" if status is MISSING else f" with data.status {status!r}")


def takes(requirement: str, exchange: Exchange, what: Words, *, say: Say = breach) -> Judgement:
    """A right request must be taken. `what` names it, as in "a message without options"."""
    if outcome(exchange) in NOT_TAKEN:
        yield say(
            requirement,
            exchange,
            expected=Sentence("{} is taken: a 2xx with the status QUEUE", what),
            got=shown(exchange),
        )


def refuses(requirement: str, exchange: Exchange, what: Words, *, say: Say = breach) -> Judgement:
    """A wrong request must not be taken. `what` names it, as in "a message without `from`"."""
    if outcome(exchange) is Outcome.TAKEN:
        yield say(
            requirement,
            exchange,
            expected=Sentence("{} is refused: an error, or the status ERROR", what),
            got=shown(exchange),
        )


@dataclass(frozen=True)
class Taken:
    """One message that an answer says it took."""

    exchange: Exchange
    id: str
    to: str


def taken(exchanges: Iterable[Exchange]) -> Iterator[Taken]:
    """Every message that the answers took, with a readable id; those in ERROR have ids of the vendor's choice."""
    for exchange in exchanges:
        if exchange.request.operation in SENDS and outcome(exchange) is Outcome.TAKEN:
            yield from with_ids(exchange)


def with_ids(exchange: Exchange) -> Iterator[Taken]:
    """The messages that one answer gives ids to, whatever its status."""
    if exchange.request.operation == "sendMessage":
        id_, to = exchange.at("data", "id"), fields(exchange).get("to")
        if isinstance(id_, str):
            yield Taken(exchange, id_, to if isinstance(to, str) else "")
    else:
        for entry in entries(exchange):
            if isinstance(entry.get("id"), str) and isinstance(entry.get("mobile"), str):
                yield Taken(exchange, entry["id"], entry["mobile"])


def entries(exchange: Exchange) -> list[dict[str, Any]]:
    """The objects in data.ids."""
    ids = exchange.at("data", "ids")
    if not isinstance(ids, list):
        return []
    return [cast("dict[str, Any]", entry) for entry in cast("list[Any]", ids) if isinstance(entry, dict)]


def fields(exchange: Exchange) -> Mapping[str, Any]:
    """The request's JSON object; empty when it was none."""
    value = exchange.request.json
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def data(exchange: Exchange) -> Mapping[str, Any] | None:
    """data of the envelope in a 2xx answer, None without one."""
    value = exchange.at("data")
    if exchange.outcome is not Outcome.TAKEN or not isinstance(value, dict):
        return None
    return cast("Mapping[str, Any]", value)


def same_number(one: object, other: object) -> bool:
    """Equal up to one leading plus (AMB-MS-18)."""
    return isinstance(one, str) and isinstance(other, str) and one.removeprefix("+") == other.removeprefix("+")


def asked_for(record: Record, arrival: Arrival) -> Exchange | None:
    """The send whose `callbacks` names the URL that something arrived at; every hook of these cases is used once."""
    for exchange in record.exchanges:
        if exchange.request.case == arrival.case and any(
            url.strip().endswith(f"/{arrival.case}/{arrival.hook}")
            for url in str(fields(exchange).get("callbacks", "")).split(",")
        ):
            return exchange
    return None


def status_of(arrival: Arrival) -> str | None:
    """The status that a callback tells: under the key `status` (P-MS-3), else the one of the sixteen words in it.

    The page names no key (S2:146).
    """
    status = arrival.get("status")
    if status is not MISSING:
        return status if isinstance(status, str) else None
    words = {text for text in strings(arrival.value) if text in LISTED}
    return words.pop() if len(words) == 1 else None


def speaks_of(arrival: Arrival, id_: str) -> bool:
    """Whether a callback is about a message: its id stands under `id`, or anywhere; the page names no key (S2:146)."""
    named = arrival.get("id")
    return named == id_ if isinstance(named, str) else id_ in set(strings(arrival.value))
