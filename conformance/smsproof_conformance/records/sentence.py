"""What the suite says in its own words, with what it quotes kept apart.

Own words and quoted values are told apart where a sentence is made, not where it is shown: words are literals of this
code (`LiteralString`, which the type check holds), values are whatever a peer sent or an owner declared. Only the values
can be private. A plain `str` has no own words in it: all of it is somebody's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, LiteralString, Self, TypeAlias, cast, overload

_PLACE: Final = "{}"
_LIST: Final = "["


class Sentence(str):
    """A sentence of the suite: `Sentence("HTTP {} for {}", status, name)` reads `HTTP 202 for a blank text`.

    words     a literal with `{}` for each value; braces stay as they are where no value is given.
    values    what it quotes. A Sentence among them keeps its own words apart, in turn; anything else is a value as a whole.

    It is a text, for everybody who only shows it. Whatever is made of it otherwise (`+`, an f-string) is a plain text
    again, and so private as a whole: what forgets to be a Sentence is masked too much, never too little.
    """

    words: LiteralString
    values: tuple[str, ...]

    def __new__(cls, words: LiteralString, *values: object) -> Self:
        told = tuple(value if isinstance(value, str) else str(value) for value in values)
        between = words.split(_PLACE) if told else [words]
        if len(between) != len(told) + 1:
            raise ValueError(f"{words!r} has {len(between) - 1} places for {len(told)} values")
        pieces = [piece for pair in zip(between, (*told, ""), strict=True) for piece in pair]
        sentence = super().__new__(cls, "".join(pieces))
        sentence.words, sentence.values = words, told
        return sentence

    def __reduce__(self) -> tuple[type[Sentence], tuple[str, ...]]:
        """For copies and pickles: the parts, not the text."""
        return Sentence, (self.words, *self.values)


Words: TypeAlias = LiteralString | Sentence
"""What is surely ours: a literal, or a sentence that keeps apart what it quotes."""


def said(words: Words) -> Sentence:
    """Words of this code as a Sentence."""
    return words if isinstance(words, Sentence) else Sentence(words)


class Spoken(Exception):
    """An exception whose words end up in a report."""

    def __init__(self, reason: Words) -> None:
        self.reason = said(reason)
        super().__init__(self.reason)


@overload
def masked(told: Sentence, mask: Callable[[str], str]) -> Sentence: ...
@overload
def masked(told: str, mask: Callable[[str], str]) -> str: ...
def masked(told: str, mask: Callable[[str], str]) -> str:
    """A text with what is private in it masked: of a Sentence its values alone, of any other text all of it."""
    if not isinstance(told, Sentence):
        return mask(told)
    return Sentence(told.words, *(masked(value, mask) for value in told.values))


def recorded(told: str) -> str:
    """A text as a run file holds it, for `recalled`: own words as they are, anything else as a JSON list of its parts."""
    plain = isinstance(told, Sentence) and not told.values and not told.startswith(_LIST)
    return str(told) if plain else json.dumps(_parts(told))


def recalled(kept: str) -> Sentence:
    """What `recorded` wrote."""
    return said(_told(json.loads(kept)) if kept.startswith(_LIST) else cast("LiteralString", kept))


def _parts(told: str) -> Any:
    return [told.words, *map(_parts, told.values)] if isinstance(told, Sentence) else ["{}", told]


def _told(parts: Any) -> Any:
    if isinstance(parts, str):
        return parts
    words, *values = parts
    return Sentence(words, *map(_told, values))
