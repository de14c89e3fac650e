"""Sparing a text from UCS-2, but only where that is worth money.

Smart encoding as providers sell it replaces on sight. Here a replacement is proposed only if the whole text becomes
GSM-7 by it and takes fewer segments; what GSM-7 can say already is never touched, and every change is reported.
"""

import unicodedata
from enum import StrEnum

from .alphabet import DEFAULT
from .grapheme import clusters
from .record import Record
from .segments import Measure, measure
from .tables import replacements as tables


class Level(StrEnum):
    """How much may be lost. Each level includes the one before.

    TYPOGRAPHIC  quotes, dashes, spaces, invisible marks: the same text to a reader.
    ACCENTS      Latin letters without their marks.
    FULL         Greek and Cyrillic letter by letter, signs in words.
    """

    TYPOGRAPHIC = "typographic"
    ACCENTS = "accents"
    FULL = "full"


_TABLES = {
    Level.TYPOGRAPHIC: (tables.TYPOGRAPHIC,),
    Level.ACCENTS: (tables.TYPOGRAPHIC, tables.ACCENTS),
    Level.FULL: (tables.TYPOGRAPHIC, tables.ACCENTS, tables.GREEK, tables.CYRILLIC, tables.SIGNS),
}


class Replacement(Record):
    """One change: `original` at `index` (code points, in the text as given) became `replacement`."""

    index: int
    original: str
    replacement: str


class Transliteration(Record):
    """What came of it.

    text          the text to send: `candidate` if `applied`, else `original`.
    original      the text as given; keep it, because webhooks and receipts may quote that.
    candidate     the text with every replacement made.
    applied       whether the candidate is GSM-7 throughout and takes fewer segments.
    replacements  what would be or was changed, in order.
    before, after measures of the original and of the candidate.
    """

    text: str
    original: str
    candidate: str
    applied: bool
    replacements: tuple[Replacement, ...]
    before: Measure
    after: Measure


def replacement_for(character: str, level: Level = Level.FULL) -> str | None:
    """What stands for one character at a level; None if nothing does, or if GSM-7 has the character."""
    if character in DEFAULT.basic or character in DEFAULT.extension:
        return None
    for table in _TABLES[level]:
        for replacement, characters in table.items():
            if character in characters:
                return replacement
    return None


def transliterate(text: str, level: Level | str = Level.TYPOGRAPHIC) -> Transliteration:
    """Rewrite a text so that it is GSM-7 throughout, if that takes fewer segments; else leave it alone.

    The text is composed first (NFC), cluster by cluster, so that a letter and its mark are replaced together; a mark
    that does not compose is never replaced, and keeps its text UCS-2.

    level     a `Level` or its value.
    raises    TextError("lone-surrogate"); ValueError for an unknown level.
    """
    level = Level(level)
    before = measure(text)
    changes: list[Replacement] = []
    written: list[str] = []
    index = 0
    for cluster in clusters(text):
        composed = unicodedata.normalize("NFC", cluster)
        new = "".join([_or_itself(replacement_for(character, level), character) for character in composed])
        if new != cluster:
            changes.append(Replacement(index, cluster, new))
        written.append(new)
        index += len(cluster)
    candidate = "".join(written)
    after = measure(candidate)
    applied = after.encoding == "gsm7" and after.segments < before.segments
    return Transliteration(candidate if applied else text, text, candidate, applied, tuple(changes), before, after)


def _or_itself(replacement: str | None, character: str) -> str:
    return character if replacement is None else replacement
