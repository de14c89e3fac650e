"""Ways to be wrong at Messangi's batch: sections 2L and 2M of the requirements, and its part of 2O."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

from smsproof_conformance.emulator.exchange import Answer, Body, Refusal, Request, is_list, is_object
from smsproof_conformance.emulator.faults.fault import fault, filled, without
from smsproof_conformance.emulator.message import Message
from smsproof_conformance.emulator.messangi import BATCH_PATH, Fields, Messangi
from smsproof_conformance.emulator.placeholder import Values

_RECIPIENT = {"to": "+525500000000"}


# The request.


@fault("batch-by-put", "MS-BATCH-01")
class BatchByPut(Messangi):
    """PUT sends a batch too.

    The page knows POST only.
    """

    def handle(self, request: Request) -> Answer:
        if request.path == BATCH_PATH and request.method == "PUT":
            request.method = "POST"
        return super().handle(request)


class _BatchRepaired(Messangi):
    """A batch of a wrong form is understood as some right one."""

    def repaired(self, batch: dict[str, Any]) -> object:
        raise NotImplementedError

    def read(self, request: Request) -> object:
        value = super().read(request)
        if request.path == BATCH_PATH and is_object(value):
            return self.repaired(value)
        return value


@fault("batch-from-missing-accepted", "MS-BATCH-03")
class BatchFromMissingAccepted(_BatchRepaired):
    """A batch without `from` is accepted.

    The vendor picks a sender by itself.
    """

    def repaired(self, batch: dict[str, Any]) -> object:
        return filled(batch, "from", "12345")


@fault("batch-text-missing-accepted", "MS-BATCH-04")
class BatchTextMissingAccepted(_BatchRepaired):
    """A batch without `text` is accepted.

    Messages without words are sent, and charged.
    """

    def repaired(self, batch: dict[str, Any]) -> object:
        return filled(batch, "text", " ")


@fault("batch-to-missing-accepted", "MS-BATCH-05")
class BatchToMissingAccepted(_BatchRepaired):
    """A batch without `to` is accepted.

    It is queued for nobody.
    """

    def repaired(self, batch: dict[str, Any]) -> object:
        return filled(batch, "to", [_RECIPIENT])


@fault("batch-to-string-accepted", "MS-BATCH-05")
class BatchToStringAccepted(_BatchRepaired):
    """`to` of a batch may be a string.

    The page says an array.
    """

    def repaired(self, batch: dict[str, Any]) -> object:
        return {**batch, "to": [{"to": batch["to"]}]} if isinstance(batch.get("to"), str) else batch


@fault("batch-needs-to-colon", "MS-BATCH-06")
class BatchNeedsToColon(_BatchRepaired):
    """A recipient's address is looked for under `to:`.

    As the page's example has it, with a colon too many; its table says `to`.
    """

    def repaired(self, batch: dict[str, Any]) -> object:
        recipients = batch.get("to")
        if not is_list(recipients):
            return batch
        renamed = [
            {{"to": "TO", "to:": "to"}.get(key, key): value for key, value in one.items()} if is_object(one) else one
            for one in recipients
        ]
        return {**batch, "to": renamed}


@fault("batch-params-not-needed", "MS-BATCH-07")
class BatchParamsNotNeeded(Messangi):
    """Placeholders need no values.

    A recipient without params gets the text with {0} in it.
    """

    def params_problem(self, fields: Fields) -> Refusal | None:
        return None


@fault("batch-params-always-needed", "MS-BATCH-07")
class BatchParamsAlwaysNeeded(Messangi):
    """A recipient without `params` is refused, whatever the text.

    They only apply if the text has placeholders.
    """

    def params_problem(self, fields: Fields) -> Refusal | None:
        if any("params" not in recipient for recipient in fields["to"]):
            return Refusal(400, "required", "params is required", "params")
        return super().params_problem(fields)


@fault("batch-params-swapped", "MS-BATCH-08")
class BatchParamsSwapped(Messangi):
    """Placeholders are filled from the last value on.

    The page fills them by position.
    """

    def personal_text(self, template: str, values: Values) -> str:
        return super().personal_text(template, values[::-1])


@fault("batch-params-of-first", "MS-BATCH-08")
class BatchParamsOfFirst(Messangi):
    """Every recipient gets the first one's values.

    Joshua reads Elizabeth's balance.
    """

    def batch_answer(self, fields: Fields) -> Answer:
        first = fields["to"][0].get("params", [])
        return super().batch_answer({**fields, "to": [{**one, "params": first} for one in fields["to"]]})


@fault("batch-one-based", "MS-BATCH-09")
class BatchOneBased(Messangi):
    """Placeholders count from one.

    {0} stays as it is, and {1} gets the first value.
    """

    def personal_text(self, template: str, values: Values) -> str:
        return super().personal_text(template, ("{0}", *values))


@fault("batch-dollar-swallowed", "MS-BATCH-09")
class BatchDollarSwallowed(Messangi):
    """A placeholder swallows the dollar sign before it.

    "$10.65" arrives as "10.65"; only {n} is special.
    """

    def personal_text(self, template: str, values: Values) -> str:
        return super().personal_text(re.sub(r"\$(?=\{[0-9])", "", template), values)


@fault("batch-not-filled-in", "MS-BATCH-09")
class BatchNotFilledIn(Messangi):
    """Placeholders are sent as they are.

    Elizabeth reads: Hi {0}.
    """

    def personal_text(self, template: str, values: Values) -> str:
        return template


@fault("batch-number-param-refused", "MS-BATCH-10")
class BatchNumberParamRefused(Messangi):
    """A value may not be a JSON number.

    The page's example has 10.65.
    """

    def check_batch(self, value: object) -> Refusal | None:
        refusal = super().check_batch(value)
        if refusal is None and any(
            not isinstance(one, str) for recipient in cast("Fields", value)["to"] for one in recipient.get("params", ())
        ):
            return Refusal(400, "type", "params must be strings", "params")
        return refusal


@fault("batch-callbacks-ignored", "MS-BATCH-11", "MS-CALLBACK-09")
class BatchCallbacksIgnored(Messangi):
    """`callbacks` of a batch is ignored.

    The page gives a batch the same options as a single send.
    """

    def batch_answer(self, fields: Fields) -> Answer:
        answer = super().batch_answer(without(dict(fields), "callbacks"))
        if "callbacks" in fields:
            answer.body["data"]["callbacks"] = fields["callbacks"]
        return answer


@fault("batch-request-dr-string-accepted", "MS-BATCH-11")
class BatchRequestDrStringAccepted(_BatchRepaired):
    """`requestDR` of a batch may be the string "true".

    The page says true or false.
    """

    def repaired(self, batch: dict[str, Any]) -> object:
        return {**batch, "requestDR": True} if isinstance(batch.get("requestDR"), str) else batch


@fault("batch-options-refused", "MS-BATCH-11", "MS-BATCH-12")
class BatchOptionsRefused(Messangi):
    """A batch with options beside its recipients is refused.

    The page has them at the top level, once for the whole batch.
    """

    def check_batch(self, value: object) -> Refusal | None:
        refusal = super().check_batch(value)
        if refusal is None and cast("Fields", value).keys() & {"requestDR", "externalId", "clientId", "email"}:
            return Refusal(400, "unknown-option", "options belong to the recipients", "to")
        return refusal


# The answer.


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
