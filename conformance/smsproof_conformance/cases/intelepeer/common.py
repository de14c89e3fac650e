"""Section 2A: what holds for every call (pages S0 and S1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, LiteralString

from smsproof_conformance.case import Section
from smsproof_conformance.cases.intelepeer.messages import message
from smsproof_conformance.cases.intelepeer.schema import CONTRACT
from smsproof_conformance.cases.intelepeer.webhooks import get_webhook, set_webhook, webhook_url
from smsproof_conformance.cases.unsent import unsent
from smsproof_conformance.records.exchange import Exchange, is_array, is_object, whole
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import NotObserved, Record, Seen
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact, Target, Token
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity
from smsproof_spec.rules import Malformed

section = Section("intelepeer", "common")

_CALLING: Final = (Fact.LONG_CODE, Fact.DESTINATION, Fact.INBOX)
_OPERATIONS: Final = ("sendMessage", "setWebhook", "getWebhook")


async def _call_all(do: Actor, token: Token) -> None:
    """Every operation once, right in everything but the token."""
    number = do.target.numbers.long_codes[0]
    await do.call(f"sendMessage, {token}", "sendMessage", message(do, text=do.unique(token)), token=token)
    await do.call(f"getWebhook, {token}", "getWebhook", query={"endpoint": number}, token=token)
    settings = {"endpoints": [number], "webhook": webhook_url(do, token)}
    await do.call(f"setWebhook, {token}", "setWebhook", settings, token=token)


@section.scenario(
    "token-required",
    observes=("IP-GEN-01", "IP-SEND-22"),
    needs=_CALLING,
    does="Calls every operation without a token, with one nobody issued, with one that is longer than the right one, with"
    " the word Bearer alone, and with Basic credentials that nobody issued; then reads outbox and webhook.",
    expects="401 from the send URI; 401 or 403 from the webhook URI; nothing is sent, and the webhook is what it was.",
)
async def token_required(do: Actor) -> None:
    number = do.target.numbers.long_codes[0]
    await set_webhook(do, "set before", [number], webhook_url(do, "before"))
    async with do.watching_outbox():
        for token in _BAD_TOKENS:
            await _call_all(do, token)
    await get_webhook(do, "left", number)  # what was refused changed nothing: account/webhooks-as-set
    for token in _tokens_for_several(do.target):
        settings = {"endpoints": _several(do.target), "webhook": webhook_url(do, f"several-{token}")}
        await do.call(f"setWebhook for several, {token}", "setWebhook", settings, token=token)


def _several(target: Target) -> list[str]:
    return [*target.numbers.long_codes, *target.numbers.short_codes][:2]


def _tokens_for_several(target: Target) -> tuple[Token, ...]:
    return ("missing", "wrong") if len(_several(target)) > 1 else ()


_BAD_TOKENS: Final[Mapping[Token, LiteralString]] = {
    "missing": "a missing token",
    "wrong": "a wrong token",
    "longer": "a token that is longer than the right one",
    "malformed": "the word Bearer alone",
    "wrong-basic": "Basic credentials that nobody issued",
}
_NO_BEARER: Final = ("malformed", "wrong-basic")  # 400 or 401: nothing but "no success" follows from the pages


@token_required.judge
def _(seen: Seen) -> Judgement:
    for token, words in _BAD_TOKENS.items():
        calls = {f"{operation}, {token}": operation for operation in _OPERATIONS}
        for step, exchange in seen.each(calls):
            operation, got = calls[step], f"HTTP {exchange.status}"
            if exchange.outcome is Outcome.TAKEN:
                yield breach("IP-GEN-01", exchange, expected=Sentence("no success with {}", said(words)), got=got)
            if token in _NO_BEARER:
                continue
            if operation != "sendMessage" and exchange.status not in (401, 403):  # AMB-IP-21
                yield oddity("IP-GEN-01", exchange, expected=Sentence("HTTP 401 for {}", said(words)), got=got)
            elif operation == "sendMessage" and exchange.status != 401:
                judge = breach if token == "missing" else oddity  # AMB-IP-01: no token, expired token
                yield judge("IP-SEND-22", exchange, expected=Sentence("HTTP 401 for {}", said(words)), got=got)
    for _, exchange in seen.each(f"setWebhook for several, {token}" for token in _tokens_for_several(seen.target)):
        if exchange.outcome is Outcome.TAKEN:
            expected = Sentence("no success with {}", said(_BAD_TOKENS[exchange.request.token]))
            got = Sentence("HTTP {} for several endpoints", exchange.status)
            yield breach("IP-GEN-01", exchange, expected=expected, got=got)
    sends = (exchange for _, exchange in seen.each(f"sendMessage, {token}" for token in _BAD_TOKENS))
    yield from unsent("IP-GEN-01", seen, (exchange for exchange in sends if exchange.outcome is Outcome.REFUSED))


@section.scenario(
    "token-behind-another-word",
    observes=("IP-GEN-01",),
    needs=_CALLING,
    does="Calls every operation with the right token behind the word Token.",
    expects="No success: the page has Bearer before it. The token is there, so that a vendor that takes it is only warned.",
)
async def token_behind_another_word(do: Actor) -> None:
    await _call_all(do, "other-scheme")


@token_behind_another_word.judge
def _(seen: Seen) -> Judgement:
    for step, exchange in seen.each(f"{operation}, other-scheme" for operation in _OPERATIONS):
        if exchange.outcome is Outcome.TAKEN:
            expected = "no success with another word than Bearer before the token"
            yield oddity("IP-GEN-01", exchange, expected=expected, got=f"HTTP {exchange.status} for {step}")


@section.scenario(
    "token-expired",
    observes=("IP-GEN-01", "IP-SEND-22"),
    needs=(*_CALLING, Fact.EXPIRED_TOKEN),
    does="Calls every operation with an expired token.",
    expects="401 from the send URI; 401 or 403 from the webhook URI.",
)
async def token_expired(do: Actor) -> None:
    await _call_all(do, "expired")


@token_expired.judge
def _(seen: Seen) -> Judgement:
    calls = {f"{operation}, expired": operation for operation in _OPERATIONS}
    for step, exchange in seen.each(calls):
        operation = calls[step]
        if operation == "sendMessage" and exchange.status != 401:
            yield breach(
                "IP-SEND-22", exchange, expected="HTTP 401 for an expired token", got=f"HTTP {exchange.status}"
            )
        elif exchange.outcome is Outcome.TAKEN:
            yield breach(
                "IP-GEN-01", exchange, expected="no success with an expired token", got=f"HTTP {exchange.status}"
            )


def _documented(record: Record) -> list[Exchange]:
    """Every answer to the point to a call of the contract; the public status call is outside."""
    found = [
        e
        for e in record.exchanges
        if e.answer is not None and e.request.operation in _OPERATIONS and not record.is_busy(e)
    ]
    if not found:
        raise NotObserved("no answered call")
    return found


def _successes(record: Record) -> list[Exchange]:
    found = [exchange for exchange in _documented(record) if exchange.outcome is Outcome.TAKEN]
    if not found:
        raise NotObserved("no call succeeded")
    return found


@section.standing(
    "json-objects",
    observes=("IP-HOUSE-01",),
    does="Reads the body of every success strictly: size, UTF-8, duplicate keys, NaN.",
    expects="A JSON object.",
)
def json_objects(record: Record) -> Judgement:
    for exchange in _successes(record):
        assert exchange.answer is not None
        value: Any = exchange.answer.value
        if isinstance(value, Malformed):
            yield breach("IP-HOUSE-01", exchange, expected="a JSON object", got=f"{value.kind}: {value.detail}")
        elif not is_object(value):
            yield breach("IP-HOUSE-01", exchange, expected="a JSON object", got=type(value).__name__)


@section.standing(
    "code-is-status",
    observes=("IP-GEN-07",),
    does="Compares `code` with the HTTP status of every success. Lists have a case of their own (IP-BULK-07).",
    expects="The same number.",
)
def code_is_status(record: Record) -> Judgement:
    for exchange in _successes(record):
        code = whole(exchange.at("code"))
        if code is not None and code != exchange.status and not is_array(exchange.request.json):
            yield breach(
                "IP-GEN-07", exchange, expected=Sentence("code {}", exchange.status), got=code, pointer="/code"
            )


@section.standing(
    "documented-status",
    observes=("IP-HOUSE-04",),
    does="Looks at the status of every answer.",
    expects="One that the page lists for the call.",
)
def documented_status(record: Record) -> Judgement:
    for exchange in _documented(record):
        listed = CONTRACT.operations[exchange.request.operation or ""].responses
        if str(exchange.status) not in listed:
            yield breach(
                "IP-HOUSE-04",
                exchange,
                expected=Sentence("one of {}", ", ".join(listed)),
                got=f"HTTP {exchange.status}",
            )


@section.standing(
    "no-redirect",
    observes=("IP-HOUSE-05",),
    does="Looks for redirects among the answers.",
    expects="None: the documented URI is the one that answers. We follow none, for the token would travel with it.",
)
def no_redirect(record: Record) -> Judgement:
    for exchange in _documented(record):
        if exchange.status is not None and 300 <= exchange.status < 400:
            yield breach(
                "IP-HOUSE-05", exchange, expected="an answer at the documented URI", got=f"HTTP {exchange.status}"
            )
