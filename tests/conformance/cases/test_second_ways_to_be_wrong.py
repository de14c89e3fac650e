"""Ways to break what the pages say that none of our own emulator's faults takes: small mutations of the second servers.

Each must be found, under a requirement that it breaks, and what only an example shows must not fail a target.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest

from smsproof_conformance.records.exchange import Answer, Request
from smsproof_conformance.targets.target import Target
from smsproof_conformance.verdicts.finding import Severity
from tests.conformance.cases import second_intelepeer as ip
from tests.conformance.cases import second_messangi as ms
from tests.conformance.cases import test_intelepeer_second_server as intelepeer
from tests.conformance.cases import test_messangi_second_server as messangi


def hasty(target: Target) -> Target:
    """The second servers settle when they are asked to: what has not come by then need not be waited for."""
    return target.model_copy(update={"wait_seconds": 0.01})


# IntelePeer.


class HeaderAlways(ip.Right):
    """153 septets a part, even alone."""

    def parts(self, text: str) -> int:
        each, _, among = ip.sizes(text)
        return max(1, -(-sum(each) // among))


class UnicodeByAscii(ip.Right):
    """UCS-2 for whatever is not ASCII."""

    def parts(self, text: str) -> int:
        alone, among = (160, 153) if text.isascii() else (70, 67)
        units = len(text.encode("utf-16-le")) // 2 if among == 67 else sum(2 if c in ip.TWICE else 1 for c in text)
        return 1 if units <= alone else -(-units // among)


class ExtensionOnce(ip.Right):
    """An extension character is one septet."""

    def parts(self, text: str) -> int:
        return (
            ip.by_division(re.sub("[€^{}~|\\[\\]\\\\]", "x", text)) if ip.sizes(text)[1] == 160 else super().parts(text)
        )


class CodePoints(ip.Right):
    """An emoji is one unit."""

    def parts(self, text: str) -> int:
        return super().parts(re.sub("[\U00010000-\U0010ffff]", "ж", text))


class NeverMoreThanTwoParts(ip.Right):
    def parts(self, text: str) -> int:
        return min(2, super().parts(text))


class LongListsSwapped(ip.Right):
    """The last two responses of a list of three and more change places."""

    def send(self, value: Any) -> tuple[int, Any]:
        status, body = super().send(value)
        if status == 207 and len(body["responses"]) > 2:
            body["responses"][-2:] = body["responses"][:-3:-1]
        return status, body


class RefidsOfEachCall(ip.Right):
    """refids are counted anew in every list."""

    def send(self, value: Any) -> tuple[int, Any]:
        status, body = super().send(value)
        for place, item in enumerate(body["responses"] if status == 207 else ()):
            if "refid" in item:
                item["refid"] = f"SM{place:030X}"
        return status, body


class GuidOnce(ip.Right):
    """A guid that was used before is refused."""

    def check(self, value: Any) -> None:
        super().check(value)
        self.guids = getattr(self, "guids", set[str]())
        if "guid" in value:
            if value["guid"] in self.guids:
                raise ip.Refuse(400)
            self.guids.add(value["guid"])


class GuidIsUuid(ip.Right):
    def check(self, value: Any) -> None:
        super().check(value)
        if "guid" in value and not re.fullmatch(r"[0-9a-f-]{36}|[0-9]+", value["guid"]):
            raise ip.Refuse(400)


class CodeAsText(ip.Right):
    def receipt(self, message: ip.Sent) -> dict[str, Any]:
        return {**super().receipt(message), "code": "202"}


class PartsAsText(ip.Right):
    def receipt(self, message: ip.Sent) -> dict[str, Any]:
        return {**super().receipt(message), "numparts": "1"}


class OneWebhook(ip.Right):
    """The webhook is the account's."""

    def put(self, number: str, url: str) -> None:
        super().put(number, url)
        self.webhooks = dict.fromkeys(ip.OWNED, url)


class FirstUrlStays(ip.Right):
    """A webhook is set once."""

    def put(self, number: str, url: str) -> None:
        if number in self.webhooks:
            return
        super().put(number, url)


class ReadsAreLate(ip.Right):
    """A read gives what was set before the last change."""

    def put(self, number: str, url: str) -> None:
        self.before = {**getattr(self, "before", {}), number: self.webhooks.get(number, url)}
        super().put(number, url)

    def get(self, endpoints: list[str]) -> tuple[int, Any]:
        status, body = super().get(endpoints)
        if status == 200 and body["tnkey"] in getattr(self, "before", {}):
            body["webhook"] = self.before[body["tnkey"]]
        return status, body


class OnlyTheFirstOfSeveral(ip.Right):
    """Of several endpoints only the first gets the webhook, and all are told 201."""

    def set(self, value: Any) -> tuple[int, Any]:
        before = dict(self.webhooks)
        status, body = super().set(value)
        if status == 207:
            for endpoint in value["endpoints"][1:]:
                if endpoint in before:
                    self.webhooks[endpoint] = before[endpoint]
        return status, body


class ListForOne(ip.Right):
    """207 for one endpoint as well."""

    def single_or_list(self, status: int, items: list[dict[str, Any]]) -> tuple[int, Any]:
        if status == 201 and items[0]["status"] == 201:
            return 207, {"code": 207, "endpoints": items}
        return super().single_or_list(status, items)


class SingleForSeveral(ip.Right):
    """201 for several endpoints, with the first of them."""

    def single_or_list(self, status: int, items: list[dict[str, Any]]) -> tuple[int, Any]:
        return super().single_or_list(status, items[:1])


class EscapesStay(ip.Right):
    """%2B is not decoded."""

    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        return super().answer(method, target.replace("%2B", "%252B"), token, content)


class EscapesTwice(ip.Right):
    """A query is decoded twice: the plus becomes a space."""

    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        return super().answer(method, unquote(target), token, content)


class StopsAtThree(ip.Right):
    attempts = 3


class SevenAttempts(ip.Right):
    attempts = 7


class MangledInbound(ip.Right):
    """Bytes of UTF-8 read as Latin-1."""

    def payload(self, sender: str, to: str, message: str) -> dict[str, Any]:
        return super().payload(sender, to, message.encode().decode("latin-1"))


class CutInbound(ip.Right):
    """What comes after a line break is lost."""

    def payload(self, sender: str, to: str, message: str) -> dict[str, Any]:
        return super().payload(sender, to, message.partition("\n")[0])


class SwappedInbound(ip.Right):
    def payload(self, sender: str, to: str, message: str) -> dict[str, Any]:
        return super().payload(to, sender, message)


class AnyAnswerWillDo(ip.Right):
    """Whatever answer ends the attempts: only a lost connection is tried again."""

    async def deliver(self, client: httpx2.AsyncClient, url: str, body: dict[str, Any]) -> None:
        for _ in range(self.attempts):
            try:
                await client.post(url, content=self.encode_inbound(body))
            except httpx2.HTTPError:
                continue
            return


class ClientErrorsEndIt(ip.Right):
    """A 4xx ends the attempts, a 5xx does not."""

    async def deliver(self, client: httpx2.AsyncClient, url: str, body: dict[str, Any]) -> None:
        for _ in range(self.attempts):
            try:
                answer = await client.post(url, content=self.encode_inbound(body))
            except httpx2.HTTPError:
                continue
            if answer.status_code < 500:
                return


class SameRefidInbound(ip.Right):
    def payload(self, sender: str, to: str, message: str) -> dict[str, Any]:
        return {**super().payload(sender, to, message), "refid": "A" * 32}


class TokenOfTheCall(ip.Right):
    """Only sending looks at the token."""

    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        return super().answer(method, target, "good" if "webhook" in target else token, content)


class ExpiredTokens(ip.Right):
    def answer(self, method: str, target: str, token: str, content: bytes) -> tuple[int, Any]:
        return super().answer(method, target, "good" if token == "expired" else token, content)


class LastDigitDropped(ip.Right):
    """A destination of more than 15 digits is cut."""

    def check(self, value: Any) -> None:
        if isinstance(value, dict) and isinstance(value.get("to"), str):
            value["to"] = value["to"][:16]
        super().check(value)


class TrimmedDestination(ip.Right):
    """Spaces and dashes are taken out of a destination."""

    def check(self, value: Any) -> None:
        if isinstance(value, dict) and isinstance(value.get("to"), str):
            value = {**value, "to": re.sub("[ -]", "", value["to"])}
        super().check(value)


INTELEPEER: dict[type[ip.Right], set[str]] = {
    HeaderAlways: {"IP-HOUSE-08"},
    UnicodeByAscii: {"IP-HOUSE-08"},
    ExtensionOnce: {"IP-HOUSE-08"},
    CodePoints: {"IP-HOUSE-08"},
    NeverMoreThanTwoParts: {"IP-HOUSE-08"},
    LongListsSwapped: {"IP-BULK-05"},
    RefidsOfEachCall: {"IP-SEND-20"},
    GuidOnce: {"IP-SEND-13"},
    GuidIsUuid: {"IP-SEND-12"},
    CodeAsText: {"IP-SEND-17"},
    PartsAsText: {"IP-SEND-19"},
    OneWebhook: {"IP-HOOK-19", "IP-INBOUND-02"},
    FirstUrlStays: {"IP-HOOK-20"},
    ReadsAreLate: {"IP-HOOKGET-11"},
    OnlyTheFirstOfSeveral: {"IP-HOOK-21"},
    ListForOne: {"IP-HOOK-06"},
    SingleForSeveral: {"IP-HOOK-07"},
    EscapesStay: {"IP-HOOKGET-01"},
    EscapesTwice: {"IP-HOOKGET-01"},
    StopsAtThree: {"IP-INBOUND-11"},
    SevenAttempts: {"IP-INBOUND-11"},
    MangledInbound: {"IP-INBOUND-08"},
    CutInbound: {"IP-INBOUND-08"},
    SwappedInbound: {"IP-INBOUND-06", "IP-INBOUND-07"},
    AnyAnswerWillDo: {"IP-INBOUND-11"},
    ClientErrorsEndIt: {"IP-INBOUND-11"},
    SameRefidInbound: {"IP-INBOUND-14"},
    TokenOfTheCall: {"IP-GEN-01"},
    ExpiredTokens: {"IP-SEND-22"},
    LastDigitDropped: {"IP-SEND-11"},
    TrimmedDestination: {"IP-SEND-11"},
}


@pytest.mark.parametrize("server", INTELEPEER)
def test_an_intelepeer_that_is_wrong_in_another_way_is_found(server: type[ip.Right]) -> None:
    strict, _ = intelepeer.run(server(), hasty(intelepeer.TARGET))
    assert INTELEPEER[server] <= {finding.requirement for finding in strict.findings}


# Messangi.


class FirstRecipientOnly(ms.Right):
    """Values are filled in for the first recipient; the others get the template."""

    def take_batch(self, value: dict[str, Any], recipients: list[dict[str, Any]]) -> Any:
        self.filled = 0
        return super().take_batch(value, recipients)

    def fill(self, template: str, params: list[Any]) -> str:
        self.filled += 1
        return super().fill(template, params) if self.filled == 1 else template


class ValuesOfTheFirst(ms.Right):
    """Every recipient gets the first one's values."""

    def take_batch(self, value: dict[str, Any], recipients: list[dict[str, Any]]) -> Any:
        shared = [{**one, "params": recipients[0].get("params", [])} for one in recipients]
        return super().take_batch(value, shared)


class SwappedValues(ms.Right):
    def fill(self, template: str, params: list[Any]) -> str:
        return super().fill(template, params[::-1])


class InvalidDropped(ms.Right):
    """Invalid numbers are in no list."""

    def batch_data(self, *given: Any) -> dict[str, Any]:
        data = super().batch_data(*given)
        data.pop("invalidNumber", None)
        return data


class InvalidCounted(ms.Right):
    """invalidNumber is how many there are."""

    def batch_data(self, *given: Any) -> dict[str, Any]:
        data = super().batch_data(*given)
        return {**data, "invalidNumber": len(data.get("invalidNumber", []))}


class FloatNoise(ms.Right):
    def written(self, param: Any) -> str:
        return f"{param:.17f}" if isinstance(param, float) else super().written(param)


class OneTooFew(ms.Right):
    """1529 characters are the limit."""

    def fits(self, text: str) -> bool:
        return ms.units(text) < 1530 and super().fits(text)


class LimitOfCharacters2000(ms.Right):
    def fits(self, text: str) -> bool:
        return len(text) <= 2000


class IdsOfEachBatch(ms.Right):
    """The ids of a batch are counted anew."""

    def batch_data(self, *given: Any) -> dict[str, Any]:
        data = super().batch_data(*given)
        return {**data, "ids": [{**one, "id": str(place)} for place, one in enumerate(data["ids"])]}


class FirstUrlOnlyForBatches(ms.Right):
    def urls(self, value: dict[str, Any]) -> list[str]:
        return super().urls(value)[: None if isinstance(value["to"], list) else 1]


class ErrorsWithoutType(ms.Right):
    """The Content-Type is missing on errors."""

    def headers(self, status: int) -> tuple[tuple[str, str], ...]:
        return super().headers(status) if status < 400 else ()


class StampAsDate(ms.Right):
    def timestamp(self) -> Any:
        return "2025-11-21T23:38:58Z"


class Titled(ms.Right):
    """`Queue` in the place of QUEUE."""

    def status(self) -> str:
        return "Queue"


class PlusInside(ms.Right):
    """An ids entry names another number."""

    def batch_data(self, *given: Any) -> dict[str, Any]:
        data = super().batch_data(*given)
        return {**data, "ids": [{**one, "mobile": "00" + one["mobile"].removeprefix("+")} for one in data["ids"]]}


class GroupExternalId(ms.Right):
    """externalId comes back in capitals."""

    def payload(self, *given: Any) -> Any:
        body = super().payload(*given)
        return {**body, **({"externalId": body["externalId"].upper()} if "externalId" in body else {})}


class CallbackById(ms.Right):
    """Callbacks tell an id that nobody was given."""

    def payload(self, *given: Any) -> Any:
        return {**super().payload(*given), "id": self.new_id()}


class CallbacksByPut(ms.Right):
    async def deliver(self, client: httpx2.AsyncClient, url: str, body: Any) -> None:
        await client.put(url, json=body)


class NeverDefaults(ms.Right):
    """Without requestDR a receipt is requested."""

    def check_common(self, value: dict[str, Any]) -> None:
        super().check_common(value)
        value.setdefault("requestDR", True)


class FlatBatch(ms.Right):
    """The ids are plain strings."""

    def batch_data(self, *given: Any) -> dict[str, Any]:
        data = super().batch_data(*given)
        return {**data, "ids": [one["id"] for one in data["ids"]]}


class NoEnvelope(ms.Right):
    """data without an envelope."""

    async def exchange(self, request: Request) -> Answer:
        import json
        from dataclasses import replace

        answer = await super().exchange(request)
        return replace(answer, body=json.dumps(answer.value["data"]).encode()) if answer.succeeded else answer


class SixteenDigits(ms.Right):
    def is_destination(self, to: str) -> bool:
        return re.fullmatch(r"\+?[1-9][0-9]{6,15}", to) is not None


class FourteenDigits(ms.Right):
    def is_destination(self, to: str) -> bool:
        return re.fullmatch(r"\+?[1-9][0-9]{6,13}", to) is not None


class LettersDialled(ms.Right):
    """Letters behind a number are cut off, and the rest is sent to."""

    def is_destination(self, to: str) -> bool:
        return super().is_destination(to.rstrip("x"))


MESSANGI: dict[type[ms.Right], set[str]] = {
    FirstRecipientOnly: {"MS-BATCH-08"},
    ValuesOfTheFirst: {"MS-BATCH-08"},
    SwappedValues: {"MS-BATCH-08"},
    InvalidDropped: {"MS-BRESP-07"},
    InvalidCounted: {"MS-BRESP-07"},
    FloatNoise: {"MS-BATCH-10"},
    OneTooFew: {"MS-TEXT-07"},
    LimitOfCharacters2000: {"MS-TEXT-06", "MS-TEXT-07"},
    IdsOfEachBatch: {"MS-BRESP-05"},
    FirstUrlOnlyForBatches: {"MS-CALLBACK-01"},
    ErrorsWithoutType: {"MS-GEN-06"},
    StampAsDate: {"MS-RESP-02"},
    Titled: {"MS-RESP-12"},
    PlusInside: {"MS-BRESP-06"},
    GroupExternalId: {"MS-CALLBACK-05"},
    CallbackById: {"MS-CALLBACK-09"},
    CallbacksByPut: {"MS-CALLBACK-02"},
    NeverDefaults: {"MS-SEND-08", "MS-BATCH-11"},
    FlatBatch: {"MS-BRESP-04"},
    NoEnvelope: {"MS-RESP-01", "MS-BRESP-01"},
    SixteenDigits: {"MS-ADDR-03"},
    FourteenDigits: {"MS-ADDR-03"},
    LettersDialled: {"MS-ADDR-01"},
}


@pytest.mark.parametrize("server", MESSANGI)
def test_a_messangi_that_is_wrong_in_another_way_is_found(server: type[ms.Right]) -> None:
    strict, _ = messangi.run(server(), hasty(messangi.TARGET))
    assert MESSANGI[server] <= {finding.requirement for finding in strict.findings}


@pytest.mark.parametrize("server", [StopsAtThree])
def test_three_attempts_warn_and_never_fail(server: type[ip.Right]) -> None:
    _, mild = intelepeer.run(server(), hasty(intelepeer.TARGET))
    assert {finding.severity for finding in mild.findings} == {Severity.WARN}


@pytest.mark.parametrize("server", [SevenAttempts, AnyAnswerWillDo])
def test_one_attempt_and_more_than_six_fail(server: type[ip.Right]) -> None:
    _, mild = intelepeer.run(server(), hasty(intelepeer.TARGET))
    assert ("IP-INBOUND-11", Severity.FAIL) in {(f.requirement, f.severity) for f in mild.findings}
