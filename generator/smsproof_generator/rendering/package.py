"""Where a generated package stands, and the files that it takes over as they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
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


def runtime_files(package: Package, written: Iterable[str]) -> dict[str, str]:
    """The modules of the runtime that written files name, and what those import.

    Byte for byte, but for the names of the rules and of the HTTP library.
    """
    sources = {
        entry.name.removesuffix(".py"): entry.read_text("utf-8")
        for entry in files("smsproof_generator.runtime").iterdir()
        if entry.name.endswith(".py")
    }
    named = re.compile(re.escape(f"{package.runtime}._runtime.") + r"(\w+)")
    waiting = {"__init__", *(name for text in written for name in named.findall(text))}
    found: dict[str, str] = {}
    while waiting:
        module = waiting.pop()
        found[f"_runtime/{module}.py"] = _placed(sources[module], package)
        waiting |= {name for name in _siblings(sources[module]) if f"_runtime/{name}.py" not in found}
    return dict(sorted(found.items()))


def _siblings(source: str) -> Iterator[str]:
    """The modules beside it that a module of the runtime imports from."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module is not None:
            yield node.module


def _placed(source: str, package: Package) -> str:
    text = source.replace("smsproof_spec.rules", package.rules)
    if package.http != "httpx2":
        text = text.replace("httpx2", package.http).replace("httpcore2", package.http.replace("httpx", "httpcore"))
    return text


def rules_files(package: Package, runtime: Iterable[str]) -> dict[str, str]:
    """The rules byte for byte, where a module of the runtime needs them."""
    if not any(package.rules in text for text in runtime):
        return {}
    found: dict[str, str] = {}

    def gather(folder: Any, prefix: str) -> None:
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if entry.is_dir() and entry.name != "__pycache__":
                gather(entry, f"{prefix}{entry.name}/")
            elif entry.name.endswith(".py"):
                found[f"_rules/{prefix}{entry.name}"] = entry.read_text("utf-8")

    gather(files("smsproof_spec.rules"), "")
    return found
