"""Bytes to a JSON value, or to the reason why they are none. Nothing is raised, whatever the bytes.

source    RFC 8259; what it leaves open (duplicate names, depth, size, number range, surrogates) is refused, because two
          readers of the same bytes could otherwise see two different values.
"""

import json
import re
from array import array
from itertools import accumulate

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
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _Refused("duplicate-key", f"the name {ascii(name[:80])} stands twice in one object")
            seen.add(name)
    return members


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise _Refused("number-too-large", f"{digits[:40]} is beyond the range of a double")
    return number


def _constant(name: str) -> "NoReturn":
    raise _Refused("not-a-number", f"{name} is not JSON")


_NOT_A_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_STEP = bytes.maketrans(b"[]{}", b"\x01\xff\x01\xff")
_LONG_NUMBER = re.compile(rb"(?<![0-9])[0-9]{%d}" % (MAX_DIGITS + 1))
_BIG_OR_EXPONENT = re.compile(rb"[0-9][eE]|(?<![0-9])[0-9]{300}")
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def strict_json(data: bytes, *, max_bytes: int = 2_097_152, max_depth: int = 200) -> "JsonValue | Malformed":
    """Read one JSON text; a value, or Malformed and never an exception."""
    if len(data) > max_bytes:
        return Malformed("too-large", f"{len(data)} octets, at most {max_bytes} are read", max_bytes)
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return Malformed("byte-order-mark", "JSON starts without a byte order mark", 0)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return Malformed("not-utf-8", f"octet 0x{data[error.start]:02x} is not UTF-8 here", error.start)
    if not text.strip(" \t\n\r"):
        return Malformed("empty", "nothing but white space", None)
    # Strings are taken out in C: escapes first, then every second piece between quotes.
    plain = b'"'.join(data.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2])
    brackets = plain.translate(None, _NOT_A_BRACKET)
    if max(brackets.count(b"[") + brackets.count(b"{"), 1) > max_depth:
        deepest = max(accumulate(array("b", brackets.translate(_STEP))))
        if deepest > max_depth:
            return Malformed("too-deep", f"nested more than {max_depth} deep", None)
    if _LONG_NUMBER.search(plain):
        return Malformed("number-too-large", f"a number of more than {MAX_DIGITS} digits", None)
    if _ESCAPED_SURROGATE.search(data):
        for escape in _LONE_SURROGATE.finditer(data):
            if escape["lone"]:
                return Malformed("lone-surrogate", "half of a surrogate pair is no character", escape.start())
    try:
        value: JsonValue = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_finite if _BIG_OR_EXPONENT.search(plain) else None,
        )
        return value
    except _Refused as refused:
        return Malformed(refused.kind, refused.detail, None)
    except json.JSONDecodeError as error:
        kind = "trailing-data" if error.msg == "Extra data" else "syntax"
        return Malformed(kind, error.msg, len(text[: error.pos].encode()))
    except RecursionError:
        return Malformed("too-deep", "nested deeper than this program has stack left", None)
