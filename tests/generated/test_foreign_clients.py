"""A client of another library behind the SDK, and errors that are none of the SDK's own: what left is never safe to repeat."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from smsproof_conformance.emulator import running
from smsproof_sdk import messangi
from smsproof_sdk._runtime import sending
from smsproof_sdk.intelepeer import IntelePeer, Message


def messages(count: int) -> list[messangi.Message]:
    return [messangi.Message(from_="12345", to="+580000000005", text=str(n)) for n in range(count)]


class Foreign:
    """A client of another library, as small as one can be: it posts over a bare socket, and fails where it is told to.

    It has what the SDK needs of a client and no more: build_request, send, and answers that are read in pieces.
    """

    def __init__(self, fails: str = "") -> None:
        self.fails = fails
        self.sent = 0

    def build_request(self, method: str, url: Any, *, content: Any = None, headers: Any = None, timeout: Any = None) -> Any:
        return method, str(url), content or b"", list(headers), timeout

    def send(self, request: Any, *, stream: bool = False, follow_redirects: Any = None) -> Any:
        assert (stream, follow_redirects) == (True, False)
        method, url, content, headers, timeout = request
        parts = urlsplit(url)
        lines = [f"{method} {parts.path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in headers] + ["Connection: close", "", ""]
        with socket.create_connection((parts.hostname, parts.port), timeout=timeout) as peer:
            peer.sendall("\r\n".join(lines).encode() + content)
            said = b"".join(iter(lambda: peer.recv(65536), b""))
        self.sent += 1
        return ForeignAnswer(said, self.fails)


class ForeignAnswer:
    def __init__(self, said: bytes, fails: str) -> None:
        head, _, self.body = said.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        self._status, self._fails = int(first.split()[1]), fails

    @property
    def status_code(self) -> int:
        if self._fails == "status":
            raise AttributeError("the answer has no status")
        return self._status

    def iter_bytes(self) -> Iterator[bytes]:
        yield from (self.body[at : at + 100] for at in range(0, len(self.body), 100))

    def close(self) -> None:
        if self._fails == "close":
            raise KeyError("no such connection in the pool")


@pytest.mark.parametrize("count", [1, 3, 50])
def test_a_foreign_client_sends_one_a_list_and_fifty_at_once(count: int) -> None:
    with running("intelepeer") as emulator:
        foreign = Foreign()
        client = IntelePeer("smsproof-token", base_url=emulator.url, http_client=foreign)
        wanted = [Message(from_="1-12345", to="+13038675309", text=f"text {number}") for number in range(count)]
        if count == 1:
            assert client.send(wanted[0]).code == 202
            return
        result = client.send(wanted)
        assert (len(set(result.ids)), result.failed, result.unknown, foreign.sent) == (count, (), (), 1)
    with running("messangi") as emulator:
        one_by_one = messangi.Messangi("smsproof-token", base_url=emulator.url, http_client=Foreign())
        assert len(set(one_by_one.send(messages(3)).ids)) == 3


def test_fifty_threads_share_a_foreign_client() -> None:
    with running("intelepeer") as emulator, ThreadPoolExecutor(50) as pool:
        client = IntelePeer("smsproof-token", base_url=emulator.url, http_client=Foreign())
        wanted = [Message(from_="1-12345", to="+13038675309", text=f"text {number}") for number in range(50)]
        assert len({sent.refid for sent in pool.map(client.send, wanted)}) == 50
        assert sorted(message["text"] for message in emulator.outbox()) == sorted(one.text for one in wanted)


@pytest.mark.parametrize("fails", ["status", "close"])
def test_an_error_of_a_foreign_client_behind_the_request_is_never_safe_to_repeat(fails: str) -> None:
    with running("messangi") as emulator:
        client = messangi.Messangi("smsproof-token", base_url=emulator.url, http_client=Foreign(fails))
        with pytest.raises(messangi.MaybeSent) as caught:
            client.send(messages(1)[0])
        assert caught.value.is_retry_safe is None
        assert caught.value.__cause__ is not None
        result = client.send(messages(3))
        assert (len(result.unknown), result.failed) == (3, ())
        chunks = client.send_in_chunks(messages(3), size=2)
        assert (len(chunks.unknown), chunks.failed) == (3, ())
        assert len(emulator.outbox()) == 7


def test_an_error_of_a_token_function_left_nothing_and_is_safe_to_repeat() -> None:
    def token() -> str:
        raise RuntimeError("vault is closed")

    with running("messangi") as emulator:
        client = messangi.Messangi(token, base_url=emulator.url)
        with pytest.raises(RuntimeError, match="vault is closed"):
            client.send(messages(1)[0])
        result = client.send(messages(3))
        assert [item.is_retry_safe for item in result.failed] == [True] * 3
        assert isinstance(result.stopped, messangi.NotSent)
        assert emulator.outbox() == []


def test_an_error_of_ours_behind_the_answer_is_sent_and_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    with running("messangi") as emulator, messangi.Messangi("smsproof-token", base_url=emulator.url) as client:
        monkeypatch.setattr(sending, "_accepted", breaks)
        result = client.send(messages(2))
        assert (len(result.unknown), result.failed, result.stopped) == (2, (), None)
        assert len(emulator.outbox()) == 2
