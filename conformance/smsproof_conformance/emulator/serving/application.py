"""The emulator as an ASGI application: guards in front, the control API on one side, the vendor on the other.

Raw ASGI on purpose: the paths of a vendor are three, and a framework would cost more than answering them does.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias

from smsproof_conformance.emulator.control.api import CONTROL_PATH, Control, refuse
from smsproof_conformance.emulator.desk import Desk
from smsproof_conformance.emulator.exchange import JSON_MEDIA_TYPE, Answer, Refusal, Request
from smsproof_conformance.emulator.faults.toxic import Toxic

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_JSON: Final = JSON_MEDIA_TYPE.encode()
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class TooLarge(Exception):
    """A request body beyond the limit."""


class Gone(Exception):
    """The client hung up before its request was whole: nothing was asked."""


class Application:
    """One emulated vendor. Serve it with any ASGI server, or use `running`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._hosts = _LOOPBACK_HOSTS | desk.hosts | {host.lower() for host in desk.setup.allow_hosts}
        self._control = Control(desk)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._exchange(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    @property
    def toxics(self) -> tuple[Toxic, ...]:
        """What transport faults do to an answer."""
        return self._desk.toxics

    def spares(self, path: bytes) -> bool:
        """Requests to the control API pass untouched, or nobody could end a fault."""
        return path.startswith(CONTROL_PATH.encode())

    def error_of(self, refusal: Refusal) -> bytes:
        return _encode(self._desk.vendor.error(refusal)).encode()

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        refusal = self._host_problem(headers)
        try:
            body = await self._body(headers, receive)
        except Gone:
            return
        except TooLarge:
            body = b""
            refusal = Refusal(
                413, "too-large", f"a body of more than {self._desk.setup.max_body_bytes} bytes is not read"
            )
        request = Request(scope["method"], path, scope["query_string"], tuple(headers), body)
        if refusal is not None:
            ours = path.startswith(CONTROL_PATH)
            answer = refuse(refusal.status, refusal.text) if ours else self._desk.vendor.refuse(refusal)
            answer.headers = {**answer.headers, "connection": "close"}
        elif path.startswith(CONTROL_PATH):
            answer = await self._control.handle(request)
        else:
            answer = self._desk.vendor.handle(request)
            self._desk.account.journal.commit()
        await _send(answer, send)

    def _host_problem(self, headers: list[tuple[bytes, bytes]]) -> Refusal | None:
        """Against pages in a browser that reach this address under a name of their own (DNS rebinding)."""
        found = [value for name, value in headers if name == b"host"]
        if len(found) == 1:
            host = found[0].decode("latin-1").lower()
            name = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
            if name in self._hosts:
                return None
        return Refusal(
            421, "foreign-host", "this emulator answers to loopback names only; allow others with --allow-host"
        )

    async def _body(self, headers: list[tuple[bytes, bytes]], receive: Receive) -> bytes:
        """Raises TooLarge; Gone."""
        limit = self._desk.setup.max_body_bytes
        for name, value in headers:
            if name == b"content-length" and (len(value) > 12 or int(value) > limit):
                raise TooLarge
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            piece: bytes = message.get("body", b"")
            body += piece
            if len(body) > limit:
                raise TooLarge
            if not message.get("more_body", False):
                return body

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self._desk.account.resume()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._desk.account.courier.close()
        self._desk.account.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _send(answer: Answer, send: Send) -> None:
    body = answer.body if isinstance(answer.body, bytes) else _encode(answer.body).encode()
    media_type = _JSON if answer.media_type == JSON_MEDIA_TYPE else answer.media_type.encode("latin-1")
    headers = [(b"content-type", media_type), (b"content-length", b"%d" % len(body))]
    if answer.headers:
        headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
