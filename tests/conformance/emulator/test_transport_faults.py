"""Transport faults on the wire, seen by a raw socket: what goes out, byte by byte, and that it can be switched off again."""

from __future__ import annotations

import gzip
import socket
import zlib
from collections.abc import Iterator

import pytest

from smsproof_conformance.emulator import Emulator, running
from smsproof_conformance.emulator.faults import FAULTS

from .conftest import Client

REQUEST = (
    b"POST /_rest/v4/app/sms/send HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer smsproof-token\r\n"
    b"Content-Type: application/json\r\nContent-Length: 63\r\n%b\r\n"
    b'{"from": "+12191112222", "to": "+13038675309", "text": "hello"}'
)
CLOSE = b"Connection: close\r\n"


@pytest.fixture
def wire(intelepeer: Emulator) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", int(intelepeer.url.rpartition(":")[2]))) as connection:
        connection.settimeout(10)
        yield connection


def everything(connection: socket.socket, at_most: int = 10_000_000) -> bytes:
    found = b""
    while len(found) < at_most and (piece := connection.recv(65536)):
        found += piece
    return found


def test_toxiproxys_names_are_all_there_with_their_kinds():
    kinds = {name: fault.kind for name, fault in FAULTS.items() if fault.toxic is not None}
    assert kinds == {
        "latency": "harmless", "bandwidth": "harmless", "slicer": "harmless", "slow_close": "harmless",
        "timeout": "transport", "reset_peer": "transport", "limit_data": "transport", "down": "transport",
        "truncated-body": "transport", "endless-body": "transport", "gzip-bomb": "transport", "bad-utf8": "transport",
        "duplicate-keys": "transport", "wrong-content-type": "transport", "huge-headers": "transport",
        "redirect": "transport",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["latency", "bandwidth", "slicer", "slow_close"])
def test_a_harmless_fault_gives_the_whole_answer(intelepeer, wire, name):
    intelepeer.use_faults(name)
    wire.sendall(REQUEST % CLOSE)
    head, _, body = everything(wire).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 202 ")
    assert b"content-length: %d" % len(body) in head
    assert body.startswith(b'{"state":"Queued"')


def test_slices_are_many(intelepeer, wire):
    intelepeer.use_faults("slicer", "latency")
    wire.sendall(REQUEST % CLOSE)
    first = wire.recv(7)
    assert first == b"HTTP/1."


def test_no_byte_comes_back_before_the_timeout(intelepeer, wire):
    intelepeer.use_faults("timeout")
    wire.sendall(REQUEST % b"")
    assert everything(wire) == b""


# `down`: as Toxiproxy's, connections are refused; the control API has a port of its own.


def test_a_port_that_is_down_refuses_connections_until_it_is_up_again(intelepeer):
    port = int(intelepeer.url.rpartition(":")[2])
    for _ in range(3):
        intelepeer.use_faults("down")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        intelepeer.use_faults()
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(REQUEST % CLOSE)
            assert everything(connection).startswith(b"HTTP/1.1 202 ")


def test_what_was_connected_before_the_port_went_down_is_reset(intelepeer, wire):
    wire.sendall(REQUEST % b"")
    assert wire.recv(12) == b"HTTP/1.1 202"
    intelepeer.use_faults("down")
    wire.sendall(REQUEST % b"")
    with pytest.raises(ConnectionResetError):
        everything(wire)


def test_a_port_that_is_down_from_the_start_is_raised_through_the_control_api():
    with running("messangi", ("down",)) as emulator, Client(emulator) as ms:
        port = int(emulator.url.rpartition(":")[2])
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        with socket.socket() as somebody_else, pytest.raises(OSError, match="in use"):
            somebody_else.bind(("127.0.0.1", port))
        assert ms.get(ms.control + "/faults").json() == {"faults": ["down"]}
        assert ms.put(ms.control + "/faults", json={"faults": []}).status_code == 200
        assert ms.single({"from": "12345", "to": "+580000000005", "text": "x"}).status_code == 200


def test_a_reset_is_a_reset(intelepeer, wire):
    intelepeer.use_faults("reset_peer")
    wire.sendall(REQUEST % b"")
    with pytest.raises(ConnectionResetError):
        everything(wire)


def test_data_is_limited(intelepeer, wire):
    intelepeer.use_faults("limit_data")
    wire.sendall(REQUEST % b"")
    assert len(everything(wire)) == 100


def test_a_body_is_truncated(intelepeer, wire):
    intelepeer.use_faults("truncated-body")
    wire.sendall(REQUEST % b"")
    head, _, body = everything(wire).partition(b"\r\n\r\n")
    assert b"content-length: 85" in head
    assert len(body) == 42


def test_a_body_is_endless(intelepeer, wire):
    intelepeer.use_faults("endless-body")
    wire.sendall(REQUEST % b"")
    found = everything(wire, at_most=3_000_000)
    assert b"transfer-encoding: chunked" in found
    assert b"content-length" not in found
    assert len(found) >= 3_000_000


def test_a_bomb_is_a_thousand_times_larger_inside(intelepeer, wire):
    intelepeer.use_faults("gzip-bomb")
    wire.sendall(REQUEST % CLOSE)
    head, _, body = everything(wire).partition(b"\r\n\r\n")
    assert b"content-encoding: gzip" in head
    assert len(body) < 70_000
    assert len(zlib.decompressobj(31).decompress(body, 50_000_000)) == 50_000_000
    assert gzip.decompress(body).startswith(b'{"code":202')


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("bad-utf8", b'{"\xffstate":"Queued"'),
        ("duplicate-keys", b'{"state":null,"state":"Queued"'),
        ("wrong-content-type", b"<html>"),
        ("redirect", b'{"code":307}'),
        ("huge-headers", b'{"state":"Queued"'),
    ],
)
def test_a_whole_answer_that_cannot_be_read(intelepeer, wire, name, start):
    intelepeer.use_faults(name)
    wire.sendall(REQUEST % CLOSE)
    head, _, body = everything(wire).partition(b"\r\n\r\n")
    assert body.startswith(start)
    assert b"content-length: %d" % len(body) in head
    assert (len(head) > 1_000_000) == (name == "huge-headers")
    assert (b"location: http://localhost:1/" in head) == (name == "redirect")


@pytest.mark.parametrize("name", sorted(name for name, fault in FAULTS.items() if fault.toxic))
def test_the_control_api_stays_reachable_on_a_connection_that_was_open_before(intelepeer, name):
    with Client(intelepeer) as ip:
        good = {"from": "+12191112222", "to": "+13038675309", "text": "x"}
        assert ip.send_sms(good).status_code == 202
        assert ip.put(ip.control + "/faults", json={"faults": [name]}).status_code == 200
        try:
            with ip.stream("POST", "/_rest/v4/app/sms/send", json=good) as answer:
                answer.status_code  # noqa: B018  # its body may never end
        except Exception as error:
            assert FAULTS[name].kind == "transport", error
        assert ip.put(ip.control + "/faults", json={"faults": []}).status_code == 200
        assert ip.send_sms(good).status_code == 202


def test_several_transport_faults_act_together(intelepeer, wire):
    intelepeer.use_faults("slicer", "truncated-body", "send-status-200")
    wire.sendall(REQUEST % b"")
    head, _, body = everything(wire).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert len(body) == 42


def test_answers_keep_their_order_on_a_connection_that_is_pipelined(intelepeer, wire):
    intelepeer.use_faults("latency")
    wire.sendall(REQUEST % b"" + b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    found = everything(wire)
    assert found.index(b"HTTP/1.1 202") < found.index(b"HTTP/1.1 404")
