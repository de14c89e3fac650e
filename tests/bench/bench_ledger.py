"""What a run costs in memory and what its ledger costs in time.

Memory: growth of the process over 100,000 exchanges, recorded and settled. Bar: less than 64 MB.
Ledger: wall time inside the ledger over wall time of the run, against an emulator, on disk. Bar: less than 5 %.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from smsproof_conformance.case import cases
from smsproof_conformance.emulator import running
from smsproof_conformance.records.exchange import Answer, Request
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets.demonstration import SECRETS, target
from smsproof_spec import contract as contracts

EXCHANGES = 100_000
TIMED = (
    "intend",
    "settle",
    "note",
    "mark",
    "plan",
    "set_fact",
    "arrive",
    "changing_webhook",
    "webhook_restored",
    "abandon",
)


def memory(folder: Path) -> float:
    """MB by which recording 100,000 exchanges makes a process grow."""
    own = psutil.Process()
    answer = Answer(202, (("Content-Type", "application/json"),), b'{"code":202}', 0.01)
    with Ledger.create(folder / "memory.sqlite", SECRETS.values()) as ledger:
        before = own.memory_info().rss
        for number in range(EXCHANGES):
            body = b'{"text":"%d"}' % number
            ledger.settle(ledger.intend(Request("c", str(number), None, "GET", "/", (), body, "good")), answer)
        return (own.memory_info().rss - before) / 2**20


def share(folder: Path, number: int) -> float:
    """The ledger's part of a run's wall time."""
    spent = 0.0

    def timed(work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*values: Any, **named: Any) -> Any:
            nonlocal spent
            began = time.perf_counter()
            try:
                return work(*values, **named)
            finally:
                spent += time.perf_counter() - began

        return call

    contract = contracts.load("intelepeer")
    with running("intelepeer") as emulator, Ledger.create(folder / f"{number}.sqlite", SECRETS.values()) as ledger:
        for name in TIMED:
            setattr(ledger, name, timed(getattr(ledger, name)))
        began = time.perf_counter()
        at = target("intelepeer", emulator.url, emulator.control)
        Run(at, SECRETS, contract, ledger).start(list(cases("intelepeer").values()), seed=1)
        return spent / (time.perf_counter() - began)


def main() -> None:
    with tempfile.TemporaryDirectory(dir=".") as name:
        shares = [share(Path(name), number) for number in range(5)]
        print(f"ledger: {median(shares):.1%} of a run's wall time (median of 5; bar: 5 %)")
        print(f"memory: {memory(Path(name)):.1f} MB over {EXCHANGES:,} exchanges (bar: 64 MB)")


if __name__ == "__main__":
    main()
