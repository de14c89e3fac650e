"""Messangi's status callbacks at a customer's endpoint (page S2, lines 102 to 146; body of P-MS-3), party R."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString

from smsproof_conformance.case import Section
from smsproof_conformance.receivers.acknowledgement import Acknowledgement, delivered, outcome
from smsproof_conformance.receivers.deliverer import Deliverer
from smsproof_conformance.receivers.endurance import (
    HOSTILE,
    LARGE_BYTES,
    LARGEST_BYTES,
    TEXTS,
    hostile_bodies,
    in_time,
    survived,
)
from smsproof_conformance.receivers.handler_probe import handled, last, times
from smsproof_conformance.records.exchange import Exchange, encode
from smsproof_conformance.records.record import NotObserved, Record, Seen
from smsproof_conformance.records.sentence import Sentence, Words, said
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

section = Section("messangi", "receiver")

# Any 2xx acknowledges: only another page of the vendor asks for 200 (AMB-MS-56).
ANY_2XX: Final = Acknowledgement("any 2xx", lambda status: 200 <= status < 300)

# S2:108-140, in the page's order; the number is the requirement's.
STATUSES: Final[tuple[str, ...]] = (
    "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD", "INVALID_ROUTING",
    "CODE_NOT_ALLOWED", "BLACKLISTED", "QUEUE", "DEQUEUED", "SENT", "ERROR", "ENROUTE", "SEGMENTS_EXCEEDED",
)  # fmt: skip
_IDS: Final = {status: f"MS-STATUS-{number:02}" for number, status in enumerate(STATUSES, 1)}


def fresh_id() -> str:
    """A message id of this run: 24 hexadecimal digits, as in the answer to a send (S2:176)."""
    return secrets.token_hex(12)


def status_of(id_: str, status: str, **changes: Any) -> dict[str, Any]:
    """A callback with the fields of the vendor's Callback URL (MT) page (P-MS-3)."""
    return {
        "id": id_,
        "status": status,
        "date": "2021-08-17T04:25:38.117Z",
        "timestamp": 1629174338140,
        "from": "12345",
        "to": "+580000000005",
        "message": "text demo",
        "username": "owner",
        "externalId": "campaign1",
        "callback": "https://www.myserver.com/status",
        **changes,
    }


async def tell(do: Deliverer, step: Words, status: str, **changes: Any) -> None:
    """Tell one status of a new message. Once: no page says that one comes again."""
    await do.post(step, status_of(fresh_id(), status, **changes))


# What no page promises or rules out: a receiver that bears no such callback is warned.
_VARIANTS: Final[dict[LiteralString, dict[str, Any]]] = {
    "nine digits of a second": {"date": "2021-08-17T04:25:38.117592194Z"},  # AMB-MS-12
    "a client id": {"clientId": "client1"},  # S2:166; not in the list of P-MS-3
    "no plus": {"to": "580000000005"},  # AMB-MS-18
}


@section.scenario(
    "takes-a-status",
    observes=("MS-CALLBACK-02", "MS-CALLBACK-03", "MS-HOUSE-13"),
    does="Posts a delivery status as JSON: with all fields and with id and status alone, without and with a charset, with a"
    " fine date, with a clientId, with an id and a destination of another form.",
    expects="A 2xx: the endpoint has a POST method and takes a JSON body.",
)
async def takes_a_status(do: Deliverer) -> None:
    await tell(do, "whole", "DELIVRD")
    await do.post("least", {"id": fresh_id(), "status": "SENT"})
    typed = (("Content-Type", "application/json; charset=utf-8"),)
    await do.post("charset", status_of(fresh_id(), "SENT"), headers=typed)
    for name, changes in _VARIANTS.items():
        await tell(do, f"with {name}", "SENT", **changes)
    # Nine letters and digits, as 507Abg71A of the page (S2:474): an id is no hexadecimal number (AMB-MS-09).
    await do.post("with a short id", status_of(f"{secrets.token_hex(4)}Z", "SENT"))


@takes_a_status.judge
def _(seen: Seen) -> Judgement:
    whole = delivered(seen, "whole")[0]
    if whole.status in (404, 405, 501):
        expected = "an endpoint with a POST method, for any id: those of a run are new"
        yield breach("MS-CALLBACK-02", whole, expected=expected, got=outcome(whole))
    elif whole.status == 415:
        yield breach("MS-CALLBACK-03", whole, expected="a JSON body taken", got=outcome(whole))
    else:
        yield from ANY_2XX.each(seen, "whole", "MS-HOUSE-13")
    yield from ANY_2XX.each(seen, "least", "MS-HOUSE-13")
    yield from ANY_2XX.each(seen, "with ", "MS-HOUSE-13")
    yield from ANY_2XX.each(seen, "charset", "MS-CALLBACK-03", oddity)


@section.scenario(
    "takes-each-status",
    observes=tuple(_IDS.values()),
    does="Posts each of the sixteen statuses, one message each; where it is refused with all fields, with a clientId too, and"
    " with id and status alone, for no page says which fields there are.",
    expects="A 2xx for every one.",
)
async def takes_each_status(do: Deliverer) -> None:
    for status in STATUSES:
        id_ = fresh_id()
        whole = status_of(id_, status)
        for number, body in enumerate((whole, whole | {"clientId": "client1"}, {"id": id_, "status": status})):
            if ANY_2XX.given(await do.post(Sentence("status {}.{}", status, number), body)):
                break


@takes_each_status.judge
def _(seen: Seen) -> Judgement:
    for status in STATUSES:
        told = delivered(seen, f"status {status}.")
        if not any(ANY_2XX.given(exchange) for exchange in told):
            yield breach(_IDS[status], told[0], expected=ANY_2XX.expected, got=outcome(told[0]))


@section.scenario(
    "takes-an-unlisted-status",
    observes=("MS-HOUSE-20",),
    does="Posts statuses that another page of the vendor lists: INCOMPLETE and EXHAUSTED.",
    expects="A 2xx: the list of statuses is open-ended (P-MS-5, AMB-MS-32).",
)
async def takes_an_unlisted_status(do: Deliverer) -> None:
    for status in ("INCOMPLETE", "EXHAUSTED"):
        await tell(do, f"unlisted {status}", status)


@takes_an_unlisted_status.judge
def _(seen: Seen) -> Judgement:
    yield from ANY_2XX.each(seen, "unlisted", "MS-HOUSE-20")


@section.scenario(
    "takes-unknown-keys",
    observes=("MS-HOUSE-19",),
    does="Posts a status with keys that no page lists, and with null in optional ones.",
    expects="A 2xx.",
)
async def takes_unknown_keys(do: Deliverer) -> None:
    await tell(do, "key unknown", "SENT", clientId="c", segments=[{"n": 1}], nested={"a": None})
    await tell(do, "key null", "SENT", externalId=None, username=None)


@takes_unknown_keys.judge
def _(seen: Seen) -> Judgement:
    yield from ANY_2XX.each(seen, "key ", "MS-HOUSE-19")


@section.scenario(
    "takes-any-text",
    observes=("MS-HOUSE-13", "MS-HOUSE-24"),
    does="Posts statuses of messages with emoji, accents, right-to-left letters, line breaks and escapes, and asks the probe"
    " what the handler got.",
    expects="A 2xx, and the same characters.",
)
async def takes_any_text(do: Deliverer) -> None:
    for name, text in TEXTS.items():
        await tell(do, f"text {name}", "DELIVRD", message=text)


@takes_any_text.judge
def _(seen: Seen) -> Judgement:
    yield from ANY_2XX.each(seen, "text ", "MS-HOUSE-13")
    if "probe" not in seen.notes:
        return
    for exchange in delivered(seen, "text "):
        sent = exchange.request.json
        if not ANY_2XX.given(exchange) or handled(seen, sent["id"]) == 0:
            continue
        try:
            got = last(seen, sent["id"], "message")
        except NotObserved:
            continue  # a probe need not tell it
        if got != sent["message"]:
            yield breach(
                "MS-HOUSE-24",
                exchange,
                expected=Sentence("{}", repr(sent["message"])),
                got=repr(got),
                pointer="/message",
            )


@section.scenario(
    "takes-64-kib",
    observes=("MS-HOUSE-17",),
    does="Posts a status whose body is just under 64 KiB.",
    expects="A 2xx; larger bodies may be refused with 413.",
)
async def takes_64_kib(do: Deliverer) -> None:
    await tell(do, "64 KiB", "DELIVRD", message="x" * (LARGEST_BYTES - 1024))


@takes_64_kib.judge
def _(seen: Seen) -> Judgement:
    yield from ANY_2XX.each(seen, "64 KiB", "MS-HOUSE-17")


# Disorder and repeats on purpose: a is final before it is anything else, b at the end.
_REPEATED: Final = "same at once"
_STREAMS: Final[dict[LiteralString, tuple[str, ...]]] = {
    "a": ("DELIVRD", "QUEUE", "SENT", "SENT", "DELIVRD", "ENROUTE"),
    "b": ("QUEUE", "SENT", "SENT", "ENROUTE", "QUEUE", "DELIVRD"),
}


@section.scenario(
    "bears-repeats-and-disorder",
    observes=("MS-CALLBACK-10",),
    does="Posts several statuses of two messages in turn, out of order, some twice, two at the same moment, and the one status"
    " of a third twice at the same moment.",
    expects="A 2xx for every one.",
)
async def disorder(do: Deliverer) -> None:
    ids: dict[LiteralString, str] = {name: fresh_id() for name in _STREAMS}
    for number in range(6):
        for name, statuses in _STREAMS.items():
            await do.post(Sentence("stream {} {}", name, number), status_of(ids[name], statuses[number]))
    await do.at_once("stream a at once", status_of(ids["a"], "QUEUE"), 2)
    await do.at_once(_REPEATED, status_of(fresh_id(), "DELIVRD"), 2)
    for name, id_ in ids.items():
        await do.post(f"stream {name} at last", status_of(id_, _STREAMS[name][-1]))


@disorder.judge
def _(seen: Seen) -> Judgement:
    yield from ANY_2XX.each(seen, "stream ", "MS-CALLBACK-10")
    yield from ANY_2XX.each(seen, _REPEATED, "MS-CALLBACK-10")


_COUNTED: Final = ("takes-a-status", "takes-any-text", "takes-64-kib", "bears-repeats-and-disorder")


@section.standing(
    "a-message-is-known-by-its-id",
    observes=("MS-CALLBACK-10",),
    does="Asks the probe how often the handler ran for each message whose DELIVRD was acknowledged, with one status or"
    " several, told once or more, and which status it holds in the end.",
    expects="From once to as often as there were distinct statuses, for a repeat is no news; DELIVRD, whenever it came, for it"
    " is final.",
)
def known_by_id(record: Record) -> Judgement:
    miscounted, unseen = set[str](), NotObserved("no DELIVRD was acknowledged")
    judged = False
    for case in _COUNTED:
        try:
            seen = record.seen(f"receiver/{case}")
        except NotObserved as absent:
            unseen = absent
            continue
        for id_, told in _by_id(seen.exchanges).items():
            if not any(ANY_2XX.given(exchange) and _status(exchange) == "DELIVRD" for exchange in told):
                continue  # refused: another judge's finding; what is on its way still, a handler need not care for
            judged = True
            count, distinct = handled(seen, id_), len({_status(exchange) for exchange in told})
            if not 1 <= count <= distinct:
                miscounted.add(id_)
                most = Sentence("run once to {}", times(distinct)) if distinct > 1 else said("run once")
                got = Sentence(
                    "run {}, by the probe, for {} distinct status(es) told {} in all",
                    times(count),
                    distinct,
                    times(len(told)),
                )
                expected = Sentence("the handler {}", most)
                yield breach("MS-CALLBACK-10", told[0], expected=expected, got=got, pointer="/id")
    if not judged:
        raise unseen
    yield from _held(record, miscounted)


def _held(record: Record, miscounted: set[str]) -> Judgement:
    """A final status is not given up for one of the way, whenever that comes."""
    seen = record.seen("receiver/bears-repeats-and-disorder")
    for name in _STREAMS:
        told = delivered(seen, f"stream {name} ")
        id_ = told[0].request.json["id"]
        if id_ in miscounted or not any(ANY_2XX.given(exchange) for exchange in told):
            continue
        try:
            held = last(seen, id_, "status")
        except NotObserved:
            continue  # a probe need not tell it
        if held != "DELIVRD":
            final = "DELIVRD, which is final, as the status that is held"
            yield oddity("MS-CALLBACK-10", told[-1], expected=final, got=held, pointer="/status")


def _by_id(made: Sequence[Exchange]) -> Mapping[str, list[Exchange]]:
    found: dict[str, list[Exchange]] = {}
    for exchange in made:
        found.setdefault(exchange.request.json["id"], []).append(exchange)
    return found


def _status(exchange: Exchange) -> Any:
    return exchange.request.json["status"]


@section.scenario(
    "a-get-handles-nothing",
    observes=("MS-CALLBACK-02",),
    does="Sends a right status by GET.",
    expects="Any answer; the handler does not run.",
)
async def get(do: Deliverer) -> None:
    await do.send("GET", "by GET", encode(status_of(fresh_id(), "SENT")))


@get.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.exchanges:
        if handled(seen, exchange.request.json["id"]):
            yield oddity(
                "MS-CALLBACK-02", exchange, expected="nothing handled by GET", got=said("the handler run, by the probe")
            )


@section.scenario(
    HOSTILE,
    observes=("MS-HOUSE-16",),
    does="Posts bodies that are no status: no JSON, cut, deep, of other types, and one of 1 MiB; then a right one.",
    expects="Any answer below 500 (the large one may be cut off), and the next callback works.",
)
async def hostile(do: Deliverer) -> None:
    for name, content in hostile_bodies("id").items():
        await do.post(f"body {name}", content=content)
    await do.post("large body", status_of(fresh_id(), "SENT", message="x" * LARGE_BYTES))
    await tell(do, "then a right one", "SENT")


@hostile.judge
def _(seen: Seen) -> Judgement:
    yield from survived(seen, "MS-HOUSE-16", ANY_2XX)


@section.standing(
    "answers-in-time",
    observes=("MS-HOUSE-18",),
    does="Looks at how long every answer took.",
    expects="At most ten seconds.",
)
def answers_in_time(record: Record) -> Judgement:
    yield from in_time(record, "MS-HOUSE-18")
