"""What is said of a busy answer is unknown, whichever judge says it: a limit or a bad moment accuses nobody.

Judges get hold of few busy answers, for a record hands out none to a scenario. This is where the others end: answers
that standing judges find on their own, and lists of which one item was busy.
"""

from __future__ import annotations

from smsproof_conformance.records.exchange import Exchange, dig, is_array
from smsproof_conformance.records.outcome import Outcome, of_item
from smsproof_conformance.records.record import Record
from smsproof_conformance.records.sentence import Sentence
from smsproof_conformance.records.server_error import left_unknown, why_unknown
from smsproof_conformance.verdicts.finding import Breach, Judgement, Unknown

_LISTS = ("responses", "endpoints")
_CODES = ("code", "status")


def unknown_errors(record: Record, requirement: str) -> Judgement:
    """A send whose server error may be its own or the moment's; one speaks for all that no act judges, fuzz included."""
    for exchange in [exchange for exchange in left_unknown(record.exchanges) if exchange.request.paid][:1]:
        yield Unknown(requirement, Sentence("{}: {}", exchange.request.step, why_unknown(exchange)))


def heard(judgement: Judgement) -> Judgement:
    """The words of a judge of a vendor, those about busy answers as unknown."""
    for word in judgement:
        if isinstance(word, Breach) and isinstance(word.subject, Exchange) and _is_busy(word.subject, word.pointer):
            step = word.subject.request.step
            yield Unknown(word.requirement, Sentence("{}: {}", step, why_unknown(word.subject)))
        else:
            yield word


def _is_busy(exchange: Exchange, pointer: str) -> bool:
    """Whether an answer was busy, or the item that a pointer leads into; for a list as a whole, any of its items."""
    if exchange.outcome is Outcome.BUSY:
        return True
    key, _, rest = pointer.removeprefix("/").partition("/")
    at = rest.partition("/")[0]
    for list_ in _LISTS:
        items = exchange.at(list_)
        if is_array(items) and key in ("", list_):
            named = items[int(at) : int(at) + 1] if at.isdecimal() else items
            if any(_item_is_busy(item) for item in named):
                return True
    return False


def _item_is_busy(item: object) -> bool:
    codes = [code for key in _CODES if type(code := dig(item, key)) is int]
    return any(of_item(code) is Outcome.BUSY for code in codes)
