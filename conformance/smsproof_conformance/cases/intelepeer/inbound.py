"""Section 2G: delivery of inbound messages to the webhook (page S1, lines 191 to 222), and who can receive at all (2B).

A message from a handset is triggered through the control API, and the inbox answers as each case wants.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, LiteralString

from smsproof_conformance.case import Section
from smsproof_conformance.cases.intelepeer.schema import judge_bodies, observed
from smsproof_conformance.cases.intelepeer.webhooks import set_webhook
from smsproof_conformance.records.exchange import MISSING, Arrival, is_object
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import NotObserved, Record, Seen
from smsproof_conformance.records.sentence import Sentence, Words, said
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, Unknown, breach, oddity
from smsproof_conformance.wire.inbox import HANG_UP, Hook
from smsproof_spec.rules import Malformed

section = Section("intelepeer", "inbound")

_RECEIVING: Final = (Fact.LONG_CODE, Fact.DESTINATION, Fact.CONTROL, Fact.INBOX)


def _handset(do: Actor) -> str:
    """Who writes: an allow-listed number, so that even a vendor that texts back reaches nobody else."""
    return do.target.numbers.destinations[0]


async def _receive(do: Actor, hook: Hook, text: str, attempts: int = 1) -> None:
    """Point the first long code at a hook, let a handset write to it, and wait for so many attempts."""
    number = do.target.numbers.long_codes[0]
    if await _points(do, number, hook) and await do.inbound(_handset(do), number, text):
        await do.settle((hook, attempts))


async def _points(do: Actor, number: str, hook: Hook) -> bool:
    """Point a number at a hook; whether it was done. Where it was not, a message would go to the hook of another case."""
    exchange = await set_webhook(do, Sentence("set {}", hook.label), [number], hook.url)
    return exchange.outcome is Outcome.TAKEN


def _due(seen: Seen, *hooks: str) -> None:
    """Raise NotObserved unless the hooks were set and the messages triggered: only then something is due."""
    if seen.notes.get("inbound refused"):
        raise NotObserved("the control API triggered no inbound message")
    for hook in hooks:
        exchange = seen[f"set {hook}"]
        if exchange.status != 201:
            raise NotObserved(Sentence("the webhook could not be set (HTTP {})", exchange.status))


def _missing(seen: Seen, requirement: str, hook: Words, *, expected: Words) -> Judgement:
    """Nothing arrived: a breach where the target says that all is delivered, unknown otherwise."""
    if not seen.settled:
        yield Unknown(requirement, Sentence("nothing arrived at {} within {} s", hook, f"{seen.target.wait_seconds:g}"))
    else:
        yield breach(requirement, None, expected=expected, got=said("nothing arrived"))


# One message.


@section.scenario(
    "delivered",
    observes=("IP-INBOUND-01", "IP-INBOUND-06", "IP-INBOUND-07", "IP-INBOUND-08", "IP-INBOUND-11", "IP-SEND-26"),
    needs=_RECEIVING,
    does="Lets a handset write to a long code, and answers 200.",
    expects="One POST with the handset, the long code and the text, and none after the 200.",
)
async def delivered(do: Actor) -> None:
    await _receive(do, do.hook("hook"), "Hello World!")


@delivered.judge
def _(seen: Seen) -> Judgement:
    _due(seen, "hook")
    arrivals = seen.arrivals("hook")
    if not arrivals:
        yield from _missing(seen, "IP-INBOUND-01", "hook", expected="a POST to the webhook of the number")
        return
    handset, number = seen.target.numbers.destinations[0], seen.target.numbers.long_codes[0]
    yield from _says(arrivals[0], handset, number, "Hello World!")
    yield from _no_more(arrivals, 1)


def _says(arrival: Arrival, sender: str, to: str, text: str) -> Judgement:
    """What one arrival says of a message we know. Missing keys and wrong types are the schema's affair."""
    for key, right, requirement in (
        ("from", sender, "IP-INBOUND-06"), ("to", to, "IP-INBOUND-07"), ("message", text, "IP-INBOUND-08"),
    ):  # fmt: skip
        got = arrival.get(key)
        if isinstance(got, str) and got != right:
            yield breach(
                requirement, arrival, expected=Sentence("the message's own `{}`", key), got=got, pointer=f"/{key}"
            )


def _no_more(arrivals: Sequence[Arrival], count: int) -> Judgement:
    """After the 200 nothing is sent again."""
    if len(arrivals) > count:
        yield breach(
            "IP-INBOUND-11",
            arrivals[count],
            expected=Sentence("{} in all: the last was answered 200", count),
            got=f"{len(arrivals)}",
        )


_UNICODE: Final = (
    '  Grüße, ¿qué tal? Привет 你好 😀👨‍👩‍👧 e\u0301 "quoted" back\\slash\nsecond line\ttab €[]{}~^| & <b>%2B+</b> @home\u2019s $PATH'
    + "  and much more" * 20
    + "\n"
)


@section.scenario(
    "unicode",
    observes=("IP-INBOUND-08",),
    needs=_RECEIVING,
    does="Lets a handset write accents, Cyrillic, Chinese, emoji, quotes, a backslash, a line break and a combining mark.",
    expects="The very same characters under `message`.",
)
async def unicode(do: Actor) -> None:
    await _receive(do, do.hook("text"), _UNICODE)


@unicode.judge
def _(seen: Seen) -> Judgement:
    _due(seen, "text")
    arrivals = seen.arrivals("text")
    if not arrivals:
        yield from _missing(seen, "IP-INBOUND-01", "text", expected="a POST to the webhook of the number")
    for arrival in arrivals[:1]:
        got = arrival.get("message")
        if isinstance(got, str) and got != _UNICODE:
            yield breach("IP-INBOUND-08", arrival, expected="the text unaltered", got=got, pointer="/message")


@section.scenario(
    "signature",
    observes=("IP-INBOUND-03",),
    needs=(*_RECEIVING, Fact.SECRET),
    does="Lets a handset write to an account that has a shared code, to a long code, where the first attempt is answered"
    " 500, and to a short code.",
    expects="`signature` is the code each time; another string may be a derived one, as a newer page has it, and is only"
    " warned of.",
)
async def signature(do: Actor) -> None:
    await _receive(do, do.hook("hook", 500, 200), do.unique("signed"), attempts=2)
    for code in do.target.numbers.short_codes[:1]:
        hook = do.hook("short")
        if await _points(do, code, hook) and await do.inbound(_handset(do), code, do.unique("signed, short")):
            await do.settle((hook, 1))


@signature.judge
def _(seen: Seen) -> Judgement:
    _due(seen, "hook")
    if not seen.arrivals("hook"):
        yield from _missing(seen, "IP-INBOUND-01", "hook", expected="a POST to the webhook of the number")
    for arrival in seen.every_arrival:
        if arrival.secret is None and is_object(arrival.value):
            got = arrival.get("signature")
            yield breach("IP-INBOUND-03", arrival, expected="the shared code", got=got, pointer="/signature")
        elif arrival.secret == "mismatch":  # AMB-IP-31: the page has the code itself, P-IP-7 an HMAC of unknown form
            yield oddity("IP-INBOUND-03", arrival, expected="the shared code", got="another text", pointer="/signature")


# Which URL.


@section.scenario(
    "own-url",
    observes=("IP-INBOUND-02", "IP-HOOK-19", "IP-HOOK-20"),
    needs=(*_RECEIVING, Fact.TWO_LONG_CODES),
    does="Sets different URLs for two numbers and lets a handset write to each, answers 500 to the first attempt at the"
    " second, then replaces the first URL and repeats it.",
    expects="Each message arrives at the URL its number has at that time, and nowhere else.",
)
async def own_url(do: Actor) -> None:
    first, second = do.target.numbers.long_codes[:2]
    # They differ in nothing but their query, which is a part of the URL.
    scripts = {"first": (200,), "second": (500, 200), "replaced": (200,)}
    hooks = {label: do.hook(label, *script, query=f"to={label}") for label, script in scripts.items()}
    if not await _points(do, first, hooks["first"]) or not await _points(do, second, hooks["second"]):
        return
    await do.inbound(_handset(do), first, "to the first")
    await do.inbound(_handset(do), second, "to the second")
    await do.settle((hooks["first"], 1), (hooks["second"], 2))
    if await _points(do, first, hooks["replaced"]):
        await do.inbound(_handset(do), first, "to the first again")
        await do.settle((hooks["replaced"], 1))


@own_url.judge
def _(seen: Seen) -> Judgement:
    _due(seen, "first", "second", "replaced")
    wanted: dict[LiteralString, str] = {
        "first": "to the first",
        "second": "to the second",
        "replaced": "to the first again",
    }
    for hook, text in wanted.items():
        arrived = [arrival.get("message") for arrival in seen.arrivals(hook)]
        requirement = "IP-HOOK-20" if hook == "replaced" else "IP-INBOUND-02"
        for arrival in seen.arrivals(hook):
            got = arrival.get("message")
            if got in wanted.values() and got != text:
                stale = got == wanted["replaced"] and hook == "first"
                yield breach(
                    "IP-HOOK-20" if stale else "IP-INBOUND-02", arrival,
                    expected="only what was sent to the number of this URL", got=got, pointer="/message",
                )  # fmt: skip
        if not arrived:
            yield from _missing(seen, requirement, hook, expected="the message at the URL of its own number")


@section.scenario(
    "short-code",
    observes=("IP-SEND-26", "IP-INBOUND-06", "IP-INBOUND-07"),
    needs=(Fact.SHORT_CODE, Fact.CONTROL, Fact.INBOX),
    does="Lets a short code write to a short code.",
    expects="It is delivered, with both as CountryCode-ShortCode.",
)
async def short_code(do: Actor) -> None:
    code, hook = do.target.numbers.short_codes[0], do.hook("hook")
    if await _points(do, code, hook):
        await do.inbound(code, code, "between short codes")
        await do.settle((hook, 1))


@short_code.judge
def _(seen: Seen) -> Judgement:
    _due(seen, "hook")
    arrivals, code = seen.arrivals("hook"), seen.target.numbers.short_codes[0]
    if not arrivals:
        yield from _missing(seen, "IP-SEND-26", "hook", expected="a message to a short code at its webhook")
    for arrival in arrivals[:1]:
        yield from _says(arrival, code, code, "between short codes")


@section.scenario(
    "alphanumeric",
    observes=("IP-SEND-25",),
    needs=(*_RECEIVING, Fact.ALPHANUMERIC, Fact.LOOPBACK),
    does="Sets a webhook for every number, tries to set one for an alphanumeric sender, and lets a handset write to that.",
    expects="Nothing is delivered, to no URL.",
)
async def alphanumeric(do: Actor) -> None:
    numbers, name = do.target.numbers, do.target.numbers.alphanumerics[0]
    every = await set_webhook(do, "set all", (*numbers.long_codes, *numbers.short_codes), do.hook("all").url)
    if every.outcome is not Outcome.TAKEN:
        return
    await set_webhook(do, "set name", [name], do.hook("name").url)
    await do.inbound(_handset(do), name, "to a name")
    await do.settle()


@alphanumeric.judge
def _(seen: Seen) -> Judgement:
    for arrival in seen.every_arrival:
        yield breach(
            "IP-SEND-25", arrival, expected="no delivery in the name of an alphanumeric sender", got="a delivery"
        )
    if not seen.settled:
        raise NotObserved("nothing arrived, which proves nothing while no control API says that all was delivered")


# How often.


def _attempts(seen: Seen, hook: Words, last: Words) -> Judgement:
    """Five attempts in all; one or more than six fail, two to four and six warn (AMB-IP-34)."""
    count = len(seen.arrivals(hook))
    if count == 5:
        return
    if count == 0:
        yield from _missing(seen, "IP-INBOUND-01", hook, expected="a POST to the webhook of the number")
    elif count < 5 and not seen.settled:
        yield Unknown(
            "IP-INBOUND-11", Sentence("{} attempts at {} within {} s", count, hook, f"{seen.target.wait_seconds:g}")
        )
    elif count == 1 or count > 6:
        subject = seen.arrivals(hook)[-1]
        yield breach("IP-INBOUND-11", subject, expected=Sentence("5 attempts while {}", last), got=f"{count}")
    else:
        yield oddity(
            "IP-INBOUND-11", seen.arrivals(hook)[-1], expected=Sentence("5 attempts while {}", last), got=f"{count}"
        )


@section.scenario(
    "never-200",
    observes=("IP-INBOUND-06", "IP-INBOUND-07", "IP-INBOUND-08", "IP-INBOUND-11", "IP-INBOUND-14"),
    needs=_RECEIVING,
    does="Lets a handset write and answers 500, 302, 429, 400 and 410.",
    expects="5 attempts in all, each with the message as it was written and under one refid; 2 to 4 and 6 warn, 1 and more"
    " than 6 fail.",
)
async def never_200(do: Actor) -> None:
    await _receive(do, do.hook("never", 500, 302, 429, 400, 410), do.unique("never"), attempts=5)


@never_200.judge
def _(seen: Seen) -> Judgement:
    _due(seen, "never")
    yield from _attempts(seen, "never", "no answer is 200")
    for arrival in (arrivals := seen.arrivals("never"))[1:]:
        first = [str(arrivals[0].get(key)) for key in ("from", "to", "message")]
        yield from _says(arrival, *first)
    refids = list(dict.fromkeys(repr(arrival.get("refid")) for arrival in arrivals))
    if len(refids) > 1:
        yield breach(
            "IP-INBOUND-14", arrivals[-1], expected="one refid for all attempts", got=f"{len(refids)} refids",
            pointer="/refid",
        )  # fmt: skip


@section.scenario(
    "until-200",
    observes=("IP-INBOUND-11", "IP-INBOUND-14"),
    needs=_RECEIVING,
    does="Lets a handset write and answers 404, 401, 503, then 200.",
    expects="4 attempts: none of the first three is a 200, and the fourth ends it.",
)
async def until_200(do: Actor) -> None:
    await _receive(do, do.hook("fourth-200", 404, 401, 503, 200), do.unique("fourth"), attempts=4)


@until_200.judge
def _(seen: Seen) -> Judgement:
    _due(seen, "fourth-200")
    arrivals = seen.arrivals("fourth-200")
    yield from _no_more(arrivals, 4)
    if not arrivals:
        yield from _missing(seen, "IP-INBOUND-01", "fourth-200", expected="a POST to the webhook of the number")
    elif len(arrivals) < 4 and not seen.settled:
        yield Unknown(
            "IP-INBOUND-11", Sentence("{} attempts within {} s", len(arrivals), f"{seen.target.wait_seconds:g}")
        )
    elif len(arrivals) < 4:
        judge = breach if len(arrivals) == 1 else oddity  # AMB-IP-34: two attempts in all warn
        yield judge("IP-INBOUND-11", arrivals[-1], expected="4 attempts: 404, 401, 503, 200", got=f"{len(arrivals)}")


@section.scenario(
    "no-answer",
    observes=("IP-INBOUND-11", "IP-INBOUND-16"),
    needs=_RECEIVING,
    does="Lets a handset write, reads the request and hangs up without an answer, for ever.",
    expects="5 attempts in all: no answer is no 200.",
)
async def no_answer(do: Actor) -> None:
    await _receive(do, do.hook("hangs-up", HANG_UP), do.unique("hangs up"), attempts=5)


@no_answer.judge
def _(seen: Seen) -> Judgement:
    _due(seen, "hangs-up")
    arrivals = seen.arrivals("hangs-up")
    if len(arrivals) == 1 and seen.settled:
        yield breach("IP-INBOUND-16", arrivals[0], expected="5 attempts while nobody answers", got="1")
    else:
        yield from _attempts(seen, "hangs-up", "nobody answers")


@section.scenario(
    "equal-messages",
    observes=("IP-INBOUND-01", "IP-INBOUND-14"),
    needs=_RECEIVING,
    does="Lets a handset write the same text twice.",
    expects="Two deliveries, under refids of their own.",
)
async def equal_messages(do: Actor) -> None:
    number, hook = do.target.numbers.long_codes[0], do.hook("hook")
    if not await _points(do, number, hook):
        return
    await do.inbound(_handset(do), number, "twice")
    await do.inbound(_handset(do), number, "twice")
    await do.settle((hook, 2))


@equal_messages.judge
def _(seen: Seen) -> Judgement:
    _due(seen, "hook")
    arrivals = seen.arrivals("hook")
    if len(arrivals) < 2 and not seen.settled:
        yield Unknown(
            "IP-INBOUND-01", Sentence("{} of 2 messages within {} s", len(arrivals), f"{seen.target.wait_seconds:g}")
        )
    elif len(arrivals) < 2:
        yield breach("IP-INBOUND-01", None, expected="two deliveries of two messages", got=f"{len(arrivals)}")
    elif len({repr(arrival.get("refid")) for arrival in arrivals}) < 2 and isinstance(arrivals[0].get("refid"), str):
        yield breach(
            "IP-INBOUND-14", arrivals[1], expected="a refid of its own", got=said("the same refid"), pointer="/refid"
        )


# What every delivery must be.


@section.standing(
    "posted",
    observes=("IP-INBOUND-01",),
    does="Looks at the method of every delivery.",
    expects="POST.",
)
def posted(record: Record) -> Judgement:
    for arrival in record.arrived():
        if arrival.method != "POST":
            yield breach("IP-INBOUND-01", arrival, expected="POST", got=arrival.method)


@section.standing(
    "json-object",
    observes=("IP-INBOUND-04",),
    does="Reads the body of every delivery.",
    expects="A JSON object, whatever its Content-Type says.",
)
def json_object(record: Record) -> Judgement:
    for arrival in record.arrived():
        value = arrival.value
        if isinstance(value, Malformed):
            yield breach("IP-INBOUND-04", arrival, expected="a JSON object", got=f"{value.kind}: {value.detail}")
        elif not is_object(value):
            yield breach("IP-INBOUND-04", arrival, expected="a JSON object", got=type(value).__name__)


@section.standing(
    "body-schema",
    observes=observed("InboundMessage"),
    does="Holds the body of every delivery against the contract's schema.",
    expects="refid, from, to and message, and signature where the account has a code, all of them strings.",
)
def body_schema(record: Record) -> Judgement:
    objects = [arrival for arrival in record.arrived() if is_object(arrival.value)]
    yield from judge_bodies(objects, "InboundMessage")


@section.standing(
    "refid-form",
    observes=("IP-INBOUND-05",),
    does="Measures the refid of every delivery.",
    expects="32 characters.",
)
def refid_form(record: Record) -> Judgement:
    for arrival in record.arrived():
        refid = arrival.get("refid")
        if isinstance(refid, str) and len(refid) != 32:
            yield breach("IP-INBOUND-05", arrival, expected="32 characters", got=f"{len(refid)}", pointer="/refid")


_E164_OR_SHORT_CODE: Final = re.compile(r"\+[1-9][0-9]{1,14}|[1-9][0-9]{0,2}-[0-9]+", re.ASCII)


@section.standing(
    "address-forms",
    observes=("IP-INBOUND-06", "IP-INBOUND-07"),
    does="Looks at from and to of every delivery.",
    expects="E.164, or a short code with its country. No numbering plan is asked (AMB-IP-07).",
)
def address_forms(record: Record) -> Judgement:
    for arrival in record.arrived():
        for key, requirement in (("from", "IP-INBOUND-06"), ("to", "IP-INBOUND-07")):
            address = arrival.get(key)
            if isinstance(address, str) and not _E164_OR_SHORT_CODE.fullmatch(address):
                yield breach(
                    requirement, arrival, expected="E.164 or CountryCode-ShortCode", got=address, pointer=f"/{key}"
                )


@section.standing(
    "text-key",
    observes=("IP-INBOUND-08",),
    does="Looks for the text of every delivery.",
    expects="It stands under `message`; `text` is the key of a send.",
)
def text_key(record: Record) -> Judgement:
    for arrival in record.arrived():
        if is_object(arrival.value) and arrival.get("message") is MISSING:
            yield breach(
                "IP-INBOUND-08", arrival, expected="the text under `message`", got="absent", pointer="/message"
            )
