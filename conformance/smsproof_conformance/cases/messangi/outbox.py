"""What an emulator's outbox says about the messages of a case.

A message is found by its id, else by its text: nobody promises that an outbox uses the ids of the answers. One that is
not there is wrong only where the target says that nothing is left to do; elsewhere it may still come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from smsproof_conformance.cases.messangi.answers import fields, outcome, same_number
from smsproof_conformance.records.exchange import Exchange
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import Seen
from smsproof_conformance.records.sentence import Sentence, Words
from smsproof_conformance.verdicts.finding import Judgement, Unknown, breach

Entry = Mapping[str, Any]


def awaited(*exchanges: Exchange) -> list[str]:
    """The texts of the messages that were taken as they stand: what an outbox should hold in the end."""
    return [str(fields(exchange).get("text")) for exchange in exchanges if outcome(exchange) is Outcome.TAKEN]


def is_open(seen: Seen) -> bool:
    """Whether the target has an outbox."""
    return seen.notes.get("outbox") is not None


def entry_of(seen: Seen, id_: object, text: object) -> Entry | None:
    """The message with this id, else the last one with this text."""
    named = [entry for entry in seen.outbox if entry.get("id") == id_]
    worded = [entry for entry in seen.outbox if entry.get("text") == text]
    return next(reversed(named or worded), None)


def texts_for(seen: Seen, ids: Iterable[str], number: str, tag: str) -> list[str]:
    """The texts that a batch sent to a number: by the batch's ids, else by the tag at the end of its texts."""
    wanted = set(ids)
    mine = [entry for entry in seen.outbox if entry.get("id") in wanted]
    mine = mine or [entry for entry in seen.outbox if str(entry.get("text")).endswith(tag)]
    return [str(entry.get("text")) for entry in mine if same_number(entry.get("to"), number)]


def absent(requirement: str, exchange: Exchange, seen: Seen, expected: Words, *, got: str = "nothing") -> Judgement:
    """Something did not come: wrong where the target says that nothing is left to come, unknown elsewhere."""
    if seen.settled:
        yield breach(requirement, exchange, expected=expected, got=got)
    else:
        yield Unknown(requirement, Sentence("{}: not in the time to wait", expected))
