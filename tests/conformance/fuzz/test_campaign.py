"""The fuzz phase as a whole: what it finds, what it never does, and how it ends.

Most runs are against second servers (written from the pages alone, in the test's own process), so that each wrong one
is a few lines; the runs over real HTTP are against the emulators.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from smsproof_conformance.case import Case, Section, Standing, cases
from smsproof_conformance.emulator import running
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.fuzz import campaign
from smsproof_conformance.fuzz.effort import Effort
from smsproof_conformance.fuzz.phase import fuzz_phase
from smsproof_conformance.records.exchange import Answer, Exchange, Lost, Request, State
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.probe import is_probe, is_replay
from smsproof_conformance.records.record import Record
from smsproof_conformance.runs.charge import Budget
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets.demonstration import SECRETS, target
from smsproof_conformance.targets.target import Numbers, Target
from smsproof_conformance.verdicts.finding import Finding, Judgement, Severity
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_conformance.wire.peer import Peer
from smsproof_spec import contract as contracts
from tests.conformance.cases import second_intelepeer, second_messangi
from tests.conformance.cases.second_intelepeer import Refuse

LOCAL = "http://127.0.0.1:9"
NUMBERS = {
    "intelepeer": Numbers(
        long_codes=("+12191112222", "+12161112222"),
        short_codes=("1-12345",),
        alphanumerics=("57-MyCompany",),
        destinations=("+13038675309", "+13038678888"),
    ),
    "messangi": Numbers(short_codes=("12345",), alphanumerics=("COMPANY",), destinations=("+580000000005",)),
}
IntelePeer, Messangi = second_intelepeer.Right, second_messangi.Right


@dataclass(frozen=True)
class Ran:
    """What a fuzz phase left behind."""

    strict: Judged
    mild: Judged
    exchanges: tuple[Exchange, ...]
    acts: dict[str, tuple[str, str]]
    fuzz: dict[str, Any]
    stopped: dict[str, Any] | None

    @property
    def requests(self) -> list[tuple[str, str, str, bytes | None]]:
        return [(e.request.case, e.request.step, e.request.target, e.request.body) for e in self.exchanges]

    def found(self) -> list[tuple[str, Severity]]:
        return [(finding.requirement, finding.severity) for finding in self.mild.findings]

    def body_of(self, finding: Finding) -> Any:
        return next(json.loads(e.request.body or b"null") for e in self.exchanges if e.id == finding.exchange)


def a_target(vendor: str, base_url: str = LOCAL, numbers: Numbers | None = None) -> Target:
    return Target(
        name="second", vendor=vendor, base_url=base_url, token_env="T", numbers=numbers or NUMBERS[vendor],
        public_url=None if base_url == LOCAL else "https://inbox.example.com",
    )  # fmt: skip


def standing(vendor: str, only: Sequence[str] = ("requests/", "account/")) -> list[Case]:
    """The standing cases that speak of any data; the others are tested with their own sections."""
    return [case for case in cases(vendor).values() if isinstance(case, Standing) and case.id.startswith(tuple(only))]


def fuzz(
    server: Any,
    *,
    seed: int = 1,
    examples: int = 4,
    seconds: float = 60,
    at: Target | None = None,
    selected: Sequence[Case] | None = None,
    budget: int | None = None,
    interruption: Interruption | None = None,
    controlled: bool = True,
) -> Ran:
    """A run of nothing but the fuzz phase against a second server; `controlled`: it proves to be a test system."""
    vendor = "messangi" if isinstance(server, Messangi) else "intelepeer"
    contract = contracts.load(vendor)
    chosen = standing(vendor) if selected is None else selected
    with Ledger.in_memory() as ledger:
        run = Run(
            at or a_target(vendor), SECRETS, contract, ledger, Budget(budget), interruption=interruption or Interruption(),
            peer=lambda *_: Peer(server, server if controlled else None),
        )  # fmt: skip
        run.start(chosen, seed=seed, then=campaign.phase(chosen, Effort(seed, examples, seconds)))
        return ran(ledger, vendor, chosen)


def ran(ledger: Ledger, vendor: str, selected: Sequence[Case]) -> Ran:
    contract = contracts.load(vendor)
    return Ran(
        strict=judge(ledger, contract, selected, strict=True),
        mild=judge(ledger, contract, selected, strict=False),
        exchanges=tuple(ledger.exchanges()),
        acts=ledger.acts(),
        fuzz=ledger.fact("fuzz"),
        stopped=ledger.fact("stopped"),
    )


def over_http(vendor: str, seed: int, examples: int = 3) -> Ran:
    """A run of every standing case and the fuzz phase against an emulator of its own."""
    selected = standing(vendor, [""])
    with running(vendor) as emulator, Ledger.in_memory(SECRETS.values()) as ledger:
        at = target(vendor, emulator.url, emulator.control)
        Run(at, SECRETS, contracts.load(vendor), ledger).start(
            selected, seed=seed, then=fuzz_phase(selected, Effort(seed, examples))
        )
        return ran(ledger, vendor, selected)


# What is right is never accused.


@pytest.mark.parametrize("vendor", ["intelepeer", "messangi"])
def test_the_right_emulator_has_no_finding_and_the_same_seed_gives_the_same_requests(vendor: str) -> None:
    first, second = over_http(vendor, seed=1), over_http(vendor, seed=1)
    assert first.strict.findings == second.strict.findings == []
    assert first.requests == second.requests
    assert len(first.requests) > 150
    other = over_http(vendor, seed=2)
    assert other.strict.findings == []
    assert other.requests != first.requests


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 51))
@pytest.mark.parametrize("vendor", ["intelepeer", "messangi"])
def test_the_right_emulator_has_no_finding_by_any_seed(vendor: str, seed: int) -> None:
    selected = list(cases(vendor).values())
    with running(vendor) as emulator, Ledger.in_memory(SECRETS.values()) as ledger:
        at = target(vendor, emulator.url, emulator.control)
        Run(at, SECRETS, contracts.load(vendor), ledger).start(
            selected, seed=seed, then=fuzz_phase(selected, Effort(seed, 6))
        )
        assert ran(ledger, vendor, selected).strict.findings == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 4))
@pytest.mark.parametrize("server", [IntelePeer, Messangi])
def test_somebody_else_s_right_server_has_no_finding_by_any_seed(server: Callable[[], Any], seed: int) -> None:
    found = fuzz(
        server(), seed=seed, selected=standing("messangi" if server is Messangi else "intelepeer", [""]), examples=20
    )
    assert found.strict.findings == []


@pytest.mark.parametrize("server", [IntelePeer, Messangi])
def test_somebody_else_s_right_server_has_no_finding(server: Callable[[], Any]) -> None:
    found = fuzz(server(), selected=standing("messangi" if server is Messangi else "intelepeer", [""]), examples=8)
    assert found.strict.findings == []
    assert found.fuzz["ended"] == "everything was sent"


def test_nobody_is_texted_who_is_not_the_target_s_own() -> None:
    server = IntelePeer()
    fuzz(server, examples=10)
    assert len(server.sent) > 50
    assert {message.to for message in server.sent} <= {"+13038675309", "+13038678888"}
    assert {message.sender for message in server.sent} <= {"+12191112222", "+12161112222", "1-12345", "57-MyCompany"}


def test_the_webhooks_are_put_back() -> None:
    server = IntelePeer()
    server.webhooks = {"+12191112222": "https://a.example/mine", "1-12345": "https://a.example/short"}
    fuzz(server)
    assert server.webhooks["+12191112222"] == "https://a.example/mine"
    assert server.webhooks["1-12345"] == "https://a.example/short"


def test_a_target_without_numbers_is_fuzzed_with_what_is_left() -> None:
    found = fuzz(IntelePeer(), at=a_target("intelepeer", numbers=Numbers()))
    assert found.fuzz["ended"] == "everything was sent"
    assert found.strict.findings == []


# What is wrong is found, made small and seen again.


class TakesNumbersWithoutPlus(IntelePeer):
    def check(self, value: Any) -> None:
        if isinstance(value, dict) and isinstance(value.get("to"), str):
            value = {**value, "to": "+" + value["to"].removeprefix("+")}
        super().check(value)


def test_a_defect_is_found_under_its_requirement_and_counts_when_it_repeats() -> None:
    found = fuzz(TakesNumbersWithoutPlus())
    assert {*found.found()} == {("IP-SEND-11", Severity.FAIL)}
    for finding in found.mild.findings:
        assert finding.step is not None and " replay of " in finding.step
    single = next(finding for finding in found.mild.findings if finding.pointer == "/to")
    assert found.body_of(single)["to"] == "13038675309"
    assert found.mild.exit_code == ExitCode.CONTRACT_FAILURES


def test_where_a_send_may_be_charged_none_is_replayed_and_what_two_requests_show_counts() -> None:
    found = fuzz(TakesNumbersWithoutPlus(), examples=10, controlled=False)
    assert ("IP-SEND-11", Severity.FAIL) in found.found()
    paid = [exchange.request for exchange in found.exchanges if exchange.request.paid]
    assert not [request for request in paid if " replay of " in request.step]
    bodies = [(request.operation, request.body) for request in paid]
    assert len(set(bodies)) == len(bodies)


def test_many_requests_with_one_defect_are_one_finding_a_place() -> None:
    pointers = [finding.pointer for finding in fuzz(TakesNumbersWithoutPlus(), examples=10).mild.findings]
    assert sorted(pointers, key=len)[0] == "/to"
    assert len(pointers) == 2 and pointers[1].endswith("/to")


class LeavesTheThirdUnchecked(IntelePeer):
    """From the third message of a list on, texts are not looked at."""

    def send(self, value: Any) -> tuple[int, Any]:
        if isinstance(value, list):
            value = [
                {**item, "text": str(item.get("text"))} if at >= 2 and isinstance(item, dict) else item
                for at, item in enumerate(value)
            ]
        return super().send(value)


@pytest.mark.soak
def test_a_defect_that_needs_a_list_of_three_is_shrunk_to_three() -> None:
    found = fuzz(LeavesTheThirdUnchecked(), examples=40)
    assert {requirement for requirement, _ in found.found()} == {"IP-SEND-05"}
    assert {len(found.body_of(finding)) for finding in found.mild.findings} == {3}


class AcceptsOnlyTheFirstTime(TakesNumbersWithoutPlus):
    taken = 0

    def check(self, value: Any) -> None:
        wrong = isinstance(value, dict) and value.get("to") == "13038675309"
        self.taken += wrong
        if wrong and self.taken > 1:
            raise Refuse(400)
        super().check(value)


def test_what_does_not_repeat_warns() -> None:
    found = fuzz(AcceptsOnlyTheFirstTime())
    assert found.found() == [("IP-SEND-11", Severity.WARN)]
    assert found.mild.findings[0].got == "202 (not seen again)"
    assert found.mild.exit_code == ExitCode.CONFORMANT
    assert found.strict.exit_code == ExitCode.CONTRACT_FAILURES


class GivesTheFirstUrl(IntelePeer):
    """Remembers every webhook, and gives the first one that a number ever had."""

    def __init__(self) -> None:
        super().__init__()
        self.first: dict[str, str] = {}

    def set(self, value: Any) -> tuple[int, Any]:
        answer = super().set(value)
        for number, webhook in self.webhooks.items():
            self.first.setdefault(number, webhook)
        return answer

    def get(self, endpoints: list[str]) -> tuple[int, Any]:
        held, self.webhooks = self.webhooks, {**self.webhooks, **self.first}
        try:
            return super().get(endpoints)
        finally:
            self.webhooks = held


def test_a_defect_of_state_is_found_by_a_sequence_and_seen_again() -> None:
    found = fuzz(GivesTheFirstUrl(), examples=10)
    assert found.found() == [("IP-HOOKGET-11", Severity.WARN)]
    assert "not seen again" not in found.mild.findings[0].got
    steps = [step for case, step, _, _ in found.requests if case == "fuzz/getWebhook" and "replay of" in step]
    assert any(step.endswith(": read") for step in steps)


class ListsTheRightOnes(Messangi):
    """Takes a number with a plus for an invalid one."""

    def batch(self, value: Any) -> Any:
        answer = super().batch(value)
        entries = answer["data"]["ids"]
        answer["data"]["ids"] = [entry for entry in entries if not entry["mobile"].startswith("+")]
        answer["data"]["invalidNumber"] = [
            *(answer["data"].get("invalidNumber") or []),
            *(entry["mobile"] for entry in entries if entry["mobile"].startswith("+")),
        ]
        return answer


def test_a_right_recipient_among_the_invalid_ones_is_found() -> None:
    found = fuzz(ListsTheRightOnes(), examples=15)
    # A right recipient without an id is missing from data.ids (S2:492), and stands where only malformed ones do (S2:500).
    assert {("MS-BRESP-04", Severity.FAIL), ("MS-BRESP-07", Severity.FAIL)} <= set(found.found())


# What holds for every request.


def _again(exchange: Exchange) -> bool:
    """Whether a request may be one that was sent before: to see whether a finding repeats, or in another state."""
    return is_replay(exchange) or " sequence: " in exchange.request.step


@pytest.mark.parametrize("server", [IntelePeer, Messangi])
def test_no_request_is_sent_twice_but_replays_and_the_steps_of_sequences(server: type[Any]) -> None:
    ran = fuzz(server(), examples=8)
    probes = [
        e.request for e in ran.exchanges if is_probe(e) and not _again(e)
    ]  # the keeper of webhooks reads for itself
    sent = [(request.method, request.target, request.body) for request in probes]
    assert len(sent) > 150
    assert len(set(sent)) == len(sent)


class Watched(IntelePeer):
    """Looks, as each request comes in, whether the run's record already has it."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger: Ledger | None = None
        self.unrecorded = 0

    async def exchange(self, request: Request) -> Answer:
        assert self.ledger is not None
        last = list(self.ledger.exchanges())[-1]
        self.unrecorded += (last.request.step, last.state) != (request.step, State.SENDING)
        return await super().exchange(request)


def test_every_request_is_on_record_before_it_leaves_with_what_its_generator_knew() -> None:
    server = Watched()
    with Ledger.in_memory() as ledger:
        server.ledger = ledger
        Run(
            a_target("intelepeer"), SECRETS, contracts.load("intelepeer"), ledger, peer=lambda *_: Peer(server, None)
        ).start([], seed=1, then=campaign.phase([], Effort(1, 1)))
        notes = ledger.notes("fuzz/sendMessage")
        steps = {e.request.step for e in ledger.exchanges() if e.request.case == "fuzz/sendMessage"}
    assert server.unrecorded == 0
    assert steps == notes.keys() and len(steps) > 100
    known = next(note for step, note in notes.items() if "Missing required property: to" in step)
    assert known == {
        "mode": "coverage", "what": "Missing required property: to", "location": "/oneOf/0/required"
    }  # fmt: skip


def test_off_loopback_nothing_is_sent_and_the_reason_is_on_record() -> None:
    found = fuzz(IntelePeer(), at=a_target("intelepeer", "https://api.example.com"))
    assert found.exchanges == ()
    assert found.acts["fuzz/sendMessage"] == ("skipped", campaign.OFF_LOOPBACK)
    assert "loopback" in campaign.OFF_LOOPBACK


def test_nothing_of_another_page_is_called() -> None:
    assert not any("mdr" in target for _, _, target, _ in fuzz(IntelePeer()).requests)


def test_no_folder_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYPOTHESIS_STORAGE_DIRECTORY", raising=False)
    fuzz(IntelePeer())
    assert list(tmp_path.iterdir()) == []


# How it ends.


def test_the_time_limit_ends_it_in_good_order() -> None:
    found = fuzz(IntelePeer(), seconds=0)
    assert found.exchanges == ()
    assert found.fuzz["ended"] == "the time limit of 0 s"
    assert found.acts["fuzz/sendMessage"] == ("stopped", "the time limit of 0 s")
    assert found.stopped is None


def test_what_was_found_before_the_time_limit_is_still_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = 0

    class Slow(TakesNumbersWithoutPlus):
        def answer(self, *request: Any) -> tuple[int, Any]:
            nonlocal seen
            seen += 1
            if seen == 120:
                # Of this module alone: a moved clock of the process would make the loops of shared servers sleep on.
                monkeypatch.setattr(campaign, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + 100))
            return super().answer(*request)

    found = fuzz(Slow(), seconds=60)
    assert found.fuzz["ended"] == "the time limit of 60 s"
    assert found.found() == [("IP-SEND-11", Severity.FAIL)]


def test_the_budget_holds_and_stops_the_run() -> None:
    found = fuzz(IntelePeer(), budget=3)
    assert found.stopped is not None and found.stopped["code"] == ExitCode.SAFETY_LIMIT
    assert sum(e.request.parts for e in found.exchanges if e.status == 202) <= 3
    assert found.acts["fuzz/sendMessage"][0] == "stopped"


class Silent(IntelePeer):
    async def exchange(self, request: Request) -> Answer | Lost:  # type: ignore[override]
        return Lost("transport.refused", False, "connection refused")


def test_a_target_that_went_away_ends_the_run() -> None:
    found = fuzz(Silent())
    assert found.stopped is not None and found.stopped["code"] == ExitCode.UNREACHABLE
    assert len(found.exchanges) < 10


class Interrupting(IntelePeer):
    """A signal comes while the tenth request is under way."""

    def __init__(self, interruption: Interruption) -> None:
        super().__init__()
        self._interruption = interruption
        self._seen = 0

    async def exchange(self, request: Request) -> Answer:
        self._seen += 1
        if self._seen == 10:
            self._interruption.code = ExitCode.INTERRUPTED
        return await super().exchange(request)


def test_a_signal_ends_it_after_the_request_under_way() -> None:
    interruption = Interruption()
    found = fuzz(Interrupting(interruption), interruption=interruption)
    assert len(found.exchanges) == 10
    assert found.stopped is not None and found.stopped["code"] == ExitCode.INTERRUPTED


def test_a_mistake_in_a_case_is_no_finding_but_ends_the_run() -> None:
    section = Section("intelepeer", "broken")

    @section.standing("mistake", observes=("IP-SEND-15",), does="d", expects="e")
    def mistaken(record: Record) -> Judgement:
        yield from _nothing()
        raise KeyError("a mistake of ours")

    with pytest.raises(KeyError, match="a mistake of ours"):
        fuzz(IntelePeer(), selected=[mistaken])


def _nothing() -> Iterator[Any]:
    return iter(())


def test_no_effort_is_no_phase() -> None:
    assert fuzz_phase([], None) is None
