"""A server on loopback that answers whatever a test tells it to, byte for byte, and remembers what it was asked."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Asked:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)


@dataclass
class OddServer:
    """`url` to send to, `asked` for what came, `connections` counted."""

    url: str
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0


Reply = bytes | Callable[[socket.socket], None] | None


def answer(status: int, body: object = b"", *, headers: dict[str, str] | None = None) -> bytes:
    """A whole HTTP answer; a body that is no bytes is written as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(data)}"]
    given = {"Content-Type": "application/json"} | (headers or {})
    lines += [f"{name}: {value}" for name, value in given.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + data


@contextmanager
def odd_server(*replies: Reply) -> Iterator[OddServer]:
    """Answer the n-th request with the n-th reply, the last one for all after it.

    bytes are sent as they are; a function gets the socket; None closes the connection without a word.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    server = OddServer(f"http://127.0.0.1:{listener.getsockname()[1]}")
    stopped = threading.Event()
    threads: list[threading.Thread] = []
    sockets: list[socket.socket] = []
    lock = threading.Lock()

    def serve(connection: socket.socket) -> None:
        with connection:
            stream = connection.makefile("rb")
            while not stopped.is_set():
                try:
                    asked = _read(stream)
                except OSError:
                    return
                if asked is None:
                    return
                with lock:
                    number = len(server.asked)
                    server.asked.append(asked)
                reply = replies[min(number, len(replies) - 1)]
                try:
                    if reply is None:
                        connection.shutdown(socket.SHUT_RDWR)
                        return
                    if callable(reply):
                        reply(connection)
                        return
                    connection.sendall(reply)
                except OSError:
                    return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.connections += 1
            sockets.append(connection)
            thread = threading.Thread(target=serve, args=(connection,))
            threads.append(thread)
            thread.start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield server
    finally:
        stopped.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(10)
        for connection in sockets:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(10)


def _read(stream: object) -> Asked | None:
    line = stream.readline().decode("latin-1")  # type: ignore[attr-defined]
    if not line.strip():
        return None
    method, target, _ = line.split(" ", 2)
    headers: dict[str, str] = {}
    while (line := stream.readline().decode("latin-1").rstrip("\r\n")) != "":  # type: ignore[attr-defined]
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", "0")))  # type: ignore[attr-defined]
    return Asked(method, target, headers, body)
