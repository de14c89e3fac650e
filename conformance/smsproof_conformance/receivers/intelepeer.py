"""IntelePeer's inbound messages at a customer's webhook (page S1, lines 191 to 222), party R."""

from __future__ import annotations

from typing import Any, Final

from smsproof_conformance.case import Section
from smsproof_conformance.receivers.deliverer import PART_OF_CODE, RIGHT_CODE, Deliverer, handled
from smsproof_conformance.receivers.endurance import LARGEST_BYTES, hostile_bodies, in_time, survived
from smsproof_conformance.records.record import NoAnswer, NotObserved, Record, Seen
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

section = Section("intelepeer", "receiver")


def message(refid: str, **changes: Any) -> dict[str, Any]:
    """The page's example (S1:208-214) with an id of its own; `from_` stands for `from`."""
    right: dict[str, Any] = {
        "refid": refid,
        "from": "+7708675309",
        "to": "+13038675309",
        "message": "Hello World!",
        "signature": RIGHT_CODE,
    }
    return right | {key.rstrip("_"): value for key, value in changes.items()}


def taken(status: int) -> bool:
    """Only HTTP 200 says that a message was received (S1:217)."""
    return status == 200


def acknowledged(seen: Seen, step: str, requirement: str = "IP-INBOUND-10") -> Judgement:
    """A right delivery is answered 200 within the five attempts; a later one than the first is odd."""
    attempts = [exchange for exchange in seen.exchanges if exchange.request.step.startswith(step)]
    if not attempts:
        raise NotObserved(f"step {step!r} was not acted")
    if all(exchange.answer is None for exchange in attempts):
        raise NoAnswer(attempts[-1])
    for number, exchange in enumerate(attempts, 1):
        if exchange.status == 200:
            if number > 1:
                yield oddity(
                    "IP-INBOUND-10", exchange, expected="200 at the first attempt", got=f"200 at attempt {number}"
                )
            return
    last = [exchange for exchange in attempts if exchange.answer is not None][-1]
    wrong_method = last.status in (405, 501)
    yield breach("IP-INBOUND-01" if wrong_method else requirement, last, expected="200", got=str(last.status))


@section.scenario(
    "takes-a-message",
    observes=("IP-INBOUND-01", "IP-INBOUND-10"),
    does="Posts the page's example with the right code.",
    expects="200.",
)
async def takes_a_message(do: Deliverer) -> None:
    await do.deliver("the page's example", message(do.id()), acknowledged=taken)


@takes_a_message.judge
def _(seen: Seen) -> Judgement:
    yield from acknowledged(seen, "the page's example")


@section.scenario(
    "takes-short-codes",
    observes=("IP-INBOUND-06", "IP-INBOUND-07"),
    does="Posts messages whose sender, and whose receiving number, is a short code or an E.164 number.",
    expects="200 for each form.",
)
async def takes_short_codes(do: Deliverer) -> None:
    await do.deliver("from a short code", message(do.id(), from_="1-1234"), acknowledged=taken)
    await do.deliver("from E.164", message(do.id(), from_="+13038675309"), acknowledged=taken)
    await do.deliver("to a short code", message(do.id(), to="1-12345"), acknowledged=taken)
    await do.deliver("to E.164", message(do.id(), to="+12161112222"), acknowledged=taken)


@takes_short_codes.judge
def _(seen: Seen) -> Judgement:
    yield from acknowledged(seen, "from a short code", "IP-INBOUND-06")
    yield from acknowledged(seen, "from E.164", "IP-INBOUND-06")
    yield from acknowledged(seen, "to a short code", "IP-INBOUND-07")
    yield from acknowledged(seen, "to E.164", "IP-INBOUND-07")


@section.scenario(
    "takes-any-text",
    observes=("IP-INBOUND-10",),
    does="Posts texts with emoji, right-to-left letters, line breaks, escapes, and none at all; one body in ASCII escapes,"
    " one with a charset in its content type.",
    expects="200 for each.",
)
async def takes_any_text(do: Deliverer) -> None:
    texts = {
        "emoji": "\U0001f44d\U0001f3fd family \U0001f468\u200d\U0001f469\u200d\U0001f467",
        "right to left": "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
        "lines": "one\r\ntwo\n\tthree",
        "quotes": "\"'\\</script>{{7*7}}%s",
        "empty": "",
        "long": "x" * 1600,
    }
    for name, text in texts.items():
        await do.deliver(f"text {name}", message(do.id(), message=text), acknowledged=taken)
    refid = do.id()
    escaped = (
        f'{{"refid":"{refid}","from":"+7708675309","to":"+13038675309",'
        f'"message":"\\ud83d\\ude00 \\u00e9","signature":"{RIGHT_CODE}"}}'
    )
    await do.post("escapes", content=escaped.encode())
    typed = (("Content-Type", "application/json; charset=utf-8"),)
    await do.post("charset", message(do.id()), headers=typed)


@takes_any_text.judge
def _(seen: Seen) -> Judgement:
    for step in ("text emoji", "text right to left", "text lines", "text quotes", "text empty", "text long"):
        yield from acknowledged(seen, step)
    yield from acknowledged(seen, "escapes")
    yield from acknowledged(seen, "charset")


@section.scenario(
    "takes-unknown-keys",
    observes=("IP-HOUSE-20",),
    does="Posts a message with keys that the page does not list.",
    expects="200.",
)
async def takes_unknown_keys(do: Deliverer) -> None:
    extra = message(do.id(), mediaurls=["https://media.example.com/1"], parts=2, nested={"a": [None]})
    await do.deliver("unknown keys", extra, acknowledged=taken)


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
    refid = do.id()
    padding = "x" * (LARGEST_BYTES - 1024)
    await do.deliver("64 KiB", message(refid, message=padding), acknowledged=taken)


@takes_64_kib.judge
def _(seen: Seen) -> Judgement:
    yield from acknowledged(seen, "64 KiB", "IP-HOUSE-18")


_WRONG_CODES: Final[dict[str, Any]] = {
    "another": "smsproof wrong code",
    "none": None,
    "empty": "",
    "number": 0,
    "true": True,
    "list": [RIGHT_CODE],
    "object": {"signature": RIGHT_CODE},
    "not ASCII": "cod\u00e9",
    "longer": RIGHT_CODE + "x",
    "shorter": PART_OF_CODE,
}


@section.scenario(
    "wrong-codes-are-answered",
    observes=("IP-HOUSE-21",),
    needs=(Fact.SECRET,),
    does="Posts messages with wrong, odd and missing codes, then a right one.",
    expects="Any answer below 500.",
)
async def wrong_codes(do: Deliverer) -> None:
    for name, code in _WRONG_CODES.items():
        await do.post(f"code {name}", message(do.id(), signature=code))
    without = message(do.id())
    del without["signature"]
    await do.post("code missing", without)
    right = do.id()
    await do.deliver("right", message(right), acknowledged=taken)
    await do.read_probe(right)


@wrong_codes.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps("code "):
        if exchange.status is not None and exchange.status >= 500:
            yield breach("IP-HOUSE-21", exchange, expected="any answer below 500", got=str(exchange.status))


@section.standing(
    "only-the-right-code-is-handled",
    observes=("IP-INBOUND-09",),
    does="Asks the probe what the handler did with the right code, and with wrong, odd and missing ones.",
    expects="The handler ran for the right one alone.",
)
def only_the_right_code(record: Record) -> Judgement:
    seen = record.seen("receiver/wrong-codes-are-answered")
    for exchange in seen.steps("code "):
        count = handled(seen, exchange.request.json["refid"])
        if count:
            yield breach(
                "IP-INBOUND-09", exchange, expected="the handler not run", got=f"run {count} times, by the probe"
            )
    right = seen["right"]
    if handled(seen, right.request.json["refid"]) == 0:
        yield breach("IP-INBOUND-09", right, expected="the handler run for the right code", got="not run, by the probe")


@section.scenario(
    "duplicates-are-acknowledged",
    observes=("IP-INBOUND-10",),
    does="Posts one message five times, the first two at the same moment; then another one.",
    expects="200 each time.",
)
async def duplicates(do: Deliverer) -> None:
    twice, after = do.id(), do.id()
    await do.at_once("same at once", message(twice), 2)
    for number in range(3, 6):
        await do.post(f"same again {number}", message(twice))
    await do.deliver("another", message(after), acknowledged=taken)
    await do.read_probe(after)


@duplicates.judge
def _(seen: Seen) -> Judgement:
    yield from each_taken(seen, "same ")


@section.scenario(
    "bears-disorder",
    observes=("IP-INBOUND-10",),
    does="Posts two messages with one text, the second first, then both again.",
    expects="200 each time.",
)
async def disorder(do: Deliverer) -> None:
    first, second = do.id(), do.id()
    for step, refid in (("b", second), ("a", first), ("b again", second), ("a again", first)):
        await do.post(f"turn {step}", message(refid))
    after = do.id()
    await do.deliver("another", message(after), acknowledged=taken)
    await do.read_probe(after)


@disorder.judge
def _(seen: Seen) -> Judgement:
    yield from each_taken(seen, "turn ")


@section.standing(
    "a-message-is-handled-once",
    observes=("IP-INBOUND-14",),
    does="Asks the probe how often the handler ran for each message that was delivered more than once.",
    expects="Once.",
)
def handled_once(record: Record) -> Judgement:
    for case, steps in (("duplicates-are-acknowledged", ("same at once 1",)), ("bears-disorder", ("turn a", "turn b"))):
        seen = record.seen(f"receiver/{case}")
        for step in steps:
            count = handled(seen, seen[step].request.json["refid"])
            if count != 1:
                yield breach("IP-INBOUND-14", seen[step], expected="the handler run once", got=f"run {count} times")


def each_taken(seen: Seen, prefix: str) -> Judgement:
    """Every one of these deliveries is answered 200: S1:217 makes no exception for one that is known already."""
    for exchange in seen.steps(prefix):
        if exchange.status != 200:
            yield breach("IP-INBOUND-10", exchange, expected="200, for a known message too", got=str(exchange.status))


@section.scenario(
    "survives-hostile-bodies",
    observes=("IP-HOUSE-17",),
    does="Posts bodies that are no inbound message: no JSON, cut, deep, of other types; then a right one.",
    expects="Any answer below 500, and the next right delivery works.",
)
async def hostile(do: Deliverer) -> None:
    for name, content in hostile_bodies("refid").items():
        await do.post(f"body {name}", content=content)
    await do.deliver("then a right one", message(do.id()), acknowledged=taken)


@hostile.judge
def _(seen: Seen) -> Judgement:
    yield from survived(seen, "IP-HOUSE-17")
    yield from acknowledged(seen, "then a right one", "IP-HOUSE-17")


@section.standing(
    "answers-in-time",
    observes=("IP-HOUSE-19",),
    does="Looks at how long every answer took.",
    expects="At most ten seconds.",
)
def answers_in_time(record: Record) -> Judgement:
    yield from in_time(record, "IP-HOUSE-19")
