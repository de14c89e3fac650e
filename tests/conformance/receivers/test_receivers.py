"""`smsproof receiver`: right webhooks of any style pass, wrong ones are named by what they break, codes stay secret."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, chdir
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from smsproof_conformance.case import cases
from smsproof_conformance.cli import app
from smsproof_conformance.emulator import Hmac
from smsproof_conformance.evidence.matrix import run_receiver
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.receivers.address import Address, AddressError
from smsproof_conformance.receivers.miniatures import CODE, serving
from smsproof_conformance.receivers.miniatures.inbound import ExpectsAnHmac, RightInbound, TrustsAnybody
from smsproof_conformance.receivers.miniatures.receiver import Receiver, Refusal
from smsproof_conformance.receivers.miniatures.status import RightStatus
from smsproof_conformance.receivers.visit import SharedCode, Visit
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.verdicts.finding import Severity, Verdict
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_spec import contract as contracts
from tests.conformance.receivers import styles


def judged(
    vendor: str,
    hook: str,
    probe: str | None,
    code: str | None = CODE,
    signature: Hmac | None = None,
    *,
    strict: bool = True,
) -> Judged:
    contract = contracts.load(vendor)
    selected = list(cases(vendor, "R").values())
    with Ledger.in_memory() as ledger:
        shared = SharedCode("SMS_SHARED_CODE", SecretStr(code)) if code else None
        address = Address.read(probe) if probe else None
        Visit(contract, Address.read(hook), ledger, shared, address, signature, wait_seconds=0.3).act(selected)
        return judge(ledger, contract, selected, strict=strict)


def visited(
    receiver: Receiver, vendor: str, *, probe: bool = True, code: str | None = CODE, signature: Hmac | None = None
) -> Judged:
    with serving(receiver) as url:
        return judged(vendor, f"{url}/hook", f"{url}/probe" if probe else None, code, signature)


# Those about repeats and disorder, and the right ones. `make faults` runs all that there are.
MINIATURES = [
    ("intelepeer", "right-inbound"),
    ("intelepeer", "inbound-handles-every-delivery"),
    ("intelepeer", "inbound-handles-then-fails"),
    ("intelepeer", "inbound-knows-messages-by-text"),
    ("intelepeer", "inbound-knows-messages-by-their-bytes"),
    ("intelepeer", "inbound-marks-before-it-verifies"),
    ("intelepeer", "inbound-remembers-two"),
    ("messangi", "right-status"),
    ("messangi", "status-goes-back"),
    ("messangi", "status-checks-then-marks"),
]


@pytest.mark.parametrize(("vendor", "name"), MINIATURES)
def test_a_miniature_is_judged_as_what_it_is(vendor: str, name: str) -> None:
    assert run_receiver(vendor, name).problem is None


STYLES: dict[str, Callable[[str], AbstractContextManager[styles.Urls]]] = {
    "http.server, HTTP/1.0": partial(styles.standard, protocol="HTTP/1.0"),
    "http.server, HTTP/1.1, one connection at a time": partial(styles.standard, protocol="HTTP/1.1"),
    "wsgiref": styles.plain_wsgi,
    "Starlette, handles after its answer": styles.starlette_late,
    "FastAPI, background task": styles.fastapi_background,
    "the SDK's, WSGI": styles.sdk_wsgi,
    "the SDK's, ASGI": styles.sdk_asgi,
    "Node": styles.node,
}


@pytest.mark.parametrize("vendor", ["intelepeer", "messangi"])
@pytest.mark.parametrize("style", STYLES)
def test_a_right_receiver_in_any_style_has_no_finding(style: str, vendor: str) -> None:
    if style == "Node" and not shutil.which("node"):
        pytest.skip("node is not installed")
    with STYLES[style](vendor) as (hook, probe):
        run = judged(vendor, hook, probe, styles.CODE)
    assert run.findings == []
    verdicts = {result.id: result.verdict for result in run.requirements}
    assert verdicts["IP-INBOUND-14" if vendor == "intelepeer" else "MS-CALLBACK-10"] is Verdict.PASS


def test_without_a_probe_what_only_the_customer_knows_is_not_observed() -> None:
    run = visited(TrustsAnybody(), "intelepeer", probe=False)
    verdicts = {result.id: result.verdict for result in run.requirements}
    assert (verdicts["IP-INBOUND-09"], verdicts["IP-INBOUND-14"]) == (Verdict.SKIP, Verdict.SKIP)
    assert run.exit_code is ExitCode.CONFORMANT


def test_without_the_code_wrong_codes_are_not_tried() -> None:
    run = visited(RightInbound(), "intelepeer", code=None)
    skipped = [result.case.id for result in run.cases if result.verdict is Verdict.SKIP]
    assert skipped == ["receiver/wrong-codes-are-answered", "receiver/only-the-right-code-is-handled"]
    assert run.findings == []


class Drops(RightInbound):
    """Answers 200 to a wrong code and drops it: as legal as 403 (AMB-IP-33)."""

    def verify(self, code: object) -> None:
        try:
            super().verify(code)
        except Refusal:
            raise Refusal(200) from None


class AnswersMalformedWith200(RightInbound):
    def read(self, data: bytes) -> dict[str, object]:
        try:
            return super().read(data)
        except Refusal:
            raise Refusal(200) from None


class Answers202(RightStatus):
    """Any 2xx acknowledges a Messangi callback (AMB-MS-56)."""

    def acknowledge(self) -> int:
        return 202

    def acknowledge_again(self) -> int:
        return 204


class HandlesEachMessageOnce(RightStatus):
    """Counts messages, not statuses: from one to the number of distinct statuses, both are right."""

    def handle(self, delivery: dict[str, object]) -> None:
        self.handled[str(delivery["id"])] = 1
        self.hold(delivery)


@pytest.mark.parametrize("receiver", [Drops, AnswersMalformedWith200])
def test_a_right_inbound_receiver_of_another_style_is_not_accused(receiver: type[Receiver]) -> None:
    assert visited(receiver(), "intelepeer").findings == []


@pytest.mark.parametrize("receiver", [Answers202, HandlesEachMessageOnce])
def test_a_right_status_receiver_of_another_style_is_not_accused(receiver: type[Receiver]) -> None:
    assert visited(receiver(), "messangi").findings == []


@dataclass(frozen=True)
class Told:
    """What a command said."""

    returncode: int
    stdout: str
    stderr: str


def smsproof(folder: Path, *words: str) -> Told:
    """Run a command in a folder, inside of this process: starting another one costs more than most commands."""
    with chdir(folder):
        done = CliRunner().invoke(app, ["receiver", *words], env={"CODE": "canary shared code"})
    return Told(done.exit_code, done.stdout, done.stderr)


class CanaryInbound(RightInbound):
    def verify(self, code: object) -> None:
        if code != "canary shared code":
            raise Refusal(403)


def test_the_command_judges_and_keeps_the_code_out_of_every_file(tmp_path: Path) -> None:
    with serving(CanaryInbound()) as url:
        done = smsproof(
            tmp_path, "intelepeer", "--url", f"{url}/hook?tenant=1", "--secret-env", "CODE", "--probe", f"{url}/probe",
            "--wait", "0.5", "--strict", "--report", "json:report.json",
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for path in [*tmp_path.rglob("*")]:
        if path.is_file():
            assert b"canary" not in path.read_bytes(), path
    assert "canary" not in done.stdout + done.stderr


@pytest.mark.parametrize("probe", [(), ("--probe", "http://127.0.0.1:9/probe")])
def test_a_webhook_that_is_not_there_exits_4(tmp_path: Path, probe: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    done = smsproof(tmp_path, "messangi", "--url", f"http://127.0.0.1:{port}/hook", *probe)
    assert done.returncode == 4
    assert "transport.refused" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["twilio", "--url", "http://127.0.0.1:1/"], "known are intelepeer, messangi"),
        (["intelepeer", "--url", "127.0.0.1:1"], "expected an absolute http:// or https:// URL"),
        (["intelepeer", "--url", "http://127.0.0.1:1/", "--secret-env", "UNSET_VARIABLE"], "UNSET_VARIABLE"),
        (["intelepeer", "--url", "http://127.0.0.1:1/", "--signature", "sha256:hex:refid"], "with --secret-env"),
    ],
)
def test_what_cannot_work_exits_2_and_says_why(tmp_path: Path, words: list[str], said: str) -> None:
    done = smsproof(tmp_path, *words)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_probe_that_tells_nothing_is_named_before_anything_is_delivered(tmp_path: Path) -> None:
    receiver = RightStatus()
    with serving(receiver) as url:
        done = smsproof(tmp_path, "messangi", "--url", f"{url}/hook", "--probe", f"{url}/hook")
    assert done.returncode == 2
    expected = '--probe: the probe answered 405; expected 200 and {"handled": {"<refid or id>": count}}. Nothing was'
    assert expected in done.stderr
    assert receiver.handled == {}


def test_a_receiver_that_dies_in_the_middle_is_told_by_what_killed_it(tmp_path: Path) -> None:
    program = Path(__file__).parents[2] / "programs" / "mortal_receiver.py"
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        done = smsproof(tmp_path, "messangi", "--url", f"{url}/hook", "--strict", "--report", "json:report.json")
    assert done.returncode == 1, done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert {finding["requirement"] for finding in report["findings"]} == {"MS-HOUSE-16"}
    assert "body deep" in done.stdout


# -- addresses and codes -------------------------------------------------------------------------------------------------


def test_credentials_in_the_url_reach_the_webhook_and_no_record(tmp_path: Path) -> None:
    words = base64.b64encode(b"shop:canary word").decode()
    with styles.guarded(f"Basic {words}") as hook:
        url = hook.replace("//", "//shop:canary%20word@")
        done = smsproof(tmp_path, "messangi", "--url", url, "--case", "receiver/takes-a-status")
    assert done.returncode == 0, done.stdout + done.stderr
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or not any(word in path.read_bytes() for word in (words.encode(), b"canary")), path


@pytest.mark.parametrize(
    ("url", "origin", "target", "authorization"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "/", None),
        ("https://[::1]:1/a?b=c#d", "https://[::1]:1", "/a?b=c", None),
        ("https://u:p%40@example.com/x", "https://example.com", "/x", "Basic dTpwQA=="),
    ],
)
def test_an_address_is_cut_into_what_a_request_is_made_of(
    url: str, origin: str, target: str, authorization: str | None
) -> None:
    assert Address.read(url) == Address(origin, target, authorization)


@pytest.mark.parametrize("url", ["/hook", "ftp://example.com/", "http://", "http://example.com:99999/", "http://[::1/"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(AddressError):
        Address.read(url)


def test_a_receiver_that_computes_an_hmac_is_right_once_the_hmac_is_named() -> None:
    assert visited(ExpectsAnHmac(), "intelepeer", signature=Hmac("sha256", "hex", ("refid", "message"))).findings == []


def test_a_receiver_whose_code_we_were_not_told_is_not_accused_of_refusing_the_pages() -> None:
    class OwnCode(RightInbound):
        def verify(self, code: Any) -> None:
            raise Refusal(401)

    run = visited(OwnCode(), "intelepeer", code=None)
    assert run.findings == []
    assert any("--secret-env" in result.reason for result in run.cases)


# -- what the handler did, and when it is known ------------------------------------------------------------------------


class Later(RightInbound):
    """Decides at once what it handles, and does so a moment after its answer, or several times."""

    def __init__(self, handles: Callable[[dict[str, Any]], bool], times: int = 1) -> None:
        super().__init__()
        self._handles = handles
        self._times = times
        self._known: set[str] = set()

    def verify(self, code: object) -> None:
        """Is asked later."""

    def is_new(self, delivery: dict[str, Any]) -> bool:
        known = delivery["refid"] in self._known
        if self._handles(delivery):
            self._known.add(delivery["refid"])
        return not known and self._handles(delivery)

    def handle(self, delivery: dict[str, Any]) -> None:
        for delay in range(1, self._times + 1):
            timer = threading.Timer(0.1 * delay, super().handle, [delivery])
            timer.daemon = True
            timer.start()


def right_code(delivery: dict[str, Any]) -> bool:
    return bool(delivery.get("signature") == CODE)


def test_a_handler_that_runs_after_its_answer_is_waited_for() -> None:
    assert visited(Later(right_code), "intelepeer").findings == []


def test_a_handler_that_runs_a_second_time_after_its_answer_is_found() -> None:
    run = visited(Later(right_code, times=2), "intelepeer")
    assert "IP-INBOUND-14" in {finding.requirement for finding in run.findings}


def test_a_handler_that_runs_for_a_wrong_code_after_its_answer_is_found() -> None:
    run = visited(Later(lambda delivery: True), "intelepeer")
    assert "IP-INBOUND-09" in {finding.requirement for finding in run.findings}


@pytest.mark.parametrize(
    ("count", "reason"),
    [
        (1.0, ""),
        ("1", "the probe counts '1' for"),
        (True, "the probe counts True for"),
        (-1, "the probe counts -1 for"),
    ],
)
def test_a_count_is_a_whole_number_however_written_and_nobody_is_accused_by_another(count: Any, reason: str) -> None:
    class Counts(RightInbound):
        def is_new(self, delivery: dict[str, Any]) -> bool:
            return delivery["refid"] not in self.handled

        def handle(self, delivery: dict[str, Any]) -> None:
            self.handled[delivery["refid"]] = count

    run = visited(Counts(), "intelepeer")
    assert run.findings == []
    once = next(result for result in run.cases if result.case.id == "receiver/a-message-is-handled-once")
    assert once.verdict is (Verdict.SKIP if reason else Verdict.PASS)
    assert reason in once.reason


def test_a_probe_that_chokes_on_what_hostile_bodies_left_behind_was_asked_before() -> None:
    class TakesAnything(RightStatus):
        def read(self, data: bytes) -> dict[str, Any]:
            try:
                value = json.loads(data)
            except (ValueError, RecursionError):
                raise Refusal(400) from None
            if not isinstance(value, dict):
                raise Refusal(400)
            return value

        def check(self, delivery: dict[str, Any]) -> None:
            if not isinstance(delivery.get("id"), str):
                raise Refusal(400)
            delivery.setdefault("status", "UNKNOWN")

    run = visited(TakesAnything(), "messangi")
    assert run.findings == []
    assert verdicts_of(run)["MS-CALLBACK-10"] is Verdict.PASS
    known = next(result for result in run.cases if result.case.id == "receiver/a-message-is-known-by-its-id")
    assert known.verdict is Verdict.PASS


def test_a_code_inside_a_list_is_odd_and_no_more_for_only_who_knows_it_can_send_that() -> None:
    class ComparesLoosely(RightInbound):
        """What `==` does in JavaScript."""

        def verify(self, code: object) -> None:
            if code not in (CODE, [CODE]):
                raise Refusal(403)

    with serving(ComparesLoosely()) as url:
        run = judged("intelepeer", f"{url}/hook", f"{url}/probe", strict=False)
    assert [(finding.requirement, finding.severity) for finding in run.findings] == [("IP-INBOUND-09", Severity.WARN)]


def test_a_receiver_that_relies_on_its_client_id_breaks_no_stated_requirement() -> None:
    class NeedsAClientId(RightStatus):
        def check(self, delivery: dict[str, Any]) -> None:
            super().check(delivery)
            if "clientId" not in delivery:
                raise Refusal(422)

    with serving(NeedsAClientId()) as url:
        run = judged("messangi", f"{url}/hook", f"{url}/probe", strict=False)
    assert {finding.severity for finding in run.findings} == {Severity.WARN}
    assert verdicts_of(run)["MS-STATUS-01"] is Verdict.PASS


def verdicts_of(run: Judged) -> dict[str, Verdict]:
    return {result.id: result.verdict for result in run.requirements}
