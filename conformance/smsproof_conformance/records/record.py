"""What judges read: the record of a run, whole or as one scenario saw it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, cast

from smsproof_conformance.records.exchange import STRAY, Arrival, Exchange, State, is_object
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.sentence import Sentence, Spoken, said
from smsproof_conformance.records.server_error import told_apart, why_unknown
from smsproof_conformance.targets.target import Target
from smsproof_spec.contract import Party
from smsproof_spec.rules import Malformed

Name = TypeVar("Name", bound=str)


class NotObserved(Spoken):
    """The record has nothing a judge could look at; the case becomes SKIP(not observed)."""


class Busy(NotObserved):
    """An exchange the judge needs was answered by a limit or a bad moment, which says nothing about its request; the case
    becomes INDETERMINATE."""


class NoAnswer(Exception):
    """An exchange the judge needs has no answer: transport error, or indeterminate for a paid request."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        lost = exchange.lost
        self.reason = (
            Sentence("{}: {}", lost.kind, lost.detail) if lost else said("the run ended before the outcome was known")
        )
        self.told = Sentence("{}: {}", exchange.request.step, self.reason)
        super().__init__(self.told)

    @property
    def may_have_been_accepted(self) -> bool:
        return self.exchange.request.paid and self.exchange.state is not State.NOT_SENT


class Unreadable(Exception):
    """The answer a judge needs is not JSON, or not an object where the page shows one."""

    def __init__(self, exchange: Exchange, problem: str) -> None:
        self.exchange = exchange
        self.problem = problem
        super().__init__(problem)


@dataclass(frozen=True)
class Record:
    """All exchanges, arrivals and notes of a run.

    party    whom the run judges. Only a vendor's answer can be a busy one: what a customer's webhook answers is all
             there is to judge, and what a client was answered is our own doing.
    charged  whether sends may have been charged, so that none of them was sent again.
    """

    target: Target
    exchanges: Sequence[Exchange]
    arrivals: Sequence[Arrival]
    notes: Mapping[str, Mapping[str, Any]]
    party: Party = "V"
    charged: bool = False

    @classmethod
    def of(cls, ledger: Ledger) -> Record:
        return cls(
            target=Target.model_validate(ledger.fact("target"), strict=False),
            exchanges=told_apart(ledger.exchanges()),
            arrivals=tuple(ledger.arrivals()),
            notes={case: ledger.notes(case) for case in ledger.acts()},
            party=ledger.fact("party") or "V",
            charged=bool(ledger.fact("charged")),
        )

    def is_busy(self, exchange: Exchange) -> bool:
        """Whether an answer says nothing about its request."""
        return self.party == "V" and exchange.outcome is Outcome.BUSY

    def answered(self, operation: str, where: Callable[[Exchange], bool] = lambda _: True) -> list[Exchange]:
        """Every exchange of an operation that was answered to the point and that `where` accepts; else NotObserved."""
        found = [
            exchange
            for exchange in self.exchanges
            if exchange.answer is not None
            and exchange.request.operation == operation
            and not self.is_busy(exchange)
            and where(exchange)
        ]
        if not found:
            raise NotObserved(Sentence("no answered {} of this kind", operation))
        return found

    def arrived(self, where: Callable[[Arrival], bool] = lambda _: True) -> list[Arrival]:
        """Every arrival at a hook of this run that `where` accepts; NotObserved when there is none.

        A stray may be anybody's.
        """
        found = [arrival for arrival in self.arrivals if arrival.case != STRAY and where(arrival)]
        if not found:
            raise NotObserved("nothing arrived at the inbox")
        return found

    def seen(self, case: str) -> Seen:
        """What one scenario did and got."""
        acted = [exchange for exchange in self.exchanges if exchange.request.case == case]
        return Seen(
            case=case,
            target=self.target,
            exchanges=[exchange for exchange in acted if not self.is_busy(exchange)],
            busy=[exchange for exchange in acted if self.is_busy(exchange)],
            every_arrival=[arrival for arrival in self.arrivals if arrival.case == case],
            notes=self.notes.get(case, {}),
        )


@dataclass(frozen=True)
class Seen:
    """What one scenario did and got: exchanges by step, arrivals by hook, notes.

    busy    what was answered by a limit or a bad moment. No judge gets hold of one: whatever it would conclude is unknown.
    """

    case: str
    target: Target
    exchanges: Sequence[Exchange]
    every_arrival: Sequence[Arrival]
    notes: Mapping[str, Any]
    busy: Sequence[Exchange] = ()

    def __getitem__(self, step: str) -> Exchange:
        """The answered exchange of a step. Raises NotObserved (never sent), Busy or NoAnswer."""
        exchange = self._by_step.get(step)
        if exchange is None:
            for busy in self.busy:
                if busy.request.step == step:
                    raise Busy(Sentence("{}: {}", busy.request.step, why_unknown(busy)))
            raise NotObserved(Sentence("step '{}' was not acted", step))
        if exchange.answer is None:
            raise NoAnswer(exchange)
        return exchange

    def steps(self, prefix: str = "") -> list[Exchange]:
        """Every step whose name starts with `prefix`, answered; raises as `[]` does. NotObserved when there is none.

        Those of a busy moment are left out.
        """
        names = [step for step in self._by_step if step.startswith(prefix)]
        if not names:
            raise NotObserved(Sentence("no step {}… was acted", prefix))
        return [self[name] for name in names]

    def each(self, steps: Iterable[Name]) -> Iterator[tuple[Name, Exchange]]:
        """Steps that stand on their own, with their exchanges; raises as `[]` does. Those of a busy moment are left out."""
        for step in steps:
            try:
                yield step, self[step]
            except Busy:
                continue

    def arrivals(self, hook: str) -> list[Arrival]:
        """What arrived at a hook, in order; possibly nothing."""
        return [arrival for arrival in self.every_arrival if arrival.hook == hook]

    @property
    def settled(self) -> bool:
        """Whether the target confirmed that everything due was delivered: only then does absence prove anything."""
        return bool(self.notes.get("settled"))

    @property
    def outbox(self) -> list[dict[str, Any]]:
        """The emulator's outbox as read at the end of the act; NotObserved where the target has none."""
        outbox = self.notes.get("outbox")
        if outbox is None:
            raise NotObserved(_no_outbox(self.target))
        return cast("list[dict[str, Any]]", outbox)

    @property
    def gained(self) -> list[dict[str, Any]]:
        """What the outbox gained during the act; NotObserved where the target has none."""
        return gained(self.outbox, self.notes.get("outbox before"))

    @cached_property
    def _by_step(self) -> dict[str, Exchange]:
        return {exchange.request.step: exchange for exchange in self.exchanges}


def gained(outbox: Iterable[dict[str, Any]], before: Iterable[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """What an outbox has that it had not before: it may have a past."""
    had = Counter(map(repr, before or ()))
    new: list[dict[str, Any]] = []
    for entry in outbox:
        if had[repr(entry)]:
            had[repr(entry)] -= 1
        else:
            new.append(entry)
    return new


def _no_outbox(target: Target) -> Sentence:
    if target.control_url is None:
        return Sentence(
            "the target declares no control API, so that nobody sees what handsets get; one that has an outbox is declared"
            ' by control_url = "http://…" in [target.{}], or --control-url',
            target.name,
        )
    return Sentence(
        "the target's control API has no outbox: GET {}/outbox gave no list of messages", target.control_url
    )


def body(exchange: Exchange) -> dict[str, Any]:
    """The answer as a JSON object; raises Unreadable, which becomes a finding of the vendor's JSON requirement."""
    assert exchange.answer is not None
    value = exchange.answer.value
    if isinstance(value, Malformed):
        raise Unreadable(exchange, f"{value.kind}: {value.detail}")
    if not is_object(value):
        raise Unreadable(exchange, f"a JSON {type(value).__name__} instead of an object")
    return value
