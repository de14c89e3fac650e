"""How a call runs: the token, the tries, the waits. Written once, driven by blocking and by awaiting clients alike.

A conversation is a generator: it yields what it needs done (an attempt, a pause, a token) and is sent the outcome.
"""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote

from .answer import failed
from .credential import Credential, Scheme, Secret, header_value
from .errors import ConfigurationError, MaybeSent, NotSent, SdkError
from .operation import Operation
from .raw import RawAnswer, record
from .server import checked_base_url, origin
from .transport import Attempt, Failure
from .writing import body as written_body
from .writing import target

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Ask:
    """Get a secret from the caller's function."""

    credential: Credential


Effect = Attempt | Pause | Ask
Conversation = Generator[Effect, Any, T]

# A vendor may ask for an hour; nobody waits longer than this inside a call (nor longer than the call's deadline).
_LONGEST_WAIT_SECONDS = 120.0
_FIRST_WAIT_SECONDS = 0.1
# Answers that say "later" (RFC 9110 sections 15.5.9, 15.6; RFC 6585 section 4).
_LATER = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(slots=True)
class Core:
    """What every call of one client shares.

    redirected  whether the user named the base URL, so that no server of the contract is asked
    timeout     seconds for one wait
    deadline    seconds for one call, all its tries and waits together
    retries     further tries, where a further try cannot send twice
    addresses   whether addresses are checked here
    """

    base_url: str
    redirected: bool
    allow_insecure: bool
    timeout: float
    deadline: float
    retries: int
    max_answer_bytes: int
    schemes: Mapping[str, Scheme]
    credentials: Mapping[str, Credential]
    logger: logging.Logger
    user_agent: str
    addresses: bool = True
    secrets: dict[str, Secret] = field(default_factory=dict, repr=False)

    def base_url_of(self, operation: Operation[Any]) -> str:
        """Where an operation goes; raises ConfigurationError as for any base URL."""
        server = operation.server
        if server is None:
            return self.base_url
        if server.startswith("/"):
            return origin(self.base_url) + server
        return self.base_url if self.redirected else checked_base_url(server, allow_insecure=self.allow_insecure)


@dataclass(slots=True)
class Ready:
    """A request of one operation, before its secrets are added."""

    operation: Operation[Any]
    target: str
    headers: list[tuple[str, str]]
    content: bytes | None


_MISSING: Any = object()


def ready(
    core: Core,
    operation: Operation[Any],
    values: Mapping[str, object],
    body: object = _MISSING,
    media_type: str | None = None,
) -> Ready:
    """Write values and body as the operation says; raises InvalidRequest."""
    for name, parameter in operation.parameters.items():
        if parameter.address is not None and core.addresses and values.get(name) is not None:
            parameter.address(values[name], name)
    path, headers = target(operation, values) if operation.parameters else (operation.path, [])
    content = None
    if body is not _MISSING and body is not None:
        content, written = written_body(operation, media_type or next(iter(operation.bodies)), body)
        headers = [*headers, ("Content-Type", written)]
    return Ready(operation, path, headers, content)


def call(core: Core, request: Ready, deadline: float | None = None) -> Conversation[RawAnswer]:
    """Make one call, and answer only with a success.

    A request that may have left is never made again, unless it only reads; one that never left is tried again.
    raises   NotSent, MaybeSent, StatusError, ConfigurationError; what a token function raises, as it is: nothing left
    """
    operation = request.operation
    ends = time.monotonic() + (core.deadline if deadline is None else deadline)
    names = _alternative(core, operation)
    base_url = core.base_url_of(operation)
    tried = 0
    renewed = False
    while True:
        target, headers = yield from _secured(core, request, names)
        tried += 1
        attempt = Attempt(
            operation.method,
            base_url + target,
            operation.path,
            headers,
            request.content,
            ends,
            core.timeout,
            core.max_answer_bytes,
        )
        outcome = yield from _attempted(core, operation, attempt, tried)
        if isinstance(outcome, RawAnswer):
            record(outcome)
            if 200 <= outcome.status < 300:
                return outcome
            if outcome.status == 401 and not renewed and _renew(core, names):
                # The old secret was refused, so nothing was accepted; a new one is tried once.
                renewed = True
                tried -= 1
                continue
            if not (operation.reads and outcome.status in _LATER and tried <= core.retries):
                raise failed(operation, outcome)
            wait = _asked_wait(outcome, datetime.now(UTC))
            if wait is None:
                wait = _backoff(tried)
            if wait > ends - time.monotonic():
                raise failed(operation, outcome)
        else:
            again = not outcome.left or operation.reads
            wait = _backoff(tried)
            if not again or tried > core.retries or wait > ends - time.monotonic():
                if outcome.left:
                    raise MaybeSent(outcome.reason, is_retry_safe=True if operation.reads else None)
                raise NotSent(outcome.reason, attempts=tried)
        yield Pause(wait)


def _attempted(
    core: Core, operation: Operation[Any], attempt: Attempt, tried: int
) -> Conversation[RawAnswer | Failure]:
    """Make one attempt; raises MaybeSent for whatever a transport of the user's own raises, behind an octet that left."""
    try:
        outcome: RawAnswer | Failure = yield attempt
        _log(core, operation, outcome, tried)
    except SdkError:
        raise
    except Exception as error:  # any library's: none of them says whether something had left
        reason = f"{type(error).__name__}: {error}"
        raise MaybeSent(reason, is_retry_safe=True if operation.reads else None) from error
    return outcome


def _alternative(core: Core, operation: Operation[Any]) -> tuple[str, ...]:
    """The scheme names of the first alternative whose secrets are all there."""
    for names in operation.security:
        if all(name in core.credentials for name in names):
            return names
    if not operation.security:
        return ()
    wanted = [core.schemes[name] for name in operation.security[0] if name not in core.credentials]
    places = " and ".join(
        f"`{scheme.argument}`" + (f" (or the environment variable {scheme.env})" if scheme.env else "")
        for scheme in wanted
    )
    raise ConfigurationError(f"{operation.id} needs credentials: give {places}. Nothing was sent.")


def _secured(core: Core, request: Ready, names: tuple[str, ...]) -> Conversation[tuple[str, list[tuple[str, str]]]]:
    """Target and headers with the secrets in their places."""
    target = request.target
    headers = [
        ("Accept", _accept(request.operation)),
        ("Accept-Encoding", "identity"),
        ("User-Agent", core.user_agent),
        *request.headers,
    ]
    cookies: list[str] = []
    for name in names:
        scheme = core.schemes[name]
        if name not in core.secrets:
            credential = core.credentials[name]
            secret: Secret = (yield Ask(credential)) if credential.renewable else credential.given
            core.secrets[name] = secret
        value = header_value(scheme, core.secrets[name])
        if scheme.kind == "query":
            target += ("&" if "?" in target else "?") + f"{quote(scheme.field, safe='')}={quote(value, safe='')}"
        elif scheme.kind == "cookie":
            cookies.append(f"{scheme.field}={value}")
        else:
            headers.append((scheme.field, value))
    if cookies:
        given = [value for key, value in headers if key == "Cookie"]
        headers = [(key, value) for key, value in headers if key != "Cookie"]
        headers.append(("Cookie", "; ".join([*given, *cookies])))
    return target, headers


def _accept(operation: Operation[Any]) -> str:
    return f"{operation.accept}, */*;q=0.5"


def _renew(core: Core, names: tuple[str, ...]) -> bool:
    """Forget secrets that can be asked for again; whether there was one."""
    renewable = [name for name in names if core.credentials[name].renewable]
    for name in renewable:
        core.secrets.pop(name, None)
    return bool(renewable)


def _backoff(tried: int) -> float:
    """Seconds before the next try: doubling, with jitter, so that many clients do not come back at once."""
    return min(_FIRST_WAIT_SECONDS * 2.0 ** (tried - 1), 5.0) * random.uniform(0.5, 1.0)


def _asked_wait(raw: RawAnswer, now: datetime) -> float | None:
    """Retry-After in seconds (RFC 9110 section 10.2.3), capped; None when absent or senseless."""
    text = raw.headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):  # the year 99999999999 is a number, and no date
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    if math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT_SECONDS)


def _log(core: Core, operation: Operation[Any], outcome: RawAnswer | Failure, tried: int) -> None:
    """One line at DEBUG: no numbers, texts, tokens, queries or bodies ever."""
    if not core.logger.isEnabledFor(logging.DEBUG):
        return
    if isinstance(outcome, Failure):
        left = "may have left" if outcome.left else "never left"
        core.logger.debug("%s %s: try %d %s this machine", operation.method, operation.path, tried, left)
    else:
        core.logger.debug(
            "%s %s: try %d answered %d, %d bytes in %.0f ms",
            operation.method,
            operation.path,
            tried,
            outcome.status,
            len(outcome.body),
            outcome.elapsed * 1000,
        )
