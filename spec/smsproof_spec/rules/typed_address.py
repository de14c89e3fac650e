"""What people type, brought into the form that goes on the wire.

No numbering plan is at hand, so nothing is guessed: a national number needs its country code said, and one with a
trunk zero is refused, because some countries drop that zero and some keep it, and a wrong guess texts a stranger.
"""

import re
import unicodedata

from .address import AddressError, Kind, Role, check, classify

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u30fc"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SCHEME = re.compile(r"(?:tel|sms):(?://)?", re.IGNORECASE)
_SEPARATORS = re.compile(r"[ ()./-]+")


def normalise(typed: str, vendor: str, role: Role, *, country_code: str | None = None) -> str:
    """The address that somebody meant, as this vendor wants it in this place.

    Spaces of all kinds, dashes, dots, brackets, slashes, invisible marks, "tel:" and "(0)" behind a country code go;
    digits of any script become ASCII; a leading 00 becomes the plus. A short code never gets a plus. A Messangi
    destination gets one (AMB-MS-18).

    typed         anything; letters in a telephone number and extensions are refused.
    country_code  calling code for what is typed without one, digits only, such as "1" or "57".
    raises        AddressError, with the reason and what was expected; ValueError for a malformed country code.
    """
    if country_code is not None and not re.fullmatch("[1-9][0-9]{0,2}", country_code):
        raise ValueError(f"{country_code!r} is no calling code; give 1 to 3 digits, the first of them 1-9.")
    plain = _ascii(typed)
    scheme = _SCHEME.match(plain)
    plain = plain[scheme.end() :] if scheme else plain
    # 303-8675309 has the form of a short code, but nobody sends to one.
    if role is not Role.DESTINATION and classify(plain, vendor) in (Kind.SHORT_CODE, Kind.ALPHANUMERIC):
        check(plain, vendor, role)
        return plain
    if re.search("[A-Za-z]", plain):
        named = f"{country_code}-{plain}" if vendor == "intelepeer" and country_code and "-" not in plain else plain
        check(named, vendor, role)
        return named
    wire = _telephone(plain, vendor, role, country_code)
    check(wire, vendor, role)
    return wire


def _ascii(typed: str) -> str:
    """Digits, dashes and spaces of every script as ASCII; marks that show nothing gone; the rest as it is."""
    written: list[str] = []
    for character in typed.translate(_FULL_WIDTH):
        digit = unicodedata.decimal(character, None)
        category = unicodedata.category(character)
        if digit is not None:
            written.append(str(digit))
        elif character in _DASHES:
            written.append("-")
        elif category == "Zs" or character in "\t\r\n":
            written.append(" ")
        elif category != "Cf":  # bidi marks, zero-width characters, soft hyphen
            written.append(character)
    return "".join(written).strip()


def _telephone(plain: str, vendor: str, role: Role, country_code: str | None) -> str:
    international = plain.startswith(("+", "00"))
    if international:
        plain = plain.replace("(0)", "", 1)
    digits = _SEPARATORS.sub("", plain)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if international or not digits.isdecimal():
        return digits
    if len(digits) <= 6:
        if vendor == "intelepeer" and country_code and len(digits) >= 3:
            return f"{country_code}-{digits}"
        return digits
    if country_code is None:
        return "+" + digits if vendor == "messangi" and role is Role.DESTINATION else digits
    if digits.startswith("0"):
        raise AddressError(plain, vendor, role, "leading-zero")
    if country_code == "1" and len(digits) == 11 and digits.startswith("1"):
        return "+" + digits  # the North American trunk prefix is the country code
    return f"+{country_code}{digits}"
