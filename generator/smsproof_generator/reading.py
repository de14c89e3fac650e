"""A document read into its intermediate representation; everything that cannot be served is collected by place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from . import names
from .document import Document, JsonObject, as_list, as_object, step
from .intermediate import (
    ANY,
    NONE,
    Answer,
    Base,
    Body,
    Class,
    Inbound,
    ListOf,
    MapOf,
    Named,
    Operation,
    Parameter,
    Refusal,
    Scalar,
    Scheme,
    Sdk,
    Type,
    one_of,
)
from .intermediate import Union as UnionType
from .literal import prose
from .problem import Problem, SpecError
from .shapes import Shapes
from .texting import Texting

_VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_ALLOWED_STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
# The client sets these itself (OpenAPI 3.1, "Parameter Object").
_OWN_HEADERS = ("accept", "content-type", "authorization")


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
        self.left_out: list[str] = []
        self.shapes = Shapes(document, self.problems)
        self.unique_method = names.Unique()
        self.unique_constant = names.Unique()
        self.schemes = {scheme.name: scheme for scheme in self._schemes()}

    def sdk(self) -> Sdk:
        info = as_object(self.root.get("info"))
        client = as_object(self.root.get("x-sms-client"))
        name = client.get("name")
        title = str(info.get("title") or "API")
        client_name = name if isinstance(name, str) and name.isidentifier() else names.pascal(title, "Api")
        operations = tuple(self._operations())
        inbound = tuple(self._inbound())
        if client or not operations:
            # A texting contract is small, and its readers want every object of it; a document without operations has
            # nothing else to give.
            for key in as_object(as_object(self.root.get("components")).get("schemas")):
                self.shapes.type_of({"$ref": f"#/components/schemas/{step('', key)[1:]}"}, "", key)
        if not operations and not self.shapes.classes and not self.problems:
            self._problem("", "there is no operation and no schema", "Is it an OpenAPI document?")
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
            schemes=tuple(self.schemes.values()),
            classes=self._classes(inbound),
            operations=operations,
            inbound=inbound,
            vendor=vendor if isinstance(vendor, str) else None,
            segments=segments if segments in ("standard", "documented") else None,
            left_out=tuple(self.left_out),
        )

    def _problem(self, pointer: str, what: str, hint: str) -> None:
        self.problems.append(Problem(self.document.name, pointer, what, hint))

    def _classes(self, inbound: tuple[Inbound, ...]) -> tuple[Class, ...]:
        bases: dict[str, Base] = {call.body: "SignedInbound" if call.secret else "StatusInbound" for call in inbound}
        return tuple(replace(found, base=bases.get(found.name, "Model")) for found in self.shapes.classes)

    # Servers and security

    def _servers(self) -> Iterator[tuple[str, str]]:
        unique = names.Unique()
        for at, given in enumerate(as_list(self.root.get("servers"))):
            server = as_object(given)
            url = str(server.get("url") or "")
            for key, variable in as_object(server.get("variables")).items():
                url = url.replace("{" + key + "}", str(as_object(variable).get("default", "")))
            region = server.get("x-sms-region")
            if not url.startswith(("https://", "http://")) or "{" in url or not url.isascii() or not url.isprintable():
                continue  # a relative server: the user says where it stands
            yield unique(str(region) if isinstance(region, str) else "default" if at == 0 else f"server_{at + 1}"), url

    def _schemes(self) -> Iterator[Scheme]:
        client = as_object(self.root.get("x-sms-client"))
        token_env = client.get("token-env")
        unique = names.Unique(("server", "options", "self"))
        given = as_object(as_object(self.root.get("components")).get("securitySchemes"))
        bearers = 0
        for name, value in given.items():
            pointer = step("/components/securitySchemes", name)
            scheme, _ = self.shapes.resolve(value, pointer)
            kind, field = self._scheme_kind(scheme)
            if kind is None:
                continue
            env = token_env if isinstance(token_env, str) and not bearers else None
            if kind == "bearer":
                bearers += 1
                argument = "token" if bearers == 1 else names.argument(name)
            elif kind == "basic":
                argument = "login"
            else:
                argument = "api_key" if kind != "cookie" else names.argument(name)
            argument = unique(argument)
            yield Scheme(name, argument, kind, field, env, prose(str(scheme.get("description") or "")))

    @staticmethod
    def _scheme_kind(scheme: JsonObject) -> tuple[str | None, str]:
        kind = scheme.get("type")
        if kind == "http" and str(scheme.get("scheme", "")).lower() == "basic":
            return "basic", "Authorization"
        if kind in ("http", "oauth2", "openIdConnect"):
            return "bearer", "Authorization"
        if kind == "apiKey" and scheme.get("in") in ("header", "query", "cookie") and scheme.get("name"):
            return str(scheme["in"]), str(scheme["name"])
        return None, ""

    def _security(self, operation: JsonObject, pointer: str) -> tuple[tuple[str, ...], ...]:
        """Alternatives that this client can serve; empty when none is needed."""
        given = operation.get("security", self.root.get("security"))
        served: list[tuple[str, ...]] = []
        unserved: list[str] = []
        for alternative in as_list(given):
            wanted = tuple(as_object(alternative))
            if all(name in self.schemes for name in wanted):
                served.append(wanted)
            else:
                unserved += [name for name in wanted if name not in self.schemes]
        if unserved and not served:
            self._problem(
                step(pointer, "security"),
                f"no security scheme that can be served: {prose(', '.join(unserved))}",
                "Served are http bearer and basic, apiKey, oauth2 and openIdConnect (as a bearer token).",
            )
        return () if () in served else tuple(served)

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
                    elif self.partial:
                        self.left_out += [str(problem) for problem in self.problems[before:]]

    def _operation(self, path: str, verb: str, item: JsonObject, pointer: str) -> Operation:
        given = as_object(item[verb])
        if not path.startswith("/") or not path.isascii() or not path.isprintable() or " " in path:
            self._problem(
                pointer.rsplit("/", 1)[0], "the path is no path", "A path starts with / and is printable ASCII."
            )
        wanted = given.get("x-sms-method")
        id = given.get("operationId")
        base = str(wanted or id or f"{verb} {path}")
        method = self.unique_method(names.method(base))
        parameters = tuple(self._parameters(path, item, given, pointer, base))
        bodies, body_required = self._bodies(given, pointer, base)
        paid = given.get("x-sms-paid") is True
        refusals = tuple(self._refusals(given, pointer))
        answers = tuple(self._answers(given, pointer, base))
        operation = Operation(
            id=prose(str(id or base)),
            method=method,
            constant=self.unique_constant(names.constant(method)),
            verb=verb.upper(),
            path=path,
            summary=prose(str(given.get("summary") or "")),
            description=prose(str(given.get("description") or "")),
            parameters=parameters,
            bodies=bodies,
            body_required=body_required,
            answers=answers,
            refusals=refusals,
            security=self._security(given, pointer),
            pointer=pointer,
            paid=paid,
            nullable=self._may_send_null(bodies),
            deprecated=given.get("deprecated") is True,
        )
        return Texting(self.document, self.shapes).described(operation, given)

    def _parameters(
        self, path: str, item: JsonObject, operation: JsonObject, pointer: str, hint: str
    ) -> Iterator[Parameter]:
        found: dict[tuple[str, str], tuple[JsonObject, str]] = {}
        for place, given in ((pointer.rsplit("/", 1)[0], item), (pointer, operation)):
            for at, value in enumerate(as_list(given.get("parameters"))):
                spot = step(place, "parameters", at)
                parameter, _ = self.shapes.resolve(value, spot)
                name, where = parameter.get("name"), parameter.get("in")
                if isinstance(name, str) and name and isinstance(where, str) and where in _STYLES:
                    found[name, where] = (parameter, spot)
                elif parameter:
                    self._problem(spot, "a parameter without a name or a place", "Give `name` and `in`.")
        in_path = _braces(path)
        for name in in_path:
            if (name, "path") not in found:
                found[name, "path"] = ({"name": name, "in": "path", "schema": {"type": "string"}}, pointer)
        unique = names.Unique()
        for (name, where), (parameter, spot) in found.items():
            if where == "header" and name.lower() in _OWN_HEADERS:
                continue
            if where == "path" and name not in in_path:
                continue
            if where in ("header", "cookie") and not _is_token(name):
                self._problem(spot, f"{prose(name)[:80]} is no {where} name", "RFC 9110 section 5.6.2 says what is.")
                continue
            yield self._parameter(name, where, parameter, spot, hint, unique)

    def _parameter(
        self, name: str, where: str, given: JsonObject, spot: str, hint: str, unique: names.Unique
    ) -> Parameter:
        content = as_object(given.get("content"))
        style = str(given.get("style") or _STYLES[where])
        if content:
            media = next(iter(content))
            schema, place = as_object(content[media]).get("schema"), step(spot, "content", media, "schema")
            style = "json" if _is_json(media) else _STYLES[where]
        else:
            schema, place = given.get("schema"), step(spot, "schema")
            if style not in _ALLOWED_STYLES[where]:
                self._problem(
                    step(spot, "style"), f"style {prose(style)[:40]} in {where}", "Use a style of that place."
                )
                style = _STYLES[where]
        explode = given.get("explode")
        of = self.shapes.type_of(schema, place, f"{hint} {name}")
        doc = given.get("description") or as_object(schema).get("description") or ""
        role = as_object(schema).get("x-sms-address")
        return Parameter(
            name=unique(names.argument(name)),
            wire=name,
            place=where,
            style=style,
            explode=explode if isinstance(explode, bool) else style in ("form", "deepObject"),
            required=where == "path" or given.get("required") is True,
            allow_reserved=given.get("allowReserved") is True,
            type=of,
            doc=prose(str(doc)),
            address=role if isinstance(role, str) else None,
        )

    def _bodies(self, operation: JsonObject, pointer: str, hint: str) -> tuple[tuple[Body, ...], bool]:
        if "requestBody" not in operation:
            return (), False
        body, place = self.shapes.resolve(operation["requestBody"], step(pointer, "requestBody"))
        found: list[Body] = []
        for media, given in as_object(body.get("content")).items():
            spot = step(place, "content", media, "schema")
            schema = as_object(given).get("schema")
            if not media.isascii() or not media.isprintable() or "/" not in media:
                self._problem(step(place, "content", media), "no media type", "Write it as type/subtype.")
                continue
            kind = _body_kind(media)
            text: Type = one_of([Scalar("str"), Scalar("bytes")])
            of = text if kind in ("text", "bytes") else self.shapes.type_of(schema, spot, f"{hint} request")
            found.append(Body(media if "*" not in media else "application/octet-stream", kind, of))
        return tuple(found), body.get("required") is True

    def _answers(self, operation: JsonObject, pointer: str, hint: str) -> Iterator[Answer]:
        for status, given in as_object(operation.get("responses")).items():
            code = _status(status)
            if not (isinstance(code, int) and 200 <= code < 300) and code != "2XX":
                continue
            response, place = self.shapes.resolve(given, step(pointer, "responses", status))
            content = as_object(response.get("content"))
            doc = prose(str(response.get("description") or ""))
            media = next((media for media in content if _is_json(media)), next(iter(content), None))
            if media is None:
                yield Answer(code, "none", NONE, doc)
                continue
            kind = _answer_kind(media)
            spot = step(place, "content", media, "schema")
            schema = as_object(content[media]).get("schema")
            of = {"text": Scalar("str"), "bytes": Scalar("bytes")}.get(kind) or (
                self.shapes.type_of(schema, spot, f"{hint} response") if schema is not None else ANY
            )
            yield Answer(code, kind, of, doc)

    def _refusals(self, operation: JsonObject, pointer: str) -> Iterator[Refusal]:
        for status, given in as_object(operation.get("responses")).items():
            code = _status(status)
            if code is None:
                self._problem(
                    step(pointer, "responses", status),
                    f"status {prose(status)[:20]}",
                    "Use 100-599, 1XX-5XX or default.",
                )
            elif (
                code == "default" or (isinstance(code, int) and not 200 <= code < 300) or code in ("3XX", "4XX", "5XX")
            ):
                response, _ = self.shapes.resolve(given, step(pointer, "responses", status))
                yield Refusal(
                    code, _ERROR_NAMES.get(code, f"Status{code}"), prose(str(response.get("description") or ""))
                )

    def _may_send_null(self, bodies: tuple[Body, ...]) -> bool:
        by_name = {found.name: found for found in self.shapes.classes}
        waiting: list[Type] = [body.type for body in bodies if body.kind == "json"]
        seen: set[str] = set()
        while waiting:
            of = waiting.pop()
            match of:
                case Named(name):
                    if name in by_name and name not in seen:
                        seen.add(name)
                        waiting += [field.type for field in by_name[name].fields]
                case ListOf(inner) | MapOf(inner):
                    waiting.append(inner)
                case UnionType(members):
                    waiting += members
                case _:
                    if of == NONE:
                        return True
        return False

    # What the vendor sends

    def _inbound(self) -> Iterator[Inbound]:
        seen: set[str] = set()
        for name, pointer, given in self._calls():
            told = as_object(given.get("x-sms-inbound"))
            body, place = self.shapes.resolve(given.get("requestBody"), step(pointer, "requestBody"))
            for media, content in as_object(body.get("content")).items():
                if not _is_json(media):
                    continue
                schema = as_object(content).get("schema")
                of = self.shapes.type_of(schema, step(place, "content", media, "schema"), f"{name} body")
                if told and isinstance(of, Named) and of.name not in seen:
                    seen.add(of.name)
                    words = prose(str(given.get("summary") or ""))
                    yield Texting(self.document, self.shapes).inbound(name, of.name, told, words)

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


_ERROR_NAMES: dict[int | str, str] = {
    400: "BadRequest",
    401: "Unauthorized",
    402: "PaymentRequired",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    408: "RequestTimeout",
    409: "Conflict",
    410: "Gone",
    412: "PreconditionFailed",
    413: "ContentTooLarge",
    415: "UnsupportedMediaType",
    422: "UnprocessableContent",
    423: "Locked",
    424: "FailedDependency",
    428: "PreconditionRequired",
    429: "TooManyRequests",
    500: "InternalServerError",
    501: "NotImplementedByVendor",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
    "3XX": "Redirected",
    "4XX": "ClientError",
    "5XX": "ServerError",
    "default": "Refused",
}


def _status(text: str) -> int | str | None:
    if text.isascii() and text.isdigit() and len(text) == 3 and 100 <= int(text) < 600:
        return int(text)
    if len(text) == 3 and text[0] in "12345" and text[1:].upper() == "XX":
        return f"{text[0]}XX"
    return "default" if text == "default" else None


def _is_json(media: str) -> bool:
    plain = media.split(";")[0].strip().lower()
    return plain.endswith(("/json", "+json")) or plain == "*/*"


def _body_kind(media: str) -> str:
    plain = media.split(";")[0].strip().lower()
    if plain.endswith(("/json", "+json")) or plain == "*/*":
        return "json"
    if plain == "application/x-www-form-urlencoded":
        return "form"
    if plain == "multipart/form-data":
        return "multipart"
    return "text" if plain.startswith("text/") or plain.endswith(("/xml", "+xml")) else "bytes"


def _answer_kind(media: str) -> str:
    kind = _body_kind(media)
    return kind if kind in ("json", "text") else "bytes"


def _braces(path: str) -> list[str]:
    return [piece.split("}")[0] for piece in path.split("{")[1:] if "}" in piece]


def _is_token(name: str) -> bool:
    return bool(name) and all(c.isascii() and (c.isalnum() or c in "!#$%&'*+-.^_`|~") for c in name)
