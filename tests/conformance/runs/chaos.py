"""A vendor that accepts messages and, where it is told to, fails below HTTP. It counts what it was sent."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

OK = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s"
ACCEPTED = b'{"code":202,"status":"Accepted"}'
HANGS_UP, RESETS, TRUNCATES = "hangs up", "resets", "truncates"


class Chaos:
    """`act` gets method and number of each request, from 0; it returns what goes wrong, or bytes to say, or None."""

    def __init__(self, act: Callable[[str, int], str | bytes | None]) -> None:
        self.act = act
        self.url = ""
        self.texts: Counter[str] = Counter()
        self.requests = 0
        self.injected: Counter[str] = Counter()
        self.milestones: dict[int, threading.Event] = {}
        self.stop: Callable[[], object] = lambda: None

    def reached(self, number: int) -> threading.Event:
        """Set once so many requests have come."""
        return self.milestones.setdefault(number, threading.Event())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one connection, and close it: one that is left to the collector takes another's socket with it."""
        try:
            await self.talk(reader, writer)
        finally:
            writer.close()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), 0
                )
                body = await reader.readexactly(length)
                number, self.requests = self.requests, self.requests + 1
                if length:
                    with suppress(ValueError, TypeError, KeyError):
                        self.texts[json.loads(body)["text"]] += 1
                if number in self.milestones:
                    self.milestones[number].set()
                does = self.act(head.split()[0].decode(), number)
                if isinstance(does, bytes):
                    writer.write(does)
                    continue
                if does is not None:
                    self.injected[does] += 1
                answer = OK % (b"202 Accepted", b"", len(ACCEPTED), ACCEPTED)
                if does == HANGS_UP:
                    writer.close()
                elif does == RESETS:
                    writer.get_extra_info("socket").setsockopt(
                        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                    )
                    writer.transport.abort()
                elif does == TRUNCATES:
                    writer.write(answer[:-5])
                    await writer.drain()
                    writer.close()
                else:
                    writer.write(answer)


@contextmanager
def vendor(act: Callable[[str, int], str | bytes | None]) -> Iterator[Chaos]:
    chaos = Chaos(act)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(chaos.serve, "127.0.0.1", 0))
    chaos.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    chaos.stop = lambda: loop.call_soon_threadsafe(server.close)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield chaos
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
