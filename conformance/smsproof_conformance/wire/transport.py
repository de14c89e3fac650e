"""The one seam to the network: send a request, get an answer or the reason why there is none.

Bounded in every direction against a hostile peer: one deadline over the whole exchange, a cap on the decoded body, no
redirect followed, no proxy or netrc taken from the environment.
"""

from __future__ import annotations

import asyncio
import ssl
import time

import httpx2

from smsproof_conformance.records.exchange import Answer, Headers, Lost, Request
from smsproof_conformance.targets.target import WRONG_TOKEN, Secrets, Target, Token

MAX_BODY_BYTES = 2 * 1024 * 1024
_CONNECT_SECONDS = 3.0


class Transport:
    """An HTTP client bound to one target; close it in the loop that used it.

    trust    what an https peer must show; None: a certificate that this machine trusts.
    """

    def __init__(self, target: Target, secrets: Secrets, trust: ssl.SSLContext | None = None) -> None:
        self._target = target
        self._secrets = secrets
        self._client = httpx2.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            verify=trust or True,
            timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=16),
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def exchange(self, request: Request) -> Answer | Lost:
        """Send `request` once. Never raises for anything the peer or the network does."""
        began = time.monotonic()
        headers = [*request.headers, *self._authorization(request.token)]
        try:
            outgoing = httpx2.Request(
                request.method, self._target.base_url + request.target, headers=headers, content=request.body
            )
            async with asyncio.timeout(self._target.timeout_seconds):
                return await self._receive(outgoing, began)
        except TimeoutError:
            return Lost("transport.deadline", True, f"no whole answer within {self._target.timeout_seconds:g} s")
        except httpx2.ConnectTimeout:
            return Lost("transport.connect-timeout", False, f"no connection within {_CONNECT_SECONDS:g} s")
        except httpx2.ConnectError as error:
            return Lost(_connect_kind(error), False, str(error))
        except httpx2.RemoteProtocolError as error:
            kind = (
                "transport.truncated"
                if "peer closed" in str(error) or "disconnected" in str(error)
                else "transport.protocol"
            )
            return Lost(kind, True, str(error))
        except (httpx2.ReadError, httpx2.WriteError) as error:
            return Lost("transport.reset", True, str(error) or type(error).__name__)
        except httpx2.HTTPError as error:
            return Lost("transport.protocol", True, str(error) or type(error).__name__)

    async def _receive(self, outgoing: httpx2.Request, began: float) -> Answer:
        response = await self._client.send(outgoing, stream=True)
        malformed: str | None = None
        body = bytearray()
        try:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    malformed = "oversize"
                    break
        except httpx2.DecodingError:
            malformed = "encoding"
        finally:
            await response.aclose()
        headers: Headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw
        )
        return Answer(response.status_code, headers, bytes(body[:MAX_BODY_BYTES]), time.monotonic() - began, malformed)

    def _authorization(self, token: Token) -> Headers:
        good = self._secrets.token.get_secret_value()
        match token:
            case "missing":
                return ()
            case "good":
                return (("Authorization", f"Bearer {good}"),)
            case "wrong":
                return (("Authorization", f"Bearer {WRONG_TOKEN}"),)
            case "malformed":
                return (("Authorization", "Bearer"),)
            case "no-scheme":
                return (("Authorization", good),)
            case "expired":
                assert self._secrets.expired_token is not None  # cases that use it need Fact.EXPIRED_TOKEN
                return (("Authorization", f"Bearer {self._secrets.expired_token.get_secret_value()}"),)


def _connect_kind(error: BaseException) -> str:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return "transport.tls"
        if isinstance(seen, OSError) and type(seen).__name__ == "gaierror":
            return "transport.dns"
        if isinstance(seen, ConnectionResetError):
            return "transport.reset"
        seen = seen.__cause__ or seen.__context__
    text = str(error).lower()
    if "certificate" in text or "ssl" in text:
        return "transport.tls"
    if "name or service" in text or "getaddrinfo" in text:
        return "transport.dns"
    return "transport.refused"
