"""The pytest plugin: emulated vendors, a webhook to receive at, and faults, as fixtures.

Installed with the distribution and loaded by every pytest run beside it, so it imports nothing but pytest and the standard
library until a fixture is asked for. Servers live as long as the session and listen on any free port, one set for each worker of
pytest-xdist; what they hold lives as long as the test.

    def test_we_text_the_customer(intelepeer_emulator, sms_inbox, sms_faults):
        my_application(base_url=intelepeer_emulator.url, token="smsproof-token")
        assert intelepeer_emulator.outbox()[0]["text"] == "Hello World!"
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from smsproof_conformance import pytest_door

if TYPE_CHECKING:
    from smsproof_conformance.emulator import Emulator

HANG_UP = 0
"""In an inbox's script: close the connection without an answer."""

_POLL_SECONDS = 0.02
_MAX_BODY_BYTES = 1024 * 1024


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.register(pytest_door, "smsproof-door")  # the hooks behind --smsproof-target


class _Emulators:
    """The servers of this session, each started when it is first asked for.

    lent   those that the present test has asked for
    """

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._running: dict[str, Emulator] = {}
        self.lent: list[Emulator] = []

    @contextmanager
    def lend(self, vendor: str) -> Generator[Emulator]:
        """As new for one test."""
        if vendor not in self._running:
            try:
                from smsproof_conformance.emulator import running
            except ModuleNotFoundError as missing:
                pytest.fail(f"the emulators need {missing.name}: pip install 'smsproof[conformance]'", pytrace=False)
            self._running[vendor] = self._stack.enter_context(running(vendor))
        emulator = self._running[vendor]
        self.lent.append(emulator)
        try:
            yield emulator
        finally:
            self.lent.remove(emulator)
            emulator.renew()


@dataclass(frozen=True)
class SmsDelivery:
    """One request that arrived at the inbox.

    answered   the status it was answered with; HANG_UP for none
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    answered: int

    @property
    def json(self) -> Any:
        """The body read as JSON. Raises ValueError when it is none."""
        return json.loads(self.body)


@dataclass
class SmsInbox:
    """A webhook on loopback that takes whatever a vendor delivers, and answers as told.

    url         where it listens; any path below it will do
    deliveries  what arrived, in order
    """

    url: str
    deliveries: list[SmsDelivery] = field(default_factory=list[SmsDelivery])
    _script: list[int] = field(default_factory=lambda: [200])
    _arrived: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def answer(self, *statuses: int) -> None:
        """Answer the coming deliveries with these statuses, one after the other; the last one repeats. HANG_UP is one."""
        if not statuses:
            raise ValueError("give at least one status, such as answer(500, 200)")
        with self._arrived:
            self._script = list(statuses)

    def wait(self, count: int, seconds: float = 5.0) -> list[SmsDelivery]:
        """Wait until `count` deliveries have arrived, and return all. Raises TimeoutError when they do not come."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.deliveries) >= count, seconds):
                raise TimeoutError(f"{len(self.deliveries)} of {count} deliveries arrived within {seconds:g} seconds")
            return list(self.deliveries)

    def _take(self, method: str, path: str, headers: dict[str, str], body: bytes) -> int:
        with self._arrived:
            status = self._script.pop(0) if len(self._script) > 1 else self._script[0]
            self.deliveries.append(SmsDelivery(method, path, headers, body, status))
            self._arrived.notify_all()
            return status

    def _empty(self) -> None:
        with self._arrived:
            self.deliveries.clear()
            self._script = [200]


def _listen(inbox: SmsInbox) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            promised = min(int(self.headers.get("content-length") or 0), _MAX_BODY_BYTES)
            body = self.rfile.read(promised)
            if len(body) < promised:  # a sender that hung up in the middle has delivered nothing
                self.close_connection = True
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = inbox._take(self.command, self.path, headers, body)  # pyright: ignore[reportPrivateUsage]
            if status == HANG_UP:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        do_POST = do_PUT = do_GET = _serve

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@pytest.fixture(scope="session")
def _smsproof_emulators() -> Iterator[_Emulators]:
    with ExitStack() as stack:
        yield _Emulators(stack)


@pytest.fixture(scope="session")
def _smsproof_inbox() -> Iterator[SmsInbox]:
    inbox = SmsInbox("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _listen(inbox))
    inbox.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), name="sms-inbox", daemon=True)
    thread.start()
    yield inbox
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def intelepeer_emulator(_smsproof_emulators: _Emulators) -> Iterator[Emulator]:
    """IntelePeer on loopback, as new for this test: `.url`, `.inbound()`, `.outbox()`, `.settle()`, `.wind()`."""
    with _smsproof_emulators.lend("intelepeer") as emulator:
        yield emulator


@pytest.fixture
def messangi_emulator(_smsproof_emulators: _Emulators) -> Iterator[Emulator]:
    """Messangi on loopback, as new for this test: `.url`, `.outbox()`, `.settle()`, `.wind()`."""
    with _smsproof_emulators.lend("messangi") as emulator:
        yield emulator


@pytest.fixture
def sms_inbox(_smsproof_inbox: SmsInbox) -> Iterator[SmsInbox]:
    """A webhook on loopback to receive at: `.url`, `.deliveries`, `.answer(500, 200)`, `.wait(1)`. Empty for each test."""
    _smsproof_inbox._empty()  # pyright: ignore[reportPrivateUsage]
    yield _smsproof_inbox
    _smsproof_inbox._empty()  # pyright: ignore[reportPrivateUsage]


@pytest.fixture
def sms_faults(_smsproof_emulators: _Emulators) -> Iterator[Callable[..., None]]:
    """`sms_faults("inbound-lost", …)`: the emulators of this test are wrong in these ways until it ends.

    Ask for the emulator's fixture too. Names are those of `smsproof faults --list`; without any, all is right again.
    A name that none of them knows raises ValueError with the nearest one that there is.
    """
    touched: list[Emulator] = []

    def use(*names: str) -> None:
        from smsproof_conformance.emulator.faults import FAULTS

        emulators = list(_smsproof_emulators.lent)
        if not emulators:
            pytest.fail("sms_faults needs an emulator: ask for intelepeer_emulator or messangi_emulator", pytrace=False)

        def knows(emulator: Emulator, name: str) -> bool:
            return name in FAULTS and emulator.vendor in FAULTS[name].vendors

        for emulator in emulators:
            touched.append(emulator)
            # A name that another one knows is meant for that one; a name that none knows is an error of each.
            emulator.use_faults(
                *(name for name in names if knows(emulator, name) or not any(knows(one, name) for one in emulators))
            )

    yield use
    for emulator in touched:
        emulator.use_faults()
