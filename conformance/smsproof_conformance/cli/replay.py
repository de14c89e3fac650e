"""`smsproof replay`: send the request of one finding again, and say whether the finding is still there."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from smsproof_conformance.cli.conclusion import ShowData, wanted_reports
from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.permission import Live, Parts, require_permission
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.cli.recorded import recorded, unscrubbed
from smsproof_conformance.exit_code import ExitCode, strongest
from smsproof_conformance.records.exchange import Exchange
from smsproof_conformance.records.ledger import Ledger, new_path
from smsproof_conformance.reports import json_report
from smsproof_conformance.reports.console import print_finding
from smsproof_conformance.reports.material import Group, Material, Shown
from smsproof_conformance.reports.terminal import console, shown
from smsproof_conformance.runs.charge import Budget
from smsproof_conformance.runs.interruption import Interruption
from smsproof_conformance.runs.replay import CannotReplay, Retold, repeatable, send_again
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets import settings
from smsproof_conformance.targets.target import Target
from smsproof_conformance.verdicts.finding import Verdict
from smsproof_conformance.verdicts.judge import judge

REPLAYS: Final = Path(".smsproof") / "replays"  # beside the runs, so that `last` stays the run whose finding this is


def replay(
    run: Annotated[str, typer.Argument(help="A run file, or `last`.")],
    finding: Annotated[str, typer.Argument(help="The finding's id, as every report prints it (1f3a9c02).")],
    live: Live = False,
    budget: Parts = None,
    show_data: ShowData = False,
    as_json: Json = False,
) -> None:
    """Send one finding's request once more. Exits 1 when the finding is still there, 0 when it is gone, 7 if unknown."""
    with door():
        wanted_reports(None, show_data)
        told = recorded(run)
        unscrubbed(told.ledger, "sending a request again")
        if told.judged.party != "V":
            raise UsageError("Only a run against a vendor's endpoint has requests to send again. Run this one anew.")
        meant = _meant(finding, Material(told.ledger, told.judged, told.contract))
        exchange = _exchange(told.ledger, meant)
        target = Target.model_validate(told.ledger.fact("target"), strict=False)
        require_permission(target, live, budget)
        secrets = settings.secrets(target)
        try:
            request = repeatable(exchange, secrets)
        except CannotReplay as refusal:
            raise UsageError(str(refusal)) from None
        ledger = Ledger.create(new_path(target.name, REPLAYS), secrets.values())
        with told.ledger, ledger, Retold.open(told.path) as retold, Interruption() as interruption:
            ledger.set_fact("replays", {"run": told.ledger.fact("run"), "finding": meant.id})
            act = Run(target, secrets, told.contract, ledger, Budget(budget), interruption=interruption)
            assert isinstance(retold, Retold)
            retold.later = send_again(act, exchange, request)
            judged = judge(retold, told.contract, [meant.case], strict=told.judged.strict)
            material = Material(retold, judged, told.contract, shows_data=show_data)
            outcome = Outcome(meant, material, retold.later, ledger)
            if as_json:
                print_json(outcome.as_json())
            else:
                outcome.print(console())
            raise typer.Exit(outcome.exit_code)


class Outcome:
    """What a replay showed of a finding.

    still_there    None where it cannot be told: nothing was sent, or no answer came.
    """

    def __init__(self, meant: Shown, material: Material, sent: Exchange | None, ledger: Ledger) -> None:
        self._meant = meant
        self._material = material
        self._ledger = ledger
        self._stopped = ledger.stopped()
        self._sent = material.exchange(sent) if sent is not None else None
        place = (meant.finding.requirement, meant.finding.place, meant.finding.exchange)
        self._again = next(
            (
                told
                for told in material.findings
                if (told.finding.requirement, told.finding.place, told.finding.exchange) == place
            ),
            None,
        )
        (result,) = material.judged.cases
        self._reason = result.reason
        lost = sent is None or sent.answer is None
        undecided = result.verdict in (Verdict.INDETERMINATE, Verdict.ERROR, Verdict.SKIP)
        self.still_there = None if sent is None else True if self._again else None if lost or undecided else False

    @property
    def exit_code(self) -> ExitCode:
        codes = [ExitCode(self._stopped[0])] if self._stopped else []
        if self.still_there is None:
            codes.append(ExitCode.INDETERMINATE)
        elif self.still_there:
            codes.append(ExitCode.CONTRACT_FAILURES)
        return strongest(codes)

    def as_json(self) -> dict[str, Any]:
        return {
            "format": "smsproof-replay/1",
            "finding": self._meant.id,
            "still_there": self.still_there,
            "exit_code": int(self.exit_code),
            "stopped": shown(self._material.text(self._stopped[1])) if self._stopped else None,
            "exchange": None if self._sent is None else json_report.exchange(self._sent),
            "run": str(self._ledger.path),
        }

    def print(self, out: Console) -> None:
        if self.still_there and self._again is not None:
            print_finding(out, Group(self._again, ()), self._material)
        elif self._sent is not None:
            status = self._sent.answer.status if self._sent.answer else self._sent.state
            out.print(Text(f"[{shown(self._sent.request.step)}] {self._sent.request.method} gave {status}", "dim"))
        if self._stopped:
            out.print(Text(shown(self._material.text(self._stopped[1])), "bold red"))
        elif self.still_there is None:
            out.print(Text(shown(self._reason or "no answer came"), "magenta"))
            out.print(Text(f"To see it whole, run its case: --case {self._meant.finding.case}", "dim"))
        word = {True: "is still there", False: "is gone", None: "cannot be told from this"}[self.still_there]
        style = {True: "bold red", False: "green", None: "magenta"}[self.still_there]
        out.print(Text(f"{self._meant.id} {self._meant.finding.requirement} {word}.", style))
        out.print(f"run file: {self._ledger.path}", soft_wrap=True)


def _meant(name: str, material: Material) -> Shown:
    for told in material.findings:
        if told.id == name:
            return told
    names = [told.id for told in material.findings]
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = (
        f" Did you mean {close[0]}?" if close else " It has none." if not names else f" It has {', '.join(names[:8])}."
    )
    raise UsageError(f"This run has no finding {name!r}.{hint} `smsproof report` prints the ids.")


def _exchange(ledger: Ledger, meant: Shown) -> Exchange:
    """The exchange of a finding as it was sent, nothing masked."""
    for exchange in ledger.exchanges():
        if exchange.id == meant.finding.exchange:
            return exchange
    raise UsageError(
        f"{meant.id} is about what {'arrived' if meant.arrival else 'did not happen'}, so there is no request to send"
        f" again. Run its case anew: smsproof run TARGET --case {meant.finding.case}"
    )
