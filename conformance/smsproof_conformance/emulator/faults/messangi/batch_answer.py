"""Ways to answer a batch wrongly at Messangi: section 2M of the requirements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import cast

from smsproof_conformance.emulator.books.message import Message
from smsproof_conformance.emulator.exchange import Answer, Body, Refusal, is_list
from smsproof_conformance.emulator.faults.fault import fault, without
from smsproof_conformance.emulator.vendors.messangi import Fields, Messangi


class _BatchData(Messangi):
    """`data` of a batch's answer is different."""

    def changed(self, data: Body) -> Body:
        raise NotImplementedError

    def batch_data(self, fields: Fields, entries: list[Body], invalid: list[str], accepted: bool) -> Body:
        return self.changed(super().batch_data(fields, entries, invalid, accepted))


@fault("batch-envelope-flat", "MS-BRESP-01")
class BatchEnvelopeFlat(Messangi):
    """The answer to a batch has no envelope.

    The page has meta and data.
    """

    def batch_answer(self, fields: Fields) -> Answer:
        answer = super().batch_answer(fields)
        answer.body = {**answer.body["meta"], **answer.body["data"]}
        return answer


class _BatchMeta(Messangi):
    """`meta` of a batch's answer is different."""

    def changed(self, meta: Body) -> Body:
        raise NotImplementedError

    def batch_answer(self, fields: Fields) -> Answer:
        answer = super().batch_answer(fields)
        answer.body = {**answer.body, "meta": self.changed(answer.body["meta"])}
        return answer


@fault("batch-timestamp-text", "MS-BRESP-02")
class BatchTimestampText(_BatchMeta):
    """`meta.timestamp` of a batch is text.

    The example has an integer.
    """

    def changed(self, meta: Body) -> Body:
        return {**meta, "timestamp": str(meta["timestamp"]) + " ms"}


@fault("batch-explain-object", "MS-BRESP-03")
class BatchExplainObject(_BatchMeta):
    """`meta.explain` of a batch is an object.

    The example has a descriptive text.
    """

    def changed(self, meta: Body) -> Body:
        return {**meta, "explain": {"text": "a descriptive text"}}


@fault("batch-ids-short", "MS-BRESP-04", "MS-BRESP-08")
class BatchIdsShort(_BatchData):
    """The last recipient is missing in `data.ids`.

    The page has one entry for each.
    """

    def changed(self, data: Body) -> Body:
        return {**data, "ids": data["ids"][:-1]}


@fault("batch-cut-at-two", "MS-BRESP-04", "MS-BRESP-08")
class BatchCutAtTwo(Messangi):
    """Whoever comes third in a batch is forgotten.

    The page has an id for each.
    """

    def batch_answer(self, fields: Fields) -> Answer:
        return super().batch_answer({**fields, "to": fields["to"][:2]})


@fault("batch-sent-twice", "MS-BRESP-04")
class BatchSentTwice(Messangi):
    """Each message of a batch is sent twice.

    The answer has one id for both.
    """

    def accept(self, fields: Fields, to: str, text: str) -> Message:
        if is_list(fields["to"]):
            self.account.record(self.new_message(fields, to, text))
        return super().accept(fields, to, text)


@fault("batch-text-escaped", "MS-BRESP-09")
class BatchTextEscaped(_BatchData):
    """`data.text` of a batch is escaped for a web page.

    It is the text as it was sent.
    """

    def changed(self, data: Body) -> Body:
        return {**data, "text": escape(str(data["text"]), quote=False)}


@fault("batch-ids-as-texts", "MS-BRESP-04")
class BatchIdsAsTexts(_BatchData):
    """`data.ids` holds ids without addresses.

    The page has both in each entry.
    """

    def changed(self, data: Body) -> Body:
        return {**data, "ids": [entry["id"] for entry in data["ids"]]}


@fault("batch-ids-reversed", "MS-HOUSE-21")
class BatchIdsReversed(_BatchData):
    """`data.ids` stands in the reverse order.

    The addresses in it still say whose each is.
    """

    def changed(self, data: Body) -> Body:
        return {**data, "ids": data["ids"][::-1]}


@fault("batch-ids-equal", "MS-BRESP-05")
class BatchIdsEqual(_BatchData):
    """All entries of `data.ids` have one id.

    The page calls it unique.
    """

    def changed(self, data: Body) -> Body:
        return {**data, "ids": [{**entry, "id": data["ids"][0]["id"]} for entry in data["ids"]]}


@fault("batch-mobiles-shifted", "MS-BRESP-06")
class BatchMobilesShifted(_BatchData):
    """`mobile` has lost its last digit.

    The page says the recipient's number.
    """

    def changed(self, data: Body) -> Body:
        return {**data, "ids": [{**entry, "mobile": str(entry["mobile"])[:-1]} for entry in data["ids"]]}


@fault("batch-invalid-not-listed", "MS-BRESP-07", "MS-BRESP-08")
class BatchInvalidNotListed(_BatchData):
    """Badly formatted numbers are dropped in silence.

    The page lists them in invalidNumber.
    """

    def changed(self, data: Body) -> Body:
        return without(data, "invalidNumber")


@fault("batch-invalid-rewritten", "MS-BRESP-07", "MS-BRESP-08", "MS-HOUSE-22")
class BatchInvalidRewritten(_BatchData):
    """`invalidNumber` holds the digits of what was sent.

    Nobody finds his recipient again.
    """

    def changed(self, data: Body) -> Body:
        if "invalidNumber" not in data:
            return data
        return {**data, "invalidNumber": [re.sub("[^0-9]", "", str(one)) + "#" for one in data["invalidNumber"]]}


@fault("batch-invalid-accepted", "MS-BRESP-07", "MS-ADDR-01")
class BatchInvalidAccepted(Messangi):
    """Badly formatted numbers get ids like any other.

    The page lists them in invalidNumber.
    """

    def is_destination(self, to: str) -> bool:
        return True


@fault("batch-invalid-stops-all", "MS-BRESP-08")
class BatchInvalidStopsAll(Messangi):
    """One badly formatted number refuses the whole batch.

    The valid ones are not sent.
    """

    def check_batch(self, value: object) -> Refusal | None:
        refusal = super().check_batch(value)
        if refusal is None and not all(self.is_destination(one["to"]) for one in cast("Fields", value)["to"]):
            return Refusal(400, "wrong-form", "to holds a number of a wrong form", "to")
        return refusal


@fault("batch-invalid-in-both-lists", "MS-BRESP-08")
class BatchInvalidInBothLists(Messangi):
    """Badly formatted numbers stand in both lists.

    They get an id and are listed as invalid.
    """

    def batch_data(self, fields: Fields, entries: list[Body], invalid: list[str], accepted: bool) -> Body:
        both = [{"id": self.new_id(), "mobile": to} for to in invalid]
        return super().batch_data(fields, [*entries, *both], invalid, accepted)


@fault("batch-from-missing", "MS-BRESP-09")
class BatchFromMissing(_BatchData):
    """`data` of a batch has no `from`.

    The page lists it.
    """

    def changed(self, data: Body) -> Body:
        return without(data, "from")


@fault("batch-other-text", "MS-BRESP-09")
class BatchOtherText(_BatchData):
    """`data.text` of a batch is not the template.

    The example has it as it was sent.
    """

    def changed(self, data: Body) -> Body:
        return {**data, "text": re.sub(r"\{[0-9]+\}", "", str(data["text"])) + " "}


@fault("batch-owner-missing", "MS-BRESP-10")
class BatchOwnerMissing(_BatchData):
    """`data` of a batch has no `owner` and no `operator`.

    The page lists both.
    """

    def changed(self, data: Body) -> Body:
        return without(data, "owner", "operator")


@fault("batch-status-queued", "MS-BRESP-11")
class BatchStatusQueued(_BatchData):
    """`data.status` of a batch is QUEUED.

    The page's word is QUEUE, one of three.
    """

    def changed(self, data: Body) -> Body:
        return {**data, "status": "QUEUED"}


@fault("batch-date-epoch", "MS-BRESP-12")
class BatchDateEpoch(_BatchData):
    """`data.date` of a batch is an integer.

    The example has an RFC 3339 instant.
    """

    def changed(self, data: Body) -> Body:
        return {**data, "date": self.timestamp()}


@fault("batch-external-id-echoed-wrong", "MS-BRESP-13")
class BatchExternalIdEchoedWrong(_BatchData):
    """`data.externalId` of a batch is not the one that was sent.

    It identifies something in the customer's systems.
    """

    def changed(self, data: Body) -> Body:
        return {**data, "externalId": str(data["externalId"]) + "-1"} if "externalId" in data else data


@fault("batch-type-echoed-mo", "MS-BRESP-13")
class BatchTypeEchoedMo(_BatchData):
    """`data.type` of a batch is MO.

    Messages that are sent are MT.
    """

    def changed(self, data: Body) -> Body:
        return {**data, "type": "MO"}


@fault("batch-with-id-and-to", "MS-BRESP-14")
class BatchWithIdAndTo(_BatchData):
    """`data` of a batch has an `id` and a `to`, as in a single send.

    The example has neither.
    """

    def changed(self, data: Body) -> Body:
        first: Sequence[Body] = data["ids"][:1]
        return {**data, "id": self.new_id(), "to": first[0]["mobile"] if first else ""}


@fault("batch-over-long-queued", "MS-TEXT-09")
class BatchOverLongQueued(Messangi):
    """A text of any length is sent in a batch.

    The limit of ten segments holds for it too.
    """

    def batch_answer(self, fields: Fields) -> Answer:
        self._in_batch = True
        try:
            return super().batch_answer(fields)
        finally:
            self._in_batch = False

    def count_segments(self, text: str) -> int:
        segments = super().count_segments(text)
        return min(segments, 10) if getattr(self, "_in_batch", False) else segments


@fault("batch-sends-first-only", "MS-CALLBACK-09")
class BatchSendsFirstOnly(Messangi):
    """All recipients get ids, and only the first one a message.

    The outbox and the callbacks show it.
    """

    def batch_answer(self, fields: Fields) -> Answer:
        self._sent = 0
        return super().batch_answer(fields)

    def accept(self, fields: Fields, to: str, text: str) -> Message:
        if isinstance(fields["to"], list):
            self._sent += 1
            if self._sent > 1:
                return self.new_message(fields, to, text)
        return super().accept(fields, to, text)
