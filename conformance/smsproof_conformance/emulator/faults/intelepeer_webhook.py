"""Ways to be wrong at IntelePeer's webhook calls: sections 2E and 2F of the requirements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from smsproof_conformance.emulator.exchange import Answer, Body, Refusal, Request, is_list, is_object
from smsproof_conformance.emulator.faults.fault import fault, filled, stringified, without
from smsproof_conformance.emulator.intelepeer import WEBHOOK_PATH, IntelePeer, WebhookState
from smsproof_spec.rules import Kind, classify

_ENDPOINT = "+12161112222"
_URL = "http://127.0.0.1/"


# Setting.


@fault("webhook-by-put", "IP-HOOK-01")
class WebhookByPut(IntelePeer):
    """PUT sets a webhook too.

    The page knows POST only.
    """

    def handle(self, request: Request) -> Answer:
        if request.path == WEBHOOK_PATH and request.method == "PUT":
            request.method = "POST"
        return super().handle(request)


class _SettingsRepaired(IntelePeer):
    """Settings of a wrong form are understood as some right ones."""

    def repaired(self, value: object) -> object:
        raise NotImplementedError

    def read(self, request: Request) -> object:
        value = super().read(request)
        return self.repaired(value) if request.path == WEBHOOK_PATH else value


@fault("webhook-endpoints-missing-accepted", "IP-HOOK-02")
class WebhookEndpointsMissingAccepted(_SettingsRepaired):
    """`endpoints` may be missing.

    The vendor picks a number by itself.
    """

    def repaired(self, value: object) -> object:
        return filled(value, "endpoints", [_ENDPOINT])


@fault("webhook-endpoints-string-accepted", "IP-HOOK-02")
class WebhookEndpointsStringAccepted(_SettingsRepaired):
    """`endpoints` may be a string.

    The page says a list of strings.
    """

    def repaired(self, value: object) -> object:
        if is_object(value) and isinstance(value.get("endpoints"), str):
            return {**value, "endpoints": [value["endpoints"]]}
        return value


@fault("webhook-endpoints-number-accepted", "IP-HOOK-02")
class WebhookEndpointsNumberAccepted(_SettingsRepaired):
    """`endpoints` may hold JSON numbers.

    The page says a list of strings; a number has lost its plus sign.
    """

    def repaired(self, value: object) -> object:
        if is_object(value):
            endpoints = value.get("endpoints")
            if is_list(endpoints) and any(isinstance(one, int) for one in endpoints):
                return {**value, "endpoints": [_ENDPOINT for _ in endpoints]}
        return value


@fault("webhook-no-endpoint-accepted", "IP-HOUSE-14")
class WebhookNoEndpointAccepted(_SettingsRepaired):
    """`endpoints` may be empty.

    It is answered 201, and nothing is set.
    """

    def repaired(self, value: object) -> object:
        if is_object(value) and value.get("endpoints") == []:
            return {**value, "endpoints": [_ENDPOINT]}
        return value


@fault("webhook-any-body-accepted", "IP-HOOK-02", "IP-HOUSE-15")
class WebhookAnyBodyAccepted(_SettingsRepaired):
    """A body that is no object sets a webhook.

    The vendor picks number and URL by itself.
    """

    def repaired(self, value: object) -> object:
        return value if is_object(value) else {"endpoints": [_ENDPOINT], "webhook": _URL}


@fault("webhook-url-missing-accepted", "IP-HOOK-03")
class WebhookUrlMissingAccepted(_SettingsRepaired):
    """`webhook` may be missing.

    The page calls it required.
    """

    def repaired(self, value: object) -> object:
        return filled(value, "webhook", _URL)


@fault("webhook-url-number-accepted", "IP-HOOK-03")
class WebhookUrlNumberAccepted(_SettingsRepaired):
    """`webhook` may be a JSON number, or null.

    The page says a string.
    """

    def repaired(self, value: object) -> object:
        return stringified(value, "webhook", _URL)


@fault("webhook-short-code-refused", "IP-HOOK-04")
class WebhookShortCodeRefused(IntelePeer):
    """A short code is no endpoint.

    1-12345 is answered 400; the page says shortcodes and/or longcodes.
    """

    def endpoint_problem(self, request: Request, endpoint: str) -> Refusal | None:
        if not endpoint.startswith("+"):
            return Refusal(400, "wrong-form", "the number is not in proper E.164 format", "endpoint")
        return super().endpoint_problem(request, endpoint)


def _distinct(values: list[object]) -> list[object]:
    return [value for place, value in enumerate(values) if value not in values[:place]]


class _WebhookStatus(IntelePeer):
    """A status of the webhook calls is another one."""

    operation: str
    right: int
    wrong: int

    def finish(self, operation: str, request: Request, answer: Answer) -> Answer:
        answer = super().finish(operation, request, answer)
        if operation == self.operation and answer.status == self.right:
            answer.status = self.wrong
        return answer


@fault("webhook-single-200", "IP-HOOK-06")
class WebhookSingle200(_WebhookStatus):
    """Setting one webhook is answered HTTP 200.

    The page says 201.
    """

    operation, right, wrong = "setWebhook", 201, 200


@fault("webhook-bulk-201", "IP-HOOK-07")
class WebhookBulk201(_WebhookStatus):
    """Setting several webhooks is answered HTTP 201.

    The page says 207.
    """

    operation, right, wrong = "setWebhook", 207, 201


@fault("webhook-bulk-last-dropped", "IP-HOOK-08")
class WebhookBulkLastDropped(IntelePeer):
    """The last endpoint has no response.

    The list is one shorter than the request.
    """

    def webhook_bulk_answer(self, items: list[Body]) -> Answer:
        return super().webhook_bulk_answer(items[:-1])


@fault("webhook-bulk-status-shared", "IP-HOOK-09")
class WebhookBulkStatusShared(IntelePeer):
    """Every endpoint of a list is told 201.

    A foreign number among them is not set, and nobody says so.
    """

    def webhook_item(self, status: int, endpoint: str, result: WebhookState | Refusal) -> Body:
        if isinstance(result, Refusal):
            result = WebhookState(endpoint, None, "provisioned")
        return super().webhook_item(status, endpoint, result)


@fault("webhook-bulk-whole-404", "IP-HOOK-09")
class WebhookBulkWhole404(IntelePeer):
    """One foreign number among several answers the whole request 404.

    The page promises a status for each.
    """

    def webhook_answer(self, status: int, results: Sequence[tuple[str, WebhookState | Refusal]]) -> Answer:
        foreign = [result for _, result in results if isinstance(result, Refusal) and result.status == 404]
        return self.refuse(foreign[0]) if foreign else super().webhook_answer(status, results)


@fault("webhook-plusless-accepted", "IP-HOOK-10")
class WebhookPluslessAccepted(_SettingsRepaired):
    """An endpoint needs no plus sign.

    2161112222 is taken for some number of the account.
    """

    def repaired(self, value: object) -> object:
        if is_object(value):
            endpoints = value.get("endpoints")
            if is_list(endpoints):
                read = [_ENDPOINT if isinstance(one, str) and one.isdecimal() else one for one in endpoints]
                return {**value, "endpoints": read}
        return value


@fault("webhook-not-enabled-accepted", "IP-HOOK-11")
class WebhookNotEnabledAccepted(IntelePeer):
    """A number that is not enabled for SMS can have a webhook.

    It is answered 201, and no message will ever come.
    """

    def enabled_problem(self, endpoint: str) -> Refusal | None:
        return None


@fault("webhook-bad-url-accepted", "IP-HOOK-12")
class WebhookBadUrlAccepted(_SettingsRepaired):
    """Any string can be the webhook's URL.

    "not a url" is answered 201.
    """

    def repaired(self, value: object) -> object:
        if is_object(value) and isinstance(value.get("webhook"), str):
            settings = value
            if self.check_settings({"endpoints": [_ENDPOINT], "webhook": settings["webhook"]}) is not None:
                return {**settings, "webhook": _URL}
        return value


@fault("webhook-alphanumeric-accepted", "IP-HOUSE-23")
class WebhookAlphanumericAccepted(IntelePeer):
    """An alphanumeric sender can have a webhook.

    It is answered 201, and no message will ever come.
    """

    def change_webhook(self, request: Request, endpoint: str, url: str) -> WebhookState | Refusal:
        if classify(endpoint, self.name) is Kind.ALPHANUMERIC:
            return WebhookState(endpoint, url, "provisioned")
        return super().change_webhook(request, endpoint, url)


@fault("webhook-duplicates-merged", "IP-HOUSE-22")
class WebhookDuplicatesMerged(_SettingsRepaired):
    """An endpoint that stands twice is answered once.

    The list is shorter than the request.
    """

    def repaired(self, value: object) -> object:
        if is_object(value) and isinstance(value.get("endpoints"), list):
            return {**value, "endpoints": _distinct(cast("dict[str, list[object]]", value)["endpoints"])}
        return value


@fault("webhook-foreign-accepted", "IP-HOOK-13")
class WebhookForeignAccepted(IntelePeer):
    """The webhook of any number can be set.

    Customers can take each other's messages.
    """

    def change_webhook(self, request: Request, endpoint: str, url: str) -> WebhookState | Refusal:
        result = super().change_webhook(request, endpoint, url)
        if isinstance(result, Refusal) and result.reason == "foreign-number":
            return WebhookState(endpoint, url, "provisioned")
        return result


# The answer.


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


# State.


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


# Reading.


@fault("webhook-get-by-endpoints", "IP-HOOKGET-01")
class WebhookGetByEndpoints(IntelePeer):
    """The query parameter is called `endpoints`.

    So is the key of the POST; the GET has `endpoint`.
    """

    def asked_for(self, request: Request) -> list[str]:
        return request.parameters("endpoints")


@fault("webhook-get-201", "IP-HOOKGET-05")
class WebhookGet201(_WebhookStatus):
    """Reading a webhook is answered HTTP 201.

    The page says 200.
    """

    operation, right, wrong = "getWebhook", 200, 201


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
