"""errors.py: a class for each documented status."""

from __future__ import annotations

from .outline import Outline
from .template import render


def errors(outline: Outline) -> str:
    """The module's text."""
    refusals = [
        {"name": name, "lines": [f"Status {status}." if status != "default" else "Any other status.", "", *words]}
        for status, name, words in outline.refusals()
    ]
    return render("errors.py.jinja", outline, refusals=refusals)
