"""Webhooks the IntelePeer cases set and read, and what the answers say about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote, urlsplit

from smsproof_conformance.records.exchange import Exchange, is_array, is_object, whole
from smsproof_conformance.records.sentence import Words
from smsproof_conformance.runs.actor import Actor


def webhook_url(do: Actor, label: str) -> str:
    """A well-formed https URL that is this run's own, for cases in which nothing need arrive.

    On loopback a name that can belong to nobody (RFC 2606), so that a vendor that takes https only is no obstacle. Off
    loopback the inbox: messages that arrive while it is set reach this run, and no stranger.
    """
    if do.target.on_loopback:
        return f"https://smsproof.example/{do.case}/{label}"
    return do.hook(label).url


async def set_webhook(do: Actor, step: Words, endpoints: Sequence[str], url: str) -> Exchange:
    """Set one URL for some endpoints: one is answered 201, several 207 (S1:36)."""
    return await do.call(step, "setWebhook", {"endpoints": list(endpoints), "webhook": url})


async def get_webhook(do: Actor, step: Words, endpoint: str) -> Exchange:
    """Read the webhook of an endpoint; its plus sign travels as %2B (S1:130)."""
    return await do.call(step, "getWebhook", query=f"endpoint={quote(endpoint, safe='-')}")


def same_url(one: Any, other: Any) -> bool:
    """Whether two texts are one URL: scheme and host in any case, the scheme's own port or none, no path or a slash.

    source    RFC 3986, 6.2.2.1 and 6.2.3: a vendor that keeps URLs in their normal form keeps what was set.
    """
    return bool(one == other) or isinstance(one, str) and isinstance(other, str) and _normal(one) == _normal(other)


_OWN_PORTS: Final = {"http": ":80", "https": ":443"}


def _normal(url: str) -> tuple[str, str, str, str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, "", "", "", ""
    user, at, host = parts.netloc.rpartition("@")
    place = user + at + host.lower().removesuffix(_OWN_PORTS.get(parts.scheme, "\0"))
    return parts.scheme, place, parts.path or "/", parts.query, parts.fragment


def items(exchange: Exchange) -> list[Any]:
    """The list under `endpoints` of a 207; empty where there is none."""
    found = exchange.at("endpoints")
    return found if is_array(found) else []


def status_of(item: Any) -> int | None:
    """The status of one endpoint. The page says `status`; where `code` stands instead, another case says so."""
    value = item.get("status", item.get("code")) if is_object(item) else None
    return whole(value)


def of_endpoint(exchange: Exchange, endpoint: str) -> Any:
    """The item of a 207 that names an endpoint, or None."""
    return next((item for item in items(exchange) if is_object(item) and item.get("endpoint") == endpoint), None)
