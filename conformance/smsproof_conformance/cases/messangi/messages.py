"""Messages and batches the Messangi cases send, built from what the target declares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact, Target

ABSENT: Final = object()  # as a value in `message(...)` and `batch(...)`: leave the key out

SENDING: Final = (Fact.SENDER, Fact.DESTINATION)


def sender(target: Target) -> str:
    """A sender of the account; which kind does not matter to the case."""
    numbers = target.numbers
    return (*numbers.short_codes, *numbers.long_codes, *numbers.alphanumerics)[0]


def destination(target: Target, place: int = 0) -> str:
    """An allow-listed destination with its plus; `place` goes round when there are fewer."""
    destinations = target.numbers.destinations
    return "+" + destinations[place % len(destinations)].removeprefix("+")


def message(do: Actor, **changes: Any) -> dict[str, Any]:
    """A right message from a sender of the account to the first destination; `from_` stands for `from`.

    changes    other values, of any JSON type; ABSENT leaves a key out.
    """
    right: dict[str, Any] = {"from": sender(do.target), "text": "text demo", "to": destination(do.target)}
    return _changed(right, changes)


def batch(do: Actor, to: Any = None, **changes: Any) -> dict[str, Any]:
    """A right batch to the first destination; other keys as in `message`.

    to    the value of `to`, of any JSON type; None means one recipient.
    """
    recipients = [{"to": destination(do.target)}] if to is None else to
    right: dict[str, Any] = {"from": sender(do.target), "text": "text demo", "to": recipients}
    return _changed(right, changes)


def recipients(*addresses: str) -> list[dict[str, Any]]:
    """The `to` of a batch without values of their own."""
    return [{"to": address} for address in addresses]


def with_values(*pairs: tuple[str, Sequence[str | int | float]]) -> list[dict[str, Any]]:
    """The `to` of a batch with the values of each recipient's placeholders."""
    return [{"to": address, "params": list(values)} for address, values in pairs]


def letters(target: Target, place: int = 0) -> str:
    """A destination that no format allows (S2:43): an allow-listed number with letters behind it."""
    return destination(target, place) + "x" * (place + 1)


def _changed(right: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    right |= {key.rstrip("_"): value for key, value in changes.items()}
    return {key: value for key, value in right.items() if value is not ABSENT}
