"""Bytes to a JSON value, or to the reason why they are none. Nothing is raised, whatever the bytes.

source    RFC 8259; what it leaves open (duplicate names, depth, size, number range, surrogates) is refused, because two
          readers of the same bytes could otherwise see two different values.
"""

import json
import re
from collections import Counter
from itertools import accumulate
from math import isfinite
from operator import itemgetter

from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
else:
    JsonValue = object

MAX_DIGITS = 4300  # Python's own limit, held here because a program can switch that off


class Malformed(Record):
    """Why bytes are no acceptable JSON text.

    kind      "too-large", "byte-order-mark", "not-utf-8", "empty", "too-deep", "duplicate-key", "not-a-number",
              "number-too-large", "lone-surrogate", "trailing-data" or "syntax".
    detail    one sentence, ASCII.
    position  offset in octets where it was seen, or None if the whole is meant.
    """

    kind: str
    detail: str
    position: int | None


class _Refused(Exception):
    def __init__(self, kind: str, detail: str) -> None:
        self.kind = kind
        self.detail = detail


def _object(pairs: "list[tuple[str, JsonValue]]") -> "dict[str, JsonValue]":
    if len(pairs) == 1:  # the most frequent one where objects are many and small
        name, value = pairs[0]
        return {name: value}
    members = dict(pairs)
    if len(members) != len(pairs):
        twice = next(name for name, times in Counter(map(itemgetter(0), pairs)).items() if times > 1)
        raise _Refused("duplicate-key", f"the name {ascii(twice[:80])} stands twice in one object")
    return members


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise _Refused("number-too-large", f"{digits[:40]} is beyond the range of a double")
    return number


def _constant(name: str) -> "NoReturn":
    raise _Refused("not-a-number", f"{name} is not JSON")


_WHITE_SPACE = " \t\n\r"
_ALL = bytes(range(256))
_NOT_BRACKET_OR_QUOTE = _ALL.translate(None, b'[]{}"')
_BRACKETS_ALIKE = bytes.maketrans(b"{}", b"[]")
_RUN_OF_BRACKETS = re.compile(rb"\[+|\]+")
_DIGITS = b"0123456789"
# A number beyond the range of a double has an exponent of three digits, or so many digits of its own.
_BIG_EXPONENT = b"e000"
_EXPONENTS_ALIKE = bytes.maketrans(b"E123456789", b"e000000000")
_MANY_DIGITS = 200
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def strict_json(data: bytes, *, max_bytes: int = 2_097_152, max_depth: int = 200) -> "JsonValue | Malformed":
    """Read one JSON text (RFC 8259); a value, or Malformed and never an exception, for any bytes.

    data        octets; strict UTF-8 without byte order mark.
    max_bytes   octets at most.
    max_depth   objects and arrays inside each other at most; checked before the parser recurses.
    returns     the value: integers of at most 4300 digits, finite floats, objects without a repeated name, strings
                without half surrogate pairs; or Malformed.
    """
    if len(data) > max_bytes:
        return Malformed("too-large", f"{len(data)} octets, at most {max_bytes} are read", max_bytes)
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return Malformed("byte-order-mark", "JSON starts without a byte order mark", 0)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return Malformed("not-utf-8", f"octet 0x{data[error.start]:02x} is not UTF-8 here", error.start)
    refused = _too_deep(data, max_depth) or _too_many_digits(data) or _lone_surrogate(data)
    if refused:
        return refused
    try:
        return _parsed(text, data)
    except _Refused as error:
        return Malformed(error.kind, error.detail, None)
    except json.JSONDecodeError as error:
        if not text.strip(_WHITE_SPACE):
            return Malformed("empty", "nothing but white space", None)
        kind = "trailing-data" if error.msg == "Extra data" else "syntax"
        return Malformed(kind, error.msg, len(text[: error.pos].encode()))
    except RecursionError:
        return Malformed("too-deep", "nested deeper than this program has stack left", None)


def _parsed(text: str, data: bytes) -> "JsonValue":
    # Hooks cost a Python call each time, so each is there only if something in the octets may need it.
    value: JsonValue = json.loads(
        text,
        object_pairs_hook=_object if data.count(b":") > 1 else None,
        parse_constant=_constant,
        parse_float=_finite
        if _BIG_EXPONENT in data.translate(_EXPONENTS_ALIKE, b"+") or _run_of_digits(data, _MANY_DIGITS)
        else None,
    )
    return value


# The checks below look at octets, not at tokens. On a text that is no JSON they may see too much, never too little:
# up to the first error, which is as far as a parser gets, quotes and brackets are what they seem.


def _too_deep(data: bytes, max_depth: int) -> Malformed | None:
    if data.count(b"[") + data.count(b"{") <= max_depth:
        return None
    marks = data.replace(b"\\\\", b"").replace(b'\\"', b"").translate(_BRACKETS_ALIKE, _NOT_BRACKET_OR_QUOTE)
    # A bracket is in a string if the number of quotes before it is odd; taking two neighbours away leaves it so.
    # What stays open is closed at the end, so that every summit is a pair and loses exactly one level with it.
    rest, levels = b"".join(marks.replace(b'""', b"").split(b'"')[::2]) + b"]" * max_depth, 0
    while levels < max_depth:
        if rest.count(b"[") + levels <= max_depth:
            return None
        lower = rest.replace(b"[]", b"")
        if len(rest) - len(lower) < len(rest) // 8:  # few summits: the slopes are long, and soon added up
            break
        rest, levels = lower, levels + 1
    slopes = (len(run) if run.startswith(b"[") else -len(run) for run in _RUN_OF_BRACKETS.findall(rest))
    if max(accumulate(slopes, initial=0)) + levels > max_depth:
        return Malformed("too-deep", f"nested more than {max_depth} deep", None)
    return None


def _run_of_digits(data: bytes, length: int) -> bytes:
    """A run of at least so many digits, whole; b"" if there is none. Looks at every `length`-th octet first."""
    for at in range(length - 1, len(data), length):
        if data[at] in _DIGITS:
            head = data[max(0, at - length) : at]
            run = head[len(head.rstrip(_DIGITS)) :] + data[at : at + length]
            run = run[: len(run) - len(run.lstrip(_DIGITS))]
            if len(run) >= length:
                return run
    return b""


def _too_many_digits(data: bytes) -> Malformed | None:
    if not _run_of_digits(data, MAX_DIGITS + 1):
        return None
    outside_strings = b'"'.join(data.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])
    run = _run_of_digits(outside_strings, MAX_DIGITS + 1)
    if not run:
        return None
    return Malformed("number-too-large", f"a number of more than {MAX_DIGITS} digits", data.find(run))


def _lone_surrogate(data: bytes) -> Malformed | None:
    if not _ESCAPED_SURROGATE.search(data) or not _ESCAPED_SURROGATE.search(_PAIR.sub(b"", data.replace(b"\\\\", b""))):
        return None
    for escape in _ESCAPE.finditer(data):
        if escape["lone"]:
            return Malformed("lone-surrogate", "half of a surrogate pair is no character", escape.start())
    return None
