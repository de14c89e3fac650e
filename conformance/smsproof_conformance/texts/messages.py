"""Many messages in one file, read one at a time: a line each, a CSV column, or JSON Lines."""

from __future__ import annotations

import csv
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from smsproof_spec.rules import Malformed, strict_json

# What columns and members with the text are called, in the order in which they are looked for.
TEXT_NAMES = ("text", "message", "body", "content")
_MAX_LINE = 2_097_152  # characters; a longer line is no message but a file of another kind


class Form(StrEnum):
    """How messages stand in a file.

    TEXT   one to a line; blank lines are no messages.
    CSV    one to a row, in the column `text`, `message`, `body`, `content` or the only one; TSV by its tabs.
    JSONL  one to a line: a JSON string, or an object with such a member.
    """

    TEXT = "text"
    CSV = "csv"
    JSONL = "jsonl"


class MessagesError(Exception):
    """A file that cannot be read as messages. The sentence says where and what to do."""


def form_of(path: str) -> Form:
    """The form that a file's name tells; text if it tells nothing."""
    suffixes = {".csv": Form.CSV, ".tsv": Form.CSV, ".jsonl": Form.JSONL, ".ndjson": Form.JSONL}
    return suffixes.get(Path(path).suffix.lower(), Form.TEXT)


def read_messages(path: str, form: Form, column: str | None = None) -> Iterator[str]:
    """The messages of a file, streamed.

    path      "-" is standard input. UTF-8, with or without byte order mark.
    column    the CSV column or JSON member that holds the text.
    raises    MessagesError.
    """
    with _opened(path) as stream:
        # newline="": no universal newlines, and U+2028, U+2029 and U+0085 never end a line.
        lines = TextIOWrapper(stream, "utf-8-sig", newline="" if form is Form.CSV else "\n")
        try:
            if form is Form.CSV:
                yield from _of_csv(lines, path, column)
            else:
                for number, line in enumerate(_lines(lines, path), 1):
                    text = line.removesuffix("\n").removesuffix("\r")
                    if text and form is Form.JSONL:
                        yield _of_json(text, f"{path}, line {number}", column)
                    elif text:
                        yield text
        except UnicodeDecodeError as error:
            raise MessagesError(
                f"{path} is not UTF-8 (octet 0x{error.object[error.start]:02x}). Convert it to UTF-8 first."
            ) from None
        finally:
            lines.detach()


@contextmanager
def _opened(path: str) -> Generator[BinaryIO]:
    if path == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(path).open("rb"))
        except OSError as error:
            raise MessagesError(
                f"{path} cannot be read: {error.strerror}. Give a readable file, or - for standard input."
            ) from None
        yield stream


def _lines(stream: TextIOWrapper, path: str) -> Iterator[str]:
    number = 0
    while line := stream.readline(_MAX_LINE):
        number += 1
        if len(line) == _MAX_LINE and not line.endswith("\n"):
            raise MessagesError(f"{path}, line {number} has more than {_MAX_LINE} characters; that is no message.")
        yield line


def _of_csv(stream: TextIOWrapper, path: str, column: str | None) -> Iterator[str]:
    rows = csv.reader(stream, dialect="excel-tab" if path.lower().endswith(".tsv") else "excel")
    try:
        header = next(rows, None)
        if header is None:
            return
        at = _column(header, path, column)
        for row in rows:
            if len(row) > at:
                yield row[at]
    except csv.Error as error:
        raise MessagesError(f"{path}, line {rows.line_num} is no CSV: {error}.") from None


def _column(header: list[str], path: str, column: str | None) -> int:
    names = [name.strip().lower() for name in header]
    for wanted in (column.lower(),) if column else TEXT_NAMES:
        if wanted in names:
            return names.index(wanted)
    if column is None and len(names) == 1:
        return 0
    raise MessagesError(
        f"{path} has no column {column or ' or '.join(TEXT_NAMES)}; it has {', '.join(map(ascii, names))}. "
        "Name the one with the text: --column NAME."
    )


def _of_json(line: str, where: str, column: str | None) -> str:
    value = strict_json(line.encode())
    if isinstance(value, Malformed):
        raise MessagesError(f"{where} is no JSON: {value.detail}.")
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        for name in (column,) if column else TEXT_NAMES:
            text = value.get(name)
            if isinstance(text, str):
                return text
    raise MessagesError(f"{where} holds no text in {column or ' or '.join(TEXT_NAMES)}. Use --column NAME.")
