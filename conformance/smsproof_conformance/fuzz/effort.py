"""How much a fuzz phase does; all that a command needs to know of it without loading the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_EXAMPLES: Final = 40
TIME_LIMIT_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Effort:
    """How much a fuzz phase does.

    max_examples    of each strategy of each operation; the engine's enumeration of the schema comes on top.
    seconds         after which nothing new is sent.
    """

    seed: int
    max_examples: int = MAX_EXAMPLES
    seconds: float = TIME_LIMIT_SECONDS
