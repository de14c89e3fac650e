"""Bearer tokens: which the vendor knows, and until when."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Final

from smsproof_conformance.emulator.clock import Clock

TOKEN: Final = "smsproof-token"
EXPIRED_TOKEN: Final = "smsproof-expired"

_BEARER: Final = re.compile(r"(?i:bearer) +([\x21-\x7e]+) *")


class Credentials:
    """The tokens of the account. Known at once: one that never expires, and one that expired long ago."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._expiry: dict[str, float] = {TOKEN: float("inf"), EXPIRED_TOKEN: 0.0}

    def issue(self, lifetime_seconds: float) -> tuple[str, float]:
        """A new token and its expiry on the emulator's clock (24 hours at the real vendor, P-IP-2)."""
        token = secrets.token_urlsafe(24)
        self._expiry[token] = self._clock.now() + lifetime_seconds
        return token, self._expiry[token]

    def restore(self, expiry: Mapping[str, float]) -> None:
        """Know the tokens of an earlier process again."""
        self._expiry.update(expiry)

    def problem(self, authorization: str | None, *, bare: bool = False) -> str | None:
        """What is wrong with an Authorization header: missing, malformed, unknown or expired; None when it is good.

        bare    True: a token without the word Bearer is taken too (AMB-IP-17, AMB-MS-07)
        """
        if authorization is None or not authorization.strip():
            return "missing"
        match = _BEARER.fullmatch(authorization)
        token = match[1] if match else authorization.strip() if bare else None
        if token is None:
            return "malformed"
        expiry = self._expiry.get(token)
        if expiry is None:
            return "unknown"
        return None if expiry > self._clock.now() else "expired"
