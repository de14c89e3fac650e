"""The fault matrix: which case catches which fault. A hole in it fails the build.

Every contract fault must be caught by a case, every case must catch at least one fault; with --strict each contract
fault exits 1, without it exactly those on stated or agreed requirements do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from smsproof_spec import contract as contracts

from smsproof_conformance.case import cases
from smsproof_conformance.demonstration import SECRETS, target
from smsproof_conformance.emulator import running
from smsproof_conformance.emulator.faults import FAULTS
from smsproof_conformance.finding import Severity
from smsproof_conformance.judge import judge
from smsproof_conformance.ledger import Ledger
from smsproof_conformance.runner import Run


@dataclass(frozen=True)
class Row:
    """What one fault did to a run.

    caught       case ids with a finding, in strict.
    failing      whether one of the findings is on a stated or agreed requirement.
    exit_code    of the run without --strict; exit_strict: with it.
    """

    vendor: str
    fault: str
    kind: str
    breaks: tuple[str, ...]
    caught: tuple[str, ...]
    breached: tuple[str, ...]
    failing: bool
    exit_code: int
    exit_strict: int

    @property
    def problem(self) -> str | None:
        """Why this row fails the build; None when it is as it should be."""
        if self.kind == "harmless":
            return None if self.exit_strict == 0 else f"a harmless fault ends in exit code {self.exit_strict}"
        if self.kind == "transport":
            return None if self.exit_strict != 0 else "a transport fault went unnoticed"
        if not self.caught:
            return "no case catches it"
        if not set(self.breached) & set(self.breaks):
            return f"caught as {', '.join(self.breached)}, not as what it breaks"
        if self.exit_strict != 1:
            return f"exit code {self.exit_strict} with --strict, expected 1"
        expected = 1 if self.failing else 0
        return (
            None if self.exit_code == expected else f"exit code {self.exit_code} without --strict, expected {expected}"
        )


def run_fault(vendor: str, fault: str | None) -> Row:
    """Run all cases of a vendor against its emulator with one fault (None: the right emulator)."""
    contract = contracts.load(vendor)
    with running(vendor, faults=(fault,) if fault else ()) as emulator, Ledger.in_memory(SECRETS.values()) as ledger:
        selected = list(cases(vendor).values())
        Run(target(vendor, emulator.url, emulator.control), SECRETS, contract, ledger).start(selected, seed=1)
        strict = judge(ledger, contract, selected, strict=True)
        mild = judge(ledger, contract, selected, strict=False)
    known = FAULTS[fault] if fault else None
    return Row(
        vendor=vendor,
        fault=fault or "none",
        kind=known.kind if known else "harmless",
        breaks=known.breaks if known else (),
        caught=tuple(sorted({finding.case for finding in strict.findings})),
        breached=tuple(sorted({finding.requirement for finding in strict.findings})),
        failing=any(finding.severity is Severity.FAIL for finding in mild.findings),
        exit_code=mild.exit_code,
        exit_strict=strict.exit_code,
    )


def run_matrix(vendors: Iterable[str], workers: int) -> list[Row]:
    """Run the right emulator and every fault of every vendor, a few at a time. Rows in the order of the registry."""
    jobs: list[tuple[str, str | None]] = []
    for vendor in vendors:
        jobs.append((vendor, None))
        jobs += [(vendor, fault.name) for fault in FAULTS.values() if vendor in fault.vendors]
    with ProcessPoolExecutor(workers) as pool:
        return list(pool.map(run_fault, *zip(*jobs, strict=True)))


def idle_cases(rows: Iterable[Row]) -> Mapping[str, tuple[str, ...]]:
    """Cases that no fault trips, by vendor: they were never shown able to fail."""
    rows = tuple(rows)
    return {
        vendor: tuple(
            id_ for id_ in cases(vendor) if not any(id_ in row.caught for row in rows if row.vendor == vendor)
        )
        for vendor in sorted({row.vendor for row in rows})
    }
