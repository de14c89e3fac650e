"""Ways to be wrong between accepting a message and the handset: what only an outbox shows (sections 2B to 2D)."""

from __future__ import annotations

from smsproof_conformance.emulator.books.message import Direction, Message
from smsproof_conformance.emulator.exchange import Refusal, Request, is_object
from smsproof_conformance.emulator.faults.fault import fault
from smsproof_conformance.emulator.vendors.intelepeer import Fields, IntelePeer


@fault("accepted-lost", "IP-SEND-15")
class AcceptedLost(IntelePeer):
    """A message in Unicode is answered 202 and never sent.

    Queued for delivery, says the page.
    """

    def accept(self, fields: Fields) -> Message:
        message = super().accept(fields)
        if not message.text.isascii():
            message.direction = Direction.INBOUND  # so that it is not among what was sent
        return message


@fault("accepted-sent-twice", "IP-SEND-15")
class AcceptedSentTwice(IntelePeer):
    """A message is sent twice under one refid.

    The handset buzzes twice, the customer pays twice.
    """

    def accept(self, fields: Fields) -> Message:
        message = super().accept(fields)
        self.account.record(message)
        return message


@fault("sent-ascii-only", "IP-SEND-05")
class SentAsciiOnly(IntelePeer):
    """Characters beyond ASCII reach the handset as question marks.

    The answer counts the right number of parts all the same.
    """

    def accept(self, fields: Fields) -> Message:
        message = super().accept(fields)
        message.text = message.text.encode("ascii", "replace").decode()
        return message


@fault("refused-sent-all-the-same", "IP-SEND-21", "IP-BULK-11")
class RefusedSentAllTheSame(IntelePeer):
    """A message whose destination lacks the plus is answered 400, and sent.

    Whoever corrects it and sends again pays twice.
    """

    def take(self, request: Request, value: object) -> Message | Refusal:
        result = super().take(request, value)
        if isinstance(result, Refusal) and is_object(value) and str(value.get("to")).isdecimal():
            super().take(request, {**value, "to": f"+{value['to']}"})
        return result
