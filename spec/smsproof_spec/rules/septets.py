"""Text to septets and back, one to an octet (as SMPP carries them) or packed eight into seven (as the air does).

source    3GPP TS 23.038 sections 6.1.2.1 (SMS packing), 6.1.2.3 (packing without a count), 6.2.1 (alphabets).
"""

import re

from .alphabet import ESCAPE, TextError, alphabet

CARRIAGE_RETURN = 0x0D
UNREADABLE = "\ufffd"

_ESCAPED_OR_PLAIN = re.compile(f"{ESCAPE}(.?)|[^{ESCAPE}]+", re.DOTALL)


def encode(text: str, *, locking: str | None = None, single: str | None = None) -> bytes:
    """The septets of a text, one to an octet; an extension character is the escape (0x1B) and its code.

    raises    TextError("escape") for U+001B, TextError("lone-surrogate"), TextError("not-gsm7"), each with the index;
              ValueError for a language without such a table.
    """
    letters = alphabet(locking, single)
    wrong = letters.first_outside(text)
    if wrong is not None:
        if text[wrong] == ESCAPE:
            raise TextError("escape", wrong)
        raise TextError("lone-surrogate" if "\ud800" <= text[wrong] <= "\udfff" else "not-gsm7", wrong)
    return text.translate(letters.codes).encode("ascii")


def decode(septets: bytes, *, locking: str | None = None, single: str | None = None) -> str:
    """The text of septets, one to an octet. Every sequence can be read, as a phone must:

    an escape before a code without extension character shows the plain character of that code; an escape before an
    escape (room for a further table) or at the end shows a space; an empty cell of a locking table shows U+FFFD.

    raises    ValueError for an octet above 0x7F and for a language without such a table.
    source    3GPP TS 23.038 section 6.2.1.1.
    """
    basic, extension = alphabet(locking, single).readings
    if septets and max(septets) > 0x7F:
        raise ValueError("an octet above 0x7F is no septet; unpack the octets first.")
    plain = {code: basic.get(code, UNREADABLE) for code in range(0x80)}
    shifted = {**plain, 0x1B: " ", **extension}

    def read(match: re.Match[str]) -> str:
        code = match[1]
        if code is None:
            return match[0].translate(plain)
        return shifted[ord(code)] if code else " "

    return _ESCAPED_OR_PLAIN.sub(read, septets.decode("latin-1"))


def pack(septets: bytes, *, fill_bits: int = 0) -> bytes:
    """Pack septets into octets for a carrier that counts septets (TP-UDL): spare bits are zero.

    fill_bits  0..6 zero bits before the first septet, which bring it to a septet boundary behind a header.
    source     3GPP TS 23.038 section 6.1.2.1.1; TS 23.040 section 9.2.3.24.
    """
    packed = bytearray()
    held, bits = 0, fill_bits
    for septet in septets:
        held |= septet << bits
        bits += 7
        while bits >= 8:
            packed.append(held & 0xFF)
            held >>= 8
            bits -= 8
    if bits:
        packed.append(held)
    return bytes(packed)


def unpack(octets: bytes, count: int, *, fill_bits: int = 0) -> bytes:
    """The first `count` septets of packed octets.

    raises    ValueError if the octets hold fewer.
    """
    room = max(0, len(octets) * 8 - fill_bits) // 7
    if count > room:
        raise ValueError(f"{len(octets)} octets hold {room} septets, not {count}.")
    septets = bytearray()
    held, bits = 0, -fill_bits
    for octet in octets:
        # Fill bits stand below the first septet: negative places fall off.
        held |= octet << bits if bits >= 0 else octet >> -bits
        bits += 8
        while bits >= 7 and len(septets) < count:
            septets.append(held & 0x7F)
            held >>= 7
            bits -= 7
    return bytes(septets)


def pack_uncounted(septets: bytes) -> bytes:
    """Pack septets for a carrier that counts octets only, so that no padding is read as `@` (0x00).

    Seven spare bits hold a carriage return; a carriage return that would end on an octet boundary is doubled.

    source    3GPP TS 23.038 section 6.1.2.3.1.
    """
    if len(septets) % 8 == 7 or (septets and len(septets) % 8 == 0 and septets[-1] == CARRIAGE_RETURN):
        septets += bytes([CARRIAGE_RETURN])
    return pack(septets)


def unpack_uncounted(octets: bytes) -> bytes:
    """The septets of octets whose septets nobody counted: a carriage return on the last octet boundary is padding.

    source    3GPP TS 23.038 section 6.1.2.3.1.
    """
    septets = unpack(octets, len(octets) * 8 // 7)
    if len(septets) % 8 == 0 and septets.endswith(b"\r"):
        return septets[:-1]
    return septets
