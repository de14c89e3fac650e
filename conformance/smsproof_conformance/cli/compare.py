"""`smsproof compare`: what changed from one run to a later one."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.cli.recorded import Recorded, RunName, recorded
from smsproof_conformance.cli.run import Strict
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.reports.comparison import Comparison, Pair
from smsproof_conformance.reports.console import STYLES
from smsproof_conformance.reports.material import Material
from smsproof_conformance.reports.terminal import console, shown
from smsproof_conformance.verdicts.finding import Verdict

_STATES = {"new": "bold red", "gone": "green", "same": "dim"}


def compare(
    before: Annotated[str, typer.Argument(help="The earlier run: a run file, or `last`.")],
    after: RunName = "last",
    strict: Strict = False,
    as_json: Json = False,
) -> None:
    """Show what changed between two runs. Exits 0 when nothing got worse, 1 when something did.

    Worse is a finding that is new or fails now, a verdict that is worse than before, and what is not observed any more.
    """
    with door():
        earlier, later = recorded(before, strict=strict), recorded(after, strict=strict)
        for what, one, other in (
            ("vendor", earlier.judged.vendor, later.judged.vendor),
            ("party", earlier.judged.party, later.judged.party),
        ):
            if one != other:
                raise UsageError(f"These runs judge another {what}: {one} and {other}. Compare two of one kind.")
        comparison = Comparison(_material(earlier), _material(later))
        if as_json:
            print_json(comparison.as_json())
        else:
            _print(console(), comparison)
        worse = comparison.worse
        earlier.ledger.close()
        later.ledger.close()
        raise typer.Exit(ExitCode.CONTRACT_FAILURES if worse else ExitCode.CONFORMANT)


def _material(told: Recorded) -> Material:
    return Material(told.ledger, told.judged, told.contract)


def _print(out: Console, comparison: Comparison) -> None:
    for change in comparison.verdicts:
        line = Text("worse   " if change.worse else "better  ", "bold red" if change.worse else "green")
        line.append(f"{change.kind} {change.id}", "default").append("  ")
        line.append(change.before, STYLES[change.before]).append(" → ", "dim").append(
            change.after, STYLES[change.after]
        )
        out.print(line)
    for pair in comparison.findings:
        out.print(_line(pair))
    states = [pair.state for pair in comparison.findings]
    told = ", ".join(f"{states.count(state)} {state}" for state in _STATES)
    out.print(Text(f"findings: {told}"))
    for name, (before, after) in comparison.counts.items():
        if before != after:
            out.print(Text(f"{name.replace('_', ' ')}: {before} → {after}", "dim"))
    out.print(Text("Something got worse.", "bold red") if comparison.worse else Text("Nothing got worse.", "green"))


def _line(pair: Pair) -> Text:
    told = pair.group.first
    line = Text(f"{pair.state:6}  ", _STATES[pair.state])
    line.append(told.finding.severity, STYLES[Verdict(told.finding.severity)])
    line.append(f"  {told.finding.requirement}  {told.finding.case}", "default").append(f"  {told.id}", "dim")
    times = [1 + len(group.others) for group in (pair.before, pair.after) if group is not None]
    if len(set(times)) > 1:
        line.append(f"  {times[0]} → {times[1]} times", "dim")
    return line.append(f"\n        got {shown(told.finding.got)}", "default") if pair.state == "new" else line
