"""Section 2E: settings of a webhook that must be refused, and what a refusal leaves behind (page S1, lines 47 to 52)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, LiteralString

from smsproof_conformance.case import Section
from smsproof_conformance.cases.intelepeer.schema import CONTRACT
from smsproof_conformance.cases.intelepeer.webhooks import (
    get_webhook,
    items,
    of_endpoint,
    same_url,
    set_webhook,
    status_of,
    webhook_url,
)
from smsproof_conformance.cases.intelepeer.wrong_messages import EASTERN
from smsproof_conformance.records.exchange import MISSING, Exchange, is_object, pointer
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import Seen
from smsproof_conformance.records.sentence import Sentence, Words
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

section = Section("intelepeer", "set-webhook")

_ONE: Final = (Fact.LONG_CODE, Fact.INBOX)


def _refused(requirement: str, exchange: Exchange, status: int, what: Words) -> Judgement:
    """A request that must be refused with one status. A 207 refuses where every item does (part 7, decision 9)."""
    if exchange.status == status:
        return
    statuses = {status_of(item) for item in items(exchange)}
    if exchange.status == 207 and statuses == {status}:
        return
    got = f"HTTP {exchange.status}" + (f" with {', '.join(map(str, sorted(map(str, statuses))))}" if statuses else "")
    yield breach(requirement, exchange, expected=Sentence("HTTP {} for {}", status, what), got=got)


_WRONG_FIELDS: Final[tuple[tuple[LiteralString, str, dict[str, Any]], ...]] = (
    ("no endpoints", "IP-HOOK-02", {"endpoints": MISSING}),
    ("endpoints null", "IP-HOOK-02", {"endpoints": None}),
    ("endpoints as a string", "IP-HOOK-02", {"endpoints": "NUMBER"}),
    ("endpoints as a list of numbers", "IP-HOOK-02", {"endpoints": "NUMBERS"}),
    ("no webhook", "IP-HOOK-03", {"webhook": MISSING}),
    ("webhook null", "IP-HOOK-03", {"webhook": None}),
    ("webhook as a number", "IP-HOOK-03", {"webhook": 12}),
    ("webhook as a list", "IP-HOOK-03", {"webhook": ["https://smsproof.example/"]}),
    ("webhook as an object", "IP-HOOK-03", {"webhook": {"url": "https://smsproof.example/"}}),
    ("webhook true", "IP-HOOK-03", {"webhook": True}),
    ("endpoints as an object", "IP-HOOK-02", {"endpoints": {"number": "+12161112222"}}),
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
    # One item may be refused alone in a 207: requests/invalid-refused looks at it.
    mixed = {"endpoints": [number, 12], "webhook": webhook_url(do, "fields")}
    await do.call("a number among the endpoints", "setWebhook", mixed)


@fields.judge
def _(seen: Seen) -> Judgement:
    broken: dict[LiteralString, str] = {name: requirement for name, requirement, _ in _WRONG_FIELDS}
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
    settings = {"endpoints": list(do.target.numbers.long_codes[:1]), "webhook": webhook_url(do, "body-form")}
    await do.call(_IN_A_LIST, "setWebhook", [settings])
    if do.target.on_loopback:  # the page's number and URL stand in it
        for printed in CONTRACT.operations["setWebhook"].refused:
            await do.call(Sentence("{}", printed.name), "setWebhook", content=printed.text.encode())


_IN_A_LIST: Final = "settings in a list"
_NO_OBJECTS: Final[Mapping[LiteralString, bytes]] = {
    "a string": b'"+1"',
    "nothing": b"",
    "an object cut off": b'{"endpoints": [',
}


@body_form.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps():
        what = exchange.request.step
        if exchange.outcome is Outcome.TAKEN and what in (*_NO_OBJECTS, _IN_A_LIST):
            yield breach("IP-HOOK-02", exchange, expected=f"HTTP 400 for {what}", got=f"HTTP {exchange.status}")
        elif exchange.status != 400:
            yield breach(
                "IP-HOUSE-15", exchange, expected=Sentence("HTTP 400 for {}", what), got=f"HTTP {exchange.status}"
            )


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


def _near_misses(number: str) -> dict[LiteralString, str]:
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


_LISTED_ALONE: Final = "near misses"
_WELL_FORMED: Final = "well formed"


@section.scenario(
    "all-wrong",
    observes=("IP-HOOK-07", "IP-HOOK-10", "IP-HOOK-11", "IP-HOOK-13"),
    needs=(*_ONE, Fact.FOREIGN, Fact.NOT_ENABLED, Fact.LOOPBACK),
    does="Sets one URL for a list of near misses, and for a foreign number together with one that is not enabled.",
    expects="207 each time, with a 400 for each near miss, and 404 and 400.",
)
async def all_wrong(do: Actor) -> None:
    numbers = do.target.numbers
    misses = _nearer_misses(numbers.long_codes[0])
    await set_webhook(do, _LISTED_ALONE, misses, webhook_url(do, "near-misses"))
    others = (numbers.foreign or "", numbers.not_enabled or "")
    await set_webhook(do, _WELL_FORMED, others, webhook_url(do, "well-formed"))


def _nearer_misses(number: str) -> list[str]:
    return [
        f" {number}",
        f"{number} ",
        f"{number}\n",
        f"+{number}",
        f"00{number[1:]}",
        number.translate(EASTERN),
        f"{number[:2]}.{number[2:]}",
        f"{number[:2]}\u200b{number[2:]}",
        f"tel:{number}",
        "12345",
        "+1-12345",
    ]


@all_wrong.judge
def _(seen: Seen) -> Judgement:
    for _, exchange in seen.each((_LISTED_ALONE,)):
        if exchange.status == 207:
            for place, item in enumerate(items(exchange)):
                if status_of(item) != 400:
                    yield breach(
                        "IP-HOOK-10", exchange, expected="400 for a near miss of a number", got=status_of(item),
                        pointer=pointer("endpoints", place, "status"),
                    )  # fmt: skip
        elif exchange.status != 400:  # a vendor that refuses the whole is right about each
            yield breach(
                "IP-HOOK-07", exchange, expected="HTTP 207 for several endpoints", got=f"HTTP {exchange.status}"
            )
    for _, exchange in seen.each((_WELL_FORMED,)):
        numbers = seen.target.numbers
        if exchange.status != 207:
            yield breach(
                "IP-HOOK-07", exchange, expected="HTTP 207 for several endpoints", got=f"HTTP {exchange.status}"
            )
            continue
        for endpoint, status, requirement in (
            (numbers.foreign, 404, "IP-HOOK-13"),
            (numbers.not_enabled, 400, "IP-HOOK-11"),
        ):
            got = status_of(of_endpoint(exchange, endpoint or ""))
            if got is not None and got != status:
                yield breach(
                    requirement,
                    exchange,
                    expected=Sentence("{} for its endpoint", status),
                    got=got,
                    pointer="/endpoints",
                )


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


_NO_URLS: Final = (
    "not a url",
    "",
    "/only/a/path",
    "https://",
    "smsproof.example/hook",
    "https://smsproof.example/a hook",
)
_OTHER_URLS: Final = ("ftp://smsproof.example/hook", "//smsproof.example/hook", "https://smsproof.example/hook#part")
"""Absolute http and https URLs without a fragment are what the decisions call well formed (AMB-IP-25); the page does not say."""


@section.scenario(
    "bad-url",
    observes=("IP-GEN-01", "IP-HOOK-12", "IP-HOOKGET-11"),
    needs=_ONE,
    does="Sets what is no URL, for one number and for two, over a URL that is one, and a URL without a token, and reads"
    " what is left.",
    expects="400 and 401, and the number keeps the URL it had.",
)
async def bad_url(do: Actor) -> None:
    numbers = do.target.numbers.long_codes
    await set_webhook(do, "before", numbers[:1], webhook_url(do, "before"))
    settings = {"endpoints": list(numbers[:1]), "webhook": webhook_url(do, "no-token")}
    await do.call("no token", "setWebhook", settings, token="missing")
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
    for _, untold in seen.each(("no token",)):
        if untold.outcome is Outcome.REFUSED and left.at("webhook") == untold.request.json["webhook"]:
            got = left.at("webhook")
            yield breach("IP-GEN-01", left, expected="nothing set without a token", got=got, pointer="/webhook")


@section.scenario(
    "other-methods",
    observes=("IP-HOOK-01",),
    needs=(*_ONE, Fact.LOOPBACK),
    does="Sends the settings with PUT and PATCH, and DELETE without any, over a URL that is set, and reads what is left.",
    expects="No success: setting is a POST. The page does not rule the others out, so that they are only warned of.",
)
async def other_methods(do: Actor) -> None:
    number = do.target.numbers.long_codes[0]
    body = {"endpoints": [number], "webhook": webhook_url(do, "method")}
    await set_webhook(do, "set before", [number], webhook_url(do, "before"))
    for method in _OTHER_METHODS:
        await do.call(method, "setWebhook", None if method == "DELETE" else body, method=method)
    await get_webhook(do, "left", number)  # what was refused changed nothing: account/webhooks-as-set


_OTHER_METHODS: Final = ("PUT", "PATCH", "DELETE")


@other_methods.judge
def _(seen: Seen) -> Judgement:
    for _, exchange in seen.each(_OTHER_METHODS):
        if exchange.outcome is Outcome.TAKEN:
            yield oddity("IP-HOOK-01", exchange, expected="no success", got=f"HTTP {exchange.status}")
