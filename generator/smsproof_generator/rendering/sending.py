"""How an operation sends messages, as the runtime wants to be told."""

from __future__ import annotations

from ..intermediate import Listing, Operation, Send
from ..literal import literal
from .outline import Outline


def sending_view(outline: Outline, operation: Operation, send: Send) -> dict[str, str]:
    """Constant and value of a Sending or a Listing."""
    kind, name, settings = (_one if send.kind == "one" else _many)(outline, operation, send)
    return {
        "constant": f"{operation.constant}_{name}: {kind}",
        "value": f"{kind.split('[')[0]}(\n" + "".join(f"    {setting},\n" for setting in settings) + ")",
    }


def _one(outline: Outline, operation: Operation, send: Send) -> tuple[str, str, list[str]]:
    result = f"results.{outline.result(operation)}"
    settings = [
        operation.constant,
        f"models.{send.answer}",
        result,
        f"id={literal(send.id)}",
        f"check={outline.check(operation) or 'unchecked'}",
    ]
    if send.state is not None and send.failures:
        settings += [f"state={literal(send.state)}", f"failures=frozenset({literal(send.failures)})"]
    if send.listing is not None:
        settings.append(f"bulk={_pairing(send.listing)}")
    return f"Sending[models.{send.request}, {result}]", "MESSAGES", settings


def _many(outline: Outline, operation: Operation, send: Send) -> tuple[str, str, list[str]]:
    assert send.listing is not None
    result = f"results.{outline.result(operation)}"
    key = send.listing.request_key
    settings = [
        operation.constant,
        _pairing(send.listing),
        result,
        f"requests=lambda body: body.{send.listing.request}",
        f"key=lambda one: one.{key}" if key else "key=lambda one: one",
        f"check={outline.check(operation) or 'unchecked'}",
    ]
    return f"Listing[models.{send.request}, {outline.request(send)}, {result}]", "LISTING", settings


def _pairing(listing: Listing) -> str:
    settings = [literal(listing.items), literal(listing.status), literal(listing.id), f"models.{listing.answer}"]
    for name in ("key", "envelope", "rejected", "state"):
        value = getattr(listing, name)
        if value is not None:
            settings.append(f"{name}={literal(value)}")
    if listing.failures:
        settings.append(f"failures=frozenset({literal(listing.failures)})")
    return "Pairing(\n" + "".join(f"        {setting},\n" for setting in settings) + "    )"
