"""Section 2N: status callbacks (page S2, lines 102 to 166 and 391 to 457)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from smsproof_conformance.case import Section
from smsproof_conformance.cases.messangi import outbox
from smsproof_conformance.cases.messangi.answers import (
    LISTED,
    asked_for,
    fields,
    outcome,
    same_number,
    speaks_of,
    status_of,
    taken,
    takes,
    with_ids,
)
from smsproof_conformance.cases.messangi.echo import schemas
from smsproof_conformance.cases.messangi.messages import (
    DEFAULT_ALPHABET,
    SENDING,
    UNICODE,
    batch,
    destination,
    filled,
    message,
    with_values,
)
from smsproof_conformance.cases.messangi.outbox import absent
from smsproof_conformance.records.exchange import Arrival, Exchange, is_object, strings
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import NotObserved, Record, Seen
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, Severity, breach, oddity
from smsproof_spec.rules import Malformed

section = Section("messangi", "callbacks")

_NEVER_ARRIVED: Final = frozenset(
    {
        "EXPIRED",
        "DELETED",
        "UNDELIV",
        "REJECTD",
        "INVALID_ROUTING",
        "CODE_NOT_ALLOWED",
        "BLACKLISTED",
        "SEGMENTS_EXCEEDED",
    }
)
"""Statuses that contradict DELIVRD."""

_ENDS: Final = _NEVER_ARRIVED | {"DELIVRD"}


def _told(record: Record) -> list[tuple[Arrival, Exchange]]:
    """Every arrival with the send that asked for it; raises NotObserved when there is none."""
    pairs = [(arrival, asked_for(record, arrival)) for arrival in record.arrived()]
    return [(arrival, exchange) for arrival, exchange in pairs if exchange is not None]


def _readable(record: Record) -> list[tuple[Arrival, Exchange]]:
    return [(arrival, exchange) for arrival, exchange in _told(record) if isinstance(arrival.value, dict)]


@section.scenario(
    "each-url",
    observes=("MS-CALLBACK-01", "MS-CALLBACK-04", "MS-SEND-10"),
    needs=(*SENDING, Fact.INBOX),
    does="Sends a message with requestDR true and two URLs in callbacks, joined by a comma.",
    expects="Both URLs are told at least one status, and the end if one of them is.",
)
async def each_url(do: Actor) -> None:
    one, two = do.hook("one"), do.hook("Two")
    given = {"callbacks": f"{one.url},{two.url}", "externalId": "TwoUrls", "clientId": "0000002"}
    body = message(do, text=do.unique("two URLs"), requestDR=True, **given)
    await do.call("send", "sendMessage", body)
    await do.settle((one, 1), (two, 1))


@each_url.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["send"]
    yield from takes("MS-SEND-10", exchange, "a message with two callback URLs")
    if outcome(exchange) is not Outcome.TAKEN:
        return
    one, two = ({status_of(arrival) for arrival in seen.arrivals(hook)} for hook in ("one", "Two"))
    if not one and not two:
        yield from absent("MS-CALLBACK-04", exchange, seen, "requestDR true: the callbacks are told the status")
    elif not one or not two:
        missing = "second" if one else "first"
        yield from absent("MS-CALLBACK-01", exchange, seen, f"the {missing} of two URLs is told the status as well")
    else:
        for end in sorted((one ^ two) & _ENDS, key=str):
            missing = said("second" if end in one else "first")
            words = Sentence("the {} of two URLs is told {} as well", missing, end)
            yield from absent("MS-CALLBACK-01", exchange, seen, words)


_UNASKED: Final[tuple[tuple[str, Callable[..., dict[str, Any]], str, dict[str, Any]], ...]] = (
    ("absent", message, "sendMessage", {}),
    ("false", message, "sendMessage", {"requestDR": False}),
    ("batch-absent", batch, "sendBatch", {}),
)


@section.scenario(
    "only-when-asked",
    observes=("MS-CALLBACK-04", "MS-SEND-08", "MS-BATCH-11"),
    needs=(*SENDING, Fact.INBOX),
    does="Sends two messages and a batch with callbacks, but with requestDR false or without it.",
    expects="They are taken, and nothing arrives.",
)
async def only_when_asked(do: Actor) -> None:
    for label, right, operation, options in _UNASKED:
        body = right(do, text=do.unique(label), callbacks=do.hook(label).url, **options)
        await do.call(label, operation, body)
    await do.settle()


@only_when_asked.judge
def _(seen: Seen) -> Judgement:
    given = {label: options for label, _, _, options in _UNASKED}
    silent = True
    for label, exchange in seen.each(given):
        options = given[label]
        yield from takes("MS-CALLBACK-04", exchange, "a send with callbacks and no receipt requested", say=oddity)
        requirement = "MS-CALLBACK-04" if options else "MS-BATCH-11" if label == "batch-absent" else "MS-SEND-08"
        arrivals = seen.arrivals(label)
        if arrivals:
            silent = False
            got = f"{len(arrivals)} arrived"
            yield breach(requirement, arrivals[0], expected="no callback: no receipt was requested", got=got)
    if silent and not seen.settled:
        raise NotObserved("nothing arrived, which proves nothing while no control API says that all was delivered")


_IDENTIFIERS: Final = (("externalId", "MS-CALLBACK-05"), ("clientId", "MS-CALLBACK-06"))

# No two alike, in both cases of letters, and digits that are no number: zeros before them, more than a number holds.
_GIVEN: Final = {
    "first": {"externalId": "0077123456789012345678", "clientId": "Client42B"},
    "second": {"externalId": "Order7F3a", "clientId": "000042"},
    "batch": {"externalId": "Campaign7F3aOfBatch", "clientId": "0099887766554433221100"},
}


@section.scenario(
    "batch-streams",
    observes=("MS-CALLBACK-09", "MS-BATCH-11", "MS-BATCH-12"),
    needs=(*SENDING, Fact.INBOX),
    does="Sends a batch to two recipients with requestDR and two callbacks once at the top.",
    expects="Each message of the batch is told about at both URLs, under its own id.",
)
async def batch_streams(do: Actor) -> None:
    hooks = (do.hook("first"), do.hook("second"))
    options = {"callbacks": ",".join(hook.url for hook in hooks), **_GIVEN["batch"]}
    to = with_values((destination(do.target, 0), ["one", "day"]), (destination(do.target, 1), ["two", "weeks"]))
    await do.call("send", "sendBatch", batch(do, to, text=do.unique("{0} {1}, {0}"), requestDR=True, **options))
    await do.settle(*((hook, 2) for hook in hooks))


@batch_streams.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["send"]
    yield from takes("MS-BATCH-11", exchange, "a batch with requestDR and callbacks")
    if outcome(exchange) is not Outcome.TAKEN:
        return
    for place, one in enumerate(with_ids(exchange)):
        told = {
            hook: any(speaks_of(arrival, one.id) for arrival in seen.arrivals(hook)) for hook in ("first", "second")
        }
        if not any(told.values()):
            words = Sentence("a status of message {} of the batch", place + 1)
            yield from absent("MS-CALLBACK-09", exchange, seen, words)
        elif not all(told.values()):
            missing = said("second" if told["first"] else "first")
            words = Sentence("the {} of two URLs is told of message {} of the batch as well", missing, place + 1)
            yield from absent("MS-CALLBACK-01", exchange, seen, words)


@section.standing(
    "json-by-post",
    observes=("MS-CALLBACK-02", "MS-CALLBACK-03"),
    does="Looks at every callback that arrived.",
    expects="A POST with a JSON object as its body.",
)
def json_by_post(record: Record) -> Judgement:
    for arrival, _ in _told(record):
        if arrival.method != "POST":
            yield breach("MS-CALLBACK-02", arrival, expected="POST", got=arrival.method)
        elif isinstance(arrival.value, Malformed):
            yield breach(
                "MS-CALLBACK-03", arrival, expected="a JSON body", got=f"{arrival.value.kind}: {arrival.value.detail}"
            )
        elif not isinstance(arrival.value, dict):
            yield breach(
                "MS-CALLBACK-03", arrival, expected="a JSON object", got=f"a JSON {type(arrival.value).__name__}"
            )


@section.standing(
    "schema",
    observes=("MS-CALLBACK-05", "MS-CALLBACK-06", "MS-CALLBACK-07", "MS-CALLBACK-09", "MS-HOUSE-14"),
    does="Looks at the keys of every callback, as far as the vendor's other page gives them.",
    expects="id and status, and right types of what else is known.",
)
def schema(record: Record) -> Judgement:
    for arrival, _ in _readable(record):
        for word in schemas().violations("DeliveryStatus", arrival.value, arrival):
            yield replace(word, ceiling=Severity.WARN)  # S2:146 leaves the keys to a page we have in part (AMB-MS-34)


# Words that mean one of the sixteen and are spelled as elsewhere (AMB-MS-33), beside all that differ in case and dashes only.
_SPELLED_ELSEWHERE: Final = frozenset({"DELIVERED", "UNDELIVERED", "UNDELIVERABLE", "REJECTED", "QUEUED"})
_NEWER: Final = frozenset({"INCOMPLETE", "EXHAUSTED"})
"""What a newer page of the vendor adds (AMB-MS-32)."""


def _letters(word: str) -> str:
    return "".join(filter(str.isalpha, word)).upper()


_LETTERS_OF_LISTED: Final = frozenset(map(_letters, LISTED))


@section.standing(
    "status-listed",
    observes=("MS-CALLBACK-07",),
    does="Looks for the status in every callback.",
    expects="One of the sixteen words in the page's spelling; a word of its own warns.",
)
def status_listed(record: Record) -> Judgement:
    for arrival, _ in _readable(record):
        status = status_of(arrival)
        if status is None and not any(text in LISTED for text in strings(arrival.value)):
            yield breach(
                "MS-CALLBACK-07", arrival, expected="one of the sixteen statuses", got=said("none in the body")
            )
        elif status is not None and status not in LISTED and status not in _NEWER:
            misspelled = _letters(status) in _LETTERS_OF_LISTED | _SPELLED_ELSEWHERE
            say = breach if misspelled else oddity
            yield say(
                "MS-CALLBACK-07",
                arrival,
                expected="one of the sixteen statuses, spelled so",
                got=status,
                pointer="/status",
            )


@section.scenario(
    "identifiers-back",
    observes=("MS-CALLBACK-04", "MS-SEND-13", "MS-SEND-14"),
    needs=(*SENDING, Fact.INBOX),
    does="Sends two messages with an externalId and a clientId each, and texts of all kinds of letters, and asks for their"
    " statuses.",
    expects="Statuses arrive; what they carry is judged with all others.",
)
async def identifiers_back(do: Actor) -> None:
    hooks = (do.hook("first"), do.hook("second"))
    for hook in hooks:
        text = do.unique(f"{UNICODE if hook.label == 'second' else DEFAULT_ALPHABET} {hook.label}")
        body = message(do, text=text, requestDR=True, callbacks=hook.url, **_GIVEN[hook.label])
        await do.call(Sentence("{}", hook.label), "sendMessage", body)
    await do.settle(*((hook, 1) for hook in hooks))


@identifiers_back.judge
def _(seen: Seen) -> Judgement:
    for label, exchange in seen.each(("first", "second")):
        yield from takes("MS-SEND-13", exchange, "a message with externalId and clientId")
        if outcome(exchange) is Outcome.TAKEN and not seen.arrivals(label):
            yield from absent("MS-CALLBACK-04", exchange, seen, "requestDR true: the callback is told the status")


@section.standing(
    "identifiers-kept",
    observes=("MS-CALLBACK-05", "MS-CALLBACK-06"),
    does="Compares externalId and clientId of every callback with the send that asked for it.",
    expects="Both as they were sent; under which key clientId stands is free.",
)
def identifiers_kept(record: Record) -> Judgement:
    compared = False
    for arrival, exchange in _readable(record):
        asked = fields(exchange)
        for key, requirement in _IDENTIFIERS:
            sent, back = asked.get(key), arrival.get(key)
            if not isinstance(sent, str):
                continue
            compared = True
            if back != sent and (isinstance(back, str) and back or sent not in set(strings(arrival.value))):
                yield breach(
                    requirement,
                    arrival,
                    expected=Sentence("{} as it was sent: {}", key, sent),
                    got=back,
                    pointer=f"/{key}",
                )
    if not compared:
        raise NotObserved("no callback of a send with externalId or clientId arrived")


@section.standing(
    "about-the-message",
    observes=("MS-CALLBACK-09",),
    does="Compares id, destination and text of every callback with the messages of the send that asked for it.",
    expects="The id of one of them, with that message's number and text where they are given.",
)
def about_the_message(record: Record) -> Judgement:
    for arrival, exchange in _readable(record):
        messages = list(with_ids(exchange))
        if outcome(exchange) is not Outcome.TAKEN or not messages:
            continue
        mine = [one for one in messages if speaks_of(arrival, one.id)]
        if not mine:
            yield breach(
                "MS-CALLBACK-09",
                arrival,
                expected="the id of a message of this send",
                got=arrival.get("id"),
                pointer="/id",
            )
            continue
        to = arrival.get("to")
        if isinstance(to, str) and to and not any(same_number(to, one.to) for one in mine):
            yield oddity("MS-CALLBACK-09", arrival, expected="the destination of that message", got=to, pointer="/to")
        text = arrival.get("message")
        if isinstance(text, str) and text:
            yield from _says_the_text(arrival, exchange, text, [one.to for one in mine])


def _says_the_text(arrival: Arrival, exchange: Exchange, text: str, numbers: list[str]) -> Judgement:
    """`message` is the text that was sent to that number; the key is another page's (P-MS-3), so that it warns at most.

    But for a text that another recipient of the batch should get: somebody reads what is not his.
    """
    asked = fields(exchange)
    template = str(asked.get("text"))
    if exchange.request.operation == "sendMessage":
        if text != template:
            yield oddity("MS-HOUSE-14", arrival, expected="the text of that message", got=text, pointer="/message")
        return
    mine, others = list[str](), list[str]()
    for recipient in filter(is_object, asked.get("to", ())):
        its = mine if any(same_number(recipient.get("to"), number) for number in numbers) else others
        its.append(filled(template, recipient.get("params", ())))
    if text in mine or text == template:
        return
    say = breach if text in others else oddity
    yield say(
        "MS-BATCH-08", arrival, expected=Sentence("the text of that message: {}", mine), got=text, pointer="/message"
    )


@section.standing(
    "one-end",
    observes=("MS-HOUSE-15",),
    does="Collects the statuses that were told about each message.",
    expects="A message that was delivered did not also fail.",
)
def one_end(record: Record) -> Judgement:
    streams: defaultdict[str, list[Arrival]] = defaultdict(list)
    for arrival, _ in _readable(record):
        for one in taken(record.exchanges):
            if speaks_of(arrival, one.id):
                streams[one.id].append(arrival)
    if not streams:
        raise NotObserved("no status of a known message arrived")
    for told in streams.values():
        words = {status_of(arrival) for arrival in told}
        against = words & _NEVER_ARRIVED
        if "DELIVRD" in words and against:
            last = next(arrival for arrival in reversed(told) if status_of(arrival) in {"DELIVRD", *against})
            # Nothing forbids it in words (part 7, decision 6).
            yield oddity(
                "MS-HOUSE-15",
                last,
                expected="one end for one message",
                got=f"DELIVRD and {', '.join(sorted(map(str, against)))}",
                pointer="/status",
            )


_ON_ITS_WAY: Final = frozenset({"DELIVRD", "SENT", "ENROUTE", "ACCEPTD"})
_SURELY_SHORT: Final = 670  # characters that fit into ten segments in any alphabet and any model


@section.standing(
    "words-kept",
    observes=("MS-STATUS-09", "MS-STATUS-14", "MS-STATUS-16"),
    does="Compares statuses that give a reason with what was sent.",
    expects="No short text has too many segments, no sender of the account is not allowed, nothing answered with ERROR goes out.",
)
def words_kept(record: Record) -> Judgement:
    own = record.target.numbers
    senders = {number.removeprefix("+") for number in (*own.short_codes, *own.long_codes, *own.alphanumerics)}
    for arrival, exchange in _readable(record):
        status, asked = status_of(arrival), fields(exchange)
        octets = len(exchange.request.body or b"")  # more than characters: the text is a part of it
        if outcome(exchange) is Outcome.IN_ERROR and status in _ON_ITS_WAY:
            yield breach(
                "MS-STATUS-14",
                arrival,
                expected="the answer said ERROR: nothing goes out",
                got=status,
                pointer="/status",
            )
        elif outcome(exchange) is not Outcome.TAKEN:
            continue
        elif status == "SEGMENTS_EXCEEDED" and octets < _SURELY_SHORT:
            yield breach("MS-STATUS-16", arrival, expected="a text this short fits", got=status, pointer="/status")
        elif status == "CODE_NOT_ALLOWED" and str(asked.get("from")).removeprefix("+") in senders:
            yield breach(
                "MS-STATUS-09", arrival, expected="a sender of the account is allowed", got=status, pointer="/status"
            )


@section.scenario(
    "delivered-was-sent",
    observes=("MS-STATUS-01", "MS-STATUS-13"),
    needs=(*SENDING, Fact.INBOX, Fact.CONTROL),
    does="Sends a message, asks for its statuses, and reads the outbox.",
    expects="Told SENT or DELIVRD, the message is in the outbox.",
)
async def delivered_was_sent(do: Actor) -> None:
    hook = do.hook("statuses")
    right = message(do, text=do.unique("sent?"), requestDR=True, callbacks=hook.url)
    sent = await do.call("send", "sendMessage", right)
    await do.settle((hook, 1))
    await do.read_outbox(*outbox.awaited(sent))


@delivered_was_sent.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["send"]
    yield from takes("MS-STATUS-13", exchange, "a message")
    sent = outbox.entry_of(seen, exchange.at("data", "id"), fields(exchange)["text"])
    if outcome(exchange) is not Outcome.TAKEN or sent is not None:
        return
    for arrival in seen.arrivals("statuses"):
        requirement = {"SENT": "MS-STATUS-13", "DELIVRD": "MS-STATUS-01"}.get(str(status_of(arrival)))
        if requirement:
            yield breach(
                requirement, arrival, expected="the message is in the outbox", got="it is not", pointer="/status"
            )
