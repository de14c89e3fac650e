"""What both vendors ask of a client alike, as judges over the record of a client run."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from smsproof_conformance.clients.recorder import ELSEWHERE, REQUESTS
from smsproof_conformance.clients.scenario import Reply, Step, entry, parse
from smsproof_conformance.records.exchange import MISSING, Exchange, dig, header, is_array, is_object
from smsproof_conformance.records.record import NotObserved, Record
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity
from smsproof_spec.rules import Malformed, strict_json

MAY_BE_TAKEN: Final = frozenset({Reply.LOST, Reply.SILENT, Reply.UNAVAILABLE, Reply.TOO_MANY})
_REDIRECTS: Final = frozenset(
    {Reply.SEE_OTHER, Reply.SEE_OTHER_HERE, Reply.TEMPORARY_REDIRECT, Reply.TEMPORARY_REDIRECT_HERE}
)
_COUNT: Final = re.compile(r" #[0-9]+( without the prefix)?$")
_PLACE: Final = re.compile(r"(?P<name>.*)\[(?P<place>[0-9]+)\]")


@dataclass(frozen=True)
class Done:
    """A step, or one entry of it sent on its own, with the requests that were made for it, in order.

    place    the entry: of the messages of a `send_many`, of the recipients of a `batch`; None for the whole step.
    """

    step: Step
    place: int | None
    requests: tuple[Exchange, ...]

    @property
    def asked(self) -> Mapping[str, Any]:
        return self.step.args if self.place is None else entry(self.step, self.place)


def done(record: Record, *kinds: str) -> list[Done]:
    """What the client did of these kinds of steps; NotObserved when it did none of them."""
    found: dict[tuple[str, int | None], list[Exchange]] = {}
    steps = {step.name: step for step in scenario(record)}
    for exchange in requests(record):
        step, place = _part_of(steps, exchange)
        if step is not None and step.do in kinds:
            found.setdefault((step.name, place), []).append(exchange)
    if not found:
        raise NotObserved(Sentence("the client did no {}", " or ".join(kinds)))
    return [Done(steps[name], place, tuple(made)) for (name, place), made in found.items()]


def step_of(record: Record, exchange: Exchange) -> Step | None:
    """The step that a request was made for; None for what no step asks for."""
    return _part_of({step.name: step for step in scenario(record)}, exchange)[0]


def _part_of(steps: Mapping[str, Step], exchange: Exchange) -> tuple[Step | None, int | None]:
    label = _COUNT.sub("", exchange.request.step)
    part = _PLACE.fullmatch(label)
    if label in steps or part is None:
        return steps.get(label), None
    return steps.get(part["name"]), int(part["place"])


def scenario(record: Record) -> tuple[Step, ...]:
    """The steps that the program was asked to do."""
    return parse(record.notes[REQUESTS]["scenario"], record.target.vendor)


def requests(record: Record) -> list[Exchange]:
    """Every request to the recording server; NotObserved when there was none."""
    made = [exchange for exchange in record.exchanges if exchange.request.case == REQUESTS]
    if not made:
        raise NotObserved(Sentence("the client sent no request; the program {}", _ending(record.notes[REQUESTS])))
    return made


def _ending(notes: Mapping[str, Any]) -> str:
    code = notes.get("exit code")
    if "ended" in notes:
        return str(notes["ended"])
    if type(code) is int and code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def astray(record: Record) -> list[Exchange]:
    """Requests that call no operation of the vendor, or call it beside the base URL.

    A look around without a body, for something no step asks for, sends nothing anywhere; nor does OPTIONS, which a
    browser sends of its own accord in front of a call.
    """
    return [
        exchange
        for exchange in requests(record)
        if exchange.request.operation is None
        and exchange.request.method != "OPTIONS"
        and not (
            exchange.request.step.startswith("other #")
            and exchange.request.body is None
            and exchange.request.method in ("GET", "HEAD")
            and "endpoint=" not in exchange.request.target
        )
    ]


def printed(record: Record) -> dict[str, dict[str, Any]]:
    """What the program printed, one JSON line a step, by step; NotObserved when it printed nothing of the kind."""
    found = _lines(record)
    if not found:
        raise NotObserved("the program printed no line of the form {step, ids, failed}")
    return found


def _lines(record: Record) -> dict[str, dict[str, Any]]:
    lines: list[str] = record.notes[REQUESTS].get("printed", [])
    values = [strict_json(line.encode()) for line in lines]
    return {
        v["step"]: v for v in values if not isinstance(v, Malformed) and is_object(v) and isinstance(v.get("step"), str)
    }


# -- judges --------------------------------------------------------------------------------------------------------------


def token_sent(record: Record, present: str, form: str) -> Judgement:
    """Every call carries the token it was given, behind `Bearer `, and in no other place."""
    calls = [exchange for exchange in requests(record) if exchange.request.operation]
    if not calls:
        raise NotObserved("the client called no operation")
    for exchange in calls:
        token = exchange.request.token
        if token == "missing":
            yield breach(present, exchange, expected="an Authorization header", got="none")
        elif token != "good":
            shape = record.notes[REQUESTS].get(f"authorization of {exchange.id}")
            got = f"Authorization: {shape or '<the token>, without Bearer'}"
            yield breach(form, exchange, expected="Authorization: Bearer <the token>", got=got)
        beside = record.notes[REQUESTS].get(f"token beside Authorization of {exchange.id}")
        if beside and token != "missing":
            expected = "the token in the header Authorization alone: what stands elsewhere is logged on the way"
            yield oddity(present, exchange, expected=expected, got=f"it stands in {beside} too")


def json_sent(record: Record, requirement: str, *, and_typed: str) -> Judgement:
    """Every POST has a JSON body and says so; `and_typed` is the requirement of the Content-Type header."""
    posts = [exchange for exchange in requests(record) if exchange.request.method == "POST"]
    if not posts:
        raise NotObserved("the client posted nothing")
    for exchange in posts:
        body = exchange.request.body
        value = strict_json(body or b"")
        if isinstance(value, Malformed):
            got = f"no JSON: {value.detail}" if body else "no body"
            yield breach(requirement, exchange, expected="a JSON body, in UTF-8", got=got)
            continue
        kind = (header(exchange.request.headers, "content-type") or "").partition(";")[0].strip().lower()
        if kind != "application/json":
            yield breach(and_typed, exchange, expected="Content-Type: application/json", got=kind or "none")


def one_call(record: Record, requirement: str, kind: str) -> Judgement:
    """One call for all entries of a step; one finding a step."""
    calls: dict[str, list[Exchange]] = {}
    for act in done(record, kind):
        if act.step.reply is Reply.RIGHT:
            calls.setdefault(act.step.name, []).extend(act.requests)
    for name, made in calls.items():
        if len(made) > 1:
            yield breach(requirement, made[1], expected="one call", got=f"{len(made)} calls for step {name}")


def sent_again(act: Done) -> Iterator[tuple[Exchange, Exchange]]:
    """Requests of an act that send what an earlier one had: (the earlier one, the later one), one pair an act.

    A list sent in parts is not sent again: messages are told by their texts and destinations.
    """
    seen: dict[str, Exchange] = {}
    for exchange in act.requests:
        for message in _messages_of(exchange):
            if message in seen and seen[message] is not exchange:
                yield seen[message], exchange
                return
        for message in _messages_of(exchange):
            seen.setdefault(message, exchange)


def since_its_success(act: Done) -> Done:
    """An act from the first request on that was answered with a success; without requests where none was."""
    answered = [exchange.answer is not None and exchange.answer.succeeded for exchange in act.requests]
    return replace(act, requests=act.requests[answered.index(True) :] if True in answered else ())


def _messages_of(exchange: Exchange) -> list[str]:
    body: Any = exchange.request.json
    recipients: Any = dig(body, "to")
    if is_array(recipients):
        return [json.dumps(recipient, sort_keys=True) for recipient in recipients]
    items: list[Any] = body if is_array(body) else [body]
    return [json.dumps([item.get("to"), item.get("text")]) if is_object(item) else repr(item) for item in items]


def never_twice(record: Record, requirement: str, *kinds: str) -> Judgement:
    """What a usual answer took is not sent a second time; one finding a send. What was refused may be: that is odd."""
    for act in done(record, *kinds):
        if act.step.reply is not Reply.RIGHT:
            continue
        for first, second in sent_again(act):
            taken = first.answer is None or first.answer.succeeded
            got = f"the same again for step {act.step.name}, after {first.status or 'no answer'}"
            yield (breach if taken else oddity)(requirement, second, expected="one request", got=got)


def never_again(record: Record, requirement: str, *kinds: str) -> Judgement:
    """No second request for a send after a lost answer, silence, 429 or 503; one finding a send."""
    acts = [act for act in done(record, *kinds) if act.step.reply in MAY_BE_TAKEN]
    if not acts:
        raise NotObserved("no send was answered badly")
    for act in acts:
        for _, second in sent_again(act):
            got = f"sent again after {WORDS[act.step.reply]}"
            yield breach(requirement, second, expected="no second request: the first may have been taken", got=got)


WORDS: Final = {
    Reply.LOST: "a lost answer",
    Reply.SILENT: "silence",
    Reply.UNAVAILABLE: "a 503",
    Reply.TOO_MANY: "a 429 (Retry-After or not)",
}


def no_redirect_with_token(record: Record, requirement: str) -> Judgement:
    """What a redirect names never gets the token."""
    if not any(act.step.reply in _REDIRECTS for act in done(record, "send", "send_many", "batch")):
        raise NotObserved("no redirect was answered")
    for exchange in record.exchanges:
        if exchange.request.case != ELSEWHERE:
            continue
        in_header = exchange.request.token not in ("missing", "wrong")
        beside = record.notes.get(ELSEWHERE, {}).get(f"token beside Authorization of {exchange.id}")
        if in_header or beside:
            yield breach(
                requirement,
                exchange,
                expected="no request with the token to where a redirect points",
                got=f"{exchange.request.method} {exchange.request.target} with it, in {'Authorization' if in_header else beside}",
            )


def unaltered(asked: Mapping[str, Any], sent: Any, keys: Sequence[str]) -> Iterator[tuple[str, Any, Any]]:
    """What of the wanted fields is missing or different in a body: key, wanted, sent.

    A value of another JSON type is the request schema's business, and told by the field's own requirement.
    """
    for key in keys:
        got = dig(sent, key)
        if key in asked and got != asked[key] and (got is MISSING or type(got) is type(asked[key])):
            yield key, asked[key], got


def left_out(
    record: Record, acts: Sequence[Done], entries: str, unsent: Callable[[Done], set[int]], requirement: str
) -> Judgement:
    """What a client that told what failed neither sent nor told got lost on its side.

    One that prints nothing may do a part of a step.

    entries    the name of the list among the step's arguments.
    unsent     the places of it that the requests of an act have not.
    """
    lines = _lines(record)
    alone = {(act.step.name, act.place) for act in acts}
    for act in acts:
        if act.place is not None or entries not in act.asked or not is_array(act.asked[entries]):
            continue
        missing, line = unsent(act), lines.get(act.step.name)
        if (
            line is None
            or "failed" not in line
            or line.get("unknown") is True
            or len(missing) == len(act.asked[entries])
        ):
            continue
        for place in sorted(missing - places(line.get("failed"))):
            if (act.step.name, place) not in alone:
                expected = Sentence("entry {} of step {} sent, or told as failed", place, act.step.name)
                yield breach(requirement, act.requests[-1], expected=expected, got="neither")


def ids_answered(record: Record, requirement: str, ids: Callable[[Exchange], set[str]]) -> Judgement:
    """A message is told as sent by an id that an answer to it gave, or not at all; one finding a step."""
    lines = printed(record)
    acts = {act.step.name: act for act in done(record, "send")}
    for step in scenario(record):
        line, act = lines.get(step.name), acts.get(step.name)
        if step.do != "send" or line is None:
            continue
        given = {id_ for exchange in act.requests for id_ in ids(exchange)} if act else set[str]()
        invented = [id_ for id_ in texts(line.get("ids")) if id_ not in given]
        if invented:
            last = act.requests[-1] if act else None
            there = Sentence("{}", sorted(given)) if given else said("there is none")
            expected = Sentence("ids of step {} that an answer gave: {}", step.name, there)
            yield breach(requirement, last, expected=expected, got=f"ids: {invented}")


def placed(wanted: Sequence[Any], sent: Any, name: Callable[[Any], Any]) -> list[tuple[int, int]]:
    """Which wanted entry each entry of a sent list is: (index in the sent list, place in the wanted one).

    A client may leave out what it refuses itself and send the rest, or send several shorter lists: entries are told by
    their name. One whose name was changed is taken for the entry after the last.
    """
    found: list[tuple[int, int]] = []
    names = [name(entry) for entry in wanted]
    after = 0
    for index, item in enumerate(sent if is_array(sent) else []):
        equal = [place for place, wanted_name in enumerate(names) if wanted_name == name(item)]
        place = next((place for place in equal if place >= after), equal[0] if equal else after)
        if place < len(wanted):
            found.append((index, place))
            after = place + 1
    return found


def bodies(act: Done) -> list[tuple[Exchange, Any]]:
    """The JSON bodies of an act, with their exchanges; what is no JSON is another judge's business."""
    return [(exchange, exchange.request.json) for exchange in act.requests if exchange.request.json is not None]


def places(value: Any) -> set[int]:
    """Zero-based places of a printed `failed` list."""
    return {item for item in value if type(item) is int} if is_array(value) else set()


def texts(value: Any) -> list[str]:
    """Printed ids."""
    return [item for item in value if isinstance(item, str)] if is_array(value) else []
