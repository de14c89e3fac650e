"""A run under bad luck: killed, interrupted, out of disk, out of budget. Nothing is lost, sent twice or left changed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from smsproof_conformance.case import Case, Scenario, Section, cases
from smsproof_conformance.emulator import running
from smsproof_conformance.records.exchange import Answer, Lost, Request, State, encode
from smsproof_conformance.records.ledger import Ledger, LedgerError, LedgerFailure
from smsproof_conformance.records.record import Seen
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.runs.breaker import Breaker, Unavailable
from smsproof_conformance.runs.charge import Budget
from smsproof_conformance.runs.pace import Pace
from smsproof_conformance.runs.rehearsal import NoCarrier, NoSteering, rehearse
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets.demonstration import SECRETS, target
from smsproof_conformance.targets.target import Fact, Secrets, Target
from smsproof_conformance.verdicts.finding import Judgement
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.wire.peer import Peer
from smsproof_spec import contract as contracts
from tests.conformance.runs.accounts import accounted, reports

CONTRACT = contracts.load("intelepeer")
LOCAL = target("intelepeer", "http://127.0.0.1:1", "http://127.0.0.1:1/_smsproof")
LIVE = LOCAL.model_copy(update={"base_url": "https://api.example.com", "public_url": "https://inbox.example.com"})
MESSAGE = {"from": "+12191112222", "to": "+13038675309", "text": "Hello"}


class Scripted(NoCarrier):
    """A vendor in one function: gets each request, gives the answer."""

    def __init__(self, answer: Callable[[Request], Answer | Lost]) -> None:
        self.seen: list[Request] = []
        self._answer = answer

    async def exchange(self, request: Request) -> Answer | Lost:  # type: ignore[override]
        self.seen.append(request)
        return self._answer(request)


def json(status: int, value: Any) -> Answer:
    return Answer(status, (("Content-Type", "application/json"),), encode(value), 0.0)


def scenario(act: Callable[[Actor], Any], name: str = "c", needs: tuple[Fact, ...] = ()) -> Case:
    def nothing(seen: Seen) -> Judgement:
        yield from ()

    return (
        Section("intelepeer", "s").scenario(name, observes=(), does="d", expects="e", needs=needs)(act).judge(nothing)
    )


def started(carrier: NoCarrier, cases: list[Case], at: Target = LOCAL, budget: int | None = None) -> Ledger:
    ledger = Ledger.in_memory()
    run = Run(at, SECRETS, CONTRACT, ledger, Budget(budget), peer=lambda _, __: Peer(carrier, NoSteering()))
    run.start(cases, seed=1)
    return ledger


async def send(do: Actor) -> None:
    await do.call("send", "sendMessage", MESSAGE)


async def set_webhook(do: Actor) -> None:
    body = {"endpoints": ["+12191112222"], "webhook": do.hook("h").url}
    await do.call("set", "setWebhook", body)


def test_a_paid_send_that_got_no_answer_is_not_repeated() -> None:
    carrier = Scripted(lambda _: Lost("transport.reset", True, "gone"))
    ledger = started(carrier, [scenario(send)])
    assert len(carrier.seen) == 1
    assert [exchange.state for exchange in ledger.exchanges()] == [State.UNANSWERED]


def test_a_refused_connection_is_tried_again_twice_because_nothing_left() -> None:
    carrier = Scripted(lambda _: Lost("transport.refused", False, "refused"))
    ledger = started(carrier, [scenario(send)])
    assert len(carrier.seen) == 3
    assert [exchange.state for exchange in ledger.exchanges()] == [State.NOT_SENT]


def test_a_run_stops_when_the_target_never_answers() -> None:
    carrier = Scripted(lambda _: Lost("transport.refused", False, "refused"))
    ledger = started(carrier, [scenario(send, f"c{n}") for n in range(50)])
    assert ledger.fact("stopped")["code"] == 4
    assert len(list(ledger.exchanges())) == 3


def test_the_budget_counts_parts_before_they_leave() -> None:
    carrier = Scripted(lambda _: json(202, {"code": 202}))

    async def three_parts(do: Actor) -> None:
        await do.call("long", "sendMessage", {**MESSAGE, "text": "x" * 307})

    ledger = started(carrier, [scenario(send, "one"), scenario(three_parts, "three"), scenario(send, "last")], budget=3)
    assert [request.step for request in carrier.seen] == ["send"]
    assert ledger.fact("stopped")["code"] == 6
    assert ledger.acts()["s/last"][0] == "planned"


def test_what_the_vendor_refused_is_given_back_to_the_budget() -> None:
    carrier = Scripted(lambda _: json(400, {"code": 400}))
    started(carrier, [scenario(send, f"c{n}") for n in range(5)], budget=1)
    assert len(carrier.seen) == 5


def test_a_stranger_is_never_texted_off_loopback_and_the_case_says_so() -> None:
    async def stranger(do: Actor) -> None:
        await do.call("s", "sendMessage", {**MESSAGE, "to": "+447700900123"})

    carrier = Scripted(lambda _: json(202, {}))
    ledger = started(carrier, [scenario(stranger)], LIVE, budget=5)
    assert carrier.seen == []
    assert ledger.acts()["s/c"] == ("skipped", "s: it names a destination outside numbers.destinations")


def test_a_webhook_is_read_before_it_is_changed_and_put_back_afterwards() -> None:
    def vendor(request: Request) -> Answer:
        return json(200, {"webhook": "https://before.example.com/"}) if request.method == "GET" else json(201, {})

    carrier = Scripted(vendor)
    ledger = started(carrier, [scenario(set_webhook)], LIVE)
    assert [request.step for request in carrier.seen] == ["read +12191112222", "set", "restore +12191112222"]
    assert carrier.seen[-1].json == {"endpoints": ["+12191112222"], "webhook": "https://before.example.com/"}
    assert ledger.changed_webhooks() == []


@pytest.mark.parametrize("found", [json(200, {"webhook": None}), json(404, {}), Lost("transport.reset", True, "")])
def test_a_webhook_that_could_not_be_put_back_is_not_changed_off_loopback(found: Answer | Lost) -> None:
    carrier = Scripted(lambda _: found)
    ledger = started(carrier, [scenario(set_webhook)], LIVE)
    assert [request.method for request in carrier.seen] == ["GET"]
    assert ledger.acts()["s/c"][0] == "skipped"


def test_a_webhook_that_cannot_be_restored_is_on_record_and_said() -> None:
    def vendor(request: Request) -> Answer:
        if request.method == "GET":
            return json(200, {"webhook": "https://before.example.com/"})
        return json(201 if request.step == "set" else 503, {})

    ledger = started(Scripted(vendor), [scenario(set_webhook)], LIVE)
    assert ledger.changed_webhooks() == [("+12191112222", "https://before.example.com/")]


def test_a_defect_in_a_case_still_puts_the_webhook_back() -> None:
    async def broken(do: Actor) -> None:
        await set_webhook(do)
        raise ZeroDivisionError

    def vendor(request: Request) -> Answer:
        return json(200, {"webhook": "https://before.example.com/"}) if request.method == "GET" else json(201, {})

    carrier = Scripted(vendor)
    with pytest.raises(ZeroDivisionError):
        started(carrier, [scenario(broken)], LIVE)
    assert carrier.seen[-1].step == "restore +12191112222"


def test_a_ledger_that_cannot_be_written_stops_sending_and_still_restores_the_webhook(tmp_path: Path) -> None:
    def vendor(request: Request) -> Answer:
        return json(200, {"webhook": "https://before.example.com/"}) if request.method == "GET" else json(201, {})

    carrier = Scripted(vendor)
    ledger = Ledger.create(tmp_path / "run.sqlite", ())

    async def then_the_disk_fills(do: Actor) -> None:
        await set_webhook(do)
        ledger._db.execute("PRAGMA max_page_count = 1")  # pyright: ignore[reportPrivateUsage]
        while True:
            await do.call("send", "sendMessage", {**MESSAGE, "text": "x" * 1000})

    run = Run(LOCAL, SECRETS, CONTRACT, ledger, peer=lambda _, __: Peer(carrier, NoSteering()))
    with pytest.raises(LedgerFailure, match=r"run\.sqlite: database or disk is full"):
        run.start([scenario(then_the_disk_fills)], seed=1)
    assert carrier.seen[-1].step == "restore +12191112222"
    ledger.close()


def test_a_second_runner_on_one_run_fails_at_once(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    with Ledger.create(path, ()), pytest.raises(LedgerError, match="written by another runner"):
        Ledger.reopen(path, ())


def test_a_run_whose_runner_died_can_be_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    code = (
        "import os, sys; from pathlib import Path; from smsproof_conformance.records.ledger import Ledger;"
        "Ledger.create(Path(sys.argv[1]), ()); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)]).returncode == -signal.SIGKILL
    Ledger.reopen(path, ()).close()


def test_a_resumed_run_sends_only_what_never_started(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    cases = [scenario(send, name) for name in ("done", "dying", "waiting")]
    with Ledger.create(path, ()) as ledger:
        ledger.set_fact("contract", CONTRACT.hash)
        ledger.plan(case.id for case in cases)
        ledger.mark("s/done", "acted")
        ledger.mark("s/dying", "acting")
        ledger.intend(Request("s/dying", "send", "sendMessage", "POST", "/send", (), b"{}", "good", True, 1))
    carrier = Scripted(lambda _: json(202, {}))
    with Ledger.reopen(path, ()) as ledger:
        Run(LOCAL, SECRETS, CONTRACT, ledger, Budget(2), peer=lambda _, __: Peer(carrier, NoSteering())).resume(cases)
        assert [request.case for request in carrier.seen] == ["s/waiting"]
        assert [exchange.state for exchange in ledger.exchanges()] == [State.INDETERMINATE, State.ANSWERED]


def test_a_run_of_another_contract_is_not_resumed() -> None:
    with Ledger.in_memory() as ledger:
        ledger.set_fact("contract", "another")
        with pytest.raises(LedgerError, match="another contract"):
            Run(LOCAL, SECRETS, CONTRACT, ledger).resume([])


def test_a_rehearsal_needs_no_network_and_lists_what_a_run_would_send() -> None:
    cases = [scenario(send, "one"), scenario(set_webhook, "two", (Fact.NOT_ENABLED,))]
    rehearsed = rehearse(LIVE, SECRETS, CONTRACT, cases, seed=1, budget=None)
    assert [request.step for request in rehearsed.requests] == [
        "send", "read +12191112222", "set", "restore +12191112222",
    ]  # fmt: skip
    assert rehearsed.parts == 1


def test_a_case_whose_facts_are_not_declared_is_skipped_with_that_reason() -> None:
    bare = LOCAL.model_copy(update={"numbers": LOCAL.numbers.model_copy(update={"foreign": None})})
    ledger = started(Scripted(lambda _: json(202, {})), [scenario(send, needs=(Fact.FOREIGN,))], bare)
    assert ledger.acts()["s/c"] == ("skipped", "the target does not declare numbers.foreign")


def test_a_long_code_sends_one_message_a_second_off_loopback() -> None:
    now = 100.0
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        nonlocal now
        pauses.append(seconds)
        now += seconds

    async def sends() -> None:
        pace = Pace(lambda: now, sleep)
        await pace.wait(MESSAGE)
        await pace.wait([MESSAGE, MESSAGE])
        await pace.wait({**MESSAGE, "from": "1-12345"})
        await pace.wait({**MESSAGE, "from": "+12161112222"})
        await pace.wait(MESSAGE)

    asyncio.run(sends())
    assert pauses == [1.0, 2.0]


def test_a_target_that_is_down_for_a_while_is_waited_for_and_no_send_is_repeated() -> None:
    asked: list[str] = []
    pauses: list[float] = []

    async def available() -> bool:
        asked.append("probe")
        return len(asked) > 30

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    asyncio.run(Breaker(available, sleep).wait())
    assert pauses == [1.0] * 30


def test_a_target_that_stays_down_is_given_up_after_a_minute() -> None:
    waited = 0.0

    async def available() -> bool:
        return False

    async def sleep(seconds: float) -> None:
        nonlocal waited
        waited += seconds

    with pytest.raises(Unavailable, match="503 for 60 s"):
        asyncio.run(Breaker(available, sleep).wait())
    assert waited == 60


def test_a_503_holds_the_next_send_up_until_a_question_is_answered() -> None:
    answers = iter([json(503, {}), json(503, {}), json(200, {}), json(202, {})])
    carrier = Scripted(lambda _: next(answers))
    ledger = started(carrier, [scenario(send, "one"), scenario(send, "two")], budget=2)
    assert [request.method for request in carrier.seen] == ["POST", "GET", "GET", "POST"]
    assert ledger.parts_at_risk() == 2


SETTINGS = """
[target.staging]
vendor = "intelepeer"
base_url = "{url}"
control_url = "{control}"
token_env = "TOKEN"
[target.staging.numbers]
long_codes = ["+12191112222", "+12161112222"]
short_codes = ["1-12345"]
destinations = ["+13038675309"]
"""


@pytest.fixture(scope="module")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("staging")
    with running("intelepeer") as emulator:
        (folder / "smsproof.toml").write_text(SETTINGS.format(url=emulator.url, control=emulator.control))
        yield folder, emulator.control


def smsproof(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    code = "from smsproof_conformance.entry import main; main()"
    environment = {**os.environ, "TOKEN": "smsproof-token"}
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def kill_after(process: subprocess.Popen[bytes], folder: Path, exchanges: int) -> None:
    """Kill -9 as soon as the run on record has this many exchanges (or has ended)."""
    before = set(folder.glob(".smsproof/runs/*.sqlite"))
    while process.poll() is None:
        new = set(folder.glob(".smsproof/runs/*.sqlite")) - before
        if new and count(new.pop()) >= exchanges:
            process.kill()
    process.wait()


def count(path: Path) -> int:
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            return int(db.execute("SELECT count(*) FROM exchange").fetchone()[0])
    except sqlite3.Error:
        return 0


@pytest.mark.parametrize("attempt", range(4))
def test_kill_9_at_a_random_point_and_resume_repeat_nothing(staging: tuple[Path, str], attempt: int) -> None:
    kill_and_resume(staging, random.Random(attempt))


@pytest.mark.soak
def test_kill_9_at_25_random_points_and_resume_repeat_nothing(staging: tuple[Path, str]) -> None:
    for attempt in range(25):
        kill_and_resume(staging, random.Random(1000 + attempt))


def messages(request: Request) -> list[tuple[str, str, str]]:
    """The messages of a request that a vendor could take."""
    value = request.json
    items = value if isinstance(value, list) else [value]
    if request.operation != "sendMessage":
        return []
    return [
        (item["from"], item["to"], item["text"])
        for item in items
        if isinstance(item, dict) and all(isinstance(item.get(key), str) for key in ("from", "to", "text"))
    ]


def kill_and_resume(staging: tuple[Path, str], chance: random.Random) -> None:
    folder, control = staging
    httpx2.post(f"{control}/reset", json={})
    kill_after(smsproof(folder, "run", "staging", "--no-fuzz"), folder, chance.randrange(1, 60))
    smsproof(folder, "resume", "last").wait()
    (path,) = sorted(folder.glob(".smsproof/runs/*.sqlite"))[-1:]
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM act WHERE state = 'planned'").fetchone() == (0,)
        repeated = db.execute(
            "SELECT case_id, step FROM exchange WHERE case_id NOT LIKE 'run/%' GROUP BY 1, 2 HAVING count(*) > 1"
        ).fetchall()
        assert repeated == []
        assert db.execute("SELECT count(*) FROM exchange WHERE paid AND state = 'sending'").fetchone() == (0,)
    with Ledger.open(path) as ledger:
        every = list(cases("intelepeer").values())
        told = accounted(reports(ledger, judge(ledger, CONTRACT, every, strict=False), CONTRACT))
        assert told.total() == len(every)
        assert set(ledger.acts()) == {case.id for case in every if isinstance(case, Scenario)}
        sent = Counter(message for exchange in ledger.exchanges() for message in messages(exchange.request))
    outbox = httpx2.get(f"{control}/outbox").json()["messages"]
    taken = Counter((message["from"], message["to"], message["text"]) for message in outbox)
    assert taken and taken <= sent  # nothing came that is not on record, and nothing came oftener


def test_a_run_started_with_sigint_ignored_still_stops_on_sigint(tmp_path: Path) -> None:
    asked = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(65536)
                asked.set()
                peer.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        (tmp_path / "smsproof.toml").write_text(SETTINGS.format(url=url, control=url))
        code = (
            "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN);"
            "from smsproof_conformance.entry import main; main()"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code, "run", "staging", "--no-fuzz", "--case", "bulk-send/order-kept"],
            cwd=tmp_path, env={**os.environ, "TOKEN": "t"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert asked.wait(30)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130


def test_secrets_never_stand_in_what_a_run_is_built_from() -> None:
    assert "smsproof-token" not in repr(Run(LOCAL, SECRETS, CONTRACT, Ledger.in_memory()))
    assert isinstance(SECRETS, Secrets)
