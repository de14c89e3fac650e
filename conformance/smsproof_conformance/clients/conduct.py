"""What both vendors ask of a client alike, as judges over the record of a client run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from smsproof_conformance.clients.recorder import ELSEWHERE, REQUESTS
from smsproof_conformance.clients.scenario import Reply, Step, parse
from smsproof_conformance.records.exchange import Exchange, dig, header, is_array, is_object
from smsproof_conformance.records.record import NotObserved, Record
from smsproof_conformance.verdicts.finding import Judgement, breach
from smsproof_spec.rules import Malformed, strict_json

_MAY_BE_TAKEN: Final = frozenset({Reply.LOST, Reply.SILENT, Reply.UNAVAILABLE, Reply.TOO_MANY})
_STEP: Final = re.compile(r"(?P<name>.*?)(?:\[(?P<place>[0-9]+)\])? #[0-9]+( without the prefix)?")


@dataclass(frozen=True)
class Done:
    """A step, or one message of a `send_many` step sent on its own, with the requests that were made for it, in order."""

    step: Step
    place: int | None
    requests: tuple[Exchange, ...]

    @property
    def asked(self) -> Mapping[str, Any]:
        return self.step.args if self.place is None else self.step.args["messages"][self.place]


def done(record: Record, *kinds: str) -> list[Done]:
    """What the client did of these kinds of steps; NotObserved when it did none of them."""
    steps = {step.name: step for step in scenario(record)}
    found: dict[tuple[str, int | None], list[Exchange]] = {}
    for exchange in requests(record):
        name = _STEP.fullmatch(exchange.request.step)
        if name and name["name"] in steps and steps[name["name"]].do in kinds:
            place = int(name["place"]) if name["place"] else None
            found.setdefault((name["name"], place), []).append(exchange)
    if not found:
        raise NotObserved(f"the client did no {' or '.join(kinds)}")
    return [Done(steps[name], place, tuple(made)) for (name, place), made in found.items()]


def scenario(record: Record) -> tuple[Step, ...]:
    return parse(record.notes[REQUESTS]["scenario"], record.target.vendor)


def requests(record: Record) -> list[Exchange]:
    """Every request to the recording server; NotObserved when there was none."""
    made = [exchange for exchange in record.exchanges if exchange.request.case == REQUESTS]
    if not made:
        raise NotObserved(f"the client sent no request; the program {_ending(record.notes[REQUESTS])}")
    return made


def _ending(notes: Mapping[str, Any]) -> str:
    return notes.get("ended") or f"ended with exit code {notes.get('exit code')}"


def unasked(record: Record) -> list[Exchange]:
    """Requests that call no operation of the vendor, or call it beside the base URL."""
    return [exchange for exchange in requests(record) if exchange.request.operation is None]


def printed(record: Record) -> dict[str, dict[str, Any]]:
    """What the program printed, one JSON line a step, by step; NotObserved when it printed nothing of the kind."""
    lines: list[str] = record.notes[REQUESTS].get("printed", [])
    values = [strict_json(line.encode()) for line in lines]
    found = {
        v["step"]: v for v in values if not isinstance(v, Malformed) and is_object(v) and isinstance(v.get("step"), str)
    }
    if not found:
        raise NotObserved("the program printed no line of the form {step, ids, failed}")
    return found


# -- judges --------------------------------------------------------------------------------------------------------------


def token_sent(record: Record, present: str, form: str) -> Judgement:
    """Every call carries the token it was given, behind `Bearer `."""
    calls = [exchange for exchange in requests(record) if exchange.request.operation]
    if not calls:
        raise NotObserved("the client called no operation")
    for exchange in calls:
        token = exchange.request.token
        if token == "missing":
            yield breach(present, exchange, expected="an Authorization header", got="none")
        elif token != "good":
            got = {"no-scheme": "the bare token", "malformed": "another form of the token", "wrong": "another value"}[
                token
            ]
            yield breach(form, exchange, expected="Authorization: Bearer <the token>", got=got)


def json_sent(record: Record, requirement: str, *, and_typed: str) -> Judgement:
    """Every POST has a JSON body and says so; `and_typed` is the requirement of the Content-Type header."""
    posts = [exchange for exchange in requests(record) if exchange.request.method == "POST"]
    if not posts:
        raise NotObserved("the client posted nothing")
    for exchange in posts:
        body = exchange.request.body
        if body is None or isinstance(strict_json(body), Malformed):
            yield breach(requirement, exchange, expected="a JSON body", got="no JSON")
            continue
        kind = (header(exchange.request.headers, "content-type") or "").partition(";")[0].strip().lower()
        if kind != "application/json":
            yield breach(and_typed, exchange, expected="Content-Type: application/json", got=kind or "none")


def one_request(record: Record, requirement: str, *kinds: str) -> Judgement:
    """One request for each send that was answered as usual."""
    for act in done(record, *kinds):
        if act.step.reply is Reply.RIGHT and len(act.requests) > 1:
            got = f"{len(act.requests)} requests for step {act.step.name}"
            yield breach(requirement, act.requests[1], expected="one request", got=got)


def never_again(record: Record, requirement: str, *kinds: str) -> Judgement:
    """No second request for a send after a lost answer, silence, 429 or 503; one finding a send."""
    acts = [act for act in done(record, *kinds) if act.step.reply in _MAY_BE_TAKEN]
    if not acts:
        raise NotObserved("no send was answered badly")
    for act in acts:
        if len(act.requests) > 1:
            got = f"sent again after {act.step.reply}"
            yield breach(
                requirement, act.requests[1], expected="no second request: the first may have been taken", got=got
            )


def no_redirect_with_token(record: Record, requirement: str) -> Judgement:
    """What a redirect names never gets the token."""
    if not any(act.step.reply in (Reply.SEE_OTHER, Reply.TEMPORARY_REDIRECT) for act in done(record, "send")):
        raise NotObserved("no redirect was answered")
    for exchange in record.exchanges:
        if exchange.request.case == ELSEWHERE and exchange.request.token not in ("missing", "wrong"):
            yield breach(
                requirement, exchange, expected="no request with the token", got=f"a {exchange.request.method} with it"
            )


def unaltered(asked: Mapping[str, Any], sent: Any, keys: Sequence[str]) -> Iterator[tuple[str, Any, Any]]:
    """What of the wanted fields is missing or different in a body: key, wanted, sent."""
    for key in keys:
        if key in asked and dig(sent, key) != asked[key]:
            yield key, asked[key], dig(sent, key)


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
