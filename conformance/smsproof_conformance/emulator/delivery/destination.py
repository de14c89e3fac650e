"""Where deliveries may go: loopback, and hosts that were allowed by name. Everything else is refused before a socket
exists.

A name is resolved once and the connection goes to the very address that was judged, so that no second answer of a name
server can slip another one in. Source: reliability notes A.4; standard-webhooks' advice against server-side request
forgery.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

# What inet_aton would take for an address although it is neither a dotted quad nor a name: 2130706433, 0x7f.1, 127.1.
_LOOKS_NUMERIC: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?", re.DOTALL)

MAX_URL_CHARACTERS: Final = 4096


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL resolved to addresses that may be connected to.

    host         as written, for the Host header and the server name of TLS
    target       path and query as they go into the request line
    credentials  user:password out of the URL (P-IP-7), or None
    """

    secure: bool
    host: str
    port: int
    addresses: tuple[str, ...]
    target: str
    credentials: str | None

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


class ForbiddenDestination(Exception):
    """A URL that this emulator does not connect to. `reason` says why and how to allow it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def resolve(url: str, allowed: Collection[str] = ()) -> Destination:
    """Judge a URL and look its host up, once.

    allowed   host names or addresses beyond loopback, as given to --allow-target
    raises    ForbiddenDestination; OSError when the name does not resolve
    """
    parts, port = _split(url)
    host = (parts.hostname or "").lower()
    if not host:
        raise ForbiddenDestination("the URL has no host")
    is_allowed = host in {name.lower() for name in allowed}
    addresses = _literal(host) or await _look_up(host, port)
    for address in addresses:
        if not (is_allowed or _is_loopback(address)):
            raise ForbiddenDestination(f"{host} is not loopback: allow it with --allow-target {host}")
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    credentials = None
    if parts.username is not None:
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return Destination(parts.scheme == "https", host, port, addresses, target, credentials)


def _split(url: str) -> tuple[SplitResult, int]:
    if len(url) > MAX_URL_CHARACTERS or any(character <= " " or character == "\x7f" for character in url):
        raise ForbiddenDestination("the URL is over-long or holds spaces or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ForbiddenDestination(f"the URL cannot be read: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise ForbiddenDestination("only http and https are connected to")
    if port is None:
        port = 443 if parts.scheme == "https" else 80
    return parts, port


def _literal(host: str) -> tuple[str, ...]:
    """The address that `host` spells in canonical form; () for a name. Other numeric spellings are refused."""
    try:
        return (str(ipaddress.ip_address(host)),)
    except ValueError:
        if _LOOKS_NUMERIC.fullmatch(host):
            raise ForbiddenDestination(f"{host} is a number that some resolvers take for an address") from None
        return ()


async def _look_up(host: str, port: int) -> tuple[str, ...]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_loopback(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped.is_loopback
    return parsed.is_loopback
