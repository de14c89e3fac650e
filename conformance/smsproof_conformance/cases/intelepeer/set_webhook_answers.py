"""Section 2E: what every answer to a setting of a webhook must say (page S1, lines 54 to 94)."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from smsproof_conformance.case import Section
from smsproof_conformance.cases.intelepeer.schema import judge_bodies, judge_lists, observed
from smsproof_conformance.cases.intelepeer.webhooks import (
    items,
    same_url,
    status_of,
)
from smsproof_conformance.records.exchange import MISSING, Exchange, dig, is_array, is_object, pointer, whole
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import NotObserved, Record
from smsproof_conformance.records.sentence import Sentence
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

section = Section("intelepeer", "set-webhook")


def _answered(record: Record, status: int) -> list[Exchange]:
    return record.answered("setWebhook", lambda exchange: exchange.status == status and is_object(exchange.at()))


@section.standing(
    "count-decides",
    observes=("IP-HOOK-06", "IP-HOOK-07"),
    does="Compares the status of every success with the number of endpoints that were named.",
    expects="201 for one, 207 for several.",
)
def count_decides(record: Record) -> Judgement:
    for exchange in record.answered("setWebhook", lambda exchange: exchange.outcome is Outcome.TAKEN):
        asked: Any = exchange.request.json
        endpoints = asked.get("endpoints") if is_object(asked) else None
        if not is_array(endpoints) or not endpoints or len(set(map(repr, endpoints))) != len(endpoints):
            continue
        if len(endpoints) == 1 and exchange.status != 201:
            yield breach("IP-HOOK-06", exchange, expected="HTTP 201 for one endpoint", got=f"HTTP {exchange.status}")
        elif len(endpoints) > 1 and exchange.status != 207:
            yield breach("IP-HOOK-07", exchange, expected="HTTP 207 for several", got=f"HTTP {exchange.status}")


@section.standing(
    "answer-schema",
    observes=observed("WebhookResult", "BulkWebhookResult"),
    does="Holds every 201 and 207 against the contract's schemas.",
    expects="The keys and JSON types of the examples.",
)
def answer_schema(record: Record) -> Judgement:
    answers = record.answered("setWebhook", lambda exchange: exchange.status in (201, 207))
    lists = [exchange for exchange in answers if exchange.status == 207 or is_array(exchange.at("endpoints"))]
    yield from judge_bodies([exchange for exchange in answers if exchange not in lists], "WebhookResult")
    yield from judge_lists(lists, "BulkWebhookResult", "endpoints", _item_component)


def _item_component(item: Any) -> str:
    """By `status` alone: where `code` stands instead, the item lacks what both components ask for (AMB-IP-16)."""
    return "FailedWebhookItem" if (whole(dig(item, "status")) or 0) >= 400 else "WebhookItem"


@section.standing(
    "echoes",
    observes=("IP-HOOK-14", "IP-HOOK-15"),
    does="Compares every 201 with its request.",
    expects="tnkey is the endpoint and webhook the URL.",
)
def echoes(record: Record) -> Judgement:
    for exchange in _answered(record, 201):
        asked: Any = exchange.request.json
        endpoints = asked.get("endpoints") if is_object(asked) else None
        if not is_array(endpoints) or len(endpoints) != 1:
            continue
        tnkey, webhook = exchange.at("tnkey"), exchange.at("webhook")
        if tnkey is not MISSING and tnkey != endpoints[0]:
            yield breach("IP-HOOK-15", exchange, expected="the endpoint of the request", got=tnkey, pointer="/tnkey")
        if webhook is MISSING:
            yield breach("IP-HOOK-14", exchange, expected="the URL", got=webhook, pointer="/webhook")
        elif not same_url(webhook, asked.get("webhook")):
            yield breach("IP-HOOK-15", exchange, expected="the URL of the request", got=webhook, pointer="/webhook")


@section.standing(
    "one-response-each",
    observes=("IP-HOOK-08",),
    does="Compares the endpoints that a 207 names with those of its request.",
    expects="One response for each.",
)
def one_response_each(record: Record) -> Judgement:
    for exchange in _answered(record, 207):
        asked: Any = exchange.request.json
        endpoints = asked.get("endpoints") if is_object(asked) else None
        if not is_array(endpoints) or not is_array(exchange.at("endpoints")):
            continue
        wanted = Counter(map(repr, endpoints))
        named = Counter(repr(item.get("endpoint")) for item in items(exchange) if is_object(item))
        if wanted != named and set(wanted) != set(named) or len(set(wanted)) == len(endpoints) != len(items(exchange)):
            yield breach(
                "IP-HOOK-08", exchange, expected=Sentence("one response for each of {} endpoints", len(endpoints)),
                got=f"{len(items(exchange))} responses, for {len(set(wanted) & set(named))} of them", pointer="/endpoints",
            )  # fmt: skip


@section.standing(
    "items-agree",
    observes=("IP-HOOK-15", "IP-HOOK-18"),
    does="Looks inside every good item of every 207.",
    expects="endpoint and tnkey are one number, and webhook is the URL of the request.",
)
def items_agree(record: Record) -> Judgement:
    seen_any = False
    for exchange in _answered(record, 207):
        for place, item in enumerate(items(exchange)):
            response = item.get("response") if is_object(item) else None
            if not is_object(response) or (status_of(item) or 400) >= 300:
                continue
            seen_any = True
            tnkey, webhook = response.get("tnkey", MISSING), response.get("webhook", MISSING)
            if tnkey is not MISSING and tnkey != item.get("endpoint"):
                at = pointer("endpoints", place, "response", "tnkey")
                yield breach("IP-HOOK-18", exchange, expected="the item's endpoint", got=tnkey, pointer=at)
            if webhook is not MISSING and not same_url(webhook, exchange.request.json.get("webhook")):
                at = pointer("endpoints", place, "response", "webhook")
                yield breach("IP-HOOK-15", exchange, expected="the URL of the request", got=webhook, pointer=at)
    if not seen_any:
        raise NotObserved("no 207 had a good item")


_STATES: Final = ("requested", "provisioning", "provisioned", "derequested", "deprovisioning", "error")


@section.standing(
    "state-listed",
    observes=("IP-HOOK-16",),
    does="Looks at provisioning.state of every success.",
    expects="One of the six values of the page; another is only warned of, for the list may grow (AMB-IP-27).",
)
def state_listed(record: Record) -> Judgement:
    for exchange in record.answered("setWebhook", lambda exchange: exchange.status in (201, 207)):
        places: list[tuple[str | int, ...]] = [(), *(("endpoints", n, "response") for n in range(len(items(exchange))))]
        for place in places:
            state = exchange.at(*place, "provisioning", "state")
            if isinstance(state, str) and state not in _STATES:
                at = pointer(*place, "provisioning", "state")
                yield oddity("IP-HOOK-16", exchange, expected="one of the six listed", got=state, pointer=at)
