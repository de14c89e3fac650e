"""The control API: what a test, a suite or a person says to the emulator rather than to the vendor.

Its own OpenAPI document lies beside this module and is served at {control}/openapi.json. Browsers stay out: any Origin
is refused.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from jsonschema_rs import Draft202012Validator

from smsproof_conformance.emulator.account import Account
from smsproof_conformance.emulator.books.message import Delivery, Message
from smsproof_conformance.emulator.books.script import ScriptError, read_script
from smsproof_conformance.emulator.desk import Desk
from smsproof_conformance.emulator.exchange import Answer, Body, Request
from smsproof_spec.rules import Malformed, strict_json

if TYPE_CHECKING:
    from smsproof_conformance.emulator.control.page import Page

CONTROL_PATH: Final = "/_smsproof"
PAGE_PATHS: Final = frozenset({"", "/", "/page/inbound"})

Command: TypeAlias = Callable[[Body], Awaitable[Body]]


class ControlError(Exception):
    """A command that cannot be carried out; the text says why and what to send instead."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Control:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._page: Page | None = None
        self._commands: Mapping[str, Mapping[str, Command]] = {
            "/inbound": {"POST": self.inbound},
            "/outbox": {"GET": self.outbox},
            "/reset": {"POST": self.reset},
            "/settle": {"POST": self.settle},
            "/faults": {"GET": self.read_faults, "PUT": self.write_faults},
            "/clock": {"GET": self.read_clock, "POST": self.wind_clock},
            "/tokens": {"POST": self.issue_token},
            "/scripts": {"GET": self.read_scripts, "PUT": self.write_scripts},
            "/deliveries": {"GET": self.deliveries},
            "/numbers": {"GET": self.numbers},
            "/openapi.json": {"GET": self.describe},
        }

    @property
    def _account(self) -> Account:
        return self._desk.account

    async def handle(self, request: Request) -> Answer:
        try:
            if request.path.removeprefix(CONTROL_PATH) in PAGE_PATHS:
                return self._show(request)
            answer = Answer(200, await self._run(request))
            self._account.journal.commit()
            return answer
        except ControlError as error:
            return refuse(error.status, str(error))

    def _show(self, request: Request) -> Answer:
        """The page; its own form is the one request of a browser's that is taken."""
        if self._page is None:
            from smsproof_conformance.emulator.control.page import Page  # with a template engine that few runs need

            self._page = Page(self._desk)
        if request.path == CONTROL_PATH:
            return Answer(308, {}, headers={"location": CONTROL_PATH + "/"})
        if request.path.endswith("/inbound") and request.method == "POST":
            return self._page.receive(request)
        if request.method != "GET" or request.path.endswith("/inbound"):
            raise ControlError(405, "the page is GET")
        if request.header(b"origin") is not None:
            raise ControlError(403, "the page is for nobody else's scripts: send no Origin")
        return self._page.show(request)

    async def _run(self, request: Request) -> Body:
        if request.header(b"origin") is not None:
            raise ControlError(403, "the control API is not for pages in a browser: send no Origin")
        path = request.path.removeprefix(CONTROL_PATH)
        methods = self._commands.get(path)
        if methods is None:
            raise ControlError(404, f"no command at this path; known are {', '.join(self._commands)}")
        command = methods.get(request.method)
        if command is None:
            raise ControlError(405, f"this command is {' or '.join(methods)}")
        body = _read(path, request) if request.method in ("POST", "PUT") else {}
        return await command(body)

    async def inbound(self, body: Body) -> Body:
        """A handset texts one of the account's numbers. Without a webhook nothing comes of it (part 7, decision 10)."""
        planned = self._desk.vendor.receive(body["from"], body["to"], body["message"])
        return {"delivered": planned}

    async def outbox(self, body: Body) -> Body:
        return {"messages": [_shown_message(message) for message in self._account.outbox()]}

    async def reset(self, body: Body) -> Body:
        self._account.reset()
        return {}

    async def settle(self, body: Body) -> Body:
        ended = await self._account.courier.settle()
        due = self._account.courier.next_due
        wait = None if due is None else max(0.0, due - self._account.clock.now())
        return {"ended": ended, "waiting": self._account.courier.waiting, "next_due_in_seconds": wait}

    async def read_faults(self, body: Body) -> Body:
        return {"faults": [fault.name for fault in self._desk.faults]}

    async def write_faults(self, body: Body) -> Body:
        try:
            await self._desk.switch_faults(body["faults"])
        except ValueError as error:
            raise ControlError(400, str(error)) from error
        return await self.read_faults(body)

    async def read_clock(self, body: Body) -> Body:
        return {"now": self._account.clock.utc().isoformat()}

    async def wind_clock(self, body: Body) -> Body:
        self._account.wind(body["advance_seconds"])
        return await self.read_clock(body)

    async def issue_token(self, body: Body) -> Body:
        return {"token": self._account.issue_token(body["lifetime_seconds"])}

    async def read_scripts(self, body: Body) -> Body:
        shown = {
            to: [{"status": step.status, "after_seconds": step.after_seconds} for step in steps]
            for to, steps in self._account.scripts.items()
        }
        return {"scripts": shown}

    async def write_scripts(self, body: Body) -> Body:
        try:
            scripts = {to.removeprefix("+"): read_script(steps) for to, steps in body["scripts"].items()}
        except ScriptError as error:
            raise ControlError(400, str(error)) from error
        self._account.scripts = scripts
        return await self.read_scripts(body)

    async def deliveries(self, body: Body) -> Body:
        return {"deliveries": [_shown_delivery(delivery) for delivery in self._account.deliveries]}

    async def describe(self, body: Body) -> Body:
        return document()

    async def numbers(self, body: Body) -> Body:
        inventory = self._account.inventory
        shown = [
            {"address": number.address, "enabled": number.enabled, "state": number.state, "eu": number.eu}
            for number in inventory
        ]
        magic = dict(self._desk.vendor.magic_numbers())
        return {"numbers": shown, "blocked": sorted(inventory.blocked), "magic": magic}


def refuse(status: int, text: str) -> Answer:
    """The form of every answer of this API that is no success."""
    return Answer(status, {"error": text})


def _shown_message(message: Message) -> Body:
    return {
        "id": message.id,
        "from": message.sender,
        "to": message.to,
        "text": message.text,
        "segments": message.segments,
    }


def _shown_delivery(delivery: Delivery) -> Body:
    return {
        "message": delivery.message.id,
        "url": delivery.url,
        "status": delivery.status or None,
        "state": delivery.state.value,
        "due": _instant(delivery.due),
        "attempts": [{"at": _instant(attempt.at), "outcome": attempt.outcome} for attempt in delivery.attempts],
    }


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _read(path: str, request: Request) -> Body:
    """The body of a command, judged by the document's own schema. No body is the empty object."""
    value = strict_json(request.body) if request.body.strip() else {}
    if isinstance(value, Malformed):
        raise ControlError(400, f"the body is not JSON: {value.detail}")
    error = next(_validator(path, request.method).iter_errors(value), None)
    if error is not None:
        where = "/".join(map(str, error.instance_path)) or "the body"
        raise ControlError(400, f"{where}: {error.message}")
    return cast("Body", value)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of the control API."""
    text = files("smsproof_conformance.emulator.control").joinpath("control.openapi.json").read_text("utf-8")
    return cast("dict[str, Any]", json.loads(text))


@cache
def _validator(path: str, method: str) -> Draft202012Validator:
    operation = document()["paths"][path][method.lower()]
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {"type": "object"})
    return Draft202012Validator({**schema, "components": document()["components"]}, offline=True)
