"""Section 2K: the answer to a single send (page S2, lines 168 to 304)."""

from __future__ import annotations

from typing import Final, LiteralString

from smsproof_conformance.case import Section
from smsproof_conformance.cases.messangi import outbox
from smsproof_conformance.cases.messangi.answers import fields, outcome, same_number, takes
from smsproof_conformance.cases.messangi.echo import (
    enveloped,
    option_breaches,
    receipt_breaches,
    schema_breaches,
    sender_breaches,
    time_breaches,
    type_breaches,
)
from smsproof_conformance.cases.messangi.messages import DEFAULT_ALPHABET, SENDING, UNICODE, destination, message
from smsproof_conformance.records.exchange import Exchange
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import Record, Seen
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

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


_TEXTS: Final[tuple[tuple[LiteralString, str], ...]] = (("default alphabet", DEFAULT_ALPHABET), ("Unicode", UNICODE))


@section.scenario(
    "text-intact",
    observes=("MS-RESP-04", "MS-RESP-05", "MS-RESP-06", "MS-RESP-07"),
    needs=SENDING,
    does="Sends two texts with white space at both ends, what JSON escapes, accents, scripts and emoji to two destinations,"
    " and reads the outbox.",
    expects="Both are taken; where there is an outbox, the id of each answer leads to its text, sender and destination.",
)
async def text_intact(do: Actor) -> None:
    sent = [
        await do.call(step, "sendMessage", message(do, to=destination(do.target, place), text=f" {do.unique(text)} \n"))
        for place, (step, text) in enumerate(_TEXTS)
    ]
    await do.settle()
    await do.read_outbox(*outbox.awaited(*sent))


@text_intact.judge
def _(seen: Seen) -> Judgement:
    for _, exchange in seen.each(step for step, _ in _TEXTS):
        yield from takes("MS-RESP-06", exchange, "a text of any characters")
        if outbox.is_open(seen) and outcome(exchange) is Outcome.TAKEN:
            yield from _sent_as_asked(seen, exchange)


def _sent_as_asked(seen: Seen, exchange: Exchange) -> Judgement:
    asked = fields(exchange)
    sent = outbox.entry_of(seen, exchange.at("data", "id"), asked["text"])
    if sent is None:
        yield from outbox.absent("MS-RESP-04", exchange, seen, "the message is in the outbox, by its id or text")
        return
    if sent.get("text") != asked["text"]:
        yield breach("MS-RESP-06", exchange, expected="the handset gets the text", got=sent.get("text"))
    if not same_number(sent.get("to"), asked["to"]):
        yield breach("MS-RESP-07", exchange, expected="the message goes to its destination", got=sent.get("to"))
    if not same_number(sent.get("from"), asked["from"]):
        yield oddity("MS-RESP-05", exchange, expected="the message comes from its sender", got=sent.get("from"))
