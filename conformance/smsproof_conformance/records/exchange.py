"""What a run records: exchanges it started, arrivals it received, and what is known of an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeGuard

from smsproof_conformance.records.outcome import Outcome, of_status
from smsproof_conformance.targets.target import Token
from smsproof_spec.rules import Malformed, strict_json

Headers = tuple[tuple[str, str], ...]

STRAY = "run/stray"  # stands for a case where something arrived that belongs to none; judged by nobody
KEEPER = "run/keep-webhooks"  # stands for a case where a run puts the account back: no case asked for it


def header(headers: Headers, name: str) -> str | None:
    """The first value of a header, by case-insensitive name."""
    return next((value for key, value in headers if key.lower() == name.lower()), None)


class State(StrEnum):
    """How far an exchange got. SENDING in a ledger nobody writes to means: the runner died; nothing is known."""

    SENDING = "sending"
    ANSWERED = "answered"
    NOT_SENT = "not-sent"  # nothing left this machine: refused connection, DNS, TLS
    UNANSWERED = "unanswered"  # it left, no usable answer came; for a paid request: it may have been accepted
    INDETERMINATE = "indeterminate"  # a paid SENDING of a run that died


@dataclass(frozen=True)
class Request:
    """One HTTP request as a case asked for it; the Authorization value is named, never held.

    step      what the case calls it: a Sentence where the suite says so, a plain text where somebody else does.
    target    origin-form request target exactly as on the wire, query included.
    paid      whether an accepted request is charged; such a request is never sent a second time.
    parts     upper bound of message parts that the vendor may charge if it accepts every item.
    """

    case: str
    step: str
    operation: str | None
    method: str
    target: str
    headers: Headers
    body: bytes | None
    token: Token
    paid: bool = False
    parts: int = 0

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None when there is none or it is (deliberately) not JSON."""
        if self.body is None:
            return None
        value = strict_json(self.body)
        return None if isinstance(value, Malformed) else value


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, body decoded and capped.

    oversize    the body was cut at the cap; nothing after it was read.
    """

    status: int
    headers: Headers
    body: bytes
    elapsed_seconds: float
    malformed: str | None = None

    @cached_property
    def value(self) -> Any | Malformed:
        """The body as JSON, or why it is none."""
        if self.malformed is not None:
            return Malformed(self.malformed, "the body could not be read whole", 0)
        return strict_json(self.body)

    def header(self, name: str) -> str | None:
        return header(self.headers, name)

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Lost:
    """Why there is no answer.

    kind    transport.refused, .dns, .tls, .reset, .truncated, .protocol, .deadline, .connect-timeout; safety.stranger
            where a load worker would not send what it was leased
    left    whether any byte of the request may have left this machine.
    """

    kind: str
    left: bool
    detail: str


@dataclass(frozen=True)
class Exchange:
    """A request with what came of it.

    began_seconds    when it was recorded, as POSIX time: for people who read a report, never for a judge.
    stays            whether a server error proved to be of the request and not of the moment (see `server_error`).
    """

    id: int
    request: Request
    state: State
    answer: Answer | None = None
    lost: Lost | None = None
    began_seconds: float = field(default=0.0, compare=False)
    stays: bool = False

    @property
    def outcome(self) -> Outcome:
        """What became of the request as far as the status tells; a vendor's own judges look into the body as well."""
        return of_status(self.status, stays=self.stays)

    @property
    def status(self) -> int | None:
        return self.answer.status if self.answer else None

    def at(self, *path: str | int) -> Any:
        """The JSON value of the answer at a path, or MISSING where the path leads nowhere."""
        if self.answer is None or isinstance(self.answer.value, Malformed):
            return MISSING
        return dig(self.answer.value, *path)


@dataclass(frozen=True)
class Arrival:
    """One request that the target made to this run's inbox.

    hook      the label the case gave the URL.
    secret    what the `signature` was, compared with the account's shared code: "match", "mismatch", "unchecked"
              (no code declared), or None where there is none. The value itself is in no record.
    status    what the inbox answered.
    """

    id: int
    case: str
    hook: str
    method: str
    headers: Headers
    body: bytes
    secret: str | None
    status: int
    at_seconds: float = field(compare=False)

    @cached_property
    def value(self) -> Any | Malformed:
        return strict_json(self.body)

    def get(self, *path: str | int) -> Any:
        return MISSING if isinstance(self.value, Malformed) else dig(self.value, *path)


class _Missing:
    """The answer has nothing at that path: not the same as null."""

    def __repr__(self) -> str:
        return "absent"

    def __bool__(self) -> bool:
        return False


MISSING = _Missing()


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def whole(value: Any) -> int | None:
    """A JSON number without a fraction, however it is written; None for anything else.

    source    JSON Schema 2020-12, 6.1.1: 202.0 is an integer.
    """
    if type(value) is float and value.is_integer():
        return int(value)
    return value if type(value) is int else None


def is_array(value: Any) -> TypeGuard[list[Any]]:
    """Whether a JSON value is an array."""
    return isinstance(value, list)


def dig(value: Any, *path: str | int) -> Any:
    """Follow keys and indexes; MISSING as soon as one leads nowhere."""
    for step in path:
        if isinstance(step, str):
            value = value[step] if is_object(value) and step in value else MISSING
        else:
            value = value[step] if is_array(value) and -len(value) <= step < len(value) else MISSING
    return value


def pointer(*path: str | int) -> str:
    """RFC 6901 pointer of a path."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def strings(value: Any) -> Iterator[str]:
    """Every string inside a JSON value, keys excluded."""
    if isinstance(value, str):
        yield value
    elif is_array(value):
        for item in value:
            yield from strings(item)
    elif is_object(value):
        for item in value.values():
            yield from strings(item)


def encode(value: Any) -> bytes:
    """A JSON body as this suite writes it: UTF-8, no spaces, non-ASCII as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
