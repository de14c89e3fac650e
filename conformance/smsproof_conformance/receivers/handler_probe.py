"""What a customer's handler did, by the customer's own count."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from smsproof_conformance.receivers.courier import Courier
from smsproof_conformance.records.exchange import Answer, Lost, Request, dig, is_object
from smsproof_conformance.records.record import NotObserved, Seen
from smsproof_conformance.records.sentence import Sentence
from smsproof_spec.rules import Malformed, strict_json

SHAPE: Final = '{"handled": {"<refid or id>": count}}'
_POLL_SECONDS: Final = 0.02
_CALM: Final = 1 / 20  # of the wait: so long nothing may have changed before a reading counts


class ProbeError(Exception):
    """The probe cannot be used; the message says what it answered and what was expected."""


class ProbeSilent(ProbeError):
    """Nothing answers where the probe should be."""


@dataclass(frozen=True)
class Reading:
    """What one `GET` of the probe said."""

    handled: Mapping[str, Any]
    last: Mapping[str, Any]


@dataclass
class Probe:
    """`GET` gives {"handled": {id: count}}, and {"last": {id: {"status", "message"}}} beside it where it has that.

    What was handled before the run is taken off; `open` reads it.

    wait_seconds    how long a handler may take after its message was acknowledged.
    """

    courier: Courier
    target: str
    wait_seconds: float
    _before: Reading = field(default_factory=lambda: Reading({}, {}))

    async def open(self) -> None:
        """Read what there is before the first delivery. raises ProbeError."""
        self._before = await self._read()

    async def read(self, expected: Iterable[str]) -> dict[str, Any]:
        """What the handler did since the run began, once it had its chance and nothing changes any more.

        expected    ids of what was acknowledged: waited for, as long as the handler may take.
        raises      ProbeError.
        """
        wanted = set(expected)
        loop = asyncio.get_running_loop()
        end = loop.time() + self.wait_seconds
        reading = await self._read()
        while loop.time() < end and not all(_count(reading, id_) for id_ in wanted):
            await asyncio.sleep(_POLL_SECONDS)
            reading = await self._read()
        if not all(_count(reading, id_) for id_ in wanted):
            self.wait_seconds /= 2  # a handler that never comes is not waited for as long again in every case
        while True:
            await asyncio.sleep(self.wait_seconds * _CALM)
            earlier, reading = reading, await self._read()
            if reading == earlier or loop.time() >= end:
                return self._since_the_start(reading)

    def _since_the_start(self, reading: Reading) -> dict[str, Any]:
        counts = {id_: _count(reading, id_) - _count(self._before, id_) for id_ in reading.handled}
        news = {id_: count for id_, count in counts.items() if count}
        return {"handled": news, "last": {id_: told for id_, told in reading.last.items() if id_ in news}}

    async def _read(self) -> Reading:
        request = Request("run/probe", "probe", None, "GET", self.target, (("Accept", "*/*"),), None, "missing")
        answer = await self.courier.exchange(request)
        if isinstance(answer, Lost):
            raise ProbeSilent(f"the probe does not answer ({answer.kind}: {answer.detail})")
        return _understood(answer)


def _understood(answer: Answer) -> Reading:
    value = strict_json(answer.body)
    if answer.status != 200:
        raise ProbeError(f"the probe answered {answer.status}; expected 200 and {SHAPE}")
    if isinstance(value, Malformed):
        raise ProbeError(f"the probe answered no JSON ({value.detail}); expected {SHAPE}")
    if not is_object(value):
        raise ProbeError(f"the probe answered JSON of type {type(value).__name__}; expected {SHAPE}")
    handled, last = value.get("handled"), value.get("last")
    if not is_object(handled):
        raise ProbeError(f"the probe answered {{{', '.join(sorted(value))}}}; expected {SHAPE}")
    return Reading(handled, last if is_object(last) else {})


def _count(reading: Reading, id_: str) -> int:
    count = reading.handled.get(id_)
    return count if type(count) is int else 0


# -- what judges ask -----------------------------------------------------------------------------------------------------


def handled(seen: Seen, id_: str) -> int:
    """How often the handler ran for a message, by the probe. Raises NotObserved where no probe told."""
    count = dig(_probe(seen), "handled", id_)
    return count if type(count) is int else 0


def last(seen: Seen, id_: str, key: str) -> str:
    """What the handler was told last of a message: its `status` or `message`. Raises NotObserved where the probe has none."""
    value = dig(_probe(seen), "last", id_, key)
    if not isinstance(value, str):
        raise NotObserved(Sentence('the probe has no "last" with a {} for the message', key))
    return value


def _probe(seen: Seen) -> Any:
    if "probe" in seen.notes:
        return seen.notes["probe"]
    problem = seen.notes.get("probe problem")
    raise NotObserved(problem or "only the receiver knows what its handler did: name a probe (--probe URL)")
