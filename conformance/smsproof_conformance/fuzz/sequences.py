"""Stateful sequences: set a webhook, read it, send, in any order, against a model of the account.

A Hypothesis state machine chooses the steps; the model that judges them is the standing case `account/webhooks-as-set`,
so that the same words are said online, where they make Hypothesis look for a shorter sequence, and from the record.
Only IntelePeer has state that can be read back: Messangi's pages name no call that reads (AMB-MS-48).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, Protocol
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from smsproof_conformance.fuzz import strategies
from smsproof_conformance.fuzz.grounding import WEBHOOK, own_numbers
from smsproof_conformance.records.exchange import encode
from smsproof_conformance.records.probe import Mode, Probe
from smsproof_conformance.targets.target import Numbers

_NUMBERS: Final = 3  # of the account that a sequence begins with; more give no new states, only more requests


class Sequence(Protocol):
    """What carries the steps of one sequence, in order.

    number    of the sequence in the run: its URLs hold it, so that what an earlier sequence left behind shows.
    """

    number: int

    def step(self, probe: Probe) -> None: ...


def renumbered(body: bytes | None, number: int) -> bytes | None:
    """A step's body with the URLs of another sequence: a replay must set something new."""
    return None if body is None else re.sub(rb"(?<=/inbound/)[0-9]+(?=/)", str(number).encode(), body)


def possible(numbers: Numbers) -> bool:
    """Whether an account with these numbers has something to set, read and send."""
    return not (strategies.endpoints(numbers).is_empty or strategies.messages("intelepeer", numbers).is_empty)


def machine(numbers: Numbers, begin: Callable[[], Sequence]) -> type[RuleBasedStateMachine]:
    """The state machine for an account that owns `numbers`.

    begin    called at the start of each sequence, which first gives each number a webhook: the same account for all.
    """

    class WebhooksOfAnAccount(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.sequence = begin()
            self._set = 0
            for number in own_numbers(numbers)["endpoint"][:_NUMBERS]:
                self.set_webhook([number])

        @rule(endpoints=st.lists(strategies.endpoints(numbers), min_size=1, max_size=3, unique=True))
        def set_webhook(self, endpoints: list[str]) -> None:
            self._set += 1
            settings = {"endpoints": endpoints, "webhook": f"{WEBHOOK}/{self.sequence.number}/{self._set}"}
            self._step("setWebhook", f"set {len(endpoints)}", settings)

        @rule(broken=strategies.broken_settings(numbers))
        def set_badly(self, broken: tuple[str, Any]) -> None:
            self._step("setWebhook", f"set with {broken[0]}", broken[1])

        @rule(endpoint=strategies.endpoints(numbers))
        def read(self, endpoint: str) -> None:
            self.sequence.step(
                Probe("getWebhook", Mode.SEQUENCE, "read", query=f"endpoint={quote(endpoint, safe='-')}")
            )

        @rule(message=strategies.messages("intelepeer", numbers))
        def send(self, message: dict[str, Any]) -> None:
            self._step("sendMessage", "send", message)

        def _step(self, operation: str, what: str, body: Any) -> None:
            self.sequence.step(Probe(operation, Mode.SEQUENCE, what, encode(body)))

    return WebhooksOfAnAccount
