"""Taking numbers and texts out of a run file for good: no page, no journal and no free space of it keeps them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any, Final, Protocol, Self

from smsproof_conformance.records.exchange import Arrival, Exchange
from smsproof_conformance.records.ledger import Ledger, LedgerError, LedgerFailure
from smsproof_conformance.records.sentence import masked, recorded
from smsproof_conformance.targets.target import Target

_PATIENCE_SECONDS: Final = 2.0  # for somebody who only looks
# What names the run and its rules; everything else a run notes about itself may quote a peer or a number.
_IMPERSONAL: Final = frozenset(
    {"run", "vendor", "party", "contract", "seed", "budget", "cases", "strict", "scrubbed", "stopped"}
)
# Judges alone read them, and a scrubbed run is judged no more. The salt would let a reader try numbers until one fits.
_FORGOTTEN: Final = ("DELETE FROM note", "DELETE FROM webhook", "DELETE FROM fact WHERE key = 'salt'")


class Mask(Protocol):
    """Hides what a reader must not see in what a run records."""

    def json(self, value: Any) -> Any: ...

    def text(self, text: str) -> str: ...

    def exchange(self, exchange: Exchange) -> Exchange: ...

    def arrival(self, arrival: Arrival) -> Arrival: ...

    def target(self, target: Target) -> Target: ...


class Scrubbing(Ledger):
    """A run file held for scrubbing: nobody else writes to it meanwhile."""

    @classmethod
    def hold(cls, path: Path) -> Self:
        """Open and lock a run file. raises LedgerError while a runner holds it."""
        Ledger.open(path).close()
        held = cls(sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE_SECONDS), path)
        held._hold()
        return held

    def scrub(self, mask: Mask, verdicts: Any) -> None:
        """Write everything masked, keep the verdicts, and leave nothing behind. Of a scrubbed file, only the last.

        verdicts    a JSON value that stands for judging again, from now on.
        raises      LedgerError while a webhook is still to be put back: its address stands nowhere else.
        """
        if any(before is not None for _, before in self.changed_webhooks()):
            raise LedgerError(
                f"{self.path} knows a webhook that is not restored yet. Run `smsproof resume` first, which puts it back."
            )
        try:
            # Out of the log and into the file, whose deleted cells are overwritten with zeros.
            self._db.execute("PRAGMA journal_mode = DELETE")
            self._db.execute("PRAGMA secure_delete = ON")
            if self.fact("scrubbed") is None:
                with self._transaction():
                    self._mask(mask)
                    self.set_fact("verdicts", verdicts)
                    self.set_fact("scrubbed", True)
            self._db.execute("VACUUM")
        except sqlite3.OperationalError as busy:
            if busy.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise LedgerError(f"{self.path} is being read by somebody. Close it there, then scrub again.") from busy
            raise LedgerFailure(f"{self.path}: {busy}") from busy
        except sqlite3.Error as error:
            raise LedgerFailure(f"{self.path}: {error}") from error

    def _mask(self, mask: Mask) -> None:
        target = mask.target(Target.model_validate(self.fact("target"), strict=False)).model_dump(mode="json")
        for exchange in [mask.exchange(exchange) for exchange in self.exchanges()]:
            self._mask_exchange(exchange)
        for arrival in [mask.arrival(arrival) for arrival in self.arrivals()]:
            self._db.execute(
                "UPDATE arrival SET method = ?, headers = ?, body = ? WHERE id = ?",
                (arrival.method, json.dumps(arrival.headers), arrival.body, arrival.id),
            )
        for case, (_, reason) in self.acts().items():
            told = recorded(masked(reason, mask.text))
            self._db.execute("UPDATE act SET reason = ? WHERE case_id = ?", (told, case))
        if (stopped := self.stopped()) is not None:
            self.stop(stopped[0], masked(stopped[1], mask.text))
        for (key,) in self._db.execute("SELECT key FROM fact").fetchall():
            if key not in _IMPERSONAL:
                self.set_fact(key, target if key == "target" else mask.json(self.fact(key)))
        for statement in _FORGOTTEN:
            self._db.execute(statement)

    def _mask_exchange(self, exchange: Exchange) -> None:
        request, answer, lost = exchange.request, exchange.answer, exchange.lost
        self._db.execute(
            "UPDATE exchange SET step = ?, method = ?, target = ?, headers = ?, body = ?, answer_headers = ?,"
            " answer_body = ?, lost_detail = ? WHERE id = ?",
            (
                recorded(request.step), request.method, request.target, json.dumps(request.headers), request.body,
                json.dumps(answer.headers) if answer else None, answer.body if answer else None,
                lost.detail if lost else None, exchange.id,
            ),
        )  # fmt: skip
