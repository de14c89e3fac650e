"""A peer that says escape sequences wherever it can: a terminal and a CI log get none of them."""

from __future__ import annotations

import json
import re
import socket

import pytest

from tests.conformance.cli.desk import Desk
from tests.conformance.cli.test_command import terminal
from tests.conformance.raw_server import raw_server

ATTACK = "\x1b[2J\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b]8;;http://evil.example\x1b\\\x9b31m\x90q\x9c\r\b\u202e\u2066\ufeff"
LINES = "\n::add-mask::a\n##[error]owned\n::stop-commands::x\n"
# What a console of ours may send: attributes, and what the progress bar needs: cursor off and on, erase a line, go up.
OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[2K|\x1b\[1A|\r")


def attack(peer: socket.socket, request: bytes) -> None:
    """Status reason, a header's name and value, a key, a value, a refid."""
    body = json.dumps(
        {"code": 202, "refid": ATTACK, "state": "Queued" + LINES, "numparts": ATTACK, ATTACK: LINES}, ensure_ascii=False
    ).encode()
    raw = ATTACK.replace("\r", "").encode("utf-8")
    head = b"HTTP/1.1 202 " + raw + b"\r\nX-Owned: " + raw + b"\r\nContent-Type: application/json\r\n"
    peer.sendall(head + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)


@pytest.mark.parametrize("columns", [80, 20])
def test_a_terminal_gets_our_attributes_alone(smsproof: Desk, columns: int) -> None:
    words = ["run", "staging", "--no-fuzz", "--case", "single-send/sender-form", "--case", "single-send/answer-schema"]
    with raw_server(attack) as url:
        seen = terminal([*words, "--base-url", url], smsproof.folder, columns)
    assert "IP-HOUSE" in seen or "IP-SEND" in seen
    bare = OURS.sub("", seen)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]", bare)
    assert "\x1b]" not in seen


def test_the_progress_bar_is_for_terminals_that_can_show_one(smsproof: Desk) -> None:
    words = ["run", "staging", "--no-fuzz", "--case", "single-send/sender-form"]
    assert "\x1b[?25l" in terminal(words, smsproof.folder)
    assert "\x1b" not in terminal(words, smsproof.folder, TERM="dumb")
    assert smsproof(*words).out.isascii() or "\x1b" not in smsproof(*words).out


def test_no_line_of_a_ci_log_is_a_command_of_a_peer(smsproof: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with raw_server(attack) as url:
        words = ["--no-fuzz", "--case", "single-send/*", "--base-url", url, "--report", "github:summary.md"]
        done = smsproof("run", "staging", *words)
    lines = [line for line in (done.out + done.err).splitlines() if line.startswith("::") or "##[" in line]
    assert lines and {line.partition(" ")[0] for line in lines} <= {"::error", "::notice"}
    assert not any("##[" in line for line in lines)
    summary = (smsproof.folder / "summary.md").read_text(encoding="utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", summary)
