"""The layer of bytes under the HTTP server: limits of time here, transport faults here."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from smsproof_conformance.emulator.application import Application

REQUEST_SECONDS: Final = 10.0
"""From the first byte of a request to its last: against clients that drip."""

_OVERDUE: Final = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json\r\ncontent-length: 44\r\nconnection: close\r\n\r\n"
    b'{"error":"the request took over 10 seconds"}'
)


def wire_protocol(application: Application) -> type[HttpToolsProtocol]:
    """The protocol class that serves one emulator."""

    class Wire(HttpToolsProtocol):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self._arriving = False
            self._deadline: asyncio.TimerHandle | None = None

        def data_received(self, data: bytes) -> None:
            self._arriving = True
            super().data_received(data)
            if self._arriving and self._deadline is None:
                self._deadline = self.loop.call_later(REQUEST_SECONDS, self._overdue)

        def on_message_complete(self) -> None:
            self._arriving = False
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None
            super().on_message_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
            super().connection_lost(exc)

        def _overdue(self) -> None:
            if not self.transport.is_closing():
                self.transport.write(_OVERDUE)
                self.transport.close()

    return Wire
