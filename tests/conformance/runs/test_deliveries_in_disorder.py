"""Scenario 43 the other way round: our own inbox gets deliveries five times, in disorder, late, and for nobody.

A relay stands at the target's public_url, as a tunnel or a queue would, and hands on what the emulator brings.
"""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from smsproof_conformance.case import Case, Standing, cases
from smsproof_conformance.emulator import Emulator, running
from smsproof_conformance.records.exchange import STRAY
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.reports import ndjson
from smsproof_conformance.reports.console import print_run
from smsproof_conformance.reports.material import Material
from smsproof_conformance.reports.terminal import console
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.runs.selection import select
from smsproof_conformance.targets.demonstration import SECRETS, target
from smsproof_conformance.verdicts.finding import Severity, Verdict
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_conformance.wire.listener import Listener
from smsproof_spec import contract as contracts
from tests.conformance.raw_server import raw_server

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
SECTIONS = {"intelepeer": ["inbound/*", "single-send/queued"], "messangi": ["callbacks/*", "batch-request/*"]}
# The cases that count the attempts of one message.
COUNTING = {"inbound/delivered", "inbound/never-200", "inbound/until-200", "inbound/no-answer"}
Manner = Callable[["Relay", bytes], bytes]


class Relay:
    """Hands every delivery on to the inbox in its manner; `came` are all of them as they came."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.inbox = ""
        self.came: list[bytes] = []

    def hand_on(self, request: bytes) -> bytes:
        """The inbox's answer to a request; nothing when it hangs up."""
        host, _, port = self.inbox.removeprefix("http://").rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as inbox:
            inbox.sendall(request)
            return b"".join(iter(lambda: inbox.recv(65536), b""))


def calm(relay: Relay, request: bytes) -> bytes:
    return relay.hand_on(request)


def five_times(relay: Relay, request: bytes) -> bytes:
    return [relay.hand_on(request) for _ in range(5)][-1]


def and_one_for_nobody(relay: Relay, request: bytes) -> bytes:
    """The delivery, and before it one with an id that nobody ever gave."""
    head, _, body = request.partition(b"\r\n\r\n")
    stranger: dict[str, Any] = json.loads(body)
    stranger |= {key: "F" * 32 for key in ("id", "refid") if key in stranger}
    changed = json.dumps(stranger).encode()
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    relay.hand_on(b"\r\n".join([*lines, b"Content-Length: %d" % len(changed), b"", b""]) + changed)
    return relay.hand_on(request)


@contextmanager
def relay(manner: Manner, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Relay, str]]:
    """A relay and its URL; it learns where each run's inbox listens."""
    made, listens = Relay(manner), Listener.open

    async def noted(self: Listener, host: str, port: int) -> str:
        made.inbox = await listens(self, host, port)
        return made.inbox

    def answer(peer: socket.socket, request: bytes) -> None:
        made.came.append(request)
        peer.sendall(made.manner(made, request))

    monkeypatch.setattr(Listener, "open", noted)
    with raw_server(answer) as url:
        yield made, url


def ran(emulator: Emulator, url: str) -> tuple[Judged, Ledger]:
    vendor = emulator.vendor
    contract = contracts.load(vendor)
    standing: list[Case] = [case for case in cases(vendor).values() if isinstance(case, Standing)]
    chosen = [*select(cases(vendor), SECTIONS[vendor]), *standing]
    chosen = list({case.id: case for case in chosen}.values())
    at = target(vendor, emulator.url, emulator.control).model_copy(update={"public_url": url})
    ledger = Ledger.in_memory(SECRETS.values())
    Run(at, SECRETS, contract, ledger).start(chosen, seed=1)
    return judge(ledger, contract, chosen, strict=False), ledger


def verdicts(judged: Judged) -> dict[str, Verdict]:
    return {result.case.id: result.verdict for result in judged.cases}


def broken(judged: Judged) -> Counter[str]:
    return Counter(found.requirement for found in judged.findings if found.severity is Severity.FAIL)


def differing(one: Judged, other: Judged) -> set[str]:
    """Cases whose verdict is another one."""
    return {case for case, verdict in verdicts(one).items() if verdicts(other)[case] is not verdict}


@pytest.fixture(scope="module", params=["intelepeer", "messangi"])
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    with running(request.param) as made:
        yield made


@pytest.fixture
def undisturbed(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Judged:
    with relay(calm, monkeypatch) as (_, url):
        judged, _ = ran(emulator, url)
    assert judged.findings == []
    emulator.renew()
    return judged


def test_43_deliveries_five_times_are_held_against_who_repeats_them_alone(
    emulator: Emulator, undisturbed: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    with relay(five_times, monkeypatch) as (_, url):
        judged, _ = ran(emulator, url)
    if emulator.vendor == "messangi":  # no page says that a status comes once
        assert (differing(undisturbed, judged), judged.findings) == (set(), [])
    else:
        assert differing(undisturbed, judged) == COUNTING
        assert broken(judged) == {"IP-INBOUND-11": 4}
    assert judged.stopped is None


def test_43_a_delivery_for_nobody_is_a_finding_and_no_end_and_disturbs_no_other_case(
    emulator: Emulator, undisturbed: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    with relay(and_one_for_nobody, monkeypatch) as (between, url):
        judged, _ = ran(emulator, url)
    if emulator.vendor == "messangi":
        assert differing(undisturbed, judged) == {"callbacks/about-the-message"}
        assert broken(judged) == {"MS-CALLBACK-09": len(between.came)}
    else:
        # Where the fourth answer is the 200, two strangers and two attempts are four arrivals, as many as are due.
        assert differing(undisturbed, judged) == COUNTING - {"inbound/until-200"}
        assert broken(judged) == {"IP-INBOUND-11": 3}
    assert judged.stopped is None


def test_43_deliveries_that_change_places_are_held_against_nobody(
    emulator: Emulator, undisturbed: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No page gives an order: each second delivery overtakes the first of its URL."""
    held: dict[bytes, bytes] = {}
    overtook: list[bytes] = []

    def overtaking(made: Relay, request: bytes) -> bytes:
        line = request.partition(b"\r\n")[0]
        if not any(hook in line for hook in (b"/equal-messages/", b"/batch-streams/")):
            return made.hand_on(request)
        if line not in held:
            held[line] = request
            return OK
        answer = made.hand_on(request)
        if waiting := held[line]:
            held[line] = b""
            overtook.append(line)
            made.hand_on(waiting)
        return answer

    with relay(overtaking, monkeypatch) as (_, url):
        judged, _ = ran(emulator, url)
    assert len(overtook) == {"intelepeer": 1, "messangi": 2}[emulator.vendor]
    assert (differing(undisturbed, judged), judged.findings) == (set(), [])


def test_43_what_an_earlier_run_asked_for_and_comes_an_hour_late_is_shown_and_changes_no_verdict(
    emulator: Emulator, undisturbed: Judged, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with relay(calm, monkeypatch) as (between, url):
        ran(emulator, url)
        late = between.came[:]
        emulator.renew()
        emulator.wind(3600)

        def and_the_late_ones(made: Relay, request: bytes) -> bytes:
            while late:
                assert made.hand_on(late.pop()).startswith(b"HTTP/1.1 404")
            return made.hand_on(request)

        between.manner = and_the_late_ones
        strays = len(late)
        judged, ledger = ran(emulator, url)
    assert strays > 3
    assert (differing(undisturbed, judged), judged.findings, judged.exit_code) == (set(), [], undisturbed.exit_code)
    material = Material(ledger, judged, contracts.load(emulator.vendor))
    assert sum(arrival.case == STRAY for arrival in ledger.arrivals()) == material.strays == strays
    told = [json.loads(line) for line in ndjson.render(material).splitlines()]
    assert sum(line["event"] == "arrival" and line["case"] == STRAY for line in told) == strays
    print_run(console(), material)
    assert f"{strays} arrived at the inbox for no case of this run" in " ".join(capsys.readouterr().out.split())
