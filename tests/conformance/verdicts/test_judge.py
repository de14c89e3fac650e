"""Judging: a pure function of the record. Severity follows provenance, unknown is no failure, nothing seen is no success."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from smsproof_conformance.case import Case, Section
from smsproof_conformance.exit_code import ExitCode, strongest
from smsproof_conformance.records.exchange import Answer, Lost, Request, encode
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.record import Record, Seen, body
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Target
from smsproof_conformance.verdicts.finding import Breach, Judgement, Unknown, Verdict, breach, oddity
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_spec import contract as contracts

CONTRACT = contracts.load("intelepeer")
TARGET = Target(name="t", vendor="intelepeer", base_url="http://127.0.0.1:1", token_env="T")
STATED, IMPLIED = "IP-SEND-15", "IP-SEND-20"


def case(*words: Breach | Unknown, act: bool = True, judge: Callable[[Seen], Judgement] | None = None) -> Case:
    """A scenario `s/c` that says `words`, or judges by `judge`."""
    section = Section("intelepeer", "s")

    async def nothing(do: Actor) -> None:
        raise AssertionError("judging must not act")

    def say(seen: Seen) -> Iterator[Breach | Unknown]:
        yield from words

    draft = section.scenario("c", observes=(STATED, IMPLIED), does="d", expects="e")(nothing)
    return draft.judge(judge or say)


def judged(ledger: Ledger, *cases: Case, strict: bool = False) -> Judged:
    return judge(ledger, CONTRACT, cases, strict=strict)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.in_memory() as ledger:
        ledger.set_fact("target", TARGET.model_dump(mode="json"))
        ledger.plan(["s/c"])
        ledger.mark("s/c", "acted")
        yield ledger


def record(ledger: Ledger, outcome: Answer | Lost | None, step: str = "one", paid: bool = True) -> None:
    request = Request("s/c", step, "sendMessage", "POST", "/send", (), encode({"text": "Hi"}), "good", paid, 1)
    id_ = ledger.intend(request)
    if outcome is not None:
        ledger.settle(id_, outcome)


def answer(status: int, value: Any) -> Answer:
    return Answer(status, (("Content-Type", "application/json"),), encode(value), 0.01)


def test_a_stated_requirement_fails(ledger: Ledger) -> None:
    run = judged(ledger, case(breach(STATED, None, expected="202", got="200")))
    assert (run.cases[0].verdict, run.exit_code) == (Verdict.FAIL, ExitCode.CONTRACT_FAILURES)


@pytest.mark.parametrize(
    "word",
    [breach(IMPLIED, None, expected="a", got="b"), oddity(STATED, None, expected="a", got="b")],
    ids=["implied", "oddity of a stated one"],
)
def test_everything_else_warns_and_fails_only_when_strict(ledger: Ledger, word: Breach) -> None:
    mild, strict = judged(ledger, case(word)), judged(ledger, case(word), strict=True)
    assert (mild.cases[0].verdict, mild.exit_code) == (Verdict.WARN, ExitCode.CONFORMANT)
    assert (strict.cases[0].verdict, strict.exit_code) == (Verdict.FAIL, ExitCode.CONTRACT_FAILURES)


def test_what_cannot_be_told_is_indeterminate_and_exits_7(ledger: Ledger) -> None:
    run = judged(ledger, case(Unknown(STATED, "not seen in time")))
    assert (run.cases[0].verdict, run.cases[0].reason) == (Verdict.INDETERMINATE, "not seen in time")
    assert run.exit_code is ExitCode.INDETERMINATE


def test_a_failure_beside_something_unknown_is_a_failure(ledger: Ledger) -> None:
    run = judged(ledger, case(Unknown(STATED, "u"), breach(STATED, None, expected="a", got="b")))
    assert (run.cases[0].verdict, run.exit_code) == (Verdict.FAIL, ExitCode.CONTRACT_FAILURES)


def test_a_step_that_was_never_acted_is_not_observed(ledger: Ledger) -> None:
    def look(seen: Seen) -> Judgement:
        yield breach(STATED, seen["another"], expected="a", got="b")

    run = judged(ledger, case(judge=look))
    assert run.cases[0].verdict is Verdict.SKIP
    assert run.cases[0].reason.startswith("not observed")


@pytest.mark.parametrize(
    ("outcome", "paid", "verdict"),
    [
        (Lost("transport.reset", True, "gone"), True, Verdict.INDETERMINATE),
        (Lost("transport.reset", True, "gone"), False, Verdict.ERROR),
        (Lost("transport.refused", False, "no"), True, Verdict.ERROR),
        (None, True, Verdict.INDETERMINATE),
    ],
    ids=["paid and lost", "free and lost", "never sent", "runner died"],
)
def test_a_lost_answer_is_an_error_or_for_a_paid_request_unknown(
    ledger: Ledger, outcome: Lost | None, paid: bool, verdict: Verdict
) -> None:
    def look(seen: Seen) -> Judgement:
        yield breach(STATED, seen["one"], expected="a", got="b")

    record(ledger, outcome, paid=paid)
    assert judged(ledger, case(judge=look)).cases[0].verdict is verdict


@pytest.mark.parametrize("data", [b"", b"<html>", b'{"a":1,"a":2}', b"[]", b'{"a":NaN}', b"\xff", b'"text"'])
def test_an_unreadable_answer_is_a_finding_of_the_json_requirement(ledger: Ledger, data: bytes) -> None:
    def look(seen: Seen) -> Judgement:
        if "code" not in body(seen["one"]):
            yield breach(STATED, seen["one"], expected="a", got="b")

    record(ledger, Answer(202, (), data, 0.01))
    (finding,) = judged(ledger, case(judge=look)).findings
    assert finding.requirement == "IP-HOUSE-01"


def test_an_answer_cut_at_the_cap_is_unreadable_even_if_its_start_is_json(ledger: Ledger) -> None:
    def look(seen: Seen) -> Judgement:
        body(seen["one"])
        yield from ()

    record(ledger, Answer(202, (), b"{}", 0.01, malformed="oversize"))
    assert [finding.got for finding in judged(ledger, case(judge=look)).findings] == [
        "oversize: the body could not be read whole"
    ]


def test_a_skipped_case_keeps_its_reason(ledger: Ledger) -> None:
    ledger.mark("s/c", "skipped", "the target does not declare numbers.foreign")
    (result,) = judged(ledger, case()).cases
    assert (result.verdict, result.reason) == (Verdict.SKIP, "the target does not declare numbers.foreign")


def test_a_run_in_which_everything_was_skipped_is_no_success(ledger: Ledger) -> None:
    ledger.mark("s/c", "skipped", "no reason")
    assert judged(ledger, case()).exit_code is ExitCode.NOTHING_SELECTED


def test_no_case_at_all_is_no_success(ledger: Ledger) -> None:
    assert judged(ledger).exit_code is ExitCode.NOTHING_SELECTED


def test_a_standing_judge_without_anything_to_look_at_is_skipped(ledger: Ledger) -> None:
    section = Section("intelepeer", "s")

    @section.standing("w", observes=(STATED,), does="d", expects="e")
    def whole(record: Record) -> Judgement:
        for exchange in record.answered("sendMessage"):
            yield breach(STATED, exchange, expected="a", got="b")

    assert judged(ledger, whole).cases[0].verdict is Verdict.SKIP
    record(ledger, answer(202, {}))
    assert judged(ledger, whole).cases[0].verdict is Verdict.FAIL


def test_the_same_breach_twice_is_one_finding(ledger: Ledger) -> None:
    word = breach(STATED, None, expected="a", got="b")
    assert len(judged(ledger, case(word, word)).findings) == 1


def test_a_requirement_passes_when_a_case_that_failed_for_another_one_observed_it(ledger: Ledger) -> None:
    run = judged(ledger, case(breach(STATED, None, expected="a", got="b")))
    verdicts = {result.id: result.verdict for result in run.requirements}
    assert (verdicts[STATED], verdicts[IMPLIED], verdicts["IP-BULK-05"]) == (Verdict.FAIL, Verdict.PASS, Verdict.SKIP)


def test_accepted_messages_are_counted_from_the_answers(ledger: Ledger) -> None:
    record(ledger, answer(202, {"code": 202}), "single")
    record(ledger, answer(207, {"responses": [{"code": 202}, {"code": 400}, {"code": 202}]}), "bulk")
    record(ledger, answer(400, {"code": 400}), "refused")
    record(ledger, Lost("transport.reset", True, ""), "lost")
    run = judged(ledger, case())
    assert (run.requests, run.accepted) == (4, 3)


@pytest.mark.parametrize(
    ("held", "code"),
    [
        ([1, 7], 1),
        ([4, 1], 1),
        ([6, 1], 6),
        ([2, 6], 2),
        ([3, 2], 3),
        ([130, 3], 130),
        ([143, 1], 143),
        ([5, 7], 7),
        ([4, 7], 4),
        ([], 0),
        ([0, 5], 5),
    ],
)
def test_when_several_exit_codes_hold_the_strongest_wins(held: list[int], code: int) -> None:
    assert strongest(ExitCode(number) for number in held) == code
