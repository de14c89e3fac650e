"""Values that must not be shown, found in whatever disguise they come back.

A peer may echo what it was sent as it is, in another case, wrapped over lines, escaped (JSON, URL, HTML, Python),
backwards, in base64 or in hexadecimal digits, whole or cut. All of these are looked for in one pass: values and texts
are both brought into a bare form (escapes resolved, case folded, spaces and punctuation dropped), in which a disguise is
an ordinary substring.
"""

from __future__ import annotations

import base64
import re
import string
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_HEX: Final = "[0-9A-Fa-f]"
_ESCAPES: Final = re.compile(
    rf"(?:%(?:25)*{_HEX}{{2}})+"  # URL, once or several times over
    rf"|(?:\\+u{_HEX}{{4}})+|(?:\\+x{_HEX}{{2}})+|\\+U{_HEX}{{8}}"  # JSON, Python; doubled where JSON stands in JSON
    rf"|&\#(?:[0-9]{{1,7}}|[xX]{_HEX}{{1,6}});|&(?:amp|lt|gt|quot|apos);"  # HTML, XML
    r"|\\+[nrtbf]|=\r?\n"  # escaped and soft line ends
)
_ESCAPE_SIGNS: Final = ("%", "\\", "&", "=\n", "=\r")
_WORDS: Final = re.compile(r"(?P<ascii>[0-9A-Za-z]+)|[^\x00-\x7f]")  # what is left out is dropped in any case
_DROPPED_ASCII: Final = bytes(code for code in range(128) if not chr(code).isalnum())
_DROPPED: Final = dict.fromkeys(map(ord, string.whitespace + string.punctuation))
_WINDOW: Final = 8  # characters compared at once; a stretch of a long value that is shorter than this says too little
_STRIDE: Final = 4
_TELLING: Final = 12  # bare characters of a cut value that give it away: three words, not one that anybody may use
_SHORTEST: Final = 4
_ENCODED_BYTES: Final = 48  # of a long value: a longer stretch in base64 begins with these, or shows them further on
_REPEATED: Final = 256  # characters of a text that may come again: the headers of a request, a path, a reason
_REMEMBERED: Final = 1024  # of such texts, with the answer


@dataclass(frozen=True)
class Sighting:
    """Where a value stands in a text: text[start:end] is the value or a part of it, in some disguise."""

    start: int
    end: int
    value: str


class Lookout:
    """Looks for a fixed set of values.

    Values of fewer than four bare characters are not looked for: they stand in ordinary words. Of up to seven, only
    when nothing alphanumeric touches them.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._forms: list[tuple[str, str]] = []  # (bare form, value)
        self._windows: dict[str, list[tuple[int, int]]] = {}  # window -> (form, offset of the window in it)
        self._short: dict[int, dict[str, str]] = {}
        self._remembered = lru_cache(_REMEMBERED)(self._look)
        for value in dict.fromkeys(values):
            self._learn(value)

    def __bool__(self) -> bool:
        return bool(self._forms or self._short)

    def may_stand_in(self, text: str) -> bool:
        """Whether a value may stand in a text; False is certain.

        Several texts may be asked about at once, joined by line ends: no escape reaches over one, so that what stands
        in one of them stands in all of them together.
        """
        return self._remembered(text) if len(text) <= _REPEATED else self._look(text)

    def _look(self, text: str) -> bool:
        return self._occurs_in(bare(text))

    def sightings(self, text: str) -> list[Sighting]:
        """Every place of a value, in order, not overlapping."""
        if not self.may_stand_in(text):  # where most texts of a run end: no list of places yet
            return []
        stripped, places = _bare_with_places(text)
        found: list[Sighting] = []
        end = 0
        for first, last, value in sorted(self._matches(stripped), key=lambda match: (match[0], -match[1])):
            start, stop = places[first][0], places[last - 1][1]
            if start >= end and (last - first >= _WINDOW or _stands_alone(text, start, stop)):
                found.append(Sighting(start, stop, value))
                end = stop
        return found

    def replace(self, text: str, by: Callable[[str], str]) -> str:
        """The text with `by(value)` in each place of a value."""
        pieces: list[str] = []
        at = 0
        for sighting in self.sightings(text):
            pieces += text[at : sighting.start], by(sighting.value)
            at = sighting.end
        return "".join([*pieces, text[at:]]) if pieces else text

    def _learn(self, value: str) -> None:
        whole = bare(value)
        if _SHORTEST <= len(whole) < _WINDOW:
            self._short.setdefault(len(whole), {})[whole] = value
        for form in dict.fromkeys((whole, whole[::-1], *_encoded(value))):
            if len(form) >= _WINDOW:
                self._forms.append((form, value))
                for offset in (*range(0, len(form) - _WINDOW, _STRIDE), len(form) - _WINDOW):
                    self._windows.setdefault(form[offset : offset + _WINDOW], []).append((len(self._forms) - 1, offset))

    def _occurs_in(self, text: str) -> bool:
        """Whether a bare text may hold a value at all; the cheaper of two ways to ask."""
        if any(value in text for values in self._short.values() for value in values):
            return True
        if len(self._windows) < len(text):
            found = (at for window in self._windows if window in text for at in _places(window, text))
        else:
            found = (at for at in range(len(text) - _WINDOW + 1) if text[at : at + _WINDOW] in self._windows)
        return any(self._longest(text, at) for at in found)

    def _longest(self, text: str, at: int) -> tuple[int, int, str] | None:
        """(start, end, value) of what is the most of a value around a window of a bare text; None if it tells too little."""
        longest: tuple[int, int, str] | None = None
        for form, offset in self._windows.get(text[at : at + _WINDOW], ()):
            whole, value = self._forms[form]
            if longest is not None and longest[1] - longest[0] >= len(whole):
                continue  # nothing longer can be found of it: a text of one letter stands at each of its own places
            start, end = _extent(text, at, whole, offset)
            if end - start >= min(len(whole), _TELLING) and (longest is None or end - start > longest[1] - longest[0]):
                longest = start, end, value
        return longest

    def _matches(self, text: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, value) in a bare text."""
        at, last = 0, len(text) - _WINDOW
        while at <= last:
            longest = self._longest(text, at)
            if longest is not None:
                yield longest
                at = longest[1]
            else:
                at += 1
        for length, values in self._short.items():
            for start in range(len(text) - length + 1):
                if text[start : start + length] in values:
                    yield start, start + length, values[text[start : start + length]]


def bare(text: str) -> str:
    """The form in which disguises are alike."""
    if any(sign in text for sign in _ESCAPE_SIGNS):
        text = _ESCAPES.sub(lambda found: _resolved(found[0]), text)
    return _strip(text)


def _strip(text: str) -> str:
    if text.isascii():  # most of what a run sees; octets are translated twenty times as fast as characters
        return text.encode("ascii").lower().translate(None, _DROPPED_ASCII).decode("ascii")
    folded = text.casefold().translate(_DROPPED)
    return (
        folded if folded.isprintable() else "".join(char for char in folded if char.isprintable() or _surrogate(char))
    )


def _surrogate(char: str) -> bool:
    """A byte that was no UTF-8 is carried as one; dropping it would bring its neighbours together."""
    return "\ud800" <= char <= "\udfff"


def _bare_with_places(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The bare form, with the stretch of `text` that each of its characters comes from."""
    chars: list[str] = []
    places: list[tuple[int, int]] = []

    def take(piece: str, start: int, end: int) -> None:
        stripped = _strip(piece)
        chars.append(stripped)
        places.extend([(start, end)] * len(stripped))

    def take_plain(start: int, end: int) -> None:
        """Each character for itself; a word of ASCII letters and digits keeps its length, so that it is taken whole."""
        for word in _WORDS.finditer(text, start, end):
            if word.lastgroup == "ascii":
                chars.append(word[0].lower())
                places.extend((index, index + 1) for index in range(word.start(), word.end()))
            else:
                take(word[0], word.start(), word.end())

    at = 0
    for found in _ESCAPES.finditer(text):
        take_plain(at, found.start())
        take(_resolved(found[0]), found.start(), found.end())
        at = found.end()
    take_plain(at, len(text))
    return "".join(chars), places


def _resolved(escape: str) -> str:
    """What a run of escapes of one kind stands for; nothing where that would be dropped anyway."""
    body = escape.lstrip("\\")
    match body[0]:
        case "%":
            return bytes.fromhex(re.sub("%(?:25)*", "", body)).decode("utf-8", "replace")
        case "x":
            return bytes.fromhex(re.sub(r"\\+x|^x", "", body)).decode("utf-8", "replace")
        case "u":
            return bytes.fromhex(re.sub(r"\\+u|^u", "", body)).decode("utf-16-be", "replace")
        case "U":
            return _character(int(body[1:], 16))
        case "&" if body[1] == "#":
            return _character(int(body[3:-1], 16) if body[2] in "xX" else int(body[2:-1]))
        case _:
            return ""


def _character(code: int) -> str:
    return chr(code) if code <= 0x10FFFF else ""


def _encoded(value: str) -> Iterator[str]:
    """Bare forms of what a value looks like inside anything encoded in base64 (three alignments) or hexadecimal."""
    data = value.encode("utf-8", "surrogatepass")[:_ENCODED_BYTES]
    for shift in range(3):
        # The first and last characters depend on the neighbours: leave out those that hold foreign bits.
        code = base64.b64encode(b"\0" * shift + data)
        inner = code[(0, 2, 3)[shift] : len(code) - (0, 3, 2)[(shift + len(data)) % 3]].decode("ascii")
        yield bare(inner)
    yield data.hex()


def _extent(text: str, at: int, form: str, offset: int) -> tuple[int, int]:
    """How far `text` around `at` and `form` around `offset` agree: (start, end) in `text`."""
    start, first = at, offset
    while start > 0 and first > 0 and text[start - 1] == form[first - 1]:
        start, first = start - 1, first - 1
    end, last = at + _WINDOW, offset + _WINDOW
    while end < len(text) and last < len(form) and text[end] == form[last]:
        end, last = end + 1, last + 1
    return start, end


def _places(part: str, text: str) -> Iterator[int]:
    """Where a part begins in a text, overlapping ones too."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()
