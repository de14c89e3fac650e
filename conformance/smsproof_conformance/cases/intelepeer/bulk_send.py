"""Section 2D: bulk send (page S0, lines 71 to 112)."""

from __future__ import annotations

from typing import Any

from smsproof_conformance.actor import Actor
from smsproof_conformance.case import Section
from smsproof_conformance.cases.intelepeer.messages import message, refused
from smsproof_conformance.exchange import MISSING, is_array, pointer
from smsproof_conformance.finding import Judgement, breach
from smsproof_conformance.record import Record, Seen, body
from smsproof_conformance.target import Fact

section = Section("intelepeer", "bulk-send")

_SENDING = (Fact.LONG_CODE, Fact.DESTINATION)


@section.scenario(
    "order-kept",
    observes=("IP-BULK-05",),
    needs=_SENDING,
    does="Sends lists with a refusable item in the first, middle and last place.",
    expects="One response per request, in the order of the requests: the refused one stands where the bad item stood.",
)
async def order_kept(do: Actor) -> None:
    for bad in range(3):
        items: list[Any] = [message(do, text=do.unique(f"order {bad} {place}")) for place in range(3)]
        items[bad] = refused(do)
        await do.call(f"bad item at {bad}", "sendMessage", items)


@order_kept.judge
def _(seen: Seen) -> Judgement:
    for bad in range(3):
        exchange = seen[f"bad item at {bad}"]
        responses = body(exchange).get("responses")
        if not is_array(responses) or len(responses) != 3:
            yield breach(
                "IP-BULK-05",
                exchange,
                expected="three responses for three requests",
                got=responses,
                pointer="/responses",
            )
            continue
        for place in range(3):
            code = exchange.at("responses", place, "code")
            if code is MISSING:
                code = exchange.at("responses", place, "status")
            wanted = "an error code" if place == bad else "202"
            right = isinstance(code, int) and (code >= 400 if place == bad else code == 202)
            if not right:
                yield breach(
                    "IP-BULK-05", exchange, expected=wanted, got=code, pointer=pointer("responses", place, "code")
                )


@section.standing(
    "no-single-keys",
    observes=("IP-BULK-13",),
    does="Looks at the top level of every 207 to a list.",
    expects="No refid, state or numparts beside `responses`.",
)
def no_single_keys(record: Record) -> Judgement:
    for exchange in record.answered("sendMessage", lambda seen: seen.status == 207):
        for key in ("refid", "state", "numparts"):
            if key in body(exchange):
                yield breach(
                    "IP-BULK-13",
                    exchange,
                    expected=f"no {key} at the top level",
                    got=exchange.at(key),
                    pointer=f"/{key}",
                )
