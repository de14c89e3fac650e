"""Playing the vendor against a webhook: one delivery, the five attempts, several at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from smsproof_conformance.receivers.courier import Courier
from smsproof_conformance.records.exchange import Exchange, Headers, Lost, Request, State, encode
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.sentence import Sentence, Words, said
from smsproof_conformance.runs.actor import Unreachable
from smsproof_conformance.runs.interruption import Interruption

ATTEMPTS: Final = 5  # S1:221: up to five attempts in all
_SILENCES: Final = 3  # in a row: then the run ends instead of waiting for every case
_MOST_SILENCES: Final = 8  # in all
JSON: Final[Headers] = (("Accept", "*/*"), ("Content-Type", "application/json"))


class Deliverer:
    """What the act of a receiver case is given."""

    def __init__(self, case: str, target: str, courier: Courier, ledger: Ledger, interruption: Interruption) -> None:
        self.case = case
        self._target = target
        self._courier = courier
        self._ledger = ledger
        self._interruption = interruption

    async def post(
        self, step: Words, body: Any = None, *, content: bytes | None = None, headers: Headers = JSON
    ) -> Exchange:
        """One POST, recorded; `content` gives raw bytes instead of a JSON value."""
        return await self.send("POST", step, content if content is not None else encode(body), headers)

    async def send(self, method: str, step: Words, content: bytes | None, headers: Headers = JSON) -> Exchange:
        """One request, recorded. raises Unreachable when nobody listens, or nobody has answered for a while."""
        self._interruption.check()
        request = Request(self.case, said(step), "delivery", method, self._target, headers, content, "missing")
        id_ = self._ledger.intend(request)
        outcome = await self._courier.exchange(request)
        self._ledger.settle(id_, outcome)
        if not isinstance(outcome, Lost):
            return Exchange(id_, request, State.ANSWERED, outcome)
        if not outcome.left or self._courier.silent >= _SILENCES or self._courier.silences >= _MOST_SILENCES:
            raise Unreachable(Sentence("{}: {}", outcome.kind, outcome.detail))
        return Exchange(id_, request, State.UNANSWERED, None, outcome)

    async def deliver(
        self,
        step: Words,
        body: Any,
        *,
        taken: Callable[[int], bool],
        headers: Headers = JSON,
    ) -> Exchange:
        """Deliver as a vendor does: until it is acknowledged, a few attempts in all. Returns the last exchange."""
        content = body if isinstance(body, bytes) else encode(body)
        exchange = await self.post(step, content=content, headers=headers)
        for attempt in range(2, ATTEMPTS + 1):
            if exchange.status is not None and taken(exchange.status):
                break
            exchange = await self.post(Sentence("{}, attempt {}", step, attempt), content=content, headers=headers)
        return exchange

    async def at_once(self, step: Words, body: Any, count: int) -> None:
        """The same delivery several times at the same moment."""
        await asyncio.gather(*(self.post(Sentence("{} {}", step, number + 1), body) for number in range(count)))

    def conclude(self) -> None:
        """Record what only the end of the case can tell: whether anybody ever answered."""
        self._ledger.note(self.case, "answers", self._courier.answers)
