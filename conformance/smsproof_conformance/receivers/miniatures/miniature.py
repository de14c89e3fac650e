"""One receiver of the fault matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from smsproof_conformance.receivers.miniatures.receiver import Receiver


@dataclass(frozen=True)
class Miniature:
    """What it is called, what it breaks (nothing: it is right), how it is made."""

    name: str
    breaks: tuple[str, ...]
    make: Callable[[], Receiver]
