"""What holds for every call of IntelePeer, and that no answer whatever breaks a judge."""

from __future__ import annotations

import random
from typing import Any

import pytest
from pydantic import SecretStr

from smsproof_conformance.case import cases
from smsproof_conformance.records.exchange import Answer, Request
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets.target import Secrets
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.wire.peer import Peer
from tests.conformance.cases.recorded_intelepeer import CONTRACT, FAIL, ONE, TARGET, WARN, Story, message, receipt
from tests.conformance.cases.second_intelepeer import Right


def with_tokens(case: str, tokens: tuple[str, ...], wrong: dict[str, tuple[int, Any]]) -> list[tuple[str, str]]:
    """A case of bad tokens in which everything is 401 but what `wrong` says."""
    story = Story(f"common/{case}")
    for token in tokens:
        for operation in ("sendMessage", "setWebhook", "getWebhook"):
            step = f"{operation}, {token}"
            status, answer = wrong.get(step, (401, b"no"))
            if operation == "sendMessage":
                story.sent(step, message(), status, answer, token=token)
            elif operation == "setWebhook":
                story.set(step, [ONE], "https://smsproof.example/", status, answer)
            else:
                story.read(step, "%2B12191112222", status, answer)
    return story.found


@pytest.mark.parametrize(
    ("step", "status", "found"),
    [
        ("sendMessage, missing", 202, [("IP-GEN-01", FAIL), ("IP-SEND-22", FAIL)]),
        ("sendMessage, missing", 403, [("IP-SEND-22", FAIL)]),
        ("sendMessage, wrong", 403, [("IP-SEND-22", WARN)]),
        ("sendMessage, malformed", 400, []),
        ("sendMessage, malformed", 202, [("IP-GEN-01", FAIL)]),
        ("sendMessage, longer", 202, [("IP-GEN-01", FAIL), ("IP-SEND-22", WARN)]),
        ("getWebhook, longer", 403, []),
        ("sendMessage, wrong-basic", 202, [("IP-GEN-01", FAIL)]),
        ("sendMessage, wrong-basic", 400, []),
        ("setWebhook, wrong-basic", 201, [("IP-GEN-01", FAIL)]),
        ("setWebhook, missing", 403, []),  # AMB-IP-21
        ("getWebhook, wrong", 403, []),
        ("getWebhook, wrong", 404, [("IP-GEN-01", WARN)]),
        ("getWebhook, missing", 200, [("IP-GEN-01", FAIL), ("IP-GEN-01", WARN)]),
    ],
)
def test_every_call_needs_a_token(step: str, status: int, found: list[tuple[str, str]]) -> None:
    tokens = ("missing", "wrong", "longer", "malformed", "wrong-basic")
    assert with_tokens("token-required", tokens, {step: (status, b"")}) == found


@pytest.mark.parametrize(
    ("step", "status", "found"),
    [
        ("sendMessage, other-scheme", 202, [("IP-GEN-01", WARN)]),
        ("getWebhook, other-scheme", 200, [("IP-GEN-01", WARN)]),
        ("setWebhook, other-scheme", 400, []),
    ],
)
def test_the_right_token_behind_another_word_is_odd_at_most(
    step: str, status: int, found: list[tuple[str, str]]
) -> None:
    assert with_tokens("token-behind-another-word", ("other-scheme",), {step: (status, b"")}) == found


@pytest.mark.parametrize(
    ("step", "status", "found"),
    [
        ("sendMessage, expired", 202, [("IP-SEND-22", FAIL)]),
        ("sendMessage, expired", 403, [("IP-SEND-22", FAIL)]),
        ("setWebhook, expired", 201, [("IP-GEN-01", FAIL)]),
        ("getWebhook, expired", 403, []),
    ],
)
def test_an_expired_token_is_no_token(step: str, status: int, found: list[tuple[str, str]]) -> None:
    assert with_tokens("token-expired", ("expired",), {step: (status, b"")}) == found


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (receipt(), []),
        (b" { }\r\n", []),
        (b"", [("IP-HOUSE-01", FAIL)]),
        (b"OK", [("IP-HOUSE-01", FAIL)]),
        ([receipt()], [("IP-HOUSE-01", FAIL)]),
        (b'{"code": 202, "code": 202}', [("IP-HOUSE-01", FAIL)]),
        (b'{"text": "\xff"}', [("IP-HOUSE-01", FAIL)]),
    ],
)
def test_a_success_is_a_json_object(answer: Any, found: list[tuple[str, str]]) -> None:
    assert Story("common/json-objects").sent("one", message(), 202, answer).found == found


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_a_refusal_may_be_anything(status: int) -> None:
    story = Story("common/json-objects").sent("one", message(), 202, receipt())
    assert story.sent("two", message(), status, b"<html>\xff").found == []


@pytest.mark.parametrize(
    ("status", "code", "found"),
    [
        (202, 202, []),
        (202, 200, [("IP-GEN-07 /code", WARN)]),
        (202, "202", []),  # a type: the schema's affair
        (400, 7, []),  # nobody shows the body of a refusal
    ],
)
def test_the_code_of_a_success_is_its_status(status: int, code: Any, found: list[tuple[str, str]]) -> None:
    story = Story("common/code-is-status").sent("zero", message(), 202, receipt())
    assert story.sent("one", message(), status, receipt(code=code)).found == found


@pytest.mark.parametrize(
    ("status", "found"),
    [(202, []), (400, []), (422, [("IP-HOUSE-04", WARN)]), (500, [("IP-HOUSE-04", WARN)]), (429, []), (503, [])],
)
def test_a_status_that_the_page_does_not_list_warns(status: int, found: list[tuple[str, str]]) -> None:
    assert Story("common/documented-status").sent("one", message(), status, b"").found == found


def test_a_redirect_warns() -> None:
    assert Story("common/no-redirect").sent("one", message(), 308, b"").found == [("IP-HOUSE-05", WARN)]


VALUES: list[Any] = [
    None, True, 0, -1, 2**70, 1.5, "", "202", "\x00\u202e", [], {}, [[]], [None, 1, "x", {}, []],
    {"code": None}, {"code": True, "responses": None}, {"code": 207, "responses": [None, [], {}, {"code": []}]},
    {"code": 207, "responses": [{"code": 202, "refid": {}, "numparts": [], "state": 3}] * 3},
    {"code": 201, "tnkey": [], "webhook": {}, "provisioning": []},
    {"code": 207, "endpoints": [None, 3, {"status": "201", "endpoint": {}, "response": []}, {"endpoint": [], "response": {"tnkey": 1}}]},
    {"code": 207, "endpoints": {"a": 1}}, {"provisioning": {"state": ["x"]}, "refid": 7, "numparts": "x"},
]  # fmt: skip
RAW = [b"", b"\xff\xfe", b"{", b"[" * 5000, b'{"code": NaN}', b'"\\ud800"']


class Nonsense(Right):
    """Answers, delivers and keeps anything at all."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.dice = random.Random(seed)

    async def exchange(self, request: Request) -> Answer:
        status = self.dice.choice([200, 201, 202, 207, 204, 302, 400, 401, 404, 500, 999])
        if self.dice.random() < 0.3:
            return await super().exchange(request)
        body = self.dice.choice(RAW) if self.dice.random() < 0.2 else self.encode(self.dice.choice(VALUES))
        return Answer(status, (), body, 0.0)

    def encode_inbound(self, body: dict[str, Any]) -> bytes:
        choice = self.dice.choice([*VALUES, body, {**body, "refid": [], "message": 3, "from": {}, "signature": 1}])
        return self.dice.choice(RAW) if self.dice.random() < 0.1 else self.encode(choice)

    async def outbox(self) -> list[dict[str, Any]] | None:
        return [{}, {"id": [], "text": {}}, {"id": "x", "from": None, "to": 3, "text": "y"}]


@pytest.mark.parametrize("seed", range(12))
def test_no_answer_whatever_breaks_a_judge(seed: int) -> None:
    server, selected = Nonsense(seed), list(cases("intelepeer").values())
    secrets = Secrets(token=SecretStr("t"), expired_token=SecretStr("e"), shared_code=SecretStr("c"))
    target = TARGET.model_copy(update={"control_url": "http://127.0.0.1:9/control", "wait_seconds": 0.02})
    with Ledger.in_memory(secrets.values()) as ledger:
        Run(target, secrets, CONTRACT, ledger, peer=lambda *_: Peer(server, server)).start(selected, seed=1)
        assert judge(ledger, CONTRACT, selected, strict=True).findings
