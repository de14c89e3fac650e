"""Ways to be wrong at IntelePeer's bulk send: section 2D of the requirements."""

from __future__ import annotations

from collections.abc import Sequence

from smsproof_conformance.emulator.books.message import Message
from smsproof_conformance.emulator.exchange import Answer, Body, Refusal, Request, is_list, is_object
from smsproof_conformance.emulator.faults.fault import fault, filled, without
from smsproof_conformance.emulator.vendors.intelepeer import SEND_PATH, IntelePeer


@fault("bulk-refused", "IP-BULK-01", "IP-BULK-02")
class BulkRefused(IntelePeer):
    """A list is answered 400.

    The same URI does not take both forms.
    """

    def send_many(self, request: Request, values: Sequence[object]) -> Answer:
        return self.refuse(Refusal(400, "type", "the body is not an object"))


@fault("bulk-skips-validation", "IP-BULK-03")
class BulkSkipsValidation(IntelePeer):
    """Messages of a list are not checked.

    What is refused alone is queued in a list.
    """

    def send_many(self, request: Request, values: Sequence[object]) -> Answer:
        good = {"from": "+12191112222", "to": "+13038675309", "text": "?"}
        return super().send_many(request, [value if self.check_message(value) is None else good for value in values])


@fault("bulk-foreign-sender-accepted", "IP-BULK-03")
class BulkForeignSenderAccepted(IntelePeer):
    """In a list, any well-formed number can be the sender.

    Alone it is answered 404.
    """

    def send_many(self, request: Request, values: Sequence[object]) -> Answer:
        own = [
            {**value, "from": "+12191112222"} if is_object(value) and self.check_message(value) is None else value
            for value in values
        ]
        return super().send_many(request, own)


@fault("bulk-key-results", "IP-BULK-04")
class BulkKeyResults(IntelePeer):
    """The list of responses is called `results`.

    The page names the key: responses.
    """

    def bulk_answer(self, items: list[Body]) -> Answer:
        return Answer(207, {"code": 207, "results": items})


@fault("bulk-responses-object", "IP-BULK-04")
class BulkResponsesObject(IntelePeer):
    """`responses` is an object, keyed by position.

    The page says a list.
    """

    def bulk_answer(self, items: list[Body]) -> Answer:
        return Answer(207, {"code": 207, "responses": {str(place): item for place, item in enumerate(items)}})


@fault("bulk-order-reversed", "IP-BULK-05")
class BulkOrderReversed(IntelePeer):
    """Responses come in the reverse order.

    Each one corresponds to somebody else's message.
    """

    def bulk_answer(self, items: list[Body]) -> Answer:
        return super().bulk_answer(items[::-1])


@fault("bulk-refused-last", "IP-BULK-05")
class BulkRefusedLast(IntelePeer):
    """Responses of refused messages come after those of accepted ones.

    The order is kept only while all messages are good, or all bad.
    """

    def bulk_answer(self, items: list[Body]) -> Answer:
        return super().bulk_answer(sorted(items, key=lambda item: "refid" not in item))


@fault("bulk-refused-dropped", "IP-BULK-05")
class BulkRefusedDropped(IntelePeer):
    """Refused messages have no response.

    The list is shorter than the request.
    """

    def bulk_answer(self, items: list[Body]) -> Answer:
        return super().bulk_answer([item for item in items if "refid" in item])


class _BulkStatus(IntelePeer):
    """The status of a bulk reply depends on its messages."""

    def status(self, good: int, bad: int) -> int:
        raise NotImplementedError

    def bulk_answer(self, items: list[Body]) -> Answer:
        answer = super().bulk_answer(items)
        good = sum("refid" in item for item in items)
        answer.status = self.status(good, len(items) - good)
        return answer


@fault("bulk-all-good-202", "IP-BULK-06")
class BulkAllGood202(_BulkStatus):
    """A list of good messages is answered HTTP 202.

    The page says 207, whatever becomes of the messages.
    """

    def status(self, good: int, bad: int) -> int:
        return 207 if bad else 202


@fault("bulk-mixed-400", "IP-BULK-06")
class BulkMixed400(_BulkStatus):
    """A list with one bad message is answered HTTP 400.

    The page says 207; the good messages are queued all the same.
    """

    def status(self, good: int, bad: int) -> int:
        return 400 if good and bad else 207


@fault("bulk-all-bad-400", "IP-BULK-06")
class BulkAllBad400(_BulkStatus):
    """A list of bad messages only is answered HTTP 400.

    The page says 207, whatever becomes of the messages.
    """

    def status(self, good: int, bad: int) -> int:
        return 400 if bad and not good else 207


@fault("bulk-code-202", "IP-BULK-07")
class BulkCode202(IntelePeer):
    """The `code` of a bulk reply is 202.

    The example has 207, as the HTTP status is.
    """

    def bulk_answer(self, items: list[Body]) -> Answer:
        return Answer(207, {"code": 202, "responses": items})


@fault("bulk-code-missing", "IP-BULK-07")
class BulkCodeMissing(IntelePeer):
    """A bulk reply has no `code`.

    The example has 207.
    """

    def bulk_answer(self, items: list[Body]) -> Answer:
        return Answer(207, {"responses": items})


@fault("bulk-unauthorized-207", "IP-BULK-08")
class BulkUnauthorized207(IntelePeer):
    """A list without a valid token is answered 207 with a 401 in it.

    It is an error of the whole request.
    """

    def handle(self, request: Request) -> Answer:
        answer = super().handle(request)
        if request.path == SEND_PATH and answer.status == 401 and request.body.lstrip().startswith(b"["):
            return self.bulk_answer([answer.body])
        return answer


@fault("bulk-bad-json-207", "IP-BULK-08")
class BulkBadJson207(IntelePeer):
    """A list that is not JSON is answered 207 with a 400 in it.

    It is an error of the whole request.
    """

    def send(self, request: Request) -> Answer:
        value = self.read(request)
        if isinstance(value, Refusal) and request.body.lstrip().startswith(b"["):
            return self.bulk_answer([self.error(value)])
        return super().send(request)


class _GoodItem(IntelePeer):
    """A good message's response differs within a list."""

    def item(self, result: Message | Refusal) -> Body:
        body = super().item(result)
        return body if isinstance(result, Refusal) else self.changed(body)

    def changed(self, body: Body) -> Body:
        raise NotImplementedError


@fault("bulk-item-wrapped", "IP-BULK-09")
class BulkItemWrapped(_GoodItem):
    """A good message's response is wrapped: {"code", "response": {…}}.

    The example has the four keys side by side.
    """

    def changed(self, body: Body) -> Body:
        return {"code": 202, "response": body}


@fault("bulk-item-without-state", "IP-BULK-09")
class BulkItemWithoutState(_GoodItem):
    """A good message's response has no `state`.

    The example has state, code, refid and numparts.
    """

    def changed(self, body: Body) -> Body:
        return without(body, "state")


@fault("bulk-item-code-200", "IP-BULK-10")
class BulkItemCode200(_GoodItem):
    """A good message's `code` is 200 within a list.

    The example has 202.
    """

    def changed(self, body: Body) -> Body:
        return {**body, "code": 200}


@fault("bulk-item-without-refid", "IP-BULK-11")
class BulkItemWithoutRefid(_GoodItem):
    """A good message's response has no `refid` within a list.

    Nobody can ask for the status of a message that was sent in bulk.
    """

    def changed(self, body: Body) -> Body:
        return without(body, "refid")


@fault("bulk-refused-without-code", "IP-BULK-11")
class BulkRefusedWithoutCode(IntelePeer):
    """A refused message's response has a text and no status.

    The page promises status information about each request.
    """

    def item(self, result: Message | Refusal) -> Body:
        body = super().item(result)
        return without(body, "code") if isinstance(result, Refusal) else body


@fault("bulk-refids-equal", "IP-SEND-20")
class BulkRefidsEqual(IntelePeer):
    """All messages of a list have one `refid`.

    As in the page's example, which is a slip of the page.
    """

    def bulk_answer(self, items: list[Body]) -> Answer:
        good = [item for item in items if "refid" in item]
        for item in good:
            item["refid"] = good[0]["refid"]
        return super().bulk_answer(items)


@fault("bulk-first-message-for-all", "IP-BULK-12")
class BulkFirstMessageForAll(IntelePeer):
    """Every message of a list gets the first one's sender and text.

    Only the destinations differ; nobody asked for a template.
    """

    def send_many(self, request: Request, values: Sequence[object]) -> Answer:
        first = values[0] if values and self.check_message(values[0]) is None else None
        if is_object(first):
            shared = {key: first[key] for key in ("from", "text")}
            values = [
                {**value, **shared} if is_object(value) and self.check_message(value) is None else value
                for value in values
            ]
        return super().send_many(request, values)


@fault("bulk-senders-must-agree", "IP-BULK-12")
class BulkSendersMustAgree(IntelePeer):
    """All messages of a list must have one sender.

    The page's example has two.
    """

    def send_many(self, request: Request, values: Sequence[object]) -> Answer:
        objects = [value for value in values if is_object(value)]
        if len({str(fields.get("from")) for fields in objects}) > 1:
            return self.refuse(Refusal(400, "senders", "all messages must have the same sender", "from"))
        return super().send_many(request, values)


@fault("bulk-top-level-refid", "IP-BULK-13")
class BulkTopLevelRefid(IntelePeer):
    """A bulk reply has state, refid and numparts of its own.

    They belong to the single messages.
    """

    def bulk_answer(self, items: list[Body]) -> Answer:
        body = {"state": "Queued", "code": 207, "refid": self.new_refid(), "numparts": len(items), "responses": items}
        return Answer(207, body)


@fault("bulk-of-one-202", "IP-BULK-15")
class BulkOfOne202(IntelePeer):
    """A list of one message is answered as a single send.

    The format selects bulk, not the count.
    """

    def send_many(self, request: Request, values: Sequence[object]) -> Answer:
        return self.send_one(request, values[0]) if len(values) == 1 else super().send_many(request, values)


@fault("bulk-inner-list-taken", "IP-BULK-03")
class BulkInnerListTaken(IntelePeer):
    """A list inside a list is opened.

    Its message is queued; alone it is no object.
    """

    def send_many(self, request: Request, values: Sequence[object]) -> Answer:
        return super().send_many(request, [one[0] if is_list(one) and len(one) == 1 else one for one in values])


@fault("bulk-sender-inherited", "IP-SEND-03")
class BulkSenderInherited(IntelePeer):
    """In a list, a message without `from` goes out from the sender of another.

    Each element has the parameters of a single send, required ones included.
    """

    def send_many(self, request: Request, values: Sequence[object]) -> Answer:
        senders = [one["from"] for one in values if is_object(one) and isinstance(one.get("from"), str)]
        return super().send_many(request, [filled(one, "from", senders[0]) if senders else one for one in values])
