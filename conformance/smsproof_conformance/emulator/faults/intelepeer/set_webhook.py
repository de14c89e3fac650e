"""Ways to take or refuse the setting of a webhook wrongly at IntelePeer: section 2E of the requirements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from smsproof_conformance.emulator.exchange import Answer, Body, Refusal, Request, is_list, is_object
from smsproof_conformance.emulator.faults.fault import fault, filled, stringified
from smsproof_conformance.emulator.vendors.intelepeer import WEBHOOK_PATH, IntelePeer, WebhookState
from smsproof_spec.rules import Kind, classify

_ENDPOINT = "+12161112222"
_URL = "http://127.0.0.1/"


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


@fault("webhook-bulk-all-foreign-404", "IP-HOOK-07")
class WebhookBulkAllForeign404(IntelePeer):
    """Several endpoints that all fail are answered with the first one's status.

    The page says 207 for several, whatever becomes of them.
    """

    def webhook_answer(self, status: int, results: Sequence[tuple[str, WebhookState | Refusal]]) -> Answer:
        refusals = [result for _, result in results if isinstance(result, Refusal)]
        return self.refuse(refusals[0]) if len(refusals) == len(results) else super().webhook_answer(status, results)


@fault("webhook-bulk-not-enabled-accepted", "IP-HOOK-11")
class WebhookBulkNotEnabledAccepted(IntelePeer):
    """Among several, a number that is not enabled for SMS can have a webhook.

    Alone it is answered 400.
    """

    def webhook_item(self, status: int, endpoint: str, result: WebhookState | Refusal) -> Body:
        if isinstance(result, Refusal) and result.reason == "not-enabled":
            result = WebhookState(endpoint, None, "provisioned")
        return super().webhook_item(status, endpoint, result)


@fault("webhook-endpoint-trimmed", "IP-HOOK-10")
class WebhookEndpointTrimmed(_SettingsRepaired):
    """An endpoint may have white space around it.

    A line break behind the digits is what a pattern that ends in $ lets through.
    """

    def repaired(self, value: object) -> object:
        if is_object(value):
            endpoints = value.get("endpoints")
            if is_list(endpoints):
                return {**value, "endpoints": [one.strip() if isinstance(one, str) else one for one in endpoints]}
        return value


@fault("webhook-endpoints-skipped", "IP-HOOK-02")
class WebhookEndpointsSkipped(_SettingsRepaired):
    """Endpoints that are no strings are skipped.

    Nobody learns that one of the list was not set.
    """

    def repaired(self, value: object) -> object:
        if is_object(value):
            endpoints = value.get("endpoints")
            if is_list(endpoints) and any(isinstance(one, str) for one in endpoints):
                return {**value, "endpoints": [one for one in endpoints if isinstance(one, str)]}
        return value


@fault("webhook-url-spaced-accepted", "IP-HOOK-12")
class WebhookUrlSpacedAccepted(_SettingsRepaired):
    """The webhook's URL may hold spaces.

    They are escaped for the customer; a URL has none.
    """

    def repaired(self, value: object) -> object:
        if is_object(value) and "://" in str(value.get("webhook")):
            return {**value, "webhook": str(value["webhook"]).replace(" ", "%20")}
        return value


@fault("webhook-url-slash-cut", "IP-HOOK-15")
class WebhookUrlSlashCut(_SettingsRepaired):
    """A slash at the end of the webhook's URL is cut off.

    /hook and /hook/ are two URLs.
    """

    def repaired(self, value: object) -> object:
        if is_object(value) and str(value.get("webhook")).count("/") > 3:
            return {**value, "webhook": str(value["webhook"]).rstrip("/")}
        return value


@fault("webhook-set-without-token", "IP-GEN-01")
class WebhookSetWithoutToken(IntelePeer):
    """A webhook without a token is answered 401, and set.

    Whoever finds the address can read the customer's messages.
    """

    def handle(self, request: Request) -> Answer:
        if request.path == WEBHOOK_PATH and request.method == "POST" and request.header(b"authorization") is None:
            self.set_webhook(request)
        return super().handle(request)
