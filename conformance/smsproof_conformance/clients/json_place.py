"""Where a value stands in a JSON text that people edit: its line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_DECODER: Final = json.JSONDecoder()


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line, from 1, of the key or element that a path names; of the last that exists where it leads nowhere.

    text    JSON that has been read already.
    """
    at = _skip(text, 0)
    found = at
    for part in path:
        member = next((member for member in _members(text, at) if member[0] == part), None)
        if member is None:
            break
        _, found, at = member
    return text.count("\n", 0, found) + 1


def _members(text: str, at: int) -> Iterator[tuple[str | int, int, int]]:
    """Of the object or array at a place: key or index, where that begins, and where the value begins."""
    closing = {"{": "}", "[": "]"}.get(text[at : at + 1])
    if closing is None:
        return
    index = 0
    at = _skip(text, at + 1)
    while text[at] != closing:
        begins, key = at, str(index)
        if closing == "}":
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)  # past the colon
        yield (key if closing == "}" else index), begins, at
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
        index += 1


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
