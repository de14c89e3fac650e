"""The one door from text in a document to text in code: printable ASCII, and never anything but a literal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import cast

from smsproof_spec.rules import printable


def literal(value: object) -> str:
    """A Python literal of a scalar, or of a tuple or dict of them: what `ast.literal_eval` gives back unchanged."""
    if isinstance(value, str):
        return _double_quoted(value)
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError("a number that is not finite has no literal")
        return repr(value)
    if isinstance(value, tuple):
        items = [literal(item) for item in cast(tuple[object, ...], value)]
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    if isinstance(value, dict):
        members = cast(dict[object, object], value)
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in members.items()) + "}"
    raise TypeError(f"no literal for {type(value).__name__}")


def _double_quoted(text: str) -> str:
    """ASCII, with double quotes as formatters want them."""
    body = ascii(text)
    inner = body[1:-1]
    if body[0] == "'":
        inner = inner.replace("\\'", "'").replace('"', '\\"')
    return f'"{inner}"'


def prose(text: str) -> str:
    """Text for people, on one line: what does not show as itself (controls, bidi marks) is shown as its escape."""
    return printable(" ".join(text.split()))


def markdown(text: str) -> str:
    """Text for people in a Markdown page: nothing in it is markup, and nothing is outside ASCII."""
    shown = "".join(f"\\{c}" if c in "\\`*_{}[]<>#|!" else c for c in prose(text))
    return shown.encode("ascii", "xmlcharrefreplace").decode("ascii")


def code_span(text: str) -> str:
    """Text as a code span of a Markdown page, fit for a table: no backtick in it ends the span."""
    shown = prose(text).replace("|", "\\|").encode("ascii", "backslashreplace").decode("ascii")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    return f"{fence} {shown} {fence}" if "`" in shown else f"`{shown}`"


def source_form(text: str) -> str:
    """Text as it stands between the quotes of an ordinary string literal, in printable ASCII; quotes are left alone."""
    ascii_text = text.replace("\\", "\\\\").encode("ascii", "backslashreplace").decode("ascii")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in ascii_text)


def columns(table: Iterable[tuple[str, str]]) -> list[str]:
    """Lines "name   meaning" whose meanings stand below each other."""
    rows = list(table)
    width = max((len(name) for name, _ in rows), default=0)
    return [f"{name.ljust(width)}   {words}" for name, words in rows]


def wrapped(lines: Iterable[str], width: int) -> list[str]:
    """Lines of at most `width` columns; a line "name   meaning" (three spaces) keeps its second column."""
    out: list[str] = []
    for line in lines:
        name, gap, _ = line.partition("   ")
        hanging = len(line) - len(line[len(name) :].lstrip()) if gap and name else 0
        out += textwrap.wrap(
            line,
            width,
            subsequent_indent=" " * hanging,
            break_long_words=False,
            break_on_hyphens=False,
            replace_whitespace=False,
        ) or [""]
    while out and not out[-1]:
        out.pop()
    return out


def docstring(lines: Iterable[str], indent: int = 0) -> str:
    """A docstring of lines, wrapped at 120 columns."""
    pad = " " * indent
    out = [source_form(line).replace('"""', r"\"\"\"") for line in wrapped(lines, 117 - indent)]
    if not out:
        return ""
    if len(out) == 1:
        end = out[0][:-1] + r"\"" if out[0].endswith('"') else out[0]
        return f'{pad}"""{end}"""'
    return (
        f'{pad}"""' + "\n".join(f"{pad}{line}".rstrip() if at else line for at, line in enumerate(out)) + f'\n{pad}"""'
    )
