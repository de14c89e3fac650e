"""The whole suite against an IntelePeer that somebody else wrote: a right one is never accused, a wrong one is found.

Every freedom of part 3 is a subclass. What part 3 leaves free gives no finding in --strict; what it says may warn gives
exactly that warning, and no failure without --strict.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from smsproof_conformance.case import cases
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets.target import Numbers, Secrets, Target
from smsproof_conformance.verdicts.finding import Severity, Verdict
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_conformance.wire.peer import Peer
from smsproof_spec import contract as contracts
from tests.conformance.cases.second_intelepeer import BLOCKED, LONG, NAME, SHORT, URL, Refuse, Right, Sent, by_division

CONTRACT = contracts.load("intelepeer")
TARGET = Target(
    name="second",
    vendor="intelepeer",
    base_url="http://127.0.0.1:9",
    token_env="T",
    control_url="http://127.0.0.1:9/control",
    wait_seconds=0.2,
    numbers=Numbers(
        long_codes=("+12191112222", "+12161112222"),
        short_codes=("1-12345",),
        alphanumerics=("57-MyCompany",),
        destinations=("+13038675309", "+13038678888", "+573132341111"),
        foreign="+19995550100",
        blocked_destination="+99955501000",
        not_enabled="+12165550199",
    ),
)
SECRETS = Secrets(token=SecretStr("t"), expired_token=SecretStr("e"), shared_code=SecretStr("SECRET CODE"))


def run(server: Right, target: Target = TARGET, *, secrets: Secrets = SECRETS) -> tuple[Judged, Judged]:
    """Every case against a server; judged strictly and mildly."""
    selected = list(cases("intelepeer").values())
    with Ledger.in_memory(secrets.values()) as ledger:
        Run(target, secrets, CONTRACT, ledger, peer=lambda *_: Peer(server, server)).start(selected, seed=1)
        return judge(ledger, CONTRACT, selected, strict=True), judge(ledger, CONTRACT, selected, strict=False)


def told(judged: Judged) -> list[tuple[str, str, str | None, str, str]]:
    return [(f.requirement, f.case, f.step, f.expected, f.got) for f in judged.findings]


# Freedoms that give no finding at all.


class OtherIds(Right):
    """32 characters of another make."""

    def refid(self) -> str:
        return f"{next(self.numbers):032d}"


class Created(Right):
    """The state of an older page (AMB-IP-28)."""

    def receipt(self, message: Sent) -> dict[str, Any]:
        return {**super().receipt(message), "state": "CREATED"}


class NoPartsTold(Right):
    """As in an older answer (AMB-IP-29)."""

    def receipt(self, message: Sent) -> dict[str, Any]:
        receipt = super().receipt(message)
        del receipt["numparts"]
        return receipt


class PartsByDivision(Right):
    """Torn characters are counted as if they could be torn (part 4A)."""

    def parts(self, text: str) -> int:
        return by_division(text)


class MoreKeys(Right):
    """Keys nobody documented, at every level, inbound too (AMB-IP-37)."""

    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        status, body = super().answer(method, target, token, content)
        return status, {"requestId": "r-1", **body, "warnings": [], "links": {"self": target}}

    def receipt(self, message: Sent) -> dict[str, Any]:
        return {"queue": 3, **super().receipt(message), "price": {"amount": 0.01, "currency": "USD"}}

    def state(self, endpoint: str) -> dict[str, Any]:
        state = super().state(endpoint)
        state["provisioning"]["since"] = None
        return {**state, "carrier": "x"}

    def failed_item(self, status: int) -> Any:
        return {**super().failed_item(status), "refid": None, "state": "Failed"}

    def payload(self, sender: str, to: str, message: str) -> dict[str, Any]:
        return {**super().payload(sender, to, message), "media": [], "numparts": 1, "guid": None}


class TextErrors(Right):
    """Nobody documents the body of a refusal (AMB-IP-43)."""

    def error(self, status: int) -> Any:
        return f"Error {status}\r\n".encode()


class HtmlErrors(TextErrors):
    def error(self, status: int) -> Any:
        return b"<!doctype html><title>No</title><p>No\xff"


class EmptyErrors(TextErrors):
    def error(self, status: int) -> Any:
        return b""


class DetailErrors(Right):
    def error(self, status: int) -> Any:
        return {"detail": "unauthorized"}

    def failed_item(self, status: int) -> Any:
        return {"code": status, "detail": {"reason": ["no"]}}

    def failed_endpoint(self, status: int, endpoint: str) -> dict[str, Any]:
        return {"status": status, "endpoint": endpoint, "response": "no"}


class BareItems(Right):
    """A failed item may hold nothing but its status (part 7, decision 1)."""

    def failed_item(self, status: int) -> Any:
        return {"code": status}

    def failed_endpoint(self, status: int, endpoint: str) -> dict[str, Any]:
        return {"status": status, "endpoint": endpoint}


class NullResponses(Right):
    def failed_endpoint(self, status: int, endpoint: str) -> dict[str, Any]:
        return {"status": status, "endpoint": endpoint, "response": None}


class Foreign401(Right):
    """As in older pages (AMB-IP-02)."""

    def foreign_sender(self) -> int:
        return 401


class Foreign403(Right):
    def foreign_sender(self) -> int:
        return 403


class ForeignEither(Right):
    """One code for a foreign sender alone, another in a list: both are right (AMB-IP-02)."""

    def failed_item(self, status: int) -> Any:
        return super().failed_item(401 if status == 404 else status)


class Webhook403(Right):
    """The webhook calls list neither 401 nor 403 (AMB-IP-21)."""

    def unauthorized(self, path: str, token: str) -> int:
        return 403 if "webhook" in path else 401


class Malformed400(Right):
    """A header that is no credential at all is a bad request to some (RFC 6750, 3.1)."""

    def unauthorized(self, path: str, token: str) -> int:
        return 400 if token == "malformed" else 401


class EmptyWebhook(Right):
    """No webhook is null, "", absent or 404 (AMB-IP-23)."""

    def state(self, endpoint: str) -> dict[str, Any]:
        state = super().state(endpoint)
        return {**state, "webhook": state["webhook"] or ""}


class AbsentWebhook(Right):
    def state(self, endpoint: str) -> dict[str, Any]:
        return {key: value for key, value in super().state(endpoint).items() if value is not None}


class WebhookNotFound(Right):
    def get(self, endpoints: list[str]) -> tuple[int, Any]:
        status, body = super().get(endpoints)
        if status == 200 and body["webhook"] is None:
            raise Refuse(404)
        return status, body


class Charset(Right):
    headers = (("content-type", "application/json; charset=utf-8"), ("x-request-id", "1"))


class NoContentType(Right):
    headers = ()


class UpperCaseHeaders(Right):
    headers = (("CONTENT-TYPE", "Application/JSON"), ("SERVER", "x"), ("CONNECTION", "close"))


class PrettyJson(Right):
    def encode(self, body: Any) -> bytes:
        return json.dumps(body, indent=4, sort_keys=True).replace("/", "\\/").encode() + b"\r\n"


class EscapedInbound(Right):
    """JSON with every non-ASCII character escaped, under another Content-Type (AMB-IP-36)."""

    def encode_inbound(self, body: dict[str, Any]) -> bytes:
        return json.dumps(body, indent=1).encode()

    def inbound_headers(self) -> dict[str, str]:
        return {"Content-Type": "text/plain"}


class HttpsOnly(Right):
    """A vendor may refuse http webhooks (AMB-IP-25): then nothing can arrive at a local inbox."""

    def well_formed(self, url: str) -> bool:
        return URL.fullmatch(url) is not None and url.startswith("https:")


class BadUrlPerEndpoint(Right):
    """A bad URL for several endpoints: a 207 of 400s (part 7, decision 9)."""

    def set(self, value: Any) -> tuple[int, Any]:
        endpoints = value.get("endpoints") if isinstance(value, dict) else None
        bad = isinstance(value, dict) and isinstance(value.get("webhook"), str) and not URL.fullmatch(value["webhook"])
        if bad and isinstance(endpoints, list) and len(endpoints) > 1:
            return 207, {"code": 207, "endpoints": [self.failed_endpoint(400, endpoint) for endpoint in endpoints]}
        return super().set(value)


class OtherEndpointOrder(Right):
    """Each response names its endpoint; their order is in no page."""

    def single_or_list(self, status: int, items: list[dict[str, Any]]) -> tuple[int, Any]:
        return super().single_or_list(status, items[::-1])


class StillProvisioning(Right):
    """Any of the listed states."""

    def provisioning(self, endpoint: str) -> str:
        return "requested" if endpoint.startswith("1-") else "provisioning"


class NotFoundMethods(Right):
    def no_such_call(self, path: str) -> int:
        return 404


class BlockedFirst(Right):
    """Several errors at once: any of their codes (part 7, decision 9)."""

    def check(self, value: Any) -> None:
        if isinstance(value, dict) and value.get("to") in [*BLOCKED]:
            raise Refuse(403)
        super().check(value)


class TakesNullGuid(Right):
    """null is an absent guid (part 7, decision 11)."""

    def check(self, value: Any) -> None:
        if isinstance(value, dict) and value.get("guid") is None:
            value = {key: one for key, one in value.items() if key != "guid"}
        super().check(value)


class TakesEmptyText(Right):
    """Never judged on others (part 7, decision 11)."""

    def check(self, value: Any) -> None:
        super().check(
            {**value, "text": value.get("text") or "x"}
            if isinstance(value, dict) and "text" in value and value["text"] == ""
            else value
        )


class NoControl(Right):
    """An emulator without a control API that does anything."""

    control = frozenset()


class NoSettle(Right):
    """Deliveries come by themselves, and nobody says when all is done."""

    control = frozenset({"inbound", "outbox"})


class ForgetfulOutbox(Right):
    """An outbox of an emulator that had a past."""

    def __init__(self) -> None:
        super().__init__()
        self.sent += [Sent(f"old{n}", "+12191112222", "+13038675309", f"bad alone {n}") for n in range(3)] * 2


FREE: list[type[Right]] = [
    Right, OtherIds, Created, NoPartsTold, PartsByDivision, MoreKeys, TextErrors, HtmlErrors, EmptyErrors, DetailErrors,
    BareItems, NullResponses, Foreign401, Foreign403, ForeignEither, Webhook403, Malformed400, EmptyWebhook,
    AbsentWebhook, WebhookNotFound, Charset, NoContentType, UpperCaseHeaders, PrettyJson, EscapedInbound, HttpsOnly,
    BadUrlPerEndpoint, OtherEndpointOrder, StillProvisioning, NotFoundMethods, BlockedFirst, TakesNullGuid,
    TakesEmptyText, NoControl, NoSettle, ForgetfulOutbox,
]  # fmt: skip


@pytest.mark.parametrize("server", FREE)
def test_a_right_server_is_never_accused(server: type[Right]) -> None:
    strict, _ = run(server())
    assert told(strict) == []
    assert strict.count(Verdict.ERROR) == 0


@pytest.mark.parametrize("signature", [None, ""])
def test_without_a_shared_code_no_signature_is_missed(signature: str | None) -> None:
    class NoSecret(Right):
        secret = None

        def payload(self, sender: str, to: str, message: str) -> dict[str, Any]:
            return {**super().payload(sender, to, message), "signature": signature}

    strict, _ = run(NoSecret(), secrets=Secrets(token=SecretStr("t")))
    assert told(strict) == []


def test_without_a_shared_code_the_key_may_be_absent() -> None:
    class NoSecret(Right):
        secret = None

    strict, _ = run(NoSecret(), secrets=Secrets(token=SecretStr("t")))
    assert told(strict) == []


# Freedoms that warn, and nothing more.


class UuidIds(Right):
    def refid(self) -> str:
        return f"{next(self.numbers):08x}-0000-4000-8000-000000000000"


class OtherState(Right):
    def receipt(self, message: Sent) -> dict[str, Any]:
        return {**super().receipt(message), "state": "Accepted"}


class StatusForCode(Right):
    """AMB-IP-11, part 7 decision 1."""

    def failed_item(self, status: int) -> Any:
        return {"status": status}


class ListAnswered202(Right):
    """AMB-IP-10: "generally" 207."""

    def send(self, value: Any) -> tuple[int, Any]:
        status, body = super().send(value)
        return (202 if status == 207 else status), body


class ListAnswered200(Right):
    def send(self, value: Any) -> tuple[int, Any]:
        status, body = super().send(value)
        return (200, {**body, "code": 200}) if status == 207 else (status, body)


class NumberGuid(Right):
    """The strict reading refuses a number (IP-SEND-06)."""

    def check(self, value: Any) -> None:
        if isinstance(value, dict) and isinstance(value.get("guid"), int):
            value = {**value, "guid": "1"}
        super().check(value)


class RawPlus(Right):
    """Reads the plus of a query as it stands."""

    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        return super().answer(method, target.replace("+", "%2B"), token, content)


class NoShortCodeReads(Right):
    """AMB-IP-19: short codes are not described for reading."""

    def get(self, endpoints: list[str]) -> tuple[int, Any]:
        if any(SHORT.fullmatch(endpoint) for endpoint in endpoints):
            raise Refuse(400)
        return super().get(endpoints)


class InventoryFirst(Right):
    """Looks for the sender before it looks at its form."""

    def check(self, value: Any) -> None:
        sender = value.get("from") if isinstance(value, dict) else None
        if isinstance(sender, str) and not any(form.fullmatch(sender) for form in (LONG, SHORT, NAME)):
            raise Refuse(404)
        super().check(value)


class HashedSignature(Right):
    """A newer page derives the signature from refid, text and code (P-IP-7, AMB-IP-31)."""

    def signature(self, body: dict[str, Any]) -> Any:
        return hmac.new(b"SECRET CODE", (body["refid"] + body["message"]).encode(), hashlib.sha256).hexdigest()


class SixAttempts(Right):
    """AMB-IP-34: five resends after the first."""

    attempts = 6


class ThreeAttempts(Right):
    attempts = 3


class NewState(Right):
    """AMB-IP-27: the list may grow."""

    def provisioning(self, endpoint: str) -> str:
        return "deprovisioned"


class OneForTwins(Right):
    """AMB-IP-26: nobody says what becomes of an endpoint that stands twice."""

    def set(self, value: Any) -> tuple[int, Any]:
        if isinstance(value, dict) and isinstance(value.get("endpoints"), list):
            value = {**value, "endpoints": list({repr(one): one for one in value["endpoints"]}.values())}
        return super().set(value)


class EmptyListTaken(Right):
    """AMB-IP-26: nor of an empty list."""

    def set(self, value: Any) -> tuple[int, Any]:
        if isinstance(value, dict) and value.get("endpoints") == [] and isinstance(value.get("webhook"), str):
            return 207, {"code": 207, "endpoints": []}
        return super().set(value)


class WholeListRefused(Right):
    """AMB-IP-26: a malformed endpoint refuses the whole call."""

    def set(self, value: Any) -> tuple[int, Any]:
        endpoints = value.get("endpoints") if isinstance(value, dict) else None
        if isinstance(endpoints, list) and len(endpoints) > 1:
            for endpoint in endpoints:
                if isinstance(endpoint, str) and not LONG.fullmatch(endpoint) and not SHORT.fullmatch(endpoint):
                    raise Refuse(400)
        return super().set(value)


class FragmentTaken(Right):
    """AMB-IP-25: which URLs are well formed is not said."""

    def well_formed(self, url: str) -> bool:
        return re.fullmatch(r"(https?|ftp)://[^\s/?#]+\S*", url) is not None


class PutSetsToo(Right):
    """The page rules no other method out for webhooks."""

    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        return super().answer("POST" if method == "PUT" and "webhook" in target else method, target, token, content)


class AnyWordBeforeTheToken(Right):
    """The pages have Bearer; that no other word may stand there is in none."""

    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        return super().answer(method, target, "good" if token == "other-scheme" else token, content)


WARNED: dict[type[Right], set[str]] = {
    AnyWordBeforeTheToken: {"IP-GEN-01"},
    UuidIds: {"IP-HOUSE-09"},
    OtherState: {"IP-SEND-16"},
    StatusForCode: {"IP-BULK-11"},
    ListAnswered202: {"IP-BULK-06", "IP-BULK-15"},
    ListAnswered200: {"IP-BULK-06", "IP-BULK-07", "IP-BULK-15", "IP-HOUSE-04"},
    NumberGuid: {"IP-SEND-06"},
    RawPlus: {"IP-HOOKGET-09"},
    NoShortCodeReads: {"IP-HOOKGET-01"},
    InventoryFirst: {"IP-SEND-21"},
    HashedSignature: {"IP-INBOUND-03"},
    SixAttempts: {"IP-INBOUND-11"},
    ThreeAttempts: {"IP-INBOUND-11"},
    NewState: {"IP-HOOK-16", "IP-HOOKGET-08"},
    OneForTwins: {"IP-HOUSE-22"},
    EmptyListTaken: {"IP-HOUSE-14"},
    WholeListRefused: {"IP-HOOK-09"},
    FragmentTaken: {"IP-HOOK-12"},
    PutSetsToo: {"IP-HOOK-01"},
}


@pytest.mark.parametrize("server", WARNED)
def test_where_part_3_warns_there_is_that_warning_and_no_failure(server: type[Right]) -> None:
    strict, mild = run(server())
    assert {finding.requirement for finding in strict.findings} == WARNED[server]
    assert [finding for finding in mild.findings if finding.severity is Severity.FAIL] == []


# Wrong servers.


class AnyBasic(Right):
    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        return super().answer(method, target, "good" if token == "wrong-basic" else token, content)


class BasicForLists(Right):
    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        taken = token == "wrong-basic" and content.startswith(b"[")
        return super().answer(method, target, "good" if taken else token, content)


class SeveralWithoutAToken(Right):
    """Looks for the token where one endpoint is set, and nowhere else."""

    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        several = method == "POST" and "webhook" in target and content.count(b'"+') + content.count(b'"1-') > 1
        return super().answer(method, target, "good" if several else token, content)


class SendsBeforeItLooksAtTheToken(Right):
    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        if token != "good" and method == "POST" and "send" in target:
            super().answer(method, target, "good", content)
        return super().answer(method, target, token, content)


class SetsBeforeItLooksAtTheToken(Right):
    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        if token != "good" and method == "POST" and "webhook" in target:
            super().answer(method, target, "good", content)
        return super().answer(method, target, token, content)


class SendsByOtherMethodsAndSaysNo(Right):
    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        if method in ("PUT", "PATCH", "DELETE") and "send" in target:
            super().answer("POST", target, token, content)
        return super().answer(method, target, token, content)


class SetsByPutAndSaysNo(Right):
    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        if method == "PUT" and "webhook" in target:
            super().answer("POST", target, token, content)
        return super().answer(method, target, token, content)


class DeletesAndSaysNo(Right):
    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        if method == "DELETE" and "webhook" in target:
            self.webhooks.clear()
        return super().answer(method, target, token, content)


class BeginningOfTheToken(Right):
    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        return super().answer(method, target, "good" if token == "longer" else token, content)


class FailuresFirst(Right):
    """Sorts the responses."""

    def send(self, value: Any) -> tuple[int, Any]:
        status, body = super().send(value)
        if status == 207:
            body["responses"].sort(key=lambda item: -item["code"])
        return status, body


class SameWebhookForAll(Right):
    def put(self, number: str, url: str) -> None:
        for one in ("+12191112222", "+12161112222", "1-12345"):
            self.webhooks[one] = url


class GivesUpAtOnce(Right):
    attempts = 1


class NeverGivesUp(Right):
    attempts = 12


class CountsCodePoints(Right):
    def parts(self, text: str) -> int:
        return -(-len(text) // 160)


class LosesAccents(Right):
    def accept(self, value: Any) -> Sent:
        message = super().accept(value)
        self.sent[-1] = message._replace(text=message.text.encode("ascii", "replace").decode())
        return message


class RefusesWholeList(Right):
    def failed_item(self, status: int) -> Any:
        raise Refuse(400)


class TakesTheFirstOfAList(Right):
    def send(self, value: Any) -> tuple[int, Any]:
        return super().send(value[0] if isinstance(value, list) and len(value) == 1 else value)


class SendsTwice(Right):
    def accept(self, value: Any) -> Sent:
        message = super().accept(value)
        self.sent.append(message)
        return message


class DeliversToNames(Right):
    async def inbound(self, sender: str, to: str, message: str) -> bool:
        return await super().inbound(sender, next(iter(self.webhooks)) if NAME.fullmatch(to) else to, message)


class NewRefidEachAttempt(Right):
    async def deliver(self, client: httpx2.AsyncClient, url: str, body: dict[str, Any]) -> None:
        for _ in range(self.attempts):
            body = {**body, "refid": f"{next(self.numbers):032x}"}
            try:
                answer = await client.post(url, content=self.encode_inbound(body))
            except httpx2.HTTPError:
                continue
            if answer.status_code == 200:
                return


class ForgetsTheUrl(Right):
    def well_formed(self, url: str) -> bool:
        if not super().well_formed(url):
            self.webhooks.clear()
            return False
        return True


WRONG: dict[type[Right], set[str]] = {
    AnyBasic: {"IP-GEN-01"},
    BeginningOfTheToken: {"IP-GEN-01", "IP-SEND-22"},
    BasicForLists: {"IP-BULK-08"},
    SeveralWithoutAToken: {"IP-GEN-01"},
    SendsBeforeItLooksAtTheToken: {"IP-GEN-01", "IP-BULK-08"},
    SetsBeforeItLooksAtTheToken: {"IP-GEN-01"},
    SendsByOtherMethodsAndSaysNo: {"IP-SEND-01"},
    SetsByPutAndSaysNo: {"IP-HOOKGET-11"},
    DeletesAndSaysNo: {"IP-HOOKGET-11"},
    FailuresFirst: {"IP-BULK-05"},
    SameWebhookForAll: {"IP-HOOK-19"},
    GivesUpAtOnce: {"IP-INBOUND-11"},
    NeverGivesUp: {"IP-INBOUND-11"},
    CountsCodePoints: {"IP-HOUSE-08"},
    LosesAccents: {"IP-SEND-05"},
    RefusesWholeList: {"IP-BULK-06"},
    TakesTheFirstOfAList: {"IP-BULK-15"},
    SendsTwice: {"IP-SEND-15"},
    DeliversToNames: {"IP-SEND-25"},
    NewRefidEachAttempt: {"IP-INBOUND-14"},
    ForgetsTheUrl: {"IP-HOOKGET-11"},
}


@pytest.mark.parametrize("server", WRONG)
def test_a_wrong_server_is_found(server: type[Right]) -> None:
    strict, _ = run(server())
    assert WRONG[server] <= {finding.requirement for finding in strict.findings}
