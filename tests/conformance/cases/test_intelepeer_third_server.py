"""A stranger's IntelePeer: right in ways of its own it is not accused, wrong in one way it is found, and where.

The wrong ones are those that a suite of its time let pass, with some of each kind that it knew. Each is run against the
cases that must find it; the right ones against all.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, unquote_plus

import pytest
from pydantic import SecretStr

from smsproof_conformance.case import cases
from smsproof_conformance.records.exchange import Request
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets.target import Numbers, Secrets, Target
from smsproof_conformance.verdicts.finding import Severity, Verdict
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_conformance.wire.peer import Peer
from smsproof_spec import contract as contracts
from tests.conformance.cases.third_intelepeer import HOOK, SEND, Reply, Stranger, without_query

CONTRACT = contracts.load("intelepeer")
TARGET = Target(
    name="third",
    vendor="intelepeer",
    base_url="http://127.0.0.1:9",
    token_env="T",
    control_url="http://127.0.0.1:9/control",
    wait_seconds=0.1,
    numbers=Numbers(
        long_codes=("+12191112222", "+12161112222"),
        short_codes=("1-12345",),
        alphanumerics=("57-MyCompany",),
        destinations=("+13038675309",),
        foreign="+19995550100",
        blocked_destination="+99955501000",
        not_enabled="+12165550199",
    ),
)
SECRETS = Secrets(token=SecretStr("t"), expired_token=SecretStr("e"), shared_code=SecretStr("SECRET CODE"))


def run(server: Stranger, *names: str) -> Judged:
    """The named cases against a server, all of them without a name."""
    known = cases("intelepeer")
    selected = [known[name] for name in names] or list(known.values())
    with Ledger.in_memory(SECRETS.values()) as ledger:
        Run(TARGET, SECRETS, CONTRACT, ledger, peer=lambda *_: Peer(server, server)).start(selected, seed=1)
        return judge(ledger, CONTRACT, selected, strict=False)


# Right in other ways.


class Options(Stranger):
    """HEAD is a GET without a body, and OPTIONS says what there is."""

    def answer(self, request: Request) -> Reply:
        if request.method == "OPTIONS":
            return 204, None
        return super().answer(request)


class FormBeforeToken(Stranger):
    """Reads the body before it looks at the token: 400 stands before 401."""

    def answer(self, request: Request) -> Reply:
        if request.method == "POST" and request.target in (SEND, HOOK):
            try:
                self.parse(request.body or b"")
            except ValueError:
                return self.no(400)
        return super().answer(request)


class TokenBeforePath(Stranger):
    """Asks for the token at every path and method."""

    def answer(self, request: Request) -> Reply:
        return super().answer(request) if request.token == "good" else self.no(401)


class SetInThePortal(Stranger):
    """Every number has a webhook that the customer set in the portal (S1:14)."""

    def __init__(self) -> None:
        super().__init__()
        self.hooks = {number: "https://portal.example/hook?n=1" for number in sorted(self.owned) if number[0] != "5"}


class EveryState(Stranger):
    """Each number is in another of the six states."""

    def state(self, endpoint: str) -> str:
        states = ("requested", "provisioning", "derequested", "deprovisioning", "error")
        return states[sum(map(ord, endpoint)) % 5]


class ShortTextsOnly(Stranger):
    """Nobody says how long a text may be (AMB-IP-39)."""

    def check(self, item: Any) -> int:
        status = super().check(item)
        return status or 400 * (len(item["text"]) > 1600)


class NoOddKeys(Stranger):
    """Nobody says what becomes of keys that are not documented (AMB-IP-41)."""

    def check(self, item: Any) -> int:
        odd = isinstance(item, dict) and item.keys() - {"from", "to", "text", "guid"}
        return 400 if odd else super().check(item)


class Escapes(Stranger):
    """Letters are JSON escapes, keys too."""

    def encode(self, value: Any) -> bytes:
        def escaped(text: re.Match[str]) -> str:
            return re.sub(r"\\u....|\\.|[A-Za-z]", letter, text[0])

        def letter(found: re.Match[str]) -> str:
            return f"\\u{ord(found[0]):04x}" if found[0].isalpha() else found[0]

        return re.sub(r'"(?:[^"\\]|\\.)*"', escaped, json.dumps(value)).encode()


class WholeFloats(Stranger):
    """202.0 is a whole number to JSON and to JSON Schema."""

    def encode(self, value: Any) -> bytes:
        return re.sub(rb'("code"|"status"|"numparts"): ([0-9]+)', rb"\1: \2.0", super().encode(value))


class AnySuccessIsDone(Stranger):
    """What other 2xx mean is never judged (AMB-IP-35)."""

    def is_done(self, status: int) -> bool:
        return 200 <= status < 300


FREE = [
    Stranger, Options, FormBeforeToken, TokenBeforePath, SetInThePortal, EveryState, ShortTextsOnly, NoOddKeys, Escapes,
    WholeFloats, AnySuccessIsDone,
]  # fmt: skip


@pytest.mark.parametrize("server", FREE)
def test_a_stranger_who_is_right_is_never_accused(server: type[Stranger]) -> None:
    judged = run(server())
    assert [(one.requirement, one.case, one.expected, one.got) for one in judged.findings] == []
    assert {case.verdict for case in judged.cases} == {Verdict.PASS}


def test_a_run_is_small() -> None:
    """Under 250 requests and 60 accepted messages for the case phase."""
    judged = run(Stranger())
    assert judged.requests < 250
    assert judged.accepted < 60


# Wrong in one way.


def puts_right(key: str, form: Callable[[str], str]) -> type[Stranger]:
    """A server that makes a right address of a wrong one."""

    class PutsRight(Stranger):
        def check(self, item: Any) -> int:
            if isinstance(item, dict) and isinstance(item.get(key), str):
                item[key] = form(item[key])
            return super().check(item)

    return PutsRight


def takes_for(key: str, kind: type, value: Any) -> type[Stranger]:
    """A server that makes a string of another JSON type."""

    class TakesFor(Stranger):
        def check(self, item: Any) -> int:
            if isinstance(item, dict) and isinstance(item.get(key), kind):
                item[key] = value
            return super().check(item)

    return TakesFor


def sends(change: Callable[[str], str]) -> type[Stranger]:
    """A server that sends another text than it was given."""

    class Sends(Stranger):
        def store(self, entry: dict[str, Any]) -> None:
            super().store({**entry, "text": change(entry["text"])})

    return Sends


def counts(change: Callable[[str], str]) -> type[Stranger]:
    """A server that counts the parts of another text than it was given."""

    class Counts(Stranger):
        def parts(self, text: str) -> int:
            return super().parts(change(text))

    return Counts


def brings(change: Callable[[str], str]) -> type[Stranger]:
    """A server that delivers another text than a handset wrote."""

    class Brings(Stranger):
        def body(self, body: dict[str, Any], attempt: int) -> dict[str, Any]:
            return {**body, "message": change(body["message"])}

    return Brings


def ends_at(*final: int) -> type[Stranger]:
    """A server that gives an inbound message up at certain answers."""

    class EndsAt(Stranger):
        def is_done(self, status: int) -> bool:
            return status == 200 or status in final

    return EndsAt


def repairs(change: Callable[[dict[str, Any]], dict[str, Any]]) -> type[Stranger]:
    """A server that makes right settings of wrong ones."""

    class Repairs(Stranger):
        def set(self, value: Any) -> Reply:
            return super().set(change(value) if isinstance(value, dict) else value)

    return Repairs


def eastern(text: str) -> str:
    return "".join(str(unicodedata.digit(char, char)) for char in text)


def strip_marks(text: str) -> str:
    return re.sub("[\u200b-\u200f]", "", text)


def last_in_text(form: str) -> Callable[[str], str]:
    """The number that a pattern finds somewhere in a text, or the text."""
    return lambda text: found[0] if (found := re.search(form, text, re.ASCII)) else text


class OpensInnerLists(Stranger):
    def each(self, items: list[Any]) -> list[Any]:
        return super().each([item[0] if isinstance(item, list) and item else item for item in items])


class LendsTheSender(Stranger):
    """A message without `from` has that of another."""

    def each(self, items: list[Any]) -> list[Any]:
        lent = next(
            (item["from"] for item in items if isinstance(item, dict) and isinstance(item.get("from"), str)), ""
        )
        return super().each([{"from": lent, **item} if isinstance(item, dict) else item for item in items])


class MessageForText(Stranger):
    def check(self, item: Any) -> int:
        if isinstance(item, dict) and "text" not in item and "message" in item:
            item["text"] = item["message"]
        return super().check(item)


class DropsTheSecondOfTwins(Stranger):
    def store(self, entry: dict[str, Any]) -> None:
        if not self.sent or any(self.sent[-1][key] != entry[key] for key in ("from", "to", "text")):
            super().store(entry)


class DropsFromTheEleventh(Stranger):
    def each(self, items: list[Any]) -> list[Any]:
        answers = super().each(items)
        gone = {answer["refid"] for answer in answers[10:] if "refid" in answer}
        self.sent = [entry for entry in self.sent if entry["id"] not in gone]
        return answers


class SendsWithoutToken(Stranger):
    def stranger(self, request: Request) -> Reply:
        if request.target == SEND and isinstance(request.json, dict):
            self.send(request.json)
        return super().stranger(request)


class SetsWithoutToken(Stranger):
    def stranger(self, request: Request) -> Reply:
        if request.method == "POST" and request.target == HOOK:
            self.set(request.json)
        return super().stranger(request)


class FromTheLongCode(Stranger):
    def store(self, entry: dict[str, Any]) -> None:
        super().store({**entry, "from": "+12191112222"} if self.is_short(entry["from"]) else entry)


class TenPartsAtMost(Stranger):
    def parts(self, text: str) -> int:
        return min(10, super().parts(text))


class Form(Stranger):
    def parse(self, content: bytes) -> Any:
        try:
            return super().parse(content)
        except ValueError:
            pairs = [pair.split("=") for pair in content.decode().split("&")]
            return {unquote(pair[0]): unquote_plus(pair[-1]) for pair in pairs}


class AnywhereIsHere(Stranger):
    def nowhere(self, request: Request) -> Reply:
        return 200, {"code": 200}


class FirstStatusForAll(Stranger):
    """Several endpoints that all fail are answered like one."""

    def webhooks(self, right: int, answers: list[tuple[str, int]]) -> Reply:
        if all(status >= 400 for _, status in answers):
            return self.no(answers[0][1])
        return super().webhooks(right, answers)


class AllOrNone(Stranger):
    """One bad endpoint keeps the others from being set; they are told 201."""

    def webhooks(self, right: int, answers: list[tuple[str, int]]) -> Reply:
        answer = super().webhooks(right, answers)
        if right == 201 and any(status >= 400 for _, status in answers):
            self.hooks = dict(self.before)
        self.before = dict(self.hooks)
        return answer

    before: dict[str, str] = {}


class NotEnabledInAList(Stranger):
    def endpoint(self, endpoint: str, status: int) -> dict[str, Any]:
        return super().endpoint(endpoint, 201 if endpoint in self.disabled else status)


class ShortCodeMovesAll(Stranger):
    def put(self, endpoint: str, url: str) -> None:
        super().put(endpoint, url)
        if self.is_short(endpoint):
            self.hooks = dict.fromkeys(self.hooks, url)


class NoBodyInAGet(Stranger):
    def read(self, request: Request, query: str) -> Reply:
        return self.no(400) if request.body else super().read(request, query)


class DecodesTwice(Stranger):
    def asked(self, query: str) -> list[str]:
        return [unquote(one) for one in super().asked(query)]


class NobodyIsANumber(Stranger):
    """An empty `endpoint` is answered 200."""

    def read(self, request: Request, query: str) -> Reply:
        return (200, {"code": 200, **self.number("")}) if query == "endpoint=" else super().read(request, query)


class ForgetsTheQuery(Stranger):
    def url(self, url: str, attempt: int) -> str:
        return without_query(url)


class AddsToTheQuery(Stranger):
    def url(self, url: str, attempt: int) -> str:
        return url + ("&" if "?" in url else "?") + "source=sms"


class RetriesElsewhere(Stranger):
    """Further attempts go to the first URL of the account."""

    def url(self, url: str, attempt: int) -> str:
        return url if attempt == 1 else next(iter(self.hooks.values()))


class EmptiesRetries(Stranger):
    def body(self, body: dict[str, Any], attempt: int) -> dict[str, Any]:
        return body if attempt == 1 else {**body, "message": ""}


class NumbersRetries(Stranger):
    def body(self, body: dict[str, Any], attempt: int) -> dict[str, Any]:
        return body if attempt == 1 else {**body, "message": f"{body['message']} ({attempt})"}


class SignsOnce(Stranger):
    def body(self, body: dict[str, Any], attempt: int) -> dict[str, Any]:
        return {key: value for key, value in body.items() if attempt == 1 or key != "signature"}


class SignsForLongCodes(Stranger):
    def body(self, body: dict[str, Any], attempt: int) -> dict[str, Any]:
        return {key: value for key, value in body.items() if body["to"][0] == "+" or key != "signature"}


LISTS = ("bulk-send/wrong-items", "requests/invalid-refused")
HANDSETS = ("life-cycle/accepted-is-delivered",)
EDGES = ("single-send/parts-at-edges",)
REFUSALS = ("set-webhook/fields", "requests/invalid-refused")
ATTEMPTS = ("inbound/never-200", "inbound/until-200")
E164 = r"\+[1-9][0-9]{6,14}"

WRONG: dict[str, tuple[type[Stranger], tuple[str, ...], str, Severity]] = {
    "to: trimmed": (puts_right("to", str.strip), LISTS, "IP-SEND-11", Severity.FAIL),
    "to: a line break let through by $": (
        puts_right("to", lambda to: to.removesuffix("\n")), LISTS, "IP-SEND-11", Severity.FAIL
    ),
    "to: digits of other scripts": (puts_right("to", eastern), LISTS, "IP-SEND-11", Severity.FAIL),
    "to: marks and spaces of no width left out": (puts_right("to", strip_marks), LISTS, "IP-SEND-11", Severity.FAIL),
    "to: dots and brackets left out": (
        puts_right("to", lambda to: re.sub("[.()]", "", to)), LISTS, "IP-SEND-11", Severity.FAIL
    ),
    "to: searched for, not matched": (puts_right("to", last_in_text(E164 + "$")), LISTS, "IP-SEND-11", Severity.FAIL),
    "to: matched without an end": (puts_right("to", last_in_text("^" + E164)), LISTS, "IP-SEND-11", Severity.FAIL),
    "to: 00 for plus": (
        puts_right("to", lambda to: "+" + to[2:] if to[:2] == "00" else to), LISTS, "IP-SEND-11", Severity.FAIL
    ),
    "to: country guessed": (
        puts_right("to", lambda to: "+1" + to if re.fullmatch("[2-9][0-9]{9}", to) else to), LISTS, "IP-SEND-11",
        Severity.FAIL,
    ),
    "from: trimmed": (puts_right("from", str.strip), LISTS, "IP-SEND-07", Severity.FAIL),
    "from: digits of other scripts": (puts_right("from", eastern), LISTS, "IP-SEND-07", Severity.FAIL),
    "from: dashes left out of a long code": (
        puts_right("from", lambda one: one.replace("-", "") if one[:1] == "+" else one), LISTS, "IP-SEND-07", Severity.FAIL
    ),
    "from: tel: left out": (puts_right("from", lambda one: one.removeprefix("tel:")), LISTS, "IP-SEND-07", Severity.FAIL),
    "from: a plus before a short code": (
        puts_right("from", lambda one: one[1:] if re.match(r"\+[0-9]+-", one) else one), LISTS, "IP-SEND-07", Severity.FAIL
    ),
    "from: true": (takes_for("from", bool, "+12191112222"), LISTS, "IP-SEND-03", Severity.FAIL),
    "to: an object": (takes_for("to", dict, "+13038675309"), LISTS, "IP-SEND-04", Severity.FAIL),
    "text: a list": (takes_for("text", list, "Hello"), LISTS, "IP-SEND-05", Severity.FAIL),
    "text: under message": (MessageForText, LISTS, "IP-SEND-05", Severity.FAIL),
    "guid: an object": (takes_for("guid", dict, "x"), ("single-send/guid-type",), "IP-SEND-06", Severity.WARN),
    "list: opened": (OpensInnerLists, LISTS, "IP-BULK-03", Severity.FAIL),
    "list: sender lent": (LendsTheSender, LISTS, "IP-SEND-03", Severity.FAIL),
    "body: a form": (Form, ("single-send/body-form",), "IP-SEND-02", Severity.FAIL),
    "path: any": (AnywhereIsHere, ("single-send/other-methods",), "IP-SEND-01", Severity.WARN),
    "text sent: composed": (sends(lambda t: unicodedata.normalize("NFC", t)), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "text sent: trimmed": (sends(str.strip), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "text sent: line break at the end cut": (sends(lambda t: t.rstrip("\n")), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "text sent: HTML escaped": (sends(html.escape), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "text sent: tags left out": (sends(lambda t: re.sub("<[^>]*>", "", t)), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "text sent: decoded": (sends(unquote), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "text sent: plus as space": (sends(lambda t: t.replace("+", " ")), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "text sent: one kind of line break": (sends(lambda t: t.replace("\r\n", "\n")), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "text sent: one space for two": (sends(lambda t: re.sub(" +", " ", t)), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "text sent: placeholders filled": (sends(lambda t: re.sub(r"\{\w+\}", "", t)), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "text sent: quotes straightened": (sends(lambda t: t.replace("\u2019", "'")), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "text sent: joiners left out": (sends(lambda t: t.replace("\u200d", "")), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "text sent: cut at 160": (sends(lambda t: t[:160]), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "text sent: cut at 1600": (sends(lambda t: t[:1600]), HANDSETS, "IP-SEND-05", Severity.FAIL),
    "sent: one of two twins": (DropsTheSecondOfTwins, HANDSETS, "IP-SEND-15", Severity.FAIL),
    "sent: ten of a list": (DropsFromTheEleventh, HANDSETS, "IP-SEND-15", Severity.FAIL),
    "sent: without a token": (SendsWithoutToken, HANDSETS, "IP-GEN-01", Severity.FAIL),
    "sent: from another number": (FromTheLongCode, HANDSETS, "IP-BULK-12", Severity.WARN),
    "numparts: ten at most": (TenPartsAtMost, HANDSETS, "IP-HOUSE-08", Severity.WARN),
    "numparts: Greek is Unicode": (
        counts(lambda t: re.sub("[ΔΦΓΛΩΠΨΣΘΞ]", "ж", t)), EDGES, "IP-HOUSE-08", Severity.WARN
    ),
    "numparts: a line break is Unicode": (counts(lambda t: t.replace("\n", "ж")), EDGES, "IP-HOUSE-08", Severity.WARN),
    "numparts: a tab is a space": (counts(lambda t: t.replace("\t", " ")), EDGES, "IP-HOUSE-08", Severity.WARN),
    "numparts: a curly quote is straight": (counts(lambda t: t.replace("\u2019", "'")), EDGES, "IP-HOUSE-08", Severity.WARN),
    "numparts: composed": (counts(lambda t: unicodedata.normalize("NFC", t)), EDGES, "IP-HOUSE-08", Severity.WARN),
    "numparts: trimmed": (counts(str.strip), EDGES, "IP-HOUSE-08", Severity.WARN),
    "numparts: a form feed is one septet": (counts(lambda t: t.replace("\f", "\n")), EDGES, "IP-HOUSE-08", Severity.WARN),
    "webhook: an object": (
        repairs(lambda v: {**v, "webhook": "https://a.example/"} if isinstance(v.get("webhook"), dict) else v), REFUSALS,
        "IP-HOOK-03", Severity.FAIL,
    ),
    "endpoints: an object": (
        repairs(lambda v: {**v, "endpoints": ["1-12345"]} if isinstance(v.get("endpoints"), dict) else v), REFUSALS,
        "IP-HOOK-02", Severity.FAIL,
    ),
    "endpoints: others than strings skipped": (
        repairs(lambda v: {**v, "endpoints": [one for one in v.get("endpoints") or () if isinstance(one, str)]}), REFUSALS,
        "IP-HOOK-02", Severity.FAIL,
    ),
    "endpoints: trimmed": (
        repairs(lambda v: {**v, "endpoints": [one.strip() for one in v["endpoints"]]}), ("set-webhook/all-wrong",),
        "IP-HOOK-10", Severity.FAIL,
    ),
    "endpoints: digits of other scripts": (
        repairs(lambda v: {**v, "endpoints": [*map(eastern, v["endpoints"])]}), ("set-webhook/all-wrong",), "IP-HOOK-10",
        Severity.FAIL,
    ),
    "endpoints: all wrong, one answer": (FirstStatusForAll, ("set-webhook/all-wrong",), "IP-HOOK-07", Severity.FAIL),
    "endpoints: not enabled, in a list": (NotEnabledInAList, ("set-webhook/all-wrong",), "IP-HOOK-11", Severity.FAIL),
    "endpoints: all or none": (
        AllOrNone, ("set-webhook/mixed", "account/webhooks-as-set"), "IP-HOOK-21", Severity.WARN
    ),
    "webhook: with a space": (
        repairs(lambda v: {**v, "webhook": v["webhook"].replace(" ", "%20")}), ("set-webhook/bad-url",), "IP-HOOK-12",
        Severity.FAIL,
    ),
    "webhook: without a scheme": (
        repairs(lambda v: {**v, "webhook": re.sub("^(?=smsproof)", "https://", v["webhook"])}), ("set-webhook/bad-url",),
        "IP-HOOK-12", Severity.FAIL,
    ),
    "webhook: without its last slash": (
        repairs(lambda v: {**v, "webhook": v["webhook"].rstrip("/")}), ("set-webhook/url-forms",), "IP-HOOK-15",
        Severity.WARN,
    ),
    "webhook: set without a token": (SetsWithoutToken, ("set-webhook/bad-url",), "IP-GEN-01", Severity.FAIL),
    "webhook: a short code's for all": (
        ShortCodeMovesAll, ("read-webhook/set-then-read", "read-webhook/short-code", "account/webhooks-as-set"),
        "IP-HOOK-19", Severity.FAIL,
    ),
    "read: no body in a GET": (NoBodyInAGet, ("read-webhook/as-in-the-sample",), "IP-HOOKGET-01", Severity.WARN),
    "read: decoded twice": (DecodesTwice, ("read-webhook/endpoint-form",), "IP-HOOKGET-09", Severity.FAIL),
    "read: nobody": (NobodyIsANumber, ("read-webhook/endpoint-form",), "IP-HOOKGET-09", Severity.FAIL),
    "inbound: the query forgotten": (ForgetsTheQuery, ("inbound/own-url",), "IP-INBOUND-02", Severity.FAIL),
    "inbound: the query longer": (AddsToTheQuery, ("inbound/own-url",), "IP-INBOUND-02", Severity.FAIL),
    "inbound: again, but elsewhere": (RetriesElsewhere, ("inbound/own-url",), "IP-INBOUND-02", Severity.FAIL),
    "inbound: again, but empty": (EmptiesRetries, ATTEMPTS, "IP-INBOUND-08", Severity.FAIL),
    "inbound: again, and numbered": (NumbersRetries, ATTEMPTS, "IP-INBOUND-08", Severity.FAIL),
    "inbound: 404 is final": (ends_at(404), ATTEMPTS, "IP-INBOUND-11", Severity.FAIL),
    "inbound: 302 is final": (ends_at(302), ATTEMPTS, "IP-INBOUND-11", Severity.WARN),
    "inbound: 401 is final": (ends_at(401), ATTEMPTS, "IP-INBOUND-11", Severity.WARN),
    "inbound: 429 is final": (ends_at(429), ATTEMPTS, "IP-INBOUND-11", Severity.WARN),
    "inbound: 503 is final": (ends_at(503), ATTEMPTS, "IP-INBOUND-11", Severity.WARN),
    "inbound: signed once": (SignsOnce, ("inbound/signature",), "IP-INBOUND-03", Severity.FAIL),
    "inbound: signed for long codes": (SignsForLongCodes, ("inbound/signature",), "IP-INBOUND-03", Severity.FAIL),
    "inbound: trimmed": (brings(str.strip), ("inbound/unicode",), "IP-INBOUND-08", Severity.FAIL),
    "inbound: cut at 160": (brings(lambda t: t[:160]), ("inbound/unicode",), "IP-INBOUND-08", Severity.FAIL),
    "inbound: @ lost": (brings(lambda t: t.replace("@", "")), ("inbound/unicode",), "IP-INBOUND-08", Severity.FAIL),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_stranger_who_is_wrong_in_one_way_is_found(name: str) -> None:
    server, selected, requirement, severity = WRONG[name]
    found = {(one.requirement, one.severity) for one in run(server(), *selected).findings}
    assert (requirement, severity) in found


@pytest.mark.parametrize("selected", sorted({selected for _, selected, _, _ in WRONG.values()}))
def test_the_same_cases_find_nothing_where_nothing_is_wrong(selected: tuple[str, ...]) -> None:
    assert run(Stranger(), *selected).findings == []
