"""One HTTP/1.1 connection to a peer that may be hostile: asyncio streams below, h11 above, every octet accounted for.

Not an HTTP client library, because those hide what a run must know: whether anything of a request left, what stands
behind an answer (in httpx2 2.16 it is read as the answer to the next request), how a length was given.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import h11

from smsproof_conformance.records.exchange import Headers

MAX_BODY_BYTES: Final = 2 * 1024 * 1024
_MAX_HEAD_BYTES: Final = 100 * 1024
_MAX_INTERIM_ANSWERS: Final = 100  # no vendor announces one; endless ones would use up the whole deadline
_BODILESS: Final = frozenset({204, 304})


class ClosedEarly(Exception):
    """The peer closed before its answer was whole.

    silent    not one octet of an answer had come.
    """

    def __init__(self, detail: str, *, silent: bool) -> None:
        super().__init__(detail)
        self.silent = silent


class NotHttp(Exception):
    """What the peer sent is no HTTP/1.1."""


@dataclass(frozen=True)
class Received:
    """An answer, decoded and capped.

    malformed    "oversize" (cut at the cap), "encoding" (not what Content-Encoding says, or not what was asked for),
                 "framing" (two lengths that two readers would take differently), "body-forbidden" (by its status).
    """

    status: int
    headers: Headers
    body: bytes
    malformed: str | None


class Connection:
    """Carries one exchange after the other. Once an answer was not read to its exact end it is not `reusable`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_BYTES)
        self._heard = False
        self.reusable = False
        self.used = False

    @classmethod
    async def open(cls, host: str, port: int, tls: ssl.SSLContext | None, address: str | None = None) -> Connection:
        """Connect to a host, or to one address of it, which is still asked for its name in TLS.

        raises    OSError, ssl.SSLError.
        """
        name = host if tls else None
        reader, writer = await asyncio.open_connection(address or host, port, ssl=tls, server_hostname=name)
        return cls(reader, writer)

    def close(self) -> None:
        self._writer.transport.abort()

    async def is_quiet(self) -> bool:
        """Whether the peer said nothing since its last answer, not even that it closes."""
        try:
            return await self._said_since() is None
        except OSError:
            return False

    async def exchange(
        self, method: str, target: bytes, headers: Headers, body: bytes | None, leaving: Callable[[], None]
    ) -> Received:
        """Send one request and read its answer.

        leaving   called at the last moment at which nothing has left yet.
        raises    ClosedEarly, NotHttp, OSError; h11.LocalProtocolError for a request that HTTP cannot express.
        """
        self.reusable, self._heard = False, False
        event = h11.Request(
            method=method, target=target, headers=[(n.encode("latin-1"), v.encode("latin-1")) for n, v in headers]
        )
        octets = self._http.send(event) or b""
        if body:
            octets += self._http.send(h11.Data(data=body)) or b""
        octets += self._http.send(h11.EndOfMessage()) or b""
        leaving()
        self._writer.write(octets)
        with suppress(ConnectionError):  # a peer may refuse a request before it has come whole, and say so
            await self._writer.drain()
        try:
            received = await self._receive()
        except h11.RemoteProtocolError as error:
            if "peer closed" in str(error) or "peer unexpectedly closed" in str(error):
                raise ClosedEarly(str(error), silent=False) from error
            raise NotHttp(str(error)) from error
        if self.reusable:
            self._http.start_next_cycle()
            self.used = True
        return received

    async def _receive(self) -> Received:
        head = await self._head()
        headers: Headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in head.headers.raw_items())
        decode, malformed = _decoder(headers)
        body = bytearray()
        while True:
            event = await self._event()
            if isinstance(event, h11.Data):
                malformed = decode(bytes(event.data), body) or malformed
                if malformed in ("encoding", "oversize"):
                    return Received(head.status_code, headers, bytes(body[:MAX_BODY_BYTES]), malformed)
            elif isinstance(event, h11.EndOfMessage):
                break
            else:  # the connection is closed or belongs to another protocol now
                break
        behind = self._http.trailing_data[0] or await self._said_since()
        malformed = decode(b"", body) or malformed or _misframed(head.status_code, headers, behind)
        finished = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        self.reusable = finished and behind is None and malformed is None
        return Received(head.status_code, headers, bytes(body), malformed)

    async def _said_since(self) -> bytes | None:
        """What came since the last answer; b"" if the peer closed, None if nothing."""
        try:
            async with asyncio.timeout(0):
                return await self._reader.read(65536)
        except TimeoutError:
            return None

    async def _head(self) -> h11.Response:
        for _ in range(_MAX_INTERIM_ANSWERS):
            event = await self._event()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise NotHttp(f"{type(event).__name__} where an answer begins")
        raise NotHttp(f"more than {_MAX_INTERIM_ANSWERS} interim answers")

    async def _event(self) -> h11.Event | type[h11.PAUSED]:
        while True:
            event = self._http.next_event()
            if event is not h11.NEED_DATA:
                return event  # type: ignore[return-value]
            data = await self._reader.read(65536)
            if not data and self._http.their_state is h11.SEND_RESPONSE:
                detail = (
                    "the peer closed in the head of its answer" if self._heard else "the peer closed, no answer came"
                )
                raise ClosedEarly(detail, silent=not self._heard)
            self._heard = True
            self._http.receive_data(data)


def _misframed(status: int, headers: Headers, behind: bytes | None) -> str | None:
    lengths = _values(headers, "content-length")
    if status in _BODILESS and behind or status == 204 and any(length != "0" for length in lengths):
        return "body-forbidden"
    return "framing" if lengths and _values(headers, "transfer-encoding") else None


# Appends decoded octets to a body; b"" ends it. Returns what is wrong, or None.
_Decode = Callable[[bytes, bytearray], str | None]


def _decoder(headers: Headers) -> tuple[_Decode, str | None]:
    names = [name.strip().lower() for value in _values(headers, "content-encoding") for name in value.split(",")]
    encodings = [name for name in names if name not in ("", "identity")]
    if not encodings:
        return _plain, None
    if len(encodings) == 1 and encodings[0] in ("gzip", "x-gzip"):
        return _gzip(), None
    return lambda _data, _body: "encoding", "encoding"  # a chain multiplies its bombs; nothing but gzip was asked for


def _plain(data: bytes, body: bytearray) -> str | None:
    body += data
    return "oversize" if len(body) > MAX_BODY_BYTES else None


def _gzip() -> _Decode:
    inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
    begun = False

    def decode(data: bytes, body: bytearray) -> str | None:
        nonlocal begun
        if not data:
            return "encoding" if begun and not inflate.eof else None
        begun = True
        try:
            body += inflate.decompress(data, MAX_BODY_BYTES + 1 - len(body))
        except zlib.error:
            return "encoding"
        if len(body) > MAX_BODY_BYTES:
            return "oversize"
        return "encoding" if inflate.unused_data else None

    return decode


def _values(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]
