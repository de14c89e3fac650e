"""The inbox: where the target delivers inbound messages and status callbacks during a run.

Each hook is a URL of its own with a script of answers, so that a case can say "500, 500, then 200" and count what came.
Speaks HTTP/1.1 through h11 on asyncio streams: unlike an ASGI server it can also hang up without an answer.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from dataclasses import dataclass, field
from typing import Final

import h11
from smsproof_spec.rules import strict_json

from smsproof_conformance.exchange import Headers, dig
from smsproof_conformance.ledger import Ledger
from smsproof_conformance.target import Secrets, Target

MAX_BODY_BYTES: Final = 256 * 1024
_READ_SECONDS: Final = 10.0
HANG_UP: Final = 0  # in a script of answers: read the request, close the connection, answer nothing

_REASONS = {200: b"OK", 204: b"No Content", 404: b"Not Found", 413: b"Content Too Large", 500: b"Internal Server Error"}


@dataclass
class Hook:
    """One URL of the inbox.

    script    statuses to answer, in order; the last one repeats. HANG_UP closes the connection instead.
    """

    case: str
    label: str
    url: str
    script: tuple[int, ...]
    count: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def next_status(self) -> int:
        status = self.script[min(self.count, len(self.script) - 1)]
        self.count += 1
        self.changed.set()
        return status


class Inbox:
    """Listens from `open` to `close`; records every request in the ledger before it answers."""

    def __init__(self, target: Target, secrets: Secrets, ledger: Ledger) -> None:
        self._target = target
        self._shared_code = secrets.shared_code.get_secret_value() if secrets.shared_code else None
        self._ledger = ledger
        self._hooks: dict[str, Hook] = {}
        self._server: asyncio.Server | None = None
        self._base = ""

    async def open(self) -> None:
        host, _, port = self._target.listen.rpartition(":")
        self._server = await asyncio.start_server(self._serve, host.strip("[]") or "127.0.0.1", int(port))
        bound_host, bound_port = self._server.sockets[0].getsockname()[:2]
        shown = f"[{bound_host}]" if ":" in bound_host else bound_host
        self._base = self._target.public_url or f"http://{shown}:{bound_port}"

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    def hook(self, case: str, label: str, *script: int) -> Hook:
        """Open a URL for a case. `script` defaults to 200."""
        path = f"/{case}/{label}"
        self._hooks[path] = Hook(case, label, self._base + path, script or (200,))
        return self._hooks[path]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=64 * 1024)
        try:
            async with asyncio.timeout(_READ_SECONDS):
                while await self._answer_one(connection, reader, writer):
                    connection.start_next_cycle()
        except (h11.ProtocolError, OSError, TimeoutError):
            pass  # a peer that speaks no HTTP or stalls delivers nothing; there is nothing to record
        finally:
            writer.close()

    async def _answer_one(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        request: h11.Request | None = None
        body = bytearray()
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(65536))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > MAX_BODY_BYTES:
                    await _respond(connection, writer, 413)
                    return False
            elif isinstance(event, h11.EndOfMessage):
                break
            else:  # ConnectionClosed, PAUSED
                return False
        assert request is not None
        hook = self._hooks.get(request.target.decode("ascii", "replace").partition("?")[0])
        status = self._record(hook, request, bytes(body)) if hook else 404
        if status == HANG_UP:
            return False
        await _respond(connection, writer, status)
        return connection.our_state is h11.DONE and connection.their_state is h11.DONE

    def _record(self, hook: Hook, request: h11.Request, body: bytes) -> int:
        status = hook.next_status()
        headers: Headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in request.headers
            if name.lower() != b"authorization"
        )
        shown, secret = self._without_code(body)
        self._ledger.arrive(hook.case, hook.label, request.method.decode("ascii"), headers, shown, secret, status)
        return status

    def _without_code(self, body: bytes) -> tuple[bytes, str | None]:
        """The body with the shared code replaced by the result of the comparison (IntelePeer S1:206).

        Whoever holds the code can forge deliveries, so that neither a right nor a wrong one is kept.
        """
        value = strict_json(body)
        code = dig(value, "signature")
        if not isinstance(code, str):
            return body, None
        if self._shared_code is None:
            result = "unchecked"
        elif hmac.compare_digest(code.encode(), self._shared_code.encode()):
            result = "match"
        else:
            result = "mismatch"
        marker = json.dumps(f"[{result}]").encode()
        return re.sub(rb'("signature"\s*:\s*)"(?:[^"\\]|\\.)*"', lambda found: found[1] + marker, body), result


async def _respond(connection: h11.Connection, writer: asyncio.StreamWriter, status: int) -> None:
    head = h11.Response(status_code=status, reason=_REASONS.get(status, b""), headers=[("Content-Length", "0")])
    for event in (head, h11.EndOfMessage()):
        data = connection.send(event)
        if data:
            writer.write(data)
    await writer.drain()
