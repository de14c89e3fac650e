"""A folder to run commands in: settings for an emulator, tokens in the environment, commands called in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from smsproof_conformance.cli import app
from smsproof_conformance.emulator import Emulator

SETTINGS = """
[target.staging]
vendor = "intelepeer"
base_url = "{url}"
token_env = "INTELEPEER_TOKEN"
expired_token_env = "INTELEPEER_EXPIRED"
webhook_secret_env = "INTELEPEER_SECRET"
control_url = "{control}"
[target.staging.numbers]
long_codes = ["+12191112222", "+12161112222"]
short_codes = ["1-12345"]
alphanumerics = ["57-MyCompany"]
destinations = ["+13038675309"]
foreign = "+19995550100"
"""
SECRETS = {
    "INTELEPEER_TOKEN": "smsproof-token",
    "INTELEPEER_EXPIRED": "smsproof-expired",
    "INTELEPEER_SECRET": "SECRET CODE",
}


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Desk:
    folder: Path

    @classmethod
    def at(cls, folder: Path, monkeypatch: pytest.MonkeyPatch, emulator: Emulator | None = None) -> Desk:
        """A fresh folder as working directory."""
        monkeypatch.chdir(folder)
        for name in ("CI", "GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name, raising=False)
        for name, value in SECRETS.items():
            monkeypatch.setenv(name, value)
        if emulator is not None:
            text = SETTINGS.format(url=emulator.url, control=emulator.control)
            (folder / "smsproof.toml").write_text(text, encoding="utf-8")
        return cls(folder)

    def __call__(self, *words: str) -> Ended:
        """Run a command of smsproof."""
        done = CliRunner().invoke(app, words, env={"COLUMNS": "120", "TERM": "dumb"})
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Ended(done.exit_code, done.stdout, done.stderr)

    @property
    def last(self) -> str:
        return str(max(self.folder.glob(".smsproof/runs/*.sqlite")).relative_to(self.folder))
