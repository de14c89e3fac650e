"""`smsproof load`: many sends by many workers, judged like any run; needs the extra `load`."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from smsproof_conformance.case import Standing, cases
from smsproof_conformance.cli.conclusion import ExitZero, Reports, ShowData, Wanted, conclude
from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.permission import Live, Parts, require_permission
from smsproof_conformance.cli.printing import Json
from smsproof_conformance.cli.run import Config, Strict, TargetName
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records.ledger import Ledger, new_path
from smsproof_conformance.runs.charge import Budget
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.targets import settings
from smsproof_spec import contract as contracts

_CHILD = "from smsproof_conformance.entry import main; main()"


def load(
    target: TargetName,
    config: Config = None,
    sends: Annotated[int, typer.Option(min=1, help="Messages to send in all.")] = 1000,
    users: Annotated[int, typer.Option(min=1, help="That send at the same time, over all workers.")] = 10,
    workers: Annotated[int, typer.Option(min=0, help="Worker processes to start on this machine.")] = 2,
    expect: Annotated[int, typer.Option(min=0, help="Workers to wait for that join from elsewhere.")] = 0,
    listen: Annotated[str, typer.Option(help="HOST:PORT where workers find the master.")] = "127.0.0.1:0",
    join: Annotated[str | None, typer.Option(help="HOST:PORT of a master: be a worker of its.")] = None,
    strict: Strict = False,
    live: Live = False,
    budget: Parts = None,
    report: Reports = None,
    show_data: ShowData = False,
    exit_zero: ExitZero = False,
    as_json: Json = False,
) -> None:
    """Send many messages with Locust; a message goes out once, whatever becomes of the worker that was to send it."""
    with door():
        wanted = Wanted.checked(report, None, strict=strict, show_data=show_data, as_json=as_json, exit_zero=exit_zero)
        chosen = settings.pick(settings.read(config), target)
        require_permission(chosen, live, budget)
        if find_spec("locust") is None:
            raise UsageError("smsproof load needs Locust: pip install 'smsproof[load]'")
        secrets = settings.secrets(chosen)
        if join is not None:
            from smsproof_conformance.load.worker import work

            there = work(chosen, secrets, *_address("--join", join))
            raise typer.Exit(ExitCode.CONFORMANT if there else ExitCode.UNREACHABLE)
        if not workers + expect:
            raise UsageError("There is nobody to send: --workers N starts some here, --expect N waits for others.")
        numbers = chosen.numbers
        if not numbers.destinations or not (numbers.long_codes or numbers.short_codes or numbers.alphanumerics):
            raise UsageError(f"[target.{target}.numbers] needs a sender and at least one of destinations.")
        from smsproof_conformance.load.master import Load, Master

        contract = contracts.load(chosen.vendor)
        standing = [case for case in cases(chosen.vendor).values() if isinstance(case, Standing)]
        ledger = Ledger.create(new_path(f"load-{target}"), secrets.values())
        facts = {
            "target": chosen.model_dump(mode="json"), "vendor": contract.vendor, "contract": contract.hash,
            "budget": budget, "cases": [case.id for case in standing],
        }  # fmt: skip
        for key, value in facts.items():
            ledger.set_fact(key, value)
        with Interruption() as interruption:
            master = Master(
                chosen, contract, ledger, Budget(budget), Load(sends, users, workers + expect), interruption,
                _address("--listen", listen),
            )  # fmt: skip
            host, port = master.address
            words = ["load", target, "--join", f"{host}:{port}", *(["--config", str(config)] if config else [])]
            words += ["--live", "--budget", "0"] if live else []
            children = [subprocess.Popen([sys.executable, "-c", _CHILD, *words]) for _ in range(workers)]
            try:
                measured = master.run(lambda: bool(expect) or any(child.poll() is None for child in children))
            finally:
                _end(children)
            wanted.console.print(
                f"{measured.answered} answered by {workers + expect} workers in {measured.seconds:.1f} s,"
                f" half of them within {measured.median_ms:.0f} ms, 95 of 100 within {measured.slow_ms:.0f} ms"
            )
            conclude(wanted, ledger, contract, standing)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _address(option: str, value: str) -> tuple[str, int]:
    host, colon, port = value.rpartition(":")
    if not colon or not host or not port.isdecimal():
        raise UsageError(f"{option} {value!r}: expected HOST:PORT.")
    return host.strip("[]"), int(port)
