"""A total deadline for blocking calls, without a thread: every socket wait gets at most what is left of it.

HTTP libraries time each read on its own, so a server that drips one byte per second is never too slow for them.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore2

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

_PIECE_BYTES = 65_536

_ends: ContextVar[float | None] = ContextVar("_ends", default=None)


@contextmanager
def ending_at(moment: float) -> Generator[None]:
    """Bound every socket wait of this thread by `moment` (of `time.monotonic`)."""
    token = _ends.set(moment)
    try:
        yield
    finally:
        _ends.reset(token)


def _left(timeout: float | None) -> float | None:
    """The shorter of a wait and what is left; never 0, which would mean "do not wait"."""
    ends = _ends.get()
    if ends is None:
        return timeout
    left = max(ends - time.monotonic(), 1e-3)
    return left if timeout is None else min(timeout, left)


class DeadlineBackend(httpcore2.NetworkBackend):
    """Sockets that know the deadline of the call they serve."""

    def __init__(self) -> None:
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.NetworkStream:
        return _Stream(self._plain.connect_tcp(host, port, _left(timeout), local_address, socket_options))

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[SocketOption] | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._plain.connect_unix_socket(path, _left(timeout), socket_options))

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, plain: httpcore2.NetworkStream) -> None:
        self._plain = plain

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        ends = _ends.get()
        if ends is not None and ends <= time.monotonic():
            raise httpcore2.ReadTimeout("the deadline of the call is over")
        return self._plain.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # In pieces: a peer that reads a little now and then would get the whole wait again after each.
        for start in range(0, len(buffer), _PIECE_BYTES):
            ends = _ends.get()
            if ends is not None and ends <= time.monotonic():
                raise httpcore2.WriteTimeout("the deadline of the call is over")
            self._plain.write(buffer[start : start + _PIECE_BYTES], _left(timeout))

    def close(self) -> None:
        self._plain.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._plain.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._plain.get_extra_info(info)
