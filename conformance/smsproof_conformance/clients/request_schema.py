"""A client's bodies by the request schemas: what only binds the vendor in the paper warns here (decision 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any, Final

from smsproof_conformance.clients.conduct import requests, step_of
from smsproof_conformance.records.exchange import Exchange, dig, is_array, is_object
from smsproof_conformance.records.record import NotObserved, Record
from smsproof_conformance.verdicts.answer_schema import AnswerSchemas
from smsproof_conformance.verdicts.finding import Judgement, Severity
from smsproof_spec import contract as contracts
from smsproof_spec.contract import Operation

_ROOT: Final = "/components/schemas/"


def requirements(vendor: str) -> tuple[str, ...]:
    """Every requirement that a body may break here, in the paper's order."""
    contract = contracts.load(vendor)
    named = {
        id_
        for operation in contract.operations.values()
        if not operation.public
        for component in _components(operation)
        for id_ in _schemas(vendor).requirements(component)
    }
    return tuple(id_ for id_, known in contract.requirements.items() if id_ in named and "C" not in known.parties)


def misfits(record: Record, judged_elsewhere: frozenset[str]) -> Judgement:
    """How each body breaks the schema of its call, where the scenario did not ask for just that value.

    judged_elsewhere    fields of steps that a judge of their own looks at, by a requirement that binds the client.
    """
    vendor = record.target.vendor
    contract = contracts.load(vendor)
    judged = False
    for exchange in requests(record):
        operation = contract.operations.get(exchange.request.operation or "")
        component = _component(vendor, operation, exchange.request.json) if operation else None
        if component is None:
            continue
        judged = True
        step = step_of(record, exchange)
        if step and step.do == "send_many" and dig(exchange.request.json, "messages"):
            continue  # a list in a wrapper: the form of a bulk send is judged elsewhere
        asked = list(_leaves(step.args)) if step else []
        for word in _schemas(vendor).violations(component, exchange.request.json, exchange):
            sent = _at(exchange, word.pointer)
            if any(type(sent) is type(leaf) and sent == leaf for leaf in asked):  # 1 equals True in Python alone
                continue
            bound = "C" in contract.requirements[word.requirement].parties
            if step is None or not (bound or judged_elsewhere & set(word.pointer.split("/"))):
                yield replace(word, ceiling=Severity.WARN)
    if not judged:
        raise NotObserved("the client sent no JSON body to an operation")


@cache
def _schemas(vendor: str) -> AnswerSchemas:
    return AnswerSchemas(contracts.load(vendor))


def _components(operation: Operation) -> Iterator[str]:
    if operation.request is None:
        return
    schema = operation.request.schema
    for choice in schema.get("oneOf", [schema]):
        yield choice["$ref"].removeprefix("#" + _ROOT)


def _component(vendor: str, operation: Operation, body: Any) -> str | None:
    """The component that a body is to fit, by whether it is a list or an object; None for what is neither."""
    kind = "array" if is_array(body) else "object" if is_object(body) else ""
    schemas = contracts.load(vendor).schemas
    return next((name for name in _components(operation) if schemas[name].get("type") == kind), None)


def _at(exchange: Exchange, pointer: str) -> Any:
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    return dig(exchange.request.json, *(int(part) if part.isdecimal() else part for part in parts))


def _leaves(value: Any) -> Iterator[Any]:
    if is_object(value) or is_array(value):
        for item in value.values() if is_object(value) else value:
            yield from _leaves(item)
    else:
        yield value
