"""What the suite itself says stands whole in every report, whatever texts were sent; what it quotes is masked all the same.

The text that this run sends is made of the suite's own sentences: a mask that cannot tell words of ours from somebody's
would take them out.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator

import pytest

from smsproof_conformance.case import Case, Section
from smsproof_conformance.records.exchange import Answer, Request, encode
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.record import NotObserved, Seen
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.reports.files import RENDERERS
from smsproof_conformance.reports.material import Material
from smsproof_conformance.targets.target import Target
from smsproof_conformance.verdicts.finding import Judgement, Unknown, breach
from smsproof_conformance.verdicts.judge import judge
from smsproof_spec import contract as contracts

CONTRACT = contracts.load("intelepeer")
NUMBER = "+17165550142"
TEXT = (
    "Meet me at the harbour. A message without a sender is refused, the handset shows the text as it was asked,"
    " the refid of another message of the list, a message that names nobody at all, the webhook could not be set,"
    " no final status arrived in the time to wait, the target does not declare a shared code,"
    " The budget stops this run because it is used up"
)
STEP = "a message that names nobody at all"
GOT = "the refid of another message of the list"
OWN = {
    "expected": "the handset shows the text as it was asked: ",
    "got": GOT,
    "step": STEP,
    "not observed": "not observed: the webhook could not be set",
    "unknown": "no final status arrived in the time to wait",
    "skipped": "the target does not declare a shared code",
    "stopped": "The budget stops this run because it is used up",
}
# What each format tells at all: the others leave out steps, or whatever has no finding.
TOLD = {
    "html": set(OWN),
    "json": set(OWN),
    "ndjson": set(OWN),
    "junit": {"expected", "got", "not observed", "unknown", "skipped"},
    "sarif": {"expected", "got", "stopped"},
    "har": {"step"},
    "github": {"expected", "got", "stopped"},
}


def cases() -> list[Case]:
    section = Section("intelepeer", "s")

    async def nothing(do: object) -> None:
        raise AssertionError("judging must not act")

    def found(seen: Seen) -> Judgement:
        wanted = Sentence("the handset shows the text as it was asked: {}", TEXT)
        yield breach("IP-SEND-15", seen[STEP], expected=wanted, got=said(GOT))
        quoted = Sentence("the number {}", NUMBER)
        yield breach("IP-SEND-16", seen[STEP], expected=quoted, got=f"another: {TEXT}")

    def unobserved(seen: Seen) -> Judgement:
        if not seen.exchanges:
            raise NotObserved("the webhook could not be set")
        yield Unknown("IP-SEND-15", "it was set")

    def unknown(seen: Seen) -> Judgement:
        yield Unknown("IP-SEND-15", "no final status arrived in the time to wait")

    judges = {"found": found, "unobserved": unobserved, "unknown": unknown, "skipped": unknown}
    return [
        section.scenario(name, observes=("IP-SEND-15",), does="d", expects="e")(nothing).judge(say)
        for name, say in judges.items()
    ]


@pytest.fixture(scope="module")
def material() -> Iterator[Material]:
    target = Target(name="t", vendor="intelepeer", base_url="http://127.0.0.1:1", token_env="T")
    with Ledger.in_memory(["canary-token"]) as ledger:
        ledger.set_fact("target", target.model_dump(mode="json"))
        ledger.set_fact("contract", CONTRACT.hash)
        ledger.plan(["s/found", "s/unobserved", "s/unknown", "s/skipped"])
        for name in ("found", "unobserved", "unknown"):
            ledger.mark(f"s/{name}", "acted")
        ledger.mark("s/skipped", "skipped", said("the target does not declare a shared code"))
        ledger.stop(6, said("The budget stops this run because it is used up"))
        body = encode({"to": NUMBER, "text": TEXT})
        id_ = ledger.intend(Request("s/found", said(STEP), "sendMessage", "POST", "/send", (), body, "good", True, 1))
        ledger.settle(id_, Answer(200, (), encode({"error": f"{TEXT} {NUMBER}"}), 0.1))
        yield Material(ledger, judge(ledger, CONTRACT, cases(), strict=False), CONTRACT)


@pytest.mark.parametrize("format_", RENDERERS)
def test_own_sentences_survive_whole_when_the_texts_that_were_sent_hold_the_same_words(
    format_: str, material: Material
) -> None:
    report = html.unescape(RENDERERS[format_](material))
    assert {name for name, words in OWN.items() if words in report} >= TOLD[format_]


@pytest.mark.parametrize("format_", RENDERERS)
def test_what_own_sentences_quote_is_masked_and_so_is_a_peers_echo_of_them(format_: str, material: Material) -> None:
    report = html.unescape(RENDERERS[format_](material))
    for personal in (NUMBER[1:], NUMBER[2:], "Meet me at the harbour", "the harbour. A message"):
        assert personal not in report


def test_a_quoted_text_leaves_its_length_and_its_mark(material: Material) -> None:
    first, second = json.loads(RENDERERS["json"](material))["findings"]
    assert first["expected"].startswith(f"the handset shows the text as it was asked: ({len(TEXT)} characters ~")
    assert second["expected"].startswith("the number +*********42~")
    assert second["got"].startswith(f"another: ({len(TEXT)} characters ~")
