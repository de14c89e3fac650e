"""Reports as files: FORMAT:PATH, written beside and moved into place, so that a reader never sees half of one."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from smsproof_conformance.reports import github, har, html_report, json_report, junit, ndjson, sarif
from smsproof_conformance.reports.material import Material

RENDERERS: Final[Mapping[str, Callable[[Material], str]]] = {
    "html": html_report.render,
    "junit": junit.render,
    "json": json_report.render,
    "ndjson": ndjson.render,
    "sarif": sarif.render,
    "github": github.render,
    "har": har.render,
}


class ReportError(Exception):
    """A report is asked for in a way that cannot be."""


class ReportFailure(Exception):
    """A report cannot be written. The run file has everything: the report can be made again from it."""


def parse(wanted: str) -> tuple[str, Path]:
    """Split FORMAT:PATH. raises ReportError for an unknown format or a missing path."""
    format_, colon, path = wanted.partition(":")
    if not colon or not path or format_ not in RENDERERS:
        raise ReportError(f"--report {wanted!r}: expected FORMAT:PATH with FORMAT one of {', '.join(RENDERERS)}.")
    return format_, Path(path)


def write(wanted: str, material: Material) -> Path:
    """Write one report; an existing file stays whole until the new one is.

    raises    ReportFailure naming the path.
    """
    format_, path = parse(wanted)
    text = RENDERERS[format_](material)
    try:
        if format_ == "github" and str(path) == os.environ.get("GITHUB_STEP_SUMMARY") and path.exists():
            text = path.read_text(encoding="utf-8") + text  # GitHub's file: earlier commands of the step wrote to it
        _put(path, text, mode=0o600 if material.shows_data else 0o666)
    except OSError as error:
        raise ReportFailure(f"{path}: the {format_} report cannot be written ({error.strerror}).") from error
    return path


def _put(path: Path, text: str, mode: int) -> None:
    path = path.resolve()  # a link stays one: what it leads to is replaced
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):  # a pipe, a terminal, /dev/null: nothing to replace
        path.write_text(text, encoding="utf-8")
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink()
