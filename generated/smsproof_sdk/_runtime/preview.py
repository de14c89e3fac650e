"""What a text will be before it is sent: encoding, segments, cost, and the characters that make it dear."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from smsproof_spec.rules import documented_segments, measure

from .checking import Checks


@dataclass(frozen=True, slots=True)
class Offender:
    """A character outside GSM 03.38, which turns the whole text into UCS-2.

    index   its position in the text, in characters
    """

    character: str
    index: int


@dataclass(frozen=True, slots=True)
class Preview:
    """One text as the network will carry it.

    encoding             "gsm7" or "ucs2"
    units                septets or UTF-16 code units
    segments             what a handset gets, by 3GPP TS 23.040: 160/153 septets or 70/67 code units each
    documented_segments  the same by the vendor's page, where that differs (Messangi: 160 and 70 each); else as segments
    per_segment          units that one of these segments holds
    left                 units still free in the last segment
    cost                 segments times price; None without a price. The dearer of the two counts when they differ.
    offending            characters that force UCS-2, each where it first stands; empty for gsm7
    """

    text: str
    encoding: Literal["gsm7", "ucs2"]
    units: int
    segments: int
    documented_segments: int
    per_segment: int
    left: int
    cost: Decimal | None
    offending: tuple[Offender, ...]


def preview(text: str, *, price: Decimal | str | int | None = None, documented: bool = False) -> Preview:
    """Measure one text.

    price        price of one segment, exact ("0.0075"); a float is refused because it is not
    documented   whether the vendor's page has a segment model of its own
    raises       ValueError for half a surrogate pair or a price that is none, TypeError for a price that is a float
    """
    if isinstance(price, float):
        raise TypeError("give the price as text or Decimal: a float cannot say 0.1")
    each = None if price is None else _price(price)
    found = measure(text)
    by_page = documented_segments(text) if documented else found.segments
    return Preview(
        text=text,
        encoding=found.encoding,
        units=found.units,
        segments=found.segments,
        documented_segments=by_page,
        per_segment=found.per_segment,
        left=found.left,
        cost=None if each is None else each * max(found.segments, by_page),
        offending=_offenders(text) if found.encoding == "ucs2" else (),
    )


def _price(price: Decimal | str | int) -> Decimal:
    try:
        each = Decimal(price)
    except InvalidOperation:
        each = Decimal("NaN")
    if not each.is_finite() or each < 0:
        raise ValueError(f"price {price!r} is none: give a number that is not negative, such as '0.0075'.")
    return each


def _offenders(text: str) -> tuple[Offender, ...]:
    seen: dict[str, int] = {}
    for index, character in enumerate(text):
        if character not in seen:
            seen[character] = index
    return tuple(
        Offender(character, index) for character, index in seen.items() if measure(character).encoding == "ucs2"
    )


def previews(checks: Checks, body: Any, *, price: Decimal | str | int | None, documented: bool) -> tuple[Preview, ...]:
    """A preview for each text of a body."""
    return tuple(preview(text, price=price, documented=documented) for text in checks.texts(body))
