"""The README and `make help` are true: what they show is run."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from smsproof_conformance.cli import app
from smsproof_conformance.emulator import running
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.targets.settings import read

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> Iterator[str]:
    """Every `smsproof …` and `make …` the README shows, in blocks and in running text, comments cut off."""
    for line in "\n".join(blocks("sh")).splitlines():
        yield line.partition("#")[0].strip()
    yield from re.findall(r"`((?:smsproof|make) [^`]+)`", README)


def make_help() -> str:
    """What a person sees in a fresh shell; `make test` hands its own flags down, and they make an inner make talk."""
    fresh = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True, env=fresh).stdout


def test_every_make_target_the_readme_names_exists_and_is_in_help() -> None:
    shown = make_help()
    named = {command.split()[1] for command in commands() if command.startswith("make ")}
    assert {"conformance", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target
        assert target == "help" or f"make {target} " in shown, target


def test_make_help_lists_every_target_that_is_meant_for_people() -> None:
    shown = make_help()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert {line.split()[1] for line in shown.splitlines()} == set(phony.split())


def test_every_command_and_flag_the_readme_shows_exists() -> None:
    helps: dict[str, str] = {}
    shown = [command for command in commands() if command.startswith("smsproof ")]
    assert shown
    for command in shown:
        name, *words = command.removeprefix("smsproof ").split()
        if name not in helps:
            done = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
            assert done.exit_code == 0, command
            helps[name] = done.output
        for flag in [word for word in words if word.startswith("--")]:
            assert flag in helps[name], command


def test_the_settings_the_readme_shows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "smsproof.toml"
    path.write_text("\n".join(blocks("toml")), encoding="utf-8")
    found = read(path)
    assert found["staging"].numbers.destinations == ("+13038675309",)
    assert {name: target.vendor for name, target in found.items()} == {"staging": "intelepeer", "outbound": "messangi"}


def test_the_messangi_target_that_the_readme_shows_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MESSANGI_TOKEN", "smsproof-token")
    with running("messangi") as emulator:
        text = blocks("toml")[1].replace("http://127.0.0.1:8082", emulator.url)
        (tmp_path / "smsproof.toml").write_text(text, encoding="utf-8")
        done = CliRunner().invoke(app, ["run", "outbound", "--no-fuzz", "--case", "send-*/*", "--json"])
    assert done.exit_code == 0, done.output
    verdicts = Counter(case["verdict"] for case in json.loads(done.stdout)["cases"])
    assert verdicts["PASS"] > 10 and verdicts.keys() <= {"PASS", "SKIP"}, verdicts


def test_the_sdk_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = blocks("python")
    with running("intelepeer") as emulator:
        exec(compile(example.replace("http://127.0.0.1:8081", emulator.url), "README.md", "exec"), {})
    first, queued, failed = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"SM[0-9A-F]{30} 1", first)
    assert re.fullmatch(r"0 SM[0-9A-F]{30}", queued)
    assert failed.startswith("1 403 ")


def test_the_exit_codes_the_readme_lists_are_those_there_are() -> None:
    (table,) = re.findall(r"^\| exit code .*?\n\n", README, re.MULTILINE | re.DOTALL)
    listed = {int(number) for row in table.strip().splitlines()[2:] for number in re.findall(r"\d+", row.split("|")[1])}
    assert listed == {int(code) for code in ExitCode}
