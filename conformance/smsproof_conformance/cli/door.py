"""The way out of every command: usage errors in one sentence on stderr, internal errors with a traceback and code 3."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager

import typer

from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records.ledger import LedgerError, LedgerFailure
from smsproof_conformance.reports.files import ReportError
from smsproof_conformance.runs.selection import NothingSelected
from smsproof_conformance.targets.settings import SettingsError
from smsproof_conformance.verdicts.baseline import BaselineError


class UsageError(Exception):
    """The command was started in a way that cannot work; the message says how to start it."""


@contextmanager
def door() -> Generator[None]:
    """Turn errors into exit codes: 5 and 2 for what the caller can mend, 3 for what only we can."""
    try:
        yield
    except NothingSelected as nothing:
        print(nothing, file=sys.stderr)
        raise typer.Exit(ExitCode.NOTHING_SELECTED) from None
    except (SettingsError, LedgerError, ReportError, BaselineError, UsageError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(ExitCode.USAGE) from None
    except LedgerFailure as failure:
        print(
            f"The run file cannot be written, so nothing more was sent: {failure}. Free space, then resume.",
            file=sys.stderr,
        )
        raise typer.Exit(ExitCode.INTERNAL) from None
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except Exception:  # the last door: whatever got here is a defect of smsproof, and must not look like a verdict
        traceback.print_exc()
        print(
            "This is a defect of smsproof, not of the target. Please report it with the lines above.", file=sys.stderr
        )
        raise typer.Exit(ExitCode.INTERNAL) from None
