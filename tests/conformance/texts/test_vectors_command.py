"""`smsproof vectors`: other people's counters, asked."""

import json
import shlex
import sys
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from smsproof_conformance.cli.vectors import vectors

app = typer.Typer()
app.command()(vectors)

RIGHT = """
import json, sys
sys.path[:0] = {path!r}
from smsproof_spec.rules import measure
for line in sys.stdin:
    question = json.loads(line)
    assert line.isascii()
    cost = measure(question["text"])
    print(json.dumps({{"id": question["id"], "encoding": cost.encoding, "units": cost.units, "segments": cost.segments}}))
"""
CEIL = """
import json, math, sys
sys.path[:0] = {path!r}
from smsproof_spec.rules import measure
for line in reversed(sys.stdin.readlines()):
    question = json.loads(line)
    cost = measure(question["text"])
    alone, shared = (160, 153) if cost.encoding == "gsm7" else (70, 67)
    segments = 1 if cost.units <= alone else math.ceil(cost.units / shared)
    print(json.dumps({{"id": question["id"], "encoding": cost.encoding, "units": cost.units, "segments": segments}}))
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"NO_COLOR": "1", "COLUMNS": "200"})


def program(folder: Path, source: str) -> str:
    path = folder / "program.py"
    path.write_text(source.format(path=[entry for entry in sys.path if entry]), "utf-8")
    return shlex.join([sys.executable, str(path)])


def test_the_collections_are_listed() -> None:
    assert json.loads(run("--json").stdout)["text"] >= 600


def test_a_right_program_passes(tmp_path: Path) -> None:
    result = run("--check", program(tmp_path, RIGHT))
    assert result.exit_code == 0, result.stdout
    assert " right" in result.stdout
    assert "mistakes" not in result.stdout


def test_a_program_that_divides_is_caught_where_a_pair_straddles_a_cut(tmp_path: Path) -> None:
    result = run("--json", "--check", program(tmp_path, CEIL))
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    families = {mistake["id"].partition("/")[0] for mistake in report["mistakes"]}
    assert {"astride", "extension", "pair"} <= families
    assert all(mistake["wrong"] == ["segments"] for mistake in report["mistakes"])
    assert report["right"] + len(report["mistakes"]) == report["asked"]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("print('no json')", "no JSON object"),
        ('print(\'{{"id":"length/gsm7-1","encoding":"gsm7","units":true,"segments":1}}\')', "units true"),
        ('print(\'{{"id":"other"}}\')', "not asked"),
        ('print(\'{{"id":"length/gsm7-1"}}\\n\' * 2)', "second answer"),
        ("raise SystemExit('broken \\x1b[31m')", "broken \\x1b[31m"),
    ],
)
def test_a_program_that_misbehaves_is_told_how(tmp_path: Path, source: str, complaint: str) -> None:
    result = run("--show", "2000", "--check", program(tmp_path, source))
    assert result.exit_code == 1
    assert complaint in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("/nonexistent/program", "There is no program"),
        ("'unclosed", "quotation"),
        ("", "needs a program"),
    ],
)
def test_a_program_that_cannot_start_is_a_usage_error(command: str, sentence: str) -> None:
    result = run("--check", command)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_program_that_never_ends_is_stopped(tmp_path: Path) -> None:
    endless = program(tmp_path, "import time\nwhile True: time.sleep(1)")
    result = run("--timeout", "0.3", "--check", endless)
    assert result.exit_code == 2
    assert "did not end" in result.stderr
