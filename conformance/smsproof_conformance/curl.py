"""A curl line that repeats one recorded request: the token as an environment variable, everything else as it was."""

from __future__ import annotations

import shlex

from smsproof_conformance.exchange import Request
from smsproof_conformance.target import Target, Token

_MAX_BODY = 64 * 1024


def curl(target: Target, request: Request) -> str:
    """One shell command; numbers and texts are readable here and nowhere else in a report."""
    words = ["curl", "--include", "--request", request.method]
    line = " ".join(shlex.quote(word) for word in words)
    authorization = _authorization(target, request.token)
    if authorization:
        line += f" --header {authorization}"
    for name, value in request.headers:
        line += f" --header {shlex.quote(f'{name}: {value}')}"
    if request.body is not None:
        line += f" --data-binary {_quoted(request.body[:_MAX_BODY])}"
    return f"{line} {shlex.quote(target.base_url + request.target)}"


def _authorization(target: Target, token: Token) -> str:
    match token:
        case "good":
            return f'"Authorization: Bearer ${target.token_env}"'
        case "no-scheme":
            return f'"Authorization: ${target.token_env}"'
        case "expired":
            return f'"Authorization: Bearer ${target.expired_token_env}"'
        case "wrong":
            return "'Authorization: Bearer smsproof-token-nobody-issued'"
        case "malformed":
            return "'Authorization: Bearer'"
        case "missing":
            return ""


def _quoted(body: bytes) -> str:
    """The body as one shell word; bytes that are no printable text in ANSI-C quoting, so that none is lost."""
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        text = ""
    if text.isprintable() and text:
        return shlex.quote(text)
    return "$'" + "".join(_escaped(byte) for byte in body) + "'"


def _escaped(byte: int) -> str:
    char = chr(byte)
    if char in "'\\":
        return f"\\{char}"
    return char if 0x20 <= byte < 0x7F else f"\\x{byte:02x}"
