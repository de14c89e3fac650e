"""What a reader sees as one character, and a cut that keeps it whole.

Carriers that lose the concatenation header show the parts one by one; a flag, a family or an accented letter that was
cut is unreadable then. Some providers cut this way, so their count can be higher than the standard's.

source    Unicode Standard Annex 29, table 1c and rules GB3 to GB999, on the properties of Unicode 16.0.0.
"""

import re
from functools import lru_cache

from .alphabet import TextError, alphabet
from .segments import MAX_PARTS, measure
from .tables import graphemes
from .tables.graphemes import UNICODE_VERSION as UNICODE_VERSION


def _ranges(table: str) -> str:
    """A table of ranges as the inside of a regular expression's set."""
    return "".join("-".join(rf"\U{int(end, 16):08x}" for end in cell.split("-")) for cell in table.split())


@lru_cache(maxsize=1)
def _cluster() -> "re.Pattern[str]":
    control = _ranges(graphemes.CONTROL)
    extend = _ranges(graphemes.EXTEND)
    lead, vowel, tail = (f"[{_ranges(t)}]" for t in (graphemes.HANGUL_L, graphemes.HANGUL_V, graphemes.HANGUL_T))
    syllable_without_tail = "[" + "".join(map(chr, range(0xAC00, 0xD7A4, 28))) + "]"
    syllable = "[\uac00-\ud7a3]"
    picture = f"[{_ranges(graphemes.PICTOGRAPHIC)}]"
    flag_letter = "[\U0001f1e6-\U0001f1ff]"
    consonant = f"[{_ranges(graphemes.CONJUNCT_CONSONANT)}]"
    linker = f"[{_ranges(graphemes.CONJUNCT_LINKER)}]"
    conjunct_extend = f"[{_ranges(graphemes.CONJUNCT_EXTEND)}]"
    joined = f"[{_ranges(graphemes.CONJUNCT_EXTEND)}{_ranges(graphemes.CONJUNCT_LINKER)}]"
    # Quantifiers are possessive wherever nothing can be given back: no text makes this slower than linear.
    hangul = f"{lead}*+(?:{vowel}++|{syllable_without_tail}{vowel}*+|{syllable}){tail}*+|{lead}++|{tail}++"  # GB6-GB8
    core = "|".join(
        (
            hangul,
            f"{flag_letter}{{2}}",  # GB12, GB13
            f"{picture}(?:[{extend}]*+\u200d{picture})*+",  # GB11
            f"{consonant}(?:{conjunct_extend}*+{linker}{joined}*+{consonant})*+",  # GB9c
            f"[^\r\n{control}]",
        )
    )
    after = f"[{extend}\u200d{_ranges(graphemes.SPACING_MARK)}]"  # GB9, GB9a
    before = f"[{_ranges(graphemes.PREPEND)}]"  # GB9b
    return re.compile(f"\r\n|[\r\n{control}]|{before}*(?:{core}){after}*+")


def clusters(text: str) -> list[str]:
    """The extended grapheme clusters of a text, in order; joined they are the text."""
    if text.isascii() and "\r" not in text:
        return list(text)
    return _cluster().findall(text)


def split_graphemes(
    text: str, *, reference_bits: int = 8, locking: str | None = None, single: str | None = None
) -> tuple[str, ...]:
    """Cut a text like `split`, but keep grapheme clusters together; the arguments are those of `split`.

    A cluster larger than a whole part is cut inside, and fills the part that it begins in.

    returns   1..255 parts, never fewer than `split` gives.
    raises    TextError("lone-surrogate"), TextError("too-many-parts"); ValueError as `measure`.
    """
    whole = measure(text, reference_bits=reference_bits, locking=locking, single=single)
    if whole.segments == 1:
        return (text,)
    if whole.too_many:
        raise TextError("too-many-parts")
    pairs = alphabet(locking, single).extension if whole.encoding == "gsm7" else None
    parts: list[str] = []
    part: list[str] = []
    left = whole.per_segment
    for cluster in clusters(text):
        for piece in (cluster,) if _units(cluster, pairs) <= whole.per_segment else tuple(cluster):
            units = _units(piece, pairs)
            if units > left:
                parts.append("".join(part))
                part, left = [], whole.per_segment
            part.append(piece)
            left -= units
    parts.append("".join(part))
    if len(parts) > MAX_PARTS:
        raise TextError("too-many-parts")
    return tuple(parts)


def _units(text: str, pairs: "dict[str, int] | None") -> int:
    if pairs is None:
        return len(text) + sum(character > "\uffff" for character in text)
    return len(text) + sum(character in pairs for character in text)
