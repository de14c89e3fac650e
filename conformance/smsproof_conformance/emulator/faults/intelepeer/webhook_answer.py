"""Ways to answer the setting of a webhook wrongly at IntelePeer: section 2E of the requirements."""

from __future__ import annotations

from smsproof_conformance.emulator.exchange import Answer, Body, Refusal, Request
from smsproof_conformance.emulator.faults.fault import fault, without
from smsproof_conformance.emulator.vendors.intelepeer import IntelePeer, WebhookState


@fault("webhook-tnkey-missing", "IP-HOOK-14")
class WebhookTnkeyMissing(IntelePeer):
    """The answer to one endpoint has no `tnkey`.

    Nobody sees whose webhook it is.
    """

    def webhook_body(self, status: int, result: WebhookState) -> Body:
        return without(super().webhook_body(status, result), "tnkey")


@fault("webhook-provisioning-string", "IP-HOOK-14")
class WebhookProvisioningString(IntelePeer):
    """`provisioning` is a string.

    The example has an object with `state`.
    """

    def webhook_body(self, status: int, result: WebhookState) -> Body:
        return {**super().webhook_body(status, result), "provisioning": result.state}


@fault("webhook-tnkey-without-plus", "IP-HOOK-15")
class WebhookTnkeyWithoutPlus(IntelePeer):
    """`tnkey` has lost its plus sign.

    In the example it echoes the endpoint.
    """

    def webhook_body(self, status: int, result: WebhookState) -> Body:
        return {**super().webhook_body(status, result), "tnkey": result.endpoint.removeprefix("+")}


@fault("webhook-url-with-slash", "IP-HOOK-15")
class WebhookUrlWithSlash(IntelePeer):
    """The URL comes back with a slash at its end.

    In the example it comes back as sent.
    """

    def change_webhook(self, request: Request, endpoint: str, url: str) -> WebhookState | Refusal:
        result = super().change_webhook(request, endpoint, url)
        return result if isinstance(result, Refusal) else WebhookState(endpoint, url + "/", result.state)


@fault("webhook-state-active", "IP-HOOK-16")
class WebhookStateActive(IntelePeer):
    """A webhook that was set is told to be "active".

    The page lists six states; this is none of them.
    """

    def change_webhook(self, request: Request, endpoint: str, url: str) -> WebhookState | Refusal:
        result = super().change_webhook(request, endpoint, url)
        return result if isinstance(result, Refusal) else WebhookState(endpoint, url, "active")


@fault("webhook-bulk-key-responses", "IP-HOOK-17")
class WebhookBulkKeyResponses(IntelePeer):
    """The list for several endpoints is called `responses`.

    So it is in a bulk send; here the example has `endpoints`.
    """

    def webhook_bulk_answer(self, items: list[Body]) -> Answer:
        return Answer(207, {"code": 207, "responses": items})


@fault("webhook-bulk-item-code", "IP-HOOK-17")
class WebhookBulkItemCode(IntelePeer):
    """An endpoint's status stands under `code`.

    So it does in a bulk send; here the example has `status`.
    """

    def webhook_item(self, status: int, endpoint: str, result: WebhookState | Refusal) -> Body:
        body = super().webhook_item(status, endpoint, result)
        return {"code": body["status"], **without(body, "status")}


@fault("webhook-bulk-tnkey-of-first", "IP-HOOK-18")
class WebhookBulkTnkeyOfFirst(IntelePeer):
    """Every `tnkey` of a list is the first one's.

    In the example it equals the item's own endpoint.
    """

    def webhook_bulk_answer(self, items: list[Body]) -> Answer:
        taken = [item["response"] for item in items if "tnkey" in item["response"]]
        for response in taken:
            response["tnkey"] = taken[0]["tnkey"]
        return super().webhook_bulk_answer(items)
