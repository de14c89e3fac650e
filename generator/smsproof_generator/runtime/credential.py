"""Tokens and keys: from an argument, a callable or the environment; never shown."""

from __future__ import annotations

import base64
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from .errors import ConfigurationError

Secret = str | tuple[str, str]
Token = str | tuple[str, str] | Callable[[], str] | None
AsyncToken = str | tuple[str, str] | Callable[[], str | Awaitable[str]] | None


@dataclass(frozen=True, slots=True)
class Scheme:
    """One security scheme of the contract.

    kind    how the secret travels
    field   name of the header, query parameter or cookie; "Authorization" for bearer and basic
    env     environment variable that holds it when no argument is given, or None
    argument  name of the client's argument
    """

    kind: Literal["bearer", "basic", "header", "query", "cookie"]
    field: str
    argument: str
    env: str | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret, or the way to get one."""

    source: Token | AsyncToken = field(repr=False)

    @property
    def renewable(self) -> bool:
        """Whether asking again may give another secret."""
        return callable(self.source)

    @property
    def given(self) -> Secret:
        """The secret itself, where it is no function's to give."""
        source = self.source
        if source is not None and not callable(source):
            return source
        raise ConfigurationError("a token is a text, a pair of texts or a function that gives one.")


def gather(schemes: Mapping[str, Scheme], given: Mapping[str, Token | AsyncToken]) -> dict[str, Credential]:
    """Find the secret of each scheme: the argument first, then the environment. Missing ones are left out."""
    found: dict[str, Credential] = {}
    for name, scheme in schemes.items():
        source = given.get(scheme.argument)
        if source is None and scheme.env is not None:
            source = os.environ.get(scheme.env)
        if source is not None:
            found[name] = Credential(source)
    return found


def header_value(scheme: Scheme, secret: Secret) -> str:
    """The value that carries a secret.

    A key that was configured with its "Bearer " is not given a second one (AMB-MS-07).
    raises   ConfigurationError when it is empty or holds what no header may (RFC 9110 section 5.5).
    """
    if scheme.kind == "basic":
        if not isinstance(secret, tuple):
            raise ConfigurationError(f"{scheme.argument} must be a pair: (user name, password).")
        return "Basic " + base64.b64encode(":".join(secret).encode()).decode()
    if not isinstance(secret, str):
        raise ConfigurationError(f"{scheme.argument} must be text.")
    secret = secret.strip()
    if scheme.kind == "bearer":
        while secret[:6].lower() == "bearer" and not secret[6:7].strip():
            secret = secret[6:].lstrip()
    if not secret or not secret.isascii() or not secret.isprintable():
        raise ConfigurationError(
            f"{scheme.argument} is empty or holds characters that no header may; give the token as it was issued."
        )
    return f"Bearer {secret}" if scheme.kind == "bearer" else secret
