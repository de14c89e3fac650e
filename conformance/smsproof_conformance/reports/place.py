"""A body line by line, with the lines that a JSON pointer means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from smsproof_conformance.records.exchange import is_array, is_object
from smsproof_conformance.reports.telling import body_text
from smsproof_spec.rules import Malformed, strict_json

_MOST_LINES: Final = 400

Path = tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One line of a body; `marked` where a finding points at it."""

    text: str
    marked: bool = False


def lines(body: bytes | None, pointer: str = "") -> list[Line]:
    """A body for reading: JSON one member a line, anything else as it is.

    pointer    RFC 6901. What it means is marked whole; where it leads nowhere, the opening line of what lacks it.
    """
    if not body:
        return []
    value = strict_json(body)
    if isinstance(value, Malformed):
        return _cut([Line(text) for text in (body_text(body) or "").splitlines()])
    wanted = _nearest(value, tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]))
    exact = len(wanted) == pointer.count("/")
    return _cut(
        [Line(text, bool(pointer) and _meant(path, wanted, exact)) for text, path in _written(value, (), "", "")]
    )


def leads(body: bytes | None, pointer: str) -> bool:
    """Whether a pointer leads to something in a body."""
    value = strict_json(body or b"")
    path = tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
    return not isinstance(value, Malformed) and len(_nearest(value, path)) == len(path)


def _written(value: Any, path: Path, before: str, after: str) -> Iterator[tuple[str, Path]]:
    indent = "  " * (len(path) + 1)
    if is_object(value) and value:
        yield f"{before}{{", path
        for count, (name, item) in enumerate(value.items(), 1):
            key = json.dumps(name, ensure_ascii=False)
            yield from _written(item, (*path, name), f"{indent}{key}: ", "," if count < len(value) else "")
        yield f"{indent[2:]}}}{after}", (*path, "")
    elif is_array(value) and value:
        yield f"{before}[", path
        for index, item in enumerate(value):
            yield from _written(item, (*path, str(index)), indent, "," if index + 1 < len(value) else "")
        yield f"{indent[2:]}]{after}", (*path, "")
    else:
        yield f"{before}{json.dumps(value, ensure_ascii=False)}{after}", path


def _nearest(value: Any, path: Path) -> Path:
    """As much of a path as exists."""
    for depth, step in enumerate(path):
        if is_object(value) and step in value:
            value = value[step]
        elif is_array(value) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return path[:depth]
    return path


def _meant(path: Path, wanted: Path, exact: bool) -> bool:
    return path[: len(wanted)] == wanted if exact else path == wanted


def _cut(found: list[Line]) -> list[Line]:
    return found if len(found) <= _MOST_LINES else [*found[:_MOST_LINES], Line(f"… ({len(found)} lines)")]
