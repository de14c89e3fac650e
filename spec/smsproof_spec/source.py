"""The files of a vendor's folder, read strictly: YAML and JSON to plain values, or to every mistake in them.

The only module that reads YAML. YAML has many ways to mean something else than what stands there, so most of them are
refused: aliases can explode, tags can construct, `+13038675309` is an integer without its plus sign, `010` is eight to
one reader and ten to another. What is left is JSON with less punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, DocumentStartEvent

from .rules import Malformed, strict_json

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

MAX_BYTES = 1_048_576  # a contract is written by hand: the larger of ours has 60 kB
MAX_DEPTH = 64

_JSON_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake of the spec author.

    file     path inside the vendor's folder.
    line     counted from 1; None where only the pointer is known.
    pointer  JSON Pointer (RFC 6901) of the place, "" for the whole file.
    what     what is wrong there.
    hint     what to do about it.
    """

    file: str
    line: int | None
    pointer: str
    what: str
    hint: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        at = f" at {self.pointer}" if self.pointer else ""
        return f"{place}{at}: {self.what}. {self.hint}."


class SourceError(Exception):
    """The vendor's folder cannot become a contract; `problems` holds every mistake that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda problem: (problem.file, problem.line or 0, problem)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Source:
    """One file that was read.

    name    path inside the vendor's folder, with slashes.
    value   plain dicts, lists and scalars.
    lines   line of each JSON pointer, from 1; empty for a JSON file.
    """

    name: str
    value: Json
    lines: dict[str, int]

    def problem(self, pointer: str, what: str, hint: str) -> Problem:
        return Problem(self.name, self.lines.get(pointer), pointer, what, hint)


def read(folder: Path, name: str) -> Source:
    """Read one file of a vendor's folder.

    raises    SourceError with every mistake of the file: not there, a link out of the folder, larger than 1 MiB, not
              UTF-8, nested deeper than 64, a key twice or not a string, an anchor, alias, tag, merge key or directive,
              a second document, a scalar that is no JSON value.
    """
    path = folder / name
    if path.exists() and not path.resolve().is_relative_to(folder.resolve()):
        raise SourceError([Problem(name, None, "", "the file is a link that leaves the vendor's folder", "Copy it in")])
    if path.exists() and not path.is_file():
        raise SourceError([Problem(name, None, "", "this is no regular file", "Write one")])
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceError([Problem(name, None, "", error.strerror or "cannot be read", "Write the file")]) from error
    if len(data) > MAX_BYTES:
        hint = "Move what does not belong into a contract out of it"
        raise SourceError([Problem(name, None, "", f"the file is larger than {MAX_BYTES} bytes", hint)])
    return _json(name, data) if name.endswith(".json") else _yaml(name, data)


def pointer(parent: str, *tokens: str | int) -> str:
    """A JSON Pointer one or more steps below another (RFC 6901 section 3)."""
    return "".join([parent, *("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)])


def _json(name: str, data: bytes) -> Source:
    value = strict_json(data, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
    if isinstance(value, Malformed):
        line = None if value.position is None else data.count(b"\n", 0, value.position) + 1
        what = f"this is no JSON text we take ({value.kind}): {value.detail}"
        raise SourceError([Problem(name, line, "", what, "Correct the file")])
    return Source(name, value, {})


def _yaml(name: str, data: bytes) -> Source:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError([Problem(name, line, "", "these bytes are not UTF-8", "Save the file as UTF-8")]) from error
    try:
        problems = list(_trickery(name, text))
        if problems:
            raise SourceError(problems)
        node: _Node | None = _parser().compose(text)
    except YAMLError as error:
        raise SourceError([_bad_syntax(name, error)]) from error
    reader = _Reader(name)
    value = None if node is None else reader.value(node, "")
    if reader.problems:
        raise SourceError(reader.problems)
    return Source(name, value, reader.lines)


def _bad_syntax(name: str, error: Any) -> Problem:
    if not isinstance(error, MarkedYAMLError):
        return Problem(name, None, "", f"this is no YAML: {str(error).splitlines()[0]}", "Correct the syntax")
    marked: Any = error
    line = None if marked.problem_mark is None else marked.problem_mark.line + 1
    return Problem(name, line, "", f"this is no YAML: {marked.problem or marked.context}", "Correct the syntax")


def _parser() -> Any:
    return YAML(typ="safe", pure=True)  # YAML 1.2; one instance reads one text


def _trickery(name: str, text: str) -> Iterator[Problem]:
    """What is seen in the events alone, before anything is built: no alias is followed, no depth recursed into."""
    depth = documents = 0
    event: Any
    for event in _parser().parse(text):
        line: int = event.start_mark.line + 1
        kind = cast(type[object], type(event))
        if issubclass(kind, DocumentStartEvent):
            documents += 1
            if documents == 2:
                yield Problem(name, line, "", "a second document starts here", "Keep one document in a file")
            if event.version is not None or event.tags:
                yield Problem(name, line, "", "a % directive changes how the file is read", "Take it away")
        if issubclass(kind, AliasEvent):
            yield Problem(name, line, "", f"*{event.anchor} is an alias", "Write the value out, or make it a $ref")
        elif getattr(event, "anchor", None) is not None:
            yield Problem(name, line, "", f"&{event.anchor} is an anchor", "Take it away: aliases are not followed")
        # A quoted scalar has the string's tag though the text has none; any other tag was written by hand.
        tag = getattr(event, "tag", None)
        if tag is not None and not (tag == _TAG + "str" and getattr(event, "style", None)):
            yield Problem(name, line, "", f"{tag} is a tag", "Take it away: values are plain JSON")
        if issubclass(kind, CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                hint = "Name the inner parts and refer to them"
                yield Problem(name, line, "", f"nested deeper than {MAX_DEPTH}", hint)
                return
        elif issubclass(kind, CollectionEndEvent):
            depth -= 1


class _Mark(Protocol):
    line: int  # from 0


class _Node(Protocol):
    """What we need of a ruamel node, typed: its id is "scalar", "sequence" or "mapping", its value accordingly."""

    id: str
    tag: str
    value: Any
    start_mark: _Mark


class _Reader:
    """Builds the value of one YAML file, noting the line of everything and whatever JSON could not say."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []

    def value(self, node: _Node, at: str) -> Json:
        self.lines[at] = node.start_mark.line + 1
        if node.id == "mapping":
            return self.mapping(node.value, at)
        if node.id == "sequence":
            return self.sequence(node.value, at)
        return self.scalar(node, at)

    def sequence(self, nodes: list[_Node], at: str) -> Json:
        return [self.value(node, pointer(at, index)) for index, node in enumerate(nodes)]

    def mapping(self, pairs: list[tuple[_Node, _Node]], at: str) -> Json:
        members: dict[str, Json] = {}
        for key, node in pairs:
            if key.id != "scalar":
                self.problem(key, at, "a key is a collection", "Use a string")
            elif key.tag != _TAG + "str":
                self.problem(key, at, f"the key {key.value} is no string", f'Quote it: "{key.value}"')
            elif key.value in members:
                where = pointer(at, key.value)
                self.problem(key, where, f"the key {key.value} stands twice", "Take one of them away")
            else:
                members[key.value] = self.value(node, pointer(at, key.value))
        return members

    def scalar(self, node: _Node, at: str) -> Json:
        text: str = node.value
        match node.tag.removeprefix(_TAG):
            case "str":
                if any("\ud800" <= character <= "\udfff" for character in text):
                    self.problem(node, at, "half of a surrogate pair is no character", r"Write \U and eight digits")
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int" if _JSON_INTEGER.fullmatch(text):
                return int(text)
            case "float" if _JSON_NUMBER.fullmatch(text):
                return float(text)
            case "int" if text.startswith("+"):
                what = f"{text} is a number to YAML, which eats its plus sign"
                self.problem(node, at, what, f'Quote it: "{text}"')
            case kind:
                what = f"{text} is a YAML {kind} that JSON does not know"
                self.problem(node, at, what, f'Quote it if it is a text: "{text}"; else write it as JSON does')
        return text

    def problem(self, node: _Node, at: str, what: str, hint: str) -> None:
        self.problems.append(Problem(self.name, node.start_mark.line + 1, at, what, hint))
