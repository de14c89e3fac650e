"""What came in a bad moment, in words a reader knows it by: a gateway's HTML page is no answer of the vendor's own."""

from __future__ import annotations

import re
from typing import Final

from smsproof_conformance.records.exchange import Exchange
from smsproof_conformance.records.sentence import Sentence
from smsproof_spec.rules import Malformed, printable

_EXCERPT_CHARACTERS: Final = 160
_READ_BYTES: Final = 4096
# A number that is cut would not be known for one any more, and not masked.
_CUT_NUMBER: Final = re.compile(r"[^A-Za-z<>]*$")


def told(exchange: Exchange) -> Sentence:
    """Status, and where the body is no JSON what it says to be and how it begins: "HTTP 502, text/html instead of JSON:
    <h1>Bad Gateway</h1>".

    What comes from the body is printable, in one line, at most 160 characters before escaping; reports mask it.
    """
    answer = exchange.answer
    assert answer is not None
    if not isinstance(answer.value, Malformed):
        return Sentence("HTTP {}", answer.status)
    if not answer.body:
        return Sentence("HTTP {}, without a body", answer.status)
    kind = (answer.header("content-type") or "no Content-Type").partition(";")[0].strip()
    return Sentence("HTTP {}, {} instead of JSON: {}", answer.status, printable(kind[:60]), _excerpt(answer.body))


def _excerpt(body: bytes) -> str:
    words = " ".join(body[:_READ_BYTES].decode("utf-8", "backslashreplace").split())
    if len(words) <= _EXCERPT_CHARACTERS and len(body) <= _READ_BYTES:
        return printable(words)
    return printable(_CUT_NUMBER.sub("", words[:_EXCERPT_CHARACTERS])) + " …"
