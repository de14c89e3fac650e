"""`smsproof compare`: what changed, and whether anything got worse."""

from __future__ import annotations

from pathlib import Path

import pytest

from smsproof_conformance.emulator import Emulator
from smsproof_conformance.records.ledger import Ledger
from tests.conformance.cli.desk import Desk

WRONG = ("send-status-200", "bare-name-accepted")
SECTION = ("--case", "single-send/*", "--no-fuzz")


@pytest.fixture
def runs(smsproof: Desk, emulator: Emulator) -> tuple[str, str]:
    """A run of a wrong server, and one of the same server mended."""
    emulator.use_faults(*WRONG)
    assert smsproof("run", "staging", *SECTION).code == 1
    wrong = smsproof.last
    emulator.use_faults()
    assert smsproof("run", "staging", *SECTION).code == 0
    return wrong, smsproof.last


def test_a_mended_server_is_nothing_worse_and_its_findings_are_gone(smsproof: Desk, runs: tuple[str, str]) -> None:
    done = smsproof("compare", *runs, "--json")
    told = done.json
    assert (done.code, told["worse"], told["format"]) == (0, False, "smsproof-comparison/1")
    assert {one["state"] for one in told["findings"]} == {"gone"}
    assert {(one["id"], one["before"], one["after"]) for one in told["verdicts"]} >= {
        ("IP-SEND-10", "FAIL", "PASS"),
        ("IP-SEND-15", "FAIL", "PASS"),
        ("single-send/sender-form", "FAIL", "PASS"),
    }
    assert told["counts"]["findings"]["after"] == 0 < told["counts"]["findings"]["before"]


def test_a_server_that_broke_is_worse_and_exits_1(smsproof: Desk, runs: tuple[str, str]) -> None:
    wrong, mended = runs
    done = smsproof("compare", mended, wrong)
    assert done.code == 1
    assert "worse   requirement IP-SEND-10  PASS → FAIL" in done.out
    assert "new     FAIL  IP-SEND-10  single-send/sender-form" in done.out
    assert done.out.endswith("Something got worse.\n")


def test_the_same_run_twice_has_the_same_findings_and_is_nothing_worse(smsproof: Desk, runs: tuple[str, str]) -> None:
    told = smsproof("compare", runs[0], runs[0], "--json").json
    assert (told["worse"], told["verdicts"]) == (False, [])
    assert {one["state"] for one in told["findings"]} == {"same"}


def test_what_is_not_observed_any_more_is_worse(smsproof: Desk, runs: tuple[str, str]) -> None:
    assert smsproof("run", "staging", "--case", "single-send/sender-form", "--no-fuzz").code == 0
    done = smsproof("compare", runs[1], "last", "--json")
    assert done.code == 1
    lost = {one["id"]: (one["before"], one["after"], one["worse"]) for one in done.json["verdicts"]}
    assert lost["IP-SEND-15"] == ("PASS", "SKIP", True)


def test_a_warning_that_is_new_is_worse(smsproof: Desk, emulator: Emulator, runs: tuple[str, str]) -> None:
    emulator.use_faults("bad-json-500")
    assert smsproof("run", "staging", *SECTION).code == 0
    done = smsproof("compare", runs[1], "last", "--json")
    assert done.code == 1
    assert [(one["state"], one["after"]["severity"]) for one in done.json["findings"]] == [("new", "WARN")]


def test_runs_of_two_vendors_cannot_be_compared(smsproof: Desk, runs: tuple[str, str], tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    with Ledger.open(tmp_path / runs[0]) as ledger:
        target = ledger.fact("target")
    with Ledger.create(other, []) as ledger:
        for key, value in {"target": target, "vendor": "messangi", "cases": []}.items():
            ledger.set_fact(key, value)
    done = smsproof("compare", runs[0], str(other))
    assert done.code == 2
    assert "another vendor: intelepeer and messangi" in done.err


def test_a_run_that_is_not_there_is_named(smsproof: Desk) -> None:
    done = smsproof("compare", "nowhere.sqlite")
    assert (done.code, done.err) == (
        2,
        "There is no run nowhere.sqlite. Give the path of a run file, its name, or `last`.\n",
    )
