"""Ways to be wrong about API keys at Messangi: section 2H of the requirements."""

from __future__ import annotations

from smsproof_conformance.emulator.exchange import Refusal, Request
from smsproof_conformance.emulator.faults.fault import fault
from smsproof_conformance.emulator.vendors.messangi import Messangi


@fault("key-not-checked", "MS-GEN-02")
class KeyNotChecked(Messangi):
    """No call needs an API key.

    A request without an Authorization header is served like any other.
    """

    def authorize(self, request: Request) -> Refusal | None:
        return None


@fault("key-empty-accepted", "MS-GEN-02")
class KeyMissingAccepted(Messangi):
    """A request without an Authorization header is served.

    A wrong key is refused; none is taken for good.
    """

    def authorize(self, request: Request) -> Refusal | None:
        refusal = super().authorize(request)
        return None if refusal and refusal.reason == "missing-token" else refusal
