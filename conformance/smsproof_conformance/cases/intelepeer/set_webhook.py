"""Section 2E: setting the inbound webhook (page S1, lines 10 to 121)."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from smsproof_conformance.case import Section
from smsproof_conformance.cases.intelepeer.messages import example
from smsproof_conformance.cases.intelepeer.schema import CONTRACT, judge_bodies, judge_lists, observed
from smsproof_conformance.cases.intelepeer.webhooks import (
    get_webhook,
    items,
    of_endpoint,
    same_url,
    set_webhook,
    status_of,
    webhook_url,
)
from smsproof_conformance.records.exchange import MISSING, Exchange, dig, is_array, is_object, pointer
from smsproof_conformance.records.outcome import Outcome, of_item
from smsproof_conformance.records.record import NotObserved, Record, Seen
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

section = Section("intelepeer", "set-webhook")

_ONE: Final = (Fact.LONG_CODE, Fact.INBOX)
_TWO: Final = (Fact.TWO_LONG_CODES, Fact.INBOX)


def _refused(requirement: str, exchange: Exchange, status: int, what: str) -> Judgement:
    """A request that must be refused with one status. A 207 refuses where every item does (part 7, decision 9)."""
    if exchange.status == status:
        return
    statuses = {status_of(item) for item in items(exchange)}
    if exchange.status == 207 and statuses == {status}:
        return
    got = f"HTTP {exchange.status}" + (f" with {', '.join(map(str, sorted(map(str, statuses))))}" if statuses else "")
    yield breach(requirement, exchange, expected=f"HTTP {status} for {what}", got=got)


# What must be accepted.


@section.scenario(
    "documented-request",
    observes=("IP-HOOK-01", "IP-HOOK-04", "IP-HOOK-06"),
    needs=_ONE,
    does="Replays the page's example for one endpoint, with a long code of the target's own.",
    expects="201.",
)
async def documented_request(do: Actor) -> None:
    url = example("setWebhook", "set-webhook")["webhook"] if do.target.on_loopback else webhook_url(do, "documented")
    await set_webhook(do, "one long code", do.target.numbers.long_codes[:1], url)


@documented_request.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["one long code"]
    if exchange.status != 201:
        yield breach("IP-HOOK-06", exchange, expected="HTTP 201 for one endpoint", got=f"HTTP {exchange.status}")


@section.scenario(
    "short-code",
    observes=("IP-HOOK-04", "IP-HOOK-06"),
    needs=(Fact.SHORT_CODE, Fact.INBOX),
    does="Sets the webhook of a short code.",
    expects="201: short codes are endpoints too.",
)
async def short_code(do: Actor) -> None:
    await set_webhook(do, "one short code", do.target.numbers.short_codes[:1], webhook_url(do, "short"))


@short_code.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["one short code"]
    if exchange.outcome is not Outcome.TAKEN:
        yield breach("IP-HOOK-04", exchange, expected="HTTP 201 for a short code", got=f"HTTP {exchange.status}")
    elif exchange.status != 201:
        yield breach("IP-HOOK-06", exchange, expected="HTTP 201 for one endpoint", got=f"HTTP {exchange.status}")


@section.scenario(
    "several",
    observes=("IP-HOOK-07", "IP-HOOK-08", "IP-HOOK-21"),
    needs=_TWO,
    does="Sets one URL for two long codes, after each had another, and reads both.",
    expects="207 with a 201 for each, and both have the URL.",
)
async def several(do: Actor) -> None:
    first, second = do.target.numbers.long_codes[:2]
    await set_webhook(do, "before, first", [first], webhook_url(do, "first"))
    await set_webhook(do, "before, second", [second], webhook_url(do, "second"))
    await set_webhook(do, "both", [first, second], webhook_url(do, "both"))
    await get_webhook(do, "read first", first)
    await get_webhook(do, "read second", second)


@several.judge
def _(seen: Seen) -> Judgement:
    both = seen["both"]
    endpoints: list[str] = both.request.json["endpoints"]
    if both.status != 207:
        yield breach("IP-HOOK-07", both, expected="HTTP 207 for two endpoints", got=f"HTTP {both.status}")
    for endpoint, step in zip(endpoints, ("read first", "read second"), strict=True):
        code = status_of(of_endpoint(both, endpoint))
        if of_item(code) is Outcome.REFUSED:
            yield breach(
                "IP-HOOK-09", both, expected="201 for a number of the customer", got=code, pointer="/endpoints"
            )
        if both.outcome is not Outcome.TAKEN or code is not None and of_item(code) is not Outcome.TAKEN:
            continue
        read = seen[step]
        url = read.at("webhook")
        if read.status == 200 and is_object(read.at()) and not same_url(url, both.request.json["webhook"]):
            yield breach("IP-HOOK-21", read, expected="the URL that was set for both", got=url, pointer="/webhook")


@section.scenario(
    "mixed",
    observes=("IP-HOOK-07", "IP-HOOK-09", "IP-HOOK-10", "IP-HOOK-13"),
    needs=(*_ONE, Fact.FOREIGN, Fact.LOOPBACK),
    does="Sets one URL for a good, a foreign and a malformed endpoint, in several orders.",
    expects="207: 201, 404 and 400, each with its own endpoint.",
)
async def mixed(do: Actor) -> None:
    good, foreign, bad = _three(do.target.numbers.long_codes, do.target.numbers.foreign)
    for order in ((good, foreign), (foreign, good), (bad, good), (foreign, bad, good)):
        name = ", ".join({good: "good", foreign: "foreign", bad: "bad"}[endpoint] for endpoint in order)
        await set_webhook(do, f"order {name}", order, webhook_url(do, name.replace(", ", "-")))


def _three(long_codes: tuple[str, ...], foreign: str | None) -> tuple[str, str, str]:
    """A good endpoint, a foreign one, and one whose plus is missing."""
    assert foreign is not None
    return long_codes[0], foreign, long_codes[0].removeprefix("+")


@mixed.judge
def _(seen: Seen) -> Judgement:
    good, foreign, bad = _three(seen.target.numbers.long_codes, seen.target.numbers.foreign)
    for exchange in seen.steps("order"):
        if exchange.status != 207:
            if exchange.status == 400 and bad in exchange.request.json["endpoints"]:
                # AMB-IP-26: per-item problems never change the 207; a vendor that refuses the whole is only warned.
                yield oddity("IP-HOOK-09", exchange, expected="HTTP 207", got="HTTP 400")
            else:
                yield breach("IP-HOOK-09", exchange, expected="HTTP 207", got=f"HTTP {exchange.status}")
            continue
        for endpoint, status, requirement in (
            (good, 201, "IP-HOOK-09"),
            (foreign, 404, "IP-HOOK-13"),
            (bad, 400, "IP-HOOK-10"),
        ):
            got = status_of(of_endpoint(exchange, endpoint))
            if endpoint in exchange.request.json["endpoints"] and got is not None and got != status:
                shared = len({status_of(item) for item in items(exchange)}) == 1
                yield breach(
                    "IP-HOOK-09" if shared else requirement, exchange,
                    expected=f"{status} for its endpoint", got=got, pointer="/endpoints",
                )  # fmt: skip


@section.scenario(
    "repeated-endpoint",
    observes=("IP-HOUSE-22",),
    needs=_ONE,
    does="Names one endpoint twice.",
    expects="207 with two responses that agree.",
)
async def repeated_endpoint(do: Actor) -> None:
    number = do.target.numbers.long_codes[0]
    await set_webhook(do, "twice", [number, number], webhook_url(do, "twice"))


@repeated_endpoint.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["twice"]
    if not is_object(exchange.at()):
        raise NotObserved("the answer is no JSON object")
    statuses = [status_of(item) for item in items(exchange)]
    if exchange.status != 207 or len(statuses) != 2 or statuses[0] != statuses[1]:
        got = f"HTTP {exchange.status} with {len(statuses)} responses"
        yield breach("IP-HOUSE-22", exchange, expected="HTTP 207 with two equal responses", got=got)


@section.scenario(
    "own-for-each-number",
    observes=("IP-HOOK-19", "IP-HOOK-20"),
    needs=_TWO,
    does="Sets different URLs for two numbers, then a new one for the first, and reads both after each step.",
    expects="Each number keeps its own URL, and the second URL of the first replaces its first.",
)
async def own_for_each_number(do: Actor) -> None:
    first, second = do.target.numbers.long_codes[:2]
    await set_webhook(do, "first", [first], webhook_url(do, "first"))
    await set_webhook(do, "second", [second], webhook_url(do, "second"))
    await get_webhook(do, "read first", first)
    await get_webhook(do, "read second", second)
    await set_webhook(do, "first again", [first], webhook_url(do, "replaced"))
    await get_webhook(do, "read first again", first)
    await get_webhook(do, "read second again", second)


@own_for_each_number.judge
def _(seen: Seen) -> Judgement:
    first, second, replaced = (seen[step].request.json["webhook"] for step in ("first", "second", "first again"))
    for step, url in (("read first", first), ("read second", second), ("read second again", second)):
        yield from _reads("IP-HOOK-19", seen[step], url, "the number's own URL")
    yield from _reads("IP-HOOK-20", seen["read first again"], replaced, "the URL that replaced the first")


def _reads(requirement: str, exchange: Exchange, url: str, what: str) -> Judgement:
    if exchange.status == 200 and is_object(exchange.at()) and not same_url(exchange.at("webhook"), url):
        yield breach(requirement, exchange, expected=what, got=exchange.at("webhook"), pointer="/webhook")


_FORMS: Final = ("?key=value&n=1", "/a/b-c_d.e~f", ":8443/hook", "/%C3%A4?q=%2B1")


@section.scenario(
    "url-forms",
    observes=("IP-HOOK-12", "IP-HOOK-15"),
    needs=(*_ONE, Fact.LOOPBACK),
    does="Sets https URLs with a port, a path, a query and escapes, and one with user and password.",
    expects="Each is well formed: 201, and it is read as it was set.",
)
async def url_forms(do: Actor) -> None:
    number = do.target.numbers.long_codes[0]
    for url in (*(f"https://smsproof.example{form}" for form in _FORMS), "https://user:pass@smsproof.example/hook"):
        await set_webhook(do, f"set {url}", [number], url)
        await get_webhook(do, f"read {url}", number)


@url_forms.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps("set "):
        url = exchange.request.json["webhook"]
        if exchange.status == 400:
            yield breach("IP-HOOK-12", exchange, expected="HTTP 201: the URL is well formed", got="HTTP 400")
        else:
            yield from _reads("IP-HOOK-15", seen[f"read {url}"], url, "the URL as it was set")


# What must be refused.

_WRONG_FIELDS: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("no endpoints", "IP-HOOK-02", {"endpoints": MISSING}),
    ("endpoints null", "IP-HOOK-02", {"endpoints": None}),
    ("endpoints as a string", "IP-HOOK-02", {"endpoints": "NUMBER"}),
    ("endpoints as a list of numbers", "IP-HOOK-02", {"endpoints": "NUMBERS"}),
    ("no webhook", "IP-HOOK-03", {"webhook": MISSING}),
    ("webhook null", "IP-HOOK-03", {"webhook": None}),
    ("webhook as a number", "IP-HOOK-03", {"webhook": 12}),
    ("webhook as a list", "IP-HOOK-03", {"webhook": ["https://smsproof.example/"]}),
)


@section.scenario(
    "fields",
    observes=("IP-HOOK-02", "IP-HOOK-03"),
    needs=_ONE,
    does="Leaves out endpoints and webhook in turn, and sends them as other JSON types.",
    expects="400 each time.",
)
async def fields(do: Actor) -> None:
    number = do.target.numbers.long_codes[0]
    own = {"NUMBER": number, "NUMBERS": [int(number.removeprefix("+"))]}
    for name, _, changes in _WRONG_FIELDS:
        right: dict[str, Any] = {"endpoints": [number], "webhook": webhook_url(do, "fields")}
        body = {
            key: own.get(value, value) if isinstance(value, str) else value
            for key, value in (right | changes).items()
            if value is not MISSING
        }
        await do.call(name, "setWebhook", body)


@fields.judge
def _(seen: Seen) -> Judgement:
    broken = {name: requirement for name, requirement, _ in _WRONG_FIELDS}
    for name, exchange in seen.each(broken):
        yield from _refused(broken[name], exchange, 400, name)


@section.scenario(
    "no-endpoint",
    observes=("IP-HOUSE-14",),
    needs=_ONE,
    does="Sets the webhook of an empty list of endpoints.",
    expects="400; nobody says so, and it is only warned of.",
)
async def no_endpoint(do: Actor) -> None:
    await set_webhook(do, "an empty list", [], webhook_url(do, "nobody"))


@no_endpoint.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["an empty list"]
    if exchange.status != 400:
        yield breach("IP-HOUSE-14", exchange, expected="HTTP 400 for no endpoint", got=f"HTTP {exchange.status}")


@section.scenario(
    "body-form",
    observes=("IP-HOOK-02", "IP-HOUSE-15"),
    needs=_ONE,
    does="Sends bodies that are no JSON object, among them the page's example as printed where that harms nobody.",
    expects="400 each time.",
)
async def body_form(do: Actor) -> None:
    for name, content in _NO_OBJECTS.items():
        await do.call(name, "setWebhook", content=content)
    if do.target.on_loopback:  # the page's number and URL stand in it
        for printed in CONTRACT.operations["setWebhook"].refused:
            await do.call(printed.name, "setWebhook", content=printed.text.encode())


_NO_OBJECTS: Final = {"a list": b"[]", "a string": b'"+1"', "nothing": b"", "an object cut off": b'{"endpoints": ['}


@body_form.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps():
        what = exchange.request.step
        if exchange.outcome is Outcome.TAKEN and what in _NO_OBJECTS:
            yield breach("IP-HOOK-02", exchange, expected=f"HTTP 400 for {what}", got=f"HTTP {exchange.status}")
        elif exchange.status != 400:
            yield breach("IP-HOUSE-15", exchange, expected=f"HTTP 400 for {what}", got=f"HTTP {exchange.status}")


@section.scenario(
    "endpoint-form",
    observes=("IP-HOOK-10",),
    needs=_ONE,
    does="Sets the webhook of near misses of a long code and a short code.",
    expects="400 each time.",
)
async def endpoint_form(do: Actor) -> None:
    for name, endpoint in _near_misses(do.target.numbers.long_codes[0]).items():
        await set_webhook(do, name, [endpoint], webhook_url(do, "near-miss"))


def _near_misses(number: str) -> dict[str, str]:
    return {
        "a long code without its plus": number.removeprefix("+"),
        "a long code without its country": number[2:],
        "a long code with dashes": f"{number[:2]}-{number[2:5]}-{number[5:]}",
        "a long code with a first digit of 0": "+0" + number[2:],
        "a long code of 16 digits": number + "0" * (17 - len(number)),
        "an empty endpoint": "",
        "words": "not a number",
    }


@endpoint_form.judge
def _(seen: Seen) -> Judgement:
    for name, exchange in seen.each(_near_misses("+12161112222")):
        yield from _refused("IP-HOOK-10", exchange, 400, name)


@section.scenario(
    "alphanumeric-endpoint",
    observes=("IP-HOUSE-23",),
    needs=(Fact.ALPHANUMERIC, Fact.LOOPBACK),
    does="Sets the webhook of an alphanumeric sender.",
    expects="400; nobody says so, and it is only warned of.",
)
async def alphanumeric_endpoint(do: Actor) -> None:
    await set_webhook(do, "a name", do.target.numbers.alphanumerics[:1], webhook_url(do, "name"))


@alphanumeric_endpoint.judge
def _(seen: Seen) -> Judgement:
    yield from _refused("IP-HOUSE-23", seen["a name"], 400, "an alphanumeric sender")


@section.scenario(
    "foreign-endpoint",
    observes=("IP-HOOK-13",),
    needs=(Fact.FOREIGN, Fact.LOOPBACK),
    does="Sets the webhook of a number that is not the customer's.",
    expects="404.",
)
async def foreign_endpoint(do: Actor) -> None:
    await set_webhook(do, "foreign", [do.target.numbers.foreign or ""], webhook_url(do, "foreign"))


@foreign_endpoint.judge
def _(seen: Seen) -> Judgement:
    yield from _refused("IP-HOOK-13", seen["foreign"], 404, "a number that is not the customer's")


@section.scenario(
    "not-enabled",
    observes=("IP-HOOK-11",),
    needs=(Fact.NOT_ENABLED, Fact.LOOPBACK),
    does="Sets the webhook of a number of the customer that is not enabled for SMS.",
    expects="400.",
)
async def not_enabled(do: Actor) -> None:
    await set_webhook(do, "not enabled", [do.target.numbers.not_enabled or ""], webhook_url(do, "not-enabled"))


@not_enabled.judge
def _(seen: Seen) -> Judgement:
    yield from _refused("IP-HOOK-11", seen["not enabled"], 400, "a number that is not enabled for SMS")


_NO_URLS: Final = ("not a url", "", "/only/a/path", "https://")
_OTHER_URLS: Final = ("ftp://smsproof.example/hook", "//smsproof.example/hook", "https://smsproof.example/hook#part")
"""Absolute http and https URLs without a fragment are what the decisions call well formed (AMB-IP-25); the page does not say."""


@section.scenario(
    "bad-url",
    observes=("IP-HOOK-12", "IP-HOOKGET-11"),
    needs=_ONE,
    does="Sets what is no URL, for one number and for two, over a URL that is one, and reads what is left.",
    expects="400, and the number keeps the URL it had.",
)
async def bad_url(do: Actor) -> None:
    numbers = do.target.numbers.long_codes
    await set_webhook(do, "before", numbers[:1], webhook_url(do, "before"))
    for url in (*_NO_URLS, *_OTHER_URLS):
        await set_webhook(do, f"set {url!r}", numbers[:1], url)
        if url == _NO_URLS[-1]:
            await get_webhook(do, "left", numbers[0])
    if len(numbers) > 1:
        await set_webhook(do, "for two", numbers[:2], "not a url")


@bad_url.judge
def _(seen: Seen) -> Judgement:
    refused = not seen.busy
    for _, exchange in seen.each(f"set {url!r}" for url in _NO_URLS):
        refused = refused and exchange.status == 400
        yield from _refused("IP-HOOK-12", exchange, 400, "what is no URL")
    for _, exchange in seen.each(f"set {url!r}" for url in _OTHER_URLS):
        if exchange.outcome is Outcome.TAKEN:
            yield oddity("IP-HOOK-12", exchange, expected="HTTP 400", got=f"HTTP {exchange.status}")
    if len(seen.target.numbers.long_codes) > 1:
        yield from _refused("IP-HOOK-12", seen["for two"], 400, "what is no URL, for two numbers")
    left = seen["left"]
    if (
        refused
        and left.status == 200
        and is_object(left.at())
        and not same_url(left.at("webhook"), seen["before"].request.json["webhook"])
    ):
        yield breach(
            "IP-HOOKGET-11",
            left,
            expected="the URL before the refused ones",
            got=left.at("webhook"),
            pointer="/webhook",
        )


@section.scenario(
    "other-methods",
    observes=("IP-HOOK-01",),
    needs=(*_ONE, Fact.LOOPBACK),
    does="Sends the settings with PUT and PATCH, and DELETE without any.",
    expects="No success: setting is a POST. The page does not rule the others out, so that they are only warned of.",
)
async def other_methods(do: Actor) -> None:
    body = {"endpoints": [do.target.numbers.long_codes[0]], "webhook": webhook_url(do, "method")}
    for method in ("PUT", "PATCH", "DELETE"):
        await do.call(method, "setWebhook", None if method == "DELETE" else body, method=method)


@other_methods.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps():
        if exchange.outcome is Outcome.TAKEN:
            yield oddity("IP-HOOK-01", exchange, expected="no success", got=f"HTTP {exchange.status}")


# What every answer must say.


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
    status = dig(item, "status")
    return "FailedWebhookItem" if type(status) is int and status >= 400 else "WebhookItem"


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
                "IP-HOOK-08", exchange, expected=f"one response for each of {len(endpoints)} endpoints",
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
