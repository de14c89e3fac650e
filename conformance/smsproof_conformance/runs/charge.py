"""Whom a request would reach and what it would cost, decided before it leaves.

The live rule: off loopback nobody is texted who is not on the allow-list, and accepted message parts never exceed the
budget. Both are checked on the bytes that would be sent, whatever the case meant to send.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from smsproof_conformance.records.exchange import Request, is_array, is_object
from smsproof_conformance.records.sentence import Sentence, Spoken
from smsproof_conformance.targets.target import Target
from smsproof_spec.rules import TextError, measure

_NUMBER = re.compile(r"\+?\d[\d ().-]{5,}\d")  # in any script
_PLACEHOLDER = re.compile(r"\{([0-9]{1,3})\}")
_E164_MAX_DIGITS = 15


class WouldTextStranger(Spoken):
    """The request could reach a number outside the target's allow-list. The case is skipped with this reason."""


class BudgetSpent(Spoken):
    """The next send could exceed the budget. The run stops sending and exits 6."""


@dataclass
class Budget:
    """Message parts this run may still be charged for; None means no limit (loopback)."""

    limit: int | None
    reserved: int = 0

    def reserve(self, parts: int) -> None:
        """Count parts before they leave; BudgetSpent when they would exceed the limit."""
        if self.limit is not None and self.reserved + parts > self.limit:
            raise BudgetSpent(
                Sentence(
                    "{} of {} message parts are used and the next request may cost {}", self.reserved, self.limit, parts
                )
            )
        self.reserved += parts

    def release(self, parts: int) -> None:
        """Give back what the vendor refused: its answer said that nothing was accepted."""
        self.reserved -= parts


def parts(request: Request) -> int:
    """Upper bound of message parts an accepted request may be charged for; one for a text that cannot be measured.

    A lax server may read a body that is no JSON: whatever looks like a number in it may be a recipient, and no text in
    it is longer than the whole.
    """
    if request.json is None and request.body is not None:
        text = request.body.decode("utf-8", "replace")
        return max(1, len(_NUMBER.findall(text))) * _parts_of(text)
    return sum(_parts_of(text) for _, text in recipients(request.json))


def recipients(body: Any) -> Iterator[tuple[Any, Any]]:
    """Every (to, text) in a send body: one message, a list of messages, or a batch with a shared template."""
    if is_array(body):
        for item in body:
            yield from recipients(item)
    elif is_object(body):
        to, text = body.get("to"), body.get("text")
        if is_array(to):
            for recipient in to:
                entry: dict[str, Any] = recipient if is_object(recipient) else {}
                # Whatever key holds the address: the page's own example spells it `to:` (AMB-MS-01).
                for address in entry.values() if entry else [recipient]:
                    if not isinstance(address, list):
                        yield address, _substituted(text, entry.get("params"))
        else:
            yield to, text


def forbid_strangers(target: Target, request: Request) -> None:
    """Refuse a request off loopback that names any destination outside the allow-list.

    A malformed destination may be built from an allow-listed number (no plus, spaces, digits appended) as long as its
    digits are that number's, or begin with them and are more than E.164 allows: no carrier can take it for another one.
    A body that is no JSON is searched for anything that looks like a number, because a lax server may still read it.

    raises    WouldTextStranger.
    """
    if target.on_loopback or request.body is None:
        return
    allowed = {_digits(number) for number in target.numbers.destinations}
    own = {_digits(number) for number in (*target.numbers.long_codes, *target.numbers.short_codes)}
    if request.json is not None:
        destinations = [(str(to), allowed) for to, _ in recipients(request.json) if to is not None]
    else:
        destinations = [
            (found[0], allowed | own) for found in _NUMBER.finditer(request.body.decode("utf-8", "replace"))
        ]
    for destination, permitted in destinations:
        digits = _digits(destination)
        beyond = len(digits) > _E164_MAX_DIGITS and any(digits.startswith(number) for number in allowed)
        if digits and digits not in permitted and not beyond:
            raise WouldTextStranger(Sentence("{}: it names a destination outside numbers.destinations", request.step))


def _digits(number: str) -> str:
    """The digits of a number in whatever script: a lax server may read them as a phone would."""
    return "".join(str(unicodedata.decimal(char)) for char in number if char.isdecimal())


def _substituted(text: Any, params: Any) -> Any:
    if not isinstance(text, str) or not is_array(params):
        return text

    def value(found: re.Match[str]) -> str:
        index = int(found[1])
        return str(params[index]) if index < len(params) else found[0]

    return _PLACEHOLDER.sub(value, text)


def _parts_of(text: Any) -> int:
    if not isinstance(text, str):
        return 1
    try:
        return measure(text).segments
    except TextError:
        return 1
