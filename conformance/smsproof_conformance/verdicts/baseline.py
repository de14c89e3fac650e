"""The baseline: defects that are known and accepted for now, so that the next one is seen.

A TOML file of entries. Each names a finding by requirement, JSON pointer and status, so that one accepted defect hides
no other; a reason says why it is accepted, a date until when.

    [[expected]]
    pattern = "IP-BULK-07 /responses/*/code 207"
    reason = "Fixed in their release 4.2, see ticket 1234."
    expires = 2027-01-31

In a pattern `*` stands for one name or array index, `**` for whatever, `-` for no pointer or no answer.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from smsproof_conformance.records.exchange import is_array, is_object
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.verdicts.finding import Finding, Severity, Verdict
from smsproof_conformance.verdicts.judged import CaseResult, Judged, RequirementResult
from smsproof_conformance.verdicts.known_defect import Entry, EntryResult, key

_HEAD = "# Findings that are expected: give each a reason, and a date (`expires = 2027-01-31`) where there is one.\n"


class BaselineError(Exception):
    """The baseline file cannot be used or written; the message says where and what was expected."""


def expect(judged: Judged, entries: Sequence[Entry], on: date | None, every: Mapping[str, Sequence[str]]) -> Judged:
    """Take expected findings out of what fails a run. A pure function.

    on       the day of the run; None for a run without a request, in which nothing expires.
    every    the ids of all cases that observe a requirement: only when all were judged can an entry be an XPASS.
    """
    valid = [entry for entry in entries if on is None or entry.expires is None or on <= entry.expires]
    cases = tuple(_expected_case(result, valid) for result in judged.cases)
    covered = {
        id(entry) for result in judged.cases for finding in result.findings for entry in valid if entry.covers(finding)
    }
    ran = {result.case.id for result in judged.cases}
    complete = judged.stopped is None

    def verdict(entry: Entry) -> Verdict:
        if entry not in valid:
            return Verdict.FAIL
        if id(entry) in covered:
            return Verdict.XFAIL
        named = [result for result in judged.requirements if entry.names(result.id)]
        looked = any(result.verdict in _LOOKED_AT for result in named)
        everything = all(ran.issuperset(every.get(result.id, ())) for result in named)
        return Verdict.XPASS if complete and looked and everything else Verdict.SKIP

    return replace(
        judged,
        cases=cases,
        requirements=tuple(_expected_requirement(result, cases) for result in judged.requirements),
        entries=tuple(EntryResult(entry, verdict(entry)) for entry in entries),
    )


_LOOKED_AT = (Verdict.PASS, Verdict.WARN, Verdict.FAIL)


def _expected_case(result: CaseResult, entries: Iterable[Entry]) -> CaseResult:
    findings = tuple(_expected(finding, entries) for finding in result.findings)
    if findings == result.findings:
        return result
    severities = {finding.severity for finding in findings}
    verdict = Verdict.XFAIL
    if Severity.FAIL in severities:
        verdict = Verdict.FAIL
    elif result.unknown or result.verdict in (Verdict.ERROR, Verdict.INDETERMINATE):
        verdict = result.verdict if result.verdict is Verdict.ERROR else Verdict.INDETERMINATE
    elif Severity.WARN in severities:
        verdict = Verdict.WARN
    return replace(result, verdict=verdict, findings=findings)


def _expected(finding: Finding, entries: Iterable[Entry]) -> Finding:
    entry = next((entry for entry in entries if entry.covers(finding)), None)
    return finding if entry is None else replace(finding, severity=Severity.XFAIL, accepted=entry.reason)


def _expected_requirement(result: RequirementResult, cases: Iterable[CaseResult]) -> RequirementResult:
    severities = {finding.severity for case in cases for finding in case.findings if finding.requirement == result.id}
    if Severity.XFAIL not in severities:
        return result
    worst = next(severity for severity in (Severity.FAIL, Severity.WARN, Severity.XFAIL) if severity in severities)
    return replace(result, verdict=Verdict(worst))


def day(ledger: Ledger) -> date | None:
    """The day of a run (UTC), from its record: judging it again next year expires nothing."""
    began = min((exchange.began_seconds for exchange in ledger.exchanges()), default=None)
    return None if began is None else datetime.fromtimestamp(began, UTC).date()


# -- the file ----------------------------------------------------------------------------------------------------------


def keep(ledger: Ledger, entries: Iterable[Entry]) -> None:
    """Record what a run expected, so that its reports can be made again without the file."""
    facts = [(entry.pattern, entry.reason, entry.expires and entry.expires.isoformat()) for entry in entries]
    ledger.set_fact("baseline", facts)


def kept(ledger: Ledger) -> list[Entry]:
    """What a recorded run expected."""
    facts: list[tuple[str, str, str | None]] = ledger.fact("baseline") or []
    return [
        Entry(pattern, reason, date.fromisoformat(expires) if expires else None) for pattern, reason, expires in facts
    ]


def read(path: Path) -> list[Entry]:
    """Read a baseline file. raises BaselineError with the place of the first mistake."""
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read ({error.strerror}).") from error
    except ValueError as error:  # no UTF-8, no TOML
        raise BaselineError(f"{path}: is no TOML: {error}.") from error
    expected = document.get("expected", [])
    if set(document) - {"expected"} or not is_array(expected):
        raise BaselineError(f"{path}: expected [[expected]] entries and nothing else.")
    return [_entry(value, f"{path}: expected[{index}]") for index, value in enumerate(expected)]


def _entry(value: Any, where: str) -> Entry:
    if not is_object(value):
        raise BaselineError(f"{where}: expected a table with pattern, reason and perhaps expires.")
    for name in set(value) - {"pattern", "reason", "expires"}:
        raise BaselineError(f"{where}: unknown key {name}; it takes pattern, reason and expires.")
    pattern, reason = value.get("pattern"), value.get("reason")
    if not isinstance(pattern, str) or not re.fullmatch(r"\S+ \S(.*\S)? \S+", pattern):
        raise BaselineError(
            f'{where}.pattern: expected "REQUIREMENT POINTER STATUS" with - for none, such as'
            f' "IP-BULK-07 /responses/*/code 207"; got {pattern!r}.'
        )
    if not isinstance(reason, str) or not reason.strip():
        raise BaselineError(f"{where}.reason: expected why this is accepted.")
    return Entry(pattern, reason, _date(value.get("expires"), where))


def _date(value: Any, where: str) -> date | None:
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        found = value
    if found is not None and (not isinstance(found, date) or isinstance(found, datetime)):
        raise BaselineError(f"{where}.expires: expected a date such as 2027-01-31; got {value!r}.")
    return found


def add(path: Path, findings: Iterable[Finding], reason: str) -> int:
    """Append an entry for each finding that the file has none for; what people wrote in it stays. Returns how many."""
    known = read(path) if path.exists() else []
    keys = dict.fromkeys(key(f) for f in findings if not any(entry.covers(f) for entry in known))
    entries = [f"\n[[expected]]\npattern = {_quoted(found)}\nreason = {_quoted(reason)}\n" for found in keys]
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else _HEAD
        path.write_text(before + "".join(entries), encoding="utf-8")
    except OSError as error:
        raise BaselineError(f"{path}: cannot be written ({error.strerror}).") from error
    return len(entries)


def _quoted(text: str) -> str:
    """A TOML basic string; the text is printable already."""
    return json.dumps(text, ensure_ascii=False)
