"""Calling one origin: a request goes out once, an answer comes back or the reason why there is none.

Bounded in every direction: one deadline over the whole exchange, a cap on head and body, no redirect followed, no proxy
or netrc taken from the environment.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
import time
from contextlib import suppress
from typing import Final
from urllib.parse import quote, urlsplit

import h11

from smsproof_conformance.records.exchange import Answer, Headers, Lost
from smsproof_conformance.targets.target import is_loopback
from smsproof_conformance.wire.connection import ClosedEarly, Connection, NotHttp

_CONNECT_SECONDS: Final = 3.0
_NOT_IN_A_TARGET: Final = re.compile(r"[^\x21-\x7e]+")
_REPEATABLE: Final = frozenset({"GET", "HEAD"})


class Caller:
    """An HTTP client bound to one base URL; close it in the loop that used it.

    timeout_seconds    for each exchange, from the first attempt to connect to the last octet of the answer.
    trust              what an https peer must show; None: a certificate that this machine trusts.
    """

    def __init__(self, base_url: str, timeout_seconds: float, trust: ssl.SSLContext | None = None) -> None:
        origin = urlsplit(base_url)
        assert origin.hostname is not None  # base URLs are checked where they are declared
        self._host = origin.hostname
        self._on_loopback = is_loopback(base_url)
        self._tls = (trust or ssl.create_default_context()) if origin.scheme == "https" else None
        self._port = origin.port or (443 if self._tls else 80)
        self._prefix = origin.path.rstrip("/")
        self._named = origin.netloc
        self._timeout_seconds = timeout_seconds
        self._idle: list[Connection] = []

    async def close(self) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    async def exchange(self, method: str, target: str, headers: Headers, body: bytes | None) -> Answer | Lost:
        """Send one request, `target` being appended to the base URL. Never raises for what the peer does.

        A GET whose kept connection turns out to be closed is sent again on a new one; nothing else is.
        """
        attempt = _Attempt()
        began = time.monotonic()
        whole = [
            ("Host", self._named),
            *headers,
            ("Accept-Encoding", "gzip"),
            ("User-Agent", "smsproof"),
            *([("Content-Length", str(len(body)))] if body is not None else []),
        ]
        octets = _NOT_IN_A_TARGET.sub(lambda found: quote(found[0]), self._prefix + target).encode("ascii")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._attempt(attempt, method, octets, tuple(whole), body, began)
        except TimeoutError:
            within = f"within {self._timeout_seconds:g} s"
            return Lost("transport.deadline", attempt.left, f"no whole answer {within}" if attempt.left else within)
        except _NoConnection as none:
            return Lost(none.kind, False, none.detail)
        except ClosedEarly as early:
            return Lost("transport.truncated", True, str(early))
        except OSError as error:
            return Lost("transport.reset", attempt.left, error.strerror or type(error).__name__)
        except NotHttp as nonsense:
            return Lost("transport.protocol", True, str(nonsense))
        except h11.LocalProtocolError as error:
            return Lost("transport.protocol", attempt.left, f"this request cannot be sent: {error}")

    async def _attempt(
        self, attempt: _Attempt, method: str, target: bytes, headers: Headers, body: bytes | None, began: float
    ) -> Answer:
        while True:
            connection = await self._connection()
            try:
                received = await connection.exchange(method, target, headers, body, attempt.leave)
            except (ClosedEarly, OSError) as early:
                silent = not isinstance(early, ClosedEarly) or early.silent
                if connection.used and silent and method in _REPEATABLE:
                    continue
                raise
            finally:
                if connection.reusable:
                    self._idle.append(connection)
                else:
                    connection.close()
            return Answer(
                received.status, received.headers, received.body, time.monotonic() - began, received.malformed
            )

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if await connection.is_quiet():
                return connection
            connection.close()
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                return await self._connect()
        except TimeoutError as error:
            detail = f"no connection within {_CONNECT_SECONDS:g} s"
            raise _NoConnection("transport.connect-timeout", detail) from error
        except (ssl.SSLError, ssl.CertificateError) as error:
            raise _NoConnection("transport.tls", str(error)) from error
        except (socket.gaierror, UnicodeError) as error:
            raise _NoConnection("transport.dns", str(error)) from error
        except OSError as error:
            shaking_hands = self._tls is not None and isinstance(error, ConnectionResetError | BrokenPipeError)
            kind = "transport.tls" if shaking_hands else "transport.refused"
            raise _NoConnection(kind, error.strerror or str(error)) from error

    async def _connect(self) -> Connection:
        """A name that stands for loopback is resolved once for each connection, and leads nowhere else.

        What is on loopback is sent without `--live`: a resolver that answers otherwise tomorrow must not make it leave.
        """
        if not self._on_loopback:
            return await Connection.open(self._host, self._port, self._tls)
        found = await asyncio.get_running_loop().getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            if not ipaddress.ip_address(address).is_loopback:
                detail = f"{self._host} stands for {address} now, which is not loopback; nothing was sent there"
                raise _NoConnection("transport.dns", detail)
        for address in addresses[:-1]:
            with suppress(ConnectionRefusedError):
                return await Connection.open(self._host, self._port, self._tls, address)
        return await Connection.open(self._host, self._port, self._tls, addresses[-1])


class _NoConnection(Exception):
    """Nothing left, because there was nothing to send it on."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


class _Attempt:
    """Whether any octet of a request may have left this machine."""

    def __init__(self) -> None:
        self.left = False

    def leave(self) -> None:
        self.left = True
