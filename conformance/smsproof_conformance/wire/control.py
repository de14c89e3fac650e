"""The control API of an emulator, as far as a run uses it: trigger an inbound message, read the outbox, settle.

A foreign emulator may offer a part of it; what it does not offer is None or False here, never an error. Only where nobody
has ever answered, the address is wrong, and everything that waits for it would wait in vain.
Source: the architecture, "Words used everywhere"; vendor-contracts part 7, decision 10 (2xx means done, bodies free).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, LiteralString

from smsproof_conformance.records.exchange import Answer, Headers, Lost, dig, encode, is_array, is_object
from smsproof_conformance.records.sentence import Sentence, Spoken, said
from smsproof_conformance.targets.target import Secrets, Target
from smsproof_conformance.wire.caller import Caller

_NOBODY_THERE: Final[Mapping[str, LiteralString]] = {
    "transport.refused": "connection refused",
    "transport.dns": "no such host",
}


class ControlUnreachable(Spoken):
    """Nobody is at the control URL, and nobody has been before."""


class Control:
    """Calls `target.control_url`; only built where one is declared.

    Every call raises ControlUnreachable where nobody is, as long as nobody has ever answered.
    """

    def __init__(self, target: Target, secrets: Secrets) -> None:
        assert target.control_url is not None
        token = secrets.control_token
        self._authorization: Headers = (
            (("Authorization", f"Bearer {token.get_secret_value()}"),) if token is not None else ()
        )
        self._url = target.control_url
        self._caller = Caller(target.control_url, target.timeout_seconds)
        self._reached = False
        self._refusal: str | None = None

    async def close(self) -> None:
        await self._caller.close()

    async def inbound(self, sender: str, to: str, message: str) -> bool:
        """Let a handset at `sender` text the account's number `to`. False: this control API did not do it."""
        return _did(await self._post("/inbound", {"from": sender, "to": to, "message": message}))

    @property
    def refusal(self) -> str | None:
        """What came the first time that it did not settle, with what was asked; None as long as it does."""
        return self._refusal

    async def settle(self) -> bool:
        """Ask for everything that is due to be delivered now. True: what has not come by now will not come."""
        answer = await self._post("/settle", {})
        if self._refusal is None and not _did(answer):
            came = (
                f"HTTP {answer.status}" if isinstance(answer, Answer) else f"no answer ({answer.kind}: {answer.detail})"
            )
            self._refusal = f"POST {self._url}/settle: {came}"
        return _did(answer)

    async def outbox(self) -> list[dict[str, Any]] | None:
        """The accepted messages as handsets would see them ({id, from, to, text}); None where not offered."""
        answer = await self._exchange("GET", "/outbox", self._authorization, None)
        messages = dig(answer.value, "messages") if isinstance(answer, Answer) and answer.succeeded else None
        return [item for item in messages if is_object(item)] if is_array(messages) else None

    async def _post(self, path: str, body: dict[str, str]) -> Answer | Lost:
        headers = (*self._authorization, ("Content-Type", "application/json"))
        return await self._exchange("POST", path, headers, encode(body))

    async def _exchange(self, method: str, path: str, headers: Headers, body: bytes | None) -> Answer | Lost:
        outcome = await self._caller.exchange(method, path, headers, body)
        if not self._reached and isinstance(outcome, Lost) and outcome.kind in _NOBODY_THERE:
            raise ControlUnreachable(
                Sentence(
                    "control_url {} is unreachable ({}). Start it, correct it, or leave control_url out.",
                    self._url,
                    said(_NOBODY_THERE[outcome.kind]),
                )
            )
        self._reached = self._reached or isinstance(outcome, Answer)
        return outcome


def _did(outcome: Answer | Lost) -> bool:
    return isinstance(outcome, Answer) and outcome.succeeded
