"""The layer of bytes under the HTTP server: limits of time always, transport faults on request.

A transport fault works on the bytes of an answer after the server has made them, so that it can do what no application
may: cut a body short, never end it, reset the connection. Requests to the control API pass untouched, or nobody could
switch it off.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from smsproof_conformance.emulator.control import CONTROL_PATH

if TYPE_CHECKING:
    from smsproof_conformance.emulator.application import Application

REQUEST_SECONDS: Final = 10.0
"""From the first byte of a request to its last: against clients that drip."""

Pieces: TypeAlias = AsyncIterator[bytes]
Toxic: TypeAlias = Callable[[Pieces], AsyncGenerator[bytes, None]]
"""Takes an answer piece by piece and gives what shall go out, when it shall. The name is Toxiproxy's."""


class HangUp(Exception):
    """Raised by a toxic: close the connection now, whatever was promised."""


class Reset(Exception):
    """Raised by a toxic: reset the connection now (TCP RST)."""


_OVERDUE: Final = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json\r\ncontent-length: 44\r\nconnection: close\r\n\r\n"
    b'{"error":"the request took over 10 seconds"}'
)


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


def wire_protocol(application: Application) -> type[HttpToolsProtocol]:
    """The protocol class that serves one emulator."""

    class Wire(HttpToolsProtocol):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self._arriving = False
            self._deadline: asyncio.TimerHandle | None = None
            self._real: Any = None
            self._tap: Tap | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
            self._real = transport
            super().connection_made(transport)

        def data_received(self, data: bytes) -> None:
            self._arriving = True
            super().data_received(data)
            if self._arriving and self._deadline is None:
                self._deadline = self.loop.call_later(REQUEST_SECONDS, self._overdue)

        def on_headers_complete(self) -> None:
            if application.toxics or self._tap is not None:
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

        def _choose_transport(self) -> None:
            """Tap the connection for this answer, unless it is one of the control API's."""
            before = self._tap.task if self._tap is not None else None
            path = httptools.parse_url(self.url).path or b""
            if path.startswith(CONTROL_PATH.encode()) or not application.toxics:
                self._tap = None
                self.transport = self._real
            else:
                self._tap = Tap(self._real, application.toxics, before)
                self.transport = self._tap  # type: ignore[assignment]  # as much of a transport as the server uses

        def _completing(self, tap: Tap) -> Callable[[], None]:
            """What the server does after this answer, with the end of the answer told to its own tap first."""

            def complete() -> None:
                tap.complete()
                self.on_response_complete()

            return complete

        def _overdue(self) -> None:
            if not self.transport.is_closing():
                self._real.write(_OVERDUE)
                self._real.close()

    return Wire
