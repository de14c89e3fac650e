"""Untrusted text made safe to show: the one door to terminals, XML, logs and reports."""

import re

# Printable to Python, but nothing to the eye: fillers, joiners, variation selectors (Default_Ignorable_Code_Point),
# and the blank braille pattern.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def printable(text: str, *, keep: str = "") -> str:
    r"""The text with everything that does not show as itself written as an escape (\x1b, \u202e, \U000e0001).

    Escaped are controls (C0, C1), line and paragraph separators, spaces other than U+0020, bidi and zero-width marks,
    surrogates, private and unassigned characters. A backslash stays as it is: the result is for reading, not for
    decoding. What comes out is also legal in XML 1.0.

    keep      characters to let through all the same: "\n", "\t" or both.
    """
    if text.isprintable() and (text.isascii() or not _UNSEEN.search(text)):
        return text
    return "".join(
        c
        if (c.isprintable() and not _UNSEEN.match(c)) or (c in keep and c in "\n\t")
        else c.encode("unicode_escape").decode("ascii")
        for c in text
    )
