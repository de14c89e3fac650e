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
from smsproof_conformance.records.exchange import Exchange, is_array, is_object
from smsproof_conformance.records.outcome import Outcome, of_item
from smsproof_conformance.records.record import NotObserved, Seen
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, breach

section = Section("intelepeer", "life-cycle")

_OTHER_HEADERS: Final = (("Accept", "*/*"), ("Content-Type", "application/json; charset=utf-8"))
_FIELDS: Final = {"from": "IP-SEND-03", "to": "IP-SEND-04", "text": "IP-SEND-05"}


@section.scenario(
    "accepted-is-delivered",
    observes=("IP-SEND-03", "IP-SEND-04", "IP-SEND-05", "IP-SEND-15", "IP-SEND-21", "IP-BULK-11", "IP-BULK-12"),
    needs=(Fact.SENDER, Fact.DESTINATION, Fact.CONTROL),
    does="Sends a text of many alphabets in JSON escapes, a bad message, and a list of two good ones and a bad one.",
    expects="The outbox gains each accepted message once, with its own sender, destination and text, and nothing else.",
)
async def accepted_is_delivered(do: Actor) -> None:
    numbers = do.target.numbers
    senders = (*numbers.long_codes, *numbers.short_codes)[:2] or numbers.alphanumerics[:1]
    await do.read_outbox_before()
    escaped = message(do, text=do.unique('Grüße "😀" a\\b\nПривет €'))
    good = await do.call("good", "sendMessage", content=json.dumps(escaped).encode(), headers=_OTHER_HEADERS)
    await do.call("bad", "sendMessage", refused(do, text=do.unique("bad alone")))
    first = message(do, from_=senders[0], text=do.unique("first Ñandú"))
    last = message(do, from_=senders[-1], to=numbers.destinations[-1], text=do.unique("last 你好"))
    several = await do.call("list", "sendMessage", [first, refused(do, text=do.unique("bad in a list")), last])
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
    for exchange, path, asked in _refusals(seen):
        if any(entry.get("text") == asked["text"] for entry in gained):
            requirement = "IP-BULK-11" if path else "IP-SEND-21"
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
    found = [entry for entry in gained if entry.get("id") == refid]
    if len(found) != 1:
        found = [entry for entry in gained if entry.get("text") == text]
    if len(found) != 1:
        times, where = f"{len(found)} times in the outbox", receipt.pointer("refid")
        yield breach("IP-SEND-15", receipt.exchange, expected="delivered once", got=times, pointer=where)
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
    for _, exchange in seen.each(("bad", "list")):
        asked, items = exchange.request.json, responses(exchange)
        if is_object(asked) and exchange.outcome is Outcome.REFUSED:
            yield exchange, "", asked
        elif is_array(asked) and len(asked) == len(items):
            for place, item in enumerate(items):
                if of_item(item_status(item)) is Outcome.REFUSED:
                    yield exchange, f"/responses/{place}", asked[place]
