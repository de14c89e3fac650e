"""Fault scenarios that take long, need privileges or kill processes. `make soak` runs them."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from smsproof_conformance.case import Standing, cases
from smsproof_conformance.emulator import running
from smsproof_conformance.records.exchange import Lost, Request, State
from smsproof_conformance.records.ledger import Ledger, find
from smsproof_conformance.targets.demonstration import SECRETS
from tests.conformance.cases import second_messangi
from tests.conformance.runs.accounts import accounted
from tests.conformance.runs.chaos import HANGS_UP, RESETS, TRUNCATES, vendor
from tests.conformance.runs.test_fault_scenarios import REPORTS, acted, declare, smsproof
from tests.conformance.wire.test_hostile_servers import (
    OK,
    Behave,
    again_and_again,
    outcomes,
    read_request,
    stalls,
)

pytestmark = pytest.mark.soak
SOME = 200  # sends, before something is killed
PROGRAM = "from smsproof_conformance.entry import main; main()"
SENDS_A_DAY = 24 * 60 * 60
SOAK_SECONDS = float(os.environ.get("SOAK_SECONDS", "1200"))


def start(folder: Path, *words: str, wrapper: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*wrapper, sys.executable, "-c", PROGRAM, *words], cwd=folder, env={**os.environ, "TOKEN": "smsproof-token"},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.parametrize(
    "behave",
    [stalls, again_and_again(OK + b"Content-Length: 9999\r\n\r\n", b" ", 0.5), again_and_again(OK, b"X: y\r\n", 0.5)],
    ids=["4-never-answers", "5-drips-a-body", "6-drips-headers"],
)
def test_silence_and_drips_end_at_the_deadline(behave: Behave) -> None:
    began = time.monotonic()
    (lost,) = outcomes(behave, "POST", deadline_seconds=3)
    assert isinstance(lost, Lost) and lost.kind == "transport.deadline"
    assert time.monotonic() - began == pytest.approx(3, rel=0.1)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_24_25_a_signal_anywhere_gives_whole_reports_within_five_seconds(
    tmp_path: Path, share: float, number: signal.Signals, code: int
) -> None:
    stopped_at, asked = int(60 * share), threading.Event()

    def act(_method: str, request: int) -> bytes | None:
        if request >= stopped_at:
            asked.set()
            return b""  # and never another octet
        return None

    with vendor(act) as chaos:
        declare(tmp_path, chaos.url)
        wanted = [word for kind, name in REPORTS.items() for word in ("--report", f"{kind}:{name}")]
        process = start(tmp_path, "run", "staging", "--no-fuzz", *wanted)
        assert asked.wait(60)
        began = time.monotonic()
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
        assert time.monotonic() - began < 5
    assert (process.returncode, err) == (code, b"")
    assert json.loads((tmp_path / "r.json").read_text())["exit_code"] == code
    ElementTree.parse(tmp_path / "j.xml")
    json.loads((tmp_path / "s.sarif").read_text())
    assert all(json.loads(line) for line in (tmp_path / "n.ndjson").read_text().splitlines())
    assert (tmp_path / "h.html").read_text().rstrip().endswith("</html>")
    told = accounted({kind: (tmp_path / name).read_text() for kind, name in REPORTS.items()})
    with Ledger.open(find("last", tmp_path / ".smsproof" / "runs")) as ledger:
        planned, standing = ledger.acts(), [case for case in cases("intelepeer").values() if isinstance(case, Standing)]
    assert told.total() == len(planned) + len(standing) == len(cases("intelepeer"))


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs root and unshare(1)")
def test_25_a_run_that_is_process_1_of_its_namespace_stops_on_sigterm(tmp_path: Path) -> None:
    asked = threading.Event()

    def act(*_: object) -> bytes:
        asked.set()
        return b""

    with vendor(act) as chaos:
        declare(tmp_path, chaos.url)
        wrapper = ("unshare", "--pid", "--fork", "--kill-child")
        process = start(tmp_path, "run", "staging", "--no-fuzz", "--report", "json:r.json", wrapper=wrapper)
        assert asked.wait(60)
        (child,) = psutil.Process(process.pid).children()
        child.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 143
    assert json.loads((tmp_path / "r.json").read_text())["exit_code"] == 143


@contextmanager
def small_disk(at: Path) -> Iterator[None]:
    at.mkdir(parents=True)
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(at)]).returncode:
        pytest.skip("needs the privilege to mount a tmpfs")
    try:
        yield
    finally:
        subprocess.run(["umount", str(at)], check=True)


def test_29_a_full_disk_stops_sending_with_3_and_names_the_file(tmp_path: Path) -> None:
    with running("intelepeer") as emulator:
        declare(tmp_path, emulator.url)
        with small_disk(tmp_path / ".smsproof" / "runs"):
            done = smsproof(tmp_path, "run", "staging", "--no-fuzz")
            path = find("last", tmp_path / ".smsproof" / "runs")
            with Ledger.open(path) as ledger:
                recorded = sum(exchange.request.paid for exchange in ledger.exchanges())
            accepted = len(emulator.outbox())
    assert done.returncode == 3
    assert path.name in done.stderr and "disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert accepted <= 2 * recorded  # a list of two is one request: nothing left that is not on record


def load(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    return start(folder, "load", "staging", *words)


def workers_of(process: subprocess.Popen[bytes], count: int) -> list[psutil.Process]:
    while len(found := psutil.Process(process.pid).children()) < count:
        assert process.poll() is None
    return found


def settled(folder: Path) -> tuple[Counter[State], int]:
    """States of the sends on record, and how many outcomes are known."""
    with Ledger.open(find("last", folder / ".smsproof" / "runs")) as ledger:
        states = Counter(exchange.state for exchange in ledger.exchanges())
    return states, states[State.ANSWERED]


def test_39_a_killed_worker_leaves_its_lease_indeterminate_at_most_and_repeats_nothing(tmp_path: Path) -> None:
    with vendor(lambda *_: None) as chaos:
        declare(tmp_path, chaos.url)
        some = chaos.reached(SOME)
        process = load(tmp_path, "--sends", "3000", "--workers", "3", "--users", "12")
        victim, *_ = workers_of(process, 3)
        assert some.wait(60)
        victim.kill()
        process.communicate(timeout=120)
    states, known = settled(tmp_path)
    assert max(chaos.texts.values()) == 1
    assert sum(states.values()) == 3000 == known + states[State.INDETERMINATE]
    assert states[State.INDETERMINATE] <= 2 * 20  # one lease in work, one asked for
    assert process.returncode == 1  # the chaotic vendor's bodies are not the page's, which comes before 7


def test_40_workers_of_a_killed_master_stop_and_send_no_more_than_they_were_leased(tmp_path: Path) -> None:
    with vendor(lambda *_: None) as chaos:
        declare(tmp_path, chaos.url)
        some = chaos.reached(SOME)
        process = load(tmp_path, "--sends", "100000", "--workers", "2", "--users", "4")
        workers = workers_of(process, 2)
        assert some.wait(60)
        process.kill()
        killed = time.monotonic()
        process.communicate()
        _, alive = psutil.wait_procs(workers, timeout=10)
        assert not alive
        assert time.monotonic() - killed <= 6
    states, _ = settled(tmp_path)
    assert set(chaos.texts.values()) == {1}
    assert len(chaos.texts) <= sum(states.values())


def test_20_answers_that_were_swapped_between_two_requests_are_found(tmp_path: Path) -> None:
    right, is_json = second_messangi.Right(), (("Content-Type", "application/json"),)

    def answer(body: bytes) -> bytes:
        request = Request("c", "s", "sendMessage", "POST", second_messangi.SEND, is_json, body, "good", paid=True)
        data = json.dumps(right.answer(request)[1]).encode()
        return OK + b"Content-Length: %d\r\n\r\n" % len(data) + data

    async def swaps(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head, _, body = (await read_request(reader)).partition(b"\r\n\r\n")
                mine = asyncio.get_running_loop().create_future()
                if waiting and not waiting[-1][1].done():
                    other, theirs = waiting.pop()
                    theirs.set_result(answer(body))
                    mine.set_result(answer(other))
                else:
                    waiting.append((body, mine))
                writer.write(await mine)

    waiting: list[tuple[bytes, asyncio.Future[bytes]]] = []

    async def swapped() -> int:
        server = await asyncio.start_server(swaps, "127.0.0.1", 0)
        (tmp_path / "smsproof.toml").write_text(
            f'[target.staging]\nvendor = "messangi"\nbase_url = "http://127.0.0.1:{server.sockets[0].getsockname()[1]}"\n'
            'token_env = "TOKEN"\n[target.staging.numbers]\nshort_codes = ["12345"]\ndestinations = ["+580000000005"]\n'
        )
        words = ("--sends", "40", "--workers", "1", "--users", "2", "--report", "json:r.json")
        process = load(tmp_path, *words)
        await asyncio.to_thread(process.communicate, timeout=60)
        server.close()
        return process.returncode

    assert asyncio.run(swapped()) == 1
    findings = json.loads((tmp_path / "r.json").read_text())["findings"]
    assert {finding["requirement"] for finding in findings} == {"MS-RESP-06"}  # the text is another one's


NAMESPACE = "smsproof-soak"
OUTSIDE, INSIDE = "10.213.44.1", "10.213.44.2"


@contextmanager
def apart() -> Iterator[None]:
    """A network namespace with a cable to it."""

    def ip(*words: str) -> int:
        return subprocess.run(["ip", *words], stderr=subprocess.DEVNULL).returncode

    if os.geteuid() != 0 or shutil.which("ip") is None or ip("netns", "add", NAMESPACE):
        pytest.skip("needs the privilege to make a network namespace")
    try:
        inside = ("-n", NAMESPACE)
        made = (
            ip("link", "add", "smsproof0", "type", "veth", "peer", "name", "smsproof1", "netns", NAMESPACE)
            or ip("addr", "add", f"{OUTSIDE}/30", "dev", "smsproof0")
            or ip("link", "set", "smsproof0", "up")
            or ip(*inside, "addr", "add", f"{INSIDE}/30", "dev", "smsproof1")
            or ip(*inside, "link", "set", "smsproof1", "up")
            or ip(*inside, "link", "set", "lo", "up")
        )
        if made:
            pytest.skip("needs the privilege to make virtual network cables")
        yield
    finally:
        ip("link", "del", "smsproof0")
        ip("netns", "del", NAMESPACE)


@contextmanager
def swallowing() -> Iterator[str]:
    """A network namespace whose only IPv6 route leads into a cable that nobody holds; yields its name."""
    name = f"{NAMESPACE}-17"

    def ip(*words: str) -> int:
        return subprocess.run(["ip", *words], stderr=subprocess.DEVNULL).returncode

    if os.geteuid() != 0 or shutil.which("ip") is None or ip("netns", "add", name):
        pytest.skip("needs the privilege to make a network namespace")
    inside = ("-n", name)
    try:
        made = (
            ip(*inside, "link", "add", "hole", "type", "veth", "peer", "name", "end")
            or ip(*inside, "link", "set", "hole", "up")
            or ip(*inside, "link", "set", "end", "up")
            or ip(*inside, "addr", "add", "fd00:17::1/64", "dev", "hole", "nodad")
            # Known by its hardware address, so that nobody asks for it: what is sent there is lost without a word.
            or ip(*inside, "-6", "neigh", "add", "fd00:17::2", "lladdr", "02:00:00:00:00:02", "dev", "hole")
        )
        if made:
            pytest.skip("needs virtual network cables and IPv6")
        yield name
    finally:
        ip("netns", "del", name)


def test_17_an_ipv6_route_that_swallows_everything_ends_in_4_after_the_connect_timeouts(tmp_path: Path) -> None:
    with swallowing() as namespace:
        declare(tmp_path, "http://[fd00:17::2]:80")
        words = ("run", "staging", "--no-fuzz", "--live", "--budget", "5", "--report", "json:r.json")
        began = time.monotonic()
        process = start(tmp_path, *words, wrapper=("ip", "netns", "exec", namespace))
        _, err = process.communicate(timeout=120)
        took = time.monotonic() - began
    assert (process.returncode, b"Traceback" in err) == (4, False), err
    assert "transport.connect-timeout" in json.loads((tmp_path / "r.json").read_text())["stopped"]
    with Ledger.open(find("last", tmp_path / ".smsproof" / "runs")) as ledger:
        lost = [exchange.lost for exchange in ledger.exchanges()]
    assert {one.kind for one in lost if one} == {"transport.connect-timeout"}
    assert took < 3 * 3 * len(lost) + 10  # three tries of three seconds each


@pytest.mark.parametrize("seconds", [0.5, 10])
def test_41_a_partition_between_master_and_workers_leases_nothing_twice(tmp_path: Path, seconds: float) -> None:
    with apart(), vendor(lambda *_: None) as chaos:
        declare(tmp_path, chaos.url)
        some = chaos.reached(SOME)
        with socket.create_server((OUTSIDE, 0)) as free:
            port = free.getsockname()[1]
        at = f"{INSIDE}:{port}"
        words = (
            "load",
            "staging",
            "--sends",
            "3000",
            "--users",
            "8",
            "--workers",
            "0",
            "--expect",
            "2",
            "--listen",
            at,
        )
        master = start(tmp_path, *words, wrapper=("ip", "netns", "exec", NAMESPACE))
        workers = [load(tmp_path, "--join", at) for _ in range(2)]
        assert some.wait(60)
        subprocess.run(["ip", "link", "set", "smsproof0", "down"], check=True)
        time.sleep(seconds)  # the fault itself: so long is the cable out
        subprocess.run(["ip", "link", "set", "smsproof0", "up"], check=True)
        for process in (*workers, master):
            process.communicate(timeout=120)
    states, known = settled(tmp_path)
    assert set(chaos.texts.values()) == {1}
    assert len(chaos.texts) <= sum(states.values())
    assert set(states) <= {State.ANSWERED, State.INDETERMINATE}
    assert states[State.INDETERMINATE] <= 2 * 2 * 20  # of each worker one lease in work, one asked for
    if seconds < 3:  # nobody gave up: what was done meanwhile was told late
        assert known == sum(states.values()) == 3000


def test_a_worker_texts_nobody_whom_its_own_target_does_not_allow_whatever_the_master_says(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with vendor(lambda *_: None) as chaos, socket.create_server(("127.0.0.1", 0)) as free:
        declare(tmp_path, chaos.url)
        declare(other, "https://sms.example.invalid")
        declared = other / "smsproof.toml"
        declared.write_text(declared.read_text().replace("+13038675309", "+13038675300"))
        at = f"127.0.0.1:{free.getsockname()[1]}"
        free.close()
        master = load(tmp_path, "--sends", "3", "--users", "1", "--workers", "0", "--expect", "1", "--listen", at)
        worker = load(other, "--join", at, "--live", "--budget", "0")
        for process in (master, worker):
            process.communicate(timeout=60)
    with Ledger.open(find("last", tmp_path / ".smsproof" / "runs")) as ledger:
        lost = [exchange.lost for exchange in ledger.exchanges()]
    assert [(word.kind, word.left) for word in lost if word is not None] == [("safety.stranger", False)] * 3


def test_34_a_budget_of_5_holds_over_eight_workers_three_of_which_are_killed(tmp_path: Path) -> None:
    with vendor(lambda *_: None) as chaos:
        declare(tmp_path, chaos.url)
        first = chaos.reached(0)
        again = load(tmp_path, "--sends", "1000", "--workers", "8", "--users", "8", "--budget", "5")
        victims = workers_of(again, 8)
        assert first.wait(60)
        for victim in victims[:3]:
            victim.kill()
        again.communicate(timeout=60)
    assert sum(chaos.texts.values()) <= 5
    assert again.returncode == 6


def test_44_hours_at_a_request_a_second_leak_nothing(tmp_path: Path) -> None:
    """Twenty minutes stand for a day: the same faults, as fast as they go, in one process, in one ledger after the other."""
    chance, faults = random.Random(44), [TRUNCATES, RESETS, HANGS_UP]

    def act(_method: str, _number: int) -> str | bytes | None:
        return chance.choice(faults) if chance.random() < 0.01 else None

    own = psutil.Process()
    until = time.monotonic() + SOAK_SECONDS
    with vendor(act) as chaos:

        def play(number: int) -> int:
            """Octets on disk of 200 sends."""
            path = tmp_path / f"{number}.sqlite"
            with Ledger.create(path, SECRETS.values()) as ledger:
                acted(chaos, ledger=ledger)
            chaos.texts.clear()
            octets = path.stat().st_size
            path.unlink()
            gc.collect()  # a task that was given up holds its connection until then
            return octets

        for warming in range(5):  # SQLite, the validators and the allocator take what they need
            largest = play(warming)
        before, files = own.memory_info().rss, own.num_fds()
        rounds = 0
        while time.monotonic() < until:
            largest = max(largest, play(rounds))
            rounds += 1
        assert own.memory_info().rss - before < 20 * 1024 * 1024
        assert abs(own.num_fds() - files) <= 5
        assert largest / 200 * SENDS_A_DAY < 200 * 1024 * 1024
    if SOAK_SECONDS < 1200:
        pytest.skip(f"held for {SOAK_SECONDS:g} s and {rounds * 200} sends only; 1200 s are asked for")
