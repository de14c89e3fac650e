"""Where a generated package stands, and the files that it takes over as they are."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Package:
    """Where a generated package stands.

    name      its import name
    runtime   the package that holds `_runtime` (and `_rules`)
    rules     import name of the rules
    http      the HTTP library of the runtime: httpx2 or httpx
    """

    name: str
    runtime: str
    rules: str
    http: str = "httpx2"


def runtime_files(package: Package) -> dict[str, str]:
    """The runtime byte for byte, but for the names of the rules and of the HTTP library."""
    found: dict[str, str] = {}
    for entry in sorted(files("smsproof_generator.runtime").iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".py"):
            text = entry.read_text("utf-8").replace("smsproof_spec.rules", package.rules)
            if package.http != "httpx2":
                text = text.replace("httpx2", package.http).replace(
                    "httpcore2", package.http.replace("httpx", "httpcore")
                )
            found[f"_runtime/{entry.name}"] = text
    return found


def rules_files() -> dict[str, str]:
    """The rules byte for byte."""
    found: dict[str, str] = {}

    def gather(folder: Any, prefix: str) -> None:
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if entry.is_dir() and entry.name != "__pycache__":
                gather(entry, f"{prefix}{entry.name}/")
            elif entry.name.endswith(".py"):
                found[f"_rules/{prefix}{entry.name}"] = entry.read_text("utf-8")

    gather(files("smsproof_spec.rules"), "")
    return found
