"""Statuses that IntelePeer Atmosphere Messaging documents, each an exception."""

from __future__ import annotations

from smsproof_sdk._runtime.errors import StatusError


class BadRequest(StatusError):
    """Status 400.

    send: A field is missing or malformed. The page has lost its list of reasons (AMB-IP-01).
    get_webhook: The number is not in E.164 format. A bare plus sign in a query is a space.
    set_webhook: The number is not in E.164 format or not enabled for SMS, or the webhook is not a well-formed URL
    (three reasons in two rows, AMB-IP-22).
    """


class Unauthorized(StatusError):
    """Status 401.

    send: The token is missing, wrong or expired. The page has lost its list of reasons (AMB-IP-01).
    get_webhook: The token is missing, wrong or expired. Not listed for this call, but a token is required
    (AMB-IP-21).
    set_webhook: The token is missing, wrong or expired. Not listed for this call, but a token is required
    (AMB-IP-21).
    get_message_status: The token is missing, wrong or expired.
    """


class Forbidden(StatusError):
    """Status 403.

    send: The international destination is not available.
    get_webhook: Accepted in the place of 401 (AMB-IP-21). Our emulator never answers it.
    set_webhook: Accepted in the place of 401 (AMB-IP-21). Our emulator never answers it.
    """


class NotFound(StatusError):
    """Status 404.

    send: The sender's number is not available for use by the customer (AMB-IP-47).
    get_webhook: The number is not available for use by the customer; tolerated for one without a webhook
    (AMB-IP-23).
    set_webhook: The number is not available for use by the customer.
    get_message_status: There is no record of the message.
    """
