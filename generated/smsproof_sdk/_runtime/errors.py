"""What can go wrong, who must act, and whether sending again could send twice.

Every error answers three questions as data: `fault` (who must act), `is_retry_safe` (True: nothing was accepted, so a
second try cannot double it; False: it was accepted; None: nobody can know) and, where there was one, `raw` (the answer
as it came).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from .raw import RawAnswer

Fault = Literal["caller", "operator", "network", "vendor"]


class SdkError(Exception):
    """Root of everything this package raises on purpose."""

    fault: ClassVar[Fault] = "caller"
    is_retry_safe: bool | None = True


class ConfigurationError(SdkError):
    """The client cannot work as it was set up. Nothing was sent."""

    fault: ClassVar[Fault] = "operator"


class InvalidRequest(SdkError, ValueError):
    """The request breaks a rule that can be checked here. Nothing was sent.

    field     where, as a path of field names ("to", "to[3].params")
    problem   what was wrong, a slug ("no-plus", "needs-request-dr")
    expected  what would be right, in words
    index     position in the list that was given, or None
    """

    def __init__(self, field: str, problem: str, expected: str, *, index: int | None = None) -> None:
        self.field = field
        self.problem = problem
        self.expected = expected
        self.index = index
        place = field if index is None else f"message {index}: {field}"
        super().__init__(f"{place}: {problem}; expected {expected}. Nothing was sent.")


class InvalidAddress(InvalidRequest):
    """A number or sender id is not in a form that this vendor takes. Nothing was sent."""


class NotSent(SdkError):
    """The request never left this machine, so it may be made again.

    reason    what happened, in words
    attempts  how many times a connection was tried
    """

    fault: ClassVar[Fault] = "network"
    is_retry_safe: bool | None = True

    def __init__(self, reason: str, *, attempts: int = 1) -> None:
        self.reason = reason
        self.attempts = attempts
        tries = "1 try" if attempts == 1 else f"{attempts} tries"
        super().__init__(f"not sent after {tries}: {reason}. Nothing left this machine; it is safe to try again.")


class MaybeSent(SdkError):
    """The request left, and no usable answer came: the vendor may have acted on it, or not.

    is_retry_safe   None for a request that changes something; True for one that only reads
    """

    fault: ClassVar[Fault] = "network"

    def __init__(self, reason: str, *, is_retry_safe: bool | None = None) -> None:
        self.reason = reason
        self.is_retry_safe = is_retry_safe
        advice = (
            "It only reads; it is safe to try again."
            if is_retry_safe
            else "Sending it again could send it twice: look it up at the vendor first."
        )
        super().__init__(f"sent, but not answered: {reason}. {advice}")


class SentUnreadable(SdkError):
    """The vendor accepted the request, and its answer cannot be read as the contract says.

    id    the vendor's id of the message, when it could still be found; else None
    ids   of a list or batch, the ids that could still be found, in the order of the answer
    raw   the answer as it came
    """

    fault: ClassVar[Fault] = "vendor"

    def __init__(
        self,
        reason: str,
        *,
        raw: RawAnswer,
        id: str | None = None,
        ids: tuple[str, ...] = (),
        is_retry_safe: bool | None = False,
    ) -> None:
        self.reason = reason
        self.raw = raw
        self.id = id
        self.ids = ids
        self.is_retry_safe = is_retry_safe
        found = f" Its id is {id!r}." if id is not None else f" {len(ids)} ids were found." if ids else ""
        advice = "It only reads; it is safe to try again." if is_retry_safe else "Do not send it again."
        super().__init__(f"answered with status {raw.status}, but the answer is unreadable: {reason}.{found} {advice}")


class StatusError(SdkError):
    """The vendor answered with a status that is not a success.

    status          the HTTP status
    reason          the vendor's own words, or "" when it gave none
    content         the decoded JSON of the answer, or None when it is none
    raw             the answer as it came
    is_retry_safe   True for a 4xx (refused); None for 408, 3xx and 5xx (unknown) unless the request only reads
    """

    fault: ClassVar[Fault] = "caller"

    def __init__(self, raw: RawAnswer, reason: str, *, is_retry_safe: bool | None, content: object = None) -> None:
        self.raw = raw
        self.content = content
        self.status = raw.status
        self.reason = reason
        self.is_retry_safe = is_retry_safe
        said = f": {reason}" if reason else ""
        advice = {
            True: "Nothing was accepted; correct the cause before trying again.",
            False: "It was accepted; do not send it again.",
            None: "Nobody can know whether it was accepted: look it up at the vendor first.",
        }[is_retry_safe]
        super().__init__(f"{raw.method} {raw.path} was answered with {raw.status}{said}. {advice}")


class UnexpectedStatus(StatusError):
    """A status that the contract does not document."""

    fault: ClassVar[Fault] = "vendor"


class Rejected(SdkError):
    """The vendor took the request and says in the answer itself that the message failed.

    id      the vendor's id of the message, or None
    status  the vendor's word for the failure
    """

    fault: ClassVar[Fault] = "caller"

    def __init__(self, status: str, reason: str, *, raw: RawAnswer, id: str | None) -> None:
        self.status = status
        self.reason = reason
        self.raw = raw
        self.id = id
        said = f" ({reason})" if reason else ""
        super().__init__(f"the vendor answered {status}{said}: the message was not accepted. Correct its cause first.")


class BulkFailed(SdkError):
    """Not every message of a list was queued: see `failed` and `unknown`, in the order of the list.

    ids   every id that the vendor gave, of whatever became of the message
    """

    fault: ClassVar[Fault] = "caller"

    def __init__(
        self, *, queued: int, failed: Sequence[object], unknown: Sequence[object], ids: tuple[str, ...]
    ) -> None:
        self.queued = queued
        self.failed = failed
        self.unknown = unknown
        self.ids = ids
        self.is_retry_safe = None if unknown else not queued
        super().__init__(
            f"{queued} queued, {len(failed)} failed, {len(unknown)} unknown. "
            "Send again only what is in `failed` and marked is_retry_safe."
        )


class InboundError(SdkError, ValueError):
    """A delivery that a receiver must not act on. `answer` is the HTTP status to give back."""

    fault: ClassVar[Fault] = "vendor"
    answer: ClassVar[int] = 400


class MalformedInbound(InboundError):
    """The body is not what the contract says. Answer 400."""


class OversizeInbound(InboundError):
    """The body is larger than the receiver takes. Answer 413."""

    answer: ClassVar[int] = 413


class WrongSecret(InboundError):
    """The shared code is missing or wrong: the delivery may be forged. Answer 403."""

    answer: ClassVar[int] = 403


def refused_safely(status: int) -> bool | None:
    """Whether a request that changes something may be made again after this status.

    True for a 4xx: the vendor refused it. None for 408 (RFC 9110 15.5.9: it may have been read), 3xx and 5xx.
    """
    return True if 400 <= status < 500 and status != 408 else None
