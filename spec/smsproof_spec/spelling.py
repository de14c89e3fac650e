"""Words in sentences for people: the hint for one that nobody knows, and one that is counted."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """A sentence without its full stop: the known word that is spelled most alike, or all of them if they are few."""
    words = sorted(known)
    close = difflib.get_close_matches(word, words, 1)
    if close:
        return f"Did you mean {close[0]}"
    if len(words) <= 12:
        return f"Known are {', '.join(words)}" if words else "None are known"
    return f"Known are {len(words)} others, {words[0]} the first of them"


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 request, 2 requests, 0 requests, 1,000 requests."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
