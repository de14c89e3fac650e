"""Judging recorded bodies by the contract's schemas, with the requirement that each part of a schema writes down."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

from smsproof_spec import contract as contracts
from smsproof_spec.rules import Malformed

from smsproof_conformance.answer_schema import AnswerSchemas
from smsproof_conformance.exchange import Arrival, Exchange
from smsproof_conformance.finding import Judgement
from smsproof_conformance.record import Record

CONTRACT: Final = contracts.load("intelepeer")


@cache
def schemas() -> AnswerSchemas:
    return AnswerSchemas(CONTRACT)


def observed(*components: str) -> tuple[str, ...]:
    """The requirements that a violation of these components can name, sorted."""
    return tuple(sorted(set[str]().union(*(schemas().requirements(component) for component in components))))


def judge_answers(record: Record, operation: str, components: dict[int, str]) -> Judgement:
    """Every answer of an operation whose status has a component. A body that is no JSON is another case's affair."""
    for exchange in record.answered(operation, lambda exchange: exchange.status in components):
        assert exchange.status is not None
        yield from _judge(components[exchange.status], exchange)


def judge_arrivals(arrivals: Iterable[Arrival], component: str) -> Judgement:
    for arrival in arrivals:
        yield from _judge(component, arrival)


def _judge(component: str, subject: Exchange | Arrival) -> Judgement:
    value = subject.at() if isinstance(subject, Exchange) else subject.value
    if not isinstance(value, Malformed):
        yield from schemas().violations(component, value, subject)
