"""Messangi's status callbacks at a customer's endpoint (page S2, lines 102 to 146; body of P-MS-3), party R."""

from __future__ import annotations

from typing import Any, Final

from smsproof_conformance.case import Section
from smsproof_conformance.receivers.deliverer import Deliverer, handled
from smsproof_conformance.receivers.endurance import LARGEST_BYTES, hostile_bodies, in_time, survived
from smsproof_conformance.records.record import Record, Seen
from smsproof_conformance.verdicts.finding import Judgement, breach

section = Section("messangi", "receiver")


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


def taken(status: int) -> bool:
    """Any 2xx acknowledges: only another page of the vendor asks for 200 (AMB-MS-56)."""
    return 200 <= status < 300


def each_taken(seen: Seen, prefix: str, requirement: str) -> Judgement:
    """Every one of these callbacks is answered 2xx."""
    for exchange in seen.steps(prefix):
        assert exchange.answer is not None
        if not exchange.answer.succeeded:
            yield breach(requirement, exchange, expected="any 2xx", got=str(exchange.answer.status))


@section.scenario(
    "takes-a-status",
    observes=("MS-CALLBACK-02", "MS-CALLBACK-03", "MS-HOUSE-13"),
    does="Posts a delivery status as JSON, with all fields and with id and status alone.",
    expects="A 2xx: the endpoint has a POST method and takes a JSON body.",
)
async def takes_a_status(do: Deliverer) -> None:
    await do.post("whole", status_of(do.id(), "DELIVRD"))
    await do.post("least", {"id": do.id(), "status": "SENT"})


@takes_a_status.judge
def _(seen: Seen) -> Judgement:
    whole = seen["whole"]
    assert whole.answer is not None
    if whole.answer.status in (404, 405, 501):
        yield breach("MS-CALLBACK-02", whole, expected="an endpoint with a POST method", got=str(whole.answer.status))
    elif whole.answer.status == 415:
        yield breach("MS-CALLBACK-03", whole, expected="a JSON body taken", got="415")
    elif not whole.answer.succeeded:
        yield breach("MS-HOUSE-13", whole, expected="any 2xx", got=str(whole.answer.status))
    yield from each_taken(seen, "least", "MS-HOUSE-13")


@section.scenario(
    "takes-each-status",
    observes=tuple(_IDS.values()),
    does="Posts each of the sixteen statuses, one message each.",
    expects="A 2xx for every one.",
)
async def takes_each_status(do: Deliverer) -> None:
    for status in STATUSES:
        await do.post(status, status_of(do.id(), status))


@takes_each_status.judge
def _(seen: Seen) -> Judgement:
    for status in STATUSES:
        exchange = seen[status]
        assert exchange.answer is not None
        if not exchange.answer.succeeded:
            yield breach(_IDS[status], exchange, expected=f"a 2xx for {status}", got=str(exchange.answer.status))


@section.scenario(
    "takes-an-unlisted-status",
    observes=("MS-HOUSE-20",),
    does="Posts statuses that another page of the vendor lists: INCOMPLETE and EXHAUSTED.",
    expects="A 2xx: the list of statuses is open-ended (P-MS-5, AMB-MS-32).",
)
async def takes_an_unlisted_status(do: Deliverer) -> None:
    for status in ("INCOMPLETE", "EXHAUSTED"):
        await do.post(f"unlisted {status}", status_of(do.id(), status))


@takes_an_unlisted_status.judge
def _(seen: Seen) -> Judgement:
    yield from each_taken(seen, "unlisted", "MS-HOUSE-20")


@section.scenario(
    "takes-unknown-keys",
    observes=("MS-HOUSE-19",),
    does="Posts a status with keys that no page lists, and with null in optional ones.",
    expects="A 2xx.",
)
async def takes_unknown_keys(do: Deliverer) -> None:
    await do.post("key unknown", status_of(do.id(), "SENT", clientId="c", segments=[{"n": 1}], nested={"a": None}))
    await do.post("key null", status_of(do.id(), "SENT", externalId=None, username=None))


@takes_unknown_keys.judge
def _(seen: Seen) -> Judgement:
    yield from each_taken(seen, "key ", "MS-HOUSE-19")


@section.scenario(
    "takes-64-kib",
    observes=("MS-HOUSE-17",),
    does="Posts a status whose body is just under 64 KiB.",
    expects="A 2xx; larger bodies may be refused with 413.",
)
async def takes_64_kib(do: Deliverer) -> None:
    await do.post("64 KiB", status_of(do.id(), "DELIVRD", message="x" * (LARGEST_BYTES - 1024)))


@takes_64_kib.judge
def _(seen: Seen) -> Judgement:
    yield from each_taken(seen, "64 KiB", "MS-HOUSE-17")


_STREAM: Final = ("DELIVRD", "QUEUE", "SENT", "SENT", "DELIVRD", "ENROUTE")  # disorder and repeats on purpose


@section.scenario(
    "bears-repeats-and-disorder",
    observes=("MS-CALLBACK-10",),
    does="Posts several statuses of two messages in turn, out of order, some twice, two at the same moment.",
    expects="A 2xx for every one.",
)
async def disorder(do: Deliverer) -> None:
    first, second, after = do.id(), do.id(), do.id()
    for number, status in enumerate(_STREAM):
        await do.post(f"stream a {number}", status_of(first, status))
        await do.post(f"stream b {number}", status_of(second, status))
    await do.at_once("stream a at once", status_of(first, "DELIVRD"), 2)
    await do.post("after", status_of(after, "SENT"))
    await do.read_probe(after)


@disorder.judge
def _(seen: Seen) -> Judgement:
    yield from each_taken(seen, "stream ", "MS-CALLBACK-10")


@section.standing(
    "a-message-is-known-by-its-id",
    observes=("MS-CALLBACK-10",),
    does="Asks the probe how often the handler ran for a message with four distinct statuses, each told at least once.",
    expects="From once to four times: a repeat is no news.",
)
def known_by_id(record: Record) -> Judgement:
    seen = record.seen("receiver/bears-repeats-and-disorder")
    for message in ("a", "b"):
        exchange = seen[f"stream {message} 0"]
        count = handled(seen, exchange.request.json["id"])
        if not 1 <= count <= len(set(_STREAM)):
            yield breach(
                "MS-CALLBACK-10", exchange, expected=f"1 to {len(set(_STREAM))} runs of the handler", got=f"{count}"
            )


@section.scenario(
    "survives-hostile-bodies",
    observes=("MS-HOUSE-16",),
    does="Posts bodies that are no status: no JSON, cut, deep, of other types; then a right one.",
    expects="Any answer below 500, and the next callback works.",
)
async def hostile(do: Deliverer) -> None:
    for name, content in hostile_bodies("id").items():
        await do.post(f"body {name}", content=content)
    await do.post("then a right one", status_of(do.id(), "SENT"))


@hostile.judge
def _(seen: Seen) -> Judgement:
    yield from survived(seen, "MS-HOUSE-16")
    yield from each_taken(seen, "then a right one", "MS-HOUSE-16")


@section.standing(
    "answers-in-time",
    observes=("MS-HOUSE-18",),
    does="Looks at how long every answer took.",
    expects="At most ten seconds.",
)
def answers_in_time(record: Record) -> Judgement:
    yield from in_time(record, "MS-HOUSE-18")
