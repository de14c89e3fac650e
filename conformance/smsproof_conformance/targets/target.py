"""A target: the endpoint under test and the facts its owner declares about it."""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


class Fact(StrEnum):
    """Something a case may need to know of its target; a case whose facts are not declared is skipped.

    The value is what the reader of a SKIP is told to add to the target.
    """

    SENDER = "a sender (numbers.long_codes, short_codes or alphanumerics)"
    LONG_CODE = "numbers.long_codes"
    TWO_LONG_CODES = "a second entry in numbers.long_codes"
    SHORT_CODE = "numbers.short_codes"
    ALPHANUMERIC = "numbers.alphanumerics"
    DESTINATION = "numbers.destinations"
    FOREIGN = "numbers.foreign"
    BLOCKED_DESTINATION = "numbers.blocked_destination"
    NOT_ENABLED = "numbers.not_enabled"
    EXPIRED_TOKEN = "expired_token_env"
    SECRET = "webhook_secret_env"
    CONTROL = "control_url"
    LOOPBACK = "a loopback base_url (this case would text or need numbers outside the allow-list)"
    INBOX = "public_url (the inbox listens on loopback, where a remote target cannot reach it)"


def is_loopback(url: str) -> bool:
    """Whether a URL's host is the loopback interface: `localhost` or a literal of 127.0.0.0/8 or ::1.

    Other names are never looked up: a name that resolves to loopback today may not tomorrow.
    """
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("expected an absolute http:// or https:// URL with a host")
    if parts.query or parts.fragment:
        raise ValueError("expected a URL without query and fragment")
    if parts.username or parts.password:
        raise ValueError("expected a URL without credentials: tokens come from the environment (token_env)")
    return value.rstrip("/")


def _variable(value: str) -> str:
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", value):
        raise ValueError("expected the name of an environment variable, not what it holds")
    return value


def _listening_address(value: str) -> str:
    address = re.fullmatch(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s\[\]:/@]*):([0-9]{1,5})", value)
    if not address or int(address[1]) > 65535:
        raise ValueError("expected HOST:PORT such as 127.0.0.1:0")
    return value


HttpUrl = Annotated[str, AfterValidator(_http_url)]
Variable = Annotated[str, AfterValidator(_variable)]
ListeningAddress = Annotated[str, AfterValidator(_listening_address)]


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Numbers(Table):
    """The numbers a run may use. `destinations` is the allow-list: no other number is ever texted."""

    long_codes: tuple[str, ...] = Field(default=(), strict=False)
    short_codes: tuple[str, ...] = Field(default=(), strict=False)
    alphanumerics: tuple[str, ...] = Field(default=(), strict=False)
    destinations: tuple[str, ...] = Field(default=(), strict=False)
    foreign: str | None = None
    blocked_destination: str | None = None
    not_enabled: str | None = None


class Target(Table):
    """One `[target.NAME]` table. Secrets are named by environment variable, never written in the file."""

    name: str
    vendor: str
    base_url: HttpUrl
    token_env: Variable
    expired_token_env: Variable | None = None
    webhook_secret_env: Variable | None = None
    control_url: HttpUrl | None = None
    control_token_env: Variable | None = None
    listen: ListeningAddress = "127.0.0.1:0"
    public_url: HttpUrl | None = None
    wait_seconds: float = Field(default=5.0, gt=0, le=600, strict=False)
    timeout_seconds: float = Field(default=10.0, gt=0, le=600, strict=False)
    paths: dict[str, str] = {}
    numbers: Numbers = Numbers()

    @property
    def on_loopback(self) -> bool:
        return is_loopback(self.base_url)

    def declares(self, fact: Fact, secrets: Secrets) -> bool:
        """Whether a case may rely on `fact`."""
        numbers = self.numbers
        match fact:
            case Fact.SENDER:
                return bool(numbers.short_codes or numbers.long_codes or numbers.alphanumerics)
            case Fact.LONG_CODE:
                return bool(numbers.long_codes)
            case Fact.TWO_LONG_CODES:
                return len(numbers.long_codes) > 1
            case Fact.SHORT_CODE:
                return bool(numbers.short_codes)
            case Fact.ALPHANUMERIC:
                return bool(numbers.alphanumerics)
            case Fact.DESTINATION:
                return bool(numbers.destinations)
            case Fact.FOREIGN:
                return numbers.foreign is not None
            case Fact.BLOCKED_DESTINATION:
                return numbers.blocked_destination is not None
            case Fact.NOT_ENABLED:
                return numbers.not_enabled is not None
            case Fact.EXPIRED_TOKEN:
                return secrets.expired_token is not None
            case Fact.SECRET:
                return secrets.shared_code is not None
            case Fact.CONTROL:
                return self.control_url is not None
            case Fact.LOOPBACK:
                return self.on_loopback
            case Fact.INBOX:
                return self.on_loopback or self.public_url is not None


class Secrets(BaseModel):
    """What a run knows and no file may: read from the environment once, passed only to the transport and the inbox."""

    model_config = ConfigDict(frozen=True)

    token: SecretStr
    expired_token: SecretStr | None = None
    shared_code: SecretStr | None = None
    control_token: SecretStr | None = None

    def values(self) -> tuple[str, ...]:
        """Every secret in clear, for the one door that keeps them out of the ledger."""
        held = (self.token, self.expired_token, self.shared_code, self.control_token)
        return tuple(secret.get_secret_value() for secret in held if secret is not None)


Token = Literal[
    "good", "missing", "wrong", "expired", "malformed", "no-scheme", "other-scheme", "wrong-basic", "longer"
]  # fmt: skip
"""What a request has in Authorization, by name.

no-scheme       the right token without the word Bearer.
other-scheme    the right token behind another word than Bearer.
wrong-basic     well-formed credentials of another scheme, which nobody has.
longer          a token that begins as the right one does and goes on.
"""

WRONG_TOKEN: Final = "nobody-ever-issued-this-token"
"""What the label "wrong" stands for: well formed, unknown to anyone, and no part of a token that somebody has."""

OTHER_SCHEME: Final = "Token"
WRONG_BASIC: Final = "Basic bm9ib2R5Om5vYm9keS1ldmVyLWlzc3VlZC10aGlzLXRva2Vu"
"""User "nobody" with WRONG_TOKEN for a password (RFC 7617)."""
LONGER: Final = "-and-more"
"""What follows the right token under the label "longer"."""
