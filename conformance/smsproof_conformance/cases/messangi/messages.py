"""Messages and batches the Messangi cases send, built from what the target declares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact, Target

ABSENT: Final = object()  # as a value in `message(...)` and `batch(...)`: leave the key out

SENDING: Final = (Fact.SENDER, Fact.DESTINATION)

# What a careless hand changes: white space, line ends, escapes, quotes, marks that compose, one letter of several units.
DEFAULT_ALPHABET: Final = "à é ñ Ü Ø Å Ç £ ¥ § ¿ @ _ { } [ ] ~ € \" ' \\ / <b> & %41 1+1  two\r\nlines\nend"
UNICODE: Final = (
    "á í ó ç ê e\u0301 \ufb01 \u2460 \u201cso\u201d \u2013 it\u2019s\u2026\u00a0\t你好 नमस्ते שלום, 🎉 👨‍👩‍👧 🇻🇪"
)


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


def filled(template: str, values: Sequence[object]) -> str:
    """A template with its values in the places; a place without a value stays."""

    def value(place: re.Match[str]) -> str:
        index = int(place[1])
        return str(values[index]) if index < len(values) else place[0]

    return re.sub(r"\{([0-9]+)\}", value, template)


def letters(target: Target, place: int = 0) -> str:
    """A destination that no format allows (S2:43): an allow-listed number with letters behind it."""
    return destination(target, place) + "x" * (place + 1)


_ARABIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_FULL_WIDTH: Final = str.maketrans("0123456789", "０１２３４５６７８９")


def misshapen(target: Target) -> dict[str, str]:
    """What is no E.164 to the letter (S2:43-45) though a lax reader finds an allow-listed number in it, by what is wrong."""
    number = destination(target)
    digits = number.removeprefix("+")
    return {
        "two pluses": f"+{number}",
        "a plus behind": f"{digits}+",
        "spaces between": f"+{digits[:2]} {digits[2:5]} {digits[5:]}",
        "hyphens between": f"+{digits[:2]}-{digits[2:5]}-{digits[5:]}",
        "a space before": f" {number}",
        "a line break behind": f"{number}\n",
        "a scheme": f"tel:{number}",
        "Arabic digits": number[:2] + number[2:].translate(_ARABIC),
        "full-width digits": number[:2] + number[2:].translate(_FULL_WIDTH),
        "a comma and itself": f"{number},{number}",
        "the form of a short code": f"{digits[:2]}-{digits[2:]}",
    }


def _changed(right: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    right |= {key.rstrip("_"): value for key, value in changes.items()}
    return {key: value for key, value in right.items() if value is not ABSENT}
