"""Results of sending: each message with its request, its position and its fate; no id is ever lost."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar, cast

from .answer import at, identifier, reason_in, status_in
from .errors import BulkFailed, SdkError, refused_safely
from .model import Model
from .raw import RawAnswer
from .shape import is_array, is_object

RequestT = TypeVar("RequestT")
RequestT_contra = TypeVar("RequestT_contra", contravariant=True)
RequestT_co = TypeVar("RequestT_co", covariant=True)
AnswerT_co = TypeVar("AnswerT_co", covariant=True)
AcceptedT = TypeVar("AcceptedT")
AcceptedT_co = TypeVar("AcceptedT_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Accepted(Generic[RequestT_co, AnswerT_co]):
    """One message that the vendor took.

    id        the vendor's id of it, opaque
    request   what was sent
    answer    the vendor's words on it
    raw       the whole answer as it came
    index     position in the list that was given; 0 for a single one
    notes     where the answer does not fit the contract, in words; normally empty
    """

    id: str
    request: RequestT_co
    answer: AnswerT_co
    raw: RawAnswer = field(repr=False)
    index: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed(Generic[RequestT_co]):
    """One message that was refused.

    status          the vendor's status for it, or None
    reason          the vendor's words, or ""
    is_retry_safe   True: it was not accepted; None: unknown
    item            the vendor's entry for it, decoded
    error           the error, when it was sent on its own
    """

    request: RequestT_co
    index: int
    status: int | None
    reason: str
    is_retry_safe: bool | None
    item: object = None
    error: SdkError | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown(Generic[RequestT_co]):
    """One message whose fate nobody can tell: an odd answer for it, or none. Do not send it again unseen.

    reason   why, in words
    item     the vendor's entry for it, decoded, or None
    id       an id that could still be found, or None
    """

    request: RequestT_co
    index: int
    reason: str
    item: object = None
    id: str | None = None
    error: SdkError | None = None
    is_retry_safe: bool | None = None


@dataclass(frozen=True)
class BulkResult(Generic[RequestT_co, AcceptedT_co]):
    """The fate of every message of a list, in its order.

    queued    accepted, each with its id
    failed    refused, each with status and reason
    unknown   odd or missing answers
    extra     entries of the answer that belong to no request, decoded
    extra_ids the vendor's ids in them
    aligned   False when the answer had more or fewer entries than the request: the pairing is then a guess
    notes     where the answer as a whole does not fit the contract
    raw       the answer as it came, or None when there were several
    stopped   the error that ended it early, or None
    position  how many requests were handed to the vendor, or refused by it; resume there
    """

    queued: tuple[AcceptedT_co, ...]
    failed: tuple[Failed[RequestT_co], ...]
    unknown: tuple[Unknown[RequestT_co], ...]
    extra: tuple[object, ...] = ()
    extra_ids: tuple[str, ...] = ()
    aligned: bool = True
    notes: tuple[str, ...] = ()
    raw: RawAnswer | None = field(default=None, repr=False)
    stopped: SdkError | None = None
    position: int = 0

    @property
    def items(self) -> tuple[AcceptedT_co | Failed[RequestT_co] | Unknown[RequestT_co], ...]:
        """All of them in the order of the requests."""
        return tuple(sorted((*self.queued, *self.failed, *self.unknown), key=lambda item: cast(Any, item).index))

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id that the vendor gave, in the order of the requests; those in `extra` last."""
        paired = [cast(str | None, cast(Any, item).id) for item in self.items]
        return (*(id for id in paired if id), *self.extra_ids)

    def __iter__(self) -> Iterator[AcceptedT_co | Failed[RequestT_co] | Unknown[RequestT_co]]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.queued) + len(self.failed) + len(self.unknown)

    def raise_for_failures(self) -> None:
        """Raise BulkFailed unless every message was queued."""
        if self.failed or self.unknown:
            raise BulkFailed(queued=len(self.queued), failed=self.failed, unknown=self.unknown, ids=self.ids)


class Make(Protocol[RequestT_contra, AcceptedT_co]):
    """Builds the vendor's own result of one message."""

    def __call__(
        self,
        id: str,
        request: RequestT_contra,
        answer: Any,
        raw: RawAnswer,
        index: int = ...,
        notes: tuple[str, ...] = ...,
    ) -> AcceptedT_co: ...


@dataclass(frozen=True)
class Pairing:
    """Where the entries of a list answer stand, and how they find their requests.

    items           pointer to the entries ("/responses"), or to the accepted ones ("/data/ids")
    status          keys of an entry's status, in order; () when standing in `items` is acceptance enough
    id              pointer to the id inside an entry
    key             the entry's key that repeats the request, or None for pairing by position
    envelope        the entry's key that holds the answer proper, or None
    rejected        pointer to refused requests, or None
    state           pointer to one status word for the whole answer, or None
    failures        status words that mean failure
    """

    items: str
    status: tuple[str, ...]
    id: str | None
    answer: type[Model]
    key: str | None = None
    envelope: str | None = None
    rejected: str | None = None
    state: str | None = None
    failures: frozenset[str] = frozenset()

    @cached_property
    def id_key(self) -> str | None:
        """The key of the id, where it stands in the entry itself, as it mostly does."""
        return self.id[1:] if self.id is not None and self.id.count("/") == 1 else None


def _entry_id(pairing: Pairing, entry: object, own_key: str) -> str | None:
    if pairing.id is None:
        return own_key or None
    if pairing.id_key is not None and is_object(entry) and (id := identifier(entry.get(pairing.id_key))):
        return id
    return identifier(at(entry, pairing.id)) or (
        identifier(at(at(entry, f"/{pairing.envelope}"), pairing.id)) if pairing.envelope else None
    )


def ids_in(pairing: Pairing, entries: Sequence[object]) -> tuple[str, ...]:
    """The vendor's ids in entries of an answer, whatever else they say."""
    return tuple(id for entry in entries if (id := _entry_id(pairing, entry, "")))


class _Sorter(Generic[RequestT, AcceptedT]):
    """Puts entries into their boxes."""

    def __init__(self, pairing: Pairing, raw: RawAnswer, make: Make[RequestT, AcceptedT]) -> None:
        self.pairing = pairing
        self.raw = raw
        self.make = make
        self._accepted: list[tuple[int, RequestT, str, object]] = []
        self.failed: list[Failed[RequestT]] = []
        self.unknown: list[Unknown[RequestT]] = []

    def put(self, index: int, request: RequestT, entry: object, *, own_key: str = "", sure: bool = True) -> None:
        """Judge one entry by its status alone; whatever else is odd about it becomes a note."""
        pairing = self.pairing
        if not is_object(entry):
            self.unknown.append(Unknown(request, index, "the entry is no object", entry))
            return
        id = _entry_id(pairing, entry, own_key)
        status = status_in(entry, pairing.status) if pairing.status else 202
        if status is None:
            self.unknown.append(Unknown(request, index, f"no status under {' or '.join(pairing.status)}", entry, id))
        elif status >= 300 or status < 200:
            safe = refused_safely(status) if sure else None
            self.failed.append(Failed(request, index, status, _reason(pairing, entry), safe, entry, id=id))
        elif id is None:
            self.unknown.append(Unknown(request, index, f"status {status}, but no id", entry))
        else:
            self._accepted.append((index, request, id, entry))

    def queued(self) -> list[AcceptedT]:
        """What was accepted, read all at once because that takes half the time."""
        make, raw = self.make, self.raw
        readings = self.pairing.answer.read_all([entry for _, _, _, entry in self._accepted])
        return [
            make(id, request, answer, raw, index, notes)
            for (index, request, id, _), (answer, notes) in zip(self._accepted, readings, strict=True)
        ]


def _reason(pairing: Pairing, entry: object) -> str:
    return reason_in(entry) or (reason_in(at(entry, f"/{pairing.envelope}")) if pairing.envelope else "")


def by_position(
    pairing: Pairing, requests: Sequence[RequestT], value: object, raw: RawAnswer, make: Make[RequestT, AcceptedT]
) -> BulkResult[RequestT, AcceptedT]:
    """Pair the n-th entry with the n-th request.

    A list that is too short or too long is paired all the same, marked not `aligned`, and nothing in it is called safe
    to send again: which entry is missing cannot be known.
    """
    entries = cast(list[object], at(value, pairing.items))
    aligned = len(entries) == len(requests)
    sorter = _Sorter(pairing, raw, make)
    for index, request in enumerate(requests):
        if index < len(entries):
            sorter.put(index, request, entries[index], sure=aligned)
        else:
            sorter.unknown.append(Unknown(request, index, "the answer has no entry for it"))
    queued = sorter.queued()
    notes = () if aligned else (f"{len(entries)} entries for {len(requests)} requests: the pairing is a guess",)
    return BulkResult(
        tuple(queued),
        tuple(sorter.failed),
        tuple(sorter.unknown),
        tuple(entries[len(requests) :]),
        ids_in(pairing, entries[len(requests) :]),
        aligned,
        notes + _repeated(queued),
        raw,
        position=len(requests),
    )


def by_key(
    pairing: Pairing,
    requests: Sequence[RequestT],
    key_of: Callable[[RequestT], str],
    value: object,
    raw: RawAnswer,
    make: Make[RequestT, AcceptedT],
) -> BulkResult[RequestT, AcceptedT]:
    """Pair entries with requests by the address both name.

    A leading plus makes no difference; duplicates go in order.
    """
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for index, request in enumerate(requests):
        waiting[_bare(key_of(request))].append(index)
    sorter = _Sorter(pairing, raw, make)
    extra: list[object] = []
    entries = at(value, pairing.items)
    notes: list[str] = []
    if not is_array(entries):
        notes.append(f"no list at {pairing.items}")
        entries = list[object]()
    state = at(value, pairing.state) if pairing.state else None
    failed_as_a_whole = state if isinstance(state, str) and state in pairing.failures else None
    for entry in entries:
        address = at(entry, f"/{pairing.key}")
        places = waiting.get(_bare(address)) if isinstance(address, str) else None
        if not places:
            extra.append(entry)
            continue
        index = places.popleft()
        if failed_as_a_whole is None:
            sorter.put(index, requests[index], entry, own_key=key_of(requests[index]))
        else:
            id = _entry_id(pairing, entry, "")
            reason = f"the whole answer has status {failed_as_a_whole}"
            sorter.failed.append(Failed(requests[index], index, None, reason, None, entry, id=id))
    refused = at(value, pairing.rejected) if pairing.rejected else None
    for entry in refused if is_array(refused) else list[object]():
        address = _address_in(entry, pairing.key)
        places = waiting.get(_bare(address)) if address is not None else None
        if places is None:
            extra.append(entry)
            continue
        # An address may stand here once though it was asked for twice: all that still wait for it are refused.
        while places:
            index = places.popleft()
            sorter.failed.append(Failed(requests[index], index, None, "listed as an invalid number", True, entry))
    for places in waiting.values():
        for index in places:
            sorter.unknown.append(Unknown(requests[index], index, "the answer does not name it"))
    queued = sorted(sorter.queued(), key=lambda item: cast(Any, item).index)
    sorter.failed.sort(key=lambda item: item.index)
    sorter.unknown.sort(key=lambda item: item.index)
    return BulkResult(
        tuple(queued),
        tuple(sorter.failed),
        tuple(sorter.unknown),
        tuple(extra),
        ids_in(pairing, extra),
        not extra and not sorter.unknown,
        (*notes, *_repeated(queued)),
        raw,
        position=len(requests),
    )


def _bare(address: str) -> str:
    address = address.strip()
    return address[1:] if address.startswith("+") else address


def _address_in(entry: object, key: str | None) -> str | None:
    """An address as text, or inside an object under whatever key holds one (AMB-MS-38)."""
    if isinstance(entry, str):
        return entry
    if isinstance(entry, int) and not isinstance(entry, bool):
        return str(entry)
    for name in (key, "to", "mobile", "number"):
        found = at(entry, f"/{name}")
        if isinstance(found, str):
            return found
    return None


def _repeated(queued: Sequence[Any]) -> tuple[str, ...]:
    ids = [item.id for item in queued]
    return () if len(set(ids)) == len(ids) else ("one id stands for several messages",)
