"""The fault matrix: which case catches which fault. A hole in it fails the build.

Rows are faults of the emulators, and small receivers and clients that are wrong on purpose. Every contract fault must be caught by a
case, every case must catch at least one fault; with --strict each contract fault exits 1, without it exactly those on
stated or agreed requirements do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from pydantic import SecretStr

from smsproof_conformance.case import cases
from smsproof_conformance.clients import scenario
from smsproof_conformance.clients.miniatures import CLIENTS
from smsproof_conformance.clients.scenario import Step
from smsproof_conformance.clients.session import Session
from smsproof_conformance.emulator import running
from smsproof_conformance.emulator.faults import FAULTS
from smsproof_conformance.receivers.address import Address
from smsproof_conformance.receivers.miniatures import CODE, RECEIVERS, serving
from smsproof_conformance.receivers.visit import SharedCode, Visit
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets.demonstration import SECRETS, target
from smsproof_conformance.verdicts.finding import Severity
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_spec import contract as contracts
from smsproof_spec.contract import Party

RIGHT = "none"  # the name of the row of a right emulator
_TIMEOUT_SECONDS = 3.0  # a server that says nothing is known after ten of them
_WAIT_SECONDS = 0.3  # for what an emulator with a fault never delivers: ours settles before it says so


@dataclass(frozen=True)
class Row:
    """What one fault did to a run.

    party        whom the fault is in: V an emulated vendor, R a receiver, C a client.
    caught       case ids with a finding, in strict; breached: the requirements they name.
    failing      whether one of the findings is on a stated or agreed requirement.
    exit_code    of the run without --strict; exit_strict: with it.
    """

    party: Party
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
        if self.exit_code != expected:
            return f"exit code {self.exit_code} without --strict, expected {expected}"
        return None


def run_fault(vendor: str, fault: str) -> Row:
    """Run all cases of a vendor against its emulator with one fault (RIGHT: none)."""
    contract = contracts.load(vendor)
    selected = list(cases(vendor).values())
    faults = () if fault == RIGHT else (fault,)
    with running(vendor, faults=faults) as emulator, Ledger.in_memory(SECRETS.values()) as ledger:
        patience = {"timeout_seconds": _TIMEOUT_SECONDS, "wait_seconds": _WAIT_SECONDS}
        facts = target(vendor, emulator.url, emulator.control).model_copy(update=patience)
        Run(facts, SECRETS, contract, ledger).start(selected, seed=1)
        strict = judge(ledger, contract, selected, strict=True)
        mild = judge(ledger, contract, selected, strict=False)
    if fault == RIGHT:
        return _row("V", vendor, RIGHT, "harmless", (), mild, strict)
    return _row("V", vendor, fault, FAULTS[fault].kind, FAULTS[fault].breaks, mild, strict)


def run_receiver(vendor: str, name: str) -> Row:
    """Run all receiver cases against one miniature receiver."""
    miniature = RECEIVERS[vendor][name]
    contract = contracts.load(vendor)
    selected = list(cases(vendor, "R").values())
    code = SharedCode("SMS_SHARED_CODE", SecretStr(CODE))
    with serving(miniature.make()) as url, Ledger.in_memory([CODE]) as ledger:
        hook, probe = Address.read(f"{url}/hook"), Address.read(f"{url}/probe")
        Visit(contract, hook, ledger, code, probe, wait_seconds=0.5).act(selected)
        strict = judge(ledger, contract, selected, strict=True)
        mild = judge(ledger, contract, selected, strict=False)
    kind = "contract" if miniature.breaks else "harmless"
    return _row("R", vendor, name, kind, miniature.breaks, mild, strict)


def run_client(vendor: str, name: str, steps: Sequence[Step] | None = None) -> Row:
    """Run one miniature client and judge what it sent. `steps`: the default scenario, or a shorter one."""
    miniature = CLIENTS[vendor][name]
    contract = contracts.load(vendor)
    selected = list(cases(vendor, "C").values())
    command = [sys.executable, "-m", "smsproof_conformance.clients.miniatures", vendor, name]
    with Ledger.in_memory(SECRETS.values()) as ledger:
        Session(contract, tuple(steps or scenario.default(vendor)), command, ledger).act(selected)
        strict = judge(ledger, contract, selected, strict=True)
        mild = judge(ledger, contract, selected, strict=False)
    kind = "contract" if miniature.breaks else "harmless"
    return _row("C", vendor, name, kind, miniature.breaks, mild, strict)


def run_matrix(vendors: Iterable[str], workers: int) -> list[Row]:
    """Run the right emulators, every fault and every miniature, a few at a time. Rows in the order of the registries."""
    chosen = tuple(vendors)
    jobs = [(vendor, RIGHT) for vendor in chosen]
    jobs += [(vendor, fault.name) for vendor in chosen for fault in FAULTS.values() if vendor in fault.vendors]
    receivers = [(vendor, name) for vendor in chosen for name in RECEIVERS[vendor]]
    clients = [(vendor, name) for vendor in chosen for name in CLIENTS[vendor]]
    with ProcessPoolExecutor(workers) as pool:
        emulated = pool.map(run_fault, *zip(*jobs, strict=True))
        received = pool.map(run_receiver, *zip(*receivers, strict=True))
        sent = pool.map(run_client, *zip(*clients, strict=True))
        return [*emulated, *received, *sent]


def idle_cases(rows: Iterable[Row]) -> Mapping[tuple[str, Party], tuple[str, ...]]:
    """Cases that no fault trips, by vendor and party: they were never shown able to fail."""
    tripped: dict[tuple[str, Party], set[str]] = {}
    for row in rows:
        tripped.setdefault((row.vendor, row.party), set()).update(row.caught)
    return {key: tuple(id_ for id_ in cases(*key) if id_ not in caught) for key, caught in sorted(tripped.items())}


def _row(
    party: Party, vendor: str, fault: str, kind: str, breaks: tuple[str, ...], mild: Judged, strict: Judged
) -> Row:
    return Row(
        party=party,
        vendor=vendor,
        fault=fault,
        kind=kind,
        breaks=breaks,
        caught=tuple(sorted({finding.case for finding in strict.findings})),
        breached=tuple(sorted({finding.requirement for finding in strict.findings})),
        failing=any(finding.severity is Severity.FAIL for finding in mild.findings),
        exit_code=mild.exit_code,
        exit_strict=strict.exit_code,
    )
