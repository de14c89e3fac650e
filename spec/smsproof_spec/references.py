"""Where a `$ref` of a vendor's folder may lead: to a schema or example of that folder, or to a place in its own file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import cast

from .source import Json, Problem, Source, pointer
from .spelling import nearest
from .structure import NAMED, NOTHING, Object, is_data, objects, value_at

# Keywords that move, or let others move, what a reference means; none is needed in a closed folder.
_MOVING = frozenset(
    {
        *("$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef"),
        *("jsonSchemaDialect", "externalValue", "operationRef", "mapping"),
    }
)
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_FILE = re.compile(rf"(?P<file>{_NAME}(/{_NAME})*\.json)(#(?P<inside>(/[^#]*)?))?")


class Wrong(Exception):
    """A reference that leads nowhere, or where it must not."""

    def __init__(self, what: str, hint: str) -> None:
        self.what = what
        self.hint = hint
        super().__init__(f"{what}. {hint}.")


def component(name: str) -> str | None:
    """The pointer under which a schema file stands in the joined document; None if the file is no schema."""
    path = PurePosixPath(name)
    return pointer("/components/schemas", path.stem) if path.parts[0] == "schemas" else None


def target(source: Source, reference: Json, sources: Mapping[str, Source]) -> str | Source:
    """Where a reference leads: a pointer into the joined document, or the example file that takes its place.

    raises    Wrong.
    """
    if isinstance(reference, str) and (reference == "#" or reference.startswith("#/")):
        return (component(source.name) or "") + reference[1:]
    file = _FILE.fullmatch(reference) if isinstance(reference, str) else None
    if file is None:
        raise Wrong(
            f"{json.dumps(reference)} leads out of the vendor's folder, or may",
            "Name a file below this one, as in schemas/Message.json, or a place in this file by #/",
        )
    name = (PurePosixPath(source.name).parent / file["file"]).as_posix()
    if name not in sources:
        raise Wrong(f"there is no {name} among the schemas and examples", nearest(name, sources))
    inside, schema = file["inside"] or "", component(name)
    if schema is not None:
        return schema + inside
    if inside:
        raise Wrong(f"{json.dumps(reference)} points into an example", "Refer to the whole file")
    return sources[name]


def local(source: Source, sources: Mapping[str, Source], problems: list[Problem]) -> Object:
    """A copy of a file in which every reference is local to the joined document and every example stands in place."""

    def copy(node: Json, at: str, *, named: bool) -> Json:
        if isinstance(node, list):
            return [copy(item, pointer(at, index), named=False) for index, item in enumerate(node)]
        if not isinstance(node, dict):
            return node
        members: Object = {}
        for key, value in node.items():
            here = pointer(at, key)
            if named:
                members[key] = copy(value, here, named=False)
            elif is_data(key):
                members[key] = value
            elif key == "$ref":
                try:
                    found = target(source, value, sources)
                except Wrong as wrong:
                    problems.append(source.problem(here, wrong.what, wrong.hint))
                    continue
                if isinstance(found, Source):
                    return found.value
                members[key] = "#" + found
            elif key in _MOVING or (key == "$schema" and value != _DIALECT):
                hint = "Take it away: a contract is closed in itself"
                problems.append(source.problem(here, f"{key} would change what references mean", hint))
            elif key != "$schema":
                members[key] = copy(value, here, named=key in NAMED)
        return members

    return cast(Object, copy(source.value, "", named=False))


def dangling(source: Source, sources: Mapping[str, Source], document: Object) -> Iterator[Problem]:
    """The references of a file that lead to nothing in the joined document, or round in a circle."""
    for at, node in objects(source):
        if "$ref" not in node:
            continue
        found = target(source, node["$ref"], sources)
        if isinstance(found, Source):
            continue
        here = pointer(at, "$ref")
        shown = json.dumps(node["$ref"])
        seen: set[str] = set()
        while found not in seen:
            seen.add(found)
            value = value_at(document, found)
            if value is NOTHING:
                yield source.problem(here, f"{shown} leads nowhere", "Correct the path behind the #")
                break
            onward = cast(Object, value).get("$ref") if isinstance(value, dict) else None
            if not isinstance(onward, str):
                break
            found = onward[1:]
        else:
            yield source.problem(here, f"{shown} leads back to itself", "Describe the thing in one of the places")
