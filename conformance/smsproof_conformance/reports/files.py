"""Reports as files: FORMAT:PATH, written beside and moved into place, so that a reader never sees half of one."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from smsproof_conformance.judge import Judged
from smsproof_conformance.record import Record
from smsproof_conformance.reports import json_report

RENDERERS: Mapping[str, Callable[[Judged, Record], str]] = {"json": json_report.render}


class ReportError(Exception):
    """A report cannot be written as asked."""


def parse(wanted: str) -> tuple[str, Path]:
    """Split FORMAT:PATH. raises ReportError for an unknown format or a missing path."""
    format_, colon, path = wanted.partition(":")
    if not colon or not path or format_ not in RENDERERS:
        raise ReportError(f"--report {wanted!r}: expected FORMAT:PATH with FORMAT one of {', '.join(RENDERERS)}.")
    return format_, Path(path)


def write(wanted: str, judged: Judged, record: Record) -> Path:
    """Write one report; an existing file stays whole until the new one is."""
    format_, path = parse(wanted)
    text = RENDERERS[format_](judged, record)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
    return path
