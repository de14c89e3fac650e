"""A second IntelePeer, written from the vendor's pages and the decisions alone: it shares no code with our emulator.

`Right` answers as the strict column says. A freedom that the pages or the decisions leave is a subclass that uses it;
a wrong server is a subclass that breaks a promise. It runs inside the test's own loop, without a socket of its own:
requests come in as the runner would send them, deliveries go out over real HTTP to the run's inbox.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx2

from smsproof_conformance.records.exchange import Answer, Request

SEND = "/_rest/v4/app/sms/send"
WEBHOOK = "/_rest/v4/my/did/sms/webhook"
OWNED = {"+12191112222", "+12161112222", "1-12345", "57-MyCompany"}
NOT_ENABLED = {"+12165550199"}
BLOCKED = {"+99955501000"}

LONG = re.compile(r"\+[1-9][0-9]{6,14}")
SHORT = re.compile(r"[1-9][0-9]{0,2}-[0-9]{3,8}")
NAME = re.compile(r"[1-9][0-9]{0,2}-(?=.*[A-Za-z])[A-Za-z0-9]{1,11}")
URL = re.compile(r"https?://[^\s/?#]+[^\s#]*")

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = "^{}\\[~]|€\f"


def sizes(text: str) -> tuple[list[int], int, int]:
    """What each character takes, and the limits of a text alone and of one part among several."""
    if all(char in GSM or char in TWICE for char in text):
        return [2 if char in TWICE else 1 for char in text], 160, 153
    return [2 if ord(char) > 0xFFFF else 1 for char in text], 70, 67


def whole_characters(text: str) -> int:
    """Parts by 23.040: a character of two units is never torn."""
    each, alone, among = sizes(text)
    if sum(each) <= alone:
        return 1
    parts, used = 1, 0
    for size in each:
        if used + size > among:
            parts, used = parts + 1, 0
        used += size
    return parts


def by_division(text: str) -> int:
    """Parts as the numbers 153 and 67 alone give them."""
    each, alone, among = sizes(text)
    return 1 if sum(each) <= alone else -(-sum(each) // among)


class Refuse(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


class Sent(NamedTuple):
    id: str
    sender: str
    to: str
    text: str


class Right:
    """Right by the strict column of part 3."""

    control: frozenset[str] = frozenset({"inbound", "outbox", "settle"})
    refusal: str | None = None
    secret: str | None = "SECRET CODE"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)

    def __init__(self) -> None:
        self.numbers = itertools.count(1)
        self.webhooks: dict[str, str] = {}
        self.sent: list[Sent] = []
        self.due: list[tuple[str, dict[str, Any]]] = []
        self.tasks: set[asyncio.Task[None]] = set()

    # The wire.

    async def exchange(self, request: Request) -> Answer:
        status, body = self.answer(request.method, request.target, request.token, request.body or b"")
        data = body if isinstance(body, bytes) else self.encode(body)
        return Answer(status, self.headers, data, 0.001)

    def encode(self, body: Any) -> bytes:
        return json.dumps(body).encode()

    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        path = urlsplit(target).path
        try:
            if path not in (SEND, WEBHOOK) or method not in ("POST", "GET") or (path, method) == (SEND, "GET"):
                raise Refuse(self.no_such_call(path))
            if token != "good":
                raise Refuse(self.unauthorized(path, token))
            if path == SEND:
                return self.send(self.parse(content))
            if method == "POST":
                return self.set(self.parse(content))
            return self.get(parse_qs(urlsplit(target).query, keep_blank_values=True).get("endpoint", []))
        except Refuse as refusal:
            return refusal.status, self.error(refusal.status)

    def no_such_call(self, path: str) -> int:
        return 405 if path in (SEND, WEBHOOK) else 404

    def unauthorized(self, path: str, token: str) -> int:
        return 401

    def parse(self, content: bytes) -> Any:
        try:
            return json.loads(content)
        except ValueError:
            raise Refuse(400) from None

    def error(self, status: int) -> Any:
        return {"code": status, "error": "no"}

    # Sending.

    def send(self, value: Any) -> tuple[int, Any]:
        if not isinstance(value, list):
            return 202, self.receipt(self.accept(value))
        return 207, {"code": 207, "responses": [self.item(one) for one in value]}

    def item(self, value: Any) -> Any:
        try:
            return self.receipt(self.accept(value))
        except Refuse as refusal:
            return self.failed_item(refusal.status)

    def failed_item(self, status: int) -> Any:
        return {"code": status, "error": "no"}

    def accept(self, value: Any) -> Sent:
        self.check(value)
        message = Sent(self.refid(), value["from"], value["to"], value["text"])
        self.sent.append(message)
        return message

    def check(self, value: Any) -> None:
        if not isinstance(value, dict) or not all(isinstance(value.get(key), str) for key in ("from", "to", "text")):
            raise Refuse(400)
        if not value["text"] or not isinstance(value.get("guid") or "", str):
            raise Refuse(400)
        if not any(form.fullmatch(value["from"]) for form in (LONG, SHORT, NAME)) or not LONG.fullmatch(value["to"]):
            raise Refuse(400)
        if value["from"] not in OWNED | NOT_ENABLED:
            raise Refuse(self.foreign_sender())
        if value["from"] in NOT_ENABLED:
            raise Refuse(400)
        if value["to"] in BLOCKED:
            raise Refuse(403)

    def foreign_sender(self) -> int:
        return 404

    def refid(self) -> str:
        return f"SM{next(self.numbers):030X}"

    def receipt(self, message: Sent) -> dict[str, Any]:
        return {"state": "Queued", "code": 202, "refid": message.id, "numparts": self.parts(message.text)}

    def parts(self, text: str) -> int:
        return whole_characters(text)

    # Webhooks.

    def set(self, value: Any) -> tuple[int, Any]:
        endpoints = value.get("endpoints") if isinstance(value, dict) else None
        if not isinstance(endpoints, list) or not endpoints or not all(isinstance(one, str) for one in endpoints):
            raise Refuse(400)
        if not isinstance(value.get("webhook"), str) or not self.well_formed(value["webhook"]):
            raise Refuse(400)
        items = [self.one(201, endpoint, lambda number: self.put(number, value["webhook"])) for endpoint in endpoints]
        return self.single_or_list(201, items)

    def single_or_list(self, status: int, items: list[dict[str, Any]]) -> tuple[int, Any]:
        if len(items) > 1:
            return 207, {"code": 207, "endpoints": items}
        if items[0]["status"] != status:
            raise Refuse(items[0]["status"])
        return status, {"code": status, **items[0]["response"]}

    def well_formed(self, url: str) -> bool:
        return URL.fullmatch(url) is not None

    def one(self, status: int, endpoint: str, act: Callable[[str], None]) -> dict[str, Any]:
        try:
            if not LONG.fullmatch(endpoint) and not SHORT.fullmatch(endpoint):
                raise Refuse(400)
            if endpoint not in OWNED | NOT_ENABLED:
                raise Refuse(404)
            act(endpoint)
        except Refuse as refusal:
            return self.failed_endpoint(refusal.status, endpoint)
        return {"status": status, "endpoint": endpoint, "response": self.state(endpoint)}

    def failed_endpoint(self, status: int, endpoint: str) -> dict[str, Any]:
        return {"status": status, "endpoint": endpoint, "response": {"error": "no"}}

    def put(self, number: str, url: str) -> None:
        if number in NOT_ENABLED:
            raise Refuse(400)
        self.webhooks[number] = url

    def state(self, endpoint: str) -> dict[str, Any]:
        return {
            "tnkey": endpoint,
            "webhook": self.webhooks.get(endpoint),
            "provisioning": {"state": self.provisioning(endpoint)},
        }

    def provisioning(self, endpoint: str) -> str:
        return "provisioned"

    def get(self, endpoints: list[str]) -> tuple[int, Any]:
        if not endpoints:
            raise Refuse(400)
        return self.single_or_list(200, [self.one(200, endpoint, lambda _: None) for endpoint in endpoints])

    # Deliveries, and the control API.

    attempts = 5

    async def inbound(self, sender: str, to: str, message: str) -> bool:
        if "inbound" not in self.control:
            return False
        if to in self.webhooks and not NAME.fullmatch(to):
            self.due.append((self.webhooks[to], self.payload(sender, to, message)))
        if "settle" not in self.control:
            task = asyncio.create_task(self.deliver_all())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return True

    def payload(self, sender: str, to: str, message: str) -> dict[str, Any]:
        body = {"refid": f"{next(self.numbers):032x}", "from": sender, "to": to, "message": message}
        return body if self.secret is None else {**body, "signature": self.signature(body)}

    def signature(self, body: dict[str, Any]) -> Any:
        return self.secret

    async def settle(self) -> bool:
        if "settle" not in self.control:
            return False
        await self.deliver_all()
        return True

    async def deliver_all(self) -> None:
        due, self.due = self.due, []
        async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
            for url, body in due:
                await self.deliver(client, url, body)

    async def deliver(self, client: httpx2.AsyncClient, url: str, body: dict[str, Any]) -> None:
        for _ in range(self.attempts):
            try:
                answer = await client.post(url, content=self.encode_inbound(body), headers=self.inbound_headers())
            except httpx2.HTTPError:
                continue
            if answer.status_code == 200:
                return

    def encode_inbound(self, body: dict[str, Any]) -> bytes:
        return json.dumps(body, ensure_ascii=False).encode()

    def inbound_headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json"}

    async def outbox(self) -> list[dict[str, Any]] | None:
        if "outbox" not in self.control:
            return None
        return [{"id": one.id, "from": one.sender, "to": one.to, "text": one.text} for one in self.sent]

    async def close(self) -> None:
        for task in tuple(self.tasks):
            task.cancel()
