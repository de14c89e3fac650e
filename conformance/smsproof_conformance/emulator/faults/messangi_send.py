"""Ways to be wrong at Messangi's single send: sections 2H to 2K and 2O of the requirements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from smsproof_conformance.emulator.exchange import Answer, Body, Refusal, Request, is_object
from smsproof_conformance.emulator.faults.fault import fault, filled, stringified, without
from smsproof_conformance.emulator.message import Message
from smsproof_conformance.emulator.messangi import EXCEEDED, MAX_SEGMENTS, SEND_PATH, Fields, Messangi
from smsproof_conformance.emulator.script import DELIVERED, Step
from smsproof_spec.rules import documented_segments

_SENDER = "12345"
_DESTINATION = "+580000000005"


# Key, body and envelope.


@fault("key-not-checked", "MS-GEN-02")
class KeyNotChecked(Messangi):
    """No call needs an API key.

    A request without an Authorization header is served like any other.
    """

    def authorize(self, request: Request) -> Refusal | None:
        return None


@fault("key-empty-accepted", "MS-GEN-02")
class KeyMissingAccepted(Messangi):
    """A request without an Authorization header is served.

    A wrong key is refused; none is taken for good.
    """

    def authorize(self, request: Request) -> Refusal | None:
        refusal = super().authorize(request)
        return None if refusal and refusal.reason == "missing-token" else refusal


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


@fault("answer-as-text", "MS-GEN-06")
class AnswerAsText(Messangi):
    """Answers say Content-Type: text/plain.

    The page says that it tells JSON.
    """

    def finish(self, operation: str, request: Request, answer: Answer) -> Answer:
        answer = super().finish(operation, request, answer)
        answer.media_type = "text/plain"
        return answer


@fault("error-as-html", "MS-GEN-06")
class ErrorAsHtml(Messangi):
    """Errors are HTML pages.

    The page says that all responses are JSON.
    """

    def refuse(self, refusal: Refusal) -> Answer:
        page = f"<html><body><h1>{refusal.status}</h1></body></html>"
        return Answer(refusal.status, page.encode(), "text/html")


@fault("id-repeated", "MS-GEN-07", "MS-RESP-04")
class IdRepeated(Messangi):
    """Every message has the same id.

    The page calls it unique and random.
    """

    def new_id(self) -> str:
        return "611b3a42c5f7904590c17d1f"


@fault("unassigned-sender-delivered", "MS-GEN-09")
class UnassignedSenderDelivered(Messangi):
    """A sender that nobody assigned sends like any other.

    Its messages are SENT and DELIVRD, not CODE_NOT_ALLOWED.
    """

    def script(self, message: Message) -> Sequence[Step]:
        return DELIVERED


# Addresses.


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


# The request.


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


# The answer.


class _Envelope(Messangi):
    """An accepted single send is answered differently."""

    def changed(self, body: Body) -> Body:
        raise NotImplementedError

    def sent(self, fields: Fields, message: Message) -> Answer:
        answer = super().sent(fields, message)
        answer.body = self.changed(answer.body)
        return answer


class _Data(_Envelope):
    """`data` of an accepted single send is different."""

    def changed_data(self, data: Body) -> Body:
        raise NotImplementedError

    def changed(self, body: Body) -> Body:
        return {**body, "data": self.changed_data(body["data"])}


@fault("envelope-flat", "MS-RESP-01")
class EnvelopeFlat(_Envelope):
    """The answer has no envelope: the message's keys stand at the top.

    The page has meta and data. A client in the wild expected this once.
    """

    def changed(self, body: Body) -> Body:
        return {**body["meta"], **body["data"]}


@fault("timestamp-text", "MS-RESP-02")
class TimestampText(Messangi):
    """`meta.timestamp` is a date as text.

    The example has an integer.
    """

    def meta(self, explain: str | None = None) -> Body:
        return {**super().meta(explain), "timestamp": self.date(6)}


@fault("timestamp-in-seconds", "MS-HOUSE-07")
class TimestampInSeconds(Messangi):
    """`meta.timestamp` counts seconds.

    The example counts milliseconds, by its length.
    """

    def timestamp(self) -> int:
        return super().timestamp() // 1000


@fault("transaction-id-missing", "MS-RESP-03")
class TransactionIdMissing(Messangi):
    """`meta` has no `transactionId`.

    The example has one.
    """

    def meta(self, explain: str | None = None) -> Body:
        return without(super().meta(explain), "transactionId")


@fault("id-missing", "MS-RESP-04")
class IdMissing(_Data):
    """`data` has no `id`.

    No status can be told apart.
    """

    def changed_data(self, data: Body) -> Body:
        return without(data, "id")


@fault("id-empty", "MS-RESP-04")
class IdEmpty(_Data):
    """`data.id` is the empty string.

    It is there, and identifies nothing.
    """

    def changed_data(self, data: Body) -> Body:
        return {**data, "id": ""}


@fault("other-from-echoed", "MS-RESP-05")
class OtherFromEchoed(_Data):
    """`data.from` is not the sender of the request.

    The page says the source address of the message.
    """

    def changed_data(self, data: Body) -> Body:
        return {**data, "from": "00" + str(data["from"])}


@fault("text-echoed-in-ascii", "MS-RESP-06")
class TextEchoedInAscii(_Data):
    """`data.text` has question marks for what is not ASCII.

    The page says the content that was sent.
    """

    def changed_data(self, data: Body) -> Body:
        return {**data, "text": str(data["text"]).encode("ascii", "replace").decode()}


@fault("text-echo-cut", "MS-RESP-06")
class TextEchoCut(_Data):
    """`data.text` is cut.

    The page says the content that was sent.
    """

    def changed_data(self, data: Body) -> Body:
        return {**data, "text": str(data["text"])[:-1]}


@fault("other-to-echoed", "MS-RESP-07")
class OtherToEchoed(_Data):
    """`data.to` has lost its last digit.

    The page says the recipient's number.
    """

    def changed_data(self, data: Body) -> Body:
        return {**data, "to": str(data["to"])[:-1]}


@fault("request-dr-always-echoed-true", "MS-RESP-08")
class RequestDrAlwaysEchoedTrue(_Data):
    """`data.requestDR` is true for every message.

    It is false by default.
    """

    def changed_data(self, data: Body) -> Body:
        return {**data, "requestDR": True}


@fault("type-echoed-mo", "MS-RESP-09")
class TypeEchoedMo(_Data):
    """`data.type` is MO.

    Messages that are sent are MT.
    """

    def changed_data(self, data: Body) -> Body:
        return {**data, "type": "MO"}


@fault("owner-missing", "MS-RESP-10")
class OwnerMissing(_Data):
    """`data` has no `owner`.

    The page lists it.
    """

    def changed_data(self, data: Body) -> Body:
        return without(data, "owner")


@fault("operator-number", "MS-RESP-11")
class OperatorNumber(_Data):
    """`data.operator` is a JSON number.

    The example has a string.
    """

    def changed_data(self, data: Body) -> Body:
        return {**data, "operator": 7}


@fault("status-queued", "MS-RESP-12", "MS-RESP-13", "MS-STATUS-11")
class StatusQueued(_Data):
    """`data.status` is QUEUED.

    The page's word is QUEUE, one of three.
    """

    def changed_data(self, data: Body) -> Body:
        return {**data, "status": "QUEUED"}


@fault("date-local", "MS-RESP-14", "MS-HOUSE-08")
class DateLocal(_Data):
    """`data.date` is no RFC 3339 instant.

    It has a space in its middle and no zone.
    """

    def changed_data(self, data: Body) -> Body:
        return {**data, "date": str(data["date"])[:19].replace("T", " ")}


@fault("client-id-echoed-wrong", "MS-RESP-15")
class ClientIdEchoedWrong(_Data):
    """`data.clientId` is in capitals, whatever was sent.

    It identifies something in the customer's systems.
    """

    def changed_data(self, data: Body) -> Body:
        return {**data, "clientId": str(data["clientId"]).swapcase() + "-"} if "clientId" in data else data


# Text and segments.


@fault("over-long-queued", "MS-RESP-16", "MS-TEXT-07")
class OverLongQueued(Messangi):
    """A text of any length is answered QUEUE.

    The page answers ERROR beyond ten segments.
    """

    def exceeded(self, fields: Fields) -> Answer:
        return self.sent(fields, self.accept(fields, fields["to"], fields["text"]))


@fault("over-long-unexplained", "MS-RESP-16", "MS-TEXT-08")
class OverLongUnexplained(Messangi):
    """An over-long text is answered ERROR with other words.

    The page gives them to the letter.
    """

    def meta(self, explain: str | None = None) -> Body:
        return super().meta("Text too long" if explain == EXCEEDED else explain)


@fault("over-long-delivered", "MS-TEXT-06", "MS-STATUS-14")
class OverLongDelivered(Messangi):
    """An over-long text is answered ERROR, and told SENT and DELIVRD.

    The page says SEGMENTS_EXCEEDED: it cannot be sent.
    """

    def exceeded(self, fields: Fields) -> Answer:
        answer = super().exceeded({**fields, "requestDR": False})
        answer.body["data"].update(self.options(fields))
        message = self.new_message(fields, fields["to"], fields["text"])
        message.id = answer.body["data"]["id"]
        self.tell(message, DELIVERED)
        return answer


@fault("limit-of-160-characters", "MS-TEXT-01", "MS-TEXT-07")
class LimitOf160Characters(Messangi):
    """A text of more than one segment is refused.

    The page divides it, up to 1600 characters.
    """

    def count_segments(self, text: str) -> int:
        segments = super().count_segments(text)
        return segments if segments == 1 else MAX_SEGMENTS + 1


@fault("limit-of-1000-characters", "MS-TEXT-07")
class LimitOf1000Characters(Messangi):
    """A text of more than 1000 characters is refused.

    The page says 1600.
    """

    def count_segments(self, text: str) -> int:
        return MAX_SEGMENTS + 1 if len(text) > 1000 else super().count_segments(text)


@fault("unicode-segments-of-35", "MS-TEXT-02", "MS-TEXT-03", "MS-TEXT-04")
class UnicodeSegmentsOf35(Messangi):
    """A Unicode segment has 35 characters.

    The page says 70; octets were counted for characters.
    """

    def count_segments(self, text: str) -> int:
        segments = documented_segments(text)
        units = len(text.encode("utf-16-le")) // 2
        return -(-units // 35) if segments > -(-units // 160) else segments


@fault("message-sent-twice", "MS-GEN-07")
class MessageSentTwice(Messangi):
    """A message is sent twice under two ids, of which the answer names one.

    The handset buzzes twice, the customer pays twice.
    """

    def accept(self, fields: Fields, to: str, text: str) -> Message:
        super().accept(fields, to, text)
        return super().accept(fields, to, text)
