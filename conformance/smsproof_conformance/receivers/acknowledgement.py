"""What counts as an acknowledged delivery, and how its lack is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from smsproof_conformance.records.exchange import Exchange, State
from smsproof_conformance.records.record import NoAnswer, NotObserved, Seen
from smsproof_conformance.records.sentence import Sentence, Words
from smsproof_conformance.verdicts.finding import Judgement, Say, breach


@dataclass(frozen=True)
class Acknowledgement:
    """What a vendor takes for an acknowledgement.

    expected    in words.
    taken       whether a status says so.
    """

    expected: Words
    taken: Callable[[int], bool]

    def given(self, exchange: Exchange) -> bool:
        return exchange.status is not None and self.taken(exchange.status)

    def each(self, seen: Seen, prefix: str, requirement: str, weigh: Say = breach) -> Judgement:
        """Every delivery of the steps that start with `prefix` was acknowledged."""
        for exchange in delivered(seen, prefix):
            if not self.given(exchange):
                yield weigh(requirement, exchange, expected=self.expected, got=outcome(exchange))


def delivered(seen: Seen, prefix: str) -> list[Exchange]:
    """The deliveries of these steps that tell something: answered, or hung up by a receiver that answers otherwise.

    Silence tells nothing (no page states a time), nor does a connection lost where nobody ever answered.
    """
    made = [exchange for exchange in seen.exchanges if exchange.request.step.startswith(prefix)]
    if not made:
        raise NotObserved(Sentence("what it looks at was not sent (step {})", repr(prefix.strip())))
    telling = [exchange for exchange in made if exchange.answer is not None or hung_up(seen, exchange)]
    if not telling:
        raise NoAnswer(made[-1])
    return telling


def hung_up(seen: Seen, exchange: Exchange) -> bool:
    """Whether a receiver that does answer closed the connection on this delivery instead."""
    lost = exchange.lost
    return (
        exchange.state is State.UNANSWERED
        and lost is not None
        and lost.kind != "transport.deadline"
        and bool(seen.notes.get("answers"))
    )


def outcome(exchange: Exchange) -> str:
    """What came of a delivery, in words: the status and where it points, or how the connection ended."""
    if exchange.answer is None:
        return f"no answer ({exchange.lost.detail})" if exchange.lost else "no answer"
    to = exchange.answer.header("location")
    redirected = f" to {to}" if to and 300 <= exchange.answer.status < 400 else ""
    return f"{exchange.answer.status}{redirected}"


def attempts(seen: Seen, step: str) -> Sequence[Exchange]:
    """All attempts of one delivery, in order."""
    return [exchange for exchange in delivered(seen, step) if exchange.request.step.removeprefix(step)[:1] in ("", ",")]
