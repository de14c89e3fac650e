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
_JSON_SCHEMA = jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})
_REQUIREMENTS = jsonschema_rs.Draft202012Validator(
    json.loads((Path(__file__).parent / "requirements.schema.json").read_text("utf-8"))
)


def bundle(folder: Path) -> dict[str, Any]:
    """One vendor's folder as one OpenAPI document of its own.

    folder    holds openapi.yaml, requirements.yaml, schemas/*.json and examples/*.json.
    returns   the document: every reference local, every example in place, x-sms-requirements filled.
    raises    SourceError. Mistakes are collected over all files, then over what the files say, then over how they fit
              together; the first of the three that finds any is the last.
    """
    sources = _read(folder)
    contract = [source for name, source in sources.items() if name != "requirements.yaml"]
    _stop_if([problem for source in sources.values() for problem in _numbers_for_addresses(source)])
    problems: list[Problem] = []
    requirements = _requirements(sources, problems)
    for source in contract:
        problems += extensions.mistakes(source, requirements.keys())
    document = _joined(sources, problems)
    problems += _unnamed_operations(sources["openapi.yaml"])
    _stop_if(problems)
    _stop_if([problem for source in contract for problem in references.dangling(source, sources, document)])
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
        if not isinstance(source.value, dict):
            problems.append(source.problem("", "this is no object", "Write keys and values"))
        elif name != "requirements.yaml":
            problems += _violations_of_json_schema(source)
    _stop_if(problems)
    return sources


def _violations_of_json_schema(source: Source) -> Iterator[Problem]:
    """Schemas that are none, and patterns that need a backtracking engine: those can be made to run for ever."""
    for at, node in objects(source):
        whole = node if source.name.startswith("schemas/") and not at else node.get("schema")
        base = at if whole is node else pointer(at, "schema")
        for error in _JSON_SCHEMA.iter_errors(whole) if isinstance(whole, dict) else ():
            where = pointer(base, *error.instance_path)
            yield source.problem(where, f"this is no JSON Schema: {error.message}", "Correct the keyword")
        pattern = node.get("pattern")
        if isinstance(pattern, str) and not _is_linear(pattern):
            hint = "Write it without look-around and back-references, as ECMA and RE2 both read it"
            yield source.problem(pointer(at, "pattern"), f"{pattern} is no pattern that runs in linear time", hint)


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


def _requirements(sources: Mapping[str, Source], problems: list[Problem]) -> dict[str, Any]:
    """The requirements as contract.json has them: all places spelled out, `agreed` always there."""
    source = sources["requirements.yaml"]
    wrong = [
        source.problem(pointer("", *error.instance_path), error.message, "See requirements.schema.json")
        for error in _REQUIREMENTS.iter_errors(source.value)
    ]
    problems += wrong
    pages = cast(Object, cast(Object, sources["openapi.yaml"].value).get("x-sms-pages", {}))
    entries: dict[str, Any] = {}
    for identity, given in cast(dict[str, dict[str, Any]], {} if wrong else source.value).items():
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


def _unnamed_operations(source: Source) -> Iterator[Problem]:
    """Operations without an operationId of their own, and answers without a description: the rooms go by these."""
    names: dict[str, str] = {}
    for at, node in objects(source):
        if place(source.name, at) != "operation":
            continue
        name = node.get("operationId")
        if not isinstance(name, str):
            yield source.problem(at, "the operation has no operationId", "Name it")
        elif name in names:
            what = f"the operationId {name} is that of {names[name]} as well"
            yield source.problem(pointer(at, "operationId"), what, "Choose another")
        else:
            names[name] = at
        for status, answer in cast(Object, node.get("responses", {})).items():
            if not isinstance(answer, dict) or not isinstance(answer.get("description"), str):
                where = pointer(at, "responses", status)
                yield source.problem(where, "the answer has no description", "Say what it means")


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
    for name, example in cast(Object, holder.get("examples", {})).items():
        if not isinstance(example, dict):
            continue
        where = pointer(at, "examples", name)
        if "$ref" in example:
            file = references.target(source, example["$ref"], sources)
            if isinstance(file, Source):
                found.append((file, "/value", cast(Object, file.value).get("value")))
        else:
            found.append((source, pointer(where, "value"), example.get("value")))
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
