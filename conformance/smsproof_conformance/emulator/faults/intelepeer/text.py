"""Ways to count the segments of a text wrongly at IntelePeer: numparts, IP-HOUSE-08."""

from __future__ import annotations

import re
from unicodedata import normalize

from smsproof_conformance.emulator.faults.fault import fault
from smsproof_conformance.emulator.vendors.intelepeer import IntelePeer
from smsproof_spec.rules import measure


@fault("numparts-always-one", "IP-HOUSE-08")
class NumpartsAlwaysOne(IntelePeer):
    """`numparts` is 1 for every text.

    However long the text is.
    """

    def count_parts(self, text: str) -> int:
        return 1


@fault("numparts-ceil-153", "IP-HOUSE-08")
class NumpartsCeil153(IntelePeer):
    """`numparts` takes 153 characters for a part, from the first on.

    154 to 160 characters, which go out as one message, count as two.
    """

    def count_parts(self, text: str) -> int:
        whole = measure(text)
        return max(1, -(-whole.units // (153 if whole.encoding == "gsm7" else 67)))


@fault("numparts-ceil-160", "IP-HOUSE-08")
class NumpartsCeil160(IntelePeer):
    """`numparts` forgets the header of joined parts.

    307 characters count as two parts of 160, and go out as three of 153.
    """

    def count_parts(self, text: str) -> int:
        whole = measure(text)
        return max(1, -(-whole.units // (160 if whole.encoding == "gsm7" else 70)))


@fault("numparts-by-character", "IP-HOUSE-08")
class NumpartsByCharacter(IntelePeer):
    """`numparts` counts an emoji as one unit.

    It is two in UTF-16, so that 36 of them need two parts.
    """

    def count_parts(self, text: str) -> int:
        whole = measure(text)
        return whole.segments if whole.encoding == "gsm7" else 1 if len(text) <= 70 else -(-len(text) // 67)


@fault("numparts-extension-as-one", "IP-HOUSE-08")
class NumpartsExtensionAsOne(IntelePeer):
    """`numparts` counts the euro sign and brackets as one septet.

    They are two: an escape and a character.
    """

    def count_parts(self, text: str) -> int:
        plain = re.sub(r"[\^{}\\\[~\]|€]", "x", text)
        return super().count_parts(plain if measure(text).encoding == "gsm7" else text)


@fault("numparts-unicode-as-gsm", "IP-HOUSE-08")
class NumpartsUnicodeAsGsm(IntelePeer):
    """`numparts` counts every text as GSM.

    71 characters of Cyrillic count as one part.
    """

    def count_parts(self, text: str) -> int:
        return super().count_parts("x" * len(text))


@fault("numparts-ascii-as-gsm", "IP-HOUSE-08")
class NumpartsAsciiAsGsm(IntelePeer):
    """`numparts` takes ASCII for the GSM alphabet.

    Greek capitals, that are in it, count as Unicode.
    """

    def count_parts(self, text: str) -> int:
        return super().count_parts(text if text.isascii() else text + "\u0436")


@fault("numparts-look-alikes-as-gsm", "IP-HOUSE-08")
class NumpartsLookAlikesAsGsm(IntelePeer):
    """`numparts` takes a tab for a space and curly quotes for straight ones.

    The text goes out as it is, in Unicode, in more parts.
    """

    def count_parts(self, text: str) -> int:
        return super().count_parts(text.translate({0x09: " ", 0x2018: "'", 0x2019: "'"}))


@fault("numparts-composed", "IP-HOUSE-08")
class NumpartsComposed(IntelePeer):
    """`numparts` counts an e and an accent as one é.

    They go out as two characters, the second of which is in no GSM alphabet.
    """

    def count_parts(self, text: str) -> int:
        return super().count_parts(normalize("NFC", text))


@fault("numparts-trimmed", "IP-HOUSE-08")
class NumpartsTrimmed(IntelePeer):
    """`numparts` does not count spaces at the ends.

    They are sent all the same.
    """

    def count_parts(self, text: str) -> int:
        return super().count_parts(text.strip() or text)


@fault("numparts-ten-at-most", "IP-HOUSE-08")
class NumpartsTenAtMost(IntelePeer):
    """`numparts` ends at 10.

    The message goes out in more.
    """

    def count_parts(self, text: str) -> int:
        return min(10, super().count_parts(text))
