"""A server error: of the request, or of the moment? Every rule about it, for those who send and for those who judge.

A right server may have a bad moment, and a 500 does not say whether this was one. Asking again would, but a send that is
charged is never sent a second time: the first may have been taken, and whoever declares a tunnel to a live vendor as a
loopback target would pay for the second.

- What is free is asked again, at once and twice. An error that comes each time stays; any other answer shows a moment.
- What is charged is asked again in the same way by a target that proved to be a test system, and only by one: on loopback,
  without --live and without a budget, with a control API that was declared and has answered. No live vendor has one.
- Elsewhere the other sends of the run tell. An error stays where two different sends at least had it, another one that was
  answered otherwise stood between them, and a trait tells them from all that were taken: no moment chooses by what is in a
  request. Where nothing was taken, none is needed.
- Whatever else had one is unknown (INDETERMINATE): a lone 500, or several with nothing in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from typing import Any, Final

from smsproof_conformance.records import bad_moment
from smsproof_conformance.records.exchange import Exchange, Request, is_array, is_object
from smsproof_conformance.records.outcome import Outcome, may_pass
from smsproof_conformance.records.sentence import Sentence

ASK_AGAIN: Final = "run/ask-again"  # stands for a case where a run repeats a request: its step is the exchange's number
TIMES_AGAIN: Final = 2


def is_asked_again(exchange: Exchange, answers: Sequence[int | None]) -> bool:
    """Whether a request is sent once more, where that costs nobody anything.

    answers    what it was answered when it was sent again before.
    """
    return (
        exchange.request.operation is not None
        and may_pass(exchange.status)
        and set(answers) <= {exchange.status}
        and len(answers) < TIMES_AGAIN
    )


def stays(exchange: Exchange, answers: Sequence[int | None]) -> bool:
    """Whether the answers to the same request sent again show that its server error is an answer like any other."""
    return len(answers) >= TIMES_AGAIN and set(answers) == {exchange.status}


def told_apart(exchanges: Iterable[Exchange]) -> tuple[Exchange, ...]:
    """The exchanges of a run, each server error with whether it stays."""
    known = tuple(exchanges)
    answers = _answers(known)
    explained = _explained(known, answers.keys())
    return tuple(
        replace(exchange, stays=exchange.id in explained or stays(exchange, answers.get(exchange.id, ())))
        for exchange in known
    )


def left_unknown(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """The requests of a run whose server error may be theirs or the moment's, for nobody asked again."""
    known = tuple(exchanges)
    answers = _answers(known)
    return [
        exchange
        for exchange in known
        if may_pass(exchange.status)
        and not exchange.stays
        and exchange.id not in answers
        and exchange.request.case != ASK_AGAIN
    ]


def _answers(exchanges: Sequence[Exchange]) -> dict[int, list[int | None]]:
    """What each request that was sent again was answered then."""
    found: dict[int, list[int | None]] = {}
    for exchange in exchanges:
        if exchange.request.case == ASK_AGAIN:
            found.setdefault(int(exchange.request.step), []).append(exchange.status)
    return found


def why_unknown(exchange: Exchange) -> Sentence:
    """Why nobody knows what a busy answer says about its request."""
    if not exchange.request.paid or not may_pass(exchange.status):
        return Sentence("the target was busy ({})", bad_moment.told(exchange))
    return Sentence(
        "HTTP {} to a send, which is charged and was not sent again: a bad moment, or a defect, and no other send of the"
        " run tells which. Run again; a test system with a control_url is asked again at once",
        exchange.status,
    )


# -- where nothing is asked again: what the sends with an error have in common, and those that were taken have not ---------


def _explained(exchanges: Sequence[Exchange], asked_again: Set[int]) -> Set[int]:
    """The sends whose server errors stay, by number."""
    sends = [
        exchange
        for exchange in exchanges
        if exchange.request.paid and exchange.request.operation is not None and exchange.request.case != ASK_AGAIN
    ]
    failed = [exchange for exchange in sends if may_pass(exchange.status) and exchange.id not in asked_again]
    if len({exchange.request.body for exchange in failed}) < 2:
        return frozenset()
    numbers = {exchange.id for exchange in failed}
    others = [exchange for exchange in sends if exchange.outcome not in (Outcome.BUSY, Outcome.UNANSWERED)]
    if others and not any(min(numbers) < exchange.id < max(numbers) for exchange in others):
        return frozenset()
    taken = [exchange for exchange in others if exchange.outcome is Outcome.TAKEN]
    return numbers if not taken or _have_a_trait_of_their_own(failed, taken) else frozenset()


def _have_a_trait_of_their_own(failed: Sequence[Exchange], taken: Sequence[Exchange]) -> bool:
    """Whether something is in all that failed and in none that was taken, the other way round, or only larger in them."""
    had, others = ([_traits(exchange.request) for exchange in group] for group in (failed, taken))
    if _in_all(had) - _in_any(others) or _in_all(others) - _in_any(had):
        return True
    sizes, usual = ([_sizes(exchange.request) for exchange in group] for group in (failed, taken))
    return any(min(size[i] for size in sizes) > max(size[i] for size in usual) for i in range(2))


def _in_all(groups: Sequence[frozenset[str]]) -> frozenset[str]:
    common = groups[0]
    for traits in groups[1:]:
        common &= traits
    return common


def _in_any(groups: Sequence[frozenset[str]]) -> frozenset[str]:
    return frozenset(trait for traits in groups for trait in traits)


def _traits(request: Request) -> frozenset[str]:
    """What may tell one send from another: its call, its token, its form, its keys and their types, its addresses, and
    which characters its texts have."""
    body: Any = request.json
    found = {f"call {request.operation}", f"token {request.token}", f"a JSON {type(body).__name__}"}
    for message in body if is_array(body) else [body]:
        if is_object(message):
            found |= {f"{key} is a {type(value).__name__}" for key, value in message.items()}
            found |= {f"{key} {value}" for key, value in message.items() if key in ("from", "to")}
    letters = "".join(_texts(body))
    found |= {"letters beyond ASCII"} if any(char > "\x7f" for char in letters) else set()
    found |= {"letters beyond the BMP"} if any(char > "\uffff" for char in letters) else set()
    return frozenset(found)


def _sizes(request: Request) -> tuple[int, int]:
    """How long the longest text is, and how many messages or recipients there are."""
    body: Any = request.json
    to = body.get("to") if is_object(body) else None
    count = len(body) if is_array(body) else len(to) if is_array(to) else 1
    return max(map(len, _texts(body)), default=0), count


def _texts(body: Any) -> list[str]:
    messages: list[Any] = body if is_array(body) else [body]
    return [message["text"] for message in messages if is_object(message) and isinstance(message.get("text"), str)]
