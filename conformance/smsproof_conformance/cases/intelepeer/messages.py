"""Messages the IntelePeer cases send, built from what the target declares."""

from __future__ import annotations

from typing import Any, Final

from smsproof_conformance.cases.intelepeer.schema import CONTRACT
from smsproof_conformance.runs.actor import Actor

ABSENT: Final = object()  # as a value in `message(...)`: leave the key out


def message(do: Actor, **changes: Any) -> dict[str, Any]:
    """A right message from the first sender to the first destination; `from_` stands for `from`.

    changes    other values, of any JSON type; ABSENT leaves a key out.
    """
    right: dict[str, Any] = {"text": "Hello World!"} | {key.rstrip("_"): value for key, value in changes.items()}
    if "from" not in right:
        right["from"] = sender(do)
    if "to" not in right:
        right["to"] = (
            abroad(do, sender(do))
            if sender(do) in do.target.numbers.alphanumerics
            else do.target.numbers.destinations[0]
        )
    return {key: value for key, value in right.items() if value is not ABSENT}


def sender(do: Actor) -> str:
    """The first of the target's senders: a long code, else a short code, else a name."""
    numbers = do.target.numbers
    return (*numbers.long_codes, *numbers.short_codes, *numbers.alphanumerics)[0]


def refused(do: Actor, **changes: Any) -> dict[str, Any]:
    """A message that must be refused with 400 wherever it stands: its destination lacks the plus (S0:16).

    Built from an allow-listed number, so that a vendor that accepts it texts nobody else.
    """
    return message(do, to=do.target.numbers.destinations[0].removeprefix("+"), **changes)


def abroad(do: Actor, sender: str) -> str:
    """The destination for an alphanumeric sender: in the sender's country if one is declared, else outside +1.

    Alphanumeric senders are not for the US and Canada (P-IP-5), so that a refusal there would say nothing.
    """
    destinations = do.target.numbers.destinations
    country = "+" + sender.partition("-")[0]
    return min(destinations, key=lambda to: (not to.startswith(country), to.startswith("+1")))


def example(operation: str, name: str) -> Any:
    """The value of a documented request; its numbers are the page's (part 7, decision 7)."""
    body = CONTRACT.operations[operation].request
    assert body is not None
    return next(documented.value for documented in body.examples if documented.name == name)
