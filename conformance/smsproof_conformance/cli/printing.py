"""What a command prints for machines: one JSON document on standard output, the same on a terminal and off it."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def print_json(value: Any) -> None:
    """ASCII, so that no encoding and no character of a peer's matters; a reader who left (`| head -1`) is no error."""
    print_text(json.dumps(value, indent=1) + "\n")


def print_text(text: str) -> None:
    """Text as it is, to whoever still reads."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        nobody = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nobody, sys.stdout.fileno())
        os.close(nobody)
