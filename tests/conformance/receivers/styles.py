"""Right receivers in the styles people write them, each behind a real server: a hook, and a probe beside it."""

from __future__ import annotations

import hmac
import json
import queue
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar
from wsgiref.simple_server import WSGIRequestHandler, make_server

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from smsproof_sdk import intelepeer, messangi

CODE = 'caf\u00e9 "code" #1'
NODE = Path(__file__).parents[2] / "programs" / "receiver.mjs"
Urls = tuple[str, str]


@dataclass
class Handler:
    """What a customer does with a delivery: counts it. `slow` is how long that takes."""

    slow: float = 0.0
    handled: Counter[str] = field(default_factory=Counter)
    last: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __call__(self, id_: str, status: str | None, message: str | None) -> None:
        if self.slow:
            threading.Event().wait(self.slow)
        self.handled[id_] += 1
        self.last[id_] = {"status": status, "message": message}

    def told(self) -> dict[str, Any]:
        return {"handled": dict(self.handled)}


class Inbox:
    """The part that every hand-written receiver has: read, verify, remember, hand over."""

    def __init__(self, vendor: str, handler: Callable[[str, str | None, str | None], object]) -> None:
        self._vendor = vendor
        self._handler = handler
        self._known: set[Any] = set()
        self._lock = threading.Lock()

    def take(self, body: bytes) -> int:
        try:
            delivery = json.loads(body)
            if self._vendor == "intelepeer":
                key, text = delivery["refid"], delivery["message"]
                code = delivery.get("signature")
                if not isinstance(code, str) or not hmac.compare_digest(code.encode(), CODE.encode()):
                    return 403
            else:
                key, text = (delivery["id"], delivery["status"]), delivery.get("message")
                if not all(isinstance(part, str) for part in key):
                    return 422
        except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
            return 400
        with self._lock:
            new = key not in self._known
            self._known.add(key)
        if new:
            self._handler(key if isinstance(key, str) else key[0], delivery.get("status"), text)
        return 200


# -- http.server ---------------------------------------------------------------------------------------------------------


@contextmanager
def standard(vendor: str, protocol: str) -> Generator[Urls]:
    """One connection at a time, HTTP/1.0 or 1.1; a text as answer, in chunks where the protocol has them."""
    handler = Handler()
    inbox = Inbox(vendor, handler)

    class Server(BaseHTTPRequestHandler):
        protocol_version = protocol
        prefix: ClassVar[str] = "/hooks/sms?tenant=1"

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            if length > 65536:
                self.send_response(413)
                self.send_header("Content-Length", "0")
                self.send_header("Connection", "close")
                self.end_headers()
                return
            self.send_response(inbox.take(self.rfile.read(length)) if self.path == self.prefix else 404)
            if protocol == "HTTP/1.1":
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(b"5\r\nThank\r\n4\r\n you\r\n0\r\n\r\n")
            else:
                self.end_headers()
                self.wfile.write(b"Thank you")

        def do_GET(self) -> None:
            data = json.dumps({**handler.told(), "version": 3}).encode()
            self.send_response(200 if self.path == "/count" else 404)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Server)
    with _threaded(server.serve_forever, server.shutdown, server.server_close):
        base = f"http://127.0.0.1:{server.server_port}"
        yield base + Server.prefix, base + "/count"


@contextmanager
def guarded(authorization: str) -> Generator[str]:
    """Answers 200 to who knows the password, 401 to others. Yields the hook."""

    class Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200 if self.headers["authorization"] == authorization else 401)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Server)
    with _threaded(server.serve_forever, server.shutdown, server.server_close):
        yield f"http://127.0.0.1:{server.server_port}/hook"


# -- WSGI ----------------------------------------------------------------------------------------------------------------


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None: ...


@contextmanager
def wsgi(hook: Callable[..., Iterable[bytes]], handler: Handler) -> Generator[Urls]:
    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/probe":
            return hook(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(handler.told()).encode()]

    server = make_server("127.0.0.1", 0, application, handler_class=_Quiet)
    with _threaded(server.serve_forever, server.shutdown, server.server_close):
        yield f"http://127.0.0.1:{server.server_port}/hook", f"http://127.0.0.1:{server.server_port}/probe"


@contextmanager
def plain_wsgi(vendor: str) -> Generator[Urls]:
    """Drops what has a wrong code with a 200, answers an empty body."""
    handler = Handler()
    inbox = Inbox(vendor, handler)

    def hook(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        status = inbox.take(body) if environ["REQUEST_METHOD"] == "POST" else 200
        start_response("200 OK" if status == 403 else f"{status} Whatever", [])
        return [b""]

    with wsgi(hook, handler) as urls:
        yield urls


# -- ASGI ----------------------------------------------------------------------------------------------------------------


@contextmanager
def asgi(application: Any) -> Generator[Urls]:
    server = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=0, log_level="critical"))

    def stop() -> None:
        server.should_exit = True

    with _threaded(server.run, stop):
        while not server.started:
            time.sleep(0.005)  # the server has no other way to say that it listens
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/hook", f"http://127.0.0.1:{port}/probe"


@contextmanager
def starlette_late(vendor: str) -> Generator[Urls]:
    """Answers 202 at Messangi (200 at IntelePeer) and handles afterwards; the probe tells of `last`."""
    handler = Handler(slow=0.03)
    todo: queue.Queue[tuple[Any, ...] | None] = queue.Queue()
    inbox = Inbox(vendor, lambda *words: todo.put(words))

    def work() -> None:
        while (words := todo.get()) is not None:
            handler(*words)

    async def hook(request: Any) -> Any:
        status = inbox.take(await request.body())
        return JSONResponse({"ok": status == 200}, 202 if status == 200 and vendor == "messangi" else status)

    async def probe(_: Any) -> Any:
        return JSONResponse(handler.told())

    routes = [Route("/hook", hook, methods=["POST"]), Route("/probe", probe)]
    with _threaded(work, lambda: todo.put(None)), asgi(Starlette(routes=routes)) as urls:
        yield urls


@contextmanager
def fastapi_background(vendor: str) -> Generator[Urls]:
    """FastAPI with a background task; a probe that knows earlier messages and is slow to say so."""
    handler = Handler(handled=Counter({"EARLIER": 7}))
    application = FastAPI()

    @application.post("/hook")
    async def hook(request: Request) -> Response:
        body = await request.body()
        task: list[tuple[Any, ...]] = []
        inbox = Inbox(vendor, lambda *words: task.append(words))
        inbox._known = known
        status = inbox.take(body)
        if status != 200:
            raise HTTPException(401 if status == 403 else status)
        return PlainTextResponse("ok", background=BackgroundTask(lambda: [handler(*words) for words in task]))

    known: set[Any] = set()

    @application.get("/probe")
    def probe() -> dict[str, Any]:
        threading.Event().wait(0.05)
        return handler.told()

    with asgi(application) as urls:
        yield urls


# -- the generated SDK's -------------------------------------------------------------------------------------------------


def sdk_receiver(vendor: str, handler: Handler) -> Any:
    if vendor == "intelepeer":
        return intelepeer.Receiver(
            intelepeer.InboundMessage,
            lambda got: handler(got.refid, None, got.message),
            store=intelepeer.MemoryStore(),
            secret=CODE,
        )
    return messangi.Receiver(
        messangi.DeliveryStatus,
        lambda got: handler(got.id, got.status, got.message),
        store=messangi.MemoryStore(),
    )


@contextmanager
def sdk_wsgi(vendor: str) -> Generator[Urls]:
    handler = Handler()
    with wsgi(sdk_receiver(vendor, handler).wsgi, handler) as urls:
        yield urls


@contextmanager
def sdk_asgi(vendor: str) -> Generator[Urls]:
    handler = Handler()

    async def probe(_: Any) -> Any:
        return JSONResponse({**handler.told(), "last": handler.last if vendor == "intelepeer" else {}})

    application = Starlette(routes=[Route("/hook", sdk_receiver(vendor, handler)), Route("/probe", probe)])
    with asgi(application) as urls:
        yield urls


# -- another language ----------------------------------------------------------------------------------------------------


@contextmanager
def node(vendor: str) -> Generator[Urls]:
    program = subprocess.Popen(["node", NODE, vendor, CODE], stdout=subprocess.PIPE, text=True)
    try:
        assert program.stdout is not None
        base = program.stdout.readline().strip()
        yield f"{base}/hook", f"{base}/probe"
    finally:
        program.kill()
        program.communicate()


@contextmanager
def _threaded(run: Callable[[], object], stop: Callable[[], object], *after: Callable[[], object]) -> Generator[None]:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join(5)
        for clean in after:
            clean()
