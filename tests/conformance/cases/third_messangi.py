"""A third Messangi, by somebody who had read neither our cases, our emulator nor the second one: pages and decisions alone.

`Right` is plain where the second one is strict: one method for each promise that a hurried programmer could break. The
freedoms below use what pages and decisions leave open, several at once. It runs inside the test's own loop; callbacks go
out over real HTTP to the run's inbox.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2

from smsproof_conformance.records.exchange import Answer, Request

SINGLE, BATCH = "/raven/v2/messages", "/raven/v3/messages/batch"
OPTIONS = ("connection", "callbacks", "email", "externalId", "clientId")
OVER = "Text exceeds the limit of allowed segments"
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("^{}\\[~]|€\f")


class Refused(Exception):
    """With the status as its first argument."""


class Number(float):
    """A JSON number that is written as it was: 20.50 stays 20.50."""

    def __new__(cls, written: str) -> Number:
        self = super().__new__(cls, written)
        self.written = written
        return self

    written: str


class Message:
    def __init__(self, body: dict[str, Any], to: str, text: str, id_: str) -> None:
        self.body, self.to, self.text, self.id = body, to, text, id_

    @property
    def in_batch(self) -> bool:
        return isinstance(self.body["to"], list)


class Right:
    owned = frozenset({"12345", "2222", "1", "999999", "1234567", "12165550100", "COMPANY"})
    success, unauthorized, bad = 200, 401, 400
    refusal: str | None = None  # of the control API

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.due: list[tuple[str, Any]] = []
        self.by_itself = False  # callbacks go out without being asked for: nobody has a control API
        self.tasks: set[asyncio.Task[bool]] = set()

    # The wire.

    async def exchange(self, request: Request) -> Answer:
        try:
            status, document = self.success, self.answer(request)
        except Refused as refused:
            status = refused.args[0]
            document = self.error(status)
        if self.by_itself and self.due:
            self.tasks.add(asyncio.create_task(self.settle()))
        return Answer(status, self.headers(status), self.written(document), 0.001)

    def headers(self, status: int) -> tuple[tuple[str, str], ...]:
        return (("Content-Type", "application/json"),)

    def written(self, document: Any) -> bytes:
        return json.dumps(document, ensure_ascii=False).encode()

    def error(self, status: int) -> Any:
        return {"meta": self.meta(), "data": None}

    def answer(self, request: Request) -> Any:
        path = request.target.partition("?")[0]
        if path not in (SINGLE, BATCH):
            raise Refused(404)
        if request.method != "POST":
            raise Refused(405)
        if request.token != "good":
            raise Refused(self.unauthorized)
        body = self.read(request)
        if not isinstance(body, dict):
            raise Refused(self.bad)
        self.check(body, in_batch=path == BATCH)
        return self.batch(body) if path == BATCH else self.single(body)

    def read(self, request: Request) -> Any:
        media_type = {name.lower(): value for name, value in request.headers}.get("content-type", "")
        if media_type.partition(";")[0] != "application/json":
            raise Refused(self.bad)
        try:
            return json.loads(request.body or b"", parse_float=Number)
        except ValueError:
            raise Refused(self.bad) from None

    # What is asked.

    def check(self, body: dict[str, Any], *, in_batch: bool) -> None:
        if not isinstance(body.get("from"), str) or not isinstance(body.get("text"), str) or not body["text"]:
            raise Refused(self.bad)
        if body["from"] not in self.owned:
            self.foreign(body, in_batch=in_batch)
        if any(not isinstance(body.get(name, ""), str) for name in OPTIONS):
            raise Refused(self.bad)
        if not isinstance(body.get("requestDR", False), bool) or body.get("type", "MT") != "MT":
            raise Refused(self.bad)
        to = body.get("to")
        if not in_batch:
            if not isinstance(to, str) or not self.is_number(to):
                raise Refused(self.bad)
            return
        if not isinstance(to, list) or not to:
            raise Refused(self.bad)
        for recipient in to:
            if not isinstance(recipient, dict) or not isinstance(recipient.get("to"), str):
                raise Refused(self.bad)
            self.check_values(body["text"], recipient)

    def foreign(self, body: dict[str, Any], *, in_batch: bool) -> None:
        raise Refused(self.bad)

    def check_values(self, template: str, recipient: dict[str, Any]) -> None:
        values = recipient.get("params", [])
        needed = max((int(index) + 1 for index in re.findall(r"\{([0-9]+)\}", template)), default=0)
        if not isinstance(values, list) or len(values) < needed:
            raise Refused(self.bad)
        if any(isinstance(value, bool) or not isinstance(value, str | int | float) for value in values):
            raise Refused(self.bad)

    def is_number(self, to: str) -> bool:
        return re.fullmatch(r"\+?[1-9][0-9]{0,14}", to) is not None

    def segments(self, text: str) -> int:
        if set(text) <= BASIC | EXTENSION:
            units, room = sum(1 + (char in EXTENSION) for char in text), 160
        else:
            units, room = len(text.encode("utf-16-le")) // 2, 70
        return -(-units // room)

    def too_long(self, text: str, *, in_batch: bool) -> bool:
        return self.segments(text) > 10

    def stored(self, text: str) -> str:
        return text

    # What is answered.

    def single(self, body: dict[str, Any]) -> Any:
        message = Message(body, body["to"], self.stored(body["text"]), self.new_id())
        over = self.too_long(body["text"], in_batch=False)
        self.take(message, over=over)
        shown = {"id": message.id, "from": body["from"], "to": message.to, "text": message.text}
        meta = self.meta() | ({"explain": OVER} if over else {})
        return {"meta": meta, "data": shown | self.common(body, "ERROR" if over else "QUEUE")}

    def batch(self, body: dict[str, Any]) -> Any:
        taken: list[Message] = []
        invalid: list[str] = []
        for recipient in body["to"]:
            if self.is_number(recipient["to"]):
                text = self.stored(self.fill(body["text"], recipient.get("params", [])))
                taken.append(Message(body, recipient["to"], text, self.new_id()))
            else:
                invalid.append(recipient["to"])
        taken = self.sifted(taken)
        over = [message for message in taken if self.too_long(message.text, in_batch=True)]
        for message in taken:
            self.take(message, over=message in over)
        status = "QUEUE" if len(over) < len(taken) else "ERROR"
        meta = self.meta() | ({"explain": OVER} if over else {})
        return {"meta": meta, "data": self.batch_data(body, taken, invalid) | self.common(body, status)}

    def sifted(self, taken: list[Message]) -> list[Message]:
        return taken

    def batch_data(self, body: dict[str, Any], taken: list[Message], invalid: list[str]) -> dict[str, Any]:
        ids = [{"id": message.id, "mobile": message.to} for message in taken]
        listed = {"invalidNumber": invalid} if invalid else {}
        return {"ids": ids, **listed, "from": body["from"], "text": self.template(body["text"])}

    def template(self, text: str) -> str:
        return text

    def fill(self, template: str, values: list[Any]) -> str:
        return re.sub(r"\{([0-9]+)\}", lambda place: self.value(values[int(place[1])]), template)

    def value(self, value: Any) -> str:
        return value.written if isinstance(value, Number) else str(value)

    def meta(self) -> dict[str, Any]:
        return {"timestamp": time.time_ns() // 1_000_000, "transactionId": secrets.token_hex(8)}

    def common(self, body: dict[str, Any], status: str) -> dict[str, Any]:
        receipt = {"requestDR": body.get("requestDR", False), "type": "MT"}
        return {**receipt, **self.echo(body), "owner": "me", "operator": "it", "status": status, "date": self.date()}

    def echo(self, body: dict[str, Any]) -> dict[str, Any]:
        return {name: body[name] for name in OPTIONS if name in body}

    def date(self) -> str:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def new_id(self) -> str:
        return secrets.token_hex(12)

    # What is sent and told.

    def take(self, message: Message, *, over: bool) -> None:
        if not over:
            self.sent.append(message)
        self.tell(message, self.course(message, over=over))

    def course(self, message: Message, *, over: bool) -> tuple[str, ...]:
        return ("SEGMENTS_EXCEEDED",) if over else ("SENT", "DELIVRD")

    def tell(self, message: Message, statuses: tuple[str, ...]) -> None:
        if message.body.get("requestDR") is True:
            for status in statuses:
                self.due += [(url, self.event(message, status)) for url in self.urls(message, status)]

    def urls(self, message: Message, status: str) -> list[str]:
        return [url for url in message.body.get("callbacks", "").split(",") if url.startswith("http://127.0.0.1:")]

    def event(self, message: Message, status: str) -> dict[str, Any]:
        given = {name: message.body[name] for name in ("externalId", "clientId") if name in message.body}
        return {"id": message.id, "status": status, "to": message.to, "message": message.text, **given}

    def posted(self, event: Any) -> bytes:
        return json.dumps(event, ensure_ascii=False).encode()

    # The control API.

    async def settle(self) -> bool:
        due, self.due = self.due, []
        async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
            for url, event in self.in_order(due):
                await client.post(url, content=self.posted(event), headers={"Content-Type": "application/json"})
        return True

    def in_order(self, due: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        yield from due

    async def outbox(self) -> list[dict[str, Any]] | None:
        return [
            {"id": message.id, "from": message.body["from"], "to": message.to, "text": message.text}
            for message in self.sent
        ]

    async def inbound(self, sender: str, to: str, message: str) -> bool:
        return False

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()


# Freedoms, several at once.


class Terse(Right):
    """201, 403 and 422; a bare word for an error; no option repeated; counted ids; whole seconds; one status of two keys."""

    success, unauthorized, bad = 201, 403, 422

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def error(self, status: int) -> Any:
        return "refused"

    def new_id(self) -> str:
        self.count += 1
        return str(self.count)

    def date(self) -> str:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def common(self, body: dict[str, Any], status: str) -> dict[str, Any]:
        return {"owner": "owner", "operator": "operator", "status": status, "date": self.date()}

    def course(self, message: Message, *, over: bool) -> tuple[str, ...]:
        return ("SEGMENTS_EXCEEDED",) if over else ("DELIVRD",)

    def event(self, message: Message, status: str) -> dict[str, Any]:
        event = super().event(message, status)
        return {name: event[name] for name in event.keys() - {"to", "message"}}


class Lavish(Right):
    """202, capitals, escapes, white space, keys in reverse; keys of its own; no plus; six statuses in disorder."""

    success = 202

    def headers(self, status: int) -> tuple[tuple[str, str], ...]:
        return (("CONTENT-TYPE", "Application/JSON;Charset=UTF-8"), ("Set-Cookie", "a=b"))

    def written(self, document: Any) -> bytes:
        def back(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: back(held) for key, held in reversed(value.items())}
            return [back(held) for held in value] if isinstance(value, list) else value

        return b"\n " + json.dumps(back(document), indent=2).encode() + b"\n"

    def meta(self) -> dict[str, Any]:
        return {"explain": "all is well", **super().meta(), "version": 3, "nested": {"a": [None]}}

    def common(self, body: dict[str, Any], status: str) -> dict[str, Any]:
        bare = {"to": body["to"].removeprefix("+")} if isinstance(body["to"], str) else {}
        return {**super().common(body, status), **bare, "segments": 1, "price": 0.05, "extra": None}

    def batch_data(self, body: dict[str, Any], taken: list[Message], invalid: list[str]) -> dict[str, Any]:
        alone = taken[0].text if len(taken) == 1 == len(body["to"]) else body["text"]
        ids = [{"place": at, "mobile": one.to.removeprefix("+"), "id": one.id} for at, one in enumerate(taken)]
        return {"from": body["from"], "text": alone, "ids": ids, "invalidNumber": invalid}

    def course(self, message: Message, *, over: bool) -> tuple[str, ...]:
        return ("SEGMENTS_EXCEEDED",) if over else ("QUEUE", "DEQUEUED", "SENT", "ENROUTE", "ACCEPTD", "DELIVRD")

    def in_order(self, due: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
        yield from reversed(due)

    def event(self, message: Message, status: str) -> dict[str, Any]:
        return {**super().event(message, status), "to": message.to.removeprefix("+"), "extra": {"x": 1}}


class Late(Right):
    """Foreign codes are taken and told CODE_NOT_ALLOWED; a batch of invalid numbers is refused; errors are lists."""

    def foreign(self, body: dict[str, Any], *, in_batch: bool) -> None:
        """Told later."""

    def take(self, message: Message, *, over: bool) -> None:
        if message.body["from"] in self.owned:
            super().take(message, over=over)
        else:
            self.tell(message, ("CODE_NOT_ALLOWED",))

    def error(self, status: int) -> Any:
        return [{"code": "E1", "message": "no"}]

    def batch(self, body: dict[str, Any]) -> Any:
        if not any(self.is_number(recipient["to"]) for recipient in body["to"]):
            raise Refused(400)
        return super().batch(body)


class Standard(Right):
    """153 and 67 to a segment, the extension table counted as Unicode; offsets in dates; an outbox without its ids."""

    def segments(self, text: str) -> int:
        if set(text) <= BASIC:
            return 1 if len(text) <= 160 else -(-len(text) // 153)
        units = len(text.encode("utf-16-le")) // 2
        return 1 if units <= 70 else -(-units // 67)

    def date(self) -> str:
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+00:00"

    def error(self, status: int) -> Any:
        return {}

    async def outbox(self) -> list[dict[str, Any]] | None:
        return [{**entry, "id": str(place)} for place, entry in enumerate(await super().outbox() or ())]


class Broad(Right):
    """What the page does not forbid: any media type, nulls for absent keys, the key with a colon, 1600 characters of any kind."""

    def read(self, request: Request) -> Any:
        try:
            body = json.loads(request.body or b"", parse_float=Number)
        except ValueError:
            raise Refused(400) from None
        if not isinstance(body, dict):
            return body
        body = {name: held for name, held in body.items() if held is not None}
        if isinstance(body.get("to"), list):
            colon = [
                one if not isinstance(one, dict) or "to:" not in one else {**one, "to": one["to:"]}
                for one in body["to"]
            ]
            body["to"] = colon
        return body

    def too_long(self, text: str, *, in_batch: bool) -> bool:
        return len(text) > 1600

    def new_id(self) -> str:
        return "msg:" + secrets.token_urlsafe(30)


class Lists(Right):
    """A list of what was sent can be seen (S2:9)."""

    def answer(self, request: Request) -> Any:
        if request.method == "GET" and request.token == "good":
            return {"meta": self.meta(), "data": [{"id": one.id, "status": "SENT"} for one in self.sent]}
        return super().answer(request)


FREEDOMS: tuple[type[Right], ...] = (Right, Terse, Lavish, Late, Standard, Broad, Lists)
