"""Judging bodies by the contract's JSON Schemas: every violation takes the id of the nearest `x-sms-requirement`.

jsonschema-rs is fenced: no reference leaves the document, patterns run on a linear engine, and `strict_json` has
bounded size and depth before a body gets here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, cast

import jsonschema_rs

from smsproof_conformance.records.exchange import Arrival, Exchange, is_array, is_object, pointer
from smsproof_conformance.records.sentence import Sentence
from smsproof_conformance.verdicts.finding import Breach
from smsproof_spec.contract import Contract

_MAX_MESSAGE: Final = 600  # characters: the validator quotes the whole value
_MAX_VIOLATIONS: Final = 20  # of one body: beyond, the body is another document altogether


def _deny(uri: str) -> Any:
    raise ValueError(f"the contract refers outside itself: {uri}")


class AnswerSchemas:
    """Compiled validators of one contract."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._components: dict[str, Any] = contract.document["components"]
        self._validator = cache(self._compile)

    def violations(
        self, component: str, value: Any, subject: Exchange | Arrival | None, *at: str | int
    ) -> Iterator[Breach]:
        """How a JSON value breaks a component's schema.

        component    name in components/schemas.
        at           where the value stands in the subject's body, for pointers.
        """
        for count, error in enumerate(self._validator(component).iter_errors(value)):
            if count == _MAX_VIOLATIONS:
                return
            yield self._breach(error, subject, at)

    def requirements(self, component: str) -> frozenset[str]:
        """Every requirement id that a violation of this component can name."""
        found: set[str] = set()
        pending, done = [component], set[str]()
        while pending:
            name = pending.pop()
            if name in done:
                continue
            done.add(name)
            for key, value in _walk(self._components["schemas"][name]):
                if key == "x-sms-requirement":
                    found.add(cast("str", value))
                elif key in ("x-sms-keywords", "x-sms-tolerated"):
                    found.update(value.values())
                elif key == "$ref" and isinstance(value, str):
                    pending.append(value.rpartition("/")[2])
        return frozenset(found)

    def _compile(self, component: str) -> jsonschema_rs.Draft202012Validator:
        schema = {"$ref": f"#/components/schemas/{component}", "components": {"schemas": self._components["schemas"]}}
        return jsonschema_rs.Draft202012Validator(
            schema, pattern_options=jsonschema_rs.RegexOptions(), retriever=_deny, validate_formats=False
        )

    def _breach(
        self, error: jsonschema_rs.ValidationError, subject: Exchange | Arrival | None, at: tuple[str | int, ...]
    ) -> Breach:
        error = _deepest(error)
        path = [*error.schema_path]
        keyword = path[-1]
        if keyword == "required":
            path = [*path[:-1], "properties", getattr(error.kind, "property", "")]
        requirement = self._contract.requirement_of(pointer(*path), error.instance)
        assert requirement is not None, f"no x-sms-requirement above {path}"  # a test of the contract holds this
        return Breach(
            requirement, subject, Sentence("a value that matches the contract ({})", keyword), error.message[:_MAX_MESSAGE],
            pointer(*at, *error.instance_path),
        )  # fmt: skip


def _deepest(error: jsonschema_rs.ValidationError) -> jsonschema_rs.ValidationError:
    """Inside oneOf and anyOf: the first violation of the branch that comes nearest, so that the finding can be precise."""
    context: list[list[jsonschema_rs.ValidationError]] | None = getattr(error.kind, "context", None)
    branches = [branch for branch in context or [] if branch]
    if not branches:
        return error
    return _deepest(min(branches, key=lambda branch: (len(branch), -len(branch[0].instance_path)))[0])


def _walk(node: Any) -> Iterator[tuple[str, Any]]:
    if is_object(node):
        for key, value in node.items():
            yield key, value
            yield from _walk(value)
    elif is_array(node):
        for item in node:
            yield from _walk(item)
