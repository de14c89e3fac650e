"""Every report of a run whose peer says the worst: valid, harmless, without a number, and the same each time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from smsproof_conformance.case import Scenario, Section
from smsproof_conformance.records.exchange import Answer, Request, encode
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.record import Seen
from smsproof_conformance.reports import github
from smsproof_conformance.reports.files import RENDERERS
from smsproof_conformance.reports.material import Material
from smsproof_conformance.targets.target import Target
from smsproof_conformance.verdicts.finding import Judgement, breach
from smsproof_conformance.verdicts.judge import judge
from smsproof_spec import contract as contracts
from smsproof_spec.rules import printable

HOSTILE = (
    "\x1b]52;c;x\x07\x9b31m\u202e\r\n::add-mask::a\n##[error]x</script><script>alert(1)</script>]]>"
    "```` <img src=x onerror=alert(1)> =cmd|' /C calc'!A0 {{7*7}} \x00\ufffe"
)
CONTRACT = contracts.load("intelepeer")


def case() -> Scenario:
    section = Section("intelepeer", "s")

    async def nothing(do: object) -> None:
        raise AssertionError("judging must not act")

    draft = section.scenario("c", observes=("IP-SEND-15",), does="d", expects="e")(nothing)

    def say(seen: Seen) -> Judgement:
        yield breach("IP-SEND-15", seen["one"], expected=HOSTILE, got="+17165550142 " + HOSTILE, pointer="/error")

    return draft.judge(say)


@contextmanager
def hostile_material() -> Iterator[Material]:
    """A judged run whose peer says the worst, wherever a peer can say anything."""
    target = Target(name="t", vendor="intelepeer", base_url="http://127.0.0.1:1", token_env="T")
    with Ledger.in_memory(["canary-token"]) as ledger:
        ledger.set_fact("target", target.model_dump(mode="json"))
        ledger.set_fact("contract", CONTRACT.hash)
        ledger.plan(["s/c"])
        ledger.mark("s/c", "acted")
        sent = encode({"to": "+17165550142", "text": "A text for nobody else"})
        id_ = ledger.intend(Request("s/c", "one", "sendMessage", "POST", "/send", (), sent, "good", True, 1))
        echo = encode({"error": HOSTILE, "echo": "+17165550142 A text for nobody else"})
        ledger.settle(id_, Answer(200, (("X", HOSTILE),), echo, 0.1))
        yield Material(ledger, judge(ledger, CONTRACT, [case()], strict=False), CONTRACT)


@pytest.fixture(scope="module")
def material() -> Iterator[Material]:
    with hostile_material() as material:
        yield material


@pytest.mark.parametrize("format_", RENDERERS)
def test_no_number_no_text_and_no_control_is_in_any_report(format_: str, material: Material) -> None:
    text = RENDERERS[format_](material)
    assert "7165550142" not in text
    assert "nobody else" not in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ufffe]", text)


@pytest.mark.parametrize("format_", RENDERERS)
def test_the_same_material_gives_the_same_bytes(format_: str, material: Material) -> None:
    assert RENDERERS[format_](material) == RENDERERS[format_](material)


def test_junit_is_xml_and_counts(material: Material) -> None:
    root = ElementTree.fromstring(RENDERERS["junit"](material))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("1", "1", "0")
    assert len(root.findall("./testsuite/testcase/failure")) == 1


@pytest.mark.parametrize("format_", ["json", "sarif", "har"])
def test_json_formats_are_json(format_: str, material: Material) -> None:
    assert json.loads(RENDERERS[format_](material))


def test_every_event_is_a_line(material: Material) -> None:
    lines = RENDERERS["ndjson"](material).splitlines()
    assert [json.loads(line)["event"] for line in lines][:2] == ["run", "exchange"]


def test_no_line_of_the_annotations_is_a_command_of_a_peer(material: Material) -> None:
    lines = github.commands(material).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error", "::notice"]
    assert "##[" not in "".join(lines)


class Scripts(HTMLParser):
    """What a browser would run, load or show."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.policy = ""
        self.words = ""

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name in ("src", "style")]
        if dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs).get("content") or ""


def test_the_page_holds_one_script_of_ours_and_shows_a_peers_words_as_words(material: Material) -> None:
    page = RENDERERS["html"](material)
    seen = Scripts()
    seen.feed(page)
    assert (seen.tags.count("script"), seen.tags.count("img"), seen.handlers) == (1, 0, [])
    assert seen.policy.startswith("default-src 'none'; style-src 'sha256-")
    assert seen.words.count(printable(HOSTILE, keep="\n")) >= 2  # as it stands, whole, in text nodes
    assert "{{7*7}}" in page
