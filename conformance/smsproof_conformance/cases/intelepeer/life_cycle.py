"""Section 2C: the life cycle of a message (page S0, lines 60 to 70), as far as an emulator's outbox shows it.

No call of the pages tells how far a message has come. The outbox of a control API shows the end: what handsets would
see. A message that was accepted must be there once and as it was sent, and one that was refused must not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from smsproof_conformance.case import Section
from smsproof_conformance.cases.intelepeer.messages import message, refused
from smsproof_conformance.cases.intelepeer.receipts import Receipt, item_status, receipts, responses
from smsproof_conformance.records.exchange import Exchange, is_array, is_object, whole
from smsproof_conformance.records.outcome import Outcome, of_item
from smsproof_conformance.records.record import NotObserved, Seen
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, breach

section = Section("intelepeer", "life-cycle")

_CHARSET: Final = (("Accept", "application/json"), ("Content-Type", "application/json; charset=utf-8"))
_EVERYTHING: Final = (
    'Grüße, ¿qué tal? Привет 你好 👨‍👩‍👧 ❤️ e\u0301 "quoted" it\'s \u2019 a\\b\nsecond\r\nthird\ttab  two spaces no\u00a0break'
    " \u200fmark @home $PATH 100% %41 a+b {0} €[]{}~^| <b>&amp;</b>"
)
"""What is escaped, decoded, composed, trimmed or thought dangerous somewhere; all of it is text (S0:17)."""
_PADDING: Final = " ж" * 800
_LONG_PARTS: Final = 25
"""20 and 1600 units: more than 24 * 67 = 1608, and more than any limit of 1600 characters lets through."""

_FIELDS: Final = {"from": "IP-SEND-03", "to": "IP-SEND-04", "text": "IP-SEND-05"}


@section.scenario(
    "accepted-is-delivered",
    observes=(
        "IP-GEN-01", "IP-SEND-03", "IP-SEND-04", "IP-SEND-05", "IP-SEND-13", "IP-SEND-15", "IP-SEND-21", "IP-BULK-11",
        "IP-BULK-12", "IP-HOUSE-08",
    ),
    needs=(Fact.SENDER, Fact.DESTINATION, Fact.CONTROL),
    does="Sends a text of many alphabets in JSON escapes, a bad message, one without a token, and a list of bad ones with"
    " three good ones among them: one of 25 parts and two that are equal, guid included.",
    expects="The outbox gains each accepted message once, with its own sender, destination and text, and nothing else.",
)  # fmt: skip
async def accepted_is_delivered(do: Actor) -> None:
    numbers = do.target.numbers
    codes = (*numbers.long_codes[:1], *numbers.short_codes[:1], *numbers.long_codes[1:])
    senders = codes[:2] or numbers.alphanumerics[:1]
    await do.read_outbox_before()
    escaped = message(do, text=f"  {do.unique(_EVERYTHING)}\n")
    good = await do.call("good", "sendMessage", content=json.dumps(escaped).encode(), headers=_CHARSET)
    await do.call("bad", "sendMessage", refused(do, text=do.unique("bad alone")))
    await do.call("no token", "sendMessage", message(do, text=do.unique("no token")), token="missing")
    long = message(do, from_=senders[0], text=do.unique("first Ñandú") + _PADDING)
    last = message(do, from_=senders[-1], to=numbers.destinations[-1], text=do.unique("last 你好"), guid="myguid1")
    bad = [refused(do, text=do.unique(f"bad {place}")) for place in range(10)]
    several = await do.call("list", "sendMessage", [long, *bad, last, last])
    await do.settle()
    await do.read_outbox(*(receipt.asked["text"] for receipt in receipts([good, several])))


@accepted_is_delivered.judge
def _(seen: Seen) -> Judgement:
    gained = seen.gained
    accepted = list(receipts(exchange for _, exchange in seen.each(("good", "list"))))
    if not accepted:
        raise NotObserved("no message was accepted")
    for receipt in accepted:
        yield from _delivered(receipt, gained, accepted)
        parts = whole(receipt.said.get("numparts"))
        if receipt.asked["text"].endswith(_PADDING) and parts not in (None, _LONG_PARTS):
            yield breach(
                "IP-HOUSE-08", receipt.exchange, expected=Sentence("{} for 1620 units", _LONG_PARTS), got=parts,
                pointer=receipt.pointer("numparts"),
            )  # fmt: skip
    for exchange, path, asked in _refusals(seen):
        if any(entry.get("text") == asked["text"] for entry in gained):
            untold = "IP-GEN-01" if exchange.request.token == "missing" else "IP-SEND-21"
            requirement = "IP-BULK-11" if path else untold
            yield breach(
                requirement,
                exchange,
                expected="a refused message is not sent",
                got=said("it is in the outbox"),
                pointer=path,
            )


def _delivered(receipt: Receipt, gained: list[dict[str, Any]], accepted: list[Receipt]) -> Judgement:
    """One accepted message must be in the outbox once, unaltered. It is found by its refid, else by its text."""
    refid, text = receipt.said.get("refid"), receipt.asked["text"]
    found, count = [entry for entry in gained if entry.get("id") == refid], 1
    if len(found) != 1:
        found = [entry for entry in gained if entry.get("text") == text]
        count = sum(other.asked["text"] == text for other in accepted)
    if len(found) != count:
        times, where = f"{len(found)} times in the outbox", receipt.pointer("refid")
        expected = said("delivered once") if count == 1 else Sentence("delivered {} times, as it was sent", count)
        yield breach("IP-SEND-15", receipt.exchange, expected=expected, got=times, pointer=where)
        return
    for key, requirement in _FIELDS.items():
        got = found[0].get(key)
        if got != receipt.asked[key]:
            taken = receipt.in_bulk and any(got == other.asked[key] for other in accepted if other.in_bulk)
            yield breach(
                "IP-BULK-12" if taken else requirement, receipt.exchange,
                expected=Sentence("`{}` as it was sent", key), got=got, pointer=receipt.pointer("refid"),
            )  # fmt: skip


def _refusals(seen: Seen) -> Iterator[tuple[Exchange, str, dict[str, Any]]]:
    """Every message that was refused: exchange, pointer of its item, the message."""
    for _, exchange in seen.each(("bad", "list", "no token")):
        asked, items = exchange.request.json, responses(exchange)
        if is_object(asked) and exchange.outcome is Outcome.REFUSED:
            yield exchange, "", asked
        elif is_array(asked) and len(asked) == len(items):
            for place, item in enumerate(items):
                if of_item(item_status(item)) is Outcome.REFUSED:
                    yield exchange, f"/responses/{place}", asked[place]
