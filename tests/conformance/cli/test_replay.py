"""`smsproof replay`: one request again, under the live rules, on record of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smsproof_conformance.emulator import Emulator
from smsproof_conformance.records.exchange import Answer, Lost, State
from smsproof_conformance.records.ledger import Ledger
from tests.conformance.cli.desk import Desk


@pytest.fixture
def findings(smsproof: Desk, emulator: Emulator) -> dict[str, dict[str, Any]]:
    """Findings of a wrong server, by requirement."""
    emulator.use_faults("bare-name-accepted", "accepted-sent-twice")
    words = ("--case", "single-send/sender-form", "--case", "life-cycle/*", "--no-fuzz", "--report", "json:run.json")
    told = smsproof("run", "staging", *words, "--json").json
    assert told == __import__("json").loads((smsproof.folder / "run.json").read_text())
    return {finding["requirement"]: finding for finding in told["findings"]}


def replayed(folder: Path) -> list[Path]:
    return sorted(folder.glob(".smsproof/replays/*.sqlite"))


def test_a_finding_that_is_there_exits_1_and_is_recorded_before_it_leaves(
    smsproof: Desk, findings: dict[str, dict[str, Any]]
) -> None:
    done = smsproof("replay", "last", findings["IP-SEND-10"]["id"], "--json")
    assert (done.code, done.json["still_there"]) == (1, True)
    (path,) = replayed(smsproof.folder)
    assert done.json["run"] == str(path.relative_to(smsproof.folder))
    with Ledger.open(path) as ledger:
        (sent,) = ledger.exchanges()
        assert (sent.request.step, sent.state, sent.status) == ("a name without its country", State.ANSWERED, 202)
        assert sent.request.paid and sent.request.parts == 1


def test_a_finding_that_is_mended_exits_0(
    smsproof: Desk, emulator: Emulator, findings: dict[str, dict[str, Any]]
) -> None:
    emulator.use_faults()
    done = smsproof("replay", "last", findings["IP-SEND-10"]["id"])
    assert done.code == 0
    assert "IP-SEND-10 is gone." in done.out


def test_a_finding_about_what_was_delivered_cannot_be_told_from_one_request(
    smsproof: Desk, findings: dict[str, dict[str, Any]]
) -> None:
    done = smsproof("replay", "last", findings["IP-SEND-15"]["id"])
    assert done.code == 7
    assert "--case life-cycle/accepted-is-delivered" in done.out


def test_numbers_and_texts_are_masked_in_what_it_prints(smsproof: Desk, findings: dict[str, dict[str, Any]]) -> None:
    for words in ([], ["--json"]):
        done = smsproof("replay", "last", findings["IP-SEND-10"]["id"], *words)
        assert "3038675309" not in done.out + done.err


def test_last_stays_the_run_whose_finding_it_is(smsproof: Desk, findings: dict[str, dict[str, Any]]) -> None:
    before = smsproof.last
    smsproof("replay", "last", findings["IP-SEND-10"]["id"])
    assert smsproof.last == before
    assert smsproof("replay", "last", findings["IP-SEND-10"]["id"]).code == 1
    assert len(replayed(smsproof.folder)) == 2


def test_an_unknown_finding_is_answered_with_the_nearest(smsproof: Desk, findings: dict[str, dict[str, Any]]) -> None:
    id_ = findings["IP-SEND-10"]["id"]
    done = smsproof("replay", "last", id_[:-1] + "x")
    assert done.code == 2
    assert f"Did you mean {id_}?" in done.err


def rewritten(smsproof: Desk, outcome: Answer | Lost | None, base_url: str | None = None) -> None:
    """The last run as if its sends had ended otherwise, or at another target."""
    with Ledger.reopen(smsproof.folder / smsproof.last, []) as ledger:
        if base_url:
            ledger.set_fact("target", {**ledger.fact("target"), "base_url": base_url})
        if outcome is None:
            ledger._db.execute("UPDATE exchange SET state = 'indeterminate' WHERE paid")
        elif isinstance(outcome, Lost):
            for exchange in list(ledger.exchanges()):
                ledger.settle(exchange.id, outcome)


@pytest.mark.parametrize("outcome", [None, Lost("transport.reset", True, "gone")])
def test_a_paid_send_of_unknown_outcome_is_never_sent_again(
    smsproof: Desk, findings: dict[str, dict[str, Any]], outcome: Lost | None
) -> None:
    rewritten(smsproof, outcome)
    done = smsproof("replay", "last", findings["IP-SEND-10"]["id"])
    assert done.code == 2
    assert "may have been accepted, and is never sent a second time" in done.err
    assert replayed(smsproof.folder) == []


@pytest.mark.parametrize("words", [[], ["--live"], ["--budget", "1"]])
def test_off_loopback_both_permissions_are_needed(
    smsproof: Desk, findings: dict[str, dict[str, Any]], words: list[str]
) -> None:
    rewritten(smsproof, Answer(202, (), b"{}", 0.1), "https://api.example.com")
    done = smsproof("replay", "last", findings["IP-SEND-10"]["id"], *words)
    assert done.code == 2
    assert "--live --budget N" in done.err
    assert replayed(smsproof.folder) == []


def test_a_budget_that_is_too_small_sends_nothing(smsproof: Desk, findings: dict[str, dict[str, Any]]) -> None:
    done = smsproof("replay", "last", findings["IP-SEND-10"]["id"], "--budget", "0", "--json")
    assert (done.code, done.json["still_there"], done.json["exchange"]) == (6, None, None)
    assert "budget" in done.json["stopped"]


def test_a_scrubbed_run_has_nothing_to_send(smsproof: Desk, findings: dict[str, dict[str, Any]]) -> None:
    smsproof("scrub", "last")
    done = smsproof("replay", "last", findings["IP-SEND-10"]["id"])
    assert done.code == 2
    assert "is scrubbed" in done.err
