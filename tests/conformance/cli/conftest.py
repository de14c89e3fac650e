"""One emulator for all commands, right at the beginning of each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from smsproof_conformance.emulator import Emulator, running
from tests.conformance.cli.desk import Desk


@pytest.fixture(scope="session")
def the_emulator() -> Iterator[Emulator]:
    with running("intelepeer") as emulator:
        yield emulator


@pytest.fixture
def emulator(the_emulator: Emulator) -> Iterator[Emulator]:
    yield the_emulator
    the_emulator.use_faults()


@pytest.fixture
def smsproof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, emulator: Emulator) -> Desk:
    return Desk.at(tmp_path, monkeypatch, emulator)
