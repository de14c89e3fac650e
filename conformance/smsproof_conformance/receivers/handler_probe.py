"""What a customer's handler did, by the customer's own count."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from smsproof_conformance.receivers.courier import Courier
from smsproof_conformance.records.exchange import Answer, Lost, Request, dig, is_object
from smsproof_conformance.records.record import NotObserved, Seen
from smsproof_conformance.records.sentence import Sentence
from smsproof_spec.rules import Malformed, strict_json

SHAPE: Final = '{"handled": {"<refid or id>": count}}'
_READINGS: Final = 20  # in the time that a handler may take
_MOST_WAITS: Final = 12  # a handler with a long queue is waited for while it gets on, but not for ever


class ProbeError(Exception):
    """The probe cannot be used; the message says what it answered and what was expected."""


class ProbeSilent(ProbeError):
    """Nothing answers where the probe should be."""


@dataclass(frozen=True)
class Reading:
    """What one `GET` of the probe said."""

    handled: Mapping[str, int]
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

    async def settle(self, check: Callable[[], object]) -> dict[str, Any]:
        """What the handler did since the run began, once nothing has changed for as long as a handler may take.

        Only then is known that it did not run for something, or not a second time.

        check     called between readings; may raise.
        raises    ProbeError.
        """
        loop = asyncio.get_running_loop()
        reading = await self._read()
        calm_since = loop.time()
        end = calm_since + _MOST_WAITS * self.wait_seconds
        while loop.time() < min(calm_since + self.wait_seconds, end):
            await asyncio.sleep(self.wait_seconds / _READINGS)
            check()
            earlier, reading = reading, await self._read()
            if reading != earlier:
                calm_since = loop.time()
        return self._since_the_start(reading)

    def _since_the_start(self, reading: Reading) -> dict[str, Any]:
        counts = {id_: count - self._before.handled.get(id_, 0) for id_, count in reading.handled.items()}
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
    counts = {id_: _count(id_, count) for id_, count in handled.items()}
    return Reading(counts, last if is_object(last) else {})


def _count(id_: str, given: Any) -> int:
    """A count as a whole number, which some languages write as 1.0. raises ProbeError."""
    if type(given) in (int, float) and given >= 0 and given == int(given):
        return int(given)
    raise ProbeError(f"the probe counts {given!r} for {id_!r}; expected a whole number, as in {SHAPE}")


# -- what judges ask -----------------------------------------------------------------------------------------------------


def handled(seen: Seen, id_: str) -> int:
    """How often the handler ran for a message, by the probe. Raises NotObserved where no probe told."""
    count = dig(_probe(seen), "handled", id_)
    return count if type(count) is int else 0


def times(count: int) -> str:
    """A count in words."""
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def last(seen: Seen, id_: str, key: str) -> str:
    """What the handler was told last of a message: its `status` or `message`. Raises NotObserved where the probe has none."""
    value = dig(_probe(seen), "last", id_, key)
    if not isinstance(value, str):
        raise NotObserved(
            Sentence('the probe tells no "last" {} of a message: {"last": {"<refid or id>": {"{}": ...}}}', key, key)
        )
    return value


def _probe(seen: Seen) -> Any:
    if "probe" in seen.notes:
        return seen.notes["probe"]
    problem = seen.notes.get("probe problem")
    raise NotObserved(problem or "only the receiver knows what its handler did: name a probe (--probe URL)")
