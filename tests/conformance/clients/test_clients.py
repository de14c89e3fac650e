"""`smsproof client`: right programs of any style and language pass, wrong ones are named by what they break."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from smsproof_conformance.case import cases
from smsproof_conformance.cli import app
from smsproof_conformance.clients import scenario
from smsproof_conformance.clients.json_place import line_of
from smsproof_conformance.clients.matching import Part
from smsproof_conformance.clients.miniatures import CLIENTS
from smsproof_conformance.clients.recorder import TOKEN
from smsproof_conformance.clients.scenario import Reply, ScenarioError, Step
from smsproof_conformance.clients.session import Session
from smsproof_conformance.evidence.matrix import run_client
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.sentence import masked
from smsproof_conformance.verdicts.finding import Verdict
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_spec import contract as contracts

PROGRAMS = Path(__file__).parents[2] / "programs"


def brisk(vendor: str) -> tuple[Step, ...]:
    """The default scenario without the silent step, which costs a client its timeout."""
    return tuple(step for step in scenario.default(vendor) if step.reply is not Reply.SILENT)


def ran(vendor: str, command: Sequence[str | Path], steps: Sequence[Step] | None = None) -> Judged:
    contract = contracts.load(vendor)
    selected = list(cases(vendor, "C").values())
    with Ledger.in_memory([TOKEN]) as ledger:
        Session(contract, tuple(steps or brisk(vendor)), [str(word) for word in command], ledger, 30).act(selected)
        return judge(ledger, contract, selected, strict=True)


def verdict(run: Judged, requirement: str) -> Verdict:
    return {result.id: result.verdict for result in run.requirements}[requirement]


# The first of each vendor is right. `make faults` runs every one of them.
MINIATURES = [(vendor, name) for vendor, rows in CLIENTS.items() for name in list(rows)[:4]]


@pytest.mark.parametrize(("vendor", "name"), MINIATURES)
def test_a_miniature_is_judged_as_what_it_is(vendor: str, name: str) -> None:
    assert run_client(vendor, name, brisk(vendor)).problem is None


@pytest.mark.parametrize(
    ("vendor", "habits"),
    [
        ("intelepeer", ""),
        ("intelepeer", "charset escaped lower body-on-get unknown"),
        ("intelepeer", "quiet encoded"),
        ("intelepeer", "in-twos"),
        ("intelepeer", "list-of-one"),
        ("intelepeer", "first-only preflight"),
        ("intelepeer", "preflight"),
        ("messangi", ""),
        ("messangi", "charset escaped unknown"),
        ("messangi", "quiet"),
        ("messangi", "chooses params-as-text preflight"),
        ("messangi", "first-only"),
    ],
)
def test_a_right_client_of_another_habit_is_not_accused(vendor: str, habits: str) -> None:
    run = ran(vendor, [sys.executable, PROGRAMS / "urllib_client.py", *habits.split()])
    assert run.findings == []
    assert run.exit_code is ExitCode.CONFORMANT


@pytest.mark.parametrize("vendor", ["intelepeer", "messangi"])
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_the_generated_sdks_pass_the_whole_scenario(vendor: str, kind: str) -> None:
    run = ran(vendor, [sys.executable, PROGRAMS / "sdk_client.py", kind], scenario.default(vendor))
    assert run.findings == []
    assert verdict(run, {"intelepeer": "IP-BULK-14", "messangi": "MS-RESP-17"}[vendor]) is Verdict.PASS


PROGRAM: dict[str, list[str | Path]] = {
    "a curl script": ["bash", PROGRAMS / "VENDOR.sh"],
    "Node, fetch": ["node", PROGRAMS / "client.mjs"],
    "Node, http, all at once": ["node", PROGRAMS / "client.cjs"],
    "Java, HttpClient": ["java", PROGRAMS / "Client.java"],
    "Perl, HTTP::Tiny": ["perl", PROGRAMS / "client.pl"],
    "Python, requests": [sys.executable, PROGRAMS / "libraries_client.py", "requests"],
    "Python, httpx": [sys.executable, PROGRAMS / "libraries_client.py", "httpx"],
    "bare sockets": [sys.executable, PROGRAMS / "raw_client.py"],
    "bare sockets, as to a proxy": [sys.executable, PROGRAMS / "raw_client.py", "absolute"],
}


@pytest.mark.parametrize(
    ("kind", "vendor"),
    [
        # Of Java, most of the time goes into compiling.
        pytest.param(kind, vendor, marks=pytest.mark.soak if (kind, vendor) == ("Java, HttpClient", "messangi") else ())
        for kind in PROGRAM
        for vendor in ("intelepeer", "messangi")
    ],
)
def test_a_right_program_in_any_language_is_not_accused(kind: str, vendor: str) -> None:
    command = [str(word).replace("VENDOR", vendor) for word in PROGRAM[kind]]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    run = ran(vendor, command)
    assert run.findings == []
    assert verdict(run, {"intelepeer": "IP-SEND-01", "messangi": "MS-SEND-01"}[vendor]) is Verdict.PASS
    if "Python" not in kind:  # those end at the first error
        assert verdict(run, {"intelepeer": "IP-HOOKGET-02", "messangi": "MS-SEND-15"}[vendor]) is Verdict.PASS


def played(name: str) -> Judged:
    return ran("intelepeer", [sys.executable, "-m", "smsproof_conformance.clients.miniatures", "intelepeer", name])


@pytest.mark.parametrize("name", ["client-sends-twice", "client-sends-the-list-twice"])
def test_a_send_that_is_repeated_after_its_202_is_one_finding_of_what_the_page_states(name: str) -> None:
    run = played(name)
    about_sending = [f for f in run.findings if f.requirement in ("IP-SEND-27", "IP-SEND-28", "IP-HOUSE-07")]
    assert len({finding.exchange for finding in about_sending}) == len(about_sending) > 0
    assert (verdict(run, "IP-SEND-27"), verdict(run, "IP-SEND-28")) == (Verdict.FAIL, Verdict.SKIP)
    (case,) = [result for result in run.cases if result.case.id == "client/a-202-is-never-repeated"]
    assert "IP-SEND-27 tells that" in case.reason


def test_a_202_that_came_after_a_redirect_is_not_repeated_either() -> None:
    run = played("client-repeats-after-a-redirect")
    assert {finding.requirement for finding in run.findings} == {"IP-SEND-28"}
    assert verdict(run, "IP-SEND-27") is Verdict.PASS


def test_many_messages_are_single_sends_at_messangi() -> None:
    messages = [{"from": "12345", "to": "+580000000005", "text": f"number {number}"} for number in range(3)]
    steps = scenario.parse({"steps": [{"step": "m", "do": "send_many", "args": {"messages": messages}}]}, "messangi")
    run = ran("messangi", [sys.executable, PROGRAMS / "urllib_client.py"], steps)
    assert run.findings == []
    assert run.requests == 3


def test_many_messages_sent_one_by_one_at_intelepeer_are_odd_and_no_more() -> None:
    run = ran("intelepeer", [sys.executable, PROGRAMS / "urllib_client.py", "one-by-one"])
    assert {finding.requirement for finding in run.findings} == {"IP-BULK-02"}


def test_what_a_client_does_not_do_is_not_observed() -> None:
    run = ran("intelepeer", [sys.executable, PROGRAMS / "urllib_client.py", "first-only"])
    assert (verdict(run, "IP-SEND-27"), verdict(run, "IP-BULK-02")) == (Verdict.PASS, Verdict.SKIP)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"step": "s", "do": "call", "args": {}}, r"steps\[0\]\.do: expected one of send"),
        ({"step": "s", "do": "sned", "args": {}}, r"got 'sned'; the nearest is 'send'"),
        ({"step": "s", "do": "send", "arg": {}}, r"steps\[0\]\.arg: there is no such key; the nearest is 'args'"),
        ({"step": "s", "do": "send", "args": {"to": "+1", "txt": ""}}, r"there is none; the nearest is 'txt'"),
        ({"step": "s", "do": "send", "args": []}, r"steps\[0\]\.args: expected an object"),
        ({"step": "s", "do": "send", "args": {"to": "+1"}}, r"steps\[0\]\.args\.text: expected a string"),
        ({"step": "", "do": "send", "args": {}}, r"steps\[0\]\.step: expected a name"),
        ({"step": "s", "do": "send_many", "args": {}}, r"args\.messages: expected a list of messages"),
        ({"step": "s", "do": "send_many", "args": {"messages": [1]}}, r"messages\[0\]: expected a message"),
        ({"step": "s", "do": "set_webhook", "args": {"endpoints": []}}, r"args\.endpoints: expected a list"),
        ({"step": "s", "do": "get_webhook", "args": {}}, r"args\.endpoint: expected a string"),
        (
            {"step": "s", "do": "send", "args": {"to": "+1", "text": ""}, "reply": "worse"},
            r"reply: expected one of right",
        ),
    ],
)
def test_a_mistake_in_a_scenario_is_named_by_its_place(step: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        scenario.parse({"steps": [step]}, "intelepeer")


# -- the command -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What a command said."""

    returncode: int
    stdout: str
    stderr: str


def smsproof(folder: Path, *words: str) -> Told:
    """Run a command in a folder, inside of this process: starting another one costs more than most commands."""
    with chdir(folder):
        done = CliRunner().invoke(app, [*words], env={"COLUMNS": "200"})
    return Told(done.exit_code, done.stdout, done.stderr)


def scenario_file(folder: Path, **step: Any) -> str:
    args = {"from": "+12191112222", "to": "+13038675309", "text": "Hello"}
    path = folder / "scenario.json"
    path.write_text(json.dumps({"steps": [{"step": "hello", "do": "send", "args": args, **step}]}), encoding="utf-8")
    return str(path)


URLLIB = ["--", sys.executable, str(PROGRAMS / "urllib_client.py")]


def test_a_client_is_judged_and_judged_again_without_a_request(tmp_path: Path) -> None:
    words = ("client", "intelepeer", "--strict", "--scenario", scenario_file(tmp_path), "--report", "json:report.json")
    first = smsproof(tmp_path, *words, *URLLIB)
    assert first.returncode == 0, first.stdout + first.stderr
    again = smsproof(tmp_path, "judge", "last", "--strict", "--report", "json:again.json")
    assert again.returncode == 0, again.stdout + again.stderr
    assert (tmp_path / "again.json").read_text() == (tmp_path / "report.json").read_text()
    assert json.loads((tmp_path / "report.json").read_text())["counts"]["requests"] == 1


def test_no_file_holds_the_token(tmp_path: Path) -> None:
    program = "import os; print(os.environ['SMSPROOF_TOKEN'])"
    smsproof(tmp_path, "client", "intelepeer", "--report", "json:report.json", "--", sys.executable, "-c", program)
    smsproof(tmp_path, "client", "intelepeer", "--scenario", scenario_file(tmp_path), *URLLIB)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len([path for path in kept if path.suffix == ".sqlite"]) == 2
    for path in kept:
        assert b"smsproof-token" not in path.read_bytes(), path


def test_a_program_that_sends_nothing_is_no_success(tmp_path: Path) -> None:
    done = smsproof(tmp_path, "client", "messangi", "--", sys.executable, "-c", "raise SystemExit(9)")
    assert done.returncode == 5
    assert "the client sent no request; the program ended with exit code 9" in done.stdout


def test_a_program_that_does_not_end_is_judged_on_its_part(tmp_path: Path) -> None:
    hangs = f"exec(open({str(PROGRAMS / 'urllib_client.py')!r}).read()); import time; time.sleep(60)"
    words = ("client", "intelepeer", "--scenario", scenario_file(tmp_path), "--time-limit", "2", "--strict")
    done = smsproof(tmp_path, *words, "--", "sh", "-c", f'{sys.executable} -c "$0" quiet; echo end', hangs)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "; 1 request, 0 accepted messages, 0 parts at most" in done.stdout


def running(process: int) -> bool:
    """Whether a process is there and more than a dead one that nobody has buried."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True).stdout.strip()
    return state not in ("", "Z")


def test_nothing_that_a_program_started_goes_on_after_it_or_holds_its_judgement_up(tmp_path: Path) -> None:
    left = tmp_path / "left.pid"
    words = ("client", "intelepeer", "--scenario", scenario_file(tmp_path), "--strict")
    done = smsproof(tmp_path, *words, "--", "sh", "-c", f'"$@" quiet; sleep 600 & echo $! > {left}', "sh", *URLLIB[1:])
    assert done.returncode == 0, done.stdout + done.stderr
    assert not running(int(left.read_text()))


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("kill -9 $$", "the program was killed by SIGKILL"),
        ("head -c 3000000 /dev/zero; printf '\\377[1]\\n{\"step\": 7}\\n'", "the program ended with exit code 0"),
    ],
)
def test_a_program_may_end_and_print_as_it_likes(tmp_path: Path, program: str, said: str) -> None:
    done = smsproof(tmp_path, "client", "messangi", "--", "sh", "-c", program)
    assert done.returncode == 5, done.stdout + done.stderr
    assert said in done.stdout


def test_a_file_that_is_no_program_is_named_and_how_to_start_it(tmp_path: Path) -> None:
    script = tmp_path / "client.py"
    script.write_text("print()\n", encoding="utf-8")
    plain = smsproof(tmp_path, "client", "messangi", "--", str(script))
    script.chmod(0o755)
    without_first_line = smsproof(tmp_path, "client", "messangi", "--", str(script))
    assert (plain.returncode, without_first_line.returncode) == (2, 2)
    assert "is not executable. Put its interpreter in front of it" in plain.stderr
    assert "Exec format error" in without_first_line.stderr
    assert "#!/bin/sh" in without_first_line.stderr


# -- what the findings say -----------------------------------------------------------------------------------------------


def test_a_doubled_bearer_is_shown_without_the_token() -> None:
    run = ran(
        "intelepeer",
        [sys.executable, "-m", "smsproof_conformance.clients.miniatures", "intelepeer", "client-doubles-bearer"],
    )
    assert {(finding.requirement, finding.got) for finding in run.findings} == {
        ("IP-GEN-02", "Authorization: Bearer Bearer <the token>")
    }


@pytest.mark.parametrize(
    ("reply", "said"),
    [("lost", "a lost answer"), ("503", "a 503"), ("429", "a 429 (Retry-After or not)")],
)
def test_each_kind_of_resend_is_found_once_a_send_and_named(reply: str, said: str) -> None:
    args = {"from": "+12191112222", "to": "+13038675309", "text": "once"}
    steps = scenario.parse({"steps": [{"step": "s", "do": "send", "args": args, "reply": reply}]}, "intelepeer")
    program = ["intelepeer", "client-retries-posts"]
    run = ran("intelepeer", [sys.executable, "-m", "smsproof_conformance.clients.miniatures", *program], steps)
    assert [(finding.requirement, finding.got) for finding in run.findings] == [
        ("IP-HOUSE-07", f"sent again after {said}")
    ]


@pytest.mark.parametrize("reply", ["303", "303 here", "307", "307 here"])
def test_a_redirect_followed_with_the_token_is_found_on_any_host(reply: str) -> None:
    args = {"from": "12345", "to": "+580000000005", "text": "moved"}
    steps = scenario.parse({"steps": [{"step": "s", "do": "send", "args": args, "reply": reply}]}, "messangi")
    program = ["messangi", "client-follows-moves"]
    run = ran("messangi", [sys.executable, "-m", "smsproof_conformance.clients.miniatures", *program], steps)
    assert [finding.requirement for finding in run.findings] == ["MS-HOUSE-04"]


def test_a_step_may_have_a_name_like_a_place() -> None:
    args = {"from": "12345", "to": "+580000000005", "text": "named"}
    steps = scenario.parse({"steps": [{"step": "batch[0] #1", "do": "send", "args": args}]}, "messangi")
    run = ran("messangi", [sys.executable, PROGRAMS / "urllib_client.py"], steps)
    assert verdict(run, "MS-HOUSE-25") is Verdict.PASS


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("steps",), 2),
        (("steps", 1), 6),
        (("steps", 1, "args"), 8),
        (("steps", 1, "args", "text"), 8),
        (("x",), 1),
    ],
)
def test_a_place_in_a_json_text_has_a_line(path: tuple[str | int, ...], line: int) -> None:
    text = '{\n"steps": [\n{"step": "a",\n"do": "s{]"},\n\n{\n"step": "b",\n"args": {}}]}'
    assert line_of(text, path) == line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["twilio", "--", "true"], "known are intelepeer, messangi"),
        (["intelepeer", "--", "no-such-program-anywhere"], "no-such-program-anywhere: there is no such program"),
        (["intelepeer", "--scenario", "absent.json", "--", "true"], "absent.json: cannot be read"),
    ],
)
def test_what_cannot_work_exits_2_says_why_and_leaves_no_run(tmp_path: Path, words: list[str], said: str) -> None:
    done = smsproof(tmp_path, "client", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / ".smsproof").exists()


def test_a_mistake_in_the_scenario_file_exits_2_with_its_place(tmp_path: Path) -> None:
    done = smsproof(
        tmp_path, "client", "messangi", "--scenario", scenario_file(tmp_path, do="set_webhook"), "--", "true"
    )
    assert done.returncode == 2
    assert (
        "scenario.json, line 1: steps[0].do: expected one of send, send_many, batch; got 'set_webhook'" in done.stderr
    )


def miniature(vendor: str, name: str, step: dict[str, Any]) -> Judged:
    """What a small client makes of one step of its own."""
    steps = scenario.parse({"steps": [{"step": "s", **step}]}, vendor)
    return ran(vendor, [sys.executable, "-m", "smsproof_conformance.clients.miniatures", vendor, name], steps)


def test_a_read_without_a_number_is_found_though_no_step_can_be_known_from_it() -> None:
    run = miniature(
        "intelepeer", "client-reads-all-webhooks", {"do": "get_webhook", "args": {"endpoint": "+13038675309"}}
    )
    assert [(finding.requirement, finding.got) for finding in run.findings] == [("IP-HOOKGET-01", "no query")]


def test_a_message_of_a_list_that_got_lost_at_the_client_is_named_by_its_place() -> None:
    messages = [{"from": "1-12345", "to": "+13038675309", "text": text} for text in ("one", "two", "three")]
    run = miniature(
        "intelepeer", "client-loses-the-last-of-a-list", {"do": "send_many", "args": {"messages": messages}}
    )
    assert [(finding.requirement, finding.expected, finding.got) for finding in run.findings] == [
        ("IP-HOUSE-16", "entry 2 of step s sent, or told as failed", "neither")
    ]


def test_a_token_outside_of_its_header_is_told_by_its_place_and_never_shown() -> None:
    run = miniature(
        "messangi", "client-key-in-the-query-too",
        {"do": "send", "args": {"from": "12345", "to": "+580000000005", "text": "hello"}},
    )  # fmt: skip
    assert [(finding.requirement, finding.got) for finding in run.findings] == [
        ("MS-GEN-02", "it stands in the request's target too")
    ]


def test_an_id_for_what_was_not_answered_is_an_invented_one() -> None:
    run = miniature(
        "messangi", "client-takes-silence-for-sent",
        {"do": "send", "args": {"from": "12345", "to": "+580000000005", "text": "hello"}, "reply": "lost"},
    )  # fmt: skip
    assert [(finding.requirement, finding.expected, finding.got) for finding in run.findings] == [
        ("MS-RESP-17", "ids: [], for the message was not answered", "ids: ['1']")
    ]


def test_a_body_that_is_no_json_is_told_with_what_is_wrong_with_it() -> None:
    program = (
        "import http.client, os, urllib.parse as u; b = u.urlsplit(os.environ['SMSPROOF_BASE_URL']);"
        "c = http.client.HTTPConnection(b.netloc); h = {'Authorization': 'Bearer ' + os.environ['SMSPROOF_TOKEN'],"
        "'Content-Type': 'application/json'}; c.request('POST', b.path + '/raven/v2/messages', b'\\xef\\xbb\\xbf{}', h)"
    )
    run = ran("messangi", [sys.executable, "-c", program])
    assert ("MS-GEN-04", "no JSON: JSON starts without a byte order mark") in [
        (finding.requirement, finding.got) for finding in run.findings
    ]


def test_names_of_the_default_steps_are_own_words_in_a_report_and_those_of_a_file_are_somebodys() -> None:
    for vendor in ("intelepeer", "messangi"):
        for step in scenario.default(vendor):
            assert masked(Part(step, 1).label, lambda _: "#") == f"{step.name}[#]"
    (step,) = scenario.parse({"steps": [{"step": "Ann's text", "do": "get_webhook", "args": {"endpoint": "1"}}]}, "intelepeer")  # fmt: skip
    assert masked(Part(step).label, lambda _: "#") == "#"
