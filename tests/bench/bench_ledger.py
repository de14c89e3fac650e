"""What a run costs in memory and what its ledger costs in time.

Memory: growth of the process over 100,000 exchanges, recorded and settled. Bar: less than 64 MB.
Ledger: wall time inside the ledger over wall time of the run, against an emulator, on disk. Bar: less than 5 %. Once for
the cases alone, once for the whole run that `smsproof run` starts, fuzz included. Microseconds a request are told beside
it, and what a bare fdatasync costs here: an emulator on loopback answers in about a millisecond, a vendor does not.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from smsproof_conformance.case import cases
from smsproof_conformance.emulator import running
from smsproof_conformance.fuzz.effort import Effort
from smsproof_conformance.fuzz.phase import fuzz_phase
from smsproof_conformance.records.exchange import Answer, Request
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets.demonstration import SECRETS, target
from smsproof_spec import contract as contracts

EXCHANGES = 100_000
LATENCY_SECONDS = 0.05  # of a vendor on the internet: the share there is told as well, computed and not measured
TIMED = (
    "intend",
    "intend_all",
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


@dataclass(frozen=True)
class Cost:
    """What a ledger cost one run."""

    seconds: float
    run_seconds: float
    requests: int
    paid: int

    @property
    def share(self) -> float:
        return self.seconds / self.run_seconds

    @property
    def share_at_a_vendor(self) -> float:
        return self.seconds / (self.run_seconds + self.requests * LATENCY_SECONDS)

    @property
    def microseconds_a_request(self) -> float:
        return self.seconds / self.requests * 1e6


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


def cost(path: Path, effort: Effort | None) -> Cost:
    """The ledger's part of one run; with a fuzz phase, if an effort is given."""
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
    selected = list(cases("intelepeer").values())
    phase = fuzz_phase(selected, effort)  # the engine loads here, outside of what is timed
    with running("intelepeer") as emulator, Ledger.create(path, SECRETS.values()) as ledger:
        for name in TIMED:
            setattr(ledger, name, timed(getattr(ledger, name)))
        began = time.perf_counter()
        at = target("intelepeer", emulator.url, emulator.control)
        Run(at, SECRETS, contract, ledger).start(selected, seed=1, then=phase)
        took = time.perf_counter() - began
        paid = [exchange.request.paid for exchange in ledger.exchanges()]
        return Cost(spent, took, len(paid), sum(paid))


def fdatasync(folder: Path) -> float:
    """Microseconds of writing 4 KiB behind a file's end and syncing it, median of 200: what durability alone costs here."""
    seconds: list[float] = []
    with (folder / "synced").open("wb", buffering=0) as file:
        for _ in range(200):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
            seconds.append(time.perf_counter() - began)
    return median(seconds) * 1e6


def tell(name: str, costs: list[Cost]) -> None:
    one = costs[0]
    print(
        f"ledger, {name}: {median(cost.share for cost in costs):.1%} of {median(cost.run_seconds for cost in costs):.2f} s"
        f" (median of {len(costs)}; bar: 5 %), {median(cost.microseconds_a_request for cost in costs):.0f} µs a request"
        f" ({one.requests} requests, {one.paid} of them paid and synced);"
        f" {median(cost.share_at_a_vendor for cost in costs):.1%} where each answer takes {LATENCY_SECONDS * 1000:.0f} ms more"
    )


def main() -> None:
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        tell("cases alone", [cost(folder / f"cases-{number}.sqlite", None) for number in range(5)])
        tell("cases and fuzz", [cost(folder / f"whole-{number}.sqlite", Effort(1)) for number in range(3)])
        print(f"disk: {fdatasync(folder):.0f} µs to write 4 KiB and sync them (median of 200)")
        print(f"memory: {memory(folder):.1f} MB over {EXCHANGES:,} exchanges (bar: 64 MB)")


if __name__ == "__main__":
    main()
