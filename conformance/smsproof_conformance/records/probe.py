"""One request of the fuzz phase, and how it is found again in the record.

A probe is recorded as an exchange of the case `fuzz/<operation>`, in a step `<n> <mode>: <what is special about it>`;
what the generator knew beyond that is a note of the same name. A replay names the number it repeats:
`<n> replay of <m>: <what …>`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from smsproof_conformance.records.exchange import Exchange, Headers, Request
from smsproof_conformance.records.sentence import Sentence

CASE: Final = "fuzz/"
JSON: Final[Headers] = (("Accept", "application/json"), ("Content-Type", "application/json"))
_REPLAY: Final = re.compile(r"[0-9]+ replay of [0-9]+:")
_SHOWN_CHARACTERS: Final = 80


class Mode(StrEnum):
    """Where a probe comes from."""

    COVERAGE = "coverage"  # the engine's enumeration of the schema: each bound, type and required key once
    POSITIVE = "positive"  # ours: right requests with the target's own numbers
    NEGATIVE = "negative"  # the engine's mutations, and our near misses
    SEQUENCE = "sequence"  # one step of several that depend on each other


@dataclass(frozen=True)
class Probe:
    """What to send, and what its generator knows about it.

    what        what is special about it, in a few words.
    location    JSON Pointer into the operation's request schema of what was mutated; "" where nothing was.
    body        bytes as they leave; None for none.
    query       raw query string, "" for none.
    """

    operation: str
    mode: Mode
    what: str
    body: bytes | None = None
    query: str = ""
    location: str = ""

    @property
    def case(self) -> str:
        return CASE + self.operation

    def step(self, number: int, replayed: int | None = None) -> Sentence:
        mode = self.mode if replayed is None else Sentence("replay of {}", replayed)
        what = self.what if len(self.what) <= _SHOWN_CHARACTERS else self.what[: _SHOWN_CHARACTERS - 1] + "…"
        return Sentence("{} {}: {}", number, mode, what)

    def request(self, step: str, method: str, path: str, paid: bool) -> Request:
        return Request(
            case=self.case,
            step=step,
            operation=self.operation,
            method=method,
            target=f"{path}?{self.query}" if self.query else path,
            headers=JSON if self.body is not None else JSON[:1],
            body=self.body,
            token="good",
            paid=paid and self.body is not None,
        )


def is_probe(exchange: Exchange) -> bool:
    """Whether an exchange belongs to the fuzz phase."""
    return exchange.request.case.startswith(CASE)


def is_replay(exchange: Exchange) -> bool:
    """Whether an exchange of the fuzz phase repeats an earlier one to see whether its finding repeats."""
    return _REPLAY.match(exchange.request.step) is not None
