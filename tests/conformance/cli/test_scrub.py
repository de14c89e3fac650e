"""`smsproof scrub`: nothing personal is left in the file, and its reports are what they were."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from smsproof_conformance.emulator import Emulator
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.reports.files import RENDERERS
from tests.conformance.cli.desk import Desk
from tests.conformance.records.disguises import everything

NUMBER = "13038675309"


@pytest.fixture
def run(smsproof: Desk, emulator: Emulator) -> str:
    emulator.use_faults("bare-name-accepted")
    smsproof("run", "staging", "--case", "single-send/*", "--case", "life-cycle/*", "--no-fuzz")
    return smsproof.last


def reports(smsproof: Desk, run: str, prefix: str) -> dict[str, bytes]:
    wanted = [word for kind in RENDERERS for word in ("--report", f"{kind}:{prefix}.{kind}")]
    assert smsproof("report", run, *wanted).code == 0
    return {kind: (smsproof.folder / f"{prefix}.{kind}").read_bytes() for kind in RENDERERS}


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((folder / ".smsproof").rglob("*")) if path.is_file())


def texts_of(path: Path) -> set[str]:
    """Texts of messages as this run sent them, read with nothing of ours."""
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT json_extract(body, '$.text') FROM exchange WHERE json_valid(body)").fetchall()
    db.close()
    return {text for (text,) in rows if isinstance(text, str) and len(text) > 20 and len(set(text)) > 8}


def test_no_number_and_no_text_is_left_in_any_byte(smsproof: Desk, run: str) -> None:
    texts = texts_of(smsproof.folder / run)
    before = everything_in(smsproof.folder)
    assert NUMBER.encode() in before and len(texts) >= 3
    assert smsproof("scrub", run).code == 0
    after = everything_in(smsproof.folder)
    for value in (NUMBER, "3038675309", "12191112222", *texts):
        for disguise, shown in everything(value).items():
            assert shown.encode("utf-8", "surrogatepass") not in after, (value, disguise)


def test_every_report_is_byte_for_byte_what_it_was(smsproof: Desk, run: str) -> None:
    before = reports(smsproof, run, "before")
    smsproof("scrub", run)
    assert reports(smsproof, run, "after") == before


def test_scrubbing_twice_is_scrubbing_once(smsproof: Desk, run: str) -> None:
    assert smsproof("scrub", run, "--json").json["before"] is False
    once = reports(smsproof, run, "once")
    assert smsproof("scrub", run, "--json").json["before"] is True
    assert reports(smsproof, run, "twice") == once


def test_nothing_is_left_that_numbers_could_be_tried_against(smsproof: Desk, run: str) -> None:
    smsproof("scrub", run)
    with Ledger.open(smsproof.folder / run) as ledger:
        assert ledger.fact("salt") is None
        assert not any(ledger.notes(case) for case in ledger.acts())


@pytest.mark.parametrize("command", ["judge", "resume", "baseline"])
def test_what_needs_the_values_is_refused_in_one_sentence(smsproof: Desk, run: str, command: str) -> None:
    smsproof("scrub", run)
    done = smsproof(command, run)
    assert done.code == 2
    assert "is scrubbed: the numbers and texts are gone" in done.err


def test_a_run_that_somebody_writes_is_not_scrubbed(smsproof: Desk, run: str) -> None:
    with Ledger.reopen(smsproof.folder / run, []):
        done = smsproof("scrub", run)
    assert done.code == 2
    assert "another runner" in done.err


def test_a_run_that_somebody_reads_is_scrubbed_once_it_is_closed(smsproof: Desk, run: str) -> None:
    with Ledger.open(smsproof.folder / run) as ledger:
        assert ledger.fact("vendor") == "intelepeer"
        done = smsproof("scrub", run)
        assert (done.code, done.err) == (2, f"{run} is being read by somebody. Close it there, then scrub again.\n")
    assert smsproof("scrub", run).code == 0


def test_a_webhook_that_is_still_to_be_put_back_is_not_forgotten(smsproof: Desk, run: str) -> None:
    with Ledger.reopen(smsproof.folder / run, []) as ledger:
        ledger.changing_webhook("+12191112222", "https://hooks.example/mine")
    done = smsproof("scrub", run)
    assert done.code == 2
    assert "smsproof resume" in done.err
    with Ledger.open(smsproof.folder / run) as ledger:
        assert ledger.changed_webhooks() == [("+12191112222", "https://hooks.example/mine")]


def test_compare_reads_a_scrubbed_run(smsproof: Desk, run: str) -> None:
    smsproof("scrub", run)
    assert smsproof("compare", run, run).code == 0
