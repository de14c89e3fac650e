"""Section 2K: the answer to a single send (page S2, lines 168 to 304)."""

from __future__ import annotations

from smsproof_conformance.actor import Actor
from smsproof_conformance.case import Section
from smsproof_conformance.cases.messangi.answers import Outcome, fields, outcome, same_number, takes
from smsproof_conformance.cases.messangi.echo import (
    enveloped,
    option_breaches,
    receipt_breaches,
    schema_breaches,
    sender_breaches,
    time_breaches,
    type_breaches,
)
from smsproof_conformance.cases.messangi.messages import SENDING, message
from smsproof_conformance.finding import Judgement, breach
from smsproof_conformance.record import Record, Seen
from smsproof_conformance.target import Fact

section = Section("messangi", "send-response")


@section.standing(
    "schema",
    observes=(
        "MS-BRESP-03", "MS-RESP-01", "MS-RESP-02", "MS-RESP-03", "MS-RESP-04", "MS-RESP-05", "MS-RESP-06", "MS-RESP-07",
        "MS-RESP-08", "MS-RESP-09", "MS-RESP-10", "MS-RESP-11", "MS-RESP-12", "MS-RESP-14", "MS-RESP-15",
    ),
    does="Looks at every 2xx answer to a single send.",
    expects="The envelope of meta and data, with the keys, JSON types and stated values of the contract's schema.",
)  # fmt: skip
def schema(record: Record) -> Judgement:
    yield from schema_breaches(record, "sendMessage", "SendResult")


@section.standing(
    "repeats-message",
    observes=("MS-RESP-05", "MS-RESP-06", "MS-RESP-07"),
    does="Compares from, text and to of every envelope with the request.",
    expects="The same; a plus before the destination may come or go.",
)
def repeats_message(record: Record) -> Judgement:
    for exchange, found in enveloped(record, "sendMessage"):
        asked = fields(exchange)
        yield from sender_breaches("MS-RESP-05", exchange, found)
        text, to = asked.get("text"), asked.get("to")
        if isinstance(text, str) and isinstance(found.get("text"), str) and found["text"] != text:
            yield breach(
                "MS-RESP-06", exchange, expected="the text as it was sent", got=found["text"], pointer="/data/text"
            )
        if isinstance(to, str) and isinstance(found.get("to"), str) and not same_number(found["to"], to):
            yield breach(
                "MS-RESP-07", exchange, expected="the destination as it was sent", got=found["to"], pointer="/data/to"
            )


@section.standing(
    "repeats-options",
    observes=("MS-RESP-08", "MS-RESP-09", "MS-RESP-15", "MS-SEND-08", "MS-SEND-12"),
    does="Compares requestDR, type and the other options of every envelope with the request.",
    expects="What was sent or its default, or nothing; never another value.",
)
def repeats_options(record: Record) -> Judgement:
    for exchange, found in enveloped(record, "sendMessage"):
        yield from receipt_breaches("MS-RESP-08", exchange, found)
        yield from type_breaches("MS-RESP-09", exchange, found)
        yield from option_breaches("MS-RESP-15", exchange, found)


@section.standing(
    "times",
    observes=("MS-HOUSE-07", "MS-HOUSE-08"),
    does="Looks at meta.timestamp and data.date of every envelope.",
    expects="Milliseconds since 1970 and an RFC 3339 instant, of the same day.",
)
def times(record: Record) -> Judgement:
    for exchange, found in enveloped(record, "sendMessage"):
        yield from time_breaches(exchange, found)


@section.standing(
    "statuses",
    observes=("MS-RESP-13", "MS-STATUS-11"),
    does="Looks at the status of every message that was taken.",
    expects="QUEUE, in this spelling, or DEQUEUED: no message is further along when its answer is written.",
)
def statuses(record: Record) -> Judgement:
    for exchange, found in enveloped(record, "sendMessage"):
        status = found.get("status")
        if not isinstance(status, str) or status in ("QUEUE", "DEQUEUED", "ERROR"):  # DEQUEUED: part 7, decision 2
            continue
        requirement = "MS-STATUS-11" if status.upper().startswith("QUEUE") else "MS-RESP-13"
        yield breach(requirement, exchange, expected="QUEUE", got=status, pointer="/data/status")


_UNICODE = (
    ("accents", "Mañana sí: ¿qué hora es, señora? çÇ ê"),
    ("beyond the BMP", "party 🎉 family 👨‍👩‍👧 flag 🇻🇪"),
    ("scripts", "Привет שלום 你好 नमस्ते"),
    ("JSON's own", 'quote " backslash \\ slash / tag <b> & percent %41 line\nend'),
)


@section.scenario(
    "text-intact",
    observes=("MS-RESP-06",),
    needs=SENDING,
    does="Sends texts with accents, emoji, four scripts, and what JSON escapes.",
    expects="Each is taken, and comes back as it was sent.",
)
async def text_intact(do: Actor) -> None:
    for step, text in _UNICODE:
        await do.call(step, "sendMessage", message(do, text=do.unique(text)))


@text_intact.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps():
        yield from takes("MS-RESP-06", exchange, "a text of any characters")
        shown = exchange.at("data", "text")
        if outcome(exchange) is Outcome.TAKEN and isinstance(shown, str) and shown != fields(exchange).get("text"):
            yield breach("MS-RESP-06", exchange, expected="the text as it was sent", got=shown, pointer="/data/text")


@section.scenario(
    "delivered-as-answered",
    observes=("MS-RESP-04", "MS-RESP-05", "MS-RESP-06", "MS-RESP-07"),
    needs=(*SENDING, Fact.CONTROL),
    does="Sends a message to each of two destinations, and reads the outbox: what the handsets would get.",
    expects="The id of each answer leads to the text, sender and destination of its request.",
)
async def delivered_as_answered(do: Actor) -> None:
    for step, place in (("first", 0), ("second", 1)):
        to = do.target.numbers.destinations[place % len(do.target.numbers.destinations)]
        await do.call(step, "sendMessage", message(do, to=to, text=do.unique(f"Señal {step}")))
    await do.read_outbox()


@delivered_as_answered.judge
def _(seen: Seen) -> Judgement:
    outbox = {entry["id"]: entry for entry in seen.outbox if isinstance(entry.get("id"), str)}
    for exchange in (seen["first"], seen["second"]):
        if outcome(exchange) is not Outcome.TAKEN:
            continue
        sent = outbox.get(exchange.at("data", "id"))
        if sent is None:
            yield breach(
                "MS-RESP-04",
                exchange,
                expected="the id of the message in the outbox",
                got=exchange.at("data", "id"),
                pointer="/data/id",
            )
            continue
        asked = fields(exchange)
        if sent.get("text") != asked["text"]:
            yield breach("MS-RESP-06", exchange, expected="the handset gets the text", got=sent.get("text"))
        if not same_number(sent.get("to"), asked["to"]):
            yield breach("MS-RESP-07", exchange, expected="the message goes to its destination", got=sent.get("to"))
