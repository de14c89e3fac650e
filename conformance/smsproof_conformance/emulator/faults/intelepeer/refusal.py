"""Ways to refuse wrongly at IntelePeer, or to accept what must be refused: section 2B of the requirements."""

from __future__ import annotations

from smsproof_conformance.emulator.exchange import Answer, Refusal, Request
from smsproof_conformance.emulator.faults.fault import fault, reading
from smsproof_conformance.emulator.vendors.intelepeer import Fields, IntelePeer


@fault("bad-json-500", "IP-HOUSE-15")
class BadJson500(IntelePeer):
    """A body that is not JSON is answered 500.

    The caller's mistake looks like the vendor's.
    """

    def read(self, request: Request) -> object:
        value = super().read(request)
        return Refusal(500, value.reason, value.text) if isinstance(value, Refusal) else value


@reading("refusal-as-html")
class RefusalAsHtml(IntelePeer):
    """Refusals are HTML pages.

    No page shows the body of a refusal (AMB-IP-43); successes are JSON.
    """

    def refuse(self, refusal: Refusal) -> Answer:
        page = f"<html><body><h1>{refusal.status}</h1></body></html>"
        return Answer(refusal.status, page.encode(), "text/html")


@fault("bad-format-422", "IP-SEND-21")
class BadFormat422(IntelePeer):
    """A malformed field is answered 422.

    The page lists 400.
    """

    def check_message(self, value: object) -> Refusal | None:
        refusal = super().check_message(value)
        return refusal and Refusal(422, refusal.reason, refusal.text, refusal.field)


@fault("missing-field-500", "IP-SEND-21")
class MissingField500(IntelePeer):
    """A missing field is answered 500.

    The caller's mistake looks like the vendor's.
    """

    def check_message(self, value: object) -> Refusal | None:
        refusal = super().check_message(value)
        return Refusal(500, refusal.reason, refusal.text) if refusal and refusal.reason == "required" else refusal


@fault("blocked-destination-accepted", "IP-SEND-23")
class BlockedDestinationAccepted(IntelePeer):
    """A destination that is not available is accepted.

    202, and no message ever arrives.
    """

    def destination_problem(self, to: str) -> Refusal | None:
        return None


@fault("blocked-destination-400", "IP-SEND-23")
class BlockedDestination400(IntelePeer):
    """A destination that is not available is answered 400.

    The page lists 403; nothing is wrong with the number's form.
    """

    def destination_problem(self, to: str) -> Refusal | None:
        refusal = super().destination_problem(to)
        return refusal and Refusal(400, refusal.reason, refusal.text, refusal.field)


@fault("foreign-sender-accepted", "IP-SEND-24")
class ForeignSenderAccepted(IntelePeer):
    """Any well-formed number can be the sender.

    Customers can send in each other's names.
    """

    def admit(self, request: Request, fields: Fields) -> Refusal | None:
        refusal = super().admit(request, fields)
        return None if refusal and refusal.reason == "foreign-number" else refusal


@fault("foreign-sender-400", "IP-SEND-24")
class ForeignSender400(IntelePeer):
    """A sender that is not the customer's is answered 400.

    The page lists 404; nothing is wrong with the number's form.
    """

    def admit(self, request: Request, fields: Fields) -> Refusal | None:
        refusal = super().admit(request, fields)
        if refusal and refusal.reason == "foreign-number":
            return Refusal(400, refusal.reason, refusal.text, refusal.field)
        return refusal
