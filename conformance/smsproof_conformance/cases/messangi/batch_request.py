"""Section 2L: the request of a batch (page S2, lines 306 to 457)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from smsproof_conformance.case import Section
from smsproof_conformance.cases.messangi import outbox
from smsproof_conformance.cases.messangi.answers import not_taken, outcome, refuses, shown, takes, with_ids
from smsproof_conformance.cases.messangi.messages import ABSENT, SENDING, UNICODE, batch, destination, with_values
from smsproof_conformance.cases.messangi.send_request import all_options
from smsproof_conformance.cases.unsent import unsent
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import Seen
from smsproof_conformance.records.sentence import Sentence
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity

section = Section("messangi", "batch-request")


@section.scenario(
    "minimal",
    observes=("MS-BATCH-01", "MS-BATCH-06", "MS-BATCH-07"),
    needs=SENDING,
    does="Posts a batch of from, a text without placeholders, and one recipient: its destination under `to`, no params.",
    expects="It is taken.",
)
async def minimal(do: Actor) -> None:
    await do.call("send", "sendBatch", batch(do, text=do.unique("minimal batch")))


@minimal.judge
def _(seen: Seen) -> Judgement:
    exchange = seen["send"]
    if exchange.status in (404, 405, 501):
        yield breach("MS-BATCH-01", exchange, expected="POST is answered at this path", got=shown(exchange))
        return
    yield from takes("MS-BATCH-06", exchange, "a batch of from, text and one recipient")
    yield from takes("MS-BATCH-07", exchange, "a text without placeholders and without params")


@section.scenario(
    "documented-example",
    observes=("MS-BATCH-06", "MS-BATCH-10"),
    needs=SENDING,
    does="Posts the documented batch, with numbers of the target and the key `to` of the table.",
    expects="It is taken: two recipients, each with a name and a number for the placeholders.",
)
async def documented_example(do: Actor) -> None:
    to = with_values((destination(do.target, 0), ["Elizabeth", 10.65]), (destination(do.target, 1), ["Joshua", 20.5]))
    await do.call("send", "sendBatch", batch(do, to, text="Hi {0}, your balance is ${1}", type="MT"))


@documented_example.judge
def _(seen: Seen) -> Judgement:
    yield from takes("MS-BATCH-10", seen["send"], "the documented batch")


_REQUIRED: Final[tuple[tuple[LiteralString, str], ...]] = (
    ("from", "MS-BATCH-03"),
    ("text", "MS-BATCH-04"),
    ("to", "MS-BATCH-05"),
)
_ABSENCES: Final[tuple[tuple[LiteralString, object], ...]] = (("without", ABSENT), ("null as", None))


@section.scenario(
    "required",
    observes=("MS-BATCH-03", "MS-BATCH-04", "MS-BATCH-05", "MS-BATCH-06"),
    needs=SENDING,
    does="Leaves out from, text and to, one at a time, and gives each as null; gives `to` as a string, as one recipient"
    " without its list, as a list of bare addresses, and a recipient without a destination.",
    expects="None of these is taken.",
)
async def required(do: Actor) -> None:
    to = destination(do.target)
    async with do.watching_outbox():
        for key, _ in _REQUIRED:
            for how, value in _ABSENCES:
                text = do.unique(f"{how} {key}")
                await do.call(f"{how} {key}", "sendBatch", batch(do, **{"text": text, f"{key}_": value}))
        await do.call("a string as to", "sendBatch", batch(do, to, text=do.unique("string as to")))
        await do.call("an object as to", "sendBatch", batch(do, {"to": to}, text=do.unique("object as to")))
        await do.call("bare addresses as to", "sendBatch", batch(do, [to], text=do.unique("nobody, barely")))
        await do.call("a recipient without to", "sendBatch", batch(do, [{"params": []}], text=do.unique("nobody")))


@required.judge
def _(seen: Seen) -> Judgement:
    required: dict[LiteralString, str] = {
        f"{how} {key}": requirement for key, requirement in _REQUIRED for how, _ in _ABSENCES
    }
    for step, exchange in seen.each(required):
        yield from refuses(required[step], exchange, f"a batch {step.replace('null as', 'with null as')}")
    yield from refuses("MS-BATCH-05", seen["an object as to"], "a batch whose `to` is one recipient, not a list")
    yield from refuses("MS-BATCH-05", seen["a string as to"], "a batch with a string as `to`")
    yield from refuses("MS-BATCH-06", seen["bare addresses as to"], "a batch whose recipients are bare addresses")
    yield from refuses("MS-BATCH-06", seen["a recipient without to"], "a recipient without a destination")
    for exchange in not_taken(seen.steps()):
        broken = next((required[step] for step in required if step == exchange.request.step), "MS-BATCH-06")
        yield from unsent(broken, seen, [exchange])


@section.scenario(
    "values-required",
    observes=("MS-BATCH-07",),
    needs=SENDING,
    does="Sends a placeholder without params, and a text without placeholders with an empty list of them.",
    expects="Only the first is refused: params are required where the text has placeholders.",
)
async def values_required(do: Actor) -> None:
    await do.call("a placeholder without params", "sendBatch", batch(do, text=do.unique("Hi {0}")))
    to = with_values((destination(do.target), []))
    await do.call("empty params", "sendBatch", batch(do, to, text=do.unique("no placeholder, empty params")))


@values_required.judge
def _(seen: Seen) -> Judgement:
    yield from refuses("MS-BATCH-07", seen["a placeholder without params"], "a placeholder without params")
    yield from takes("MS-BATCH-07", seen["empty params"], "a text without placeholders and with empty params")


@dataclass(frozen=True)
class Template:
    """A text with placeholders, the values of each recipient, and what each handset must show, by hand."""

    step: LiteralString
    requirement: str
    text: str
    values: tuple[Sequence[str | int | float], ...]
    shown: tuple[str, ...]


TEMPLATES: Final = (
    Template(
        "by index",
        "MS-BATCH-08",
        "{0} comes {1}, so {0} it is: {2}{3}{4}{5}{6}{7}{8}{9}, {10}",
        (
            ["A7", "today", "c2", "d3", "e4", "f5", "g6", "h7", "i8", "j9", "the eleventh: Zoë 你好 🎉"],
            ["B8", "tomorrow", "C2", "D3", "E4", "F5", "G6", "H7", "I8", "J9", "eleven"],
        ),
        (
            "A7 comes today, so A7 it is: c2d3e4f5g6h7i8j9, the eleventh: Zoë 你好 🎉",
            "B8 comes tomorrow, so B8 it is: C2D3E4F5G6H7I8J9, eleven",
        ),
    ),
    Template(
        "everything else stays",
        "MS-BATCH-09",
        "It's 100% of ${0}, $1 more & nothing less:{1}({name} or { })",
        (["$9 \\ 'nine' {1}", " {0} "],),
        ("It's 100% of $$9 \\ 'nine' {1}, $1 more & nothing less: {0} ({name} or { })",),
    ),
    Template(
        "numbers",
        "MS-BATCH-10",
        "It is {0} degrees, {1} EUR or {2}, {3} left",
        ([-28, 10.65, 20.5, 0],),
        ("It is -28 degrees, 10.65 EUR or 20.5, 0 left",),
    ),
)


@section.scenario(
    "values-filled-in",
    observes=("MS-BATCH-08", "MS-BATCH-09", "MS-BATCH-10"),
    needs=(*SENDING, Fact.CONTROL),
    does="Sends texts with placeholders and values, to two recipients and to one, and reads the outbox.",
    expects="{0} becomes the first value, {1} the second, however often; nothing else in the text changes.",
)
async def values_filled_in(do: Actor) -> None:
    awaited: list[str] = []
    for template in TEMPLATES:
        to = with_values(*((destination(do.target, place), values) for place, values in enumerate(template.values)))
        text = do.unique(template.text)
        sent = await do.call(template.step, "sendBatch", batch(do, to, text=text))
        if outcome(sent) is Outcome.TAKEN:
            awaited += [shown + text.removeprefix(template.text) for shown in template.shown]
    await do.settle()
    await do.read_outbox(*awaited)


@values_filled_in.judge
def _(seen: Seen) -> Judgement:
    templates = {template.step: template for template in TEMPLATES}
    for step, exchange in seen.each(templates):
        template = templates[step]
        if outcome(exchange) is not Outcome.TAKEN:
            yield from takes(template.requirement, exchange, "a batch with values for every placeholder")
            continue
        request: dict[str, Any] = exchange.request.json
        tag = request["text"].removeprefix(template.text)
        mine = {one.id for one in with_ids(exchange)}
        for recipient, right in zip(request["to"], template.shown, strict=True):
            got = outbox.texts_for(seen, mine, recipient["to"], tag)
            if not got:
                yield from outbox.absent(
                    template.requirement, exchange, seen, Sentence("the handset shows {}", repr(right + tag))
                )
            elif right + tag not in got:
                # 20.5 may be written 20.50: how a number looks in the text is only an example (AMB-MS-16).
                say = oddity if any(_values(text) == _values(right + tag) for text in got) else breach
                expected = Sentence("the handset shows {}", repr(right + tag))
                yield say(template.requirement, exchange, expected=expected, got=", ".join(map(repr, got)))


_NUMBER: Final = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)")


def _values(text: str) -> list[str | float]:
    """A text in pieces, its numbers as numbers: 20.5 and 20.50 are one."""
    return [float(piece) if place % 2 else piece for place, piece in enumerate(_NUMBER.split(text))]


@section.scenario(
    "options",
    observes=("MS-BATCH-11", "MS-BATCH-12"),
    needs=SENDING,
    does="Sends a batch with the options of a single send (connection on loopback only), each once at the top.",
    expects="It is taken.",
)
async def options(do: Actor) -> None:
    body = batch(do, text=f" {do.unique(UNICODE)} \n", requestDR=False, **all_options(do))
    await do.call("send", "sendBatch", body)


@options.judge
def _(seen: Seen) -> Judgement:
    yield from takes("MS-BATCH-11", seen["send"], "a batch with the options of a single send at the top")


@section.scenario(
    "option-types",
    observes=("MS-BATCH-08", "MS-BATCH-10", "MS-BATCH-11"),
    needs=SENDING,
    does='Gives the string "true" as requestDR, MO as type, an object among the values, and an object and a string as params.',
    expects="None of these is taken.",
)
async def option_types(do: Actor) -> None:
    await do.call("a string as requestDR", "sendBatch", batch(do, text=do.unique("string"), requestDR="true"))
    await do.call("MO as type", "sendBatch", batch(do, text=do.unique("MO"), type="MO"))
    to = [{"to": destination(do.target), "params": [{"name": "Elizabeth"}]}]
    await do.call("an object as a value", "sendBatch", batch(do, to, text=do.unique("Hi {0}")))
    for step, values in _NO_LISTS.items():
        to = [{"to": destination(do.target), "params": values}]
        await do.call(step, "sendBatch", batch(do, to, text=do.unique(f"Hi {{0}}, {step}")))


_NO_LISTS: Final[dict[LiteralString, Any]] = {
    "an object as params": {"0": "Elizabeth"},
    "a string as params": "Elizabeth",
}


@option_types.judge
def _(seen: Seen) -> Judgement:
    # That wrong values are refused and not passed over is our reading (AMB-MS-16, AMB-MS-37).
    yield from refuses("MS-BATCH-11", seen["a string as requestDR"], 'the string "true" as requestDR', say=oddity)
    yield from refuses("MS-BATCH-11", seen["MO as type"], "MO as type", say=oddity)
    yield from refuses("MS-BATCH-10", seen["an object as a value"], "an object among the params", say=oddity)
    for step, exchange in seen.each(_NO_LISTS):
        # an array by the page's words (S2:369)
        yield from refuses("MS-BATCH-08", exchange, Sentence("a batch with {}", step))
