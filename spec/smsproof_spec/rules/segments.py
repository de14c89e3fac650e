"""How many SMS a text costs, and where it is cut.

A text is GSM-7 if the alphabet can say every character, else UCS-2 as a whole (in fact UTF-16 code units: that is what
phones send). Alone it has 140 octets; one part of several shares them with its header. Parts are filled greedily and a
character is never divided: an escape pair or a surrogate pair moves whole to the next part.

source    3GPP TS 23.038 section 6.2.1 (septets); TS 23.040 section 9.2.3.24.1 (concatenation), 9.2.3.16 (140 octets).
"""

from codecs import latin_1_encode, utf_16_le_decode, utf_16_le_encode
from functools import cache, lru_cache
from itertools import pairwise

from .alphabet import DEFAULT, ESCAPE, TextError, alphabet
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Encoding = Literal["gsm7", "ucs2"]

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

    encoding: "Encoding"
    units: int
    segments: int
    per_segment: int
    left: int
    too_many: bool


class Room(Record):
    """What fits into one SMS: septets and UTF-16 units, alone and as one part of several.

    Text in UCS-2 needs no language header, so it has the room of the plain header whatever tables are allowed.
    """

    septets_alone: int
    septets_shared: int
    units_alone: int
    units_shared: int


def _beside(header_octets: int) -> tuple[int, int]:
    """Septets and UTF-16 units that fit beside a user data header, its length octet included."""
    octets = OCTETS - header_octets
    return octets * 8 // 7, octets // 2


@cache
def room(reference_bits: int = 8, tables: int = 0) -> Room:
    """The room that is left by a concatenation reference of 8 or 16 bits and by 0, 1 or 2 national tables.

    source    TS 23.040 section 9.2.3.24: the length octet, 5 or 6 octets of concatenation, 3 for each table.
    """
    if reference_bits not in (8, 16):
        raise ValueError(f"a concatenation reference has 8 or 16 bits, not {reference_bits!r}.")
    concatenation = 5 if reference_bits == 8 else 6
    septets_alone = _beside(1 + 3 * tables if tables else 0)[0]
    septets_shared = _beside(1 + concatenation + 3 * tables)[0]
    return Room(septets_alone, septets_shared, _beside(0)[1], _beside(1 + concatenation)[1])


_STANDARD = room()
# What each Latin-1 octet is: an ASCII mark if GSM 7-bit has it, 0x80 if not. So bytes.isascii() says whether all are in.
_ONE, _TWO, _NONE = b"1", b"2", b"\x80"
_MARKS = b"".join(
    _TWO if chr(octet) in DEFAULT.extension else _ONE if chr(octet) in DEFAULT.basic else _NONE for octet in range(256)
)
# High octets of the BMP characters in the default alphabet: Latin-1, Greek (U+03xx), euro (U+20AC).
_GSM_HIGH = b"\x00\x03\x20"


@lru_cache(maxsize=4096)
def _gsm7(septets: int) -> Measure:
    """Septets of which no pair can straddle a cut."""
    return _uniform("gsm7", septets, _STANDARD.septets_alone, _STANDARD.septets_shared)


@lru_cache(maxsize=4096)
def _ucs2(units: int) -> Measure:
    """UTF-16 units of which no pair can straddle a cut."""
    return _uniform("ucs2", units, _STANDARD.units_alone, _STANDARD.units_shared)


@lru_cache(maxsize=4096)
def _uniform(encoding: "Encoding", units: int, alone: int, shared: int) -> Measure:
    if units <= alone:
        return Measure(encoding, units, 1, alone, alone - units, False)
    segments = -(-units // shared)
    return Measure(encoding, units, segments, shared, segments * shared - units, segments > MAX_PARTS)


@lru_cache(maxsize=4096)
def _filled(encoding: "Encoding", units: int, segments: int, shared: int, last: int) -> Measure:
    return Measure(encoding, units, segments, shared, shared - last, segments > MAX_PARTS)


def _septet_starts(escaped: str, capacity: int) -> list[int]:
    """Where each part begins in an escaped text."""
    starts = [0]
    start, end = 0, len(escaped)
    while end - start > capacity:
        start += capacity
        if escaped[start - 1] == ESCAPE:
            start -= 1
        starts.append(start)
    return starts


def _unit_starts(utf16: bytes, capacity: int) -> list[int]:
    """Where each part begins in UTF-16 (little endian), in code units."""
    starts = [0]
    start, end = 0, len(utf16) >> 1
    while end - start > capacity:
        start += capacity
        if utf16[2 * start - 1] & 0xFC == 0xD8:  # the last unit is the high half of a pair
            start -= 1
        starts.append(start)
    return starts


def _of_septets(escaped: str, alone: int, shared: int) -> Measure:
    septets = len(escaped)
    if septets <= alone:
        return _uniform("gsm7", septets, alone, shared)
    starts = _septet_starts(escaped, shared)
    return _filled("gsm7", septets, len(starts), shared, septets - starts[-1])


def _of_units(utf16: bytes, alone: int, shared: int) -> Measure:
    units = len(utf16) >> 1
    if units <= alone:
        return _uniform("ucs2", units, alone, shared)
    starts = _unit_starts(utf16, shared)
    return _filled("ucs2", units, len(starts), shared, units - starts[-1])


def _utf16(text: str) -> bytes:
    try:
        return utf_16_le_encode(text)[0]  # str.encode looks the name up first, which takes longer than the work
    except UnicodeEncodeError as error:
        raise TextError("lone-surrogate", error.start) from None


def _special(text: str, reference_bits: int, locking: str | None, single: str | None) -> Measure:
    """The measure with national tables or a 16-bit reference."""
    letters = alphabet(locking, single)
    space = room(reference_bits, (locking is not None) + (single is not None))
    if letters.first_outside(text) is None:
        return _of_septets(letters.escaped(text), space.septets_alone, space.septets_shared)
    return _of_units(_utf16(text), space.units_alone, space.units_shared)


def measure(text: str, *, reference_bits: int = 8, locking: str | None = None, single: str | None = None) -> Measure:
    """Count what a text costs; any length.

    text             Unicode scalar values; the empty text is one segment of GSM-7. U+001B makes it UCS-2.
    reference_bits   8 or 16: size of the concatenation reference (header of 6 or 7 octets).
    locking, single  national language of the tables, in lower-case English; None is the default alphabet. Their header
                     (3 octets each) is priced into every segment, unless the text needs UCS-2 all the same.
    raises           TextError("lone-surrogate"); ValueError for a language without such a table.
    source           3GPP TS 23.038 section 6.2.1; TS 23.040 section 9.2.3.24.1.
    """
    if locking is not None or single is not None or reference_bits != 8:
        return _special(text, reference_bits, locking, single)
    # No Python per character: C marks what each costs, and the marks decide.
    length = len(text)
    latin = text.encode() if text.isascii() else latin_1_encode(text, "ignore")[0]
    if len(latin) == length:
        marks = latin.translate(_MARKS)
        if not marks.isascii():
            return _ucs2(length)
        septets = length + marks.count(_TWO)
        if septets == length or septets <= 160:
            return _gsm7(septets)
    else:
        utf16 = _utf16(text)
        if len(utf16) != 2 * length:  # a character beyond the BMP
            return _of_units(utf16, 70, 67)
        if utf16[1::2].strip(_GSM_HIGH) or DEFAULT.first_outside(text) is not None:
            return _ucs2(length)
    return _of_septets(DEFAULT.escaped(text), 160, 153)


def split(
    text: str, *, reference_bits: int = 8, locking: str | None = None, single: str | None = None
) -> tuple[str, ...]:
    """Cut a text into the parts a handset will receive, in order.

    text      Unicode scalar values; empty gives one empty part. The other arguments are those of `measure`.
    returns   1..255 parts. Alone: at most 160 septets or 70 UTF-16 code units;
              one of several: at most 153 septets or 67 code units (8-bit reference).
    raises    TextError("lone-surrogate"), TextError("too-many-parts"); ValueError as `measure`.
    source    3GPP TS 23.038 section 6.2.1; TS 23.040 section 9.2.3.24.1.
    """
    whole = measure(text, reference_bits=reference_bits, locking=locking, single=single)
    if whole.segments == 1:
        return (text,)
    if whole.too_many:
        raise TextError("too-many-parts")
    capacity = whole.per_segment
    if whole.units == len(text):  # no character costs two: nothing to keep together
        return tuple([text[at : at + capacity] for at in range(0, len(text), capacity)])
    if whole.encoding == "ucs2":
        utf16 = _utf16(text)
        starts = _unit_starts(utf16, capacity)
        return tuple([utf_16_le_decode(utf16[2 * a : 2 * b])[0] for a, b in pairwise([*starts, whole.units])])
    escaped = alphabet(locking, single).escaped(text)
    starts = _septet_starts(escaped, capacity)
    return tuple([escaped[a:b].replace(ESCAPE, "") for a, b in pairwise([*starts, whole.units])])
