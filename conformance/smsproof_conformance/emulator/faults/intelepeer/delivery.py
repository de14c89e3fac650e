"""Ways to be wrong between accepting a message and the handset: what only an outbox shows (sections 2B to 2D)."""

from __future__ import annotations

import re
from unicodedata import normalize
from urllib.parse import unquote_plus

from smsproof_conformance.emulator.books.message import Direction, Message
from smsproof_conformance.emulator.exchange import Answer, Refusal, Request, is_object
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


class _SentOtherwise(IntelePeer):
    """A message reaches the handset with another text than was sent."""

    def otherwise(self, text: str) -> str:
        raise NotImplementedError

    def accept(self, fields: Fields) -> Message:
        message = super().accept(fields)
        message.text = self.otherwise(message.text)
        return message


@fault("sent-trimmed", "IP-SEND-05")
class SentTrimmed(_SentOtherwise):
    """White space at the ends of a text is not sent.

    A line break at the end is a part of the message.
    """

    def otherwise(self, text: str) -> str:
        return text.strip()


@fault("sent-composed", "IP-SEND-05")
class SentComposed(_SentOtherwise):
    """Characters and accents of their own are sent as one character.

    The text was counted, and is paid, as it was written.
    """

    def otherwise(self, text: str) -> str:
        return normalize("NFC", text)


@fault("sent-decoded", "IP-SEND-05")
class SentDecoded(_SentOtherwise):
    """Percent escapes and plus signs of a text are decoded.

    JSON has none of them: %41 is three characters.
    """

    def otherwise(self, text: str) -> str:
        return unquote_plus(text)


@fault("sent-without-markup", "IP-SEND-05")
class SentWithoutMarkup(_SentOtherwise):
    """What looks like HTML is left out.

    <b> is a text as good as any.
    """

    def otherwise(self, text: str) -> str:
        return re.sub(r"<[^>]*>", "", text)


@fault("sent-cut-at-1600", "IP-SEND-05")
class SentCutAt1600(_SentOtherwise):
    """Only the first 1600 characters are sent.

    The rest is counted, and nobody says that it is gone.
    """

    def otherwise(self, text: str) -> str:
        return text[:1600]


@fault("equal-message-dropped", "IP-SEND-15")
class EqualMessageDropped(IntelePeer):
    """A message that equals the one before it is answered 202 and not sent.

    Queued for delivery, says the page, of each.
    """

    def accept(self, fields: Fields) -> Message:
        message = super().accept(fields)
        content = (message.sender, message.to, message.text)
        if content == getattr(self, "_last", None):
            message.direction = Direction.INBOUND  # so that it is not among what was sent
        self._last = content
        return message


@fault("sent-without-token", "IP-GEN-01")
class SentWithoutToken(IntelePeer):
    """A message without a token is answered 401, and sent.

    Whoever finds the address can send at the customer's cost.
    """

    def handle(self, request: Request) -> Answer:
        if request.method == "POST" and request.header(b"authorization") is None:
            value = self.read(request)
            if is_object(value):
                self.take(request, value)
        return super().handle(request)


@fault("sent-from-long-code", "IP-BULK-12")
class SentFromLongCode(IntelePeer):
    """A message from a short code goes out from a long one.

    The handset answers to a number that the customer did not choose.
    """

    def accept(self, fields: Fields) -> Message:
        message = super().accept(fields)
        if not message.sender.startswith("+") and message.sender.partition("-")[2].isdecimal():
            message.sender = "+12191112222"
        return message
