"""Section 2I: destinations and senders (page S2, lines 43, 45 and 68)."""

from __future__ import annotations

from collections.abc import Sequence

from smsproof_conformance.case import Section
from smsproof_conformance.cases.messangi.answers import (
    entries,
    outcome,
    refuses,
    same_number,
    shown,
    status_of,
    takes,
)
from smsproof_conformance.cases.messangi.messages import SENDING, batch, destination, letters, message, recipients
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


async def _send_wrong(do: Actor, name: str, to: str) -> None:
    """A wrong number in a batch, and in a message that asks for its statuses."""
    hook = do.hook("statuses")
    await do.call("batch", "sendBatch", batch(do, recipients(to), text=do.unique(f"batch {name}")))
    alone = message(do, to=to, text=do.unique(name), requestDR=True, callbacks=hook.url)
    if outcome(await do.call("message", "sendMessage", alone)) is Outcome.TAKEN:
        await do.settle((hook, 1))


def _judge_wrong(seen: Seen, requirement: str, what: Words, *, say: Say = breach) -> Judgement:
    yield from _lists_invalid(seen, requirement, what, say=say)
    exchange = seen["message"]
    if outcome(exchange) is not Outcome.TAKEN:
        yield from refuses(requirement, exchange, what, say=say)
        return
    told = [status_of(arrival) for arrival in seen.arrivals("statuses")]
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
    exchange = seen["batch"]
    wrong: str = exchange.request.json["to"][0]["to"]
    if (
        any(same_number(entry.get("mobile"), wrong) for entry in entries(exchange))
        and outcome(exchange) is Outcome.TAKEN
    ):
        yield say(
            requirement,
            exchange,
            expected=Sentence("{} stands in invalidNumber, not in ids", what),
            got="it has an id",
            pointer="/data/ids",
        )


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
    does="Sends to a number of sixteen digits: in a batch, and alone.",
    expects="It is listed in invalidNumber, and refused or ended in INVALID_ROUTING.",
)
async def sixteen_digits(do: Actor) -> None:
    await _send_wrong(do, "sixteen digits", _digits(do, 16))


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
