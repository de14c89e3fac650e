"""What outlives the process: nothing by default, everything with `--store FILE`.

The file is SQLite in WAL mode and belongs to one running emulator at a time. What a caller was told is in it before he
hears of it; an acknowledgement is in it the moment it is read. So after `kill -9` no accepted message is missing, and
nothing is brought again that was acknowledged. An attempt that was under way counts as made and unanswered, as it does
at a vendor (S1:219): it is followed by the next of the five, under the same refid.
"""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol

from smsproof_conformance.emulator.books.inventory import Inventory, Number
from smsproof_conformance.emulator.books.message import Attempt, Delivery, DeliveryState, Direction, Message

UNANSWERED: Final = "unanswered"
"""The outcome of an attempt as long as nothing is known of it."""


class History(Protocol):
    """The account's messages, found by id, in the order of their arrival."""

    def add(self, message: Message) -> None: ...
    def get(self, id: str) -> Message | None: ...
    def latest(self, count: int) -> Iterable[Message]:
        """The newest first."""
        ...

    def clear(self) -> None: ...
    def __iter__(self) -> Iterator[Message]: ...
    def __len__(self) -> int: ...


class Journal(Protocol):
    """Told of every change before anybody else hears of it. `commit` makes what was told durable."""

    def webhook(self, endpoint: str, url: str) -> None: ...
    def planned(self, delivery: Delivery) -> None: ...
    def attempting(self, delivery: Delivery) -> None:
        """An attempt starts; durable at once."""
        ...

    def attempted(self, delivery: Delivery) -> None:
        """The latest attempt has an outcome, and the delivery perhaps an end; durable at once."""
        ...

    def token(self, token: str, expiry: float) -> None: ...
    def wound(self, ahead_seconds: float) -> None: ...
    def forget(self) -> None: ...
    def commit(self) -> None: ...


class LatestMessages:
    """A history in memory: the oldest messages make room for the newest, by number and by the length of their texts."""

    def __init__(self, limit: int, characters: int) -> None:
        self._order: deque[Message] = deque()
        self._by_id: dict[str, Message] = {}
        self._limit = limit
        self._characters = characters
        self._held = 0

    def add(self, message: Message) -> None:
        self._order.append(message)
        self._by_id[message.id] = message
        self._held += len(message.text)
        while len(self._order) > self._limit or (self._held > self._characters and len(self._order) > 1):
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        oldest = self._order.popleft()
        self._held -= len(oldest.text)
        if self._by_id.get(oldest.id) is oldest:
            del self._by_id[oldest.id]

    def get(self, id: str) -> Message | None:
        return self._by_id.get(id)

    def latest(self, count: int) -> Iterable[Message]:
        return islice(reversed(self._order), count)

    def clear(self) -> None:
        self._order.clear()
        self._by_id.clear()
        self._held = 0

    def __iter__(self) -> Iterator[Message]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)


class Forgetful:
    """The journal of an emulator without a store."""

    def webhook(self, endpoint: str, url: str) -> None:
        pass

    def planned(self, delivery: Delivery) -> None:
        pass

    def attempting(self, delivery: Delivery) -> None:
        pass

    def attempted(self, delivery: Delivery) -> None:
        pass

    def token(self, token: str, expiry: float) -> None:
        pass

    def wound(self, ahead_seconds: float) -> None:
        pass

    def forget(self) -> None:
        pass

    def commit(self) -> None:
        pass


class StoreError(Exception):
    """A store file that cannot be used. The text says why and what to do."""


# One row for each message that was accepted, or that a delivery tells of (a refused one has statuses too).
_SCHEMA: Final = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE numbers (address TEXT PRIMARY KEY, enabled INTEGER, state TEXT, eu INTEGER) WITHOUT ROWID;
CREATE TABLE blocked (address TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE tokens (token TEXT PRIMARY KEY, expiry REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE webhooks (endpoint TEXT PRIMARY KEY, url TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE messages (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, direction TEXT NOT NULL, sender TEXT NOT NULL, destination TEXT NOT NULL,
    text TEXT NOT NULL, segments INTEGER NOT NULL, at REAL NOT NULL, details TEXT NOT NULL, accepted INTEGER NOT NULL
);
CREATE INDEX message_by_id ON messages (id);
CREATE TABLE deliveries (
    number INTEGER PRIMARY KEY, message INTEGER NOT NULL REFERENCES messages, url TEXT NOT NULL, status TEXT NOT NULL,
    due REAL NOT NULL, state TEXT NOT NULL
);
CREATE INDEX pending_deliveries ON deliveries (number) WHERE state = 'pending';
CREATE TABLE attempts (
    delivery INTEGER NOT NULL REFERENCES deliveries, place INTEGER NOT NULL, at REAL NOT NULL, outcome TEXT NOT NULL,
    PRIMARY KEY (delivery, place)
) WITHOUT ROWID;
"""
_VERSION: Final = 1
_MESSAGE: Final = "m.id, m.direction, m.sender, m.destination, m.text, m.segments, m.at, m.details"


class Store:
    """Journal and history in one SQLite file."""

    def __init__(self, path: Path, vendor: str) -> None:
        """Open or create `path`. Raises StoreError when it is another vendor's, no store, or in use."""
        try:
            self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=2)
            self._prepare(path, vendor)
        except sqlite3.OperationalError as error:
            hint = "Is another emulator running on it?" if "locked" in str(error) else "Give another --store."
            raise StoreError(f"{path}: {error}. {hint}") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{path} is no store of an emulator: {error}. Give another --store.") from error

    def _prepare(self, path: Path, vendor: str) -> None:
        self._file.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._file.execute("PRAGMA journal_mode = WAL")
        # NORMAL: a commit outlives the process, whatever kills it; only a power cut may cost the latest ones.
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.execute("BEGIN IMMEDIATE")
        (version,) = self._file.execute("PRAGMA user_version").fetchone()
        (tables,) = self._file.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version == 0 and tables == 0:
            for statement in _SCHEMA.split(";"):
                self._file.execute(statement)
            self._file.execute(f"PRAGMA user_version = {_VERSION}")
            self._file.execute("INSERT INTO facts VALUES ('vendor', ?)", (vendor,))
        elif version != _VERSION:
            raise StoreError(f"{path} is no store of this version. Give another --store.")
        found = self._fact("vendor")
        if found != vendor:
            raise StoreError(f"{path} belongs to an emulator of {found}, not of {vendor}. Give another --store.")
        self._file.execute("COMMIT")

    def close(self) -> None:
        self.commit()
        self._file.close()

    # What was kept.

    def inventory(self) -> Inventory | None:
        """The numbers of the last time; None for a store that is new."""
        rows = self._file.execute("SELECT address, enabled, state, eu FROM numbers").fetchall()
        numbers = {address: Number(address, bool(enabled), state, bool(eu)) for address, enabled, state, eu in rows}
        blocked = frozenset(address for (address,) in self._file.execute("SELECT address FROM blocked"))
        return Inventory(numbers, blocked) if numbers or blocked else None

    def keep_inventory(self, inventory: Inventory) -> None:
        self._write("DELETE FROM numbers")
        self._write("DELETE FROM blocked")
        for number in inventory:
            self._write("INSERT INTO numbers VALUES (?,?,?,?)", number.address, number.enabled, number.state, number.eu)
        for address in inventory.blocked:
            self._write("INSERT INTO blocked VALUES (?)", address)
        self.commit()

    def webhooks(self) -> dict[str, str]:
        return dict(self._file.execute("SELECT endpoint, url FROM webhooks"))

    def tokens(self) -> dict[str, float]:
        return dict(self._file.execute("SELECT token, expiry FROM tokens"))

    def ahead_seconds(self) -> float:
        return float(self._fact("ahead") or 0.0)

    def deliveries(self, latest: int) -> list[Delivery]:
        """Everything pending, and the latest others, in the order of their planning."""
        rows = self._file.execute(
            f"SELECT d.number, d.url, d.due, d.status, d.state, {_MESSAGE} FROM deliveries d JOIN messages m"
            " ON m.row = d.message WHERE d.state = 'pending' OR d.number > (SELECT max(number) FROM deliveries) - ?"
            " ORDER BY d.number",
            (latest,),
        )
        return [
            Delivery(number, _message(rest), url, due, status, DeliveryState(state), self._attempts(number))
            for number, url, due, status, state, *rest in rows.fetchall()
        ]

    def last_number(self) -> int:
        """The highest number that a delivery ever had."""
        (number,) = self._file.execute("SELECT coalesce(max(number), 0) FROM deliveries").fetchone()
        return int(number)

    def _attempts(self, delivery: int) -> list[Attempt]:
        rows = self._file.execute("SELECT at, outcome FROM attempts WHERE delivery = ? ORDER BY place", (delivery,))
        return [Attempt(at, outcome) for at, outcome in rows]

    # Journal.

    def webhook(self, endpoint: str, url: str) -> None:
        self._write("INSERT INTO webhooks VALUES (?1,?2) ON CONFLICT DO UPDATE SET url = ?2", endpoint, url)

    def planned(self, delivery: Delivery) -> None:
        row = self._row(delivery.message.id) or self._insert(delivery.message, accepted=False)
        values = (delivery.number, row, delivery.url, delivery.status, delivery.due, delivery.state.value)
        self._write("INSERT INTO deliveries VALUES (?,?,?,?,?,?)", *values)

    def attempting(self, delivery: Delivery) -> None:
        place = len(delivery.attempts)
        self._write("INSERT INTO attempts VALUES (?,?,?,?)", delivery.number, place, delivery.due, UNANSWERED)
        self.commit()

    def attempted(self, delivery: Delivery) -> None:
        last = delivery.attempts[-1]
        self._write(
            "INSERT INTO attempts VALUES (?1,?2,?3,?4) ON CONFLICT DO UPDATE SET at = ?3, outcome = ?4",
            delivery.number, len(delivery.attempts) - 1, last.at, last.outcome,
        )  # fmt: skip
        self._write(
            "UPDATE deliveries SET state = ?, due = ? WHERE number = ?",
            delivery.state.value, delivery.due, delivery.number,
        )  # fmt: skip
        self.commit()

    def token(self, token: str, expiry: float) -> None:
        self._write("INSERT INTO tokens VALUES (?,?)", token, expiry)

    def wound(self, ahead_seconds: float) -> None:
        self._write("INSERT INTO facts VALUES ('ahead', ?1) ON CONFLICT DO UPDATE SET value = ?1", str(ahead_seconds))

    def forget(self) -> None:
        for table in ("attempts", "deliveries", "messages", "webhooks"):
            self._write(f"DELETE FROM {table}")

    def commit(self) -> None:
        if self._file.in_transaction:
            self._file.execute("COMMIT")

    # History.

    def add(self, message: Message) -> None:
        self._insert(message, accepted=True)

    def get(self, id: str) -> Message | None:
        row = self._file.execute(f"SELECT {_MESSAGE} FROM messages m WHERE id = ? AND accepted", (id,)).fetchone()
        return None if row is None else _message(row)

    def latest(self, count: int) -> Iterable[Message]:
        statement = f"SELECT {_MESSAGE} FROM messages m WHERE accepted ORDER BY row DESC LIMIT ?"
        return map(_message, self._file.execute(statement, (count,)).fetchall())

    def clear(self) -> None:
        """`forget` has done it."""

    def __iter__(self) -> Iterator[Message]:
        rows = self._file.execute(f"SELECT {_MESSAGE} FROM messages m WHERE accepted ORDER BY row").fetchall()
        return map(_message, rows)

    def __len__(self) -> int:
        (count,) = self._file.execute("SELECT count(*) FROM messages WHERE accepted").fetchone()
        return int(count)

    # The file.

    def _write(self, statement: str, *values: object) -> sqlite3.Cursor:
        if not self._file.in_transaction:
            self._file.execute("BEGIN")
        return self._file.execute(statement, values)

    def _fact(self, name: str) -> str | None:
        row = self._file.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _row(self, id: str) -> int | None:
        found = self._file.execute("SELECT row FROM messages WHERE id = ? ORDER BY row DESC LIMIT 1", (id,)).fetchone()
        return None if found is None else int(found[0])

    def _insert(self, message: Message, *, accepted: bool) -> int:
        cursor = self._write(
            "INSERT INTO messages (id, direction, sender, destination, text, segments, at, details, accepted)"
            " VALUES (?,?,?,?,?,?,?,?,?)",
            message.id, message.direction.value, message.sender, message.to, message.text, message.segments, message.at,
            json.dumps(dict(message.details)), accepted,
        )  # fmt: skip
        assert cursor.lastrowid is not None
        return cursor.lastrowid


def _message(row: Any) -> Message:
    id, direction, sender, to, text, segments, at, details = row
    return Message(id, Direction(direction), sender, to, text, segments, at, json.loads(details))
