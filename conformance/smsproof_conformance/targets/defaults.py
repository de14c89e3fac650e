"""The `[run]` table of a settings file: what `smsproof run` does where neither a flag nor the environment says so.

`--live`, `--dry-run` and `--show-data` are not among them: a file that is committed once must not permit, for ever and
for everybody, what costs money or shows numbers.
"""

from __future__ import annotations

from typing import Final

from pydantic import Field

from smsproof_conformance.targets.target import Table

ON_THE_COMMAND_LINE_ALONE: Final = frozenset({"live", "dry-run", "show-data"})


class Defaults(Table):
    """Options of `smsproof run` by their names; what is absent is as it is built in."""

    strict: bool = False
    fuzz: bool = True
    max_examples: int = Field(default=1, ge=1)
    time_limit: float = Field(default=0.0, ge=0, strict=False)
    examples: str = ""
    seed: int = 1
    case: list[str] = []
    budget: int = Field(default=0, ge=0)
    wait_for: float = Field(default=0.0, ge=0, strict=False)
    report: list[str] = []
    baseline: str = ""
    exit_zero: bool = False
