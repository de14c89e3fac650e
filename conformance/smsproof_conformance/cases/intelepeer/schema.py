"""Judging recorded bodies by the contract's schemas, with the requirement that each part of a schema writes down."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from smsproof_conformance.answer_schema import AnswerSchemas
from smsproof_conformance.exchange import MISSING, Arrival, Exchange, dig
from smsproof_conformance.finding import Judgement
from smsproof_spec import contract as contracts
from smsproof_spec.rules import Malformed

CONTRACT: Final = contracts.load("intelepeer")


@cache
def schemas() -> AnswerSchemas:
    return AnswerSchemas(CONTRACT)


def observed(*components: str) -> tuple[str, ...]:
    """The requirements that a violation of these components can name, sorted."""
    return tuple(sorted(set[str]().union(*(schemas().requirements(component) for component in components))))


def judge_bodies(subjects: Iterable[Exchange | Arrival], component: str) -> Judgement:
    """Hold the bodies of answers or deliveries against one component. A body that is no JSON is another case's affair."""
    for subject in subjects:
        yield from _judge(component, subject)


def _judge(component: str, subject: Exchange | Arrival) -> Judgement:
    value = subject.at() if isinstance(subject, Exchange) else subject.value
    if isinstance(value, Malformed) or value is MISSING:
        return
    for word in schemas().violations(component, value, subject):
        # A state that is not listed: the cases state-listed say so, and only warn (AMB-IP-27: the list may grow).
        if not (word.pointer.endswith("/provisioning/state") and isinstance(_at(value, word.pointer), str)):
            yield word


def _at(value: Any, pointer: str) -> Any:
    steps = pointer.split("/")[1:]
    return dig(value, *(int(step) if step.isdecimal() else step for step in steps))
