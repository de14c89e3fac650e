"""The courier: brings deliveries to the customer's URLs when they fall due, and again until they are acknowledged.

Deliveries of one lane (one message and one URL) go one after the other; lanes go side by side. There is no polling: a
timer is set for the next due delivery, and winding the clock looks again at once.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from typing import Final, Protocol

from smsproof_conformance.emulator.books.message import Attempt, Delivery, DeliveryState
from smsproof_conformance.emulator.books.store import UNANSWERED, Journal
from smsproof_conformance.emulator.clock import Clock
from smsproof_conformance.emulator.delivery.post import Dial, ForbiddenDestination, Post

_SIDE_BY_SIDE: Final = 64
"""Connections open at once: far below a usual limit of file descriptors."""


class Sender(Protocol):
    """What the vendor decides about a delivery."""

    def compose(self, delivery: Delivery) -> Post:
        """What to send with the coming attempt."""
        ...

    def is_acknowledged(self, delivery: Delivery, outcome: str) -> bool: ...

    def pause_seconds(self, delivery: Delivery) -> float | None:
        """How long to wait before the next attempt after one that failed; None to give up."""
        ...


class Courier:
    """Holds what is to be delivered. Lives in one event loop; every method is called from it."""

    def __init__(self, clock: Clock, dial: Dial, journal: Journal) -> None:
        self._clock = clock
        self._dial = dial
        self._journal = journal
        self._sender: Sender | None = None
        self._lanes: dict[tuple[str, str], deque[Delivery]] = {}
        self._due: list[tuple[float, int, Delivery]] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._ended_since = 0
        clock.on_wind(self._launch)

    def serve(self, sender: Sender) -> None:
        """Take `sender`'s word from now on. Faults replace it while deliveries wait."""
        self._sender = sender

    @property
    def waiting(self) -> int:
        """Deliveries that are planned and not finished."""
        return sum(map(len, self._lanes.values()))

    @property
    def next_due(self) -> float | None:
        return self._due[0][0] if self._due else None

    def plan(self, delivery: Delivery) -> None:
        """Take a delivery on. The first attempt starts as soon as it is due and its lane is free."""
        lane = self._lanes.setdefault(delivery.lane, deque())
        lane.append(delivery)
        if len(lane) == 1:
            self._schedule(delivery)

    def resume(self, delivery: Delivery) -> None:
        """Take on what an earlier process left behind. An attempt of which nothing is known had no answer."""
        assert self._sender is not None
        self.plan(delivery) if self._goes_on(self._sender, delivery) else self._finish(delivery, DeliveryState.GIVEN_UP)

    def _goes_on(self, sender: Sender, delivery: Delivery) -> bool:
        if not delivery.attempts or delivery.attempts[-1].outcome != UNANSWERED:
            return True
        pause = sender.pause_seconds(delivery)
        delivery.due = self._clock.now() + (pause or 0.0)
        return pause is not None

    async def settle(self) -> int:
        """Bring everything that is due, with all that follows from it. Returns how many ended since the last time."""
        while self._launch():
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
        ended, self._ended_since = self._ended_since, 0
        return ended

    def clear(self) -> None:
        """Forget every delivery, those under way included."""
        for task in self._under_way:
            task.cancel()
        self._under_way.clear()
        self._lanes.clear()
        self._due.clear()
        self._ended_since = 0

    async def close(self) -> None:
        tasks = tuple(self._under_way)
        self.clear()
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _schedule(self, delivery: Delivery) -> None:
        heapq.heappush(self._due, (delivery.due, delivery.number, delivery))
        self._launch()

    def _launch(self) -> bool:
        """Start what is due, set the timer for what is not; True while anything is under way."""
        now = self._clock.now()
        while self._due and self._due[0][0] <= now and len(self._under_way) < _SIDE_BY_SIDE:
            task = asyncio.get_running_loop().create_task(self._attempt(heapq.heappop(self._due)[2]))
            self._under_way.add(task)
            task.add_done_callback(self._ended)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._due and self._due[0][0] > now:
            self._timer = asyncio.get_running_loop().call_later(self._due[0][0] - now, self._launch)
        return bool(self._under_way)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.result()  # a defect of ours must not pass in silence
            self._launch()

    async def _attempt(self, delivery: Delivery) -> None:
        assert self._sender is not None
        self._journal.attempting(delivery)
        try:
            await self._dial.attempt(
                delivery.url, self._sender.compose(delivery), lambda text: self._note(delivery, text)
            )
        except ForbiddenDestination as forbidden:
            delivery.attempts.append(Attempt(self._clock.now(), forbidden.reason))
            self._finish(delivery, DeliveryState.FORBIDDEN)
            return
        if delivery.state is not DeliveryState.PENDING:
            return
        pause = self._sender.pause_seconds(delivery)
        if pause is None:
            self._finish(delivery, DeliveryState.GIVEN_UP)
        else:
            delivery.due = self._clock.now() + pause
            self._journal.attempted(delivery)
            heapq.heappush(self._due, (delivery.due, delivery.number, delivery))

    def _note(self, delivery: Delivery, outcome: str) -> None:
        """Write an outcome down the moment it is known: what was acknowledged is never brought again, crash or not."""
        assert self._sender is not None
        delivery.attempts.append(Attempt(self._clock.now(), outcome))
        if self._sender.is_acknowledged(delivery, outcome):
            self._finish(delivery, DeliveryState.ACKNOWLEDGED)

    def _finish(self, delivery: Delivery, state: DeliveryState) -> None:
        delivery.state = state
        self._ended_since += 1
        self._journal.attempted(delivery)
        lane = self._lanes.get(delivery.lane)
        if not lane or lane[0] is not delivery:
            return
        lane.popleft()
        if lane:
            heapq.heappush(self._due, (lane[0].due, lane[0].number, lane[0]))
        else:
            del self._lanes[delivery.lane]
