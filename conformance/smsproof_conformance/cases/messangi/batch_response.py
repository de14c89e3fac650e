"""Section 2M: the answer to a batch (page S2, lines 459 to 605)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, cast

from smsproof_conformance.case import Section
from smsproof_conformance.cases.messangi import outbox
from smsproof_conformance.cases.messangi.answers import (
    entries,
    fields,
    outcome,
    refuses,
    same_number,
    shown,
    takes,
    with_ids,
)
from smsproof_conformance.cases.messangi.echo import (
    enveloped,
    option_breaches,
    receipt_breaches,
    schema_breaches,
    sender_breaches,
    time_breaches,
    type_breaches,
)
from smsproof_conformance.cases.messangi.messages import (
    DEFAULT_ALPHABET,
    SENDING,
    batch,
    destination,
    letters,
    recipients,
    with_values,
)
from smsproof_conformance.records.exchange import Exchange, strings
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import Record, Seen
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

section = Section("messangi", "batch-response")


@section.standing(
    "schema",
    observes=(
        "MS-BRESP-01", "MS-BRESP-02", "MS-BRESP-03", "MS-BRESP-04", "MS-BRESP-05", "MS-BRESP-06", "MS-BRESP-07",
        "MS-BRESP-09", "MS-BRESP-10", "MS-BRESP-11", "MS-BRESP-12", "MS-BRESP-13",
    ),
    does="Looks at every 2xx answer to a batch.",
    expects="The envelope of meta and data, with the keys, JSON types and stated values of the contract's schema.",
)  # fmt: skip
def schema(record: Record) -> Judgement:
    yield from schema_breaches(record, "sendBatch", "BatchResult")


@section.standing(
    "repeats-batch",
    observes=("MS-BRESP-09",),
    does="Compares from and text of every envelope with the request.",
    expects="The same: the text is the template as it was sent.",
)
def repeats_batch(record: Record) -> Judgement:
    for exchange, found in enveloped(record, "sendBatch"):
        asked = fields(exchange)
        yield from sender_breaches("MS-BRESP-09", exchange, found)
        text, text_shown = asked.get("text"), found.get("text")
        alone = isinstance(asked.get("to"), list) and len(asked["to"]) == 1
        if not isinstance(text, str) or not isinstance(text_shown, str) or text_shown == text:
            continue
        if not (alone and _fills(text_shown, text)):
            yield breach(
                "MS-BRESP-09", exchange, expected="the text as it was sent", got=text_shown, pointer="/data/text"
            )


def _fills(text: str, template: str) -> bool:
    """Whether a text is a template with something in the places of its values: shown to one recipient (AMB-MS-46)."""
    around = re.split(r"\{[0-9]+\}", template)
    return re.fullmatch(".*".join(map(re.escape, around)), text, re.DOTALL) is not None


@section.standing(
    "repeats-options",
    observes=("MS-BRESP-13",),
    does="Compares requestDR, type and the other options of every envelope with the request.",
    expects="What was sent or its default, or nothing; never another value.",
)
def repeats_options(record: Record) -> Judgement:
    for exchange, found in enveloped(record, "sendBatch"):
        yield from receipt_breaches("MS-BRESP-13", exchange, found)
        yield from type_breaches("MS-BRESP-13", exchange, found)
        yield from option_breaches("MS-BRESP-13", exchange, found)


@section.standing(
    "times",
    observes=("MS-HOUSE-07", "MS-HOUSE-08"),
    does="Looks at meta.timestamp and data.date of every envelope.",
    expects="Milliseconds since 1970 and an RFC 3339 instant, of the same day.",
)
def times(record: Record) -> Judgement:
    for exchange, found in enveloped(record, "sendBatch"):
        yield from time_breaches(exchange, found)


@section.standing(
    "no-single-keys",
    observes=("MS-BRESP-14",),
    does="Looks for data.id and data.to in every answer to a batch.",
    expects="Neither: each message has its own in data.ids.",
)
def no_single_keys(record: Record) -> Judgement:
    for exchange, found in enveloped(record, "sendBatch"):
        for key in ("id", "to"):
            if found.get(key) is not None:
                yield breach("MS-BRESP-14", exchange, expected=f"no {key}", got=found[key], pointer=f"/data/{key}")


@section.standing(
    "every-recipient-once",
    observes=("MS-BRESP-04", "MS-BRESP-06", "MS-BRESP-07", "MS-BRESP-08", "MS-HOUSE-21", "MS-HOUSE-22"),
    does="Compares ids and invalidNumber of every batch that was taken with the recipients of its request.",
    expects="Each recipient stands in exactly one of the two lists, as often as it was asked for, in the order of the request.",
)
def every_recipient_once(record: Record) -> Judgement:
    for exchange, _ in enveloped(record, "sendBatch"):
        asked = _requested(exchange)
        if asked and outcome(exchange) is Outcome.TAKEN:
            yield from _partition(exchange, asked)


def _partition(exchange: Exchange, asked: Sequence[str]) -> Judgement:
    wanted = Counter(asked)
    given = [_bare(entry["mobile"]) for entry in entries(exchange) if isinstance(entry.get("mobile"), str)]
    counted = Counter(given)
    invalid = set(_invalid(exchange, asked))
    listed = Counter(_bare(item) for item in _listed(exchange) if isinstance(item, str))
    for address in counted:
        if address not in wanted:
            yield breach(
                "MS-BRESP-06", exchange, expected="a destination of the request", got=address, pointer="/data/ids"
            )
        elif counted[address] > wanted[address]:
            yield breach(
                "MS-BRESP-04",
                exchange,
                expected=Sentence("{} entries for this recipient", wanted[address]),
                got=f"{counted[address]}",
                pointer="/data/ids",
            )
        elif counted[address] < wanted[address]:
            # A recipient who is named twice gets two messages: our reading (AMB-MS-41).
            yield oddity(
                "MS-HOUSE-21",
                exchange,
                expected=Sentence("{} entries for this recipient", wanted[address]),
                got=f"{counted[address]}",
                pointer="/data/ids",
            )
    for address in wanted:
        if address in counted and address in invalid:
            yield breach(
                "MS-BRESP-08",
                exchange,
                expected="in one of the two lists",
                got=f"{address} in both",
                pointer="/data/invalidNumber",
            )
        elif address not in counted and address not in invalid:
            yield breach(
                "MS-BRESP-08",
                exchange,
                expected="in one of the two lists",
                got=f"{address} in neither",
                pointer="/data/ids",
            )
        elif address not in counted and 0 < listed[address] < wanted[address]:
            yield oddity(
                "MS-HOUSE-21",
                exchange,
                expected=Sentence("{} entries for this number", wanted[address]),
                got=f"{listed[address]}",
                pointer="/data/invalidNumber",
            )
    for address in _unasked(exchange, asked):
        where = "/data/invalidNumber"
        yield breach("MS-HOUSE-22", exchange, expected="a destination as it was sent", got=address, pointer=where)
    known = [address for address in asked if address in counted]
    if counted == Counter(known) and given != known:
        yield oddity(
            "MS-HOUSE-21",
            exchange,
            expected="ids in the order of the request",
            got=", ".join(given),
            pointer="/data/ids",
        )


def _requested(exchange: Exchange) -> list[str]:
    """The destinations of a batch without their pluses; none where the request was malformed otherwise."""
    asked = fields(exchange).get("to")
    found: list[str] = []
    for recipient in cast("list[Any]", asked) if isinstance(asked, list) else ():
        to = cast("dict[str, Any]", recipient).get("to") if isinstance(recipient, dict) else None
        if not isinstance(to, str):
            return []
        found.append(_bare(to))
    return found


def _bare(number: str) -> str:
    return number.removeprefix("+")


def _listed(exchange: Exchange) -> list[Any]:
    listed = exchange.at("data", "invalidNumber")
    return cast("list[Any]", listed) if isinstance(listed, list) else []


def _invalid(exchange: Exchange, asked: Sequence[str]) -> list[str]:
    """The requested destinations in invalidNumber. Its items may be objects (AMB-MS-38): any of their strings counts."""
    return [bare for item in _listed(exchange) for text in strings(item) if (bare := _bare(text)) in asked]


def _unasked(exchange: Exchange, asked: Sequence[str]) -> list[str]:
    """Plain strings in invalidNumber that nobody asked for."""
    return [item for item in _listed(exchange) if isinstance(item, str) and _bare(item) not in asked]


# Which places hold a badly formatted number: each alone in two, and all but each in three. The right ones cost.
_MIXES: Final = ((2, (0,)), (2, (1,)), (3, (1, 2)), (3, (0, 2)), (3, (0, 1)))


def _step(size: int, bad: Sequence[int]) -> Sentence:
    return Sentence("{} recipients, bad at {}", size, " and ".join(map(str, bad)))


@section.scenario(
    "invalid-anywhere",
    observes=("MS-BRESP-04", "MS-BRESP-07", "MS-BRESP-08"),
    needs=SENDING,
    does="Sends batches of two and three with badly formatted numbers in every place.",
    expects="These are in invalidNumber; each of the others has an id.",
)
async def invalid_anywhere(do: Actor) -> None:
    for size, bad in _MIXES:
        numbers = [
            letters(do.target, place) if place in bad else destination(do.target, place) for place in range(size)
        ]
        step = _step(size, bad)
        await do.call(step, "sendBatch", batch(do, recipients(*numbers), text=do.unique(step)))


@invalid_anywhere.judge
def _(seen: Seen) -> Judgement:
    mixes = {_step(size, bad): bad for size, bad in _MIXES}
    for step, exchange in seen.each(mixes):
        yield from _spares_the_others(exchange, bad=set(mixes[step]))


def _spares_the_others(exchange: Exchange, bad: set[int]) -> Judgement:
    """A batch in which the recipients at `bad` are badly formatted and all the others are right."""
    if outcome(exchange) is not Outcome.TAKEN:
        # That one bad number does not stop the others is implied by the two lists (S2:492, S2:500).
        yield breach("MS-BRESP-08", exchange, expected="the right recipients are served", got=shown(exchange))
        return
    asked = _requested(exchange)
    invalid = _invalid(exchange, asked)
    for place, address in enumerate(asked):
        has_id = any(same_number(entry.get("mobile"), address) for entry in entries(exchange))
        if place in bad and address not in invalid:
            yield breach(
                "MS-BRESP-07",
                exchange,
                expected=Sentence("recipient {} in invalidNumber", place + 1),
                got="not there",
                pointer="/data/invalidNumber",
            )
        elif place not in bad and address in invalid:
            yield breach(
                "MS-BRESP-07",
                exchange,
                expected=Sentence("recipient {} is valid", place + 1),
                got=said("in invalidNumber"),
                pointer="/data/invalidNumber",
            )
        elif place not in bad and not has_id:
            yield breach(
                "MS-BRESP-04",
                exchange,
                expected=Sentence("an id for recipient {}", place + 1),
                got="none",
                pointer="/data/ids",
            )


_RIGHT_OF_FIFTY: Final = (0, 49)


@section.scenario(
    "fifty-recipients",
    observes=("MS-BRESP-04", "MS-BRESP-07", "MS-BRESP-08"),
    needs=SENDING,
    does="Sends a batch of fifty: two right numbers, first and last, and 48 badly formatted ones between, one of them twice.",
    expects="Two ids, and 48 entries in invalidNumber.",
)
async def fifty_recipients(do: Actor) -> None:
    numbers = [
        destination(do.target, _RIGHT_OF_FIFTY.index(place)) if place in _RIGHT_OF_FIFTY else letters(do.target, place)
        for place in range(50)
    ]
    numbers[48] = numbers[1]
    await do.call("send", "sendBatch", batch(do, recipients(*numbers), text=do.unique("fifty")))


@fifty_recipients.judge
def _(seen: Seen) -> Judgement:
    yield from _spares_the_others(seen["send"], bad=set(range(50)) - set(_RIGHT_OF_FIFTY))


@section.scenario(
    "duplicates",
    observes=("MS-BRESP-04", "MS-BRESP-05", "MS-HOUSE-21"),
    needs=SENDING,
    does="Sends a batch that names one number again without its plus, and on loopback once more letter by letter, and another"
    " number behind them.",
    expects="A message with an id of its own for each.",
)
async def duplicates(do: Actor) -> None:
    number = destination(do.target)
    named = [(number, ["first"]), (number.removeprefix("+"), ["second"]), (destination(do.target, 1), ["third"])]
    if do.target.on_loopback:
        named.insert(0, named[0])
    text = f" {do.unique(f'{DEFAULT_ALPHABET} {{0}}')} \n"
    await do.call("send", "sendBatch", batch(do, with_values(*named), text=text))


@duplicates.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["send"]
    yield from takes("MS-BRESP-04", exchange, "a batch that names one number more than once")
    if outcome(exchange) is not Outcome.TAKEN:
        return
    yield from _spares_the_others(exchange, bad=set())
    ids, named = [str(entry.get("id")) for entry in entries(exchange)], len(_requested(exchange))
    if len(ids) < named:
        yield oddity(
            "MS-HOUSE-21", exchange, expected=Sentence("{} entries", named), got=f"{len(ids)}", pointer="/data/ids"
        )
    for id_, times in Counter(ids).items():
        if times > 1:
            got = f"{id_} {times} times"
            yield breach("MS-BRESP-05", exchange, expected=Sentence("{} ids", named), got=got, pointer="/data/ids")


@section.scenario(
    "all-invalid",
    observes=("MS-BRESP-07",),
    needs=SENDING,
    does="Sends a batch of two badly formatted numbers.",
    expects="Nobody gets an id; where it is no refusal as a whole, both are in invalidNumber.",
)
async def all_invalid(do: Actor) -> None:
    to = recipients(letters(do.target, 0), letters(do.target, 1))
    await do.call("send", "sendBatch", batch(do, to, text=do.unique("all invalid")))


@all_invalid.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["send"]
    yield from refuses("MS-BRESP-07", exchange, "a batch of badly formatted numbers")
    asked = _requested(exchange)
    silent = outcome(exchange) is Outcome.IN_ERROR and not _listed(exchange)  # a refusal as a whole (AMB-MS-40)
    if exchange.outcome is Outcome.TAKEN and not silent and len(set(_invalid(exchange, asked))) < 2:
        yield breach(
            "MS-BRESP-07",
            exchange,
            expected="both numbers in invalidNumber",
            got=_listed(exchange),
            pointer="/data/invalidNumber",
        )


@section.scenario(
    "delivered-as-answered",
    observes=("MS-BRESP-04", "MS-BRESP-06", "MS-BRESP-07"),
    needs=(*SENDING, Fact.CONTROL),
    does="Sends a batch with values of their own and a badly formatted number, and reads the outbox.",
    expects="Each id leads to the text and number of its recipient; nothing went to the badly formatted one.",
)
async def delivered_as_answered(do: Actor) -> None:
    one, two = destination(do.target, 0), destination(do.target, 1)
    to = with_values((one, ["one"]), (letters(do.target), ["nobody"]), (two, ["two"]))
    await do.read_outbox_before()
    text = do.unique("for {0}")
    sent = await do.call("send", "sendBatch", batch(do, to, text=text))
    await do.settle()
    awaited = [text.replace("{0}", value) for value in ("one", "two")] if outcome(sent) is Outcome.TAKEN else []
    await do.read_outbox(*awaited)


@delivered_as_answered.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["send"]
    if outcome(exchange) is not Outcome.TAKEN:
        return
    new = seen.gained
    by_id = {entry.get("id"): entry for entry in new}
    for one in with_ids(exchange):
        sent = by_id.get(one.id)
        if sent is not None and not same_number(sent.get("to"), one.to):
            got = sent.get("to")
            yield breach(
                "MS-BRESP-06",
                exchange,
                expected=Sentence("{} went to its number", one.id),
                got=got,
                pointer="/data/ids",
            )
    tag = str(fields(exchange)["text"]).removeprefix("for {0}")
    texts = [entry.get("text") for entry in new]
    for value in ("one", "two"):
        copies = texts.count(f"for {value}{tag}")
        if not copies:
            yield from outbox.absent("MS-BRESP-04", exchange, seen, f"the message with the value {value!r} is sent")
        elif copies > 1:
            yield breach("MS-BRESP-04", exchange, expected="one message for each id", got=f"{copies} of one text")
    wrong = fields(exchange)["to"][1]["to"]
    if f"for nobody{tag}" in texts or any(same_number(entry.get("to"), wrong) for entry in new):
        yield breach("MS-BRESP-07", exchange, expected="nothing goes to a badly formatted number", got="it was sent")
