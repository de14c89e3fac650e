"""__init__.py: every public name, imported when it is first used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .outline import Outline
from .template import render

_Exports = tuple[tuple[str, tuple[str, ...]], ...]

_ALWAYS: _Exports = (
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
    ("raw", ("RawAnswer", "recording")),
    ("timestamp", ("Timestamp",)),
)
_SENDING: _Exports = (("bulk", ("Accepted", "BulkResult", "Failed", "Unknown")), ("sending", ("Progress",)))
_RECEIVING: _Exports = (("receiver", ("Receiver",)), ("store", ("MemoryStore", "SQLiteStore")))
_TRACKING: _Exports = (("tracker", ("Standing", "StatusTracker")),)
_PREVIEWING: _Exports = (("preview", ("Offender", "Preview")),)


def facade(outline: Outline) -> str:
    """The module's text."""
    taken: set[str] = set()
    exports: list[tuple[str, list[str]]] = []
    for module, names in _modules(outline):
        # A vendor's own name goes before one of the runtime.
        fresh = sorted(name for name in names if name not in taken)
        taken.update(fresh)
        if fresh:
            exports.append((module, fresh))
    every = sorted(name for _, names in exports for name in names)
    return render("package.py.jinja", outline, exports=exports, all_names=every)


def _modules(outline: Outline) -> Iterator[tuple[str, Iterable[str]]]:
    sdk, home = outline.sdk, outline.package.name
    yield f"{home}.client", (sdk.client, f"Async{sdk.client}")
    yield f"{home}.results", [outline.result(operation) for operation, _ in outline.sends]
    yield f"{home}.models", [*(found.name for found in sdk.classes), *(family.name for family in sdk.families)]
    yield f"{home}.errors", [name for _, name, _ in outline.refusals()]
    runtime = _ALWAYS
    if outline.sends:
        runtime += _SENDING
    if sdk.inbound:
        runtime += _RECEIVING
    if any(call.life_cycle for call in sdk.inbound):
        runtime += _TRACKING
    if any(checks.text for checks in outline.checked.values()):
        runtime += _PREVIEWING
    for module, names in sorted(runtime):
        yield f"{outline.runtime}.{module}", names
