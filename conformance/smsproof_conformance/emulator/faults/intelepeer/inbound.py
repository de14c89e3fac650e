"""Ways to be wrong at delivering inbound messages: section 2G of the requirements, and who can receive at all (2B)."""

from __future__ import annotations

from urllib.parse import urlencode

from smsproof_conformance.emulator.books.message import Delivery, Message
from smsproof_conformance.emulator.delivery.post import Post
from smsproof_conformance.emulator.exchange import Body
from smsproof_conformance.emulator.faults.fault import fault, without
from smsproof_conformance.emulator.vendors.intelepeer import ATTEMPTS, IntelePeer
from smsproof_spec.rules import Kind, classify


@fault("alphanumeric-receives", "IP-SEND-25")
class AlphanumericReceives(IntelePeer):
    """A message to an alphanumeric sender is delivered.

    It goes to whatever webhook the account has; such senders cannot receive.
    """

    def webhook_for(self, to: str) -> str | None:
        if classify(to, self.name) is Kind.ALPHANUMERIC:
            return next(reversed(self.account.webhooks.values()), None)
        return super().webhook_for(to)


@fault("short-code-cannot-receive", "IP-SEND-26")
class ShortCodeCannotReceive(IntelePeer):
    """Messages to short codes are dropped.

    All short and long codes can receive.
    """

    def webhook_for(self, to: str) -> str | None:
        return None if classify(to, self.name) is Kind.SHORT_CODE else super().webhook_for(to)


@fault("inbound-lost", "IP-INBOUND-01")
class InboundLost(IntelePeer):
    """Inbound messages are never delivered.

    The webhook is set, read back, and stays silent.
    """

    def webhook_for(self, to: str) -> str | None:
        return None


@fault("inbound-by-put", "IP-INBOUND-01")
class InboundByPut(IntelePeer):
    """An inbound message is delivered by PUT.

    The page says POST.
    """

    def compose(self, delivery: Delivery) -> Post:
        return Post(super().compose(delivery).body, method="PUT")


@fault("inbound-to-other-webhook", "IP-INBOUND-02")
class InboundToOtherWebhook(IntelePeer):
    """An inbound message goes to another number's URL.

    Only an account with one webhook does not notice.
    """

    def webhook_for(self, to: str) -> str | None:
        right = super().webhook_for(to)
        others = [url for number, url in self.account.webhooks.items() if number != to and url != right]
        return others[0] if right is not None and others else right


@fault("inbound-to-all-webhooks", "IP-INBOUND-02")
class InboundToAllWebhooks(IntelePeer):
    """An inbound message goes to every URL of the account.

    The right one is among them.
    """

    def receive(self, sender: str, to: str, text: str) -> bool:
        planned = super().receive(sender, to, text)
        if planned:
            message = list(self.account.messages)[-1]
            for url in set(self.account.webhooks.values()) - {self.webhook_for(to)}:
                self.account.deliver(message, url)
        return planned


@fault("inbound-signature-missing", "IP-INBOUND-03")
class InboundSignatureMissing(IntelePeer):
    """An inbound message has no `signature`.

    The account has a shared code; nobody can tell who sent this.
    """

    def payload(self, delivery: Delivery) -> Body:
        return without(super().payload(delivery), "signature")


@fault("inbound-signature-wrong", "IP-INBOUND-03", "IP-INBOUND-09")
class InboundSignatureWrong(IntelePeer):
    """`signature` is not the shared code.

    A receiver that verifies takes nothing.
    """

    def signature(self, message: Message) -> str | None:
        return (super().signature(message) or "")[::-1] + "?"


@fault("inbound-numbers-as-numbers", "IP-INBOUND-03")
class InboundNumbersAsNumbers(IntelePeer):
    """`from` and `to` are JSON numbers where they can be.

    The page says string.
    """

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        for key in ("from", "to"):
            digits = str(body[key]).removeprefix("+")
            body[key] = int(digits) if digits.isdecimal() else body[key]
        return body


@fault("inbound-as-form", "IP-INBOUND-04")
class InboundAsForm(IntelePeer):
    """An inbound message is form-encoded.

    The example is a JSON object.
    """

    def compose(self, delivery: Delivery) -> Post:
        return Post(urlencode(self.payload(delivery)).encode(), "application/x-www-form-urlencoded")


@fault("inbound-as-list", "IP-INBOUND-04")
class InboundAsList(IntelePeer):
    """An inbound message is a JSON list with one object.

    The example is the object itself.
    """

    def compose(self, delivery: Delivery) -> Post:
        return Post(b"[" + super().compose(delivery).body + b"]")


@fault("inbound-refid-uuid", "IP-INBOUND-05")
class InboundRefidUuid(IntelePeer):
    """The `refid` of an inbound message is a UUID of 36 characters.

    The page says 32.
    """

    def new_inbound_refid(self) -> str:
        digits = super().new_inbound_refid().lower()
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


@fault("inbound-from-without-plus", "IP-INBOUND-06")
class InboundFromWithoutPlus(IntelePeer):
    """`from` has lost its plus sign.

    The page says E.164.
    """

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        return {**body, "from": str(body["from"]).removeprefix("+")}


@fault("inbound-to-without-plus", "IP-INBOUND-07")
class InboundToWithoutPlus(IntelePeer):
    """`to` has lost its plus sign.

    The page says E.164.
    """

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        return {**body, "to": str(body["to"]).removeprefix("+")}


@fault("inbound-text-key", "IP-INBOUND-08")
class InboundTextKey(IntelePeer):
    """The text of an inbound message stands under `text`.

    So it does in a send; here the key is `message`.
    """

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        return {**without(body, "message"), "text": body["message"]}


@fault("inbound-ascii-only", "IP-INBOUND-08")
class InboundAsciiOnly(IntelePeer):
    """Characters beyond ASCII arrive as question marks.

    The contents of the text are not what was sent.
    """

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        return {**body, "message": str(body["message"]).encode("ascii", "replace").decode()}


@fault("inbound-once", "IP-INBOUND-11", "IP-INBOUND-16")
class InboundOnce(IntelePeer):
    """An inbound message is tried once.

    Whoever answers 500 has lost it.
    """

    def pause_seconds(self, delivery: Delivery) -> float | None:
        return None


@fault("inbound-four-attempts", "IP-INBOUND-11")
class InboundFourAttempts(IntelePeer):
    """An inbound message is tried four times.

    The page says up to a total of five.
    """

    def pause_seconds(self, delivery: Delivery) -> float | None:
        return None if len(delivery.attempts) >= ATTEMPTS - 1 else super().pause_seconds(delivery)


@fault("inbound-eight-attempts", "IP-INBOUND-11")
class InboundEightAttempts(IntelePeer):
    """An inbound message is tried eight times.

    The page says up to a total of five.
    """

    def pause_seconds(self, delivery: Delivery) -> float | None:
        return 0.0 if len(delivery.attempts) < 8 else None


@fault("inbound-repeats-after-200", "IP-INBOUND-11")
class InboundRepeatsAfter200(IntelePeer):
    """An inbound message is tried five times, whatever the receiver answers.

    HTTP 200 says that it was received.
    """

    def is_acknowledged(self, delivery: Delivery, outcome: str) -> bool:
        return False


@fault("inbound-500-is-final", "IP-INBOUND-11")
class Inbound500IsFinal(IntelePeer):
    """An inbound message is not tried again after a 500.

    After other statuses it is.
    """

    def pause_seconds(self, delivery: Delivery) -> float | None:
        return None if delivery.attempts[-1].outcome == "500" else super().pause_seconds(delivery)


@fault("inbound-refid-per-attempt", "IP-INBOUND-14")
class InboundRefidPerAttempt(IntelePeer):
    """Every attempt of an inbound message has a `refid` of its own.

    No receiver can recognise the repetition.
    """

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        return {**body, "refid": self.new_inbound_refid()} if delivery.attempts else body


@fault("inbound-hang-up-is-final", "IP-INBOUND-16")
class InboundHangUpIsFinal(IntelePeer):
    """An inbound message is not tried again when no answer came.

    A closed connection is no HTTP 200 either.
    """

    def pause_seconds(self, delivery: Delivery) -> float | None:
        return super().pause_seconds(delivery) if delivery.attempts[-1].outcome.isdecimal() else None


@fault("inbound-404-is-final", "IP-INBOUND-11")
class Inbound404IsFinal(IntelePeer):
    """An inbound message is not tried again after a status between 400 and 499.

    It is no HTTP 200: a receiver that is being deployed loses what comes.
    """

    def pause_seconds(self, delivery: Delivery) -> float | None:
        return None if delivery.attempts[-1].outcome.startswith("4") else super().pause_seconds(delivery)


@fault("inbound-redirect-is-final", "IP-INBOUND-11")
class InboundRedirectIsFinal(IntelePeer):
    """An inbound message is not tried again after a redirect.

    It is no HTTP 200.
    """

    def pause_seconds(self, delivery: Delivery) -> float | None:
        return None if delivery.attempts[-1].outcome.startswith("3") else super().pause_seconds(delivery)


@fault("inbound-attempts-numbered", "IP-INBOUND-08")
class InboundAttemptsNumbered(IntelePeer):
    """Every further attempt has its number in the text.

    It is the same message, and that is what it must say.
    """

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        return {**body, "message": f"{body['message']} ({len(delivery.attempts)})"} if delivery.attempts else body


@fault("inbound-signed-once", "IP-INBOUND-03")
class InboundSignedOnce(IntelePeer):
    """Only the first attempt of an inbound message has a `signature`.

    A receiver that verifies takes no other.
    """

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        return without(body, "signature") if delivery.attempts else body


@fault("inbound-query-dropped", "IP-INBOUND-02")
class InboundQueryDropped(IntelePeer):
    """An inbound message goes to the webhook's URL without its query.

    Where the query tells the numbers apart, nothing arrives.
    """

    def webhook_for(self, to: str) -> str | None:
        return (super().webhook_for(to) or "").partition("?")[0] or None


@fault("inbound-trimmed", "IP-INBOUND-08")
class InboundTrimmed(IntelePeer):
    """White space at the ends of an inbound text is lost.

    The contents of the text are not what was sent.
    """

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        return {**body, "message": str(body["message"]).strip()}


@fault("inbound-cut-at-160", "IP-INBOUND-08")
class InboundCutAt160(IntelePeer):
    """Only the first 160 characters of an inbound text arrive.

    Nobody says that the rest is gone.
    """

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        return {**body, "message": str(body["message"])[:160]}
