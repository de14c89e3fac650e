"""Waiting for a target that is still starting, as it does in a CI job."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

from smsproof_conformance.targets.target import Target

_PORTS = {"http": 80, "https": 443}
_PAUSE_SECONDS = 0.1
_CONNECT_SECONDS = 2.0


class Absent(Exception):
    """Nothing listens at the target's address; nothing was sent."""


def wait(target: Target, seconds: float) -> None:
    """Return once the target takes connections; at once for 0 seconds. raises Absent when the time is over."""
    if not seconds:
        return
    parts = urlsplit(target.base_url)
    address = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(address, timeout=_CONNECT_SECONDS).close()
            return
        except OSError as error:
            if time.monotonic() >= until:
                raise Absent(
                    f"{target.base_url} took no connection within {seconds:g} s ({error.strerror or error}). Nothing was"
                    " sent. Start it, or give it more time with --wait-for."
                ) from error
        time.sleep(_PAUSE_SECONDS)
