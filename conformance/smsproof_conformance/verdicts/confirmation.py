"""Findings of the fuzz phase: each once, and only those that repeat count.

A generator finds the same defect in many requests. Findings are the same when requirement, place and status are; the
one with the smallest request stands for all. It counts when a replay shows it as well; otherwise it warns. Where a send
may be charged there is no replay, and it counts when two different requests show it of the same key, alone or in a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from smsproof_conformance.records.exchange import Exchange
from smsproof_conformance.records.probe import is_probe, is_replay
from smsproof_conformance.records.record import NoAnswer, NotObserved, Unreadable
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.verdicts.finding import Breach, Severity, Unknown

Key = tuple[str, str, int | None]


def key_of(word: Breach) -> Key:
    """What makes two findings one: requirement, pointer with any index for an index, and HTTP status."""
    status = word.subject.status if isinstance(word.subject, Exchange) else None
    return word.requirement, re.sub(r"(?<=/)[0-9]+(?=/|$)", "*", word.pointer), status


def condensed(words: Iterable[Breach | Unknown], *, charged: bool = False) -> Iterator[Breach | Unknown]:
    """The words of a judge with those about probes condensed; all others as they are, in their order.

    charged    whether sends of the run may have been charged, so that none was replayed.
    raises     what the judge raises (nothing observed, unreadable, unanswered), after the words it said before.
    """
    found: dict[Key, list[tuple[Breach, Exchange]]] = {}
    ended: Exception | None = None
    try:
        for word in words:
            if isinstance(word, Breach) and isinstance(word.subject, Exchange) and is_probe(word.subject):
                found.setdefault(key_of(word), []).append((word, word.subject))
            else:
                yield word
    except (NotObserved, NoAnswer, Unreadable) as end:
        ended = end
    shown_by: dict[tuple[str, str], set[bytes | None]] = {}
    for group in found.values():
        for word, probe in group:
            shown_by.setdefault(_what(word), set()).add(probe.request.body)
    for group in found.values():
        repeated = [(word, probe) for word, probe in group if is_replay(probe)]
        word, smallest = min(repeated or group, key=lambda pair: (len(pair[1].request.body or b""), pair[1].id))
        unrepeatable = charged and smallest.request.paid
        if repeated or unrepeatable and len(shown_by[_what(word)]) > 1:
            yield word
        else:
            why = said("not sent again: it may be charged" if unrepeatable else "not seen again")
            yield replace(word, got=Sentence("{} ({})", word.got, why), ceiling=Severity.WARN)
    if ended is not None:
        raise ended


def _what(word: Breach) -> tuple[str, str]:
    """The requirement and the key that a finding is about, wherever the key stands."""
    return word.requirement, word.pointer.rpartition("/")[2]
