"""User data as it goes over the air: the header that joins the parts and names the tables, then the text.

source    3GPP TS 23.040 section 9.2.3.24 (header, fill bits), 9.2.3.24.1 (8-bit reference, element 0x00), 9.2.3.24.8
          (16-bit, 0x08), 9.2.3.24.15 (single shift, 0x24), 9.2.3.24.16 (locking shift, 0x25). The last two are
          hexadecimal: an implementation that wrote 24 and 25 decimal made texts no phone could read.
"""

from .alphabet import TextError
from .record import Record
from .segments import MAX_PARTS, measure, split
from .septets import decode, encode, pack, unpack
from .tables.national import IDENTIFIERS

CONCATENATION_8 = 0x00
CONCATENATION_16 = 0x08
SINGLE_SHIFT = 0x24
LOCKING_SHIFT = 0x25
_LANGUAGES = {identifier: language for language, identifier in IDENTIFIERS.items()}


class Header(Record):
    """What a user data header says.

    reference, parts, part   of a concatenated message (part counts from 1); None if it is not one.
    reference_bits           8 or 16; None likewise.
    locking, single          national language, or None.
    octets                   length of the header, its length octet included.
    """

    reference: int | None
    parts: int | None
    part: int | None
    reference_bits: int | None
    locking: str | None
    single: str | None
    octets: int


class UserData(Record):
    """One SMS's user data.

    octets       TP-UD: header and text, at most 140.
    length       TP-UDL: septets (gsm7, header and fill bits counted) or octets (ucs2).
    encoding     "gsm7" (data coding 0x00) or "ucs2" (0x08).
    has_header   TP-UDHI.
    """

    octets: bytes
    length: int
    encoding: str
    has_header: bool


def user_data_header(
    *,
    reference: int = 0,
    parts: int = 1,
    part: int = 1,
    reference_bits: int = 8,
    locking: str | None = None,
    single: str | None = None,
) -> bytes:
    """A user data header, its length octet included; b"" if one part without tables needs none.

    raises    TextError("too-many-parts") above 255 parts; ValueError for a number that does not fit its field or a
              language without an identifier.
    """
    if parts > MAX_PARTS:
        raise TextError("too-many-parts")
    if not 1 <= part <= parts:
        raise ValueError(f"part {part} of {parts} does not exist; parts count from 1.")
    if reference_bits not in (8, 16) or not 0 <= reference < 1 << reference_bits:
        raise ValueError(f"the reference {reference} does not fit into {reference_bits} bits; those may be 8 or 16.")
    elements = b""
    if parts > 1 and reference_bits == 8:
        elements += bytes((CONCATENATION_8, 3, reference, parts, part))
    elif parts > 1:
        elements += bytes((CONCATENATION_16, 4, reference >> 8, reference & 0xFF, parts, part))
    for element, language in ((SINGLE_SHIFT, single), (LOCKING_SHIFT, locking)):
        if language is not None:
            if language not in IDENTIFIERS:
                raise ValueError(f"{language!r} has no identifier; those that have one: {', '.join(IDENTIFIERS)}.")
            elements += bytes((element, 1, IDENTIFIERS[language]))
    return bytes((len(elements),)) + elements if elements else b""


def read_user_data_header(octets: bytes) -> Header:
    """The header at the start of user data; unknown elements are skipped, of a repeated one the last counts.

    raises    ValueError if the lengths in it contradict each other.
    """
    if not octets or len(octets) < 1 + octets[0]:
        raise ValueError("the user data end before their header does.")
    end = 1 + octets[0]
    found: dict[int, bytes] = {}
    at = 1
    while at < end:
        if at + 2 > end or at + 2 + octets[at + 1] > end:
            raise ValueError(f"the header's element at octet {at} is longer than the header.")
        found[octets[at]] = octets[at + 2 : at + 2 + octets[at + 1]]
        at += 2 + octets[at + 1]
    reference: int | None = None
    parts: int | None = None
    part: int | None = None
    bits: int | None = None
    for element, size in ((CONCATENATION_8, 3), (CONCATENATION_16, 4)):
        value = found.get(element, b"")
        # A part 0, or one beyond the last, makes the element void (TS 23.040 section 9.2.3.24.1).
        if len(value) == size and 1 <= value[-1] <= value[-2]:
            reference, parts, part, bits = int.from_bytes(value[:-2]), value[-2], value[-1], (size - 2) * 8
    return Header(
        reference,
        parts,
        part,
        bits,
        _language(found.get(LOCKING_SHIFT)),
        _language(found.get(SINGLE_SHIFT)),
        end,
    )


def _language(value: bytes | None) -> str | None:
    return _LANGUAGES.get(value[0]) if value else None


def user_data(
    text: str,
    *,
    reference: int = 0,
    reference_bits: int = 8,
    locking: str | None = None,
    single: str | None = None,
) -> tuple[UserData, ...]:
    """The parts of a text as TP-UD, in order.

    raises    TextError("lone-surrogate"), TextError("too-many-parts"); ValueError as `user_data_header`.
    """
    whole = measure(text, reference_bits=reference_bits, locking=locking, single=single)
    texts = split(text, reference_bits=reference_bits, locking=locking, single=single)
    if whole.encoding == "ucs2":
        locking = single = None
    parts: list[UserData] = []
    for number, piece in enumerate(texts, 1):
        head = user_data_header(
            reference=reference,
            parts=len(texts),
            part=number,
            reference_bits=reference_bits,
            locking=locking,
            single=single,
        )
        if whole.encoding == "ucs2":
            body = head + piece.encode("utf-16-be")
            parts.append(UserData(body, len(body), "ucs2", bool(head)))
        else:
            septets = encode(piece, locking=locking, single=single)
            fill = -len(head) * 8 % 7
            length = (len(head) * 8 + fill) // 7 + len(septets)
            parts.append(UserData(head + pack(septets, fill_bits=fill), length, "gsm7", bool(head)))
    return tuple(parts)


def read_user_data(data: UserData) -> tuple[Header | None, str]:
    """The header, if there is one, and the text of one part.

    raises    ValueError as `read_user_data_header`, or if TP-UDL promises more than there is; UnicodeDecodeError (a ValueError)
              for UCS-2 that is no UTF-16.
    """
    head = read_user_data_header(data.octets) if data.has_header else None
    start = head.octets if head else 0
    if data.encoding == "ucs2":
        return head, data.octets[start : data.length].decode("utf-16-be")
    fill = -start * 8 % 7
    count = data.length - (start * 8 + fill) // 7
    septets = unpack(data.octets[start:], count, fill_bits=fill)
    return head, decode(septets, locking=head.locking if head else None, single=head.single if head else None)
