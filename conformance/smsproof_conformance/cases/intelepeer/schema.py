"""Judging recorded bodies by the contract's schemas, with the requirement that each part of a schema writes down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, Final

from smsproof_conformance.records.exchange import Arrival, Exchange, dig, is_array
from smsproof_conformance.verdicts.answer_schema import AnswerSchemas
from smsproof_conformance.verdicts.finding import Breach, Judgement
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
        value = _value(subject)
        if not isinstance(value, Malformed):
            yield from _violations(component, value, subject)


def judge_lists(
    exchanges: Iterable[Exchange], component: str, key: str, choose: Callable[[Any], str | None]
) -> Judgement:
    """Hold the answers to lists against one component, and each item against the one that its status chooses.

    key       where the items stand.
    choose    item to component, None for an item that is not to be held against any. Trying both components would
              blame the one that happens to come nearer.
    """
    for exchange in exchanges:
        value = _value(exchange)
        if isinstance(value, Malformed):
            continue
        for word in _violations(component, value, exchange):
            if not word.pointer.startswith(f"/{key}/"):
                yield word
        items = dig(value, key)
        for place, item in enumerate(items if is_array(items) else ()):
            if chosen := choose(item):
                yield from _violations(chosen, item, exchange, key, place)


def _value(subject: Exchange | Arrival) -> Any:
    if isinstance(subject, Arrival):
        return subject.value
    assert subject.answer is not None
    return subject.answer.value


def _violations(component: str, value: Any, subject: Exchange | Arrival, *at: str | int) -> Iterator[Breach]:
    for word in schemas().violations(component, value, subject, *at):
        # A state that is not listed: the cases state-listed say so, and only warn (AMB-IP-27: the list may grow).
        if not (word.pointer.endswith("/provisioning/state") and isinstance(_at(_value(subject), word.pointer), str)):
            yield word


def _at(value: Any, pointer: str) -> Any:
    steps = pointer.split("/")[1:]
    return dig(value, *(int(step) if step.isdecimal() else step for step in steps))
