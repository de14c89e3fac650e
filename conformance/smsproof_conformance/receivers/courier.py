"""What carries requests to a customer's server: the only place where the shared code and a body meet."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from smsproof_conformance.emulator import Hmac
from smsproof_conformance.receivers.address import Address
from smsproof_conformance.records.exchange import Answer, Lost, Request, is_object
from smsproof_conformance.targets.target import Secrets, Target, is_loopback
from smsproof_conformance.wire.transport import Transport

PAGE_CODE: Final = "SECRET CODE"  # S1:213, for receivers whose code we are not told

# These stand in the record; what they mean enters a body as it leaves.
RIGHT_CODE: Final = "[the shared code]"
PART_OF_CODE: Final = "[the shared code without its last character]"
NEARLY_THE_CODE: Final = "[the shared code with its last character changed]"
OTHER_CASE: Final = "[the shared code in the other case]"


def _nearly(code: str) -> str:
    return code[:-1] + ("y" if code.endswith("x") else "x")


_MARKERS: Final[Mapping[str, Callable[[str], str]]] = {
    RIGHT_CODE: lambda code: code,
    PART_OF_CODE: lambda code: code[:-1],
    NEARLY_THE_CODE: _nearly,
    OTHER_CASE: lambda code: code.swapcase() if code.swapcase() != code else _nearly(code),
}


class Courier:
    """Sends to one address, each request on a connection of its own, and puts codes in where the record has a marker.

    A connection kept open would block a server that serves one connection at a time.

    signature    how `signature` is made of the code; None: it is the code itself (S1:206).
    answers      how many answers came back so far.
    silent       how many requests in a row went unanswered until the deadline; silences: how many in all.
    """

    def __init__(self, target: Target, address: Address, secrets: Secrets, signature: Hmac | None = None) -> None:
        self._transport = Transport(target, secrets, trust=_anything() if is_loopback(address.origin) else None)
        self._authorization = address.authorization
        self._code = secrets.shared_code.get_secret_value() if secrets.shared_code else PAGE_CODE
        self._signature = signature
        self.answers = 0
        self.silent = 0
        self.silences = 0

    async def exchange(self, request: Request) -> Answer | Lost:
        headers = (*request.headers, ("Connection", "close"))
        if self._authorization is not None:
            headers = (*headers, ("Authorization", self._authorization))
        body = None if request.body is None else self._filled(request)
        outcome = await self._transport.exchange(replace(request, headers=headers, body=body))
        self.answers += isinstance(outcome, Answer)
        unanswered = isinstance(outcome, Lost) and outcome.kind == "transport.deadline"
        self.silent = self.silent + 1 if unanswered else 0
        self.silences += unanswered
        return outcome

    async def close(self) -> None:
        await self._transport.close()

    def _filled(self, request: Request) -> bytes:
        assert request.body is not None
        code = self._signed(request.json) if self._signature else self._code
        body = request.body
        for marker, made in _MARKERS.items():
            body = body.replace(marker.encode(), json.dumps(made(code), ensure_ascii=False)[1:-1].encode())
        return body

    def _signed(self, message: object) -> str:
        assert self._signature is not None
        refid, text = (message.get("refid"), message.get("message")) if is_object(message) else ("", "")
        return self._signature.sign(str(refid), str(text), self._code)


def _anything() -> ssl.SSLContext:
    """On loopback nobody stands between: a self-signed certificate of a desk is as good as any."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
