"""A model of an IntelePeer account: which webhook each number has, by what the run asked and what it was answered.

Folded over the record in order, cases and fuzz alike. A number's webhook is known once a set or a read was answered;
an unanswered or failed set makes it unknown again, for it may have happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from smsproof_conformance.records.exchange import MISSING, Exchange, dig, is_array, whole
from smsproof_conformance.records.outcome import Outcome, of_item

_HTTP_REFUSED = range(400, 500)


@dataclass(frozen=True)
class Known:
    """A number's webhook as the account should have it.

    shared     whether it was set together with other numbers.
    refused    whether an attempt to change it was refused since.
    stranger   whether one of these attempts had no right token.
    """

    webhook: str
    shared: bool = False
    refused: bool = False
    stranger: bool = False


@dataclass
class Account:
    """Webhooks by number; a number that is not there is unknown."""

    webhooks: dict[str, Known] = field(default_factory=dict[str, Known])

    def see(self, exchange: Exchange) -> None:
        """Take in one exchange of the run, in order."""
        if exchange.request.operation == "setWebhook" and exchange.request.method == "POST":
            self._set(exchange)
        elif exchange.request.operation is None and exchange.request.method not in ("GET", "HEAD"):
            if exchange.outcome is not Outcome.REFUSED:
                self.webhooks.clear()  # what another method does that is not refused, no page says
        elif exchange.request.operation == "getWebhook" and exchange.status == 200:
            endpoint, webhook = endpoint_of(exchange), exchange.at("webhook")
            # A read that contradicts what was set changes nothing: it is the read that is in question.
            if endpoint is not None and endpoint not in self.webhooks and isinstance(webhook, str) and webhook:
                self.webhooks[endpoint] = Known(webhook)

    def _set(self, exchange: Exchange) -> None:
        webhook = dig(exchange.request.json, "webhook")
        endpoints = dig(exchange.request.json, "endpoints")
        if not is_array(endpoints):
            return
        named = [endpoint for endpoint in endpoints if isinstance(endpoint, str)]
        for endpoint in named:
            match _outcome(exchange, named, endpoint):
                case True if isinstance(webhook, str):
                    self.webhooks[endpoint] = Known(webhook, shared=len(named) > 1)
                case False:
                    if endpoint in self.webhooks:
                        held = self.webhooks[endpoint]
                        stranger = held.stranger or exchange.request.token != "good"
                        self.webhooks[endpoint] = Known(held.webhook, refused=True, stranger=stranger)
                case _:
                    self.webhooks.pop(endpoint, None)


def endpoint_of(exchange: Exchange) -> str | None:
    """The one number that a read asks for; None for none or several."""
    query = parse_qsl(urlsplit(exchange.request.target).query, keep_blank_values=True)
    return query[0][1] if [name for name, _ in query] == ["endpoint"] else None


def _outcome(exchange: Exchange, named: list[str], endpoint: str) -> bool | None:
    """Whether setting the webhook of one of the named numbers was done (True), refused (False) or cannot be told."""
    if exchange.outcome is Outcome.REFUSED and exchange.status in _HTTP_REFUSED:
        # A refusal of several may have come after some were done.
        return False if len(named) == 1 else None
    if len(named) == 1 and exchange.status == 201:
        return True
    return _item_outcome(exchange.at("endpoints"), endpoint) if exchange.status == 207 else None


def _item_outcome(items: Any, endpoint: str) -> bool | None:
    found = [item for item in items if dig(item, "endpoint") == endpoint] if is_array(items) else []
    if len(found) != 1:
        return None
    status = dig(found[0], "status")
    if status is MISSING:
        status = dig(found[0], "code")
    if (code := whole(status)) is None:
        return None
    return {Outcome.TAKEN: True, Outcome.REFUSED: False}.get(of_item(code))
