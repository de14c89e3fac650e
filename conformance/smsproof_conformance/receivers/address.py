"""A URL that a customer gave us, cut into what a request is made of; credentials in it go into a header (P-IP-7)."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit


class AddressError(ValueError):
    """A URL nothing can be sent to; the message says why."""


@dataclass(frozen=True)
class Address:
    """Where a webhook or a probe is.

    origin           scheme, host and port: what may be shown and kept.
    target           path and query, as the request line has them.
    authorization    the value of an Authorization header, from `user:password@` in the URL; on no record.
    """

    origin: str
    target: str
    authorization: str | None = field(default=None, repr=False)

    @classmethod
    def read(cls, url: str) -> Address:
        """Cut an absolute http or https URL. raises AddressError."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise AddressError(f"{url!r} is no URL: {error}.") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise AddressError(
                f"{url!r}: expected an absolute http:// or https:// URL, e.g. http://127.0.0.1:8000/sms."
            )
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        origin = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(origin, target, _basic(parts))


def _basic(parts: SplitResult) -> str | None:
    if parts.username is None:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
