"""One operation: its data, its signature and its call."""

from __future__ import annotations

import re

from ..intermediate import NONE, Answer, Encoding, Operation, Parameter, Type, annotation, one_of
from ..literal import columns, literal
from .outline import Outline


def operation_view(outline: Outline, operation: Operation) -> dict[str, object]:
    """What the template needs of an operation."""
    send = operation.send
    result = f"results.{outline.result(operation)}"
    request = outline.request(send) if send else ""
    return {
        "constant": operation.constant,
        "id": operation.id,
        "verb": operation.verb,
        "path": operation.path,
        "method": operation.method,
        "parameters": [
            {"name": p.name, "settings": _settings(p, outline.sdk.vendor if outline.known else None)}
            for p in operation.parameters
        ],
        "bodies": literal({body.media_type: body.kind for body in operation.bodies}) if operation.bodies else "",
        "answers": [{"status": a.status, "reading": _reading(a)} for a in operation.answers]
        or [{"status": "2XX", "reading": 'Reading("any")'}],
        "errors": [{"status": r.status, "name": r.class_name} for r in operation.refusals],
        "security": operation.security,
        "encodings": _encodings(operation),
        "accept": operation.accept,
        "server": operation.server,
        "paid": operation.paid,
        "nullable": operation.nullable,
        "returns": _returns(operation),
        "send": send.kind if send else "",
        "message": f"models.{send.request}" if send else "",
        "sent": result,
        "bulk": f"BulkResult[{request}, {result}]",
        "sending": f"{operation.constant}_MESSAGES" if send and send.kind == "one" else f"{operation.constant}_LISTING",
        "doc": _doc(operation),
        "signature": [_signature(operation, "def"), _signature(operation, "async def")],
        "call": [_call(outline, operation, ""), _call(outline, operation, "await ")],
    }


def _doc(operation: Operation) -> list[str]:
    lines = [operation.summary or operation.description or f"{operation.verb} {operation.path}"]
    if operation.summary and operation.description:
        lines += ["", operation.description]
    table: list[tuple[str, str]] = [(p.name, p.doc) for p in operation.parameters if p.doc]
    table.append(("deadline", "seconds for the whole call, instead of the client's"))
    returns = [answer.doc for answer in operation.answers if answer.doc]
    if operation.send is None and returns:
        table.append(("returns", returns[0]))
    raised = [refusal.class_name for refusal in operation.refusals]
    always = (["InvalidRequest"] if operation.checks is not None else []) + ["NotSent", "MaybeSent", "SentUnreadable"]
    table.append(("raises", ", ".join([*always, *dict.fromkeys(raised)])))
    lines += ["", *columns(table)]
    if operation.deprecated:
        lines += ["", "Deprecated by the vendor."]
    return lines


def _settings(p: Parameter, vendor: str | None) -> str:
    settings = [literal(p.wire), literal(p.place), literal(p.style), literal(p.explode)]
    if p.required:
        settings.append("required=True")
    if p.allow_reserved:
        settings.append("allow_reserved=True")
    if p.address and vendor:
        settings.append(f"address=Address({literal(vendor)}, {literal(p.address)})")
    return ", ".join(settings)


def _encodings(operation: Operation) -> str:
    by_media = {body.media_type: body.encodings for body in operation.bodies if body.encodings}
    if not by_media:
        return ""
    lines = [
        f"        {literal(media)}: {{"
        + ", ".join(f"{literal(one.wire)}: {_encoding(one)}" for one in encodings)
        + "},\n"
        for media, encodings in by_media.items()
    ]
    return "{\n" + "".join(lines) + "    }"


def _encoding(one: Encoding) -> str:
    settings: list[str] = []
    if one.media_types:
        settings.append(literal(one.media_types))
    if one.style is not None:
        settings += [f"style={literal(one.style)}", f"explode={literal(one.explode)}"]
    if one.allow_reserved:
        settings.append("allow_reserved=True")
    return f"Encoding({', '.join(settings)})"


def _reading(answer: Answer) -> str:
    kind = literal(answer.kind)
    return f"Reading({kind}, {annotation(answer.type, 'models.')})" if answer.kind == "json" else f"Reading({kind})"


def _returns(operation: Operation) -> str:
    if not operation.answers:
        return "Any"
    return annotation(one_of([answer.type for answer in operation.answers]), "models.")


def _argument_type(of: Type, *, required: bool) -> str:
    """What a caller may give: any datetime where an answer holds a Timestamp, a file with or without its name."""
    text = annotation(of if required else one_of([of, NONE]), "models.")
    return re.sub(r"\bTimestamp\b", "datetime", text)


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


def _call(outline: Outline, operation: Operation, keyword: str) -> str:
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
    check = outline.check(operation)
    if check is not None:
        arguments.append(f"check={check}")
    line = f"        return {keyword}self._run(call_one({', '.join(arguments)}))"
    if len(line) <= 120 and "\n" not in line:
        return line
    lines = "".join(f"                {argument},\n" for argument in arguments)
    return f"        return {keyword}self._run(\n            call_one(\n{lines}            )\n        )"
