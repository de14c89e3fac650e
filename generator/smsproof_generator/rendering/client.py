"""client.py: the operations as data, and a blocking and an awaiting client from one template."""

from __future__ import annotations

from ..imports import Source, imports
from ..literal import columns, literal
from .operation import operation_view
from .outline import Outline
from .sending import sending_view
from .template import render


def client(outline: Outline) -> str:
    """The module's text."""
    sdk = outline.sdk
    servers = [name for name, _ in sdk.servers]
    text = render(
        "client.py.jinja",
        outline,
        operations=[operation_view(outline, operation) for operation in sdk.operations],
        sendings=[sending_view(outline, *one) for one in outline.sends],
        version=sdk.version,
        server_type="Literal[" + ", ".join(literal(name) for name in servers) + "]" if servers else "str",
        default_server=servers[0] if servers else "default",
        class_doc=_class_doc(outline),
        previewed=" | ".join(f"models.{body}" for body, checks in outline.checked.items() if checks.text),
        documented=sdk.segments == "documented",
    )
    head = "from __future__ import annotations\n"
    return text.replace(head, f"{head}\n{imports(text, _sources(outline))}", 1)


def _class_doc(outline: Outline) -> list[str]:
    sdk = outline.sdk
    table = [
        (
            scheme.argument,
            "a pair (user name, password)"
            if scheme.kind == "basic"
            else "text, or a function that gives it"
            + (f"; else the environment variable {scheme.env}" if scheme.env else ""),
        )
        for scheme in sdk.schemes
    ]
    if sdk.servers:
        hosts = ", ".join(f"{name} ({url})" for name, url in sdk.servers)
        table.append(("server", f"which host: {hosts}"))
    table.append(("options", "see Options: base_url, timeout, deadline, retries, http_client, transport, ..."))
    return [sdk.doc or f"A client of {sdk.title}.", "", *columns(table)]


def _sources(outline: Outline) -> list[list[Source]]:
    runtime = outline.runtime
    own = ["checks"] * bool(outline.checked) + ["errors", "models"] + ["results"] * bool(outline.sends)
    return [
        [
            ("collections.abc", ("Callable", "Iterable", "Sequence")),
            ("datetime", ("datetime",)),
            ("decimal", ("Decimal",)),
            ("typing", ("Any", "Literal", "Unpack", "overload")),
        ],
        [
            (f"{runtime}.bulk", ("BulkResult", "Pairing")),
            (f"{runtime}.checking", ("Address",)),
            (f"{runtime}.client", ("AsyncClient", "AsyncOptions", "Options", "Profile", "SyncClient")),
            (f"{runtime}.credential", ("AsyncToken", "Scheme", "Token")),
            (f"{runtime}.model", ("CommaJoined", "File")),
            (f"{runtime}.operation", ("Encoding", "Operation", "Parameter", "Reading")),
            (f"{runtime}.preview", ("Preview", "previews")),
            (
                f"{runtime}.sending",
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
            (f"{runtime}.timestamp", ("Day", "Timestamp")),
        ],
        [(".", own)],
    ]
