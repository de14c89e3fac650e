"""Ways to answer a single send wrongly at IntelePeer: section 2B of the requirements."""

from __future__ import annotations

from smsproof_conformance.emulator.books.message import Message
from smsproof_conformance.emulator.exchange import Answer, Body, Request, is_object
from smsproof_conformance.emulator.faults.fault import fault, without
from smsproof_conformance.emulator.vendors.intelepeer import IntelePeer


@fault("answer-as-list", "IP-HOUSE-01")
class AnswerAsList(IntelePeer):
    """An accepted message's answer is a list with one object.

    The example is the object itself.
    """

    def send_one(self, request: Request, value: object) -> Answer:
        answer = super().send_one(request, value)
        answer.body = [answer.body]
        return answer


@fault("send-status-200", "IP-SEND-15")
class SendStatus200(IntelePeer):
    """A message is answered HTTP 200.

    The page says 202; the body still does.
    """

    def send_one(self, request: Request, value: object) -> Answer:
        answer = super().send_one(request, value)
        answer.status = 200 if answer.status == 202 else answer.status
        return answer


@fault("state-sent", "IP-SEND-16")
class StateSent(IntelePeer):
    """A fresh message's state is "Sent".

    The example has "Queued": nothing has been sent yet.
    """

    def receipt(self, message: Message) -> Body:
        return {**super().receipt(message), "state": "Sent"}


@fault("code-as-string", "IP-SEND-17")
class CodeAsString(IntelePeer):
    """`code` is the string "202".

    The example has an integer.
    """

    def receipt(self, message: Message) -> Body:
        return {**super().receipt(message), "code": "202"}


@fault("code-unlike-status", "IP-GEN-07")
class CodeUnlikeStatus(IntelePeer):
    """`code` says 200 whatever the HTTP status is.

    In every example the two are equal.
    """

    def finish(self, operation: str, request: Request, answer: Answer) -> Answer:
        answer = super().finish(operation, request, answer)
        if is_object(answer.body) and answer.status in (201, 202, 207):
            answer.body["code"] = 200
        return answer


@fault("refid-missing", "IP-SEND-18")
class RefidMissing(IntelePeer):
    """A single send's answer has no `refid`.

    Nobody can ask for the status of that message.
    """

    def send_one(self, request: Request, value: object) -> Answer:
        answer = super().send_one(request, value)
        answer.body = without(answer.body, "refid")
        return answer


@fault("refid-empty", "IP-SEND-18")
class RefidEmpty(IntelePeer):
    """`refid` is the empty string.

    It is there, and identifies nothing.
    """

    def receipt(self, message: Message) -> Body:
        return {**super().receipt(message), "refid": ""}


@fault("refid-uuid", "IP-SEND-18", "IP-HOUSE-09")
class RefidUuid(IntelePeer):
    """`refid` is a UUID of 36 characters.

    The example has 32.
    """

    def new_refid(self) -> str:
        digits = super().new_refid()[2:].lower() + "00"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:32]}"


@fault("refid-repeated", "IP-SEND-20")
class RefidRepeated(IntelePeer):
    """Every message has the same `refid`.

    As in the page's bulk example, which is a slip of the page.
    """

    def new_refid(self) -> str:
        return "SM5C804F0D000999999910009AD59930"


@fault("numparts-as-string", "IP-SEND-19")
class NumpartsAsString(IntelePeer):
    """`numparts` is the string "1".

    The example has an integer.
    """

    def receipt(self, message: Message) -> Body:
        return {**super().receipt(message), "numparts": str(message.segments)}


@fault("numparts-zero", "IP-SEND-19")
class NumpartsZero(IntelePeer):
    """`numparts` counts from zero.

    A message of one part has 0 of them.
    """

    def count_parts(self, text: str) -> int:
        return super().count_parts(text) - 1
