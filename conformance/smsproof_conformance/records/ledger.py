"""The ledger: one SQLite file per run that knows every request before it leaves.

Intent first, outcome after. A paid request is on disk (fsync) before its first byte leaves, so that after a crash a
request without an outcome is *indeterminate*: it may have been accepted, and nobody sends it again.
Bodies are kept in clear because they are what is judged; no Authorization value and no shared code ever enters.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from smsproof_conformance.records.disguise import Lookout
from smsproof_conformance.records.exchange import Answer, Arrival, Exchange, Headers, Lost, Request, State, is_object
from smsproof_conformance.records.sentence import Sentence, masked, recalled, recorded
from smsproof_conformance.targets.target import Token

_SCHEMA = """
CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE act (
  case_id TEXT PRIMARY KEY, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', position INTEGER NOT NULL
);
CREATE TABLE exchange (
  id INTEGER PRIMARY KEY, case_id TEXT NOT NULL, step TEXT NOT NULL, operation TEXT,
  method TEXT NOT NULL, target TEXT NOT NULL, headers TEXT NOT NULL, body BLOB, token TEXT NOT NULL,
  paid INTEGER NOT NULL, parts INTEGER NOT NULL, state TEXT NOT NULL,
  status INTEGER, answer_headers TEXT, answer_body BLOB, malformed TEXT, elapsed REAL,
  lost_kind TEXT, lost_left INTEGER, lost_detail TEXT, began REAL NOT NULL
);
CREATE TABLE arrival (
  id INTEGER PRIMARY KEY, case_id TEXT NOT NULL, hook TEXT NOT NULL, method TEXT NOT NULL, headers TEXT NOT NULL,
  body BLOB NOT NULL, secret TEXT, status INTEGER NOT NULL, at REAL NOT NULL
);
CREATE TABLE note (case_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (case_id, key)) WITHOUT ROWID;
CREATE TABLE webhook (endpoint TEXT PRIMARY KEY, before TEXT, state TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 3;
"""
_VERSION = 3

_NAMED_RUNS = 3  # where one is not found: enough to see what names look like, and the one just made is among them
RUNS = Path(".smsproof") / "runs"

# A shorter "secret" (`t`, `test`) stands in ordinary words and JSON keys: taking it out would falsify the record that is
# judged, and protect nothing that a guess would not find.
_SHORTEST_SECRET = 6
_REMOVED = "[secret]"
# Facts in the owner's own words: they name the variable that holds a token (SMSPROOF_TOKEN holds smsproof-token, in the
# emulator's case), and no peer can write into them.
_DECLARED = frozenset({"target"})


class LedgerError(Exception):
    """The ledger cannot be used: not there, not one of ours, or held by another runner."""


class LedgerFailure(Exception):
    """The ledger cannot be written (disk full, file gone). Nothing may be sent any more: it would leave no record."""


def new_path(target: str, root: Path = RUNS) -> Path:
    """Where a new run of `target` is kept: `.smsproof/runs/<UTC>-<target>.sqlite`."""
    safe = "".join(char if char.isalnum() or char in "-_" else "-" for char in target)
    return root / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}Z-{safe}.sqlite"


def find(run: str, root: Path = RUNS) -> Path:
    """The file that RUN on a command line means: a path, the name that reports give it (with or without `.sqlite`), or
    `last`."""
    runs = sorted(root.glob("*.sqlite"))
    if run != "last":
        for path in (Path(run), root / run, root / f"{run}.sqlite"):
            if path.is_file():
                return path
        newest = ", ".join(path.stem for path in reversed(runs[-_NAMED_RUNS:]))
        raise LedgerError(
            f"There is no run {run}. Give the path of a run file, its name, or `last`."
            + (f" The newest are: {newest}." if newest else "")
        )
    if not runs:
        raise LedgerError(f"There is no run in {root}. Start one with `smsproof run TARGET`.")
    return runs[-1]


class Ledger:
    """One run's record. Written by one runner at a time (an advisory lock says so), read by anyone."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None, secrets: Sequence[str] = ()) -> None:
        self._db = connection
        self.path = path
        self._secrets = tuple(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)
        # A header's bytes are read as Latin-1, so that a secret beyond ASCII comes back as other characters.
        self._lookout = Lookout([*self._secrets, *(secret.encode().decode("latin-1") for secret in self._secrets)])
        self._lock: int | None = None

    @classmethod
    def create(cls, path: Path, secrets: Sequence[str]) -> Ledger:
        """Start a new run file, mode 0600, in a folder that ignores itself for git.

        secrets   values that must never be written: each occurrence in anything recorded becomes `[secret]`.
        raises    LedgerError where no file can be made.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            ignore = path.parent / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except OSError as error:
            if path.exists():  # another run's file, which is no matter of the folder
                raise
            what = path if path.parent.is_dir() else path.parent
            raise LedgerError(
                f"{what} cannot be created in {Path.cwd()}: {error.strerror}. Run from a folder you can write to."
            ) from error
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
        ledger = cls(connection, path, secrets)
        ledger._hold()
        ledger.set_fact("run", path.stem)
        ledger.set_fact("salt", _salt(secrets))
        return ledger

    @classmethod
    def reopen(cls, path: Path, secrets: Sequence[str]) -> Ledger:
        """Open an abandoned run to go on with it. raises LedgerError while another runner holds it."""
        cls.open(path).close()
        ledger = cls(sqlite3.connect(path, isolation_level=None), path, secrets)
        ledger._write("PRAGMA synchronous = NORMAL")
        ledger._hold()
        return ledger

    @classmethod
    def in_memory(cls, secrets: Sequence[str] = ()) -> Ledger:
        """A ledger without a file, for runs whose record nobody will want again (the fault matrix, tests)."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.executescript(_SCHEMA)
        ledger = cls(connection, None, secrets)
        ledger.set_fact("salt", _salt(secrets))
        return ledger

    @classmethod
    def open(cls, path: Path) -> Ledger:
        """Open a finished or abandoned run for reading."""
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise LedgerError(f"{path} is not a run file ({error}).") from error
        if version != _VERSION:
            connection.close()
            reader = "an older" if version < _VERSION else "a newer"
            raise LedgerError(
                f"{path} is a run file of version {version}; this smsproof reads version {_VERSION}."
                f" Judge it with {reader} smsproof, or run again."
            )
        return cls(connection, path)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hold(self) -> None:
        assert self.path is not None
        # The lock of a process that died is the kernel's to release: whoever comes next takes the file over.
        path = self.path.with_suffix(".lock")
        while self._lock is None:
            lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                os.close(lock)
                self._db.close()
                raise LedgerError(f"{self.path} is being written by another runner.") from error
            if _is_file(lock, path):
                self._lock = lock
            else:  # its former holder took the file away between our opening and our locking it
                os.close(lock)

    def close(self) -> None:
        self._db.close()
        if self._lock is not None and self.path is not None:
            self.path.with_suffix(".lock").unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    def discard(self) -> None:
        """Close a run that never began and take its file away: there is nothing in it to judge or to go on with."""
        self.close()
        if self.path is not None:
            for kept in (self.path, *(self.path.with_name(self.path.name + end) for end in ("-wal", "-shm"))):
                kept.unlink(missing_ok=True)

    # -- what a run is about -------------------------------------------------------------------------------------

    def set_fact(self, key: str, value: Any) -> None:
        clean = self._without_literal if key in _DECLARED else self._clean_text
        self._write("INSERT OR REPLACE INTO fact VALUES (?, ?)", (key, _json(_mapped(value, clean))))

    def fact(self, key: str) -> Any:
        """A recorded fact of the run, None when it was not recorded."""
        row = self._db.execute("SELECT value FROM fact WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else None

    # -- cases ---------------------------------------------------------------------------------------------------

    def plan(self, cases: Iterable[str]) -> None:
        """Record which cases this run is going to act, in order, before the first one starts."""
        rows = [(case, "planned", position) for position, case in enumerate(cases)]
        with self._transaction():
            self._db.executemany("INSERT INTO act (case_id, state, position) VALUES (?, ?, ?)", rows)

    def mark(self, case: str, state: str, reason: str = "") -> None:
        """Record how far a case got: acting, acted, skipped (with reason), stopped (with reason)."""
        self._write("UPDATE act SET state = ?, reason = ? WHERE case_id = ?", (state, self._told(reason), case))

    def stop(self, code: int, reason: str) -> None:
        """Record why a run ended before its end."""
        value = _json({"code": code, "reason": self._told(reason)})  # cleaned already
        self._write("INSERT OR REPLACE INTO fact VALUES ('stopped', ?)", (value,))

    def stopped(self) -> tuple[int, Sentence] | None:
        """With which exit code and why a run ended before its end; None for one that did not."""
        found = self.fact("stopped")
        return None if found is None else (found["code"], recalled(found["reason"]))

    def acts(self) -> dict[str, tuple[str, Sentence]]:
        """State and reason of every planned case, in plan order."""
        rows = self._db.execute("SELECT case_id, state, reason FROM act ORDER BY position").fetchall()
        return {case: (state, recalled(reason)) for case, state, reason in rows}

    def note(self, case: str, key: str, value: Any) -> None:
        """Record something a case saw that is no exchange: an outbox, a settled inbox, a fuzz verdict."""
        self._write("INSERT OR REPLACE INTO note VALUES (?, ?, ?)", (case, key, self._clean_json(value)))

    def notes(self, case: str) -> dict[str, Any]:
        rows = self._db.execute("SELECT key, value FROM note WHERE case_id = ?", (case,)).fetchall()
        return {key: json.loads(value) for key, value in rows}

    # -- exchanges -----------------------------------------------------------------------------------------------

    def intend(self, request: Request) -> int:
        """Record a request before it leaves; a paid one is on disk when this returns. Returns the exchange's id."""
        with self._durable(request.paid):
            return self._intend(request)

    def intend_all(self, requests: Sequence[Request]) -> list[int]:
        """Record several requests before any of them leaves, with one fsync for all. Returns the exchanges' ids."""
        with self._durable(any(request.paid for request in requests)):
            try:
                with self._transaction():
                    return [self._intend(request) for request in requests]
            except sqlite3.Error as error:
                raise LedgerFailure(f"{self.path}: {error}") from error

    @contextmanager
    def _durable(self, paid: bool) -> Generator[None]:
        """Sync what is committed inside, if it is paid: WAL with NORMAL loses the last commits on power loss, which for a
        paid send would mean sending it twice. Losing an outcome only makes its send indeterminate, so nothing else syncs."""
        if paid and self.path is not None:
            self._write("PRAGMA synchronous = FULL")
            try:
                yield
            finally:
                self._write("PRAGMA synchronous = NORMAL")
        else:
            yield

    def _intend(self, request: Request) -> int:
        cursor = self._write(
            "INSERT INTO exchange (case_id, step, operation, method, target, headers, body, token, paid, parts, state,"
            " began) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                request.case, self._told(request.step), request.operation, request.method, self._clean_text(request.target),
                self._clean_json(request.headers), self._clean(request.body), request.token, request.paid, request.parts,
                State.SENDING, time.time(),
            ),
        )  # fmt: skip
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def settle(self, exchange: int, outcome: Answer | Lost) -> None:
        """Record what came of an intended request."""
        if isinstance(outcome, Lost):
            state = State.UNANSWERED if outcome.left else State.NOT_SENT
            self._write(
                "UPDATE exchange SET state = ?, lost_kind = ?, lost_left = ?, lost_detail = ? WHERE id = ?",
                (state, outcome.kind, outcome.left, self._clean_text(outcome.detail), exchange),
            )
            return
        self._write(
            "UPDATE exchange SET state = ?, status = ?, answer_headers = ?, answer_body = ?, malformed = ?, elapsed = ?"
            " WHERE id = ?",
            (
                State.ANSWERED, outcome.status, self._clean_json(outcome.headers), self._clean(outcome.body),
                outcome.malformed, outcome.elapsed_seconds, exchange,
            ),
        )  # fmt: skip

    def exchanges(self) -> Iterator[Exchange]:
        """Every exchange in the order of intent."""
        cursor = self._db.cursor()
        cursor.row_factory = sqlite3.Row
        for row in cursor.execute("SELECT * FROM exchange ORDER BY id"):
            yield _exchange(row)

    def parts_at_risk(self) -> int:
        """Message parts that this run was or may have been charged for: all but what was refused or never left."""
        (parts,) = self._db.execute(
            "SELECT coalesce(sum(parts), 0) FROM exchange WHERE paid AND state != ? AND coalesce(status, 0) NOT BETWEEN 400 AND 499",
            (State.NOT_SENT,),
        ).fetchone()
        return int(parts)

    def abandon(self) -> int:
        """After a crash: every paid request without an outcome becomes indeterminate. Returns how many."""
        cursor = self._write(
            "UPDATE exchange SET state = ? WHERE state = ? AND paid", (State.INDETERMINATE, State.SENDING)
        )
        return cursor.rowcount

    # -- arrivals ------------------------------------------------------------------------------------------------

    def arrive(
        self, case: str, hook: str, method: str, headers: Headers, body: bytes, secret: str | None, status: int
    ) -> None:
        self._write(
            "INSERT INTO arrival (case_id, hook, method, headers, body, secret, status, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (case, hook, method, self._clean_json(headers), self._clean(body), secret, status, time.time()),
        )

    def arrivals(self) -> Iterator[Arrival]:
        cursor = self._db.execute(
            "SELECT id, case_id, hook, method, headers, body, secret, status, at FROM arrival ORDER BY id"
        )
        for id_, case, hook, method, headers, body, secret, status, at in cursor:
            yield Arrival(id_, case, hook, method, _headers(headers), body, secret, status, at)

    # -- webhooks of the account ---------------------------------------------------------------------------------

    def changing_webhook(self, endpoint: str, before: str | None) -> None:
        """Record an endpoint's webhook before the first change of this run; later calls keep the first value."""
        self._write("INSERT OR IGNORE INTO webhook VALUES (?, ?, 'changed')", (endpoint, before))

    def webhook_restored(self, endpoint: str) -> None:
        self._write("UPDATE webhook SET state = 'restored' WHERE endpoint = ?", (endpoint,))

    def changed_webhooks(self) -> list[tuple[str, str | None]]:
        """Endpoints whose webhook this run changed and has not restored, with the value to restore."""
        return self._db.execute("SELECT endpoint, before FROM webhook WHERE state = 'changed'").fetchall()

    # -- the one door --------------------------------------------------------------------------------------------

    def holds_secret(self, text: str) -> bool:
        """Whether a text could not be recorded as it is."""
        return self._clean_text(text) != text

    def _clean(self, data: bytes | None) -> bytes | None:
        if not data:
            return data
        text = data.decode("utf-8", "surrogateescape")
        cleaned = self._clean_text(text)
        return data if cleaned is text else cleaned.encode("utf-8", "surrogateescape")

    def _clean_text(self, text: str) -> str:
        """A text without any secret, in whatever disguise a peer echoes it."""
        if not self._may_hold_secret(text):
            return text
        return self._lookout.replace(self._without_literal(text), lambda _: _REMOVED)

    def _may_hold_secret(self, text: str) -> bool:
        """Whether a text, or several joined by line ends, has to be looked at place by place; False is certain."""
        return any(secret in text for secret in self._secrets) or self._lookout.may_stand_in(text)

    def _without_literal(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _REMOVED)
        return text

    def _told(self, text: str) -> str:
        """A sentence as it is written: its own words apart from what it quotes, which is cleaned."""
        return recorded(masked(text, self._clean_text))

    def _clean_json(self, value: Any) -> str:
        """A value as JSON, cleaned before it is written: a secret need not look like itself once it is escaped."""
        if self._may_hold_secret("\n".join(_texts(value))):
            value = _mapped(value, self._clean_text)
        return _json(value)

    def _write(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        try:
            return self._db.execute(statement, values)
        except sqlite3.Error as error:
            raise LedgerFailure(f"{self.path}: {error}") from error

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db)


class _Transaction:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")


def _is_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _salt(secrets: Sequence[str]) -> str:
    """What reports mark numbers with. From the secrets, so that a number has the same mark in all runs of an account
    and no reader of a report can compute it; eight bytes, from which nothing leads back."""
    known = "\0".join(secrets).encode() or os.urandom(32)
    return hashlib.blake2b(known, digest_size=8, person=b"smsproof salt").hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _mapped(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if is_object(value):
        return {clean(key): _mapped(item, clean) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, clean) for item in cast("Sequence[Any]", value)]
    return value


def _texts(value: Any) -> Iterator[str]:
    """Every string inside a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif is_object(value):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in cast("Sequence[Any]", value):
            yield from _texts(item)


def _headers(text: str) -> Headers:
    return tuple((name, value) for name, value in json.loads(text))


def _exchange(row: sqlite3.Row) -> Exchange:
    request = Request(
        case=row["case_id"], step=recalled(row["step"]), operation=row["operation"], method=row["method"], target=row["target"],
        headers=_headers(row["headers"]), body=row["body"], token=cast("Token", row["token"]), paid=bool(row["paid"]),
        parts=row["parts"],
    )  # fmt: skip
    answer = lost = None
    if row["status"] is not None:
        answer = Answer(
            row["status"], _headers(row["answer_headers"]), row["answer_body"], row["elapsed"], row["malformed"]
        )
    if row["lost_kind"] is not None:
        lost = Lost(row["lost_kind"], bool(row["lost_left"]), row["lost_detail"])
    return Exchange(row["id"], request, State(row["state"]), answer, lost, row["began"])
