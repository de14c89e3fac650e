"""`smsproof client`: right programs of any style and language pass, wrong ones are named by what they break."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from smsproof_conformance.case import cases
from smsproof_conformance.clients import scenario
from smsproof_conformance.clients.miniatures import CLIENTS
from smsproof_conformance.clients.recorder import TOKEN
from smsproof_conformance.clients.scenario import Reply, ScenarioError, Step
from smsproof_conformance.clients.session import Session
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.matrix import run_client
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.verdicts.finding import Verdict
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_spec import contract as contracts

PROGRAMS = Path(__file__).parents[2] / "programs"
# Retrying needs the silent step, which costs the client's timeout: the others do without.
PATIENT = ("right-intelepeer-client", "right-messangi-client", "client-retries-posts")


def brisk(vendor: str) -> tuple[Step, ...]:
    return tuple(step for step in scenario.default(vendor) if step.reply is not Reply.SILENT)


def ran(vendor: str, command: Sequence[str | Path], steps: Sequence[Step] | None = None) -> Judged:
    contract = contracts.load(vendor)
    selected = list(cases(vendor, "C").values())
    with Ledger.in_memory([TOKEN]) as ledger:
        Session(contract, tuple(steps or brisk(vendor)), [str(word) for word in command], ledger, 30).act(selected)
        return judge(ledger, contract, selected, strict=True)


def verdict(run: Judged, requirement: str) -> Verdict:
    return {result.id: result.verdict for result in run.requirements}[requirement]


@pytest.mark.parametrize("name", CLIENTS)
def test_each_miniature_is_judged_as_what_it_is(name: str) -> None:
    assert run_client(name, None if name in PATIENT else brisk(CLIENTS[name].vendor)).problem is None


@pytest.mark.parametrize(
    ("vendor", "habits"),
    [
        ("intelepeer", ""),
        ("intelepeer", "charset escaped lower body-on-get unknown"),
        ("intelepeer", "quiet encoded"),
        ("intelepeer", "in-twos"),
        ("intelepeer", "list-of-one"),
        ("intelepeer", "first-only"),
        ("messangi", ""),
        ("messangi", "charset escaped unknown"),
        ("messangi", "quiet"),
        ("messangi", "chooses"),
        ("messangi", "first-only"),
    ],
)
def test_a_right_client_of_another_habit_is_not_accused(vendor: str, habits: str) -> None:
    run = ran(vendor, [sys.executable, PROGRAMS / "urllib_client.py", *habits.split()])
    assert run.findings == []
    assert run.exit_code is ExitCode.CONFORMANT


@pytest.mark.parametrize("vendor", ["intelepeer", "messangi"])
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_the_generated_sdks_pass_the_whole_scenario(vendor: str, kind: str) -> None:
    run = ran(vendor, [sys.executable, PROGRAMS / "sdk_client.py", kind], scenario.default(vendor))
    assert run.findings == []
    assert verdict(run, {"intelepeer": "IP-BULK-14", "messangi": "MS-RESP-17"}[vendor]) is Verdict.PASS


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize(("vendor", "seen"), [("intelepeer", "IP-HOOKGET-02"), ("messangi", "MS-SEND-15")])
def test_a_curl_script_is_a_client(vendor: str, seen: str) -> None:
    run = ran(vendor, ["bash", PROGRAMS / f"{vendor}.sh"])
    assert run.findings == []
    assert verdict(run, seen) is Verdict.PASS


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
@pytest.mark.parametrize(("vendor", "seen"), [("intelepeer", "IP-HOOKGET-02"), ("messangi", "MS-SEND-10")])
def test_a_node_program_is_a_client(vendor: str, seen: str) -> None:
    run = ran(vendor, ["node", PROGRAMS / "client.mjs"])
    assert run.findings == []
    assert verdict(run, seen) is Verdict.PASS


def test_many_messages_are_single_sends_at_messangi() -> None:
    messages = [{"from": "12345", "to": "+580000000005", "text": f"number {number}"} for number in range(3)]
    steps = scenario.parse({"steps": [{"step": "m", "do": "send_many", "args": {"messages": messages}}]}, "messangi")
    run = ran("messangi", [sys.executable, PROGRAMS / "urllib_client.py"], steps)
    assert run.findings == []
    assert run.requests == 3


def test_many_messages_sent_one_by_one_at_intelepeer_are_odd_and_no_more() -> None:
    run = ran("intelepeer", [sys.executable, PROGRAMS / "urllib_client.py", "one-by-one"])
    assert {finding.requirement for finding in run.findings} == {"IP-BULK-02"}


def test_what_a_client_does_not_do_is_not_observed() -> None:
    run = ran("intelepeer", [sys.executable, PROGRAMS / "urllib_client.py", "first-only"])
    assert (verdict(run, "IP-SEND-27"), verdict(run, "IP-BULK-02")) == (Verdict.PASS, Verdict.SKIP)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"step": "s", "do": "call", "args": {}}, r"steps\[0\]\.do: expected one of send"),
        ({"step": "s", "do": "send", "args": []}, r"steps\[0\]\.args: expected an object"),
        ({"step": "s", "do": "send", "args": {"to": "+1"}}, r"steps\[0\]\.args\.text: expected a string"),
        ({"step": "", "do": "send", "args": {}}, r"steps\[0\]\.step: expected a name"),
        ({"step": "s", "do": "send_many", "args": {}}, r"args\.messages: expected a list of messages"),
        ({"step": "s", "do": "send_many", "args": {"messages": [1]}}, r"messages\[0\]: expected a message"),
        ({"step": "s", "do": "set_webhook", "args": {"endpoints": []}}, r"args\.endpoints: expected a list"),
        ({"step": "s", "do": "get_webhook", "args": {}}, r"args\.endpoint: expected a string"),
        (
            {"step": "s", "do": "send", "args": {"to": "+1", "text": ""}, "reply": "worse"},
            r"reply: expected one of right",
        ),
    ],
)
def test_a_mistake_in_a_scenario_is_named_by_its_place(step: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        scenario.parse({"steps": [step]}, "intelepeer")


# -- the command -------------------------------------------------------------------------------------------------------


def smsproof(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from smsproof_conformance.entry import main; main()", *words],
        cwd=folder, env={**os.environ, "COLUMNS": "200"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def scenario_file(folder: Path, **step: Any) -> str:
    args = {"from": "+12191112222", "to": "+13038675309", "text": "Hello"}
    path = folder / "scenario.json"
    path.write_text(json.dumps({"steps": [{"step": "hello", "do": "send", "args": args, **step}]}), encoding="utf-8")
    return str(path)


URLLIB = ["--", sys.executable, str(PROGRAMS / "urllib_client.py")]


def test_a_client_is_judged_and_judged_again_without_a_request(tmp_path: Path) -> None:
    words = ("client", "intelepeer", "--strict", "--scenario", scenario_file(tmp_path), "--report", "json:report.json")
    first = smsproof(tmp_path, *words, *URLLIB)
    assert first.returncode == 0, first.stdout + first.stderr
    again = smsproof(tmp_path, "judge", "last", "--strict", "--report", "json:again.json")
    assert again.returncode == 0, again.stdout + again.stderr
    assert (tmp_path / "again.json").read_text() == (tmp_path / "report.json").read_text()
    assert json.loads((tmp_path / "report.json").read_text())["counts"]["requests"] == 1


def test_no_file_holds_the_token(tmp_path: Path) -> None:
    program = "import os; print(os.environ['SMSPROOF_TOKEN'])"
    smsproof(tmp_path, "client", "intelepeer", "--report", "json:report.json", "--", sys.executable, "-c", program)
    smsproof(tmp_path, "client", "intelepeer", "--scenario", scenario_file(tmp_path), *URLLIB)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len([path for path in kept if path.suffix == ".sqlite"]) == 2
    for path in kept:
        assert b"smsproof-token" not in path.read_bytes(), path


def test_a_program_that_sends_nothing_is_no_success(tmp_path: Path) -> None:
    done = smsproof(tmp_path, "client", "messangi", "--", sys.executable, "-c", "raise SystemExit(9)")
    assert done.returncode == 5
    assert "the client sent no request; the program ended with exit code 9" in done.stdout


def test_a_program_that_does_not_end_is_judged_on_its_part(tmp_path: Path) -> None:
    hangs = f"exec(open({str(PROGRAMS / 'urllib_client.py')!r}).read()); import time; time.sleep(60)"
    words = ("client", "intelepeer", "--scenario", scenario_file(tmp_path), "--time-limit", "2", "--strict")
    done = smsproof(tmp_path, *words, "--", "sh", "-c", f'{sys.executable} -c "$0" quiet; echo end', hangs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 requests" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["twilio", "--", "true"], "known are intelepeer, messangi"),
        (["intelepeer", "--", "no-such-program-anywhere"], "no-such-program-anywhere: there is no such program"),
        (["intelepeer", "--scenario", "absent.json", "--", "true"], "absent.json: cannot be read"),
    ],
)
def test_what_cannot_work_exits_2_says_why_and_leaves_no_run(tmp_path: Path, words: list[str], said: str) -> None:
    done = smsproof(tmp_path, "client", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / ".smsproof").exists()


def test_a_mistake_in_the_scenario_file_exits_2_with_its_place(tmp_path: Path) -> None:
    done = smsproof(
        tmp_path, "client", "messangi", "--scenario", scenario_file(tmp_path, do="set_webhook"), "--", "true"
    )
    assert done.returncode == 2
    assert "scenario.json: steps[0].do: expected one of send, send_many, batch; got 'set_webhook'." in done.stderr
