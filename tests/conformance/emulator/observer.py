"""An outside observer: one fixed sequence of calls, and everything that could be seen of it.

Used to show that every fault is visible. It sees answers, the outbox, and what arrives at webhooks; it does not judge. Ids and
instants are replaced by their form and by their order of appearance, so that chance is not mistaken for a fault.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from smsproof_conformance.emulator import Desk
from smsproof_conformance.emulator.clock import Clock
from smsproof_conformance.emulator.delivery.post import Dial, Post
from smsproof_conformance.emulator.exchange import Request

SEND, HOOK = "/_rest/v4/app/sms/send", "/_rest/v4/my/did/sms/webhook"
SINGLE, BATCH = "/raven/v2/messages", "/raven/v3/messages/batch"
GOOD_TOKEN = "Bearer smsproof-token"
BAD_TOKENS = {
    "none": None, "expired": "Bearer smsproof-expired", "wrong": "Bearer nobody", "bare": "smsproof-token",
    "longer": "Bearer smsproof-token-and-more", "basic": "Basic bm9ib2R5Om5vYm9keQ==", "other word": "Token smsproof-token",
}  # fmt: skip

_ID = re.compile(r"[0-9A-Fa-f]{24,40}|SM[0-9A-F]{30}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12,14}")


class _Seen:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._ids: dict[str, int] = {}

    def note(self, label: str, *parts: object) -> None:
        text = " ".join([label, *map(str, parts)])
        self.lines.append(_ID.sub(self._place, text))

    def _place(self, match: re.Match[str]) -> str:
        form = f"{match[0][:2] if match[0].startswith('SM') else ''}{'-'.join(str(len(run)) for run in match[0].split('-'))}"
        return f"<{form}#{self._ids.setdefault(match[0], len(self._ids))}>"


def observe(vendor: str, faults: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything seen of the fixed sequence, as lines of text."""
    return asyncio.run(_observe(vendor, faults, monkeypatch))


async def _observe(vendor: str, faults: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen = _Seen()
    arrived: dict[str, int] = {}

    async def attempt(_: Dial, url: str, post: Post, answered: Callable[[str], None]) -> None:
        """The customer's side: a URL that ends in outcomes answers with those, one after the other."""
        outcomes = url.rpartition("/")[2].partition("?")[0].split(",")
        outcome = outcomes[min(arrived.get(url, 0), len(outcomes) - 1)]
        arrived[url] = arrived.get(url, 0) + 1
        seen.note("arrival", url, post.method, post.media_type, post.body.decode())
        answered(outcome)

    monkeypatch.setattr(Dial, "attempt", attempt)
    desk = Desk(vendor, faults, clock=Clock(lambda: 1_600_000_000.0))

    def call(
        label: str, method: str, target: str, body: Any = None, token: str | None = GOOD_TOKEN, **more: str
    ) -> Any:
        path, _, query = target.partition("?")
        headers = [(b"content-type", more.get("media_type", "application/json").encode())]
        if token is not None:
            headers.append((b"authorization", token.encode()))
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        answer = desk.vendor.handle(Request(method, path, query.encode(), tuple(headers), content))
        shown = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body)
        seen.note(label, answer.status, answer.media_type, shown)
        return answer.body

    async def outbox(label: str) -> None:
        await desk.account.courier.settle()
        for message in desk.account.outbox():
            seen.note(label, message.id, message.sender, message.to, message.text)

    script = _intelepeer if vendor == "intelepeer" else _messangi
    await script(call, desk, outbox)
    return seen.lines


async def _intelepeer(call: Callable[..., Any], desk: Desk, outbox: Callable[[str], Any]) -> None:
    good = {"from": "+12191112222", "to": "+13038675309", "text": "Hello World!"}
    one, other = "+12161112222", "+12161112223"
    for name, token in BAD_TOKENS.items():
        call(f"send token {name}", "POST", SEND, good, token)
        call(f"bulk token {name}", "POST", SEND, [good], token)
        call(f"hook token {name}", "POST", HOOK, {"endpoints": [one], "webhook": "http://a/200"}, token)
        call(f"read token {name}", "GET", HOOK + "?endpoint=%2B12161112222", None, token)
    call("read after bad tokens", "GET", HOOK + "?endpoint=%2B12161112222", None)
    for method in ("PUT", "PATCH", "GET", "DELETE"):
        call(f"send {method}", method, SEND, good)
        call(f"hook {method}", method, HOOK, {"endpoints": [one], "webhook": "http://a/200"})
    for text in ("", "{", "[", "[{]"):
        call(f"not JSON {text}", "POST", SEND, text)
    for body in ("x", 5, None, True):
        call(f"scalar {body}", "POST", SEND, json.dumps(body))
    for key in good:
        call(f"without {key}", "POST", SEND, {name: value for name, value in good.items() if name != key})
        for wrong in (None, 5):
            call(f"{key} {wrong}", "POST", SEND, {**good, key: wrong})
    call("empty text", "POST", SEND, {**good, "text": ""})
    for guid in (None, 5, "myguid1", "myguid1", "c4cdd080-fbbf-46e3-aff1-311e21f5048c"):
        call(f"guid {guid}", "POST", SEND, {**good, "guid": guid})
    call("no guid", "POST", SEND, good)
    for sender in ("1-12345", "57-MyCompany", "12345", "12191112222", "MyCompany", "?", "+19995550100", "+12165550199"):
        call(f"from {sender}", "POST", SEND, {**good, "from": sender})
    for to in ("13038675309", "+1 303 867 5309", "1-12345", "+13038675309999999", "abc", "+99955501000", "+123456"):
        call(f"to {to}", "POST", SEND, {**good, "to": to})
    for sender in (" +12191112222", "+12191112222\n"):
        call(f"from {sender!r}", "POST", SEND, {**good, "from": sender})
    for to in ("+13038675309\n", "+1303.867.5309", "+1٣038675309"):
        call(f"to {to!r}", "POST", SEND, {**good, "to": to})
    for text in (
        "x" * 154, "x" * 161, "x" * 307, "я" * 71, "😀" * 36, "€" * 81, "Δ" * 71, "x" * 70 + "\t", "x" * 69 + "e\u0301",
        " " + "x" * 160, " <b>%41</b>\n", "x" * 1700,
    ):  # fmt: skip
        call(f"text {text[0]} {len(text)}", "POST", SEND, {**good, "text": text})
    bad = [{**good, "to": "x"}, {**good, "from": "+19995550100"}, {**good, "to": "+99955501000"}]
    call("bulk good", "POST", SEND, [{**good, "from": "1-12345", "text": "a" * 200, "guid": "g"}, good])
    call("bulk mixed", "POST", SEND, [bad[0], good, bad[1], bad[2], {**good, "text": "x" * 161}])
    call("bulk bad", "POST", SEND, bad)
    call("bulk of one", "POST", SEND, [good])
    call("bulk in bulk", "POST", SEND, [[good], good, {key: good[key] for key in ("to", "text")}])
    await outbox("outbox")

    def read(label: str) -> None:
        for endpoint in ("%2B12161112222", "%2B12161112223", "1-12345"):
            call(f"{label} {endpoint}", "GET", HOOK + "?endpoint=" + endpoint)

    for body in (
        {"webhook": "http://a/200"}, {"endpoints": one, "webhook": "http://a/200"}, {"endpoints": [1], "webhook": "http://a/200"},
        {"endpoints": [one]}, {"endpoints": [one], "webhook": 5}, {"endpoints": ["2161112222"], "webhook": "http://a/200"},
        {"endpoints": ["+12165550199"], "webhook": "http://a/200"}, {"endpoints": [one], "webhook": "not a url"},
        {"endpoints": ["+19995550100"], "webhook": "http://a/200"}, {"endpoints": ["57-MyCompany"], "webhook": "http://a/200"},
        {"endpoints": [], "webhook": "http://a/200"}, {"endpoints": [one, one], "webhook": "http://a/200"}, [], "x",
        {"endpoints": [f"{one}\n", "12345"], "webhook": "http://a/200"}, {"endpoints": [one, 5], "webhook": "http://a/200"},
        {"endpoints": ["+19995550100", "+12165550199"], "webhook": "http://a/200"},
        {"endpoints": [one], "webhook": "http://a/b c"}, {"endpoints": [one], "webhook": "http://a/b/"},
    ):  # fmt: skip
        call(f"hook {body}", "POST", HOOK, body)
    for query in (
        "",
        "?endpoint=+12161112222",
        "?endpoint=12161112222",
        "?endpoint=%2B19995550100",
        "?endpoint=%252B12161112222",
    ):
        call(f"read {query}", "GET", HOOK + query)
    read("before")
    call("set one", "POST", HOOK, {"endpoints": [one], "webhook": "http://a/200"})
    call("set several", "POST", HOOK, {"endpoints": [one, other, "+19995550100"], "webhook": "http://b/200"})
    read("several")
    call("set again", "POST", HOOK, {"endpoints": [other], "webhook": "http://c/200"})
    call("set short", "POST", HOOK, {"endpoints": ["1-12345"], "webhook": "http://d/200"})
    read("after")
    for to in (one, other, "1-12345", "57-MyCompany"):
        desk.vendor.receive("+15551112222", to, " Hello Wörld" * 20 + "\n")
        await desk.account.courier.settle()
    desk.vendor.receive("1-12345", one, "from a short code")
    for outcomes in ("500", "500,500,200", "404,302,200", "302,200", "closed", "closed,closed,200", "200?to=one"):
        call("set one", "POST", HOOK, {"endpoints": [one], "webhook": f"http://e/{outcomes}"})
        desk.vendor.receive("+15551112222", one, "hello")
        await desk.account.courier.settle()


async def _messangi(call: Callable[..., Any], desk: Desk, outbox: Callable[[str], Any]) -> None:
    good = {"from": "12345", "to": "+580000000005", "text": "text demo"}
    to = [{"to": "+525500000000", "params": ["Elizabeth", 10.65]}, {"to": "+525511111111", "params": ["Joshua", 20.5]}]
    batch = {"from": "12345", "text": "Hi {0}, your balance is ${1}", "to": to}
    plain = {"from": "12345", "text": "Hi", "to": [{"to": "+525500000000"}, {"to": "525511111111"}]}
    options = {
        "requestDR": True, "callbacks": "http://a/200,http://b/500", "externalId": "campaign", "clientId": "client",
        "email": "a@b.example", "connection": "carrier", "type": "MT",
    }  # fmt: skip
    for name, token in BAD_TOKENS.items():
        call(f"single token {name}", "POST", SINGLE, good, token)
        call(f"batch token {name}", "POST", BATCH, plain, token)
    for method in ("PUT", "GET"):
        call(f"single {method}", method, SINGLE, good)
        call(f"batch {method}", method, BATCH, plain)
    call("empty text", "POST", SINGLE, {**good, "text": ""})
    call("batch empty", "POST", BATCH, {**plain, "to": []})
    form = "from=12345&to=%2B580000000005&text=x"
    call("form", "POST", SINGLE, form, media_type="application/x-www-form-urlencoded")
    for key in good:
        call(f"without {key}", "POST", SINGLE, {name: value for name, value in good.items() if name != key})
        call(f"batch without {key}", "POST", BATCH, {name: value for name, value in plain.items() if name != key})
        call(f"{key} number", "POST", SINGLE, {**good, key: 12345})
    for address in (
        "abc",
        "123456",
        "580000000005",
        "+123456789012345",
        "+1234567890123456",
        "+0123456789",
        "+1-303",
        "+1 303 867 5309",
    ):
        call(f"to {address}", "POST", SINGLE, {**good, "to": address})
        call(f"batch to {address}", "POST", BATCH, {**plain, "to": [{"to": address}, {"to": "+525500000000"}]})
    for sender in ("2222", "12345678", "COMPANY", "TWELVELETTERS"):
        call(f"from {sender}", "POST", SINGLE, {**good, "from": sender})
    for key, value in options.items():
        call(f"option {key}", "POST", SINGLE, {**good, key: value})
        call(f"batch option {key}", "POST", BATCH, {**plain, key: value})
    for wrong in ({"requestDR": "true"}, {"type": "MO"}, {"callbacks": ["http://a/200"]}):
        call(f"wrong {wrong}", "POST", SINGLE, {**good, **wrong})
        call(f"batch wrong {wrong}", "POST", BATCH, {**plain, **wrong})
    call("all options", "POST", SINGLE, {**good, **options, "text": "área"})
    call("minimal", "POST", SINGLE, good)
    for text in ("x" * 161, "x" * 1600, "x" * 1601, "я" * 670, "я" * 1601):
        call(f"text {text[0]} {len(text)}", "POST", SINGLE, {**good, **options, "text": text})
    call("unassigned", "POST", SINGLE, {**good, **options, "from": "777"})
    call("batch", "POST", BATCH, {**batch, **options})
    call("batch as pasted", "POST", BATCH, {**batch, "to": [{"to:": "+525500000000", "params": ["Elizabeth", 10.65]}]})
    call("batch without params", "POST", BATCH, {**batch, "to": [{"to": "+525500000000"}]})
    call("batch to string", "POST", BATCH, {**plain, "to": "+525500000000"})
    call("batch to bare addresses", "POST", BATCH, {**plain, "to": ["+525500000000"]})
    call("batch of one recipient", "POST", BATCH, {**plain, "to": {"to": "+525500000000"}})
    call("batch without words", "POST", BATCH, {**plain, "text": None})
    eleven = [{"to": "+525500000000", "params": ["{1}", *"bcdefghijk"]}]
    call("batch of eleven values", "POST", BATCH, {**plain, "text": "{0}{1}{2}{3}{4}{5}{6}{7}{8}{9}{10}", "to": eleven})
    call("batch of three", "POST", BATCH, {**plain, "text": "<i>", "to": [*plain["to"], {"to": "+580000000005"}]})
    call("batch of two segments", "POST", BATCH, {**plain, "text": "x" * 161})
    call("unassigned batch", "POST", BATCH, {**plain, **options, "from": "777"})
    call("identifiers", "POST", SINGLE, {**good, **options, "externalId": "Campaign", "clientId": "0042"})
    call("white space", "POST", SINGLE, {**good, "text": " e\u0301 "})
    call("batch plain", "POST", BATCH, plain)
    call("batch over-long", "POST", BATCH, {**plain, "text": "x" * 1601})
    await outbox("outbox")
