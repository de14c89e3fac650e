"""Clients of Messangi Outbound SMS, blocking and awaiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Literal, Unpack, overload

from smsproof_sdk._runtime.bulk import BulkResult, Pairing
from smsproof_sdk._runtime.client import AsyncClient, AsyncOptions, Options, Profile, SyncClient
from smsproof_sdk._runtime.credential import AsyncToken, Scheme, Token
from smsproof_sdk._runtime.operation import Operation, Reading
from smsproof_sdk._runtime.preview import Preview, previews
from smsproof_sdk._runtime.sending import Listing, Progress, Sending, send_in_chunks, send_listing, send_many, send_one

from . import checks, errors, models, results

PROFILE = Profile(
    "Messangi",
    "2",
    servers={
        "default": "https://elastic.messangi.me",
    },
    schemes={
        "bearer": Scheme("bearer", "Authorization", "token", "MESSANGI_API_KEY"),
    },
    logger="smsproof_sdk.messangi",
)
SEND: Operation[models.SendResult] = Operation(
    "sendMessage",
    "POST",
    "/raven/v2/messages",
    bodies={"application/json": "json"},
    answers={"2XX": Reading("json", models.SendResult)},
    errors={"default": errors.Refused},
    security=(("bearer",),),
    paid=True,
)
SEND_BATCH: Operation[models.BatchResult] = Operation(
    "sendBatch",
    "POST",
    "/raven/v3/messages/batch",
    bodies={"application/json": "json"},
    answers={"2XX": Reading("json", models.BatchResult)},
    errors={"default": errors.Refused},
    security=(("bearer",),),
    paid=True,
)
SEND_MESSAGES: Sending[models.Message, results.Sent] = Sending(
    SEND,
    models.SendResult,
    results.Sent,
    id="/data/id",
    check=checks.MESSAGE,
    state="/data/status",
    failures=frozenset(("ERROR",)),
)
SEND_BATCH_LISTING: Listing[models.Batch, models.Recipient, results.SendBatchItem] = Listing(
    SEND_BATCH,
    Pairing(
        "/data/ids",
        (),
        "/id",
        models.BatchEntry,
        key="mobile",
        rejected="/data/invalidNumber",
        state="/data/status",
        failures=frozenset(("ERROR",)),
    ),
    results.SendBatchItem,
    requests=lambda body: body.to,
    key=lambda one: one.to,
    check=checks.BATCH,
)


class Messangi(SyncClient):
    """Send SMS messages one at a time or as a batch, and receive their delivery status.

    token     text, or a function that gives it; else the environment variable MESSANGI_API_KEY
    server    which host: default (https://elastic.messangi.me)
    options   see Options: base_url, timeout, deadline, retries, http_client, transport, ...
    """

    _profile = PROFILE

    def __init__(
        self,
        token: Token = None,
        *,
        server: Literal["default"] = "default",
        **options: Unpack[Options],
    ) -> None:
        given: dict[str, Token] = {"token": token}
        super().__init__(server, given, options)

    @overload
    def send(self, message: models.Message, /, *, deadline: float | None = None) -> results.Sent: ...
    @overload
    def send(
        self, message: Sequence[models.Message], /, *, deadline: float | None = None
    ) -> BulkResult[models.Message, results.Sent]: ...
    def send(
        self, message: models.Message | Sequence[models.Message], /, *, deadline: float | None = None
    ) -> results.Sent | BulkResult[models.Message, results.Sent]:
        """Send one message.

        The page has three spellings of the path; this is the only whole URL among them (AMB-MS-02).

        deadline   seconds for the whole call, instead of the client's
        raises     InvalidRequest, NotSent, MaybeSent, SentUnreadable, Refused
        """
        if isinstance(message, models.Message):
            return self._run(send_one(self._core, SEND_MESSAGES, message, deadline))
        return self._run(send_many(self._core, SEND_MESSAGES, message, deadline))

    def send_in_chunks(
        self,
        messages: Iterable[models.Message],
        *,
        size: int,
        start: int = 0,
        progress: Callable[[Progress], None] | None = None,
        deadline: float | None = None,
    ) -> BulkResult[models.Message, results.Sent]:
        """Send a long stream in lists of `size`; stops at the first list whose fate is unclear.

        start      messages to skip: the `position` of an earlier result
        progress   called after each list
        deadline   seconds for each list
        returns    what happened since `start`, with `stopped` and `position` to go on from
        """
        return self._run(
            send_in_chunks(self._core, SEND_MESSAGES, messages, size, start, progress, deadline)
        )

    def send_batch(
        self, body: models.Batch, /, *, deadline: float | None = None
    ) -> BulkResult[models.Recipient, results.SendBatchItem]:
        """Send one text to many, with values of their own.

        The page gives the path without what stands before v3; the sibling paths of the host decide (AMB-MS-02).
        Badly formatted numbers do not spoil the batch: they are listed in the answer.

        deadline   seconds for the whole call, instead of the client's
        raises     InvalidRequest, NotSent, MaybeSent, SentUnreadable, Refused
        """
        return self._run(send_listing(self._core, SEND_BATCH_LISTING, body, deadline))

    @staticmethod
    def preview(body: models.Message | models.Batch, *, price: Decimal | str | None = None) -> tuple[Preview, ...]:
        """What each text of a message or batch will cost before it is sent: one preview for each text.

        price   of one segment, as text or Decimal
        """
        return previews(checks.of(body), body, price=price, documented=True)


class AsyncMessangi(AsyncClient):
    """The same client, awaited."""

    _profile = PROFILE

    def __init__(
        self,
        token: AsyncToken = None,
        *,
        server: Literal["default"] = "default",
        **options: Unpack[AsyncOptions],
    ) -> None:
        given: dict[str, AsyncToken] = {"token": token}
        super().__init__(server, given, options)

    @overload
    async def send(self, message: models.Message, /, *, deadline: float | None = None) -> results.Sent: ...
    @overload
    async def send(
        self, message: Sequence[models.Message], /, *, deadline: float | None = None
    ) -> BulkResult[models.Message, results.Sent]: ...
    async def send(
        self, message: models.Message | Sequence[models.Message], /, *, deadline: float | None = None
    ) -> results.Sent | BulkResult[models.Message, results.Sent]:
        """Send one message.

        The page has three spellings of the path; this is the only whole URL among them (AMB-MS-02).

        deadline   seconds for the whole call, instead of the client's
        raises     InvalidRequest, NotSent, MaybeSent, SentUnreadable, Refused
        """
        if isinstance(message, models.Message):
            return await self._run(send_one(self._core, SEND_MESSAGES, message, deadline))
        return await self._run(send_many(self._core, SEND_MESSAGES, message, deadline))

    async def send_in_chunks(
        self,
        messages: Iterable[models.Message],
        *,
        size: int,
        start: int = 0,
        progress: Callable[[Progress], None] | None = None,
        deadline: float | None = None,
    ) -> BulkResult[models.Message, results.Sent]:
        """Send a long stream in lists of `size`; stops at the first list whose fate is unclear.

        start      messages to skip: the `position` of an earlier result
        progress   called after each list
        deadline   seconds for each list
        returns    what happened since `start`, with `stopped` and `position` to go on from
        """
        return await self._run(
            send_in_chunks(self._core, SEND_MESSAGES, messages, size, start, progress, deadline)
        )

    async def send_batch(
        self, body: models.Batch, /, *, deadline: float | None = None
    ) -> BulkResult[models.Recipient, results.SendBatchItem]:
        """Send one text to many, with values of their own.

        The page gives the path without what stands before v3; the sibling paths of the host decide (AMB-MS-02).
        Badly formatted numbers do not spoil the batch: they are listed in the answer.

        deadline   seconds for the whole call, instead of the client's
        raises     InvalidRequest, NotSent, MaybeSent, SentUnreadable, Refused
        """
        return await self._run(send_listing(self._core, SEND_BATCH_LISTING, body, deadline))

    @staticmethod
    def preview(body: models.Message | models.Batch, *, price: Decimal | str | None = None) -> tuple[Preview, ...]:
        """What each text of a message or batch will cost before it is sent: one preview for each text.

        price   of one segment, as text or Decimal
        """
        return previews(checks.of(body), body, price=price, documented=True)
