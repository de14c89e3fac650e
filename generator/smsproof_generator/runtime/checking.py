"""Rules that can be held before anything leaves: addresses, fields that need each other, placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from smsproof_spec.rules import AddressError, Role, check

from .errors import InvalidAddress, InvalidRequest
from .shape import is_listing

_ROLES = {role.value: role for role in Role}
_SENDER = Role.SENDER.value
_PLACEHOLDER = re.compile(r"\{([0-9]{1,3})\}")


@lru_cache(maxsize=64)
def _check_sender(address: str, vendor: str) -> None:
    # Programs have few senders and send much from each; destinations are many. What raises is not remembered.
    check(address, vendor, Role.SENDER)


def check_address(address: object, vendor: str, role: str, place: str, index: int | None = None) -> None:
    """Raise InvalidAddress unless the vendor takes this address in this role."""
    if not isinstance(address, str):
        raise InvalidAddress(place, "not-text", "an address as text", index=index)
    try:
        if role == _SENDER:
            _check_sender(address, vendor)
        else:
            check(address, vendor, _ROLES[role])
    except AddressError as error:
        raise InvalidAddress(place, error.reason, f"{error.expected}; got {address!r}", index=index) from error


@dataclass(frozen=True, slots=True)
class Address:
    """What a contract asks of one address: a vendor's form for a role.

    vendor   whose forms of addresses hold
    """

    vendor: str
    role: str

    def __call__(self, value: object, place: str) -> None:
        """Raise InvalidAddress unless the vendor takes this address in this role."""
        check_address(value, self.vendor, self.role, place)


@dataclass(frozen=True, slots=True)
class Checks:
    """What a contract asks of one kind of body.

    vendor      whose forms of addresses hold
    addresses   paths of attribute names ("*" is each item of a list), each with its role
    requires    (field, other field, value): a field that is given needs the other to have that value
    text        the field that holds the text, or None
    recipients  the field that lists recipients with values for the text, or None
    values      the field of a recipient that holds them
    """

    vendor: str
    addresses: tuple[tuple[tuple[str, ...], str], ...] = ()
    requires: tuple[tuple[str, str, bool | str | int], ...] = ()
    text: str | None = None
    recipients: str | None = None
    values: str | None = None

    def __call__(self, body: Any, *, index: int | None = None, addresses: bool = True) -> None:
        """Raise InvalidRequest or InvalidAddress for the first rule that is broken; addresses come last."""
        for field, other, value in self.requires:
            given = getattr(body, field)
            if given and getattr(body, other) != value:
                raise InvalidRequest(
                    other, f"must be {value!r} when {field} is given", f"{other}={value!r}, or no {field}", index=index
                )
        if self.text is not None and not (text := getattr(body, self.text)).isascii():
            _encodable(text, self.text, index)
        if self.values is not None and self.text is not None and self.recipients is not None:
            template = getattr(body, self.text)
            for at, recipient in enumerate(getattr(body, self.recipients) or ()):
                place = f"{self.recipients}[{at}].{self.values}"
                _filled(template, getattr(recipient, self.values) or (), place, index)
        for path, role in self.addresses if addresses else ():
            if len(path) == 1:
                # Most messages: no walk for a field of their own.
                address = getattr(body, path[0])
                if address is not None:
                    check_address(address, self.vendor, role, path[0], index)
                continue
            for place, address in _walk(body, path, ""):
                check_address(address, self.vendor, role, place, index)

    def texts(self, body: Any) -> list[str]:
        """The texts that handsets will get: one, or one for each recipient of a template."""
        if self.text is None:
            return []
        template: str = getattr(body, self.text)
        if self.recipients is None or self.values is None:
            return [template]
        return [
            _filled(template, getattr(recipient, self.values) or (), f"{self.recipients}[{at}].{self.values}", None)
            for at, recipient in enumerate(getattr(body, self.recipients) or ())
        ]


def _encodable(text: str, place: str, index: int | None) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        expected = f"whole characters; at {error.start} stands half of one"
        raise InvalidRequest(place, "lone-surrogate", expected, index=index) from None


def _walk(value: Any, path: tuple[str, ...], place: str) -> Iterator[tuple[str, object]]:
    if not path:
        yield place, value
    elif path[0] == "*":
        if is_listing(value):
            for at, item in enumerate(value):
                yield from _walk(item, path[1:], f"{place}[{at}]")
    else:
        inner = getattr(value, path[0], None)
        if inner is not None:
            yield from _walk(inner, path[1:], f"{place}.{path[0]}" if place else path[0])


def _filled(template: str, values: Sequence[object], place: str, index: int | None) -> str:
    """A template with `{0}`, `{1}`, ... replaced; nothing else in it means anything (never `str.format`).

    A number goes in as it is written on the wire. There is no escape, and no other brace is touched (AMB-MS-15).
    """

    def value(match: re.Match[str]) -> str:
        at = int(match[1])
        if at >= len(values):
            raise InvalidRequest(
                place, f"no value for {match[0]}", f"at least {at + 1} values, {len(values)} are given", index=index
            )
        return str(values[at])

    return _PLACEHOLDER.sub(value, template)
