"""The outbox of somebody else's emulator may lag behind its word that all is delivered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from smsproof_conformance.runs.outbox import Outbox
from tests.conformance.cases import second_intelepeer, second_messangi
from tests.conformance.cases import test_intelepeer_second_server as intelepeer
from tests.conformance.cases import test_messangi_second_server as messangi

LAG_SECONDS = 0.12
PATIENT = {"wait_seconds": 2.0}


class Lagging:
    """Shows a message in the outbox LAG_SECONDS after it was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.since: dict[int, float] = {}

    async def outbox(self) -> Any:
        now = asyncio.get_running_loop().time()
        entries = await super().outbox()  # type: ignore[misc]
        return [
            entry for place, entry in enumerate(entries) if now - self.since.setdefault(place, now) >= LAG_SECONDS
        ]  # fmt: skip


class LateIntelePeer(Lagging, second_intelepeer.Right):
    """Right, with an outbox that lags."""


class LateMessangi(Lagging, second_messangi.Right):
    """Right, with an outbox that lags."""


@pytest.mark.parametrize(("tests", "server"), [(intelepeer, LateIntelePeer), (messangi, LateMessangi)])
def test_a_right_server_whose_outbox_lags_is_never_accused(tests: Any, server: Any) -> None:
    strict, _ = tests.run(server(), tests.TARGET.model_copy(update=PATIENT))
    assert tests.told(strict) == []


class LateAndDeaf(LateIntelePeer):
    def accept(self, value: Any) -> second_intelepeer.Sent:
        message = super().accept(value)
        self.sent[-1] = message._replace(text=message.text.encode("ascii", "replace").decode())
        return message


class LateAndLossy(LateMessangi):
    def accept(self, value: Any, to: str, text: str) -> second_messangi.Sent:
        message = super().accept(value, to, text)
        self.sent.clear()
        return message


@pytest.mark.parametrize(
    ("tests", "server", "found"),
    [(intelepeer, LateAndDeaf, {"IP-SEND-05"}), (messangi, LateAndLossy, {"MS-GEN-07", "MS-RESP-04"})],
)
def test_a_wrong_one_is_found_all_the_same(tests: Any, server: Any, found: set[str]) -> None:
    strict, _ = tests.run(server(), tests.TARGET.model_copy(update={"wait_seconds": 0.3}))
    assert found <= {finding.requirement for finding in strict.findings}


class Shown:
    """A control API whose outbox is shown one reading after the other; the last stays."""

    refusal: str | None = None

    def __init__(self, *readings: list[str] | None) -> None:
        self.readings = [None if texts is None else [{"text": text} for text in texts] for texts in readings]
        self.read = 0

    async def outbox(self) -> Any:
        self.read += 1
        return self.readings[min(self.read, len(self.readings)) - 1]

    async def settle(self) -> bool:
        return True

    async def inbound(self, sender: str, to: str, message: str) -> bool:
        return True

    async def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize(
    ("readings", "awaited", "before", "times"),
    [
        ([["a"]], [], [], 1),
        ([["a"]], ["a"], [], 1),
        ([[], ["a"], ["a", "b"]], ["a", "b"], [], 3),
        ([["a"], ["a", "a"]], ["a", "a"], [], 2),
        ([["a"], ["a", "a"]], ["a"], ["a"], 2),  # the first was there before
        ([None], ["a"], [], 1),
    ],
)
def test_what_is_there_costs_one_reading_and_what_is_awaited_is_read_until_it_is(
    readings: list[list[str] | None], awaited: list[str], before: list[str], times: int
) -> None:
    control = Shown(*readings)
    outbox = Outbox(control, 5.0)
    last = asyncio.run(outbox.read(awaited, [{"text": text} for text in before]))
    assert control.read == times
    assert last == control.readings[-1]


def test_what_never_comes_is_waited_for_half_as_long_the_next_time() -> None:
    control = Shown([])
    outbox = Outbox(control, 0.2)

    async def twice() -> tuple[int, int]:
        await outbox.read(["a"])
        first, control.read = control.read, 0
        await outbox.read(["a"])
        return first, control.read

    first, second = asyncio.run(twice())
    assert first > second >= 1


def test_without_a_control_api_there_is_none() -> None:
    assert asyncio.run(Outbox(None, 5.0).read(["a"])) is None
