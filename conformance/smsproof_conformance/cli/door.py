"""The way out of every command: usage errors in one sentence on stderr, internal errors by their place and code 3."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType

import typer

from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.fuzz.sharing import ExamplesError
from smsproof_conformance.records.ledger import LedgerError, LedgerFailure
from smsproof_conformance.reports.files import ReportError
from smsproof_conformance.runs.selection import NothingSelected
from smsproof_conformance.runs.tenancy import AccountTaken
from smsproof_conformance.targets.presence import Absent
from smsproof_conformance.targets.settings import SettingsError
from smsproof_conformance.verdicts.baseline import BaselineError
from smsproof_conformance.wire.inbox import CannotListen
from smsproof_spec.rules import printable

_FOR_THE_CALLER: dict[type[Exception], ExitCode] = {
    NothingSelected: ExitCode.NOTHING_SELECTED,
    Absent: ExitCode.UNREACHABLE,
}


class UsageError(Exception):
    """The command was started in a way that cannot work; the message says how to start it."""


@contextmanager
def door() -> Generator[None]:
    """Turn errors into exit codes: 2, 4 and 5 for what the caller can mend, 3 for what only we can."""
    try:
        yield
    except (
        NothingSelected, Absent, AccountTaken, SettingsError, LedgerError, ReportError, BaselineError, ExamplesError, CannotListen,
        UsageError,
    ) as error:  # fmt: skip
        say(str(error))
        raise typer.Exit(_FOR_THE_CALLER.get(type(error), ExitCode.USAGE)) from None
    except LedgerFailure as failure:
        say(f"The run file cannot be written, so nothing more was sent: {failure}. Free space, then resume.")
        raise typer.Exit(ExitCode.INTERNAL) from None
    except typer.Exit:
        raise
    except KeyboardInterrupt:
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except Exception as defect:  # the last door: whatever got here is ours, and must not look like a verdict
        tell_defect(defect)
        raise typer.Exit(ExitCode.INTERNAL) from None


def say(text: str) -> None:
    """A sentence for a person, on standard error; what it quotes moves no terminal."""
    print(printable(text, keep="\n"), file=sys.stderr)


def tell_defect(defect: BaseException) -> None:
    """Where smsproof broke, down to the line. Not what the exception says: that may quote a number, a text or a token,
    which stand in the run file alone."""
    seen: BaseException | None = defect
    while seen is not None:
        for frame in traceback.extract_tb(seen.__traceback__):
            say(f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}\n    {frame.line}')
        say(f"{type(seen).__name__} (its words are left out: they may quote what is private)")
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    say("This is a defect of smsproof, not of the target. Please report it with the lines above.")


class _Told(logging.Handler):
    """What a library logs beside a verdict: that it did, never in its words."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            tell_defect(record.exc_info[1])
        else:
            say(f"{record.name}, line {record.lineno} of {record.filename}: {record.levelname}")


def guard() -> None:
    """Let nothing out beside the door: neither uncaught exceptions of any thread nor what libraries log."""

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        tell_defect(error)

    def uncaught_in_thread(failure: threading.ExceptHookArgs) -> None:
        if failure.exc_value is not None:
            tell_defect(failure.exc_value)

    sys.excepthook = uncaught
    threading.excepthook = uncaught_in_thread
    logging.getLogger().addHandler(_Told(logging.WARNING))
