"""Messangi Outbound SMS, right by the contract and by the decisions in the strict column of AMB-MS-01 to -56."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any, Final, TypeAlias, cast

from smsproof_conformance.emulator.books.message import Delivery, Direction, Message
from smsproof_conformance.emulator.books.script import DELIVERED, MAGIC, Step, ending_in
from smsproof_conformance.emulator.delivery.post import Post
from smsproof_conformance.emulator.exchange import Answer, Body, Refusal, Request, is_list, is_object
from smsproof_conformance.emulator.vendors.placeholder import Values, fill_in, values_needed, with_written_numbers
from smsproof_conformance.emulator.vendors.vendor import Route, Vendor
from smsproof_spec.rules import AddressError, Role, check, documented_segments

SEND_PATH: Final = "/raven/v2/messages"
BATCH_PATH: Final = "/raven/v3/messages/batch"
EXCEEDED: Final = "Text exceeds the limit of allowed segments"
"""S2:226, to the letter."""

MAX_CALLBACKS: Final = 10
"""URLs of one message that are told anything; more would make the emulator an amplifier."""

_ECHOED: Final = ("connection", "callbacks", "email", "externalId", "clientId")
"""Options that come back when they were sent (S2:239-304), beside requestDR and type."""

Fields: TypeAlias = Mapping[str, Any]
"""A request object that its schema has accepted."""

_random: Final = Random()  # identifiers, not secrets
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Messangi(Vendor):
    name = "messangi"
    receives = False
    hosts = frozenset({"elastic.messangi.me"})

    def routes(self) -> Mapping[str, Mapping[str, Route]]:
        return {
            SEND_PATH: {"POST": Route("sendMessage", self.send)},
            BATCH_PATH: {"POST": Route("sendBatch", self.send_batch)},
        }

    def error(self, refusal: Refusal) -> Body:
        """AMB-MS-04: the only slot for a text that the page knows."""
        return {"meta": self.meta(refusal.text), "data": None}

    def meta(self, explain: str | None = None) -> Body:
        meta: Body = {"timestamp": self.timestamp(), "transactionId": self.new_transaction_id()}
        return meta if explain is None else {**meta, "explain": explain}

    def timestamp(self) -> int:
        """Milliseconds since 1970 (AMB-MS-51)."""
        return int(self.account.clock.now() * 1000)

    def new_transaction_id(self) -> str:
        return str(uuid.UUID(int=_random.getrandbits(128), version=4))

    def new_id(self) -> str:
        """24 hexadecimal digits, as the single example has (AMB-MS-09)."""
        return f"{_random.getrandbits(96):024x}"

    # Single send (S2:45-304).

    def send(self, request: Request) -> Answer:
        value = self.read(request)
        refusal = value if isinstance(value, Refusal) else self.check_message(value)
        if refusal is not None:
            return self.turn_away(request, refusal, value)
        fields = cast("Fields", value)
        if self.count_segments(fields["text"]) > self.max_segments:
            self.account.refuse(request, fields, Refusal(200, "too-long", f"ERROR: {EXCEEDED}", "text"))
            return self.exceeded(fields)
        return self.sent(fields, self.accept(fields, fields["to"], fields["text"]))

    def check_message(self, value: object) -> Refusal | None:
        """Form: the contract's schema, with the addresses explained in our own words (AMB-MS-39)."""
        refusal = self.problem("Message", value)
        return refusal and (_explained(value, refusal) or refusal)

    def sent(self, fields: Fields, message: Message) -> Answer:
        return Answer(200, {"meta": self.meta(), "data": self.data(fields, message.id, "QUEUE")})

    def exceeded(self, fields: Fields) -> Answer:
        """Taken down as ERROR, and told to the callbacks if there are any (S2:140, S2:226, AMB-MS-06)."""
        message = self.new_message(fields, fields["to"], fields["text"])
        self.tell(message, ending_in("SEGMENTS_EXCEEDED"))
        return Answer(200, {"meta": self.meta(EXCEEDED), "data": self.data(fields, message.id, "ERROR")})

    def data(self, fields: Fields, id: str, status: str) -> Body:
        return {
            "id": id,
            "from": fields["from"],
            "text": fields["text"],
            "to": fields["to"],
            **self.options(fields),
            **self.trailer(status),
        }

    def options(self, fields: Fields) -> Body:
        """requestDR and type as they took effect; the others as sent, or not at all (S2:229-304, AMB-MS-10)."""
        echoes = {key: fields[key] for key in _ECHOED if key in fields}
        return {"requestDR": fields.get("requestDR", False), "type": fields.get("type", "MT"), **echoes}

    def trailer(self, status: str) -> Body:
        return {"owner": "owner", "operator": "operator", "status": status, "date": self.date(9)}

    def date(self, digits: int) -> str:
        """RFC 3339 in UTC with up to nine digits of a second (S2:185, S2:484)."""
        moment = self.account.clock.utc()
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}{'0' * (digits - 6)}Z"

    # Batch (S2:308-605).

    def send_batch(self, request: Request) -> Answer:
        value = self.read(request)
        refusal = value if isinstance(value, Refusal) else self.check_batch(value)
        if refusal is not None:
            return self.turn_away(request, refusal, value)
        return self.batch_answer(with_written_numbers(cast("Fields", value), request.body))

    def check_batch(self, value: object) -> Refusal | None:
        refusal = self.problem("Batch", value)
        if refusal is not None:
            return _colon(value) or _explained(value, refusal) or refusal
        fields = cast("Fields", value)
        return self.params_problem(fields)

    def params_problem(self, fields: Fields) -> Refusal | None:
        """Every placeholder needs a value from every recipient (S2:365-367, AMB-MS-14, AMB-MS-15)."""
        needed = values_needed(fields["text"])
        for place, recipient in enumerate(fields["to"]):
            given = len(recipient.get("params", ()))
            if given < needed:
                text = f"to/{place}/params has {given} of the {needed} values that the text's placeholders need"
                return Refusal(400, "params", text, "params")
        return None

    def batch_answer(self, fields: Fields) -> Answer:
        """Badly formatted numbers are listed and stop nobody else (S2:500, MS-BRESP-08)."""
        entries: list[Body] = []
        invalid: list[str] = []
        accepted = False
        for recipient in fields["to"]:
            to: str = recipient["to"]
            if not self.is_destination(to):
                invalid.append(to)
                continue
            text = self.personal_text(fields["text"], recipient.get("params", ()))
            if self.count_segments(text) > self.max_segments:
                message = self.new_message(fields, to, text)
                self.tell(message, ending_in("SEGMENTS_EXCEEDED"))
            else:
                accepted = True
                message = self.accept(fields, to, text)
            entries.append(self.entry(message))
        explain = None if accepted else EXCEEDED if entries else "every number is badly formatted"
        return Answer(200, {"meta": self.meta(explain), "data": self.batch_data(fields, entries, invalid, accepted)})

    def is_destination(self, to: str) -> bool:
        try:
            check(to, "messangi", Role.DESTINATION)
        except AddressError:
            return False
        return True

    def personal_text(self, template: str, values: Values) -> str:
        return fill_in(template, values)

    def entry(self, message: Message) -> Body:
        return {"id": message.id, "mobile": message.to}

    def batch_data(self, fields: Fields, entries: list[Body], invalid: list[str], accepted: bool) -> Body:
        """QUEUE if any message of the batch was accepted (AMB-MS-27, AMB-MS-40). The text is the template."""
        data: Body = {"ids": entries}
        if invalid:
            data["invalidNumber"] = invalid
        return {
            **data,
            "from": fields["from"],
            "text": fields["text"],
            **self.options(fields),
            **self.trailer("QUEUE" if accepted else "ERROR"),
            "date": self.date(6),
        }

    # What both sends share.

    def count_segments(self, text: str) -> int:
        """By the page's own model: 160 septets or 70 UTF-16 units each (S2:76, AMB-MS-20)."""
        return documented_segments(text)

    @property
    def max_segments(self) -> int:
        """What a message may have; a longer one cannot be sent (S2:140-142)."""
        return self.account.setup.max_segments

    def new_message(self, fields: Fields, to: str, text: str) -> Message:
        details = {key: fields[key] for key in ("requestDR", "callbacks", "externalId", "clientId") if key in fields}
        segments = self.count_segments(text)
        return Message(
            self.new_id(), Direction.OUTBOUND, fields["from"], to, text, segments, self.account.clock.now(), details
        )

    def accept(self, fields: Fields, to: str, text: str) -> Message:
        message = self.new_message(fields, to, text)
        self.account.record(message)
        self.tell(message, self.script(message))
        return message

    # Delivery status (S2:102-146).

    def script(self, message: Message) -> Sequence[Step]:
        """What becomes of a message: a sender that is not assigned ends in CODE_NOT_ALLOWED (S2:126, MS-GEN-09)."""
        if not self.is_assigned(message.sender):
            return ending_in("CODE_NOT_ALLOWED")
        to = message.to.removeprefix("+")
        return self.account.scripts.get(to) or MAGIC.get(to) or DELIVERED

    def is_assigned(self, sender: str) -> bool:
        """Addresses are the same with and without a plus (AMB-MS-18)."""
        bare = sender.removeprefix("+")
        return any(self.account.inventory.get(address) is not None for address in (bare, f"+{bare}"))

    def magic_numbers(self) -> Mapping[str, str]:
        return {f"+{to}": f"a message there ends in {steps[-1].status}" for to, steps in MAGIC.items()}

    def tell(self, message: Message, steps: Iterable[Step]) -> None:
        for step in steps:
            for url in self.callback_urls(message):
                self.account.deliver(message, url, status=step.status, after_seconds=step.after_seconds)

    def callback_urls(self, message: Message) -> list[str]:
        """Only with requestDR (S2:144); one or more URLs, separated by commas (S2:102, AMB-MS-28)."""
        if message.details.get("requestDR") is not True:
            return []
        urls = str(message.details.get("callbacks", "")).split(",")
        return [url.strip() for url in urls if url.strip()][:MAX_CALLBACKS]

    def compose(self, delivery: Delivery) -> Post:
        return Post(_encode(self.payload(delivery)).encode())

    def payload(self, delivery: Delivery) -> Body:
        """The keys of the vendor's callback page (P-MS-3), and clientId, which this page promises (S2:166)."""
        message = delivery.message
        ids = {key: message.details[key] for key in ("externalId", "clientId") if key in message.details}
        return {
            "id": message.id,
            "status": delivery.status,
            "date": self.date(6),
            "from": message.sender,
            "to": message.to,
            "message": message.text,
            "username": "owner",
            "callback": delivery.url,
            "timestamp": self.timestamp(),
            **ids,
        }

    def is_acknowledged(self, delivery: Delivery, outcome: str) -> bool:
        """Any 2xx (AMB-MS-56)."""
        return len(outcome) == 3 and outcome.startswith("2") and outcome.isdecimal()

    def pause_seconds(self, delivery: Delivery) -> float | None:
        """No page speaks of a second attempt, so there is none (AMB-MS-34)."""
        return None

    def receive(self, sender: str, to: str, text: str) -> bool:
        """Inbound messages are another API of the vendor's (S2:37)."""
        return False


def _explained(value: object, refusal: Refusal) -> Refusal | None:
    """A schema's refusal of an address, in the words of the address rules."""
    if not is_object(value):
        return None
    fields = value
    for field, role in (("from", Role.SENDER), ("to", Role.DESTINATION)):
        address = fields.get(field)
        if refusal.field == field and isinstance(address, str):
            try:
                check(address, "messangi", role)
            except AddressError as error:
                return Refusal(400, error.reason, f"{field}: {error}", field)
            if address.startswith("+"):
                text = f"{field}: a long code is written without a plus here: {address[1:]}, not {address}"
                return Refusal(400, "plus", text, field)
    return None


def _colon(value: object) -> Refusal | None:
    """A recipient pasted from the page's example, whose key has a colon too many (AMB-MS-01)."""
    recipients = value.get("to") if is_object(value) else None
    for place, recipient in enumerate(recipients if is_list(recipients) else ()):
        if is_object(recipient) and "to:" in recipient and "to" not in recipient:
            text = f'to/{place}: the key is "to"; the example in the page has a colon too many, "to:"'
            return Refusal(400, "to-colon", text, "to")
    return None
