"""Choosing national language tables by price.

A table costs three octets of header in every segment, makes some characters cheaper, and a locking table takes others
away. Many operators do not carry them at all (only some sell them), so nothing here is used unless it is asked for.
"""

from collections.abc import Iterable

from .alphabet import alphabet
from .record import Record
from .segments import Measure, measure
from .tables.national import IDENTIFIERS, LOCKING, SINGLE

LANGUAGES: tuple[str, ...] = tuple(IDENTIFIERS)


class Choice(Record):
    """The tables to send a text with, and what it costs then. None stands for the default alphabet or its extension."""

    locking: str | None
    single: str | None
    measure: Measure


def cheapest(text: str, allowed: Iterable[str] = LANGUAGES, *, reference_bits: int = 8) -> Choice:
    """The pair of tables with which a text takes the fewest segments, then the fewest septets.

    allowed   languages whose tables the receiving network and phones can read; mixed pairs are tried too.
    returns   no tables at all if they save no segment, be it that the text is GSM-7 or UCS-2 then: every phone can read
              that. Of equal pairs the one with fewer tables, then the one whose language comes first in `allowed`.
    raises    TextError("lone-surrogate"); ValueError for an unknown language.
    """
    languages = tuple(dict.fromkeys(allowed))
    for language in languages:
        if language not in IDENTIFIERS:
            raise ValueError(f"{language!r} has no tables; those that have some: {', '.join(LANGUAGES)}.")
    plain = Choice(None, None, measure(text, reference_bits=reference_bits))
    if plain.measure.segments == 1:
        return plain
    characters = set(map(ord, text))
    lockings = (None, *(language for language in languages if language in LOCKING))
    singles = (None, *(language for language in languages if language in SINGLE))
    priced = [
        Choice(locking, single, measure(text, reference_bits=reference_bits, locking=locking, single=single))
        for locking in lockings
        for single in singles
        if (locking or single) and characters <= alphabet(locking, single).codes.keys()
    ]
    best = min(
        priced,
        key=lambda c: (c.measure.segments, c.measure.units, (c.locking is not None) + (c.single is not None)),
        default=plain,
    )
    return best if best.measure.segments < plain.measure.segments else plain
