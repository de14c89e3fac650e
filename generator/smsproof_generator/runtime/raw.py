"""The vendor's answer as it came over the wire."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """One HTTP answer.

    method, path   of the request; the path without its query, which may hold numbers
    status         HTTP status
    headers        a mapping that ignores case
    body           decoded bytes, at most `max_answer_bytes` of the client
    elapsed        seconds from the first byte sent to the last byte read
    attempts       how many requests were made for this answer
    damage         None, or why the body is not whole ("answer larger than 2097152 bytes")
    """

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    elapsed: float = 0.0
    attempts: int = 1
    damage: str | None = None

    @property
    def text(self) -> str:
        """The body as UTF-8; bytes that are none are shown as backslash escapes. Whatever charset the header names."""
        return self.body.decode("utf-8", "backslashreplace")


_listeners: ContextVar[tuple[list[RawAnswer], ...]] = ContextVar("_listeners", default=())


@contextmanager
def recording() -> Generator[list[RawAnswer]]:
    """Collect every answer that arrives in this block, of whatever client, in order.

        with recording() as answers:
            client.get_webhook("+12161112222")
        answers[-1].status

    One list per thread or task; blocks may be nested.
    """
    answers: list[RawAnswer] = []
    token = _listeners.set((*_listeners.get(), answers))
    try:
        yield answers
    finally:
        _listeners.reset(token)


def record(answer: RawAnswer) -> None:
    """Hand an answer to the blocks that listen."""
    for answers in _listeners.get():
        answers.append(answer)
