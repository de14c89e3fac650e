"""Two runs at one account: the second is refused at once, says who holds it, and whoever dies has let go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from smsproof_conformance.runs.tenancy import AccountTaken, tenancy
from smsproof_conformance.targets.target import Secrets, Target

TOKEN = "canary-token-2719"
RUN = Path("runs/20261128T204500Z-staging.sqlite")


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


def at(url: str) -> Target:
    return Target(name="t", vendor="intelepeer", base_url=url, token_env="T")


def with_token(token: str = TOKEN) -> Secrets:
    return Secrets(token=SecretStr(token))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8081", "http://localhost:8081/", "http://[::1]:8081"])
def test_the_second_run_at_an_account_is_refused_and_told_by_whom(url: str) -> None:
    first, second = (tenancy(at(one), with_token(), RUN) for one in ("http://127.0.0.1:8081", url))
    with first, pytest.raises(AccountTaken) as refused, second:
        pytest.fail("two runs are at one account")
    assert f"in use by the run {RUN.absolute()} (process {os.getpid()})" in str(refused.value)
    assert "Wait until it ends" in str(refused.value)


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("http://127.0.0.1:8082", TOKEN),
        ("http://127.0.0.1:8081/tenant", TOKEN),
        ("http://127.0.0.1:8081", "another token"),
        ("https://sms.example", TOKEN),
    ],
)
def test_another_account_is_nobodys(url: str, token: str) -> None:
    with tenancy(at("http://127.0.0.1:8081"), with_token(), RUN), tenancy(at(url), with_token(token), RUN):
        pass


def test_the_next_run_finds_the_account_free_and_nothing_left_behind(cache: Path) -> None:
    for _ in range(2):
        with tenancy(at("http://127.0.0.1:8081"), with_token(), RUN):
            (held,) = cache.rglob("*.lock")
            assert TOKEN not in held.name + held.read_text()
            assert held.stat().st_mode & 0o777 == 0o600
    assert list(cache.rglob("*.lock")) == []


HOLDER = """
import sys, time
from pathlib import Path
from pydantic import SecretStr
from smsproof_conformance.runs.tenancy import tenancy
from smsproof_conformance.targets.target import Secrets, Target
target = Target(name="t", vendor="intelepeer", base_url="http://127.0.0.1:8081", token_env="T")
with tenancy(target, Secrets(token=SecretStr(sys.argv[1])), Path("first.sqlite")):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_run_that_was_killed_has_let_go() -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, TOKEN], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    second = tenancy(at("http://127.0.0.1:8081"), with_token(), RUN)
    with pytest.raises(AccountTaken, match=rf"first\.sqlite \(process {process.pid}\)"), second:
        pytest.fail("two runs are at one account")
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with tenancy(at("http://127.0.0.1:8081"), with_token(), RUN):
        pass


def test_where_no_file_can_be_made_a_run_goes_on_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with tenancy(at("http://127.0.0.1:8081"), with_token(), RUN):
        pass
