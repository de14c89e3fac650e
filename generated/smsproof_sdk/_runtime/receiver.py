"""A web application that takes deliveries: kept first, answered second, handled third, each message once."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from typing import Any, Generic, TypeVar

import anyio
import anyio.to_thread

from .errors import ConfigurationError, InboundError, MalformedInbound, OversizeInbound
from .inbound import MAX_BYTES, Inbound, SignedInbound, StatusInbound
from .store import Store

DeliveryT = TypeVar("DeliveryT", bound=Inbound)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Environ = dict[str, Any]
StartResponse = Callable[..., object]

_logger = logging.getLogger(__name__)
_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Content Too Large",
    500: "Internal Server Error",
}


class Receiver(Generic[DeliveryT]):
    """Takes the deliveries of one vendor, as an ASGI application (this object) or as a WSGI one (`receiver.wsgi`).

    Route("/sms", receiver) in Starlette and FastAPI; `make_server("", 8000, receiver.wsgi)` and its like elsewhere.

    kind      InboundMessage or DeliveryStatus of the vendor's package
    handler   called once for each message, after the vendor has its answer; sync, or async under ASGI. When it raises,
              or the program ends before it is done, it runs again after a restart, so let it bear that.
    store     where deliveries are kept: SQLiteStore("inbox.sqlite")
    secret    the shared code; or a function that judges a delivery by other means. Only for kinds that carry one.
    answers   200 kept, or known already · 400 malformed · 403 wrong code · 405 no POST · 408 too slow · 413 too large ·
              500 the store failed (so that the vendor comes again)
    raises    ConfigurationError for an empty or missing secret
    """

    def __init__(
        self,
        kind: type[DeliveryT],
        handler: Callable[[DeliveryT], object],
        *,
        store: Store,
        secret: str | Callable[[DeliveryT], bool] | None = None,
        max_bytes: int = MAX_BYTES,
        body_seconds: float = 10.0,
    ) -> None:
        if issubclass(kind, SignedInbound) and not secret:
            raise ConfigurationError(f"{kind.__name__} carries a shared code: give it as `secret`, and not empty.")
        if not issubclass(kind, SignedInbound) and secret is not None:
            raise ConfigurationError(f"{kind.__name__} carries no shared code: leave `secret` out.")
        self._kind = kind
        self._handler = handler
        self._store = store
        self._secret = secret
        self._max_bytes = max_bytes
        self._body_seconds = body_seconds
        self._resumed = False

    # What both kinds of server share

    def _take(self, body: bytes) -> tuple[int, str | None, DeliveryT | None]:
        """Judge and keep one body: status, key and delivery, the last two only when it is new."""
        try:
            delivery = self._parsed(body)
        except InboundError as error:
            _logger.warning("a delivery was refused: %s", type(error).__name__)
            return error.answer, None, None
        try:
            key = delivery.delivery_key
            if not self._store.take(key, delivery.kept()):
                return 200, None, None
        except Exception:  # a store is the user's own; whatever it raises, the vendor must come again
            _logger.exception("a delivery could not be kept")
            return 500, None, None
        return 200, key, delivery

    def _parsed(self, body: bytes) -> DeliveryT:
        kind: Any = self._kind
        if issubclass(self._kind, StatusInbound):
            parsed: DeliveryT = kind.parse(body, max_bytes=self._max_bytes)
        else:
            parsed = kind.parse(body, secret=self._secret, max_bytes=self._max_bytes)
        return parsed

    def _unfinished(self) -> Iterator[tuple[str, DeliveryT]]:
        for key, body in self._store.unfinished():
            try:
                yield key, self._kind.revived(body)
            except MalformedInbound:
                _logger.exception("a kept delivery can no longer be read; it is set aside")
                self._store.finish(key)

    # WSGI

    def wsgi(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI application (PEP 3333). The handler runs when the server closes the answer, which it has sent then."""
        status, key, delivery = self._wsgi_take(environ)
        start_response(f"{status} {_REASONS[status]}", [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return _AfterAnswer(lambda: self._wsgi_after(key, delivery))

    def _wsgi_take(self, environ: Environ) -> tuple[int, str | None, DeliveryT | None]:
        if environ.get("REQUEST_METHOD") != "POST":
            return 405, None, None
        length = str(environ.get("CONTENT_LENGTH") or "")
        if not length and environ.get("wsgi.input_terminated"):
            # A chunked body, whose end such a server shows; one byte more than is taken tells the oversize ones.
            return self._take(environ["wsgi.input"].read(self._max_bytes + 1))
        if not (length.isascii() and length.isdigit()):
            return 400, None, None
        if _is_more(length, self._max_bytes):
            return OversizeInbound.answer, None, None
        return self._take(environ["wsgi.input"].read(int(length)))

    def _wsgi_after(self, key: str | None, delivery: DeliveryT | None) -> None:
        if key is not None and delivery is not None:
            self._handle(key, delivery)
        if not self._resumed:
            self.run_unfinished()

    def run_unfinished(self) -> int:
        """Handle what an earlier run has left; call it when the program starts. Returns how many there were."""
        self._resumed = True
        left = list(self._unfinished())
        for key, delivery in left:
            self._handle(key, delivery)
        return len(left)

    def _handle(self, key: str, delivery: DeliveryT) -> None:
        try:
            outcome = self._handler(delivery)
            if inspect.isawaitable(outcome):
                asyncio.run(_awaited(outcome))
        except Exception:  # a handler is the user's own; the delivery stays kept, the server goes on
            self._failed(key)
        else:
            self._store.finish(key)

    def _failed(self, key: str) -> None:
        _logger.exception("the handler failed; it runs again after a restart")
        try:
            self._store.release(key)
        except Exception:  # of a store that has failed; a restart frees its claims
            _logger.exception("the claim could not be given back")

    # ASGI

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        if scope["type"] != "http":
            raise ConfigurationError(f"a receiver takes http, not {scope['type']}.")
        key, delivery = None, None
        if scope["method"] != "POST":
            status = 405
        else:
            status, body = await self._body(scope, receive)
            if status == 200:
                status, key, delivery = await anyio.to_thread.run_sync(self._take, body)
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"0")]
        try:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
        finally:
            # Kept is kept: also when the vendor has hung up meanwhile.
            if key is not None and delivery is not None:
                await self._handle_async(key, delivery)
        if not self._resumed:
            await self.run_unfinished_async()

    async def _body(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        pieces: list[bytes] = []
        size = 0
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and _is_more(declared.decode(), self._max_bytes):
            return OversizeInbound.answer, b""
        try:
            with anyio.fail_after(self._body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return 400, b""
                    piece: bytes = message.get("body", b"")
                    size += len(piece)
                    if size > self._max_bytes:
                        return OversizeInbound.answer, b""
                    pieces.append(piece)
                    if not message.get("more_body", False):
                        return 200, b"".join(pieces)
        except TimeoutError:
            return 408, b""

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
                await self.run_unfinished_async()
            else:
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def run_unfinished_async(self) -> int:
        """The same as `run_unfinished`, awaited."""
        self._resumed = True
        left = await anyio.to_thread.run_sync(lambda: list(self._unfinished()))
        for key, delivery in left:
            await self._handle_async(key, delivery)
        return len(left)

    async def _handle_async(self, key: str, delivery: DeliveryT) -> None:
        try:
            # A blocking handler must not hold the loop up; an async one only makes its coroutine in the thread.
            outcome = await anyio.to_thread.run_sync(self._handler, delivery)
            if inspect.isawaitable(outcome):
                await outcome
        except Exception:  # a handler is the user's own; the delivery stays kept, the server goes on
            self._failed(key)
        else:
            await anyio.to_thread.run_sync(self._store.finish, key)


def _is_more(digits: str, limit: int) -> bool:
    # Python refuses to read a number of more than 4300 digits.
    return len(digits) > 18 or int(digits) > limit


async def _awaited(outcome: Any) -> object:
    return await outcome


class _AfterAnswer:
    """An empty body whose end is noticed."""

    def __init__(self, after: Callable[[], None]) -> None:
        self._after = after

    def __iter__(self) -> Iterator[bytes]:
        return iter((b"",))

    def close(self) -> None:
        """Called by the server once the answer is sent."""
        self._after()
