"""Which addresses each vendor takes, in which place.

Wire form only: ASCII digits, the whole string, nothing stripped. No numbering plan is consulted: the vendors' own
example numbers do not exist in any (AMB-IP-07).

source    vendor contracts, decisions AMB-IP-03 to -07, AMB-IP-20, AMB-IP-38, AMB-MS-17 to -19 and table 4C.
"""

import re
from enum import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
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


# Of E.164 only the 15 digits and the first digit 1-9 are stated; at least 7 is an assumption (AMB-IP-06).
_E164 = r"\+[1-9][0-9]{6,14}"
_E164_PLUS_OPTIONAL = r"\+?[1-9][0-9]{6,14}"
# A country code and a dash stand before IntelePeer's short codes (3-8 digits, assumption) and names (AMB-IP-05).
_CC_SHORT = r"[1-9][0-9]{0,2}-[0-9]{3,8}"
_CC_NAME = r"[1-9][0-9]{0,2}-(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,11}"
# A sender without plus may be written nationally, so a leading zero is no error (AMB-MS-19: 1-6 short, 7-15 long).
_MS_LONG = r"\+[1-9][0-9]{6,14}|[0-9]{7,15}"
_MS_SHORT = r"[0-9]{1,6}"
# Eleven septets is the room of an alphanumeric address (TS 23.040 section 9.1.2.5); letters and digits cost one each.
_MS_NAME = r"(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,11}"

_KINDS = (Kind.INVALID, Kind.E164, Kind.SHORT_CODE, Kind.ALPHANUMERIC)


def _matcher(*patterns: str) -> "Callable[[str], re.Match[str] | None]":
    """One alternative for each kind, in the order of `_KINDS`, so that the matched group's number is the kind."""
    return re.compile("|".join(f"({pattern})" for pattern in patterns)).fullmatch


_WIRE = {
    "intelepeer": {
        Role.SENDER: _matcher(_E164, _CC_SHORT, _CC_NAME),
        Role.DESTINATION: _matcher(_E164),
        Role.ENDPOINT: _matcher(_E164, _CC_SHORT),
    },
    "messangi": {
        Role.SENDER: _matcher(_MS_LONG, _MS_SHORT, _MS_NAME),
        Role.DESTINATION: _matcher(_E164_PLUS_OPTIONAL),
        Role.ENDPOINT: _matcher(_MS_LONG, _MS_SHORT),
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
        "digits such as COMPANY",
        Role.DESTINATION: "E.164: 7 to 15 digits, the first of them 1-9, with or without a plus, such as +580000000005",
        Role.ENDPOINT: "a short code of 1 to 6 digits or a long code of 7 to 15 digits",
    },
}


class AddressError(ValueError):
    """An address that the vendor does not take in this place.

    reason    slug: what is wrong.
    expected  what is taken there, in words, with an example.
    address   as given.
    """

    def __init__(self, address: str, role: Role, reason: str, expected: str) -> None:
        self.address = address
        self.role = role
        self.reason = reason
        self.expected = expected
        super().__init__(f"{ascii(address)} cannot be a {role}: {reason.replace('-', ' ')}. Give {expected}.")


def classify(address: str, vendor: str) -> Kind:
    """What an address is at a vendor, in whatever place; Kind.INVALID if it is nothing there."""
    wire = _WIRE[vendor]
    match = wire[Role.SENDER](address) or wire[Role.DESTINATION](address)
    return Kind.INVALID if match is None else _KINDS[match.lastindex or 0]


def check(address: str, vendor: str, role: Role) -> Kind:
    """Pass an address that the vendor takes in this place, and say what it is.

    vendor    "intelepeer" or "messangi".
    raises    AddressError, with the reason and what was expected.
    """
    match = _WIRE[vendor][role](address)
    if match is None:
        raise AddressError(address, role, "wrong-form", _EXPECTED[vendor][role])
    return _KINDS[match.lastindex or 0]
