"""One client run: start the recording server, run the program, keep what it sent and what it printed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from smsproof_conformance.case import Case
from smsproof_conformance.clients.matching import Matching
from smsproof_conformance.clients.recorder import ELSEWHERE, REQUESTS, TOKEN, Recorder
from smsproof_conformance.clients.scenario import Step, as_json
from smsproof_conformance.emulator import running
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.targets.target import Target
from smsproof_spec.contract import Contract

_LARGEST_OUTPUT = 1024 * 1024


class CannotStart(Exception):
    """The program could not be started."""


@dataclass(frozen=True)
class Session:
    """Everything a client run needs.

    command         the program and its arguments, any language.
    limit_seconds   after which the program is ended; it is judged on what it did until then.
    """

    contract: Contract
    steps: tuple[Step, ...]
    command: Sequence[str]
    ledger: Ledger
    limit_seconds: float = 120.0
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    interruption: Interruption = field(default_factory=Interruption)

    def act(self, cases: Sequence[Case]) -> None:
        """Run the program once. raises CannotStart."""
        self.ledger.plan([REQUESTS, ELSEWHERE])
        with running(self.contract.vendor) as emulator:
            target = Target(
                name="client", vendor=self.contract.vendor, base_url="http://127.0.0.1:0", token_env="SMSPROOF_TOKEN"
            )
            facts = {
                "target": target.model_dump(mode="json"),
                "vendor": self.contract.vendor,
                "party": "C",
                "contract": self.contract.hash,
                "cases": [case.id for case in cases],
            }
            for key, value in facts.items():
                self.ledger.set_fact(key, value)
            self.ledger.note(REQUESTS, "scenario", as_json(self.steps))
            asyncio.run(self._act(emulator.url, target))

    async def _act(self, emulator_url: str, target: Target) -> None:
        recorder = Recorder(self.ledger, Matching(self.contract, self.steps), emulator_url)
        await recorder.open()
        self.ledger.set_fact(
            "target", target.model_copy(update={"base_url": recorder.base_url}).model_dump(mode="json")
        )
        try:
            with tempfile.TemporaryDirectory(prefix="smsproof-") as folder:
                path = Path(folder) / "scenario.json"
                path.write_text(json.dumps(as_json(self.steps)), encoding="utf-8")
                await self._run(recorder.base_url, path)
        finally:
            await recorder.close()

    async def _run(self, base_url: str, scenario: Path) -> None:
        environment = {
            **self.environment,
            "SMSPROOF_BASE_URL": base_url,
            "SMSPROOF_TOKEN": TOKEN,
            "SMSPROOF_SCENARIO": str(scenario),
            "SMSPROOF_VENDOR": self.contract.vendor,
        }
        try:
            program = await asyncio.create_subprocess_exec(
                *self.command,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,  # ended as a whole: a shell script's own programs must not send on
            )
        except OSError as error:
            raise CannotStart(f"{self.command[0]}: {error.strerror}.") from error
        loop = asyncio.get_running_loop()
        self.interruption.tell(lambda: loop.call_soon_threadsafe(_end, program))
        output = bytearray()
        try:
            async with asyncio.timeout(self.limit_seconds):
                assert program.stdout is not None
                while chunk := await program.stdout.read(65536):
                    output += chunk[: _LARGEST_OUTPUT - len(output)]
                await program.wait()
        except TimeoutError:
            _end(program)
            await program.wait()
            self.ledger.note(REQUESTS, "ended", f"was ended after {self.limit_seconds:g} s")
        self.ledger.note(
            REQUESTS, "printed", [line for line in output.decode("utf-8", "replace").split("\n") if line.strip()]
        )
        self.ledger.note(REQUESTS, "exit code", program.returncode)
        if self.interruption.code is not None:
            code: ExitCode = self.interruption.code
            self.ledger.set_fact("stopped", {"code": int(code), "reason": "Stopped by a signal."})


def _end(program: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
