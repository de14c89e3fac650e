"""How a contract file is built: which objects speak OpenAPI or JSON Schema, and which keys are only names or data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from .source import Json, Source, pointer

Object = dict[str, Json]

# Members of these are named by the author: no name is a keyword.
NAMED = frozenset(
    {
        *("paths", "webhooks", "callbacks", "responses", "content", "examples", "headers", "links", "encoding"),
        *("variables", "schemas", "parameters", "requestBodies", "securitySchemes", "pathItems"),
        *("properties", "patternProperties", "dependentSchemas", "$defs"),
    }
)
# These hold data, in which "$ref" or "type" is a key like any other.
DATA = frozenset({"value", "default", "const", "enum", "example", "security"})
METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})

NOTHING = object()


def is_data(keyword: str) -> bool:
    """Whether what stands under this keyword is data: no part of the contract's structure."""
    return keyword in DATA or keyword.startswith("x-")


def objects(source: Source) -> Iterator[tuple[str, Object]]:
    """Every object of a file that is neither data nor a list of names, with its JSON Pointer, outermost first."""

    def walk(node: Json, at: str, *, named: bool) -> Iterator[tuple[str, Object]]:
        if isinstance(node, list):
            for where, item in items(at, node):
                yield from walk(item, where, named=False)
        elif isinstance(node, dict):
            if not named:
                yield at, node
            for key, value in node.items():
                if named or not is_data(key):
                    yield from walk(value, pointer(at, key), named=not named and key in NAMED)

    return walk(source.value, "", named=False)


def items(at: str, values: Json) -> list[tuple[str, Json]]:
    """The items of a list with their pointers."""
    return [(pointer(at, index), value) for index, value in enumerate(cast(list[Json], values))]


def place(name: str, at: str) -> str:
    """What kind of object stands there, by file name and pointer: see x-places in extensions.schema.json."""
    if name.startswith("examples/"):
        return "example"
    if name.startswith("schemas/"):
        return "schema"
    match at.split("/")[1:]:
        case []:
            return "document"
        case ["paths" | "webhooks", _, method] if method in METHODS:
            return "operation"
        case [*_, "callbacks", _, _, method] if method in METHODS:
            return "operation"
        case [*_, "servers", _]:
            return "server"
        case ["components", "schemas", *_]:
            return "schema"
        case steps if "schema" in steps:
            return "schema"
        case [*_, "examples", _]:
            return "example"
        case _:
            return "element"


def value_at(value: Json, path: str) -> object:
    """What stands at a JSON Pointer, or NOTHING."""
    here: object = value
    for step in path.split("/")[1:]:
        token = step.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict):
            here = cast(dict[str, object], here).get(token, NOTHING)
        elif isinstance(here, list) and token.isdecimal() and int(token) < len(cast(list[object], here)):
            here = cast(list[object], here)[int(token)]
        else:
            return NOTHING
    return here
