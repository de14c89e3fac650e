"""One HTTP exchange with the emulated vendor: what came in, what goes out, and why something was refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, TypeGuard
from urllib.parse import parse_qsl

Body: TypeAlias = dict[str, Any]
"""A JSON object of ours on its way out. What comes in is `object` until a schema has judged it."""


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    """Whether a JSON value is an array."""
    return isinstance(value, list)


JSON_MEDIA_TYPE: Final = "application/json"


@dataclass(slots=True)
class Request:
    """A request whose head and body have arrived whole.

    path       percent-decoded, without the query
    query      the raw query string, undecoded
    headers    names in lower case, in the order of the wire, repeats kept
    """

    method: str
    path: str
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""

    def header(self, name: bytes) -> str | None:
        """The value of a header; None when it is absent; repeated headers are joined as RFC 9110 section 5.3 says."""
        found: bytes | None = None
        for key, value in self.headers:
            if key == name:
                found = value if found is None else found + b", " + value
        return None if found is None else found.decode("latin-1")

    def parameters(self, name: str) -> list[str]:
        """The values of a query parameter, decoded as an HTML form: a literal plus becomes a space (S1:130)."""
        pairs = parse_qsl(self.query.decode("latin-1"), keep_blank_values=True, encoding="utf-8", errors="replace")
        return [value for key, value in pairs if key == name]


@dataclass(slots=True)
class Answer:
    """What the vendor answers. `body` is JSON unless a fault says otherwise."""

    status: int
    body: Any
    media_type: str = JSON_MEDIA_TYPE
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request, or one item of it, is not taken.

    status    the HTTP status, and the `code` of the body
    reason    a slug of ours: what faults and filters go by
    text      for people: what was wrong, where, what was expected
    field     the first key of the offending place; "" where the whole request is meant
    """

    status: int
    reason: str
    text: str
    field: str = ""
