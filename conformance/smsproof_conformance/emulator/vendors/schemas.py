"""Requests judged by the contract's own schemas: compiled once per process, fenced against the outside.

The regular expressions run on a linear engine and no reference is ever fetched, so that a request costs the same
whatever it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NoReturn

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError, ValidationErrorKind

from smsproof_spec import contract


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which a value breaks its schema.

    path      keys and indexes from the root of the value to the offending place
    keyword   the JSON Schema keyword that failed: required, type, pattern …
    text      the engine's words, for people
    """

    path: tuple[str | int, ...]
    keyword: str
    text: str

    @property
    def field(self) -> str:
        """The key that a person would call the offending one."""
        keys = [step for step in self.path if isinstance(step, str)]
        return keys[-1] if keys else ""


class Schema:
    """One component of a vendor's contract, ready to judge."""

    def __init__(self, vendor: str, name: str) -> None:
        components = contract.load(vendor).document["components"]
        self._validator = Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": components},
            retriever=_refuse_to_fetch,
            pattern_options=RegexOptions(),
        )

    def accepts(self, value: object) -> bool:
        return self._validator.is_valid(value)

    def problems(self, value: object) -> Iterator[Problem]:
        """Every problem, in the engine's order; none exactly when `accepts` is true."""
        for error in self._validator.iter_errors(value):
            yield Problem(_place(error), error.kind.name, error.message)


def _refuse_to_fetch(uri: str) -> NoReturn:
    raise ValueError(f"a contract refers to {uri}, outside itself")


def _place(error: ValidationError) -> tuple[str | int, ...]:
    """Where the error is; a missing property is said to be where it should stand."""
    path = tuple(error.instance_path)
    return (*path, error.kind.property) if isinstance(error.kind, ValidationErrorKind.Required) else path


@cache
def schema(vendor: str, name: str) -> Schema:
    """The compiled schema of one component. Raises KeyError for a vendor or a name that is not in the contracts."""
    return Schema(vendor, name)
