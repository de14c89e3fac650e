"""Reports as a customer reads them: of how many, where it stands, what to run instead."""

from __future__ import annotations

import html
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from smsproof_conformance.case import Section
from smsproof_conformance.records.exchange import Answer, Request, encode
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.record import Seen
from smsproof_conformance.reports.console import print_run
from smsproof_conformance.reports.files import RENDERERS
from smsproof_conformance.reports.material import Material
from smsproof_conformance.reports.place import leads
from smsproof_conformance.reports.terminal import console
from smsproof_conformance.targets.target import Target
from smsproof_conformance.verdicts.finding import Judgement, breach
from smsproof_conformance.verdicts.judge import judge
from smsproof_spec import contract as contracts
from smsproof_spec.contract import Party
from smsproof_spec.spelling import counted

CONTRACT = contracts.load("intelepeer")
TITLE = "Sending SMS Messages"
URL = CONTRACT.pages["S0"]["url"]


@contextmanager
def run(party: Party, pointer: str = "/to") -> Iterator[Material]:
    """One request with one finding."""
    section = Section("intelepeer", "s")

    async def nothing(do: object) -> None:
        raise AssertionError("judging must not act")

    def say(seen: Seen) -> Judgement:
        yield breach("IP-SEND-11", seen["one"], expected="a plus", got="none", pointer=pointer)

    case = section.scenario("c", observes=("IP-SEND-11",), does="d", expects="e")(nothing).judge(say)
    target = Target(name="t", vendor="intelepeer", base_url="http://127.0.0.1:1", token_env="T")
    with Ledger.in_memory() as ledger:
        for key, value in {"target": target.model_dump(mode="json"), "contract": CONTRACT.hash, "party": party}.items():
            ledger.set_fact(key, value)
        ledger.set_fact("run", "20261128T204500Z-t")
        ledger.plan(["s/c"])
        ledger.mark("s/c", "acted")
        request = Request("s/c", "one", "sendMessage", "POST", "/send", (), encode({"to": "1"}), "good", True, 1)
        ledger.settle(ledger.intend(request), Answer(202, (), encode({"code": 202, "refid": "A"}), 0.1))
        yield Material(ledger, judge(ledger, CONTRACT, [case], strict=False), CONTRACT)


def on_console(material: Material) -> str:
    page = io.StringIO()
    print_run(console(page), material)
    return page.getvalue()


def test_verdicts_say_of_how_many_cases_and_one_of_a_kind_is_no_plural() -> None:
    with run("V") as material:
        assert "intelepeer, 1 case: 1 FAIL" in on_console(material)
        assert "; 1 request, 1 accepted message, 1 part at most" in on_console(material)
        summary = RENDERERS["github"](material)
        assert "1 failing finding in 1 case; exit code 1." in summary
        assert "1 case: ❌ 1 FAIL" in summary
        assert "1 request in " in RENDERERS["html"](material)


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 requests"), (1, "1 request"), (2, "2 requests"), (1500, "1,500 requests")]
)
def test_what_is_counted_agrees_with_its_number(number: int, words: str) -> None:
    assert counted(number, "request") == words


def test_every_report_for_people_says_which_page_a_short_name_means() -> None:
    with run("V") as material:
        assert f'S0 is the vendor\'s page "{TITLE}", {URL}' in on_console(material)
        assert f"- S0: the vendor's page [{TITLE}](<{URL}>)" in RENDERERS["github"](material)
        page = RENDERERS["html"](material)
        assert f'<a href="{URL}" rel="noreferrer noopener">{TITLE}, line 16</a> <small>S0:16</small>' in page
        (rule,) = json.loads(RENDERERS["sarif"](material))["runs"][0]["tool"]["driver"]["rules"]
        assert f'Stands in: S0:16. S0 is the vendor\'s page "{TITLE}", {URL}.' in rule["help"]["text"]


def test_what_a_client_sent_is_repeated_by_running_it_again_for_its_server_has_ended() -> None:
    again = "smsproof client intelepeer --case s/c -- PROGRAM"
    with run("C") as material:
        shown = [
            on_console(material),
            *(html.unescape(RENDERERS[kind](material)) for kind in ("html", "junit", "github")),
        ]
        for report in shown:
            assert again in report and "curl" not in report
        (finding,) = json.loads(RENDERERS["json"](material))["findings"]
        assert finding["curl"] is None


def test_what_a_receiver_was_sent_can_be_sent_again_or_judged_again() -> None:
    with run("R") as material:
        assert "smsproof receiver intelepeer --url URL --case s/c" in on_console(material)
        assert "curl --include" in on_console(material)


def test_a_pointer_marks_the_body_that_it_leads_into() -> None:
    with run("V") as material:
        request, response = RENDERERS["html"](material).split("<h4>Response", 1)
        assert '<span class="line marked">  &#34;to&#34;: &#34;' in request
        assert '<span class="line marked">' not in response.partition("</details>")[0]
    with run("V", pointer="/code") as material:
        request, response = RENDERERS["html"](material).split("<h4>Response", 1)
        assert '<span class="line marked">' not in request
        assert '<span class="line marked">  &#34;code&#34;: 202' in response


@pytest.mark.parametrize(
    ("body", "pointer", "does"),
    [
        (b'[{"a":1}]', "/0/a", True),
        (b'[{"a":1}]', "/1", False),
        (b'{"a/b":1}', "/a~1b", True),
        (b"no json", "/a", False),
        (None, "/a", False),
        (b"{}", "", True),
    ],
)
def test_where_a_pointer_leads(body: bytes | None, pointer: str, does: bool) -> None:
    assert leads(body, pointer) is does
