"""The one door from names in a document to names in code."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

from pydantic import BaseModel

# A word ends where the letter case, a digit run or a separator says so: HTTPServer2Go -> HTTP Server 2 Go.
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_LONGEST = 60

_KEYWORDS = frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) - {"type"}
# Names that generated modules use themselves.
_CLASS_RESERVED = frozenset(dir(builtins)) | {
    "Annotated",
    "Any",
    "BaseModel",
    "CommaJoined",
    "ConfigDict",
    "Day",
    "Field",
    "File",
    "Literal",
    "Model",
    "RootModel",
    "Inbound",
    "SignedInbound",
    "StatusInbound",
    "Timestamp",
}
_FIELD_RESERVED = (
    frozenset(name for name in dir(BaseModel) if not name.startswith("__"))
    | {
        "read",
        "parse",
        "parse_unverified",
        "inbound_id",
        "inbound_secret",
        "inbound_status",
        "inbound_life_cycle",
        "delivery_key",
        "kept",
        "revived",
    }
    | {"str", "int", "float", "bool", "bytes", "list", "dict", "self", "cls"}
)
# Names that stand in the body of a method, or mean something as its argument.
_ARGUMENT_RESERVED = frozenset(
    {"self", "body", "media_type", "deadline", "models", "errors", "raw", "checks", "results", "call_one"}
)
# Names that annotations within the class mention: a method called `list` would hide the type from those below it.
_METHOD_RESERVED = frozenset({"close", "preview", "send_in_chunks", "models", "results", "overload", "staticmethod"}) | {
    "str", "int", "float", "bool", "bytes", "list", "dict", "tuple", "datetime", "isinstance", "super",
}  # fmt: skip


def words(text: str) -> list[str]:
    """The ASCII words of any text; other letters lose their marks, or are left out."""
    plain = (
        unicodedata.normalize("NFKD", text.replace("'", "").replace("\u2019", "")).encode("ascii", "ignore").decode()
    )
    return _WORDS.findall(plain)


def pascal(text: str, fallback: str) -> str:
    """A class name, free of what generated modules use."""
    name = "".join(word if word.isupper() and len(word) > 1 else word.capitalize() for word in words(text))[:_LONGEST]
    name = name or fallback
    name = name if not name[0].isdigit() else f"N{name}"
    return f"{name}Model" if name in _CLASS_RESERVED or keyword.iskeyword(name) else name


def _snake(text: str, fallback: str, reserved: Iterable[str]) -> str:
    name = "_".join(word.lower() for word in words(text))[:_LONGEST].strip("_") or fallback
    name = name if not name[0].isdigit() else f"{fallback}_{name}"
    return f"{name}_" if name in _KEYWORDS or name in reserved else name


def field(text: str) -> str:
    """A model's attribute."""
    return _snake(text, "field", _FIELD_RESERVED)


def argument(text: str) -> str:
    """A method's argument."""
    return _snake(text, "value", _ARGUMENT_RESERVED)


def method(text: str) -> str:
    """A client's method."""
    return _snake(text, "call", _METHOD_RESERVED)


def constant(text: str) -> str:
    """A module's constant."""
    return _snake(text, "value", ()).upper().strip("_") or "VALUE"


def is_token(name: str) -> bool:
    """Whether a header or cookie may be called so (RFC 9110 section 5.6.2)."""
    return bool(name) and all(c.isascii() and (c.isalnum() or c in "!#$%&'*+-.^_`|~") for c in name)


class Unique:
    """Hands out each name once; twins get a number, in the order of the document."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {name.casefold() for name in taken}

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._taken

    def __call__(self, name: str) -> str:
        candidate, number = name, 1
        while candidate.casefold() in self._taken:
            number += 1
            candidate = f"{name.rstrip('_')}_{number}" if name.islower() or "_" in name else f"{name}{number}"
        self._taken.add(candidate.casefold())
        return candidate
