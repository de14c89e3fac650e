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
from smsproof_conformance.records.sentence import said
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.targets.target import Target
from smsproof_spec.contract import Contract

_LARGEST_OUTPUT = 1024 * 1024
_LAST_WORDS_SECONDS = 1.0  # what the program started may hold its output open: it is ended after that
_HERE = "127.0.0.1,localhost"


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
            **{name: ",".join(filter(None, (self.environment.get(name), _HERE))) for name in ("NO_PROXY", "no_proxy")},
            "SMSPROOF_BASE_URL": base_url,
            "SMSPROOF_TOKEN": TOKEN,
            "SMSPROOF_SCENARIO": str(scenario),
            "SMSPROOF_VENDOR": self.contract.vendor,
        }
        # Not asyncio's own pipe: with that one a program has not ended before everything it has started has.
        reading, writing = os.pipe()
        try:
            program = await asyncio.create_subprocess_exec(
                *self.command,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                start_new_session=True,  # ended as a whole: a shell script's own programs must not send on
            )
        except OSError as error:
            os.close(reading)
            raise CannotStart(
                f"{self.command[0]} cannot be started: {error.strerror}. A script needs a first line such as #!/bin/sh,"
                " or its interpreter in front of it."
            ) from error
        finally:
            os.close(writing)
        loop = asyncio.get_running_loop()
        self.interruption.tell(lambda: loop.call_soon_threadsafe(_end, program))
        output = bytearray()
        listening = asyncio.create_task(_listen(reading, output))
        try:
            async with asyncio.timeout(self.limit_seconds):
                await program.wait()
        except TimeoutError:
            self.ledger.note(REQUESTS, "ended", f"was ended after {self.limit_seconds:g} s (--time-limit)")
        finally:
            await asyncio.wait([listening], timeout=0 if program.returncode is None else _LAST_WORDS_SECONDS)
            _end(program)
            await program.wait()
            listening.cancel()
        lines = output.decode("utf-8", "replace").split("\n")
        self.ledger.note(REQUESTS, "printed", [line for line in lines if line.strip()])
        self.ledger.note(REQUESTS, "exit code", program.returncode)
        if self.interruption.code is not None:
            code: ExitCode = self.interruption.code
            self.ledger.stop(int(code), said("Stopped by a signal."))


async def _listen(pipe: int, output: bytearray) -> None:
    """Read to the end, keep the beginning."""
    stream = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(pipe, "rb", buffering=0)
    )
    try:
        while chunk := await stream.read(65536):
            output += chunk[: _LARGEST_OUTPUT - len(output)]
    finally:
        transport.close()


def _end(program: asyncio.subprocess.Process) -> None:
    """End the program and whatever it has started and left behind."""
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
