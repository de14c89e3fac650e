"""The vendor's clock: runs with real time, and can be wound ahead so that no test has to sleep."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch, real time plus whatever it was wound ahead. Never goes back.

    Winding wakes everyone who waits for something to fall due.
    """

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._ahead = 0.0
        self._latest = real()
        self._waiters: list[Callable[[], object]] = []

    def now(self) -> float:
        """Epoch seconds. A step back of the machine's clock shows as time standing still."""
        self._latest = max(self._latest, self._real() + self._ahead)
        return self._latest

    def utc(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def wind(self, seconds: float) -> None:
        """Let `seconds` pass at once. Raises ValueError for a negative or endless span."""
        if not 0 <= seconds <= 10 * 366 * 86400:
            raise ValueError(f"cannot wind the clock by {seconds:g} seconds: give 0 to ten years")
        self._ahead += seconds
        for wake in self._waiters:
            wake()

    @property
    def ahead_seconds(self) -> float:
        """How far it was wound in all."""
        return self._ahead

    def on_wind(self, wake: Callable[[], object]) -> None:
        self._waiters.append(wake)
