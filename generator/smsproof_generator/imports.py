"""The imports of a module that was written: those of the names its code mentions, and no others."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

# A module and the names that may be wanted of it.
Source = tuple[str, Sequence[str]]


def imports(text: str, groups: Iterable[Iterable[Source]]) -> str:
    """Import statements for a text, groups separated by empty lines; "" when it needs none."""
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    blocks = ("".join(_line(module, names, used) for module, names in group) for group in groups)
    return "\n".join(block for block in blocks if block)


def _line(module: str, names: Sequence[str], used: set[str]) -> str:
    found = [name for name in names if name in used]
    if not found:
        return ""
    line = f"from {module} import {', '.join(found)}\n"
    if len(line) > 121:
        line = f"from {module} import (\n" + "".join(f"    {name},\n" for name in found) + ")\n"
    return line
