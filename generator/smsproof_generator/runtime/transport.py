"""One HTTP exchange: what left the machine, what came back, and never more than that.

The only module that imports the HTTP library. No redirects, no environment proxies unless asked, bodies read in pieces
up to a limit, every failure sorted into "nothing left", "it left, no answer" or "answered, body not whole".
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from urllib.request import getproxies, proxy_bypass

import anyio
import httpcore2
import httpx2

from .deadline import DeadlineBackend, ending_at
from .errors import ConfigurationError
from .raw import RawAnswer

Verify = bool | ssl.SSLContext
_GRACE_SECONDS = 0.05  # the scope of an asynchronous call ends after its socket waits, so that these can say where


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request, ready to leave.

    ends        end of the call, on the clock of `time.monotonic`
    timeout     seconds for one wait: connect, write, read or a free connection
    max_bytes   the most of an answer's body that is read
    """

    method: str
    url: str
    path: str
    headers: list[tuple[str, str]]
    content: bytes | None
    ends: float
    timeout: float
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Failure:
    """No answer. left: whether anything of the request may have left this machine."""

    left: bool
    reason: str


class Answering(Protocol):
    """What is needed of a response, of this HTTP library or of its elder sibling."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


class SyncHttp(Protocol):
    """A client of the user's own: httpx2.Client, httpx.Client, or one that behaves like them."""

    def build_request(
        self, method: str, url: Any, *, content: Any = ..., headers: Any = ..., timeout: Any = ...
    ) -> Any: ...
    def send(self, request: Any, *, stream: bool = ..., follow_redirects: Any = ...) -> Any: ...


class AsyncHttp(Protocol):
    """A client of the user's own: httpx2.AsyncClient, httpx.AsyncClient, or one that behaves like them."""

    def build_request(
        self, method: str, url: Any, *, content: Any = ..., headers: Any = ..., timeout: Any = ...
    ) -> Any: ...
    async def send(self, request: Any, *, stream: bool = ..., follow_redirects: Any = ...) -> Any: ...


# By name, so that exceptions of an injected client's own library are understood without importing it.
_NOTHING_LEFT = frozenset(
    {
        "ConnectError",
        "ConnectTimeout",
        "PoolTimeout",
        "ProxyError",
        "UnsupportedProtocol",
        "LocalProtocolError",
        "InvalidURL",
    }
)


def _failure(error: Exception) -> Failure:
    names = [kind.__name__ for kind in type(error).__mro__]
    reason = f"{names[0]}: {error}" if str(error) else names[0]
    return Failure(left=not _NOTHING_LEFT.intersection(names), reason=reason)


def _timeouts(attempt: Attempt) -> dict[str, float]:
    seconds = max(min(attempt.timeout, attempt.ends - time.monotonic()), 1e-3)
    return {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}


@lru_cache(maxsize=256)
def _url(text: str) -> httpx2.URL:
    return httpx2.URL(text)


def _request(attempt: Attempt, stream: Any = None) -> httpx2.Request:
    return httpx2.Request(
        attempt.method,
        _url(attempt.url) if "?" not in attempt.url else httpx2.URL(attempt.url),
        headers=attempt.headers,
        content=attempt.content,
        extensions={"timeout": _timeouts(attempt)},
    )


def _too_large(attempt: Attempt) -> str:
    return f"the answer is larger than {attempt.max_bytes} bytes; the rest was not read"


def _answer(attempt: Attempt, response: Answering, body: bytes, started: float, damage: str | None) -> RawAnswer:
    return RawAnswer(
        attempt.method,
        attempt.path,
        response.status_code,
        response.headers,
        body,
        time.monotonic() - started,
        1,
        damage,
    )


def _settle(http_client: object, transport: object, *, enters: str, name: str) -> None:
    """Refuse what would be noticed only after something has left."""
    if http_client is None:
        return
    if transport is not None:
        raise ConfigurationError("give http_client or transport, not both: a client has its own transport.")
    other = "__enter__" if enters == "__aenter__" else "__aenter__"
    if hasattr(http_client, other) and not hasattr(http_client, enters):
        raise ConfigurationError(f"http_client is a {type(http_client).__name__}; this client needs a {name}.")


def _open(client: object) -> None:
    if getattr(client, "is_closed", False) is True:
        raise ConfigurationError("the client is closed; make a new one. Nothing was sent.")


class SyncTransport:
    """Exchanges that block."""

    def __init__(
        self,
        *,
        http_client: SyncHttp | None,
        transport: httpx2.BaseTransport | None,
        verify: Verify,
        trust_env: bool,
        base_url: str,
    ) -> None:
        self._own = None
        self._injected = http_client
        _settle(http_client, transport, enters="__enter__", name="Client")
        if http_client is None:
            self._own = httpx2.Client(
                transport=transport or _DeadlineTransport(verify, trust_env, base_url),
                trust_env=trust_env,
                follow_redirects=False,
            )

    def exchange(self, attempt: Attempt) -> RawAnswer | Failure:
        """Make one request; never raises for what the network or the server does.

        raises   ConfigurationError for a client that is closed
        """
        _open(self._own or self._injected)
        started = time.monotonic()
        if started >= attempt.ends:
            return Failure(left=False, reason="the deadline of the call was over before it was sent")
        with ending_at(attempt.ends):
            try:
                if self._own is not None:
                    response: Any = self._own.send(_request(attempt), stream=True)
                else:
                    assert self._injected is not None
                    request = self._injected.build_request(
                        attempt.method,
                        attempt.url,
                        headers=attempt.headers,
                        content=attempt.content,
                        timeout=_timeouts(attempt)["read"],
                    )
                    response = self._injected.send(request, stream=True, follow_redirects=False)
            except Exception as error:  # any library's own errors come here, and are told apart by name
                return _failure(error)
            body, damage = self._body(attempt, response)
        return _answer(attempt, response, body, started, damage)

    @staticmethod
    def _body(attempt: Attempt, response: Any) -> tuple[bytes, str | None]:
        pieces: list[bytes] = []
        size = 0
        try:
            for piece in response.iter_bytes():
                size += len(piece)
                if size > attempt.max_bytes:
                    return b"".join(pieces), _too_large(attempt)
                pieces.append(piece)
                if time.monotonic() >= attempt.ends:
                    return b"".join(pieces), "the deadline of the call was over before the answer ended"
        except Exception as error:  # of an answer that has begun: what came so far still counts
            return b"".join(pieces), _failure(error).reason
        finally:
            response.close()
        return b"".join(pieces), None

    def close(self) -> None:
        """Close what this transport opened; a client that was given stays open."""
        if self._own is not None:
            self._own.close()


class AsyncTransport:
    """The same, awaited."""

    def __init__(
        self,
        *,
        http_client: AsyncHttp | None,
        transport: httpx2.AsyncBaseTransport | None,
        verify: Verify,
        trust_env: bool,
        secure: bool,
    ) -> None:
        self._own = None
        self._injected = http_client
        _settle(http_client, transport, enters="__aenter__", name="AsyncClient")
        if http_client is None:
            self._own = httpx2.AsyncClient(
                transport=transport,
                verify=verify if secure else False,
                trust_env=trust_env,
                follow_redirects=False,
                limits=_LIMITS,
            )

    async def exchange(self, attempt: Attempt) -> RawAnswer | Failure:
        """Make one request; never raises for what the network or the server does.

        raises   ConfigurationError for a client that is closed
        """
        _open(self._own or self._injected)
        started = time.monotonic()
        if started >= attempt.ends:
            return Failure(left=False, reason="the deadline of the call was over before it was sent")
        response: Any = None
        pieces: list[bytes] = []
        damage: str | None = None
        try:
            with anyio.fail_after(attempt.ends - started + _GRACE_SECONDS):
                if self._own is not None:
                    response = await self._own.send(_request(attempt), stream=True)
                else:
                    assert self._injected is not None
                    request = self._injected.build_request(
                        attempt.method,
                        attempt.url,
                        headers=attempt.headers,
                        content=attempt.content,
                        timeout=_timeouts(attempt)["read"],
                    )
                    response = await self._injected.send(request, stream=True, follow_redirects=False)
                try:
                    size = 0
                    async for piece in response.aiter_bytes():
                        size += len(piece)
                        if size > attempt.max_bytes:
                            damage = _too_large(attempt)
                            break
                        pieces.append(piece)
                finally:
                    await response.aclose()
        except TimeoutError:
            damage = "the deadline of the call was over before the answer ended"
            if response is None:
                return Failure(left=True, reason="no answer before the deadline of the call")
        except Exception as error:  # any library's own errors, before the answer's head or behind it
            if response is None:
                return _failure(error)
            damage = _failure(error).reason
        return _answer(attempt, response, b"".join(pieces), started, damage)

    async def close(self) -> None:
        """Close what this transport opened; a client that was given stays open."""
        if self._own is not None:
            await self._own.aclose()


_LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=5.0)


class _DeadlineTransport(httpx2.HTTPTransport):
    """The library's transport on sockets that keep the deadline.

    The base class offers no way to give it a network backend, so its pool is built here, with its own defaults.
    """

    def __init__(self, verify: Verify, trust_env: bool, base_url: str) -> None:
        secure = base_url.startswith("https:")
        context = httpx2.create_ssl_context(verify=verify, trust_env=trust_env) if secure else None
        proxy = _environment_proxy(base_url) if trust_env else None
        if proxy is None:
            self._pool = httpcore2.ConnectionPool(
                ssl_context=context,
                max_connections=_LIMITS.max_connections,
                max_keepalive_connections=_LIMITS.max_keepalive_connections,
                keepalive_expiry=_LIMITS.keepalive_expiry,
                network_backend=DeadlineBackend(),
            )
        else:
            self._pool = httpcore2.HTTPProxy(
                proxy_url=httpcore2.URL(
                    scheme=proxy.raw_scheme, host=proxy.raw_host, port=proxy.port, target=proxy.raw_path
                ),
                proxy_auth=(proxy.username, proxy.password) if proxy.userinfo else None,
                ssl_context=context,
                max_connections=_LIMITS.max_connections,
                max_keepalive_connections=_LIMITS.max_keepalive_connections,
                keepalive_expiry=_LIMITS.keepalive_expiry,
                network_backend=DeadlineBackend(),
            )


def _environment_proxy(base_url: str) -> httpx2.URL | None:
    """The proxy that the environment names for a URL (HTTPS_PROXY and its kin, less NO_PROXY), or None."""
    url = httpx2.URL(base_url)
    if proxy_bypass(url.host):
        return None
    named = getproxies()
    proxy = named.get(url.scheme) or named.get("all")
    if not proxy:
        return None
    found = httpx2.URL(proxy if "://" in proxy else f"http://{proxy}")
    if found.scheme not in ("http", "https"):
        raise ConfigurationError(
            f"the environment names a {found.scheme} proxy; http and https ones are used. "
            "Give http_client, set up with that proxy, or leave trust_env out."
        )
    return found
