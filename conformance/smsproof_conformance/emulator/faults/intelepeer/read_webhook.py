"""Ways to read a webhook back wrongly at IntelePeer: section 2F of the requirements."""

from __future__ import annotations

from urllib.parse import unquote

from smsproof_conformance.emulator.exchange import Answer, Body, Refusal, Request
from smsproof_conformance.emulator.faults.fault import fault, without
from smsproof_conformance.emulator.vendors.intelepeer import IntelePeer, WebhookState


@fault("webhook-get-by-endpoints", "IP-HOOKGET-01")
class WebhookGetByEndpoints(IntelePeer):
    """The query parameter is called `endpoints`.

    So is the key of the POST; the GET has `endpoint`.
    """

    def asked_for(self, request: Request) -> list[str]:
        return request.parameters("endpoints")


@fault("webhook-get-201", "IP-HOOKGET-05")
class WebhookGet201(IntelePeer):
    """Reading a webhook is answered HTTP 201.

    The page says 200.
    """

    def finish(self, operation: str, request: Request, answer: Answer) -> Answer:
        answer = super().finish(operation, request, answer)
        if operation == "getWebhook" and answer.status == 200:
            answer.status = 201
        return answer


@fault("webhook-get-code-missing", "IP-HOOKGET-06")
class WebhookGetCodeMissing(IntelePeer):
    """The answer to a GET has no `code`.

    The example has 200.
    """

    def webhook_body(self, status: int, result: WebhookState) -> Body:
        body = super().webhook_body(status, result)
        return without(body, "code") if status == 200 else body


@fault("webhook-get-other-tnkey", "IP-HOOKGET-06", "IP-HOUSE-10")
class WebhookGetOtherTnkey(IntelePeer):
    """A GET tells another number's `tnkey`.

    In the example it is the one that was asked for.
    """

    def webhook_body(self, status: int, result: WebhookState) -> Body:
        body = super().webhook_body(status, result)
        return {**body, "tnkey": result.endpoint[:-1] + "0"} if status == 200 else body


@fault("webhook-get-state-in-capitals", "IP-HOOKGET-08")
class WebhookGetStateInCapitals(IntelePeer):
    """A GET tells the state PROVISIONED.

    The page lists it in small letters.
    """

    def webhook_state(self, request: Request, endpoint: str) -> WebhookState | Refusal:
        result = super().webhook_state(request, endpoint)
        return result if isinstance(result, Refusal) else WebhookState(endpoint, result.url, result.state.upper())


@fault("webhook-get-plus-guessed", "IP-HOOKGET-09")
class WebhookGetPlusGuessed(IntelePeer):
    """A GET guesses a plus sign that is missing or arrived as a space.

    Whoever forgets to write %2B never learns of it.
    """

    def asked_for(self, request: Request) -> list[str]:
        return ["+" + one.strip() if one.strip().isdecimal() else one for one in super().asked_for(request)]


@fault("webhook-get-foreign-200", "IP-HOOKGET-10")
class WebhookGetForeign200(IntelePeer):
    """The webhook of any number can be read.

    A number that is not the customer's is answered 200.
    """

    def webhook_state(self, request: Request, endpoint: str) -> WebhookState | Refusal:
        result = super().webhook_state(request, endpoint)
        if isinstance(result, Refusal) and result.reason == "foreign-number":
            return WebhookState(endpoint, None, "provisioned")
        return result


@fault("webhook-get-stale", "IP-HOOKGET-11")
class WebhookGetStale(IntelePeer):
    """A GET tells the webhook before the latest one.

    Messages go to the latest one.
    """

    def change_webhook(self, request: Request, endpoint: str, url: str) -> WebhookState | Refusal:
        before = self.account.webhooks.get(endpoint)
        result = super().change_webhook(request, endpoint, url)
        self._before = {**getattr(self, "_before", {}), endpoint: before}
        return result

    def webhook_state(self, request: Request, endpoint: str) -> WebhookState | Refusal:
        result = super().webhook_state(request, endpoint)
        stale: dict[str, str | None] = getattr(self, "_before", {})
        if endpoint in stale and not isinstance(result, Refusal):
            return WebhookState(endpoint, stale[endpoint], result.state)
        return result


@fault("webhook-get-decoded-twice", "IP-HOOKGET-09")
class WebhookGetDecodedTwice(IntelePeer):
    """The number in a query is decoded twice.

    %252B is %2B, which is no plus.
    """

    def asked_for(self, request: Request) -> list[str]:
        return [unquote(one) for one in super().asked_for(request)]


@fault("webhook-get-body-refused", "IP-HOOKGET-01")
class WebhookGetBodyRefused(IntelePeer):
    """A GET that has a body is answered 400.

    The page's sample code sends {} (AMB-IP-18).
    """

    def get_webhook(self, request: Request) -> Answer:
        if request.body:
            return self.refuse(Refusal(400, "body", "a GET has no body"))
        return super().get_webhook(request)
