"""Clients of IntelePeer Atmosphere Messaging, blocking and awaiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Literal, Unpack, overload

from smsproof_sdk._runtime.bulk import BulkResult, Pairing
from smsproof_sdk._runtime.checking import Address
from smsproof_sdk._runtime.client import AsyncClient, AsyncOptions, Options, Profile, SyncClient
from smsproof_sdk._runtime.credential import AsyncToken, Scheme, Token
from smsproof_sdk._runtime.operation import Operation, Parameter, Reading
from smsproof_sdk._runtime.preview import Preview, previews
from smsproof_sdk._runtime.sending import (
    Listing,
    Progress,
    Sending,
    call_one,
    send_in_chunks,
    send_listing,
    send_many,
    send_one,
)

from . import checks, errors, models, results

PROFILE = Profile(
    "IntelePeer",
    "4",
    servers={
        "default": "https://api.intelepeer.com",
        "eu": "https://eu.api.intelepeer.com",
    },
    schemes={
        "bearer": Scheme("bearer", "Authorization", "token", "INTELEPEER_TOKEN"),
    },
    logger="smsproof_sdk.intelepeer",
)
SEND: Operation[models.SendResult | models.BulkSendResult] = Operation(
    "sendMessage",
    "POST",
    "/_rest/v4/app/sms/send",
    bodies={"application/json": "json"},
    answers={202: Reading("json", models.SendResult), 207: Reading("json", models.BulkSendResult)},
    errors={400: errors.BadRequest, 401: errors.Unauthorized, 403: errors.Forbidden, 404: errors.NotFound},
    security=(("bearer",),),
    paid=True,
)
GET_WEBHOOK: Operation[models.WebhookResult] = Operation(
    "getWebhook",
    "GET",
    "/_rest/v4/my/did/sms/webhook",
    parameters={
        "endpoint": Parameter("endpoint", "query", "form", True, required=True, address=Address("intelepeer", "endpoint")),
    },
    answers={200: Reading("json", models.WebhookResult)},
    errors={400: errors.BadRequest, 401: errors.Unauthorized, 403: errors.Forbidden, 404: errors.NotFound},
    security=(("bearer",),),
)
SET_WEBHOOK: Operation[models.WebhookResult | models.BulkWebhookResult] = Operation(
    "setWebhook",
    "POST",
    "/_rest/v4/my/did/sms/webhook",
    bodies={"application/json": "json"},
    answers={201: Reading("json", models.WebhookResult), 207: Reading("json", models.BulkWebhookResult)},
    errors={400: errors.BadRequest, 401: errors.Unauthorized, 403: errors.Forbidden, 404: errors.NotFound},
    security=(("bearer",),),
)
GET_MESSAGE_STATUS: Operation[models.MessageStatus] = Operation(
    "getMessageStatus",
    "POST",
    "/_rest/v4/app/sms/mdr",
    bodies={"application/json": "json"},
    answers={200: Reading("json", models.MessageStatus)},
    errors={401: errors.Unauthorized, 404: errors.NotFound},
    security=(("bearer",),),
)
SEND_MESSAGES: Sending[models.Message, results.Sent] = Sending(
    SEND,
    models.SendResult,
    results.Sent,
    id="/refid",
    check=checks.MESSAGE,
    bulk=Pairing(
        "/responses",
        ("code", "status"),
        "/refid",
        models.SendResult,
    ),
)
SET_WEBHOOK_LISTING: Listing[models.WebhookSettings, str, results.SetWebhookItem] = Listing(
    SET_WEBHOOK,
    Pairing(
        "/endpoints",
        ("status", "code"),
        None,
        models.WebhookItem,
        key="endpoint",
        envelope="response",
    ),
    results.SetWebhookItem,
    requests=lambda body: body.endpoints,
    key=lambda one: one,
    check=checks.WEBHOOK_SETTINGS,
)


class IntelePeer(SyncClient):
    """Send SMS messages one at a time or in bulk, and receive them at a webhook.

    token     text, or a function that gives it; else the environment variable INTELEPEER_TOKEN
    server    which host: default (https://api.intelepeer.com), eu (https://eu.api.intelepeer.com)
    options   see Options: base_url, timeout, deadline, retries, http_client, transport, ...
    """

    _profile = PROFILE

    def __init__(
        self,
        token: Token = None,
        *,
        server: Literal["default", "eu"] = "default",
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
        """Send one message, or many in one call.

        One message object is answered 202. A list, of one message or more, is answered 207 with a response for each
        message in the order of the request, whatever became of the single messages.

        deadline   seconds for the whole call, instead of the client's
        raises     InvalidRequest, NotSent, MaybeSent, SentUnreadable, BadRequest, Unauthorized, Forbidden, NotFound
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

    def get_webhook(self, endpoint: str, *, deadline: float | None = None) -> models.WebhookResult:
        """Read the URL that receives the messages of a number.

        The plus sign of the number travels as %2B. How to ask for several numbers is not described, though the page
        knows a 207 for it (AMB-IP-14).

        endpoint   The number, with its country code and plus sign; a short code is not ruled out (AMB-IP-19).
        deadline   seconds for the whole call, instead of the client's
        returns    The webhook of the number.
        raises     NotSent, MaybeSent, SentUnreadable, BadRequest, Unauthorized, Forbidden, NotFound
        """
        return self._run(call_one(self._core, GET_WEBHOOK, {"endpoint": endpoint}, deadline=deadline))

    def set_webhook(
        self, body: models.WebhookSettings, /, *, deadline: float | None = None
    ) -> BulkResult[str, results.SetWebhookItem]:
        """Set the URL that receives the messages of one number, or of several.

        One endpoint is answered 201. Several are answered 207 with a response for each endpoint: here the count
        decides, not the form (AMB-IP-13).

        deadline   seconds for the whole call, instead of the client's
        raises     InvalidRequest, NotSent, MaybeSent, SentUnreadable, BadRequest, Unauthorized, Forbidden, NotFound
        """
        return self._run(send_listing(self._core, SET_WEBHOOK_LISTING, body, deadline))

    def get_message_status(
        self,
        body: models.MessageStatusRequest,
        *,
        deadline: float | None = None,
    ) -> models.MessageStatus:
        """Read how far a message has come.

        From another page of the vendor, for S0:62 only points at it; outside fuzz and coverage. That page says POST,
        two others of the vendor say GET; POST is chosen because it is the page with the current path and example
        (P-IP-4).

        deadline   seconds for the whole call, instead of the client's
        returns    The status of the message.
        raises     NotSent, MaybeSent, SentUnreadable, Unauthorized, NotFound
        """
        return self._run(call_one(self._core, GET_MESSAGE_STATUS, {}, body, deadline=deadline))

    @staticmethod
    def preview(body: models.Message, *, price: Decimal | str | None = None) -> tuple[Preview, ...]:
        """What each text of a message or batch will cost before it is sent: one preview for each text.

        price   of one segment, as text or Decimal
        """
        return previews(checks.of(body), body, price=price, documented=False)


class AsyncIntelePeer(AsyncClient):
    """The same client, awaited."""

    _profile = PROFILE

    def __init__(
        self,
        token: AsyncToken = None,
        *,
        server: Literal["default", "eu"] = "default",
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
        """Send one message, or many in one call.

        One message object is answered 202. A list, of one message or more, is answered 207 with a response for each
        message in the order of the request, whatever became of the single messages.

        deadline   seconds for the whole call, instead of the client's
        raises     InvalidRequest, NotSent, MaybeSent, SentUnreadable, BadRequest, Unauthorized, Forbidden, NotFound
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

    async def get_webhook(self, endpoint: str, *, deadline: float | None = None) -> models.WebhookResult:
        """Read the URL that receives the messages of a number.

        The plus sign of the number travels as %2B. How to ask for several numbers is not described, though the page
        knows a 207 for it (AMB-IP-14).

        endpoint   The number, with its country code and plus sign; a short code is not ruled out (AMB-IP-19).
        deadline   seconds for the whole call, instead of the client's
        returns    The webhook of the number.
        raises     NotSent, MaybeSent, SentUnreadable, BadRequest, Unauthorized, Forbidden, NotFound
        """
        return await self._run(call_one(self._core, GET_WEBHOOK, {"endpoint": endpoint}, deadline=deadline))

    async def set_webhook(
        self, body: models.WebhookSettings, /, *, deadline: float | None = None
    ) -> BulkResult[str, results.SetWebhookItem]:
        """Set the URL that receives the messages of one number, or of several.

        One endpoint is answered 201. Several are answered 207 with a response for each endpoint: here the count
        decides, not the form (AMB-IP-13).

        deadline   seconds for the whole call, instead of the client's
        raises     InvalidRequest, NotSent, MaybeSent, SentUnreadable, BadRequest, Unauthorized, Forbidden, NotFound
        """
        return await self._run(send_listing(self._core, SET_WEBHOOK_LISTING, body, deadline))

    async def get_message_status(
        self,
        body: models.MessageStatusRequest,
        *,
        deadline: float | None = None,
    ) -> models.MessageStatus:
        """Read how far a message has come.

        From another page of the vendor, for S0:62 only points at it; outside fuzz and coverage. That page says POST,
        two others of the vendor say GET; POST is chosen because it is the page with the current path and example
        (P-IP-4).

        deadline   seconds for the whole call, instead of the client's
        returns    The status of the message.
        raises     NotSent, MaybeSent, SentUnreadable, Unauthorized, NotFound
        """
        return await self._run(call_one(self._core, GET_MESSAGE_STATUS, {}, body, deadline=deadline))

    @staticmethod
    def preview(body: models.Message, *, price: Decimal | str | None = None) -> tuple[Preview, ...]:
        """What each text of a message or batch will cost before it is sent: one preview for each text.

        price   of one segment, as text or Decimal
        """
        return previews(checks.of(body), body, price=price, documented=False)
