"""The account is left as it was found, in every ending; where that could not be, its owner is told and can repair it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from smsproof_conformance.records.ledger import Ledger, find

BEFORE = "https://before.example.com/hook"
SETTINGS = """
[target.staging]
vendor = "intelepeer"
base_url = "{url}"
token_env = "TOKEN"
timeout_seconds = 30
wait_seconds = 0.01
[target.staging.numbers]
long_codes = ["+12191112222"]
destinations = ["+13038675309"]
"""


class Vendor:
    """An account with one webhook; a test says what becomes of each request for it.

    change    called with the URL a POST would set, before it is set; returns the status, or None to answer nothing.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.webhook = BEFORE
        self.change: Callable[[str], int | None] = lambda _: 201
        self.changed = threading.Event()
        self.over = threading.Event()


@contextmanager
def vendor() -> Iterator[Vendor]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self.say(200, {"webhook": account.webhook})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if "webhook" not in body:
                self.say(202, {"code": 202})
                return
            status = account.change(body["webhook"])
            if status is None:
                account.changed.set()
                account.over.wait(30)
                return
            if status == 201:
                account.webhook = body["webhook"]
            self.say(status, {"code": status})
            account.changed.set()

        def say(self, status: int, body: object) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    account = Vendor(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield account
    finally:
        account.over.set()
        server.shutdown()
        server.server_close()


def smsproof(folder: Path, account: Vendor, *words: str) -> subprocess.Popen[str]:
    (folder / "smsproof.toml").write_text(SETTINGS.format(url=account.url))
    program = "from smsproof_conformance.entry import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, *words], cwd=folder, env={**os.environ, "TOKEN": "the-token"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_a_run_that_ends_well_leaves_the_webhook_as_it_was(tmp_path: Path) -> None:
    with vendor() as account:
        urls: list[str] = []
        account.change = lambda url: urls.append(url) or 201
        process = smsproof(tmp_path, account, "run", "staging", "--no-fuzz", "--case", "set-webhook/*")
        _, err = process.communicate(timeout=30)
        assert len(urls) > 1
        assert (account.webhook, err) == (BEFORE, "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_a_request_hangs_leaves_the_webhook_as_it_was(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with vendor() as account:
        account.change = lambda url: 201 if url == BEFORE else set_and_hang(account, url)
        process = smsproof(tmp_path, account, "run", "staging", "--no-fuzz", "--case", "set-webhook/*")
        assert account.changed.wait(30)
        process.send_signal(number)
        _, err = process.communicate(timeout=5)
        assert (process.returncode, account.webhook, err) == (code, BEFORE, "")


def set_and_hang(account: Vendor, url: str) -> None:
    account.webhook = url


def test_a_second_signal_says_what_was_left_changed_and_the_command_repairs_it(tmp_path: Path) -> None:
    with vendor() as account:
        account.change = lambda url: set_and_hang(account, url)
        process = smsproof(tmp_path, account, "run", "staging", "--no-fuzz", "--case", "set-webhook/*")
        assert account.changed.wait(30)
        process.send_signal(signal.SIGINT)
        err = ""
        for _ in range(100):  # two signals sent at once may arrive as one
            try:
                _, err = process.communicate(timeout=0.05)
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGINT)
        assert process.returncode == 130
        (command,) = [line.partition("To put them back: ")[2] for line in err.splitlines() if "NOT PUT BACK" in line]
        assert account.webhook != BEFORE
        account.over.set()
        account.change = lambda _: 201
        repair = smsproof(tmp_path, account, *command.split()[1:])
        out, err = repair.communicate(timeout=30)
        assert (repair.returncode, out, err) == (0, "1 of 1 webhook put back\n", "")
        assert account.webhook == BEFORE


def test_a_killed_run_is_put_right_by_restore_which_sends_nothing_else(tmp_path: Path) -> None:
    with vendor() as account:
        account.change = lambda url: set_and_hang(account, url)
        process = smsproof(tmp_path, account, "run", "staging", "--no-fuzz", "--case", "set-webhook/*")
        assert account.changed.wait(30)
        process.kill()
        process.communicate()
        account.over.set()
        account.change = lambda _: 201
        with Ledger.open(find("last", tmp_path / ".smsproof" / "runs")) as ledger:
            before = [exchange.request.step for exchange in ledger.exchanges()]
        repair = smsproof(tmp_path, account, "restore")
        repair.communicate(timeout=30)
        assert (repair.returncode, account.webhook) == (0, BEFORE)
        with Ledger.open(find("last", tmp_path / ".smsproof" / "runs")) as ledger:
            after = [exchange.request.step for exchange in ledger.exchanges()]
        assert after[len(before) :] == ["restore +12191112222"]


def test_a_vendor_that_refuses_to_put_it_back_is_said_with_the_command(tmp_path: Path) -> None:
    with vendor() as account:
        account.change = lambda url: 500 if url == BEFORE else 201
        process = smsproof(tmp_path, account, "run", "staging", "--no-fuzz", "--case", "set-webhook/*")
        _, err = process.communicate(timeout=30)
        assert err.startswith("NOT PUT BACK: the webhooks of 1 number of the account still hold a URL of this run.")
        assert "smsproof restore .smsproof/runs/" in err
        assert "2191112222" not in err
        again = smsproof(tmp_path, account, "restore")
        out, _ = again.communicate(timeout=30)
        assert (again.returncode, out) == (4, "0 of 1 webhook put back\n")
