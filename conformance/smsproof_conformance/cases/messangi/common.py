"""Section 2H: what holds for every call (page S2, lines 5 to 23 and 619 to 660)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final, LiteralString
from urllib.parse import urlencode

from smsproof_conformance.case import Section
from smsproof_conformance.cases.messangi import outbox
from smsproof_conformance.cases.messangi.answers import (
    NOT_TAKEN,
    SENDS,
    Taken,
    fields,
    not_taken,
    outcome,
    refuses,
    shown,
    status_of,
    taken,
    takes,
)
from smsproof_conformance.cases.messangi.messages import SENDING, batch, letters, message
from smsproof_conformance.cases.unsent import unsent
from smsproof_conformance.records.exchange import Exchange, Headers, encode
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import NotObserved, Record, Seen
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact, Token
from smsproof_conformance.verdicts.finding import Judgement, Unknown, breach, oddity
from smsproof_spec.rules import Malformed

section = Section("messangi", "common")

_FORM: Final[Headers] = (("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded"))


@section.scenario(
    "key-required",
    observes=("MS-GEN-02",),
    needs=SENDING,
    does="Sends a right message and a right batch without a key, with an unknown one, with one that is longer than the"
    " right one, with the bare word Bearer, and with Basic credentials that nobody issued.",
    expects="None of them is taken.",
)
async def key_required(do: Actor) -> None:
    tokens: tuple[Token, ...] = ("missing", "wrong", "longer", "malformed", "wrong-basic")
    async with do.watching_outbox():
        for token in tokens:
            await _send_both(do, token)


async def _send_both(do: Actor, token: Token) -> None:
    """A message and a batch, right in everything but the key."""
    await do.call(f"message, {token} key", "sendMessage", message(do, text=do.unique(f"{token} key")), token=token)
    await do.call(f"batch, {token} key", "sendBatch", batch(do, text=do.unique(f"batch {token} key")), token=token)


@key_required.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps():
        yield from refuses("MS-GEN-02", exchange, Sentence("a {}", exchange.request.step))
    yield from unsent("MS-GEN-02", seen, not_taken(seen.steps()))


@section.scenario(
    "key-behind-another-word",
    observes=("MS-GEN-02",),
    needs=SENDING,
    does="Sends a right message and a right batch with the right key behind the word Token.",
    expects="Neither is taken: the page has Bearer before it. The key is there, so that a vendor that takes it is only"
    " warned.",
)
async def key_behind_another_word(do: Actor) -> None:
    await _send_both(do, "other-scheme")


@key_behind_another_word.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps():
        what = Sentence("a {} with another word than Bearer before the key", exchange.request.step.partition(",")[0])
        yield from refuses("MS-GEN-02", exchange, what, say=oddity)


@section.scenario(
    "key-expires",
    observes=("MS-GEN-02",),
    needs=(*SENDING, Fact.EXPIRED_TOKEN),
    does="Sends a right message and a right batch with an expired key.",
    expects="Neither is taken.",
)
async def key_expires(do: Actor) -> None:
    await do.call("message", "sendMessage", message(do, text=do.unique("expired key")), token="expired")
    await do.call("batch", "sendBatch", batch(do, text=do.unique("batch expired key")), token="expired")


@key_expires.judge
def _(seen: Seen) -> Judgement:
    for step, exchange in seen.each(("message", "batch")):
        # That keys expire stands on another page (P-MS-1): this one only asks for the key.
        yield from refuses("MS-GEN-02", exchange, f"a {step} with an expired key", say=oddity)


# What other notations allow. Text behind a whole JSON text is not among them: common parsers stop before it, and say nothing.
_NEARLY_JSON: Final[Mapping[LiteralString, Callable[[bytes], bytes]]] = {
    "JSON with a comma too many": lambda text: text[:-1] + b",}",
    "JSON in single quotes": lambda text: text.replace(b'"', b"'"),
}


@section.scenario(
    "json-only",
    observes=("MS-GEN-04",),
    needs=SENDING,
    does="Sends a message as a form, a message and a batch as JSON that breaks off, a text that is no JSON at all, and JSON"
    " with a comma too many and in the wrong quotes.",
    expects="None of them is taken.",
)
async def json_only(do: Actor) -> None:
    right = message(do, text=do.unique("form"))
    async with do.watching_outbox():
        await do.call("a form", "sendMessage", content=urlencode(right).encode(), headers=_FORM)
        await do.call("a batch as a form", "sendBatch", content=urlencode(right).encode(), headers=_FORM)
        await do.call("half of a JSON text", "sendMessage", content=encode(message(do, text=do.unique("half")))[:-1])
        await do.call("half of a JSON batch", "sendBatch", content=encode(batch(do, text=do.unique("half batch")))[:-1])
        await do.call("a text that is no JSON", "sendMessage", content=b"from=1 to=2 text=3")
        for step, spoil in _NEARLY_JSON.items():
            await do.call(step, "sendMessage", content=spoil(encode(message(do, text=do.unique(step)))))


@json_only.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps():
        yield from refuses("MS-GEN-04", exchange, Sentence("{}", exchange.request.step))
    yield from unsent("MS-GEN-04", seen, not_taken(seen.steps()))


@section.standing(
    "answers-are-json",
    observes=("MS-GEN-06",),
    does="Looks at every answer of both calls, errors included.",
    expects="A JSON body, and a Content-Type that says so.",
)
def answers_are_json(record: Record) -> Judgement:
    answered = [
        exchange
        for exchange in record.exchanges
        if exchange.answer and exchange.request.operation in SENDS and not record.is_busy(exchange)
    ]
    if not answered:
        raise NotObserved("no call was answered")
    for exchange in answered:
        assert exchange.answer is not None
        media_type = (exchange.answer.header("content-type") or "").partition(";")[0].strip().lower()
        if media_type != "application/json" and not media_type.endswith("+json"):
            yield breach(
                "MS-GEN-06", exchange, expected="Content-Type: application/json", got=media_type or "no Content-Type"
            )
        value = exchange.answer.value
        if isinstance(value, Malformed) and not _echoes_nonsense(exchange, value):
            yield breach("MS-GEN-06", exchange, expected="a JSON body", got=f"{value.kind}: {value.detail}")


def _echoes_nonsense(exchange: Exchange, value: Malformed) -> bool:
    """Half of a surrogate pair comes back because half of one was sent."""
    return value.kind == "lone-surrogate" and exchange.request.body is not None and exchange.request.json is None


@section.standing(
    "no-redirects",
    observes=("MS-HOUSE-03",),
    does="Looks at the status of every answer of both calls.",
    expects="No redirect: nobody follows one with a key.",
)
def no_redirects(record: Record) -> Judgement:
    for operation in SENDS:
        for exchange in record.answered(operation):
            if exchange.status is not None and 300 <= exchange.status < 400:
                yield breach("MS-HOUSE-03", exchange, expected="an answer", got=shown(exchange))


@section.scenario(
    "equal-messages",
    observes=("MS-GEN-07", "MS-RESP-04"),
    needs=SENDING,
    does="Sends one message twice, byte by byte the same.",
    expects="Two messages, each with an id of its own.",
)
async def equal_messages(do: Actor) -> None:
    for step in ("first", "second"):
        await do.call(step, "sendMessage", message(do, text=do.unique("twice")))


@equal_messages.judge
def _(seen: Seen) -> Judgement:
    first, second = seen["first"], seen["second"]
    yield from takes("MS-GEN-07", second, "a message that equals the one before")
    one, other = first.at("data", "id"), second.at("data", "id")
    if outcome(first) is outcome(second) is Outcome.TAKEN and isinstance(one, str) and one == other:
        yield breach(
            "MS-GEN-07", second, expected="another id than the equal message before", got=one, pointer="/data/id"
        )


@section.standing(
    "ids-unique",
    observes=("MS-GEN-07", "MS-RESP-04", "MS-BRESP-05"),
    does="Collects the ids of all messages that were taken, single and in batches.",
    expects="No id is given twice.",
)
def ids_unique(record: Record) -> Judgement:
    messages = list(taken(record.exchanges))
    if len(messages) < 2:
        raise NotObserved("fewer than two messages were taken")
    holders: defaultdict[str, list[Taken]] = defaultdict(list)
    for one in messages:
        holders[one.id].append(one)
    for id_, held in holders.items():
        for again in held[1:]:
            batched = again.exchange.request.operation == "sendBatch"
            requirement, pointer = ("MS-BRESP-05", "/data/ids") if batched else ("MS-GEN-07", "/data/id")
            yield breach(
                requirement, again.exchange, expected="an id that no other message has", got=id_, pointer=pointer
            )


# As some clients say it: a charset that JSON does not need (RFC 8259, 11), and that any answer will do.
_OTHER_HEADERS: Final[Headers] = (("Accept", "*/*"), ("Content-Type", "application/json; charset=utf-8"))
_REFUSED: Final[dict[LiteralString, str]] = {
    "no key": "MS-GEN-02",
    "no from": "MS-SEND-02",
    "a destination with letters": "MS-ADDR-01",
    "a text over the limit": "MS-TEXT-06",
}


@section.scenario(
    "only-taken-is-sent",
    observes=("MS-GEN-02", "MS-GEN-07", "MS-SEND-02", "MS-ADDR-01", "MS-TEXT-06"),
    needs=(*SENDING, Fact.CONTROL),
    does="Reads the outbox before and after a right message and four that are refused in different ways.",
    expects="The right one is new in the outbox, once; none of the others is in it.",
)
async def only_taken_is_sent(do: Actor) -> None:
    await do.read_outbox_before()
    right = await do.call("right", "sendMessage", message(do, text=do.unique("right")), headers=_OTHER_HEADERS)
    for step in _REFUSED:
        text = do.unique("m" * 1601 if step == "a text over the limit" else step)
        body = message(do, text=text)
        if step == "no from":
            del body["from"]
        elif step == "a destination with letters":
            body["to"] = letters(do.target)
        await do.call(step, "sendMessage", body, token="missing" if step == "no key" else "good")
    await do.settle()
    await do.read_outbox(*outbox.awaited(right))


@only_taken_is_sent.judge
def _(seen: Seen) -> Judgement:
    new = [entry.get("text") for entry in seen.gained]
    right = seen["right"]
    copies = new.count(fields(right)["text"])
    if outcome(right) is Outcome.TAKEN and copies == 0:
        yield from outbox.absent("MS-GEN-07", right, seen, "the message is in the outbox")
    elif copies > 1:
        yield breach("MS-GEN-07", right, expected="one message in the outbox", got=f"{copies} of it")
    for step, exchange in seen.each(_REFUSED):
        requirement = _REFUSED[step]
        if outcome(exchange) in NOT_TAKEN and fields(exchange)["text"] in new:
            yield breach(requirement, exchange, expected="what is refused is not sent", got=said("it is in the outbox"))


_BOTH: Final[tuple[tuple[LiteralString, str, Callable[..., dict[str, Any]]], ...]] = (
    ("message", "sendMessage", message),
    ("batch", "sendBatch", batch),
)


@section.scenario(
    "sender-set-up",
    observes=("MS-GEN-09", "MS-STATUS-09"),
    needs=(*SENDING, Fact.FOREIGN, Fact.INBOX),
    does="Sends a message and a batch from a code that the account does not have, and asks for their statuses.",
    expects="Each is refused at once, or taken and then ends in CODE_NOT_ALLOWED.",
)
async def sender_set_up(do: Actor) -> None:
    foreign = do.target.numbers.foreign
    for step, operation, right in _BOTH:
        hook = do.hook(step)
        text = do.unique(f"foreign sender, {step}")
        sent = await do.call(step, operation, right(do, from_=foreign, text=text, requestDR=True, callbacks=hook.url))
        if outcome(sent) is Outcome.TAKEN:
            await do.settle((hook, 1))


@sender_set_up.judge
def _(seen: Seen) -> Judgement:
    for step, exchange in seen.each(("message", "batch")):
        yield from _not_allowed(seen, exchange, [status_of(arrival) for arrival in seen.arrivals(step)])


def _not_allowed(seen: Seen, exchange: Exchange, told: list[str | None]) -> Judgement:
    """A send from a code of somebody else's, with the statuses that it was told."""
    if outcome(exchange) is not Outcome.TAKEN:
        return
    got = f"{shown(exchange)}, then {', '.join(map(str, told)) or 'nothing'}"
    if "CODE_NOT_ALLOWED" in told:
        return
    sent = "SENT" in told or "DELIVRD" in told
    if "DELIVRD" in told or seen.settled and (sent or not told):
        yield breach("MS-GEN-09", exchange, expected="a refusal, or the status CODE_NOT_ALLOWED", got=got)
    elif seen.settled or not _ENDS.isdisjoint(told):
        yield breach("MS-STATUS-09", exchange, expected="CODE_NOT_ALLOWED", got=got)
    else:
        yield Unknown("MS-GEN-09", "no final status arrived in the time to wait")


# Statuses after which a message from a code that is not assigned cannot still come to CODE_NOT_ALLOWED.
_ENDS: Final = frozenset(
    {
        "EXPIRED",
        "DELETED",
        "UNDELIV",
        "UNKNOWN",
        "REJECTD",
        "INVALID_ROUTING",
        "BLACKLISTED",
        "ERROR",
        "SEGMENTS_EXCEEDED",
    }
)
