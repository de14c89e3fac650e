"""Ways to take a single send of a wrong form at Messangi, or to refuse a right one: sections 2H and 2J of the requirements."""

from __future__ import annotations

from typing import cast

from smsproof_conformance.emulator.exchange import Answer, Refusal, Request, is_object
from smsproof_conformance.emulator.faults.fault import fault, filled, stringified, without
from smsproof_conformance.emulator.vendors.messangi import SEND_PATH, Fields, Messangi

_SENDER = "12345"
_DESTINATION = "+580000000005"


@fault("form-accepted", "MS-GEN-04")
class FormAccepted(Messangi):
    """A form-encoded body is accepted.

    The page says that a payload must be JSON.
    """

    def read(self, request: Request) -> object:
        if (request.header(b"content-type") or "").startswith("application/x-www-form-urlencoded"):
            form = Request(request.method, request.path, request.body)
            return {key: next(iter(form.parameters(key)), "") for key in ("from", "to", "text")}
        return super().read(request)


@fault("sent-by-put", "MS-SEND-01")
class SentByPut(Messangi):
    """PUT sends a message too.

    The page knows POST only.
    """

    def handle(self, request: Request) -> Answer:
        if request.path == SEND_PATH and request.method == "PUT":
            request.method = "POST"
        return super().handle(request)


class _Repaired(Messangi):
    """A single send of a wrong form is understood as some right one."""

    def repaired(self, value: object) -> object:
        raise NotImplementedError

    def read(self, request: Request) -> object:
        value = super().read(request)
        return self.repaired(value) if request.path == SEND_PATH else value


@fault("from-missing-accepted", "MS-SEND-02")
class FromMissingAccepted(_Repaired):
    """A message without `from` is accepted.

    The vendor picks a sender by itself.
    """

    def repaired(self, value: object) -> object:
        return filled(value, "from", _SENDER)


@fault("text-missing-accepted", "MS-SEND-03")
class TextMissingAccepted(_Repaired):
    """A message without `text` is accepted.

    An SMS without words is sent, and charged.
    """

    def repaired(self, value: object) -> object:
        return filled(value, "text", " ")


@fault("to-missing-accepted", "MS-SEND-04")
class ToMissingAccepted(_Repaired):
    """A message without `to` is accepted.

    It is queued for nobody.
    """

    def repaired(self, value: object) -> object:
        return filled(value, "to", _DESTINATION)


@fault("numbers-for-strings-accepted", "MS-SEND-05")
class NumbersForStringsAccepted(_Repaired):
    """`from`, `to` and `text` may be JSON numbers.

    In the example a numeric code is a string too.
    """

    def repaired(self, value: object) -> object:
        return stringified(stringified(stringified(value, "from", _SENDER), "to", _DESTINATION), "text", "0")


@fault("type-required", "MS-SEND-06", "MS-SEND-12")
class TypeRequired(Messangi):
    """A message without `type` is refused.

    from, text and to are enough; MT is the default.
    """

    def check_message(self, value: object) -> Refusal | None:
        if is_object(value) and "type" not in value:
            return Refusal(400, "required", "type is required", "type")
        return super().check_message(value)


@fault("other-type-accepted", "MS-SEND-12")
class OtherTypeAccepted(_Repaired):
    """`type` may be anything.

    The page knows MT only.
    """

    def repaired(self, value: object) -> object:
        return without(value, "type") if is_object(value) else value


@fault("request-dr-string-accepted", "MS-SEND-07")
class RequestDrStringAccepted(_Repaired):
    """`requestDR` may be the string "true".

    The page says true or false.
    """

    def repaired(self, value: object) -> object:
        if is_object(value) and isinstance(value.get("requestDR"), str):
            return {**value, "requestDR": True}
        return value


class _OptionRefused(Messangi):
    """A message with some option is refused."""

    option: str

    def check_message(self, value: object) -> Refusal | None:
        if is_object(value) and self.option in value:
            return Refusal(400, "unknown-option", f"{self.option} is not known", self.option)
        return super().check_message(value)


@fault("request-dr-refused", "MS-SEND-07")
class RequestDrRefused(_OptionRefused):
    """A message with `requestDR` is refused.

    The page calls it optional and recommends it.
    """

    option = "requestDR"


@fault("connection-refused", "MS-SEND-09")
class ConnectionRefused(_OptionRefused):
    """A message with `connection` is refused.

    The page calls it optional.
    """

    option = "connection"


@fault("email-refused", "MS-SEND-11")
class EmailRefused(_OptionRefused):
    """A message with `email` is refused.

    The page calls it optional.
    """

    option = "email"


@fault("external-id-refused", "MS-SEND-13")
class ExternalIdRefused(_OptionRefused):
    """A message with `externalId` is refused.

    The page calls it optional.
    """

    option = "externalId"


@fault("client-id-refused", "MS-SEND-14")
class ClientIdRefused(_OptionRefused):
    """A message with `clientId` is refused.

    The page calls it optional.
    """

    option = "clientId"


@fault("two-callbacks-refused", "MS-SEND-10")
class TwoCallbacksRefused(Messangi):
    """`callbacks` takes one URL only.

    The page says one or more, separated by comma.
    """

    def check_message(self, value: object) -> Refusal | None:
        refusal = super().check_message(value)
        if refusal is None and "," in cast("Fields", value).get("callbacks", ""):
            return Refusal(400, "callbacks", "callbacks is not a URL", "callbacks")
        return refusal
