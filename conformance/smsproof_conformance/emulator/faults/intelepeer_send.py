"""Ways to be wrong at IntelePeer's single send: sections 2A and 2B of the requirements."""

from __future__ import annotations

import re
from typing import Final

from smsproof_conformance.emulator.exchange import Answer, Body, Refusal, Request, is_object
from smsproof_conformance.emulator.faults.fault import fault, filled, reading, stringified, without
from smsproof_conformance.emulator.intelepeer import SEND_PATH, WEBHOOK_PATH, Fields, IntelePeer
from smsproof_conformance.emulator.message import Message
from smsproof_spec.rules import measure

_SENDER: Final = "+12191112222"
_DESTINATION: Final = "+13038675309"


# Tokens.


@fault("token-not-checked", "IP-GEN-01", "IP-SEND-22")
class TokenNotChecked(IntelePeer):
    """No call needs a token.

    A request without an Authorization header is served like any other.
    """

    def authorize(self, request: Request) -> Refusal | None:
        return None


@fault("webhook-token-not-checked", "IP-GEN-01")
class WebhookTokenNotChecked(IntelePeer):
    """The webhook calls need no token.

    Sending does: whoever tests only that sees nothing.
    """

    def authorize(self, request: Request) -> Refusal | None:
        return None if request.path == WEBHOOK_PATH else super().authorize(request)


@fault("expired-token-accepted", "IP-SEND-22")
class ExpiredTokenAccepted(IntelePeer):
    """A token is good for ever.

    Unknown tokens are refused, expired ones are not.
    """

    def authorize(self, request: Request) -> Refusal | None:
        refusal = super().authorize(request)
        return None if refusal and refusal.reason == "expired-token" else refusal


@fault("unauthorized-403", "IP-SEND-22")
class Unauthorized403(IntelePeer):
    """A missing or bad token is answered 403.

    The page lists 401 for it; 403 stands for a destination that is not available.
    """

    def authorize(self, request: Request) -> Refusal | None:
        refusal = super().authorize(request)
        return refusal and Refusal(403, refusal.reason, refusal.text)


# Method and body.


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


@fault("bad-json-500", "IP-HOUSE-15")
class BadJson500(IntelePeer):
    """A body that is not JSON is answered 500.

    The caller's mistake looks like the vendor's.
    """

    def read(self, request: Request) -> object:
        value = super().read(request)
        return Refusal(500, value.reason, value.text) if isinstance(value, Refusal) else value


@reading("refusal-as-html")
class RefusalAsHtml(IntelePeer):
    """Refusals are HTML pages.

    No page shows the body of a refusal (AMB-IP-43); successes are JSON.
    """

    def refuse(self, refusal: Refusal) -> Answer:
        page = f"<html><body><h1>{refusal.status}</h1></body></html>"
        return Answer(refusal.status, page.encode(), "text/html")


@fault("answer-as-list", "IP-HOUSE-01")
class AnswerAsList(IntelePeer):
    """An accepted message's answer is a list with one object.

    The example is the object itself.
    """

    def send_one(self, request: Request, value: object) -> Answer:
        answer = super().send_one(request, value)
        answer.body = [answer.body]
        return answer


# guid.


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


# Addresses.


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


# The answer.


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


@fault("numparts-always-one", "IP-HOUSE-08")
class NumpartsAlwaysOne(IntelePeer):
    """`numparts` is 1 for every text.

    However long the text is.
    """

    def count_parts(self, text: str) -> int:
        return 1


@fault("numparts-ceil-153", "IP-HOUSE-08")
class NumpartsCeil153(IntelePeer):
    """`numparts` takes 153 characters for a part, from the first on.

    154 to 160 characters, which go out as one message, count as two.
    """

    def count_parts(self, text: str) -> int:
        whole = measure(text)
        return max(1, -(-whole.units // (153 if whole.encoding == "gsm7" else 67)))


@fault("numparts-ceil-160", "IP-HOUSE-08")
class NumpartsCeil160(IntelePeer):
    """`numparts` forgets the header of joined parts.

    307 characters count as two parts of 160, and go out as three of 153.
    """

    def count_parts(self, text: str) -> int:
        whole = measure(text)
        return max(1, -(-whole.units // (160 if whole.encoding == "gsm7" else 70)))


@fault("numparts-by-character", "IP-HOUSE-08")
class NumpartsByCharacter(IntelePeer):
    """`numparts` counts an emoji as one unit.

    It is two in UTF-16, so that 36 of them need two parts.
    """

    def count_parts(self, text: str) -> int:
        whole = measure(text)
        return whole.segments if whole.encoding == "gsm7" else 1 if len(text) <= 70 else -(-len(text) // 67)


@fault("numparts-extension-as-one", "IP-HOUSE-08")
class NumpartsExtensionAsOne(IntelePeer):
    """`numparts` counts the euro sign and brackets as one septet.

    They are two: an escape and a character.
    """

    def count_parts(self, text: str) -> int:
        plain = re.sub(r"[\^{}\\\[~\]|€]", "x", text)
        return super().count_parts(plain if measure(text).encoding == "gsm7" else text)


@fault("numparts-unicode-as-gsm", "IP-HOUSE-08")
class NumpartsUnicodeAsGsm(IntelePeer):
    """`numparts` counts every text as GSM.

    71 characters of Cyrillic count as one part.
    """

    def count_parts(self, text: str) -> int:
        return super().count_parts("x" * len(text))


# Statuses of refusals.


@fault("bad-format-422", "IP-SEND-21")
class BadFormat422(IntelePeer):
    """A malformed field is answered 422.

    The page lists 400.
    """

    def check_message(self, value: object) -> Refusal | None:
        refusal = super().check_message(value)
        return refusal and Refusal(422, refusal.reason, refusal.text, refusal.field)


@fault("missing-field-500", "IP-SEND-21")
class MissingField500(IntelePeer):
    """A missing field is answered 500.

    The caller's mistake looks like the vendor's.
    """

    def check_message(self, value: object) -> Refusal | None:
        refusal = super().check_message(value)
        return Refusal(500, refusal.reason, refusal.text) if refusal and refusal.reason == "required" else refusal


@fault("blocked-destination-accepted", "IP-SEND-23")
class BlockedDestinationAccepted(IntelePeer):
    """A destination that is not available is accepted.

    202, and no message ever arrives.
    """

    def destination_problem(self, to: str) -> Refusal | None:
        return None


@fault("blocked-destination-400", "IP-SEND-23")
class BlockedDestination400(IntelePeer):
    """A destination that is not available is answered 400.

    The page lists 403; nothing is wrong with the number's form.
    """

    def destination_problem(self, to: str) -> Refusal | None:
        refusal = super().destination_problem(to)
        return refusal and Refusal(400, refusal.reason, refusal.text, refusal.field)


@fault("foreign-sender-accepted", "IP-SEND-24")
class ForeignSenderAccepted(IntelePeer):
    """Any well-formed number can be the sender.

    Customers can send in each other's names.
    """

    def admit(self, request: Request, fields: Fields) -> Refusal | None:
        refusal = super().admit(request, fields)
        return None if refusal and refusal.reason == "foreign-number" else refusal


@fault("foreign-sender-400", "IP-SEND-24")
class ForeignSender400(IntelePeer):
    """A sender that is not the customer's is answered 400.

    The page lists 404; nothing is wrong with the number's form.
    """

    def admit(self, request: Request, fields: Fields) -> Refusal | None:
        refusal = super().admit(request, fields)
        if refusal and refusal.reason == "foreign-number":
            return Refusal(400, refusal.reason, refusal.text, refusal.field)
        return refusal
