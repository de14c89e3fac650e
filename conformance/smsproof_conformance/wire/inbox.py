"""The inbox: where the target delivers inbound messages and status callbacks during a run.

Each hook is a URL of its own with a script of answers, so that a case can say "500, 500, then 200" and count what came.
The URLs are this run's own: what an earlier run asked for and comes an hour late is nothing that the target did wrong.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import hmac
import json
import os
import re
import secrets as randomness
from dataclasses import dataclass, field
from typing import Final

from smsproof_conformance.records.exchange import STRAY, dig
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.targets.target import Secrets, Target
from smsproof_conformance.wire.listener import Heard, Listener, Said
from smsproof_spec.rules import strict_json

MAX_BODY_BYTES: Final = 256 * 1024
MOST_STRAYS: Final = 100  # on record: a public URL is found by scanners, too
HANG_UP: Final = 0  # in a script of answers: read the request, close the connection, answer nothing


class CannotListen(Exception):
    """The inbox cannot take its address; nothing was sent."""


@dataclass
class Hook:
    """One URL of the inbox.

    script    statuses to answer, in order; the last one repeats. HANG_UP closes the connection instead.
    """

    case: str
    label: str
    url: str
    script: tuple[int, ...]
    count: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def next_status(self) -> int:
        status = self.script[min(self.count, len(self.script) - 1)]
        self.count += 1
        self.changed.set()
        return status


class Inbox:
    """Listens from `open` to `close`; records every request in the ledger before it answers."""

    def __init__(self, target: Target, secrets: Secrets, ledger: Ledger) -> None:
        self._target = target
        self._shared_code = secrets.shared_code.get_secret_value() if secrets.shared_code else None
        self._ledger = ledger
        self._hooks: dict[str, Hook] = {}
        self._listener = Listener(self._respond, MAX_BODY_BYTES)
        self._base = ""
        name = ledger.fact("run") or randomness.token_hex()
        self._run = hashlib.blake2b(name.encode(), digest_size=4).hexdigest()
        self._strays = 0

    async def open(self) -> None:
        """Take the target's `listen` address. raises CannotListen."""
        host, _, port = self._target.listen.rpartition(":")
        try:
            origin = await self._listener.open(host.strip("[]") or "127.0.0.1", int(port))
        except OSError as error:
            raise CannotListen(
                f"[target.{self._target.name}] listen: {_why_not(error, self._target.listen, port)}; use 127.0.0.1:0"
                " for any free port. Nothing was sent."
            ) from error
        self._base = self._target.public_url or origin

    async def close(self) -> None:
        await self._listener.close()

    def hook(self, case: str, label: str, *script: int, query: str = "") -> Hook:
        """Open a URL for a case. `script` defaults to 200.

        query    where given, the URL has it, and nothing arrives at the URL without it or with another.
        """
        target = f"/{self._run}/{case}/hook?{query}" if query else f"/{self._run}/{case}/{label}"
        self._hooks[target] = Hook(case, label, self._base + target, script or (200,))
        return self._hooks[target]

    async def _respond(self, heard: Heard) -> Said | None:
        hook = self._hooks.get(heard.target) or self._hooks.get(heard.target.partition("?")[0])
        headers = tuple((name, value) for name, value in heard.headers if name.lower() != "authorization")
        shown, secret = self._without_code(heard.body)
        if hook is None:
            self._strays += 1
            if self._strays <= MOST_STRAYS:
                self._ledger.arrive(STRAY, "none", heard.method, headers, shown, secret, 404)
            return Said(404)
        status = hook.next_status()
        self._ledger.arrive(hook.case, hook.label, heard.method, headers, shown, secret, status)
        return None if status == HANG_UP else Said(status)

    def _without_code(self, body: bytes) -> tuple[bytes, str | None]:
        """The body with the shared code replaced by the result of the comparison (IntelePeer S1:206).

        Whoever holds the code can forge deliveries, so that neither a right nor a wrong one is kept.
        """
        value = strict_json(body)
        code = dig(value, "signature")
        if not isinstance(code, str):
            return body, None
        if self._shared_code is None:
            result = "unchecked"
        elif hmac.compare_digest(code.encode(), self._shared_code.encode()):
            result = "match"
        else:
            result = "mismatch"
        marker = json.dumps(f"[{result}]").encode()
        return re.sub(rb'("signature"\s*:\s*)"(?:[^"\\]|\\.)*"', lambda found: found[1] + marker, body), result


def _why_not(error: OSError, address: str, port: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is in use"
    words = os.strerror(error.errno) if error.errno and error.errno > 0 else "no such host"  # below 0: of the resolver
    return f"{address} cannot be used ({words})"
