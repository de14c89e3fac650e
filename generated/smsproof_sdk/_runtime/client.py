"""What blocking and awaiting clients have in common: settings, and driving conversations."""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self, TypedDict, TypeVar

import anyio
import httpx2

from .calling import Ask, Conversation, Core, Pause
from .credential import AsyncToken, Scheme, Secret, Token, gather
from .errors import ConfigurationError
from .server import checked_base_url
from .transport import AsyncHttp, AsyncTransport, SyncHttp, SyncTransport, Verify

T = TypeVar("T")


@dataclass(frozen=True)
class Profile:
    """What the contract says about the client as a whole.

    servers   base URLs by name; the first is the default; empty when the contract names none
    """

    name: str
    version: str
    servers: Mapping[str, str]
    schemes: Mapping[str, Scheme]
    logger: str


class CommonOptions(TypedDict, total=False):
    """Settings that every client takes.

    base_url          where to send, instead of a server of the contract
    timeout           seconds for one wait (default 10)
    deadline          seconds for one call with all its tries (default 30)
    retries           further tries where one cannot send twice (default 2)
    verify            TLS trust: True for the system's, or an ssl.SSLContext
    trust_env         whether proxy settings of the environment are used (default False)
    max_answer_bytes  the most of an answer that is read (default 2 MiB)
    allow_insecure    whether http is taken for hosts other than this machine (default False)
    check_addresses   whether numbers and sender ids are checked before anything leaves (default True)
    """

    base_url: str
    timeout: float
    deadline: float
    retries: int
    verify: Verify
    trust_env: bool
    max_answer_bytes: int
    allow_insecure: bool
    check_addresses: bool


class Options(CommonOptions, total=False):
    """Settings of a blocking client.

    http_client       an httpx2.Client or httpx.Client to use; it stays yours to close. Of a dripping answer only the
                      pieces of the body are then held to the deadline, not each byte of its head.
    transport         an httpx2 transport to use, such as httpx2.MockTransport
    """

    http_client: SyncHttp
    transport: httpx2.BaseTransport


class AsyncOptions(CommonOptions, total=False):
    """Settings of an awaiting client.

    http_client       an httpx2.AsyncClient or httpx.AsyncClient to use; it stays yours to close
    transport         an httpx2 transport to use, such as httpx2.MockTransport or one on aiohttp
    """

    http_client: AsyncHttp
    transport: httpx2.AsyncBaseTransport


def _core(profile: Profile, server: str, given: Mapping[str, Token | AsyncToken], options: CommonOptions) -> Core:
    base_url = options.get("base_url") or profile.servers.get(server)
    if not base_url:
        names = ", ".join(profile.servers) or "none"
        raise ConfigurationError(
            f"give base_url: the contract's servers are {names}, and {server!r} is not one of them."
        )
    return Core(
        base_url=checked_base_url(base_url, allow_insecure=options.get("allow_insecure", False)),
        redirected="base_url" in options,
        allow_insecure=options.get("allow_insecure", False),
        timeout=options.get("timeout", 10.0),
        deadline=options.get("deadline", 30.0),
        retries=options.get("retries", 2),
        max_answer_bytes=options.get("max_answer_bytes", 2_097_152),
        schemes=profile.schemes,
        credentials=gather(profile.schemes, given),
        logger=logging.getLogger(profile.logger),
        user_agent=f"{profile.logger}/{profile.version}",
        addresses=options.get("check_addresses", True),
    )


class SyncClient:
    """A client that blocks. Use it as a context manager, or close it; it may be shared between threads."""

    _profile: ClassVar[Profile]

    def __init__(self, server: str, credentials: Mapping[str, Token], options: Options) -> None:
        self._core = _core(self._profile, server, credentials, options)
        self._transport = SyncTransport(
            http_client=options.get("http_client"),
            transport=options.get("transport"),
            verify=options.get("verify", True),
            trust_env=options.get("trust_env", False),
            base_url=self._core.base_url,
        )

    def _run(self, conversation: Conversation[T]) -> T:
        try:
            effect = conversation.send(None)
            while True:
                outcome: object = None
                try:
                    if isinstance(effect, Pause):
                        time.sleep(effect.seconds)
                    elif isinstance(effect, Ask):
                        outcome = _asked(effect)
                    else:
                        outcome = self._transport.exchange(effect)
                except Exception as error:  # whatever it is, the conversation knows what it means at this point
                    effect = conversation.throw(error)
                else:
                    effect = conversation.send(outcome)
        except StopIteration as stop:
            value: T = stop.value
            return value

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._core.base_url!r})"


class AsyncClient:
    """A client that awaits. Use it as an async context manager, or await its `close`."""

    _profile: ClassVar[Profile]

    def __init__(self, server: str, credentials: Mapping[str, AsyncToken], options: AsyncOptions) -> None:
        self._core = _core(self._profile, server, credentials, options)
        self._transport = AsyncTransport(
            http_client=options.get("http_client"),
            transport=options.get("transport"),
            verify=options.get("verify", True),
            trust_env=options.get("trust_env", False),
            secure=self._core.base_url.startswith("https:"),
        )

    async def _run(self, conversation: Conversation[T]) -> T:
        try:
            effect = conversation.send(None)
            while True:
                outcome: object = None
                try:
                    if isinstance(effect, Pause):
                        await anyio.sleep(effect.seconds)
                    elif isinstance(effect, Ask):
                        source = effect.credential.source
                        outcome = source() if callable(source) else source
                        if inspect.isawaitable(outcome):
                            outcome = await outcome
                    else:
                        outcome = await self._transport.exchange(effect)
                except Exception as error:  # whatever it is, the conversation knows what it means at this point
                    effect = conversation.throw(error)
                else:
                    effect = conversation.send(outcome)
        except StopIteration as stop:
            value: T = stop.value
            return value

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._core.base_url!r})"


def _asked(effect: Ask) -> Secret:
    source = effect.credential.source
    secret = source() if callable(source) else source
    if isinstance(secret, str | tuple):
        return secret
    raise ConfigurationError("the token function gave no text; an async function needs the async client.")
