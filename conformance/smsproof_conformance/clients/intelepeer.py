"""IntelePeer's rules for a client (pages S0 and S1), party C."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

from smsproof_conformance.case import Section
from smsproof_conformance.clients.conduct import (
    MAY_BE_TAKEN,
    Done,
    astray,
    bodies,
    done,
    ids_answered,
    json_sent,
    left_out,
    never_again,
    never_twice,
    no_redirect_with_token,
    placed,
    places,
    printed,
    requests,
    sent_again,
    since_its_success,
    texts,
    token_sent,
    unaltered,
)
from smsproof_conformance.clients.request_schema import misfits, requirements
from smsproof_conformance.clients.scenario import Reply
from smsproof_conformance.records.exchange import Exchange, dig, is_array, is_object, pointer
from smsproof_conformance.records.record import NotObserved, Record
from smsproof_conformance.records.sentence import Sentence
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

section = Section("intelepeer", "client")


def _text(message: Any) -> Any:
    return dig(message, "text")


_LONG: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_SHORT: Final = re.compile(r"[1-9][0-9]{0,2}-[0-9]{3,8}")
_ALPHANUMERIC: Final = re.compile(r"[1-9][0-9]{0,2}-[0-9A-Za-z]{1,11}")


def messages(act: Done) -> Iterator[tuple[Exchange, str, Mapping[str, Any], Any]]:
    """Every message of an act: its exchange, pointer, what was asked for, and what was sent; other bodies have none."""
    for exchange, body in bodies(act):
        if is_array(body):
            wanted = act.asked.get("messages", [act.asked])
            for index, place in placed(wanted, body, _text):
                yield exchange, pointer(index), wanted[place], body[index]
        elif is_object(body) and "text" in act.asked:
            yield exchange, "", act.asked, body


@section.standing(
    "calls-stand-at-their-paths",
    observes=("IP-SEND-01", "IP-BULK-01", "IP-HOOK-01", "IP-HOOKGET-01"),
    does="Looks for requests that call no operation, or call it beside the base URL that was given.",
    expects="Each call has its method and path, behind the whole base URL.",
)
def paths(record: Record) -> Judgement:
    for exchange in astray(record):
        request = exchange.request
        body = request.json
        if "webhook" in request.target or dig(body, "endpoints"):
            reads = request.method == "GET" or "endpoint=" in request.target
            requirement = "IP-HOOKGET-01" if reads else "IP-HOOK-01"
        else:
            requirement = "IP-BULK-01" if is_array(body) else "IP-SEND-01"
        got = f"{request.method} {request.target.partition('?')[0]}"
        if request.step.endswith("without the prefix"):
            got += ", the path of the base URL left out"
        yield breach(requirement, exchange, expected="the page's method and path behind the base URL", got=got)


@section.standing(
    "the-token-is-on-every-call",
    observes=("IP-GEN-01", "IP-GEN-02"),
    does="Looks at the Authorization header of every call.",
    expects="`Bearer` and the token that was given.",
)
def token(record: Record) -> Judgement:
    yield from token_sent(record, "IP-GEN-01", "IP-GEN-02")


@section.standing(
    "posts-are-json",
    observes=("IP-GEN-03",),
    does="Looks at body and Content-Type of every POST.",
    expects="JSON, and application/json with whatever parameters.",
)
def posts(record: Record) -> Judgement:
    yield from json_sent(record, "IP-GEN-03", and_typed="IP-GEN-03")


@section.standing(
    "a-single-send-is-an-object",
    observes=("IP-SEND-02",),
    does="Looks at the body of single sends.",
    expects="One JSON object; a list of one is the bulk form, and as right.",
)
def single(record: Record) -> Judgement:
    for act in done(record, "send"):
        for exchange, body in bodies(act):
            if not is_object(body) and not (is_array(body) and len(body) == 1):
                yield breach("IP-SEND-02", exchange, expected="one JSON object", got=type(body).__name__)


@section.standing(
    "senders-keep-their-form",
    observes=("IP-SEND-08", "IP-SEND-09", "IP-SEND-10"),
    does="Compares the sender of each message with the one that was asked for.",
    expects="Long code with plus, short code and alphanumeric with country code and dash.",
)
def senders(record: Record) -> Judgement:
    for act in done(record, "send", "send_many"):
        for exchange, where, asked, sent in messages(act):
            wanted, got = asked.get("from"), dig(sent, "from")
            for form, requirement in ((_LONG, "IP-SEND-09"), (_SHORT, "IP-SEND-08"), (_ALPHANUMERIC, "IP-SEND-10")):
                if isinstance(wanted, str) and form.fullmatch(wanted):
                    if not isinstance(got, str) or not form.fullmatch(got):
                        yield breach(
                            requirement, exchange, expected=Sentence("{}", wanted), got=got, pointer=f"{where}/from"
                        )
                    break


@section.standing(
    "destinations-are-e164",
    observes=("IP-SEND-11",),
    does="Looks at the destination of each message.",
    expects="E.164 with its plus sign.",
)
def destinations(record: Record) -> Judgement:
    for act in done(record, "send", "send_many"):
        for exchange, where, asked, sent in messages(act):
            got = dig(sent, "to")
            asked_right = _LONG.fullmatch(str(asked.get("to")))
            if asked_right and not (isinstance(got, str) and _LONG.fullmatch(got)):
                yield breach(
                    "IP-SEND-11", exchange, expected=Sentence("{}", asked["to"]), got=got, pointer=f"{where}/to"
                )


@section.standing(
    "what-was-asked-is-sent",
    observes=("IP-HOUSE-16",),
    does="Compares text, guid, sender and destination with what was asked for.",
    expects="Everything unaltered.",
)
def fidelity(record: Record) -> Judgement:
    acts = done(record, "send", "send_many")
    for act in acts:
        for exchange, where, asked, sent in messages(act):
            for key, wanted, got in unaltered(asked, sent, ("text", "guid", "from", "to")):
                if key in ("from", "to") and _form(wanted) is not _form(got):
                    continue  # its form is another judge's finding
                yield breach(
                    "IP-HOUSE-16",
                    exchange,
                    expected=Sentence("{} as asked: {}", key, wanted),
                    got=got,
                    pointer=f"{where}/{key}",
                )
    yield from left_out(record, acts, "messages", lambda act: _became(act)[2], "IP-HOUSE-16")


def _form(address: Any) -> re.Pattern[str] | None:
    return next((form for form in (_LONG, _SHORT, _ALPHANUMERIC) if form.fullmatch(str(address))), None)


@section.standing(
    "one-request-for-a-send",
    observes=("IP-SEND-27",),
    does="Looks for a second request with a message that was answered as usual.",
    expects="None; after a refusal one is odd and no more.",
)
def one_each(record: Record) -> Judgement:
    yield from never_twice(record, "IP-SEND-27", "send", "send_many")


@section.standing(
    "a-202-is-never-repeated",
    observes=("IP-SEND-28",),
    does="Looks for requests with a message that was answered 202 already, whatever came before the 202.",
    expects="None: the message is queued. One finding a send: what IP-SEND-27 or IP-HOUSE-07 tells is told there.",
)
def no_repeat(record: Record) -> Judgement:
    elsewhere = ""
    for act in done(record, "send", "send_many"):
        for first, second in sent_again(since_its_success(act)):
            if act.step.reply is Reply.RIGHT:
                elsewhere = "IP-SEND-27"
            elif act.step.reply in MAY_BE_TAKEN:
                elsewhere = elsewhere or "IP-HOUSE-07"
            else:
                got = f"the same message again after a {first.status}, for step {act.step.name}"
                yield breach("IP-SEND-28", second, expected="no request after the 202", got=got)
    if elsewhere:
        raise NotObserved(f"a send that was answered 202 was repeated: {elsewhere} tells that")


@section.standing(
    "nothing-is-sent-again",
    observes=("IP-HOUSE-07",),
    does="Loses an answer, stays silent, answers 429 and 503, and counts the requests.",
    expects="No second request for a send.",
)
def again(record: Record) -> Judgement:
    yield from never_again(record, "IP-HOUSE-07", "send", "send_many")


@section.standing(
    "no-redirect-with-the-token",
    observes=("IP-HOUSE-06",),
    does="Answers 303 and 307, to the same origin and to another one, and listens there.",
    expects="No request with the token.",
)
def redirects(record: Record) -> Judgement:
    yield from no_redirect_with_token(record, "IP-HOUSE-06")


@section.standing(
    "a-bulk-send-is-a-list",
    observes=("IP-BULK-02",),
    does="Looks at the body of a send of many.",
    expects="A JSON list of the objects of single sends, in the order that was asked for; several such lists are as right.",
)
def bulk(record: Record) -> Judgement:
    one_by_one: dict[str, list[Done]] = {}
    for act in done(record, "send_many"):
        if act.place is not None:
            one_by_one.setdefault(act.step.name, []).append(act)
    for name, acts in one_by_one.items():
        got = f"{len(acts)} single sends for step {name}"
        yield oddity("IP-BULK-02", acts[0].requests[0], expected="one list of messages", got=got)
    for act in done(record, "send_many"):
        for exchange, body in bodies(act) if act.place is None else ():
            if not is_array(body):
                yield breach("IP-BULK-02", exchange, expected="a JSON list", got=type(body).__name__)
            else:
                texts_asked = [_text(message) for message in act.asked["messages"]]
                wanted = iter(texts_asked)
                known = [_text(item) for item in body if _text(item) in texts_asked]  # a changed text is told elsewhere
                if not all(any(text == other for other in wanted) for text in known):
                    expected = "the messages that were asked for, in order"
                    yield breach("IP-BULK-02", exchange, expected=expected, got="others")


@section.standing(
    "a-207-is-read-item-by-item",
    observes=("IP-BULK-14",),
    does="Compares what the program printed for a send of many with what it was answered.",
    expects="The ids of what was queued, the places of what was refused.",
)
def partial(record: Record) -> Judgement:
    lines = printed(record)
    judged = False
    for act in done(record, "send_many"):
        line = lines.get(act.step.name)
        if line is None or act.place is not None or any(exchange.status != 207 for exchange in act.requests):
            continue
        judged = True
        queued, refused, unsent = _became(act)
        last = act.requests[-1]
        told = set(texts(line.get("ids")))
        if "ids" in line and told != queued:
            got = f"{len(told & queued)} of them, {len(told - queued)} others"
            yield breach(
                "IP-BULK-14", last, expected=Sentence("the {} refids that were answered", len(queued)), got=got
            )
        elif "failed" in line and not refused <= places(line["failed"]) <= refused | unsent:
            got = f"failed: {line['failed']}"
            yield breach("IP-BULK-14", last, expected=Sentence("failed: {}", sorted(refused)), got=got)
    if not judged:
        raise NotObserved("the program printed no line for a send of many")


def _became(act: Done) -> tuple[set[str], set[int], set[int]]:
    """Ids of what was queued, places of what was refused, places of what the client never sent."""
    wanted = act.asked["messages"]
    queued, refused, unsent = set[str](), set[int](), set(range(len(wanted)))
    for exchange in act.requests:
        for index, place in placed(wanted, exchange.request.json, _text):
            unsent.discard(place)
            refid = exchange.at("responses", index, "refid")
            if isinstance(refid, str):
                queued.add(refid)
            else:
                refused.add(place)
    return queued, refused, unsent


@section.standing(
    "a-message-is-known-by-its-refid",
    observes=("IP-HOUSE-26",),
    does="Compares the ids that the program printed for single sends with those it was answered.",
    expects="The refid of the answer; no id for what was refused, or was not answered.",
)
def refids(record: Record) -> Judgement:
    yield from ids_answered(record, "IP-HOUSE-26", _refids)


def _refids(exchange: Exchange) -> set[str]:
    """The refids in an answer, to an object or to a list of one."""
    found = (exchange.at("refid"), exchange.at("responses", 0, "refid"))
    return {refid for refid in found if isinstance(refid, str)}


@section.standing(
    "a-webhook-is-set-with-two-keys",
    observes=("IP-HOOK-05", "IP-HOOK-23"),
    does="Looks at the body of the call that sets a webhook.",
    expects="`webhook` and `endpoints`, nothing else; endpoints as they were given.",
)
def set_webhook(record: Record) -> Judgement:
    for act in done(record, "set_webhook"):
        for exchange, body in bodies(act):
            if not is_object(body) or set(body) != {"webhook", "endpoints"}:
                keys = sorted(body) if is_object(body) else type(body).__name__
                yield breach("IP-HOOK-23", exchange, expected="the keys webhook and endpoints", got=keys)
            sent = dig(body, "endpoints")
            foreign = (
                [endpoint for endpoint in sent if endpoint not in act.asked["endpoints"]] if is_array(sent) else sent
            )
            if foreign or not is_array(sent):
                expected = Sentence("endpoints as they were given: {}", act.asked["endpoints"])
                yield breach("IP-HOOK-05", exchange, expected=expected, got=foreign, pointer="/endpoints")


@section.standing(
    "a-webhook-is-set-as-asked",
    observes=("IP-HOUSE-16",),
    does="Compares URL and endpoints of a webhook with what was asked for; several calls may set them.",
    expects="All endpoints, the same URL.",
)
def webhook_fidelity(record: Record) -> Judgement:
    for act in done(record, "set_webhook"):
        calls = [(exchange, body) for exchange, body in bodies(act) if is_array(dig(body, "endpoints"))]
        sent = [endpoint for _, body in calls for endpoint in body["endpoints"]]
        if calls and len(sent) < len(act.asked["endpoints"]):
            exchange, _ = calls[-1]
            yield breach(
                "IP-HOUSE-16", exchange, expected=Sentence("endpoints as asked: {}", act.asked["endpoints"]), got=sent
            )
        for exchange, body in calls:
            url = dig(body, "webhook")
            if isinstance(url, str) and url != act.asked["webhook"]:
                yield breach(
                    "IP-HOUSE-16", exchange, expected=Sentence("webhook as asked: {}", act.asked["webhook"]), got=url,
                    pointer="/webhook",
                )  # fmt: skip


@section.standing(
    "bodies-fit-the-schema",
    observes=requirements("intelepeer"),
    does="Looks at every body by the schema of its call, and at what the scenario did not ask for.",
    expects="It fits.",
)
def schema(record: Record) -> Judgement:
    yield from misfits(record, frozenset({"from", "to", "endpoints"}))


@section.standing(
    "a-webhook-is-read-by-its-number",
    observes=("IP-HOOKGET-01", "IP-HOOKGET-02", "IP-HOOKGET-03", "IP-HOOKGET-04"),
    does="Looks at the query of the call that reads a webhook, as it stood on the wire.",
    expects="`endpoint=%2B` and the number with its country code, and no other parameter.",
)
def get_webhook(record: Record) -> Judgement:
    naked = [
        exchange
        for exchange in requests(record)
        if exchange.request.operation == "getWebhook" and "?" not in exchange.request.target
    ]
    for exchange in naked:
        yield breach("IP-HOOKGET-01", exchange, expected="the number in the query: endpoint=%2B...", got="no query")
    for act in () if naked else done(record, "get_webhook"):
        for exchange in act.requests:
            query = exchange.request.target.partition("?")[2]
            number = str(act.asked["endpoint"])
            if exchange.request.operation is None:
                continue  # a path that no call has: another judge's finding
            pairs = [pair.partition("=") for pair in query.split("&")]
            values = [value for key, _, value in pairs if unquote(key) == "endpoint"]
            if len(pairs) != 1 or not values:
                yield breach("IP-HOOKGET-04", exchange, expected="no parameter but endpoint", got=query)
            if not values:
                continue
            # Any character may be percent-encoded, in either case (RFC 3986, 2.1 and 2.4); a bare plus is another value.
            value = values[0]
            digits = number.removeprefix("+")
            if not unquote(value).endswith(digits):
                yield breach("IP-HOOKGET-03", exchange, expected=Sentence("the number {}", number), got=value)
            elif number.startswith("+") and (unquote(value) != number or value.startswith("+")):
                yield breach("IP-HOOKGET-02", exchange, expected=Sentence("%2B{}", digits), got=value)
