"""What is wrong with a document, for the person who writes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a document, or a part of it, from becoming code.

    file      the document, as it was named
    pointer   JSON pointer of the place; "" is the document itself
    what      what was found
    hint      what to do about it
    """

    file: str
    pointer: str
    what: str
    hint: str

    def __str__(self) -> str:
        place = f"{self.file}#{self.pointer}" if self.pointer else self.file
        return f"{place}: {self.what}. {self.hint}"


class SpecError(Exception):
    """The document cannot be generated from. `problems` lists everything that was found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class OutputError(Exception):
    """The files cannot be written where they should go."""
