"""Ways to be wrong about senders and destinations at IntelePeer: section 2B of the requirements."""

from __future__ import annotations

import re
from typing import Final

from smsproof_conformance.emulator.books.message import Message
from smsproof_conformance.emulator.exchange import Refusal, Request, is_object
from smsproof_conformance.emulator.faults.fault import fault, reading
from smsproof_conformance.emulator.vendors.intelepeer import Fields, IntelePeer

_SENDER: Final = "+12191112222"
_DESTINATION: Final = "+13038675309"


@fault("any-sender-accepted", "IP-SEND-07")
class AnySenderAccepted(IntelePeer):
    """Any string can be the sender.

    Neither the form of `from` nor the inventory is looked at.
    """

    def take(self, request: Request, value: object) -> Message | Refusal:
        if is_object(value) and isinstance(value.get("from"), str):
            value = {**value, "from": _SENDER}
        return super().take(request, value)


class _SenderRewritten(IntelePeer):
    """Senders of a wrong form are understood as some right one."""

    wrong: str
    right: str

    def take(self, request: Request, value: object) -> Message | Refusal:
        if is_object(value):
            sender = value.get("from")
            if isinstance(sender, str) and re.fullmatch(self.wrong, sender):
                value = {**value, "from": self.right}
        return super().take(request, value)


@fault("bare-short-code-accepted", "IP-SEND-08")
class BareShortCodeAccepted(_SenderRewritten):
    """A short code needs no country code.

    12345 is taken for 1-12345.
    """

    wrong = r"[0-9]{3,8}"
    right = "1-12345"


@fault("plusless-sender-accepted", "IP-SEND-09")
class PluslessSenderAccepted(_SenderRewritten):
    """A long code needs no plus sign as a sender.

    12191112222 is taken for +12191112222.
    """

    wrong = r"[1-9][0-9]{9,14}"
    right = _SENDER


@fault("bare-name-accepted", "IP-SEND-10")
class BareNameAccepted(_SenderRewritten):
    """An alphanumeric sender needs no country code.

    MyCompany is taken for 57-MyCompany.
    """

    wrong = r"[A-Za-z][A-Za-z0-9]{0,10}"
    right = "57-MyCompany"


class _SenderRefused(IntelePeer):
    """Senders of a right form are refused."""

    refused: str

    def admit(self, request: Request, fields: Fields) -> Refusal | None:
        if re.fullmatch(self.refused, fields["from"]):
            return Refusal(400, "wrong-form", "from is not in the proper format", "from")
        return super().admit(request, fields)


@fault("short-code-sender-refused", "IP-SEND-08")
class ShortCodeSenderRefused(_SenderRefused):
    """Short codes cannot send.

    1-12345 is answered 400.
    """

    refused = r"[0-9]+-[0-9]+"


@fault("long-code-sender-refused", "IP-SEND-09", "IP-SEND-26")
class LongCodeSenderRefused(_SenderRefused):
    """Long codes cannot send.

    +12191112222 is answered 400.
    """

    refused = r"\+[0-9]+"


@fault("alphanumeric-sender-refused", "IP-SEND-10")
class AlphanumericSenderRefused(_SenderRefused):
    """Alphanumeric senders cannot send.

    57-MyCompany is answered 400.
    """

    refused = r"[0-9]+-.*[A-Za-z].*"


@reading("short-number-accepted")
class ShortNumberAccepted(IntelePeer):
    """A destination may have fewer than seven digits.

    E.164 gives no least length (AMB-IP-06).
    """

    def take(self, request: Request, value: object) -> Message | Refusal:
        if is_object(value):
            to = value.get("to")
            if isinstance(to, str) and re.fullmatch(r"\+[1-9][0-9]{0,5}", to):
                value = {**value, "to": _DESTINATION}
        return super().take(request, value)


class _DestinationRewritten(IntelePeer):
    """Destinations of a wrong form are understood as some right one."""

    wrong: str

    def take(self, request: Request, value: object) -> Message | Refusal:
        if is_object(value):
            to = value.get("to")
            if isinstance(to, str) and re.fullmatch(self.wrong, to):
                value = {**value, "to": _DESTINATION}
        return super().take(request, value)


@fault("plusless-destination-accepted", "IP-SEND-11")
class PluslessDestinationAccepted(_DestinationRewritten):
    """`to` needs no plus sign.

    13038675309 is taken for +13038675309, as only the other vendor allows.
    """

    wrong = r"[0-9]{7,15}"


@fault("spaced-destination-accepted", "IP-SEND-11")
class SpacedDestinationAccepted(_DestinationRewritten):
    """`to` may hold spaces and dashes.

    +1 303 867 5309 is no E.164 number.
    """

    wrong = r"\+[0-9]+([ -][0-9]+)+"


@fault("sixteen-digits-accepted", "IP-SEND-11")
class SixteenDigitsAccepted(_DestinationRewritten):
    """`to` may have more than fifteen digits.

    E.164 ends at fifteen.
    """

    wrong = r"\+[0-9]{16,}"


@fault("trimmed-destination-accepted", "IP-SEND-11")
class TrimmedDestinationAccepted(_DestinationRewritten):
    """`to` may have white space around it.

    A line break behind the digits is what a pattern that ends in $ lets through.
    """

    wrong = r"\s*\+[0-9]+\s*"

    def take(self, request: Request, value: object) -> Message | Refusal:
        if is_object(value) and str(value.get("to")).strip() == value.get("to"):
            return IntelePeer.take(self, request, value)
        return super().take(request, value)


@fault("decorated-destination-accepted", "IP-SEND-11")
class DecoratedDestinationAccepted(_DestinationRewritten):
    """`to` may be a number as address books have it.

    Dots, brackets and an extension are left out; +1 303.867.5309 is no E.164 number.
    """

    wrong = r"\+[0-9]+[.(][0-9.()]+|\+[0-9]+;ext=[0-9]+"


@fault("other-digits-accepted", "IP-SEND-11")
class OtherDigitsAccepted(_DestinationRewritten):
    """`to` may have digits of another script.

    A pattern of \\d takes them.
    """

    wrong = r"\+(?![0-9]+$)\d+"


@fault("trimmed-sender-accepted", "IP-SEND-07")
class TrimmedSenderAccepted(IntelePeer):
    """`from` may have white space around it.

    A sender that is not properly formatted is put right.
    """

    def take(self, request: Request, value: object) -> Message | Refusal:
        if is_object(value) and isinstance(value.get("from"), str):
            value = {**value, "from": str(value["from"]).strip()}
        return super().take(request, value)
