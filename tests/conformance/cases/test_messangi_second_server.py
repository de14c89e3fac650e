"""The whole suite against a Messangi that somebody else wrote: a right one is never accused, a wrong one is found.

Every freedom of part 3 is a subclass. What part 3 leaves free gives no finding in --strict; what it says may warn gives
exactly that warning, and no failure without --strict.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import Any

import httpx2
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
from tests.conformance.cases.second_messangi import BATCH, OWNED, SEND, Refuse, Right, Sent, is_gsm, units

CONTRACT = contracts.load("messangi")
TARGET = Target(
    name="second",
    vendor="messangi",
    base_url="http://127.0.0.1:9",
    token_env="T",
    control_url="http://127.0.0.1:9/control",
    wait_seconds=0.2,
    numbers=Numbers(
        long_codes=("12165550100", "1234567"),
        short_codes=("12345", "2222", "1", "999999"),
        alphanumerics=("COMPANY",),
        destinations=("+580000000005", "+525500000000", "+525511111111"),
        foreign="54321",
    ),
)
SECRETS = Secrets(token=SecretStr("t"), expired_token=SecretStr("e"))


def run(server: Right, target: Target = TARGET, *, controlled: bool = True) -> tuple[Judged, Judged]:
    """Every case against a server; judged strictly and mildly."""
    selected = list(cases("messangi").values())
    with Ledger.in_memory(SECRETS.values()) as ledger:
        peer = Peer(server, server if controlled else None)
        Run(target, SECRETS, CONTRACT, ledger, peer=lambda *_: peer).start(selected, seed=1)
        return judge(ledger, CONTRACT, selected, strict=True), judge(ledger, CONTRACT, selected, strict=False)


def told(judged: Judged) -> list[tuple[str, str, str | None, str, str]]:
    return [(f.requirement, f.case, f.step, f.expected, f.got) for f in judged.findings]


# Freedoms that give no finding at all.


class Answered201(Right):
    """No status code stands on the page (AMB-MS-03)."""

    def success(self) -> int:
        return 201


class Answered202(Right):
    def success(self) -> int:
        return 202


class Refused422(Right):
    """Nor one for a refusal."""

    def refused(self) -> int:
        return 422

    def unauthorized(self, token: str) -> tuple[int, Any]:
        return 403, self.error("forbidden")


class Refused500(Right):
    """Any 4xx or 5xx is a failure (AMB-MS-03)."""

    def refused(self) -> int:
        return 500


class RefusedWithError(Right):
    """A 2xx with the status ERROR is a refusal as well (AMB-MS-03, AMB-MS-39)."""

    def refused(self) -> int:
        return 200

    def error(self, text: str) -> Any:
        return {"meta": self.meta(text), "data": {"status": "ERROR"}}


class ListErrors(Right):
    """No error body stands on the page (AMB-MS-04)."""

    def error(self, text: str) -> Any:
        return ["error", {"text": text}]


class StringErrors(Right):
    def error(self, text: str) -> Any:
        return text


class NullErrors(Right):
    def error(self, text: str) -> Any:
        return None


class FlatErrors(Right):
    def error(self, text: str) -> Any:
        return {"code": 400, "message": text, "errors": []}


class ProblemErrors(FlatErrors):
    """RFC 9457 is JSON, and says so."""

    def headers(self, status: int) -> tuple[tuple[str, str], ...]:
        return (("content-type", "application/problem+json" if status >= 400 else "application/json; charset=UTF-8"),)


class NothingEchoed(Right):
    """Every option is optional in the answer (AMB-MS-55)."""

    def echo(self, value: dict[str, Any]) -> dict[str, Any]:
        return {}


class NullEchoes(Right):
    def echo(self, value: dict[str, Any]) -> dict[str, Any]:
        keys = ("requestDR", "type", "connection", "callbacks", "email", "externalId", "clientId")
        return {**dict.fromkeys(keys), **super().echo(value)}


class EmptyEchoes(Right):
    def echo(self, value: dict[str, Any]) -> dict[str, Any]:
        keys = ("connection", "callbacks", "email", "externalId", "clientId")
        return {**dict.fromkeys(keys, ""), **super().echo(value)}


class ConnectionChosen(Right):
    """Which carrier it took is the vendor's to say."""

    def echo(self, value: dict[str, Any]) -> dict[str, Any]:
        return {"connection": "MOVISTAR", **super().echo(value)}


class SpacedCallbacks(Right):
    """AMB-MS-28: spaces around the commas."""

    def echo(self, value: dict[str, Any]) -> dict[str, Any]:
        echo = super().echo(value)
        return {**echo, "callbacks": echo["callbacks"].replace(",", ", ")} if "callbacks" in echo else echo


class MoreKeys(Right):
    """Keys nobody documented, at every level, in callbacks too."""

    def meta(self, explain: str | None = None) -> dict[str, Any]:
        return {**super().meta(explain), "version": 2, "explain": explain}

    def data(self, value: dict[str, Any], id_: str | None, status: str) -> dict[str, Any]:
        return {**super().data(value, id_, status), "segments": 1, "price": {"amount": 0.01}, "tags": []}

    def batch_data(self, *given: Any) -> dict[str, Any]:
        data = super().batch_data(*given)
        data["ids"] = [{**one, "segments": 1} for one in data["ids"]]
        return {**data, "batchId": "b-1", "invalidCount": 0}

    def payload(self, *given: Any) -> Any:
        return {**super().payload(*given), "operator": {"name": "x"}, "attempt": 1, "extraInfo": None}


class ExplainedAlways(Right):
    """AMB-MS-43: explain may stand anywhere, with any text."""

    def meta(self, explain: str | None = None) -> dict[str, Any]:
        return super().meta(explain or "")


class ErrorTextElsewhere(Right):
    """AMB-MS-05: in data, inside a longer text."""

    def exceeded(self, value: dict[str, Any]) -> Any:
        answer = super().exceeded(value)
        answer["data"]["error"] = {"details": [f"E-17: {answer['meta'].pop('explain')}."]}
        return answer


class NoIdInError(Right):
    """Part 7, decision 5: whether an over-long message has an id is free."""

    def exceeded(self, value: dict[str, Any]) -> Any:
        answer = super().exceeded(value)
        answer["data"]["id"] = None
        return answer


class ExceededByCallback(Right):
    """AMB-MS-06: SEGMENTS_EXCEEDED alone passes, where callbacks were asked for."""

    def exceeded(self, value: dict[str, Any]) -> Any:
        answer = super().exceeded(value)
        if value.get("requestDR") is True:
            answer["data"]["status"] = "QUEUE"
            del answer["meta"]["explain"]
        return answer


class ExceededByAnswer(Right):
    """AMB-MS-06: so does ERROR alone."""

    def tell(self, value: dict[str, Any], message: Sent, status: str) -> None:
        if status != "SEGMENTS_EXCEEDED":
            super().tell(value, message, status)


class ErrorCalledBack(Right):
    """ERROR at the callback as well, instead of SEGMENTS_EXCEEDED."""

    def tell(self, value: dict[str, Any], message: Sent, status: str) -> None:
        super().tell(value, message, "ERROR" if status == "SEGMENTS_EXCEEDED" else status)


class LimitByStandardSegments(Right):
    """Ten segments of 153 or 67 (AMB-MS-20): 1531 to 1600 characters are refused then."""

    def fits(self, text: str) -> bool:
        return units(text) <= (1530 if is_gsm(text) else 670)


class LimitByCharacters(Right):
    """1600 characters of any kind (AMB-MS-22)."""

    def fits(self, text: str) -> bool:
        return len(text) <= 1600


class UnderSixteenHundred(Right):
    """AMB-MS-21: another page says under 1600."""

    def fits(self, text: str) -> bool:
        return len(text) < 1600 and super().fits(text)


class Dequeued(Right):
    """Part 7, decision 2: legal."""

    def status(self) -> str:
        return "DEQUEUED"


class ShortIds(Right):
    """AMB-MS-09: ids of other makes."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = itertools.count(1)

    def new_id(self) -> str:
        return f"507Abg{next(self.numbers)}"


class NoUuid(Right):
    """AMB-MS-08: as in the batch example."""

    def transaction(self) -> str:
        return "70169d77-c165-35b8a3af96fb"


class OffsetDates(Right):
    """AMB-MS-12: an offset in the place of Z."""

    def date(self) -> str:
        return "2025-11-21T19:38:58.117592-04:00"


class WholeSeconds(Right):
    """AMB-MS-12: no fraction at all."""

    def date(self) -> str:
        return "2025-11-21T23:38:58Z"


class OldTimes(Right):
    """Whatever the clock says, it says it twice."""

    def timestamp(self) -> Any:
        return 1597166699457

    def date(self) -> str:
        return "2020-08-11T17:24:59.457Z"


class BareNumbers(Right):
    """AMB-MS-18: the plus is gone in every answer and callback."""

    def data(self, value: dict[str, Any], id_: str | None, status: str) -> dict[str, Any]:
        return {**super().data(value, id_, status), "to": value["to"].removeprefix("+")}

    def batch_data(self, *given: Any) -> dict[str, Any]:
        data = super().batch_data(*given)
        data["ids"] = [{**one, "mobile": one["mobile"].removeprefix("+")} for one in data["ids"]]
        return {**data, "invalidNumber": [one.removeprefix("+") for one in data.get("invalidNumber", [])]}

    def payload(self, value: dict[str, Any], message: Sent, status: str, url: str) -> Any:
        return {**super().payload(value, message, status, url), "to": message.to.removeprefix("+")}


class PlusedNumbers(Right):
    """AMB-MS-18: the plus is there in every answer."""

    def data(self, value: dict[str, Any], id_: str | None, status: str) -> dict[str, Any]:
        return {**super().data(value, id_, status), "to": "+" + value["to"].removeprefix("+")}

    def batch_data(self, *given: Any) -> dict[str, Any]:
        data = super().batch_data(*given)
        return {**data, "ids": [{**one, "mobile": "+" + one["mobile"].removeprefix("+")} for one in data["ids"]]}


class InvalidAlwaysThere(Right):
    """AMB-MS-38: empty where there is none."""

    def batch_data(self, *given: Any) -> dict[str, Any]:
        return {"invalidNumber": [], **super().batch_data(*given)}


class InvalidNull(Right):
    def batch_data(self, *given: Any) -> dict[str, Any]:
        return {"invalidNumber": None, **super().batch_data(*given)}


class InvalidObjects(Right):
    """AMB-MS-38: the items may be objects."""

    def batch_data(self, *given: Any) -> dict[str, Any]:
        data = super().batch_data(*given)
        items = [{"number": one, "reason": "format"} for one in data.get("invalidNumber", [])]
        return {**data, "invalidNumber": items}


class AllInvalidQueued(Right):
    """AMB-MS-40: the status of a batch that took nobody is an assumption."""

    def batch_data(self, value: dict[str, Any], ids: Any, invalid: list[str], status: str) -> dict[str, Any]:
        return super().batch_data(value, ids, invalid, status if ids else "QUEUE")


class AllInvalidRefused(Right):
    """AMB-MS-40: or it is refused as a whole."""

    def take_batch(self, value: dict[str, Any], recipients: list[dict[str, Any]]) -> Any:
        if not any(self.is_destination(one["to"]) for one in recipients):
            raise Refuse("nobody to send to")
        return super().take_batch(value, recipients)


class FilledInWhenAlone(Right):
    """AMB-MS-46: with one recipient the text may be the filled-in one."""

    def batch_data(self, value: dict[str, Any], *given: Any) -> dict[str, Any]:
        data = super().batch_data(value, *given)
        if len(value["to"]) == 1:
            data["text"] = self.fill(value["text"], value["to"][0].get("params", []))
        return data


class ForeignRefused(Right):
    """Part 7, decision 8: at once."""

    def check_sender(self, sender: str) -> None:
        if sender not in OWNED:
            raise Refuse("CODE_NOT_ALLOWED")


class ForeignInError(Right):
    def send(self, value: dict[str, Any]) -> Any:
        if value.get("from") == "54321":
            return {"meta": self.meta("CODE_NOT_ALLOWED"), "data": self.data(value, None, "ERROR")}
        return super().send(value)


class BadNumbersInError(Right):
    """AMB-MS-39: a 2xx with the status ERROR."""

    def badly_formatted(self, value: dict[str, Any]) -> Any:
        return {"meta": self.meta("no number"), "data": self.data(value, None, "ERROR")}


class BadNumbersRouted(Right):
    """The page's own word for a number that is not valid comes by callback."""

    def badly_formatted(self, value: dict[str, Any]) -> Any:
        message = Sent(self.new_id(), value["from"], value["to"], value["text"])
        if value.get("requestDR") is not True:
            raise Refuse("nobody could be told")
        self.tell(value, message, "INVALID_ROUTING")
        return {"meta": self.meta(), "data": self.data(value, message.id, "QUEUE")}


class EveryStep(Right):
    """AMB-MS-31: all kinds of statuses may be told."""

    def course(self) -> tuple[str, ...]:
        return ("QUEUE", "DEQUEUED", "SENT", "ENROUTE", "ACCEPTD", "DELIVRD")


class Disordered(Right):
    """Nothing forbids disorder and repeats (part 7, decision 6)."""

    def course(self) -> tuple[str, ...]:
        return ("DELIVRD", "SENT", "QUEUE", "DELIVRD", "SENT")


class OnlyTheEnd(Right):
    def course(self) -> tuple[str, ...]:
        return ("UNDELIV",)


class OnlyTheStart(Right):
    """Delays are normal: the end need not have come."""

    def course(self) -> tuple[str, ...]:
        return ("SENT",)


class NewerStatuses(Right):
    """AMB-MS-32: what a newer page adds."""

    def course(self) -> tuple[str, ...]:
        return ("SENT", "INCOMPLETE", "EXHAUSTED")


class ErrorThenExceeded(Right):
    """Two words for one failure."""

    def tell(self, value: dict[str, Any], message: Sent, status: str) -> None:
        if status == "SEGMENTS_EXCEEDED":
            super().tell(value, message, "ERROR")
        super().tell(value, message, status)


class FullCallbacks(Right):
    """Every key of the vendor's other page (P-MS-3)."""

    def payload(self, value: dict[str, Any], message: Sent, status: str, url: str) -> Any:
        return {
            **super().payload(value, message, status, url),
            "date": "2025-11-21T23:38:58.11Z",
            "callback": url,
            "from": message.sender,
            "to": message.to,
            "message": message.text,
            "username": "owner",
            "timestamp": "1763768338140",
        }


class ClientIdElsewhere(Right):
    """AMB-MS-34: under which key is not said."""

    def payload(self, value: dict[str, Any], message: Sent, status: str, url: str) -> Any:
        body = super().payload(value, message, status, url)
        return {**body, "user": {"client": body.pop("clientId", None)}}


class NullIdentifiers(Right):
    """Where none was sent."""

    def payload(self, *given: Any) -> Any:
        return {"externalId": None, "clientId": None, **super().payload(*given)}


class TranslatedText(Right):
    """What the API calls text is called message in a callback, and may be the template's."""

    def payload(self, value: dict[str, Any], message: Sent, status: str, url: str) -> Any:
        return {**super().payload(value, message, status, url), "message": value["text"]}


class RateLimited(Right):
    """AMB-MS-52, AMB-MS-53: every third message is one too many for this second."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = itertools.count(1)

    def answer(self, request: Request) -> tuple[int, Any]:
        if request.token == "good" and next(self.turn) % 3 == 0:
            return 429, self.error("one message per second")
        return super().answer(request)


class SmallBatches(Right):
    """AMB-MS-53: a limit of recipients is legal."""

    def answer(self, request: Request) -> tuple[int, Any]:
        if request.json and isinstance(request.json.get("to"), list) and len(request.json["to"]) > 10:
            return 413, self.error("ten recipients at most")
        return super().answer(request)


class ListsByGet(Right):
    """S2:9: a list of what was sent can be seen."""

    def other_method(self, request: Request, path: str) -> tuple[int, Any]:
        if request.method == "GET":
            rows = [{"id": one.id, "status": "SENT"} for one in self.sent]
            return 200, {"meta": self.meta(), "data": rows}
        return super().other_method(request, path)


class HtmlElsewhere(Right):
    """Answers to calls that do not exist are nobody's contract."""

    def other_method(self, request: Request, path: str) -> tuple[int, Any]:
        return 501, b"<html>Unsupported method</html>"

    def headers(self, status: int) -> tuple[tuple[str, str], ...]:
        return (("Content-Type", "text/html"),) if status == 501 else super().headers(status)


class BareKeyTaken(Right):
    """AMB-MS-07: the word Bearer is only in an example."""

    def unauthorized(self, token: str) -> tuple[int, Any]:
        assert token != "no-scheme", "nobody asks for this"
        return super().unauthorized(token)


class ConnectionUnknown(Right):
    """Names of connections are given by the vendor: see the test below, which is not on loopback."""


class OtherOutboxIds(Right):
    """Nobody promises that an outbox uses the ids of the answers."""

    async def outbox(self) -> list[dict[str, Any]] | None:
        return [{"id": str(place), "from": s.sender, "to": s.to, "text": s.text} for place, s in enumerate(self.sent)]


class OldOutbox(Right):
    """An emulator with a past: everything that this run sends was sent before."""

    def __init__(self, past: list[Sent]) -> None:
        super().__init__()
        self.sent = [Sent(f"old-{place}", *sent[1:]) for place, sent in enumerate(past)]


FREE = [
    value
    for value in dict(globals()).values()
    if isinstance(value, type)
    and issubclass(value, Right)
    and value not in (OldOutbox, RateLimited, SmallBatches, NewerStatuses)
]


@pytest.mark.parametrize("server", FREE)
def test_what_the_page_leaves_free_gives_no_finding_in_strict(server: type[Right]) -> None:
    strict, _ = run(server())
    assert told(strict) == []
    assert strict.exit_code == 0
    assert [case.case.id for case in strict.cases if case.verdict is Verdict.INDETERMINATE] == []


def test_there_are_more_than_fifty_freedoms() -> None:
    assert len(FREE) > 50


def test_an_emulator_with_a_past_is_not_accused_of_it() -> None:
    first = Right()
    run(first)
    refused = [Sent("", "12345", "+580000000005", text) for text in ("m" * 1601, "Text of a refused one")]
    strict, _ = run(OldOutbox([*first.sent, *refused]))
    assert told(strict) == []


@pytest.mark.parametrize("server", [RateLimited, SmallBatches])
def test_a_limit_leaves_things_unknown_and_accuses_nobody(server: type[Right]) -> None:
    strict, _ = run(server())
    assert told(strict) == []
    assert strict.count(Verdict.INDETERMINATE) > 0


class Unsettled(Right):
    """No control API but an outbox: callbacks come when they come."""

    control = frozenset({"outbox"})


class Uncontrolled(Right):
    control = frozenset()


def test_the_statuses_of_the_vendors_newer_page_warn_and_never_fail() -> None:
    strict, mild = run(NewerStatuses())
    assert {finding.requirement for finding in strict.findings} == {"MS-HOUSE-23"}
    assert [finding for finding in mild.findings if finding.severity is Severity.FAIL] == []


@pytest.mark.parametrize("server", [Unsettled, Uncontrolled])
def test_without_settling_absence_proves_nothing(server: type[Right]) -> None:
    strict, _ = run(server())
    assert told(strict) == []
    (case,) = [result for result in strict.cases if result.case.id == "callbacks/only-when-asked"]
    assert (case.verdict, "proves nothing" in case.reason) == (Verdict.SKIP, True)
    assert strict.exit_code == 0


def test_without_a_declared_control_api_a_skip_says_how_to_declare_one() -> None:
    strict, _ = run(Right(), TARGET.model_copy(update={"control_url": None, "wait_seconds": 0.01}), controlled=False)
    (case,) = [result for result in strict.cases if result.case.id == "text/lengths"]
    assert case.verdict is Verdict.SKIP
    assert "the target declares no control API" in case.reason
    assert 'control_url = "http://…" in [target.second]' in case.reason


# Freedoms that part 3 lets warn.


class TimestampAsText(Right):
    """AMB-MS-51."""

    def timestamp(self) -> Any:
        return "1763768338140"


class TimestampInSeconds(Right):
    """Part 7, decision 12: the unit warns at most."""

    def timestamp(self) -> Any:
        return 1763768338


class DaysApart(Right):
    """AMB-MS-11: as in the page's batch example."""

    def timestamp(self) -> Any:
        return 1597166699457

    def date(self) -> str:
        return "2020-06-22T15:06:37.909584Z"


class LocalDates(Right):
    """The form of a date is only an example's (AMB-MS-12)."""

    def date(self) -> str:
        return "21/11/2025 23:38"


class ReceiptByDefault(Right):
    """AMB-MS-10: as the page's example shows."""

    def echo(self, value: dict[str, Any]) -> dict[str, Any]:
        return {**super().echo(value), "requestDR": True}


class TranslatedSender(Right):
    """AMB-MS-50."""

    def data(self, value: dict[str, Any], id_: str | None, status: str) -> dict[str, Any]:
        return {**super().data(value, id_, status), "from": "767676"}


class OneOfTwins(Right):
    """AMB-MS-41: what becomes of a number that stands twice is our reading."""

    def take_batch(self, value: dict[str, Any], recipients: list[dict[str, Any]]) -> Any:
        return super().take_batch(value, list({one["to"].removeprefix("+"): one for one in recipients}.values()))


class OtherOrder(Right):
    """AMB-MS-42: so is the order."""

    def batch_data(self, *given: Any) -> dict[str, Any]:
        data = super().batch_data(*given)
        return {**data, "ids": data["ids"][::-1]}


class OtherEnd(Right):
    """Part 7, decision 6."""

    def course(self) -> tuple[str, ...]:
        return ("SENT", "DELIVRD", "EXPIRED")


class AcceptedStatus(Right):
    """AMB-MS-32: third parties have seen ACCEPTED; a status beyond the list warns."""

    def course(self) -> tuple[str, ...]:
        return ("ACCEPTED", "SENT")


class AnyWordBeforeTheKey(Right):
    """AMB-MS-07: the word Bearer is only in an example."""

    def answer(self, request: Request) -> tuple[int, Any]:
        return super().answer(replace(request, token="good") if request.token == "other-scheme" else request)


class OverlongRefused(Right):
    """Part 7, decision 5: ERROR is expected, anything else warns."""

    def exceeded(self, value: dict[str, Any]) -> Any:
        raise Refuse("too long")


class OverlongSilent(Right):
    """S2:226 says what the message may be; none at all warns (MS-RESP-16)."""

    def meta(self, explain: str | None = None) -> dict[str, Any]:
        return super().meta()


class TemplateCounts(Right):
    """AMB-MS-26: whether the filled-in text counts is our reading."""

    def take_batch(self, value: dict[str, Any], recipients: list[dict[str, Any]]) -> Any:
        self.template = value["text"]
        try:
            return super().take_batch(value, recipients)
        finally:
            del self.template

    def fits(self, text: str) -> bool:
        return super().fits(getattr(self, "template", text))


class ExpiredTaken(Right):
    """That keys expire stands on another page (P-MS-1)."""

    def unauthorized(self, token: str) -> tuple[int, Any]:
        return super().unauthorized(token)

    def answer(self, request: Request) -> tuple[int, Any]:
        return super().answer(replace(request, token="good") if request.token == "expired" else request)


class LaxTypes(Right):
    """How wrong options and numbers for strings are met is our reading (AMB-MS-28, AMB-MS-37)."""

    def parse(self, request: Request) -> dict[str, Any]:
        value = super().parse(request)
        for key in ("from", "text", "to"):
            if isinstance(value.get(key), int) or key == "text" and isinstance(value.get(key), list):
                value[key] = str(value[key])
        if isinstance(value.get("callbacks"), list):
            value["callbacks"] = ",".join(value["callbacks"])
        if value.get("requestDR") == "true":
            value["requestDR"] = True
        value["type"] = "MT"
        return value


class PutSends(Right):
    """S2:623 speaks of PUT (AMB-MS-47)."""

    def other_method(self, request: Request, path: str) -> tuple[int, Any]:
        return self.answer(replace(request, method="POST")) if request.method == "PUT" else (405, self.error("no"))


class MoneyRounded(Right):
    """AMB-MS-16: how a number looks in the text is only an example's."""

    def written(self, param: Any) -> str:
        return f"{param:.2f}" if isinstance(param, float) else super().written(param)


class OneBadNumberStopsAll(Right):
    """That bad numbers do not stop the others is implied."""

    def take_batch(self, value: dict[str, Any], recipients: list[dict[str, Any]]) -> Any:
        if not all(self.is_destination(one["to"]) for one in recipients):
            raise Refuse("a number is badly formatted")
        return super().take_batch(value, recipients)


class ZeroTaken(Right):
    """That no country code begins with 0 is implied for a page that only counts digits."""

    def is_destination(self, to: str) -> bool:
        return re.fullmatch(r"\+?[0-9]{7,15}", to) is not None


class CallbackUnderOtherKeys(Right):
    """P-MS-3: the keys of a callback stand on another page."""

    def payload(self, value: dict[str, Any], message: Sent, status: str, url: str) -> Any:
        body = super().payload(value, message, status, url)
        return {"messageId": body.pop("id"), "state": body.pop("status"), **body}


class BatchWithId(Right):
    """The example of a batch has no id of its own."""

    def batch_data(self, *given: Any) -> dict[str, Any]:
        return {"id": "b-1", **super().batch_data(*given)}


class Redirected(Right):
    """A refusal by redirect."""

    def refused(self) -> int:
        return 302


WARNED: dict[type[Right], set[str]] = {
    AnyWordBeforeTheKey: {"MS-GEN-02"},
    TimestampAsText: {"MS-RESP-02", "MS-BRESP-02"},
    TimestampInSeconds: {"MS-HOUSE-07"},
    DaysApart: {"MS-HOUSE-07"},
    LocalDates: {"MS-HOUSE-08"},
    ReceiptByDefault: {"MS-RESP-08", "MS-BRESP-13"},
    TranslatedSender: {"MS-RESP-05"},
    OneOfTwins: {"MS-HOUSE-21"},
    OtherOrder: {"MS-HOUSE-21"},
    OtherEnd: {"MS-HOUSE-15"},
    AcceptedStatus: {"MS-CALLBACK-07"},
    OverlongRefused: {"MS-TEXT-07"},
    OverlongSilent: {"MS-RESP-16"},
    TemplateCounts: {"MS-TEXT-09"},
    ExpiredTaken: {"MS-GEN-02"},
    LaxTypes: {"MS-SEND-05", "MS-SEND-07", "MS-SEND-10", "MS-SEND-12", "MS-BATCH-11"},
    PutSends: {"MS-SEND-01", "MS-BATCH-01"},
    MoneyRounded: {"MS-BATCH-10"},
    OneBadNumberStopsAll: {"MS-BRESP-08"},
    ZeroTaken: {"MS-ADDR-04"},
    CallbackUnderOtherKeys: {"MS-CALLBACK-07", "MS-HOUSE-14"},
    BatchWithId: {"MS-BRESP-14"},
    Redirected: {"MS-HOUSE-03"},
}


@pytest.mark.parametrize("server", WARNED)
def test_where_part_3_warns_there_is_that_warning_and_no_failure(server: type[Right]) -> None:
    strict, mild = run(server())
    assert {finding.requirement for finding in strict.findings} == WARNED[server]
    assert [finding for finding in mild.findings if finding.severity is Severity.FAIL] == []
    assert mild.exit_code == 0


# Wrong servers.


class IdempotentByContent(Right):
    """An equal message gets the id of the one before."""

    def send(self, value: dict[str, Any]) -> Any:
        for one in self.sent:
            if one[1:] == (value.get("from"), value.get("to"), value.get("text")):
                return {"meta": self.meta(), "data": self.data(value, one.id, "QUEUE")}
        return super().send(value)


class SendsTwice(Right):
    def accept(self, value: dict[str, Any], to: str, text: str) -> Sent:
        message = super().accept(value, to, text)
        self.sent.append(message._replace(id=self.new_id()))
        return message


class SendsWhatItRefuses(Right):
    def unauthorized(self, token: str) -> tuple[int, Any]:
        return super().unauthorized(token)

    def answer(self, request: Request) -> tuple[int, Any]:
        status, body = super().answer(request)
        if status in (400, 401) and isinstance(request.json, dict):
            value = request.json
            self.sent.append(Sent(self.new_id(), str(value.get("from")), str(value.get("to")), str(value.get("text"))))
        return status, body


class CrossedIds(Right):
    """The ids of a batch belong to each other's recipients."""

    def batch_data(self, *given: Any) -> dict[str, Any]:
        data = super().batch_data(*given)
        mobiles = [one["mobile"] for one in data["ids"]]
        crossed = [{**one, "mobile": mobile} for one, mobile in zip(reversed(data["ids"]), mobiles, strict=True)]
        return {**data, "ids": crossed}


class MessageFormat(Right):
    """An apostrophe hides what follows, as in some formatters."""

    def fill(self, template: str, params: list[Any]) -> str:
        return super().fill(template.replace("'", ""), params)


class DollarEaten(Right):
    """Values run through a replacement with groups."""

    def written(self, param: Any) -> str:
        return re.sub(r"\$[0-9]", "", super().written(param))


class OneBased(Right):
    def fill(self, template: str, params: list[Any]) -> str:
        return super().fill(template, ["{0}", *params])


class FirstPlaceholderOnly(Right):
    """A repeated placeholder is filled in once."""

    def fill(self, template: str, params: list[Any]) -> str:
        for place, param in enumerate(params):
            template = template.replace(f"{{{place}}}", self.written(param), 1)
        return template


class LosesAccents(Right):
    def accept(self, value: dict[str, Any], to: str, text: str) -> Sent:
        return super().accept(value, to, text.encode("ascii", "replace").decode())


class CutsAtOneSegment(Right):
    def accept(self, value: dict[str, Any], to: str, text: str) -> Sent:
        return super().accept(value, to, text[:160])


class OtherDestination(Right):
    """Everything goes to one number."""

    def accept(self, value: dict[str, Any], to: str, text: str) -> Sent:
        message = super().accept(value, to, text)
        if self.sent:
            self.sent[-1] = message._replace(to="+525500000000")
        return message


class RememberedOptions(Right):
    """Options of an earlier message come back with later ones."""

    def echo(self, value: dict[str, Any]) -> dict[str, Any]:
        self.last = {**getattr(self, "last", {}), **super().echo(value)}
        return {**self.last, "requestDR": value.get("requestDR", False)}


class CrossedIdentifiers(Right):
    """A callback carries the identifiers of the message before."""

    def payload(self, value: dict[str, Any], message: Sent, status: str, url: str) -> Any:
        before, self.before = getattr(self, "before", {"externalId": "none"}), value
        body = super().payload(value, message, status, url)
        return {**body, **{key: before[key] for key in ("externalId", "clientId") if key in before and key in body}}


class BatchIdOnly(Right):
    """Callbacks of a batch name the batch, not the message."""

    def payload(self, value: dict[str, Any], message: Sent, status: str, url: str) -> Any:
        body = super().payload(value, message, status, url)
        return {**body, "id": "batch-1"} if isinstance(value["to"], list) else body


class DeliveredForeign(Right):
    def accept(self, value: dict[str, Any], to: str, text: str) -> Sent:
        return super().accept({**value, "from": "12345"}, to, text)


class RejectsForeign(Right):
    """Another status than the page's for a code that is not assigned."""

    def tell(self, value: dict[str, Any], message: Sent, status: str) -> None:
        super().tell(value, message, "REJECTD" if status == "CODE_NOT_ALLOWED" else status)


class ExceedsTooSoon(Right):
    """Every message has too many segments, by callback."""

    def course(self) -> tuple[str, ...]:
        return ("SEGMENTS_EXCEEDED",)


class SmallLetters(Right):
    def tell(self, value: dict[str, Any], message: Sent, status: str) -> None:
        super().tell(value, message, status.lower())


class SmppWords(Right):
    def course(self) -> tuple[str, ...]:
        return ("SENT", "DELIVERED")


class OverlongSent(Right):
    """Ten segments, or more."""

    def fits(self, text: str) -> bool:
        return True


class OverlongOtherWords(Right):
    def meta(self, explain: str | None = None) -> dict[str, Any]:
        return super().meta(explain and "text too long")


class SegmentsOf70Only(Right):
    """Ten segments of 70, whatever the alphabet."""

    def fits(self, text: str) -> bool:
        return units(text) <= 700


class SurrogatesSplit(Right):
    """Characters beyond the BMP come back as two."""

    def data(self, value: dict[str, Any], id_: str | None, status: str) -> dict[str, Any]:
        text = re.sub(r"[\U00010000-\U0010ffff]", "??", value["text"])
        return {**super().data(value, id_, status), "text": text}


class HtmlEscaped(Right):
    def data(self, value: dict[str, Any], id_: str | None, status: str) -> dict[str, Any]:
        return {**super().data(value, id_, status), "text": value["text"].replace("&", "&amp;")}


class AccentsDecomposed(Right):
    def data(self, value: dict[str, Any], id_: str | None, status: str) -> dict[str, Any]:
        import unicodedata

        return {**super().data(value, id_, status), "text": unicodedata.normalize("NFD", value["text"])}


class FlatParser(Right):
    """The envelope that a client in the wild expected."""

    def data(self, value: dict[str, Any], id_: str | None, status: str) -> dict[str, Any]:
        return super().data(value, id_, status)

    def send(self, value: dict[str, Any]) -> Any:
        answer = super().send(value)
        return {"status": answer["data"]["status"], "messageId": answer["data"]["id"], "description": "ok"}


class EmptyKeyTaken(Right):
    def answer(self, request: Request) -> tuple[int, Any]:
        return super().answer(replace(request, token="good") if request.token == "malformed" else request)


class AnyBasic(Right):
    def answer(self, request: Request) -> tuple[int, Any]:
        return super().answer(replace(request, token="good") if request.token == "wrong-basic" else request)


class SendsBeforeItLooksAtTheKey(Right):
    def answer(self, request: Request) -> tuple[int, Any]:
        if request.token not in ("good", "missing") and request.method == "POST":
            super().answer(replace(request, token="good"))
        return super().answer(request)


class SendsBatchesBeforeItLooksAtTheKey(Right):
    def answer(self, request: Request) -> tuple[int, Any]:
        if request.token != "good" and request.target.startswith(BATCH):
            super().answer(replace(request, token="good"))
        return super().answer(request)


class SendsByOtherMethodsAndSaysNo(Right):
    def answer(self, request: Request) -> tuple[int, Any]:
        if request.method != "POST" and request.body:
            super().answer(replace(request, method="POST"))
        return super().answer(request)


class SendsFormsAndSaysNo(Right):
    def parse(self, request: Request) -> dict[str, Any]:
        from urllib.parse import parse_qsl

        if any("form" in value for _, value in request.headers) and request.target.startswith(SEND):
            self.send(dict(parse_qsl((request.body or b"").decode())))
        return super().parse(request)


class SendsBatchesThatItRefuses(Right):
    def answer(self, request: Request) -> tuple[int, Any]:
        status, body = super().answer(request)
        to = request.json.get("to") if isinstance(request.json, dict) else None
        if status == 400 and request.token == "good" and isinstance(to, list):
            self.sent += [Sent("x", "12345", "+580000000005", str(request.json.get("text"))) for _ in to]
        return status, body


class NoCharset(Right):
    """A charset is no reason to refuse JSON: Java's and Spring's clients write one."""

    def parse(self, request: Request) -> dict[str, Any]:
        if any("charset" in value for _, value in request.headers):
            raise Refuse("application/json, and nothing behind it")
        return super().parse(request)


class BeginningOfTheKey(Right):
    def answer(self, request: Request) -> tuple[int, Any]:
        return super().answer(replace(request, token="good") if request.token == "longer" else request)


class FormTaken(Right):
    def parse(self, request: Request) -> dict[str, Any]:
        from urllib.parse import parse_qsl

        if any("form" in value for _, value in request.headers):
            return dict(parse_qsl((request.body or b"").decode()))
        return super().parse(request)


class TextErrors(Right):
    def headers(self, status: int) -> tuple[tuple[str, str], ...]:
        return (("Content-Type", "text/plain"),) if status >= 400 else super().headers(status)


class EmptyErrors(Right):
    def error(self, text: str) -> Any:
        return b""


class DeletedByGet(Right):
    """A PATCH sends as well."""

    def other_method(self, request: Request, path: str) -> tuple[int, Any]:
        return self.answer(replace(request, method="POST")) if request.body else (405, self.error("no"))


class FormCallbacks(Right):
    async def deliver(self, client: httpx2.AsyncClient, url: str, body: Any) -> None:
        await client.post(url, data=body)


class CallbacksAsLists(Right):
    def payload(self, *given: Any) -> Any:
        return [super().payload(*given)]


class SecondUrlNever(Right):
    def urls(self, value: dict[str, Any]) -> list[str]:
        return super().urls(value)[:1]


class ToldUnasked(Right):
    def urls(self, value: dict[str, Any]) -> list[str]:
        return super().urls({**value, "requestDR": value.get("requestDR", True)})


class NoCallbackForBatch(Right):
    def urls(self, value: dict[str, Any]) -> list[str]:
        return [] if isinstance(value["to"], list) else super().urls(value)


class NumberIds(Right):
    """ids as JSON numbers."""

    def data(self, value: dict[str, Any], id_: str | None, status: str) -> dict[str, Any]:
        return {**super().data(value, id_, status), "id": int(id_ or "0", 16) % 2**53}


class LastRecipientLost(Right):
    def take_batch(self, value: dict[str, Any], recipients: list[dict[str, Any]]) -> Any:
        return super().take_batch(value, recipients[:-1] if len(recipients) > 2 else recipients)


class WithoutPlusInvalid(Right):
    def is_destination(self, to: str) -> bool:
        return super().is_destination(to) and to.startswith("+")


class FromMustBeFive(Right):
    def check_sender(self, sender: str) -> None:
        if sender.isdigit() and len(sender) not in (5, 11):
            raise Refuse("a short code has five digits")


class EuropeanIdOnly(Right):
    """clientId alone is lost on its way back."""

    def payload(self, *given: Any) -> Any:
        body = super().payload(*given)
        body.pop("clientId", None)
        return body


WRONG: dict[type[Right], set[str]] = {
    IdempotentByContent: {"MS-GEN-07"},
    SendsTwice: {"MS-GEN-07"},
    SendsWhatItRefuses: {"MS-GEN-02", "MS-SEND-02", "MS-ADDR-01"},
    CrossedIds: {"MS-BRESP-06"},
    MessageFormat: {"MS-BATCH-09"},
    DollarEaten: {"MS-BATCH-09"},
    OneBased: {"MS-BATCH-08"},
    FirstPlaceholderOnly: {"MS-BATCH-08"},
    LosesAccents: {"MS-RESP-06"},
    CutsAtOneSegment: {"MS-TEXT-01"},
    OtherDestination: {"MS-RESP-07"},
    RememberedOptions: {"MS-RESP-15"},
    CrossedIdentifiers: {"MS-CALLBACK-05", "MS-CALLBACK-06"},
    BatchIdOnly: {"MS-CALLBACK-09"},
    DeliveredForeign: {"MS-GEN-09"},
    RejectsForeign: {"MS-STATUS-09"},
    ExceedsTooSoon: {"MS-STATUS-16"},
    SmallLetters: {"MS-CALLBACK-07"},
    SmppWords: {"MS-CALLBACK-07"},
    OverlongSent: {"MS-TEXT-06", "MS-TEXT-07"},
    OverlongOtherWords: {"MS-TEXT-08"},
    SegmentsOf70Only: {"MS-TEXT-07"},
    SurrogatesSplit: {"MS-RESP-06"},
    HtmlEscaped: {"MS-RESP-06"},
    AccentsDecomposed: {"MS-RESP-06"},
    FlatParser: {"MS-RESP-01"},
    EmptyKeyTaken: {"MS-GEN-02"},
    AnyBasic: {"MS-GEN-02"},
    BeginningOfTheKey: {"MS-GEN-02"},
    SendsBeforeItLooksAtTheKey: {"MS-GEN-02"},
    SendsBatchesBeforeItLooksAtTheKey: {"MS-GEN-02"},
    SendsByOtherMethodsAndSaysNo: {"MS-SEND-01", "MS-BATCH-01"},
    SendsFormsAndSaysNo: {"MS-GEN-04"},
    SendsBatchesThatItRefuses: {"MS-BATCH-03", "MS-BATCH-06"},
    NoCharset: {"MS-SEND-06"},
    FormTaken: {"MS-GEN-04"},
    TextErrors: {"MS-GEN-06"},
    EmptyErrors: {"MS-GEN-06"},
    DeletedByGet: {"MS-SEND-01", "MS-BATCH-01"},
    FormCallbacks: {"MS-CALLBACK-03"},
    CallbacksAsLists: {"MS-CALLBACK-03"},
    SecondUrlNever: {"MS-CALLBACK-01"},
    ToldUnasked: {"MS-SEND-08"},
    NoCallbackForBatch: {"MS-CALLBACK-09"},
    NumberIds: {"MS-RESP-04"},
    LastRecipientLost: {"MS-BRESP-04"},
    WithoutPlusInvalid: {"MS-ADDR-02"},
    FromMustBeFive: {"MS-ADDR-06", "MS-ADDR-07"},
    EuropeanIdOnly: {"MS-CALLBACK-06"},
}


@pytest.mark.parametrize("server", WRONG)
def test_a_wrong_server_is_found(server: type[Right]) -> None:
    strict, _ = run(server())
    assert WRONG[server] <= {finding.requirement for finding in strict.findings}


def test_off_loopback_nothing_leaves_that_could_reach_a_stranger() -> None:
    seen: list[Request] = []

    class Watched(Right):
        def answer(self, request: Request) -> tuple[int, Any]:
            seen.append(request)
            return super().answer(request)

    target = TARGET.model_copy(update={"base_url": "https://elastic.messangi.me", "control_url": None})
    strict, _ = run(Watched(), target, controlled=False)
    assert told(strict) == []
    allowed = {number.removeprefix("+") for number in TARGET.numbers.destinations}
    for request in seen:
        body = (request.body or b"").decode()
        for number in re.findall(r'"to":\[?"?\+?([0-9]+)', body):
            assert number in allowed or (len(number) > 15 and number[:12] in allowed)
        assert "carrier1" not in body
        value = request.json or {}
        if isinstance(value.get("to"), list):
            addresses = [one if isinstance(one, str) else str(one.get("to")) for one in value["to"]]
            assert sum(Right().is_destination(address) for address in addresses) <= 3
    assert {urlpath(request) for request in seen} == {SEND, BATCH}


def urlpath(request: Request) -> str:
    return request.target.partition("?")[0]
