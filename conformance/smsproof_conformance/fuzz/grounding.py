"""Putting the target's own numbers into generated bodies: what is meant to be right is then really right.

A generator that knows only the schema invents addresses that are well formed and nobody's: each answer is then a 404,
and a target that takes a number for a text is never found out. So every *valid* address, webhook and text keeps its
place and gets a value of the target; what was made invalid stays as it was made. It also keeps strangers out.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import jsonschema_rs

from smsproof_conformance.records.exchange import is_array, is_object
from smsproof_conformance.targets.target import Numbers
from smsproof_spec.contract import Contract

# RFC 6761 section 6.4: `.invalid` resolves nowhere, so that a target that connects at once reaches nobody.
WEBHOOK: Final = "https://smsproof.invalid/inbound"
_WEBHOOK_KEYS: Final = frozenset({"webhook"})


def own_numbers(numbers: Numbers) -> Mapping[str, Sequence[str]]:
    """The target's numbers by the roles of `x-sms-address`."""
    codes = (*numbers.long_codes, *numbers.short_codes)
    return {
        "sender": (*codes, *numbers.alphanumerics),
        "destination": numbers.destinations,
        "endpoint": codes,
    }


class Ground:
    """Grounds values of one contract with one target's numbers. The same value always gets the same numbers."""

    def __init__(self, contract: Contract, numbers: Numbers) -> None:
        self._contract = contract
        self._own = own_numbers(numbers)
        self._validators: dict[int, jsonschema_rs.Draft202012Validator] = {}

    def value(self, schema: Mapping[str, Any], value: Any, place: int = 0, key: str = "") -> Any:
        """The value with the target's numbers in every place that `schema` marks as an address and that is valid.

        schema    a schema of the contract; references are followed.
        place     which of several numbers: the index in the nearest list.
        """
        schema = self._resolved(schema, value)
        if is_array(value) and "items" in schema:
            return [self.value(schema["items"], item, index, key) for index, item in enumerate(value)]
        if is_object(value) and "properties" in schema:
            known = schema["properties"]
            return {
                name: self.value(known[name], item, place, name) if name in known else item
                for name, item in value.items()
            }
        if isinstance(value, str) and (role := schema.get("x-sms-address")) and self._valid(schema, value):
            own = self._own[role]
            return own[(zlib.crc32(value.encode("utf-8", "surrogatepass")) + place) % len(own)] if own else value
        if key in _WEBHOOK_KEYS and isinstance(value, str) and self._valid(schema, value):
            return WEBHOOK
        return value

    def _resolved(self, schema: Mapping[str, Any], value: Any) -> Mapping[str, Any]:
        while "$ref" in schema:
            schema = self._contract.at(schema["$ref"].removeprefix("#"))
        branches: Sequence[Mapping[str, Any]] = schema.get("oneOf", ())
        for branch in branches:
            resolved = self._resolved(branch, value)
            if resolved.get("type") == ("array" if is_array(value) else "object"):
                return resolved
        return schema

    def _valid(self, schema: Mapping[str, Any], value: str) -> bool:
        validator = self._validators.get(id(schema))
        if validator is None:
            validator = jsonschema_rs.Draft202012Validator(dict(schema), pattern_options=jsonschema_rs.RegexOptions())
            self._validators[id(schema)] = validator
        return validator.is_valid(value)
