"""IntelePeer Atmosphere Messaging: a typed client."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smsproof_sdk.intelepeer.client import (
        AsyncIntelePeer as AsyncIntelePeer,
        IntelePeer as IntelePeer,
    )
    from smsproof_sdk.intelepeer.results import (
        Sent as Sent,
        SetWebhookItem as SetWebhookItem,
    )
    from smsproof_sdk.intelepeer.models import (
        BulkSendResult as BulkSendResult,
        BulkWebhookResult as BulkWebhookResult,
        Error as Error,
        FailedItem as FailedItem,
        FailedWebhookItem as FailedWebhookItem,
        InboundMessage as InboundMessage,
        Message as Message,
        MessageStatus as MessageStatus,
        MessageStatusRequest as MessageStatusRequest,
        Provisioning as Provisioning,
        SendResult as SendResult,
        WebhookItem as WebhookItem,
        WebhookResult as WebhookResult,
        WebhookSettings as WebhookSettings,
        WebhookState as WebhookState,
    )
    from smsproof_sdk.intelepeer.errors import (
        BadRequest as BadRequest,
        Forbidden as Forbidden,
        NotFound as NotFound,
        Unauthorized as Unauthorized,
    )
    from smsproof_sdk._runtime.bulk import (
        Accepted as Accepted,
        BulkResult as BulkResult,
        Failed as Failed,
        Unknown as Unknown,
    )
    from smsproof_sdk._runtime.errors import (
        BulkFailed as BulkFailed,
        ConfigurationError as ConfigurationError,
        InboundError as InboundError,
        InvalidAddress as InvalidAddress,
        InvalidRequest as InvalidRequest,
        MalformedInbound as MalformedInbound,
        MaybeSent as MaybeSent,
        NotSent as NotSent,
        OversizeInbound as OversizeInbound,
        Rejected as Rejected,
        SdkError as SdkError,
        SentUnreadable as SentUnreadable,
        StatusError as StatusError,
        UnexpectedStatus as UnexpectedStatus,
        WrongSecret as WrongSecret,
    )
    from smsproof_sdk._runtime.preview import (
        Offender as Offender,
        Preview as Preview,
    )
    from smsproof_sdk._runtime.raw import (
        RawAnswer as RawAnswer,
        recording as recording,
    )
    from smsproof_sdk._runtime.receiver import (
        Receiver as Receiver,
    )
    from smsproof_sdk._runtime.sending import (
        Progress as Progress,
    )
    from smsproof_sdk._runtime.store import (
        MemoryStore as MemoryStore,
        SQLiteStore as SQLiteStore,
    )
    from smsproof_sdk._runtime.timestamp import (
        Timestamp as Timestamp,
    )

# Nothing is imported before it is used, so that the models need no HTTP library.
_HOME = {
    "AsyncIntelePeer": "smsproof_sdk.intelepeer.client",
    "IntelePeer": "smsproof_sdk.intelepeer.client",
    "Sent": "smsproof_sdk.intelepeer.results",
    "SetWebhookItem": "smsproof_sdk.intelepeer.results",
    "BulkSendResult": "smsproof_sdk.intelepeer.models",
    "BulkWebhookResult": "smsproof_sdk.intelepeer.models",
    "Error": "smsproof_sdk.intelepeer.models",
    "FailedItem": "smsproof_sdk.intelepeer.models",
    "FailedWebhookItem": "smsproof_sdk.intelepeer.models",
    "InboundMessage": "smsproof_sdk.intelepeer.models",
    "Message": "smsproof_sdk.intelepeer.models",
    "MessageStatus": "smsproof_sdk.intelepeer.models",
    "MessageStatusRequest": "smsproof_sdk.intelepeer.models",
    "Provisioning": "smsproof_sdk.intelepeer.models",
    "SendResult": "smsproof_sdk.intelepeer.models",
    "WebhookItem": "smsproof_sdk.intelepeer.models",
    "WebhookResult": "smsproof_sdk.intelepeer.models",
    "WebhookSettings": "smsproof_sdk.intelepeer.models",
    "WebhookState": "smsproof_sdk.intelepeer.models",
    "BadRequest": "smsproof_sdk.intelepeer.errors",
    "Forbidden": "smsproof_sdk.intelepeer.errors",
    "NotFound": "smsproof_sdk.intelepeer.errors",
    "Unauthorized": "smsproof_sdk.intelepeer.errors",
    "Accepted": "smsproof_sdk._runtime.bulk",
    "BulkResult": "smsproof_sdk._runtime.bulk",
    "Failed": "smsproof_sdk._runtime.bulk",
    "Unknown": "smsproof_sdk._runtime.bulk",
    "BulkFailed": "smsproof_sdk._runtime.errors",
    "ConfigurationError": "smsproof_sdk._runtime.errors",
    "InboundError": "smsproof_sdk._runtime.errors",
    "InvalidAddress": "smsproof_sdk._runtime.errors",
    "InvalidRequest": "smsproof_sdk._runtime.errors",
    "MalformedInbound": "smsproof_sdk._runtime.errors",
    "MaybeSent": "smsproof_sdk._runtime.errors",
    "NotSent": "smsproof_sdk._runtime.errors",
    "OversizeInbound": "smsproof_sdk._runtime.errors",
    "Rejected": "smsproof_sdk._runtime.errors",
    "SdkError": "smsproof_sdk._runtime.errors",
    "SentUnreadable": "smsproof_sdk._runtime.errors",
    "StatusError": "smsproof_sdk._runtime.errors",
    "UnexpectedStatus": "smsproof_sdk._runtime.errors",
    "WrongSecret": "smsproof_sdk._runtime.errors",
    "Offender": "smsproof_sdk._runtime.preview",
    "Preview": "smsproof_sdk._runtime.preview",
    "RawAnswer": "smsproof_sdk._runtime.raw",
    "recording": "smsproof_sdk._runtime.raw",
    "Receiver": "smsproof_sdk._runtime.receiver",
    "Progress": "smsproof_sdk._runtime.sending",
    "MemoryStore": "smsproof_sdk._runtime.store",
    "SQLiteStore": "smsproof_sdk._runtime.store",
    "Timestamp": "smsproof_sdk._runtime.timestamp",
}

__all__ = [
    "Accepted",
    "AsyncIntelePeer",
    "BadRequest",
    "BulkFailed",
    "BulkResult",
    "BulkSendResult",
    "BulkWebhookResult",
    "ConfigurationError",
    "Error",
    "Failed",
    "FailedItem",
    "FailedWebhookItem",
    "Forbidden",
    "InboundError",
    "InboundMessage",
    "IntelePeer",
    "InvalidAddress",
    "InvalidRequest",
    "MalformedInbound",
    "MaybeSent",
    "MemoryStore",
    "Message",
    "MessageStatus",
    "MessageStatusRequest",
    "NotFound",
    "NotSent",
    "Offender",
    "OversizeInbound",
    "Preview",
    "Progress",
    "Provisioning",
    "RawAnswer",
    "Receiver",
    "Rejected",
    "SQLiteStore",
    "SdkError",
    "SendResult",
    "Sent",
    "SentUnreadable",
    "SetWebhookItem",
    "StatusError",
    "Timestamp",
    "Unauthorized",
    "UnexpectedStatus",
    "Unknown",
    "WebhookItem",
    "WebhookResult",
    "WebhookSettings",
    "WebhookState",
    "WrongSecret",
    "recording",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOME[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
