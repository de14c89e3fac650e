"""A vendor's contract as every room reads it: contract.json and its requirements, from the standard library alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast

Party = Literal["V", "C", "R"]
Provenance = Literal["stated", "example", "implied", "public", "third-party", "assumption"]
Object = dict[str, Any]

_FOLDER = Path(__file__).parent / "vendors"
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})

VENDORS: tuple[str, ...] = tuple(sorted(path.parent.name for path in _FOLDER.glob("*/contract.json")))
"""The vendors that have a contract: one folder each, so a third one needs no line of code."""


class ContractError(ValueError):
    """A contract that is not there, or a place in it that is not there."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands.

    page   short name of a page (`Contract.pages` has its title and address), or of an entry "P-…" of the papers.
    lines  "14" or "8-9" in the page's stored text; None where the page as a whole is meant.
    """

    page: str
    lines: str | None

    def __str__(self) -> str:
        return self.page if self.lines is None else f"{self.page}:{self.lines}"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One rule of the contract.

    id              as in the requirements paper, "IP-SEND-03"; "…-HOUSE-…" for a rule that no page gives.
    section         "2A" to "2O", or "house".
    provenance      how it is known.
    agreed          an example whose keys and JSON types everybody agrees on.
    parties         who must obey: "V" the vendor, "C" the client, "R" the customer's receiver.
    statement       the rule in our own words, one sentence or more.
    source          where it stands.
    not_observable  why no traffic can show it, for each party of which that is so.
    alternatives    readings that are accepted as well, each beginning with the row that decided it.
    note            what else there is to know, or None.
    """

    id: str
    section: str
    provenance: Provenance
    agreed: bool
    parties: tuple[Party, ...]
    statement: str
    source: tuple[Source, ...]
    not_observable: Mapping[Party, str] = field(hash=False)
    alternatives: tuple[str, ...]
    note: str | None

    @property
    def binding(self) -> bool:
        """Whether breaking it fails a target; otherwise it warns (design.md, severity is provenance)."""
        return self.provenance == "stated" or self.agreed

    @property
    def counted(self) -> bool:
        """Whether it is one of the requirements of the vendor's pages, those that coverage counts."""
        return self.section != "house"

    def observable_by(self, party: Party) -> bool:
        """Whether traffic can show that this party obeys."""
        return party in self.parties and party not in self.not_observable


@dataclass(frozen=True, slots=True)
class Example:
    """A documented body: its value, the pages' lines, and a note on what was changed in it."""

    name: str
    summary: str
    value: Any = field(hash=False)
    source: tuple[Source, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class Body:
    """A request or answer body in one media type.

    media_type  as in "application/json".
    schema      with local references into the contract's document.
    pointer     of that schema in the document.
    examples    the documented ones.
    """

    media_type: str
    schema: Object = field(hash=False)
    pointer: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """An answer under one status: "202", a range like "2XX", or "default"; body is None where none is described."""

    status: str
    description: str
    requirement: str | None
    body: Body | None
    pointer: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A request body that stands in the pages as raw text and must be refused all the same."""

    name: str
    summary: str
    text: str
    requirement: str
    source: tuple[Source, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One call to the vendor, or from the vendor.

    id           the operationId.
    method       in upper case.
    path         as in the document; for a webhook its name.
    request      the request body, or None.
    parameters   as in the document.
    responses    by status.
    refused      request bodies of the pages that must be refused.
    extensions   the operation's own x-sms-* members, by name.
    pointer      of the operation in the document.
    """

    id: str
    method: str
    path: str
    request: Body | None
    parameters: tuple[Object, ...] = field(hash=False)
    responses: Mapping[str, Response] = field(hash=False)
    refused: tuple[Refused, ...]
    extensions: Mapping[str, Any] = field(hash=False)
    pointer: str

    @property
    def public(self) -> bool:
        """Whether it comes from another page of the vendor: outside fuzz and coverage."""
        return self.extensions.get("x-sms-provenance") == "public"

    def response(self, status: int) -> Response | None:
        """The answer that the contract describes for an HTTP status: exact, else by range, else the default."""
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in self.responses:
                return self.responses[key]
        return None


@dataclass(frozen=True)
class Contract:
    """A vendor's contract.

    vendor        "intelepeer", "messangi", …
    document      the OpenAPI 3.1 document; read it, never change it.
    requirements  by id, in the order of the paper.
    hash          SHA-256 of contract.json, in hexadecimal.
    """

    vendor: str
    document: Object = field(hash=False, repr=False)
    requirements: Mapping[str, Requirement] = field(hash=False, repr=False)
    hash: str

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """The calls to the vendor by operationId."""
        return MappingProxyType({call.id: call for call in _operations(self.document, "paths")})

    @cached_property
    def webhooks(self) -> Mapping[str, Operation]:
        """The calls from the vendor by operationId."""
        return MappingProxyType({call.id: call for call in _operations(self.document, "webhooks")})

    @property
    def schemas(self) -> Mapping[str, Object]:
        """The component schemas by name."""
        return cast(Mapping[str, Object], self.document["components"]["schemas"])

    @property
    def servers(self) -> Mapping[str, str]:
        """Base URLs by region."""
        return {server.get("x-sms-region", server["url"]): server["url"] for server in self.document["servers"]}

    @property
    def pages(self) -> Mapping[str, Mapping[str, str]]:
        """Title and url of the vendor's pages, by the short names that sources use."""
        return cast(Mapping[str, Mapping[str, str]], self.document.get("x-sms-pages", {}))

    def at(self, pointer: str) -> Any:
        """The value at a JSON Pointer into the document; steps through `$ref` follow it.

        raises    ContractError if there is none.
        """
        *_, last = self._steps(pointer)
        return last

    def requirement_of(self, pointer: str, value: object) -> str | None:
        """The requirement that a value breaks at a keyword of a schema: that of the place, unless it is tolerated.

        pointer   of the keyword, as for `requirement_at`.
        value     what stands there; a value outside of an enum may belong to a lesser requirement (x-sms-tolerated).
        """
        schema, _, keyword = pointer.rpartition("/")
        if keyword == "enum" and isinstance(value, str):
            tolerated: Mapping[str, str] = self.at(schema).get("x-sms-tolerated", {})
            if value in tolerated:
                return tolerated[value]
        return self.requirement_at(pointer)

    def requirement_at(self, pointer: str) -> str | None:
        """The id of the requirement that a place in the document writes down, or None.

        pointer   JSON Pointer into the document, such as the schema path of a validator's error (jsonschema-rs:
                  `error.schema_path`). It may pass through `$ref`, and it may go on below what exists. For a missing
                  key, ask for the pointer of that property, not of the keyword `required`.
        returns   that of the keyword itself (x-sms-keywords), else that of the nearest object around it.
        """
        found: str | None = None
        tokens = _tokens(pointer)
        node: Any = self.document
        for depth in range(len(tokens) + 1):
            if isinstance(node, dict):
                members = cast(Object, node)
                found = members.get("x-sms-requirement", found)
                if depth < len(tokens):
                    found = members.get("x-sms-keywords", {}).get(tokens[depth], found)
            if depth == len(tokens):
                break
            node = self._step(node, tokens[depth])
            if node is None:
                break
        return found

    def _steps(self, pointer: str) -> Iterator[Any]:
        node: Any = self.document
        yield node
        for token in _tokens(pointer):
            node = self._step(node, token)
            if node is None:
                raise ContractError(f"{self.vendor}: there is nothing at {pointer} in the contract, from {token!r} on.")
            yield node

    def _step(self, node: Any, token: str) -> Any:
        """One step down; a step into `$ref`, or past an object that is only a reference, goes to its target."""
        while isinstance(node, dict) and "$ref" in node and (token == "$ref" or token not in node):
            target: str = cast(Object, node)["$ref"]
            node = self.at(target.removeprefix("#"))
            if token == "$ref":
                return node
        if isinstance(node, dict):
            return cast(Object, node).get(token)
        if isinstance(node, list) and token.isdecimal() and int(token) < len(cast(list[Any], node)):
            return cast(list[Any], node)[int(token)]
        return None


@cache
def load(vendor: str) -> Contract:
    """The contract of one vendor, read once.

    vendor    one of VENDORS.
    raises    ContractError if there is no such vendor.
    """
    if vendor not in VENDORS:
        raise ContractError(f"There is no contract of {vendor!r}. The vendors are {', '.join(VENDORS)}.")
    return read(_FOLDER / vendor / "contract.json")


def read(path: Path) -> Contract:
    """The contract in a contract.json anywhere: for a vendor that is not part of the package."""
    data = path.read_bytes()
    document: Object = json.loads(data)
    entries: dict[str, Object] = document["x-sms-requirements"]
    requirements = {identity: _requirement(identity, entry) for identity, entry in entries.items()}
    return Contract(
        vendor=document["x-sms-vendor"],
        document=document,
        requirements=MappingProxyType(requirements),
        hash=hashlib.sha256(data).hexdigest(),
    )


def _requirement(identity: str, entry: Object) -> Requirement:
    return Requirement(
        id=identity,
        section=entry["section"],
        provenance=entry["provenance"],
        agreed=entry["agreed"],
        parties=tuple(entry["parties"]),
        statement=entry["statement"],
        source=_sources(entry["source"]),
        not_observable=MappingProxyType(entry.get("not_observable", {})),
        alternatives=tuple(entry.get("alternatives", ())),
        note=entry.get("note"),
    )


def _operations(document: Object, kind: Literal["paths", "webhooks"]) -> Iterator[Operation]:
    items: dict[str, Object] = document.get(kind, {})
    for path, item in items.items():
        for method, call in item.items():
            if method in _METHODS:
                yield _operation(call, method, path, f"/{kind}/{_escaped(path)}/{method}")


def _operation(call: Object, method: str, path: str, pointer: str) -> Operation:
    responses: dict[str, Object] = call.get("responses", {})
    refused: dict[str, Object] = call.get("x-sms-refused", {})
    return Operation(
        id=call["operationId"],
        method=method.upper(),
        path=path,
        request=_body(call.get("requestBody"), f"{pointer}/requestBody"),
        parameters=tuple(call.get("parameters", ())),
        responses=MappingProxyType(
            {status: _response(status, entry, f"{pointer}/responses/{status}") for status, entry in responses.items()}
        ),
        refused=tuple(
            Refused(name, body["summary"], body["text"], body["requirement"], _sources(body["source"]), body["note"])
            for name, body in refused.items()
        ),
        extensions=MappingProxyType({key: value for key, value in call.items() if key.startswith("x-sms-")}),
        pointer=pointer,
    )


def _response(status: str, entry: Object, pointer: str) -> Response:
    return Response(status, entry["description"], entry.get("x-sms-requirement"), _body(entry, pointer), pointer)


def _body(holder: Object | None, pointer: str) -> Body | None:
    """The first media type is the one: neither vendor has two."""
    content: dict[str, Object] = {} if holder is None else holder.get("content", {})
    for media_type, entry in content.items():
        return Body(
            media_type=media_type,
            schema=entry.get("schema", {}),
            pointer=f"{pointer}/content/{_escaped(media_type)}/schema",
            examples=tuple(
                Example(
                    name,
                    example.get("summary", ""),
                    example["value"],
                    _sources(example.get("x-sms-source", [])),
                    example.get("x-sms-note"),
                )
                for name, example in cast(dict[str, Object], entry.get("examples", {})).items()
            ),
        )
    return None


def _sources(places: list[dict[str, str]]) -> tuple[Source, ...]:
    return tuple(Source(place["page"], place.get("lines")) for place in places)


def _tokens(pointer: str) -> list[str]:
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")
