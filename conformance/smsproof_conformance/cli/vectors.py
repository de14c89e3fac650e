"""`smsproof vectors`: the published vectors, and how another program answers them."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.reports.terminal import console
from smsproof_conformance.texts.examination import ASKED, Examination, ProgramError, examine
from smsproof_spec.rules import printable
from smsproof_spec.vectors import COLLECTIONS, load


def vectors(
    check: Annotated[
        str | None,
        typer.Option(
            metavar="CMD",
            help='Program to ask: reads JSON Lines {"id","text"}, writes {"id","encoding","units","segments"}.',
        ),
    ] = None,
    show: Annotated[int, typer.Option(min=0, help="Mistakes shown one by one.")] = 10,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that the program may take in all.")] = 120,
    as_json: Json = False,
) -> None:
    """List the vectors of text and addresses, or ask a program what the texts cost and report its mistakes."""
    with door():
        if check is None:
            _list(as_json)
            return
        try:
            command = shlex.split(check)
        except ValueError as error:
            raise UsageError(f"The command cannot be read: {error}. Close its quotation marks.") from None
        if not command:
            raise UsageError("--check needs a program, such as: smsproof vectors --check 'python count.py'")
        try:
            result = examine(command, timeout)
        except ProgramError as error:
            raise UsageError(str(error)) from None
        if as_json:
            print_json(_as_json(result))
        else:
            _print(console(), result, show)
        raise typer.Exit(ExitCode.CONTRACT_FAILURES if result.mistakes or result.complaints else ExitCode.CONFORMANT)


def _list(as_json: bool) -> None:
    rows = {collection: len(load(collection)) for collection in COLLECTIONS}
    if as_json:
        print_json(rows)
        return
    table = Table("vectors", "collection", title="Published in smsproof_spec/vectors", title_justify="left")
    for collection, number in rows.items():
        table.add_row(str(number), collection)
    out = console()
    out.print(table)
    out.print("smsproof vectors --check CMD asks a program the texts.")


def _as_json(result: Examination) -> dict[str, Any]:
    return {
        "asked": result.asked,
        "right": result.right,
        "mistakes": [
            {
                "id": mistake.id,
                "wrong": list(mistake.wrong),
                "expected": mistake.expected,
                "answered": mistake.answered and {name: mistake.answered.get(name) for name in ASKED},
                "source": mistake.source,
                "note": mistake.note,
            }
            for mistake in result.mistakes
        ],
        "complaints": list(result.complaints),
    }


def _print(out: Console, result: Examination, show: int) -> None:
    verdict = "bold green" if result.right == result.asked else "bold red"
    out.print(Text(f"{result.right} of {result.asked} right", verdict))
    if result.mistakes:
        families = Counter(mistake.family for mistake in result.mistakes)
        members = Counter((mistake.family, name) for mistake in result.mistakes for name in mistake.wrong)
        table = Table("about", "mistakes", *(f"wrong {name}" for name in ASKED))
        for family, number in families.most_common():
            table.add_row(family, str(number), *(str(members[family, name] or "") for name in ASKED))
        out.print(table)
    for mistake in result.mistakes[:show]:
        said = "nothing" if mistake.answered is None else _brief(mistake.answered)
        out.print(Text(f"  {mistake.id}", "cyan").append(f"  {mistake.note} ({mistake.source})", "default"))
        out.print(Text(f"    expected {_brief(mistake.expected)}; answered {said}"))
    if len(result.mistakes) > show:
        out.print(Text(f"  and {len(result.mistakes) - show} more; --show N shows more"))
    for complaint in result.complaints[:show]:
        out.print(Text(f"  {complaint}", "yellow"))


def _brief(answer: dict[str, Any]) -> str:
    return printable(", ".join(f"{name} {json.dumps(answer.get(name))[:60]}" for name in ASKED))
