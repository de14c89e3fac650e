"""What a fault is, and how one is declared: a class that overrides a seam of the right vendor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from smsproof_conformance.emulator.exchange import Body, is_object
from smsproof_conformance.emulator.faults.toxic import Toxic
from smsproof_conformance.emulator.vendors.vendor import Vendor


class Kind(StrEnum):
    CONTRACT = "contract"
    """Breaks requirements: a case must find it."""
    TRANSPORT = "transport"
    """Breaks the connection or the bytes: ends in a named verdict, never in a finding about the contract."""
    HARMLESS = "harmless"
    """Slow, oddly cut, or another reading that the decisions leave free, and right all the same: must end in PASS."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to be wrong, by name.

    vendors  who can have it: one for a contract fault, both for a fault of the transport
    breaks   ids of the requirements that an outside observer sees broken
    summary  one line; detail: one more
    change   the class that overrides the right vendor's seams; None for a fault of the transport
    toxic    what a fault of the transport does to the bytes of an answer
    """

    name: str
    vendors: tuple[str, ...]
    kind: Kind
    breaks: tuple[str, ...]
    summary: str
    detail: str
    change: type[Vendor] | None = None
    toxic: Toxic | None = None

    @property
    def vendor(self) -> str | None:
        """The one vendor that can have it; None when both can."""
        return self.vendors[0] if len(self.vendors) == 1 else None


DECLARED: Final[dict[str, Fault]] = {}
"""Filled as the modules of this package are imported."""

AnyVendor = TypeVar("AnyVendor", bound=type[Vendor])


def declare(fault: Fault) -> None:
    if fault.name in DECLARED:
        raise ValueError(f"two faults are called {fault.name!r}")
    DECLARED[fault.name] = fault


def fault(name: str, *breaks: str) -> Callable[[AnyVendor], AnyVendor]:
    """Declare the decorated class as a contract fault of its vendor. Its docstring is summary, blank line, detail."""

    return _declaring(name, Kind.CONTRACT, breaks)


def reading(name: str) -> Callable[[AnyVendor], AnyVendor]:
    """Declare the decorated class as another reading of the pages, one that no judge may hold against a vendor."""
    return _declaring(name, Kind.HARMLESS, ())


def _declaring(name: str, kind: Kind, breaks: tuple[str, ...]) -> Callable[[AnyVendor], AnyVendor]:
    def register(change: AnyVendor) -> AnyVendor:
        summary, _, detail = (change.__doc__ or "").partition("\n\n")
        declare(Fault(name, (change.name,), kind, breaks, summary.strip(), " ".join(detail.split()), change))
        return change

    return register


def filled(value: object, key: str, default: object) -> object:
    """`value`, if it is an object without `key`, with the key put in; anything else as it is."""
    if is_object(value) and key not in value:
        return {**value, key: default}
    return value


def stringified(value: object, key: str, default: str) -> object:
    """`value`, if it is an object whose `key` is there and no string, with a string in its place."""
    if is_object(value):
        fields = value
        if key in fields and not isinstance(fields[key], str):
            return {**fields, key: default}
    return value


def without(body: Body, *keys: str) -> Body:
    """A copy of `body` that lacks some keys."""
    return {key: value for key, value in body.items() if key not in keys}
