"""What every command asks before it sends anything, and what its owner must be told."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Final

import typer

from smsproof_conformance.cli.door import UsageError
from smsproof_conformance.records.exchange import strings
from smsproof_conformance.runs.runner import Unrestored
from smsproof_conformance.targets.numbering_plan import doubts
from smsproof_conformance.targets.target import Target, is_loopback
from smsproof_spec.contract import Contract

Live = Annotated[
    bool,
    typer.Option("--live", envvar="SMSPROOF_LIVE", help="Allow a target that is not loopback; needs --budget."),
]
Parts = Annotated[
    int | None, typer.Option("--budget", min=0, envvar="SMSPROOF_BUDGET", help="Message parts that may be charged.")
]

_ASKED: Final = "To allow it, add --live --budget N (message parts); only numbers.destinations are ever texted."


def require_permission(target: Target, live: bool, budget: int | None) -> None:
    """Refuse a target that is not loopback unless both --live and --budget say that paying is meant."""
    if not target.on_loopback and not (live and budget is not None):
        raise UsageError(
            f"{target.base_url} is not loopback: a run there sends messages that are charged. Nothing was sent. {_ASKED}"
        )
    if target.control_url is None or is_loopback(target.control_url):
        return
    if not (live and budget is not None):
        raise UsageError(
            f"control_url {target.control_url} is not loopback: a run would make it send. Nothing was sent. {_ASKED}"
        )
    if target.control_token_env is None:
        raise UsageError(
            f"control_url {target.control_url} is not loopback and has no token. Nothing was sent."
            " Name the environment variable that holds it: control_token_env."
        )


def warn_of_numbers(target: Target, contract: Contract) -> None:
    """Say which declared numbers no numbering plan knows: a slip of the pen would text a stranger, or nobody."""
    for warning in doubts(target.numbers, set(strings(contract.document))):
        print(f"warning: [target.{target.name}] {warning}. Is it the number you mean?", file=sys.stderr)


def teller(target: Target, run: Path | None) -> Unrestored:
    """What tells the owner, on stderr and at once, that an account was not left as it was found, and what puts it right."""

    def tell(endpoints: Collection[str]) -> None:
        if run is None:
            return
        allowed = "" if target.on_loopback else " --live --budget 0"
        numbers = "number" if len(endpoints) == 1 else "numbers"
        print(
            f"NOT PUT BACK: the webhooks of {len(endpoints)} {numbers} of the account still hold a URL of this run."
            f" To put them back: smsproof restore {shlex.quote(str(run))}{allowed}",
            file=sys.stderr,
            flush=True,
        )

    return tell
