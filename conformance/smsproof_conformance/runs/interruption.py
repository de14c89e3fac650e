"""SIGINT and SIGTERM: the first one ends the run in good order, the second one ends the process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

from smsproof_conformance.exit_code import ExitCode

_CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


class Interrupted(Exception):
    """Raised where the next step would start after a signal: nothing new begins."""


class Interruption:
    """While entered (in the main thread), a first signal is remembered and everybody who asked is told.

    Works for signals that were ignored when the process started (a shell's `&`), because handlers are set anew.
    The ledger is intact at any moment, so that a second signal may end the process at once.
    """

    def __init__(self) -> None:
        self.code: ExitCode | None = None
        self.last_words: Callable[[], object] = lambda: None  # called before a second signal ends the process
        self._callbacks: list[Callable[[], object]] = []
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interruption:
        for number in _CODES:
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Raise Interrupted once a signal has come."""
        if self.code is not None:
            raise Interrupted

    def tell(self, callback: Callable[[], object]) -> None:
        """Call `callback` from the signal handler, once, on the first signal."""
        self._callbacks.append(callback)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        code = _CODES[signal.Signals(number)]
        if self.code is not None:
            try:
                self.last_words()
            finally:
                os._exit(code)
        self.code = code
        for callback in self._callbacks:
            with suppress(RuntimeError):  # its event loop is closed: there is nothing left to stop
                callback()
