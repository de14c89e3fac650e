"""Section 2E: setting the inbound webhook: what must be accepted, and what it then is (page S1, lines 10 to 121)."""

from __future__ import annotations

from typing import Final

from smsproof_conformance.case import Section
from smsproof_conformance.cases.intelepeer.messages import example
from smsproof_conformance.cases.intelepeer.webhooks import (
    get_webhook,
    items,
    of_endpoint,
    same_url,
    set_webhook,
    status_of,
    webhook_url,
)
from smsproof_conformance.records.exchange import Exchange, is_object
from smsproof_conformance.records.outcome import Outcome, of_item
from smsproof_conformance.records.record import NotObserved, Seen
from smsproof_conformance.records.sentence import Sentence, Words
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

section = Section("intelepeer", "set-webhook")

_ONE: Final = (Fact.LONG_CODE, Fact.INBOX)
_TWO: Final = (Fact.TWO_LONG_CODES, Fact.INBOX)


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
        await set_webhook(do, Sentence("order {}", name), order, webhook_url(do, name.replace(", ", "-")))
    await get_webhook(do, "read the good one", good)  # account/webhooks-as-set knows what it must be


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
                    expected=Sentence("{} for its endpoint", status), got=got, pointer="/endpoints",
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


def _reads(requirement: str, exchange: Exchange, url: str, what: Words) -> Judgement:
    if exchange.status == 200 and is_object(exchange.at()) and not same_url(exchange.at("webhook"), url):
        yield breach(requirement, exchange, expected=what, got=exchange.at("webhook"), pointer="/webhook")


_FORMS: Final = ("?key=value&n=1", "/a/b-c_d.e~f/", ":8443/hook", "/%C3%A4?q=%2B1")


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
        await set_webhook(do, Sentence("set {}", url), [number], url)
        await get_webhook(do, Sentence("read {}", url), number)


@url_forms.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps("set "):
        url = exchange.request.json["webhook"]
        if exchange.status == 400:
            yield breach("IP-HOOK-12", exchange, expected="HTTP 201: the URL is well formed", got="HTTP 400")
        else:
            yield from _reads("IP-HOOK-15", seen[f"read {url}"], url, "the URL as it was set")
