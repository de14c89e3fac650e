"""`smsproof run` as a user meets it: a process, a settings file, an exit code, a report."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from smsproof_conformance.emulator import running
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.targets import settings as settings_module
from tests.conformance.raw_server import raw_server

SPY = """
import sys
sys.addaudithook(lambda event, args: event in ("socket.connect", "socket.getaddrinfo") and print("NETWORK", event, args))
from smsproof_conformance.entry import main
main()
"""


def settings(folder: Path, url: str, extra: str = "") -> None:
    (folder / "smsproof.toml").write_text(
        f"""
[target.staging]
vendor = "intelepeer"
base_url = "{url}"
token_env = "INTELEPEER_TOKEN"
{extra}
[target.staging.numbers]
long_codes = ["+12191112222", "+12161112222"]
short_codes = ["1-12345"]
destinations = ["+13038675309"]
foreign = "+19995550100"
""",
        encoding="utf-8",
    )


def start(folder: Path, *words: str, code: str | None = None, token: str = "smsproof-token") -> subprocess.Popen[str]:
    environment = {**os.environ, "INTELEPEER_TOKEN": token, "COLUMNS": "120"}
    program = code or "from smsproof_conformance.entry import main; main()"
    command: Sequence[str] = [sys.executable, "-c", program, *words]
    return subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def run(
    folder: Path, *words: str, code: str | None = None, token: str = "smsproof-token", timeout: float = 60
) -> tuple[int, str, str]:
    with start(folder, *words, code=code, token=token) as process:
        out, err = process.communicate(timeout=timeout)
        return process.returncode, out, err


@pytest.fixture(scope="module")
def emulator() -> Iterator[tuple[str, str]]:
    with running("intelepeer") as emulated:
        yield emulated.url, emulated.control


def test_the_right_emulator_conforms_and_the_run_can_be_judged_again(emulator: tuple[str, str], tmp_path: Path) -> None:
    url, control = emulator
    settings(tmp_path, url, f'control_url = "{control}"')
    code, out, err = run(tmp_path, "run", "staging", "--strict", "--no-fuzz", "--report", "json:report.json")
    assert (code, err) == (0, ""), out
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["exit_code"], report["findings"]) == (0, [])
    again, _, _ = run(tmp_path, "judge", "last", "--strict", "--report", "json:again.json")
    assert again == 0
    assert (tmp_path / "again.json").read_text() == (tmp_path / "report.json").read_text()


def test_no_token_number_or_text_is_in_what_a_run_prints(emulator: tuple[str, str], tmp_path: Path) -> None:
    settings(tmp_path, emulator[0])
    _, out, err = run(tmp_path, "run", "staging", "--no-fuzz", "--report", "json:report.json")
    for text in (out, err, (tmp_path / "report.json").read_text()):
        assert "smsproof-token" not in text
        assert "3038675309" not in text


def test_a_closed_port_exits_4_within_five_seconds(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings(tmp_path, f"http://127.0.0.1:{port}")
    code, out, _ = run(tmp_path, "run", "staging", timeout=5)
    assert code == 4
    assert out.startswith(f"http://127.0.0.1:{port} is unreachable: ")
    assert "Is it running? --wait-for 60 waits for it.\n" in out.partition("SKIP")[0]
    assert out.count("unreachable") == 1


def test_a_port_in_use_exits_2_and_leaves_no_run_behind(emulator: tuple[str, str], tmp_path: Path) -> None:
    settings(tmp_path, emulator[0])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, err = run(tmp_path, "run", "staging", "--listen", f"127.0.0.1:{port}")
    assert code == 2
    assert err == (
        f"[target.staging] listen: port {port} is in use; use 127.0.0.1:0 for any free port. Nothing was sent.\n"
    )
    assert [file.name for file in (tmp_path / ".smsproof" / "runs").iterdir()] == [".gitignore"]


def test_a_folder_that_takes_no_run_file_exits_2(tmp_path: Path) -> None:
    settings(tmp_path, "http://127.0.0.1:1")
    (tmp_path / ".smsproof").write_text("a file where the folder belongs")
    code, out, err = run(tmp_path, "run", "staging")
    assert (code, out) == (2, "")
    assert err.startswith(".smsproof/runs cannot be created in ")


def test_a_control_url_where_nobody_is_stops_the_run_and_is_named(emulator: tuple[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        control = f"http://127.0.0.1:{server.getsockname()[1]}/_smsproof"
    settings(tmp_path, emulator[0], f'control_url = "{control}"')
    code, out, _ = run(tmp_path, "run", "staging", "--case", "inbound/*", "--report", "json:report.json")
    assert code == 4
    reason = (
        f"control_url {control} is unreachable (connection refused). Start it, correct it, or leave control_url out."
    )
    assert reason in out.replace("\n", " ")
    assert json.loads((tmp_path / "report.json").read_text())["exit_code"] == 4


def test_a_control_api_that_offers_nothing_stops_no_run(emulator: tuple[str, str], tmp_path: Path) -> None:
    settings(tmp_path, emulator[0], f'control_url = "{emulator[0]}/nothing-here"\nwait_seconds = 0.1')
    code, out, _ = run(tmp_path, "run", "staging", "--case", "inbound/delivered", "--case", "single-send/sender-form")
    assert (code, "unreachable" in out) == (0, False), out


def test_a_settle_that_is_refused_is_named_once_in_every_report(emulator: tuple[str, str], tmp_path: Path) -> None:
    control = f"{emulator[0]}/nothing-here"
    settings(tmp_path, emulator[0], f'control_url = "{control}"\nwait_seconds = 0.1')
    words = ("run", "staging", "--case", "bulk-send/good-ones-in-order", "--case", "life-cycle/*")
    reports = [word for kind in ("json", "html", "github") for word in ("--report", f"{kind}:report.{kind}")]
    _, out, _ = run(tmp_path, *words, *reports)
    came = f"the control API did not settle (POST {control}/settle: HTTP 404)"
    texts = [out, *((tmp_path / f"report.{kind}").read_text() for kind in ("json", "html", "github"))]
    assert [" ".join(text.split()).count(came) for text in texts] == [1, 1, 1, 1]
    (doubt,) = json.loads((tmp_path / "report.json").read_text())["doubts"]
    assert "INDETERMINATE or SKIP" in doubt and "Let it answer 2xx once all is delivered" in doubt
    assert f"the target's control API has no outbox: GET {control}/outbox" in " ".join(out.split())


def test_a_settle_that_is_done_is_not_named(emulator: tuple[str, str], tmp_path: Path) -> None:
    settings(tmp_path, emulator[0], f'control_url = "{emulator[1]}"')
    _, out, _ = run(tmp_path, "run", "staging", "--case", "life-cycle/*", "--report", "json:report.json")
    assert "did not settle" not in out
    assert json.loads((tmp_path / "report.json").read_text())["doubts"] == []


REFUSED_TOKEN = "the target refused the token in INTELEPEER_TOKEN (401 to every request): is it the right one?"


def test_a_token_that_was_never_taken_is_doubted_in_one_sentence(emulator: tuple[str, str], tmp_path: Path) -> None:
    settings(tmp_path, emulator[0])
    words = ("run", "staging", "--no-fuzz", "--case", "single-send/sender-form")
    code, out, _ = run(tmp_path, *words, token="another-token")
    assert out.splitlines()[-2:-1] == [REFUSED_TOKEN]
    as_json = run(tmp_path, *words, "--json", token="another-token")
    assert (as_json[0], json.loads(as_json[1])["exit_code"]) == (code, code)
    assert REFUSED_TOKEN in as_json[2].splitlines()


def test_a_token_that_was_taken_once_is_not_doubted(emulator: tuple[str, str], tmp_path: Path) -> None:
    settings(tmp_path, emulator[0])
    _, out, err = run(tmp_path, "run", "staging", "--no-fuzz", "--case", "*token*", "--case", "*sender-form")
    assert "refused the token" not in out + err


def test_a_base_url_that_is_not_loopback_exits_2_and_nothing_is_sent(tmp_path: Path) -> None:
    settings(tmp_path, "https://api.intelepeer.com")
    code, out, err = run(tmp_path, "run", "staging", code=SPY)
    assert code == 2
    assert "NETWORK" not in out
    assert "--live --budget N" in err


@pytest.mark.parametrize("words", [["--live"], ["--budget", "5"]])
def test_half_a_permission_is_none(tmp_path: Path, words: list[str]) -> None:
    settings(tmp_path, "https://api.intelepeer.com")
    code, out, _ = run(tmp_path, "run", "staging", *words, code=SPY)
    assert code == 2
    assert "NETWORK" not in out


def test_a_control_api_that_is_not_loopback_exits_2_and_nothing_is_sent(tmp_path: Path) -> None:
    settings(tmp_path, "http://127.0.0.1:1", 'control_url = "https://control.example.com"')
    code, out, err = run(tmp_path, "run", "staging", code=SPY)
    assert code == 2
    assert "NETWORK" not in out
    assert "control_url https://control.example.com is not loopback" in err
    code, out, err = run(tmp_path, "run", "staging", "--live", "--budget", "1", code=SPY)
    assert (code, "NETWORK" in out, "control_token_env" in err) == (2, False, True)


def test_a_dry_run_of_a_live_target_opens_no_socket_and_prints_requests_and_cost(tmp_path: Path) -> None:
    settings(tmp_path, "https://api.intelepeer.com")
    code, out, err = run(tmp_path, "run", "staging", "--dry-run", "--case", "single-send/*", code=SPY)
    assert (code, err) == (0, "")
    assert "NETWORK" not in out
    assert "curl --include" in out
    assert "message parts at most; nothing was sent" in out


@pytest.mark.parametrize("command", ["resume", "restore"])
def test_going_on_with_a_live_run_needs_the_permission_again(tmp_path: Path, command: str) -> None:
    settings(tmp_path, "https://api.intelepeer.com")
    declared = settings_module.pick(settings_module.read(tmp_path / "smsproof.toml"), "staging")
    path = tmp_path / "live.sqlite"
    with Ledger.create(path, ()) as ledger:
        ledger.set_fact("target", declared.model_dump(mode="json"))
        ledger.changing_webhook("+12191112222", "https://before.example.com/")
    code, out, err = run(tmp_path, command, str(path), code=SPY)
    assert code == 2
    assert "NETWORK" not in out
    assert "--live --budget N" in err


def test_a_number_that_no_numbering_plan_knows_is_warned_of_and_not_printed(tmp_path: Path) -> None:
    settings(tmp_path, "http://127.0.0.1:1")
    file = tmp_path / "smsproof.toml"
    file.write_text(file.read_text().replace("+13038675309", "+130386753091"))
    _, _, err = run(tmp_path, "run", "staging", "--dry-run", "--case", "single-send/*")
    assert err == (
        "warning: [target.staging] numbers.destinations[0]: it is too long for its country. Is it the number you mean?\n"
    )


def test_reports_of_a_run_with_a_baseline_are_made_again_without_the_file(tmp_path: Path) -> None:
    with running("intelepeer", faults=["refid-missing"]) as emulated:
        settings(tmp_path, emulated.url)
        words = ("--no-fuzz", "--case", "single-send/*", "--report", "json:one.json")
        run(tmp_path, "run", "staging", *words)
        run(tmp_path, "baseline", "last", "--write", "baseline.toml")
        run(tmp_path, "run", "staging", *words, "--baseline", "baseline.toml")
    first = (tmp_path / "one.json").read_text()
    (tmp_path / "baseline.toml").unlink()
    assert run(tmp_path, "report", "last", "--report", "json:again.json")[0] == 0
    assert (tmp_path / "again.json").read_text() == first
    assert "XFAIL" in first


def test_a_syntax_error_exits_2_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "smsproof.toml").write_text('[target.staging]\nvendor = "intelepeer\n')
    code, _, err = run(tmp_path, "run", "staging")
    assert code == 2
    assert "line 2" in err


def test_an_unknown_key_exits_2_with_table_key_and_nearest_name(tmp_path: Path) -> None:
    settings(tmp_path, "http://127.0.0.1:1", "wait_second = 3")
    code, _, err = run(tmp_path, "run", "staging")
    assert code == 2
    assert "unknown key wait_second in [target.staging] (did you mean wait_seconds?)" in err


def test_a_pattern_that_matches_nothing_exits_5(tmp_path: Path) -> None:
    settings(tmp_path, "http://127.0.0.1:1")
    code, _, err = run(tmp_path, "run", "staging", "--case", "bulk-send/oder-kept")
    assert code == 5
    assert "bulk-send/order-kept" in err


def test_an_unknown_report_format_exits_2_before_anything_is_sent(tmp_path: Path) -> None:
    settings(tmp_path, "http://127.0.0.1:1")
    code, out, err = run(tmp_path, "run", "staging", "--report", "docx:x", code=SPY)
    assert code == 2
    assert "NETWORK" not in out
    assert "json" in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_in_good_order(tmp_path: Path, number: signal.Signals, code: int) -> None:
    asked = threading.Event()

    def stall(peer: socket.socket, request: bytes) -> None:
        asked.set()
        peer.recv(1)

    with raw_server(stall) as url:
        settings(tmp_path, url, "timeout_seconds = 60")
        with start(tmp_path, "run", "staging", "--no-fuzz", "--report", "json:report.json") as process:
            assert asked.wait(30)
            process.send_signal(number)
            _, err = process.communicate(timeout=5)
    assert (process.returncode, err) == (code, "")
    assert json.loads((tmp_path / "report.json").read_text())["exit_code"] == code


def test_a_second_signal_ends_the_process_at_once(tmp_path: Path) -> None:
    asked = threading.Event()

    def stall(peer: socket.socket, request: bytes) -> None:
        asked.set()
        peer.recv(1)

    with raw_server(stall) as url:
        settings(tmp_path, url, "timeout_seconds = 60")
        with start(tmp_path, "run", "staging", "--no-fuzz") as process:
            assert asked.wait(30)
            process.send_signal(signal.SIGINT)
            for _ in range(20):  # two signals sent at once may arrive as one
                with suppress(subprocess.TimeoutExpired):
                    process.communicate(timeout=0.1)
                    break
                process.send_signal(signal.SIGINT)
    assert process.returncode == 130


def test_a_budget_stops_the_run_before_it_is_exceeded(emulator: tuple[str, str], tmp_path: Path) -> None:
    settings(tmp_path, emulator[0])
    code, out, _ = run(tmp_path, "run", "staging", "--no-fuzz", "--budget", "2", "--report", "json:report.json")
    assert code == 6
    assert "budget" in out
    assert json.loads((tmp_path / "report.json").read_text())["counts"]["parts"] <= 2
