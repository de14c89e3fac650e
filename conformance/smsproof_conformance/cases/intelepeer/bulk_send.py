"""Section 2D: bulk send (page S0, lines 71 to 112)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, LiteralString

from smsproof_conformance.case import Section
from smsproof_conformance.cases.intelepeer.messages import example, message, refused
from smsproof_conformance.cases.intelepeer.receipts import Receipt, item_status, receipts, responses
from smsproof_conformance.cases.intelepeer.schema import judge_lists, observed
from smsproof_conformance.cases.intelepeer.wrong_messages import (
    BLOCKED,
    DESTINATIONS,
    FOREIGN,
    NEAR_MISSES,
    NEAR_STRANGERS,
    SENDERS,
    STRANGERS,
    TYPES,
    WrongMessage,
)
from smsproof_conformance.cases.unsent import unsent
from smsproof_conformance.records.exchange import MISSING, Exchange, is_array, is_object, pointer, whole
from smsproof_conformance.records.outcome import Outcome, of_item
from smsproof_conformance.records.record import NotObserved, Record, Seen
from smsproof_conformance.records.sentence import Sentence, Words, said
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact, Token
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

section = Section("intelepeer", "bulk-send")

_SENDING: Final = (Fact.SENDER, Fact.DESTINATION)
_BAD: Final = "bad"
_GOOD: Final = "good"


# Lists of good and bad messages.


@section.scenario(
    "documented-list",
    observes=("IP-BULK-01", "IP-BULK-02", "IP-BULK-06", "IP-BULK-12"),
    needs=_SENDING,
    does="Replays the page's example of a list, whose messages differ in sender, destination, text and guid.",
    expects="207, and both are queued.",
)
async def documented_list(do: Actor) -> None:
    numbers = do.target.numbers
    senders = (*numbers.short_codes, *numbers.long_codes) or numbers.alphanumerics[:1]
    example_list: list[dict[str, Any]] = example("sendMessage", "bulk-send")
    body = [
        {**one, "from": senders[place % len(senders)], "to": numbers.destinations[place % len(numbers.destinations)]}
        for place, one in enumerate(example_list)
    ]
    await do.call("the page's list", "sendMessage", body)
    await do.call("alike", "sendMessage", [refused(do), refused(do)])


@documented_list.judge
def _(seen: Seen) -> Judgement:
    exchange, alike = seen["the page's list"], seen["alike"]
    if not _is_list_answer(exchange):
        # Is it this list, or is it lists? Two messages that are alike tell.
        requirement = "IP-BULK-12" if _is_list_answer(alike) else "IP-BULK-02"
        yield breach(requirement, exchange, expected="HTTP 207 for the page's list", got=f"HTTP {exchange.status}")
    for place, item in enumerate(responses(exchange)):
        if of_item(item_status(item)) is Outcome.REFUSED:
            got = item_status(item)
            yield breach("IP-BULK-12", exchange, expected="202 for a right message", got=got, pointer=_at(place))


def _is_list_answer(exchange: Exchange) -> bool:
    return exchange.outcome is Outcome.TAKEN


def _taken_as_list(exchange: Exchange) -> Judgement:
    """A list of messages at the send URI is answered as a list, whatever becomes of the messages."""
    if not _is_list_answer(exchange):
        yield breach("IP-BULK-06", exchange, expected="HTTP 207 for a list of messages", got=f"HTTP {exchange.status}")


def _at(place: int) -> str:
    return pointer("responses", place, "code")


@section.scenario(
    "list-of-one",
    observes=("IP-BULK-15",),
    needs=_SENDING,
    does="Sends a list of one message, good and bad.",
    expects="207 with one response: the form of the request decides, not the count.",
)
async def list_of_one(do: Actor) -> None:
    await do.call(_GOOD, "sendMessage", [message(do, text=do.unique("one in a list"))])
    await do.call(_BAD, "sendMessage", [refused(do, text=do.unique("one bad in a list"))])


@list_of_one.judge
def _(seen: Seen) -> Judgement:
    for _, exchange in seen.each((_GOOD, _BAD)):
        items = exchange.at("responses")
        if not is_object(exchange.at()) and _is_list_answer(exchange):
            continue  # no readable answer is another case's affair
        if not is_array(items):
            yield breach(
                "IP-BULK-15", exchange, expected="one response under `responses`", got=items, pointer="/responses"
            )
        elif exchange.status != 207:
            yield oddity("IP-BULK-15", exchange, expected="HTTP 207", got=f"HTTP {exchange.status}")  # AMB-IP-10


@section.scenario(
    "order-kept",
    observes=("IP-BULK-05", "IP-BULK-06", "IP-BULK-11"),
    needs=_SENDING,
    does="Sends lists of two and three with the good message in each place, a list of bad ones, and one good of fifty.",
    expects="207 each time, and one response per request in the order of the requests.",
)
async def order_kept(do: Actor) -> None:
    for kinds in _ORDERS:
        items = [
            message(do, text=do.unique(f"{kinds} {place}"))
            if kind == "g"
            else refused(do, text=do.unique(f"{kinds} {place}"))
            for place, kind in enumerate(kinds)
        ]
        await do.call(kinds, "sendMessage", items)


_ORDERS: Final = ("gb", "bg", "gbb", "bgb", "bbg", "bbb", "b" * 33 + "g" + "b" * 16)
"""What stands at each place: g a good message, b a bad one. The fifty have their good one off the middle."""


@order_kept.judge
def _(seen: Seen) -> Judgement:
    exchanges = list(seen.each(_ORDERS))
    if not any(item_status(item) == 202 for _, exchange in exchanges for item in responses(exchange)):
        raise NotObserved("no message of any list was accepted")
    for kinds, exchange in exchanges:
        yield from _taken_as_list(exchange)
        items = responses(exchange)
        if len(items) != len(kinds):
            continue  # the case bulk-send/one-response-each says so
        for place, (kind, item) in enumerate(zip(kinds, items, strict=True)):
            status = item_status(item)
            wanted = "202" if kind == "g" else "an error code"
            if status is None:
                yield breach("IP-BULK-11", exchange, expected=wanted, got=_shown(item), pointer=_at(place))
            elif (of_item(status) is Outcome.TAKEN) != (kind == "g"):
                yield breach("IP-BULK-05", exchange, expected=wanted, got=status, pointer=_at(place))


def _shown(item: Any) -> object:
    return item.get("code", MISSING) if is_object(item) else item


@section.scenario(
    "reasons-in-order",
    observes=("IP-BULK-03", "IP-BULK-05", "IP-BULK-06"),
    needs=(*_SENDING, Fact.FOREIGN),
    does="Sends a list whose messages fail for different reasons, with two good ones among them.",
    expects="Each response has the code of its own request's reason.",
)
async def reasons_in_order(do: Actor) -> None:
    first, last = message(do, text=do.unique("first good")), message(do, text=do.unique("last good"))
    foreign, bad = FOREIGN.make(do), refused(do)
    await do.call("reasons", "sendMessage", [bad, first, foreign, foreign, bad, last, foreign])


@reasons_in_order.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["reasons"]
    yield from _taken_as_list(exchange)
    wanted = ((400,), (202,), FOREIGN.codes, FOREIGN.codes, (400,), (202,), FOREIGN.codes)
    got = [item_status(item) for item in responses(exchange)]
    if len(got) != len(wanted) or 202 not in got:
        raise NotObserved("no response for each request, or no message accepted")
    for place, (codes, status) in enumerate(zip(wanted, got, strict=True)):
        if status is None or status in codes:
            continue
        # The right codes at other places: the order; another code: the rules of a single send.
        moved = any(status in others for others in wanted)
        yield breach(
            "IP-BULK-05" if moved else "IP-BULK-03", exchange,
            expected=Sentence("{}", " or ".join(map(str, codes))), got=status, pointer=_at(place),
        )  # fmt: skip


@section.scenario(
    "good-ones-in-order",
    observes=("IP-BULK-05",),
    needs=_SENDING,
    does="Sends a list of texts of three, one and two parts, and reads the outbox where there is one.",
    expects="numparts stands in that order, and each refid belongs to the text of its place.",
)
async def good_ones_in_order(do: Actor) -> None:
    texts = [do.unique("three") + " x" * 150, do.unique("one"), do.unique("two") + " x" * 100]
    sent = await do.call("three good ones", "sendMessage", [message(do, text=text) for text in texts])
    await do.settle()
    await do.read_outbox(*(receipt.asked["text"] for receipt in receipts([sent])))


@good_ones_in_order.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["three good ones"]
    found = list(receipts([exchange]))
    if len(found) != 3:
        raise NotObserved("not all three were accepted")
    counts = [whole(receipt.said.get("numparts")) for receipt in found]
    # 5 + 9 + 300, 3 + 9 and 3 + 9 + 200 septets: 3, 1 and 2 parts, in no other order.
    if sorted(map(str, counts)) == ["1", "2", "3"] and counts != [3, 1, 2]:
        yield breach("IP-BULK-05", exchange, expected="numparts 3, 1, 2", got=counts, pointer="/responses")
    yield from _crossed(found, seen)


def _crossed(found: list[Receipt], seen: Seen) -> Judgement:
    """Whether a refid belongs, in the outbox, to another text than the one at its place."""
    asked = [receipt.asked["text"] for receipt in found]
    for receipt in found:
        refid = receipt.said.get("refid")
        texts = [entry.get("text") for entry in seen.notes.get("outbox") or () if entry.get("id") == refid]
        if len(texts) == 1 and texts[0] != receipt.asked["text"] and texts[0] in asked:
            yield breach(
                "IP-BULK-05", receipt.exchange, expected="the refid of the message at this place",
                got=said("the refid of another message of the list"), pointer=receipt.pointer("refid"),
            )  # fmt: skip


@section.scenario(
    "equal-messages",
    observes=("IP-BULK-05", "IP-SEND-13", "IP-SEND-20"),
    needs=_SENDING,
    does="Sends a list of two messages that are equal in everything, guid included.",
    expects="Both are queued, under refids of their own.",
)
async def equal_messages(do: Actor) -> None:
    one = message(do, text=do.unique("equal"), guid="myguid1")
    await do.call("two equal ones", "sendMessage", [one, one])


@equal_messages.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["two equal ones"]
    items = responses(exchange)
    if len(items) != 2:
        if items:
            yield breach(
                "IP-BULK-05", exchange, expected="two responses", got=f"{len(items)} responses", pointer="/responses"
            )
        return
    first, second = items
    if item_status(first) == 202 and of_item(item_status(second)) is Outcome.REFUSED:
        yield breach("IP-SEND-13", exchange, expected="202", got=item_status(second), pointer=_at(1))
    refid = exchange.at("responses", 0, "refid")
    if isinstance(refid, str) and refid and refid == exchange.at("responses", 1, "refid"):
        yield breach(
            "IP-SEND-20",
            exchange,
            expected="a refid for each message",
            got=said("the same refid twice"),
            pointer="/responses/1/refid",
        )


_ALONE_TOO: Final = (*TYPES, *SENDERS, *DESTINATIONS)


@section.scenario(
    "wrong-items",
    observes=("IP-BULK-06",),
    needs=_SENDING,
    does="Sends everything that is refused alone once more, as one list, and a list of nearer misses.",
    expects="207, and none of them is accepted.",
)
async def wrong_items(do: Actor) -> None:
    await do.call("all wrong", "sendMessage", [one.make(do) for one in _ALONE_TOO])
    nearer = (*NEAR_MISSES, *NEAR_STRANGERS) if do.target.on_loopback else NEAR_MISSES
    await do.call("near misses", "sendMessage", [one.make(do) for one in nearer])
    await do.call("no objects", "sendMessage", [[message(do, text=do.unique("inner"))], do.unique("text"), 12, None])


@wrong_items.judge
def _(seen: Seen) -> Judgement:
    yield from _taken_as_list(seen["all wrong"])
    yield from _not_accepted(seen["no objects"], "an item that is no object")
    yield from _taken_as_list(seen["near misses"])


def _not_accepted(exchange: Exchange, what: Words) -> Judgement:
    for place, item in enumerate(responses(exchange)):
        if item_status(item) == 202:
            yield breach(
                "IP-BULK-03", exchange, expected=Sentence("a refusal of {}", what), got=202, pointer=_at(place)
            )


@section.scenario(
    "strangers-in-list",
    observes=("IP-BULK-06",),
    needs=(*_SENDING, Fact.LOOPBACK, Fact.FOREIGN, Fact.BLOCKED_DESTINATION),
    does="Sends what may be tried on loopback only, and a foreign sender and a blocked destination, as one list.",
    expects="207, and each fails as it fails alone.",
)
async def strangers_in_list(do: Actor) -> None:
    wrong: tuple[WrongMessage, ...] = (*STRANGERS, FOREIGN, BLOCKED)
    await do.call("strangers", "sendMessage", [one.make(do) for one in wrong])


@strangers_in_list.judge
def _(seen: Seen) -> Judgement:
    yield from _taken_as_list(seen["strangers"])


@section.standing(
    "same-rules",
    observes=("IP-BULK-03",),
    does="Compares what became of a message in a list with what became of the same message alone.",
    expects="The same code.",
)
def same_rules(record: Record) -> Judgement:
    sent = record.answered("sendMessage", _with_good_token)
    alone = [(e.request.json, e) for e in sent if is_object(e.request.json)]
    compared = False
    for exchange, place, asked, item in _items(sent):
        twin = next((one for json, one in alone if _same(json, asked)), None)
        status = item_status(item)
        if twin is None or twin.status is None or status is None:
            continue
        compared = True
        accepted = twin.outcome is Outcome.TAKEN
        if accepted != (status == 202) or not accepted and status != twin.status and status not in _free(twin.status):
            yield breach(
                "IP-BULK-03",
                exchange,
                expected=Sentence("{}, as for the same message alone", twin.status),
                got=status,
                pointer=_at(place),
            )
    if not compared:
        raise NotObserved("no message was sent both alone and in a list")


def _free(status: int) -> tuple[int, ...]:
    """Codes that mean as much: a foreign sender may be 401, 403 or 404 (AMB-IP-02)."""
    return (401, 403, 404) if status in (401, 403, 404) else ()


def _same(one: Any, other: Any) -> bool:
    """Equality of JSON values, in which True is not 1."""
    return bool(one == other) and repr(one) == repr(other)


def _with_good_token(exchange: Exchange) -> bool:
    return exchange.request.token == "good"


def _items(exchanges: list[Exchange]) -> Iterator[tuple[Exchange, int, Any, Any]]:
    """Every item of every list that has one response for each request: exchange, place, request, response."""
    for exchange in exchanges:
        asked, items = exchange.request.json, responses(exchange)
        if is_array(asked) and len(asked) == len(items):
            for place, (one, item) in enumerate(zip(asked, items, strict=True)):
                yield exchange, place, one, item


# Errors of the request as a whole.

_TOKENS: Final[tuple[Token, ...]] = ("missing", "wrong", "wrong-basic")
_NO_JSON: Final[Mapping[LiteralString, bytes]] = {
    "a list that is cut off": b'[{"from": ',
    "a list with a comma too many": b"[{},]",
}


@section.scenario(
    "whole-request-errors",
    observes=("IP-BULK-08", "IP-HOUSE-15"),
    needs=_SENDING,
    does="Sends a list without a token, with a wrong one and with Basic credentials, and lists that are no JSON.",
    expects="401 and 400, no `responses`, and nothing of them in the outbox.",
)
async def whole_request_errors(do: Actor) -> None:
    async with do.watching_outbox():
        for token in _TOKENS:
            await do.call(f"{token} token", "sendMessage", [message(do, text=do.unique(token))], token=token)
    for name, content in _NO_JSON.items():
        await do.call(name, "sendMessage", content=content)


@whole_request_errors.judge
def _(seen: Seen) -> Judgement:
    for step, exchange in seen.each((*(f"{token} token" for token in _TOKENS), *_NO_JSON)):
        wanted = 400 if step in _NO_JSON else 401
        if exchange.status is not None and exchange.status < 300:
            yield breach(
                "IP-BULK-08", exchange, expected=Sentence("HTTP {} for {}", wanted, step), got=f"HTTP {exchange.status}"
            )
        elif exchange.status != wanted:
            if step == "wrong-basic token":
                continue  # 400 or 401: what other credentials are worth, no page says
            # AMB-IP-01 gives 401 for no token; for a wrong one and for what is no JSON the pages give nothing.
            judge = breach if step == "missing token" else oddity
            yield judge(
                "IP-BULK-08", exchange, expected=Sentence("HTTP {} for {}", wanted, step), got=f"HTTP {exchange.status}"
            )
        elif exchange.at("responses") is not MISSING:
            yield breach(
                "IP-BULK-08", exchange, expected="no `responses`", got=exchange.at("responses"), pointer="/responses"
            )
    lists = (exchange for _, exchange in seen.each(f"{token} token" for token in _TOKENS))
    yield from unsent("IP-BULK-08", seen, (exchange for exchange in lists if exchange.outcome is Outcome.REFUSED))


# What every answer to a list must say.


def _lists(record: Record) -> list[Exchange]:
    """Every list that was answered with a success."""

    def taken(exchange: Exchange) -> bool:
        return is_array(exchange.request.json) and exchange.outcome is Outcome.TAKEN

    return record.answered("sendMessage", taken)


@section.standing(
    "status-207",
    observes=("IP-BULK-06",),
    does="Looks at the status of every list that was taken.",
    expects="207, whatever became of the single messages.",
)
def status_207(record: Record) -> Judgement:
    for exchange in _lists(record):
        if exchange.status != 207:
            # AMB-IP-10: "generally": a 202 or 200 with a list under `responses` is bulk all the same.
            judge = oddity if is_array(exchange.at("responses")) else breach
            yield judge("IP-BULK-06", exchange, expected="HTTP 207", got=f"HTTP {exchange.status}")


@section.standing(
    "code-207",
    observes=("IP-BULK-07",),
    does="Looks at the code in the body of every list that was taken.",
    expects="207.",
)
def code_207(record: Record) -> Judgement:
    for exchange in _lists(record):
        code = exchange.at("code")
        if is_object(exchange.at()) and whole(code) != 207:
            yield breach("IP-BULK-07", exchange, expected="207", got=code, pointer="/code")


@section.standing(
    "one-response-each",
    observes=("IP-BULK-04", "IP-BULK-05"),
    does="Counts the responses of every list that was taken.",
    expects="A list under `responses`, as long as the request.",
)
def one_response_each(record: Record) -> Judgement:
    for exchange in _lists(record):
        items = exchange.at("responses")
        if not is_array(items):
            if is_object(exchange.at()):
                yield breach("IP-BULK-04", exchange, expected="a list", got=type(items).__name__, pointer="/responses")
        elif len(items) != len(exchange.request.json):
            yield breach(
                "IP-BULK-05", exchange, expected=Sentence("{} responses", len(exchange.request.json)), got=f"{len(items)} responses",
                pointer="/responses",
            )  # fmt: skip


@section.standing(
    "answer-schema",
    observes=observed("BulkSendResult"),
    does="Holds every answer to a list against the contract's schema.",
    expects="code and responses; in a good item what a single answer has, in a failed one an integer status.",
)
def answer_schema(record: Record) -> Judgement:
    answers = [e for e in _lists(record) if e.status == 207 or is_array(e.at("responses"))]
    yield from judge_lists(answers, "BulkSendResult", "responses", _item_component)


def _item_component(item: Any) -> str | None:
    status = item_status(item)
    return None if status is None else "FailedItem" if status >= 400 else "SendResult"


@section.standing(
    "items-say-status",
    observes=("IP-BULK-09", "IP-BULK-10", "IP-BULK-11"),
    does="Looks at every item of every 207.",
    expects="An integer under `code`, 202 with a refid for a good one; `status` in its place warns for a failed one.",
)
def items_say_status(record: Record) -> Judgement:
    for exchange, place, _, item in _items(_lists(record)):
        status = item_status(item)
        if not is_object(item) or status is None:
            yield breach(
                "IP-BULK-11",
                exchange,
                expected="a status as an integer under `code`",
                got=_shown(item),
                pointer=_at(place),
            )
        elif "code" not in item:
            judge = oddity if status >= 400 else breach  # part 7, decision 1
            requirement = "IP-BULK-11" if status >= 400 else "IP-BULK-10"
            yield judge(
                requirement, exchange, expected="the status under `code`", got="under `status`", pointer=_at(place)
            )
        elif status < 400:
            yield from _good_item(exchange, place, item, status)


def _good_item(exchange: Exchange, place: int, item: dict[str, Any], status: int) -> Judgement:
    if status != 202:
        yield breach("IP-BULK-10", exchange, expected="202", got=status, pointer=_at(place))
    refid = item.get("refid", MISSING)
    if not isinstance(refid, str) or not refid:
        yield breach(
            "IP-BULK-11", exchange, expected="a refid", got=refid, pointer=pointer("responses", place, "refid")
        )
    if "state" not in item:
        yield breach(
            "IP-BULK-09", exchange, expected="a state", got="absent", pointer=pointer("responses", place, "state")
        )


@section.standing(
    "no-single-keys",
    observes=("IP-BULK-13",),
    does="Looks at the top level of every answer to a list.",
    expects="No refid, state or numparts beside `responses`.",
)
def no_single_keys(record: Record) -> Judgement:
    for exchange in _lists(record):
        for key in ("refid", "state", "numparts"):
            if exchange.at(key) is not MISSING:
                yield breach(
                    "IP-BULK-13", exchange, expected=f"no {key} at the top", got=exchange.at(key), pointer=f"/{key}"
                )
