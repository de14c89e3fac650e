"""The emulator as an ASGI application: guards in front, the control API on one side, the vendor on the other.

Raw ASGI on purpose: the paths of a vendor are three, and a framework would cost more than answering them does.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final, TypeAlias

from smsproof_conformance.emulator.account import Account, Setup
from smsproof_conformance.emulator.clock import Clock
from smsproof_conformance.emulator.control import CONTROL_PATH, Control
from smsproof_conformance.emulator.exchange import JSON_MEDIA_TYPE, Answer, Refusal, Request
from smsproof_conformance.emulator.faults import FAULTS, faulty
from smsproof_conformance.emulator.faults.fault import Fault
from smsproof_conformance.emulator.intelepeer import IntelePeer
from smsproof_conformance.emulator.lenient import LenientIntelePeer, LenientMessangi
from smsproof_conformance.emulator.messangi import Messangi
from smsproof_conformance.emulator.vendor import Vendor
from smsproof_conformance.emulator.wire import Toxic

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

STRICT: Final[Mapping[str, type[Vendor]]] = {"intelepeer": IntelePeer, "messangi": Messangi}
LENIENT: Final[Mapping[str, type[Vendor]]] = {"intelepeer": LenientIntelePeer, "messangi": LenientMessangi}

_LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_JSON: Final = JSON_MEDIA_TYPE.encode()
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class UnknownName(ValueError):
    """A vendor or a fault that does not exist. The text names the nearest one that does."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        nearest = difflib.get_close_matches(name, list(known), n=1, cutoff=0.0)
        hint = f"The nearest is {nearest[0]!r}" if nearest else "There is none"
        super().__init__(f"no {what} {name!r}. {hint}; `smsproof faults` lists all of them.")
        self.name = name
        self.nearest = nearest[0] if nearest else None


class TooLarge(Exception):
    """A request body beyond the limit."""


class Application:
    """One emulated vendor. Serve it with any ASGI server, or use `running`."""

    def __init__(
        self, vendor: str, faults: Iterable[str] = (), setup: Setup | None = None, clock: Clock | None = None
    ) -> None:
        if vendor not in STRICT:
            raise UnknownName("vendor", vendor, STRICT)
        self.setup = setup or Setup()
        self._right = (LENIENT if self.setup.lenient else STRICT)[vendor]
        self.account = Account(vendor, self.setup, clock)
        self.faults: tuple[Fault, ...] = ()
        self._hosts = _LOOPBACK_HOSTS | self._right.hosts | {host.lower() for host in self.setup.allow_hosts}
        self.use_faults(faults)
        self._control = Control(self)

    def use_faults(self, names: Iterable[str]) -> None:
        """Be wrong in exactly these ways from now on; right again without any.

        raises  UnknownName, for a fault of the other vendor too; nothing changes then.
        """
        chosen = tuple(self._fault(name) for name in dict.fromkeys(names))
        self.vendor = faulty(self._right, chosen)(self.account)
        self.account.courier.serve(self.vendor)
        self.toxics: tuple[Toxic, ...] = tuple(fault.toxic for fault in chosen if fault.toxic is not None)
        self.faults = chosen

    def renew(self) -> None:
        """As new: no message, webhook, fault, script or token of its own, the clock at real time. A store is emptied."""
        self.account.reset()
        self.account.close()
        self.account = Account(self.account.vendor, self.setup)
        self.use_faults(())

    def _fault(self, name: str) -> Fault:
        fault = FAULTS.get(name)
        if fault is None or self.account.vendor not in fault.vendors:
            ours = [known.name for known in FAULTS.values() if self.account.vendor in known.vendors]
            raise UnknownName(f"fault of {self.account.vendor}", name, ours)
        return fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._exchange(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        refusal = self._host_problem(headers)
        try:
            body = await self._body(headers, receive)
        except TooLarge:
            body = b""
            refusal = Refusal(413, "too-large", f"a body of more than {self.setup.max_body_bytes} bytes is not read")
        request = Request(scope["method"], path, scope["query_string"], tuple(headers), body)
        if refusal is not None:
            answer = self.vendor.refuse(refusal)
            answer.headers = {**answer.headers, "connection": "close"}
        elif path.startswith(CONTROL_PATH):
            answer = await self._control.handle(request)
        else:
            answer = self.vendor.handle(request)
            self.account.journal.commit()
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
        limit = self.setup.max_body_bytes
        for name, value in headers:
            if name == b"content-length" and (len(value) > 12 or int(value) > limit):
                raise TooLarge
        message = await receive()
        body: bytes = message.get("body", b"")
        while message.get("more_body", False):
            message = await receive()
            body += message.get("body", b"")
            if len(body) > limit:
                raise TooLarge
        return body

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        self.account.resume()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.account.courier.close()
        self.account.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _send(answer: Answer, send: Send) -> None:
    body = answer.body if isinstance(answer.body, bytes) else _encode(answer.body).encode()
    media_type = _JSON if answer.media_type == JSON_MEDIA_TYPE else answer.media_type.encode("latin-1")
    headers = [(b"content-type", media_type), (b"content-length", b"%d" % len(body))]
    if answer.headers:
        headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
