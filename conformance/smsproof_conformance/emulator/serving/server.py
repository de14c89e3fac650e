"""Serving an emulator on loopback: a real uvicorn in a thread, with real sockets."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final, TypeVar

import uvicorn

from smsproof_conformance.emulator.account import Setup
from smsproof_conformance.emulator.control.api import CONTROL_PATH
from smsproof_conformance.emulator.desk import Desk
from smsproof_conformance.emulator.serving.application import Application
from smsproof_conformance.emulator.serving.wire import wire_protocol

HOST: Final = "127.0.0.1"
_KEEP_ALIVE_SECONDS: Final = 75
"""Longer than the pools of usual clients keep a connection, so that they close it and not we (no race on reuse)."""
_GRACE_SECONDS: Final = 2
_BACKLOG: Final = 2048

Result = TypeVar("Result")


class _Server(uvicorn.Server):
    """uvicorn with two doors: the vendor's port, which a fault may close, and one for the control API, which stays open.

    It tells when it listens instead of being asked again and again.
    """

    def __init__(self, desk: Desk, application: Application, port: int) -> None:
        """Raises OSError when the port is taken."""
        self._protocol = wire_protocol(application)
        super().__init__(
            uvicorn.Config(
                application,
                http=self._protocol,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self.listening = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None
        self._desk = desk
        self._doors = [_bound(port), _bound(0)]
        self.port, self.control_port = (door.getsockname()[1] for door in self._doors)
        for door in self._doors:
            door.listen(_BACKLOG)
        self._adjusting = asyncio.Lock()
        self._is_open = True

    @contextmanager
    def serving(self) -> Generator[None]:
        """Serve in a thread, both doors as the faults want them, until the block ends.

        raises  RuntimeError when it cannot start
        """
        thread = threading.Thread(target=self._serve_doors, name=f"smsproof-{self._desk.account.vendor}", daemon=True)
        thread.start()
        self.listening.wait()
        try:
            if not self.started:
                raise RuntimeError("the emulator did not start: the line that uvicorn logged before this says why")
            yield
        finally:
            self.should_exit = True
            thread.join()
            for door in self._doors:
                door.close()

    def _serve_doors(self) -> None:
        try:
            with suppress(SystemExit):  # uvicorn's way to say that its application cannot start; `serving` says it
                self.run(self._doors)
        finally:
            self.listening.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._desk.on_switch(self._adjust)
        await self._adjust()
        self.listening.set()

    async def _adjust(self) -> None:
        """Open or close the vendor's port as the faults that are on want it. Open connections stay."""
        async with self._adjusting:
            if self._desk.is_down and self._is_open:
                self.servers[0].close()
                # Bound and not listening: connections are refused, and nobody else can take the port meanwhile.
                self._doors[0] = _bound(self.port)
                self._is_open = False
            elif not self._desk.is_down and not self._is_open:
                loop = asyncio.get_running_loop()
                self.servers[0] = await loop.create_server(self._new_protocol, sock=self._doors[0], backlog=_BACKLOG)
                self._is_open = True

    def _new_protocol(self) -> asyncio.Protocol:
        return self._protocol(self.config, self.server_state, self.lifespan.state)


class Emulator:
    """A running emulator. Its methods do what the control API does, from any thread.

    vendor   "intelepeer" or "messangi"
    url      base URL of the vendor's API, without a slash at the end
    control  base URL of the control API; the same stands at {url}/_smsproof as long as no fault closes that port
    """

    def __init__(self, desk: Desk, server: _Server) -> None:
        self.vendor = desk.account.vendor
        self.url = f"http://{HOST}:{server.port}"
        self.control = f"http://{HOST}:{server.control_port}{CONTROL_PATH}"
        self._desk = desk
        self._server = server

    def use_faults(self, *names: str) -> None:
        """Be wrong in exactly these ways from now on. Raises UnknownName."""
        self._run(self._desk.switch_faults(names))

    def inbound(self, sender: str, to: str, message: str) -> bool:
        """A handset texts one of the account's numbers. True when a webhook is set there."""

        async def receive() -> bool:
            planned = self._desk.vendor.receive(sender, to, message)
            self._desk.account.journal.commit()
            return planned

        return self._run(receive())

    def settle(self) -> int:
        """Deliver everything that is due; returns how many deliveries ended since the last time."""
        return self._run(self._desk.account.courier.settle())

    def wind(self, seconds: float) -> None:
        """Let time pass at once. What falls due is delivered; `settle` waits for it."""

        async def wind() -> None:
            self._desk.account.wind(seconds)

        self._run(wind())

    def outbox(self) -> list[dict[str, str]]:
        """The accepted outbound messages as {id, from, to, text}, oldest first."""

        async def read() -> list[dict[str, str]]:
            return [
                {"id": message.id, "from": message.sender, "to": message.to, "text": message.text}
                for message in self._desk.account.outbox()
            ]

        return self._run(read())

    def reset(self) -> None:
        """Forget webhooks, messages and deliveries; faults stay as they are."""

        async def reset() -> None:
            self._desk.account.reset()

        self._run(reset())

    def renew(self) -> None:
        """As new: the faults, tokens, scripts and the clock as well. For tests that share a server."""
        self._run(self._desk.renew())

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        assert self._server.loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._server.loop).result()


def _bound(port: int) -> socket.socket:
    """A socket on loopback that names its protocol: asyncio sets TCP_NODELAY on no other (40 ms an answer)."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((HOST, port))
    except OSError:
        door.close()
        raise
    return door


@contextmanager
def running(
    vendor: str,
    faults: Iterable[str] = (),
    port: int = 0,
    lenient: bool = False,
    setup: Setup | None = None,
) -> Generator[Emulator]:
    """Run an emulator of a vendor on loopback until the block ends.

    vendor   "intelepeer" or "messangi"
    faults   names from FAULTS
    port     0: any free one
    lenient  the lenient profile, whatever `setup` says
    raises   UnknownName for a vendor or fault that does not exist; OSError when the port is taken
    """
    setup = setup or Setup()
    desk = Desk(vendor, faults, replace(setup, lenient=True) if lenient else setup)
    server = _Server(desk, Application(desk), port)
    with server.serving():
        yield Emulator(desk, server)
