"""`smsproof segments`: what a text costs, why, and what would make it cheaper; or the totals of many texts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain, islice
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.reports.terminal import console
from smsproof_conformance.texts.messages import Form, MessagesError, form_of, read_messages
from smsproof_conformance.texts.tally import Tally, tally
from smsproof_spec.rules import Explanation, Offender, TextError, explain, printable
from smsproof_spec.rules.explanation import name_of
from smsproof_spec.spelling import counted

_SHADES = ("black on bright_cyan", "black on bright_yellow")
_LISTED = 20  # characters and losses shown one by one
_UNIT = {"gsm7": "septets", "ucs2": "UTF-16 code units"}
_ENCODING = {"gsm7": "GSM 7-bit", "ucs2": "UCS-2"}


def segments(
    text: Annotated[str | None, typer.Argument(help="The text; - reads one text, whole, from standard input.")] = None,
    file: Annotated[
        str | None, typer.Option(help="Many messages: lines, CSV or JSON Lines; - is standard input.")
    ] = None,
    form: Annotated[Form | None, typer.Option("--format", help="Form of the file, if its name does not tell.")] = None,
    column: Annotated[str | None, typer.Option(help="CSV column or JSON member that holds the text.")] = None,
    as_json: Json = False,
) -> None:
    """Count SMS segments, show where the text is cut, say why it costs that and what each change would save."""
    with door():
        if (text is None) == (file is None):
            raise UsageError("Give either a TEXT or --file FILE, such as: smsproof segments 'Hello World!'")
        try:
            if file is not None:
                _file(file, form or form_of(file), column, as_json)
            elif text == "-":
                _one(_standard_input(), as_json)
            else:
                _one(text or "", as_json)
        except MessagesError as error:
            raise UsageError(str(error)) from None
        except TextError as error:
            raise UsageError(f"This text cannot be sent: {error}") from None


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise UsageError("Standard input is not UTF-8. Convert it first.") from None


def _file(path: str, form: Form, column: str | None, as_json: bool) -> None:
    messages = read_messages(path, form, column)
    first = list(islice(messages, 2))
    if not first:
        raise UsageError(f"{path} holds no message.")
    if len(first) == 1:
        _one(first[0], as_json)
        return
    many: Iterator[str] = chain(first, messages)
    total = tally(many)
    if as_json:
        print_json(total.as_json())
    else:
        _print_totals(console(), total)


def _one(text: str, as_json: bool) -> None:
    found = explain(text)
    if as_json:
        print_json(_as_json(found))
    else:
        _print(console(), found)


def _as_json(found: Explanation) -> dict[str, object]:
    cost = found.measure
    return {
        "encoding": cost.encoding,
        "units": cost.units,
        "segments": cost.segments,
        "per_segment": cost.per_segment,
        "left": cost.left,
        "too_many": cost.too_many,
        "parts": list(found.parts),
        "grapheme_segments": len(found.grapheme_parts) or None,
        "documented_segments": {"intelepeer": cost.segments, "messangi": found.documented},
        "offenders": [
            {"index": o.index, "character": o.character, "name": o.name, "cluster": o.cluster} for o in found.offenders
        ],
        "losses": [{"segment": x.segment, "index": x.index, "character": x.character} for x in found.losses],
        "fixes": [{"what": f.what, "text": f.text, "segments": f.segments, "saved": f.saved} for f in found.fixes],
    }


def _print(out: Console, found: Explanation) -> None:
    cost = found.measure
    out.print(
        Text(counted(cost.segments, "segment"), "bold").append(
            f"  {_ENCODING[cost.encoding]}, {cost.units} {_UNIT[cost.encoding]}, "
            f"{cost.per_segment} to a segment, {cost.left} left in the last",
            "not bold",
        )
    )
    if cost.too_many:
        out.print(Text("  More than 255 segments cannot be numbered: no network can send this text.", "bold red"))
    for number, part in enumerate(found.parts):
        out.print(Text(f"{number + 1:3}  ").append(printable(part), _SHADES[number % 2]))
    whole = len(found.grapheme_parts) or "more than 255"
    out.print(
        Text(f"  by the standard {cost.segments}; cut between whole characters {whole}; ").append(
            f"by Messangi's page (160 or 70 to a segment, no header) {found.documented}"
        )
    )
    _print_offenders(out, found)
    _print_losses(out, found)
    _print_fixes(out, found)


def _print_offenders(out: Console, found: Explanation) -> None:
    if not found.offenders:
        return
    where: dict[str, list[Offender]] = {}
    for offender in found.offenders:
        where.setdefault(offender.character, []).append(offender)
    table = Table("times", "shown", "code point", "name", "at index", title="Not GSM 7-bit", title_justify="left")
    for character, places in islice(where.items(), _LISTED):
        indexes = ", ".join(str(offender.index) for offender in places[:8]) + (", ..." if len(places) > 8 else "")
        table.add_row(
            str(len(places)),
            Text(printable(places[0].cluster)),
            f"U+{ord(character):04X}",
            Text(places[0].name),
            indexes,
        )
    out.print(table)
    if len(where) > _LISTED:
        out.print(Text(f"  and {len(where) - _LISTED} other characters"))


def _print_losses(out: Console, found: Explanation) -> None:
    for loss in found.losses[:_LISTED]:
        kind = "an escape pair" if found.measure.encoding == "gsm7" else "a surrogate pair"
        out.print(
            Text(f"  Segment {loss.segment} is one unit short: {printable(loss.character)!r} at index {loss.index} is ")
            .append(f"{kind} and moves whole.")
        )  # fmt: skip
    if len(found.losses) > _LISTED:
        out.print(Text(f"  and {counted(len(found.losses) - _LISTED, 'more segment')}"))


def _print_fixes(out: Console, found: Explanation) -> None:
    if found.measure.segments == 1:
        return
    if not found.fixes:
        out.print(Text("  No replacement and no national table saves a segment."))
        return
    table = Table("saves", "then", "change", title="Cheaper", title_justify="left")
    for fix in found.fixes:
        table.add_row(str(fix.saved), str(fix.segments), Text(printable(fix.what)))
    out.print(table)


def _print_totals(out: Console, total: Tally) -> None:
    gsm7, ucs2 = total.by_encoding["gsm7"], total.by_encoding["ucs2"]
    out.print(
        Text(counted(total.segments, "segment"), "bold").append(
            f"  {counted(total.messages, 'message')}: {gsm7} GSM 7-bit, {ucs2} UCS-2", "not bold"
        )
    )
    for code, number in total.unsendable.most_common():
        out.print(Text(f"  {number} cannot be sent: {code}", "red"))
    table = Table("segments", "messages", "", title="Histogram", title_justify="left")
    most = max(total.by_segments.values(), default=1)
    for number in sorted(total.by_segments):
        messages = total.by_segments[number]
        table.add_row(str(number), str(messages), "#" * max(1, messages * 40 // most))
    out.print(table)
    if total.offenders:
        offenders = Table("messages", "shown", "code point", "name", title="Why UCS-2", title_justify="left")
        for character, messages in total.offenders.most_common(_LISTED):
            offenders.add_row(
                str(messages), Text(printable(character)), f"U+{ord(character):04X}", Text(name_of(character))
            )
        out.print(offenders)
    for level, saved in total.saved.items():
        out.print(Text(f"  Transliteration, level {level.value}, would save {counted(saved, 'segment')}."))
