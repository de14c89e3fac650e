"""Judging: a pure function from a run's record to verdicts. No request, no clock, no randomness."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from smsproof_conformance.case import Case, Scenario, Standing
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records.exchange import Arrival, Exchange, is_array
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.probe import is_probe
from smsproof_conformance.records.record import Busy, NoAnswer, NotObserved, Record, Unreadable
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.records.server_error import why_unknown
from smsproof_conformance.verdicts.busy import heard
from smsproof_conformance.verdicts.confirmation import condensed
from smsproof_conformance.verdicts.finding import Breach, Finding, Judgement, Severity, Unknown, Verdict, severity
from smsproof_conformance.verdicts.judged import CaseResult, Judged, RequirementResult
from smsproof_spec.contract import Contract

# The requirement that an unreadable answer breaks, by vendor: S0:54-59 shows JSON objects, S2:660 says JSON in words.
_READABLE: Final[Mapping[str, str]] = {"intelepeer": "IP-HOUSE-01", "messangi": "MS-GEN-06"}


def judge(ledger: Ledger, contract: Contract, cases: Iterable[Case], *, strict: bool) -> Judged:
    """Judge a recorded run.

    cases     the cases to judge by: those of the run, or newer ones.
    strict    findings that would warn fail.
    """
    record = Record.of(ledger)
    acts = ledger.acts()
    results = tuple(_judge_case(case, record, acts, contract, strict) for case in cases)
    stopped = ledger.stopped()
    acted = [exchange for exchange in record.exchanges if not is_probe(exchange)]
    return Judged(
        vendor=contract.vendor,
        party=ledger.fact("party") or "V",
        strict=strict,
        cases=results,
        requirements=_by_requirement(contract, results),
        requests=len(acted),
        accepted=sum(_accepted_items(exchange) for exchange in acted),
        parts=sum(exchange.request.parts for exchange in acted if _accepted_items(exchange)),
        fuzzed=len(record.exchanges) - len(acted),
        stopped=None if stopped is None else ExitCode(stopped[0]),
        stop_reason="" if stopped is None else stopped[1],
    )


def _judge_case(
    case: Case, record: Record, acts: Mapping[str, tuple[str, str]], contract: Contract, strict: bool
) -> CaseResult:
    listen = heard if record.party == "V" else iter
    if isinstance(case, Standing):
        return _collect(case, condensed(listen(case.judge(record)), charged=record.charged), contract, strict)
    assert isinstance(case, Scenario)
    state, reason = acts.get(case.id, ("absent", "not part of this run"))
    if state in ("skipped", "planned", "absent"):
        return CaseResult(case, Verdict.SKIP, reason or "the run ended before this case", ())
    seen = record.seen(case.id)
    return _collect(case, itertools.chain(_unknown(case, seen.busy), listen(case.judge(seen))), contract, strict)


def _unknown(case: Case, busy: Sequence[Exchange]) -> Judgement:
    """What a scenario cannot say because the target was busy at one of its steps."""
    for exchange in busy[:1]:
        for requirement in case.observes:
            yield Unknown(requirement, Sentence("{}: {}", exchange.request.step, why_unknown(exchange)))


def _collect(case: Case, judgement: Judgement, contract: Contract, strict: bool) -> CaseResult:
    findings: list[Finding] = []
    unknown: list[Unknown] = []
    ended: Verdict | None = None
    reason = ""
    try:
        for word in judgement:
            if isinstance(word, Unknown):
                unknown.append(word)
            else:
                findings.append(_finding(case, word, contract, strict))
    except Busy as busy:
        ended, reason = Verdict.INDETERMINATE, busy.reason
    except NotObserved as nothing:
        ended, reason = Verdict.SKIP, Sentence("not observed: {}", nothing.reason)
    except NoAnswer as silence:
        ended = Verdict.INDETERMINATE if silence.may_have_been_accepted else Verdict.ERROR
        reason = silence.told
    except Unreadable as unreadable:
        word = Breach(
            _READABLE.get(contract.vendor, case.observes[0]),
            unreadable.exchange,
            said("a readable JSON object"),
            unreadable.problem,
        )
        findings.append(_finding(case, word, contract, strict))
    unique = tuple(dict.fromkeys(findings))
    verdict = _verdict(unique, unknown, ended)
    if verdict is Verdict.INDETERMINATE and ended is not verdict:
        reason = unknown[0].reason
    return CaseResult(case, verdict, reason, unique, tuple(unknown))


def _verdict(findings: Sequence[Finding], unknown: Sequence[Unknown], ended: Verdict | None) -> Verdict:
    severities = {finding.severity for finding in findings}
    if Severity.FAIL in severities:
        return Verdict.FAIL
    if ended is Verdict.ERROR or ended is Verdict.INDETERMINATE:
        return ended
    if unknown:
        return Verdict.INDETERMINATE
    if Severity.WARN in severities:
        return Verdict.WARN
    return ended or Verdict.PASS


def _finding(case: Case, word: Breach, contract: Contract, strict: bool) -> Finding:
    earned = severity(contract.requirements[word.requirement])
    if strict:
        earned = Severity.FAIL
    elif word.ceiling is Severity.WARN:
        earned = Severity.WARN
    exchange = word.subject if isinstance(word.subject, Exchange) else None
    arrival = word.subject if isinstance(word.subject, Arrival) else None
    return Finding(
        case=case.id,
        requirement=word.requirement,
        severity=earned,
        expected=word.expected,
        got=word.got,
        pointer=word.pointer,
        exchange=exchange.id if exchange else None,
        arrival=arrival.id if arrival else None,
        step=exchange.request.step if exchange else None,
        status=exchange.status if exchange else None,
    )


def _by_requirement(contract: Contract, results: Sequence[CaseResult]) -> tuple[RequirementResult, ...]:
    observers: dict[str, list[CaseResult]] = {id_: [] for id_ in contract.requirements}
    for result in results:
        for id_ in result.case.observes:
            observers[id_].append(result)
        for finding in result.findings:  # a schema or fuzz finding may name a requirement beyond the declared ones
            if result not in observers[finding.requirement]:
                observers[finding.requirement].append(result)
    return tuple(
        RequirementResult(
            id_, requirement, _requirement_verdict(id_, observers[id_]), tuple(r.case.id for r in observers[id_])
        )
        for id_, requirement in contract.requirements.items()
    )


def _requirement_verdict(id_: str, results: Sequence[CaseResult]) -> Verdict:
    severities = {f.severity for result in results for f in result.findings if f.requirement == id_}
    if severities:
        return Verdict.FAIL if Severity.FAIL in severities else Verdict.WARN
    verdicts = {
        Verdict.INDETERMINATE if any(word.requirement == id_ for word in result.unknown) else _calm(result.verdict)
        for result in results
    }
    for verdict in (Verdict.PASS, Verdict.INDETERMINATE, Verdict.ERROR):
        if verdict in verdicts:
            return verdict
    return Verdict.SKIP


def _calm(verdict: Verdict) -> Verdict:
    """A case that failed over another requirement still observed this one."""
    return Verdict.PASS if verdict in (Verdict.FAIL, Verdict.WARN) else verdict


def _accepted_items(exchange: Exchange) -> int:
    """How many messages an answer says it accepted: items of a 207, recipients of a batch, or the one message."""
    if not exchange.request.paid or exchange.answer is None or not exchange.answer.succeeded:
        return 0
    if exchange.at("data", "status") == "ERROR":
        return 0  # Messangi refuses with a 2xx as well (AMB-MS-03)
    for path in (("responses",), ("data", "ids")):
        items = exchange.at(*path)
        if is_array(items):
            return sum(not _refused(exchange.at(*path, index, "code")) for index in range(len(items)))
    return 1


def _refused(code: object) -> bool:
    return type(code) is int and 400 <= code < 600
