"""How many cases each report tells of, by verdict: read from the report as its readers read it, not from what made it.

`acct` of the fault scenarios: planned = passed + failed + … in the ledger and in every report alike.
"""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Mapping

from rich.console import Console

from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.reports.console import print_run
from smsproof_conformance.reports.files import RENDERERS
from smsproof_conformance.reports.material import Material
from smsproof_conformance.verdicts.judged import Judged
from smsproof_spec.contract import Contract

_COUNT = re.compile(r"\b([0-9]+) (PASS|FAIL|WARN|SKIP|INDETERMINATE|ERROR|XFAIL|XPASS)\b")


def reports(ledger: Ledger, judged: Judged, contract: Contract) -> dict[str, str]:
    """Every report of a judged run, and what a console of 200 columns shows."""
    material = Material(ledger, judged, contract)
    console = Console(file=io.StringIO(), width=200, soft_wrap=True)
    print_run(console, material)
    assert isinstance(console.file, io.StringIO)
    return {**{kind: render(material) for kind, render in RENDERERS.items()}, "console": console.file.getvalue()}


def accounted(told: Mapping[str, str], vendor: str = "intelepeer") -> Counter[str]:
    """The number of cases by verdict; AssertionError where two of these reports tell another one.

    told    reports by format; json must be among them.
    """
    expected = Counter(case["verdict"] for case in json.loads(told["json"])["cases"])
    for kind, text in told.items():
        if kind in _READERS:
            assert _READERS[kind](text, vendor) == expected, kind
        elif kind == "junit":
            _junit(text, expected)
        elif kind == "sarif":  # tells of findings, not of cases: where one fails there is an error, and nowhere else
            (run,) = json.loads(text)["runs"]
            failing = {found["level"] for found in run["results"]} & {"error"}
            assert bool(failing) is bool(expected["FAIL"]), kind
            findings = json.loads(told["json"])["findings"]
            assert sum(found["occurrenceCount"] for found in run["results"]) == len(findings), kind
            assert run["invocations"][0]["exitCode"] == json.loads(told["json"])["exit_code"]
    return expected


def _ndjson(text: str, _: str) -> Counter[str]:
    events = [json.loads(line) for line in text.splitlines()]
    return Counter(event["verdict"] for event in events if event["event"] == "case")


def _html(text: str, _: str) -> Counter[str]:
    (line,) = re.findall(r'<p class="cases">(.*?)</p>', text)
    told = Counter({verdict: int(count) for count, verdict in _COUNT.findall(line)})
    (total,) = re.findall(r"of ([0-9]+) cases", line)
    assert told.total() == int(total)
    return told


def _console(text: str, vendor: str) -> Counter[str]:
    (line,) = [line for line in text.splitlines() if line.startswith(f"{vendor}, ")]
    return Counter({verdict: int(count) for count, verdict in _COUNT.findall(line)})


def _github(text: str, _: str) -> Counter[str]:
    line = next(line for line in text.splitlines() if _COUNT.search(line))
    return Counter({verdict: int(count) for count, verdict in _COUNT.findall(line)})


_READERS = {"ndjson": _ndjson, "html": _html, "console": _console, "github": _github}


def _junit(text: str, expected: Counter[str]) -> None:
    """Its own four words for the eight verdicts, in the whole, in each suite, and counted case by case."""
    root = ElementTree.fromstring(text.encode())
    wanted = {
        "tests": expected.total(),
        "failures": expected["FAIL"],
        "errors": expected["ERROR"] + expected["INDETERMINATE"],
        "skipped": expected["SKIP"] + expected["XFAIL"],
    }
    suites = [suite for suite in root.iter("testsuite") if suite.get("name") != "baseline"]
    for word, number in wanted.items():
        assert int(root.get(word, "-1")) == number, word
        assert sum(int(suite.get(word, "-1")) for suite in suites) == number, word
    for tag, word in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert sum(len(suite.findall(f"testcase/{tag}")) for suite in suites) == wanted[word], word
    assert sum(len(suite.findall("testcase")) for suite in suites) == wanted["tests"]
