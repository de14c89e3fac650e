"""Safe to leave running: where the emulator connects to, whom it answers, how much it reads."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from smsproof_conformance.emulator import Setup, running
from smsproof_conformance.emulator.account import Account
from smsproof_conformance.emulator.delivery.destination import ForbiddenDestination, resolve

from .conftest import Client

LONG = "+12161112222"
GOOD = {"from": "+12191112222", "to": "+13038675309", "text": "Hello World!"}


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Every address that a socket of this process was told to connect to, but for the tests' own client."""
    found: list[Any] = []
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def spy(real: Any) -> Any:
        def spied(self: socket.socket, address: Any) -> Any:
            found.append(address)
            return real(self, address)

        return spied

    monkeypatch.setattr(socket.socket, "connect", spy(connect))
    monkeypatch.setattr(socket.socket, "connect_ex", spy(connect_ex))
    yield found


# A.4 of the reliability notes, and their like.
FORBIDDEN = [
    "http://169.254.169.254/latest/meta-data",
    "http://[::ffff:169.254.169.254]/",
    "http://[fe80::1]/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://017700000001/",
    "http://127.1/",
    "http://127.0.0.1@evil.invalid/",
    "http://127.0.0.1%2f@evil.invalid/",
    "http://10.0.0.1/",
    "http://192.168.1.1:8080/",
    "http://private.test/",
    "http://both.test/",
    "https://private.test/",
    "http://127.0.0.1:99999/",
]


@pytest.fixture(autouse=True)
def name_server(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names resolve to what a hostile name server would say; nobody on the network is asked."""
    asked: list[str] = []
    answers = {
        "localhost": ["127.0.0.1"],
        "loop.test": ["127.0.0.1"],
        "private.test": ["10.1.2.3"],
        "both.test": ["127.0.0.1", "10.1.2.3"],
    }
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in (None, "127.0.0.1", "::1"):
            return real(host, port, *args, **options)
        asked.append(name)
        if name == "rebinding.test":
            addresses = ["127.0.0.1"] if asked.count(name) == 1 else ["10.1.2.3"]
        elif name in answers:
            addresses = answers[name]
        else:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize("url", FORBIDDEN)
def test_a_webhook_elsewhere_than_loopback_is_registered_and_never_connected_to(ip, dialled, url):
    assert ip.hook({"endpoints": [LONG], "webhook": url}).status_code == 201
    ip.inbound("+15551112222", LONG, "hello")
    before = len(dialled)
    ip.settle()
    (delivery,) = ip.deliveries()
    assert dialled[before:] == []
    outcomes = {attempt["outcome"] for attempt in delivery["attempts"]}
    assert delivery["state"] == "forbidden" or outcomes == {"unresolved"}


@pytest.mark.parametrize(
    "url",
    [
        *FORBIDDEN,
        "http://127.0.0.1 .evil.invalid/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/_x",
        "ftp://127.0.0.1/",
        "//x",
        "",
    ],
)
def test_a_callback_elsewhere_than_loopback_is_never_connected_to(ms, dialled, url):
    sent = {"from": "12345", "to": "+580000000005", "text": "x", "requestDR": True, "callbacks": url}
    ms.settle()
    before = len(dialled)
    assert ms.single(sent).status_code == 200
    ms.settle()
    own = int(ms.base_url.port or 0)
    assert [address for address in dialled[before:] if address[1] != own] == []


def test_a_redirect_to_elsewhere_is_not_followed(ip, dialled, listener):
    listener.script["/hook"] = [302]
    listener.headers["location"] = "http://169.254.169.254/"
    ip.hook({"endpoints": [LONG], "webhook": listener.url + "/hook"})
    ip.inbound("+15551112222", LONG, "hello")
    ip.settle()
    assert {address[0] for address in dialled} == {"127.0.0.1"}
    assert len(listener.arrivals) == 5


def test_a_name_is_resolved_once_for_each_attempt_and_that_address_is_used(ip, dialled, listener, name_server):
    port = listener.url.rpartition(":")[2]
    ip.hook({"endpoints": [LONG], "webhook": f"http://rebinding.test:{port}/hook"})
    listener.script["/hook"] = [500]
    ip.inbound("+15551112222", LONG, "hello")
    ip.settle()
    # The first answer is loopback and is used; the second is private and is refused before a socket exists.
    assert name_server.count("rebinding.test") == 2
    assert len(listener.arrivals) == 1
    assert {address[0] for address in dialled} == {"127.0.0.1"}
    assert ip.deliveries()[0]["state"] == "forbidden"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "loop.test", "127.0.0.1"])
def test_loopback_by_any_honest_name_is_connected_to(ip, listener, host):
    port = listener.url.rpartition(":")[2]
    ip.hook({"endpoints": [LONG], "webhook": f"http://{host}:{port}/hook"})
    ip.inbound("+15551112222", LONG, "hello")
    ip.settle()
    assert len(listener.arrivals) == 1


def test_an_allowed_host_may_be_elsewhere():
    async def judged(url: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        return (await resolve(url, allowed)).addresses

    assert asyncio.run(judged("http://Private.test/", ("private.TEST",))) == ("10.1.2.3",)
    assert asyncio.run(judged("http://10.1.2.3/", ("10.1.2.3",))) == ("10.1.2.3",)
    with pytest.raises(ForbiddenDestination):
        asyncio.run(judged("http://10.1.2.3/", ("private.test",)))


def test_an_endless_answer_of_a_webhook_is_not_read(ip):
    """The answer is 200 at once; what follows is neither waited for nor kept."""
    sent = 0
    with socket.create_server(("127.0.0.1", 0)) as server:
        import threading

        def talk() -> None:
            nonlocal sent
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                try:
                    while sent < 100_000_000:
                        sent += connection.send(b"x" * 65536)
                except OSError:
                    pass

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        ip.hook({"endpoints": [LONG], "webhook": f"http://127.0.0.1:{server.getsockname()[1]}/"})
        ip.inbound("+15551112222", LONG, "hello")
        ip.settle()
        thread.join(10)
    assert sent < 20_000_000
    assert ip.deliveries()[0]["state"] == "acknowledged"


# Who is answered.


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::ffff:7f00:1]", "", "localhost.evil"]
)
@pytest.mark.parametrize("path", ["/_rest/v4/app/sms/send", "/_smsproof/reset", "/_smsproof/"])
def test_a_host_that_is_not_loopback_is_refused(ip, host, path):
    answer = ip.post(path, json=GOOD, headers={"Host": host})
    assert answer.status_code == 421
    assert ip.outbox() == []


def test_other_hosts_can_be_allowed():
    with running("intelepeer", setup=Setup(allow_hosts=("emulator",))) as emulator, Client(emulator) as ip:
        assert ip.send_sms(GOOD, headers={"Host": "Emulator:8080"}).status_code == 202


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1"])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/reset"), ("GET", "/outbox"), ("PUT", "/faults"), ("POST", "/inbound")]
)
def test_the_control_api_refuses_any_origin(ip, method, path, origin):
    answer = ip.request(method, ip.control + path, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


# How much is read.


def test_a_body_beyond_the_limit_is_answered_413():
    with running("intelepeer", setup=Setup(max_body_bytes=1000)) as emulator, Client(emulator) as ip:
        assert ip.send_sms({**GOOD, "text": "x" * 800}).status_code == 202
        assert ip.send_sms({**GOOD, "text": "x" * 1000}).status_code == 413
        chunked = ip.post("/_rest/v4/app/sms/send", content=(b"x" * 100 for _ in range(100)))
        assert chunked.status_code == 413
        assert ip.send_sms(GOOD).status_code == 202


def test_a_request_that_drips_is_cut_off(monkeypatch):
    monkeypatch.setattr("smsproof_conformance.emulator.serving.wire.REQUEST_SECONDS", 0.2)
    with running("intelepeer") as emulator:
        port = int(emulator.url.rpartition(":")[2])
        for part in (
            b"POST /_rest/v4/app/sms/send HTTP/1.1\r\nHost: loc",
            b"POST / HTTP/1.1\r\nHost: localhost\r\ncontent-length: 9\r\n\r\n{",
        ):
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.settimeout(5)
                connection.sendall(part)
                began = time.monotonic()
                answer = b""
                while chunk := connection.recv(4096):
                    answer += chunk
                assert answer.startswith(b"HTTP/1.1 408 ")
                assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == 408
                assert time.monotonic() - began < 4


def exchanged(emulator, sent: bytes) -> bytes:
    """What comes back for these bytes until the emulator closes."""
    with socket.create_connection(("127.0.0.1", int(emulator.url.rpartition(":")[2]))) as connection:
        connection.settimeout(5)
        answer = b""
        try:
            connection.sendall(sent)
            while chunk := connection.recv(4096):
                answer += chunk
        except ConnectionError:  # it closed while there was more to send
            pass
        return answer


HEAD = b"POST /_rest/v4/app/sms/send HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer smsproof-token\r\n"
BODY = b'{"from":"+12191112222","to":"+13038675309","text":"x"}'


@pytest.mark.parametrize("padding", [b"X-Padding: " + b"x" * 1_000_000, b"\r\n".join([b"X-A: b"] * 60_000)])
def test_a_head_of_a_megabyte_is_not_read_to_its_end(intelepeer, padding):
    answer = exchanged(intelepeer, HEAD + padding)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
    assert intelepeer.outbox() == []


def test_a_head_that_is_too_large_is_answered_431_in_the_vendors_form(intelepeer):
    with socket.create_connection(("127.0.0.1", int(intelepeer.url.rpartition(":")[2]))) as connection:
        connection.settimeout(5)
        connection.sendall(HEAD)
        for _ in range(65):  # the last one is too much: whoever sends on after it may meet a closed connection
            connection.sendall(b"X-Padding: " + b"x" * 1000 + b"\r\n")
        head, _, body = connection.recv(4096).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 ")
    assert json.loads(body)["code"] == 431


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(BODY) + BODY,
        b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n" % len(BODY)
        + b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY),
        b"Content-Length: %d\r\nContent-Length: 5\r\n\r\n" % len(BODY) + BODY,
        b"Content-Length: -1\r\n\r\n" + BODY,
        b"Content-Length: 5 5\r\n\r\n" + BODY,
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + BODY,
    ],
)
def test_a_request_framed_in_two_ways_is_answered_400_in_the_vendors_form(intelepeer, framing):
    head, _, body = exchanged(intelepeer, HEAD + b"Connection: close\r\n" + framing).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["code"] == 400
    assert intelepeer.outbox() == []


@pytest.mark.parametrize("hosts", [b"", b"Host: localhost\r\nHost: evil.example\r\n"])
def test_a_request_without_a_host_or_with_two_is_refused(intelepeer, hosts):
    request = b"POST /_rest/v4/app/sms/send HTTP/1.1\r\nAuthorization: Bearer smsproof-token\r\nConnection: close\r\n"
    answer = exchanged(intelepeer, request + hosts + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
    assert answer.startswith((b"HTTP/1.1 421 ", b"HTTP/1.1 400 "))
    assert intelepeer.outbox() == []


def test_a_request_that_breaks_off_sends_nothing_even_if_its_json_is_whole(intelepeer):
    with socket.create_connection(("127.0.0.1", int(intelepeer.url.rpartition(":")[2]))) as connection:
        connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n" + BODY)
    # A request on a connection that was made later is answered after the other one was dropped.
    assert exchanged(intelepeer, HEAD + b"Connection: close\r\nContent-Length: 1\r\n\r\n{").startswith(b"HTTP/1.1 400 ")
    assert intelepeer.outbox() == []


def test_it_listens_on_loopback_only(intelepeer):
    with socket.create_connection(("127.0.0.1", int(intelepeer.url.rpartition(":")[2]))) as connection:
        assert connection.getpeername()[0] == "127.0.0.1"
    assert intelepeer.url.startswith("http://127.0.0.1:")


def test_an_emulator_that_cannot_start_says_so_instead_of_waiting(monkeypatch):
    def broken(account: Account) -> None:
        raise OSError("no more files")

    monkeypatch.setattr(Account, "resume", broken)
    with pytest.raises(RuntimeError, match="did not start"), running("intelepeer"):
        pass
