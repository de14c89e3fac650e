"""Messangi's status callbacks at a customer's endpoint (page S2, lines 102 to 146; body of P-MS-3), party R."""

from __future__ import annotations

from typing import Any, Final, LiteralString

from smsproof_conformance.case import Section
from smsproof_conformance.receivers.acknowledgement import Acknowledgement, delivered, outcome
from smsproof_conformance.receivers.deliverer import Deliverer
from smsproof_conformance.receivers.endurance import LARGE_BYTES, LARGEST_BYTES, hostile_bodies, in_time, survived
from smsproof_conformance.receivers.handler_probe import handled, last
from smsproof_conformance.records.exchange import encode
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


def status_of(id_: str, status: str, **changes: Any) -> dict[str, Any]:
    """A callback with the fields of the vendor's Callback URL (MT) page (P-MS-3)."""
    return {
        "id": id_,
        "status": status,
        "date": "2021-08-17T04:25:38.117592194Z",
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
    """Tell one status of a new message; a handler need not care for it."""
    await do.post(step, status_of(do.id(), status, **changes))


async def tell_and_wait(do: Deliverer, step: Words, id_: str, status: str, **changes: Any) -> None:
    """Tell a status that the probe is to see handled. Once: no page says that one comes again."""
    await do.deliver(step, id_, status_of(id_, status, **changes), taken=ANY_2XX.taken, attempts=1)


@section.scenario(
    "takes-a-status",
    observes=("MS-CALLBACK-02", "MS-CALLBACK-03", "MS-HOUSE-13"),
    does="Posts a delivery status as JSON, with all fields and with id and status alone, without and with a charset.",
    expects="A 2xx: the endpoint has a POST method and takes a JSON body.",
)
async def takes_a_status(do: Deliverer) -> None:
    await tell(do, "whole", "DELIVRD")
    await do.post("least", {"id": do.id(), "status": "SENT"})
    typed = (("Content-Type", "application/json; charset=utf-8"),)
    await do.post("charset", status_of(do.id(), "SENT"), headers=typed)


@takes_a_status.judge
def _(seen: Seen) -> Judgement:
    whole = delivered(seen, "whole")[0]
    if whole.status in (404, 405, 501):
        yield breach("MS-CALLBACK-02", whole, expected="an endpoint with a POST method", got=outcome(whole))
    elif whole.status == 415:
        yield breach("MS-CALLBACK-03", whole, expected="a JSON body taken", got=outcome(whole))
    else:
        yield from ANY_2XX.each(seen, "whole", "MS-HOUSE-13")
    yield from ANY_2XX.each(seen, "least", "MS-HOUSE-13")
    yield from ANY_2XX.each(seen, "charset", "MS-CALLBACK-03", oddity)


@section.scenario(
    "takes-each-status",
    observes=tuple(_IDS.values()),
    does="Posts each of the sixteen statuses, one message each.",
    expects="A 2xx for every one.",
)
async def takes_each_status(do: Deliverer) -> None:
    for status in STATUSES:
        await tell(do, f"status {status}.", status)


@takes_each_status.judge
def _(seen: Seen) -> Judgement:
    for status in STATUSES:
        yield from ANY_2XX.each(seen, f"status {status}.", _IDS[status])


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


_TEXTS: Final[dict[LiteralString, str]] = {
    "emoji": "\U0001f44d\U0001f3fd \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "accents": "\u00e1rea, e\u0301, \u00b0C",
    "right to left": "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
}


@section.scenario(
    "takes-any-text",
    observes=("MS-HOUSE-13", "MS-HOUSE-24"),
    does="Posts statuses of messages with emoji, accents and right-to-left letters, and asks the probe what the handler got.",
    expects="A 2xx, and the same characters.",
)
async def takes_any_text(do: Deliverer) -> None:
    for name, text in _TEXTS.items():
        await tell_and_wait(do, f"text {name}", do.id(), "DELIVRD", message=text)


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
_STREAMS: Final[dict[LiteralString, tuple[str, ...]]] = {
    "a": ("DELIVRD", "QUEUE", "SENT", "SENT", "DELIVRD", "ENROUTE"),
    "b": ("QUEUE", "SENT", "SENT", "ENROUTE", "QUEUE", "DELIVRD"),
}


@section.scenario(
    "bears-repeats-and-disorder",
    observes=("MS-CALLBACK-10",),
    does="Posts several statuses of two messages in turn, out of order, some twice, two at the same moment.",
    expects="A 2xx for every one.",
)
async def disorder(do: Deliverer) -> None:
    ids: dict[LiteralString, str] = {name: do.id() for name in _STREAMS}
    for number in range(6):
        for name, statuses in _STREAMS.items():
            await do.post(Sentence("stream {} {}", name, number), status_of(ids[name], statuses[number]))
    await do.at_once("stream a at once", status_of(ids["a"], "QUEUE"), 2)
    for name, id_ in ids.items():
        await tell_and_wait(do, f"stream {name} at last", id_, _STREAMS[name][-1])
    await tell_and_wait(do, "after", do.id(), "DELIVRD")


@disorder.judge
def _(seen: Seen) -> Judgement:
    yield from ANY_2XX.each(seen, "stream ", "MS-CALLBACK-10")


@section.standing(
    "a-message-is-known-by-its-id",
    observes=("MS-CALLBACK-10",),
    does="Asks the probe how often the handler ran for a message with four distinct statuses, each told at least once, and"
    " which status it holds in the end.",
    expects="From once to four times, for a repeat is no news; DELIVRD, whenever it came, for it is final.",
)
def known_by_id(record: Record) -> Judgement:
    seen = record.seen("receiver/bears-repeats-and-disorder")
    for name, statuses in _STREAMS.items():
        told = delivered(seen, f"stream {name} ")
        if not any(ANY_2XX.given(exchange) for exchange in told):
            continue  # refused: another judge's finding
        id_ = told[0].request.json["id"]
        count, distinct = handled(seen, id_), len(set(statuses))
        if not 1 <= count <= distinct:
            expected = Sentence(
                "1 to {} runs of the handler for {} distinct statuses, {} callbacks", distinct, distinct, len(told)
            )
            yield breach("MS-CALLBACK-10", told[0], expected=expected, got=f"{count} runs", pointer="/id")
            continue
        try:
            held = last(seen, id_, "status")
        except NotObserved:
            continue  # a probe need not tell it
        if held != "DELIVRD":
            final = "DELIVRD, which is final, as the status that is held"
            yield oddity("MS-CALLBACK-10", told[-1], expected=final, got=held, pointer="/status")


@section.scenario(
    "a-get-handles-nothing",
    observes=("MS-CALLBACK-02",),
    does="Sends a right status by GET.",
    expects="Any answer; the handler does not run.",
)
async def get(do: Deliverer) -> None:
    await do.send("GET", "by GET", encode(status_of(do.id(), "SENT")))


@get.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.exchanges:
        if handled(seen, exchange.request.json["id"]):
            yield oddity(
                "MS-CALLBACK-02", exchange, expected="nothing handled by GET", got=said("the handler run, by the probe")
            )


@section.scenario(
    "survives-hostile-bodies",
    observes=("MS-HOUSE-16",),
    does="Posts bodies that are no status: no JSON, cut, deep, of other types, and one of 1 MiB; then a right one.",
    expects="Any answer below 500 (the large one may be cut off), and the next callback works.",
)
async def hostile(do: Deliverer) -> None:
    for name, content in hostile_bodies("id").items():
        await do.post(f"body {name}", content=content)
    await do.post("large body", status_of(do.id(), "SENT", message="x" * LARGE_BYTES))
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
