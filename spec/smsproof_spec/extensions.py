"""The x-sms-* extensions of a contract file: known, well formed, in their place, with requirements that exist."""

from __future__ import annotations

import json
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any, cast

import jsonschema_rs

from .source import Json, Problem, Source, pointer
from .spelling import nearest
from .structure import Object, objects, place

_SCHEMA = cast(dict[str, Any], json.loads((Path(__file__).parent / "extensions.schema.json").read_text("utf-8")))
_PLACES: dict[str, list[str]] = {name: entry["x-places"] for name, entry in _SCHEMA["properties"].items()}
_VALIDATOR = jsonschema_rs.Draft202012Validator(_SCHEMA)


def mistakes(source: Source, known: Set[str]) -> Iterator[Problem]:
    """Every mistake in the extensions of one file.

    known     the ids of the vendor's requirements.
    """
    for at, node in objects(source):
        extensions = {key: value for key, value in node.items() if key.startswith("x-sms-")}
        for name in extensions:
            yield from _misplaced(source, at, name)
        for error in _VALIDATOR.iter_errors({name: extensions[name] for name in extensions if name in _PLACES}):
            hint = f"See {error.instance_path[0]} in extensions.schema.json"
            yield source.problem(pointer(at, *error.instance_path), error.message, hint)
        for where, identity in _requirements(extensions):
            if isinstance(identity, str) and identity not in known:
                what = f"{identity} is no requirement of this vendor"
                yield source.problem(at + where, what, nearest(identity, known))


def _misplaced(source: Source, at: str, name: str) -> Iterator[Problem]:
    here, places = place(source.name, at), _PLACES.get(name)
    if places is None:
        yield source.problem(pointer(at, name), f"{name} is no extension that anybody reads", nearest(name, _PLACES))
    elif here not in places:
        what = f"{name} means nothing in this place, {here}"
        yield source.problem(pointer(at, name), what, f"It belongs to: {', '.join(places)}")


def _requirements(extensions: Object) -> Iterator[tuple[str, Json]]:
    """Every requirement that the extensions of one object name, with the pointer to its id."""
    if "x-sms-requirement" in extensions:
        yield "/x-sms-requirement", extensions["x-sms-requirement"]
    for name in ("x-sms-keywords", "x-sms-tolerated"):
        for key, identity in _members(extensions.get(name)):
            yield pointer("", name, key), identity
    for name, body in _members(extensions.get("x-sms-refused")):
        for key, identity in _members(body):
            if key == "requirement":
                yield pointer("/x-sms-refused", name, key), identity


def _members(value: Json) -> list[tuple[str, Json]]:
    return [*value.items()] if isinstance(value, dict) else []
