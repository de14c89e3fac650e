"""Canaries: every command as a process against a right server, wrong ones and one that echoes everything in disguise.

Then every byte that any of them left is searched for what must not be there: tokens and codes in no file at all, numbers
and texts in no file but the run file. The search shares no code with what hides them.
"""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from smsproof_conformance.emulator import Setup, running
from tests.conformance.raw_server import raw_server
from tests.conformance.records.disguises import everything

TOKEN = "cnry-Tok3n/9f8e+7d6c5b4a"
EXPIRED = "cnry-expired-1a2b3c4d5e"
CODE = "Canary Code 77é"
QUERY = "hookkey4canary8"
NUMBER = "+13039876543"
TEXT = "A canary text for nobody's eyes"
REPORTS = [word for kind in ("html", "junit", "json", "ndjson", "sarif", "har", "github") for word in ("--report", f"{kind}:out/{{0}}.{kind}")]  # fmt: skip
EVERYWHERE = {"token": TOKEN, "expired token": EXPIRED, "code": CODE}
BUT_THE_RUN_FILE = {"number": NUMBER[1:], "national number": NUMBER[2:], "text": TEXT, "webhook's query": QUERY}

SETTINGS = """
[target.canary]
vendor = "intelepeer"
base_url = "{url}"
token_env = "CANARY_TOKEN"
expired_token_env = "CANARY_EXPIRED"
webhook_secret_env = "CANARY_CODE"
{more}
wait_seconds = 0.1
timeout_seconds = 2
[target.canary.numbers]
long_codes = ["+12191112222", "+12161112222"]
short_codes = ["1-12345"]
destinations = ["{number}"]
foreign = "+19995550100"
"""


@dataclass
class Yard:
    """A folder with settings, in which processes run and leave what they leave."""

    folder: Path
    said: dict[str, str] = field(default_factory=dict[str, str])

    def settings(self, url: str, more: str = "") -> None:
        (self.folder / "smsproof.toml").write_text(SETTINGS.format(url=url, more=more, number=NUMBER), encoding="utf-8")

    def __call__(self, name: str, *words: str, program: str = "", **environment: str) -> int:
        """Run a command of smsproof as a process; what it says is kept under `name`."""
        code = program or "from smsproof_conformance.entry import main; main()"
        secrets = {"CANARY_TOKEN": TOKEN, "CANARY_EXPIRED": EXPIRED, "CANARY_CODE": CODE}
        quiet = {key: value for key, value in os.environ.items() if key not in ("CI", "NO_COLOR", "FORCE_COLOR")}
        done = subprocess.run(
            [sys.executable, "-c", code, *(word.format(name) for word in words)],
            cwd=self.folder, env={**quiet, **secrets, "COLUMNS": "40", **environment}, capture_output=True, timeout=60,
        )  # fmt: skip
        self.said[name] = (done.stdout + done.stderr).decode("utf-8", "surrogateescape")
        return done.returncode

    @property
    def run_files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*.sqlite*") if path.is_file()]

    def artefacts(self) -> Iterator[tuple[str, str]]:
        """Everything but run files: what was printed, and every other file."""
        yield from self.said.items()
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path not in self.run_files and path.name not in ("smsproof.toml", "scenario.json"):
                yield str(path.relative_to(self.folder)), path.read_bytes().decode("utf-8", "surrogateescape")


def leaks(artefact: str, values: Mapping[str, str]) -> Iterator[str]:
    """Which of the values an artefact shows, in any disguise."""
    readings = {"as it is": artefact, "unwrapped": re.sub(r"\s+|│", "", artefact)}
    with suppress(ValueError):
        readings["JSON read"] = "\n".join(strings(json.loads(artefact)))
    for name, value in values.items():
        for disguise, shown in everything(value).items():
            bare = shown[1:-1] if shown.startswith('"') else shown
            for reading, text in readings.items():
                if bare in text or (reading == "unwrapped" and re.sub(r"\s+", "", bare) in text):
                    yield f"{name}, {disguise}, {reading}"


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def echo(peer: socket.socket, request: bytes) -> None:
    """Answer with everything that came, in every disguise, in body, headers and reason."""
    head, _, body = request.partition(b"\r\n\r\n")
    found = re.search(rb"Authorization: (?:Bearer ?)?([^\r\n]*)", head)
    values = [found[1].decode("latin-1") if found else ""]
    with suppress(ValueError):
        values += [text for text in strings(json.loads(body)) if len(text) > 8][:3]
    target = head.split(b" ")[1].decode("latin-1")
    shown = [form for value in dict.fromkeys(values) if value for form in everything(value).values()]
    answer = {
        "code": 202,
        "refid": values[-1],
        "state": shown,
        "numparts": target,
        "error": body.decode("utf-8", "replace"),
    }
    data = json.dumps(answer).encode()
    sent = base64.b64encode((values[0] + "|" + values[-1]).encode()).decode()
    peer.sendall(
        f"HTTP/1.1 202 {values[0]}\r\nX-Echo: {sent}\r\nX-Token: {values[0][::-1]}\r\nSet-Cookie: s={values[0]}\r\n"
        f"Location: /{values[0]}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n"
        "Connection: close\r\n\r\n".encode("latin-1", "replace")
        + data
    )


CRASH = """
import smsproof_conformance.cli.conclusion as conclusion
def crash(ledger, contract, cases, strict):
    said = [(seen.request.body, seen.answer.body if seen.answer else None) for seen in ledger.exchanges()]
    raise RuntimeError(f"the judge met {said} " + __import__("os").environ["CANARY_TOKEN"])
conclusion.judge = crash
from smsproof_conformance.entry import main
main()
"""
THREAD = """
import logging, os, threading
import smsproof_conformance.cli.conclusion as conclusion
real = conclusion.judge
def crash(*words, **more):
    def fall():
        raise ValueError(os.environ["CANARY_TOKEN"])
    thread = threading.Thread(target=fall)
    thread.start()
    thread.join()
    logging.getLogger("somebody").warning("I have seen %s", os.environ["CANARY_TOKEN"])
    return real(*words, **more)
conclusion.judge = crash
from smsproof_conformance.entry import main
main()
"""


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path)


def assert_clean(yard: Yard, sent: bool = True) -> None:
    """No canary anywhere it must not be; and the search is worth something: the run files do hold the number."""
    artefacts = dict(yard.artefacts())
    texts = {f"text {place}": text for place, text in enumerate(texts_sent(yard))}
    found = [
        f"{name}: {leak}" for name, text in artefacts.items() for leak in leaks(text, {**EVERYWHERE, **BUT_THE_RUN_FILE, **texts})
    ]  # fmt: skip
    for path in yard.run_files:
        content = path.read_bytes().decode("utf-8", "surrogateescape")
        found += [f"{path.name}: {leak}" for leak in leaks(content, EVERYWHERE)]
    assert found == []
    assert not sent or any(NUMBER[1:].encode() in path.read_bytes() for path in yard.run_files)


def texts_sent(yard: Yard) -> set[str]:
    """Texts that runs sent and that could not stand anywhere by chance."""
    texts: set[str] = set()
    for path in yard.folder.rglob("*.sqlite"):
        with sqlite3.connect(path) as db:
            rows = db.execute("SELECT json_extract(body, '$.text') FROM exchange WHERE json_valid(body)").fetchall()
        db.close()
        texts |= {text for (text,) in rows if isinstance(text, str) and len(text) > 20 and len(set(text)) > 10}
    return set(sorted(texts)[:4])


def test_a_server_that_echoes_everything_in_disguise_gets_nothing_shown(yard: Yard) -> None:
    with raw_server(echo) as url:
        yard.settings(url)
        section = ["--case", "single-send/sender-form", "--case", "single-send/body-form", "--case", "read-webhook/*"]
        assert yard("run", "run", "canary", "--no-fuzz", *section, *REPORTS, GITHUB_ACTIONS="true") == 1
        assert yard("again", "run", "canary", "--no-fuzz", *section, "--json", FORCE_COLOR="1") == 1
        found = json.loads((yard.folder / "out/run.json").read_text())["findings"]
        (finding, *_) = [one["id"] for one in found if one["exchange"] and one["exchange"]["request"]["paid"]]
        assert yard("replay", "replay", "last", finding) in (0, 1, 7)
    first, second = sorted(yard.folder.glob(".smsproof/runs/*.sqlite"))
    assert yard("judge", "judge", "last", "--strict", *REPORTS) == 1
    assert yard("compare", "compare", str(first), str(second)) in (0, 1)
    assert_clean(yard)


def test_a_judge_that_breaks_says_where_and_nothing_that_it_saw(yard: Yard) -> None:
    with raw_server(echo) as url:
        yard.settings(url)
        section = ["--no-fuzz", "--case", "single-send/sender-form"]
        assert yard("crash", "run", "canary", *section, program=CRASH) == 3
        assert yard("thread", "run", "canary", *section, program=THREAD) == 1
    assert "RuntimeError" in yard.said["crash"] and "in crash" in yard.said["crash"]
    assert "ValueError" in yard.said["thread"] and "somebody" in yard.said["thread"]
    assert_clean(yard)


def reset_some(count: list[int]) -> Any:
    def answer(peer: socket.socket, request: bytes) -> None:
        count.append(1)
        if len(count) % 2:
            echo(peer, request)

    return answer


def test_a_server_that_breaks_off_and_a_run_that_goes_on_show_nothing(yard: Yard) -> None:
    with raw_server(reset_some([])) as url:
        yard.settings(url)
        code = yard("broken", "run", "canary", "--no-fuzz", "--budget", "3", *REPORTS)
        assert code in (1, 4, 6, 7)
        yard("resumed", "resume", "last", "--budget", "30", *REPORTS)
        yard("report", "report", "last", *REPORTS)
    assert_clean(yard)


@pytest.mark.parametrize("faults", [pytest.param((), marks=pytest.mark.soak), ("bare-name-accepted", "bad-json-500")])
def test_right_and_wrong_emulators_show_nothing_of_a_whole_run(yard: Yard, faults: tuple[str, ...]) -> None:
    with running("intelepeer", faults, setup=Setup(shared_code=CODE)) as emulator:
        yard.settings(emulator.url, f'control_url = "{emulator.control}"')
        code = yard(
            "run", "run", "canary", "--max-examples", "3", "--time-limit", "3", *REPORTS, CANARY_TOKEN="smsproof-token"
        )
    assert code in (0, 1)
    assert_clean(yard)


CLIENT = """
import json, os, sys, urllib.request
for step in json.load(open(os.environ["SMSPROOF_SCENARIO"]))["steps"]:
    args = step["args"]
    request = urllib.request.Request(
        os.environ["SMSPROOF_BASE_URL"] + "/_rest/v4/app/sms/send", json.dumps(args).encode(),
        {"Authorization": "Bearer " + os.environ["SMSPROOF_TOKEN"], "Content-Type": "application/json"},
    )
    print(json.dumps({"step": step["step"], "said": json.dumps(args), "ids": []}))
    print("no JSON at all", args)
    print("complains about", args, file=sys.stderr)
    try:
        urllib.request.urlopen(request, timeout=5)
    except OSError as error:
        print("failed", error)
"""


def test_what_a_client_sends_and_prints_is_in_no_report(yard: Yard) -> None:
    steps = [{"step": "one", "do": "send", "args": {"from": "+12191112222", "to": NUMBER, "text": TEXT}}]
    (yard.folder / "scenario.json").write_text(json.dumps({"steps": steps}))
    (yard.folder / "program.py").write_text(CLIENT)
    code = yard(
        "client", "client", "intelepeer", "--scenario", "scenario.json", *REPORTS, "--", sys.executable, "program.py"
    )
    assert code in (0, 1, 7)
    yard.said["client"] = "".join(
        line for line in yard.said["client"].splitlines(True) if not line.startswith("complains")
    )
    assert_clean(yard)


ALTERS = """
import json, os, urllib.request
for step in json.load(open(os.environ["SMSPROOF_SCENARIO"]))["steps"]:
    args = step["args"]
    change = {"plus": {"to": args["to"].lstrip("+")}, "text": {"text": args["text"] + ", and more"}}
    wrong = {**args, **change[args["guid"]]}
    request = urllib.request.Request(
        os.environ["SMSPROOF_BASE_URL"] + "/_rest/v4/app/sms/send", json.dumps(wrong).encode(),
        {"Authorization": "Bearer " + os.environ["SMSPROOF_TOKEN"], "Content-Type": "application/json"},
    )
    try:
        urllib.request.urlopen(request, timeout=5)
    except OSError:
        pass
"""


def test_what_a_finding_expected_of_a_client_is_in_no_report(yard: Yard) -> None:
    """The number and the text that it asked for stand in the sentences that say what was expected."""
    args = {"from": "+12191112222", "to": NUMBER, "text": TEXT}
    steps = [{"step": f"{TEXT} {name}", "do": "send", "args": {**args, "guid": name}} for name in ("plus", "text")]
    (yard.folder / "scenario.json").write_text(json.dumps({"steps": steps}))
    (yard.folder / "program.py").write_text(ALTERS)
    words = ["client", "intelepeer", "--scenario", "scenario.json", *REPORTS, "--", sys.executable, "program.py"]
    assert yard("client", *words, FORCE_COLOR="1") == 1
    expected = [one["expected"] for one in json.loads((yard.folder / "out/client.json").read_text())["findings"]]
    assert any(words.startswith(f"text as asked: ({len(TEXT)} characters ~") for words in expected), expected
    assert any(words.startswith(f"+{'*' * 9}{NUMBER[-2:]}~") for words in expected), expected
    assert yard("judge", "judge", "last", "--strict", *REPORTS) == 1
    assert_clean(yard)
    assert yard("scrub", "scrub", "last") == 0
    scrubbed = "".join(path.read_bytes().decode("utf-8", "surrogateescape") for path in yard.run_files)
    assert list(leaks(scrubbed, BUT_THE_RUN_FILE)) == []


def test_the_query_and_the_code_of_a_webhook_are_in_no_report(yard: Yard) -> None:
    def hook(peer: socket.socket, request: bytes) -> None:
        data = json.dumps({"said": request.decode("utf-8", "replace"), "again": [QUERY[::-1], QUERY.upper()]}).encode()
        peer.sendall(b"HTTP/1.1 200 " + QUERY.encode() + f"\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n".encode() + data)  # fmt: skip

    with raw_server(hook) as url:
        words = [
            "--url",
            f"{url}/hook?key={QUERY}",
            "--secret-env",
            "CANARY_CODE",
            "--case",
            "receiver/takes-a-message",
            "--case",
            "receiver/only*",
            *REPORTS,
        ]
        assert yard("receiver", "receiver", "intelepeer", *words) in (0, 1, 7)
    assert_clean(yard, sent=False)


def test_data_in_clear_is_refused_in_ci_before_anything_is_sent(yard: Yard) -> None:
    arrived = threading.Event()

    def noted(peer: socket.socket, request: bytes) -> None:
        arrived.set()

    with raw_server(noted) as url:
        yard.settings(url)
        for words in (["run", "canary"], ["report"], ["replay", "last", "1f3a9c02"]):
            assert yard(words[0], *words, "--show-data", CI="true") == 2
            assert "--show-data would put numbers and texts in clear" in yard.said[words[0]].replace("\n", " ")
        assert yard("env", "run", "canary", CI="true", SMSPROOF_SHOW_DATA="1") == 2
    assert not arrived.is_set()


def test_the_search_finds_every_disguise() -> None:
    for name, value in {**EVERYWHERE, **BUT_THE_RUN_FILE}.items():
        for shown in everything(value).values():
            assert list(leaks(f"before {shown} behind", {name: value})), shown
