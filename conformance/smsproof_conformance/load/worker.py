"""A worker: Locust's users, which send what the master leased to them and tell it what came of each.

Locust would replace Python's sockets and threads by gevent's. Not here: requests leave over the same bounded transport
as in any run, on an event loop in a thread of its own, and users wait for it as greenlets.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

os.environ.setdefault("LOCUST_SKIP_MONKEY_PATCH", "1")

import gevent
import gevent.event
import gevent.queue
from locust import User, task
from locust.env import Environment
from locust.exception import StopUser

from smsproof_conformance.load.messages import DONE, LEASE, WANT, packed_outcome, unpacked_request
from smsproof_conformance.records.exchange import Answer, Lost, Request
from smsproof_conformance.runs.charge import WouldTextStranger, forbid_strangers
from smsproof_conformance.targets.target import Secrets, Target
from smsproof_conformance.wire.transport import Transport

MASTER_SILENT_SECONDS: Final = 3.0
"""A master's heart beats once a second. After so long without, a worker sends what it was leased and stops."""
_LOOK_SECONDS: Final = 0.5

Result = TypeVar("Result")


class MasterLost(Exception):
    """The master is gone: nothing more will be leased."""


class Desk:
    """Where a worker's users get what to send and hand in what came of it."""

    def __init__(self, runner: Any, target: Target, secrets: Secrets) -> None:
        self._runner = runner
        self._sends: gevent.queue.Queue[tuple[int, Request] | None] = gevent.queue.Queue()
        self._asking = False
        self._no_more = False
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="smsproof-load", daemon=True).start()
        self._target = target
        self._transport = Transport(target, secrets)
        self.over = gevent.event.Event()
        self.master_lost = False
        self._heard_at = time.monotonic()
        runner.register_message(LEASE, self._leased)
        runner.environment.events.heartbeat_received.add_listener(self._alive)

    def take(self) -> tuple[int, Request]:
        """The next send. raises StopUser when there are no more, MasterLost when nobody says so."""
        if self._sends.empty() and not self._no_more and not self._asking:
            self._asking = True
            self._runner.send_message(WANT)
        while True:
            try:
                found = self._sends.get(timeout=_LOOK_SECONDS)
                break
            except gevent.queue.Empty:
                if time.monotonic() - self._heard_at > MASTER_SILENT_SECONDS:
                    raise MasterLost from None
        if found is None:
            self._sends.put(None)  # for the next user
            raise StopUser
        return found

    def give_up(self) -> None:
        """Nobody answers any more: end this worker."""
        self.master_lost = True
        self.over.set()

    def exchange(self, request: Request) -> Answer | Lost:
        """Send, unless this machine's own target does not allow it: whoever calls itself the master may be wrong."""
        try:
            forbid_strangers(self._target, request)
        except WouldTextStranger as stranger:
            return Lost("safety.stranger", left=False, detail=str(stranger))
        return self._wait(self._transport.exchange(request))

    def hand_in(self, send: int, outcome: Answer | Lost) -> None:
        self._runner.send_message(DONE, packed_outcome(send, outcome))

    def _alive(self, **_: Any) -> None:
        self._heard_at = time.monotonic()

    def _leased(self, environment: Environment, msg: Any, **_: Any) -> None:
        self._asking = False
        sends = [unpacked_request(values) for values in msg.data["sends"]]
        for send in sends:
            self._sends.put(send)
        if not sends:
            self._no_more = True
            self._sends.put(None)

    def _wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Let the event loop do something; other users go on meanwhile."""
        done = gevent.event.Event()
        bell = gevent.get_hub().loop.async_()  # the one thing of gevent that another thread may touch
        bell.start(done.set)
        try:
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
            future.add_done_callback(lambda _: bell.send())
            done.wait()
            return future.result()
        finally:
            bell.stop()
            bell.close()


def work(target: Target, secrets: Secrets, host: str, port: int) -> bool:
    """Work for the master at `host`:`port` until it says that all is sent. Returns whether it was there to the end."""
    environment = Environment(user_classes=[Sender])
    runner: Any = environment.create_worker_runner(host, port)  # partly typed
    Sender.desk = desk = Desk(runner, target, secrets)
    gevent.spawn(_until_dismissed, runner, desk)
    desk.over.wait()
    runner.quit()
    return not desk.master_lost


def _until_dismissed(runner: Any, desk: Desk) -> None:
    runner.greenlet.join()
    desk.over.set()


class Sender(User):
    """One user: sends what it gets, one after the other."""

    desk: Desk

    @task
    def send(self) -> None:
        try:
            send, request = self.desk.take()
        except MasterLost:
            self.desk.give_up()
            raise StopUser from None
        outcome = self.desk.exchange(request)
        self.desk.hand_in(send, outcome)
        seconds, size, problem = (
            (0.0, 0, RuntimeError(outcome.kind))
            if isinstance(outcome, Lost)
            else (outcome.elapsed_seconds, len(outcome.body), None)
        )
        environment: Any = self.environment  # its events are untyped
        environment.events.request.fire(
            request_type=request.method, name=request.target, response_time=seconds * 1000, response_length=size,
            exception=problem, context={},
        )  # fmt: skip
