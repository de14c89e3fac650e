"""Texts at the edges where the number of parts changes, each with its count worked out by hand.

The measure is P-IP-10's: GSM 03.38 with 160 septets alone and 153 in each of several parts, otherwise UCS-2 with 70
UTF-16 units alone and 67 in each of several. An extension character is two septets, an emoji two units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, LiteralString


@dataclass(frozen=True)
class Text:
    """A text and how many parts it goes out in.

    parts    the counts that are right. Two where a character would be torn at the edge of a part: the standard moves it
             whole to the next part (3GPP TS 23.040, 9.2.3.24.1), plain division does not, and no page of the vendor
             chooses (part 4A leaves that septet out of account).
    """

    name: LiteralString
    text: str
    parts: tuple[int, ...]


_ONLY_GSM: Final = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\r\n" + "!?&+-"
"""49 characters of the default alphabet, those beyond ASCII and some that other alphabets have elsewhere."""

EDGES: Final = (
    # GSM: 160 alone, then 153 each; 2 * 153 = 306.
    Text("160 septets", "b" * 160, (1,)),
    Text("161 septets, the first and the last of them spaces", " " + "c" * 159 + " ", (2,)),
    Text("306 septets", "e" * 306, (2,)),
    Text("307 septets", "f" * 307, (3,)),
    # UCS-2 by a Cyrillic letter: 70 alone, then 67 each; 2 * 67 = 134.
    Text("70 units", "и" * 70, (1,)),
    Text("71 units", "к" * 71, (2,)),
    Text("134 units", "м" * 134, (2,)),
    Text("135 units", "н" * 135, (3,)),
    # Extension characters: 2 * 80 = 160, 2 * 81 = 162, 159 + 2 = 161.
    Text("80 euro signs", "€" * 80, (1,)),
    Text("81 opening brackets", "[" * 81, (2,)),
    Text("a euro sign as septets 160 and 161", "h" * 159 + "€", (2,)),
    # One part alone has no header: septets 153 and 154 are in the same part. 152 + 2 + 6 = 160.
    Text("a euro sign astride septet 153 of 160", "i" * 152 + "€" + "i" * 6, (1,)),
    # 151 + 2 + 153 = 306: the pair fills the first part. 152 + 2 + 152 = 306: the pair would be torn.
    Text("a euro sign as septets 152 and 153 of 306", "j" * 151 + "€" + "j" * 153, (2,)),
    Text("a euro sign astride septet 153 of 306", "k" * 152 + "€" + "k" * 152, (2, 3)),
    # An emoji is two units: 68 + 2 = 70, 69 + 2 = 71; 65 + 2 + 67 = 134, 66 + 2 + 66 = 134.
    Text("an emoji as units 69 and 70", "п" * 68 + "😀", (1,)),
    Text("an emoji as units 70 and 71", "р" * 69 + "😀", (2,)),
    Text("an emoji as units 66 and 67 of 134", "с" * 65 + "😀" + "с" * 67, (2,)),
    Text("an emoji astride unit 67 of 134", "т" * 66 + "😀" + "т" * 66, (2, 3)),
    # Look-alikes. In the alphabet: upper-case Ç, é, ñ. Not in it, so that 71 characters are 71 units: ç, backtick, á.
    Text("160 of Ç, é, ñ and the rest beyond ASCII", _ONLY_GSM * 3 + "Çéñ" * 4 + "\n", (1,)),
    Text("71 characters, one of them ç", "l" * 70 + "ç", (2,)),
    Text("71 characters, one of them a backtick", "`" + "m" * 70, (2,)),
    Text("71 characters, one of them á", "n" * 35 + "á" + "n" * 35, (2,)),
    Text("71 characters, one of them a tab", "o" * 35 + "\t" + "o" * 35, (2,)),
    Text("71 characters, one of them a curly apostrophe", "p" * 35 + "\u2019" + "p" * 35, (2,)),
    # 69 + 2 = 71 units as sent; put together, é would be in the alphabet.
    Text("71 characters, the last two an e and an accent", "q" * 69 + "e\u0301", (2,)),
    # A form feed is an extension character: 159 + 2 = 161.
    Text("159 letters and a form feed", "r" * 159 + "\f", (2,)),
    # Once the text is UCS-2, an extension character is one unit: 35 + 35 = 70.
    Text("35 euro signs and 35 Cyrillic letters", "€у" * 35, (1,)),
)
