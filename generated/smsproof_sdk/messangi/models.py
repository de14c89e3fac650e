"""What Messangi Outbound SMS sends and takes. Needs pydantic and no HTTP library."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field
from smsproof_sdk._runtime.inbound import StatusInbound
from smsproof_sdk._runtime.model import CommaJoined, Model
from smsproof_sdk._runtime.timestamp import Timestamp


class Message(Model):
    """
    One SMS message to send.

    from_         The sender as it is assigned to the customer: 1 to 6 digits are a short code, 7 and more a long code,
                  anything else of letters and digits an alphanumeric one (AMB-MS-19).
    text          The message. Longer than 1600 characters it is answered with the status ERROR.
    to            The destination in E.164 format; the plus sign is optional.
    request_dr    Asks the operator for a delivery receipt; callbacks need it. Default: False.
    connection    The name of a connection, where the carrier would be ambiguous.
    callbacks     The URLs that are told each status: one string, separated by commas without spaces (AMB-MS-28).
    email         An e-mail address that belongs to the destination.
    type          MT, mobile terminated: the only kind there is (AMB-MS-37). Default: MT.
    external_id   The customer's identifier of the message or of a campaign; it comes back in the callbacks and need not
                  be unique (AMB-MS-35).
    client_id     The customer's identifier of the recipient; it comes back in the callbacks.
    """

    from_: Annotated[str, Field(alias='from')]
    text: str
    to: str
    request_dr: Annotated[bool | None, Field(alias='requestDR')] = None
    connection: str | None = None
    callbacks: CommaJoined | None = None
    email: str | None = None
    type: Literal['MT'] | None = None
    external_id: Annotated[str | None, Field(alias='externalId')] = None
    client_id: Annotated[str | None, Field(alias='clientId')] = None


class Meta(Model):
    """
    Facts about the call itself, in the answer to a single send.

    timestamp        When the call was answered; milliseconds since 1970 by its look (AMB-MS-51).
    transaction_id   The identifier of the call: opaque, one of the two examples is no UUID (AMB-MS-08).
    explain          A text about the outcome: shown in a batch only, welcome here as well (AMB-MS-43).
    """

    timestamp: int
    transaction_id: Annotated[str, Field(alias='transactionId')]
    explain: str | None = None


class SentMessage(Model):
    """
    The message as the vendor took it. With the status ERROR it was not taken, and an id is then the vendor's choice.

    id            The identifier of the message: opaque (AMB-MS-09).
    from_         The sender.
    text          The text.
    to            The destination, with or without the plus sign.
    request_dr    Whether a delivery receipt was asked for.
    connection    As requested.
    callbacks     As requested.
    email         As requested.
    type          MT.
    external_id   As requested.
    client_id     As requested.
    owner         Who owns or made the transaction; no e-mail address need stand here (AMB-MS-13).
    operator      The user, a member of the owner.
    status        The status that a message has in the answer to its send.
    date          When the status last changed: an RFC 3339 instant with up to nine digits of a second in the examples
                  (AMB-MS-12).
    """

    id: str | None = None
    from_: Annotated[str, Field(alias='from')]
    text: str
    to: str
    request_dr: Annotated[bool | None, Field(alias='requestDR')] = None
    connection: str | None = None
    callbacks: CommaJoined | None = None
    email: str | None = None
    type: str | None = None
    external_id: Annotated[str | None, Field(alias='externalId')] = None
    client_id: Annotated[str | None, Field(alias='clientId')] = None
    owner: str
    operator: str
    status: Literal['QUEUE', 'DEQUEUED', 'ERROR'] | str
    date: Timestamp


class Recipient(Model):
    """
    One recipient of a batch.

    to       The destination in E.164 format; the plus sign is optional. No form is asserted: a badly formatted number
             is no bad request, it comes back in invalidNumber.
    params   The values of the placeholders by their index; required where the text has any (AMB-MS-14).
    """

    to: str
    params: list[str | float] | None = None


class BatchMeta(Model):
    """
    Facts about the call itself, in the answer to a batch.

    timestamp        When the call was answered; milliseconds since 1970 by its look (AMB-MS-51).
    transaction_id   The identifier of the call: opaque, one of the two examples is no UUID (AMB-MS-08).
    explain          A text about the outcome; in the example, but in no table.
    """

    timestamp: int
    transaction_id: Annotated[str, Field(alias='transactionId')]
    explain: str | None = None


class BatchEntry(Model):
    """
    One accepted recipient of a batch and the id of its message. In a batch that ended in ERROR the id is the vendor's
    choice.

    id       The identifier of the message: opaque (AMB-MS-09).
    mobile   The destination, with or without the plus sign.
    """

    id: str | None = None
    mobile: str


class DeliveryStatus(StatusInbound):
    """
    A status of a message, as it is posted to a callback URL. The page points to another one for the keys; those found
    there are optional here, and unknown ones may stand beside them (AMB-MS-34).

    id            The identifier of the message, as in the answer to its send.
    status        The status of a message on its way. A newer page of the vendor has two more (AMB-MS-32): unknown ones
                  are kept and are not final.
    external_id   As in the request of the send.
    client_id     As in the request of the send; the page promises it without naming the key.
    from_         The sender.
    to            The destination.
    message       The text that was sent; its key is text in the API.
    username      The owner or maker of the message.
    callback      The URL that this was posted to.
    date          When the vendor learned of the status.
    timestamp     The time mark of the call, in whatever form.
    """

    id: str
    status: Literal['DELIVRD', 'EXPIRED', 'DELETED', 'UNDELIV', 'ACCEPTD', 'UNKNOWN', 'REJECTD', 'INVALID_ROUTING', 'CODE_NOT_ALLOWED', 'BLACKLISTED', 'QUEUE', 'DEQUEUED', 'SENT', 'ERROR', 'ENROUTE', 'SEGMENTS_EXCEEDED'] | str
    external_id: Annotated[str | None, Field(alias='externalId')] = None
    client_id: Annotated[str | None, Field(alias='clientId')] = None
    from_: Annotated[str | None, Field(alias='from')] = None
    to: str | None = None
    message: str | None = None
    username: str | None = None
    callback: str | None = None
    date: Timestamp | None = None
    timestamp: int | str | None = None


class Error(Model):
    """
    Why a request was refused. The page shows no error; a text stands in meta.explain, in message, error or description,
    or else the raw body is all there is (AMB-MS-04).

    meta          Facts about the call, with an explain perhaps.
    data          Nothing, as a rule.
    message       A reason, in whatever form.
    error         A reason, in whatever form.
    description   A reason, in whatever form.
    """

    meta: Any | None = None
    data: Any | None = None
    message: Any | None = None
    error: Any | None = None
    description: Any | None = None


class SendResult(Model):
    """
    The answer to a single send.

    meta   Facts about the call itself, in the answer to a single send.
    data   The message as the vendor took it. With the status ERROR it was not taken, and an id is then the vendor's
           choice.
    """

    meta: Meta
    data: SentMessage


class Batch(Model):
    """
    One text for several recipients. {0}, {1} and so on in it are filled with the recipient's values; there is no escape
    (AMB-MS-15).

    from_         The sender as it is assigned to the customer: 1 to 6 digits are a short code, 7 and more a long code,
                  anything else of letters and digits an alphanumeric one (AMB-MS-19).
    text          The message with its placeholders.
    to            The recipients.
    request_dr    Asks the operator for delivery receipts; callbacks need it. Default: False.
    connection    The name of a connection, where the carrier would be ambiguous.
    callbacks     The URLs that are told each status: one string, separated by commas without spaces (AMB-MS-28).
    email         An e-mail address that belongs to the destinations.
    type          MT, mobile terminated: the only kind there is (AMB-MS-37). Default: MT.
    external_id   The customer's identifier of the batch or of a campaign; it comes back in the callbacks.
    client_id     The customer's identifier; it comes back in the callbacks.
    """

    from_: Annotated[str, Field(alias='from')]
    text: str
    to: list[Recipient]
    request_dr: Annotated[bool | None, Field(alias='requestDR')] = None
    connection: str | None = None
    callbacks: CommaJoined | None = None
    email: str | None = None
    type: Literal['MT'] | None = None
    external_id: Annotated[str | None, Field(alias='externalId')] = None
    client_id: Annotated[str | None, Field(alias='clientId')] = None


class SentBatch(Model):
    """
    The batch as the vendor took it: each recipient stands in ids or in invalidNumber.

    ids              The accepted recipients, each with the id of its message.
    invalid_number   The recipients whose number is badly formatted; absent, null or empty where there is none. What
                     kind of item stands in it is not said (AMB-MS-38).
    from_            The sender.
    text             The template as sent in the example, not filled in (AMB-MS-46).
    request_dr       Whether delivery receipts were asked for.
    connection       As requested.
    callbacks        As requested.
    email            As requested.
    type             MT.
    external_id      As requested.
    client_id        As requested.
    owner            Who owns or made the transaction.
    operator         The user, a member of the owner.
    status           The status that a batch as a whole has in the answer to its send.
    date             When the status last changed: an RFC 3339 instant (AMB-MS-12).
    """

    ids: list[BatchEntry] | None = None
    invalid_number: Annotated[list[Any] | None, Field(alias='invalidNumber')] = None
    from_: Annotated[str, Field(alias='from')]
    text: str
    request_dr: Annotated[bool | None, Field(alias='requestDR')] = None
    connection: str | None = None
    callbacks: CommaJoined | None = None
    email: str | None = None
    type: str | None = None
    external_id: Annotated[str | None, Field(alias='externalId')] = None
    client_id: Annotated[str | None, Field(alias='clientId')] = None
    owner: str
    operator: str
    status: Literal['QUEUE', 'DEQUEUED', 'ERROR'] | str
    date: Timestamp


class BatchResult(Model):
    """
    The answer to a batch.

    meta   Facts about the call itself, in the answer to a batch.
    data   The batch as the vendor took it: each recipient stands in ids or in invalidNumber.
    """

    meta: BatchMeta
    data: SentBatch

DeliveryStatus.inbound_id = "id"
DeliveryStatus.inbound_status = "status"
DeliveryStatus.inbound_life_cycle = "messangi-status"
