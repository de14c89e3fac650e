"""Playing the vendor against a webhook: deliveries with a right, wrong or missing code, and reads of the probe."""

from __future__ import annotations

import asyncio
import json
import secrets as randomness
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from smsproof_conformance.records.exchange import (
    Answer,
    Exchange,
    Headers,
    Lost,
    Request,
    State,
    dig,
    encode,
    is_object,
)
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.record import NotObserved, Seen
from smsproof_conformance.runs.actor import Unreachable
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.targets.target import Secrets, Target
from smsproof_conformance.wire.transport import Transport
from smsproof_spec.rules import strict_json

ATTEMPTS: Final = 5  # S1:221: up to five attempts in all
# These stand in the record; the code itself enters a body as it leaves.
RIGHT_CODE: Final = "[the shared code]"
PART_OF_CODE: Final = "[the shared code without its last character]"
PAGE_CODE: Final = "SECRET CODE"  # S1:213, for receivers whose code we are not told
_JSON: Final[Headers] = (("Accept", "*/*"), ("Content-Type", "application/json"))


class Courier:
    """Carries deliveries to the webhook; the only place where the shared code and a body meet."""

    def __init__(self, target: Target, secrets: Secrets) -> None:
        self._transport = Transport(target, secrets)
        code = secrets.shared_code.get_secret_value() if secrets.shared_code else PAGE_CODE
        self._codes = {RIGHT_CODE.encode(): _in_json(code), PART_OF_CODE.encode(): _in_json(code[:-1])}

    async def exchange(self, request: Request) -> Answer | Lost:
        if request.body is None:
            return await self._transport.exchange(request)
        body = request.body
        for marker, code in self._codes.items():
            body = body.replace(marker, code)
        return await self._transport.exchange(replace(request, body=body))

    async def close(self) -> None:
        await self._transport.close()


def _in_json(code: str) -> bytes:
    return json.dumps(code, ensure_ascii=False)[1:-1].encode()


class Probe:
    """The customer's own count of handled messages: `GET` gives {"handled": {id: count}, "last": {id: {...}}}.

    Ids are fresh in each run, so that what was handled before does not matter.
    """

    def __init__(self, url: str, target: Target, secrets: Secrets) -> None:
        parts = urlsplit(url)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        origin = target.model_copy(update={"base_url": f"{parts.scheme}://{parts.netloc}"})
        self._transport = Transport(origin, secrets)

    async def read(self) -> dict[str, Any] | None:
        """The whole answer, or None where it is unusable."""
        headers = (("Accept", "application/json"),)
        answer = await self._transport.exchange(
            Request("run/probe", "probe", None, "GET", self._path, headers, None, "missing")
        )
        if isinstance(answer, Lost):
            return None
        value = strict_json(answer.body)
        return value if is_object(value) and is_object(dig(value, "handled")) else None

    async def close(self) -> None:
        await self._transport.close()


class Deliverer:
    """What the act of a receiver case is given.

    id(label)    a fresh message id of this run: 32 capital hexadecimal digits, as refids are.
    """

    def __init__(
        self,
        case: str,
        target: Target,
        path: str,
        courier: Courier,
        probe: Probe | None,
        ledger: Ledger,
        interruption: Interruption,
    ) -> None:
        self.case = case
        self.target = target
        self._path = path
        self._courier = courier
        self._probe = probe
        self._ledger = ledger
        self._interruption = interruption

    def id(self) -> str:
        """An identifier that no other run has used, so that a handler's memory of earlier runs does not matter."""
        return randomness.token_hex(16).upper()

    async def post(
        self, step: str, body: Any = None, *, content: bytes | None = None, headers: Headers = _JSON
    ) -> Exchange:
        """One POST, recorded; `content` gives raw bytes instead of a JSON value."""
        self._interruption.check()
        data = content if content is not None else encode(body)
        request = Request(self.case, step, "delivery", "POST", self._path, headers, data, "missing")
        id_ = self._ledger.intend(request)
        outcome = await self._courier.exchange(request)
        self._ledger.settle(id_, outcome)
        if isinstance(outcome, Lost):
            if not outcome.left:
                raise Unreachable(f"{outcome.kind}: {outcome.detail}")
            return Exchange(id_, request, State.UNANSWERED, None, outcome)
        return Exchange(id_, request, State.ANSWERED, outcome)

    async def deliver(self, step: str, body: Any, *, acknowledged: Callable[[int], bool]) -> Exchange:
        """Deliver as the vendor does: until it is acknowledged, five attempts in all. Returns the last exchange."""
        exchange = await self.post(step, body)
        for attempt in range(2, ATTEMPTS + 1):
            if exchange.status is not None and acknowledged(exchange.status):
                break
            exchange = await self.post(f"{step}, attempt {attempt}", body)
        return exchange

    async def at_once(self, step: str, body: Any, count: int) -> None:
        """The same delivery several times at the same moment."""
        await asyncio.gather(*(self.post(f"{step} {number + 1}", body) for number in range(count)))

    async def read_probe(self, until: str) -> None:
        """Record what the handler has done, as soon as the message `until` was handled or the wait is over.

        A message delivered last and waited for makes sure that earlier ones had their chance: nobody sleeps.
        """
        handled: dict[str, Any] | None = None
        try:
            async with asyncio.timeout(self.target.wait_seconds):
                while True:
                    handled = await self._probe.read() if self._probe else None
                    if handled is None or dig(handled, "handled", until):
                        break
                    await asyncio.sleep(0.02)
        except TimeoutError:
            pass
        self._ledger.note(self.case, "probe", handled)


def handled(seen: Seen, id_: str) -> int:
    """How often the handler ran for a message, by the probe. Raises NotObserved where no probe told."""
    probe = seen.notes.get("probe")
    if probe is None:
        raise NotObserved("only the receiver knows what its handler did: name a probe (--probe URL)")
    count = dig(probe, "handled", id_)
    return count if type(count) is int else 0
