"""Messangi Outbound SMS: a typed client."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smsproof_sdk.messangi.client import (
        AsyncMessangi as AsyncMessangi,
        Messangi as Messangi,
    )
    from smsproof_sdk.messangi.results import (
        SendBatchItem as SendBatchItem,
        Sent as Sent,
    )
    from smsproof_sdk.messangi.models import (
        Batch as Batch,
        BatchEntry as BatchEntry,
        BatchMeta as BatchMeta,
        BatchResult as BatchResult,
        DeliveryStatus as DeliveryStatus,
        Error as Error,
        Message as Message,
        Meta as Meta,
        Recipient as Recipient,
        SendResult as SendResult,
        SentBatch as SentBatch,
        SentMessage as SentMessage,
    )
    from smsproof_sdk.messangi.errors import (
        Refused as Refused,
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
    from smsproof_sdk._runtime.tracker import (
        Standing as Standing,
        StatusTracker as StatusTracker,
    )

# Nothing is imported before it is used, so that the models need no HTTP library.
_HOME = {
    "AsyncMessangi": "smsproof_sdk.messangi.client",
    "Messangi": "smsproof_sdk.messangi.client",
    "SendBatchItem": "smsproof_sdk.messangi.results",
    "Sent": "smsproof_sdk.messangi.results",
    "Batch": "smsproof_sdk.messangi.models",
    "BatchEntry": "smsproof_sdk.messangi.models",
    "BatchMeta": "smsproof_sdk.messangi.models",
    "BatchResult": "smsproof_sdk.messangi.models",
    "DeliveryStatus": "smsproof_sdk.messangi.models",
    "Error": "smsproof_sdk.messangi.models",
    "Message": "smsproof_sdk.messangi.models",
    "Meta": "smsproof_sdk.messangi.models",
    "Recipient": "smsproof_sdk.messangi.models",
    "SendResult": "smsproof_sdk.messangi.models",
    "SentBatch": "smsproof_sdk.messangi.models",
    "SentMessage": "smsproof_sdk.messangi.models",
    "Refused": "smsproof_sdk.messangi.errors",
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
    "Standing": "smsproof_sdk._runtime.tracker",
    "StatusTracker": "smsproof_sdk._runtime.tracker",
}

__all__ = [
    "Accepted",
    "AsyncMessangi",
    "Batch",
    "BatchEntry",
    "BatchMeta",
    "BatchResult",
    "BulkFailed",
    "BulkResult",
    "ConfigurationError",
    "DeliveryStatus",
    "Error",
    "Failed",
    "InboundError",
    "InvalidAddress",
    "InvalidRequest",
    "MalformedInbound",
    "MaybeSent",
    "MemoryStore",
    "Message",
    "Messangi",
    "Meta",
    "NotSent",
    "Offender",
    "OversizeInbound",
    "Preview",
    "Progress",
    "RawAnswer",
    "Receiver",
    "Recipient",
    "Refused",
    "Rejected",
    "SQLiteStore",
    "SdkError",
    "SendBatchItem",
    "SendResult",
    "Sent",
    "SentBatch",
    "SentMessage",
    "SentUnreadable",
    "Standing",
    "StatusError",
    "StatusTracker",
    "Timestamp",
    "UnexpectedStatus",
    "Unknown",
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
