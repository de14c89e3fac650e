"""The intermediate representation as text: a pure function to `{path: text}`."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from . import models
from .intermediate import Checks, Operation, Parameter, Scalar, Sdk, Type, annotation, one_of
from .literal import columns, docstring, literal, markdown
from .names import constant, pascal

_KNOWN_VENDORS = ("intelepeer", "messangi")


@dataclass(frozen=True, slots=True)
class Package:
    """Where a generated package stands.

    name      its import name
    runtime   the package that holds `_runtime` (and `_rules`)
    rules     import name of the rules
    http      the HTTP library of the runtime: httpx2 or httpx
    """

    name: str
    runtime: str
    rules: str
    http: str = "httpx2"


def runtime_files(package: Package) -> dict[str, str]:
    """The runtime byte for byte, but for the names of the rules and of the HTTP library."""
    found: dict[str, str] = {}
    for entry in sorted(files("smsproof_generator.runtime").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".py"):
            text = entry.read_text("utf-8").replace("smsproof_spec.rules", package.rules)
            if package.http != "httpx2":
                text = text.replace("httpx2", package.http).replace(
                    "httpcore2", package.http.replace("httpx", "httpcore")
                )
            found[f"_runtime/{entry.name}"] = text
    return found


def rules_files() -> dict[str, str]:
    """The rules byte for byte."""
    found: dict[str, str] = {}

    def gather(folder: Any, prefix: str) -> None:
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if entry.is_dir() and entry.name != "__pycache__":
                gather(entry, f"{prefix}{entry.name}/")
            elif entry.name.endswith(".py"):
                found[f"_rules/{prefix}{entry.name}"] = entry.read_text("utf-8")

    gather(files("smsproof_spec.rules"), "")
    return found


def sdk_files(sdk: Sdk, package: Package) -> dict[str, str]:
    """The modules of one vendor, by file name."""
    return _Renderer(sdk, package).files()


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("smsproof_generator"),
        autoescape=False,  # Python is written here; every value comes through `literal` or `docstring`
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    doors: dict[str, Any] = {"literal": literal, "docstring": docstring}
    environment.globals.update(doors)
    return environment


class _Renderer:
    def __init__(self, sdk: Sdk, package: Package) -> None:
        self.sdk = sdk
        self.package = package
        self.runtime = f"{package.runtime}._runtime"
        self.environment = _environment()
        self.checked = {
            operation.checks.body: operation.checks
            for operation in sdk.operations
            if operation.checks is not None and self.texting
        }

    @property
    def known(self) -> bool:
        """Whether the rules know this vendor's forms of addresses."""
        return self.sdk.vendor in _KNOWN_VENDORS

    @property
    def texting(self) -> bool:
        return self.sdk.vendor is not None

    def files(self) -> dict[str, str]:
        found = {
            "models.py": models.source(self.sdk, self.package.runtime),
            "errors.py": self._errors(),
            "client.py": self._client(),
        }
        if self._sends:
            found["results.py"] = self._results()
        if self.checked:
            found["checks.py"] = self._checks()
        found["__init__.py"] = self._init()
        found["REFERENCE.md"] = self._render("reference.md.jinja", md=markdown, annotation=annotation)
        return dict(sorted(found.items()))

    def _render(self, template: str, **values: object) -> str:
        return self.environment.get_template(template).render(
            sdk=self.sdk, package=self.package.name, runtime=self.runtime, **values
        )

    # errors.py

    def _refusals(self) -> list[dict[str, object]]:
        found: dict[int | str, tuple[str, list[str]]] = {}
        for operation in self.sdk.operations:
            for refusal in operation.refusals:
                _, words = found.setdefault(refusal.status, (refusal.class_name, []))
                if refusal.doc:
                    words.append(f"{operation.method}: {refusal.doc}")
        ordered = sorted(found.items(), key=lambda item: (isinstance(item[0], str), str(item[0])))
        return [
            {"name": name, "lines": [f"Status {status}." if status != "default" else "Any other status.", "", *words]}
            for status, (name, words) in ordered
        ]

    def _errors(self) -> str:
        return self._render("errors.py.jinja", refusals=self._refusals())

    # results.py

    @property
    def _sends(self) -> list[Operation]:
        return [operation for operation in self.sdk.operations if operation.send is not None]

    def _result_name(self, operation: Operation) -> str:
        return "Sent" if operation.method == "send" else pascal(operation.method, "Call") + "Item"

    def _request(self, operation: Operation) -> str:
        send = operation.send
        assert send is not None
        name = send.request if send.kind == "one" else send.item
        return f"models.{name}" if name else "str"

    def _answer(self, operation: Operation) -> str:
        send = operation.send
        assert send is not None
        if send.kind == "many" and send.listing is not None:
            return send.listing.answer
        assert send.answer is not None
        return send.answer

    def _results(self) -> str:
        own = {"id", "request", "answer", "raw", "index", "notes"}
        by_name = {found.name: found for found in self.sdk.classes}
        results: list[dict[str, object]] = []
        used: set[str] = set()
        for operation in self._sends:
            answer = by_name[self._answer(operation)]
            what = "One message" if operation.paid else "One part of the request"
            fields = [
                (field.name, _optional(field.type, field.required, "models."), field.doc or field.wire)
                for field in answer.fields
                if field.name not in own
            ]
            used |= {word for _, of, _ in fields for word in _words(of)}
            results.append(
                {
                    "name": self._result_name(operation),
                    "request": self._request(operation),
                    "answer": answer.name,
                    "doc": [
                        f"{what} that the vendor took, as `{operation.method}` gives it back.",
                        "",
                        "id   the vendor's id of it" if _has_id(operation) else "id   what it was asked for by",
                    ],
                    "fields": [{"name": name, "type": of, "doc": doc} for name, of, doc in fields],
                }
            )
        text = self._render("results.py.jinja", results=results)
        head = "from __future__ import annotations\n"
        return text.replace(head, head + self._type_imports(used), 1)

    def _type_imports(self, used: set[str]) -> str:
        typing = sorted(used & {"Any", "Literal"})
        lines = [f"\nfrom typing import {', '.join(typing)}\n"] if typing else []
        stamps = sorted(used & {"Timestamp", "Day"})
        if stamps:
            lines.append(f"\nfrom {self.runtime}.timestamp import {', '.join(stamps)}\n")
        if "CommaJoined" in used:
            lines.append(f"from {self.runtime}.model import CommaJoined\n")
        return "".join(lines)

    # checks.py

    def _check_constant(self, body: str) -> str:
        return constant(body)

    def _usable(self, checks: Checks) -> Checks:
        known = self.sdk.vendor in _KNOWN_VENDORS
        return (
            checks if known else Checks(checks.body, (), checks.requires, checks.text, checks.recipients, checks.values)
        )

    def _checks(self) -> str:
        usable = [self._usable(checks) for checks in self.checked.values()]
        return self._render(
            "checks.py.jinja",
            vendor=self.sdk.vendor,
            checks=[
                {
                    "constant": self._check_constant(checks.body),
                    "body": checks.body,
                    "addresses": checks.addresses,
                    "requires": checks.requires,
                    "text": checks.text,
                    "recipients": checks.recipients,
                    "fills": checks.values,
                }
                for checks in usable
            ],
            texts=[checks.body for checks in usable if checks.text],
            body_types=" | ".join(f"models.{checks.body}" for checks in usable if checks.text),
        )

    # client.py

    def _client(self) -> str:
        operations = [self._operation(operation) for operation in self.sdk.operations]
        sendings = [self._sending(operation) for operation in self._sends]
        servers = [name for name, _ in self.sdk.servers]
        previewed = " | ".join(f"models.{body}" for body, checks in self.checked.items() if checks.text)
        text = self._render(
            "client.py.jinja",
            operations=operations,
            sendings=sendings,
            version=self.sdk.version,
            vendor=self.sdk.vendor if self.known else None,
            server_type="Literal[" + ", ".join(literal(name) for name in servers) + "]" if servers else "str",
            default_server=servers[0] if servers else "default",
            class_doc=self._class_doc(),
            previewed=previewed,
            documented=self.sdk.segments == "documented",
            imports=["@imports@"],
        )
        return text.replace("@imports@\n", self._imports(text), 1)

    def _class_doc(self) -> list[str]:
        table = [
            (
                scheme.argument,
                "a pair (user name, password)"
                if scheme.kind == "basic"
                else "text, or a function that gives it"
                + (f"; else the environment variable {scheme.env}" if scheme.env else ""),
            )
            for scheme in self.sdk.schemes
        ]
        if self.sdk.servers:
            hosts = ", ".join(f"{name} ({url})" for name, url in self.sdk.servers)
            table.append(("server", f"which host: {hosts}"))
        table.append(("options", "see Options: base_url, timeout, deadline, retries, http_client, transport, ..."))
        return [self.sdk.doc or f"A client of {self.sdk.title}.", "", *columns(table)]

    def _imports(self, text: str) -> str:
        used = _names_used(text)
        groups: list[list[tuple[str, tuple[str, ...]]]] = [
            [
                ("collections.abc", ("Callable", "Iterable", "Sequence")),
                ("datetime", ("datetime",)),
                ("decimal", ("Decimal",)),
                ("typing", ("Any", "Literal", "Unpack", "overload")),
            ],
            [
                (f"{self.runtime}.bulk", ("BulkResult", "Pairing")),
                (f"{self.runtime}.client", ("AsyncClient", "AsyncOptions", "Options", "Profile", "SyncClient")),
                (f"{self.runtime}.credential", ("AsyncToken", "Scheme", "Token")),
                (f"{self.runtime}.model", ("CommaJoined",)),
                (f"{self.runtime}.operation", ("Operation", "Parameter", "Reading")),
                (f"{self.runtime}.preview", ("Preview", "previews")),
                (
                    f"{self.runtime}.sending",
                    (
                        "Listing",
                        "Progress",
                        "Sending",
                        "call_one",
                        "send_in_chunks",
                        "send_listing",
                        "send_many",
                        "send_one",
                        "unchecked",
                    ),
                ),
                (f"{self.runtime}.timestamp", ("Day", "Timestamp")),
            ],
            [(".", ("checks", "errors", "models", "results"))],
        ]
        blocks: list[str] = []
        for group in groups:
            lines: list[str] = []
            for module, candidates in group:
                found = [name for name in candidates if name in used]
                if not found:
                    continue
                line = f"from {module} import {', '.join(found)}"
                if len(line) > 120:
                    line = f"from {module} import (\n" + "".join(f"    {name},\n" for name in found) + ")"
                lines.append(line)
            if lines:
                blocks.append("\n".join(lines) + "\n")
        return "\n".join(blocks)

    def _operation(self, operation: Operation) -> dict[str, object]:
        send = operation.send
        result = f"results.{self._result_name(operation)}"
        request = self._request(operation) if send else ""
        return {
            "constant": operation.constant,
            "id": operation.id,
            "verb": operation.verb,
            "path": operation.path,
            "method": operation.method,
            "parameters": [{"name": p.name, "settings": _settings(p, self.known)} for p in operation.parameters],
            "bodies": literal({body.media_type: body.kind for body in operation.bodies}) if operation.bodies else "",
            "answers": [{"status": a.status, "reading": _reading(a.kind, a.type)} for a in operation.answers]
            or [{"status": "2XX", "reading": 'Reading("any")'}],
            "errors": [{"status": r.status, "name": r.class_name} for r in operation.refusals],
            "security": operation.security,
            "paid": operation.paid,
            "nullable": operation.nullable,
            "returns": _returns(operation),
            "send": send.kind if send else "",
            "message": f"models.{send.request}" if send else "",
            "sent": result,
            "bulk": f"BulkResult[{request}, {result}]",
            "sending": f"{operation.constant}_MESSAGES"
            if send and send.kind == "one"
            else f"{operation.constant}_LISTING",
            "doc": self._doc(operation),
            "signature": [_signature(operation, "def"), _signature(operation, "async def")],
            "call": [_call(operation, "", self._check(operation)), _call(operation, "await ", self._check(operation))],
        }

    def _check(self, operation: Operation) -> str | None:
        checks = operation.checks
        return f"checks.{self._check_constant(checks.body)}" if checks and checks.body in self.checked else None

    def _sending(self, operation: Operation) -> dict[str, str]:
        send = operation.send
        assert send is not None
        result = f"results.{self._result_name(operation)}"
        request = self._request(operation)
        check = self._check(operation) or "unchecked"
        listing = send.listing
        pairing = ""
        if listing is not None:
            settings = [
                literal(listing.items),
                literal(listing.status),
                literal(listing.id),
                f"models.{listing.answer}",
            ]
            for name in ("key", "envelope", "rejected", "state"):
                value = getattr(listing, name)
                if value is not None:
                    settings.append(f"{name}={literal(value)}")
            if listing.failures:
                settings.append(f"failures=frozenset({literal(listing.failures)})")
            pairing = "Pairing(\n" + "".join(f"        {setting},\n" for setting in settings) + "    )"
        if send.kind == "one":
            lines = [
                operation.constant,
                f"models.{send.answer}",
                result,
                f"id={literal(send.id)}",
                f"check={check}",
            ]
            if send.state is not None and send.failures:
                lines += [f"state={literal(send.state)}", f"failures=frozenset({literal(send.failures)})"]
            if pairing:
                lines.append(f"bulk={pairing}")
            kind = f"Sending[models.{send.request}, {result}]"
            name = f"{operation.constant}_MESSAGES"
        else:
            assert listing is not None
            key = f"lambda one: one.{listing.request_key}" if listing.request_key else "lambda one: one"
            lines = [
                operation.constant,
                pairing,
                result,
                f"requests=lambda body: body.{listing.request}",
                f"key={key}",
                f"check={check}",
            ]
            kind = f"Listing[models.{send.request}, {request}, {result}]"
            name = f"{operation.constant}_LISTING"
        return {
            "constant": f"{name}: {kind}",
            "value": f"{kind.split('[')[0]}(\n" + "".join(f"    {line},\n" for line in lines) + ")",
        }

    def _doc(self, operation: Operation) -> list[str]:
        lines = [operation.summary or operation.description or f"{operation.verb} {operation.path}"]
        if operation.summary and operation.description:
            lines += ["", operation.description]
        table: list[tuple[str, str]] = [(p.name, p.doc) for p in operation.parameters if p.doc]
        table.append(("deadline", "seconds for the whole call, instead of the client's"))
        returns = [answer.doc for answer in operation.answers if answer.doc]
        if operation.send is None and returns:
            table.append(("returns", returns[0]))
        raised = [refusal.class_name for refusal in operation.refusals]
        body_checked = operation.checks is not None
        always = (["InvalidRequest"] if body_checked else []) + ["NotSent", "MaybeSent", "SentUnreadable"]
        table.append(("raises", ", ".join([*always, *dict.fromkeys(raised)])))
        lines += ["", *columns(table)]
        if operation.deprecated:
            lines += ["", "Deprecated by the vendor."]
        return lines

    # __init__.py

    def _init(self) -> str:
        sdk = self.sdk
        taken: set[str] = set()

        def fresh(names: list[str]) -> list[str]:
            found = [name for name in names if name not in taken]
            taken.update(found)
            return sorted(found)

        home = self.package.name
        runtime = self.runtime
        exports: list[tuple[str, list[str]]] = [(f"{home}.client", fresh([sdk.client, f"Async{sdk.client}"]))]
        if self._sends:
            exports.append((f"{home}.results", fresh([self._result_name(operation) for operation in self._sends])))
        exports.append((f"{home}.models", fresh([found.name for found in sdk.classes])))
        exports.append((f"{home}.errors", fresh([str(refusal["name"]) for refusal in self._refusals()])))
        for module, names in _RUNTIME_EXPORTS:
            if module in ("bulk", "sending") and not self._sends:
                continue
            if module in ("receiver", "store") and not sdk.inbound:
                continue
            if module == "tracker" and not any(call.life_cycle for call in sdk.inbound):
                continue
            if module == "preview" and not any(checks.text for checks in self.checked.values()):
                continue
            exports.append((f"{runtime}.{module}", fresh(list(names))))
        exports = [(module, names) for module, names in exports if names]
        return self._render(
            "package.py.jinja", exports=exports, all_names=sorted(name for _, names in exports for name in names)
        )


_RUNTIME_EXPORTS = (
    ("bulk", ("Accepted", "BulkResult", "Failed", "Unknown")),
    (
        "errors",
        (
            "BulkFailed",
            "ConfigurationError",
            "InboundError",
            "InvalidAddress",
            "InvalidRequest",
            "MalformedInbound",
            "MaybeSent",
            "NotSent",
            "OversizeInbound",
            "Rejected",
            "SdkError",
            "SentUnreadable",
            "StatusError",
            "UnexpectedStatus",
            "WrongSecret",
        ),
    ),
    ("preview", ("Offender", "Preview")),
    ("raw", ("RawAnswer", "recording")),
    ("receiver", ("Receiver",)),
    ("sending", ("Progress",)),
    ("store", ("MemoryStore", "SQLiteStore")),
    ("timestamp", ("Timestamp",)),
    ("tracker", ("Standing", "StatusTracker")),
)


def _has_id(operation: Operation) -> bool:
    send = operation.send
    return send is not None and bool(send.id or (send.listing and send.listing.id))


def _names_used(text: str) -> set[str]:
    """Names that the code of a module mentions, whatever its docstrings say."""
    tree = ast.parse(text.replace("@imports@", ""))
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text)


def _optional(of: Type, required: bool, prefix: str) -> str:
    return annotation(of if required else one_of([of, Scalar("None")]), prefix)


def _argument_type(of: Type, *, required: bool) -> str:
    """What a caller may give: any datetime where an answer holds a Timestamp."""
    return re.sub(r"\bTimestamp\b", "datetime", _optional(of, required, "models."))


def _reading(kind: str, of: Type) -> str:
    return f'Reading("{kind}", {annotation(of, "models.")})' if kind == "json" else f'Reading("{kind}")'


def _returns(operation: Operation) -> str:
    if not operation.answers:
        return "Any"
    return annotation(one_of([answer.type for answer in operation.answers]), "models.")


def _settings(p: Parameter, known: bool) -> str:
    settings = [literal(p.wire), literal(p.place), literal(p.style), literal(p.explode)]
    if p.required:
        settings.append("required=True")
    if p.allow_reserved:
        settings.append("allow_reserved=True")
    if p.address and known:
        settings.append(f"address={literal(p.address)}")
    return ", ".join(settings)


def _arguments(operation: Operation) -> list[str]:
    """The signature: what is required by position, in the order path, body, others; the rest by name."""
    required = [p for p in operation.parameters if p.required]
    first = [f"{p.name}: {_argument_type(p.type, required=True)}" for p in required]
    body = ""
    if operation.bodies:
        of = annotation(one_of([body.type for body in operation.bodies]), "models.")
        body = f"body: {of}" if operation.body_required else f"body: {of} | None = None"
    arguments = [*first, *([body] if body and operation.body_required else []), "*"]
    if body and not operation.body_required:
        arguments.append(body)
    arguments += [
        f"{p.name}: {_argument_type(p.type, required=False)} = None" for p in operation.parameters if not p.required
    ]
    if len(operation.bodies) > 1:
        media = ", ".join(literal(body.media_type) for body in operation.bodies)
        arguments.append(f"media_type: Literal[{media}] = {literal(operation.bodies[0].media_type)}")
    return arguments


def _signature(operation: Operation, keyword: str) -> str:
    arguments = ["self", *_arguments(operation), "deadline: float | None = None"]
    line = f"    {keyword} {operation.method}({', '.join(arguments)}) -> {_returns(operation)}:"
    if len(line) <= 120:
        return line
    lines = "".join(f"        {argument},\n" for argument in arguments)
    return f"    {keyword} {operation.method}(\n{lines}    ) -> {_returns(operation)}:"


def _call(operation: Operation, keyword: str, check: str | None) -> str:
    pairs = [f"{literal(p.name)}: {p.name}" for p in operation.parameters]
    given = "{" + ", ".join(pairs) + "}"
    if len(given) > 100:
        given = "{\n" + "".join(f"                    {pair},\n" for pair in pairs) + "                }"
    arguments = ["self._core", operation.constant, given]
    if operation.bodies:
        arguments.append("body")
    if len(operation.bodies) > 1:
        arguments.append("media_type")
    arguments.append("deadline=deadline")
    if check is not None:
        arguments.append(f"check={check}")
    line = f"        return {keyword}self._run(call_one({', '.join(arguments)}))"
    if len(line) <= 120 and "\n" not in line:
        return line
    lines = "".join(f"                {argument},\n" for argument in arguments)
    return f"        return {keyword}self._run(\n            call_one(\n{lines}            )\n        )"
