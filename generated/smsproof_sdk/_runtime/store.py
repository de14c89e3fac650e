"""Where a receiver keeps what it has answered for, so that nothing is lost and nothing is done twice."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
import uuid
from pathlib import Path
from typing import Protocol


class Store(Protocol):
    """What a receiver needs of a store. All of it may be called from several threads."""

    def take(self, key: str, body: bytes) -> bool:
        """Keep a delivery, and claim it. False when it is already known. Durable when it returns."""
        ...

    def finish(self, key: str) -> None:
        """Note that the handler is done with it; its content is no longer needed, its key still is."""
        ...

    def unfinished(self) -> list[tuple[str, bytes]]:
        """Claim and give what no living receiver is at work on, oldest first."""
        ...

    def release(self, key: str) -> None:
        """Give a claim back, because the handler failed."""
        ...


class MemoryStore:
    """A store that forgets everything when the program ends: deliveries that were answered and not handled are lost.

    For tests, and for handlers that do nothing of consequence.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bodies: dict[str, bytes | None] = {}
        self._claimed: set[str] = set()

    def take(self, key: str, body: bytes) -> bool:
        with self._lock:
            if key in self._bodies:
                return False
            self._bodies[key] = body
            self._claimed.add(key)
            return True

    def finish(self, key: str) -> None:
        with self._lock:
            self._bodies[key] = None
            self._claimed.discard(key)

    def release(self, key: str) -> None:
        with self._lock:
            self._claimed.discard(key)

    def unfinished(self) -> list[tuple[str, bytes]]:
        with self._lock:
            found = [(k, b) for k, b in self._bodies.items() if b is not None and k not in self._claimed]
            self._claimed.update(key for key, _ in found)
            return found


_SCHEMA = """
CREATE TABLE IF NOT EXISTS delivery (
    key TEXT PRIMARY KEY,
    body BLOB,
    taken REAL NOT NULL,
    owner TEXT,
    finished REAL
);
CREATE INDEX IF NOT EXISTS open_delivery ON delivery (taken) WHERE finished IS NULL;
"""


class SQLiteStore:
    """A store in one file, for one machine; several processes may share it.

    A claim belongs to a living store. Each store holds a lock on a small file of its own beside the database; the
    operating system lets go of it when the process ends in whatever way, and its claims are then free for others.

    path     the database; made when absent, readable by its owner only, because it holds numbers and texts
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self._lock = threading.Lock()
        self._owner = uuid.uuid4().hex
        self._path.touch(mode=0o600)
        self._base = _opened(self._path)
        with self._base:
            self._base.executescript(_SCHEMA)
        self._alive = _opened(self._alive_file(self._owner))
        # Held until this store is closed or its process ends.
        self._alive.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._alive.execute("PRAGMA journal_mode = DELETE")
        self._alive.execute("BEGIN EXCLUSIVE")

    def take(self, key: str, body: bytes) -> bool:
        with self._lock, self._base:
            statement = "INSERT OR IGNORE INTO delivery (key, body, taken, owner) VALUES (?, ?, ?, ?)"
            return self._base.execute(statement, (key, body, time.time(), self._owner)).rowcount == 1

    def finish(self, key: str) -> None:
        with self._lock, self._base:
            statement = "UPDATE delivery SET finished = ?, body = NULL, owner = NULL WHERE key = ?"
            self._base.execute(statement, (time.time(), key))

    def release(self, key: str) -> None:
        with self._lock, self._base:
            self._base.execute("UPDATE delivery SET owner = NULL WHERE key = ? AND owner = ?", (key, self._owner))

    def unfinished(self) -> list[tuple[str, bytes]]:
        with self._lock:
            owners = self._base.execute(
                "SELECT DISTINCT owner FROM delivery WHERE finished IS NULL AND owner IS NOT NULL"
            ).fetchall()
            dead = [owner for (owner,) in owners if owner != self._owner and not self._lives(owner)]
            with self._base:
                self._base.execute("BEGIN IMMEDIATE")
                for owner in dead:
                    self._base.execute("UPDATE delivery SET owner = NULL WHERE owner = ?", (owner,))
                found = self._base.execute(
                    "SELECT key, body FROM delivery WHERE finished IS NULL AND owner IS NULL ORDER BY taken"
                ).fetchall()
                self._base.execute(
                    "UPDATE delivery SET owner = ? WHERE finished IS NULL AND owner IS NULL", (self._owner,)
                )
        for owner in dead:
            self._alive_file(owner).unlink(missing_ok=True)
        return [(str(key), bytes(body)) for key, body in found]

    def forget(self, older_than_seconds: float) -> int:
        """Forget finished deliveries that are older; a repeat of one would be handled again. Returns how many."""
        with self._lock, self._base:
            statement = "DELETE FROM delivery WHERE finished IS NOT NULL AND finished < ?"
            return self._base.execute(statement, (time.time() - older_than_seconds,)).rowcount

    def close(self) -> None:
        """Give back the claims of this store, and close it."""
        with self._lock:
            with self._base:
                self._base.execute("UPDATE delivery SET owner = NULL WHERE owner = ?", (self._owner,))
            self._base.close()
            self._alive.close()
        self._alive_file(self._owner).unlink(missing_ok=True)

    def _alive_file(self, owner: str) -> Path:
        return self._path.with_name(f"{self._path.name}.{owner}.alive")

    def _lives(self, owner: str) -> bool:
        file = self._alive_file(owner)
        if not file.exists():
            return False
        with contextlib.closing(_opened(file, timeout=0.0)) as probe:
            try:
                probe.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                return True
            return False


def _opened(path: Path, timeout: float = 10.0) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)
    if timeout:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")  # a text that was handled leaves no trace in the file
    return connection
