"""The published JSON Schemas (2020-12) of what commands and reports write for machines.

A schema changes with its version: what a reader of smsproof-run/1 relies on stays in every smsproof-run/1.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

SCHEMAS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "smsproof-run/1": "run-1.schema.json",
        "smsproof-events/1": "events-1.schema.json",
        "smsproof-comparison/1": "comparison-1.schema.json",
    }
)
"""File names by what a document says in its member `format`."""


def path(name: str) -> Path:
    """Where a schema is installed. raises KeyError."""
    return Path(str(files("smsproof_conformance.reports.schemas") / SCHEMAS[name]))


def load(name: str) -> dict[str, Any]:
    """A schema. raises KeyError."""
    schema: dict[str, Any] = json.loads(path(name).read_text(encoding="utf-8"))
    return schema
