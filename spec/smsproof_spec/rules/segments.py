"""How many SMS a text costs, and where it is cut.

A text is GSM-7 if the alphabet can say every character, else UCS-2 as a whole (in fact UTF-16 code units: that is what
phones send). Alone it has 140 octets; one part of several shares them with its header. Parts are filled greedily and a
character is never divided: an escape pair or a surrogate pair moves whole to the next part.

source    3GPP TS 23.038 section 6.2.1 (septets); TS 23.040 section 9.2.3.24.1 (concatenation), 9.2.3.16 (140 octets).
"""

from functools import lru_cache

from .alphabet import DEFAULT, DEFAULT_CODES, ESCAPE, EXTENSION_CODES, TextError
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

OCTETS = 140
MAX_PARTS = 255  # the part number is one octet


class Measure(Record):
    """What a text costs.

    encoding      "gsm7" or "ucs2".
    units         septets (gsm7) or UTF-16 code units (ucs2) of the text, headers not counted.
    segments      number of SMS, at least 1.
    per_segment   units that fit into each of them.
    left          units still free in the last one.
    too_many      more than 255 segments: it can be counted, but neither numbered nor sent.
    """

    encoding: "Literal['gsm7', 'ucs2']"
    units: int
    segments: int
    per_segment: int
    left: int
    too_many: bool


_LATIN_BASIC = DEFAULT_CODES.replace(ESCAPE, "").encode("latin-1", "ignore")
_LATIN_EXTENSION = "".join(EXTENSION_CODES).encode("latin-1", "ignore")
# High octets of the BMP characters in the default alphabet: Latin-1, Greek (U+03xx), euro (U+20AC).
_GSM_HIGH = b"\x00\x03\x20"


@lru_cache(maxsize=4096)
def _gsm7(septets: int) -> Measure:
    return _uniform("gsm7", septets, 160, 153)


@lru_cache(maxsize=4096)
def _ucs2(units: int) -> Measure:
    return _uniform("ucs2", units, 70, 67)


def _uniform(encoding: "Literal['gsm7', 'ucs2']", units: int, alone: int, shared: int) -> Measure:
    """The measure of a text of which no pair can straddle a cut."""
    if units <= alone:
        return Measure(encoding, units, 1, alone, alone - units, False)
    segments = -(-units // shared)
    return Measure(encoding, units, segments, shared, segments * shared - units, segments > MAX_PARTS)


def _cuts_of_septets(escaped: str, capacity: int) -> list[int]:
    """Where each part but the first begins in an escaped text."""
    cuts: list[int] = []
    start, end = 0, len(escaped)
    while end - start > capacity:
        start += capacity
        if escaped[start - 1] == ESCAPE:
            start -= 1
        cuts.append(start)
    return cuts


def _cuts_of_units(utf16: bytes, capacity: int) -> list[int]:
    """Where each part but the first begins in UTF-16 (little endian), in code units."""
    cuts: list[int] = []
    start, end = 0, len(utf16) >> 1
    while end - start > capacity:
        start += capacity
        if utf16[2 * start - 1] & 0xFC == 0xD8:  # the last unit is the high half of a pair
            start -= 1
        cuts.append(start)
    return cuts


def _walked(encoding: "Literal['gsm7', 'ucs2']", units: int, cuts: list[int], capacity: int) -> Measure:
    segments = len(cuts) + 1
    return Measure(encoding, units, segments, capacity, capacity - (units - cuts[-1]), segments > MAX_PARTS)


def _utf16(text: str) -> bytes:
    try:
        return text.encode("utf-16-le")
    except UnicodeEncodeError as error:
        raise TextError("lone-surrogate", error.start) from None


def capacities(header_octets: int) -> tuple[int, int]:
    """Septets and UTF-16 units that fit beside a user data header (its length octet included)."""
    octets = OCTETS - header_octets
    return octets * 8 // 7, octets // 2


def measure(text: str, *, reference_bits: int = 8, locking: str | None = None, single: str | None = None) -> Measure:
    """Count what a text costs; any length.

    text             Unicode scalar values; the empty text is one segment of GSM-7. U+001B makes it UCS-2.
    reference_bits   8 or 16: size of the concatenation reference (header of 6 or 7 octets).
    locking, single  national language of the tables, in lower-case English; None is the default alphabet.
    raises           TextError("lone-surrogate").
    source           3GPP TS 23.038 section 6.2.1; TS 23.040 section 9.2.3.24.1.
    """
    length = len(text)
    # No Python per character: C deletes what costs one septet, and what is left decides.
    latin = text.encode("latin-1", "ignore")
    odd = latin.translate(None, _LATIN_BASIC)
    if len(latin) == length:
        if not odd:
            return _gsm7(length)
        if odd.translate(None, _LATIN_EXTENSION):
            return _ucs2(length)
    else:
        utf16 = _utf16(text)
        units = len(utf16) >> 1
        if units != length:
            return _ucs2(units) if units <= 70 else _walked("ucs2", units, _cuts_of_units(utf16, 67), 67)
        if utf16[1::2].translate(None, _GSM_HIGH) or DEFAULT.first_outside(text) is not None:
            return _ucs2(units)
    escaped = DEFAULT.escaped(text)
    septets = len(escaped)
    return _gsm7(septets) if septets <= 160 else _walked("gsm7", septets, _cuts_of_septets(escaped, 153), 153)


def split(
    text: str, *, reference_bits: int = 8, locking: str | None = None, single: str | None = None
) -> tuple[str, ...]:
    """Cut a text into the parts a handset will receive, in order.

    text      Unicode scalar values; empty gives one empty part.
    returns   1..255 parts. Alone: at most 160 septets or 70 UTF-16 code units;
              one of several: at most 153 septets or 67 code units (8-bit reference).
    raises    TextError("lone-surrogate"), TextError("too-many-parts").
    source    3GPP TS 23.038 section 6.2.1; TS 23.040 section 9.2.3.24.1.
    """
    whole = measure(text)
    if whole.segments == 1:
        return (text,)
    if whole.too_many:
        raise TextError("too-many-parts")
    if whole.units == len(text):
        return tuple(text[at : at + whole.per_segment] for at in range(0, len(text), whole.per_segment))
    if whole.encoding == "ucs2":
        utf16 = _utf16(text)
        cuts = [0, *_cuts_of_units(utf16, whole.per_segment), whole.units]
        return tuple(utf16[2 * a : 2 * b].decode("utf-16-le") for a, b in zip(cuts, cuts[1:], strict=False))
    escaped = DEFAULT.escaped(text)
    cuts = [0, *_cuts_of_septets(escaped, whole.per_segment), whole.units]
    return tuple(escaped[a:b].replace(ESCAPE, "") for a, b in zip(cuts, cuts[1:], strict=False))
