"""The line to repeat a request: what a shell makes of it is exactly what was sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsproof_conformance.records.exchange import Request
from smsproof_conformance.reports.curl import curl
from smsproof_conformance.targets.target import Target, Token

TARGET = Target(
    name="t", vendor="intelepeer", base_url="http://[::1]:8080", token_env="MY_TOKEN", expired_token_env="MY_OLD_TOKEN"
)
JSON = (("Accept", "application/json"), ("Content-Type", "application/json"))


def request(
    body: bytes | None = None,
    *,
    target: str = "/send",
    method: str = "POST",
    token: Token = "good",
    headers: tuple[tuple[str, str], ...] = JSON,
) -> Request:
    return Request("c", "s", "sendMessage", method, target, headers, body, token)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `curl` that writes down its arguments and its standard input."""
    folder = tmp_path_factory.mktemp("bin")
    program = folder / "curl"
    program.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        "data = sys.stdin.buffer.read() if '@-' in sys.argv else b''\n"
        "words = [os.fsencode(word).decode('latin-1') for word in sys.argv[1:]]\n"
        "json.dump([words, data.decode('latin-1')], open(os.environ['SEEN'], 'w'))\n"
    )
    program.chmod(0o700)
    return folder


def run(shell: Path, line: str) -> tuple[list[bytes], bytes]:
    """What the shell passes to curl: arguments and standard input."""
    seen = shell / "seen.json"
    environment = {"PATH": f"{shell}:{os.environ['PATH']}", "SEEN": str(seen), "MY_TOKEN": "tok", "MY_OLD_TOKEN": "old"}
    done = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, timeout=30, check=True)
    assert done.stdout == done.stderr == b""
    words, data = json.loads(seen.read_text())
    return [word.encode("latin-1") for word in words], data.encode("latin-1")


def test_a_send_is_repeated_as_it_was(shell: Path) -> None:
    body = '{"to":"+13038675309","text":"It\'s $5 & `more` \\" é 😀"}'.encode()
    words, _ = run(shell, curl(TARGET, request(body, target="/send?x=%2B1&y=[1-3]")))
    assert words == [
        *(b"--include", b"--globoff", b"--path-as-is", b"--request", b"POST"),
        *(b"--header", b"Authorization: Bearer tok"),
        *(b"--header", b"Accept: application/json", b"--header", b"Content-Type: application/json"),
        *(b"--data-raw", body, b"http://[::1]:8080/send?x=%2B1&y=[1-3]"),
    ]


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ("good", b"Authorization: Bearer tok"),
        ("expired", b"Authorization: Bearer old"),
        ("no-scheme", b"Authorization: tok"),
        ("malformed", b"Authorization: Bearer"),
        ("other-scheme", b"Authorization: Token tok"),
        ("wrong-basic", b"Authorization: Basic bm9ib2R5Om5vYm9keS1ldmVyLWlzc3VlZC10aGlzLXRva2Vu"),
        ("longer", b"Authorization: Bearer tok-and-more"),
        ("wrong", b"Authorization: Bearer nobody-ever-issued-this-token"),
        ("missing", None),
    ],
)
def test_each_kind_of_token_is_named_and_never_written(shell: Path, token: Token, value: bytes | None) -> None:
    line = curl(TARGET, request(token=token))
    assert "tok " not in line and "old" not in line.replace("MY_OLD_TOKEN", "")
    words, _ = run(shell, line)
    assert [word for word in words if word.startswith(b"Authorization")] == ([value] if value else [])


def test_a_body_with_nul_goes_through_standard_input(shell: Path) -> None:
    words, data = run(shell, curl(TARGET, request(b'a\0b\\c"\xff')))
    assert data == b'a\0b\\c"\xff'
    assert words[-3:-1] == [b"--data-binary", b"@-"]


def test_a_body_that_looks_like_a_file_name_is_no_file(shell: Path) -> None:
    words, _ = run(shell, curl(TARGET, request(b"@/etc/hostname")))
    assert words[-3:-1] == [b"--data-raw", b"@/etc/hostname"]


def test_curl_adds_no_content_type_of_its_own(shell: Path) -> None:
    words, _ = run(shell, curl(TARGET, request(b"{}", headers=(("Accept", "*/*"), ("X-Empty", "")))))
    assert words[words.index(b"Accept: */*") + 1 :][:5] == [
        b"--header",
        b"X-Empty;",
        b"--header",
        b"Content-Type:",
        b"--data-raw",
    ]


def test_head_does_not_wait_for_a_body(shell: Path) -> None:
    words, _ = run(shell, curl(TARGET, request(method="HEAD")))
    assert b"--head" in words and b"--request" not in words


def test_nothing_of_it_moves_a_terminal() -> None:
    line = curl(TARGET, request('{"text":"\x1b]52;c;x\x07 \u202e \x9b31m\r\n"}'.encode(), headers=(("X", "\x1b[2J"),)))
    assert line.isprintable()
    assert "\u202e" not in line


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=60))
def test_no_byte_of_any_body_is_lost(shell: Path, body: bytes) -> None:
    words, data = run(shell, curl(TARGET, request(body)))
    sent = data if b"\0" in body else words[words.index(b"--data-raw") + 1]
    assert sent == body
