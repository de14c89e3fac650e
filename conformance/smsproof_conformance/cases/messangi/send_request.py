"""Section 2J: the request of a single send (page S2, lines 49 to 166 and 629)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, LiteralString

from smsproof_conformance.case import Section
from smsproof_conformance.cases.messangi.answers import fields, not_taken, outcome, refuses, shown, takes
from smsproof_conformance.cases.messangi.messages import ABSENT, SENDING, batch, message
from smsproof_conformance.cases.unsent import unsent
from smsproof_conformance.records.exchange import encode
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import Seen
from smsproof_conformance.records.sentence import Sentence
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

section = Section("messangi", "send-request")


@section.scenario(
    "minimal",
    observes=("MS-SEND-01", "MS-SEND-06"),
    needs=SENDING,
    does="Posts the documented minimal request with numbers of the target.",
    expects="It is taken.",
)
async def minimal(do: Actor) -> None:
    await do.call("send", "sendMessage", message(do, text="text demo"))


@minimal.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["send"]
    if exchange.status in (404, 405, 501):
        yield breach("MS-SEND-01", exchange, expected="POST is answered at this path", got=shown(exchange))
        return
    yield from takes("MS-SEND-06", exchange, "a message of from, text and to")


@section.scenario(
    "curl-example",
    observes=("MS-SEND-07", "MS-SEND-12", "MS-SEND-15"),
    needs=SENDING,
    does="Posts the body of the documented cURL call, byte by byte but for the numbers.",
    expects="It is taken: a text outside the default alphabet, requestDR and type.",
)
async def curl_example(do: Actor) -> None:
    right = message(do)
    text = "We detect an incident outside of us due to a Power Cut that affects your área. It is not necessary to report it"
    body = {"from": right["from"], "text": text, "to": right["to"], "requestDR": True, "type": "MT"}
    await do.call("send", "sendMessage", content=encode(body))


@curl_example.judge
def _(seen: Seen) -> Judgement:
    yield from takes("MS-SEND-15", seen["send"], "the body of the documented cURL call")


@section.scenario(
    "post-only",
    observes=("MS-SEND-01", "MS-BATCH-01"),
    needs=SENDING,
    does="Tries GET, DELETE, PUT and PATCH on both paths; the latter two with a right body.",
    expects="None of them sends anything.",
)
async def post_only(do: Actor) -> None:
    async with do.watching_outbox():
        for method in ("GET", "DELETE", "PUT", "PATCH"):
            sends = method in ("PUT", "PATCH")
            body = message(do, text=do.unique(f"message {method}")) if sends else None
            await do.call(f"message by {method}", "sendMessage", body, method=method)
            body = batch(do, text=do.unique(f"batch {method}")) if sends else None
            await do.call(f"batch by {method}", "sendBatch", body, method=method)


@post_only.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps():
        requirement = "MS-BATCH-01" if exchange.request.step.startswith("batch") else "MS-SEND-01"
        # What other methods do is not said, only that sending is a POST; a list of what was sent could well be a GET (S2:9).
        if exchange.request.body is not None and outcome(exchange) is Outcome.TAKEN:
            say = oddity if exchange.request.method == "PUT" else breach  # PUT stands in S2:623 (AMB-MS-47)
            yield say(
                requirement, exchange, expected="only POST sends", got=f"{exchange.request.method}: {shown(exchange)}"
            )
        yield from unsent(requirement, seen, not_taken([exchange]))


_REQUIRED: Final[tuple[tuple[LiteralString, str], ...]] = (
    ("from", "MS-SEND-02"),
    ("text", "MS-SEND-03"),
    ("to", "MS-SEND-04"),
)
_LACKING: Final[tuple[tuple[LiteralString, Any], ...]] = (("without", ABSENT), ("null as", None))


@section.scenario(
    "required",
    observes=("MS-SEND-02", "MS-SEND-03", "MS-SEND-04"),
    needs=SENDING,
    does="Leaves out from, text and to, one at a time, and gives each as null.",
    expects="None of these is taken.",
)
async def required(do: Actor) -> None:
    for key, _ in _REQUIRED:
        for how, value in _LACKING:
            text = do.unique(f"{how} {key}")
            await do.call(f"{how} {key}", "sendMessage", message(do, **{"text": text, f"{key}_": value}))


@required.judge
def _(seen: Seen) -> Judgement:
    required: dict[LiteralString, str] = {
        f"{how} {key}": requirement for key, requirement in _REQUIRED for how, _ in _LACKING
    }
    for step, exchange in seen.each(required):
        yield from refuses(required[step], exchange, f"a message {step.replace('null as', 'with null as')}")


@section.scenario(
    "strings",
    observes=("MS-SEND-05",),
    needs=SENDING,
    does="Gives from, text and to as JSON numbers, and text as a list.",
    expects="None of these is taken: each is a JSON string.",
)
async def strings(do: Actor) -> None:
    right = message(do)
    await do.call("a number as from", "sendMessage", message(do, from_=12345, text=do.unique("number as from")))
    await do.call("a number as text", "sendMessage", message(do, text=12345))
    to = int(right["to"].removeprefix("+"))
    await do.call("a number as to", "sendMessage", message(do, to=to, text=do.unique("number as to")))
    await do.call("a list as text", "sendMessage", message(do, text=[do.unique("list as text")]))


@strings.judge
def _(seen: Seen) -> Judgement:
    for exchange in seen.steps():
        yield from refuses("MS-SEND-05", exchange, Sentence("a message with {}", exchange.request.step))


@section.scenario(
    "request-dr",
    observes=("MS-SEND-07",),
    needs=SENDING,
    does='Gives requestDR as false and as the string "true".',
    expects="The boolean is taken, the string is not.",
)
async def request_dr(do: Actor) -> None:
    forms: dict[LiteralString, Any] = {"false": False, "a string": "true"}
    for step, value in forms.items():
        await do.call(step, "sendMessage", message(do, text=do.unique(f"receipt {step}"), requestDR=value))


@request_dr.judge
def _(seen: Seen) -> Judgement:
    yield from takes("MS-SEND-07", seen["false"], "requestDR false")
    yield from refuses("MS-SEND-07", seen["a string"], 'the string "true" as requestDR', say=oddity)


OPTIONS: Final[Mapping[LiteralString, tuple[str, str]]] = {
    "callbacks": ("MS-SEND-10", "https://callbacks.invalid/one,https://callbacks.invalid/two"),
    "email": ("MS-SEND-11", "somebody@example.com"),
    "type": ("MS-SEND-12", "MT"),
    "externalId": ("MS-SEND-13", "Campaign7F3a"),
    "clientId": ("MS-SEND-14", "0042"),
    "connection": ("MS-SEND-09", "carrier1"),
}
"""Options besides requestDR, with the requirement that allows each and a value for it."""


def all_options(do: Actor) -> dict[LiteralString, str]:
    """Every option; connection on loopback only: its names are the vendor's to give (S2:98-100)."""
    return {key: value for key, (_, value) in OPTIONS.items() if key != "connection" or do.target.on_loopback}


@section.scenario(
    "options",
    observes=tuple(requirement for requirement, _ in OPTIONS.values()),
    needs=SENDING,
    does="Sends a message with callbacks (two URLs, no receipt requested), email, type, externalId, clientId and, on"
    " loopback, connection; when that is refused, one message for each.",
    expects="It is taken.",
)
async def options(do: Actor) -> None:
    given = all_options(do)
    together = await do.call("all", "sendMessage", message(do, text=do.unique("all options"), **given))
    if outcome(together) is not Outcome.TAKEN:
        for key, value in given.items():
            await do.call(key, "sendMessage", message(do, text=do.unique(f"option {key}"), **{key: value}))


@options.judge
def _(seen: Seen) -> Judgement:
    together = seen["all"]
    if outcome(together) is Outcome.TAKEN:
        return
    refused: list[LiteralString] = [
        key for key in OPTIONS if key in fields(together) and outcome(seen[key]) is not Outcome.TAKEN
    ]
    for key in refused:
        yield from takes(OPTIONS[key][0], seen[key], f"a message with {key}")
    if not refused:
        yield from takes("MS-SEND-10", together, "a message with all options at once")


@section.scenario(
    "option-types",
    observes=("MS-SEND-10", "MS-SEND-12"),
    needs=SENDING,
    does="Gives callbacks as a list, and MO as type.",
    expects="Neither is taken: callbacks is one string, and there is no type but MT.",
)
async def option_types(do: Actor) -> None:
    urls = ["https://callbacks.invalid/one"]
    await do.call("a list as callbacks", "sendMessage", message(do, text=do.unique("list"), callbacks=urls))
    await do.call("MO as type", "sendMessage", message(do, text=do.unique("MO"), type="MO"))


@option_types.judge
def _(seen: Seen) -> Judgement:
    # That wrong options are refused and not passed over is our reading (AMB-MS-28, AMB-MS-37).
    yield from refuses("MS-SEND-10", seen["a list as callbacks"], "a list as callbacks", say=oddity)
    yield from refuses("MS-SEND-12", seen["MO as type"], "MO as type", say=oddity)
