"""Messages the IntelePeer cases send, built from what the target declares."""

from __future__ import annotations

from typing import Any, Final

from smsproof_conformance.actor import Actor

ABSENT: Final = object()  # as a value in `message(...)`: leave the key out


def message(do: Actor, **changes: Any) -> dict[str, Any]:
    """A right message from the first long code to the first destination; `from_` stands for `from`.

    changes    other values, of any JSON type; ABSENT leaves a key out.
    """
    numbers = do.target.numbers
    right: dict[str, Any] = {"from": numbers.long_codes[0], "to": numbers.destinations[0], "text": "Hello World!"}
    right |= {key.rstrip("_"): value for key, value in changes.items()}
    return {key: value for key, value in right.items() if value is not ABSENT}


def refused(do: Actor) -> dict[str, Any]:
    """A message that must be refused with 400 wherever it stands: its destination lacks the plus (S0:16).

    Built from an allow-listed number, so that a vendor that accepts it texts nobody else.
    """
    return message(do, to=do.target.numbers.destinations[0].removeprefix("+"))
