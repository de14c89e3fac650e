"""A message as the account's records keep it, outbound or inbound, and its deliveries to the customer's URLs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Direction(StrEnum):
    OUTBOUND = "outbound"
    """MT: the customer sent it; a handset would get it."""
    INBOUND = "inbound"
    """MO: a handset sent it; the customer's webhook gets it."""


NO_DETAILS: Final[Mapping[str, object]] = {}


@dataclass(slots=True)
class Message:
    """One accepted message.

    id        refid at IntelePeer, data.id at Messangi
    segments  message parts as the vendor counts them
    at        epoch seconds of the emulator's clock
    details   what else the request said and later traffic needs: guid; externalId, clientId, callbacks, requestDR
    """

    id: str
    direction: Direction
    sender: str
    to: str
    text: str
    segments: int
    at: float
    details: Mapping[str, object]


class DeliveryState(StrEnum):
    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    GIVEN_UP = "given up"
    FORBIDDEN = "forbidden"
    """The URL leads to a host that this emulator may not connect to: no connection was made."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to bring a delivery. `outcome` is an HTTP status in digits, or a word: refused, timeout, closed, tls …"""

    at: float
    outcome: str


@dataclass(slots=True)
class Delivery:
    """One thing to bring to one URL: an inbound message, or one status of an outbound one.

    number    position in the account's sequence; also what the store knows it by
    status    the status to tell; "" for an inbound message
    due       epoch seconds of the emulator's clock: not before
    lane      deliveries of one lane arrive one after the other, in the order of their planning
    """

    number: int
    message: Message
    url: str
    due: float
    status: str = ""
    state: DeliveryState = DeliveryState.PENDING
    attempts: list[Attempt] = field(default_factory=list[Attempt])

    @property
    def lane(self) -> tuple[str, str]:
        return self.message.id, self.url
