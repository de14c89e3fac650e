"""A curl line that repeats one recorded request: the token as an environment variable, everything else as it was."""

from __future__ import annotations

import shlex
from typing import Final

from smsproof_conformance.records.exchange import Request, header
from smsproof_conformance.targets.target import LONGER, OTHER_SCHEME, WRONG_BASIC, WRONG_TOKEN, Target, Token
from smsproof_spec.rules import printable

_MAX_BODY: Final = 64 * 1024


def curl(target: Target, request: Request) -> str:
    """One command for bash or zsh. Without options of its own curl would read `@name` in a body as a file, take [1-3]
    in a URL for a range, tidy `/../` away and add a Content-Type: none of that was in the request."""
    body = None if request.body is None else request.body[:_MAX_BODY]
    words = ["curl", "--include", "--globoff", "--path-as-is"]
    words += ["--head"] if request.method == "HEAD" else ["--request", _quoted(request.method.encode())]
    words += _authorization(target, request.token)
    for name, value in request.headers:
        words += ["--header", _quoted(f"{name}: {value}".encode() if value else f"{name};".encode())]
    if body is not None and header(request.headers, "Content-Type") is None:
        words += ["--header", "Content-Type:"]
    if body is not None and b"\0" not in body:
        words += ["--data-raw", _quoted(body)]
    elif body is not None:  # no argument of a program can hold a NUL
        words = ["printf", "%b", _octal(body), "|", *words, "--data-binary", "@-"]
    return " ".join([*words, _quoted((target.base_url + request.target).encode("utf-8", "surrogateescape"))])


def _authorization(target: Target, token: Token) -> list[str]:
    match token:
        case "good":
            words = f'"Authorization: Bearer ${target.token_env}"'
        case "no-scheme":
            words = f'"Authorization: ${target.token_env}"'
        case "other-scheme":
            words = f'"Authorization: {OTHER_SCHEME} ${target.token_env}"'
        case "longer":
            words = f'"Authorization: Bearer ${{{target.token_env}}}{LONGER}"'
        case "wrong-basic":
            words = shlex.quote(f"Authorization: {WRONG_BASIC}")
        case "expired":
            words = f'"Authorization: Bearer ${target.expired_token_env}"'
        case "wrong":
            words = shlex.quote(f"Authorization: Bearer {WRONG_TOKEN}")
        case "malformed":
            words = "'Authorization: Bearer'"
        case "missing":
            return []
    return ["--header", words]


def _quoted(data: bytes) -> str:
    """One shell word; what is no printable text in ANSI-C quoting, so that no byte is lost and none reaches a terminal."""
    text = data.decode("utf-8", "surrogateescape")
    if printable(text) == text:
        return shlex.quote(text)
    return "$'" + "".join(map(_escaped, data)) + "'"


def _escaped(byte: int) -> str:
    char = chr(byte)
    if char in "'\\":
        return f"\\{char}"
    return char if 0x20 <= byte < 0x7F else f"\\x{byte:02x}"


def _octal(data: bytes) -> str:
    return "'" + "".join(f"\\0{byte:03o}" for byte in data) + "'"
