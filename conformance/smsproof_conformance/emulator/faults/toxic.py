"""What a transport fault is made of: a generator between the bytes of an answer and the socket. The name is Toxiproxy's."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import TypeAlias

Pieces: TypeAlias = AsyncIterator[bytes]
Toxic: TypeAlias = Callable[[Pieces], AsyncGenerator[bytes, None]]
"""Takes an answer piece by piece and gives what shall go out, when it shall."""


class HangUp(Exception):
    """Raised by a toxic: close the connection now, whatever was promised."""


class Reset(Exception):
    """Raised by a toxic: reset the connection now (TCP RST)."""
