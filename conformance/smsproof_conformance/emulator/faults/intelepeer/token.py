"""Ways to be wrong about tokens at IntelePeer: sections 2A and 2B of the requirements."""

from __future__ import annotations

from smsproof_conformance.emulator.books.credentials import TOKEN
from smsproof_conformance.emulator.exchange import Refusal, Request
from smsproof_conformance.emulator.faults.fault import fault
from smsproof_conformance.emulator.vendors.intelepeer import WEBHOOK_PATH, IntelePeer


@fault("token-not-checked", "IP-GEN-01", "IP-SEND-22")
class TokenNotChecked(IntelePeer):
    """No call needs a token.

    A request without an Authorization header is served like any other.
    """

    def authorize(self, request: Request) -> Refusal | None:
        return None


@fault("webhook-token-not-checked", "IP-GEN-01")
class WebhookTokenNotChecked(IntelePeer):
    """The webhook calls need no token.

    Sending does: whoever tests only that sees nothing.
    """

    def authorize(self, request: Request) -> Refusal | None:
        return None if request.path == WEBHOOK_PATH else super().authorize(request)


@fault("expired-token-accepted", "IP-SEND-22")
class ExpiredTokenAccepted(IntelePeer):
    """A token is good for ever.

    Unknown tokens are refused, expired ones are not.
    """

    def authorize(self, request: Request) -> Refusal | None:
        refusal = super().authorize(request)
        return None if refusal and refusal.reason == "expired-token" else refusal


@fault("unauthorized-403", "IP-SEND-22")
class Unauthorized403(IntelePeer):
    """A missing or bad token is answered 403.

    The page lists 401 for it; 403 stands for a destination that is not available.
    """

    def authorize(self, request: Request) -> Refusal | None:
        refusal = super().authorize(request)
        return refusal and Refusal(403, refusal.reason, refusal.text)


@fault("any-basic-accepted", "IP-GEN-01")
class AnyBasicAccepted(IntelePeer):
    """Basic credentials of anybody are taken beside the token.

    A gateway that leaves another scheme to a service that never looks at it.
    """

    def authorize(self, request: Request) -> Refusal | None:
        given = request.header(b"authorization") or ""
        return None if given.startswith("Basic ") else super().authorize(request)


@fault("token-behind-any-word", "IP-GEN-01")
class TokenBehindAnyWord(IntelePeer):
    """The right token is taken behind any word.

    What stands last in the header is looked up, and nothing before it.
    """

    def authorize(self, request: Request) -> Refusal | None:
        last = (request.header(b"authorization") or "").rpartition(" ")[2]
        return None if self.account.credentials.problem(f"Bearer {last}") is None else super().authorize(request)


@fault("token-compared-by-its-beginning", "IP-GEN-01", "IP-SEND-22")
class TokenComparedByItsBeginning(IntelePeer):
    """A token that begins like the right one is taken.

    The column that holds tokens cuts what is longer.
    """

    def authorize(self, request: Request) -> Refusal | None:
        given = request.header(b"authorization") or ""
        return None if given.startswith(f"Bearer {TOKEN}") else super().authorize(request)
