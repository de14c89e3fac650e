"""Where requests go, and where a token may go with them."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from .errors import ConfigurationError


def checked_base_url(url: str, *, allow_insecure: bool) -> str:
    """A base URL without its last slash.

    raises   ConfigurationError unless it is https, or http to this machine or by leave
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        sound = url.isprintable() and not set(" \\") & set(url) and parts.port != 0
    except ValueError as error:  # brackets of an IPv6 address, or a port, that are none
        raise ConfigurationError(f"base_url {url!r} is no URL: {error}.") from None
    if (
        not sound
        or parts.scheme not in ("http", "https")
        or not host
        or parts.query
        or parts.fragment
        or parts.username is not None
    ):
        raise ConfigurationError(
            f"base_url {url!r} must be like https://host/path, without user name, query or fragment."
        )
    if parts.scheme == "http" and not allow_insecure and not _is_this_machine(host):
        raise ConfigurationError(
            f"base_url {url!r} would send the token unencrypted to {host}. "
            "Use https, or say allow_insecure=True if that is meant."
        )
    return url.rstrip("/")


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin(url: str) -> str:
    """Scheme and host of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
