"""The baseline: accepts one defect and hides no other; entries that are stale, over or about nothing fail a run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from smsproof_conformance.case import Case, Section
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records.exchange import Answer, Request, encode
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.record import Seen
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Target
from smsproof_conformance.verdicts.baseline import BaselineError, add, day, expect, read
from smsproof_conformance.verdicts.finding import Breach, Judgement, Unknown, Verdict, breach
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_conformance.verdicts.known_defect import Entry, key
from smsproof_spec import contract as contracts

CONTRACT = contracts.load("intelepeer")
STATED, OTHER = "IP-SEND-15", "IP-SEND-20"
CODE = "IP-SEND-15 /responses/*/code 207"
EVERY = {STATED: ("s/c",), OTHER: ("s/c",)}
TODAY = date(2026, 11, 22)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.in_memory() as ledger:
        target = Target(name="t", vendor="intelepeer", base_url="http://127.0.0.1:1", token_env="T")
        ledger.set_fact("target", target.model_dump(mode="json"))
        ledger.plan(["s/c"])
        ledger.mark("s/c", "acted")
        request = Request("s/c", "one", "sendMessage", "POST", "/send", (), encode([]), "good", True, 1)
        ledger.settle(ledger.intend(request), Answer(207, (), encode({}), 0.01))
        yield ledger


def judged(ledger: Ledger, *places: tuple[str, str], unknown: bool = False) -> Judged:
    """A run whose one case says a breach of each (requirement, pointer)."""

    async def nothing(do: Actor) -> None:
        raise AssertionError("judging must not act")

    def say(seen: Seen) -> Judgement:
        words: list[Breach | Unknown] = [
            breach(requirement, seen["one"], expected="a", got="b", pointer=pointer) for requirement, pointer in places
        ]
        yield from words
        if unknown:
            yield Unknown(OTHER, "nobody knows")

    section = Section("intelepeer", "s")
    case: Case = section.scenario("c", observes=(STATED, OTHER), does="d", expects="e")(nothing).judge(say)
    return judge(ledger, CONTRACT, [case], strict=True)


def accepted(run: Judged, *patterns: str, expires: date | None = None, on: date | None = TODAY) -> Judged:
    return expect(run, [Entry(pattern, "known", expires) for pattern in patterns], on, EVERY)


def test_an_accepted_finding_is_an_xfail_at_every_index_of_the_list(ledger: Ledger) -> None:
    run = accepted(judged(ledger, (STATED, "/responses/0/code"), (STATED, "/responses/31/code")), CODE)
    assert (run.cases[0].verdict, run.exit_code) == (Verdict.XFAIL, ExitCode.CONFORMANT)
    assert {result.id: result.verdict for result in run.requirements}[STATED] is Verdict.XFAIL
    assert [(finding.severity, finding.accepted) for finding in run.findings] == [("XFAIL", "known")] * 2


@pytest.mark.parametrize(
    "other", [(OTHER, "/responses/0/code"), (STATED, "/responses/0/refid"), (STATED, "/responses/0/code/deep")]
)
def test_an_accepted_finding_hides_no_other(ledger: Ledger, other: tuple[str, str]) -> None:
    run = accepted(judged(ledger, (STATED, "/responses/0/code"), other), CODE)
    assert (run.cases[0].verdict, run.exit_code) == (Verdict.FAIL, ExitCode.CONTRACT_FAILURES)


def test_the_status_tells_findings_apart(ledger: Ledger) -> None:
    run = accepted(judged(ledger, (STATED, "/responses/0/code")), "IP-SEND-15 /responses/*/code 202")
    assert run.exit_code is ExitCode.CONTRACT_FAILURES


def test_what_cannot_be_told_stays_so_beside_an_accepted_finding(ledger: Ledger) -> None:
    run = accepted(judged(ledger, (STATED, "/responses/0/code"), unknown=True), CODE)
    assert (run.cases[0].verdict, run.exit_code) == (Verdict.INDETERMINATE, ExitCode.INDETERMINATE)


@pytest.mark.parametrize("pattern", ["IP-SEND-15 - 207", "IP-SEND-* ** 207", "IP-SEND-15 ** *"])
def test_patterns_name_the_whole_body_and_take_wildcards(ledger: Ledger, pattern: str) -> None:
    assert accepted(judged(ledger, (STATED, "")), pattern).exit_code is ExitCode.CONFORMANT


def test_an_entry_whose_defect_is_gone_is_an_xpass_and_fails(ledger: Ledger) -> None:
    run = accepted(judged(ledger), CODE)
    assert [result.verdict for result in run.entries] == [Verdict.XPASS]
    assert run.exit_code is ExitCode.CONTRACT_FAILURES


def test_an_entry_is_no_xpass_when_only_some_of_its_cases_ran(ledger: Ledger) -> None:
    run = expect(judged(ledger), [Entry(CODE, "known")], TODAY, {STATED: ("s/c", "s/d")})
    assert ([result.verdict for result in run.entries], run.exit_code) == ([Verdict.SKIP], ExitCode.CONFORMANT)


def test_an_entry_for_the_other_vendor_says_nothing(ledger: Ledger) -> None:
    assert accepted(judged(ledger), "MS-SEND-01 - 404").exit_code is ExitCode.CONFORMANT


@pytest.mark.parametrize(
    ("expires", "ends"),
    [(date(2026, 11, 22), ExitCode.CONFORMANT), (date(2026, 11, 21), ExitCode.CONTRACT_FAILURES)],
)
def test_the_day_of_the_run_decides_whether_an_entry_is_over(ledger: Ledger, expires: date, ends: ExitCode) -> None:
    run = accepted(judged(ledger, (STATED, "/responses/0/code")), CODE, expires=expires)
    assert run.exit_code is ends


def test_an_entry_that_is_over_fails_even_when_its_defect_is_gone(ledger: Ledger) -> None:
    run = accepted(judged(ledger), CODE, expires=date(2026, 1, 1))
    assert ([result.verdict for result in run.entries], run.exit_code) == ([Verdict.FAIL], ExitCode.CONTRACT_FAILURES)


def test_without_a_request_there_is_no_day() -> None:
    with Ledger.in_memory() as empty:
        assert day(empty) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[expected]", "is no TOML"),
        ("other = 1", "expected [[expected]] entries and nothing else"),
        ('[[expected]]\npattern = "IP-SEND-15"\nreason = "r"', 'expected[0].pattern: expected "REQUIREMENT POINTER'),
        ('[[expected]]\npattern = "IP-SEND-15 - 207"', "expected[0].reason: expected why"),
        ('[[expected]]\npattern = "a - b"\nreason = "r"\nexpires = "soon"', "expires: expected a date such as"),
        ('[[expected]]\npattern = "a - b"\nreason = "r"\nuntil = 1', "unknown key until"),
    ],
)
def test_a_mistake_in_the_file_is_named_by_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "baseline.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BaselineError) as error:
        read(path)
    assert said in str(error.value)


def test_dates_are_those_of_toml_or_words(tmp_path: Path) -> None:
    path = tmp_path / "baseline.toml"
    entry = '[[expected]]\npattern = "a - b"\nreason = "r"\nexpires = '
    path.write_text(f'{entry}2027-01-31\n{entry}"2027-02-01"\n', encoding="utf-8")
    assert [found.expires for found in read(path)] == [date(2027, 1, 31), date(2027, 2, 1)]


def test_what_was_written_is_read_back_and_covers_the_same_findings(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "baseline.toml"
    hostile = judged(ledger, (STATED, '/re"sp\n/1/\\**\x1b[31m \ud800'), (STATED, "/responses/7/code")).findings
    assert add(path, hostile, "known") == 2
    assert [entry.covers(finding) for entry, finding in zip(read(path), hostile, strict=True)] == [True, True]
    assert key(hostile[1]) == CODE
    path.write_text("# mine\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert add(path, hostile, "again") == 0
    assert path.read_text(encoding="utf-8").startswith("# mine\n")


# -- the commands ------------------------------------------------------------------------------------------------------


def smsproof(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from smsproof_conformance.entry import main; main()", *words],
        cwd=folder, env={**os.environ, "COLUMNS": "200"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def client(folder: Path, name: str, *words: str) -> subprocess.CompletedProcess[str]:
    args = {"from": "+12191112222", "to": "+13038675309", "text": "Hello", "guid": "g"}
    scenario = {"steps": [{"step": "hello", "do": "send", "args": args}]}
    (folder / "scenario.json").write_text(json.dumps(scenario), encoding="utf-8")
    program = [sys.executable, "-m", "smsproof_conformance.clients.miniatures", "intelepeer", name]
    return smsproof(folder, "client", "intelepeer", "--strict", "--scenario", "scenario.json", *words, "--", *program)


def test_a_baseline_is_written_used_and_told_when_it_is_stale(tmp_path: Path) -> None:
    assert client(tmp_path, "client-loses-guid").returncode == 1
    written = smsproof(tmp_path, "baseline", "last", "--write", "known.toml", "--strict")
    assert (written.returncode, written.stdout) == (
        0,
        "known.toml: 1 entry added for 1 finding that fails this run.\n",
    )
    assert 'pattern = "IP-HOUSE-16 /guid 202"' in (tmp_path / "known.toml").read_text(encoding="utf-8")

    again = smsproof(tmp_path, "judge", "last", "--strict", "--baseline", "known.toml", "--report", "json:report.json")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "XFAIL  IP-HOUSE-16" in again.stdout
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [entry["verdict"] for entry in report["baseline"]] == ["XFAIL"]
    assert [finding["severity"] for finding in report["findings"]] == ["XFAIL"]

    right = client(tmp_path, "right-intelepeer-client", "--baseline", "known.toml")
    assert right.returncode == 1
    assert "XPASS  IP-HOUSE-16 /guid 202  the baseline expects this finding, and it is gone" in right.stdout


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ('[[expected]]\npattern = "IP-SEDN-15 - 202"\nreason = "r"', 5, "names no requirement of any vendor"),
        ("expected = 1", 2, "expected [[expected]] entries"),
    ],
)
def test_a_baseline_that_cannot_be_used_stops_before_anything_is_sent(
    tmp_path: Path, text: str, code: int, said: str
) -> None:
    (tmp_path / "known.toml").write_text(text, encoding="utf-8")
    done = client(tmp_path, "right-intelepeer-client", "--baseline", "known.toml")
    assert done.returncode == code
    assert said in done.stderr
    assert not (tmp_path / ".smsproof").exists()
