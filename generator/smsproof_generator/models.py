"""Models by datamodel-code-generator, from the intermediate representation instead of from the document.

The generator sees a schema that was written here: names are ours, texts went through the door, every reference is
local. So no document can reach its own switches (x-python-type and its kin), and its output can be verified.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import Any

from .imports import imports
from .intermediate import (
    Choice,
    Class,
    Family,
    Inbound,
    ListOf,
    MapOf,
    Named,
    Scalar,
    Sdk,
    Type,
    Union,
    annotation,
    names_in,
    one_of,
)
from .literal import columns, docstring, literal, wrapped

_JSON_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}


def source(sdk: Sdk, package: str) -> str:
    """The text of models.py.

    package   import name of the package that holds `_runtime`
    """
    runtime = f"{package}._runtime"
    body = "\n\n\n".join(_statements(_classes(sdk, runtime), sdk)) if sdk.classes or sdk.families else ""
    tail = "".join(_inbound(call) for call in sdk.inbound) + "".join(_family(one) for one in _in_order(sdk.families))
    code = "\n\n".join(part for part in (body, tail.strip("\n")) if part)
    head = docstring([f"What {sdk.title} sends and takes. Needs pydantic and no HTTP library."])
    needed = imports(
        code,
        [
            [("typing", ("Annotated", "Any", "Literal"))],
            [
                ("pydantic", ("Field",)),
                (f"{runtime}.inbound", ("SignedInbound", "StatusInbound")),
                (f"{runtime}.model", ("CommaJoined", "File", "Model", "ToldApart")),
                (f"{runtime}.timestamp", ("Day", "Timestamp")),
            ],
        ],
    )
    parts = [head, "from __future__ import annotations", needed.strip("\n")]
    text = "\n\n".join(part for part in parts if part) + (f"\n\n\n{code}\n" if code else "\n")
    _verify(text, sdk)
    return text


def _inbound(call: Inbound) -> str:
    lines = [f"{call.body}.inbound_id = {literal(call.id)}"]
    if call.secret:
        lines.append(f"{call.body}.inbound_secret = {literal(call.secret)}")
    if call.status:
        lines.append(f"{call.body}.inbound_status = {literal(call.status)}")
    if call.life_cycle:
        lines.append(f"{call.body}.inbound_life_cycle = {literal(call.life_cycle)}")
    return "\n".join(lines) + "\n"


def _family(family: Family) -> str:
    members = annotation(one_of(list(family.members)))
    if not family.tags:
        return f"\n{family.name} = {members}\n"
    tags = "".join(f"            {literal(tag)}: {name},\n" for tag, name in family.tags)
    otherwise = f"        {family.base},\n" if family.base else ""
    doc = f"{docstring([family.doc])}\n" if family.doc else ""
    return (
        f"\n{family.name} = Annotated[\n    {members},\n"
        f"    ToldApart(\n        {literal(family.property)},\n        {{\n{tags}        }},\n{otherwise}    ),\n]\n{doc}"
    )


def _in_order(families: tuple[Family, ...]) -> list[Family]:
    """Families after those that they are made of."""
    by_name = {family.name: family for family in families}
    ordered: dict[str, Family] = {}

    def place(family: Family) -> None:
        for name in names_in(one_of(list(family.members))):
            if name in by_name and name not in ordered and name != family.name:
                place(by_name[name])
        ordered.setdefault(family.name, family)

    for family in families:
        place(family)
    return list(ordered.values())


def _statements(text: str, sdk: Sdk) -> Iterator[str]:
    """The classes of a module, without the empty ones that stood for families: those are defined at the end."""
    stubs = {family.name for family in sdk.families}
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef) and node.name not in stubs:
            yield "\n".join(lines[node.lineno - 1 : node.end_lineno])


def _classes(sdk: Sdk, runtime: str) -> str:
    # Imported here: it takes longer to load than everything else of this package together.
    from datamodel_code_generator import InputFileType, generate
    from datamodel_code_generator._shared_types import LiteralType
    from datamodel_code_generator.format import Formatter

    schemas = {found.name: _schema(found, runtime) for found in sdk.classes}
    schemas |= {family.name: {"type": "object", "properties": {}} for family in sdk.families}
    aliases = {
        f"{found.name}.{field.wire}": field.name
        for found in sdk.classes
        for field in found.fields
        if field.name != field.wire
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = generate(
            {
                "openapi": "3.1.0",
                "info": {"title": "models", "version": "0"},
                "paths": {},
                "components": {"schemas": schemas},
            },
            input_file_type=InputFileType.OpenAPI,
            preset="standard-py311-20261027",
            formatters=[Formatter.BUILTIN],
            disable_timestamp=True,
            custom_file_header="#",
            use_annotated=True,
            enum_field_as_literal=LiteralType.All,
            collapse_root_models=True,
            use_schema_description=True,
            strict_nullable=True,
            allow_population_by_field_name=False,
            base_class=f"{runtime}.model.Model",
            base_class_map={
                found.name: f"{runtime}.inbound.{found.base}" for found in sdk.classes if found.base != "Model"
            },
            aliases=aliases,
        )
    assert isinstance(text, str)
    lines = text.splitlines()
    # Letters of other scripts stand in docstrings and literals only, none of which is raw.
    return "\n".join(line.rstrip() for line in lines).encode("ascii", "backslashreplace").decode("ascii")


def _schema(found: Class, runtime: str) -> dict[str, Any]:
    doc = _doc(found)
    return {
        "type": "object",
        **({"description": doc} if doc else {}),
        "properties": {field.wire: _type(field.type, runtime) for field in found.fields},
        "required": [field.wire for field in found.fields if field.required],
    }


def _doc(found: Class) -> str:
    """The class's docstring: what it is, then a line for each field."""
    table: list[tuple[str, str]] = []
    for field in found.fields:
        default = f"Default: {field.default}." if field.default else ""
        words = f"{field.doc} {default}".strip()
        if words:
            table.append((field.name, words))
    if not found.doc and not table:
        return ""
    return "\n".join(wrapped([found.doc or f"{found.name}.", "", *columns(table)], 116))


def _type(of: Type, runtime: str) -> dict[str, Any]:
    match of:
        case Scalar("Any"):
            return {}
        case Scalar("None"):
            return {"type": "null"}
        case Scalar("bytes"):
            return {"type": "string", "x-python-type": f"{runtime}.model.File"}
        case Scalar("Timestamp" | "Day" as name):
            return {"type": "string", "x-python-type": f"{runtime}.timestamp.{name}"}
        case Scalar("CommaJoined"):
            return {"type": "string", "x-python-type": f"{runtime}.model.CommaJoined"}
        case Scalar(name):
            return {"type": _JSON_TYPES[name]}
        case Choice(values, base, is_open):
            kind = _JSON_TYPES[base]
            listed = {"type": kind, "enum": list(values)}
            return {"anyOf": [listed, {"type": kind}]} if is_open else listed
        case Named(name):
            return {"$ref": f"#/components/schemas/{name}"}
        case ListOf(item):
            return {"type": "array", "items": _type(item, runtime)}
        case MapOf(value):
            return {"type": "object", "additionalProperties": _type(value, runtime) or True}
        case Union(members):
            return {"anyOf": [_type(member, runtime) for member in members]}


def _verify(text: str, sdk: Sdk) -> None:
    """Hold what came back against what was asked for: classes, fields, and nothing that runs."""
    tree = ast.parse(text)
    found = {
        node.name: {
            line.target.id
            for line in node.body
            if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
        }
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
    wanted = {one.name: {field.name for field in one.fields} for one in sdk.classes}
    if found != wanted:
        odd = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
        raise AssertionError(f"datamodel-code-generator wrote other classes than asked for: {odd}")
