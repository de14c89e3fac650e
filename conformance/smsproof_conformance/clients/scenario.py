"""What a client is asked to do: a JSON file of steps, read by the program and by the judge alike."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, LiteralString, cast

from smsproof_conformance.clients.json_place import line_of
from smsproof_conformance.records.exchange import is_array, is_object
from smsproof_conformance.records.sentence import said

Place = tuple[str | int, ...]


class ScenarioError(Exception):
    """The scenario cannot be used; the message says where and what was expected, `where` the path to it."""

    def __init__(self, message: str, where: Place = ()) -> None:
        super().__init__(message)
        self.where = where


class Reply(StrEnum):
    """How the recording server treats the first request of a step; RIGHT: as the vendor would."""

    RIGHT = "right"
    LOST = "lost"  # takes the request, closes the connection, answers nothing
    SILENT = "silent"  # takes the request and says nothing for a while
    UNAVAILABLE = "503"
    TOO_MANY = "429"
    SEE_OTHER = "303"
    SEE_OTHER_HERE = "303 here"  # to the same origin, where a client keeps its token
    TEMPORARY_REDIRECT = "307"
    TEMPORARY_REDIRECT_HERE = "307 here"


@dataclass(frozen=True)
class Step:
    """One thing to do.

    do       "send" one message; "send_many" messages; "set_webhook"; "get_webhook"; "batch" one text to many.
    args     send: the message's fields. send_many: {"messages": [...]}. set_webhook: {"endpoints", "webhook"}.
             get_webhook: {"endpoint"}. batch: the batch's fields. `callbacks` is a list of URLs.
    reply    how the server treats it; programs need not read it.
    """

    name: str
    do: str
    args: Mapping[str, Any]
    reply: Reply = Reply.RIGHT


def entry(step: Step, place: int) -> Mapping[str, Any]:
    """One message of a `send_many`, or what one recipient of a `batch` is to get, as a single message."""
    if step.do == "send_many":
        message: Mapping[str, Any] = step.args["messages"][place]
        return message
    recipient = step.args["to"][place]
    text: str = step.args["text"]
    for number, value in enumerate(recipient.get("params", [])):
        text = text.replace(f"{{{number}}}", str(value))
    return {**step.args, "to": recipient["to"], "text": text}


_DO: Final = {
    "intelepeer": ("send", "send_many", "set_webhook", "get_webhook"),
    "messangi": ("send", "send_many", "batch"),
}
_KEYS: Final = ("step", "do", "args", "reply")


def read(path: Path, vendor: str) -> tuple[Step, ...]:
    """Read a scenario file. raises ScenarioError with line and key of the first mistake."""
    try:
        text = path.read_text(encoding="utf-8")
        value = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise ScenarioError(f"{path}: cannot be read as JSON ({error}).") from error
    try:
        return parse(value, vendor)
    except ScenarioError as error:
        raise ScenarioError(f"{path}, line {line_of(text, error.where)}: {error}", error.where) from error


def parse(value: Any, vendor: str) -> tuple[Step, ...]:
    """Steps of {"steps": [{"step", "do", "args"}]}; names are unique. raises ScenarioError."""
    steps = value.get("steps") if is_object(value) else None
    if not is_array(steps) or not steps:
        raise ScenarioError('expected {"steps": [{"step": NAME, "do": WHAT, "args": {...}}, ...]}.')
    found: dict[str, Step] = {}
    for index, given in enumerate(steps):
        step = _step(given, vendor, ("steps", index), found)
        found[step.name] = step
    return tuple(found.values())


def _step(given: Any, vendor: str, where: Place, others: Mapping[str, Step]) -> Step:
    if not is_object(given):
        raise _mistake(where, 'expected {"step": NAME, "do": WHAT, "args": {...}}')
    for key in given:
        if key not in _KEYS:
            raise _mistake((*where, key), f"there is no such key{_nearest(key, _KEYS)}")
    name, do, args, reply = (given.get(key) for key in ("step", "do", "args", "reply"))
    if not isinstance(name, str) or not name or name in others:
        raise _mistake((*where, "step"), f"expected a name that no other step has; got {name!r}")
    kinds = _DO.get(vendor, ())
    if do not in kinds:
        expected = f"expected one of {', '.join(kinds)}; got {do!r}{_nearest(do, kinds)}"
        raise _mistake((*where, "do"), expected)
    if not is_object(args):
        raise _mistake((*where, "args"), "expected an object")
    for path, expected in _mistakes(str(do), args):
        raise _mistake((*where, "args", *path), expected)
    replies = tuple(Reply)
    if reply is not None and reply not in replies:
        expected = f"expected one of {', '.join(replies)}; got {reply!r}{_nearest(reply, replies)}"
        raise _mistake((*where, "reply"), expected)
    return Step(name, str(do), args, Reply(reply or "right"))


def _mistake(where: Place, expected: str) -> ScenarioError:
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).removeprefix(".")
    return ScenarioError(f"{shown}: {expected}.", where)


def _nearest(given: object, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(str(given), list(known), n=1, cutoff=0.5)
    return f"; the nearest is {close[0]!r}" if close else ""


Mistakes = Iterator[tuple[Place, str]]


def _mistakes(do: str, args: Mapping[str, Any]) -> Mistakes:
    """What the arguments of a step lack: where, and what was expected."""
    match do:
        case "send_many":
            yield from _list(args, "messages", "messages")
            for index, message in enumerate(args["messages"]):
                for path, expected in _message(message):
                    yield ("messages", index, *path), expected
        case "set_webhook":
            yield from _list(args, "endpoints", "numbers")
            yield from _strings(args, "webhook")
        case "get_webhook":
            yield from _strings(args, "endpoint")
        case "batch":
            yield from _strings(args, "text")
            yield from _callbacks(args)
            yield from _list(args, "to", "recipients")
            for index, recipient in enumerate(args["to"]):
                if not is_object(recipient) or not isinstance(recipient.get("to"), str):
                    yield ("to", index), 'expected {"to": NUMBER}, with "params": [...] or without'
        case _:
            yield from _message(args)


def _message(message: Any) -> Mistakes:
    if not is_object(message):
        yield (), "expected a message, an object"
        return
    yield from _strings(message, "to", "text")
    yield from _callbacks(message)


def _callbacks(args: Mapping[str, Any]) -> Mistakes:
    urls = args.get("callbacks", [])
    if not is_array(urls) or not all(isinstance(url, str) for url in urls):
        yield ("callbacks",), "expected a list of URLs"


def _strings(args: Mapping[str, Any], *names: str) -> Mistakes:
    for name in names:
        if name not in args:
            yield (name,), f"expected a string; there is none{_nearest(name, args)}"
        elif not isinstance(args[name], str):
            yield (name,), f"expected a string; got {args[name]!r}"


def _list(args: Mapping[str, Any], name: str, of: str) -> Mistakes:
    if name not in args:
        yield (name,), f"expected a list of {of}; there is none{_nearest(name, args)}"
    elif not is_array(args[name]) or not args[name]:
        yield (name,), f"expected a list of {of}, not empty"


def as_json(steps: tuple[Step, ...]) -> dict[str, Any]:
    """The scenario as the program reads it."""
    return {
        "steps": [{"step": step.name, "do": step.do, "args": dict(step.args), "reply": step.reply} for step in steps]
    }


def default(vendor: str) -> tuple[Step, ...]:
    """The scenario that exercises everything a client of this vendor may do."""
    steps = parse(_DEFAULTS[vendor], vendor)
    return tuple(replace(step, name=said(cast("LiteralString", step.name))) for step in steps)  # names of ours, below


def _ip(text: str, **changes: Any) -> dict[str, Any]:
    message = {"from": "+12191112222", "to": "+13038675309", "text": text}
    return message | {key.rstrip("_"): value for key, value in changes.items()}


def _ms(text: str, **changes: Any) -> dict[str, Any]:
    message = {"from": "12345", "to": "+580000000005", "text": text}
    return message | {key.rstrip("_"): value for key, value in changes.items()}


_CURL_TEXT: Final = "We detect an incident outside of us due to a Power Cut that affects your \u00e1rea. It is not necessary to report it"

# What clients like to tidy up: spaces, line ends, marks that HTML, URLs, format strings and shells read, and letters that
# Unicode normalisation would compose or replace (e and a combining accent, a ligature).
_DELICATE: Final = "  1 + 1 = 2 %2B {0} %s \\n ${HOME}\n<b>\"Tom\" & 'Ann'</b>\n\te\u0301, \ufb01n  "

_TWO_PARTS: Final = (
    "".join(f"{number:03} " for number in range(75)) + "end"
)  # 303 septets: two parts, sent as one message

_DEFAULTS: Final[Mapping[str, Any]] = {
    "intelepeer": {
        "steps": [
            {"step": "long-code", "do": "send", "args": _ip("from a long code", guid="1123123123123123")},
            {"step": "short-code", "do": "send", "args": _ip("from a short code", from_="1-12345", guid="myguid1")},
            {
                "step": "alphanumeric",
                "do": "send",
                "args": _ip("from an alphanumeric", from_="57-MyCompany", to="+573132341111"),
            },
            {
                "step": "unicode",
                "do": "send",
                "args": _ip("\u00bfQu\u00e9 tal? \U0001f600 \u0645\u0631\u062d\u0628\u0627"),
            },
            {"step": "as-it-is", "do": "send", "args": _ip(_DELICATE)},
            {"step": "in-parts", "do": "send", "args": _ip(_TWO_PARTS)},
            {
                "step": "many",
                "do": "send_many",
                "args": {
                    "messages": [
                        _ip("many, the first"),
                        _ip("many, from a foreign number", from_="+19995550100"),
                        _ip("many, from a short code", from_="1-12345", guid="again"),
                        _ip("many, to a blocked destination", to="+99955501000"),
                        _ip("many, the last", guid="again"),
                    ]
                },
            },
            {
                "step": "one-webhook",
                "do": "set_webhook",
                "args": {"endpoints": ["+12161112222"], "webhook": "http://127.0.0.1:9/inbound"},
            },
            {
                "step": "two-webhooks",
                "do": "set_webhook",
                "args": {"endpoints": ["+12161112222", "1-12345"], "webhook": "http://127.0.0.1:9/other"},
            },
            {"step": "read-webhook", "do": "get_webhook", "args": {"endpoint": "+12161112222"}},
            {"step": "lost", "do": "send", "args": _ip("the answer gets lost"), "reply": "lost"},
            {"step": "unavailable", "do": "send", "args": _ip("the server is unavailable"), "reply": "503"},
            {"step": "too-many", "do": "send", "args": _ip("too many requests"), "reply": "429"},
            {"step": "see-other", "do": "send", "args": _ip("it went elsewhere"), "reply": "303"},
            {"step": "see-other-here", "do": "send", "args": _ip("see other, same host"), "reply": "303 here"},
            {"step": "redirected", "do": "send", "args": _ip("temporary redirect"), "reply": "307"},
            {"step": "redirected-here", "do": "send", "args": _ip("redirect, same host"), "reply": "307 here"},
            {"step": "silent", "do": "send", "args": _ip("the server stays silent"), "reply": "silent"},
        ]
    },
    "messangi": {
        "steps": [
            {"step": "minimal", "do": "send", "args": _ms("text demo")},
            {
                "step": "curl",
                "do": "send",
                "args": _ms(_CURL_TEXT, from_="2222", to="+525500000000", requestDR=True, type="MT"),
            },
            {
                "step": "callbacks",
                "do": "send",
                "args": _ms(
                    "with callbacks",
                    requestDR=True,
                    callbacks=["http://127.0.0.1:9/one", "http://127.0.0.1:9/two"],
                    externalId="campaign1",
                    clientId="client1",
                ),
            },
            {"step": "no-plus", "do": "send", "args": _ms("without a plus", to="525500000000")},
            {"step": "alphanumeric", "do": "send", "args": _ms("from an alphanumeric", from_="COMPANY")},
            {"step": "unicode", "do": "send", "args": _ms("\U0001f600 \u0645\u0631\u062d\u0628\u0627")},
            {"step": "as-it-is", "do": "send", "args": _ms(_DELICATE)},
            {
                "step": "batch",
                "do": "batch",
                "args": {
                    "from": "12345",
                    "text": "Hi {0}, your balance is ${1}",
                    "to": [
                        {"to": "+525500000000", "params": ["Elizabeth", 10.65]},
                        {"to": "+525511111111", "params": ["Joshua", 20.5]},
                        {"to": "+0123456789", "params": ["Nobody", 0]},
                    ],
                    "type": "MT",
                },
            },
            {"step": "longest", "do": "send", "args": _ms("y" * 1600)},
            {"step": "too-long", "do": "send", "args": _ms("x" * 1601)},
            {"step": "lost", "do": "send", "args": _ms("the answer gets lost"), "reply": "lost"},
            {"step": "unavailable", "do": "send", "args": _ms("the server is unavailable"), "reply": "503"},
            {"step": "too-many", "do": "send", "args": _ms("too many requests"), "reply": "429"},
            {"step": "see-other", "do": "send", "args": _ms("it went elsewhere"), "reply": "303"},
            {"step": "see-other-here", "do": "send", "args": _ms("see other, same host"), "reply": "303 here"},
            {"step": "redirected", "do": "send", "args": _ms("temporary redirect"), "reply": "307"},
            {"step": "redirected-here", "do": "send", "args": _ms("redirect, same host"), "reply": "307 here"},
            {"step": "silent", "do": "send", "args": _ms("the server stays silent"), "reply": "silent"},
        ]
    },
}
