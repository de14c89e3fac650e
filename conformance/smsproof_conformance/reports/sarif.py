"""The SARIF 2.1.0 report: requirements as rules, findings as results, for code scanning and its viewers.

Source: OASIS SARIF 2.1.0 (sections named where a choice was made). A result's location is the target's table in the
settings file: that is where its owner acts; what was sent and what came back stand in webRequest and webResponse.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote

from smsproof_conformance.records.exchange import Exchange, Headers
from smsproof_conformance.reports.material import Group, Material, pages
from smsproof_conformance.reports.telling import body_text, moment
from smsproof_conformance.verdicts.finding import Severity
from smsproof_spec.contract import Requirement
from smsproof_spec.rules import printable

_MOST_RESULTS: Final = 5000  # code scanning shows no more of one run
_SETTINGS: Final = "smsproof.toml"
_LEVEL: Final = {Severity.FAIL: "error", Severity.WARN: "warning", Severity.XFAIL: "warning"}


def render(material: Material) -> str:
    """One SARIF log with one run, ASCII."""
    groups = material.groups[:_MOST_RESULTS]
    rules = {group.first.finding.requirement: group.first.requirement for group in groups}
    places = {id_: place for place, id_ in enumerate(rules)}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "smsproof",
                        "version": version("smsproof"),
                        "rules": [_rule(requirement, material) for requirement in rules.values()],
                    }
                },
                "automationDetails": {"id": f"smsproof/{material.judged.vendor}/{_path(material.target.name)}/"},
                "invocations": [_invocation(material)],
                "results": [_result(group, places[group.first.finding.requirement], material) for group in groups],
                "columnKind": "unicodeCodePoints",
            }
        ],
    }
    return json.dumps(log, indent=1) + "\n"


def _rule(requirement: Requirement, material: Material) -> dict[str, Any]:
    where = ", ".join(str(source) for source in requirement.source) or "no page"
    cited = {source.page for source in requirement.source}
    legend = "".join(f" {page}." for page in pages(material.contract) if page.name in cited)
    page = next((material.contract.pages.get(source.page, {}).get("url") for source in requirement.source), None)
    rule: dict[str, Any] = {
        "id": requirement.id,
        "shortDescription": {"text": _plain(requirement.statement)},
        "help": {
            "text": _plain(f"{requirement.statement} Known by: {requirement.provenance}. Stands in: {where}.{legend}")
        },
        "defaultConfiguration": {"level": "error" if requirement.binding else "warning"},
        "properties": {"provenance": requirement.provenance, "agreed": requirement.agreed, "source": where},
    }
    if page and page.startswith("https://"):
        rule["helpUri"] = page
    return rule


def _result(group: Group, rule: int, material: Material) -> dict[str, Any]:
    told, finding = group.first, group.first.finding
    at = f" at {finding.pointer}" if finding.pointer else ""
    result: dict[str, Any] = {
        "ruleId": finding.requirement,
        "ruleIndex": rule,
        "level": _LEVEL[finding.severity],
        "kind": "fail",
        "message": {"text": _plain(f"Expected {finding.expected}; got {finding.got}{at}. {told.why}")},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": _SETTINGS}, "region": {"startLine": 1}},
                "logicalLocations": [{"fullyQualifiedName": finding.case, "kind": "function"}],
            }
        ],
        "partialFingerprints": {"smsproofFinding/v1": told.id},  # section 3.27.17: what makes it the same in two runs
        "occurrenceCount": len(group.others) + 1,
        "properties": {
            "case": finding.case,
            "pointer": _plain(finding.pointer),
            "target": _plain(material.target.name),
        },
    }
    if finding.severity is Severity.XFAIL:  # section 3.35: accepted outside the tool
        result["suppressions"] = [{"kind": "external", "justification": _plain(finding.accepted)}]
    if told.exchange is not None:
        result["webRequest"] = _request(told.exchange, material)
        result["webResponse"] = _response(told.exchange)
    return result


def _request(exchange: Exchange, material: Material) -> dict[str, Any]:
    request = exchange.request
    shown: dict[str, Any] = {
        "protocol": "HTTP",
        "version": "1.1",
        "method": _plain(request.method),
        "target": _plain(material.target.base_url + request.target),
        "headers": _headers(request.headers),
    }
    if request.body is not None:
        shown["body"] = {"text": _plain(body_text(request.body) or "")}
    return shown


def _response(exchange: Exchange) -> dict[str, Any]:
    answer = exchange.answer
    if answer is None:
        reason = exchange.lost.kind if exchange.lost else exchange.state.value
        return {"noResponseReceived": True, "reasonPhrase": _plain(reason)}
    return {
        "protocol": "HTTP",
        "version": "1.1",
        "statusCode": answer.status,
        "headers": _headers(answer.headers),
        "body": {"text": _plain(body_text(answer.body) or "")},
    }


def _invocation(material: Material) -> dict[str, Any]:
    judged = material.judged
    invocation: dict[str, Any] = {
        "executionSuccessful": judged.stopped is None,
        "exitCode": int(judged.exit_code),
    }
    if material.sent:
        invocation["startTimeUtc"] = moment(material.began_seconds)
        invocation["endTimeUtc"] = moment(material.began_seconds + material.took_seconds)
    if judged.stop_reason:
        invocation["exitCodeDescription"] = _plain(judged.stop_reason)
    return invocation


def _headers(headers: Headers) -> dict[str, str]:
    """By name: of a header that came twice, the values in one line (RFC 9110 section 5.3)."""
    found: dict[str, str] = {}
    for name, value in headers:
        found[_plain(name)] = f"{found[_plain(name)]}, {_plain(value)}" if _plain(name) in found else _plain(value)
    return found


def _plain(text: str) -> str:
    return printable(text)


def _path(name: str) -> str:
    return quote(name, safe="")
