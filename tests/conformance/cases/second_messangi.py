"""A second Messangi, written from the vendor's page and the decisions alone: it shares no code with our emulator.

`Right` answers as the strict column says. A freedom that the page or the decisions leave is a subclass that uses it;
a wrong server is a subclass that breaks a promise. It runs inside the test's own loop, without a socket of its own:
requests come in as the runner would send them, callbacks go out over real HTTP to the run's inbox.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2

from smsproof_conformance.records.exchange import Answer, Request

SEND = "/raven/v2/messages"
BATCH = "/raven/v3/messages/batch"
OWNED = {"12345", "2222", "1", "999999", "1234567", "12165550100", "COMPANY"}
DESTINATION = re.compile(r"\+?[1-9][0-9]{6,14}")
PLACEHOLDER = re.compile(r"\{(\d+)\}")
OPTIONS = ("connection", "callbacks", "email", "externalId", "clientId")
EXCEEDED = "Text exceeds the limit of allowed segments"

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = "^{}\\[~]|€\f"


def is_gsm(text: str) -> bool:
    return all(char in GSM or char in TWICE for char in text)


def units(text: str) -> int:
    if is_gsm(text):
        return sum(2 if char in TWICE else 1 for char in text)
    return sum(2 if ord(char) > 0xFFFF else 1 for char in text)


class Refuse(Exception):
    """The request is not taken."""


class Sent(NamedTuple):
    id: str
    sender: str
    to: str
    text: str


class Right:
    """Right by the strict column of part 3."""

    control: frozenset[str] = frozenset({"outbox", "settle"})
    refusal: str | None = None

    def __init__(self) -> None:
        self.numbers = itertools.count(0x611B3A42C5F7904590C17D1F)
        self.sent: list[Sent] = []
        self.due: list[tuple[str, Any]] = []
        self.tasks: set[asyncio.Task[None]] = set()

    # The wire.

    async def exchange(self, request: Request) -> Answer:
        status, body = self.answer(request)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        if "settle" not in self.control and self.due:
            task = asyncio.create_task(self.deliver_all())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return Answer(status, self.headers(status), data, 0.001)

    def headers(self, status: int) -> tuple[tuple[str, str], ...]:
        return (("Content-Type", "application/json"),)

    def answer(self, request: Request) -> tuple[int, Any]:
        path = urlsplit(request.target).path
        try:
            if path not in (SEND, BATCH):
                return 404, self.error("no such path")
            if request.method != "POST":
                return self.other_method(request, path)
            if request.token != "good":
                return self.unauthorized(request.token)
            value = self.parse(request)
            return self.success(), self.batch(value) if path == BATCH else self.send(value)
        except Refuse as refusal:
            return self.refused(), self.error(str(refusal))

    def other_method(self, request: Request, path: str) -> tuple[int, Any]:
        return 405, self.error("POST only")

    def unauthorized(self, token: str) -> tuple[int, Any]:
        return 401, self.error("no key")

    def success(self) -> int:
        return 200

    def refused(self) -> int:
        return 400

    def error(self, text: str) -> Any:
        return {"meta": self.meta(text), "data": None}

    def parse(self, request: Request) -> dict[str, Any]:
        media_type = next((value for name, value in request.headers if name.lower() == "content-type"), "")
        if "json" not in media_type:
            raise Refuse("JSON, please")
        try:
            value = json.loads(request.body or b"")
        except ValueError:
            raise Refuse("no JSON") from None
        if not isinstance(value, dict):
            raise Refuse("an object, please")
        return value

    # What both sends check.

    def check_common(self, value: dict[str, Any]) -> None:
        for key in ("from", "text"):
            if not isinstance(value.get(key), str) or not value[key]:
                raise Refuse(f"{key} is required")
        if not isinstance(value.get("requestDR", False), bool) or value.get("type", "MT") != "MT":
            raise Refuse("requestDR or type")
        if any(not isinstance(value.get(key, ""), str) for key in OPTIONS):
            raise Refuse("an option is no string")
        self.check_sender(value["from"])

    def check_sender(self, sender: str) -> None:
        """Not assigned: accepted here, and told CODE_NOT_ALLOWED."""

    def fits(self, text: str) -> bool:
        return -(-units(text) // (160 if is_gsm(text) else 70)) <= 10

    # One message.

    def send(self, value: dict[str, Any]) -> Any:
        self.check_common(value)
        if not isinstance(value.get("to"), str):
            raise Refuse("to is required")
        if not self.is_destination(value["to"]):
            return self.badly_formatted(value)
        if not self.fits(value["text"]):
            return self.exceeded(value)
        message = self.accept(value, value["to"], value["text"])
        return {"meta": self.meta(), "data": self.data(value, message.id, self.status())}

    def badly_formatted(self, value: dict[str, Any]) -> Any:
        raise Refuse("to is no number")

    def is_destination(self, to: str) -> bool:
        return DESTINATION.fullmatch(to) is not None

    def exceeded(self, value: dict[str, Any]) -> Any:
        message = Sent(self.new_id(), value["from"], value["to"], value["text"])
        self.tell(value, message, "SEGMENTS_EXCEEDED")
        return {"meta": self.meta(EXCEEDED), "data": self.data(value, message.id, "ERROR")}

    def status(self) -> str:
        return "QUEUE"

    def data(self, value: dict[str, Any], id_: str | None, status: str) -> dict[str, Any]:
        return {
            "id": id_,
            "from": value["from"],
            "text": value["text"],
            "to": value["to"],
            **self.echo(value),
            "owner": "owner@example.com",
            "operator": "operator@example.com",
            "status": status,
            "date": self.date(),
        }

    def echo(self, value: dict[str, Any]) -> dict[str, Any]:
        echo = {key: value[key] for key in OPTIONS if key in value}
        return {"requestDR": value.get("requestDR", False), "type": "MT", **echo}

    def meta(self, explain: str | None = None) -> dict[str, Any]:
        meta: dict[str, Any] = {"timestamp": self.timestamp(), "transactionId": self.transaction()}
        return meta if explain is None else {**meta, "explain": explain}

    def timestamp(self) -> Any:
        return 1763768338140

    def transaction(self) -> str:
        return f"c4cdd080-fbbf-46e3-aff1-{next(self.numbers) % 10**12:012d}"

    def date(self) -> str:
        return "2025-11-21T23:38:58.117592194Z"

    def new_id(self) -> str:
        return f"{next(self.numbers):024x}"

    # A batch.

    def batch(self, value: dict[str, Any]) -> Any:
        self.check_common(value)
        recipients = value.get("to")
        if not isinstance(recipients, list) or not recipients:
            raise Refuse("to is required")
        highest = max((int(found) for found in PLACEHOLDER.findall(value["text"])), default=-1)
        for recipient in recipients:
            if not isinstance(recipient, dict) or not isinstance(recipient.get("to"), str):
                raise Refuse("to/to is required")
            params = recipient.get("params", [])
            if not isinstance(params, list) or len(params) <= highest:
                raise Refuse("to/params is required")
            if any(isinstance(one, bool) or not isinstance(one, str | int | float) for one in params):
                raise Refuse("to/params holds something else")
        return self.take_batch(value, recipients)

    def take_batch(self, value: dict[str, Any], recipients: list[dict[str, Any]]) -> Any:
        ids: list[dict[str, Any]] = []
        invalid: list[str] = []
        status = "ERROR"
        for recipient in recipients:
            to, text = recipient["to"], self.fill(value["text"], recipient.get("params", []))
            if not self.is_destination(to):
                invalid.append(to)
            elif not self.fits(text):
                message = Sent(self.new_id(), value["from"], to, text)
                self.tell(value, message, "SEGMENTS_EXCEEDED")
                ids.append({"id": message.id, "mobile": to})
            else:
                status = self.status()
                ids.append({"id": self.accept(value, to, text).id, "mobile": to})
        explain = EXCEEDED if status == "ERROR" and ids else "a descriptive text"
        return {"meta": self.meta(explain), "data": self.batch_data(value, ids, invalid, status)}

    def fill(self, template: str, params: list[Any]) -> str:
        return PLACEHOLDER.sub(lambda found: self.written(params[int(found[1])]), template)

    def written(self, param: Any) -> str:
        return param if isinstance(param, str) else json.dumps(param)

    def batch_data(
        self, value: dict[str, Any], ids: list[dict[str, Any]], invalid: list[str], status: str
    ) -> dict[str, Any]:
        return {
            "ids": ids,
            **({"invalidNumber": invalid} if invalid else {}),
            "from": value["from"],
            "text": value["text"],
            **self.echo(value),
            "owner": "owner",
            "operator": "operator",
            "status": status,
            "date": self.date(),
        }

    # Delivery, callbacks, and the control API.

    def accept(self, value: dict[str, Any], to: str, text: str) -> Sent:
        message = Sent(self.new_id(), value["from"], to, text)
        if value["from"] not in OWNED:
            self.tell(value, message, "CODE_NOT_ALLOWED")
            return message
        self.sent.append(message)
        for status in self.course():
            self.tell(value, message, status)
        return message

    def course(self) -> tuple[str, ...]:
        return ("SENT", "DELIVRD")

    def tell(self, value: dict[str, Any], message: Sent, status: str) -> None:
        for url in self.urls(value):
            self.due.append((url, self.payload(value, message, status, url)))

    def urls(self, value: dict[str, Any]) -> list[str]:
        if value.get("requestDR") is not True:
            return []
        return [url for url in value.get("callbacks", "").split(",") if url.startswith("http://127.0.0.1:")]

    def payload(self, value: dict[str, Any], message: Sent, status: str, url: str) -> Any:
        return {
            "id": message.id,
            "status": status,
            **{key: value[key] for key in ("externalId", "clientId") if key in value},
        }

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

    async def deliver(self, client: httpx2.AsyncClient, url: str, body: Any) -> None:
        await client.post(url, content=json.dumps(body).encode(), headers={"Content-Type": "application/json"})

    async def outbox(self) -> list[dict[str, Any]] | None:
        if "outbox" not in self.control:
            return None
        return [{"id": one.id, "from": one.sender, "to": one.to, "text": one.text} for one in self.sent]

    async def inbound(self, sender: str, to: str, message: str) -> bool:
        return False

    async def close(self) -> None:
        for task in tuple(self.tasks):
            task.cancel()
