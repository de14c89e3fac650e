"""IntelePeer Atmosphere Messaging, right by the contract and by the strict column of AMB-IP-01 to -50."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final, TypeAlias, cast

from smsproof_conformance.emulator.books.inventory import Number
from smsproof_conformance.emulator.books.message import NO_DETAILS, Delivery, Direction, Message
from smsproof_conformance.emulator.delivery.post import Post
from smsproof_conformance.emulator.exchange import Answer, Body, Refusal, Request, is_list, is_object
from smsproof_conformance.emulator.vendors.vendor import Route, Vendor, shown
from smsproof_spec.rules import AddressError, Kind, Role, check, classify, measure

SEND_PATH: Final = "/_rest/v4/app/sms/send"
WEBHOOK_PATH: Final = "/_rest/v4/my/did/sms/webhook"
STATUS_PATH: Final = "/_rest/v4/app/sms/mdr"

DEFAULT_HOST: Final = "api.intelepeer.com"
EU_HOST: Final = "eu.api.intelepeer.com"

ATTEMPTS: Final = 5
"""In all, the first included (S1:221, AMB-IP-34)."""

Fields: TypeAlias = Mapping[str, Any]
"""A request object that its schema has accepted."""

_JOURNEY: Final = (("Queued", 0), ("Processing", 2031), ("Sent", 10000), ("DLR:Delivered", 210000))
"""RCC_en and RCC of a message that goes well, one step for every second since it was sent (P-IP-4)."""

# Magic destinations of the fictional range 555-0100 to 555-0199: the status that a send there is answered with …
_ANSWERS: Final = {
    "+12165550140": Refusal(400, "magic", "magic number: this destination is always answered 400", "to"),
    "+12165550141": Refusal(401, "magic", "magic number: this destination is always answered 401", "to"),
    "+12165550143": Refusal(403, "magic", "magic number: this destination is always answered 403", "to"),
    "+12165550144": Refusal(404, "magic", "magic number: this destination is always answered 404", "to"),
    "+12165550129": Refusal(429, "magic", "magic number: this destination is always answered 429", "to"),
    "+12165550150": Refusal(500, "magic", "magic number: this destination is always answered 500", "to"),
    "+12165550153": Refusal(503, "magic", "magic number: this destination is always answered 503", "to"),
}
# … and where the journey of a message there ends. Of the numbers only Failed's is in a page; the others are
# assumptions.
_ENDINGS: Final = {
    "+12165550160": ("Failed", 6009),
    "+12165550161": ("DLR:Expired", 210001),
    "+12165550162": ("DLR:Deleted", 210002),
    "+12165550163": ("DLR:Undeliverable", 210003),
    "+12165550164": ("DLR:Accepted", 210004),
    "+12165550165": ("DLR:Unknown", 210005),
    "+12165550166": ("DLR:Rejected", 210006),
}

_NO_WEBHOOK: Final = "is no absolute http or https URL with a host, in ASCII and without a fragment, such as https://www.myserver.com/myapp"

_random: Final = Random()  # identifiers, not secrets
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class WebhookState:
    """The webhook of one endpoint, as it was set or read."""

    endpoint: str
    url: str | None
    state: str


class IntelePeer(Vendor):
    name = "intelepeer"
    receives = True
    hosts = frozenset({DEFAULT_HOST, EU_HOST})

    def routes(self) -> Mapping[str, Mapping[str, Route]]:
        status = Route("getMessageStatus", self.get_message_status)
        return {
            SEND_PATH: {"POST": Route("sendMessage", self.send)},
            WEBHOOK_PATH: {"POST": Route("setWebhook", self.set_webhook), "GET": Route("getWebhook", self.get_webhook)},
            # The vendor's pages contradict each other about the method: both are answered (P-IP-4).
            STATUS_PATH: {"POST": status, "GET": status},
        }

    def error(self, refusal: Refusal) -> Body:
        """AMB-IP-43."""
        return {"code": refusal.status, "error": refusal.text}

    # Sending (S0).

    def send(self, request: Request) -> Answer:
        """The form of the body selects bulk, not the count (S0:74, AMB-IP-10)."""
        value = self.read(request)
        if isinstance(value, Refusal):
            return self.turn_away(request, value)
        if is_list(value):
            return self.send_many(request, value)
        return self.send_one(request, value)

    def send_one(self, request: Request, value: object) -> Answer:
        result = self.take(request, value)
        return self.refuse(result) if isinstance(result, Refusal) else Answer(202, self.receipt(result))

    def send_many(self, request: Request, values: Sequence[object]) -> Answer:
        """207 whatever became of the single messages, a response for each, in their order (S0:92-93)."""
        results = [self.take(request, value) for value in values]
        return self.bulk_answer([self.item(result) for result in results])

    def bulk_answer(self, items: list[Body]) -> Answer:
        return Answer(207, {"code": 207, "responses": items})

    def item(self, result: Message | Refusal) -> Body:
        """A response within a bulk reply: as the single one, or an integer code (AMB-IP-11)."""
        return self.error(result) if isinstance(result, Refusal) else self.receipt(result)

    def receipt(self, message: Message) -> Body:
        return {"state": "Queued", "code": 202, "refid": message.id, "numparts": message.segments}

    def take(self, request: Request, value: object) -> Message | Refusal:
        """Accept one message for delivery, or say why not. A guid of null equals an absent one (part 7, decision 11)."""
        if is_object(value) and value.get("guid", "") is None:
            value = {key: field for key, field in value.items() if key != "guid"}
        refusal = self.check_message(value)
        if refusal is None:
            fields = cast("Fields", value)
            refusal = self.admit(request, fields)
            if refusal is None:
                return self.accept(fields)
        self.account.refuse(request, value, refusal)
        return refusal

    def check_message(self, value: object) -> Refusal | None:
        """Form: the contract's schema, with the addresses explained in our own words."""
        refusal = self.problem("Message", value)
        if refusal is not None and is_object(value):
            fields = value
            for field, role in (("from", Role.SENDER), ("to", Role.DESTINATION)):
                explained = _address_problem(fields.get(field), role, field)
                if explained is not None and refusal.field == field:
                    return explained
        return refusal

    def admit(self, request: Request, fields: Fields) -> Refusal | None:
        """Rights: the sender must be the account's own and enabled, the destination reachable."""
        number = self.account.inventory.get(fields["from"])
        return self.sender_problem(request, fields["from"], number) or self.destination_problem(fields["to"])

    def sender_problem(self, request: Request, sender: str, number: Number | None) -> Refusal | None:
        """404: not available for use by the customer (S0:52, AMB-IP-47). 400: not enabled for SMS (P-IP-1)."""
        if number is None or not self.serves(request, number):
            text = f"the telephone number {shown(sender)} is not available for use by the customer"
            return Refusal(404, "foreign-number", text, "from")
        if not number.enabled:
            return Refusal(
                400, "not-enabled", f"the telephone number {shown(sender)} has not been enabled for SMS", "from"
            )
        return None

    def destination_problem(self, to: str) -> Refusal | None:
        """403: the international destination is not available (S0:51)."""
        if to in self.account.inventory.blocked:
            return Refusal(
                403, "blocked-destination", f"the international destination {shown(to)} is not available", "to"
            )
        return _ANSWERS.get(to)

    def serves(self, request: Request, number: Number) -> bool:
        """EU numbers are served by the EU host, all others by the default one (S0:8-9, AMB-IP-08). Loopback is both."""
        host = (request.header(b"host") or "").partition(":")[0].lower()
        return host not in self.hosts or (host == EU_HOST) == number.eu

    def accept(self, fields: Fields) -> Message:
        """Queue one message. To a number of the account itself it arrives there as inbound."""
        details = {"guid": fields["guid"]} if "guid" in fields else NO_DETAILS
        message = Message(
            self.new_refid(),
            Direction.OUTBOUND,
            fields["from"],
            fields["to"],
            fields["text"],
            self.count_parts(fields["text"]),
            self.account.clock.now(),
            details,
        )
        self.account.record(message)
        if message.to in self.account.webhooks:
            self.receive(message.sender, message.to, message.text)
        return message

    def new_refid(self) -> str:
        """32 characters, SM and 30 hexadecimal digits (AMB-IP-30)."""
        return f"SM{_random.getrandbits(120):030X}"

    def count_parts(self, text: str) -> int:
        """Segments by 160/153 septets and 70/67 UTF-16 units (AMB-IP-29)."""
        return measure(text).segments

    # The status of a message (public, P-IP-4).

    def get_message_status(self, request: Request) -> Answer:
        if request.method == "GET" and not request.body:
            value: object = {"refid": next(iter(request.parameters("refid")), None)}
        else:
            value = self.read(request)
        refusal = value if isinstance(value, Refusal) else self.problem("MessageStatusRequest", value)
        if refusal is not None:
            return self.turn_away(request, refusal)
        refid = cast("Fields", value)["refid"]
        message = self.account.messages.get(refid)
        if message is None:
            return self.turn_away(request, Refusal(404, "no-record", f"no record of {shown(refid)}", "refid"))
        word, number = self.journey(message)
        return Answer(200, {"code": 200, "RCC_en": word, "RCC": number})

    def journey(self, message: Message) -> tuple[str, int]:
        """How far a message has come: never back, and never further than its end (S0:61-66)."""
        steps = (*_JOURNEY[:-1], _ENDINGS.get(message.to, _JOURNEY[-1]))
        return steps[min(int(self.account.clock.now() - message.at), len(steps) - 1)]

    # Webhooks (S1:8-166).

    def set_webhook(self, request: Request) -> Answer:
        """One endpoint is answered 201, several 207: here the count decides (S1:36, AMB-IP-13)."""
        value = self.read(request)
        refusal = value if isinstance(value, Refusal) else self.check_settings(value)
        if refusal is not None:
            return self.turn_away(request, refusal)
        settings = cast("Fields", value)
        results = [(name, self.change_webhook(request, name, settings["webhook"])) for name in settings["endpoints"]]
        return self.webhook_answer(201, results)

    def check_settings(self, value: object) -> Refusal | None:
        """What is wrong with the request as a whole; a badly formed endpoint is its own affair (AMB-IP-26)."""
        if self.schema("WebhookSettings").accepts(value):
            return None
        for problem in self.schema("WebhookSettings").problems(value):
            own_affair = problem.path[0:1] == ("endpoints",) and len(problem.path) == 2 and problem.keyword != "type"
            if problem.path == ("webhook",) and problem.keyword not in ("required", "type"):
                return Refusal(
                    400,
                    problem.keyword,
                    f"webhook: {shown(cast('Fields', value)['webhook'])!r} {_NO_WEBHOOK}",
                    "webhook",
                )
            if not own_affair:
                text = f"{shown('/'.join(map(str, problem.path))) or 'the body'}: {shown(problem.text)}"
                return Refusal(400, problem.keyword, text, problem.field)
        return None

    def change_webhook(self, request: Request, endpoint: str, url: str) -> WebhookState | Refusal:
        refusal = self.endpoint_problem(request, endpoint) or self.enabled_problem(endpoint)
        if refusal is not None:
            return refusal
        self.account.set_webhook(endpoint, url)
        return WebhookState(endpoint, url, self.provisioning(endpoint))

    def get_webhook(self, request: Request) -> Answer:
        """Several endpoints, if somebody asks for them, are answered 207 (AMB-IP-14)."""
        endpoints = self.asked_for(request)
        if not endpoints:
            text = "endpoint is missing: ask with ?endpoint=%2B12161112222"
            return self.turn_away(request, Refusal(400, "required", text, "endpoint"))
        return self.webhook_answer(200, [(name, self.webhook_state(request, name)) for name in endpoints])

    def asked_for(self, request: Request) -> list[str]:
        return request.parameters("endpoint")

    def webhook_state(self, request: Request, endpoint: str) -> WebhookState | Refusal:
        refusal = self.endpoint_problem(request, endpoint)
        return refusal or WebhookState(endpoint, self.account.webhooks.get(endpoint), self.provisioning(endpoint))

    def endpoint_problem(self, request: Request, endpoint: str) -> Refusal | None:
        """400: not in proper format (S1:49, AMB-IP-20). 404: not available for use by the customer (S1:52)."""
        problem = _address_problem(endpoint, Role.ENDPOINT, "endpoint")
        if problem is not None:
            return problem
        number = self.account.inventory.get(endpoint)
        if number is None or not self.serves(request, number):
            text = f"the telephone number {shown(endpoint)} is not available for use by the customer"
            return Refusal(404, "foreign-number", text, "endpoint")
        return None

    def enabled_problem(self, endpoint: str) -> Refusal | None:
        """400: not enabled for SMS (S1:50). Reading the webhook of such a number is no error (S1:165)."""
        number = self.account.inventory.get(endpoint)
        if number is None or number.enabled:
            return None
        text = f"the telephone number {shown(endpoint)} has not been enabled for SMS"
        return Refusal(400, "not-enabled", text, "endpoint")

    def provisioning(self, endpoint: str) -> str:
        number = self.account.inventory.get(endpoint)
        return number.state if number is not None else "provisioned"

    def webhook_answer(self, status: int, results: Sequence[tuple[str, WebhookState | Refusal]]) -> Answer:
        if len(results) == 1:
            (_, result), *_ = results
            return (
                self.refuse(result)
                if isinstance(result, Refusal)
                else Answer(status, self.webhook_body(status, result))
            )
        items = [self.webhook_item(status, endpoint, result) for endpoint, result in results]
        return self.webhook_bulk_answer(items)

    def webhook_body(self, status: int, result: WebhookState) -> Body:
        return {"code": status, **self.webhook_response(result)}

    def webhook_response(self, result: WebhookState) -> Body:
        return {"tnkey": result.endpoint, "webhook": result.url, "provisioning": {"state": result.state}}

    def webhook_item(self, status: int, endpoint: str, result: WebhookState | Refusal) -> Body:
        """Here the key is `status`, where a bulk send has `code` (AMB-IP-16)."""
        if isinstance(result, Refusal):
            return {"status": result.status, "endpoint": endpoint, "response": self.error(result)}
        return {"status": status, "endpoint": endpoint, "response": self.webhook_response(result)}

    def webhook_bulk_answer(self, items: list[Body]) -> Answer:
        return Answer(207, {"code": 207, "endpoints": items})

    def magic_numbers(self) -> Mapping[str, str]:
        answers = {to: f"a send there is answered {refusal.status}" for to, refusal in _ANSWERS.items()}
        return answers | {to: f"a message there ends in {word}" for to, (word, _) in _ENDINGS.items()}

    # Inbound messages (S1:193-221).

    def receive(self, sender: str, to: str, text: str) -> bool:
        url = self.webhook_for(to)
        if url is None:
            return False
        parts = self.count_parts(text)
        now = self.account.clock.now()
        message = Message(self.new_inbound_refid(), Direction.INBOUND, sender, to, text, parts, now, NO_DETAILS)
        self.account.record(message)
        self.account.deliver(message, url)
        return True

    def webhook_for(self, to: str) -> str | None:
        """The URL of that number (S1:193). Alphanumeric senders cannot receive (S0:3)."""
        return None if classify(to, self.name) is Kind.ALPHANUMERIC else self.account.webhooks.get(to)

    def new_inbound_refid(self) -> str:
        """32 characters (S1:202)."""
        return f"{_random.getrandbits(128):032X}"

    def compose(self, delivery: Delivery) -> Post:
        return Post(_encode(self.payload(delivery)).encode())

    def payload(self, delivery: Delivery) -> Body:
        """The five keys of S1:199-206; the text is `message` here."""
        message = delivery.message
        body = {"refid": message.id, "from": message.sender, "to": message.to, "message": message.text}
        signature = self.signature(message)
        return body if signature is None else {**body, "signature": signature}

    def signature(self, message: Message) -> str | None:
        """The shared code, literally (S1:206), or on request an HMAC by it (AMB-IP-31, AMB-IP-32)."""
        setup = self.account.setup
        if setup.shared_code is None or setup.hmac is None:
            return setup.shared_code
        return setup.hmac.sign(message.id, message.text, setup.shared_code)

    def is_acknowledged(self, delivery: Delivery, outcome: str) -> bool:
        """HTTP 200 and nothing else (S1:217-219, AMB-IP-35)."""
        return outcome == "200"

    def pause_seconds(self, delivery: Delivery) -> float | None:
        made = len(delivery.attempts)
        if made >= ATTEMPTS:
            return None
        pauses = self.account.setup.retry_seconds
        return pauses[min(made, len(pauses)) - 1]


def _address_problem(address: object, role: Role, field: str) -> Refusal | None:
    if isinstance(address, str):
        try:
            check(address, "intelepeer", role)
        except AddressError as error:
            return Refusal(400, error.reason, f"{field}: {error}", field)
    return None
