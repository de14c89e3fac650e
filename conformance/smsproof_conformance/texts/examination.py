"""Anybody's segment counter, asked all the vectors.

The program reads ASCII JSON Lines {"id", "text"} on standard input and writes, in any order, JSON Lines
{"id", "encoding", "units", "segments"} on standard output.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from smsproof_spec.rules import Malformed, printable, strict_json
from smsproof_spec.vectors import load

ASKED = ("encoding", "units", "segments")


@dataclass(frozen=True)
class Mistake:
    """A vector that was answered wrongly. `answered` is None if it was not answered at all."""

    id: str
    expected: dict[str, Any]
    answered: dict[str, Any] | None
    source: str
    note: str

    @property
    def family(self) -> str:
        """What the vector is about: its id up to the first slash."""
        return self.id.partition("/")[0]

    @property
    def wrong(self) -> tuple[str, ...]:
        """The members that differ."""
        answered = self.answered or {}
        return tuple(name for name in ASKED if not _same(answered.get(name), self.expected[name]))


@dataclass(frozen=True)
class Examination:
    """How a program answered.

    asked      number of vectors.
    mistakes   in the order of the vectors.
    complaints what it did besides answering: sentences, safe to print.
    """

    asked: int
    mistakes: tuple[Mistake, ...]
    complaints: tuple[str, ...]

    @property
    def right(self) -> int:
        return self.asked - len(self.mistakes)


class ProgramError(Exception):
    """The program could not be asked. The sentence says why and what to do."""


def examine(command: list[str], timeout_seconds: float = 120) -> Examination:
    """Ask a program all text vectors.

    command   program and arguments; no shell.
    raises    ProgramError if it cannot be started or takes too long.
    """
    rows = load("text")
    questions = "".join(json.dumps({"id": row["id"], "text": row["text"]}) + "\n" for row in rows)
    try:
        done = subprocess.run(
            command, input=questions.encode("ascii"), capture_output=True, timeout=timeout_seconds, check=False
        )
    except FileNotFoundError:
        raise ProgramError(f"There is no program {printable(command[0])!r}. Give one that can be started.") from None
    except OSError as error:
        raise ProgramError(f"{printable(command[0])!r} cannot be started: {error.strerror}.") from None
    except subprocess.TimeoutExpired:
        raise ProgramError(
            f"The program did not end in {timeout_seconds:g} seconds. It has to end when its input does; "
            "--timeout SECONDS gives it longer."
        ) from None
    answers, complaints = _answers(done.stdout)
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        complaints.append(f"The program ended with code {done.returncode}: {printable(last[:200])}")
    known = {row["id"] for row in rows}
    complaints += [f"An answer to {printable(key[:80])!r}, which was not asked." for key in answers if key not in known]
    mistakes: list[Mistake] = []
    for row in rows:
        answered = answers.get(row["id"])
        expected = {name: row[name] for name in ASKED}
        if answered is None or not all(_same(answered.get(name), expected[name]) for name in ASKED):
            mistakes.append(Mistake(row["id"], expected, answered, row["source"], row["note"]))
    return Examination(len(rows), tuple(mistakes), tuple(complaints))


def _same(answered: Any, expected: Any) -> bool:
    return type(answered) is type(expected) and answered == expected  # true is no 1


def _answers(output: bytes) -> tuple[dict[str, dict[str, Any]], list[str]]:
    answers: dict[str, dict[str, Any]] = {}
    complaints: list[str] = []
    for number, line in enumerate(output.split(b"\n"), 1):
        if not line.strip():
            continue
        value = strict_json(line)
        if isinstance(value, Malformed) or not isinstance(value, dict) or not isinstance(value.get("id"), str):
            complaints.append(f"Line {number} of the output is no JSON object with a string `id`.")
            continue
        key = str(value["id"])
        if key in answers:
            complaints.append(f"A second answer to {printable(key[:80])!r}; the first counts.")
        else:
            answers[key] = value
    return answers, complaints
