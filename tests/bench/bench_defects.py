"""The suite beside plain schemathesis with all its checks, on the same faults of the same emulators: caught, requests, time.

Each fault gets an emulator of its own. schemathesis has caught it when it reports, for an operation, a failure that it
does not report of the right emulator; the suite has when a finding of its cases names what the fault breaks. Run with
`all` for every fault, which takes hours; without, every twelfth.
"""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import smsproof_spec
from smsproof_conformance.case import cases
from smsproof_conformance.emulator import running
from smsproof_conformance.emulator.faults import FAULTS
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets.demonstration import SECRETS, target
from smsproof_conformance.verdicts.judge import judge
from smsproof_spec import contract as contracts

VENDORS = Path(smsproof_spec.__file__).parent / "vendors"
EVERY = 1 if sys.argv[1:] == ["all"] else 12
SEED = 1


@dataclass
class Tally:
    """What one tool did over all faults."""

    name: str
    caught: list[str] = field(default_factory=list[str])
    requests: int = 0
    seconds: float = 0.0


def smsproof(vendor: str, faults: tuple[str, ...]) -> tuple[set[str], int]:
    """The requirements that the cases' findings name without --strict or with it, and the requests."""
    contract, selected = contracts.load(vendor), list(cases(vendor).values())
    with running(vendor, faults=faults) as emulator, Ledger.in_memory(SECRETS.values()) as ledger:
        at = target(vendor, emulator.url, emulator.control).model_copy(update={"wait_seconds": 0.3})
        Run(at, SECRETS, contract, ledger).start(selected, seed=SEED)
        judged = judge(ledger, contract, selected, strict=True)
    return {finding.requirement for finding in judged.findings}, judged.requests


def schemathesis(vendor: str, faults: tuple[str, ...]) -> tuple[set[str], int]:
    """The failures that it reports, each with its operation, and the test cases it generated."""
    with running(vendor, faults=faults) as emulator:
        ended = subprocess.run(
            [
                Path(sys.executable).parent / "schemathesis", "run", VENDORS / vendor / "contract.json",
                "--url", emulator.url, "--header", "Authorization: Bearer smsproof-token",
                "--checks", "all", "--seed", str(SEED), "--no-color",
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    failures: set[str] = set()
    operation = ""
    for line in ended.stdout.splitlines():
        if heading := re.fullmatch(r"_+ (\S.*\S) _+", line.strip()):
            operation = heading[1]
        elif failure := re.fullmatch(r"- (ST[0-9]+ .*)", line.strip()):
            failures.add(f"{operation}: {failure[1]}")
    generated = re.search(r"(\d+) generated", ended.stdout)
    return failures, int(generated[1]) if generated else 0


def measure(tally: Tally, look: Callable[[str, tuple[str, ...]], tuple[set[str], int]], *at: str) -> set[str]:
    began = time.perf_counter()
    found, requests = look(at[0], at[1:])
    tally.seconds += time.perf_counter() - began
    tally.requests += requests
    return found


def main() -> None:
    ours, theirs = Tally("smsproof, cases"), Tally("schemathesis, all checks")
    tried = 0
    for vendor in contracts.VENDORS:
        right, _ = schemathesis(vendor, ())
        faults = [fault for fault in FAULTS.values() if vendor in fault.vendors and fault.kind == "contract"]
        for fault in faults[::EVERY]:
            tried += 1
            if measure(ours, smsproof, vendor, fault.name) & set(fault.breaks):
                ours.caught.append(fault.name)
            if measure(theirs, schemathesis, vendor, fault.name) - right:
                theirs.caught.append(fault.name)
    print(f"{tried} contract faults, an emulator each; wall time\n")
    print(f"{'':26}{'caught':>10}{'requests':>12}{'seconds':>10}{'a fault':>10}")
    for tally in (ours, theirs):
        share = f"{len(tally.caught)}/{tried}"
        a_fault = tally.seconds / tried
        print(f"{tally.name:26}{share:>10}{tally.requests:>12}{tally.seconds:>10.1f}{a_fault:>10.2f}")
    missed = sorted(set(ours.caught) - set(theirs.caught))
    print(f"\nOnly the suite caught: {', '.join(missed) or 'none'}")


if __name__ == "__main__":
    main()
