"""Where people read: a console that is safe and calm on a terminal, in a file, in a pipe and in a CI log."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import IO, Final, Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from smsproof_spec.rules import printable

SHOWN_CHARACTERS: Final = 600  # of one value; beyond, nobody reads on


class _Calm(Console):
    """A console whose reader may leave (`| head -1`): the rest is printed to nobody, and the run ends with its code."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        nobody = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nobody, sys.stdout.fileno())
        os.close(nobody)


def console(file: IO[str] | None = None) -> Console:
    """The console that a command prints to. FORCE_COLOR, TERM and COLUMNS are rich's to read; NO_COLOR means no
    attribute at all, where rich would still make words bold.

    Lines are wrapped on a terminal alone: elsewhere they are searched, and GitHub takes a line that begins with `::`
    for a command, so that nothing of a peer's may come to stand at the beginning of one.
    """
    plain: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
    found = _Calm(file=file, color_system=plain, highlight=False, markup=False, emoji=False)
    found.soft_wrap = not found.is_terminal or "GITHUB_ACTIONS" in os.environ
    return found


def shown(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    """Untrusted text for a console: what does not show as itself is escaped, too long is cut, `##[` is no command."""
    whole = printable(text)
    cut = whole if len(whole) <= limit else f"{whole[:limit]}… ({len(text)} characters)"
    return cut.replace("##[", "#\\x23[")


@contextmanager
def progress(where: Console) -> Generator[Callable[[str, int, int], None]]:
    """A bar on a terminal while a run acts; nothing anywhere else. Yields what a run calls for each case."""
    columns = (BarColumn(bar_width=20), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
    bar = Progress(*columns, console=where, transient=True, disable=not where.is_terminal or where.is_dumb_terminal)
    with bar:
        task = bar.add_task("", total=None)

        def tell(case: str, done: int, planned: int) -> None:
            bar.update(task, description=shown(case), completed=done, total=planned)

        yield tell
