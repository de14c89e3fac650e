"""A document read into its intermediate representation; everything that cannot be served is collected by place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from . import names
from .contents import answers, bodies, is_json, refusals
from .document import Document, JsonObject, as_list, as_object, step
from .intermediate import NONE, Base, Class, Inbound, ListOf, MapOf, Named, Operation, Sdk, Type
from .intermediate import Union as UnionType
from .literal import prose
from .parameters import parameters
from .problem import Problem, SpecError
from .security import Security
from .shapes import Shapes
from .texting import Texting

_VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def read(document: Document, *, module: str, partial: bool = False) -> Sdk:
    """Read a document.

    module    name of the package that it becomes
    partial   leave out what cannot be served, and say so in `Sdk.left_out`, instead of refusing the document
    raises    SpecError with every problem
    """
    return _Reader(document, module, partial).sdk()


class _Reader:
    def __init__(self, document: Document, module: str, partial: bool) -> None:
        self.document = document
        self.root = document.root
        self.module = module
        self.partial = partial
        self.problems: list[Problem] = []
        self.shapes = Shapes(document, self.problems)
        self.unique_method = names.Unique()
        self.unique_constant = names.Unique(("PROFILE",))
        self.security = Security(document, self.shapes)
        says = any(key in self.root for key in ("x-sms-client", "x-sms-vendor"))
        self.texting = Texting(document, self.shapes) if says else None

    def sdk(self) -> Sdk:
        info = as_object(self.root.get("info"))
        client = as_object(self.root.get("x-sms-client"))
        name = client.get("name")
        title = str(info.get("title") or "API")
        client_name = names.pascal(name if isinstance(name, str) else title, "Api")
        operations = tuple(self._operations())
        inbound = tuple(self._inbound())
        for key in as_object(as_object(self.root.get("components")).get("schemas")):
            # Also what no operation mentions: heirs, what is passed as text, what people look for by name.
            self.shapes.type_of({"$ref": f"#{step('/components/schemas', key)}"}, "", key)
        if not isinstance(self.root.get("paths"), dict) and not self.shapes.classes and not self.problems:
            self.shapes.problem("", "there is no operation and no schema", "Is it an OpenAPI document?")
        if self.problems and (not self.partial or not (operations or self.shapes.classes)):
            raise SpecError(self.problems)
        segments = client.get("segments")
        vendor = self.root.get("x-sms-vendor")
        return Sdk(
            module=self.module,
            client=client_name,
            title=prose(title),
            version=prose(str(info.get("version") or "0")),
            doc=prose(str(info.get("summary") or info.get("description") or "")),
            servers=tuple(self._servers()),
            schemes=tuple(self.security.schemes.values()),
            classes=self._classes(inbound, operations),
            families=self.shapes.families,
            operations=operations,
            inbound=inbound,
            vendor=vendor if isinstance(vendor, str) else None,
            segments=segments if segments in ("standard", "documented") else None,
            left_out=tuple(str(problem) for problem in self.problems),
        )

    def _classes(self, inbound: tuple[Inbound, ...], operations: tuple[Operation, ...]) -> tuple[Class, ...]:
        bases: dict[str, Base] = {call.body: "SignedInbound" if call.secret else "StatusInbound" for call in inbound}
        sent = {of.name for of in self._within(*self._sent(operations)) if isinstance(of, Named)}
        return tuple(
            replace(
                found,
                base=bases.get(found.name, "Model"),
                fields=tuple(
                    # What only the vendor writes cannot be asked of somebody who sends the object.
                    replace(field, required=field.required and not (field.read_only and found.name in sent))
                    for field in found.fields
                ),
            )
            for found in self.shapes.classes
        )

    @staticmethod
    def _sent(operations: tuple[Operation, ...]) -> list[Type]:
        return [body.type for operation in operations for body in operation.bodies]

    def _within(self, *types: Type) -> Iterator[Type]:
        """Every type that these are made of, through classes and families."""
        inner = {found.name: [field.type for field in found.fields] for found in self.shapes.classes}
        inner |= {family.name: list(family.members) for family in self.shapes.families}
        waiting, seen = [*types], set[str]()
        while waiting:
            of = waiting.pop()
            yield of
            match of:
                case Named(name):
                    if name not in seen:
                        seen.add(name)
                        waiting += inner.get(name, [])
                case ListOf(item) | MapOf(item):
                    waiting.append(item)
                case UnionType(members):
                    waiting += members
                case _:
                    pass

    # Servers

    def _servers(self) -> Iterator[tuple[str, str]]:
        unique = names.Unique()
        for at, given in enumerate(as_list(self.root.get("servers"))):
            url = _server_url(given)
            region = as_object(given).get("x-sms-region")
            name = prose(region) if isinstance(region, str) else "default" if at == 0 else f"server_{at + 1}"
            if url.startswith(("https://", "http://")):  # where a relative one stands is for the user to say
                yield unique(name), url

    def _own_server(self, operation: JsonObject, item: JsonObject) -> str | None:
        """Where one operation goes, when not where the others go."""
        own = operation.get("servers") or item.get("servers")
        found = next((url for url in map(_server_url, as_list(own)) if url), None)
        return None if found in [_server_url(server) for server in as_list(self.root.get("servers"))] else found

    # Operations

    def _operations(self) -> Iterator[Operation]:
        paths = self.root.get("paths")
        for path, given in as_object(paths).items():
            pointer = step("/paths", path)
            item, place = self.shapes.resolve(given, pointer)
            for verb in _VERBS:
                if isinstance(item.get(verb), dict):
                    before = len(self.problems)
                    found = self._operation(path, verb, item, step(place, verb))
                    if len(self.problems) == before:
                        yield found

    def _operation(self, path: str, verb: str, item: JsonObject, pointer: str) -> Operation:
        given = as_object(item[verb])
        if not path.startswith("/") or not path.isascii() or not path.isprintable() or " " in path:
            self.shapes.problem(
                pointer.rsplit("/", 1)[0], "the path is no path", "A path starts with / and is printable ASCII."
            )
        wanted = given.get("x-sms-method")
        id = given.get("operationId")
        base = str(wanted or id or f"{verb} {path}")
        method = self.unique_method(names.method(base))
        taken, body_required = bodies(self.shapes, given, pointer, base)
        given_back, accept = answers(self.shapes, given, pointer, base)
        operation = Operation(
            id=prose(str(id or base)),
            method=method,
            constant=self.unique_constant(names.constant(method)),
            verb=verb.upper(),
            path=path,
            summary=prose(str(given.get("summary") or "")),
            description=prose(str(given.get("description") or "")),
            parameters=tuple(parameters(self.shapes, path, item, given, pointer, base)),
            bodies=taken,
            body_required=body_required,
            answers=given_back,
            refusals=tuple(refusals(self.shapes, given, pointer)),
            security=self.security.alternatives(given, pointer),
            pointer=pointer,
            accept=accept,
            server=self._own_server(given, item),
            paid=given.get("x-sms-paid") is True,
            nullable=NONE in self._within(*(body.type for body in taken if body.kind == "json")),
            deprecated=given.get("deprecated") is True,
        )
        if self.texting is None:
            return operation
        try:
            return self.texting.described(operation, given)
        except (KeyError, TypeError, ValueError):
            # The extensions' own schema is held against our contracts; others' may have any form.
            self.shapes.problem(pointer, "an x-sms-* extension has another form", "See extensions.schema.json.")
            return operation

    # What the vendor sends

    def _inbound(self) -> Iterator[Inbound]:
        seen: set[str] = set()
        for name, pointer, given in self._calls():
            told = as_object(given.get("x-sms-inbound"))
            request, place = self.shapes.resolve(given.get("requestBody"), step(pointer, "requestBody"))
            for media, content in as_object(request.get("content")).items():
                if not is_json(media):
                    continue
                schema = as_object(content).get("schema")
                of = self.shapes.type_of(schema, step(place, "content", media, "schema"), f"{name} body")
                if (
                    self.texting is not None
                    and told
                    and self.shapes.class_named(body := _name(of))
                    and body not in seen
                ):
                    seen.add(body)
                    yield self.texting.inbound(name, body, told, prose(str(given.get("summary") or "")))

    def _calls(self) -> Iterator[tuple[str, str, JsonObject]]:
        """Webhooks, and the callbacks of operations."""
        for name, given in as_object(self.root.get("webhooks")).items():
            item, place = self.shapes.resolve(given, step("/webhooks", name))
            for verb in _VERBS:
                if isinstance(item.get(verb), dict):
                    yield name, step(place, verb), as_object(item[verb])
        for path, given in as_object(self.root.get("paths")).items():
            item, place = self.shapes.resolve(given, step("/paths", path))
            for verb in _VERBS:
                for name, callback in as_object(as_object(item.get(verb)).get("callbacks")).items():
                    found, spot = self.shapes.resolve(callback, step(place, verb, "callbacks", name))
                    for expression, target in found.items():
                        call, where = self.shapes.resolve(target, step(spot, expression))
                        for inner in _VERBS:
                            if isinstance(call.get(inner), dict):
                                yield name, step(where, inner), as_object(call[inner])


def _name(of: Type) -> str:
    return of.name if isinstance(of, Named) else ""


def _server_url(given: object) -> str:
    """A server's URL with the defaults of its variables; "" when it is none that requests can go to."""
    server = as_object(given)
    url = str(server.get("url") or "")
    for key, variable in as_object(server.get("variables")).items():
        url = url.replace("{" + key + "}", str(as_object(variable).get("default", "")))
    usable = url.startswith(("https://", "http://", "/")) and not url.startswith("//") and "{" not in url
    return url.rstrip("/") if usable and url.isascii() and url.isprintable() and " " not in url else ""
