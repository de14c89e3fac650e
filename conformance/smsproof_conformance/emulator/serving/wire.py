"""The layer of bytes under the HTTP server: limits of time and size always, transport faults on request.

A transport fault works on the bytes of an answer after the server has made them, so that it can do what no application
may: cut a body short, never end it, reset the connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
from collections.abc import Callable
from typing import Any, Final, Protocol

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from smsproof_conformance.emulator.exchange import Refusal
from smsproof_conformance.emulator.faults.toxic import HangUp, Pieces, Reset, Toxic

REQUEST_SECONDS: Final = 10.0
"""From the first byte of a request to its last: against clients that drip."""
MAX_HEAD_BYTES: Final = 64 * 1024
"""Of a request line and headers that do not arrive in one piece; a piece holds 256 KiB at most."""

_REASONS: Final = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}

# What is no HTTP is answered and shown on the emulator's page; on standard error it would be a line without a reason.
_LOG: Final = logging.getLogger("smsproof.emulator")
_LOG.setLevel(logging.ERROR)


class Served(Protocol):
    """What this layer asks about the emulator that it serves."""

    @property
    def toxics(self) -> tuple[Toxic, ...]:
        """What happens to the bytes of an answer, in this order."""
        ...

    def spares(self, path: bytes) -> bool:
        """Whether the answer to a request for this path goes out untouched all the same."""
        ...

    def error_of(self, refusal: Refusal) -> bytes:
        """The JSON body for a request that never became whole."""
        ...


class Tap:
    """Stands between the server and the transport of one connection, for the length of one answer."""

    def __init__(
        self, transport: asyncio.Transport, toxics: tuple[Toxic, ...], after: asyncio.Task[None] | None
    ) -> None:
        self._transport = transport
        self._written: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._closing = False
        self.task = asyncio.get_running_loop().create_task(self._pour(toxics, after))

    # What the server asks of a transport.

    def write(self, data: bytes) -> None:
        self._written.put_nowait(bytes(data))

    def close(self) -> None:
        self._closing = True
        self._written.put_nowait(None)

    def is_closing(self) -> bool:
        return self._closing or self._transport.is_closing()

    def complete(self) -> None:
        """The answer is whole; what comes now belongs to the next one."""
        self._written.put_nowait(None)

    # What becomes of it.

    async def _pour(self, toxics: tuple[Toxic, ...], after: asyncio.Task[None] | None) -> None:
        if after is not None:
            await asyncio.wait([after])
        pieces: Pieces = self._pieces()
        for toxic in toxics:
            pieces = toxic(pieces)
        try:
            async for piece in pieces:
                while self._transport.get_write_buffer_size() > 262_144 and not self._transport.is_closing():
                    await asyncio.sleep(0.001)
                if self._transport.is_closing():
                    return
                self._transport.write(piece)
        except HangUp:
            self._transport.close()
        except Reset:
            with contextlib.suppress(OSError):
                connection: socket.socket = self._transport.get_extra_info("socket")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
        if self._closing:
            self._transport.close()

    async def _pieces(self) -> Pieces:
        while (piece := await self._written.get()) is not None:
            yield piece


def wire_protocol(served: Served) -> type[HttpToolsProtocol]:
    """The protocol class that serves one emulator."""

    class Wire(HttpToolsProtocol):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.logger = _LOG
            self._arriving = False
            self._head_bytes: int | None = 0
            self._deadline: asyncio.TimerHandle | None = None
            self._real: Any = None
            self._tap: Tap | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
            self._real = transport
            super().connection_made(transport)

        def data_received(self, data: bytes) -> None:
            self._arriving = True
            super().data_received(data)
            if self._arriving:
                if self._deadline is None:
                    self._deadline = self.loop.call_later(REQUEST_SECONDS, self._overdue)
                if self._head_bytes is not None:
                    self._head_bytes += len(data)
                    if self._head_bytes > MAX_HEAD_BYTES:
                        text = f"the request's line and headers are over {MAX_HEAD_BYTES} bytes: send shorter ones"
                        self._refuse(Refusal(431, "too-large", text))

        def on_message_begin(self) -> None:
            self._head_bytes = 0
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            self._head_bytes = None
            if served.toxics or self._tap is not None:
                self._choose_transport()
            super().on_headers_complete()
            if self._tap is not None:
                self.cycle.on_response = self._completing(self._tap)

        def on_message_complete(self) -> None:
            self._arriving = False
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None
            super().on_message_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
            if self._tap is not None:
                self._tap.task.cancel()
            super().connection_lost(exc)

        def send_400_response(self, msg: str) -> None:
            self._refuse(
                Refusal(400, "not-http", "this is no HTTP/1.1 request: its line, a header or its framing is broken")
            )

        def _choose_transport(self) -> None:
            """Tap the connection for this answer, if anything is to happen to it."""
            before = self._tap.task if self._tap is not None else None
            if not served.toxics or served.spares(httptools.parse_url(self.url).path or b""):
                self._tap = None
                self.transport = self._real
            else:
                self._tap = Tap(self._real, served.toxics, before)
                self.transport = self._tap  # type: ignore[assignment]  # as much of a transport as the server uses

        def _completing(self, tap: Tap) -> Callable[[], None]:
            """What the server does after this answer, with the end of the answer told to its own tap first."""

            def complete() -> None:
                tap.complete()
                self.on_response_complete()

            return complete

        def _overdue(self) -> None:
            self._refuse(Refusal(408, "too-slow", f"the request took over {REQUEST_SECONDS:g} seconds: send it faster"))

        def _refuse(self, refusal: Refusal) -> None:
            """Answer a request that cannot become whole, and close."""
            if self._real.is_closing():
                return
            body = served.error_of(refusal)
            head = (
                f"HTTP/1.1 {refusal.status} {_REASONS[refusal.status]}\r\ncontent-type: application/json\r\n"
                f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            self._real.write(head.encode() + body)
            self._real.close()

    return Wire
