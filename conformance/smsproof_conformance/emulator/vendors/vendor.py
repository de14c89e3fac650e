"""What both emulated vendors share: routing, tokens, reading the body, and the seams at which faults act.

A vendor is a class whose methods are its decisions, each reading like the clause that it implements. A fault is a
subclass that overrides some of them; several faults together are one class that inherits from all of them. So the right
behaviour knows of no fault, and a fault says in a few lines what it does differently. State is the account's and
outlives the change of class.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from smsproof_conformance.emulator.account import Account
from smsproof_conformance.emulator.books.message import Delivery
from smsproof_conformance.emulator.delivery.post import Post
from smsproof_conformance.emulator.exchange import Answer, Body, Refusal, Request
from smsproof_conformance.emulator.vendors.schemas import Schema, schema
from smsproof_spec.rules import Malformed, printable, strict_json

Handler: TypeAlias = Callable[[Request], Answer]

_SHOWN: Final = 200
"""Characters of a foreign text that a refusal quotes at most."""


@dataclass(frozen=True, slots=True)
class Route:
    """An operation of the contract and the method that answers it."""

    operation: str
    handler: Handler


class Vendor(ABC):
    """A vendor on top of one account. Every public method is a seam: right here, and open to a fault."""

    name: ClassVar[str]
    hosts: ClassVar[frozenset[str]]
    """Host names under which the real vendor answers."""
    receives: ClassVar[bool]
    """Whether inbound messages are an affair of this API."""
    takes_bare_tokens: ClassVar[bool] = False
    """Whether a token without the word Bearer is taken."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._routes = self.routes()

    # What a vendor must say for itself.

    @abstractmethod
    def routes(self) -> Mapping[str, Mapping[str, Route]]:
        """Path, then method, to operation."""

    @abstractmethod
    def error(self, refusal: Refusal) -> Body:
        """The body of a refusal."""

    @abstractmethod
    def receive(self, sender: str, to: str, text: str) -> bool:
        """A handset at `sender` texts the account's number `to`. True when a delivery was planned."""

    @abstractmethod
    def magic_numbers(self) -> Mapping[str, str]:
        """Destinations whose fate is fixed, and what it is."""

    @abstractmethod
    def compose(self, delivery: Delivery) -> Post:
        """What to send with the coming attempt of a delivery."""

    @abstractmethod
    def is_acknowledged(self, delivery: Delivery, outcome: str) -> bool:
        """Whether the customer's answer ends the delivery well."""

    @abstractmethod
    def pause_seconds(self, delivery: Delivery) -> float | None:
        """How long to wait before the next attempt; None to give up."""

    # The way of a request.

    def handle(self, request: Request) -> Answer:
        methods = self._routes.get(request.path)
        if methods is None:
            return self.turn_away(request, Refusal(404, "no-such-path", self._unknown_path(request.path)))
        route = methods.get(request.method)
        if route is None:
            text = f"{request.path} answers {' and '.join(methods)} only"
            answer = self.turn_away(request, Refusal(405, "no-such-method", text))
            answer.headers = {"allow": ", ".join(methods)}
            return answer
        refusal = self.authorize(request)
        answer = route.handler(request) if refusal is None else self.turn_away(request, refusal)
        return self.finish(route.operation, request, answer)

    def authorize(self, request: Request) -> Refusal | None:
        """A bearer token that the vendor knows and that has not expired (S0:11, S1:27, S2:622)."""
        problem = self.account.credentials.problem(request.header(b"authorization"), bare=self.takes_bare_tokens)
        if problem is None:
            return None
        return Refusal(401, f"{problem}-token", f"the token is {problem}: send Authorization: Bearer and a valid token")

    def read(self, request: Request) -> object:
        """The JSON value of the body, or the Refusal of one that is none."""
        refusal = self.media_type_problem(request)
        if refusal is not None:
            return refusal
        value = strict_json(request.body)
        if isinstance(value, Malformed):
            return Refusal(400, value.kind, f"the body is not JSON: {value.detail}")
        return value

    def media_type_problem(self, request: Request) -> Refusal | None:
        """A body that says it is something else than JSON (S1:111, S2:623). Saying nothing is no problem."""
        media_type = (request.header(b"content-type") or "application/json").partition(";")[0].strip().lower()
        if media_type == "application/json" or media_type.endswith("+json"):
            return None
        text = f"the body must be JSON and Content-Type must say application/json, not {shown(media_type)}"
        return Refusal(400, "not-json", text)

    def finish(self, operation: str, request: Request, answer: Answer) -> Answer:
        """The last word on an answer, by operation."""
        return answer

    def turn_away(self, request: Request, refusal: Refusal, value: object = None) -> Answer:
        """Refuse a request as a whole, and remember it. `value` is what its body held, if that could be read."""
        self.account.refuse(request, value, refusal)
        return self.refuse(refusal)

    def refuse(self, refusal: Refusal) -> Answer:
        return Answer(refusal.status, self.error(refusal))

    def problem(self, component: str, value: object) -> Refusal | None:
        """The first way in which a value breaks a schema of the contract, as a 400."""
        if self.schema(component).accepts(value):
            return None
        first = next(self.schema(component).problems(value))
        where = "/".join(map(str, first.path)) or "the body"
        return Refusal(400, first.keyword, f"{shown(where)}: {shown(first.text)}", first.field)

    def schema(self, component: str) -> Schema:
        return schema(self.name, component)

    def _unknown_path(self, path: str) -> str:
        return f"nothing at {shown(path)}: this is an emulator of {self.name}, which answers {', '.join(self._routes)}"


def shown(text: str) -> str:
    """A foreign text as it may stand in a message of ours: printable and short."""
    return printable(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
