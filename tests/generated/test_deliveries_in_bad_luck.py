"""The emulator brings deliveries to a receiver made with the SDK, over real sockets, while all goes wrong between them.

Scenarios 42 and 43. The receiver is the SDK's, over WSGI; what it answers goes through a door that cuts the connection
where a test wants it. Time is the emulator's clock, wound ahead.
"""

from __future__ import annotations

import io
import json
import queue
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import httpx2
import pytest

from smsproof_conformance.emulator import Emulator, Setup, running
from smsproof_sdk import intelepeer, messangi
from tests.conformance.raw_server import raw_server, reset

LONG, PHONE = "+12161112222", "+15551112222"
HOUR = 3600.0
PAUSES = (60.0, 300.0, 1800.0, HOUR)  # before each of the four further attempts

Speak = Callable[[socket.socket, int], None]
"""Says to a peer what the receiver answered, this status, or something of it."""


def whole(peer: socket.socket, status: int) -> None:
    peer.sendall(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status)


def cut(octets: bytes) -> Speak:
    """So much of the answer, then the connection closes."""
    return lambda peer, _status: peer.sendall(octets)


def never(peer: socket.socket, _status: int) -> None:
    """No answer, until the peer has had enough."""
    peer.recv(1)


@dataclass
class Door:
    """A server before a receiver: hands each request over, and says the answer in the ways of `speaks`, in order.

    answered    what the receiver answered to each attempt, whatever of it went out; effects: what its handler did.
    """

    receiver: Any
    speaks: list[Speak]
    url: str = ""
    answered: list[int] = field(default_factory=list)
    finished: queue.Queue[int] = field(default_factory=queue.Queue)

    def answer(self, peer: socket.socket, request: bytes) -> None:
        body = request.partition(b"\r\n\r\n")[2]
        environ: dict[str, Any] = {}
        setup_testing_defaults(environ)
        environ |= {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}
        statuses: list[str] = []
        answer = self.receiver.wsgi(environ, lambda status, headers: statuses.append(status))
        status, attempt = int(statuses[0][:3]), len(self.answered)
        self.answered.append(status)
        try:
            self.speaks[min(attempt, len(self.speaks) - 1)](peer, status)
        finally:
            peer.close()
            answer.close()  # a server closes the answer in every ending (PEP 3333), and the handler runs
            self.finished.put(attempt)

    def came(self, count: int) -> list[int]:
        """The answers to `count` attempts, once all is done that they set off; and no further attempt came."""
        for _ in range(count):
            self.finished.get(timeout=30)
        assert self.finished.empty()
        return self.answered


@contextmanager
def door(receiver: Any, *speaks: Speak) -> Iterator[Door]:
    made = Door(receiver, list(speaks) or [whole])
    with raw_server(made.answer) as made.url:
        yield made


class FailsAtFirst(intelepeer.SQLiteStore):
    """A store whose disk is full for a while."""

    def __init__(self, path: Path, times: int) -> None:
        super().__init__(path)
        self._left = times

    def take(self, key: str, body: bytes) -> bool:
        if self._left:
            self._left -= 1
            raise OSError("disk full")
        return super().take(key, body)


class Effects(list[str]):
    """What a handler did: the text of each message, or the status of each callback."""

    def __call__(self, delivery: Any) -> None:
        self.append(delivery.status if isinstance(delivery, messangi.DeliveryStatus) else delivery.message)


@pytest.fixture
def effects() -> Effects:
    return Effects()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[intelepeer.SQLiteStore]:
    made = intelepeer.SQLiteStore(tmp_path / "inbox.sqlite")
    yield made
    made.close()


def inbound(effects: Effects, store: intelepeer.SQLiteStore) -> Any:
    return intelepeer.Receiver(intelepeer.InboundMessage, effects, store=store, secret="SECRET CODE")


def statuses(effects: Effects, store: intelepeer.SQLiteStore) -> Any:
    return messangi.Receiver(messangi.DeliveryStatus, effects, store=store)


def point(emulator: Emulator, url: str) -> None:
    """Let the long code's messages come to this URL."""
    with intelepeer.IntelePeer("smsproof-token", base_url=emulator.url) as client:
        client.set_webhook(intelepeer.WebhookSettings(endpoints=[LONG], webhook=url))


def outcomes(emulator: Emulator) -> list[list[str]]:
    """What the emulator made of each attempt of each delivery."""
    told = httpx2.get(f"{emulator.control}/deliveries", trust_env=False).json()["deliveries"]
    return [[attempt["outcome"] for attempt in delivery["attempts"]] for delivery in told]


def attempts_by_the_clock(emulator: Emulator) -> list[int]:
    """How many attempts of the one delivery had been made at first, and after each pause that the clock was wound by."""
    emulator.settle()
    made = [len(outcomes(emulator)[0])]
    for seconds in (*PAUSES, 10 * HOUR):
        emulator.wind(seconds)
        emulator.settle()
        made.append(len(outcomes(emulator)[0]))
    return made


@pytest.fixture(scope="module")
def ip() -> Iterator[Emulator]:
    """Attempts as far apart as `PAUSES`."""
    with running("intelepeer", setup=Setup(retry_seconds=PAUSES)) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def ms() -> Iterator[Emulator]:
    with running("messangi") as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def _as_new(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    for vendor in {"ip", "ms"} & set(request.fixturenames):
        request.getfixturevalue(vendor).renew()


# -- 42 ------------------------------------------------------------------------------------------------------------------


def test_42_a_receiver_that_answers_500_four_times_and_then_200_gets_five_attempts_and_acts_once(
    ip: Emulator, effects: Effects, tmp_path: Path
) -> None:
    store = FailsAtFirst(tmp_path / "inbox.sqlite", times=4)
    with door(inbound(effects, store)) as hook:
        point(ip, hook.url)
        ip.inbound(PHONE, LONG, "hello")
        assert attempts_by_the_clock(ip) == [1, 2, 3, 4, 5, 5]
        assert hook.came(5) == [500, 500, 500, 500, 200]
    assert outcomes(ip) == [["500", "500", "500", "500", "200"]]
    assert effects == ["hello"]
    store.close()


IMPATIENT = 0.2  # seconds for an attempt, where it is the test that nobody answers


def test_42_a_receiver_that_never_answers_gets_five_attempts_and_acts_once(
    effects: Effects, store: intelepeer.SQLiteStore
) -> None:
    setup = Setup(retry_seconds=PAUSES, attempt_timeout_seconds=IMPATIENT)
    with running("intelepeer", setup=setup) as emulator, door(inbound(effects, store), never) as hook:
        point(emulator, hook.url)
        emulator.inbound(PHONE, LONG, "hello")
        assert attempts_by_the_clock(emulator) == [1, 2, 3, 4, 5, 5]
        assert outcomes(emulator) == [["timeout"] * 5]
        assert hook.came(5) == [200] * 5
    assert effects == ["hello"]


def resets(peer: socket.socket, _status: int) -> None:
    reset(peer)


# Only a 200 that has come says that a message was received (S1:217-219); a status line alone is no head yet.
CUTS: dict[str, tuple[Speak, int]] = {
    "before the answer": (cut(b""), 5),
    "before the answer, by RST": (resets, 5),
    "in the status line": (cut(b"HTTP/1.1 20"), 5),
    "behind the status line": (cut(b"HTTP/1.1 200 OK\r\n"), 5),
    "in the head": (cut(b"HTTP/1.1 200 OK\r\nContent-Len"), 5),
    "behind a whole head, before its body": (cut(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"), 1),
    "in the body": (cut(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"), 1),
    "behind the head of chunks": (cut(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), 1),
}


@pytest.mark.parametrize("where", CUTS)
def test_42_a_200_that_is_cut_counts_once_its_head_has_come_and_the_receiver_acts_once(
    ip: Emulator, effects: Effects, store: intelepeer.SQLiteStore, where: str
) -> None:
    speak, attempts = CUTS[where]
    with door(inbound(effects, store), speak) as hook:
        point(ip, hook.url)
        ip.inbound(PHONE, LONG, "hello")
        attempts_by_the_clock(ip)
        assert hook.came(attempts) == [200] * attempts
    assert effects == ["hello"]


@pytest.mark.parametrize("where", [name for name, (_, attempts) in CUTS.items() if attempts == 5])
def test_42_a_connection_that_is_cut_once_costs_one_more_attempt_and_no_second_effect(
    ip: Emulator, effects: Effects, store: intelepeer.SQLiteStore, where: str
) -> None:
    with door(inbound(effects, store), CUTS[where][0], whole) as hook:
        point(ip, hook.url)
        ip.inbound(PHONE, LONG, "hello")
        attempts_by_the_clock(ip)
        assert hook.came(2) == [200, 200]
    assert effects == ["hello"]


def send(emulator: Emulator, hook: Door) -> str:
    """Send a message whose statuses come to a door; its id."""
    with messangi.Messangi("smsproof-token", base_url=emulator.url) as client:
        sent = client.send(
            messangi.Message(
                from_="12345", to="+580000000005", text="hello", requestDR=True, callbacks=f"{hook.url}/statuses"
            )
        )
    return sent.data.id


def test_42_messangi_brings_each_status_once_to_a_receiver_that_never_answers(
    effects: Effects, store: intelepeer.SQLiteStore
) -> None:
    setup = Setup(attempt_timeout_seconds=IMPATIENT)
    with running("messangi", setup=setup) as emulator, door(statuses(effects, store), never) as hook:
        send(emulator, hook)
        emulator.settle()
        emulator.wind(10 * HOUR)
        emulator.settle()
        assert outcomes(emulator) == [["timeout"], ["timeout"]]
        assert hook.came(2) == [200, 200]
    assert sorted(effects) == [
        "DELIVRD",
        "SENT",
    ]  # a handler runs behind the answer, when the next one may be under way


@pytest.mark.parametrize("where", CUTS)
def test_42_messangi_brings_each_status_once_whatever_becomes_of_the_answer(
    ms: Emulator, effects: Effects, store: intelepeer.SQLiteStore, where: str
) -> None:
    """Its pages speak of no second attempt (AMB-MS-34), so that none is made and none asked for."""
    with door(statuses(effects, store), CUTS[where][0]) as hook:
        send(ms, hook)
        ms.settle()
        ms.wind(10 * HOUR)
        ms.settle()
        assert hook.came(2) == [200, 200]
    assert sorted(effects) == [
        "DELIVRD",
        "SENT",
    ]  # a handler runs behind the answer, when the next one may be under way


def test_42_messangi_goes_on_to_the_next_status_behind_one_that_was_answered_500(
    ms: Emulator, effects: Effects, tmp_path: Path
) -> None:
    store = FailsAtFirst(tmp_path / "inbox.sqlite", times=1)
    with door(statuses(effects, store)) as hook:
        send(ms, hook)
        ms.settle()
        assert hook.came(2) == [500, 200]
    assert effects == ["DELIVRD"]  # nobody brings SENT again, which is why the receiver must not fail
    store.close()


# -- 43 ------------------------------------------------------------------------------------------------------------------


def test_43_a_message_that_comes_five_times_an_hour_apart_and_behind_another_has_one_effect(
    effects: Effects, store: intelepeer.SQLiteStore
) -> None:
    """The first message's answers are lost; the second one comes meanwhile and is acknowledged at once."""
    loses = [cut(b""), whole, cut(b"")]
    with (
        running("intelepeer", setup=Setup(retry_seconds=(HOUR,))) as emulator,
        door(inbound(effects, store), *loses) as hook,
    ):
        point(emulator, hook.url)
        for text in ("first", "second"):
            emulator.inbound(PHONE, LONG, text)
            emulator.settle()
            assert hook.came(1)[-1] == 200
        made: list[int] = []
        for _ in range(5):
            emulator.wind(HOUR)
            emulator.settle()
            made.append(sum(map(len, outcomes(emulator))))
        assert made == [3, 4, 5, 6, 6]
        assert hook.came(4) == [200] * 6
    assert effects == ["first", "second"]


def test_43_two_messages_that_change_places_on_their_way_have_one_effect_each(effects: Effects, tmp_path: Path) -> None:
    store = FailsAtFirst(tmp_path / "inbox.sqlite", times=1)
    with running("intelepeer", setup=Setup(retry_seconds=(HOUR,))) as emulator, door(inbound(effects, store)) as hook:
        point(emulator, hook.url)
        for text in ("first", "second"):
            emulator.inbound(PHONE, LONG, text)
            emulator.settle()
        assert hook.came(2) == [500, 200]
        emulator.wind(HOUR)
        emulator.settle()
        assert hook.came(1) == [500, 200, 200]
    assert effects == ["second", "first"]
    store.close()


def test_43_statuses_five_times_in_disorder_and_an_hour_late_have_one_effect_each_and_never_go_back(
    ms: Emulator, effects: Effects, store: intelepeer.SQLiteStore
) -> None:
    script = [*[{"status": "DELIVRD"}] * 5, {"status": "SENT"}, {"status": "ENROUTE", "after_seconds": HOUR}]
    httpx2.put(f"{ms.control}/scripts", json={"scripts": {"+580000000005": script}}, trust_env=False)
    with door(statuses(effects, store)) as hook:
        send(ms, hook)
        ms.settle()
        assert hook.came(6) == [200] * 6
        ms.wind(HOUR)
        ms.settle()
        assert hook.came(1) == [200] * 7
    assert sorted(effects) == ["DELIVRD", "ENROUTE", "SENT"]
    for order in permutations(effects):
        tracker = messangi.StatusTracker()
        assert [tracker.observe("M", status) for status in order][-1].status == "DELIVRD"


def test_43_a_status_of_an_unknown_message_is_taken_told_and_disturbs_no_other(
    ms: Emulator, store: intelepeer.SQLiteStore
) -> None:
    handled: list[tuple[str, str]] = []
    receiver = messangi.Receiver(messangi.DeliveryStatus, lambda it: handled.append((it.id, it.status)), store=store)
    with door(receiver) as hook:
        known = [send(ms, hook)]
        ms.settle()
        ms.use_faults("callback-with-other-id")
        known.append(send(ms, hook))
        ms.settle()
        ms.use_faults()
        stranger = json.dumps({"id": "never-sent", "status": "DELIVRD"}).encode()
        assert httpx2.post(hook.url, content=stranger, trust_env=False).status_code == 200
        known.append(send(ms, hook))
        ms.settle()
        assert hook.came(7) == [200] * 7
    first, _, third = known
    assert sorted(status for id_, status in handled if id_ not in known) == ["DELIVRD", "DELIVRD", "SENT"]
    assert sorted(one for one in handled if one[0] in known) == sorted(
        (id_, status) for id_ in (first, third) for status in ("SENT", "DELIVRD")
    )
