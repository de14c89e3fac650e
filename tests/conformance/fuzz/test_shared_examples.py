"""Examples that runs share: given behind the seeded stream, replayed behind it, and never worth more than one warning."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis.database import choices_to_bytes

from smsproof_conformance.fuzz import campaign
from smsproof_conformance.fuzz.effort import Effort
from smsproof_conformance.fuzz.examples import PASSWORD, OnRedis
from smsproof_conformance.fuzz.sharing import ExamplesError, Shared
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets.demonstration import SECRETS
from smsproof_conformance.wire.peer import Peer
from smsproof_spec import contract as contracts
from tests.conformance.cases.second_intelepeer import Refuse
from tests.conformance.fuzz.test_campaign import IntelePeer, Ran, a_target, ran, standing


class RefusesAccents(IntelePeer):
    """Takes no text that is not ASCII. No enumeration of a schema shows it."""

    def check(self, value: Any) -> None:
        super().check(value)
        if not value["text"].isascii():
            raise Refuse(400)


class Kept:
    """Shared examples without a Redis."""

    def __init__(self, held: dict[str, set[bytes]] | None = None) -> None:
        self.held = {name: set(examples) for name, examples in (held or {}).items()}

    def fetch(self, name: str) -> tuple[bytes, ...]:
        return tuple(sorted(self.held.get(name, ())))

    def give(self, name: str, examples: Iterable[bytes]) -> None:
        self.held.setdefault(name, set()).update(examples)


def fuzz(server: object, seed: int, examples: Shared | None) -> Ran:
    chosen = standing("intelepeer")
    with Ledger.in_memory() as ledger:
        run = Run(
            a_target("intelepeer"), SECRETS, contracts.load("intelepeer"), ledger,
            peer=lambda *_: Peer(server, None),  # type: ignore[arg-type]
        )  # fmt: skip
        run.start(chosen, seed=seed, then=campaign.phase(chosen, Effort(seed, 4), examples))
        return ran(ledger, "intelepeer", chosen)


@pytest.fixture(scope="module")
def alone() -> Ran:
    """A run against a right server that shares nothing."""
    return fuzz(IntelePeer(), 2, None)


@pytest.fixture(scope="module")
def given() -> dict[str, set[bytes]]:
    """What a run against a wrong server gave."""
    kept = Kept()
    fuzz(RefusesAccents(), 1, kept)
    return {name: held for name, held in kept.held.items() if held}


def test_37_examples_of_others_never_change_the_seeded_stream_and_are_replayed_behind_it(
    given: dict[str, set[bytes]], alone: Ran
) -> None:
    assert given
    beside = fuzz(IntelePeer(), 2, Kept(given)).requests
    assert beside[: len(alone.requests)] == alone.requests
    assert len(beside) > len(alone.requests)


def test_an_example_that_one_target_gave_is_kept_when_another_does_it_right(given: dict[str, set[bytes]]) -> None:
    kept = Kept(given)
    fuzz(IntelePeer(), 2, kept)
    assert {name: held for name, held in kept.held.items() if held} == given


def test_an_example_that_is_none_is_passed_over(alone: Ran) -> None:
    class Nonsense(Kept):
        def fetch(self, name: str) -> tuple[bytes, ...]:
            return {
                "messages": (b"", b"\xff\x00"),
                "lists": (choices_to_bytes(("x", 1, True)),),
                "settings": (b"\x00" * 10_000,),
            }.get(name.rpartition("/")[2], ())

    beside = fuzz(IntelePeer(), 2, Nonsense())
    assert (beside.stopped, beside.requests[: len(alone.requests)]) == (None, alone.requests)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """A Redis of its own; its address."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs redis-server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if "Ready to accept connections" in line:
                break
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_38_what_one_run_found_another_one_replays_from_redis_which_holds_no_number(redis: str, alone: Ran) -> None:
    from redis import Redis

    fuzz(RefusesAccents(), 1, OnRedis(redis, pytest.fail))
    beside = fuzz(IntelePeer(), 2, OnRedis(redis, pytest.fail))
    assert len(beside.requests) > len(alone.requests)
    client = Redis.from_url(redis)
    held = b"".join(value for key in client.scan_iter() for value in client.smembers(key))
    client.close()
    assert held
    assert not [digits for digits in (b"2191112222", b"2161112222", b"3038675309", b"3038678888") if digits in held]


@contextmanager
def nobody() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    yield f"redis://127.0.0.1:{port}"


@contextmanager
def saying(line: bytes) -> Iterator[str]:
    """A server that says one line to whatever it is told; nothing, for none."""

    def talk(peer: socket.socket) -> None:
        with peer, suppress(OSError):
            while peer.recv(65536):
                peer.sendall(line)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


WRONG_TYPE = b"-WRONGTYPE Operation against a key holding \x1b[31m the wrong kind of value\r\n"
ADDRESSES = {
    "down": nobody,
    "slow": lambda: saying(b""),
    "no Redis": lambda: saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "of another type": lambda: saying(WRONG_TYPE),
}


@pytest.mark.parametrize("wrong", ADDRESSES)
def test_38_a_redis_that_is_wrong_costs_one_warning_and_no_request(wrong: str, alone: Ran) -> None:
    warnings: list[str] = []
    with ADDRESSES[wrong]() as address:
        began = time.monotonic()
        beside = fuzz(IntelePeer(), 2, OnRedis(address, warnings.append))
        took = time.monotonic() - began
    (warning,) = warnings
    assert "this run goes on without them" in warning and warning.isprintable()
    assert (beside.requests, beside.strict.exit_code, beside.stopped) == (alone.requests, alone.strict.exit_code, None)
    assert took < 30  # one word of a second, where every word would be


def test_38_a_key_of_another_type_in_a_real_redis_costs_one_warning(redis: str, given: dict[str, set[bytes]]) -> None:
    from redis import Redis

    client = Redis.from_url(redis)
    OnRedis(redis, pytest.fail).give(next(iter(given)), [b"x"])
    for key in list(client.scan_iter()):
        client.delete(key)
        client.set(key, b"a string")
    client.close()
    warnings: list[str] = []
    assert fuzz(IntelePeer(), 2, OnRedis(redis, warnings.append)).stopped is None
    assert len(warnings) == 1 and "ResponseError" in warnings[0]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://127.0.0.1", "expected redis://HOST:PORT"),
        ("redis://", "expected redis://HOST:PORT"),
        ("redis://h?password=x", "expected redis://HOST:PORT"),
        ("redis://u:secret@h", PASSWORD),
        ("redis://h:port", "--examples"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_before_anything_is_sent(address: str, says: str) -> None:
    with pytest.raises(ExamplesError, match=says) as refused:
        OnRedis(address, pytest.fail)
    assert "secret" not in str(refused.value)
