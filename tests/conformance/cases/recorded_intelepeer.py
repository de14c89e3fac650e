"""Recorded runs in miniature: exchanges and arrivals with literal bodies, judged by one IntelePeer case."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from smsproof_conformance.case import cases
from smsproof_conformance.records.exchange import Answer, Request, encode
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.targets.target import Numbers, Target
from smsproof_conformance.verdicts.finding import Severity
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import CaseResult
from smsproof_spec import contract as contracts

CONTRACT = contracts.load("intelepeer")
ONE, TWO, SHORT = "+12191112222", "+12161112222", "1-12345"
TO, FOREIGN = "+13038675309", "+19995550100"
TARGET = Target(
    name="t",
    vendor="intelepeer",
    base_url="http://127.0.0.1:1",
    token_env="T",
    numbers=Numbers(
        long_codes=(ONE, TWO),
        short_codes=(SHORT,),
        alphanumerics=("57-MyCompany",),
        destinations=(TO, "+573132341111"),
        foreign=FOREIGN,
        blocked_destination="+99955501000",
        not_enabled="+12165550199",
    ),
)


def message(**changes: Any) -> dict[str, Any]:
    return {"from": ONE, "to": TO, "text": "Hello World!"} | {key.rstrip("_"): value for key, value in changes.items()}


def receipt(**changes: Any) -> dict[str, Any]:
    return {"state": "Queued", "code": 202, "refid": "SM5C804F0D000999999910009AD59930", "numparts": 1} | changes


@dataclass
class Story:
    """What one case did and got, or what a standing judge finds; `found` judges it."""

    case: str
    target: Target = TARGET
    ledger: Ledger = field(default_factory=Ledger.in_memory)

    def __post_init__(self) -> None:
        self.ledger.set_fact("target", self.target.model_dump(mode="json"))
        self.ledger.plan([self.case])
        self.ledger.mark(self.case, "acted")

    def sent(self, step: str, body: Any, status: int, answer: Any, *, token: Any = "good") -> Story:
        """A send and its answer; bytes are raw bodies."""
        return self._exchange(step, "sendMessage", "POST", "/_rest/v4/app/sms/send", body, status, answer, token)

    def set(self, step: str, endpoints: list[Any], url: Any, status: int, answer: Any) -> Story:
        body = {"endpoints": endpoints, "webhook": url}
        return self._exchange(step, "setWebhook", "POST", "/_rest/v4/my/did/sms/webhook", body, status, answer, "good")

    def read(self, step: str, query: str, status: int, answer: Any) -> Story:
        path = f"/_rest/v4/my/did/sms/webhook?endpoint={query}"
        return self._exchange(step, "getWebhook", "GET", path, None, status, answer, "good")

    def _exchange(
        self, step: str, operation: str, method: str, target: str, body: Any, status: int, answer: Any, token: Any
    ) -> Story:
        data = body if isinstance(body, bytes) or body is None else encode(body)
        request = Request(self.case, step, operation, method, target, (), data, token, operation == "sendMessage", 1)
        content = answer if isinstance(answer, bytes) else encode(answer)
        first = self.ledger.intend(request)
        self.ledger.settle(first, Answer(status, (), content, 0.0))
        for again in (500, 500) if status == 500 else ():  # a server error that stays
            repeat = replace(request, case="run/ask-again", step=str(first))
            self.ledger.settle(self.ledger.intend(repeat), Answer(again, (), content, 0.0))
        return self

    def arrived(
        self, hook: str, body: Any, *, method: str = "POST", secret: str | None = None, status: int = 200
    ) -> Story:
        data = body if isinstance(body, bytes) else encode(body)
        self.ledger.arrive(self.case, hook, method, (), data, secret, status)
        return self

    def noted(self, **notes: Any) -> Story:
        for key, value in notes.items():
            self.ledger.note(self.case, key.replace("_", " "), value)
        return self

    def result(self) -> CaseResult:
        (result,) = judge(self.ledger, CONTRACT, [cases("intelepeer")[self.case]], strict=False).cases
        return result

    @property
    def found(self) -> list[tuple[str, str]]:
        """Each finding as requirement and how much it weighs without --strict, and its place where it has one."""
        return [
            (finding.requirement + (f" {finding.pointer}" if finding.pointer else ""), finding.severity.value)
            for finding in self.result().findings
        ]


FAIL, WARN = Severity.FAIL.value, Severity.WARN.value
