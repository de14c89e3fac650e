"""Ways to answer a single send wrongly at Messangi: sections 2H and 2K of the requirements."""

from __future__ import annotations

from smsproof_conformance.emulator.books.message import Message
from smsproof_conformance.emulator.exchange import Answer, Body, Refusal, Request
from smsproof_conformance.emulator.faults.fault import fault, without
from smsproof_conformance.emulator.vendors.messangi import Fields, Messangi


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


@fault("message-sent-twice", "MS-GEN-07")
class MessageSentTwice(Messangi):
    """A message is sent twice under two ids, of which the answer names one.

    The handset buzzes twice, the customer pays twice.
    """

    def accept(self, fields: Fields, to: str, text: str) -> Message:
        super().accept(fields, to, text)
        return super().accept(fields, to, text)
