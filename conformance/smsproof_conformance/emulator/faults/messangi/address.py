"""Ways to be wrong about senders and destinations at Messangi: sections 2H and 2I of the requirements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from smsproof_conformance.emulator.books.message import Message
from smsproof_conformance.emulator.books.script import DELIVERED, Step
from smsproof_conformance.emulator.exchange import Refusal, Request, is_list, is_object
from smsproof_conformance.emulator.faults.fault import fault
from smsproof_conformance.emulator.vendors.messangi import Fields, Messangi

_DESTINATION = "+580000000005"


@fault("unassigned-sender-delivered-in-batch", "MS-GEN-09")
class UnassignedSenderDeliveredInBatch(Messangi):
    """A sender that nobody assigned sends batches.

    A single send from it ends in CODE_NOT_ALLOWED.
    """

    def accept(self, fields: Fields, to: str, text: str) -> Message:
        if not is_list(fields["to"]):
            return super().accept(fields, to, text)
        message = self.new_message(fields, to, text)
        self.account.record(message)
        self.tell(message, DELIVERED)
        return message


@fault("unassigned-sender-delivered", "MS-GEN-09")
class UnassignedSenderDelivered(Messangi):
    """A sender that nobody assigned sends like any other.

    Its messages are SENT and DELIVRD, not CODE_NOT_ALLOWED.
    """

    def script(self, message: Message) -> Sequence[Step]:
        return DELIVERED


class _DestinationRewritten(Messangi):
    """Destinations of a wrong form are understood as some right one, alone and in a batch."""

    wrong: str

    def read(self, request: Request) -> object:
        value = super().read(request)
        if is_object(value):
            to = value.get("to")
            if isinstance(to, str) and re.fullmatch(self.wrong, to):
                return {**value, "to": _DESTINATION}
        return value

    def is_destination(self, to: str) -> bool:
        return super().is_destination(to) or re.fullmatch(self.wrong, to) is not None


@fault("letters-in-destination-accepted", "MS-ADDR-01")
class LettersInDestinationAccepted(_DestinationRewritten):
    """A destination may hold letters.

    It is queued for nobody.
    """

    wrong = r".*[A-Za-z].*"


@fault("separators-in-destination-accepted", "MS-ADDR-01")
class SeparatorsInDestinationAccepted(_DestinationRewritten):
    """A destination may hold spaces, hyphens and several pluses.

    E.164 is a plus and digits.
    """

    wrong = r"(?=.*[ -]|\+\+)[ +-]*[1-9][0-9 -]{6,20}"


@fault("plus-sign-required", "MS-ADDR-02", "MS-BRESP-07")
class PlusSignRequired(Messangi):
    """A destination needs its plus sign.

    The page calls it optional.
    """

    def check_message(self, value: object) -> Refusal | None:
        refusal = super().check_message(value)
        if refusal is None and not cast("Fields", value)["to"].startswith("+"):
            return Refusal(400, "wrong-form", "to has no plus sign", "to")
        return refusal

    def is_destination(self, to: str) -> bool:
        return super().is_destination(to) and to.startswith("+")


@fault("destination-of-16-digits-accepted", "MS-ADDR-03")
class DestinationOf16DigitsAccepted(_DestinationRewritten):
    """A destination may have more than fifteen digits.

    The page says up to fifteen.
    """

    wrong = r"\+?[1-9][0-9]{15,}"


@fault("destination-of-15-digits-refused", "MS-ADDR-03")
class DestinationOf15DigitsRefused(Messangi):
    """A destination may have thirteen digits at most.

    The page says up to fifteen.
    """

    def check_message(self, value: object) -> Refusal | None:
        refusal = super().check_message(value)
        if refusal is None and len(cast("Fields", value)["to"].removeprefix("+")) > 13:
            return Refusal(400, "wrong-form", "to has more than 13 digits", "to")
        return refusal

    def is_destination(self, to: str) -> bool:
        return super().is_destination(to) and len(to.removeprefix("+")) <= 13


@fault("leading-zero-accepted", "MS-ADDR-04")
class LeadingZeroAccepted(_DestinationRewritten):
    """A destination may start with zero.

    No country code does.
    """

    wrong = r"\+?0[0-9]{6,14}"


class _SenderRefused(Messangi):
    """Senders of a right form are refused, alone and in a batch."""

    refused: str

    def read(self, request: Request) -> object:
        value = super().read(request)
        sender = value.get("from") if is_object(value) else None
        if isinstance(sender, str) and re.fullmatch(self.refused, sender):
            return Refusal(400, "wrong-form", "from is not a short code or long code", "from")
        return value


@fault("short-code-of-four-refused", "MS-ADDR-06")
class ShortCodeOfFourRefused(_SenderRefused):
    """A short code must have five or six digits.

    The page says 1 to 6; its own cURL example has four.
    """

    refused = r"[0-9]{1,4}"


@fault("long-code-refused", "MS-ADDR-07")
class LongCodeRefused(_SenderRefused):
    """A long code cannot send.

    The page takes 7 digits and more.
    """

    refused = r"[0-9]{7,}"


@fault("name-refused", "MS-ADDR-08")
class NameRefused(_SenderRefused):
    """An alphanumeric short code cannot send.

    COMPANY is the page's own example.
    """

    refused = r".*[A-Za-z].*"
