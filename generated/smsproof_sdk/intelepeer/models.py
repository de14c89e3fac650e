"""What IntelePeer Atmosphere Messaging sends and takes. Needs pydantic and no HTTP library."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from smsproof_sdk._runtime.inbound import SignedInbound
from smsproof_sdk._runtime.model import Model


class Message(Model):
    """
    One SMS message to send.

    from_   The sender, a number of the customer's inventory: a long code (E.164), a short code (CountryCode-ShortCode)
            or an alphanumeric sender id (CountryCode-Alphanumeric, 1 to 11 letters and digits with at least one
            letter). Its own form says which it is, never the destination (AMB-IP-03).
    to      The destination in E.164 format.
    text    The message.
    guid    The customer's own identifier, kept in the Message Detail Record. Any string; it may repeat, so it is no
            idempotency key.
    """

    from_: Annotated[str, Field(alias='from')]
    to: str
    text: str
    guid: str | None = None


class SendResult(Model):
    """
    The answer to a message that was queued.

    state      "Queued" in the example; an older page has another word. It never decides about success (AMB-IP-28).
    code       202 in the example, as the HTTP status.
    refid      The reference identifier of the message: opaque, 32 characters in the example (AMB-IP-30).
    numparts   In how many SMS segments the message goes out. In no table; an older answer lacks it (AMB-IP-29).
    """

    state: str
    code: int
    refid: str
    numparts: int | None = None


class FailedItem(Model):
    """
    A message of a bulk send that was refused. No page shows one: the status is an integer under code, in a lenient
    reading under status, and the rest is free (AMB-IP-11).

    code      The status that the message alone would have had: 400 or more.
    status    Stands in for code at a vendor that names it as in the webhook call; the cases warn.
    error     A reason, in whatever form.
    detail    A reason, in whatever form.
    message   A reason, in whatever form.
    """

    code: int | None = None
    status: int | None = None
    error: Any | None = None
    detail: Any | None = None
    message: Any | None = None


class Provisioning(Model):
    """
    How far the number has come on its way to SMS and back.

    state   One of the listed values. There is no "deprovisioned" among them; the list may grow (AMB-IP-27).
    """

    state: Literal['requested', 'provisioning', 'provisioned', 'derequested', 'deprovisioning', 'error'] | str


class WebhookState(Model):
    """
    The webhook of one endpoint of several.

    tnkey          The endpoint.
    webhook        The URL. Absent, empty or null where none is set (AMB-IP-23).
    provisioning   How far the number has come on its way to SMS and back.
    """

    tnkey: str
    webhook: str | None = None
    provisioning: Provisioning


class FailedWebhookItem(Model):
    """
    One endpoint that was refused. No page shows one: any response will do, or none.

    status     The status of this endpoint alone: 400 or more.
    endpoint   The endpoint as requested.
    response   Whatever the vendor says about it.
    """

    status: int
    endpoint: str
    response: Any | None = None


class WebhookSettings(Model):
    """
    The URL that is to receive the inbound messages of each of the endpoints.

    endpoints   Long codes (E.164) and short codes (CountryCode-ShortCode) of the customer.
    webhook     An absolute http or https URL with a host and without a fragment; user and password may stand in it
                (AMB-IP-25).
    """

    endpoints: list[str]
    webhook: str


class MessageStatusRequest(Model):
    """
    The message whose status is asked for.

    refid   The reference identifier from the answer to the send.
    """

    refid: str


class MessageStatus(Model):
    """
    How far a message has come, in words and as a number.

    code     200, as the HTTP status.
    rcc_en   Queued, Processing, Sent, Failed, or DLR: and a state of a delivery receipt.
    rcc      The same as a number: 0, 2031, 10000 and 210000 stand beside the first words in the page.
    """

    code: int
    rcc_en: Annotated[str, Field(alias='RCC_en')]
    rcc: Annotated[int, Field(alias='RCC')]


class InboundMessage(SignedInbound):
    """
    A message from a phone, as it is posted to the webhook. Unknown keys may stand beside these (AMB-IP-37).

    refid       The identifier of the message, 32 characters; the same on every attempt.
    from_       The sender: E.164 or CountryCode-ShortCode. The page's own example is no number that can exist;
                numbering plans are nobody's business here (AMB-IP-07).
    to          The customer's number: E.164 or CountryCode-ShortCode.
    message     The text.
    signature   The shared code that the customer set in the portal, literally (AMB-IP-31). Absent, empty or null where
                none is set (AMB-IP-32).
    """

    refid: str
    from_: Annotated[str, Field(alias='from')]
    to: str
    message: str
    signature: str | None = None


class Error(Model):
    """
    Why a request was refused. No page shows the body for these calls; sibling calls have three forms of it (AMB-IP-43).
    A message stands in error, detail or message, or else the raw body is all there is.

    code      The HTTP status, where the vendor repeats it.
    error     A reason, in whatever form.
    detail    A reason, in whatever form.
    message   A reason, in whatever form.
    """

    code: int | str | None = None
    error: Any | None = None
    detail: Any | None = None
    message: Any | None = None


class BulkSendResult(Model):
    """
    The answer to a bulk send: a response for each message, in the order of the request.

    code        207 in the example, as the HTTP status.
    responses   One item for each message of the request, at the same place.
    """

    code: int
    responses: list[SendResult | FailedItem]


class WebhookResult(Model):
    """
    The webhook of one endpoint, as it was set or as it was read.

    code           201 or 200 in the examples, as the HTTP status.
    tnkey          The endpoint.
    webhook        The URL. Absent, empty or null where none is set (AMB-IP-23).
    provisioning   How far the number has come on its way to SMS and back.
    """

    code: int
    tnkey: str
    webhook: str | None = None
    provisioning: Provisioning


class WebhookItem(Model):
    """
    One endpoint whose webhook was set or read.

    status     The status of this endpoint alone: 201 in the example. The key is status here, code in a bulk send
               (AMB-IP-16).
    endpoint   The endpoint as requested.
    response   The webhook of one endpoint of several.
    """

    status: int
    endpoint: str
    response: WebhookState


class BulkWebhookResult(Model):
    """
    The webhooks of several endpoints.

    code        207 in the example, as the HTTP status.
    endpoints   One item for each endpoint of the request. The note speaks of a list of responses; the key is endpoints
                (AMB-IP-15).
    """

    code: int
    endpoints: list[WebhookItem | FailedWebhookItem]

InboundMessage.inbound_id = "refid"
InboundMessage.inbound_secret = "signature"
