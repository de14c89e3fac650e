"""Section 2B: single send (page S0, lines 4 to 70)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final, LiteralString
from urllib.parse import urlencode

from smsproof_conformance.case import Section
from smsproof_conformance.cases.intelepeer.messages import ABSENT, abroad, example, message
from smsproof_conformance.cases.intelepeer.receipts import Receipt, receipts
from smsproof_conformance.cases.intelepeer.schema import judge_bodies, observed
from smsproof_conformance.cases.intelepeer.texts import EDGES, Text
from smsproof_conformance.cases.intelepeer.wrong_messages import (
    BLOCKED,
    DESTINATIONS,
    FOREIGN,
    SENDERS,
    STRANGERS,
    TYPES,
    WrongMessage,
)
from smsproof_conformance.cases.unsent import unsent
from smsproof_conformance.records.exchange import MISSING, Exchange, whole
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import NotObserved, Record, Seen
from smsproof_conformance.records.sentence import Sentence, Words, said
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

section = Section("intelepeer", "single-send")

_SENDING: Final = (Fact.SENDER, Fact.DESTINATION)


def _refused(requirement: str, exchange: Exchange, what: Words) -> Judgement:
    """A message that must be accepted: 202 and nothing else."""
    if exchange.outcome is not Outcome.TAKEN:
        yield breach(requirement, exchange, expected=Sentence("HTTP 202 for {}", what), got=f"HTTP {exchange.status}")


# What must be accepted.


@section.scenario(
    "from-long-code",
    observes=("IP-SEND-01", "IP-SEND-02", "IP-SEND-09", "IP-SEND-26"),
    needs=(Fact.LONG_CODE, Fact.DESTINATION),
    does="Replays the page's example of a message from a long code, with a number of the target's own.",
    expects="It is queued.",
)
async def from_long_code(do: Actor) -> None:
    await do.call(
        "from a long code", "sendMessage", _example(do, "send-from-long-code", do.target.numbers.long_codes[0])
    )


@from_long_code.judge
def _(seen: Seen) -> Judgement:
    yield from _refused("IP-SEND-09", seen["from a long code"], "a message from a long code")


@section.scenario(
    "from-short-code",
    observes=("IP-SEND-08", "IP-SEND-26"),
    needs=(Fact.SHORT_CODE, Fact.DESTINATION),
    does="Replays the page's example of a message from a short code, with a number of the target's own.",
    expects="It is queued.",
)
async def from_short_code(do: Actor) -> None:
    await do.call(
        "from a short code", "sendMessage", _example(do, "send-from-short-code", do.target.numbers.short_codes[0])
    )


@from_short_code.judge
def _(seen: Seen) -> Judgement:
    yield from _refused("IP-SEND-08", seen["from a short code"], "a message from a short code")


@section.scenario(
    "from-alphanumeric",
    observes=("IP-SEND-10",),
    needs=(Fact.ALPHANUMERIC, Fact.DESTINATION),
    does="Replays the page's example of a message from an alphanumeric sender, with a sender of the target's own.",
    expects="It is queued, unless it went to the US or Canada for want of another destination.",
)
async def from_alphanumeric(do: Actor) -> None:
    sender = do.target.numbers.alphanumerics[0]
    await do.call("from a name", "sendMessage", _example(do, "send-from-alphanumeric", sender, abroad(do, sender)))


@from_alphanumeric.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["from a name"]
    to: Any = exchange.request.json["to"]
    if to.startswith("+1") and exchange.status != 202:  # P-IP-5, AMB-IP-04: no alphanumeric senders there
        raise NotObserved(
            "every declared destination is in the US or Canada, where alphanumeric senders may be refused"
        )
    yield from _refused("IP-SEND-10", exchange, "a message from an alphanumeric sender")


def _example(do: Actor, name: str, sender: str, to: str | None = None) -> dict[str, Any]:
    """A documented request with the target's own numbers (part 7, decision 7)."""
    return {**example("sendMessage", name), "from": sender, "to": to or do.target.numbers.destinations[0]}


@section.scenario(
    "guid-free",
    observes=("IP-SEND-06", "IP-SEND-12"),
    needs=_SENDING,
    does="Sends one message without guid and one with the page's guid `myguid1`.",
    expects="Both are queued: guid is optional, and any string.",
)
async def guid_free(do: Actor) -> None:
    await do.call("without guid", "sendMessage", message(do, guid=ABSENT, text=do.unique("without guid")))
    await do.call("with guid", "sendMessage", message(do, guid="myguid1", text=do.unique("with guid")))


@guid_free.judge
def _(seen: Seen) -> Judgement:
    without, with_ = seen["without guid"], seen["with guid"]
    if not _either_accepted(without, with_):
        raise NotObserved("neither message was accepted")
    yield from _refused("IP-SEND-06", without, "a message without guid")
    yield from _refused("IP-SEND-12", with_, "a message whose guid is no UUID")


@section.scenario(
    "guid-repeated",
    observes=("IP-SEND-13", "IP-SEND-20"),
    needs=_SENDING,
    does="Sends the same message with the same guid twice.",
    expects="Both are queued under refids of their own: guid is no idempotency key.",
)
async def guid_repeated(do: Actor) -> None:
    for step in ("first", "second"):
        await do.call(step, "sendMessage", message(do, guid=do.unique("guid"), text=do.unique("twice")))


@guid_repeated.judge
def _(seen: Seen) -> Judgement:
    first, second = seen["first"], seen["second"]
    if not _either_accepted(first, second):
        raise NotObserved("neither message was accepted")
    yield from _refused("IP-SEND-13", second, "a message whose guid was used before")
    if first.at("refid") is not MISSING and first.at("refid") == second.at("refid"):
        yield breach(
            "IP-SEND-13", second, expected="a refid of its own", got=said("the refid of the first"), pointer="/refid"
        )


def _either_accepted(*exchanges: Exchange) -> bool:
    return any(exchange.outcome is Outcome.TAKEN for exchange in exchanges)


@section.scenario(
    "every-e164",
    observes=("IP-SEND-11",),
    needs=(*_SENDING, Fact.LOOPBACK),
    does="Sends to the page's +7708675309, which no numbering plan knows, and to a number of 15 digits.",
    expects="Neither is refused for its form: both are E.164 by syntax.",
)
async def every_e164(do: Actor) -> None:
    for to in ("+7708675309", "+130386753090000"):
        await do.call(Sentence("{}", to), "sendMessage", message(do, to=to, text=do.unique(f"to {len(to)}")))


@every_e164.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps("+"):
        if exchange.status == 400:
            yield breach(
                "IP-SEND-11", exchange, expected="no 400: the number is E.164 by syntax (AMB-IP-07)", got="HTTP 400"
            )


# What must be refused.


async def _send_each(do: Actor, wrong: tuple[WrongMessage, ...]) -> None:
    for one in wrong:
        await do.call(one.name, "sendMessage", one.make(do))


def _judge_each(seen: Seen, wrong: tuple[WrongMessage, ...]) -> Judgement:
    named = {one.name: one for one in wrong}
    for name, exchange in seen.each(named):
        yield from named[name].judge(exchange)


@section.scenario(
    "fields",
    observes=("IP-SEND-03", "IP-SEND-04", "IP-SEND-05", "IP-SEND-21"),
    needs=_SENDING,
    does="Leaves out from, to and text in turn, and sends them as null and as other JSON types.",
    expects="400 each time: all three are required strings.",
)
async def fields(do: Actor) -> None:
    await _send_each(do, TYPES)


@fields.judge
def _(seen: Seen) -> Judgement:
    yield from _judge_each(seen, TYPES)


@section.scenario(
    "guid-type",
    observes=("IP-SEND-06",),
    needs=_SENDING,
    does="Sends a message whose guid is a number, and a list with true, a list and an object for guid.",
    expects="400 each time: guid is a string. A vendor that takes it is only warned.",
)
async def guid_type(do: Actor) -> None:
    await do.call(
        "guid as a number", "sendMessage", message(do, guid=1123123123123123, text=do.unique("guid as a number"))
    )
    others = (True, ["myguid1"], {"id": "myguid1"})
    await do.call("other guids", "sendMessage", [message(do, guid=guid, text=do.unique("guid")) for guid in others])


@guid_type.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["guid as a number"]
    if exchange.status == 202:
        yield oddity("IP-SEND-06", exchange, expected="HTTP 400: guid is a string", got="HTTP 202")
    for receipt in receipts(others for _, others in seen.each(("other guids",))):
        yield oddity(
            "IP-SEND-06", receipt.exchange, expected="400: guid is a string", got=receipt.said.get("code"),
            pointer=receipt.pointer("code"),
        )  # fmt: skip


@section.scenario(
    "sender-form",
    observes=("IP-SEND-07", "IP-SEND-08", "IP-SEND-09", "IP-SEND-10", "IP-SEND-21"),
    needs=_SENDING,
    does="Sends from near misses of a long code, a short code and an alphanumeric sender.",
    expects="400 each time; 401, 403 or 404 from a vendor that looks for the sender before it looks at its form warns.",
)
async def sender_form(do: Actor) -> None:
    await _send_each(do, SENDERS)


@sender_form.judge
def _(seen: Seen) -> Judgement:
    yield from _judge_each(seen, SENDERS)


@section.scenario(
    "destination-form",
    observes=("IP-SEND-11", "IP-SEND-21"),
    needs=_SENDING,
    does="Sends to near misses of E.164, all made of an allow-listed number.",
    expects="400 each time.",
)
async def destination_form(do: Actor) -> None:
    await _send_each(do, DESTINATIONS)


@destination_form.judge
def _(seen: Seen) -> Judgement:
    yield from _judge_each(seen, DESTINATIONS)


@section.scenario(
    "destination-kind",
    observes=("IP-SEND-11", "IP-SEND-21"),
    needs=(*_SENDING, Fact.LOOPBACK),
    does="Sends to a short code, to a name and to a number that begins with 0.",
    expects="400 each time.",
)
async def destination_kind(do: Actor) -> None:
    await _send_each(do, STRANGERS)


@destination_kind.judge
def _(seen: Seen) -> Judgement:
    yield from _judge_each(seen, STRANGERS)


@section.scenario(
    "foreign-sender",
    observes=("IP-SEND-24",),
    needs=(Fact.DESTINATION, Fact.FOREIGN),
    does="Sends from a well-formed number that is not the customer's.",
    expects="404; 401 and 403 are accepted.",
)
async def foreign_sender(do: Actor) -> None:
    await _send_each(do, (FOREIGN,))


@foreign_sender.judge
def _(seen: Seen) -> Judgement:
    yield from _judge_each(seen, (FOREIGN,))


@section.scenario(
    "blocked-destination",
    observes=("IP-SEND-23",),
    needs=(Fact.SENDER, Fact.BLOCKED_DESTINATION),
    does="Sends to an international destination that is not available.",
    expects="403.",
)
async def blocked_destination(do: Actor) -> None:
    await _send_each(do, (BLOCKED,))


@blocked_destination.judge
def _(seen: Seen) -> Judgement:
    yield from _judge_each(seen, (BLOCKED,))


_NO_MESSAGES: Final[dict[LiteralString, bytes]] = {
    "a string": b'"Hello World!"',
    "a number": b"12",
    "null": b"null",
    "true": b"true",
}
_NO_JSON: Final[dict[LiteralString, bytes]] = {
    "nothing": b"",
    "an object that is cut off": b'{"from": ',
}
_FORM: Final = "a form"


@section.scenario(
    "body-form",
    observes=("IP-SEND-02", "IP-SEND-21", "IP-HOUSE-15"),
    needs=_SENDING,
    does="Sends JSON that is neither an object nor a list, bodies that are no JSON, and a list wrapped in an object.",
    expects="400 each time.",
)
async def body_form(do: Actor) -> None:
    for name, content in (_NO_MESSAGES | _NO_JSON).items():
        await do.call(name, "sendMessage", content=content)
    await do.call(_FORM, "sendMessage", content=urlencode(message(do)).encode())
    await do.call(_WRAPPED, "sendMessage", {"messages": [message(do)]})  # AMB-IP-49


_WRAPPED: Final = "a list inside an object"


@body_form.judge
def _(seen: Seen) -> Judgement:
    for name, exchange in seen.each((*_NO_MESSAGES, *_NO_JSON, _FORM, _WRAPPED)):
        if exchange.outcome is Outcome.TAKEN:
            yield breach("IP-SEND-02", exchange, expected=f"HTTP 400 for {name}", got=f"HTTP {exchange.status}")
        elif exchange.status != 400:
            requirement = "IP-HOUSE-15" if name in (*_NO_JSON, _FORM) else "IP-SEND-21"
            yield breach(requirement, exchange, expected=f"HTTP 400 for {name}", got=f"HTTP {exchange.status}")


_OTHER_METHODS: Final = ("GET", "PUT", "PATCH", "DELETE")


@section.scenario(
    "other-methods",
    observes=("IP-SEND-01",),
    needs=_SENDING,
    does="Calls the send URI with GET, PUT, PATCH and DELETE, and sends a message to another path beside it.",
    expects="Nothing is accepted: sending is a POST to that URI. No page speaks of other paths: they are only warned of.",
)
async def other_methods(do: Actor) -> None:
    async with do.watching_outbox():
        for method in _OTHER_METHODS:
            sent = None if method == "GET" else message(do, text=do.unique(method))
            await do.call(method, "sendMessage", sent, method=method)
    beside = do.path("sendMessage").rpartition("/")[0] + "/no-such-call"
    await do.call(_BESIDE, "sendMessage", message(do, text=do.unique("beside")), path=beside)


_BESIDE: Final = "another path"


@other_methods.judge
def _(seen: Seen) -> Judgement:
    for method, exchange in seen.each(_OTHER_METHODS):
        if exchange.outcome is Outcome.TAKEN:
            yield breach("IP-SEND-01", exchange, expected=f"no success for {method}", got=f"HTTP {exchange.status}")
    refused = (exchange for _, exchange in seen.each(_OTHER_METHODS) if exchange.outcome is Outcome.REFUSED)
    yield from unsent("IP-SEND-01", seen, refused)
    for _, exchange in seen.each((_BESIDE,)):
        if exchange.outcome is Outcome.TAKEN:
            yield oddity("IP-SEND-01", exchange, expected="no success at another path", got=f"HTTP {exchange.status}")


# What every answer to an accepted message must say.


@section.standing(
    "status-202",
    observes=("IP-SEND-15",),
    does="Looks at the status of every message that was accepted alone.",
    expects="202: queued for delivery.",
)
def status_202(record: Record) -> Judgement:
    for exchange in record.answered("sendMessage", _accepted_alone):
        if exchange.status != 202:
            yield breach("IP-SEND-15", exchange, expected="HTTP 202", got=f"HTTP {exchange.status}")


def _accepted_alone(exchange: Exchange) -> bool:
    return exchange.outcome is Outcome.TAKEN and isinstance(exchange.request.json, dict)


@section.standing(
    "answer-schema",
    observes=observed("SendResult"),
    does="Holds every success of a message alone against the contract's schema.",
    expects="state, code and refid, and numparts where it is told, each of its JSON type.",
)
def answer_schema(record: Record) -> Judgement:
    yield from judge_bodies(record.answered("sendMessage", _accepted_alone), "SendResult")


def _receipts(record: Record) -> list[Receipt]:
    found = list(receipts(record.exchanges))
    if not found:
        raise NotObserved("no message was accepted")
    return found


@section.standing(
    "queued",
    observes=("IP-SEND-16",),
    does="Looks at the state of every accepted message.",
    expects='"Queued" as in the example, or "CREATED" as in an older page (AMB-IP-28).',
)
def queued(record: Record) -> Judgement:
    for receipt in _receipts(record):
        state = receipt.said.get("state", MISSING)
        if isinstance(state, str) and state not in ("Queued", "CREATED"):
            yield breach(
                "IP-SEND-16", receipt.exchange, expected='"Queued"', got=state, pointer=receipt.pointer("state")
            )


@section.standing(
    "refid-form",
    observes=("IP-SEND-18", "IP-HOUSE-09"),
    does="Looks at the refid of every accepted message.",
    expects="A non-empty string; another length than the example's 32 characters is only warned of.",
)
def refid_form(record: Record) -> Judgement:
    for receipt in _receipts(record):
        refid = receipt.said.get("refid", MISSING)
        if not isinstance(refid, str) or not refid:
            yield breach(
                "IP-SEND-18",
                receipt.exchange,
                expected="a reference identifier",
                got=refid,
                pointer=receipt.pointer("refid"),
            )
        elif len(refid) != 32:
            yield breach(
                "IP-HOUSE-09", receipt.exchange, expected="32 characters", got=f"{len(refid)} characters",
                pointer=receipt.pointer("refid"),
            )  # fmt: skip


@section.standing(
    "refids-differ",
    observes=("IP-SEND-20",),
    does="Compares the refids of all accepted messages.",
    expects="Each message has one of its own.",
)
def refids_differ(record: Record) -> Judgement:
    owners: defaultdict[str, list[Receipt]] = defaultdict(list)
    for receipt in _receipts(record):
        refid = receipt.said.get("refid")
        if isinstance(refid, str) and refid:
            owners[refid].append(receipt)
    for refid, sharing in owners.items():
        if len(sharing) > 1:
            yield breach(
                "IP-SEND-20", sharing[1].exchange, expected="a refid that no other message has",
                got=f"{refid} for {len(sharing)} messages", pointer=sharing[1].pointer("refid"),
            )  # fmt: skip


@section.standing(
    "parts-counted",
    observes=("IP-SEND-19", "IP-HOUSE-08"),
    does="Looks at the numparts of every accepted message that tells one.",
    expects='An integer of at least 1; 1 for "Hello World!".',
)
def parts_counted(record: Record) -> Judgement:
    told = [receipt for receipt in _receipts(record) if "numparts" in receipt.said]
    if not told:
        raise NotObserved("no answer tells numparts, which an answer may leave out (AMB-IP-29)")
    for receipt in told:
        count = receipt.said["numparts"]
        if (whole(count) or 0) < 1:
            yield breach(
                "IP-SEND-19",
                receipt.exchange,
                expected="an integer of at least 1",
                got=count,
                pointer=receipt.pointer("numparts"),
            )
        elif receipt.asked.get("text") == "Hello World!" and count != 1:
            yield breach("IP-HOUSE-08", receipt.exchange, expected="1", got=count, pointer=receipt.pointer("numparts"))


_ALONE: Final = Text("161 septets, sent alone", "z" * 161, (2,))


@section.scenario(
    "parts-at-edges",
    observes=("IP-HOUSE-08",),
    needs=_SENDING,
    does="Sends texts at the edges of one, two and three parts in both alphabets, three to a list, and one of them alone.",
    expects="numparts is the count worked out by hand: 160/153 septets and 70/67 UTF-16 units.",
)
async def parts_at_edges(do: Actor) -> None:
    for first in range(0, len(EDGES), 3):
        edges = EDGES[first : first + 3]
        await do.call(Sentence("list {}", first // 3), "sendMessage", [message(do, text=edge.text) for edge in edges])
    await do.call("alone", "sendMessage", message(do, text=_ALONE.text))


@parts_at_edges.judge
def _(seen: Seen) -> Judgement:
    edges = {edge.text: edge for edge in (*EDGES, _ALONE)}
    told = [
        receipt
        for receipt in receipts(seen.exchanges)
        if whole(receipt.said.get("numparts")) is not None and receipt.asked["text"] in edges  # an older run has others
    ]
    if not told:
        raise NotObserved("no answer tells numparts, which an answer may leave out (AMB-IP-29)")
    for receipt in told:
        edge = edges[receipt.asked["text"]]
        if receipt.said["numparts"] not in edge.parts:
            yield breach(
                "IP-HOUSE-08", receipt.exchange, expected=Sentence("{} for {}", " or ".join(map(str, edge.parts)), edge.name),
                got=receipt.said["numparts"], pointer=receipt.pointer("numparts"),
            )  # fmt: skip
