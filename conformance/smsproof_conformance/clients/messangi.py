"""Messangi's rules for a client (page S2), party C."""

from __future__ import annotations

from typing import Any

from smsproof_conformance.case import Section
from smsproof_conformance.clients.conduct import (
    Done,
    astray,
    bodies,
    done,
    json_sent,
    left_out,
    never_again,
    never_twice,
    no_redirect_with_token,
    one_call,
    placed,
    places,
    printed,
    requests,
    texts,
    token_sent,
    unaltered,
)
from smsproof_conformance.clients.request_schema import misfits, requirements
from smsproof_conformance.records.exchange import MISSING, Exchange, dig, header, is_array, pointer
from smsproof_conformance.records.record import NotObserved, Record
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.verdicts.finding import Judgement, breach

section = Section("messangi", "client")

_OPTIONS = ("requestDR", "connection", "email", "type", "externalId", "clientId")


@section.standing(
    "calls-stand-at-their-paths",
    observes=("MS-SEND-01", "MS-BATCH-01"),
    does="Looks for requests that call no operation, or call it beside the base URL that was given.",
    expects="POST to the path, behind the whole base URL.",
)
def paths(record: Record) -> Judgement:
    for exchange in astray(record):
        request = exchange.request
        requirement = "MS-BATCH-01" if is_array(dig(request.json, "to")) else "MS-SEND-01"
        got = f"{request.method} {request.target.partition('?')[0]}"
        if request.step.endswith("without the prefix"):
            got += ", the path of the base URL left out"
        yield breach(requirement, exchange, expected="the page's method and path behind the base URL", got=got)


@section.standing(
    "the-key-is-on-every-call",
    observes=("MS-GEN-02", "MS-GEN-03"),
    does="Looks at the Authorization header of every call.",
    expects="`Bearer` and the key that was given.",
)
def key(record: Record) -> Judgement:
    yield from token_sent(record, "MS-GEN-02", "MS-GEN-03")


@section.standing(
    "posts-are-json",
    observes=("MS-GEN-04", "MS-GEN-05"),
    does="Looks at body, Content-Type and Accept of every POST.",
    expects="JSON and application/json; an Accept that admits JSON, or none.",
)
def posts(record: Record) -> Judgement:
    yield from json_sent(record, "MS-GEN-04", and_typed="MS-GEN-05")
    for exchange in requests(record):
        accept = (header(exchange.request.headers, "accept") or "*/*").lower()
        if not any(kind in accept for kind in ("application/json", "*/*", "application/*")):
            yield breach("MS-GEN-05", exchange, expected="an Accept that admits application/json", got=accept)


@section.standing(
    "fields-are-strings",
    observes=("MS-SEND-05",),
    does="Looks at the types of sender, text and destination.",
    expects="JSON strings, a sender of digits too.",
)
def strings(record: Record) -> Judgement:
    for act in done(record, "send", "send_many"):
        for exchange, body in bodies(act):
            for name in ("from", "text", "to"):
                value = dig(body, name)
                if value is not MISSING and not isinstance(value, str):
                    yield breach("MS-SEND-05", exchange, expected="a string", got=value, pointer=pointer(name))


@section.standing(
    "callbacks-are-one-string",
    observes=("MS-SEND-10",),
    does="Looks at `callbacks` where several URLs were asked for.",
    expects="One string, the URLs separated by commas.",
)
def callbacks(record: Record) -> Judgement:
    acts = [act for act in done(record, "send", "batch") if is_array(act.asked.get("callbacks"))]
    if not acts:
        raise NotObserved("no callbacks were asked for")
    for act in acts:
        for exchange, body in bodies(act):
            sent = dig(body, "callbacks")
            if sent is MISSING:
                continue  # left out: another judge's finding
            urls = [url.strip() for url in sent.split(",")] if isinstance(sent, str) else None
            if urls != act.asked["callbacks"]:
                wanted = ",".join(act.asked["callbacks"])
                yield breach("MS-SEND-10", exchange, expected=Sentence("{}", wanted), got=sent, pointer="/callbacks")


@section.standing(
    "the-pages-call-is-sent-as-it-is",
    observes=("MS-SEND-15",),
    does="Looks at the send whose fields are those of the page's cURL call.",
    expects="The same JSON values, the letter outside of ASCII intact.",
)
def curl(record: Record) -> Judgement:
    acts = [act for act in done(record, "send") if _is_the_pages(act)]
    if not acts:
        raise NotObserved("the page's cURL call was not asked for")
    for act in acts:
        for exchange, body in bodies(act):
            for name, wanted, got in unaltered(act.asked, body, tuple(act.asked)):
                if name == "to" and _same(got, wanted):
                    continue  # the plus is optional
                yield breach(
                    "MS-SEND-15", exchange, expected=Sentence("{}: {}", name, wanted), got=got, pointer=pointer(name)
                )


@section.standing(
    "what-was-asked-is-sent",
    observes=("MS-HOUSE-06",),
    does="Compares every field with what was asked for; the plus sign of a destination is free.",
    expects="Everything unaltered.",
)
def fidelity(record: Record) -> Judgement:
    acts = done(record, "send", "send_many", "batch")
    for act in acts:
        if _is_the_pages(act) or (act.step.do == "batch" and act.place is not None):
            continue  # judged by the requirement of the page's call, or of a batch
        for exchange, body in bodies(act):
            for name, wanted, got in unaltered(act.asked, body, ("text", "from", *_OPTIONS)):
                yield breach(
                    "MS-HOUSE-06",
                    exchange,
                    expected=Sentence("{} as asked: {}", name, wanted),
                    got=got,
                    pointer=pointer(name),
                )
            if "callbacks" in act.asked and dig(body, "callbacks") is MISSING:
                yield breach("MS-HOUSE-06", exchange, expected="callbacks as asked", got="none", pointer="/callbacks")
            sent = dig(body, "to")
            if isinstance(act.asked.get("to"), str) and isinstance(sent, str) and not _same(sent, act.asked["to"]):
                yield breach("MS-HOUSE-06", exchange, expected=Sentence("{}", act.asked["to"]), got=sent, pointer="/to")
    yield from left_out(record, acts, "to", lambda act: _of_batch(act)[2], "MS-HOUSE-06")


@section.standing(
    "a-batch-is-one-call",
    observes=("MS-BATCH-02",),
    does="Counts the calls for a batch, single sends of its texts included.",
    expects="One for all recipients.",
)
def one_batch(record: Record) -> Judgement:
    yield from one_call(record, "MS-BATCH-02", "batch")


@section.standing(
    "a-batch-names-its-recipients",
    observes=("MS-BATCH-06", "MS-BATCH-13", "MS-HOUSE-06"),
    does="Looks at the recipients of a batch.",
    expects="`to` with the destination, `params` as a JSON array of the values that were asked for, each recipient once.",
)
def recipients(record: Record) -> Judgement:
    for act in done(record, "batch"):
        for exchange, body in bodies(act) if act.place is None else ():
            sent = dig(body, "to")
            wanted = act.asked["to"]
            pairs = placed(wanted, sent, _address)
            if not pairs or not all(_same(dig(sent, index, "to"), wanted[place]["to"]) for index, place in pairs):
                yield breach("MS-BATCH-06", exchange, expected="each destination under `to`", got=sent, pointer="/to")
                continue
            for index, place in pairs:
                params = dig(sent, index, "params")
                if "params" not in wanted[place]:
                    continue
                where = pointer("to", index, "params")
                if not is_array(params):
                    yield breach("MS-BATCH-13", exchange, expected="a JSON array", got=params, pointer=where)
                elif not _alike(params, wanted[place]["params"]):
                    asked = Sentence("params as asked: {}", wanted[place]["params"])
                    yield breach("MS-HOUSE-06", exchange, expected=asked, got=params, pointer=where)
            twice = len(pairs) - len({place for _, place in pairs})
            if twice:
                expected = "each recipient once: every message is charged"
                yield breach("MS-HOUSE-06", exchange, expected=expected, got=f"{twice} of them again", pointer="/to")


@section.standing(
    "options-stand-once",
    observes=("MS-BATCH-12",),
    does="Looks for options inside the recipients of a batch.",
    expects="They stand beside the list, once for all.",
)
def options(record: Record) -> Judgement:
    for act in done(record, "batch"):
        for exchange, body in bodies(act):
            for place in range(len(dig(body, "to")) if is_array(dig(body, "to")) else 0):
                inside = [
                    name
                    for name in (*_OPTIONS, "callbacks", "text", "from")
                    if dig(body, "to", place, name) is not MISSING
                ]
                if inside:
                    yield breach(
                        "MS-BATCH-12",
                        exchange,
                        expected="options at the top level",
                        got=inside,
                        pointer=pointer("to", place),
                    )


@section.standing(
    "an-error-is-a-failure",
    observes=("MS-RESP-17",),
    does="Compares what the program printed for each message with what it was answered, ERROR, refused or not at all.",
    expects="The ids of what was taken and of nothing else; for status ERROR place 0 among the failed.",
)
def read_error(record: Record) -> Judgement:
    lines = printed(record)
    judged = False
    for act in done(record, "send", "batch"):
        line, last = lines.get(act.step.name), act.requests[-1]
        if line is None or act.place is not None:
            continue
        if not _taken(last):
            if texts(line.get("ids")) and not any(_taken(exchange) for exchange in act.requests):
                became = Sentence("answered {}", last.status) if last.answer else said("not answered")
                expected = Sentence("ids: [], for the message was {}", became)
                yield breach("MS-RESP-17", last, expected=expected, got=f"ids: {line['ids']}")
            continue
        judged = True
        sent, refused, unsent = _of_batch(act) if act.step.do == "batch" else _of_send(last)
        ids, failed = set(texts(line.get("ids"))), places(line.get("failed"))
        if ("ids" in line and ids != sent) or ("failed" in line and not refused <= failed <= refused | unsent):
            expected = Sentence("failed: {}, ids: {}, as the answer says", sorted(refused), sorted(sent))
            unknown = ", unknown" if line.get("unknown") is True else ""
            got = f"failed: {line.get('failed')}, ids: {line.get('ids')}{unknown}"
            yield breach("MS-RESP-17", last, expected=expected, got=got)
    if not judged:
        raise NotObserved("the program printed no line for a message that was answered")


def _taken(exchange: Exchange) -> bool:
    return exchange.answer is not None and exchange.answer.succeeded


def _of_send(exchange: Exchange) -> tuple[set[str], set[int], set[int]]:
    """Ids of what was taken, places of what was refused, places of what the client never sent."""
    if exchange.at("data", "status") == "ERROR":
        return set(), {0}, set()
    return {exchange.at("data", "id")}, set(), set()


def _of_batch(act: Done) -> tuple[set[str], set[int], set[int]]:
    """The same for the recipients of a batch, in however many calls it was sent."""
    wanted = act.asked["to"]
    taken, refused, unsent = set[str](), set[int](), set(range(len(wanted)))
    for exchange in act.requests:
        invalid = exchange.at("data", "invalidNumber")
        wrong = {str(number).lstrip("+") for number in invalid} if is_array(invalid) else set[str]()
        sent = {place for _, place in placed(wanted, dig(exchange.request.json, "to"), _address)}
        unsent -= sent
        refused |= {place for place in sent if wanted[place]["to"].lstrip("+") in wrong}
        entries = exchange.at("data", "ids")
        taken |= {entry["id"] for entry in entries} if is_array(entries) else set()
    return taken, refused, unsent


@section.standing(
    "a-text-has-at-most-1600-characters",
    observes=("MS-TEXT-07",),
    does="Asks for a text of 1600 characters, and looks for one that is longer than what was asked for.",
    expects="At most 1600 characters; a longer text that was asked for may be refused or sent, the vendor refuses it.",
)
def too_long(record: Record) -> Judgement:
    for act in done(record, "send", "send_many"):
        for exchange, body in bodies(act):
            text, wanted = dig(body, "text"), act.asked["text"]
            if isinstance(text, str) and len(text) > 1600 and len(text) > len(wanted):
                got = f"{len(text)} characters, where {len(wanted)} were asked for"
                yield breach("MS-TEXT-07", exchange, expected="at most 1600 characters", got=got, pointer="/text")


@section.standing(
    "a-message-is-sent-once",
    observes=("MS-HOUSE-25",),
    does="Looks for a second request with a message that was answered as usual.",
    expects="None; after a refusal one is odd and no more.",
)
def once(record: Record) -> Judgement:
    yield from never_twice(record, "MS-HOUSE-25", "send", "send_many")


@section.standing(
    "nothing-is-sent-again",
    observes=("MS-HOUSE-05",),
    does="Loses an answer, stays silent, answers 429 and 503, and counts the requests.",
    expects="No second request for a send.",
)
def again(record: Record) -> Judgement:
    yield from never_again(record, "MS-HOUSE-05", "send", "send_many", "batch")


@section.standing(
    "bodies-fit-the-schema",
    observes=requirements("messangi"),
    does="Looks at every body by the schema of its call, and at what the scenario did not ask for.",
    expects="It fits.",
)
def schema(record: Record) -> Judgement:
    yield from misfits(record, frozenset({"to", "params", "callbacks"}))


@section.standing(
    "no-redirect-with-the-key",
    observes=("MS-HOUSE-04",),
    does="Answers 303 and 307, to the same origin and to another one, and listens there.",
    expects="No request with the key.",
)
def redirects(record: Record) -> Judgement:
    yield from no_redirect_with_token(record, "MS-HOUSE-04")


def _is_the_pages(act: Done) -> bool:
    """Whether an act is the page's cURL call (S2:629), told by its text."""
    return act.step.do == "send" and "\u00e1rea" in str(act.asked.get("text"))


def _alike(sent: Any, wanted: Any) -> bool:
    """Whether values fill placeholders alike: a number may be sent as a text (MS-BATCH-10, AMB-MS-16)."""
    return is_array(wanted) and len(sent) == len(wanted) and all(map(_equal, sent, wanted))


def _equal(sent: Any, wanted: Any) -> bool:
    if type(sent) is type(wanted) or {type(sent), type(wanted)} <= {int, float}:
        return bool(sent == wanted)
    try:
        return not isinstance(sent, bool) and float(sent) == float(wanted)
    except (TypeError, ValueError):
        return False


def _address(recipient: Any) -> Any:
    to = dig(recipient, "to")
    return to.removeprefix("+") if isinstance(to, str) else to


def _same(sent: Any, wanted: str) -> bool:
    return isinstance(sent, str) and sent.removeprefix("+") == wanted.removeprefix("+")
