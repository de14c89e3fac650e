"""`smsproof emulate`: the first line, the signals, the errors."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys

import httpx2
import pytest

COMMAND = [sys.executable, "-c", "from smsproof_conformance.entry import main; main()", "emulate"]


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_first_line_says_where_it_is_and_a_signal_stops_it_with_code_0(stop):
    process = start("intelepeer", "--port", "0", "--fault", "send-status-200")
    assert process.stdout is not None
    line = json.loads(process.stdout.readline())
    assert line.keys() == {"url", "control"}
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/_smsproof", line["control"])
    answer = httpx2.post(
        line["url"] + "/_rest/v4/app/sms/send",
        json={"from": "+12191112222", "to": "+13038675309", "text": "x"},
        headers={"Authorization": "Bearer smsproof-token"},
        verify=False,
    )
    assert answer.status_code == 200
    process.send_signal(stop)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


def test_what_is_no_http_is_answered_and_prints_nothing():
    process = start("intelepeer")
    assert process.stdout is not None
    port = int(json.loads(process.stdout.readline())["url"].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GARBAGE\r\n\r\n")
        assert connection.recv(64).startswith(b"HTTP/1.1 400 ")
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=10) == ("", "")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("intelepeer", "--fault", "bulk-order-reverse"), "'bulk-order-reversed'"),
        (("messangi", "--fault", "bulk-order-reversed"), "no fault of messangi 'bulk-order-reversed'"),
        (("intelepear",), "'intelepeer'"),
    ],
)
def test_an_unknown_name_is_exit_2_with_the_nearest(arguments, hint):
    process = start(*arguments)
    out, error = process.communicate(timeout=10)
    assert (process.returncode, out) == (2, "")
    assert hint in error
    assert "Traceback" not in error


def test_a_port_in_use_is_exit_2():
    first = start("messangi")
    assert first.stdout is not None
    port = json.loads(first.stdout.readline())["url"].rpartition(":")[2]
    second = start("messangi", "--port", port)
    out, error = second.communicate(timeout=10)
    first.terminate()
    first.communicate(timeout=10)
    assert (second.returncode, out) == (2, "")
    assert port in error
