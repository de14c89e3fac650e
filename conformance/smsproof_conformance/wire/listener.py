"""A small HTTP/1.1 listener on asyncio streams and h11: unlike an ASGI server it can hang up without an answer.

The inbox of a run and the recording server of client judging listen with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import h11

from smsproof_conformance.records.exchange import Headers

_READ_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Heard:
    """One request as it came: target in origin form, header names as sent."""

    method: str
    target: str
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Said:
    """One answer."""

    status: int
    headers: Headers = ()
    body: bytes = b""


Responder = Callable[[Heard], Awaitable[Said | None]]


class Listener:
    """Listens from `open` to `close`; `respond` gives the answer, or None to hang up.

    largest_bytes    of a body; a larger one is answered 413 and never reaches `respond`.
    """

    def __init__(self, respond: Responder, largest_bytes: int) -> None:
        self._respond = respond
        self._largest_bytes = largest_bytes
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> str:
        """Bind and listen. Returns the origin, `http://host:port`."""
        self._server = await asyncio.start_server(self._accept, host, port)
        bound, number = self._server.sockets[0].getsockname()[:2]
        return f"http://{f'[{bound}]' if ':' in bound else bound}:{number}"

    async def close(self) -> None:
        """Stop listening and end every conversation."""
        if self._server is not None:
            self._server.close()
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.create_task(self._serve(reader, writer))
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=64 * 1024)
        try:
            while await self._converse(connection, reader, writer):
                connection.start_next_cycle()
        except (h11.ProtocolError, OSError, TimeoutError):
            pass  # a peer that speaks no HTTP or stalls says nothing that could be recorded
        finally:
            writer.close()

    async def _converse(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        heard = await self._hear(connection, reader, writer)
        if heard is None:
            return False
        said = await self._respond(heard) if len(heard.body) <= self._largest_bytes else Said(413)
        if said is None:
            return False
        await _say(connection, writer, said, heard.method)
        return connection.our_state is h11.DONE and connection.their_state is h11.DONE

    async def _hear(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Heard | None:
        request: h11.Request | None = None
        body = bytearray()
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                if connection.they_are_waiting_for_100_continue:
                    await _write(writer, connection.send(h11.InformationalResponse(status_code=100, headers=[])))
                async with asyncio.timeout(_READ_SECONDS if request else None):
                    connection.receive_data(await reader.read(65536))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > self._largest_bytes:
                    await _say(connection, writer, Said(413), "POST")
                    return None
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                return Heard(
                    method=request.method.decode("ascii"),
                    target=request.target.decode("ascii", "replace"),
                    headers=tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in request.headers.raw_items()),
                    body=bytes(body),
                )
            else:  # ConnectionClosed, PAUSED
                return None


async def _say(connection: h11.Connection, writer: asyncio.StreamWriter, said: Said, method: str) -> None:
    reason = HTTPStatus(said.status).phrase.encode() if said.status in set(HTTPStatus) else b""
    headers = [*said.headers, ("Content-Length", str(len(said.body)))]
    await _write(writer, connection.send(h11.Response(status_code=said.status, reason=reason, headers=headers)))
    if said.body and method != "HEAD":
        await _write(writer, connection.send(h11.Data(data=said.body)))
    await _write(writer, connection.send(h11.EndOfMessage()))


async def _write(writer: asyncio.StreamWriter, data: bytes | None) -> None:
    if data:
        writer.write(data)
        await writer.drain()
