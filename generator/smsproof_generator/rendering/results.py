"""results.py: what sending gives back, a class for each operation that sends."""

from __future__ import annotations

from ..imports import Source, imports
from ..intermediate import NONE, Field, Operation, Send, annotation, one_of
from .outline import Outline
from .template import render

_OWN = {"id", "request", "answer", "raw", "index", "notes"}


def results(outline: Outline) -> str:
    """The module's text."""
    text = render("results.py.jinja", outline, results=[_result(outline, *one) for one in outline.sends])
    head = "from __future__ import annotations\n"
    groups: list[list[Source]] = [
        [("typing", ("Any", "Literal"))],
        [
            (f"{outline.runtime}.bulk", ("Accepted",)),
            (f"{outline.runtime}.model", ("CommaJoined",)),
            (f"{outline.runtime}.timestamp", ("Day", "Timestamp")),
        ],
        [(".", ("models",))],
    ]
    return text.replace(head, f"{head}\n{imports(text, groups)}", 1)


def _result(outline: Outline, operation: Operation, send: Send) -> dict[str, object]:
    name = send.listing.answer if send.kind == "many" and send.listing else send.answer
    answer = next(found for found in outline.sdk.classes if found.name == name)
    what = "One message" if operation.paid else "One part of the request"
    has_id = bool(send.id or (send.listing and send.listing.id))
    return {
        "name": outline.result(operation),
        "request": outline.request(send),
        "answer": answer.name,
        "doc": [
            f"{what} that the vendor took, as `{operation.method}` gives it back.",
            "",
            "id   the vendor's id of it" if has_id else "id   what it was asked for by",
        ],
        "fields": [
            {"name": field.name, "type": _type(field), "doc": field.doc or field.wire}
            for field in answer.fields
            if field.name not in _OWN
        ],
    }


def _type(field: Field) -> str:
    return annotation(field.type if field.required else one_of([field.type, NONE]), "models.")
