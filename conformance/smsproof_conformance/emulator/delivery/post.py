"""One attempt to bring a delivery: an HTTP request to the customer's URL, bounded in every direction.

A connection of its own for every attempt, no redirect followed, at most 4 KiB of the answer read, one deadline over all
of it.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import Final

import h11

from smsproof_conformance.emulator.delivery.destination import Destination, ForbiddenDestination, resolve

MAX_ANSWER_BYTES: Final = 4096
"""Of the body. Its head is bounded by h11."""
_MAX_HEAD_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Post:
    """What to send: always a POST with a JSON body unless a fault says otherwise (S1:195, S2:104)."""

    body: bytes
    media_type: str = "application/json"
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Dial:
    """How far the emulator reaches out.

    allowed          hosts beyond loopback
    timeout_seconds  for one attempt as a whole, connecting included
    """

    allowed: Collection[str] = ()
    timeout_seconds: float = 5.0

    async def attempt(self, url: str, post: Post, answered: Callable[[str], None]) -> None:
        """Make one attempt and call `answered` once, as soon as the outcome is known.

        The outcome is the HTTP status in digits, or one of: unresolved, refused, reset, closed, timeout, tls, not-http.
        raises  ForbiddenDestination before anything was connected to.
        """
        outcome: list[str] = []

        def settle(text: str) -> None:
            if not outcome:
                outcome.append(text)
                answered(text)

        try:
            async with asyncio.timeout(self.timeout_seconds):
                destination = await resolve(url, self.allowed)
                await _exchange(destination, post, settle)
        except TimeoutError:
            settle("timeout")
        except ssl.SSLError:
            settle("tls")
        except ConnectionRefusedError:
            settle("refused")
        except ConnectionError:
            settle("reset")
        except (h11.ProtocolError, UnicodeError):
            settle("not-http")
        except OSError:
            settle("unresolved")


async def _exchange(destination: Destination, post: Post, settle: Callable[[str], None]) -> None:
    reader, writer = await _connect(destination)
    try:
        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_BYTES)
        parts = (_head(destination, post), h11.Data(data=post.body), h11.EndOfMessage())
        writer.write(b"".join(connection.send(part) or b"" for part in parts))
        received = 0
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(MAX_ANSWER_BYTES))
            elif isinstance(event, h11.Response):
                settle(str(event.status_code))
            elif isinstance(event, h11.Data):
                received += len(event.data)
                if received > MAX_ANSWER_BYTES:
                    return
            elif not isinstance(event, h11.InformationalResponse):
                break
        settle("closed")
    finally:
        writer.close()


async def _connect(destination: Destination) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the first address that takes the connection; they were all judged."""
    tls = _tls() if destination.secure else None
    refused: OSError = ConnectionRefusedError()
    for address in destination.addresses:
        try:
            return await asyncio.open_connection(
                address, destination.port, ssl=tls, server_hostname=destination.host if tls else None
            )
        except ssl.SSLError:
            raise
        except OSError as error:
            refused = error
    raise refused


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _head(destination: Destination, post: Post) -> h11.Request:
    headers = [
        ("Host", destination.authority),
        ("User-Agent", "smsproof-emulator"),
        ("Content-Type", post.media_type),
        ("Content-Length", str(len(post.body))),
        ("Connection", "close"),
    ]
    if destination.credentials is not None:
        headers.append(("Authorization", "Basic " + base64.b64encode(destination.credentials.encode()).decode()))
    return h11.Request(method=post.method, target=destination.target, headers=headers)


__all__ = ["Dial", "ForbiddenDestination", "Post"]
