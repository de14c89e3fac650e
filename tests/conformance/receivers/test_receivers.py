"""`smsproof receiver`: right webhooks of any style pass, wrong ones are named by what they break, codes stay secret."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from smsproof_conformance.case import cases
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.matrix import run_receiver
from smsproof_conformance.receivers.miniatures import (
    CODE,
    MINIATURES,
    Receiver,
    Refusal,
    RightInbound,
    RightStatus,
    TrustsAnybody,
    serving,
)
from smsproof_conformance.receivers.visit import Visit
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.verdicts.finding import Verdict
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_spec import contract as contracts


def visited(receiver: Receiver, vendor: str, *, probe: bool = True, code: str | None = CODE) -> Judged:
    contract = contracts.load(vendor)
    selected = list(cases(vendor, "R").values())
    with serving(receiver) as url, Ledger.in_memory() as ledger:
        visit = Visit(
            contract,
            f"{url}/hook",
            ledger,
            SecretStr(code) if code else None,
            f"{url}/probe" if probe else None,
            wait_seconds=0.5,
        )
        visit.act(selected)
        return judge(ledger, contract, selected, strict=True)


@pytest.mark.parametrize("name", [name for name in MINIATURES if not name.endswith("-late")])
def test_each_miniature_is_judged_as_what_it_is(name: str) -> None:
    assert run_receiver(name).problem is None


def test_without_a_probe_what_only_the_customer_knows_is_not_observed() -> None:
    run = visited(TrustsAnybody(), "intelepeer", probe=False)
    verdicts = {result.id: result.verdict for result in run.requirements}
    assert (verdicts["IP-INBOUND-09"], verdicts["IP-INBOUND-14"]) == (Verdict.SKIP, Verdict.SKIP)
    assert run.exit_code is ExitCode.CONFORMANT


def test_without_the_code_wrong_codes_are_not_tried() -> None:
    run = visited(RightInbound(), "intelepeer", code=None)
    skipped = [result.case.id for result in run.cases if result.verdict is Verdict.SKIP]
    assert skipped == ["receiver/wrong-codes-are-answered", "receiver/only-the-right-code-is-handled"]
    assert run.findings == []


class Drops(RightInbound):
    """Answers 200 to a wrong code and drops it: as legal as 403 (AMB-IP-33)."""

    def verify(self, code: object) -> None:
        try:
            super().verify(code)
        except Refusal:
            raise Refusal(200) from None


class AnswersMalformedWith200(RightInbound):
    def read(self, data: bytes) -> dict[str, object]:
        try:
            return super().read(data)
        except Refusal:
            raise Refusal(200) from None


class Answers202(RightStatus):
    """Any 2xx acknowledges a Messangi callback (AMB-MS-56)."""

    def acknowledge(self) -> int:
        return 202

    def acknowledge_again(self) -> int:
        return 204


class HandlesEachMessageOnce(RightStatus):
    """Counts messages, not statuses: from one to the number of distinct statuses, both are right."""

    def is_new(self, delivery: dict[str, object]) -> bool:
        return self.handled[str(delivery["id"])] == 0


@pytest.mark.parametrize("receiver", [Drops, AnswersMalformedWith200])
def test_a_right_inbound_receiver_of_another_style_is_not_accused(receiver: type[Receiver]) -> None:
    assert visited(receiver(), "intelepeer").findings == []


@pytest.mark.parametrize("receiver", [Answers202, HandlesEachMessageOnce])
def test_a_right_status_receiver_of_another_style_is_not_accused(receiver: type[Receiver]) -> None:
    assert visited(receiver(), "messangi").findings == []


def smsproof(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from smsproof_conformance.entry import main; main()", "receiver", *words],
        cwd=folder, env={**os.environ, "CODE": "canary shared code"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


class CanaryInbound(RightInbound):
    def verify(self, code: object) -> None:
        if code != "canary shared code":
            raise Refusal(403)


def test_the_command_judges_and_keeps_the_code_out_of_every_file(tmp_path: Path) -> None:
    with serving(CanaryInbound()) as url:
        done = smsproof(
            tmp_path, "intelepeer", "--url", f"{url}/hook?tenant=1", "--secret-env", "CODE", "--probe", f"{url}/probe",
            "--strict", "--report", "json:report.json",
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for path in [*tmp_path.rglob("*")]:
        if path.is_file():
            assert b"canary" not in path.read_bytes(), path
    assert "canary" not in done.stdout + done.stderr


def test_a_webhook_that_is_not_there_exits_4(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    done = smsproof(tmp_path, "messangi", "--url", f"http://127.0.0.1:{port}/hook")
    assert done.returncode == 4
    assert "unreachable" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["twilio", "--url", "http://127.0.0.1:1/"], "known are intelepeer, messangi"),
        (["intelepeer", "--url", "127.0.0.1:1"], "expected an absolute http:// or https:// URL"),
        (["intelepeer", "--url", "http://127.0.0.1:1/", "--secret-env", "UNSET_VARIABLE"], "UNSET_VARIABLE"),
    ],
)
def test_what_cannot_work_exits_2_and_says_why(tmp_path: Path, words: list[str], said: str) -> None:
    done = smsproof(tmp_path, *words)
    assert done.returncode == 2
    assert said in done.stderr
