"""The ledger: intent before outcome, secrets never, one writer."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from smsproof_conformance.records.exchange import Answer, Lost, Request, State
from smsproof_conformance.records.ledger import Ledger, LedgerError, find, new_path
from tests.conformance.records.disguises import everything

SECRETS = ("canary-token", "canary-code")


def request(*, paid: bool = True, body: bytes = b'{"text":"Hello"}') -> Request:
    return Request("case", "step", "sendMessage", "POST", "/send?x=%2B1", (("Accept", "*/*"),), body, "good", paid, 1)


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "run.sqlite", ()) as ledger:
        id_ = ledger.intend(request())
        ledger.settle(id_, Answer(202, (("Content-Type", "application/json"),), b'{"code":202}', 0.5))
        (exchange,) = ledger.exchanges()
        assert exchange.request == request()
        assert exchange.state is State.ANSWERED
        assert exchange.answer == Answer(202, (("Content-Type", "application/json"),), b'{"code":202}', 0.5)


def test_an_intent_without_outcome_is_sending_and_after_a_crash_indeterminate(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "run.sqlite", ()) as ledger:
        ledger.intend(request())
        ledger.intend(request(paid=False))
        assert [exchange.state for exchange in ledger.exchanges()] == [State.SENDING, State.SENDING]
        assert ledger.abandon() == 1
        assert [exchange.state for exchange in ledger.exchanges()] == [State.INDETERMINATE, State.SENDING]


def test_a_folder_that_cannot_be_made_is_named_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".smsproof").write_text("a file where the folder belongs")
    with pytest.raises(LedgerError) as caught:
        Ledger.create(new_path("staging"), ())
    assert str(caught.value) == (
        f".smsproof/runs cannot be created in {tmp_path}: Not a directory. Run from a folder you can write to."
    )


def test_a_file_that_may_not_be_made_is_named_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(
        LedgerError, match=r"run\.sqlite cannot be created in .*: Permission denied\. Run from a folder"
    ):
        Ledger.create(tmp_path / "run.sqlite", ())


@pytest.mark.parametrize(("left", "state"), [(True, State.UNANSWERED), (False, State.NOT_SENT)])
def test_a_lost_exchange_knows_whether_anything_left(left: bool, state: State) -> None:
    with Ledger.in_memory() as ledger:
        ledger.settle(ledger.intend(request()), Lost("transport.reset", left, "gone"))
        (exchange,) = ledger.exchanges()
        assert (exchange.state, exchange.lost) == (state, Lost("transport.reset", left, "gone"))


def test_no_secret_reaches_the_file_by_any_way_in(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    ledger = Ledger.create(path, SECRETS)
    id_ = ledger.intend(request(body=b'{"text":"canary-token"}'))
    ledger.settle(id_, Answer(200, (("X", "canary-token"),), b"you said canary-token", 0.1))
    ledger.settle(ledger.intend(request()), Lost("transport.reset", True, "canary-token"))
    ledger.arrive("case", "hook", "POST", (("X", "canary-code"),), b"canary-code", None, 200)
    ledger.plan(["case"])
    ledger.mark("case", "skipped", "canary-token")
    ledger.note("case", "outbox", [{"text": "canary-code"}])
    ledger.set_fact("stopped", "canary-token")
    ledger.close()
    for file in tmp_path.iterdir():
        assert b"canary" not in file.read_bytes(), file


def test_a_token_too_short_to_be_one_does_not_falsify_the_record() -> None:
    with Ledger.in_memory(("t", "test")) as ledger:
        ledger.settle(ledger.intend(request(body=b'{"text":"a test"}')), Answer(200, (), b'{"text":"a test"}', 0.1))
        (exchange,) = ledger.exchanges()
        assert exchange.request.body == b'{"text":"a test"}'
        assert exchange.answer is not None
        assert exchange.answer.body == b'{"text":"a test"}'


def test_a_run_file_is_for_its_owner_alone_and_ignored_by_git(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "run.sqlite"
    with Ledger.create(path, ()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert (tmp_path / "runs" / ".gitignore").read_text() == "*\n"


def test_two_runs_never_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    with Ledger.create(path, ()), pytest.raises(FileExistsError):
        Ledger.create(path, ())


def test_last_is_the_newest_run(tmp_path: Path) -> None:
    for name in ("20260101T000000Z-a.sqlite", "20260102T000000Z-a.sqlite"):
        Ledger.create(tmp_path / name, ()).close()
    assert find("last", tmp_path).name == "20260102T000000Z-a.sqlite"


def test_a_missing_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="Start one with"):
        find("last", tmp_path)
    with pytest.raises(LedgerError, match="There is no run nowhere"):
        find("nowhere", tmp_path)


@pytest.mark.parametrize("end", ["", ".sqlite"])
def test_a_run_is_found_by_its_name_with_and_without_the_suffix(tmp_path: Path, end: str) -> None:
    Ledger.create(tmp_path / "20260101T000000Z-a.sqlite", ()).close()
    assert find(f"20260101T000000Z-a{end}", tmp_path) == tmp_path / "20260101T000000Z-a.sqlite"


def test_a_run_that_is_missing_is_answered_with_the_newest_three(tmp_path: Path) -> None:
    for day in (1, 3, 2, 4):
        Ledger.create(tmp_path / f"2026010{day}T000000Z-a.sqlite", ()).close()
    with pytest.raises(LedgerError) as caught:
        find("nowhere", tmp_path)
    assert str(caught.value).endswith(" The newest are: 20260104T000000Z-a, 20260103T000000Z-a, 20260102T000000Z-a.")


def test_a_file_that_is_no_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(b"not a database at all, but long enough to look at" * 20)
    with pytest.raises(LedgerError, match="is not a run file"):
        Ledger.open(path)


def test_a_target_name_cannot_leave_the_folder(tmp_path: Path) -> None:
    assert new_path("../../etc/x", tmp_path).parent == tmp_path


@pytest.mark.parametrize("name", everything("canary-code"))
def test_no_disguise_of_a_secret_reaches_the_file(name: str, tmp_path: Path) -> None:
    echo = f"you said {everything('canary-code')[name]}!"
    ledger = Ledger.create(tmp_path / "run.sqlite", SECRETS)
    id_ = ledger.intend(Request("c", "s", None, "GET", f"/{echo}", (("X", echo),), echo.encode(), "good"))
    ledger.settle(id_, Answer(200, ((echo, echo),), echo.encode(), 0.1))
    ledger.settle(ledger.intend(request()), Lost("transport.reset", True, echo))
    ledger.arrive("case", "hook", "POST", (("X", echo),), echo.encode(), None, 200)
    ledger.note("case", "outbox", [{echo: echo}])
    ledger.set_fact("stopped", {"reason": echo})
    ledger.close()
    for file in tmp_path.iterdir():
        assert everything("canary-code")[name].encode() not in file.read_bytes()
        assert b"canary" not in file.read_bytes().lower()


def test_a_body_that_is_no_text_comes_out_as_it_went_in(tmp_path: Path) -> None:
    data = bytes(range(256)) + "é€😀".encode()
    with Ledger.create(tmp_path / "run.sqlite", SECRETS) as ledger:
        ledger.settle(ledger.intend(request(body=data)), Answer(200, (), data, 0.1))
        (exchange,) = ledger.exchanges()
    assert exchange.request.body == data
    assert exchange.answer is not None and exchange.answer.body == data


def test_a_ledger_says_what_it_could_not_keep_as_it_is() -> None:
    with Ledger.in_memory(SECRETS) as ledger:
        assert ledger.holds_secret("https://hooks.example/canary%2Dtoken")
        assert not ledger.holds_secret("https://hooks.example/sms")


def test_the_name_of_a_tokens_variable_is_no_echo_of_the_token() -> None:
    with Ledger.in_memory(SECRETS) as ledger:
        ledger.set_fact("target", {"token_env": "CANARY_TOKEN", "base_url": "http://h/canary-token"})
        assert ledger.fact("target") == {"token_env": "CANARY_TOKEN", "base_url": "http://h/[secret]"}


def test_a_run_file_of_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    with Ledger.create(path, ()) as ledger:
        ledger._db.execute("PRAGMA user_version = 1")  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(
        LedgerError, match=r"version 1; this smsproof reads version 3\. Judge it with an older smsproof"
    ):
        Ledger.open(path)


def test_a_lock_that_its_holder_took_away_is_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.sqlite"
    first = Ledger.create(path, ())
    real, opened = os.open, threading.Event()

    def open_then_lose(name: Any, flags: int, mode: int = 0o777) -> int:
        found = real(name, flags, mode)
        if str(name).endswith(".lock") and not opened.is_set():
            opened.set()
            first.close()  # releases and unlinks what was just opened
        return found

    monkeypatch.setattr(os, "open", open_then_lose)
    with Ledger.reopen(path, ()), pytest.raises(LedgerError, match="another runner"):
        Ledger.reopen(path, ())


def test_a_paid_request_is_on_disk_before_it_leaves_and_an_unpaid_one_need_not_be(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "run.sqlite", ()) as ledger:
        said: list[str] = []
        ledger._db.set_trace_callback(said.append)  # pyright: ignore[reportPrivateUsage]
        first = ledger.intend(request(paid=True))
        ledger.settle(first, Lost("transport.reset", True, ""))
        ledger.intend(request(paid=False))
        kinds = [" ".join(line.split()[:4]) if line.startswith("PRAGMA") else line.split()[0] for line in said]
        assert kinds == ["PRAGMA synchronous = FULL", "INSERT", "PRAGMA synchronous = NORMAL", "UPDATE", "INSERT"]
