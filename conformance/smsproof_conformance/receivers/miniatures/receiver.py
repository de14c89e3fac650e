"""What every small receiver is made of: the steps of receiving, and a server that shows what was handled."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from smsproof_conformance.records.exchange import is_object
from smsproof_spec.rules import Malformed, strict_json


class Refusal(Exception):
    """The receiver answers this status and handles nothing."""

    def __init__(self, status: int) -> None:
        self.status = status


class HangUp(Exception):
    """The receiver closes the connection: what a crash in a small server looks like."""


class Receiver:
    """The steps of receiving: limit, read, check, remember, handle, acknowledge."""

    largest_bytes: ClassVar[int] = 64 * 1024
    id_key: ClassVar[str]

    def __init__(self) -> None:
        self.handled: Counter[str] = Counter()
        self.last: dict[str, dict[str, Any]] = {}
        self._lock: AbstractContextManager[object] = threading.Lock()

    def receive(self, data: bytes, content_type: str) -> int:
        """Take one POST; the status to answer."""
        try:
            if len(data) > self.largest_bytes:
                raise Refusal(413)
            self.admit(content_type)
            delivery = self.read(data)
            self.check(delivery)
            with self._lock:
                if self.is_new(delivery):
                    self.handle(delivery)
                    return self.acknowledge()
            return self.acknowledge_again()
        except Refusal as refusal:
            return refusal.status

    def receive_get(self, data: bytes) -> int:
        """Take one GET on the hook."""
        return 405

    def admit(self, content_type: str) -> None:
        """Refuse what is said to be no JSON."""

    def read(self, data: bytes) -> dict[str, Any]:
        value = strict_json(data)
        if isinstance(value, Malformed) or not is_object(value):
            raise Refusal(400)
        return value

    def check(self, delivery: dict[str, Any]) -> None:
        if not isinstance(delivery.get(self.id_key), str):
            raise Refusal(400)

    def is_new(self, delivery: dict[str, Any]) -> bool:
        return self.handled[delivery[self.id_key]] == 0

    def handle(self, delivery: dict[str, Any]) -> None:
        self.handled[delivery[self.id_key]] += 1
        self.hold(delivery)

    def hold(self, delivery: dict[str, Any]) -> None:
        """Keep what the handler was told last."""
        self.last[delivery[self.id_key]] = {"status": delivery.get("status"), "message": delivery.get("message")}

    def acknowledge(self) -> int:
        return 200

    def acknowledge_again(self) -> int:
        return 200


@contextmanager
def serving(receiver: Receiver) -> Generator[str]:
    """Serve a receiver on loopback: POST /hook delivers, GET /probe tells what was handled. Yields the base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                self._answer(receiver.receive(data, self.headers.get("Content-Type", "")), b"")
            except HangUp:
                self.close_connection = True

        def do_GET(self) -> None:
            if self.path.startswith("/probe"):
                self._answer(200, json.dumps({"handled": receiver.handled, "last": receiver.last}).encode())
            else:
                data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._answer(receiver.receive_get(data), b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
