"""A third IntelePeer, from the vendor's pages and the decisions.

It shares no code with our emulator or with the second one. `Stranger` is right in its own way; what the pages leave free
and what they forbid are subclasses. Requests come in as the runner would send them; deliveries go out over HTTP.
"""

from __future__ import annotations

import json
import re
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from smsproof_conformance.records.exchange import Answer, Request

SEND, HOOK = "/_rest/v4/app/sms/send", "/_rest/v4/my/did/sms/webhook"
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = "\f^{}\\[~]|€"
Reply = tuple[int, Any]


class Stranger:
    """Right; answers with few keys, tells errors as `detail`, and knows only what it must."""

    owned = frozenset({"+12191112222", "+12161112222", "1-12345", "57-MyCompany"})
    disabled = frozenset({"+12165550199"})
    blocked = frozenset({"+99955501000"})
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    attempts = 5
    refusal: str | None = None  # of the control API

    def __init__(self) -> None:
        self.hooks: dict[str, str] = {}
        self.sent: list[dict[str, Any]] = []
        self.due: list[tuple[str, dict[str, Any]]] = []

    # HTTP.

    async def exchange(self, request: Request) -> Answer:
        status, value = self.answer(request)
        return Answer(status, self.headers, b"" if value is None else self.encode(value), 0.001)

    async def close(self) -> None:
        """Nothing is open."""

    def encode(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def answer(self, request: Request) -> Reply:
        path, _, query = request.target.partition("?")
        if path not in (SEND, HOOK):
            return self.nowhere(request)
        if (path, request.method) not in ((SEND, "POST"), (HOOK, "POST"), (HOOK, "GET")):
            return self.other_method(request)
        if request.token != "good":
            return self.stranger(request)
        if request.method == "GET":
            return self.read(request, query)
        try:
            value = self.parse(request.body or b"")
        except ValueError:
            return self.no(400)
        return self.send(value) if path == SEND else self.set(value)

    def parse(self, content: bytes) -> Any:
        return json.loads(content.decode())

    def nowhere(self, request: Request) -> Reply:
        return self.no(404)

    def other_method(self, request: Request) -> Reply:
        return self.no(405)

    def stranger(self, request: Request) -> Reply:
        return self.no(401)

    def no(self, status: int) -> Reply:
        return status, {"detail": "no"}

    # Addresses.

    def is_long(self, text: str) -> bool:
        return re.fullmatch(r"\+[1-9][0-9]{6,14}", text) is not None

    def is_short(self, text: str) -> bool:
        return re.fullmatch(r"[1-9][0-9]{0,2}-[0-9]{3,8}", text) is not None

    def is_name(self, text: str) -> bool:
        return re.fullmatch(r"[1-9][0-9]{0,2}-(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,11}", text) is not None

    # Sending.

    def send(self, value: Any) -> Reply:
        if isinstance(value, list):
            return 207, {"code": 207, "responses": self.each(value)}
        status = self.check(value)
        return self.no(status) if status else (202, self.take(value))

    def each(self, items: list[Any]) -> list[Any]:
        return [self.item(item) for item in items]

    def item(self, item: Any) -> dict[str, Any]:
        status = self.check(item)
        return {"code": status, "detail": "no"} if status else self.take(item)

    def check(self, item: Any) -> int:
        """0, or the code of a refusal."""
        if not isinstance(item, dict) or not all(isinstance(item.get(key), str) for key in ("from", "to", "text")):
            return 400
        if item["text"] == "" or not isinstance(item.get("guid") or "", str):
            return 400
        sender, to = item["from"], item["to"]
        if not (self.is_long(sender) or self.is_short(sender) or self.is_name(sender)) or not self.is_long(to):
            return 400
        if sender in self.disabled:
            return 400
        return 404 if sender not in self.owned else 403 if to in self.blocked else 0

    def take(self, item: dict[str, Any]) -> dict[str, Any]:
        refid = "SM" + secrets.token_hex(15).upper()
        self.store({"id": refid, "from": item["from"], "to": item["to"], "text": item["text"]})
        return {"refid": refid, "numparts": self.parts(item["text"]), "state": "Queued", "code": 202}

    def store(self, entry: dict[str, Any]) -> None:
        self.sent.append(entry)

    def parts(self, text: str) -> int:
        gsm = all(char in BASIC + ESCAPED for char in text)
        sizes = [1 + (char in ESCAPED if gsm else ord(char) > 0xFFFF) for char in text]
        alone, each = (160, 153) if gsm else (70, 67)
        if sum(sizes) <= alone:
            return 1
        parts, room = 1, each
        for size in sizes:
            if size > room:
                parts, room = parts + 1, each
            room -= size
        return parts

    # Webhooks.

    def set(self, value: Any) -> Reply:
        endpoints = value.get("endpoints") if isinstance(value, dict) else None
        if not isinstance(endpoints, list) or not endpoints or not all(isinstance(one, str) for one in endpoints):
            return self.no(400)
        if not isinstance(value.get("webhook"), str) or not self.is_url(value["webhook"]):
            return self.no(400)
        answers = [(one, self.set_one(one, value["webhook"])) for one in endpoints]
        return self.webhooks(201, answers)

    def webhooks(self, right: int, answers: list[tuple[str, int]]) -> Reply:
        if len(answers) == 1:
            endpoint, status = answers[0]
            return (right, {"code": right, **self.number(endpoint)}) if status == right else self.no(status)
        return 207, {"code": 207, "endpoints": [self.endpoint(one, status) for one, status in answers]}

    def endpoint(self, endpoint: str, status: int) -> dict[str, Any]:
        found = self.number(endpoint) if status < 300 else None
        return {"endpoint": endpoint, "status": status, "response": found}

    def is_url(self, text: str) -> bool:
        return re.fullmatch(r"https?://[!-\"$-.0-~]+[!-\"$-~]*", text) is not None

    def set_one(self, endpoint: str, url: str) -> int:
        status = self.standing(endpoint)
        if not status:
            self.put(endpoint, url)
        return status or 201

    def standing(self, endpoint: str) -> int:
        if not self.is_long(endpoint) and not self.is_short(endpoint) or endpoint in self.disabled:
            return 400
        return 0 if endpoint in self.owned else 404

    def put(self, endpoint: str, url: str) -> None:
        self.hooks[endpoint] = url

    def number(self, endpoint: str) -> dict[str, Any]:
        return {"webhook": self.hooks.get(endpoint), "tnkey": endpoint, "provisioning": {"state": self.state(endpoint)}}

    def state(self, endpoint: str) -> str:
        return "provisioned"

    def read(self, request: Request, query: str) -> Reply:
        asked = self.asked(query)
        return self.webhooks(200, [(one, self.standing(one) or 200) for one in asked]) if asked else self.no(400)

    def asked(self, query: str) -> list[str]:
        return [value for name, value in parse_qsl(query, keep_blank_values=True) if name == "endpoint"]

    # The control API, and deliveries.

    async def inbound(self, sender: str, to: str, message: str) -> bool:
        if to in self.hooks and not self.is_name(to):
            refid = secrets.token_hex(16)
            body = {"refid": refid, "from": sender, "to": to, "message": message, "signature": "SECRET CODE"}
            self.due.append((self.hooks[to], body))
        return True

    async def outbox(self) -> list[dict[str, Any]] | None:
        return self.sent

    async def settle(self) -> bool:
        async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
            while self.due:
                url, body = self.due.pop(0)
                for attempt in range(1, self.attempts + 1):
                    if self.is_done(await self.post(client, self.url(url, attempt), self.body(body, attempt))):
                        break
        return True

    async def post(self, client: httpx2.AsyncClient, url: str, body: dict[str, Any]) -> int:
        try:
            return (await client.post(url, json=body)).status_code
        except httpx2.HTTPError:
            return 0

    def is_done(self, status: int) -> bool:
        return status == 200

    def url(self, url: str, attempt: int) -> str:
        return url

    def body(self, body: dict[str, Any], attempt: int) -> dict[str, Any]:
        return body


def without_query(url: str) -> str:
    return urlsplit(url)._replace(query="").geturl()
