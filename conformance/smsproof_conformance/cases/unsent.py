"""What is refused is not sent all the same: a refusal that came too late shows in the outbox, for every vendor alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote_plus

from smsproof_conformance.records.exchange import Exchange
from smsproof_conformance.records.record import Seen
from smsproof_conformance.verdicts.finding import Judgement, breach


def unsent(requirement: str, seen: Seen, refused: Iterable[Exchange]) -> Judgement:
    """Nothing that the outbox gained is the text of a refused request; nothing is said where there is no outbox.

    refused    requests that were refused, each with a text that no other request of the case has.
    """
    if seen.notes.get("outbox") is None:
        return
    texts = [entry.get("text") for entry in seen.gained]
    for exchange in refused:
        if any(_carries(exchange, text) for text in texts):
            yield breach(requirement, exchange, expected="what is refused is not sent", got="it is in the outbox")


def _carries(exchange: Exchange, text: Any) -> bool:
    """Whether a text stands in a body as JSON or as a form has it, whole or cut off."""
    body = (exchange.request.body or b"").decode("utf-8", "replace")
    return isinstance(text, str) and bool(text) and (text in body or quote_plus(text) in body)
