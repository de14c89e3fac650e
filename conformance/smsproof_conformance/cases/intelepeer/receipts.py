"""What the vendor says about each message it accepted, single or in bulk, from the record of a run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from smsproof_conformance.records.exchange import Exchange, is_array, is_object, pointer, whole
from smsproof_conformance.records.outcome import Outcome


@dataclass(frozen=True)
class Receipt:
    """One accepted message and the object that says so.

    asked      the message as it was sent.
    said       the answer to a single send, or the item of a 207 at the message's place.
    path       where `said` stands in the answer: () or ("responses", place).
    """

    exchange: Exchange
    asked: dict[str, Any]
    said: dict[str, Any]
    path: tuple[str | int, ...]

    @property
    def in_bulk(self) -> bool:
        return bool(self.path)

    def pointer(self, key: str) -> str:
        return pointer(*self.path, key)


def receipts(exchanges: Iterable[Exchange]) -> Iterator[Receipt]:
    """Every accepted message of some exchanges, in their order.

    A 207 that has not one response for each request says nothing certain about any message: it gives none.
    """
    for exchange in exchanges:
        asked, said = exchange.request.json, exchange.at()
        if exchange.request.operation != "sendMessage" or exchange.outcome is not Outcome.TAKEN:
            continue
        if is_object(asked) and is_object(said):
            yield Receipt(exchange, asked, said, ())
        elif is_array(asked) and len(items := responses(exchange)) == len(asked):
            for place, (message, item) in enumerate(zip(asked, items, strict=True)):
                if is_object(message) and is_object(item) and item_status(item) == 202:
                    yield Receipt(exchange, message, item, ("responses", place))


def responses(exchange: Exchange) -> list[Any]:
    """The list under `responses`; empty where there is none."""
    found = exchange.at("responses")
    return found if is_array(found) else []


def item_status(item: Any) -> int | None:
    """The status an item gives: under `code`, or under `status` (AMB-IP-11); digits in a string are another case's affair."""
    value = item.get("code", item.get("status")) if is_object(item) else None
    if (status := whole(value)) is not None:
        return status
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{3}", value) else None
