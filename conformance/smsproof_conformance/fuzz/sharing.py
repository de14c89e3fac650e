"""What a fuzz phase asks of examples that many runs share, whoever holds them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class ExamplesError(Exception):
    """The address of shared examples cannot be used. Who must act: the person who started the command."""


class Shared(Protocol):
    """Examples that many runs share."""

    def fetch(self, name: str) -> tuple[bytes, ...]: ...

    def give(self, name: str, examples: Iterable[bytes]) -> None: ...


class Own:
    """Nothing is shared."""

    def fetch(self, name: str) -> tuple[bytes, ...]:
        return ()

    def give(self, name: str, examples: Iterable[bytes]) -> None:
        pass
