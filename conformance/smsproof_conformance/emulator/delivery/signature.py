"""How `signature` of an inbound message is made: the shared code itself, or an HMAC that the user spells out.

The page says that it is the shared code (S1:206); a newer page of the vendor speaks of an HMAC over refid, message and
secret without saying how (P-IP-7). So there is an HMAC on request, and no default for its hash, encoding or order:
whoever asks for one must know them, and we do not pretend to (AMB-IP-31).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

_ENCODINGS: Final[Mapping[str, Callable[[bytes], str]]] = {
    "hex": lambda digest: digest.hex(),
    "HEX": lambda digest: digest.hex().upper(),
    "base64": lambda digest: base64.b64encode(digest).decode(),
}
_PARTS: Final = ("refid", "message", "secret")


class SignatureError(ValueError):
    """A description of an HMAC that cannot be followed. The text says which part, and what is known."""


@dataclass(frozen=True, slots=True)
class Hmac:
    """HMAC keyed with the shared code.

    hash      a name that hashlib knows: sha256, sha1 …
    encoding  hex, HEX or base64
    order     what is hashed, in this order: two or three of refid, message, secret
    """

    hash: str
    encoding: str
    order: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.hash not in hashlib.algorithms_available or self.hash.startswith("shake"):
            raise SignatureError(f"no hash {self.hash!r}; for example sha256")
        if self.encoding not in _ENCODINGS:
            raise SignatureError(f"no encoding {self.encoding!r}; known are {', '.join(_ENCODINGS)}")
        if not {"refid", "message"} <= set(self.order) <= set(_PARTS) or len(set(self.order)) != len(self.order):
            raise SignatureError(f"order must name refid and message, and secret perhaps, not {'+'.join(self.order)!r}")

    @classmethod
    def read(cls, text: str) -> Hmac:
        """Read `HASH:ENCODING:ORDER`, for example sha256:hex:refid+message. Raises SignatureError."""
        parts = text.split(":")
        if len(parts) != 3:
            raise SignatureError(f"{text!r} is not HASH:ENCODING:ORDER, for example sha256:hex:refid+message")
        return cls(parts[0], parts[1], tuple(parts[2].split("+")))

    def sign(self, refid: str, message: str, secret: str) -> str:
        values = {"refid": refid, "message": message, "secret": secret}
        signed = "".join(values[part] for part in self.order)
        return _ENCODINGS[self.encoding](hmac.new(secret.encode(), signed.encode(), self.hash).digest())
