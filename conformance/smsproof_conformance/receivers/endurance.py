"""What any webhook must bear, whoever posts to it: bodies that are nothing, and time."""

from __future__ import annotations

from typing import Final, LiteralString

from smsproof_conformance.receivers.acknowledgement import Acknowledgement, outcome
from smsproof_conformance.records.exchange import Exchange, State
from smsproof_conformance.records.record import NoAnswer, NotObserved, Record, Seen
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.verdicts.finding import Judgement, breach

HOSTILE: Final = "survives-hostile-bodies"  # the case's name at both vendors
SLOW_SECONDS: Final = 10.0  # no timeout is stated anywhere: beyond, a receiver is warned, never failed
LARGEST_BYTES: Final = 64 * 1024  # bodies up to here must be taken; above, 413 is legal


# Texts that get changed on the way to a handler: by an alphabet, by Unicode normalisation, by trimming, by marks that
# HTML, URLs, JSON and format strings read.
TEXTS: Final[dict[LiteralString, str]] = {
    "emoji": "\U0001f44d\U0001f3fd family \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "accents": "\u00bfQu\u00e9 tal? \u00e1rea, e\u0301, \u20ac",  # one e with a combining accent
    "right to left": "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd \u202b1\u202c",
    "lines": "one\r\ntwo\n\tthree ",
    "quotes": "\"'\\</script>{{7*7}}%s&amp;  1+1 %2B",
    "long": "x" * 1600,
}

LARGE_BYTES: Final = 1024 * 1024  # far above: refused or taken, but survived


def hostile_bodies(id_key: str) -> dict[LiteralString, bytes]:
    """Bodies that are no delivery, by what is wrong with them.

    id_key    the key of the message's id, so that they look like deliveries as far as they go.
    """
    key = id_key.encode()
    return {
        "nothing": b"",
        "no JSON": key + b"=1&message=hello",
        "an array": b"[]",
        "a string": b'"hello"',
        "null": b"null",
        "an empty object": b"{}",
        "cut": b'{"' + key + b'":"1","fr',
        "not UTF-8": b'{"' + key + b'":"\xff\xfe","message":"\xc3"}',
        "a lone surrogate": b'{"' + key + b'":"1","message":"\\ud800"}',
        "a duplicate key": b'{"' + key + b'":"1","' + key + b'":"2"}',
        "not a number": b'{"' + key + b'":NaN}',
        "a huge number": b'{"' + key + b'":1' + b"0" * 5000 + b"}",
        "deep": b'{"' + key + b'":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        "a byte order mark": b"\xef\xbb\xbf{}",
        "other types": b'{"' + key + b'":{},"from":1,"to":[],"message":null,"signature":false,"status":[]}',
    }


def survived(seen: Seen, requirement: str, acknowledgement: Acknowledgement) -> Judgement:
    """Every step "body …" was answered below 500, and "then a right one" was acknowledged.

    A body above what must be taken may also be cut off without an answer.
    """
    made = [exchange for exchange in seen.exchanges if exchange.request.step.startswith(("body ", "large "))]
    if not made:
        raise NotObserved("no hostile body was posted")
    if not seen.notes.get("answers"):
        raise NoAnswer(made[0])
    for exchange in made:
        if exchange.state is State.NOT_SENT:
            yield breach(requirement, exchange, expected="a receiver that still listens", got=outcome(exchange))
        elif exchange.answer is None:
            if exchange.request.step.startswith("body "):
                yield breach(requirement, exchange, expected="an answer below 500", got=outcome(exchange))
        elif exchange.answer.status >= 500:
            yield breach(requirement, exchange, expected="an answer below 500", got=outcome(exchange))
    after = [exchange for exchange in seen.exchanges if exchange.request.step.startswith("then a right one")]
    if after and not any(acknowledgement.given(exchange) for exchange in after):
        expected = Sentence("{} for a right delivery after the hostile ones", said(acknowledgement.expected))
        yield breach(requirement, after[-1], expected=expected, got=outcome(after[-1]))


def in_time(record: Record, requirement: str) -> Judgement:
    """Every delivery that reached the webhook was answered within ten seconds."""
    deliveries = [exchange for exchange in record.exchanges if exchange.request.operation == "delivery"]
    if not any(exchange.answer or _too_late(exchange) for exchange in deliveries):
        raise NotObserved("no delivery was answered")
    for exchange in deliveries:
        if _too_late(exchange):
            yield breach(requirement, exchange, expected="an answer within 10 s", got=said("none until the deadline"))
        elif exchange.answer and exchange.answer.elapsed_seconds > SLOW_SECONDS:
            got = f"{exchange.answer.elapsed_seconds:.1f} s"
            yield breach(requirement, exchange, expected="an answer within 10 s", got=got)


def _too_late(exchange: Exchange) -> bool:
    return (
        exchange.state is State.UNANSWERED and exchange.lost is not None and exchange.lost.kind == "transport.deadline"
    )
