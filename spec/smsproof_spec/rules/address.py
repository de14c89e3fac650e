"""Which addresses each vendor takes, in which place.

Wire form only: ASCII digits, the whole string, nothing stripped (`normalise` is for what people type). No numbering
plan is consulted: the vendors' own example numbers do not exist in any (AMB-IP-07).

source    vendor contracts, decisions AMB-IP-03 to -07, AMB-IP-20, AMB-IP-38, AMB-MS-17 to -19 and table 4C.
"""

from enum import StrEnum
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable


class Kind(StrEnum):
    """What an address is by its form. E164 is a long code: an ordinary telephone number."""

    E164 = "e164"
    SHORT_CODE = "short-code"
    ALPHANUMERIC = "alphanumeric"
    INVALID = "invalid"


class Role(StrEnum):
    """Where an address stands: `from`, `to`, or the number that a webhook belongs to."""

    SENDER = "sender"
    DESTINATION = "destination"
    ENDPOINT = "endpoint"

    # Enum hashes by the member's name, in Python: slow, and not the hash of the text that a member is equal to.
    __hash__ = str.__hash__


_DIGITS = "0123456789"
_KINDS = (Kind.INVALID, Kind.E164, Kind.SHORT_CODE, Kind.ALPHANUMERIC)
_LONG_CODE = Kind.E164

# Of E.164 only the 15 digits and the first digit 1-9 are stated; at least 7 is an assumption (AMB-IP-06).
_E164 = r"\+[1-9][0-9]{6,14}"
# IntelePeer puts the country code and a dash before short codes (3-8 digits, assumption) and names (AMB-IP-05).
_IP_SHORT = r"[1-9][0-9]{0,2}-[0-9]{3,8}"
_IP_NAME = r"[1-9][0-9]{0,2}-(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,11}"
# Messangi (AMB-MS-19): 1-6 digits are short, 7-15 long; without plus a sender may be national, so a zero may lead.
_MS_LONG = rf"{_E164}|[0-9]{{7,15}}"
_MS_SHORT = r"[0-9]{1,6}"
# Eleven septets is the room of an alphanumeric address (TS 23.040 section 9.1.2.5). Letters and digits cost one each.
_MS_NAME = r"(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,11}"
_MS_DESTINATION = r"\+?[1-9][0-9]{6,14}"
_NEVER = "(?!)"

# Long code, short code, name: the order of `_KINDS`.
_WIRE = {
    "intelepeer": {
        Role.SENDER: (_E164, _IP_SHORT, _IP_NAME),
        Role.DESTINATION: (_E164, _NEVER, _NEVER),
        Role.ENDPOINT: (_E164, _IP_SHORT, _NEVER),
    },
    "messangi": {
        Role.SENDER: (_MS_LONG, _MS_SHORT, _MS_NAME),
        Role.DESTINATION: (_MS_DESTINATION, _NEVER, _NEVER),
        Role.ENDPOINT: (_MS_LONG, _MS_SHORT, _NEVER),
    },
}

# What a vendor may take all the same: a judge warns of these and never fails anybody on them.
_LONG_RECEIVED = r"\+[1-9][0-9]{1,14}"  # AMB-IP-06, lenient
_NAME_RECEIVED = r"(?=.*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,9}[A-Za-z0-9])?"  # AMB-IP-05, AMB-MS-19, lenient
_LENIENT = {
    "intelepeer": {
        Role.SENDER: (_LONG_RECEIVED, _NEVER, rf"[1-9][0-9]{{0,2}}-{_NAME_RECEIVED}"),
        Role.DESTINATION: (_LONG_RECEIVED, _NEVER, _NEVER),
        Role.ENDPOINT: (_LONG_RECEIVED, _NEVER, _IP_NAME),  # AMB-IP-38, lenient
    },
    "messangi": {
        Role.SENDER: (_NEVER, _NEVER, _NAME_RECEIVED),
        Role.DESTINATION: (_NEVER, _NEVER, _NEVER),
        Role.ENDPOINT: (_NEVER, _NEVER, _NEVER),
    },
}

_EXPECTED = {
    "intelepeer": {
        Role.SENDER: "a long code such as +12191112222, a short code with its country code such as 1-12345, or a name "
        "of 1 to 11 letters and digits with its country code such as 57-MyCompany",
        Role.DESTINATION: "E.164: a plus and 7 to 15 digits, the first of them 1-9, such as +13038675309",
        Role.ENDPOINT: "a long code such as +12161112222 or a short code with its country code such as 1-12345",
    },
    "messangi": {
        Role.SENDER: "a short code of 1 to 6 digits, a long code of 7 to 15 digits, or a name of 1 to 11 letters and "
        "digits, at least one of them a letter, such as COMPANY",
        Role.DESTINATION: "E.164: 7 to 15 digits, the first of them 1-9, with or without a plus, such as +580000000005",
        Role.ENDPOINT: "a short code of 1 to 6 digits or a long code of 7 to 15 digits",
    },
}

_REASONS = {
    "empty": "it is empty",
    "white-space": "white space or a line end stands before or behind it",
    "not-ascii": "it has a character outside ASCII; digits of other scripts and invisible marks are refused too",
    "separators": "it has spaces, dots, dashes or brackets between the digits",
    "short-code": "a short code is not taken here",
    "alphanumeric": "an alphanumeric name is not taken here",
    "no-plus": "the plus is missing",
    "leading-zero": "no country code begins with 0",
    "too-short": "it has too few digits",
    "too-long": "it has more than 15 digits",
    "no-country-code": "the country code and a dash are missing before the short code or name",
    "country-code": "a country code and a dash are not written before a short code or name here",
    "no-letter": "an alphanumeric name has at least one letter, and a short code has fewer digits",
    "name-too-long": "an alphanumeric name has room for 11 septets",
    "name-characters": "an alphanumeric name has only letters A-Z, a-z and digits",
    "wrong-form": "it is no telephone number, short code or name",
}


_A = {Role.SENDER: "a sender", Role.DESTINATION: "a destination", Role.ENDPOINT: "an endpoint"}


class AddressError(ValueError):
    """An address that the vendor does not take in this place.

    reason    slug of what is wrong.
    expected  what is taken there, in words, with an example.
    address   as given.
    vendor    "intelepeer" or "messangi".
    role      the place.
    lenient   what the vendor may take it for all the same (then a judge warns); Kind.INVALID if for nothing.
    """

    def __init__(self, address: str, vendor: str, role: Role, reason: str, lenient: Kind = Kind.INVALID) -> None:
        self.address = address
        self.vendor = vendor
        self.role = role
        self.reason = reason
        self.expected = _EXPECTED[vendor][role]
        self.lenient = lenient
        super().__init__(
            f"{ascii(address)} cannot be {_A[role]} at {vendor}: {_REASONS[reason]}. Give {self.expected}."
        )

    def __reduce__(self) -> tuple[type["AddressError"], tuple[str, str, Role, str, Kind]]:
        return type(self), (self.address, self.vendor, self.role, self.reason, self.lenient)


@cache
def _matcher(patterns: tuple[str, str, str]) -> "Callable[[str], re.Match[str] | None]":
    """One group for each kind, in the order of `_KINDS`: the number of the group that matched is the kind."""
    import re  # loaded by the first address that is no plain number

    return re.compile("|".join(f"({pattern})" for pattern in patterns)).fullmatch


def _kind(address: str, patterns: tuple[str, str, str]) -> Kind:
    match = _matcher(patterns)(address)
    return Kind.INVALID if match is None else _KINDS[match.lastindex or 0]


def classify(address: str, vendor: str) -> Kind:
    """What an address is at a vendor, in whatever place; Kind.INVALID if it is nothing there.

    vendor    "intelepeer" or "messangi"; ValueError for another.
    """
    # Every other place takes a part of what a sender may be.
    return _kind(address, _patterns(vendor, Role.SENDER))


def check(address: str, vendor: str, role: Role) -> Kind:
    """Pass an address that the vendor takes in this place, and say what it is.

    vendor    "intelepeer" or "messangi"; ValueError for another.
    raises    AddressError, with the reason and what was expected.
    """
    try:
        patterns = _WIRE[vendor][role]
    except KeyError:
        patterns = _patterns(vendor, role)
    # E.164 with its plus is taken everywhere: three calls into C, where an expression takes twice as long.
    if address.rstrip(_DIGITS) == "+" and 8 <= len(address) <= 16 and address[1] != "0":
        return _LONG_CODE
    kind = _kind(address, patterns)
    if kind is Kind.INVALID:
        role = Role(role)
        lenient = _kind(address, _LENIENT[vendor][role])
        raise AddressError(address, vendor, role, _reason(address, vendor, role), lenient)
    return kind


def _patterns(vendor: str, role: Role) -> tuple[str, str, str]:
    if vendor not in _WIRE:
        raise ValueError(f"{vendor!r} is no vendor; those there are: {', '.join(_WIRE)}.")
    return _WIRE[vendor][Role(role)]


def _reason(address: str, vendor: str, role: Role) -> str:
    """Which slug tells a person best what is wrong with an address that is refused."""
    import re

    if not address:
        return "empty"
    if address != address.strip():
        return "white-space"
    if not address.isascii():
        return "not-ascii"
    names = role is Role.SENDER
    kind = classify(address, vendor)
    if kind in (Kind.SHORT_CODE, Kind.ALPHANUMERIC):
        return kind.value
    if re.fullmatch(r"\+?[0-9]+", address):
        return _reason_of_digits(address, vendor, role)
    if re.fullmatch(r"\+?[0-9 ()./-]*[0-9][0-9 ()./-]*", address):
        if re.fullmatch(r"[1-9][0-9]{0,2}-[0-9]{1,8}", address):
            return "country-code" if vendor == "messangi" else "too-short"
        return "separators"
    prefix, dash, name = address.rpartition("-")
    if not re.fullmatch("[1-9][0-9]{0,2}", prefix):
        prefix, dash, name = "", "", address
    if vendor == "messangi" and dash and name.isalnum():
        return "country-code" if names else "alphanumeric"
    if not re.search("[A-Za-z]", name):
        return "wrong-form"
    if not names:
        return "alphanumeric" if name.isalnum() and len(name) <= 11 else "wrong-form"
    if vendor == "intelepeer" and not dash:
        return "no-country-code"
    return "name-too-long" if name.isalnum() else "name-characters"


def _reason_of_digits(address: str, vendor: str, role: Role) -> str:
    digits = address.removeprefix("+")
    if len(digits) > 15:
        return "too-long"
    if vendor == "intelepeer" and address == digits:
        if len(digits) <= 6 and role is not Role.DESTINATION:
            return "no-country-code"
        return (
            "no-plus" if len(digits) >= 7 and digits[0] != "0" else "leading-zero" if digits[0] == "0" else "too-short"
        )
    return "leading-zero" if digits[0] == "0" else "too-short"
