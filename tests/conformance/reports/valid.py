"""What makes a report valid in its format, asked of libraries and of standards, not of the code that wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

from jsonschema import Draft202012Validator

from smsproof_conformance.reports.schemas import load

_XML_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def check_json(text: str) -> None:
    Draft202012Validator(load("smsproof-run/1")).validate(json.loads(text))


def check_ndjson(text: str) -> None:
    validator = Draft202012Validator(load("smsproof-events/1"))
    events = [json.loads(line) for line in text.splitlines()]
    for event in events:
        validator.validate(event)
    names = [event["event"] for event in events]
    assert (names[0], names[-1], names.count("run"), names.count("end")) == ("run", "end", 1, 1)


def check_junit(text: str) -> None:
    """The JUnit of Jenkins' and Maven's schemas: elements, required attributes, order, and sums that agree."""
    assert not _XML_ILLEGAL.search(text)
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites" and text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for suite in root:
        assert suite.tag == "testsuite"
        assert {"name", *totals, "time"} <= set(suite.attrib) <= {"name", *totals, "time", "timestamp"}
        seen = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        for case in suite:
            assert case.tag == "testcase" and set(case.attrib) == {"name", "classname", "time"}
            assert re.fullmatch(r"[0-9]+\.[0-9]{3}", case.attrib["time"])
            tags = [child.tag for child in case]
            assert tags[1:] in ([], ["system-out"])
            assert set(tags) <= {"failure", "error", "skipped", "system-out"}
            for child in case:
                allowed = {"failure": {"message", "type"}, "error": {"message", "type"}, "skipped": {"message"}}
                assert set(child.attrib) == allowed.get(child.tag, set())
                assert len(child) == 0
            seen["tests"] += 1
            for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
                seen[name] += tag in tags
        assert {name: int(suite.attrib[name]) for name in seen} == seen
        if suite.get("name") != "baseline":
            totals = {name: totals[name] + seen[name] for name in totals}
    assert {name: int(root.attrib[name]) for name in totals} == totals


def check_sarif(text: str) -> None:
    """OASIS SARIF 2.1.0, sections 3.13 to 3.58, as far as a log of ours goes; every property is one the standard knows."""
    log = json.loads(text)
    assert set(log) == {"$schema", "version", "runs"} and log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert set(run) == {"tool", "automationDetails", "invocations", "results", "columnKind"}
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    driver = run["tool"]["driver"]
    assert set(driver) == {"name", "version", "rules"}
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    for rule in driver["rules"]:
        assert set(rule) <= {"id", "shortDescription", "help", "helpUri", "defaultConfiguration", "properties"}
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
        assert rule["shortDescription"]["text"] and rule["help"]["text"]
    (invocation,) = run["invocations"]
    assert isinstance(invocation["executionSuccessful"], bool)
    for result in run["results"]:
        known = {
            "ruleId",
            "ruleIndex",
            "level",
            "kind",
            "message",
            "locations",
            "partialFingerprints",
            "occurrenceCount",
        }
        assert known <= set(result) <= known | {"properties", "suppressions", "webRequest", "webResponse"}
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error") and result["kind"] == "fail"
        assert result["occurrenceCount"] >= 1 and result["message"]["text"]
        for location in result["locations"]:
            physical = location["physicalLocation"]
            assert physical["artifactLocation"]["uri"] and physical["region"]["startLine"] >= 1
        for suppression in result.get("suppressions", []):
            assert suppression["kind"] in ("inSource", "external")
        for message in (result.get("webRequest", {}), result.get("webResponse", {})):
            allowed = {"protocol", "version", "method", "target", "headers", "body", "statusCode", "reasonPhrase"}
            assert set(message) <= allowed | {"noResponseReceived"}
            assert all(isinstance(value, str) for value in message.get("headers", {}).values())


def check_har(text: str) -> None:
    """HTTP Archive 1.2: every required member of every object, with its type."""
    log = json.loads(text)["log"]
    assert log["version"] == "1.2" and {"name", "version"} <= set(log["creator"])
    pages = {page["id"] for page in log["pages"]}
    for page in log["pages"]:
        _members(page, {"startedDateTime": str, "id": str, "title": str, "pageTimings": dict})
    for entry in log["entries"]:
        _members(entry, {"startedDateTime": str, "time": (int, float), "request": dict, "response": dict})
        _members(entry, {"cache": dict, "timings": dict})
        assert entry["pageref"] in pages
        both = {"httpVersion": str, "cookies": list, "headers": list, "headersSize": int, "bodySize": int}
        _members(entry["request"], {"method": str, "url": str, "queryString": list, **both})
        _members(entry["response"], {"status": int, "statusText": str, "content": dict, "redirectURL": str, **both})
        _members(entry["response"]["content"], {"size": int, "mimeType": str})
        _members(entry["timings"], {"send": (int, float), "wait": (int, float), "receive": (int, float)})
        for pair in (*entry["request"]["headers"], *entry["response"]["headers"], *entry["request"]["queryString"]):
            _members(pair, {"name": str, "value": str})
        if "postData" in entry["request"]:
            _members(entry["request"]["postData"], {"mimeType": str, "text": str})


def _members(value: dict[str, Any], expected: Mapping[str, Any]) -> None:
    for name, kind in expected.items():
        assert isinstance(value.get(name), kind), (name, value)


def check_github(text: str) -> None:
    """A step summary: fences are closed, and no line outside them is a workflow command."""
    fence = ""
    for line in text.splitlines():
        run = re.match("`{3,}", line)
        if fence:
            fence = "" if line == fence else fence
        elif run:
            fence = run[0]
        else:
            assert not line.startswith("::") and "##[" not in line
    assert not fence


def check_html(text: str) -> None:
    assert text.startswith('<!doctype html>\n<html lang="en">\n') and text.rstrip().endswith("</html>")


CHECKS: Mapping[str, Callable[[str], None]] = {
    "json": check_json,
    "ndjson": check_ndjson,
    "junit": check_junit,
    "sarif": check_sarif,
    "har": check_har,
    "github": check_github,
    "html": check_html,
}
