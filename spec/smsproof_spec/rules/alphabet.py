"""GSM 7-bit alphabets: which characters a septet can say, and which cost two.

source    3GPP TS 23.038 section 6.2.1 (default alphabet and its extension table), annex A (national tables).
"""

from functools import cache, cached_property

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

# Code 0x1B is the escape to the extension table: a mark, not a character. Its place is held by U+001B so that the
# index of a character is its code; `Alphabet` takes it out again. Trap: 0x09 is capital C-cedilla (Unicode's own
# GSM0338.TXT says small), and 0x5F is the section sign (a widely copied table has the backtick).
DEFAULT_CODES = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
ESCAPE = "\x1b"
EXTENSION_CODES = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}

_SENTENCES = {
    "lone-surrogate": "half of a surrogate pair is no character and cannot be sent; repair the decoding that made it",
    "too-many-parts": "a concatenated message has at most 255 parts; shorten the text or send several messages",
    "not-gsm7": "the character is not in this GSM 7-bit alphabet; replace it or send the text as UCS-2",
    "escape": "U+001B is the escape code of the GSM 7-bit alphabet, not a character; remove it",
}


class TextError(ValueError):
    """A text that cannot be sent as it stands.

    code      "lone-surrogate", "too-many-parts", "not-gsm7" or "escape".
    index     where in the text (code points), or None if the whole text is meant.
    """

    def __init__(self, code: str, index: int | None = None) -> None:
        self.code = code
        self.index = index
        where = "" if index is None else f" at index {index}"
        super().__init__(f"{code}{where}: {_SENTENCES[code]}.")


class Alphabet:
    """One table of single septets and one of escaped pairs.

    basic      character to code, one septet each.
    extension  character to the code behind the escape, two septets each; what is in `basic` is not in here.
    codes      code point to what is written, for str.translate.
    readings   (basic, extension) the other way round, code to character: more codes can be read than are written.
    """

    def __init__(self, basic: dict[int, str], extension: dict[int, str]) -> None:
        self.readings = (basic, extension)
        # Where a character stands twice the lower code is written.
        self.basic = {character: code for code, character in reversed(basic.items())}
        self.extension = {c: code for code, c in reversed(extension.items()) if c not in self.basic}
        self.codes: dict[int, int | str] = {ord(c): code for c, code in self.basic.items()}
        self.codes.update({ord(c): ESCAPE + chr(code) for c, code in self.extension.items()})

    # Expressions are compiled, and `re` is loaded, at the first text that needs them: plain texts never do.

    @cached_property
    def _outside(self) -> "re.Pattern[str]":
        import re

        return re.compile(f"[^{re.escape(''.join((*self.basic, *self.extension)))}]")

    @cached_property
    def _extension(self) -> "re.Pattern[str]":
        import re

        return re.compile(f"([{re.escape(''.join(self.extension))}])")

    def first_outside(self, text: str) -> int | None:
        """Where the first character stands that this alphabet cannot say; None if it can say all."""
        match = self._outside.search(text)
        return None if match is None else match.start()

    def escaped(self, text: str) -> str:
        """The text with an escape before each extension character: as long as its septets are many."""
        return self._extension.sub(ESCAPE + r"\1", text)


def _table(rows: str) -> dict[int, str]:
    """Read a national table: sixteen cells to a row, hexadecimal code points; "." is empty, "ESC" the escape."""
    cells = enumerate(rows.split())
    return {code: chr(int(cell, 16)) for code, cell in cells if cell not in (".", "ESC")}


_DEFAULT_BASIC = {code: character for code, character in enumerate(DEFAULT_CODES) if character != ESCAPE}
_DEFAULT_EXTENSION = {code: character for character, code in EXTENSION_CODES.items()}
DEFAULT = Alphabet(_DEFAULT_BASIC, _DEFAULT_EXTENSION)


@cache
def alphabet(locking: str | None = None, single: str | None = None) -> Alphabet:
    """The alphabet that a locking shift table and a single shift table make together.

    locking, single  language in lower-case English; None is the default alphabet or its extension table.
    raises           ValueError for a language that has no such table.
    source           3GPP TS 23.038 section 6.2.1.2 and annex A.
    """
    if locking is None and single is None:
        return DEFAULT
    from .tables.national import LOCKING, SINGLE  # 20 kB of tables that few programs need

    for name, tables, kind in ((locking, LOCKING, "locking"), (single, SINGLE, "single")):
        if name is not None and name not in tables:
            raise ValueError(f"{name!r} has no {kind} shift table; those that have one: {', '.join(tables)}.")
    return Alphabet(
        _DEFAULT_BASIC if locking is None else _table(LOCKING[locking]),
        _DEFAULT_EXTENSION if single is None else _table(SINGLE[single]),
    )
