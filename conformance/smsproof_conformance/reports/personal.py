"""What in a run is personal: the addresses and texts that it declared, sent, got and heard of.

By key where a body is JSON or looks like it, by its place where it is an address of somebody's webhook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

from smsproof_conformance.records.exchange import is_array, is_object
from smsproof_conformance.records.record import Record
from smsproof_conformance.targets.target import is_loopback
from smsproof_spec import contract as contracts
from smsproof_spec.rules import Malformed, strict_json

# Beside the keys that a contract marks (x-sms-address, x-sms-text, x-sms-secret): what else either vendor's bodies say
# about a person, the page's own misspelling of a key (AMB-MS-01), and names that a foreign server may invent.
_MORE_NUMBERS: Final = frozenset({"to:", "msisdn", "number", "phone", "phonenumber", "numbers"})
_MORE_WORDS: Final = frozenset({"params", "email", "owner", "operator", "username", "signature", "content"})
# In an error this key holds the server's words, in a message somebody's: there it stands beside who sent it to whom.
_WORDS_IN_MESSAGE: Final = frozenset({"message"})
_OF_MESSAGE: Final = frozenset({"from", "to"})

DELIVERY: Final = "delivery"  # what a receiver is sent, in place of an operation of the vendor

URL: Final = re.compile(r"https?://(?:(?!,https?://)[^\s\"'<>\\])+", re.IGNORECASE)
# What is no JSON may still be read by somebody: cut off, with a key twice, or a form.
MEMBER: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:\s*)("(?:[^"\\]|\\.)*"?|[0-9]+|\[[^\]]*)')
STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"?')


class Kind(Enum):
    """What a telling key holds."""

    NUMBER = "number"
    WORDS = "words"


@dataclass(frozen=True)
class Keys:
    """Which keys of a body hold addresses and which hold words, in lower case."""

    numbers: frozenset[str]
    words: frozenset[str]


@cache
def keys() -> Keys:
    """The keys of every vendor that has a contract."""
    numbers, words = set(_MORE_NUMBERS), set(_MORE_WORDS)
    for vendor in contracts.VENDORS:
        for name, schema in _properties(contracts.load(vendor).document):
            marks: set[str] = {*schema, *(schema.get("items") or {})}
            if "x-sms-address" in marks:
                numbers.add(name.lower())
            elif "x-sms-text" in marks or "x-sms-secret" in marks:
                words.add(name.lower())
    return Keys(frozenset(numbers), frozenset(words - _WORDS_IN_MESSAGE))


def personal_values(record: Record) -> Iterator[tuple[Kind, str]]:
    """Every address and text in a run: declared, sent, received, and told by a control API."""
    declared = record.target.numbers
    for numbers in (declared.long_codes, declared.short_codes, declared.alphanumerics, declared.destinations):
        yield from ((Kind.NUMBER, number) for number in numbers)
    for number in (declared.foreign, declared.blocked_destination, declared.not_enabled):
        if number is not None:
            yield Kind.NUMBER, number
    for exchange in record.exchanges:
        yield from _in_query(exchange.request.target)
        if (
            exchange.request.operation == DELIVERY
        ):  # the customer's own webhook: any part of its query may be a password
            yield from ((Kind.WORDS, value) for value in query_values(exchange.request.target.partition("?")[2]))
        yield from _in_body(exchange.request.body)
        yield from _in_body(exchange.answer.body if exchange.answer else None)
    for arrival in record.arrivals:
        yield from _in_body(arrival.body)
    for notes in record.notes.values():
        yield from _in_json(dict(notes), None)


def query_values(query: str) -> Iterator[str]:
    for parameter in query.split("&"):
        yield unquote(parameter.partition("=")[2] or parameter)


def _in_query(target: str) -> Iterator[tuple[Kind, str]]:
    for parameter in target.partition("?")[2].split("&"):
        name, _, value = parameter.partition("=")
        if kind := kind_of(unquote(name), in_message=True):
            yield kind, unquote(value)


def _in_body(body: bytes | None) -> Iterator[tuple[Kind, str]]:
    if not body:
        return
    value = strict_json(body)
    if not isinstance(value, Malformed):
        yield from _in_json(value, None)
        return
    for found in MEMBER.finditer(body.decode("utf-8", "surrogateescape")):
        if kind := kind_of(found[1], in_message=True):
            strings = STRING.findall(found[3]) if found[3][0] in '"[' else [found[3]]
            yield from ((kind, string) for string in strings)


def _in_json(value: Any, kind: Kind | None) -> Iterator[tuple[Kind, str]]:
    if is_object(value):
        message = is_message(value)
        for name, item in value.items():
            yield from _in_json(item, kind_of(name, in_message=message) or (kind if kind is Kind.WORDS else None))
    elif is_array(value):
        for item in value:
            yield from _in_json(item, kind)
    elif kind is not None and value is not None and not isinstance(value, bool):
        yield kind, str(value)
    elif isinstance(value, str) and "://" in value:
        for found in URL.findall(value):
            yield from _in_url(found)


def _in_url(url: str) -> Iterator[tuple[Kind, str]]:
    """What may be a password in an address that is not ours: user, password, values of its query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    if not is_loopback(url):
        hidden = [parts.username, parts.password, *query_values(parts.query)]
        yield from ((Kind.WORDS, value) for value in hidden if value)


def kind_of(name: str, *, in_message: bool) -> Kind | None:
    key = name.lower()
    if key in keys().numbers:
        return Kind.NUMBER
    if key in keys().words or (in_message and key in _WORDS_IN_MESSAGE):
        return Kind.WORDS
    return None


def is_message(owner: dict[str, Any]) -> bool:
    return any(name.lower() in _OF_MESSAGE for name in owner)


def _properties(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every named property of every schema in a document, and every named parameter."""
    if is_object(node):
        for name, schema in cast("dict[str, Any]", node.get("properties") or {}).items():
            if is_object(schema):
                yield name, schema
        if isinstance(node.get("name"), str) and is_object(node.get("schema")):
            yield node["name"], node["schema"]
        for item in node.values():
            yield from _properties(item)
    elif is_array(node):
        for item in node:
            yield from _properties(item)
