"""What every small client is made of: the calls, the headers, the line it prints for a step.

Of the standard library alone: these start as programs, many times over.
"""

from __future__ import annotations

import http.client
import json
import os
from dataclasses import dataclass
from typing import Any, ClassVar, TypeGuard
from urllib.parse import urljoin, urlsplit


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


@dataclass(frozen=True)
class Got:
    """An answer; status 0 when there was none."""

    status: int
    body: Any
    location: str | None = None


class Client:
    """Does each step of a scenario once, and prints what became of it."""

    again_after: ClassVar[frozenset[int]] = frozenset()
    follows_redirects: ClassVar[bool] = False

    def __init__(self) -> None:
        self.base_url = os.environ["SMSPROOF_BASE_URL"]
        self.token = os.environ["SMSPROOF_TOKEN"]

    def run(self, steps: list[dict[str, Any]]) -> None:
        for step in steps:
            line = getattr(self, step["do"])(step["args"])
            if line is not None:
                print(json.dumps({"step": step["step"], **line}), flush=True)

    def call(self, method: str, path: str, body: Any = None) -> Got:
        got = self.request(method, self.base_url + path, self.encode(body))
        if got.status in self.again_after:
            got = self.request(method, self.base_url + path, self.encode(body))
        if self.follows_redirects and got.location:
            self.request(
                "GET" if got.status == 303 else method, urljoin(self.base_url, got.location), self.encode(body)
            )
        return got

    def request(self, method: str, url: str, data: bytes | None) -> Got:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=2)
        try:
            headers = self.headers(data)
            connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), data, headers)
            answer = connection.getresponse()
            content = answer.read()
            return Got(answer.status, json.loads(content) if content else None, answer.getheader("Location"))
        except OSError:
            return Got(0, None)
        finally:
            connection.close()

    def headers(self, data: bytes | None) -> dict[str, str]:
        headers = {"Accept": "application/json", **self.authorization()}
        return headers if data is None else {**headers, "Content-Type": "application/json"}

    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def encode(self, body: Any) -> bytes | None:
        return None if body is None else json.dumps(body, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Miniature:
    """One client of the matrix: what it is called, what it breaks (nothing: it is right), what it is."""

    name: str
    breaks: tuple[str, ...]
    make: type[Client]
