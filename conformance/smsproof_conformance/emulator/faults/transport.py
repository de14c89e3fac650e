"""Transport faults: Toxiproxy's names where it has one, and what a hostile or broken server does besides.

Harmless ones are slow or oddly cut and right all the same. All others end in a verdict about the transport or about
malformed bytes, never in a finding about the contract. Both vendors can have each of them.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncGenerator, Callable
from functools import cache
from typing import Final

from smsproof_conformance.emulator.faults.fault import Fault, Kind, declare
from smsproof_conformance.emulator.faults.toxic import HangUp, Pieces, Reset, Toxic

LATENCY_SECONDS: Final = 0.05
BYTES_PER_SECOND: Final = 20_000
SLOW_CLOSE_SECONDS: Final = 0.1
TIMEOUT_SECONDS: Final = 0.3
SLICE_BYTES: Final = 7
LIMIT_BYTES: Final = 100
BOMB_BYTES: Final = 64 * 1024 * 1024
HEADER_BYTES: Final = 1024 * 1024

Stream = AsyncGenerator[bytes, None]


def _toxic(name: str, kind: Kind) -> Callable[[Toxic], Toxic]:
    """Declare a toxic as a fault of both vendors. Its docstring is summary, blank line, detail."""

    def register(toxic: Toxic) -> Toxic:
        summary, _, detail = (toxic.__doc__ or "").partition("\n\n")
        vendors = ("intelepeer", "messangi")
        declare(Fault(name, vendors, kind, (), summary.strip(), " ".join(detail.split()), toxic=toxic))
        return toxic

    return register


# Harmless.


@_toxic("latency", Kind.HARMLESS)
async def latency(pieces: Pieces) -> Stream:
    """Every answer comes 50 ms late.

    Right all the same: nobody promises a time.
    """
    await asyncio.sleep(LATENCY_SECONDS)
    async for piece in pieces:
        yield piece


@_toxic("bandwidth", Kind.HARMLESS)
async def bandwidth(pieces: Pieces) -> Stream:
    """Answers trickle at 20 kB a second.

    Right all the same, when they have arrived.
    """
    async for piece in pieces:
        for start in range(0, len(piece), 1000):
            part = piece[start : start + 1000]
            await asyncio.sleep(len(part) / BYTES_PER_SECOND)
            yield part


@_toxic("slicer", Kind.HARMLESS)
async def slicer(pieces: Pieces) -> Stream:
    """Answers come in slices of 7 bytes.

    Right all the same: TCP knows no messages.
    """
    async for piece in pieces:
        for start in range(0, len(piece), SLICE_BYTES):
            yield piece[start : start + SLICE_BYTES]
            await asyncio.sleep(0)


@_toxic("slow_close", Kind.HARMLESS)
async def slow_close(pieces: Pieces) -> Stream:
    """Connections are closed 100 ms after the last byte.

    Right all the same: the answer is whole before.
    """
    async for piece in pieces:
        yield piece
    await asyncio.sleep(SLOW_CLOSE_SECONDS)


# No whole answer.


@_toxic("timeout", Kind.TRANSPORT)
async def timeout(pieces: Pieces) -> Stream:
    """No data comes, and the connection closes after 300 ms.

    The request was read: whether it was carried out, nobody can know.
    """
    await asyncio.sleep(TIMEOUT_SECONDS)
    raise HangUp
    yield b""


@_toxic("reset_peer", Kind.TRANSPORT)
async def reset_peer(pieces: Pieces) -> Stream:
    """The connection is reset in the middle of the answer.

    Some bytes of its head may have gone out by then.
    """
    async for piece in pieces:
        yield piece[:20]
        await asyncio.sleep(0)
        raise Reset


@_toxic("limit_data", Kind.TRANSPORT)
async def limit_data(pieces: Pieces) -> Stream:
    """The connection closes after 100 bytes.

    That is within the head of every answer.
    """
    left = LIMIT_BYTES
    async for piece in pieces:
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            raise HangUp


@_toxic("down", Kind.TRANSPORT)
async def down(pieces: Pieces) -> Stream:
    """The port is closed: nobody can connect. What was connected before is reset before a byte of an answer.

    The control API has a port of its own, and can end this.
    """
    raise Reset
    yield b""


@_toxic("truncated-body", Kind.TRANSPORT)
async def truncated_body(pieces: Pieces) -> Stream:
    """The connection closes in the middle of the body.

    Content-Length promised more.
    """
    head, body = await _whole(pieces)
    yield head + body[: len(body) // 2]
    raise HangUp


@_toxic("endless-body", Kind.TRANSPORT)
async def endless_body(pieces: Pieces) -> Stream:
    """The body never ends.

    It is chunked, and goes on until the reader hangs up.
    """
    head, body = await _whole(pieces)
    yield _with_header(_without_header(head, b"content-length"), b"transfer-encoding: chunked")
    yield b"%x\r\n%b\r\n" % (len(body), body)
    while True:
        yield b"10000\r\n" + b" " * 65_536 + b"\r\n"
        await asyncio.sleep(0)


# Whole answers that cannot be read.


@_toxic("gzip-bomb", Kind.TRANSPORT)
async def gzip_bomb(pieces: Pieces) -> Stream:
    """The body is gzip, and a thousand times larger when opened.

    64 KiB on the wire are 64 MiB in memory.
    """
    head, _ = await _whole(pieces)
    yield _answer(_with_header(head, b"content-encoding: gzip"), _bomb())


@_toxic("bad-utf8", Kind.TRANSPORT)
async def bad_utf8(pieces: Pieces) -> Stream:
    """A text of the body is not UTF-8.

    A lone 0xFF stands in its first string.
    """
    head, body = await _whole(pieces)
    yield _answer(head, body.replace(b'"', b'"\xff', 1))


@_toxic("duplicate-keys", Kind.TRANSPORT)
async def duplicate_keys(pieces: Pieces) -> Stream:
    """The body's first key stands there twice.

    Two readers could read two values.
    """
    head, body = await _whole(pieces)
    yield _answer(head, re.sub(rb'^\{("(?:[^"\\]|\\.)*":)', rb"{\1null,\1", body))


@_toxic("wrong-content-type", Kind.TRANSPORT)
async def wrong_content_type(pieces: Pieces) -> Stream:
    """The answer is a page of HTML that says 502.

    As a proxy makes it when the vendor is not there.
    """
    await _whole(pieces)
    body = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
    yield _answer(b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\n\r\n", body)


@_toxic("huge-headers", Kind.TRANSPORT)
async def huge_headers(pieces: Pieces) -> Stream:
    """The answer has a header of a megabyte.

    More than any client should take.
    """
    head, body = await _whole(pieces)
    yield _with_header(head, b"x-padding: " + b"x" * HEADER_BYTES) + body


@_toxic("redirect", Kind.TRANSPORT)
async def redirect(pieces: Pieces) -> Stream:
    """Every call is redirected to another origin.

    307: whoever follows sends token and message there, and the message twice.
    """
    await _whole(pieces)
    head = b"HTTP/1.1 307 Temporary Redirect\r\nlocation: http://localhost:1/elsewhere\r\n"
    yield _answer(head + b"content-type: application/json\r\n\r\n", b'{"code":307}')


async def _whole(pieces: Pieces) -> tuple[bytes, bytes]:
    """The head, with the empty line at its end, and the body."""
    head, _, body = b"".join([piece async for piece in pieces]).partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", body


def _answer(head: bytes, body: bytes) -> bytes:
    """Head and body, with the Content-Length that belongs to them."""
    return _with_header(_without_header(head, b"content-length"), b"content-length: %d" % len(body)) + body


def _with_header(head: bytes, line: bytes) -> bytes:
    return head[:-2] + line + b"\r\n\r\n"


def _without_header(head: bytes, name: bytes) -> bytes:
    return re.sub(rb"(?im)^" + name + rb":[^\r\n]*\r\n", b"", head)


@cache
def _bomb() -> bytes:
    return gzip.compress(b'{"code":202,"text":"' + b" " * BOMB_BYTES + b'"}', compresslevel=9, mtime=0)
