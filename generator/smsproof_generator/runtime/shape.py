"""Shapes of decoded values, as type checkers understand them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a decoded value is a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether a decoded value is a JSON array."""
    return isinstance(value, list)


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Whether a given value is a mapping."""
    return isinstance(value, Mapping)


def is_listing(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether a given value is a list of values; text and bytes are one value."""
    return isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes)


def is_sequence(value: object) -> bool:
    """Whether a given value is a list that can be gone through twice."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def is_file(value: object) -> TypeGuard[tuple[str, bytes] | tuple[str, bytes, str]]:
    """Whether a given value is a file with its name."""
    return isinstance(value, tuple)
