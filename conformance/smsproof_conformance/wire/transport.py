"""The one seam to a target: a recorded request goes out with the token it names, an answer or a reason comes back."""

from __future__ import annotations

import ssl

from smsproof_conformance.records.exchange import Answer, Headers, Lost, Request
from smsproof_conformance.targets.target import LONGER, OTHER_SCHEME, WRONG_BASIC, WRONG_TOKEN, Secrets, Target, Token
from smsproof_conformance.wire.caller import Caller


class Transport:
    """Carries requests to one target; close it in the loop that used it.

    trust    what an https peer must show; None: a certificate that this machine trusts.
    """

    def __init__(self, target: Target, secrets: Secrets, trust: ssl.SSLContext | None = None) -> None:
        self._secrets = secrets
        self._caller = Caller(target.base_url, target.timeout_seconds, trust)

    async def close(self) -> None:
        await self._caller.close()

    async def exchange(self, request: Request) -> Answer | Lost:
        """Send `request` once. Never raises for anything the peer or the network does."""
        headers = (*request.headers, *self._authorization(request.token))
        return await self._caller.exchange(request.method, request.target, headers, request.body)

    def _authorization(self, token: Token) -> Headers:
        good = self._secrets.token.get_secret_value()
        match token:
            case "missing":
                return ()
            case "good":
                return (("Authorization", f"Bearer {good}"),)
            case "wrong":
                return (("Authorization", f"Bearer {WRONG_TOKEN}"),)
            case "malformed":
                return (("Authorization", "Bearer"),)
            case "no-scheme":
                return (("Authorization", good),)
            case "other-scheme":
                return (("Authorization", f"{OTHER_SCHEME} {good}"),)
            case "wrong-basic":
                return (("Authorization", WRONG_BASIC),)
            case "longer":
                return (("Authorization", f"Bearer {good}{LONGER}"),)
            case "expired":
                assert self._secrets.expired_token is not None  # cases that use it need Fact.EXPIRED_TOKEN
                return (("Authorization", f"Bearer {self._secrets.expired_token.get_secret_value()}"),)
