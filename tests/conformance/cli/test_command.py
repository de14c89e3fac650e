"""What holds for every command: exit codes, JSON, colours, completion, tokens, and documents that tell the truth."""

from __future__ import annotations

import json
import os
import pty
import re
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from smsproof_conformance.cli import app
from smsproof_conformance.emulator import Emulator
from tests.conformance.cli.desk import Desk
from tests.conformance.raw_server import raw_server, reset

ROOT = Path(__file__).parent.parent.parent.parent
SMSPROOF = str(Path(sys.executable).parent / "smsproof")
GROUP: Any = get_command(app)
COMMANDS: dict[str, Any] = GROUP.commands
ONE = ("--case", "single-send/sender-form", "--no-fuzz")


def words_of(command: str) -> set[str]:
    return {word for param in COMMANDS[command].params for word in (*param.opts, *param.secondary_opts)}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_prints_json_takes_no_color_and_refuses_a_token(smsproof: Desk, command: str) -> None:
    assert {"--json", "--no-color"} <= words_of(command)
    for word in ("--token", "--bearer", "--api-key"):
        done = smsproof(command, word, "cnry-123456")
        assert done.code == 2
        assert "can be read by everybody on this machine" in done.err and "cnry" not in done.out + done.err


def test_every_flag_in_the_documents_exists() -> None:
    """In README and the rooms' papers: behind a command its own, anywhere else that of any command."""
    every = {word for command in COMMANDS for word in words_of(command)} | {
        "--help",
        "--version",
        "--install-completion",
    }
    foreign = {
        "--spec",
        "--package",
        "--out",
        "--check",
        "--partial",
        "--http",
        "--show-completion",
    }  # smsproof-generate
    foreign |= {"--smsproof-target", "--volume", "--env", "--rm", "--file", "--tag"}  # pytest, docker
    for path in [ROOT / "README.md", *ROOT.glob("*/DESIGN.md"), *ROOT.glob("docs/*.md")]:
        text = path.read_text(encoding="utf-8")
        for line in text.splitlines():
            for name, flags in re.findall(r"\bsmsproof ([a-z]+)((?:[^`#|&;]|`(?!`))*)", line):
                if name in COMMANDS:
                    own = re.split(r" -- |`", flags)[0]
                    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", own)) <= words_of(name) | {"--help"}, line
        shown = set(re.findall(r"`[^`\n]*?(--[a-z][a-z-]+)", text))
        assert shown <= every | foreign, path.name


# -- exit codes, as README lists them: the first line that a script reads ------------------------------------------------


def test_exit_0_when_the_target_conforms(smsproof: Desk) -> None:
    assert smsproof("run", "staging", *ONE).code == 0


def test_exit_1_for_a_contract_failure_and_0_where_that_is_wanted(smsproof: Desk, emulator: Emulator) -> None:
    emulator.use_faults("bare-name-accepted")
    assert smsproof("run", "staging", *ONE).code == 1
    assert smsproof("run", "staging", *ONE, "--exit-zero").code == 0
    assert smsproof("judge", "last", "--exit-zero", "--case", "single-send/sender-form").code == 0


def test_exit_2_for_a_call_that_cannot_work(smsproof: Desk) -> None:
    assert smsproof("run", "nowhere").code == 2
    assert smsproof("run", "staging", "--seed", "x").code == 2


def test_exit_3_for_a_defect_of_ours(smsproof: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "\x1b]52;c;cnry\x07"

    def broken(*words: object, **more: object) -> None:
        raise RuntimeError(said)

    monkeypatch.setattr("smsproof_conformance.cli.conclusion.judge", broken)
    done = smsproof("run", "staging", *ONE, "--exit-zero")
    assert done.code == 3
    assert "in broken" in done.err and "RuntimeError" in done.err and "defect of smsproof" in done.err
    assert "cnry" not in done.err and "\x1b" not in done.err


def test_exit_4_for_a_target_that_is_not_there(smsproof: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    away = ("--base-url", f"http://127.0.0.1:{port}")
    assert smsproof("run", "staging", *ONE, *away, "--exit-zero").code == 4
    done = smsproof("run", "staging", *ONE, *away, "--wait-for", "0.2")
    assert done.code == 4
    assert "took no connection within 0.2 s" in done.err


def test_exit_5_when_nothing_is_selected(smsproof: Desk) -> None:
    assert smsproof("run", "staging", "--case", "nothing/*").code == 5


def test_exit_6_when_the_budget_is_spent(smsproof: Desk) -> None:
    assert smsproof("run", "staging", "--budget", "0", "--exit-zero", *ONE).code == 6


def test_exit_7_when_something_cannot_be_told_and_0_where_that_is_wanted(smsproof: Desk) -> None:
    with raw_server(lambda peer, request: reset(peer)) as url:  # read and never answered: it may have been accepted
        words = ("run", "staging", *ONE, "--base-url", url, "--control-url", url)
        assert smsproof(*words).code == 7
        assert smsproof(*words, "--exit-zero").code == 0


def test_a_target_that_is_still_starting_is_waited_for(smsproof: Desk) -> None:
    assert smsproof("run", "staging", *ONE, "--wait-for", "5").code == 0


# -- JSON, terminals, colours ------------------------------------------------------------------------------------------


def terminal(words: Sequence[str], folder: Path, columns: int = 80, **environment: str) -> str:
    """What a command writes to a terminal."""
    ours, theirs = pty.openpty()
    clean = {key: value for key, value in os.environ.items() if key not in ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    size = {"COLUMNS": str(columns), "TERM": "xterm-256color", **environment}
    with subprocess.Popen([SMSPROOF, *words], cwd=folder, env={**clean, **size}, stdin=theirs, stdout=theirs, stderr=theirs) as process:  # fmt: skip
        os.close(theirs)
        seen = bytearray()
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # how Linux says that the other side has gone
                break
            if not chunk:
                break
            seen += chunk
        process.wait(60)
    os.close(ours)
    return seen.decode("utf-8", "surrogateescape").replace("\r\n", "\n")


def piped(words: Sequence[str], folder: Path) -> str:
    return subprocess.run([SMSPROOF, *words], cwd=folder, capture_output=True, text=True, timeout=60).stdout


@pytest.fixture
def run(smsproof: Desk, emulator: Emulator) -> str:
    emulator.use_faults("bare-name-accepted", "bad-json-500")
    smsproof("run", "staging", "--case", "single-send/*", "--no-fuzz")
    return smsproof.last


def test_json_is_the_same_on_a_terminal_and_off_it(smsproof: Desk, run: str) -> None:
    for words in (["report", run, "--json"], ["compare", run, run, "--json"], ["explain", "IP-SEND-10", "--json"]):
        on = terminal(words, smsproof.folder, columns=20)
        assert on == piped(words, smsproof.folder), words
        json.loads(on)


def test_colours_are_for_terminals_and_for_those_who_ask(smsproof: Desk, run: str) -> None:
    words = ["report", run]
    assert "\x1b[1;31m" in terminal(words, smsproof.folder)
    assert "\x1b" not in piped(words, smsproof.folder)
    assert "\x1b" not in terminal(words, smsproof.folder, NO_COLOR="1")
    assert "\x1b" not in terminal([*words, "--no-color"], smsproof.folder, FORCE_COLOR="1")
    assert "\x1b" not in terminal(words, smsproof.folder, TERM="dumb")


def test_twenty_columns_and_a_dumb_terminal_show_the_whole_report(smsproof: Desk, run: str) -> None:
    narrow = terminal(["report", run], smsproof.folder, columns=20, NO_COLOR="1")
    assert all(len(line) <= 20 for line in narrow.splitlines())
    assert "bare-name" not in narrow and "IP-SEND-10" in narrow and "PASS" in narrow


def test_a_reader_who_leaves_is_no_error(smsproof: Desk, run: str) -> None:
    for words in (f"report {run}", f"report {run} --json", "list", "faults --list"):
        done = subprocess.run(["bash", "-c", f"{SMSPROOF} {words} | head -1; echo ${{PIPESTATUS[0]}}"], cwd=smsproof.folder, capture_output=True, text=True, timeout=60)  # fmt: skip
        assert done.stderr == "", words
        assert done.stdout.endswith("\n0\n"), words


def test_the_commands_on_recorded_runs_that_the_readme_shows_do_what_it_says(smsproof: Desk, run: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n(smsproof judge last.*?)```", text, re.DOTALL)
    finding = smsproof("report", run, "--json").json["findings"][0]["id"]
    codes: dict[str, int] = {}
    for line in block.splitlines():
        words = line.partition("#")[0].replace("RUN", run).replace("1f3a9c02", finding).split()
        codes[words[1]] = smsproof(*words[1:]).code
    assert codes == {"judge": 1, "report": 0, "compare": 0, "replay": 1, "scrub": 0, "explain": 0}
    assert (smsproof.folder / "report.html").is_file()


# -- completion --------------------------------------------------------------------------------------------------------


def completed(folder: Path, *words: str) -> list[str]:
    environment = {
        "_SMSPROOF_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run([SMSPROOF], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True)
    return done.stdout.split()


def test_a_shell_completes_commands_targets_and_runs(smsproof: Desk, run: str) -> None:
    assert set(completed(smsproof.folder, "smsproof", "rep")) == {"report", "replay"}
    assert completed(smsproof.folder, "smsproof", "run", "st") == ["staging"]
    assert completed(smsproof.folder, "smsproof", "scrub", ".smsproof") == [run]


def test_completion_is_shown_and_installed_for_a_shell(smsproof: Desk) -> None:
    script = f"{SMSPROOF} --show-completion bash 2>/dev/null || {SMSPROOF} --show-completion"
    shown = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert "_SMSPROOF_COMPLETE=complete_bash" in shown.stdout
    home = smsproof.folder / "home"
    home.mkdir()
    install = f"HOME={home} {SMSPROOF} --install-completion; true"
    subprocess.run(["bash", "-c", install], capture_output=True, text=True, timeout=60, check=True)
    assert any("smsproof" in path.read_text() for path in home.rglob("*") if path.is_file())


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"smsproof [0-9.]+\n", piped(["--version"], ROOT))


def test_a_pattern_lists_the_cases_of_one_vendor_without_naming_it(smsproof: Desk) -> None:
    listed = smsproof("list", "--case", "IP-BULK-*", "--json").json
    assert {case["vendor"] for case in listed} == {"intelepeer"}
    assert all(any(name.startswith("IP-BULK-") for name in case["observes"]) for case in listed)
