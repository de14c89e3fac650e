"""Ways to be wrong about API keys at Messangi: section 2H of the requirements."""

from __future__ import annotations

from smsproof_conformance.emulator.books.credentials import TOKEN
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


@fault("any-basic-key-accepted", "MS-GEN-02")
class AnyBasicKeyAccepted(Messangi):
    """Basic credentials of anybody are taken beside the key.

    A gateway that leaves another scheme to a service that never looks at it.
    """

    def authorize(self, request: Request) -> Refusal | None:
        given = request.header(b"authorization") or ""
        return None if given.startswith("Basic ") else super().authorize(request)


@fault("key-behind-any-word", "MS-GEN-02")
class KeyBehindAnyWord(Messangi):
    """The right key is taken behind any word.

    What stands last in the header is looked up, and nothing before it.
    """

    def authorize(self, request: Request) -> Refusal | None:
        last = (request.header(b"authorization") or "").rpartition(" ")[2]
        return None if self.account.credentials.problem(f"Bearer {last}") is None else super().authorize(request)


@fault("key-compared-by-its-beginning", "MS-GEN-02")
class KeyComparedByItsBeginning(Messangi):
    """A key that begins like the right one is taken.

    The column that holds keys cuts what is longer.
    """

    def authorize(self, request: Request) -> Refusal | None:
        given = request.header(b"authorization") or ""
        return None if given.startswith(f"Bearer {TOKEN}") else super().authorize(request)
