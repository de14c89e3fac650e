"""The vendor's own examples: every documented answer must pass the schemas that judge answers.

The requests among them are replayed by cases, with the target's own numbers (vendor-contracts part 7, decision 7).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smsproof_conformance.verdicts.answer_schema import AnswerSchemas
from smsproof_conformance.verdicts.finding import Breach
from smsproof_spec.contract import Body, Contract


@dataclass(frozen=True)
class Checked:
    """One documented example and what the schemas say against it: nothing, or the contract contradicts its own page."""

    operation: str
    name: str
    violations: tuple[Breach, ...]


def documented_answers(contract: Contract) -> list[Checked]:
    """Check every documented answer, and every documented body that the vendor sends to a webhook."""
    schemas = AnswerSchemas(contract)
    return [
        Checked(operation, example.name, tuple(schemas.violations(_component(body), example.value, None)))
        for operation, body in _vendor_bodies(contract)
        for example in body.examples
    ]


def documented_requests(contract: Contract) -> int:
    """How many request examples the pages have, those of webhooks not counted."""
    return sum(len(call.request.examples) for call in contract.operations.values() if call.request) + sum(
        len(parameter.get("examples", {})) for call in contract.operations.values() for parameter in call.parameters
    )


def _vendor_bodies(contract: Contract) -> Iterator[tuple[str, Body]]:
    for call in contract.operations.values():
        for response in call.responses.values():
            if response.body:
                yield call.id, response.body
    for call in contract.webhooks.values():
        if call.request:
            yield call.id, call.request


def _component(body: Body) -> str:
    return str(body.schema["$ref"]).rpartition("/")[2]
