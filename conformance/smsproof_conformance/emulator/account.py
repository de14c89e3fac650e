"""The customer's account at the emulated vendor: numbers, tokens, webhooks, messages, deliveries."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from smsproof_conformance.emulator.clock import Clock
from smsproof_conformance.emulator.courier import Courier
from smsproof_conformance.emulator.credentials import Credentials
from smsproof_conformance.emulator.exchange import Refusal
from smsproof_conformance.emulator.inventory import DEFAULTS, Inventory
from smsproof_conformance.emulator.message import Delivery, Direction, Message
from smsproof_conformance.emulator.post import Dial
from smsproof_conformance.emulator.script import Step
from smsproof_conformance.emulator.store import Forgetful, Journal

SHARED_CODE: Final = "SECRET CODE"
"""S1:213."""

HISTORY: Final = 10_000
"""Messages kept in memory, and as many deliveries and refusals."""


@dataclass(frozen=True)
class Setup:
    """How an emulator is set up.

    lenient                 takes what part 3 of the contract notes lists under "lenient", besides the strict reading
    inventory               the account's numbers; None for the vendor's default ones
    shared_code             goes into `signature` of inbound messages; None: the account has no code and sends no
    signature
    retry_seconds           pause before each further attempt of an inbound message; the last one repeats (AMB-IP-34)
    attempt_timeout_seconds for one attempt, connecting included
    allow_targets           hosts other than loopback that deliveries may go to
    allow_hosts             values of Host, other than loopback and the vendor's own, that requests may carry
    history                 messages kept in memory
    max_body_bytes          of a request; above it 413
    store                   SQLite file to keep everything in, or None
    """

    lenient: bool = False
    inventory: Inventory | None = None
    shared_code: str | None = SHARED_CODE
    retry_seconds: tuple[float, ...] = (0.0,)
    attempt_timeout_seconds: float = 5.0
    allow_targets: tuple[str, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    history: int = HISTORY
    max_body_bytes: int = 2 * 1024 * 1024
    store: Path | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that was not taken, for who looks at the page."""

    at: float
    sender: str
    to: str
    text: str
    refusal: Refusal


class Account:
    """State, and nothing but state: what the vendor's decisions read and write."""

    def __init__(self, vendor: str, setup: Setup, clock: Clock | None = None, journal: Journal | None = None) -> None:
        self.vendor = vendor
        self.setup = setup
        self.clock = clock or Clock()
        self.inventory = setup.inventory or DEFAULTS[vendor]
        self.credentials = Credentials(self.clock)
        self.journal: Journal = journal or Forgetful()
        self.courier = Courier(self.clock, Dial(setup.allow_targets, setup.attempt_timeout_seconds), self.journal)
        self.webhooks: dict[str, str] = {}
        self.scripts: dict[str, tuple[Step, ...]] = {}
        self.messages = History(setup.history)
        self.deliveries: deque[Delivery] = deque(maxlen=setup.history)
        self.refused: deque[Refused] = deque(maxlen=setup.history)
        self._planned = 0

    def record(self, message: Message) -> None:
        self.messages.add(message)
        self.journal.message(message)

    def set_webhook(self, endpoint: str, url: str) -> None:
        self.webhooks[endpoint] = url
        self.journal.webhook(endpoint, url)

    def deliver(self, message: Message, url: str, *, status: str = "", after_seconds: float = 0.0) -> None:
        """Plan one delivery of `message`, or of one of its statuses, to `url`."""
        self._planned += 1
        delivery = Delivery(self._planned, message, url, self.clock.now() + after_seconds, status)
        self.deliveries.append(delivery)
        self.journal.planned(delivery)
        self.courier.plan(delivery)

    def refuse(self, sender: str, to: str, text: str, refusal: Refusal) -> None:
        self.refused.append(Refused(self.clock.now(), sender, to, text, refusal))

    def outbox(self) -> Iterator[Message]:
        """The accepted outbound messages, oldest first."""
        return (message for message in self.messages if message.direction is Direction.OUTBOUND)

    def reset(self) -> None:
        """Back to the start: no webhook, no message, nothing to deliver. Tokens, clock and faults stay as they are."""
        self.courier.clear()
        self.webhooks.clear()
        self.messages.clear()
        self.deliveries.clear()
        self.refused.clear()
        self.journal.forget()
        self.journal.commit()


@dataclass
class History:
    """The latest messages, found by id, in the order of their arrival. The oldest make room for the newest."""

    limit: int
    _order: deque[Message] = field(default_factory=deque[Message])
    _by_id: dict[str, Message] = field(default_factory=dict[str, Message])

    def add(self, message: Message) -> None:
        if len(self._order) == self.limit:
            oldest = self._order.popleft()
            if self._by_id.get(oldest.id) is oldest:
                del self._by_id[oldest.id]
        self._order.append(message)
        self._by_id[message.id] = message

    def get(self, id: str) -> Message | None:
        return self._by_id.get(id)

    def clear(self) -> None:
        self._order.clear()
        self._by_id.clear()

    def __iter__(self) -> Iterator[Message]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)
