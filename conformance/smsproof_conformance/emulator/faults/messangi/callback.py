"""Ways to be wrong at Messangi's status callbacks: section 2N of the requirements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast
from urllib.parse import urlencode

from smsproof_conformance.emulator.books.message import Delivery, Message
from smsproof_conformance.emulator.books.script import Step
from smsproof_conformance.emulator.delivery.post import Post
from smsproof_conformance.emulator.exchange import Answer, Body, is_list
from smsproof_conformance.emulator.faults.fault import fault, without
from smsproof_conformance.emulator.vendors.messangi import Fields, Messangi


@fault("callback-lost", "MS-CALLBACK-01", "MS-CALLBACK-04")
class CallbackLost(Messangi):
    """No status is ever told.

    callbacks and requestDR are taken and echoed.
    """

    def callback_urls(self, message: Message) -> list[str]:
        return []


@fault("callback-first-url-only", "MS-CALLBACK-01", "MS-SEND-10")
class CallbackFirstUrlOnly(Messangi):
    """Of several URLs only the first is told.

    The page says one or more.
    """

    def callback_urls(self, message: Message) -> list[str]:
        return super().callback_urls(message)[:1]


@fault("callback-end-to-one-url", "MS-CALLBACK-01")
class CallbackEndToOneUrl(Messangi):
    """Of several URLs only the first is told how it ended.

    The others believe that the message is still on its way.
    """

    def tell(self, message: Message, steps: Iterable[Step]) -> None:
        urls = self.callback_urls(message)
        for step in steps:
            for url in urls[:1] if step.status == "DELIVRD" else urls:
                self.account.deliver(message, url, status=step.status, after_seconds=step.after_seconds)


@fault("callback-first-url-of-batch", "MS-CALLBACK-01")
class CallbackFirstUrlOfBatch(Messangi):
    """Of several URLs of a batch only the first is told.

    The page gives a batch the same options as a single send.
    """

    def batch_answer(self, fields: Fields) -> Answer:
        if "callbacks" not in fields:
            return super().batch_answer(fields)
        answer = super().batch_answer({**fields, "callbacks": fields["callbacks"].partition(",")[0]})
        answer.body["data"]["callbacks"] = fields["callbacks"]
        return answer


@fault("callback-by-put", "MS-CALLBACK-02")
class CallbackByPut(Messangi):
    """A status is told by PUT.

    The page says POST.
    """

    def compose(self, delivery: Delivery) -> Post:
        return Post(super().compose(delivery).body, method="PUT")


@fault("callback-as-form", "MS-CALLBACK-03")
class CallbackAsForm(Messangi):
    """A status is told form-encoded.

    The page says a JSON body.
    """

    def compose(self, delivery: Delivery) -> Post:
        return Post(urlencode(self.payload(delivery)).encode(), "application/x-www-form-urlencoded")


@fault("callback-as-list", "MS-CALLBACK-03")
class CallbackAsList(Messangi):
    """A status is told as a JSON list with one object.

    One body is one status.
    """

    def compose(self, delivery: Delivery) -> Post:
        return Post(b"[" + super().compose(delivery).body + b"]")


@fault("callback-without-dr", "MS-CALLBACK-04", "MS-SEND-08")
class CallbackWithoutDr(Messangi):
    """Statuses are told without `requestDR`.

    The page says that it must be true; its default is false.
    """

    def callback_urls(self, message: Message) -> list[str]:
        message.details = {**message.details, "requestDR": True}
        return super().callback_urls(message)


@fault("callback-without-external-id", "MS-CALLBACK-05")
class CallbackWithoutExternalId(Messangi):
    """`externalId` does not come back with the status.

    The page promises it.
    """

    def payload(self, delivery: Delivery) -> Body:
        return without(super().payload(delivery), "externalId")


@fault("callback-without-client-id", "MS-CALLBACK-06")
class CallbackWithoutClientId(Messangi):
    """`clientId` does not come back with the status.

    The page promises it, without naming the key.
    """

    def payload(self, delivery: Delivery) -> Body:
        return without(super().payload(delivery), "clientId")


@fault("callback-external-id-in-small-letters", "MS-CALLBACK-05")
class CallbackExternalIdInSmallLetters(Messangi):
    """`externalId` comes back in small letters.

    Nobody finds his message by it.
    """

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        return {**body, "externalId": str(body["externalId"]).lower()} if "externalId" in body else body


@fault("callback-client-id-as-number", "MS-CALLBACK-06")
class CallbackClientIdAsNumber(Messangi):
    """`clientId` comes back without the zeros before it.

    Digits were taken for a number.
    """

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        return {**body, "clientId": str(body["clientId"]).lstrip("0")} if "clientId" in body else body


@fault("callback-text-of-other", "MS-BATCH-08")
class CallbackTextOfOther(Messangi):
    """The callbacks of a batch speak of one text for all: its first.

    Joshua's status has Elizabeth's balance in it.
    """

    def new_message(self, fields: Fields, to: str, text: str) -> Message:
        message = super().new_message(fields, to, text)
        if is_list(fields["to"]):
            first = cast("Fields", fields["to"][0]).get("params", ())
            message.details = {**message.details, "told": self.personal_text(fields["text"], first)}
        return message

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        return {**body, "message": delivery.message.details.get("told", body["message"])}


@fault("callback-second-final", "MS-HOUSE-15")
class CallbackSecondFinal(Messangi):
    """A message that was DELIVRD is told UNDELIV afterwards.

    Two ends of one story.
    """

    def script(self, message: Message) -> Sequence[Step]:
        steps = super().script(message)
        return (*steps, Step("UNDELIV")) if steps[-1].status == "DELIVRD" else steps


class _Respelled(Messangi):
    """A status is spelled differently in the callback."""

    right: str
    wrong: str

    def payload(self, delivery: Delivery) -> Body:
        body = super().payload(delivery)
        return {**body, "status": self.wrong} if body["status"] == self.right else body


@fault("callback-status-delivered", "MS-CALLBACK-07", "MS-STATUS-01")
class CallbackStatusDelivered(_Respelled):
    """The final status is spelled DELIVERED.

    The page spells it DELIVRD, as SMPP does.
    """

    right, wrong = "DELIVRD", "DELIVERED"


@fault("callback-status-in-small-letters", "MS-CALLBACK-07", "MS-STATUS-13")
class CallbackStatusInSmallLetters(_Respelled):
    """SENT is spelled sent.

    The page has capitals.
    """

    right, wrong = "SENT", "sent"


@fault("callback-status-segments", "MS-CALLBACK-07", "MS-STATUS-16")
class CallbackStatusSegments(_Respelled):
    """An over-long text is told TOO_MANY_SEGMENTS.

    The page's word is SEGMENTS_EXCEEDED.
    """

    right, wrong = "SEGMENTS_EXCEEDED", "TOO_MANY_SEGMENTS"


@fault("callback-status-code", "MS-CALLBACK-07", "MS-STATUS-09")
class CallbackStatusCode(_Respelled):
    """A sender that is not assigned is told NOT_ALLOWED.

    The page's word is CODE_NOT_ALLOWED.
    """

    right, wrong = "CODE_NOT_ALLOWED", "NOT_ALLOWED"


@fault("callback-with-other-id", "MS-CALLBACK-09")
class CallbackWithOtherId(Messangi):
    """A status has an id of its own.

    Nobody can tell whose status it is.
    """

    def payload(self, delivery: Delivery) -> Body:
        return {**super().payload(delivery), "id": self.new_id()}


@fault("callback-first-recipient-only", "MS-CALLBACK-09")
class CallbackFirstRecipientOnly(Messangi):
    """Of a batch only the first recipient's statuses are told.

    The page tells each message's.
    """

    _in_batch = False
    _told = False

    def batch_answer(self, fields: Fields) -> Answer:
        self._in_batch, self._told = True, False
        try:
            return super().batch_answer(fields)
        finally:
            self._in_batch = False

    def tell(self, message: Message, steps: Iterable[Step]) -> None:
        if not (self._in_batch and self._told):
            super().tell(message, steps)
        self._told = self._in_batch
