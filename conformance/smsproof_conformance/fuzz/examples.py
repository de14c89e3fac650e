"""What fuzzing found, shared by many runs: Hypothesis' example databases, held by a Redis.

The seeded stream of a run only gives: it looks into no database, so that the same seed gives the same requests wherever
it runs. What other runs gave is replayed when the stream has ended. A Redis that is down, slow or holds something else
costs one warning and its examples, never a run. Kept are the choices of a generator, no body: no number of a target.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from hypothesis.database import ExampleDatabase

from smsproof_conformance.fuzz.sharing import ExamplesError

PASSWORD: Final = "SMSPROOF_EXAMPLES_PASSWORD"
_SECONDS: Final = 1.0  # for one word with Redis
_SECONDS_IN_ALL: Final = 5.0
_REPLAYED: Final = 200  # of one generator; the shortest, which are the smallest examples


class OnRedis:
    """Examples in a Redis; given up with one warning at the first failure.

    warn     is told one sentence, without what the server said.
    raises   ExamplesError, before anything is connected to.
    """

    def __init__(self, url: str, warn: Callable[[str], None]) -> None:
        try:
            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ImportError:
            raise ExamplesError("--examples needs a Redis client: pip install 'smsproof[shared-examples]'") from None
        from hypothesis.extra.redis import RedisExampleDatabase

        parts = urlsplit(url)
        if parts.scheme not in ("redis", "rediss") or not parts.hostname or parts.query:
            raise ExamplesError("--examples: expected redis://HOST:PORT or redis://HOST:PORT/DATABASE.")
        if parts.password is not None:
            raise ExamplesError(
                f"--examples: a password stands in no address. Take it out and export it as {PASSWORD}."
            )
        try:
            of_redis: Any = redis.Redis  # partly typed
            client = of_redis.from_url(
                url, password=os.environ.get(PASSWORD) or None, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )  # fmt: skip
        except ValueError as error:
            raise ExamplesError(f"--examples: {error}.") from None
        self._where = f"{parts.hostname}:{parts.port or 6379}"
        self._database: ExampleDatabase = RedisExampleDatabase(client, key_prefix=b"smsproof-example:")
        self._warn = warn
        self._seconds_left = _SECONDS_IN_ALL
        self._given_up = False

    def fetch(self, name: str) -> tuple[bytes, ...]:
        found: list[bytes] = []
        self._asked(lambda: found.extend(self._database.fetch(name.encode())))
        return tuple(sorted(found, key=lambda example: (len(example), example))[:_REPLAYED])

    def give(self, name: str, examples: Iterable[bytes]) -> None:
        for example in examples:
            self._asked(partial(self._database.save, name.encode(), example))

    def _asked(self, word: Callable[[], object]) -> None:
        if self._given_up:
            return
        began = time.monotonic()
        try:
            word()
        except Exception as error:  # whatever a server that is no Redis makes of it
            self._give_up(type(error).__name__)
        self._seconds_left -= time.monotonic() - began
        if self._seconds_left < 0:
            self._give_up("too slow")

    def _give_up(self, why: str) -> None:
        if not self._given_up:
            self._given_up = True
            self._warn(f"the shared examples at {self._where} cannot be used ({why}): this run goes on without them")


class Examples(ExampleDatabase):
    """The database of one Hypothesis test: gives it `replayed`, puts what it finds into `found`. Nothing is taken back
    from others: what one target does right another one may not."""

    def __init__(self, replayed: Iterable[bytes], found: list[bytes]) -> None:
        super().__init__()
        self._replayed = tuple(replayed)
        self._found = found

    def fetch(self, key: bytes) -> Iterable[bytes]:
        return () if _is_secondary(key) else self._replayed

    def save(self, key: bytes, value: bytes) -> None:
        if not _is_secondary(key):
            self._found.append(value)

    def delete(self, key: bytes, value: bytes) -> None:
        """What became of a smaller one: Hypothesis moves it away."""
        if not _is_secondary(key):
            with suppress(ValueError):
                self._found.remove(value)


def _is_secondary(key: bytes) -> bool:
    """Whether Hypothesis keeps by-products under this key."""
    return key.endswith((b".secondary", b".pareto"))
