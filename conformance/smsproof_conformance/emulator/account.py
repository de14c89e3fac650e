"""The customer's account at the emulated vendor: numbers, tokens, webhooks, messages, deliveries."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from smsproof_conformance.emulator.books.credentials import Credentials
from smsproof_conformance.emulator.books.inventory import DEFAULTS, Inventory
from smsproof_conformance.emulator.books.message import Delivery, DeliveryState, Direction, Message
from smsproof_conformance.emulator.books.script import Step
from smsproof_conformance.emulator.books.store import Forgetful, History, Journal, LatestMessages, Store
from smsproof_conformance.emulator.clock import Clock
from smsproof_conformance.emulator.delivery.courier import Courier
from smsproof_conformance.emulator.delivery.post import Dial
from smsproof_conformance.emulator.delivery.signature import Hmac
from smsproof_conformance.emulator.exchange import Refusal, Request, is_object

SHARED_CODE: Final = "SECRET CODE"
"""S1:213."""

MAX_SEGMENTS: Final = 10
"""1600 characters in segments of 160 (S2:142, AMB-MS-21); 700 in Unicode (AMB-MS-22, an assumption)."""

HISTORY: Final = 10_000
"""Messages kept in memory, and as many deliveries and refusals."""

HISTORY_CHARACTERS: Final = 20_000_000
"""Of the texts of these messages together: a text has no limit at IntelePeer (AMB-IP-39)."""

_REMEMBERED_CHARACTERS: Final = 2000
"""Of each text of a refused request."""


@dataclass(frozen=True)
class Setup:
    """How an emulator is set up.

    lenient                 takes what part 3 of the contract notes lists under "lenient", besides the strict reading
    inventory               the account's numbers; None for the vendor's default ones
    shared_code             goes into `signature` of inbound messages; None: the account has no code and sends no
    signature
    hmac                    sign inbound messages with this HMAC of the code; None: the code itself is the signature
    retry_seconds           pause before each further attempt of an inbound message; the last one repeats (AMB-IP-34)
    attempt_timeout_seconds for one attempt, connecting included
    allow_targets           hosts other than loopback that deliveries may go to
    allow_hosts             values of Host, other than loopback and the vendor's own, that requests may carry
    max_segments            of a message at Messangi; a longer one is not sent
    history                 messages kept in memory
    history_characters      of their texts together
    max_body_bytes          of a request; above it 413
    store                   SQLite file to keep everything in, or None
    """

    lenient: bool = False
    inventory: Inventory | None = None
    shared_code: str | None = SHARED_CODE
    hmac: Hmac | None = None
    retry_seconds: tuple[float, ...] = (0.0,)
    attempt_timeout_seconds: float = 5.0
    allow_targets: tuple[str, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    max_segments: int = MAX_SEGMENTS
    history: int = HISTORY
    history_characters: int = HISTORY_CHARACTERS
    max_body_bytes: int = 2 * 1024 * 1024
    store: Path | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A request, or a message of one, that was not taken, for who looks at the page.

    request  its method and path; sender, to and text are empty where it held no message
    """

    at: float
    request: str
    sender: str
    to: str
    text: str
    refusal: Refusal


class Account:
    """State, and nothing but state: what the vendor's decisions read and write."""

    def __init__(self, vendor: str, setup: Setup, clock: Clock | None = None) -> None:
        """Raises StoreError for a store that cannot be used."""
        self.vendor = vendor
        self.setup = setup
        self.clock = clock or Clock()
        store = Store(setup.store, vendor) if setup.store is not None else None
        self.journal: Journal = Forgetful() if store is None else store
        self.messages: History = LatestMessages(setup.history, setup.history_characters) if store is None else store
        self.credentials = Credentials(self.clock)
        self.courier = Courier(self.clock, Dial(setup.allow_targets, setup.attempt_timeout_seconds), self.journal)
        self.webhooks: dict[str, str] = {}
        self.scripts: dict[str, tuple[Step, ...]] = {}
        self.deliveries: deque[Delivery] = deque(maxlen=setup.history)
        self.refused: deque[Refused] = deque(maxlen=setup.history)
        self._planned = 0
        self._left_behind: list[Delivery] = []
        if store is None:
            self.inventory = setup.inventory or DEFAULTS[vendor]
        else:
            self._restore(store)

    def _restore(self, store: Store) -> None:
        """Take up what the file has kept. A given inventory replaces the kept one."""
        self.inventory = self.setup.inventory or store.inventory() or DEFAULTS[self.vendor]
        store.keep_inventory(self.inventory)
        self.clock.wind(store.ahead_seconds())
        self.credentials.restore(store.tokens())
        self.webhooks.update(store.webhooks())
        kept = store.deliveries(self.setup.history)
        self.deliveries.extend(kept)
        self._left_behind = [delivery for delivery in kept if delivery.state is DeliveryState.PENDING]
        self._planned = store.last_number()

    def resume(self) -> None:
        """Go on with the deliveries that the last process left behind. Call once, in the running event loop."""
        while self._left_behind:
            self.courier.resume(self._left_behind.pop(0))

    def close(self) -> None:
        if isinstance(self.journal, Store):
            self.journal.close()

    def record(self, message: Message) -> None:
        self.messages.add(message)

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

    def refuse(self, request: Request, value: object, refusal: Refusal) -> None:
        """Remember that a request was refused, or one message of it. `value` is the message, if it could be read."""
        fields = value if is_object(value) else {}
        sender, to, text = (_shown_field(fields.get(key, "")) for key in ("from", "to", "text"))
        asked = f"{request.method} {request.path[:_REMEMBERED_CHARACTERS]}"
        self.refused.append(Refused(self.clock.now(), asked, sender, to, text, refusal))

    def issue_token(self, lifetime_seconds: float) -> str:
        token, expiry = self.credentials.issue(lifetime_seconds)
        self.journal.token(token, expiry)
        return token

    def wind(self, seconds: float) -> None:
        """Let time pass at once; what falls due thereby is delivered."""
        self.clock.wind(seconds)
        self.journal.wound(self.clock.ahead_seconds)
        self.journal.commit()

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


def _shown_field(value: object) -> str:
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))[:_REMEMBERED_CHARACTERS]
