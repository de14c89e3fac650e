"""Ways to take a single send of a wrong form at IntelePeer, or to refuse a right one: section 2B of the requirements."""

from __future__ import annotations

import re
from typing import Final

from smsproof_conformance.emulator.books.message import Message
from smsproof_conformance.emulator.exchange import Answer, Refusal, Request, is_object
from smsproof_conformance.emulator.faults.fault import fault, filled, reading, stringified
from smsproof_conformance.emulator.vendors.intelepeer import SEND_PATH, Fields, IntelePeer

_SENDER: Final = "+12191112222"
_DESTINATION: Final = "+13038675309"


@fault("send-by-put", "IP-SEND-01")
class SendByPut(IntelePeer):
    """PUT and PATCH send messages too.

    The page knows POST only.
    """

    def handle(self, request: Request) -> Answer:
        if request.path == SEND_PATH and request.method in ("PUT", "PATCH"):
            request.method = "POST"
        return super().handle(request)


@fault("scalar-body-accepted", "IP-SEND-02")
class ScalarBodyAccepted(IntelePeer):
    """A body that is no object is answered 202.

    A string, a number or null sends a message that nobody wrote.
    """

    def send_one(self, request: Request, value: object) -> Answer:
        if not is_object(value):
            value = {"from": _SENDER, "to": _DESTINATION, "text": str(value)}
        return super().send_one(request, value)


@fault("missing-from-accepted", "IP-SEND-03")
class MissingFromAccepted(IntelePeer):
    """A message without `from` is accepted.

    The vendor picks a sender by itself.
    """

    def take(self, request: Request, value: object) -> Message | Refusal:
        return super().take(request, filled(value, "from", _SENDER))


@fault("missing-to-accepted", "IP-SEND-04")
class MissingToAccepted(IntelePeer):
    """A message without `to` is accepted.

    It is queued for nobody.
    """

    def take(self, request: Request, value: object) -> Message | Refusal:
        return super().take(request, filled(value, "to", _DESTINATION))


@fault("missing-text-accepted", "IP-SEND-05")
class MissingTextAccepted(IntelePeer):
    """A message without `text` is accepted.

    An SMS without words is sent, and charged.
    """

    def take(self, request: Request, value: object) -> Message | Refusal:
        return super().take(request, filled(value, "text", " "))


@fault("number-from-accepted", "IP-SEND-03")
class NumberFromAccepted(IntelePeer):
    """`from` may be a JSON number, or null.

    The page says STRING.
    """

    def take(self, request: Request, value: object) -> Message | Refusal:
        return super().take(request, stringified(value, "from", _SENDER))


@fault("number-to-accepted", "IP-SEND-04")
class NumberToAccepted(IntelePeer):
    """`to` may be a JSON number, or null.

    The page says STRING; a number has lost its plus sign.
    """

    def take(self, request: Request, value: object) -> Message | Refusal:
        return super().take(request, stringified(value, "to", _DESTINATION))


@fault("number-text-accepted", "IP-SEND-05")
class NumberTextAccepted(IntelePeer):
    """`text` may be a JSON number, or null.

    The page says STRING.
    """

    def take(self, request: Request, value: object) -> Message | Refusal:
        return super().take(request, stringified(value, "text", "0"))


@reading("empty-text-accepted")
class EmptyTextAccepted(IntelePeer):
    """`text` may be the empty string.

    No page says what becomes of it, and nobody is judged by it (part 7, decision 11).
    """

    def take(self, request: Request, value: object) -> Message | Refusal:
        if is_object(value) and value.get("text") == "":
            value = {**value, "text": " "}
        return super().take(request, value)


@fault("guid-required", "IP-SEND-06")
class GuidRequired(IntelePeer):
    """A message without `guid` is refused.

    The page calls it optional.
    """

    def check_message(self, value: object) -> Refusal | None:
        if is_object(value) and "guid" not in value:
            return Refusal(400, "required", "guid is required", "guid")
        return super().check_message(value)


@fault("guid-number-accepted", "IP-SEND-06")
class GuidNumberAccepted(IntelePeer):
    """`guid` may be a JSON number.

    The page says STRING.
    """

    def take(self, request: Request, value: object) -> Message | Refusal:
        return super().take(request, stringified(value, "guid", "0"))


@fault("guid-must-be-uuid", "IP-SEND-12")
class GuidMustBeUuid(IntelePeer):
    """`guid` must be a UUID.

    The examples in the page, 1123123123123123 and myguid1, are none.
    """

    def admit(self, request: Request, fields: Fields) -> Refusal | None:
        if "guid" in fields and not re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", fields["guid"]):
            return Refusal(400, "guid", "guid is not a UUID", "guid")
        return super().admit(request, fields)


@fault("guid-deduplicates", "IP-SEND-13")
class GuidDeduplicates(IntelePeer):
    """`guid` is an idempotency key.

    A second message with the same guid is answered with the first one's refid, and not sent.
    """

    def accept(self, fields: Fields) -> Message:
        guid = fields.get("guid")
        for message in self.account.outbox():
            if guid is not None and message.details.get("guid") == guid:
                return message
        return super().accept(fields)


@fault("guid-reuse-refused", "IP-SEND-13")
class GuidReuseRefused(IntelePeer):
    """A `guid` may be used once.

    A second message with the same guid is answered 400; the page's examples share one.
    """

    def admit(self, request: Request, fields: Fields) -> Refusal | None:
        guid = fields.get("guid")
        if guid is not None and any(message.details.get("guid") == guid for message in self.account.outbox()):
            return Refusal(400, "guid", "guid was used before", "guid")
        return super().admit(request, fields)
