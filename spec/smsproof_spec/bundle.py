"""A vendor's folder to its contract.json: references resolved, requirements included, every mistake told at once.

`python -m smsproof_spec.bundle` writes the contract of every vendor folder; with --check it only says which are stale.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import jsonschema_rs

from . import extensions, references
from .source import Json, Problem, Source, SourceError, pointer, read
from .structure import Object, items, objects, place, value_at

VENDORS = Path(__file__).parent / "vendors"

_ADDRESS_KEYS = frozenset(
    {
        *("from", "to", "sender", "destination", "endpoint", "endpoints", "tnkey", "mobile", "invalidNumber"),
        *("phone", "number", "numbers", "address", "msisdn"),
    }
)
_SHORTEST_LONG_CODE = 1_000_000


def _schema(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads((Path(__file__).parent / name).read_text("utf-8")))


_DOCUMENT = _schema("document.schema.json")
_REQUIREMENTS = _schema("requirements.schema.json")
_JSON_SCHEMA = jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})


def bundle(folder: Path) -> dict[str, Any]:
    """One vendor's folder as one OpenAPI document of its own.

    folder    holds openapi.yaml, requirements.yaml, schemas/*.json and examples/*.json.
    returns   the document: every reference local, every example in place, x-sms-requirements filled.
    raises    SourceError. Mistakes are collected over the form of all files, then over what they say, then over how
              they fit together; the first of the three that finds any is the last.
    """
    sources = _read(folder)
    contract = [source for name, source in sources.items() if name != "requirements.yaml"]
    _stop_if([problem for source in sources.values() for problem in _numbers_for_addresses(source)])
    rules = sources["requirements.yaml"]
    problems = [*_violations(rules, _REQUIREMENTS, rules.value, "", "See requirements.schema.json")]
    for source in contract:
        problems += extensions.mistakes(source, cast(Object, rules.value).keys())
    problems += _ambiguous_operations(sources["openapi.yaml"])
    document = _joined(sources, problems)
    _stop_if(problems)
    requirements = _requirements(rules, document, problems)
    for source in contract:
        problems += references.dangling(source, sources, document)
    _stop_if(problems)
    _stop_if([problem for source in contract for problem in _values_that_do_not_fit(source, sources, document)])
    return {**document, "x-sms-requirements": requirements}


def render(document: dict[str, Any]) -> str:
    """A contract as text: ASCII, one space of indentation, the order of the source."""
    return json.dumps(document, indent=1) + "\n"


def is_current(folder: Path) -> bool:
    """Whether contract.json is what the folder would be bundled to."""
    return _stale(folder) is None


def write(folder: Path) -> bool:
    """Bring contract.json up to date; True if it changed. Nothing is written when there is a problem."""
    text = _stale(folder)
    if text is None:
        return False
    draft = folder / "contract.json.new"
    draft.write_text(text, "ascii")
    draft.replace(folder / "contract.json")
    return True


def _stale(folder: Path) -> str | None:
    """What contract.json ought to hold, if it does not."""
    path, text = folder / "contract.json", render(bundle(folder))
    return None if path.exists() and path.read_bytes() == text.encode("ascii") else text


def _stop_if(problems: list[Problem]) -> None:
    if problems:
        raise SourceError(problems)


def _read(folder: Path) -> dict[str, Source]:
    names = ["openapi.yaml", "requirements.yaml"]
    for kind in ("schemas", "examples"):
        names += sorted(path.relative_to(folder).as_posix() for path in (folder / kind).glob("*.json"))
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            source = read(folder, name)
        except SourceError as error:
            problems += error.problems
            continue
        sources[name] = source
        problems += _mistakes(source)
    _stop_if(problems)
    return sources


def _mistakes(source: Source) -> Iterator[Problem]:
    """What makes a file no file of its kind, whatever the others say."""
    if not isinstance(source.value, dict):
        yield source.problem("", "this is no object", "Write keys and values")
    elif source.name.startswith("examples/"):
        if "value" not in source.value:
            yield source.problem("", "the example has no value", "Put the documented body under value")
    elif source.name != "requirements.yaml":
        if source.name == "openapi.yaml":
            yield from _violations(source, _DOCUMENT, source.value, "", "See document.schema.json")
        yield from _mistakes_in_schemas(source)


def _violations(
    source: Source, validator: jsonschema_rs.Draft202012Validator, value: Json, at: str, hint: str
) -> Iterator[Problem]:
    for error in validator.iter_errors(value):
        yield source.problem(pointer(at, *error.instance_path), error.message, hint)


def _mistakes_in_schemas(source: Source) -> Iterator[Problem]:
    """Schemas that are none, and patterns that need a backtracking engine: those can be made to run for ever."""
    for at, schema in _whole_schemas(source):
        yield from _violations(source, _JSON_SCHEMA, schema, at, "Correct the keyword")
    for at, node in objects(source):
        pattern = node.get("pattern")
        if place(source.name, at) == "schema" and isinstance(pattern, str) and not _is_linear(pattern):
            hint = "Write it without look-around and back-references, as ECMA and RE2 both read it"
            yield source.problem(pointer(at, "pattern"), f"{pattern} is no pattern that runs in linear time", hint)


def _whole_schemas(source: Source) -> Iterator[tuple[str, Json]]:
    """The outermost schemas of a file, with their pointers."""
    if source.name.startswith("schemas/"):
        yield "", source.value
        return
    for at, node in objects(source):
        if at == "/components":
            for name, schema in cast(Object, node.get("schemas", {})).items():
                yield pointer(at, "schemas", name), schema
        elif "schema" in node and place(source.name, at) != "schema":
            yield pointer(at, "schema"), node["schema"]


def _is_linear(pattern: str) -> bool:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern}, pattern_options=jsonschema_rs.RegexOptions())
    except jsonschema_rs.ValidationError:
        return False
    return True


def _numbers_for_addresses(source: Source) -> Iterator[Problem]:
    """Integers that were phone numbers before YAML, or the author, took them for quantities."""

    def walk(node: Json, at: str, key: str) -> Iterator[Problem]:
        if isinstance(node, dict):
            for name, value in node.items():
                yield from walk(value, pointer(at, name), name)
        elif isinstance(node, list):
            for where, value in items(at, node):
                yield from walk(value, where, key)
        elif key in _ADDRESS_KEYS and isinstance(node, int) and abs(node) >= _SHORTEST_LONG_CODE:
            yield source.problem(at, f"{node} is a number where an address is due", _hint_for(node))

    return walk(source.value, "", "")


def _hint_for(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f'Quote it, with the plus sign that YAML may have eaten: "+{value}" or "{value}"'
    return "Correct the value, or the schema"


def _requirements(source: Source, document: Object, problems: list[Problem]) -> dict[str, Any]:
    """The requirements as contract.json has them: all places spelled out, `agreed` always there."""
    pages = cast(Object, document.get("x-sms-pages", {}))
    entries: dict[str, Any] = {}
    for identity, given in cast(dict[str, dict[str, Any]], source.value).items():
        places: list[dict[str, str]] = []
        for text in given.get("source", "").split():
            page, _, lines = text.partition(":")
            places.append({"page": page, "lines": lines} if lines else {"page": page})
            if page not in pages and not page.startswith("P-"):
                hint = f"Known are {', '.join(pages)}, and P-… for other public pages"
                problems.append(
                    source.problem(pointer("", identity, "source"), f"{page} is no page of x-sms-pages", hint)
                )
        entries[identity] = {
            "section": given["section"],
            "provenance": given["provenance"],
            "agreed": given.get("agreed", False),
            "parties": given["parties"],
            "statement": given["statement"],
            "source": places,
            **{key: given[key] for key in ("not_observable", "alternatives", "note") if key in given},
        }
    return entries


def _joined(sources: Mapping[str, Source], problems: list[Problem]) -> Object:
    document = references.local(sources["openapi.yaml"], sources, problems)
    others = cast(Object, document.pop("components", {}))
    schemas = cast(Object, others.pop("schemas", {}))
    for name, source in sources.items():
        if name.startswith("schemas/"):
            component = Path(name).stem
            if component in schemas:
                hint = "Keep one of the two"
                problems.append(source.problem("", f"openapi.yaml has a schema {component} as well", hint))
            schemas[component] = references.local(source, sources, problems)
    return {**document, "components": {"schemas": schemas, **others}}


def _ambiguous_operations(source: Source) -> Iterator[Problem]:
    names: dict[str, str] = {}
    for at, node in objects(source):
        if place(source.name, at) == "operation" and "operationId" in node:
            name = cast(str, node["operationId"])
            if name in names:
                what = f"the operationId {name} is that of {names[name]} as well"
                yield source.problem(pointer(at, "operationId"), what, "Choose another")
            names.setdefault(name, at)


def _values_that_do_not_fit(source: Source, sources: Mapping[str, Source], document: Object) -> Iterator[Problem]:
    """Defaults, constants, enums and examples that their own schema refuses."""
    for at, node in objects(source):
        kind = place(source.name, at)
        if kind == "schema":
            values = _literals(source, at, node)
            schema = value_at(document, (references.component(source.name) or "") + at)
        elif "schema" in node:
            values = _examples(source, sources, at, node)
            schema = value_at(document, pointer(at, "schema"))
        else:
            continue
        if not values:
            continue
        validator = jsonschema_rs.Draft202012Validator(
            {"allOf": [schema], "components": document["components"]}, retriever=_deny
        )
        for file, where, value in values:
            for error in validator.iter_errors(value):
                inside = pointer("", *error.instance_path)
                what = f"the value does not fit its schema: {error.message}"
                yield file.problem(where + inside, what, _hint_for(value_at(value, inside)))


def _literals(source: Source, at: str, schema: Object) -> list[tuple[Source, str, Json]]:
    found = [(source, pointer(at, key), schema[key]) for key in ("default", "const", "example") if key in schema]
    for key in ("enum", "examples"):
        if isinstance(schema.get(key), list):
            found += [(source, where, value) for where, value in items(pointer(at, key), schema[key])]
    return found


def _examples(source: Source, sources: Mapping[str, Source], at: str, holder: Object) -> list[tuple[Source, str, Json]]:
    """The examples beside a schema, each with the file that it stands in."""
    found = [(source, pointer(at, "example"), holder["example"])] if "example" in holder else []
    examples = holder.get("examples")
    for name, example in examples.items() if isinstance(examples, dict) else ():
        if not isinstance(example, dict):
            continue
        if "$ref" in example:
            file = references.target(source, example["$ref"], sources)
            if isinstance(file, Source):
                found.append((file, "/value", cast(Object, file.value)["value"]))
        elif "value" in example:
            found.append((source, pointer(at, "examples", name, "value"), example["value"]))
    return found


def _deny(uri: str) -> Any:
    raise ValueError(f"{uri} is not read: a contract is closed in itself")


def main(arguments: list[str] | None = None) -> int:
    """Write or check contracts; 0 if all is well, 1 if one is stale, 2 if a folder is wrong."""
    parser = argparse.ArgumentParser(prog="python -m smsproof_spec.bundle", description="Bundle vendor folders.")
    parser.add_argument("folders", nargs="*", type=Path, help="vendor folders; all of the package if none is named")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a contract is stale")
    options = parser.parse_args(arguments)
    folders: list[Path] = options.folders or sorted(path.parent for path in VENDORS.glob("*/openapi.yaml"))
    status = 0
    for folder in folders:
        try:
            if options.check and not is_current(folder):
                print(f"{folder.name}: contract.json is stale. Run python -m smsproof_spec.bundle.")
                status = max(status, 1)
            elif not options.check and write(folder):
                print(f"{folder.name}: contract.json is written.")
        except SourceError as error:
            for problem in error.problems:
                print(f"{folder.name}/{problem}", file=sys.stderr)
            status = 2
    return status


if __name__ == "__main__":
    raise SystemExit(main())
