"""Placeholders of a batch: `{0}` stands for the recipient's first value, and nothing else in a template is special.

Never `str.format`: a template comes from outside, and `{0:>300000000}` or `{0.__class__}` would be obeyed.
Source: S2:315, S2:365-373; AMB-MS-14 to -16, AMB-MS-45; vendor-contracts part 7, decision 4.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

_PLACEHOLDER: Final = re.compile(r"\{([0-9]{1,3})\}")

MAX_CHARACTERS: Final = 20_000
"""Of a filled-in text. Far beyond what can be sent, so that a cut text is refused for its length in any case."""

Values: TypeAlias = Sequence[str | int | float]


class Written(str):
    """A number with the digits that stood in the request: 20.50 stays 20.50 (AMB-MS-16)."""

    __slots__ = ()


def with_written_numbers(batch: Mapping[str, Any], body: bytes) -> Mapping[str, Any]:
    """A batch whose number values are replaced by their own digits, looked up in the body it was read from."""
    if not any(isinstance(value, int | float) for recipient in batch["to"] for value in recipient.get("params", ())):
        return batch
    written = json.loads(body, parse_float=Written, parse_int=Written)["to"]
    recipients = [
        {**recipient, "params": theirs["params"]} if "params" in theirs else recipient
        for recipient, theirs in zip(batch["to"], written, strict=True)
    ]
    return {**batch, "to": recipients}


def values_needed(template: str) -> int:
    """How many values a template takes: its highest index and one more; 0 without placeholders."""
    return max((int(found) + 1 for found in _PLACEHOLDER.findall(template)), default=0)


def fill_in(template: str, values: Values) -> str:
    """The text for one recipient, cut at MAX_CHARACTERS. An index without a value stays as it is."""
    pieces: list[str] = []
    length = 0
    for place, piece in enumerate(_PLACEHOLDER.split(template)):
        # The split alternates: text, index, text, index, … text.
        if place % 2:
            index = int(piece)
            piece = str(values[index]) if index < len(values) else f"{{{piece}}}"
        pieces.append(piece)
        length += len(piece)
        if length > MAX_CHARACTERS:
            break
    return "".join(pieces)[:MAX_CHARACTERS]
