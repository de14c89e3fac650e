"""Sending messages: one, a list, a batch, a long stream in chunks."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from .answer import at, decoded, identifier, read, reason_in, salvaged, status_in
from .bulk import Accepted, BulkResult, Failed, Make, Pairing, Unknown, by_key, by_position, ids_in
from .calling import Conversation, Core, call, ready
from .errors import InvalidAddress, InvalidRequest, MaybeSent, NotSent, Rejected, SdkError, SentUnreadable, StatusError
from .model import Model
from .operation import Operation
from .raw import RawAnswer
from .shape import is_array, is_object, is_sequence

MessageT = TypeVar("MessageT", bound=Model)
RequestT = TypeVar("RequestT")
AcceptedT = TypeVar("AcceptedT", bound=Accepted[Any, Any])
BodyT = TypeVar("BodyT", bound=Model)


class Check(Protocol):
    """Holds a body against the rules of the contract; raises InvalidRequest."""

    def __call__(self, body: Any, *, index: int | None = ..., addresses: bool = ...) -> None: ...


@dataclass(frozen=True)
class Sending(Generic[MessageT, AcceptedT]):
    """How one message is sent, and what its answer means.

    id        pointer to the vendor's id in the answer
    state     pointer to a status word in the answer, or None
    failures  status words that mean the message failed although the request was taken
    bulk      how a list is sent in one request, or None when each message goes alone
    """

    operation: Operation[Any]
    answer: type[Model]
    make: Make[MessageT, AcceptedT]
    id: str
    check: Check
    state: str | None = None
    failures: frozenset[str] = frozenset()
    bulk: Pairing | None = None


@dataclass(frozen=True)
class Listing(Generic[BodyT, RequestT, AcceptedT]):
    """How a request that names many recipients or endpoints is answered.

    requests   the recipients or endpoints in a body
    key        what names one of them
    """

    operation: Operation[Any]
    pairing: Pairing
    make: Make[RequestT, AcceptedT]
    requests: Callable[[BodyT], Sequence[RequestT]]
    key: Callable[[RequestT], str]
    check: Check


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long send has come.

    position   messages handed over so far: give it as `start` to go on from here
    queued, failed, unknown   counts so far
    """

    position: int
    queued: int
    failed: int
    unknown: int


def send_one(
    core: Core, sending: Sending[MessageT, AcceptedT], message: MessageT, deadline: float | None, index: int = 0
) -> Conversation[AcceptedT]:
    """Send one message.

    raises   InvalidRequest before anything is sent; NotSent, MaybeSent, SentUnreadable, StatusError, Rejected
    """
    sending.check(message, addresses=core.addresses)
    raw = yield from call(core, ready(core, sending.operation, {}, message), deadline)
    with _behind_an_answer(raw):
        return _accepted(sending, message, raw, index)


@contextmanager
def _behind_an_answer(raw: RawAnswer) -> Generator[None]:
    """Whatever goes wrong in here, the request was answered with a success: it must not look as if it could go again."""
    try:
        yield
    except SdkError:
        raise
    except Exception as error:
        raise SentUnreadable(f"{type(error).__name__}: {error}", raw=raw) from error


def _accepted(sending: Sending[MessageT, AcceptedT], message: MessageT, raw: RawAnswer, index: int) -> AcceptedT:
    try:
        value = decoded(raw)
    except ValueError as error:
        raise SentUnreadable(str(error), raw=raw, id=identifier(at(salvaged(raw), sending.id))) from error
    if sending.bulk is not None:
        # A single message answered as a list of one (AMB-IP-13: what was asked does not decide, what came does).
        entries = at(value, sending.bulk.items)
        if is_array(entries) and len(entries) == 1:
            value = entries[0]
            status = status_in(value, sending.bulk.status)
            if status is not None and status >= 400:
                raise Rejected(str(status), reason_in(value), raw=raw, id=None)
    id = identifier(at(value, sending.id))
    state = at(value, sending.state) if sending.state else None
    if isinstance(state, str) and state in sending.failures:
        raise Rejected(state, reason_in(value), raw=raw, id=id)
    if id is None:
        raise SentUnreadable(f"no id at {sending.id}", raw=raw)
    try:
        answer, notes = sending.answer.read(value)
    except ValueError as error:
        raise SentUnreadable(str(error), raw=raw, id=id) from error
    if raw.status not in sending.operation.answers and "2XX" not in sending.operation.answers:
        notes = (*notes, f"status {raw.status} is not documented for this call")
    return sending.make(id, message, answer, raw, index, notes)


def send_many(
    core: Core, sending: Sending[MessageT, AcceptedT], messages: Sequence[MessageT], deadline: float | None
) -> Conversation[BulkResult[MessageT, AcceptedT]]:
    """Send a list: in one request where the contract has one for it, else one after the other.

    Every message is checked before the first one leaves. One with a bad address is not sent and stands in `failed`;
    any other broken rule is the program's mistake, so InvalidRequest is raised and nothing is sent.
    """
    refused: list[Failed[MessageT]] = []
    good: list[int] = []
    if not is_sequence(messages):
        expected = "a message or a list of messages; a stream goes to send_in_chunks"
        raise InvalidRequest("message", f"a {type(messages).__name__}", expected)
    kinds: set[type[object]] = {type(message) for message in messages}
    strangers = {kind for kind in kinds if not issubclass(kind, Model)}
    for index, message in enumerate(messages) if strangers else ():
        if type(message) in strangers:
            raise InvalidRequest("message", f"a {type(message).__name__}", "a message", index=index)
    for index, message in enumerate(messages):
        try:
            sending.check(message, index=index, addresses=core.addresses)
        except InvalidAddress as error:
            reason = f"{error.field}: {error.problem}"
            refused.append(Failed(message, index, None, reason, True, error=error))
        else:
            good.append(index)
    wanted = messages if not refused else [messages[index] for index in good]
    if not wanted:
        return BulkResult((), tuple(refused), (), position=len(messages))
    if sending.bulk is None:
        result = yield from _one_by_one(core, sending, wanted, deadline)
    else:
        result = yield from _in_one(core, sending, sending.bulk, wanted, deadline)
    return result if not refused else _with_refused(result, refused, good, len(messages))


def _with_refused(
    result: BulkResult[MessageT, AcceptedT], refused: list[Failed[MessageT]], good: list[int], count: int
) -> BulkResult[MessageT, AcceptedT]:
    """The result of those that went out, in the places that they had among all."""
    failed = [*(replace(item, index=good[item.index]) for item in result.failed), *refused]
    return replace(
        result,
        queued=tuple(replace(item, index=good[item.index]) for item in result.queued),
        failed=tuple(sorted(failed, key=lambda item: item.index)),
        unknown=tuple(replace(item, index=good[item.index]) for item in result.unknown),
        position=count if result.position == len(good) else good[result.position],
    )


def _in_one(
    core: Core,
    sending: Sending[MessageT, AcceptedT],
    pairing: Pairing,
    messages: Sequence[MessageT],
    deadline: float | None,
) -> Conversation[BulkResult[MessageT, AcceptedT]]:
    """All in one request."""
    raw = yield from call(core, ready(core, sending.operation, {}, messages), deadline)
    try:
        value = decoded(raw)
    except ValueError as error:
        raise SentUnreadable(str(error), raw=raw, ids=_ids_in(pairing, salvaged(raw))) from error
    if not is_array(at(value, pairing.items)):
        id = identifier(at(value, sending.id))
        raise SentUnreadable(f"no list at {pairing.items}", raw=raw, id=id, ids=_ids_in(pairing, value))
    with _behind_an_answer(raw):
        result = by_position(pairing, messages, value, raw, sending.make)
    return (
        result if raw.status == 207 else replace(result, notes=(*result.notes, f"status {raw.status} instead of 207"))
    )


def _ids_in(pairing: Pairing, value: object) -> tuple[str, ...]:
    """The ids in an answer that is cut, or a list without its envelope."""
    entries = value if is_array(value) else at(value, pairing.items)
    return ids_in(pairing, entries) if is_array(entries) else ()


def _one_by_one(
    core: Core, sending: Sending[MessageT, AcceptedT], messages: Sequence[MessageT], deadline: float | None
) -> Conversation[BulkResult[MessageT, AcceptedT]]:
    """A request for each. When none can get through (no connection, no valid token) the rest is not tried."""
    queued: list[AcceptedT] = []
    failed: list[Failed[MessageT]] = []
    unknown: list[Unknown[MessageT]] = []
    stopped: SdkError | None = None
    position = 0
    for index, message in enumerate(messages):
        if stopped is not None:
            failed.append(Failed(message, index, None, "not tried after the error before it", True, error=stopped))
            continue
        try:
            queued.append((yield from send_one(core, sending, message, deadline, index)))
        except (MaybeSent, SentUnreadable) as error:
            unknown.append(_unknown(error, message, index))
        except (StatusError, Rejected) as error:
            status = error.status if isinstance(error, StatusError) else None
            if error.is_retry_safe is None:
                unknown.append(Unknown(message, index, str(error), error=error))
            else:
                id = error.id if isinstance(error, Rejected) else None
                failed.append(Failed(message, index, status, error.reason, error.is_retry_safe, None, error, id))
            stopped = error if status == 401 else None
        except Exception as error:
            # Whatever it was, the ids of the messages before it must come back. What is none of ours was raised before
            # the transport was called, by a token function or in writing the request: `call` sees to that.
            stopped = error if isinstance(error, SdkError) else NotSent(f"{type(error).__name__}: {error}")
            failed.append(Failed(message, index, None, str(error), True, error=stopped))
        if stopped is None:
            position = index + 1
    return BulkResult(
        tuple(queued), tuple(failed), tuple(unknown), stopped=stopped, position=position if stopped else len(messages)
    )


def _unknown(error: MaybeSent | SentUnreadable, message: MessageT, index: int) -> Unknown[MessageT]:
    id = error.id if isinstance(error, SentUnreadable) else None
    return Unknown(message, index, error.reason, id=id, error=error)


def send_listing(
    core: Core, listing: Listing[BodyT, RequestT, AcceptedT], body: BodyT, deadline: float | None
) -> Conversation[BulkResult[RequestT, AcceptedT]]:
    """Make a request that names many, and give each its own part of the answer."""
    listing.check(body, addresses=core.addresses)
    requests = listing.requests(body)
    raw = yield from call(core, ready(core, listing.operation, {}, body), deadline)
    pairing = listing.pairing
    try:
        value = decoded(raw)
    except ValueError as error:
        raise SentUnreadable(str(error), raw=raw, ids=_ids_in(pairing, salvaged(raw))) from error
    if not is_object(value):
        raise SentUnreadable("the answer is no object", raw=raw, ids=_ids_in(pairing, value))
    if pairing.rejected is None and not is_array(at(value, pairing.items)):
        if len(requests) != 1:
            raise SentUnreadable(f"no list at {pairing.items}", raw=raw)
        value = _as_list(pairing, listing.key(requests[0]), value, raw)
    with _behind_an_answer(raw):
        return by_key(pairing, requests, listing.key, value, raw, listing.make)


def _as_list(pairing: Pairing, key: str, value: dict[str, object], raw: RawAnswer) -> object:
    """The answer to a request for one, in the form of the answer for many (AMB-IP-13)."""
    entry: dict[str, object] = {pairing.key or "": key, **dict.fromkeys(pairing.status[:1], raw.status)}
    if pairing.envelope is None:
        entry |= value
    else:
        entry[pairing.envelope] = value
    nested: object = [entry]
    for name in reversed(pairing.items.split("/")[1:]):
        nested = {name: nested}
    return nested


def send_in_chunks(
    core: Core,
    sending: Sending[MessageT, AcceptedT],
    messages: Iterable[MessageT],
    size: int,
    start: int,
    progress: Callable[[Progress], None] | None,
    deadline: float | None,
) -> Conversation[BulkResult[MessageT, AcceptedT]]:
    """Send a long or endless stream in lists of `size`, stopping at the first list whose fate is unclear.

    start      messages to skip: the `position` of an earlier result
    returns    everything that happened since `start`; indexes count from the beginning of the stream; `stopped` is the
               error that ended it and `position` where to go on (after looking up what is in `unknown`)
    """
    if size < 1:
        raise ValueError("size must be at least 1")
    stream = iter(messages)
    for _ in islice(stream, start):
        pass
    whole: BulkResult[MessageT, AcceptedT] = BulkResult((), (), (), position=start)
    while chunk := list(islice(stream, size)):
        first = whole.position
        try:
            part = yield from send_many(core, sending, chunk, deadline)
        except Exception as error:  # likewise
            cause = error if isinstance(error, SdkError) else NotSent(f"{type(error).__name__}: {error}")
            lost = cause.is_retry_safe is not True
            unknown = tuple(Unknown(m, first + i, str(cause), error=cause) for i, m in enumerate(chunk) if lost)
            position = first + (len(chunk) if lost else 0)
            return replace(whole, unknown=whole.unknown + unknown, stopped=cause, position=position)
        whole = _joined(whole, part, first)
        if progress is not None:
            progress(Progress(whole.position, len(whole.queued), len(whole.failed), len(whole.unknown)))
        if part.stopped is not None:
            break
    return whole


def _joined(
    whole: BulkResult[MessageT, AcceptedT], part: BulkResult[MessageT, AcceptedT], first: int
) -> BulkResult[MessageT, AcceptedT]:
    # What was not even tried in the last list is no failure: it is still to be sent.
    failed = [item for item in part.failed if item.index < part.position or part.stopped is None]
    return BulkResult(
        whole.queued + tuple(replace(item, index=item.index + first) for item in part.queued),
        whole.failed + tuple(replace(item, index=item.index + first) for item in failed),
        whole.unknown + tuple(replace(item, index=item.index + first) for item in part.unknown),
        whole.extra + part.extra,
        whole.extra_ids + part.extra_ids,
        whole.aligned and part.aligned,
        whole.notes + part.notes,
        stopped=part.stopped,
        position=first + part.position,
    )


def call_one(
    core: Core,
    operation: Operation[RequestT],
    values: Mapping[str, object],
    body: object = None,
    media_type: str | None = None,
    deadline: float | None = None,
    check: Check | None = None,
) -> Conversation[RequestT]:
    """Make a call of any operation, and read its answer."""
    if check is not None:
        check(body, addresses=core.addresses)
    raw = yield from call(core, ready(core, operation, values, body, media_type), deadline)
    return read(operation, raw)


def unchecked(body: Any, *, index: int | None = None, addresses: bool = True) -> None:
    """The check of a body that the contract asks nothing of."""
