"""The account's webhooks: read before the first change, put back in every ending.

Only IntelePeer configures webhooks by API (pages S1:23 and S1:128). There is no way to remove one (AMB-IP-24): an
endpoint that never had a webhook cannot be put back, so that off loopback it is left alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from smsproof_conformance.records.exchange import KEEPER, MISSING, Answer, Exchange, Lost, Request, encode
from smsproof_conformance.records.ledger import Ledger, LedgerFailure
from smsproof_conformance.records.sentence import Sentence, Spoken
from smsproof_conformance.targets.target import Target


class CannotRestore(Spoken):
    """Changing this webhook could not be undone; the case is skipped with this reason."""


class Webhooks:
    """Reads a webhook before a run changes it for the first time, and restores what was changed.

    send       records and sends; carry: sends without a record, for the one ending in which nothing can be recorded.
    """

    def __init__(
        self,
        target: Target,
        ledger: Ledger,
        path: str,
        send: Callable[[Request], Awaitable[Exchange]],
        carry: Callable[[Request], Awaitable[Answer | Lost]],
    ) -> None:
        self._target = target
        self._ledger = ledger
        self._path = path
        self._send = send
        self._carry = carry
        self._before: dict[str, str | None] = dict(ledger.changed_webhooks())

    @property
    def changed(self) -> set[str]:
        """Endpoints that may hold a URL of this run."""
        return set(self._before)

    async def keep(self, endpoint: str) -> None:
        """Record the present webhook of one of the account's numbers, once a run.

        raises    CannotRestore off loopback when it cannot be read or there is none to put back.
        """
        own = (*self._target.numbers.long_codes, *self._target.numbers.short_codes)
        if endpoint in self._before or endpoint not in own:
            return
        target = f"{self._path}?endpoint={quote(endpoint, safe='-')}"
        found = await self._send(_request("GET", target, Sentence("read {}", endpoint), None))
        before = found.at("webhook") if found.status == 200 else MISSING
        if not isinstance(before, str) or not before:
            if not self._target.on_loopback:
                raise CannotRestore(
                    Sentence("the webhook of {} could not be read, so it could not be put back", endpoint)
                )
            before = None
        elif self._ledger.holds_secret(before):
            raise CannotRestore(
                Sentence("the webhook of {} holds a secret, which no run file may keep to put it back", endpoint)
            )
        self._ledger.changing_webhook(endpoint, before)
        self._before[endpoint] = before

    async def restore(self) -> set[str]:
        """Put back every changed webhook. Returns the endpoints that still hold a URL of this run."""
        for endpoint, before in list(self._before.items()):
            # None: on loopback only, an emulator's number that never had one.
            if before is None or await self._post(endpoint, before):
                del self._before[endpoint]
                try:
                    self._ledger.webhook_restored(endpoint)
                except LedgerFailure:
                    continue  # restored all the same; whoever reads the record restores it once more
        return self.changed

    async def _post(self, endpoint: str, webhook: str) -> bool:
        body = {"endpoints": [endpoint], "webhook": webhook}
        request = _request("POST", self._path, Sentence("restore {}", endpoint), body)
        try:
            return (await self._send(request)).status == 201
        except LedgerFailure:
            answer = await self._carry(request)
            return isinstance(answer, Answer) and answer.status == 201


def _request(method: str, target: str, step: str, body: Any) -> Request:
    return Request(
        case=KEEPER,
        step=step,
        operation="setWebhook" if method == "POST" else "getWebhook",
        method=method,
        target=target,
        headers=(("Accept", "application/json"), *((("Content-Type", "application/json"),) if body else ())),
        body=encode(body) if body else None,
        token="good",
    )
