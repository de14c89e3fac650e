"""The one seam to the network, against peers that break every rule: it always comes back, with an answer or a reason."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import Callable
from contextlib import suppress

import pytest
from pydantic import SecretStr

from smsproof_conformance.records.exchange import Answer, Lost, Request
from smsproof_conformance.targets.target import Secrets, Target
from smsproof_conformance.wire.connection import MAX_BODY_BYTES
from smsproof_conformance.wire.transport import Transport
from tests.conformance.raw_server import raw_server, reset, says

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def exchange(url: str, timeout_seconds: float = 5.0, token: str = "good") -> Answer | Lost:
    target = Target(name="t", vendor="intelepeer", base_url=url, token_env="T", timeout_seconds=timeout_seconds)
    secrets = Secrets(token=SecretStr("the-token"), expired_token=SecretStr("old-token"))
    request = Request("c", "s", None, "POST", "/send?endpoint=%2B1", (("X-Own", "1"),), b"{}", token)  # type: ignore[arg-type]

    async def run() -> Answer | Lost:
        transport = Transport(target, secrets)
        try:
            return await transport.exchange(request)
        finally:
            await transport.close()

    return asyncio.run(run())


def stall(peer: socket.socket, _request: bytes) -> None:
    peer.recv(1)  # returns when the client gives up


def drip(peer: socket.socket, _request: bytes) -> None:
    peer.sendall(OK + b"Content-Length: 1000000\r\n\r\n")
    while True:
        peer.sendall(b" ")
        peer.settimeout(0.05)
        with suppress(TimeoutError):
            if not peer.recv(1):
                return


def endless(peer: socket.socket, _request: bytes) -> None:
    peer.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        peer.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def test_an_answer_comes_with_status_headers_and_body() -> None:
    with raw_server(says(OK + b"Content-Length: 2\r\n\r\n{}")) as url:
        answer = exchange(url)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body, answer.header("content-type")) == (200, b"{}", "application/json")


@pytest.mark.parametrize(
    ("token", "line"),
    [
        ("good", b"Authorization: Bearer the-token\r\n"),
        ("expired", b"Authorization: Bearer old-token\r\n"),
        ("no-scheme", b"Authorization: the-token\r\n"),
        ("malformed", b"Authorization: Bearer\r\n"),
        ("other-scheme", b"Authorization: Token the-token\r\n"),
        ("wrong-basic", b"Authorization: Basic bm9ib2R5Om5vYm9keS1ldmVyLWlzc3VlZC10aGlzLXRva2Vu\r\n"),
        ("longer", b"Authorization: Bearer the-token-and-more\r\n"),
    ],
)
def test_each_kind_of_token_is_sent_as_it_is_called(token: str, line: bytes) -> None:
    seen: list[bytes] = []

    def answer(peer: socket.socket, request: bytes) -> None:
        seen.append(request)
        peer.sendall(OK + b"Content-Length: 2\r\n\r\n{}")

    with raw_server(answer) as url:
        exchange(url, token=token)
    assert line in seen[0]


def test_no_token_means_no_authorization_header_and_the_target_stays_as_written() -> None:
    seen: list[bytes] = []

    def answer(peer: socket.socket, request: bytes) -> None:
        seen.append(request)
        peer.sendall(OK + b"Content-Length: 2\r\n\r\n{}")

    with raw_server(answer) as url:
        exchange(url, token="missing")
    assert b"authorization" not in seen[0].lower()
    assert seen[0].startswith(b"POST /send?endpoint=%2B1 HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("behave", "kind", "left"),
    [
        (stall, "transport.deadline", True),
        (drip, "transport.deadline", True),
        (lambda peer, _: None, "transport.truncated", True),
        (lambda peer, _: reset(peer), "transport.reset", True),
        (says(OK + b"Content-Length: 100\r\n\r\n{"), "transport.truncated", True),
        (says(b"hello, I am no web server\r\n\r\n"), "transport.protocol", True),
        (says(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}"), "transport.protocol", True),
        (says(OK + b"X: " + b"x" * 200_000 + b"\r\n\r\n"), "transport.protocol", True),
    ],
    ids=["stalls", "drips", "closes", "resets", "truncates", "no-http", "two-lengths", "huge-header"],
)
def test_a_broken_peer_ends_in_its_kind(behave: Callable[[socket.socket, bytes], None], kind: str, left: bool) -> None:
    with raw_server(behave) as url:
        lost = exchange(url, timeout_seconds=0.5)
    assert isinstance(lost, Lost)
    assert (lost.kind, lost.left) == (kind, left)


def test_a_refused_connection_left_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    lost = exchange(f"http://127.0.0.1:{port}")
    assert isinstance(lost, Lost)
    assert (lost.kind, lost.left) == ("transport.refused", False)


def test_an_endless_body_is_cut_at_the_cap() -> None:
    with raw_server(endless) as url:
        answer = exchange(url)
    assert isinstance(answer, Answer)
    assert (answer.malformed, len(answer.body)) == ("oversize", MAX_BODY_BYTES)


def test_a_gzip_bomb_is_cut_at_the_cap() -> None:
    bomb = gzip.compress(b"\0" * (64 * 1024 * 1024))
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: " + str(len(bomb)).encode() + b"\r\n\r\n"
    with raw_server(says(head + bomb)) as url:
        answer = exchange(url)
    assert isinstance(answer, Answer)
    assert (answer.malformed, len(answer.body)) == ("oversize", MAX_BODY_BYTES)


def test_a_body_that_is_not_what_its_encoding_says_is_malformed() -> None:
    with raw_server(says(OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}")) as url:
        answer = exchange(url)
    assert isinstance(answer, Answer)
    assert answer.malformed == "encoding"


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    hits: list[bytes] = []

    def elsewhere(peer: socket.socket, request: bytes) -> None:
        hits.append(request)

    with raw_server(elsewhere) as other:
        head = b"HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\nLocation: " + other.encode() + b"/\r\n\r\n"
        with raw_server(says(head)) as url:
            answer = exchange(url)
    assert isinstance(answer, Answer)
    assert (answer.status, hits) == (307, [])


def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    hits: list[bytes] = []

    def proxy(peer: socket.socket, request: bytes) -> None:
        hits.append(request)

    with raw_server(proxy) as through, raw_server(says(OK + b"Content-Length: 2\r\n\r\n{}")) as url:
        monkeypatch.setenv("HTTP_PROXY", through)
        monkeypatch.setenv("ALL_PROXY", through)
        answer = exchange(url)
    assert isinstance(answer, Answer)
    assert hits == []


def test_a_strange_charset_is_nobodys_problem() -> None:
    with raw_server(
        says(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=rot13\r\nContent-Length: 2\r\n\r\n{}")
    ) as url:
        answer = exchange(url)
    assert isinstance(answer, Answer)
    assert answer.value == {}
