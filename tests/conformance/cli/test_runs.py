"""`smsproof runs`, variables that nothing reads, and an account that another run is at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smsproof_conformance.emulator import Emulator
from smsproof_conformance.runs.tenancy import tenancy
from smsproof_conformance.targets import settings
from tests.conformance.cli.desk import Desk

WRONG = ("run", "staging", "--no-fuzz", "--case", "single-send/sender-form")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


def test_runs_are_listed_with_what_came_of_them_the_newest_first(smsproof: Desk, emulator: Emulator) -> None:
    emulator.use_faults("bare-name-accepted")
    assert smsproof(*WRONG).code == 1
    emulator.use_faults()
    assert smsproof("run", "staging", "--no-fuzz", "--case", "read-webhook/*").code == 0
    (smsproof.folder / ".smsproof/runs/20010101T000000.000000Z-broken.sqlite").write_text("no database at all")
    newest, wrong, broken = smsproof("runs", "--json").json
    assert (newest["target"], newest["vendor"], newest["party"]) == ("staging", "intelepeer", "V")
    assert (newest["exit_code"], newest["findings"], newest["indeterminate"]) == (0, 0, 0)
    assert (wrong["exit_code"], wrong["findings"], wrong["failing"]) == (1, 1, 1)
    assert wrong["run"] < newest["run"] and wrong["began"] < newest["began"]
    assert broken["run"].endswith("broken") and "is not a run file" in broken["problem"]
    listed = smsproof("runs", "--last", "2").out
    assert "not conformant" in listed and "1 (1 fail)" in listed
    assert "and 1 older; --last 3 lists all of them" in listed
    assert "3038675309" not in json.dumps([newest, wrong]) + listed


def test_no_run_is_said_and_is_no_error(smsproof: Desk) -> None:
    assert "There is no run in .smsproof/runs. Start one with `smsproof run TARGET`." in smsproof("runs").out
    assert smsproof("runs", "--json").json == []


def test_a_variable_that_nothing_reads_is_named_once_with_the_nearest_one(
    smsproof: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMSPROOF_MAX_EXAMPELS", "3")
    done = smsproof("config", "--json")
    assert done.err == (
        "warning: nothing reads SMSPROOF_MAX_EXAMPELS. The nearest variable that smsproof knows is SMSPROOF_MAX_EXAMPLES.\n"
    )
    assert done.json["max_examples"]["value"] == 40


@pytest.mark.parametrize("name", ["SMSPROOF_SEED", "SMSPROOF_REPORT", "SMSPROOF_EXAMPLES_PASSWORD", "SMSPROOF_MINE"])
def test_variables_that_are_read_and_those_that_the_settings_name_are_not_minded(
    smsproof: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = smsproof.folder / "smsproof.toml"
    path.write_text(path.read_text().replace('"INTELEPEER_SECRET"', '"SMSPROOF_MINE"'))
    monkeypatch.setenv(name, "1")
    assert smsproof("config").err == ""


def test_a_run_a_replay_and_a_resumption_send_nothing_while_another_run_is_at_the_account(
    smsproof: Desk, emulator: Emulator
) -> None:
    emulator.use_faults("bare-name-accepted")
    (finding, *_) = smsproof(*WRONG, "--json").json["findings"]
    target = settings.read(None)["staging"]
    kept = sorted(smsproof.folder.rglob("*.sqlite"))
    with tenancy(target, settings.secrets(target), Path("first.sqlite")):
        for words in (WRONG, ("resume", "last"), ("restore", "last"), ("replay", "last", finding["id"])):
            done = smsproof(*words)
            assert (done.code, done.out) == (2, ""), words
            assert "This account is in use by the run" in done.err
    assert sorted(smsproof.folder.rglob("*.sqlite")) == kept
    assert smsproof("resume", "last").code == 1
