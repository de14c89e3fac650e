"""Both emulators over real HTTP, and a listener that plays the customer's webhook."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest

from smsproof_conformance.emulator import Emulator, running

Json = Any


@dataclass(frozen=True)
class Arrival:
    """One request at the listener."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.body)


@dataclass
class Listener:
    """A webhook of the customer's. `script` holds, by path, the statuses to answer; the last one repeats.

    The status 0 closes the connection without an answer.
    """

    url: str
    arrivals: list[Arrival] = field(default_factory=list)
    script: dict[str, list[int]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def at(self, path: str) -> list[Arrival]:
        return [arrival for arrival in self.arrivals if arrival.path == path]


@pytest.fixture
def listener() -> Iterator[Listener]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            promised = int(self.headers.get("content-length", "0"))
            body = self.rfile.read(promised)
            if len(body) < promised:  # a sender that died in the middle has delivered nothing
                self.close_connection = True
                return
            names = {name.lower(): value for name, value in self.headers.items()}
            came_before = len(found.at(self.path))
            found.arrivals.append(Arrival(self.command, self.path, names, body))
            script = found.script.get(self.path, [200])
            status = script[min(came_before, len(script) - 1)]
            if status == 0:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        do_POST = do_PUT = do_GET = answer

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Listener(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def _servers() -> Iterator[dict[str, Emulator]]:
    with running("intelepeer") as intelepeer, running("messangi") as messangi:
        yield {"intelepeer": intelepeer, "messangi": messangi}


@pytest.fixture
def intelepeer(_servers: dict[str, Emulator]) -> Iterator[Emulator]:
    yield _servers["intelepeer"]
    _servers["intelepeer"].use_faults()
    _servers["intelepeer"].reset()


@pytest.fixture
def messangi(_servers: dict[str, Emulator]) -> Iterator[Emulator]:
    yield _servers["messangi"]
    _servers["messangi"].use_faults()
    _servers["messangi"].reset()


class Client(httpx2.Client):
    """An HTTP client with the good token, and the paths of both vendors by name."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(
            base_url=emulator.url, headers={"Authorization": "Bearer smsproof-token"}, trust_env=False, verify=False
        )
        self.control = emulator.control

    def send_sms(self, body: Json, **options: Any) -> httpx2.Response:
        return self.post("/_rest/v4/app/sms/send", json=body, **options)

    def hook(self, body: Json, **options: Any) -> httpx2.Response:
        return self.post("/_rest/v4/my/did/sms/webhook", json=body, **options)

    def hook_of(self, query: str) -> httpx2.Response:
        return self.get("/_rest/v4/my/did/sms/webhook?" + query)

    def single(self, body: Json, **options: Any) -> httpx2.Response:
        return self.post("/raven/v2/messages", json=body, **options)

    def batch(self, body: Json, **options: Any) -> httpx2.Response:
        return self.post("/raven/v3/messages/batch", json=body, **options)

    def inbound(self, sender: str, to: str, message: str) -> httpx2.Response:
        return self.post(self.control + "/inbound", json={"from": sender, "to": to, "message": message})

    def settle(self) -> Json:
        return self.post(self.control + "/settle").json()

    def outbox(self) -> Json:
        return self.get(self.control + "/outbox").json()["messages"]

    def deliveries(self) -> Json:
        return self.get(self.control + "/deliveries").json()["deliveries"]


@pytest.fixture
def ip(intelepeer: Emulator) -> Iterator[Client]:
    with Client(intelepeer) as client:
        yield client


@pytest.fixture
def ms(messangi: Emulator) -> Iterator[Client]:
    with Client(messangi) as client:
        yield client
