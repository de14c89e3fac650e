"""Findings of the fuzz phase: alike is one, and only what repeats counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from smsproof_conformance.records.exchange import Answer, Exchange, Request, State
from smsproof_conformance.records.probe import Mode, Probe, is_probe, is_replay
from smsproof_conformance.records.record import NotObserved
from smsproof_conformance.verdicts.confirmation import condensed, key_of
from smsproof_conformance.verdicts.finding import Breach, Severity, Unknown, breach

RULE, OTHER = "IP-SEND-04", "IP-SEND-05"


def seen(number: int, step: str, body: bytes = b"{}", case: str = "fuzz/sendMessage", status: int = 202) -> Exchange:
    request = Request(case, step, "sendMessage", "POST", "/x", (), body, "good")
    return Exchange(number, request, State.ANSWERED, Answer(status, (), b"{}", 0.1))


def word(exchange: Exchange | None, rule: str = RULE, pointer: str = "/to") -> Breach:
    return breach(rule, exchange, expected="e", got="g", pointer=pointer)


def told(*words: Breach | Unknown) -> list[tuple[str, int, Severity, str]]:
    found = [word for word in condensed(words) if isinstance(word, Breach)]
    return [(w.requirement, w.subject.id if w.subject else 0, w.ceiling, w.got) for w in found]


def test_many_probes_with_one_finding_are_told_once_by_the_smallest() -> None:
    probes = [seen(1, "1 negative: a", b"{'a':1}"), seen(2, "2 negative: b", b"{}"), seen(3, "3 replay of 2: b", b"{}")]
    assert told(*(word(probe) for probe in probes)) == [(RULE, 3, Severity.FAIL, "g")]


def test_what_was_not_seen_again_warns() -> None:
    assert told(word(seen(1, "1 negative: a")), word(seen(2, "2 negative: b"))) == [
        (RULE, 1, Severity.WARN, "g (not seen again)")
    ]


def test_what_may_be_charged_is_not_sent_again_and_counts_when_two_different_requests_show_it() -> None:
    def sends(*bodies: bytes) -> list[tuple[str, int, Severity, str]]:
        probes = [seen(number, f"{number} negative: a", body) for number, body in enumerate(bodies, 1)]
        paid = [replace(probe, request=replace(probe.request, paid=True)) for probe in probes]
        found = [found for found in condensed(map(word, paid), charged=True) if isinstance(found, Breach)]
        return [(w.requirement, w.subject.id if w.subject else 0, w.ceiling, w.got) for w in found]

    assert sends(b"{'a':1}", b"{}") == [(RULE, 2, Severity.FAIL, "g")]
    assert sends(b"{}", b"{}") == [(RULE, 1, Severity.WARN, "g (not sent again: it may be charged)")]
    assert sends(b"{}") == [(RULE, 1, Severity.WARN, "g (not sent again: it may be charged)")]


def test_another_requirement_place_or_status_is_another_finding() -> None:
    a, b = seen(1, "1 replay of 1: a"), seen(2, "2 replay of 2: a", status=200)
    assert len(told(word(a), word(b), word(a, OTHER), word(a, pointer="/from"))) == 4


def test_the_same_place_in_another_item_is_the_same_finding() -> None:
    a = seen(1, "1 replay of 1: a")
    assert key_of(word(a, pointer="/0/to")) == key_of(word(a, pointer="/12/to")) == (RULE, "/*/to", 202)
    assert key_of(word(a, pointer="/responses/0/code")) == (RULE, "/responses/*/code", 202)
    assert key_of(word(a, pointer="/a1/to"))[1] == "/a1/to"


def test_findings_of_cases_stay_as_they_are_and_first() -> None:
    own = seen(7, "1 replay of 1: a name like a replay", case="single-send/x")
    probe = seen(8, "1 replay of 1: a")
    assert [t[1] for t in told(word(probe), word(own), word(own), word(None))] == [7, 7, 0, 8]


def test_an_unknown_passes() -> None:
    unknown = Unknown(RULE, "r")
    assert list(condensed([unknown])) == [unknown]


def test_what_a_judge_raises_comes_after_what_it_said() -> None:
    def judgement() -> Iterator[Breach]:
        yield word(seen(1, "1 replay of 1: a"))
        raise NotObserved("no more")

    found = condensed(judgement())
    assert isinstance(next(found), Breach)
    with pytest.raises(NotObserved):
        next(found)


def test_a_step_tells_number_mode_and_what_was_done() -> None:
    probe = Probe("sendMessage", Mode.NEGATIVE, "to: left out")
    assert probe.case == "fuzz/sendMessage"
    assert probe.step(12) == "12 negative: to: left out"
    assert probe.step(40, replayed=12) == "40 replay of 12: to: left out"
    assert len(Probe("sendMessage", Mode.COVERAGE, "x" * 500).step(1)) < 100


def test_probes_and_replays_are_told_apart_by_case_and_step() -> None:
    assert is_probe(seen(1, "1 coverage: a")) and not is_replay(seen(1, "1 coverage: a replay of 2: b"))
    assert is_replay(seen(1, "3 replay of 2: a"))
    assert not is_probe(seen(1, "1 coverage: a", case="fuzzy/sendMessage"))


def test_a_probe_is_paid_when_its_operation_is_and_it_has_a_body() -> None:
    assert Probe("sendMessage", Mode.POSITIVE, "", b"{}").request("s", "POST", "/x", True).paid
    assert not Probe("sendMessage", Mode.COVERAGE, "").request("s", "POST", "/x", True).paid
    assert (
        Probe("getWebhook", Mode.COVERAGE, "", query="endpoint=1").request("s", "GET", "/x", False).target
        == "/x?endpoint=1"
    )
