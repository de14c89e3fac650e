"""Runs under faults: every case is accounted for, no paid send is repeated. The numbers are those of tests/soak/scenarios.py.

`acct`: planned = passed + failed + error + indeterminate + skipped, in the verdicts, the ledger and the report.
`nodup`: the vendor saw no paid text twice.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import random
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import termios
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from smsproof_conformance.case import Case, Section, Standing, cases
from smsproof_conformance.emulator import running
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records.exchange import Lost, Request, State
from smsproof_conformance.records.ledger import Ledger, find
from smsproof_conformance.records.record import Seen
from smsproof_conformance.runs import breaker
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.runs.rehearsal import NoCarrier, NoSteering
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.runs.selection import select
from smsproof_conformance.targets.demonstration import SECRETS, target
from smsproof_conformance.verdicts.finding import Breach, Judgement, Verdict
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_conformance.wire import caller
from smsproof_conformance.wire.peer import Peer
from smsproof_spec import contract as contracts
from tests.conformance.cases.second_messangi import Right as Messangi
from tests.conformance.cases.test_messangi_second_server import TARGET as MESSANGI
from tests.conformance.runs.accounts import accounted, reports
from tests.conformance.runs.chaos import HANGS_UP, RESETS, TRUNCATES, Chaos, vendor

CONTRACT = contracts.load("intelepeer")
CASES = 200
DONE_BY_VERDICT = {Verdict.PASS, Verdict.FAIL, Verdict.WARN}


def sending(number: int) -> Case:
    async def act(do: Actor) -> None:
        await do.call("send", "sendMessage", {"from": "+12191112222", "to": "+13038675309", "text": f"text {number}"})

    def accepted(seen: Seen) -> Judgement:
        if seen["send"].status != 202:
            yield Breach("IP-SEND-01", seen["send"], "202", str(seen["send"].status))

    section = Section("intelepeer", "chaos")
    return section.scenario(f"c{number}", observes=(), does="d", expects="e")(act).judge(accepted)


def acted(chaos: Chaos, count: int = CASES, ledger: Ledger | None = None) -> tuple[Judged, Ledger]:
    """Run `count` paid sends against a chaotic vendor, judge them, and check `acct` and `nodup`.

    ledger    a new one in memory unless given.
    """
    played = [sending(number) for number in range(count)]
    ledger = ledger or Ledger.in_memory(SECRETS.values())
    at = target("intelepeer", chaos.url, chaos.url).model_copy(update={"control_url": None, "timeout_seconds": 5.0})
    Run(at, SECRETS, CONTRACT, ledger).start(played, seed=1)
    judged = judge(ledger, CONTRACT, played, strict=False)
    counted = Counter(result.verdict for result in judged.cases)
    assert sum(counted.values()) == count == len(ledger.acts())
    states = Counter(exchange.state for exchange in ledger.exchanges() if exchange.request.paid)
    answered = sum(counted[verdict] for verdict in DONE_BY_VERDICT)
    not_sent = counted[Verdict.ERROR]
    assert (
        states[State.UNANSWERED]
        + states[State.INDETERMINATE]
        + sum(exchange.status in (429, 503) for exchange in ledger.exchanges() if exchange.request.paid)
        == counted[Verdict.INDETERMINATE]
    )
    assert (states[State.NOT_SENT], count - answered - counted[Verdict.INDETERMINATE] - not_sent) == (
        not_sent, counted[Verdict.SKIP],
    )  # fmt: skip
    assert accounted(reports(ledger, judged, CONTRACT)) == Counter(str(verdict) for verdict in counted.elements())
    assert max(chaos.texts.values(), default=0) <= 1
    return judged, ledger


def seeded(fault: str, share: float = 0.1) -> Callable[[str, int], str | None]:
    chance = random.Random(20261128)
    return lambda method, number: fault if chance.random() < share else None


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(TRUNCATES, "transport.truncated"), (RESETS, "transport.reset"), (HANGS_UP, "transport.truncated")],
)
def test_1_2_18_broken_answers_are_indeterminate_each_and_never_sent_again(fault: str, kind: str) -> None:
    with vendor(seeded(fault)) as chaos:
        judged, ledger = acted(chaos)
    kinds = Counter(exchange.lost.kind for exchange in ledger.exchanges() if exchange.lost)
    assert kinds == {kind: chaos.injected[fault]}
    assert judged.count(Verdict.INDETERMINATE) == chaos.injected[fault] > 0
    assert judged.exit_code is ExitCode.INDETERMINATE


def test_3_refused_connections_are_tried_again_and_all_is_sent_once(monkeypatch: pytest.MonkeyPatch) -> None:
    chance, real, refused = random.Random(3), caller.Connection.open, 0

    async def flapping(*to: Any) -> Any:
        nonlocal refused
        if chance.random() < 0.1:
            refused += 1
            raise ConnectionRefusedError(111, "Connection refused")
        return await real(*to)

    monkeypatch.setattr(caller.Connection, "open", flapping)
    close = (
        b"HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"
        + (b'{"code":202}')
    )
    with vendor(lambda *_: close) as chaos:
        judged, _ = acted(chaos)
    assert refused > 0
    assert (judged.count(Verdict.PASS), len(chaos.texts)) == (CASES, CASES)


@pytest.mark.parametrize("after", ["3600", "-1", "nan", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_13_no_retry_after_makes_a_run_wait(after: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    real, here = asyncio.sleep, threading.get_ident()

    async def sleep(seconds: float, *result: Any) -> Any:
        if threading.get_ident() != here:  # a server of another test
            return await real(seconds, *result)
        slept.append(seconds)
        return await real(0, *result)  # a run that waits is found, and does not keep the test waiting

    monkeypatch.setattr(asyncio, "sleep", sleep)
    says = f'HTTP/1.1 429 Slow Down\r\nRetry-After: {after}\r\nContent-Length: 12\r\n\r\n{{"code":429}}'.encode()
    with vendor(lambda *_: says) as chaos:
        judged, ledger = acted(chaos, 5)
    assert sum(slept) == 0
    assert [exchange.status for exchange in ledger.exchanges()] == [429] * 5
    assert judged.count(Verdict.INDETERMINATE) == 5


def test_14_an_outage_is_waited_out_with_questions_and_no_send_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "SECONDS_BETWEEN_PROBES", 0.001)
    down = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}"
    with vendor(lambda method, number: down if 50 <= number < 80 else None) as chaos:
        judged, ledger = acted(chaos)
    asked = [exchange for exchange in ledger.exchanges() if exchange.request.method == "GET"]
    assert (len(asked), judged.count(Verdict.INDETERMINATE), judged.count(Verdict.PASS)) == (30, 1, CASES - 1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_15_a_redirect_to_another_origin_is_never_followed(status: int) -> None:
    with vendor(lambda *_: None) as other:
        says = f"HTTP/1.1 {status} Go\r\nLocation: {other.url}/\r\nContent-Length: 2\r\n\r\n{{}}".encode()
        with vendor(lambda *_: says) as chaos:
            judged, _ = acted(chaos, 3)
    assert (other.requests, judged.count(Verdict.FAIL)) == (0, 3)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (socket.gaierror(-2, "Name or service not known"), "transport.dns"),
        (TimeoutError(), "transport.connect-timeout"),  # what a blackhole ends in
    ],
)
def test_17_names_and_routes_that_lead_nowhere_end_in_4(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: str
) -> None:
    async def nowhere(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(caller.Connection, "open", nowhere)
    with vendor(lambda *_: None) as chaos:
        judged, ledger = acted(chaos, 5)
    assert {exchange.lost.kind for exchange in ledger.exchanges() if exchange.lost} == {kind}
    assert (judged.exit_code, chaos.requests) == (ExitCode.UNREACHABLE, 0)


CONNECTS: list[Any] = []
"""Addresses that this process connected to, while a test looks."""
LOOKING = False


def _connecting(event: str, values: tuple[Any, ...]) -> None:
    if LOOKING and event == "socket.connect":
        CONNECTS.append(values[1][0])


sys.addaudithook(_connecting)  # cannot be taken off again, so that it is told when to look


@contextmanager
def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str | Exception) -> Iterator[None]:
    """Let a resolver of ours answer for `localhost`: in turn, the last one for ever."""
    global LOOKING
    real, left = socket.getaddrinfo, list(answers)

    def answer(host: Any, port: Any, *rest: Any, **named: Any) -> Any:
        if host != "localhost":
            return real(host, port, *rest, **named)
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, Exception):
            raise found
        return real(found, port, *rest, **named)

    CONNECTS.clear()
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", answer)
        LOOKING = True
        try:
            yield
        finally:
            LOOKING = False


CLOSING = b'HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 12\r\n\r\n{"code":202}'
ELSEWHERE = "192.0.2.1"  # of a net that documents have for themselves (RFC 5737)
CHANGES: dict[str, tuple[str | Exception, str]] = {
    "to another machine": (ELSEWHERE, "transport.dns"),
    "to another machine of IPv6": ("2001:db8::1", "transport.dns"),
    "to the machine's own address": ("0.0.0.0", "transport.dns"),
    "to nothing": (socket.gaierror(-2, "Name or service not known"), "transport.dns"),
    "to where nobody listens": ("127.0.0.77", "transport.refused"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_17_a_name_that_changes_in_the_middle_of_a_run_leads_nowhere_else_and_ends_in_4(
    monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    now, kind = CHANGES[change]
    with vendor(lambda *_: CLOSING) as chaos, resolving(monkeypatch, *["127.0.0.1"] * 5, now):
        chaos.url = chaos.url.replace("127.0.0.1", "localhost")
        judged, ledger = acted(chaos, 20)
    assert (judged.count(Verdict.PASS), judged.exit_code) == (5, ExitCode.UNREACHABLE)
    assert {exchange.lost.kind for exchange in ledger.exchanges() if exchange.lost} == {kind}
    assert set(CONNECTS) == {"127.0.0.1"} | ({"127.0.0.77"} if now == "127.0.0.77" else set())
    if isinstance(now, str) and kind == "transport.dns":
        assert f"localhost stands for {now} now, which is not loopback" in judged.stop_reason


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_17_an_address_that_swallows_what_is_sent_costs_the_connect_timeout_and_ends_in_4(
    monkeypatch: pytest.MonkeyPatch, family: socket.AddressFamily
) -> None:
    """A listener whose queue is full answers no SYN: as near to a blackhole as loopback has."""
    monkeypatch.setattr(caller, "_CONNECT_SECONDS", 0.2)
    host = "::1" if family is socket.AF_INET6 else "127.0.0.1"
    try:
        full = socket.create_server((host, 0), family=family, backlog=0)
    except OSError as error:
        pytest.skip(f"no {family.name} here: {error}")
    waiting = [socket.socket(family) for _ in range(4)]
    with full, ExitStack() as stack:
        for one in waiting:
            stack.enter_context(one)
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        chaos = Chaos(lambda *_: None)
        chaos.url = f"http://{f'[{host}]' if ':' in host else host}:{full.getsockname()[1]}"
        began = time.monotonic()
        judged, ledger = acted(chaos, 20)
        took = time.monotonic() - began
    assert {exchange.lost.kind for exchange in ledger.exchanges() if exchange.lost} == {"transport.connect-timeout"}
    assert judged.exit_code is ExitCode.UNREACHABLE
    tries = 3 * sum(exchange.lost is not None for exchange in ledger.exchanges())
    assert 0.2 * tries <= took < 0.2 * tries + 3


def certificate(folder: Path, name: str, days: int) -> None:
    """cert.pem and key.pem, for so many days from now on, or until so many days ago."""
    for words in (
        ["req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "asked.pem", "-subj", f"/CN={name}"],
        ["x509", "-req", "-in", "asked.pem", "-signkey", "key.pem", "-out", "cert.pem", "-days", str(days),
         "-extfile", "names.txt"],
    ):  # fmt: skip
        (folder / "names.txt").write_text(f"subjectAltName=DNS:{name}")
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


TLS_SAYS = {
    "self-signed": "self-signed certificate",
    "another host": "Hostname mismatch",
    "expired": "certificate has expired",
    "reset in the handshake": "",
}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command to make certificates")
@pytest.mark.parametrize("wrong", ["self-signed", "another host", "expired", "reset in the handshake"])
def test_16_without_a_trusted_connection_nothing_is_sent(
    tmp_path: Path, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ssl

    name = "elsewhere.example" if wrong == "another host" else "localhost"
    certificate(tmp_path, name, days=-1 if wrong == "expired" else 2)
    if wrong in ("another host", "expired"):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))  # trusted, and somebody else's or too old
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                try:
                    if wrong == "reset in the handshake":
                        peer.recv(100)
                        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                        peer.close()
                    else:
                        with server.wrap_socket(peer, server_side=True) as talk:
                            heard.append(talk.recv(100))
                except OSError:
                    pass

        threading.Thread(target=accept, daemon=True).start()
        chaos = Chaos(lambda *_: None)
        chaos.url = f"https://localhost:{listener.getsockname()[1]}"
        judged, ledger = acted(chaos, 3)
        listener.shutdown(socket.SHUT_RDWR)
    lost = [exchange.lost for exchange in ledger.exchanges() if exchange.lost]
    assert {one.kind for one in lost} == {"transport.tls"}
    assert all(TLS_SAYS[wrong] in one.detail for one in lost)
    assert judged.exit_code is ExitCode.UNREACHABLE
    assert b"".join(heard) == b""


CLOCKS: dict[str, tuple[int, str, set[str]]] = {  # timestamp, date, and which of our own assumptions warns
    "a day ahead": (1_764_461_538_140, "2025-11-30T00:12:18.140Z", set()),
    "a day behind": (1_764_288_738_140, "2025-11-28T00:12:18.140Z", set()),
    "in an hour that a change of clocks leaves out": (1_774_749_000_000, "2026-03-29T02:30:00+01:00", set()),
    "in a leap second": (1_483_228_799_000, "2016-12-31T23:59:60Z", {"MS-HOUSE-08"}),
    "before 1970": (-1, "1969-12-31T23:59:59.999Z", {"MS-HOUSE-07"}),
    "before all clocks": (-(2**63), "0001-01-01T00:00:00Z", {"MS-HOUSE-07"}),
    "after all clocks": (2**63, "9999-12-31T23:59:59.999999999Z", {"MS-HOUSE-07"}),
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_21_no_clock_of_a_server_is_an_error_of_ours_or_fails(clock: str) -> None:
    class Clock(Messangi):
        def timestamp(self) -> int:
            return CLOCKS[clock][0]

        def date(self) -> str:
            return CLOCKS[clock][1]

    contract = contracts.load("messangi")
    standing = [case for case in cases("messangi").values() if isinstance(case, Standing)]
    chosen = [*select(cases("messangi"), ["send-request/*", "batch-request/*"]), *standing]
    with Ledger.in_memory() as ledger:
        Run(MESSANGI, SECRETS, contract, ledger, peer=lambda *_: Peer(Clock(), None)).start(chosen, seed=1)
        judged = judge(ledger, contract, chosen, strict=False)
    assert judged.exit_code is ExitCode.CONFORMANT
    assert {found.requirement for found in judged.findings} == CLOCKS[clock][2]


# What a gateway says; with a terminal's escape, a script, a token, a number and more than anybody wants to read.
PAGE = b"<!doctype html>\n<h1>\x1b[31mBad Gateway</h1><script>alert(1)</script> smsproof-token for +14155550123 "
PAGE += b"x" * 9000
WRITTEN = {
    "html": "h.html",
    "junit": "j.xml",
    "json": "r.json",
    "ndjson": "n.ndjson",
    "github": "g.md",
    "har": "a.har",
}


def paged(folder: Path, status: str, *more: str) -> tuple[int, dict[str, str]]:
    """Exit code of a run against a server that answers nothing but that page, and all that was told of it.

    more    cases beside one that sends once
    """
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(PAGE)}\r\n\r\n"
    reports = [word for kind, name in WRITTEN.items() for word in ("--report", f"{kind}:{name}")]
    wanted = ("single-send/from-long-code", "common/json-objects", *more)
    chosen = [word for case in wanted for word in ("--case", case)]
    with vendor(lambda *_: head.encode() + PAGE) as chaos:
        declare(folder, chaos.url)
        done = smsproof(folder, "run", "staging", "--no-fuzz", *chosen, *reports)
    assert "Traceback" not in done.stderr
    told = {kind: (folder / name).read_text() for kind, name in WRITTEN.items()}
    return done.returncode, {**told, "console": done.stdout + done.stderr}


def test_12_a_gateway_s_page_accuses_nobody_and_is_known_for_what_it_is(tmp_path: Path) -> None:
    code, told = paged(tmp_path, "502 Bad Gateway")
    assert code == 7
    report = json.loads(told["json"])
    assert report["findings"] == []
    (reason,) = [case["reason"] for case in report["cases"] if case["verdict"] == "INDETERMINATE"]
    begins = "HTTP 502, text/html instead of JSON: <!doctype html> <h1>\\x1b[31mBad Gateway</h1>"
    assert begins in reason
    assert len(reason) < 400
    assert begins in " ".join(told["console"].split())
    for kind in ("junit", "html"):
        assert "HTTP 502, text/html instead of JSON: &lt;!doctype html" in told[kind]
    assert "HTTP 502, text/html instead of JSON" in told["ndjson"]
    harmless(told)


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "500 Internal Server Error"])
def test_12_a_page_instead_of_json_is_a_finding_that_shows_it(tmp_path: Path, status: str) -> None:
    code, told = paged(tmp_path, status, "bulk-send/order-kept")  # a lone 500 would be a bad moment's
    assert code == 1
    findings = json.loads(told["json"])["findings"]
    shown = [found["exchange"]["answer"] for found in findings if found["severity"] == "FAIL"]
    assert shown
    for answer in shown:
        assert "<h1>" in answer["body"]
        assert ["Content-Type", "text/html; charset=utf-8"] in answer["headers"]
    unreadable = [found for found in findings if found["requirement"] == "IP-HOUSE-01"]
    assert bool(unreadable) is (status == "200 OK")  # no page says what the body of a refusal is
    harmless(told)


def harmless(told: dict[str, str]) -> None:
    """No escape, no script, no token, no number."""
    for kind, text in told.items():
        for never in ("\x1b", "smsproof-token", "4155550123"):
            assert never not in text, kind
    assert "<script>alert" not in told["html"]


def requests_of(folder: Path, hash_seed: str) -> list[tuple[str, str, str, bytes | None]]:
    """What a whole run sends to an emulator of its own."""
    with running("intelepeer") as emulator:
        declare(folder, emulator.url)
        words = ("run", "staging", "--seed", "7", "--max-examples", "2")
        assert smsproof(folder, *words, env={"PYTHONHASHSEED": hash_seed}).returncode in (0, 1, 7)
    with Ledger.open(find("last", folder / ".smsproof" / "runs")) as ledger:
        return [
            (one.request.case, one.request.step, one.request.target, one.request.body) for one in ledger.exchanges()
        ]


@pytest.mark.soak
def test_36_the_same_seed_gives_the_same_requests_whatever_python_s_hash_seed(tmp_path: Path) -> None:
    first, second = requests_of(tmp_path, "1"), requests_of(tmp_path, "2")
    assert len(first) > 100
    assert first == second


def test_22_a_vendor_that_dies_half_way_leaves_the_rest_unsent_and_ends_in_4() -> None:
    half = CASES // 2

    def dies(_method: str, number: int) -> bytes | None:
        if number == half - 1:
            chaos.stop()
            return b'HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 12\r\n\r\n{"code":202}'
        return None

    with vendor(dies) as chaos:
        judged, ledger = acted(chaos)
    assert judged.exit_code is ExitCode.UNREACHABLE
    assert judged.count(Verdict.PASS) == half
    assert {exchange.lost.kind for exchange in ledger.exchanges() if exchange.lost} == {"transport.refused"}


def test_32_at_every_send_its_intent_is_in_what_a_power_cut_would_leave(tmp_path: Path) -> None:
    path, chance = tmp_path / "run.sqlite", random.Random(32)
    (tmp_path / "copy").mkdir()

    def copied(cut: int | None = None) -> list[str]:
        """The steps that a copy taken now recovers to; with its write-ahead log cut, if asked."""
        copy = tmp_path / "copy" / "run.sqlite"
        for suffix in ("", "-wal"):
            if Path(f"{path}{suffix}").exists():
                shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
        Path(f"{copy}-shm").unlink(missing_ok=True)
        if cut is not None:
            os.truncate(f"{copy}-wal", min(cut, Path(f"{copy}-wal").stat().st_size))
        with sqlite3.connect(copy) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            try:
                rows = [case for (case,) in db.execute("SELECT case_id FROM exchange ORDER BY id")]
            except sqlite3.OperationalError:
                rows = []  # cut before the tables were made
        db.close()
        return rows

    said: list[str] = []

    class Vendor(NoCarrier):
        sent: list[str] = []

        async def exchange(self, request: Request) -> Any:
            self.sent.append(request.case)
            assert copied() == self.sent
            synced = [one.split("=")[1].strip() for one in said if one.startswith("PRAGMA synchronous")]
            intents = [place for place, one in enumerate(said) if one.startswith("INSERT INTO exchange")]
            asked = [place for place, one in enumerate(said) if one == "PRAGMA synchronous = FULL"]
            assert len(asked) == len(intents) == len(self.sent) and synced[-2:] == ["FULL", "NORMAL"]
            assert all(full < intent for full, intent in zip(asked, intents, strict=True))
            recovered = copied(chance.randrange(0, 200_000))
            assert recovered == self.sent[: len(recovered)]
            return Lost("transport.reset", True, "gone") if len(self.sent) % 3 == 0 else await super().exchange(request)

    at = target("intelepeer", "http://127.0.0.1:1", "http://127.0.0.1:1")
    with Ledger.create(path, ()) as ledger:
        written = ledger._write  # pyright: ignore[reportPrivateUsage]

        def writes(*statement: Any) -> Any:
            done = written(*statement)
            known = copied()  # at every boundary of a write, not only where something leaves
            assert known[: len(Vendor.sent)] == Vendor.sent and len(known) <= len(Vendor.sent) + 1
            return done

        ledger._db.set_trace_callback(said.append)  # pyright: ignore[reportPrivateUsage]
        ledger._write = writes  # type: ignore[method-assign]  # pyright: ignore[reportPrivateUsage]
        Run(at, SECRETS, CONTRACT, ledger, peer=lambda _, __: Peer(Vendor(), NoSteering())).start(
            [sending(number) for number in range(25)], seed=1
        )
    assert len(Vendor.sent) == 25


# -- as a user meets it: processes -------------------------------------------------------------------------------------

REPORTS = {
    "html": "h.html",
    "junit": "j.xml",
    "json": "r.json",
    "ndjson": "n.ndjson",
    "sarif": "s.sarif",
    "har": "a.har",
}


def smsproof(folder: Path, *words: str, before: str = "", **options: Any) -> subprocess.CompletedProcess[str]:
    program = f"{before}\nfrom smsproof_conformance.entry import main; main()"
    environment = {**os.environ, "TOKEN": "smsproof-token", **options.pop("env", {})}
    given = {"capture_output": True, **options}
    return subprocess.run(
        [sys.executable, "-c", program, *words], cwd=folder, env=environment, text=True, timeout=60, **given
    )


def declare(folder: Path, url: str) -> None:
    (folder / "smsproof.toml").write_text(
        f'[target.staging]\nvendor = "intelepeer"\nbase_url = "{url}"\ntoken_env = "TOKEN"\n[target.staging.numbers]\n'
        'long_codes = ["+12191112222"]\ndestinations = ["+13038675309"]\n'
    )


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one finished run and its reports."""
    folder = tmp_path_factory.mktemp("recorded")
    with running("intelepeer", faults=["refid-missing"]) as emulator:
        declare(folder, emulator.url)
        wanted = [word for kind, name in REPORTS.items() for word in ("--report", f"{kind}:{name}")]
        assert smsproof(folder, "run", "staging", "--no-fuzz", "--case", "single-send/*", *wanted).returncode in (0, 1)
    return folder


@pytest.mark.parametrize(("whole", "event"), [(0, "os.rename"), (3, "open"), (5, "os.rename")])
def test_28_a_kill_while_reports_are_written_leaves_old_or_new_ones_and_they_can_be_made_again(
    recorded: Path, tmp_path: Path, whole: int, event: str
) -> None:
    """Killed when so many are whole: before the next draft takes its place, or as soon as that draft is opened."""
    wanted = [word for kind, name in REPORTS.items() for word in ("--report", f"{kind}:{tmp_path / name}")]
    for name in REPORTS.values():
        (tmp_path / name).write_text("the previous report")
    dies = (
        "import sys, os; seen = []\n"
        "def look(event, values):\n"
        f"    if event == {event!r} and {str(tmp_path)!r} in str(values[0]):\n"
        f"        if len(seen) == {whole}: os.kill(os.getpid(), 9)\n"
        "        seen.append(event)\n"
        "sys.addaudithook(look)"
    )
    assert smsproof(recorded, "report", "last", *wanted, before=dies).returncode == -9
    for place, name in enumerate(REPORTS.values()):
        expected = (recorded / name).read_bytes() if place < whole else b"the previous report"
        assert (tmp_path / name).read_bytes() == expected, name
    assert smsproof(recorded, "report", "last", *wanted).returncode == 0
    for name in REPORTS.values():
        assert (tmp_path / name).read_bytes() == (recorded / name).read_bytes()


def test_30_a_report_that_cannot_be_written_ends_in_3_and_the_run_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "no-folder").write_text("a file")
    with running("intelepeer") as emulator:
        declare(tmp_path, emulator.url)
        done = smsproof(
            tmp_path, "run", "staging", "--no-fuzz", "--case", "single-send/*", "--report", "json:no-folder/r"
        )
    assert done.returncode == 3
    assert "run file: .smsproof/runs/" in done.stdout
    assert "no-folder/r" in done.stderr


def test_30_a_report_folder_that_is_deleted_in_the_middle_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()

    def act(_method: str, number: int) -> None:
        if number == 2:
            (tmp_path / "reports").rmdir()

    with vendor(act) as chaos:
        declare(tmp_path, chaos.url)
        done = smsproof(
            tmp_path, "run", "staging", "--no-fuzz", "--case", "single-send/*", "--report", "json:reports/r"
        )
    assert done.returncode == 1  # the chaotic vendor's answers are not the page's
    assert json.loads((tmp_path / "reports" / "r").read_text())["exit_code"] == 1
    assert "run file: .smsproof/runs/" in done.stdout
    assert "Traceback" not in done.stderr


def on_a_terminal(folder: Path, words: list[str], columns: int, term: str) -> tuple[int, bytes]:
    """Exit code of a command whose three streams are a terminal of this width, and what it wrote there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {
        key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "CI")
    }
    process = subprocess.Popen(
        [sys.executable, "-c", "from smsproof_conformance.entry import main; main()", *words],
        cwd=folder, env={**environment, "TERM": term}, stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    written = b""
    with suppress(OSError):  # EIO: nobody holds the other end any more
        while piece := os.read(ours, 65536):
            written += piece
    os.close(ours)
    return process.wait(timeout=60), written


@pytest.mark.parametrize(("columns", "term"), [(20, "xterm-256color"), (20, "dumb"), (80, "dumb")])
def test_31_a_narrow_or_dumb_terminal_gets_the_run_s_code_and_no_traceback(
    recorded: Path, columns: int, term: str
) -> None:
    words = ["judge", "last", "--case", "single-send/*"]
    code, written = on_a_terminal(recorded, words, columns, term)
    assert code == smsproof(recorded, *words).returncode
    assert b"Traceback" not in written and b"IP-SEND" in written.replace(b"\r\n", b"")
    assert (b"\x1b" in written) is (term != "dumb")


@pytest.mark.parametrize("surroundings", [{"TERM": "dumb"}, {"COLUMNS": "20"}])
def test_31_a_reader_that_leaves_costs_no_traceback_and_no_exit_code(
    recorded: Path, surroundings: dict[str, str]
) -> None:
    whole = smsproof(recorded, "judge", "last", "--case", "single-send/*", env=surroundings)
    reading, writing = os.pipe()
    os.close(reading)
    left = smsproof(
        recorded, "judge", "last", "--case", "single-send/*", env=surroundings, capture_output=False, stdout=writing,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(writing)
    assert (left.returncode, left.stderr) == (whole.returncode, "")


def test_33_a_second_runner_on_one_run_exits_2_at_once(recorded: Path, tmp_path: Path) -> None:
    (path,) = (recorded / ".smsproof" / "runs").glob("*.sqlite")
    shutil.copy(path, tmp_path / "run.sqlite")
    with Ledger.reopen(tmp_path / "run.sqlite", ()):
        second = smsproof(recorded, "resume", str(tmp_path / "run.sqlite"))
    assert second.returncode == 2
    assert "is being written by another runner" in second.stderr
