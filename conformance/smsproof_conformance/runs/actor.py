"""How a case acts: every request goes through here, is recorded before it leaves, and is guarded by the live rule."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from smsproof_conformance.records.exchange import KEEPER, Exchange, Headers, Lost, Request, State, encode, strings
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.sentence import Sentence, Spoken, Words, said
from smsproof_conformance.records.server_error import ASK_AGAIN, is_asked_again, stays
from smsproof_conformance.runs.breaker import Breaker
from smsproof_conformance.runs.charge import Budget, forbid_strangers, parts
from smsproof_conformance.runs.charging import Charging
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.runs.outbox import Entry, Outbox
from smsproof_conformance.runs.pace import Pace
from smsproof_conformance.runs.webhooks import Webhooks
from smsproof_conformance.targets.target import Target, Token
from smsproof_conformance.wire.inbox import Hook, Inbox
from smsproof_conformance.wire.peer import Carrier, Steering
from smsproof_spec.contract import Contract, Operation

_JSON: Final = (("Accept", "application/json"), ("Content-Type", "application/json"))
_CONNECT_TRIES: Final = 3  # a refused connection is retried twice: nothing left this machine


class Unreachable(Spoken):
    """The target answered nothing at all, several times in a row: the run stops instead of waiting on each case."""


class Wire:
    """Sends requests for all cases of a run: guard, intent, carrier, outcome."""

    def __init__(
        self,
        target: Target,
        contract: Contract,
        ledger: Ledger,
        carrier: Carrier,
        budget: Budget,
        charging: Charging,
        pace: Pace,
    ) -> None:
        self.target = target
        self.contract = contract
        self.ledger = ledger
        self.budget = budget
        self._charging = charging
        self._carrier = carrier
        self._pace = pace
        self._breaker = Breaker(self._is_available)
        self._silent = 0
        hook_path = self.path_of("getWebhook") if "getWebhook" in contract.operations else ""
        self.webhooks = Webhooks(target, ledger, hook_path, self.send, carrier.exchange)

    def path_of(self, operation: str) -> str:
        """The path of an operation at this target: the contract's, or the target's override."""
        return self.target.paths.get(operation) or self.contract.operations[operation].path

    async def send(self, request: Request) -> Exchange:
        """Send once, recorded. raises WouldTextStranger, BudgetSpent, CannotRestore before anything leaves.

        A server error is asked again at once where that costs nobody anything: what passes is no answer to the request.
        """
        exchange = await self._send_once(request)
        answers: list[int | None] = []
        while is_asked_again(exchange, answers) and await self.may_repeat(request):
            repeat = await self._send_once(replace(request, case=ASK_AGAIN, step=str(exchange.id)))
            answers.append(repeat.status)
        return replace(exchange, stays=stays(exchange, answers))

    async def may_repeat(self, request: Request) -> bool:
        """Whether a request may be sent a second time: one that costs nobody anything."""
        if not request.paid:
            return True
        charged = await self._charging.is_possible()
        self.ledger.set_fact("charged", charged)
        return not charged

    async def _send_once(self, request: Request) -> Exchange:
        forbid_strangers(self.target, request)
        if request.operation == "setWebhook" and request.method == "POST" and request.case != KEEPER:
            for value in strings(request.json):
                await self.webhooks.keep(value)
        if request.paid:
            request = replace(request, parts=parts(request))
            self.budget.reserve(request.parts)
            if not self.target.on_loopback:
                await self._pace.wait(request.json)
        id_ = self.ledger.intend(request)
        outcome = await self._carrier.exchange(request)
        tries = 1
        while isinstance(outcome, Lost) and not outcome.left and tries < _CONNECT_TRIES:
            outcome = await self._carrier.exchange(request)
            tries += 1
        self.ledger.settle(id_, outcome)
        if isinstance(outcome, Lost):
            if not outcome.left:
                self.budget.release(request.parts if request.paid else 0)
            if request.case != KEEPER:  # putting the account back is tried to the end
                self._count_silence(outcome)
            state = State.UNANSWERED if outcome.left else State.NOT_SENT
            return Exchange(id_, request, state, None, outcome)
        self._silent = 0
        if request.paid and 400 <= outcome.status < 500:
            self.budget.release(request.parts)
        if outcome.status == 503 and request.case != KEEPER:
            await self._breaker.wait()
        return Exchange(id_, request, State.ANSWERED, outcome)

    async def _is_available(self) -> bool:
        """Ask for something that costs nothing; whatever the answer says, it is not 503."""
        path = self.path_of(next(iter(self.contract.operations)))
        probe = Request(KEEPER, "is it back", None, "GET", path, _JSON[:1], None, "good")
        return (await self.send(probe)).status not in (None, 503)

    def _count_silence(self, lost: Lost) -> None:
        self._silent += 1
        if self._silent >= 3 and (not lost.left or self._silent >= 10):
            raise Unreachable(Sentence("{}: {}", lost.kind, lost.detail))


class Actor:
    """What the act of one scenario is given.

    target    declared facts; `operation(...)`, paths and numbers are read from it.
    """

    def __init__(
        self,
        case: str,
        wire: Wire,
        inbox: Inbox,
        control: Steering | None,
        outbox: Outbox,
        interruption: Interruption,
    ) -> None:
        self.case = case
        self.target = wire.target
        self._wire = wire
        self._inbox = inbox
        self._control = control
        self._outbox = outbox
        self._had: list[Entry] | None = None
        self._interruption = interruption

    def unique(self, words: str) -> str:
        """`words` with a tag that no other case and no other call of this case gives; ASCII, the same in every run."""
        return f"{words} {hashlib.sha256(f'{self.case}|{words}'.encode()).hexdigest()[:8]}"

    def operation(self, operation: str) -> Operation:
        return self._wire.contract.operations[operation]

    def path(self, operation: str) -> str:
        return self._wire.path_of(operation)

    async def call(
        self,
        step: Words,
        operation: str,
        body: Any = None,
        *,
        content: bytes | None = None,
        query: Mapping[str, str] | str | None = None,
        method: str | None = None,
        path: str | None = None,
        headers: Headers | None = None,
        token: Token = "good",
    ) -> Exchange:
        """Send one request and record it under a step name.

        body       JSON value of the body; `content` gives raw bytes instead.
        query      parameters to encode, or the raw query string exactly as it shall stand on the wire.
        method     another method than the operation's; `path`: another path (near misses).
        headers    replace Accept and Content-Type (application/json); Authorization comes from `token` alone.
        """
        self._interruption.check()
        contract = self._wire.contract.operations[operation]
        encoded = query if isinstance(query, str) else urlencode(query, safe="-") if query else ""
        verb = method or contract.method
        data = content if content is not None else None if body is None else encode(body)
        request = Request(
            case=self.case,
            step=said(step),
            operation=operation if path is None and method is None else None,
            method=verb,
            target=(path or self.path(operation)) + (f"?{encoded}" if encoded else ""),
            headers=headers if headers is not None else _JSON if data is not None else _JSON[:1],
            body=data,
            token=token,
            paid=bool(contract.extensions.get("x-sms-paid")) and data is not None,
        )
        return await self._wire.send(request)

    def hook(self, label: str, *script: int, query: str = "") -> Hook:
        """A URL of the inbox; `script` are the statuses to answer in order (the last repeats, 0 hangs up), 200 if none.

        query    of the URL: nothing arrives without it.
        """
        return self._inbox.hook(self.case, label, *script, query=query)

    async def inbound(self, sender: str, to: str, message: str) -> bool:
        """Let a handset text one of the account's numbers, through the control API (needs Fact.CONTROL)."""
        self._interruption.check()
        assert self._control is not None, "a case that triggers inbound messages needs Fact.CONTROL"
        done = await self._control.inbound(sender, to, message)
        if not done:
            self._note("inbound refused", True)
        return done

    async def settle(self, *expected: tuple[Hook, int]) -> None:
        """Wait until what is due has arrived.

        Waits until each hook has its expected count or `wait_seconds` are over. What has not come by then is missing
        where a control API says that all is delivered, and unknown elsewhere. Its word alone is not enough: somebody
        else's may answer before the last delivery is through.
        """
        self._interruption.check()
        settled = self._control is not None and await self._control.settle()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.target.wait_seconds):
                for hook, count in expected:
                    while hook.count < count:
                        hook.changed.clear()
                        await hook.changed.wait()
        self._note("settled", settled)

    async def read_outbox(self, *awaited: str) -> None:
        """Record the emulator's outbox, where the target has one: what handsets would have seen.

        awaited    texts of messages that were taken. They are waited for, `wait_seconds` at most: an outbox may lag.
        """
        self._note("outbox", await self._outbox.read(awaited, self._had))

    async def read_outbox_before(self) -> None:
        """Record what is in the outbox before the act: an emulator may have a past."""
        self._had = await self._outbox.read()
        self._note("outbox before", self._had)

    @asynccontextmanager
    async def watching_outbox(self) -> AsyncGenerator[None]:
        """Record the outbox before and after what is done inside: what is refused must not be sent all the same."""
        await self.read_outbox_before()
        yield
        await self.settle()
        await self.read_outbox()

    def _note(self, key: str, value: Any) -> None:
        self._wire.ledger.note(self.case, key, value)
