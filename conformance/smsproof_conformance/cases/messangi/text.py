"""Section 2O: text and segments (page S2, lines 76 to 78, 140 to 142 and 226).

Lengths are those where the page's model (160/160, 70/70) and the real one (160/153, 70/67) agree (AMB-MS-20, table 4A):
where they differ nothing is asserted, nor at exactly 1600 characters (AMB-MS-21), nor from 671 to 1600 in Unicode (AMB-MS-22).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, LiteralString

from smsproof_conformance.case import Section
from smsproof_conformance.cases.messangi import outbox
from smsproof_conformance.cases.messangi.answers import LISTED, outcome, shown, status_of, takes, with_ids
from smsproof_conformance.cases.messangi.messages import SENDING, batch, destination, message, with_values
from smsproof_conformance.records.exchange import Exchange, strings
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import Seen
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, Unknown, breach, oddity

section = Section("messangi", "text")

EXCEEDED: Final = "Text exceeds the limit of allowed segments"
"""S2:226, to the letter."""


@dataclass(frozen=True)
class Length:
    """A text of a known length; `segments` was worked out by hand and is the same in both models."""

    step: LiteralString
    requirement: str
    text: str
    segments: int


LENGTHS: Final = (
    Length("160 of the default alphabet", "MS-TEXT-01", "Ä" + "a" * 159, 1),
    Length("161 of the default alphabet", "MS-TEXT-01", "b" * 161, 2),
    Length("160 with a letter outside", "MS-TEXT-02", "d" * 159 + "á", 3),
    Length("70 of Unicode", "MS-TEXT-03", "я" * 70, 1),
    Length("71 of Unicode", "MS-TEXT-03", "ю" * 71, 2),
    Length("150 with an emoji", "MS-TEXT-04", "f" * 149 + "😀", 3),
    Length("1530 of the default alphabet", "MS-TEXT-07", "g" * 1530, 10),
    Length("670 of Unicode", "MS-TEXT-07", "你" * 670, 10),
)


@section.scenario(
    "lengths",
    observes=("MS-TEXT-01", "MS-TEXT-02", "MS-TEXT-03", "MS-TEXT-04", "MS-TEXT-07"),
    needs=SENDING,
    does="Sends texts at the edges of one, two, three and ten segments, in the default alphabet and in Unicode.",
    expects="All are taken; an outbox that counts segments counts as the page does, and holds each text whole.",
)
async def lengths(do: Actor) -> None:
    sent = [await do.call(length.step, "sendMessage", message(do, text=length.text)) for length in LENGTHS]
    await do.settle()
    await do.read_outbox(*outbox.awaited(*sent))


@lengths.judge
def _(seen: Seen) -> Judgement:
    lengths = {length.step: length for length in LENGTHS}
    for step, exchange in seen.each(lengths):
        length = lengths[step]
        requirement = "MS-TEXT-07" if length.segments == 10 else length.requirement
        yield from takes(requirement, exchange, f"a text of {length.step}")
    for step, exchange in seen.each(lengths):
        length = lengths[step]
        if outcome(exchange) is not Outcome.TAKEN:
            continue
        sent = next((entry for entry in seen.outbox if entry.get("id") == exchange.at("data", "id")), None)
        if sent is None:
            continue  # send-response/delivered-as-answered speaks of ids
        if sent.get("text") != length.text:
            yield breach(length.requirement, exchange, expected="the handset gets the text whole", got=sent.get("text"))
        segments = sent.get("segments")
        if type(segments) is int and segments != length.segments:
            yield breach(length.requirement, exchange, expected=Sentence("{} segments", length.segments), got=segments)


_OVER: Final[tuple[tuple[LiteralString, str], ...]] = (
    ("1601 of the default alphabet", "h" * 1601),
    ("1601 of Unicode", "ж" * 1601),
)


@section.scenario(
    "over-the-limit",
    observes=("MS-RESP-16", "MS-TEXT-07", "MS-TEXT-08"),
    needs=SENDING,
    does="Sends texts of 1601 characters, in the default alphabet and in Unicode, without callbacks.",
    expects="The status ERROR, and the page's text about segments somewhere in the answer.",
)
async def over_the_limit(do: Actor) -> None:
    for step, text in _OVER:
        await do.call(step, "sendMessage", message(do, text=text))


@over_the_limit.judge
def _(seen: Seen) -> Judgement:
    for _, exchange in seen.each(step for step, _ in _OVER):
        if outcome(exchange) is not Outcome.IN_ERROR:
            # Without callbacks there is no other way to learn of it; a refusal or silence warns (part 7, decision 5).
            yield oddity(
                "MS-TEXT-07", exchange, expected="the status ERROR", got=shown(exchange), pointer="/data/status"
            )
        else:
            yield from _says_why(exchange)


def _says_why(exchange: Exchange) -> Judgement:
    """An answer in ERROR says why in the page's words, wherever in the body (AMB-MS-05)."""
    assert exchange.answer is not None
    if any(EXCEEDED in text for text in strings(exchange.answer.value)):
        return
    explained = exchange.at("meta", "explain")
    if isinstance(explained, str) and explained:
        yield breach("MS-TEXT-08", exchange, expected=EXCEEDED, got=explained, pointer="/meta/explain")
    else:
        yield oddity("MS-RESP-16", exchange, expected=f"{EXCEEDED!r} somewhere in the answer", got="no such text")


_SAYS_SO: Final = frozenset({"SEGMENTS_EXCEEDED", "ERROR"})
"""The statuses that tell of a text over the limit (S2:132, S2:140); others may come beside them."""


@section.scenario(
    "over-the-limit-told",
    observes=("MS-TEXT-06", "MS-TEXT-07", "MS-TEXT-09", "MS-STATUS-16"),
    needs=(*SENDING, Fact.INBOX),
    does="Sends 1601 characters, of the default alphabet as a message and of Unicode as a batch, and asks for the statuses.",
    expects="ERROR in the answer or SEGMENTS_EXCEEDED at the callback, either alone will do; never SENT or DELIVRD.",
)
async def over_the_limit_told(do: Actor) -> None:
    for kind in ("message", "batch"):
        hook = do.hook(kind)
        right, operation = (message, "sendMessage") if kind == "message" else (batch, "sendBatch")
        text = ("i" if kind == "message" else "ы") * 1601
        sent = await do.call(kind, operation, right(do, text=text, requestDR=True, callbacks=hook.url))
        await do.settle(*([(hook, 1)] if outcome(sent) is Outcome.TAKEN else []))


@over_the_limit_told.judge
def _(seen: Seen) -> Judgement:
    for kind, exchange in seen.each(_LIMITED):
        yield from _cannot_be_sent(seen, exchange, _LIMITED[kind])


_LIMITED: Final = {"message": "MS-TEXT-07", "batch": "MS-TEXT-09"}


def _cannot_be_sent(seen: Seen, exchange: Exchange, requirement: str) -> Judgement:
    arrivals = seen.arrivals(exchange.request.step)
    told = [status_of(arrival) for arrival in arrivals]
    if seen.settled and _SAYS_SO.isdisjoint(told) and any(status not in LISTED for status in told):
        yield breach("MS-STATUS-16", exchange, expected="the status SEGMENTS_EXCEEDED", got=", ".join(map(str, told)))
    for arrival in arrivals:
        if status_of(arrival) in ("SENT", "DELIVRD"):
            yield breach(
                "MS-TEXT-06",
                arrival,
                expected="a text over the limit cannot be sent",
                got=status_of(arrival),
                pointer="/status",
            )
    if outcome(exchange) is not Outcome.TAKEN:
        if outcome(exchange) is not Outcome.IN_ERROR:
            yield oddity(
                requirement, exchange, expected="the status ERROR", got=shown(exchange), pointer="/data/status"
            )
    elif "SEGMENTS_EXCEEDED" in told or "SENT" in told or "DELIVRD" in told:
        pass
    elif not seen.settled:
        yield Unknown(requirement, "it was taken, and no final status arrived in the time to wait")
    else:
        got = f"{shown(exchange)}, then {', '.join(map(str, told)) or 'nothing'}"
        yield breach(requirement, exchange, expected="the status ERROR, or the callback SEGMENTS_EXCEEDED", got=got)


@section.scenario(
    "batch-of-two-segments",
    observes=("MS-TEXT-09",),
    needs=SENDING,
    does="Sends a batch with a text of 161 characters of the default alphabet.",
    expects="It is taken: a batch is divided as a message is.",
)
async def batch_of_two_segments(do: Actor) -> None:
    await do.call("send", "sendBatch", batch(do, text="n" * 161))


@batch_of_two_segments.judge
def _(seen: Seen) -> Judgement:
    yield from takes("MS-TEXT-09", seen["send"], "a batch with a text of two segments")


@section.scenario(
    "substituted-text-counts",
    observes=("MS-TEXT-09",),
    needs=SENDING,
    does="Sends a batch whose template is short enough and whose text with the value filled in has 1601 characters.",
    expects="The status ERROR: the limit is on what the recipient would get.",
)
async def substituted_text_counts(do: Actor) -> None:
    to = with_values((destination(do.target), ["k" * 801]))
    await do.call("send", "sendBatch", batch(do, to, text="j" * 800 + "{0}"))
    await do.settle()
    await do.read_outbox()


@substituted_text_counts.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["send"]
    if outcome(exchange) is Outcome.TAKEN:
        # That the filled-in text counts is our reading (AMB-MS-26), and SEGMENTS_EXCEEDED may come later; what was sent speaks.
        mine = {one.id for one in with_ids(exchange)}
        if any(entry.get("id") in mine and entry.get("text") == "j" * 800 + "k" * 801 for entry in seen.outbox):
            yield oddity(
                "MS-TEXT-09",
                exchange,
                expected="a text of 1601 characters is not sent",
                got=said("it is in the outbox"),
            )
