"""`pytest --smsproof-target`: the cases as items of a user's own suite, each with its own verdict."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smsproof_conformance.emulator import running

OWN_TEST = "def test_of_the_user(): pass\n"
FAULT = "bulk-order-reversed"


def project(folder: Path, base_url: str) -> Path:
    folder.joinpath("test_own.py").write_text(OWN_TEST, encoding="utf-8")
    folder.joinpath("smsproof.toml").write_text(
        f"""
        [target.staging]
        vendor = "intelepeer"
        base_url = "{base_url}"
        control_url = "{base_url}/_smsproof"
        [target.staging.numbers]
        long_codes = ["+12191112222", "+12161112222"]
        destinations = ["+13038675309"]
        foreign = "+19995550100"
        """,
        encoding="utf-8",
    )
    return folder


def suite(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """pytest with no plugin but ours, whatever is installed beside it."""
    own = {"INTELEPEER_TOKEN": "smsproof-token", "COLUMNS": "200", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    plugins = ("-p", "smsproof_conformance.pytest_plugin", "-p", "no:cacheprovider")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, "-rA", "--smsproof-target", "staging", *words],
        cwd=folder, env={**os.environ, **own}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_cases_are_items_beside_the_users_own_tests(tmp_path: Path) -> None:
    with running("intelepeer") as emulator:
        done = suite(project(tmp_path, emulator.url), "-k", "bulk-send or of_the_user")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASSED test_own.py::test_of_the_user" in done.stdout
    assert "PASSED smsproof[staging]::bulk-send/order-kept" in done.stdout
    assert "run file: .smsproof/runs/" in done.stdout


def test_what_is_not_declared_is_skipped_with_its_reason(tmp_path: Path) -> None:
    with running("intelepeer") as emulator:
        done = suite(project(tmp_path, emulator.url), "-k", "short-code or of_the_user")
    assert "SKIPPED" in done.stdout
    assert "the target does not declare numbers.short_codes" in done.stdout


def test_a_failure_is_the_finding_as_the_console_shows_it_and_the_baseline_makes_it_an_xfail(tmp_path: Path) -> None:
    with running("intelepeer", faults=(FAULT,)) as emulator:
        folder = project(tmp_path, emulator.url)
        wrong = suite(folder, "-k", "bulk-send")
        assert wrong.returncode == 1
        assert "FAIL  IP-BULK-" in wrong.stdout
        assert "Traceback" not in wrong.stdout
        written = subprocess.run(
            [sys.executable, "-c", "from smsproof_conformance.entry import main; main()", "baseline", "--write", "b.toml"],
            cwd=folder, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert written.returncode == 0, written.stderr
        known = suite(folder, "-k", "bulk-send", "--smsproof-baseline", "b.toml")
    assert known.returncode == 0, known.stdout
    assert "XFAIL smsproof[staging]::bulk-send/" in known.stdout


def test_an_entry_that_no_longer_fails_is_an_item_that_does(tmp_path: Path) -> None:
    folder = tmp_path / "b.toml"
    folder.write_text('[[expected]]\npattern = "IP-SEND-02 - 202"\nreason = "known"\n', encoding="utf-8")
    with running("intelepeer") as emulator:
        done = suite(project(tmp_path, emulator.url), "--smsproof-baseline", "b.toml", "-q")
    assert done.returncode == 1
    assert "XPASS  IP-SEND-02 - 202: the finding is gone, take the entry out" in done.stdout


def test_collecting_sends_nothing(tmp_path: Path) -> None:
    done = suite(project(tmp_path, "http://127.0.0.1:9"), "--collect-only", "-q")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "smsproof[staging]::bulk-send/order-kept" in done.stdout
    assert not (tmp_path / ".smsproof").exists()


def test_a_target_that_is_not_there_fails_every_case(tmp_path: Path) -> None:
    done = suite(project(tmp_path, "http://127.0.0.1:9"), "-k", "bulk-send/order-kept")
    assert done.returncode == 1
    assert "is unreachable" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--smsproof-live"], "add --smsproof-live --smsproof-budget N"),
        (["--smsproof-budget", "5"], "Nothing was sent"),
    ],
)
def test_off_loopback_it_needs_permission_and_a_budget(tmp_path: Path, words: list[str], said: str) -> None:
    done = suite(project(tmp_path, "https://sms.invalid"), *words)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert said in done.stderr
    assert not (tmp_path / ".smsproof").exists()


def test_several_processes_are_refused(tmp_path: Path) -> None:
    done = suite(project(tmp_path, "http://127.0.0.1:9"), "-p", "xdist.plugin", "-n", "2")
    assert done.returncode != 0
    assert "Run it without pytest-xdist" in done.stdout + done.stderr


def test_an_unknown_target_is_named_with_those_that_are_known(tmp_path: Path) -> None:
    done = suite(project(tmp_path, "http://127.0.0.1:9"), "--smsproof-target", "stagin")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "Declared targets: staging" in done.stderr


def test_without_the_option_nothing_but_pytest_and_the_standard_library_is_loaded() -> None:
    program = (
        "import sys, pytest; before = set(sys.modules); import smsproof_conformance.pytest_door;"
        "print(sorted({n.partition('.')[0] for n in set(sys.modules) - before} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "['smsproof_conformance']\n"
