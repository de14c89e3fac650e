"""What reports may show of numbers and texts: enough to tell two apart, not enough to text anybody.

Structural where a body is JSON (by key, at any depth), by shape elsewhere. The run file keeps everything; the curl line
of a finding is the only place of a report that is readable, because it must repeat the request.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from smsproof_spec.rules import Malformed, printable, strict_json

from smsproof_conformance.exchange import is_array, is_object

# Keys of both vendors' bodies that hold a person's number, words or address.
_NUMBERS: Final = frozenset({"to", "from", "mobile", "tnkey", "endpoint", "endpoints", "invalidNumber", "to:"})
_WORDS: Final = frozenset({"text", "message", "email", "owner", "operator", "params", "signature"})
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])(?:\+|%2[Bb])?[0-9]{7,15}(?![0-9A-Za-z])")
_KEPT_DIGITS: Final = 2
_SHOWN_CHARACTERS: Final = 600


def masked_number(number: str) -> str:
    """A number with all but its last two digits hidden: +13038675309 becomes +*********09."""
    cut = len(number) - _KEPT_DIGITS
    return "".join("*" if char.isdigit() and index < cut else char for index, char in enumerate(number))


def masked_text(text: str) -> str:
    """Free text for a report: printable, numbers hidden, cut at a length nobody reads beyond."""
    shown = _NUMBER.sub(lambda found: masked_number(found[0]), printable(text))
    return shown if len(shown) <= _SHOWN_CHARACTERS else shown[:_SHOWN_CHARACTERS] + f"… ({len(shown)} characters)"


def masked_body(body: bytes | None) -> str:
    """A body for a report: JSON by structure, anything else as free text."""
    if not body:
        return ""
    value = strict_json(body)
    if isinstance(value, Malformed):
        return masked_text(body.decode("utf-8", "backslashreplace"))
    return masked_text(json.dumps(_masked(value, None), ensure_ascii=False))


def _masked(value: Any, key: str | None) -> Any:
    if is_object(value):
        return {name: _masked(item, name) for name, item in value.items()}
    if is_array(value):
        return [_masked(item, key) for item in value]
    if isinstance(value, str) and key in _WORDS:
        return f"({len(value)} characters)"
    if isinstance(value, str) and key in _NUMBERS:
        return masked_number(value)
    return value
