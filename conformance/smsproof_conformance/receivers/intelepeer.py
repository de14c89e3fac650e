"""IntelePeer's inbound messages at a customer's webhook (page S1, lines 191 to 222), party R."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString

from smsproof_conformance.case import Section
from smsproof_conformance.receivers.acknowledgement import Acknowledgement, attempts, delivered, outcome
from smsproof_conformance.receivers.courier import NEARLY_THE_CODE, OTHER_CASE, PART_OF_CODE, RIGHT_CODE
from smsproof_conformance.receivers.deliverer import Deliverer
from smsproof_conformance.receivers.endurance import (
    HOSTILE,
    LARGE_BYTES,
    LARGEST_BYTES,
    TEXTS,
    hostile_bodies,
    in_time,
    survived,
)
from smsproof_conformance.receivers.handler_probe import handled, last, times
from smsproof_conformance.records.exchange import Exchange, encode
from smsproof_conformance.records.record import NotObserved, Record, Seen
from smsproof_conformance.records.sentence import Sentence, Words, said
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, Say, breach, oddity

section = Section("intelepeer", "receiver")

# Only HTTP 200 says that a message was received (S1:217).
OK: Final = Acknowledgement("200", lambda status: status == 200)


def fresh_refid() -> str:
    """A refid of this run: 32 capital hexadecimal digits, as in the page's example."""
    return secrets.token_hex(16).upper()


def message(refid: str, **changes: Any) -> dict[str, Any]:
    """An inbound message with a text of its own; `from_` stands for `from`."""
    right: dict[str, Any] = {
        "refid": refid,
        "from": "+13038675309",
        "to": "+12161112222",
        "message": f"Hello World! {refid[:8]}",
        "signature": RIGHT_CODE,
    }
    return right | {key.rstrip("_"): value for key, value in changes.items()}


async def deliver(do: Deliverer, step: Words, **changes: Any) -> str:
    """Deliver a message until it is acknowledged; its refid."""
    refid = fresh_refid()
    await do.deliver(step, message(refid, **changes), taken=OK.taken)
    return refid


def acknowledged(seen: Seen, step: str, requirement: str = "IP-INBOUND-10", weigh: Say = breach) -> Judgement:
    """A right delivery is answered 200 within the five attempts; a later one than the first is odd."""
    made = attempts(seen, step)
    for number, exchange in enumerate(made, 1):
        if exchange.status == 200:
            if number > 1:
                late = f"200 at attempt {number}, {outcome(made[0])} at the first"
                yield oddity("IP-INBOUND-10", exchange, expected="200 at the first attempt", got=late)
            return
    unless_code_unknown(seen, made[-1])
    yield weigh(requirement, made[-1], expected="200", got=f"{outcome(made[-1])}, {len(made)} times")


def unless_code_unknown(seen: Seen, exchange: Exchange) -> None:
    """A receiver whose code we were not told is right to refuse the page's. Raises NotObserved."""
    if seen.target.webhook_secret_env is None and exchange.status in (401, 403):
        got = f"the receiver answers {exchange.status} to the page's code"
        raise NotObserved(Sentence("{}: name the variable that holds its own (--secret-env NAME)", got))


def acted_on(seen: Seen, step: str, requirement: str) -> Judgement:
    """A message that was acknowledged reached the handler, by the probe."""
    exchange = attempts(seen, step)[-1]
    due = seen.target.webhook_secret_env is not None and "probe" in seen.notes and exchange.status == 200
    if due and handled(seen, exchange.request.json["refid"]) == 0:
        got = "answered 200, and the handler not run, by the probe"
        yield breach(requirement, exchange, expected="the handler run", got=got)


@section.scenario(
    "takes-a-message",
    observes=("IP-INBOUND-01", "IP-INBOUND-10"),
    does="Posts a message with the right code, up to five times until it is acknowledged.",
    expects="200, at the first attempt.",
)
async def takes_a_message(do: Deliverer) -> None:
    await deliver(do, "a message")


@takes_a_message.judge
def _(seen: Seen) -> Judgement:
    method_refused = attempts(seen, "a message")[-1].status in (405, 501)
    yield from acknowledged(seen, "a message", "IP-INBOUND-01" if method_refused else "IP-INBOUND-10")


# The page's own sender is in E.164 by its form alone; nobody may refuse it by a numbering plan (AMB-IP-07).
_ADDRESSES: Final[tuple[tuple[LiteralString, str, dict[str, str]], ...]] = (
    ("from a short code", "IP-INBOUND-06", {"from_": "1-1234"}),
    ("from the page's number", "IP-INBOUND-06", {"from_": "+7708675309"}),
    ("from abroad", "IP-INBOUND-06", {"from_": "+573132341111"}),
    ("to a short code", "IP-INBOUND-07", {"to": "1-12345"}),
    ("to the page's number", "IP-INBOUND-07", {"to": "+13038675309"}),
)


@section.scenario(
    "takes-each-address",
    observes=("IP-INBOUND-06", "IP-INBOUND-07"),
    does="Posts messages whose sender, and whose receiving number, is a short code or an E.164 number.",
    expects="200 for each form, and the handler run for it.",
)
async def takes_each_address(do: Deliverer) -> None:
    for step, _, changes in _ADDRESSES:
        await deliver(do, step, **changes)


@takes_each_address.judge
def _(seen: Seen) -> Judgement:
    for step, requirement, _ in _ADDRESSES:
        yield from acknowledged(seen, step, requirement)
        yield from acted_on(seen, step, requirement)


_ODD_TEXTS: Final[dict[LiteralString, str]] = {
    "empty": "",
    "NUL": "before\0after",
}  # JSON has them; whether an SMS does is said nowhere


@section.scenario(
    "takes-any-text",
    observes=("IP-INBOUND-10",),
    does="Posts texts with emoji, combining accents, right-to-left letters, line breaks, escapes, a NUL and none at all;"
    " one body in ASCII escapes, one with a charset in its content type.",
    expects="200 for each.",
)
async def takes_any_text(do: Deliverer) -> None:
    for name, text in (*TEXTS.items(), *_ODD_TEXTS.items()):
        await deliver(do, f"text {name}", message=text)
    refid = fresh_refid()
    escaped = (
        f'{{ "refid" : "{refid}", "from":"+13038675309", "to":"+12161112222",\n'
        f'"message":"\\ud83d\\ude00 \\u00e9","signature":"{RIGHT_CODE}"}}\n'
    )
    await do.deliver("escapes", escaped.encode(), taken=OK.taken)
    typed = (("Content-Type", "application/json; charset=utf-8"),)
    await do.deliver("charset", message(fresh_refid()), taken=OK.taken, headers=typed)


@takes_any_text.judge
def _(seen: Seen) -> Judgement:
    for name in TEXTS:
        yield from acknowledged(seen, f"text {name}")
    yield from acknowledged(seen, "escapes")
    for step in (*(f"text {name}" for name in _ODD_TEXTS), "charset"):
        yield from acknowledged(seen, step, weigh=oddity)


@section.standing(
    "texts-reach-the-handler",
    observes=("IP-HOUSE-25",),
    does="Compares the text that the handler got, where the probe tells it, with the one that was delivered.",
    expects="The same characters.",
)
def texts_reach_the_handler(record: Record) -> Judgement:
    seen = record.seen("receiver/takes-any-text")
    told = False
    for step in (*(f"text {name}" for name in TEXTS), "text NUL", "escapes"):
        exchange = attempts(seen, step)[-1]
        sent = exchange.request.json
        if exchange.status != 200 or handled(seen, sent["refid"]) == 0:
            continue
        got, told = last(seen, sent["refid"], "message"), True
        if got != sent["message"]:
            yield breach(
                "IP-HOUSE-25",
                exchange,
                expected=Sentence("{}", repr(sent["message"])),
                got=repr(got),
                pointer="/message",
            )
    if not told:
        raise NotObserved("no message of this case reached the handler")


@section.scenario(
    "takes-unknown-keys",
    observes=("IP-HOUSE-20",),
    does="Posts a message with keys that the page does not list.",
    expects="200.",
)
async def takes_unknown_keys(do: Deliverer) -> None:
    await deliver(do, "unknown keys", mediaurls=["https://media.example.com/1"], parts=2, nested={"a": [None]})


@takes_unknown_keys.judge
def _(seen: Seen) -> Judgement:
    yield from acknowledged(seen, "unknown keys", "IP-HOUSE-20")


@section.scenario(
    "takes-64-kib",
    observes=("IP-HOUSE-18",),
    does="Posts a message whose body is just under 64 KiB.",
    expects="200; larger bodies may be refused with 413.",
)
async def takes_64_kib(do: Deliverer) -> None:
    await deliver(do, "64 KiB", message="x" * (LARGEST_BYTES - 1024))


@takes_64_kib.judge
def _(seen: Seen) -> Judgement:
    yield from acknowledged(seen, "64 KiB", "IP-HOUSE-18")


_WRONG_CODES: Final[dict[LiteralString, Any]] = {
    "another": "smsproof wrong code",
    "nearly right": NEARLY_THE_CODE,
    "other case": OTHER_CASE,
    "none": None,
    "empty": "",
    "number": 0,
    "true": True,
    "list": [RIGHT_CODE],
    "empty list": [],
    "object": {"signature": RIGHT_CODE},
    "not ASCII": "cod\u00e9",
    "longer": RIGHT_CODE + "x",
    "preceded": "x" + RIGHT_CODE,
    "shorter": PART_OF_CODE,
}


# Who sends these knows the code; the page says that the code is a string, and not how it is compared.
_WRAPPED: Final = ("code list", "code object")


@section.scenario(
    "wrong-codes-are-answered",
    observes=("IP-HOUSE-21",),
    needs=(Fact.SECRET,),
    does="Posts messages with wrong, odd and missing codes, then a right one, and one that somebody forged before.",
    expects="Any answer below 500.",
)
async def wrong_codes(do: Deliverer) -> None:
    for name, code in _WRONG_CODES.items():
        await do.post(f"code {name}", message(fresh_refid(), signature=code))
    without = message(fresh_refid())
    del without["signature"]
    await do.post("code missing", without)
    await deliver(do, "right")
    forged = message(fresh_refid())
    await do.post("forged", forged | {"message": "smsproof: not from the vendor", "signature": "smsproof wrong code"})
    await do.deliver("behind a forged one", forged, taken=OK.taken)


@wrong_codes.judge
def _(seen: Seen) -> Judgement:
    below_500 = Acknowledgement("any answer below 500", lambda status: status < 500)
    yield from below_500.each(seen, "code ", "IP-HOUSE-21")


@section.standing(
    "only-the-right-code-is-handled",
    observes=("IP-INBOUND-09",),
    does="Asks the probe what the handler did with the right code, and with wrong, odd and missing ones.",
    expects="The handler ran for the right one alone, also where a wrong one came with the same refid before.",
)
def only_the_right_code(record: Record) -> Judgement:
    seen = record.seen("receiver/wrong-codes-are-answered")
    for exchange in seen.exchanges:
        if exchange.request.step.startswith("code "):
            count = handled(seen, exchange.request.json["refid"])
            if count:
                got = f"run {times(count)}, by the probe, with {exchange.request.step}"
                weigh = oddity if exchange.request.step in _WRAPPED else breach
                yield weigh("IP-INBOUND-09", exchange, expected="the handler not run", got=got, pointer="/signature")
    for step in ("right", "behind a forged one"):
        right = attempts(seen, step)[-1]
        if handled(seen, right.request.json["refid"]) == 0:
            before = "; a wrong code came with this refid before" if step == "behind a forged one" else ""
            got = f"answered {outcome(right)}, not run, by the probe{before}"
            yield breach("IP-INBOUND-09", right, expected="the handler run for the right code", got=got)
            return


@section.scenario(
    "duplicates-are-acknowledged",
    observes=("IP-INBOUND-10",),
    does="Posts one message five times, the first two at the same moment, once with its keys in another order, the last"
    " time behind a dozen others, of which some have a refid that is like its own.",
    expects="200 each time.",
)
async def duplicates(do: Deliverer) -> None:
    same = message(fresh_refid())
    await do.at_once("same at once", same, 2)
    await do.post("same again", same)
    await do.post("same in another order", dict(reversed(same.items())))
    for number, refid in enumerate(_like(same["refid"])):
        await do.deliver(Sentence("other {}", number), message(refid), taken=OK.taken)
    await do.deliver("same behind others", same, taken=OK.taken)


def _like(refid: str) -> list[str]:
    """A dozen other refids: of the same beginning, of the same end, one that differs in its last digit alone."""
    half = len(refid) // 2
    last = "0" if refid[-1] != "0" else "1"
    beginning = [refid[:half] + fresh_refid()[half:] for _ in range(4)]
    end = [fresh_refid()[:half] + refid[half:] for _ in range(4)]
    return [refid[:-1] + last, *beginning, *end, *(fresh_refid() for _ in range(3))]


@duplicates.judge
def _(seen: Seen) -> Judgement:
    yield from each_taken(seen, "same ")
    yield from each_taken(seen, "other ")


@section.scenario(
    "bears-disorder",
    observes=("IP-INBOUND-10",),
    does="Posts two messages of one sender with one text, then both again in the other order.",
    expects="200 each time.",
)
async def disorder(do: Deliverer) -> None:
    first, second = message(fresh_refid(), message="Yes"), message(fresh_refid(), message="Yes")
    await do.deliver("turn b", second, taken=OK.taken)
    await do.deliver("turn a", first, taken=OK.taken)
    await do.post("turn a again", first)
    await do.post("turn b again", second)
    await deliver(do, "another")


@disorder.judge
def _(seen: Seen) -> Judgement:
    yield from each_taken(seen, "turn ")


def each_taken(seen: Seen, prefix: str) -> Judgement:
    """Every one of these deliveries is answered 200: S1:217 makes no exception for one that is known already.

    A 5xx before the first 200 of a message is an attempt that failed: the vendor comes again, which is odd and no more.
    """
    telling = delivered(seen, prefix)
    for made in _by_refid(telling).values():
        first_200 = next((place for place, exchange in enumerate(made) if OK.given(exchange)), None)
        for place, exchange in enumerate(made):
            if OK.given(exchange):
                continue
            unless_code_unknown(seen, exchange)
            at_first = first_200 is not None and (place < first_200 or "at once" in exchange.request.step)
            failed = at_first and (exchange.status is None or exchange.status >= 500)
            expected = "200 at the first attempt" if failed else "200, for a known message too" if place else "200"
            yield (oddity if failed else breach)("IP-INBOUND-10", exchange, expected=expected, got=outcome(exchange))


_ONCE: Final = (
    "takes-a-message",
    "takes-any-text",
    "takes-unknown-keys",
    "takes-64-kib",
    "duplicates-are-acknowledged",
    "bears-disorder",
)


@section.standing(
    "a-message-is-handled-once",
    observes=("IP-INBOUND-14",),
    does="Asks the probe how often the handler ran for each message that was acknowledged: of any text, with unknown keys,"
    " one that came five times, others with a refid like it, two of one sender with one text.",
    expects="Once for each refid.",
)
def handled_once(record: Record) -> Judgement:
    judged, unseen = False, NotObserved("no message was acknowledged")
    for case in _ONCE:
        try:
            seen = record.seen(f"receiver/{case}")
        except NotObserved as absent:
            unseen = absent
            continue
        for refid, made in _by_refid(seen.exchanges).items():
            count = handled(seen, refid)
            due = seen.target.webhook_secret_env is not None and any(OK.given(exchange) for exchange in made)
            if count == 0 and (not due or made[0].request.step in _MAY_BE_DROPPED):
                continue  # what is refused, or has not the receiver's own code, need not be handled
            judged = True
            if count != 1:
                like = "; its refid is like that of another one" if made[0].request.step.startswith("other ") else ""
                got = f"run {times(count)}, by the probe, for a message that came {times(len(made))}{like}"
                yield breach("IP-INBOUND-14", made[0], expected="the handler run once", got=got, pointer="/refid")
    if not judged:
        raise unseen


_MAY_BE_DROPPED: Final = tuple(f"text {name}" for name in _ODD_TEXTS)


def _by_refid(made: Sequence[Exchange]) -> Mapping[str, list[Exchange]]:
    found: dict[str, list[Exchange]] = {}
    for exchange in made:
        found.setdefault(exchange.request.json["refid"], []).append(exchange)
    return found


@section.scenario(
    "a-get-handles-nothing",
    observes=("IP-INBOUND-01",),
    does="Sends a right message by GET.",
    expects="Any answer; the handler does not run.",
)
async def get(do: Deliverer) -> None:
    await do.send("GET", "by GET", encode(message(fresh_refid())))


@get.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.exchanges:
        if handled(seen, exchange.request.json["refid"]):
            yield oddity(
                "IP-INBOUND-01", exchange, expected="nothing handled by GET", got=said("the handler run, by the probe")
            )


@section.scenario(
    HOSTILE,
    observes=("IP-HOUSE-17",),
    does="Posts bodies that are no inbound message: no JSON, cut, deep, of other types, and one of 1 MiB; then a right one.",
    expects="Any answer below 500 (the large one may be cut off), and the next right delivery works.",
)
async def hostile(do: Deliverer) -> None:
    for name, content in hostile_bodies("refid").items():
        await do.post(f"body {name}", content=content)
    await do.post("large body", message(fresh_refid(), message="x" * LARGE_BYTES))
    await deliver(do, "then a right one")


@hostile.judge
def _(seen: Seen) -> Judgement:
    if seen.target.webhook_secret_env is None:
        for exchange in seen.exchanges:
            if exchange.request.step.startswith("then a right one"):
                unless_code_unknown(seen, exchange)
    yield from survived(seen, "IP-HOUSE-17", OK)


@section.standing(
    "answers-in-time",
    observes=("IP-HOUSE-19",),
    does="Looks at how long every answer took.",
    expects="At most ten seconds.",
)
def answers_in_time(record: Record) -> Judgement:
    yield from in_time(record, "IP-HOUSE-19")
