"""How many SMS a text costs, one character at a time, as 3GPP TS 23.038 and TS 23.040 are read aloud."""

import json
from dataclasses import dataclass
from pathlib import Path

TABLES = json.loads((Path(__file__).parent / "tables.json").read_text("utf-8"))


@dataclass(frozen=True)
class Priced:
    encoding: str
    units: int
    segments: int
    left: int
    parts: tuple[str, ...]


def characters(kind: str, language: str | None) -> set[str]:
    return {chr(int(point, 16)) for point in TABLES[kind][language or "default"].values()}


def price(text: str, reference_bits: int = 8, locking: str | None = None, single: str | None = None) -> Priced:
    one = characters("locking", locking)
    two = characters("single", single)
    header_octets = 1 + (5 if reference_bits == 8 else 6)
    if all(character in one or character in two for character in text):
        encoding = "gsm7"
        language_octets = 3 * ((locking is not None) + (single is not None))
        alone_octets = 140 - (1 + language_octets if language_octets else 0)
        shared_octets = 140 - header_octets - language_octets
        alone, shared = alone_octets * 8 // 7, shared_octets * 8 // 7
        costs = [1 if character in one else 2 for character in text]
    else:
        encoding = "ucs2"
        alone, shared = 70, (140 - header_octets) // 2
        costs = [2 if ord(character) > 0xFFFF else 1 for character in text]
    if sum(costs) <= alone:
        return Priced(encoding, sum(costs), 1, alone - sum(costs), (text,))
    parts, part, used = [], "", 0
    for character, cost in zip(text, costs, strict=True):
        if used + cost > shared:
            parts.append(part)
            part, used = "", 0
        part += character
        used += cost
    parts.append(part)
    return Priced(encoding, sum(costs), len(parts), shared - used, tuple(parts))
