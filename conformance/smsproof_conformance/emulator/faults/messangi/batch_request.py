"""Ways to take a batch wrongly at Messangi: section 2L of the requirements."""

from __future__ import annotations

import re
from typing import Any, cast

from smsproof_conformance.emulator.exchange import Answer, Refusal, Request, is_list, is_object
from smsproof_conformance.emulator.faults.fault import fault, filled, without
from smsproof_conformance.emulator.vendors.messangi import BATCH_PATH, Fields, Messangi
from smsproof_conformance.emulator.vendors.placeholder import Values

_RECIPIENT = {"to": "+525500000000"}


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


@fault("batch-bare-addresses-accepted", "MS-BATCH-06")
class BatchBareAddressesAccepted(_BatchRepaired):
    """A recipient may be a bare address.

    The page says that each is an object with a `to`.
    """

    def repaired(self, batch: dict[str, Any]) -> object:
        recipients = batch.get("to")
        if not is_list(recipients):
            return batch
        return {**batch, "to": [{"to": one} if isinstance(one, str) else one for one in recipients]}


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


@fault("batch-eleventh-value-lost", "MS-BATCH-08")
class BatchEleventhValueLost(Messangi):
    """A placeholder has one digit.

    {10} becomes the second value and a zero.
    """

    def personal_text(self, template: str, values: Values) -> str:
        return super().personal_text(re.sub(r"\{([0-9])([0-9]+)\}", r"{\1}\2", template), values)


@fault("batch-filled-in-twice", "MS-BATCH-09")
class BatchFilledInTwice(Messangi):
    """A value that looks like a placeholder is filled in as well.

    Whoever is called {1} reads his balance in the place of his name.
    """

    def personal_text(self, template: str, values: Values) -> str:
        text = super().personal_text(template, values)
        return super().personal_text(text, values) if values else text


@fault("batch-null-text-accepted", "MS-BATCH-04")
class BatchNullTextAccepted(_BatchRepaired):
    """`text` of a batch may be null.

    Messages without words are sent, and charged.
    """

    def repaired(self, batch: dict[str, Any]) -> object:
        return {**batch, "text": " "} if batch.get("text", "") is None else batch


@fault("batch-one-recipient-accepted", "MS-BATCH-05")
class BatchOneRecipientAccepted(_BatchRepaired):
    """`to` of a batch may be one recipient without a list.

    The page says an array.
    """

    def repaired(self, batch: dict[str, Any]) -> object:
        return {**batch, "to": [batch["to"]]} if is_object(batch.get("to")) else batch


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
