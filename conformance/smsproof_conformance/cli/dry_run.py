"""What `smsproof run --dry-run` prints."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from smsproof_conformance.reports.curl import curl
from smsproof_conformance.runs.rehearsal import Rehearsed
from smsproof_conformance.targets.target import Target
from smsproof_spec.spelling import counted


def print_rehearsal(console: Console, target: Target, rehearsed: Rehearsed) -> None:
    """Every request as a curl line, the cases that would be skipped, the parts it may cost at most."""
    case = ""
    for request in rehearsed.requests:
        if request.case != case:
            case = request.case
            console.print(Text(case, "bold"))
        console.print(Text(f"  [{request.step}] {curl(target, request)}"), soft_wrap=True)
    for skipped, reason in rehearsed.skipped:
        console.print(Text(f"SKIP  {skipped}: {reason}", "dim"))
    console.print(
        f"{counted(len(rehearsed.requests), 'request')}, {counted(rehearsed.parts, 'message part')} at most; nothing was sent"
    )


def rehearsal_as_json(target: Target, rehearsed: Rehearsed) -> dict[str, Any]:
    """The same for machines."""
    return {
        "format": "smsproof-rehearsal/1",
        "requests": [
            {
                "case": request.case,
                "step": request.step,
                "paid": request.paid,
                "parts": request.parts,
                "curl": curl(target, request),
            }
            for request in rehearsed.requests
        ],
        "skipped": [{"case": case, "reason": reason} for case, reason in rehearsed.skipped],
        "parts": rehearsed.parts,
    }
