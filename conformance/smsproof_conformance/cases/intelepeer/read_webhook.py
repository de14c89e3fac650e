"""Section 2F: reading the inbound webhook (page S1, lines 124 to 189)."""

from __future__ import annotations

from typing import Final, LiteralString
from urllib.parse import parse_qs, urlsplit

from smsproof_conformance.case import Section
from smsproof_conformance.cases.intelepeer.webhooks import get_webhook, same_url, set_webhook, webhook_url
from smsproof_conformance.records.exchange import MISSING, is_object, whole
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import Record, Seen
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

section = Section("intelepeer", "read-webhook")

_ONE: Final = (Fact.LONG_CODE, Fact.INBOX)
_STATES: Final = ("requested", "provisioning", "provisioned", "derequested", "deprovisioning", "error")


@section.scenario(
    "set-then-read",
    observes=("IP-HOOKGET-01", "IP-HOOKGET-05", "IP-HOOKGET-06", "IP-HOOKGET-11"),
    needs=_ONE,
    does="Sets a webhook and reads it as the page shows: ?endpoint=%2B and the digits. Twice, with different URLs.",
    expects="200 with the URL that was set last.",
)
async def set_then_read(do: Actor) -> None:
    number = do.target.numbers.long_codes[0]
    for step in ("first", "second"):
        await set_webhook(do, f"set {step}", [number], webhook_url(do, step))
        await get_webhook(do, f"read {step}", number)


@set_then_read.judge
def _(seen: Seen) -> Judgement:
    for step in ("first", "second"):
        was_set, read = seen[f"set {step}"], seen[f"read {step}"]
        if read.status is not None and 400 <= read.status < 500:
            yield breach(
                "IP-HOOKGET-01", read, expected="HTTP 200 for a number of the customer", got=f"HTTP {read.status}"
            )
        elif read.status != 200:
            yield breach("IP-HOOKGET-05", read, expected="HTTP 200", got=f"HTTP {read.status}")
        if was_set.status != 201 or not is_object(read.at()) or read.outcome is not Outcome.TAKEN:
            continue
        webhook = read.at("webhook")
        if webhook is MISSING:
            yield breach("IP-HOOKGET-06", read, expected="the webhook that is set", got=webhook, pointer="/webhook")
        elif not same_url(webhook, was_set.request.json["webhook"]):
            yield breach("IP-HOOKGET-11", read, expected="the URL that was set last", got=webhook, pointer="/webhook")


@section.scenario(
    "short-code",
    observes=("IP-HOOKGET-01", "IP-HOOKGET-11"),
    needs=(Fact.SHORT_CODE, Fact.INBOX),
    does="Sets the webhook of a short code and reads it.",
    expects="200 with that URL; reading a short code is not described, so that a refusal is only warned of.",
)
async def short_code(do: Actor) -> None:
    code = do.target.numbers.short_codes[0]
    await set_webhook(do, "set", [code], webhook_url(do, "short"))
    await get_webhook(do, "read", code)
    for other in do.target.numbers.long_codes[:1]:
        await get_webhook(do, "read a long code", other)  # account/webhooks-as-set knows what it must be


@short_code.judge
def _(seen: Seen) -> Judgement:
    was_set, read = seen["set"], seen["read"]
    if read.outcome is Outcome.REFUSED:
        yield oddity(
            "IP-HOOKGET-01", read, expected="HTTP 200 for a short code", got=f"HTTP {read.status}"
        )  # AMB-IP-19
    elif (
        was_set.status == 201
        and is_object(read.at())
        and not same_url(read.at("webhook"), was_set.request.json["webhook"])
    ):
        yield breach("IP-HOOKGET-11", read, expected="the URL that was set", got=read.at("webhook"), pointer="/webhook")


@section.scenario(
    "crossed-reads",
    observes=("IP-HOOKGET-11", "IP-HOUSE-10"),
    needs=(Fact.TWO_LONG_CODES, Fact.INBOX),
    does="Sets the webhooks of two numbers one after the other and reads them the other way round.",
    expects="Each read tells its own number and URL.",
)
async def crossed_reads(do: Actor) -> None:
    first, second = do.target.numbers.long_codes[:2]
    await set_webhook(do, "set first", [first], webhook_url(do, "first"))
    await set_webhook(do, "set second", [second], webhook_url(do, "second"))
    await get_webhook(do, "read second", second)
    await get_webhook(do, "read first", first)


@crossed_reads.judge
def _(seen: Seen) -> Judgement:
    for which in ("first", "second"):
        was_set, read = seen[f"set {which}"], seen[f"read {which}"]
        webhook = read.at("webhook")
        if (
            was_set.status == 201
            and read.status == 200
            and is_object(read.at())
            and not same_url(webhook, was_set.request.json["webhook"])
        ):
            yield breach("IP-HOOKGET-11", read, expected="the URL of this number", got=webhook, pointer="/webhook")


@section.scenario(
    "endpoint-form",
    observes=("IP-HOOKGET-09",),
    needs=(Fact.LONG_CODE,),
    does="Reads near misses of a number: no plus, a bare plus in the query, dashes, words.",
    expects="400 each time; a vendor that reads the bare plus as a plus is only warned.",
)
async def endpoint_form(do: Actor) -> None:
    for name, raw in _near_misses(do.target.numbers.long_codes[0]).items():
        await do.call(name, "getWebhook", query=f"endpoint={raw}")


_BARE: Final = "a bare plus, which is a space"


def _near_misses(number: str) -> dict[LiteralString, str]:
    digits = number.removeprefix("+")
    return {
        "no plus": digits,
        _BARE: f"+{digits}",
        "dashes": f"%2B{digits[0]}-{digits[1:4]}-{digits[4:]}",
        "no country": f"%2B0{digits[1:]}",
        "a plus that is encoded twice": f"%252B{digits}",
        "nothing": "",
        "words": "not-a-number",
        "16 digits": f"%2B{digits}" + "0" * (16 - len(digits)),
    }


@endpoint_form.judge
def _(seen: Seen) -> Judgement:
    for name, exchange in seen.each(_near_misses("+12161112222")):
        if exchange.status != 400:
            # Only forms, not the page's %2B, make a space of a plus: reading it as it stands is a reading too.
            judge = oddity if name == _BARE else breach
            yield judge("IP-HOOKGET-09", exchange, expected=f"HTTP 400 for {name}", got=f"HTTP {exchange.status}")


@section.scenario(
    "as-in-the-sample",
    observes=("IP-HOOKGET-01",),
    needs=(Fact.LONG_CODE,),
    does="Reads a number as the page's sample code does: with a Content-Type and the body {}.",
    expects="200; the text of the page has no body, so that a refusal is only warned of (AMB-IP-18).",
)
async def as_in_the_sample(do: Actor) -> None:
    number = do.target.numbers.long_codes[0]
    await do.call("the sample", "getWebhook", {}, query={"endpoint": number})


@as_in_the_sample.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["the sample"]
    if exchange.outcome is not Outcome.TAKEN:
        yield oddity("IP-HOOKGET-01", exchange, expected="HTTP 200 as without a body", got=f"HTTP {exchange.status}")


@section.scenario(
    "foreign-number",
    observes=("IP-HOOKGET-10",),
    needs=(Fact.FOREIGN,),
    does="Reads the webhook of a number that is not the customer's.",
    expects="404.",
)
async def foreign_number(do: Actor) -> None:
    await get_webhook(do, "foreign", do.target.numbers.foreign or "")


@foreign_number.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["foreign"]
    if exchange.status != 404:
        yield breach("IP-HOOKGET-10", exchange, expected="HTTP 404", got=f"HTTP {exchange.status}")


@section.standing(
    "keys",
    observes=("IP-HOOKGET-06",),
    does="Looks for the example's keys in every 200.",
    expects="code as an integer, tnkey and webhook as strings, provisioning as an object with its state.",
)
def keys(record: Record) -> Judgement:
    for exchange in record.answered("getWebhook", lambda exchange: exchange.status == 200 and is_object(exchange.at())):
        code, tnkey, webhook = exchange.at("code"), exchange.at("tnkey"), exchange.at("webhook")
        state = exchange.at("provisioning", "state")
        if whole(code) is None:
            yield breach("IP-HOOKGET-06", exchange, expected="an integer", got=code, pointer="/code")
        if not isinstance(tnkey, str):
            yield breach("IP-HOOKGET-06", exchange, expected="the number", got=tnkey, pointer="/tnkey")
        if webhook is not MISSING and webhook is not None and not isinstance(webhook, str):  # AMB-IP-23
            yield breach("IP-HOOKGET-06", exchange, expected="the URL", got=webhook, pointer="/webhook")
        if not isinstance(state, str):
            yield breach("IP-HOOKGET-06", exchange, expected="a state", got=state, pointer="/provisioning/state")


@section.standing(
    "number-asked-for",
    observes=("IP-HOUSE-10",),
    does="Compares tnkey of every 200 with the number in the query.",
    expects="The same number.",
)
def number_asked_for(record: Record) -> Judgement:
    own = (*record.target.numbers.long_codes, *record.target.numbers.short_codes)
    for exchange in record.answered("getWebhook", lambda exchange: exchange.status == 200):
        asked = parse_qs(urlsplit(exchange.request.target).query).get("endpoint", [])
        tnkey = exchange.at("tnkey")
        if isinstance(tnkey, str) and len(asked) == 1 and asked[0] in own and tnkey != asked[0]:
            yield breach("IP-HOUSE-10", exchange, expected="the number asked for", got=tnkey, pointer="/tnkey")


@section.standing(
    "state-listed",
    observes=("IP-HOOKGET-08",),
    does="Looks at provisioning.state of every 200.",
    expects="One of the six values of the page; another is only warned of, for the list may grow (AMB-IP-27).",
)
def state_listed(record: Record) -> Judgement:
    for exchange in record.answered("getWebhook", lambda exchange: exchange.status == 200):
        state = exchange.at("provisioning", "state")
        if isinstance(state, str) and state not in _STATES:
            yield oddity(
                "IP-HOOKGET-08", exchange, expected="one of the six listed", got=state, pointer="/provisioning/state"
            )
