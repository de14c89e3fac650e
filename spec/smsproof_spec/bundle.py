"""A vendor's folder to its contract.json: references resolved, requirements included, every mistake told at once.

`python -m smsproof_spec.bundle` writes the contract of every vendor folder; with --check it only says which would change.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, cast

import jsonschema_rs

from .source import Json, Problem, Source, SourceError, pointer, read

VENDORS = Path(__file__).parent / "vendors"

_Object = dict[str, Json]

# Keys of an OpenAPI or JSON Schema object whose members are named by the author: a name is never a keyword.
_NAMED = frozenset(
    "paths webhooks callbacks responses content examples headers links encoding variables schemas parameters"
    " requestBodies securitySchemes pathItems properties patternProperties dependentSchemas $defs".split()
)
# Keys that hold data, in which "$ref" is a name like any other.
_DATA = frozenset("value default const enum example security".split())
# Keywords that move, or let others move, what a reference means; none is needed in a closed folder.
_MOVING = frozenset(
    "$id $anchor $dynamicAnchor $dynamicRef $recursiveAnchor $recursiveRef jsonSchemaDialect externalValue operationRef"
    " mapping".split()
)
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_METHODS = frozenset("get put post delete options head patch trace".split())
_LOCAL_FILE = re.compile(r"(?P<file>[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*\.json)(?P<inner>#.*)?")
_ADDRESS_KEYS = frozenset(
    "from to endpoint endpoints tnkey mobile phone number numbers address msisdn sender destination invalidNumber".split()
)
_SHORTEST_LONG_CODE = 1_000_000


def bundle(folder: Path) -> dict[str, Any]:
    """One vendor's folder as one OpenAPI document of its own.

    folder    holds openapi.yaml, requirements.yaml, schemas/*.json and examples/**/*.json.
    returns   the document: references are local, examples stand in place, x-sms-requirements is filled.
    raises    SourceError with all problems of all files.
    """
    return _Bundler(folder).document()


def write(folder: Path) -> bool:
    """Bring contract.json up to date; True if it changed. Nothing is written when there is a problem."""
    text = render(bundle(folder))
    path = folder / "contract.json"
    if path.exists() and path.read_text("ascii") == text:
        return False
    draft = path.with_suffix(".json.new")
    draft.write_text(text, "ascii")
    draft.replace(path)
    return True


def render(document: dict[str, Any]) -> str:
    """A contract as text: ASCII, one space of indentation, the order of the source."""
    return json.dumps(document, indent=1) + "\n"


class _Bundler:
    """Reads all files, then checks all files, then joins them; each step only if the one before found no problem."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.sources: dict[str, Source] = {}

    def document(self) -> dict[str, Any]:
        self.read_all()
        self.stop_if_wrong()
        for source in self.sources.values():
            self.problems += _numbers_in_the_place_of_addresses(source)
        root = self.object_in("openapi.yaml")
        requirements = self.requirements(frozenset(cast(_Object, root.get("x-sms-pages", {}))))
        for source in self.contract_sources():
            self.check_extensions(source, frozenset(requirements))
            self.check_literals(source)
        self.stop_if_wrong()
        document = self.joined(root)
        self.stop_if_wrong()
        self.check_local_references(document)
        self.stop_if_wrong()
        self.check_examples(document)
        self.stop_if_wrong()
        document["x-sms-requirements"] = cast(Json, requirements)
        return cast(dict[str, Any], document)

    def stop_if_wrong(self) -> None:
        if self.problems:
            raise SourceError(self.problems)

    # Reading

    def read_all(self) -> None:
        names = ["openapi.yaml", "requirements.yaml"]
        for kind in ("schemas", "examples"):
            found = sorted((self.folder / kind).rglob("*.json"))
            names += [path.relative_to(self.folder).as_posix() for path in found]
        for name in names:
            try:
                self.refuse_link(name)
                self.sources[name] = read(self.folder, name)
            except SourceError as error:
                self.problems += error.problems

    def refuse_link(self, name: str) -> None:
        path = self.folder / name
        if path.exists() and not path.resolve().is_relative_to(self.folder.resolve()):
            raise SourceError([Problem(name, None, "", "the file is a link that leaves the folder", "Copy it in")])

    def object_in(self, name: str) -> _Object:
        value = self.sources[name].value
        if isinstance(value, dict):
            return value
        raise SourceError([Problem(name, 1, "", "this is no mapping", "Write keys and values")])

    def contract_sources(self) -> Iterator[Source]:
        return (source for name, source in self.sources.items() if name != "requirements.yaml")

    # Requirements

    def requirements(self, pages: frozenset[str]) -> dict[str, Any]:
        source = self.sources["requirements.yaml"]
        self.problems += _violations(source, _REQUIREMENTS, source.value, "")
        if self.problems:
            return {}
        entries = cast(dict[str, dict[str, Any]], source.value)
        result: dict[str, Any] = {}
        for identity, entry in entries.items():
            places = [_place(place) for place in entry.get("source", "").split()]
            for place in places:
                if place["page"] not in pages and not place["page"].startswith("P-"):
                    at = pointer("", identity, "source")
                    what = f"{place['page']} is no page of this vendor"
                    self.problems.append(source.problem(at, what, f"Known are {', '.join(sorted(pages))} and P-*"))
            result[identity] = {
                "section": entry["section"],
                "provenance": entry["provenance"],
                "agreed": entry.get("agreed", False),
                "parties": entry["parties"],
                "statement": entry["statement"],
                "source": places,
                **{key: entry[key] for key in ("not_observable", "alternatives", "note") if key in entry},
            }
        return result

    # Checks of the single files

    def check_extensions(self, source: Source, known: frozenset[str]) -> None:
        for at, node in _objects(source):
            extensions = {key: value for key, value in node.items() if key.startswith("x-sms-")}
            if not extensions:
                continue
            place = _kind_of_place(source.name, at, node)
            for key in extensions:
                self.check_extension_name(source, at, key, place)
            fitting = {key: value for key, value in extensions.items() if key in _PLACES}
            self.problems += _violations(source, _EXTENSIONS, fitting, at)
            for where, identity in _identities(extensions):
                if identity not in known:
                    what = f"{identity} is no requirement of this vendor"
                    self.problems.append(source.problem(at + where, what, _nearest(identity, known)))

    def check_extension_name(self, source: Source, at: str, key: str, place: str) -> None:
        if key not in _PLACES:
            what = f"{key} is no extension that anybody reads"
            self.problems.append(source.problem(pointer(at, key), what, _nearest(key, _PLACES)))
        elif place not in _PLACES[key]:
            what = f"{key} has no meaning in this place ({place})"
            hint = f"It belongs to: {', '.join(_PLACES[key])}"
            self.problems.append(source.problem(pointer(at, key), what, hint))

    def check_literals(self, source: Source) -> None:
        """Defaults, constants, enums and examples inside of schemas have the type that the schema names."""
        for at, node in _objects(source):
            kinds = node.get("type")
            if kinds is None or "in" in node or "scheme" in node:
                continue
            for keyword in ("default", "const", "example", "enum", "examples"):
                values = node.get(keyword)
                if keyword not in node or (keyword == "examples" and not isinstance(values, list)):
                    continue
                single = not isinstance(values, list) or keyword not in ("enum", "examples")
                for where, value in [(pointer(at, keyword), values)] if single else _items(pointer(at, keyword), values):
                    self.check_type(source, where, kinds, value)

    def check_type(self, source: Source, at: str, kinds: Json, value: Json) -> None:
        try:
            fits = jsonschema_rs.is_valid({"type": kinds}, value)
        except jsonschema_rs.ValidationError:
            what, hint = f"{json.dumps(kinds)} is no type of JSON Schema", "Use its seven names"
            self.problems.append(source.problem(at.rpartition("/")[0], what, hint))
            return
        if not fits:
            what = f"{json.dumps(value)} stands here, where the type is {json.dumps(kinds)}"
            self.problems.append(source.problem(at, what, _hint_for(value, kinds)))

    # Joining

    def joined(self, root: _Object) -> _Object:
        schemas: _Object = {}
        for name, source in self.sources.items():
            if name.startswith("schemas/"):
                schema = self.resolved(source, source.value, "", named=False)
                if isinstance(schema, dict):
                    schema.pop("$schema", None)
                schemas[PurePosixPath(name).stem] = schema
        document = cast(_Object, self.resolved(self.sources["openapi.yaml"], root, "", named=False))
        others = cast(_Object, document.pop("components", {}))
        document["components"] = {"schemas": schemas, **others}
        return document

    def resolved(self, source: Source, node: Json, at: str, *, named: bool) -> Json:
        """A copy in which every reference is local and every example stands in place."""
        if isinstance(node, list):
            return [self.resolved(source, item, pointer(at, i), named=False) for i, item in enumerate(node)]
        if not isinstance(node, dict):
            return node
        copy: _Object = {}
        for key, value in node.items():
            here = pointer(at, key)
            if named:
                copy[key] = self.resolved(source, value, here, named=False)
            elif key in _DATA or key.startswith("x-"):
                copy[key] = value
            elif key == "$ref":
                target = self.target(source, here, value)
                if isinstance(target, Source):
                    return target.value
                copy[key] = target
            elif key in _MOVING or (key == "$schema" and value != _DIALECT):
                what, hint = f"{key} would change what references mean", "Take it away: a contract is closed in itself"
                self.problems.append(source.problem(here, what, hint))
            else:
                copy[key] = self.resolved(source, value, here, named=key in _NAMED)
        return copy

    def target(self, source: Source, at: str, reference: Json) -> str | Source:
        """Where a reference leads: a pointer in the joined document, or the example that replaces it."""
        if isinstance(reference, str) and reference.startswith("#"):
            inside = _component(source.name)
            return reference if inside is None else f"#{inside}{reference[1:]}"
        local = _LOCAL_FILE.fullmatch(reference) if isinstance(reference, str) else None
        if local is not None:
            name = (PurePosixPath(source.name).parent / local["file"]).as_posix()
            component = _component(name)
            if name in self.sources and component is not None:
                return f"#{component}{(local['inner'] or '#')[1:]}"
            if name in self.sources and name.startswith("examples/") and local["inner"] is None:
                return self.sources[name]
            what = f"there is no {name} among the schemas and examples"
            self.problems.append(source.problem(at, what, _nearest(name, self.sources)))
            return "#"
        what = f"{json.dumps(reference)} leads out of the vendor's folder, or may"
        hint = "Refer to a schema or example of the folder, as in schemas/Message.json, or to a place in this file by #/"
        self.problems.append(source.problem(at, what, hint))
        return "#"

    # Checks of the joined document

    def check_local_references(self, document: _Object) -> None:
        for source in self.contract_sources():
            for at, node in _objects(source):
                reference = node.get("$ref")
                if not isinstance(reference, str):
                    continue
                target = self.target(source, pointer(at, "$ref"), reference)
                if isinstance(target, str) and _at(document, target[1:]) is _NOTHING:
                    what = f"{reference} leads nowhere"
                    self.problems.append(source.problem(pointer(at, "$ref"), what, "Correct the path behind the #"))

    def check_examples(self, document: _Object) -> None:
        """Every example fits the schema beside it."""
        written = self.sources["openapi.yaml"]
        for at, node in _objects(written):
            examples = node.get("examples")
            if not isinstance(examples, dict) or "schema" not in node:
                continue
            joined = cast(_Object, _at(document, at))
            schema = {"allOf": [joined["schema"]], "components": document["components"]}
            validator = jsonschema_rs.Draft202012Validator(schema, retriever=_deny)
            for name, reference in examples.items():
                example = cast(_Object, cast(_Object, joined["examples"])[name])
                origin = self.target(written, "", cast(_Object, reference).get("$ref")) if reference else None
                file, base = (origin, "") if isinstance(origin, Source) else (written, pointer(at, "examples", name))
                for error in validator.iter_errors(example.get("value")):
                    where = pointer(base, "value", *error.instance_path)
                    value = _at(cast(Json, example.get("value")), pointer("", *error.instance_path))
                    what = f"the example does not fit its schema: {error.message}"
                    hint = _hint_for(cast(Json, value), "string") if "string" in error.message else "Correct one of them"
                    self.problems.append(file.problem(where, what, hint))


def _violations(source: Source, validator: jsonschema_rs.Draft202012Validator, value: Json, at: str) -> list[Problem]:
    return [
        source.problem(pointer(at, *error.instance_path), error.message, "See the schema beside the vendors for the form")
        for error in validator.iter_errors(value)
    ]


def _objects(source: Source) -> Iterator[tuple[str, _Object]]:
    """Every object of a contract file that is no data and no mere list of names, with its pointer."""

    def walk(node: Json, at: str, named: bool) -> Iterator[tuple[str, _Object]]:
        if isinstance(node, list):
            for where, item in _items(at, node):
                yield from walk(item, where, False)
        if not isinstance(node, dict):
            return
        if not named:
            yield at, node
        for key, value in node.items():
            if named or not (key in _DATA or key.startswith("x-")):
                yield from walk(value, pointer(at, key), not named and key in _NAMED)

    return walk(source.value, "", False)


def _items(at: str, values: Json) -> list[tuple[str, Json]]:
    return [(pointer(at, index), value) for index, value in enumerate(cast(list[Json], values))]


def _numbers_in_the_place_of_addresses(source: Source) -> Iterator[Problem]:
    """Integers that were phone numbers before YAML, or the author, took them for quantities."""

    def walk(node: Json, at: str, key: str) -> Iterator[Problem]:
        if isinstance(node, dict):
            for name, value in node.items():
                yield from walk(value, pointer(at, name), name)
        elif isinstance(node, list):
            for where, value in _items(at, node):
                yield from walk(value, where, key)
        elif key in _ADDRESS_KEYS and isinstance(node, int) and abs(node) >= _SHORTEST_LONG_CODE:
            yield source.problem(at, f"{node} is a number where an address is due", _hint_for(node, "string"))

    return walk(source.value, "", "")


def _hint_for(value: Json, kinds: Json) -> str:
    texts = "string" in kinds if isinstance(kinds, list) else kinds == "string"
    if texts and isinstance(value, int) and not isinstance(value, bool):
        return f'Quote it, and see whether YAML ate a plus sign: "+{value}" or "{value}"'
    return "Correct the value or the type"


def _kind_of_place(name: str, at: str, node: _Object) -> str:
    if name.startswith("examples/"):
        return "example"
    if name.startswith("schemas/"):
        return "schema"
    steps = at.split("/")[1:]
    if not steps:
        return "document"
    if steps[0] in ("paths", "webhooks") and len(steps) == 3 and steps[2] in _METHODS:
        return "operation"
    if "callbacks" in steps and steps[-1] in _METHODS:
        return "operation"
    if steps[-2:-1] == ["servers"]:
        return "server"
    if "schema" in steps or steps[:2] == ["components", "schemas"]:
        return "schema"
    if steps[-2:-1] == ["examples"]:
        return "example"
    return "element"


def _identities(extensions: _Object) -> Iterator[tuple[str, str]]:
    """Every requirement id in the extensions of one object, with the pointer to it."""
    single = extensions.get("x-sms-requirement")
    if isinstance(single, str):
        yield "/x-sms-requirement", single
    keywords = extensions.get("x-sms-keywords")
    if isinstance(keywords, dict):
        for keyword, identity in keywords.items():
            if isinstance(identity, str):
                yield pointer("/x-sms-keywords", keyword), identity
    refused = extensions.get("x-sms-refused")
    if isinstance(refused, dict):
        for name, body in refused.items():
            identity = body.get("requirement") if isinstance(body, dict) else None
            if isinstance(identity, str):
                yield pointer("/x-sms-refused", name, "requirement"), identity


def _place(text: str) -> dict[str, str]:
    page, _, lines = text.partition(":")
    return {"page": page, "lines": lines} if lines else {"page": page}


def _component(name: str) -> str | None:
    return pointer("/components/schemas", PurePosixPath(name).stem) if name.startswith("schemas/") else None


def _nearest(word: str, known: Mapping[str, object] | frozenset[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f"Did you mean {close[0]}?" if close else "See extensions.schema.json and requirements.yaml for the known ones"


_NOTHING = object()


def _at(value: Json, path: str) -> object:
    """The value at a JSON Pointer, or _NOTHING."""
    here: object = value
    for step in path.split("/")[1:]:
        token = step.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict):
            here = cast(dict[str, object], here).get(token, _NOTHING)
        elif isinstance(here, list) and token.isdecimal() and int(token) < len(cast(list[object], here)):
            here = cast(list[object], here)[int(token)]
        else:
            return _NOTHING
    return here


def _deny(uri: str) -> Any:
    raise ValueError(f"{uri} is not read")


def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_schema(name), retriever=_deny)


def _schema(name: str) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads((Path(__file__).parent / name).read_text("utf-8")))


_REQUIREMENTS = _validator("requirements.schema.json")
_EXTENSIONS = _validator("extensions.schema.json")
_PLACES: dict[str, list[str]] = {
    name: extension["x-places"] for name, extension in _schema("extensions.schema.json")["properties"].items()
}


def main(arguments: list[str] | None = None) -> int:
    """Write or check every contract; exit code 0, 1 for a contract that is not up to date, 2 for a wrong folder."""
    parser = argparse.ArgumentParser(prog="python -m smsproof_spec.bundle", description="Bundle vendor folders.")
    parser.add_argument("folders", nargs="*", type=Path, help="vendor folders; all of the package if none is named")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a contract is not up to date")
    options = parser.parse_args(arguments)
    folders: list[Path] = options.folders or sorted(path.parent for path in VENDORS.glob("*/openapi.yaml"))
    status = 0
    for folder in folders:
        try:
            if options.check:
                path = folder / "contract.json"
                if not path.exists() or path.read_text("ascii") != render(bundle(folder)):
                    print(f"{folder.name}: contract.json is not up to date. Run python -m smsproof_spec.bundle.")
                    status = max(status, 1)
            elif write(folder):
                print(f"{folder.name}: contract.json is written.")
        except SourceError as error:
            for problem in error.problems:
                print(f"{folder.name}/{problem}", file=sys.stderr)
            status = 2
    return status


if __name__ == "__main__":
    raise SystemExit(main())
