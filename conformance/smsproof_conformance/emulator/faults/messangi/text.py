"""Ways to be wrong about long texts at Messangi: section 2O of the requirements."""

from __future__ import annotations

from typing import Any, cast
from unicodedata import normalize

from smsproof_conformance.emulator.books.message import Message
from smsproof_conformance.emulator.books.script import DELIVERED
from smsproof_conformance.emulator.exchange import Answer, Body, Refusal
from smsproof_conformance.emulator.faults.fault import fault
from smsproof_conformance.emulator.vendors.messangi import EXCEEDED, Fields, Messangi
from smsproof_spec.rules import documented_segments


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
        return segments if segments == 1 else self.max_segments + 1


@fault("limit-of-1000-characters", "MS-TEXT-07")
class LimitOf1000Characters(Messangi):
    """A text of more than 1000 characters is refused.

    The page says 1600.
    """

    def count_segments(self, text: str) -> int:
        return self.max_segments + 1 if len(text) > 1000 else super().count_segments(text)


@fault("unicode-segments-of-35", "MS-TEXT-02", "MS-TEXT-03", "MS-TEXT-04")
class UnicodeSegmentsOf35(Messangi):
    """A Unicode segment has 35 characters.

    The page says 70; octets were counted for characters.
    """

    def count_segments(self, text: str) -> int:
        segments = documented_segments(text)
        units = len(text.encode("utf-16-le")) // 2
        return -(-units // 35) if segments > -(-units // 160) else segments


@fault("text-trimmed", "MS-RESP-06")
class TextTrimmed(Messangi):
    """White space at both ends of a text is cut off.

    The text is what was sent.
    """

    def check_message(self, value: object) -> Refusal | None:
        refusal = super().check_message(value)
        if refusal is None:
            fields = cast("dict[str, Any]", value)
            fields["text"] = fields["text"].strip() or fields["text"]
        return refusal


@fault("text-composed", "MS-RESP-06")
class TextComposed(Messangi):
    """What a handset gets is in normal form C.

    A letter and its accent become one character, in the text and in the count.
    """

    def accept(self, fields: Fields, to: str, text: str) -> Message:
        return super().accept(fields, to, normalize("NFC", text))


@fault("batch-limit-of-160-characters", "MS-TEXT-09")
class BatchLimitOf160Characters(Messangi):
    """A batch with a text of more than one segment is refused.

    A single send of it is taken.
    """

    def check_batch(self, value: object) -> Refusal | None:
        refusal = super().check_batch(value)
        if refusal is None and documented_segments(cast("Fields", value)["text"]) > 1:
            return Refusal(400, "too-long", "text: one segment at most", "text")
        return refusal
