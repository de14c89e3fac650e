"""GSM 7-bit alphabets: which characters a septet can say, and which cost two.

source    3GPP TS 23.038 section 6.2.1 (default alphabet and its extension table).
"""

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

    basic      characters of one septet; extension    characters of two (escape, code).
    """

    def __init__(self, basic: dict[str, int], extension: dict[str, int]) -> None:
        self.basic = basic
        self.extension = {character: code for character, code in extension.items() if character not in basic}
        self._outside = re.compile(f"[^{re.escape(''.join((*self.basic, *self.extension)))}]")
        self._escaped = re.compile(f"([{re.escape(''.join(self.extension))}])")

    def first_outside(self, text: str) -> int | None:
        """Where the first character stands that this alphabet cannot say; None if it can say all."""
        match = self._outside.search(text)
        return None if match is None else match.start()

    def escaped(self, text: str) -> str:
        """The text with an escape before each extension character: as long as its septets are many."""
        return self._escaped.sub(ESCAPE + r"\1", text)


DEFAULT = Alphabet({c: code for code, c in enumerate(DEFAULT_CODES) if c != ESCAPE}, EXTENSION_CODES)
