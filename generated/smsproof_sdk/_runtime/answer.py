"""Answers read as the contract says, as far as they can be read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import from_json

from .errors import SdkError, SentUnreadable, StatusError, UnexpectedStatus, refused_safely
from .operation import Operation, by_status
from .raw import RawAnswer
from .shape import is_array, is_object

T = TypeVar("T")

# Where vendors put their words, in the order of trust (AMB-IP-43, AMB-MS-04).
_REASON_KEYS = ("error", "detail", "message", "explain", "description", "title", "reason", "errors")


def decoded(raw: RawAnswer) -> object:
    """The JSON value of an answer.

    raises   ValueError for a damaged body, an empty one, bytes that are not UTF-8, NaN, too deep a nesting
    """
    if raw.damage is not None:
        raise ValueError(raw.damage)
    return from_json(raw.body, allow_inf_nan=False)


def salvaged(raw: RawAnswer) -> object:
    """What a JSON text that ends too early says up to there, its last value left out; None when it is no such text."""
    # Digits at the end may be the beginning of a longer number.
    certain = raw.body.rstrip(b"0123456789.eE+-")
    try:
        return from_json(certain, allow_inf_nan=False, allow_partial=True)
    except ValueError:
        return None


def at(value: object, pointer: str) -> Any:
    """What stands at a path of keys ("/data/id") in a decoded answer, or None."""
    for key in _keys(pointer):
        if not isinstance(value, dict):
            return None
        value = cast("dict[str, object]", value).get(key)
    return value


@cache
def _keys(pointer: str) -> tuple[str, ...]:
    # Pointers are the contract's, a handful; every entry of a list is read by them.
    return tuple(pointer.split("/")[1:])


def identifier(value: object) -> str | None:
    """An opaque id: a non-empty text, or a number written as one. Nothing else is trusted to name a message."""
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def status_in(value: object, keys: tuple[str, ...]) -> int | None:
    """The first integer status under one of these keys; digits in a text count too."""
    if not is_object(value):
        return None
    for key in keys:
        status = value.get(key)
        if type(status) is int:
            return status
        if isinstance(status, str) and status.isascii() and status.isdigit() and len(status) == 3:
            return int(status)
    return None


def reason_in(value: object) -> str:
    """The vendor's own words in a decoded body, at most 500 characters; "" when there are none."""
    for text in _reasons(value, 3):
        return text[:500]
    return ""


def _reasons(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value.strip()
    elif depth and is_array(value):
        for item in value:
            yield from _reasons(item, depth - 1)
    elif depth and is_object(value):
        for key in _REASON_KEYS:
            yield from _reasons(value.get(key), depth - 1)
        if is_object(value.get("meta")):
            yield from _reasons(value["meta"], depth - 1)


def failed(operation: Operation[Any], raw: RawAnswer) -> SdkError:
    """The error for a status that is no success."""
    kind = by_status(operation.errors, raw.status, success=False) or UnexpectedStatus
    try:
        content = decoded(raw)
    except ValueError:
        content = None
    safe = True if operation.reads else refused_safely(raw.status)
    error: StatusError = kind(raw, reason_in(content), is_retry_safe=safe, content=content)
    return error


def read(operation: Operation[T], raw: RawAnswer, *, id_at: str | None = None) -> T:
    """The typed answer of a success.

    raises   SentUnreadable, with the id at `id_at` when it can still be found
    """
    reading = by_status(operation.answers, raw.status, success=True)
    documented = reading is not None
    if reading is None:
        # Another 2xx than documented: read it as the first documented one (AMB-IP-10, AMB-MS-03), if it is that.
        reading = next(iter(operation.answers.values()), None)
    if reading is None or reading.kind == "none":
        return cast(T, None)
    found: str | None = None
    try:
        if raw.damage is not None:
            raise ValueError(raw.damage)
        if reading.kind == "text":
            return cast(T, raw.body.decode("utf-8"))
        if reading.kind == "bytes":
            return cast(T, raw.body)
        if reading.kind == "any":
            return cast(T, _whatever(raw.body))
        value = decoded(raw)
        found = identifier(at(value, id_at)) if id_at else None
        if reading.model is not None and documented:
            return cast(T, reading.model.read(value)[0])
        return cast(T, reading.adapter.validate_python(value))
    except ValidationError as error:
        first = error.errors()[0]
        place = "/".join(str(part) for part in first["loc"]) or "the answer"
        raise SentUnreadable(f"{place}: {first['msg']}", raw=raw, id=found, is_retry_safe=_safe(operation)) from error
    except ValueError as error:
        raise SentUnreadable(str(error), raw=raw, id=found, is_retry_safe=_safe(operation)) from error


def _safe(operation: Operation[Any]) -> bool:
    return operation.reads


def _whatever(body: bytes) -> object:
    """An undocumented body: None when empty, JSON when it is that, else text or bytes."""
    if not body:
        return None
    try:
        return from_json(body, allow_inf_nan=False)
    except ValueError:
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            return body
