"""The fault matrix as a file that people read: which case caught what is wrong on purpose, the last time it was kept.

Of contract faults alone: what a case says about a broken connection may differ from run to run.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from smsproof_conformance.evidence.matrix import Row

_HEAD = """\
# Who is wrong on purpose (V an emulated vendor, R a receiver, C a client), what that breaks, which cases caught it, and
# whether that fails a target or only warns. Written by `make faults-golden`; a change of it is a change of what we find.
"""


class MatrixFileError(Exception):
    """The file cannot be read or written; the message says why and what to do."""


def told(rows: Iterable[Row]) -> str:
    """Rows as text, contract faults only, in their order."""
    return "".join(
        f"\n{row.party} {row.vendor} {row.fault}  {'fails' if row.failing else 'warns'}\n"
        f"    breaks     {', '.join(row.breaks)}\n"
        f"    caught by  {', '.join(row.caught) or 'nothing'}\n"
        for row in rows
        if row.kind == "contract"
    )


def keep(path: Path, rows: Iterable[Row]) -> None:
    """Write the file. raises MatrixFileError."""
    try:
        path.write_text(_HEAD + told(rows), encoding="utf-8")
    except OSError as error:
        raise MatrixFileError(f"{path} cannot be written: {error.strerror}.") from error


def changes(path: Path, rows: Iterable[Row], vendors: Iterable[str]) -> list[str]:
    """How rows differ from the file, line by line; nothing where they do not. raises MatrixFileError."""
    try:
        kept = path.read_text(encoding="utf-8")
    except OSError as error:
        raise MatrixFileError(f"{path} cannot be read: {error.strerror}. `--keep {path}` writes it.") from error
    chosen = set(vendors)
    paragraphs = [paragraph for paragraph in kept.split("\n\n")[1:] if paragraph.split()[1] in chosen]
    before = "".join(f"\n{paragraph.strip(chr(10))}\n" for paragraph in paragraphs)
    lines = difflib.unified_diff(before.splitlines(), told(rows).splitlines(), str(path), "this run", lineterm="", n=2)
    return list(lines)
