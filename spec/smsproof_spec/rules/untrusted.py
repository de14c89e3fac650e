"""Untrusted text made safe to show: the one door to terminals, XML, logs and reports."""

# Printable to Python, but nothing to the eye: fillers, joiners, variation selectors (Default_Ignorable_Code_Point),
# and the blank braille pattern.
_UNSEEN = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
)


def printable(text: str, *, keep: str = "") -> str:
    r"""The text with everything that does not show as itself written as an escape (\x1b, \u202e, \U000e0001).

    Escaped are controls (C0, C1), line and paragraph separators, spaces other than U+0020, bidi and zero-width marks,
    surrogates, private and unassigned characters. A backslash stays as it is: the result is for reading, not for
    decoding. What comes out is also legal in XML 1.0.

    keep      characters to let through all the same: "\n", "\t" or both.
    """
    if text.isprintable() and (text.isascii() or _UNSEEN.isdisjoint(text)):
        return text
    shown = {character: character for character in keep if character in "\n\t"}
    for character in set(text).difference(shown):
        if character.isprintable() and character not in _UNSEEN:
            shown[character] = character
        else:
            shown[character] = character.encode("unicode_escape").decode("ascii")
    return "".join([shown[character] for character in text])
