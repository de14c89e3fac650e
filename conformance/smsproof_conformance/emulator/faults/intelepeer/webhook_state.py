"""Ways to keep webhooks wrongly at IntelePeer: section 2E of the requirements."""

from __future__ import annotations

from smsproof_conformance.emulator.exchange import Answer, Refusal, Request
from smsproof_conformance.emulator.faults.fault import fault
from smsproof_conformance.emulator.vendors.intelepeer import IntelePeer, WebhookState


@fault("webhook-shared-by-all", "IP-HOOK-19")
class WebhookSharedByAll(IntelePeer):
    """There is one webhook for all numbers.

    Setting it for one moves it for the others.
    """

    def change_webhook(self, request: Request, endpoint: str, url: str) -> WebhookState | Refusal:
        result = super().change_webhook(request, endpoint, url)
        if not isinstance(result, Refusal):
            for other in tuple(self.account.webhooks):
                self.account.set_webhook(other, url)
        return result


@fault("webhook-update-ignored", "IP-HOOK-20")
class WebhookUpdateIgnored(IntelePeer):
    """A webhook that is set stays.

    Setting it again is answered 201 and changes nothing.
    """

    def change_webhook(self, request: Request, endpoint: str, url: str) -> WebhookState | Refusal:
        before = self.account.webhooks.get(endpoint)
        result = super().change_webhook(request, endpoint, url)
        if before is not None and not isinstance(result, Refusal):
            self.account.set_webhook(endpoint, before)
        return result


@fault("webhook-bulk-first-only", "IP-HOOK-21")
class WebhookBulkFirstOnly(IntelePeer):
    """Of several endpoints only the first is set.

    The others are told 201 as well.
    """

    def set_webhook(self, request: Request) -> Answer:
        before = dict(self.account.webhooks)
        answer = super().set_webhook(request)
        if answer.status == 207:
            for item in answer.body["endpoints"][1:]:
                endpoint = item["endpoint"]
                if endpoint in before:
                    self.account.set_webhook(endpoint, before[endpoint])
                else:
                    self.account.webhooks.pop(endpoint, None)
        return answer


@fault("webhook-bulk-all-or-none", "IP-HOOK-21")
class WebhookBulkAllOrNone(IntelePeer):
    """One bad endpoint among several keeps the others from being set.

    They are told 201.
    """

    def set_webhook(self, request: Request) -> Answer:
        before = dict(self.account.webhooks)
        answer = super().set_webhook(request)
        if answer.status == 207 and any(item["status"] >= 400 for item in answer.body["endpoints"]):
            for endpoint in set(self.account.webhooks) - set(before):
                self.account.webhooks.pop(endpoint)
            for endpoint, url in before.items():
                self.account.set_webhook(endpoint, url)
        return answer


@fault("webhook-of-short-code-for-all", "IP-HOOK-19")
class WebhookOfShortCodeForAll(IntelePeer):
    """Setting the webhook of a short code moves those of the long codes.

    The other way round nothing happens.
    """

    def change_webhook(self, request: Request, endpoint: str, url: str) -> WebhookState | Refusal:
        result = super().change_webhook(request, endpoint, url)
        if not isinstance(result, Refusal) and not endpoint.startswith("+"):
            for other in tuple(self.account.webhooks):
                self.account.set_webhook(other, url)
        return result
