"""Every request of a run, fuzz included: right data is accepted, wrong data is refused (sections 2B, 2D, 2E, 2F).

Which answer refuses is the business of the cases; here a refusal is whatever does not accept. What the decisions leave
free is open: short numbers (AMB-IP-06), lengths of codes and names (AMB-IP-05), empty texts (AMB-IP-40), unusual but
absolute URLs (AMB-IP-25), names as endpoints (AMB-IP-38), null for an absent guid (part 7, decision 11), several
endpoints in a read (AMB-IP-14).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from smsproof_conformance.case import Section
from smsproof_conformance.records.exchange import MISSING, Exchange, dig, is_array, is_object, pointer, whole
from smsproof_conformance.records.outcome import Outcome, of_item
from smsproof_conformance.records.record import NotObserved, Record
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.targets.target import Numbers
from smsproof_conformance.verdicts.busy import unknown_errors
from smsproof_conformance.verdicts.expectation import (
    ACCEPT,
    Claim,
    Expectation,
    Freedom,
    Use,
    binding,
    blamed,
    left_open,
    plain,
    refuse,
    request_schemas,
    sent,
    speaks_of_data,
    unreadable,
)
from smsproof_conformance.verdicts.finding import Breach, Judgement, breach
from smsproof_spec.rules import Malformed

section = Section("intelepeer", "requests")

_MESSAGE_KEYS: Final = frozenset({"from", "to", "text", "guid"})
_SETTINGS_KEYS: Final = frozenset({"endpoints", "webhook"})
# What may be taken for an address although the contract's own form is narrower.
_PERHAPS_LONG: Final = r"\+[1-9][0-9]{1,14}"
_PERHAPS_CODE: Final = r"[0-9]{1,3}-[A-Za-z0-9][A-Za-z0-9 ._-]*"
_PERHAPS_SENDER: Final = re.compile(f"{_PERHAPS_LONG}|{_PERHAPS_CODE}").fullmatch
_PERHAPS_DESTINATION: Final = re.compile(_PERHAPS_LONG).fullmatch


def expectation(exchange: Exchange, numbers: Numbers) -> Expectation:
    """What a request that is not a list of messages deserves."""
    match exchange.request.operation:
        case "sendMessage":
            value = sent(exchange)
            return (
                unreadable(value, "IP-SEND-02", exchange)
                if isinstance(value, Malformed)
                else _message(value, exchange, numbers)
            )
        case "setWebhook":
            value = sent(exchange)
            return (
                unreadable(value, "IP-HOOK-02", exchange)
                if isinstance(value, Malformed)
                else _settings(value, exchange, numbers)
            )
        case "getWebhook":
            return _reading(exchange, numbers)
        case _:
            return left_open(Freedom.UNUSUAL)


def _message(value: Any, exchange: Exchange, numbers: Numbers, *at: int) -> Expectation:
    broken = list(request_schemas("intelepeer").violations("Message", value, exchange, *at))
    forbidden = [word for word in broken if binding("intelepeer", word) and not _free_in_message(word, value, len(at))]
    if forbidden:
        return refuse(*forbidden)
    if broken:
        return left_open(Freedom.ASSUMED)
    if value.keys() - _MESSAGE_KEYS or not plain(value["text"]) or not plain(value.get("guid", "absent")):
        return left_open(Freedom.UNUSUAL)
    own = (*numbers.long_codes, *numbers.short_codes, *numbers.alphanumerics)
    return ACCEPT if value["from"] in own and value["to"] in numbers.destinations else left_open(Freedom.FOREIGN)


def _free_in_message(word: Breach, value: Any, depth: int) -> bool:
    """Whether a violation of the contract is one that the decisions leave to the vendor."""
    key = "/".join(word.pointer.split("/")[1 + depth :])
    held = dig(value, key)
    return (
        key == "guid"  # null is an absent one; that a number is refused is the strict reading: single-send/guid-type warns
        or key == "from" and isinstance(held, str) and _PERHAPS_SENDER(held) is not None
        or key == "to" and isinstance(held, str) and _PERHAPS_DESTINATION(held) is not None
    )  # fmt: skip


def _settings(value: Any, exchange: Exchange, numbers: Numbers) -> Expectation:
    broken = list(request_schemas("intelepeer").violations("WebhookSettings", value, exchange))
    forbidden = [word for word in broken if binding("intelepeer", word) and not _free_in_settings(word, value)]
    if forbidden:
        return refuse(*forbidden)
    if broken:
        return left_open(Freedom.ASSUMED)
    endpoints: list[str] = value["endpoints"]
    if value.keys() - _SETTINGS_KEYS or not _ordinary_url(value["webhook"]):
        return left_open(Freedom.UNUSUAL)
    if len(set(endpoints)) != len(endpoints):
        return left_open(Freedom.COUNT)
    own = (*numbers.long_codes, *numbers.short_codes)
    return ACCEPT if all(endpoint in own for endpoint in endpoints) else left_open(Freedom.FOREIGN)


def _free_in_settings(word: Breach, value: Any) -> bool:
    held = dig(value, *(int(step) if step.isdecimal() else step for step in word.pointer.split("/")[1:]))
    if word.pointer == "/webhook":
        return isinstance(held, str) and _perhaps_url(held)
    return word.pointer.startswith("/endpoints/") and isinstance(held, str) and _PERHAPS_SENDER(held) is not None


def _perhaps_url(text: str) -> bool:
    """Whether somebody may call this a properly formatted URL: it has a scheme and a host, and no space."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc) and not re.search(r"\s", text)


def _ordinary_url(text: str) -> bool:
    """Whether nobody refuses it; a vendor may refuse plain http (AMB-IP-25)."""
    return (
        re.fullmatch(r"https://[A-Za-z0-9.-]+(:[0-9]{2,5})?(/[A-Za-z0-9./_-]*)?(\?[A-Za-z0-9=&_-]*)?", text) is not None
    )


def _reading(exchange: Exchange, numbers: Numbers) -> Expectation:
    query = parse_qsl(urlsplit(exchange.request.target).query, keep_blank_values=True)
    if [name for name, _ in query] != ["endpoint"]:
        return left_open(Freedom.COUNT)
    endpoint = query[0][1]
    if endpoint.startswith(" ") and _PERHAPS_SENDER("+" + endpoint[1:]):
        return left_open(Freedom.FORM)  # a bare plus is a space in forms only: read-webhook/endpoint-form warns
    if _PERHAPS_SENDER(endpoint):
        return left_open(Freedom.FOREIGN)  # an own number is a matter of what was set before: the account's model
    return refuse(Breach("IP-HOOKGET-09", exchange, said("a number in E.164 format"), endpoint))


@section.standing(
    "valid-accepted",
    observes=(
        "IP-SEND-06", "IP-SEND-08", "IP-SEND-09", "IP-SEND-10", "IP-SEND-15", "IP-BULK-03", "IP-BULK-06", "IP-HOOK-04",
        "IP-HOOK-06", "IP-HOOK-07",
    ),
    does="Looks at every request with right data from the target's own numbers, alone or in a list.",
    expects="It is accepted.",
)  # fmt: skip
def valid_accepted(record: Record) -> Judgement:
    yield from unknown_errors(record, "IP-SEND-15")
    yield from _judged(record, Claim.ACCEPT)


@section.standing(
    "invalid-refused",
    observes=(
        "IP-SEND-02", "IP-SEND-03", "IP-SEND-04", "IP-SEND-05", "IP-SEND-06", "IP-SEND-07", "IP-SEND-11", "IP-HOOK-02",
        "IP-SEND-21", "IP-BULK-05", "IP-HOOK-03", "IP-HOOK-10", "IP-HOOK-12", "IP-HOOKGET-09",
    ),
    does="Looks at every request with data that a stated requirement forbids, alone or in a list.",
    expects="It is refused, in a list item by item, and not with a server error.",
)  # fmt: skip
def invalid_refused(record: Record) -> Judgement:
    yield from _judged(record, Claim.REFUSE)


def _judged(record: Record, claim: Claim) -> Iterator[Breach]:
    numbers = record.target.numbers
    seen = False
    cleared = _cleared(record) if claim is Claim.ACCEPT else set[str]()
    for exchange in filter(speaks_of_data, record.exchanges):
        value = sent(exchange) if exchange.request.operation == "sendMessage" else None
        if is_array(value):
            items = [(at, _message(item, exchange, numbers, at)) for at, item in enumerate(value)]
            seen |= any(expected.claim is claim for _, expected in items)
            yield from _list_words(exchange, value, items, claim, cleared)
            continue
        expected = expectation(exchange, numbers)
        if expected.claim is claim:
            seen = True
            yield from _words(exchange, expected, cleared)
    if not seen:
        raise NotObserved(f"no request that must be {'accepted' if claim is Claim.ACCEPT else 'refused'}")


def _cleared(record: Record) -> set[str]:
    """What single requests that were accepted made use of."""
    return {
        use.what
        for exchange in filter(speaks_of_data, record.exchanges)
        if exchange.status in (201, 202)
        for use in _uses(exchange.request.operation, exchange.request.json)
    }


def _uses(operation: str | None, value: Any) -> Iterator[Use]:
    """What a single request makes use of, the most particular first."""
    if operation == "setWebhook":
        endpoints = dig(value, "endpoints")
        if is_array(endpoints) and any("-" in str(endpoint) for endpoint in endpoints):
            yield Use("a short code as endpoint", "IP-HOOK-04")
        yield Use("one endpoint", "IP-HOOK-06")
    elif is_object(value):
        if "guid" in value:
            yield Use("a guid", "IP-SEND-06")
        sender = str(value.get("from"))
        if sender.startswith("+"):
            yield Use("a long code", "IP-SEND-09")
        elif sender.partition("-")[2].isdecimal():
            yield Use("a short code", "IP-SEND-08")
        else:
            yield Use("a name", "IP-SEND-10")
        if "guid" not in value:
            yield Use("no guid", "IP-SEND-06")


def _words(exchange: Exchange, expected: Expectation, cleared: Set[str]) -> Iterator[Breach]:
    """What is wrong with the answer to one request that is no list of messages."""
    status = exchange.status
    assert status is not None
    if expected.claim is Claim.ACCEPT:
        if not 200 <= status < 300:
            several = exchange.request.operation == "setWebhook" and len(sent(exchange)["endpoints"]) > 1
            otherwise = (
                "IP-HOOK-07"
                if several
                else "IP-HOOK-06"
                if exchange.request.operation == "setWebhook"
                else "IP-SEND-15"
            )
            rule = blamed([*_uses(exchange.request.operation, sent(exchange))], cleared, otherwise)
            yield breach(rule, exchange, expected="acceptance of right data", got=str(status))
        elif exchange.request.operation == "setWebhook" and is_array(items := exchange.at("endpoints")):
            for at, code in enumerate(_code(item, "status", "code") for item in items):
                if of_item(code) is Outcome.REFUSED:
                    yield breach(
                        "IP-HOOK-04", exchange, expected="acceptance of an own endpoint", got=str(code),
                        pointer=pointer("endpoints", at, "status"),
                    )  # fmt: skip
    elif 200 <= status < 300:
        yield from (
            _not_refused(word, str(status)) for word in expected.breaches if not _endpoint_refused(exchange, word)
        )
    elif status >= 500 and exchange.request.json is not None:
        yield from _stumbled(exchange)


def _list_words(
    exchange: Exchange,
    items: list[Any],
    expectations: list[tuple[int, Expectation]],
    claim: Claim,
    cleared: Set[str],
) -> Iterator[Breach]:
    """What is wrong with the answer to a list of messages, item by item."""
    status = exchange.status
    assert status is not None
    if not 200 <= status < 300:
        all_right = bool(items) and all(expected.claim is Claim.ACCEPT for _, expected in expectations)
        if claim is Claim.ACCEPT and all_right:
            yield breach("IP-BULK-06", exchange, expected="207 to a list of right messages", got=str(status))
        elif claim is Claim.REFUSE and status >= 500:
            yield from _stumbled(exchange)
        return
    responses = exchange.at("responses")
    if not is_array(responses) or len(responses) != len(items):
        return  # the cases of bulk send speak of that
    codes = [_code(response, "code", "status") for response in responses]
    claims = [expected.claim for _, expected in expectations]
    if _perhaps_out_of_order(claims, codes):
        if claim is Claim.REFUSE and Claim.OPEN not in claims:
            yield breach("IP-BULK-05", exchange, expected="each response where its message stands", got=str(codes))
        return
    for at, expected in expectations:
        code = codes[at]
        if expected.claim is not claim or code is None:
            continue
        if claim is Claim.ACCEPT and not 200 <= code < 300:
            rule = blamed([*_uses("sendMessage", items[at])], cleared, "IP-BULK-03")
            yield breach(
                rule, exchange, expected="acceptance of a right item", got=str(code),
                pointer=pointer("responses", at, "code"),
            )  # fmt: skip
        if claim is Claim.REFUSE and 200 <= code < 300:
            yield from (_not_refused(word, str(code)) for word in expected.breaches)


_BECAME: Final = {Outcome.TAKEN: Claim.ACCEPT, Outcome.REFUSED: Claim.REFUSE, Outcome.ELSEWHERE: Claim.REFUSE}


def _perhaps_out_of_order(claims: list[Claim], codes: list[int | None]) -> bool:
    """Whether as many were accepted and refused as may be, only not the right ones."""
    became = [_BECAME.get(of_item(code)) for code in codes]
    misplaced = {
        (claim, code)
        for claim, code in zip(claims, became, strict=True)
        if claim is not Claim.OPEN and claim is not code
    }
    fewest = claims.count(Claim.REFUSE)
    return (
        None not in became
        and bool(misplaced)
        and fewest <= became.count(Claim.REFUSE) <= fewest + claims.count(Claim.OPEN)
    )


def _not_refused(word: Breach, got: str) -> Breach:
    return replace(word, expected=Sentence("a refusal of the request: {}", word.got), got=got)


def _stumbled(exchange: Exchange) -> Iterator[Breach]:
    """A 5xx to wrong data: the page's answer to that is 400. It says so for sending alone."""
    if exchange.request.operation == "sendMessage":
        yield breach("IP-SEND-21", exchange, expected="400 to data with an error in it", got=str(exchange.status))


def _code(item: Any, *keys: str) -> int | None:
    """The status of an item of a 207, under the first of the keys that is there (AMB-IP-11, AMB-IP-16)."""
    code = next((held for held in (dig(item, key) for key in keys) if held is not MISSING), None)
    return whole(code)


def _endpoint_refused(exchange: Exchange, word: Breach) -> bool:
    """Whether a 207 refuses the endpoint that a violation is about, or every endpoint (part 7, decision 9)."""
    items = exchange.at("endpoints")
    if exchange.request.operation != "setWebhook" or not is_array(items) or not items:
        return False
    if all((_code(item, "status", "code") or 0) >= 400 for item in items):
        return True
    endpoints, steps = dig(sent(exchange), "endpoints"), word.pointer.split("/")
    if not is_array(endpoints) or len(steps) != 3:
        return False
    if len(items) != len(endpoints):
        return True  # the cases of the webhook speak of that
    place = int(steps[2])
    # Each response names its endpoint; their order is in no page (S1:36).
    named = [item for item in items if dig(item, "endpoint") == endpoints[place]]
    return (_code((named or items[place : place + 1])[0], "status", "code") or 0) >= 400
