"""Section 2I: destinations and senders (page S2, lines 43, 45 and 68)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import LiteralString

from smsproof_conformance.case import Section
from smsproof_conformance.cases.messangi.answers import (
    entries,
    outcome,
    shown,
    status_of,
    takes,
)
from smsproof_conformance.cases.messangi.messages import (
    SENDING,
    batch,
    destination,
    letters,
    message,
    misshapen,
    recipients,
)
from smsproof_conformance.records.exchange import Exchange
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import Seen
from smsproof_conformance.records.sentence import Sentence, Words, said
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, Say, Unknown, breach, oddity

section = Section("messangi", "addresses")


def _digits(do: Actor, count: int) -> str:
    """The first allow-listed destination, stretched with the digits 123… to a number of `count` digits."""
    return (destination(do.target) + "123456789012345")[: count + 1]


@section.scenario(
    "plus-optional",
    observes=("MS-ADDR-02",),
    needs=SENDING,
    does="Sends a message and a batch to a number without its plus.",
    expects="Both are taken.",
)
async def plus_optional(do: Actor) -> None:
    to = destination(do.target).removeprefix("+")
    await do.call("message", "sendMessage", message(do, to=to, text=do.unique("no plus")))
    await do.call("batch", "sendBatch", batch(do, recipients(to), text=do.unique("batch without plus")))


@plus_optional.judge
def _(seen: Seen) -> Judgement:
    for _, exchange in seen.each(("message", "batch")):
        yield from _takes_number("MS-ADDR-02", exchange, "a number without its plus")


@section.scenario(
    "fifteen-digits",
    observes=("MS-ADDR-03",),
    needs=(*SENDING, Fact.LOOPBACK),
    does="Sends a batch to a number of fifteen digits.",
    expects="It is taken: fifteen is the most.",
)
async def fifteen_digits(do: Actor) -> None:
    await do.call("send", "sendBatch", batch(do, recipients(_digits(do, 15)), text=do.unique("fifteen digits")))


@fifteen_digits.judge
def _(seen: Seen) -> Judgement:
    yield from _takes_number("MS-ADDR-03", seen["send"], "a number of fifteen digits")


async def _send_wrong(do: Actor, name: str, *numbers: str) -> None:
    """Wrong numbers in a batch, and the first of them in a message that asks for its statuses."""
    await do.call("batch", "sendBatch", batch(do, recipients(*numbers), text=do.unique(f"batch {name}")))
    await _send_alone(do, "message", name, numbers[0])


async def _send_alone(do: Actor, step: LiteralString, name: str, to: str) -> None:
    hook = do.hook(_label(step))
    alone = message(do, to=to, text=do.unique(name), requestDR=True, callbacks=hook.url)
    if outcome(await do.call(step, "sendMessage", alone)) is Outcome.TAKEN:
        await do.settle((hook, 1))


def _label(step: str) -> str:
    return step.replace(" ", "-")  # it stands in a URL


def _judge_wrong(seen: Seen, requirement: str, what: Words, *, say: Say = breach) -> Judgement:
    yield from _lists_invalid(seen, requirement, what, say=say)
    yield from _ends_in_routing(seen, seen["message"], requirement, what, say=say)


def _ends_in_routing(seen: Seen, exchange: Exchange, requirement: str, what: str, *, say: Say = breach) -> Judgement:
    """A message to a wrong number, if it was taken, is told INVALID_ROUTING."""
    if outcome(exchange) is not Outcome.TAKEN:
        return
    told = [status_of(arrival) for arrival in seen.arrivals(_label(exchange.request.step))]
    if "INVALID_ROUTING" in told:
        return  # the page's own way to say that a number is not valid (S2:122)
    if not seen.settled and "DELIVRD" not in told:
        yield Unknown(requirement, "it was taken, and no final status arrived in the time to wait")
        return
    yield say(
        requirement, exchange, expected=Sentence("{} is refused, or ends in INVALID_ROUTING", what),
        got=f"{shown(exchange)}, then {', '.join(map(str, told)) or 'nothing'}", pointer="/data/to",
    )  # fmt: skip


def _lists_invalid(seen: Seen, requirement: str, what: Words, *, say: Say = breach) -> Judgement:
    """Of a batch to wrong numbers alone: whoever has an id is one of them, however the answer writes it."""
    exchange = seen["batch"]
    served = [str(entry.get("mobile")) for entry in entries(exchange)]
    if served and outcome(exchange) is Outcome.TAKEN:
        yield say(
            requirement, exchange, expected=Sentence("{} stands in invalidNumber, not in ids", what),
            got=f"an id for {', '.join(map(repr, served))}", pointer="/data/ids",
        )  # fmt: skip


def _takes_number(requirement: str, exchange: Exchange, what: Words) -> Judgement:
    yield from takes(requirement, exchange, what)
    invalid = exchange.at("data", "invalidNumber")
    if isinstance(invalid, list) and invalid:
        yield breach(
            requirement,
            exchange,
            expected=Sentence("{} is valid", what),
            got=said("invalidNumber is not empty"),
            pointer="/data/invalidNumber",
        )


@section.scenario(
    "sixteen-digits",
    observes=("MS-ADDR-03",),
    needs=(*SENDING, Fact.INBOX),
    does="Sends to a number of sixteen digits: in a batch with and without its plus, and alone.",
    expects="It is listed in invalidNumber, and refused or ended in INVALID_ROUTING.",
)
async def sixteen_digits(do: Actor) -> None:
    long = _digits(do, 16)
    await _send_wrong(do, "sixteen digits", long, long.removeprefix("+"))


@sixteen_digits.judge
def _(seen: Seen) -> Judgement:
    yield from _judge_wrong(seen, "MS-ADDR-03", "a number of sixteen digits")


@section.scenario(
    "letters",
    observes=("MS-ADDR-01",),
    needs=(*SENDING, Fact.INBOX),
    does="Sends to a number with a letter behind it: in a batch, and alone.",
    expects="It is listed in invalidNumber, and refused or ended in INVALID_ROUTING.",
)
async def with_letters(do: Actor) -> None:
    await _send_wrong(do, "letters", letters(do.target))


@with_letters.judge
def _(seen: Seen) -> Judgement:
    yield from _judge_wrong(seen, "MS-ADDR-01", "a number with a letter")


@section.scenario(
    "misshapen",
    observes=("MS-ADDR-01",),
    needs=(*SENDING, Fact.INBOX),
    does="Sends to what only a lax reader takes for a number, as spaces, a second plus, a line break or digits of another"
    " script: all in one batch, some alone, and beside them a plus without digits and an empty text.",
    expects="Each is listed in invalidNumber, and refused or ended in INVALID_ROUTING.",
)
async def misshapen_numbers(do: Actor) -> None:
    shapes = misshapen(do.target)
    await do.call("batch", "sendBatch", batch(do, recipients(*shapes.values()), text=do.unique("misshapen")))
    for name, to in _alone(shapes).items():
        await _send_alone(do, name, name, to)


def _alone(shapes: Mapping[str, str]) -> dict[LiteralString, str]:
    """What is sent alone as well: each could cost a message."""
    few: tuple[LiteralString, ...] = ("two pluses", "spaces between", "a line break behind", "Arabic digits")
    return {**{name: shapes[name] for name in few}, "a plus alone": "+", "nothing in it": ""}


@misshapen_numbers.judge
def _(seen: Seen) -> Judgement:
    yield from _lists_invalid(seen, "MS-ADDR-01", "what is no number")
    for name, exchange in seen.each(_alone(misshapen(seen.target))):
        yield from _ends_in_routing(seen, exchange, "MS-ADDR-01", f"a destination with {name}")


@section.scenario(
    "country-code-zero",
    observes=("MS-ADDR-04",),
    needs=(*SENDING, Fact.INBOX, Fact.LOOPBACK),
    does="Sends to a number that begins with 0: in a batch, and alone.",
    expects="It is listed in invalidNumber, and refused or ended in INVALID_ROUTING: no country code begins with 0.",
)
async def country_code_zero(do: Actor) -> None:
    await _send_wrong(do, "country code zero", "+0" + destination(do.target)[2:])


@country_code_zero.judge
def _(seen: Seen) -> Judgement:
    # The page counts the digits of a country code (S2:45); that none begins with 0 follows, but is not said there.
    yield from _judge_wrong(seen, "MS-ADDR-04", "a number that begins with 0", say=oddity)


async def _send_from(do: Actor, senders: Sequence[str]) -> None:
    """From the shortest and the longest: two show both ends of a range, and each costs a message."""
    for place, sender in enumerate(dict.fromkeys((min(senders, key=len), max(senders, key=len)))):
        await do.call(
            Sentence("sender {}", place + 1),
            "sendMessage",
            message(do, from_=sender, text=do.unique(f"sender {place}")),
        )


@section.scenario(
    "from-short-code",
    observes=("MS-ADDR-06",),
    needs=(*SENDING, Fact.SHORT_CODE),
    does="Sends from the shortest and the longest short code of the account.",
    expects="Both are taken.",
)
async def from_short_code(do: Actor) -> None:
    await _send_from(do, do.target.numbers.short_codes)


@from_short_code.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps("sender "):
        yield from takes("MS-ADDR-06", exchange, "a message from a short code of the account")


@section.scenario(
    "from-long-code",
    observes=("MS-ADDR-07",),
    needs=(*SENDING, Fact.LONG_CODE),
    does="Sends from the shortest and the longest long code of the account.",
    expects="Both are taken.",
)
async def from_long_code(do: Actor) -> None:
    await _send_from(do, do.target.numbers.long_codes)


@from_long_code.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps("sender "):
        yield from takes("MS-ADDR-07", exchange, "a message from a long code of the account")


@section.scenario(
    "from-alphanumeric",
    observes=("MS-ADDR-08",),
    needs=(*SENDING, Fact.ALPHANUMERIC),
    does="Sends from the shortest and the longest alphanumeric short code of the account.",
    expects="Both are taken.",
)
async def from_alphanumeric(do: Actor) -> None:
    await _send_from(do, do.target.numbers.alphanumerics)


@from_alphanumeric.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps("sender "):
        yield from takes("MS-ADDR-08", exchange, "a message from an alphanumeric short code of the account")
