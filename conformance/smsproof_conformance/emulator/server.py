"""Serving an emulator on loopback: a real uvicorn in a thread, with real sockets."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Generator, Iterable
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, TypeVar

import uvicorn

from smsproof_conformance.emulator.account import Setup
from smsproof_conformance.emulator.application import Application
from smsproof_conformance.emulator.control import CONTROL_PATH
from smsproof_conformance.emulator.wire import wire_protocol

HOST: Final = "127.0.0.1"
_KEEP_ALIVE_SECONDS: Final = 75
"""Longer than the pools of usual clients keep a connection, so that they close it and not we (no race on reuse)."""
_GRACE_SECONDS: Final = 2

Result = TypeVar("Result")


class _Server(uvicorn.Server):
    """uvicorn, telling when it listens instead of being asked again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self.listening.set()


class Emulator:
    """A running emulator. Its methods do what the control API does, from any thread.

    url      base URL of the vendor's API, without a slash at the end
    control  base URL of the control API
    """

    def __init__(self, application: Application, server: _Server, port: int) -> None:
        self.application = application
        self.url = f"http://{HOST}:{port}"
        self.control = self.url + CONTROL_PATH
        self._server = server

    def use_faults(self, *names: str) -> None:
        """Be wrong in exactly these ways from now on. Raises UnknownName."""

        async def use() -> None:
            self.application.use_faults(names)

        self._run(use())

    def inbound(self, sender: str, to: str, message: str) -> bool:
        """A handset texts one of the account's numbers. True when a webhook is set there."""

        async def receive() -> bool:
            planned = self.application.vendor.receive(sender, to, message)
            self.application.account.journal.commit()
            return planned

        return self._run(receive())

    def settle(self) -> int:
        """Deliver everything that is due; returns how many deliveries ended since the last time."""
        return self._run(self.application.account.courier.settle())

    def wind(self, seconds: float) -> None:
        """Let time pass at once. What falls due is delivered; `settle` waits for it."""

        async def wind() -> None:
            self.application.account.wind(seconds)

        self._run(wind())

    def outbox(self) -> list[dict[str, str]]:
        """The accepted outbound messages as {id, from, to, text}, oldest first."""

        async def read() -> list[dict[str, str]]:
            return [
                {"id": message.id, "from": message.sender, "to": message.to, "text": message.text}
                for message in self.application.account.outbox()
            ]

        return self._run(read())

    def reset(self) -> None:
        """Forget webhooks, messages and deliveries; faults stay as they are."""

        async def reset() -> None:
            self.application.account.reset()

        self._run(reset())

    def renew(self) -> None:
        """As new: the faults, tokens, scripts and the clock as well. For tests that share a server."""

        async def renew() -> None:
            self.application.renew()

        self._run(renew())

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        assert self._server.loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._server.loop).result()


def _listener(port: int) -> socket.socket:
    """A socket on loopback that names its protocol: asyncio sets TCP_NODELAY on no other (40 ms an answer)."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


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
    application = Application(vendor, faults, replace(setup, lenient=True) if lenient else setup)
    listener = _listener(port)
    server = _Server(
        uvicorn.Config(
            application,
            http=wire_protocol(application),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )
    thread = threading.Thread(target=server.run, args=([listener],), name=f"smsproof-{vendor}", daemon=True)
    thread.start()
    server.listening.wait()
    try:
        yield Emulator(application, server, listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
