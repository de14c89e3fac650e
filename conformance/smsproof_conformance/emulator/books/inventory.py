"""The account's numbers: what it owns, what is enabled, where messages may not go.

The default inventory owns every number that stands on the account's side of an example in the vendor's pages, so that
each documented request works as pasted. Whatever is in no inventory is simply not ours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, cast

from smsproof_conformance.targets.declared_address import flaw
from smsproof_spec.rules import Role

PROVISIONING_STATES: Final = ("requested", "provisioning", "provisioned", "derequested", "deprovisioning", "error")
"""S1:153-161."""


class InventoryError(ValueError):
    """An inventory file that cannot be used. The text names file, entry and what to write instead."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the account.

    address    as its vendor writes it: +12191112222, 1-12345, 57-MyCompany; 12345, COMPANY
    enabled    False: owned, but not enabled for SMS (S1:50)
    state      of provisioning, one of the six of S1:153-161
    eu         True: served by the EU host only (S0:8)
    """

    address: str
    enabled: bool = True
    state: str = "provisioned"
    eu: bool = False


@dataclass(frozen=True)
class Inventory:
    """The numbers by address, and the destinations that cannot be reached (S0:51)."""

    numbers: Mapping[str, Number]
    blocked: frozenset[str] = frozenset()

    def get(self, address: str) -> Number | None:
        return self.numbers.get(address)

    def __iter__(self) -> Iterator[Number]:
        return iter(self.numbers.values())


def _inventory(numbers: Iterable[Number], blocked: Iterable[str] = ()) -> Inventory:
    return Inventory({number.address: number for number in numbers}, frozenset(blocked))


INTELEPEER: Final = _inventory(
    [
        # Long codes of S0:15, S0:29, S1:40, S1:73-84, S1:211.
        Number("+12191112222"),
        Number("+13031112222"),
        Number("+12161112222"),
        Number("+12161112223"),
        Number("+13038675309"),
        # Short codes of S0:22, S0:84, S1:203.
        Number("1-12345"),
        Number("1-98765"),
        Number("1-1234"),
        # Alphanumeric senders of S0:15, S0:36.
        Number("57-MyCompany"),
        Number("57-Hello8"),
        # None of the pages' numbers is European; this one is for who tests the EU host (Ofcom's drama range).
        Number("+447700900123", eu=True),
        # Owned and not usable: one number per provisioning state other than "provisioned".
        Number("+12165550199", enabled=False, state="derequested"),
        Number("+12165550191", enabled=False, state="requested"),
        Number("+12165550192", enabled=False, state="provisioning"),
        Number("+12165550194", enabled=False, state="deprovisioning"),
        Number("+12165550195", enabled=False, state="error"),
    ],
    blocked=["+99955501000"],
)

MESSANGI: Final = _inventory(
    [
        # S2:56, S2:629, S2:68.
        Number("12345"),
        Number("2222"),
        Number("COMPANY"),
        # The edges of "1 to 6 digits" and "7 digits and more" (S2:68).
        Number("1"),
        Number("999999"),
        Number("1234567"),
        Number("12165550100"),
        Number("+12165550100"),
    ]
)

DEFAULTS: Final[Mapping[str, Inventory]] = {"intelepeer": INTELEPEER, "messangi": MESSANGI}


def read_inventory(path: Path, vendor: str) -> Inventory:
    """Read the inventory of an account at `vendor` from a TOML file.

        blocked = ["+99955501000"]
        [[numbers]]
        address = "+12191112222"
        enabled = true          # optional, as are state = "provisioned" and eu = false

    raises InventoryError, naming the entry and the key.
    """
    if vendor not in DEFAULTS:
        raise InventoryError(f"There is no vendor {vendor!r}; known are {', '.join(DEFAULTS)}.")
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InventoryError(f"{path}: {error.strerror}. Give a TOML file with [[numbers]].") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InventoryError(f"{path}: not TOML: {error}") from error
    unknown = sorted(document.keys() - {"numbers", "blocked"})
    if unknown:
        raise InventoryError(f"{path}: unknown key {unknown[0]!r}. Known are numbers and blocked.")
    numbers = [_number(path, place, entry) for place, entry in enumerate(_list(path, document, "numbers"), 1)]
    blocked = _list(path, document, "blocked")
    if not all(isinstance(address, str) for address in blocked):
        raise InventoryError(f"{path}: blocked holds something that is not a string. Quote each number.")
    owned = {f"number {place}: address": number.address for place, number in enumerate(numbers, 1)}
    reached = {f"blocked[{place}]:": address for place, address in enumerate(cast("list[str]", blocked))}
    for addresses, role in ((owned, Role.SENDER), (reached, Role.DESTINATION)):
        for place, address in addresses.items():
            wrong = flaw(address, vendor, role)
            if wrong:
                raise InventoryError(f"{path}: {place} {wrong}")
    return _inventory(numbers, reached.values())


def _list(path: Path, document: dict[str, object], key: str) -> list[object]:
    value = document.get(key, [])
    if not isinstance(value, list):
        raise InventoryError(f"{path}: {key} must be a list.")
    return cast("list[object]", value)


_NUMBER_KEYS: Final = {entry.name: type_ for entry, type_ in zip(fields(Number), (str, bool, str, bool), strict=True)}


def _number(path: Path, place: int, entry: object) -> Number:
    if not isinstance(entry, dict):
        raise InventoryError(f'{path}: number {place} is not a table. Write [[numbers]] and address = "…" below it.')
    table = cast("dict[str, object]", entry)
    for key, value in table.items():
        if key not in _NUMBER_KEYS:
            raise InventoryError(f"{path}: number {place}: unknown key {key!r}. Known are {', '.join(_NUMBER_KEYS)}.")
        if not isinstance(value, _NUMBER_KEYS[key]):
            raise InventoryError(f"{path}: number {place}: {key} must be a {_NUMBER_KEYS[key].__name__}.")
    if "address" not in table:
        raise InventoryError(f"{path}: number {place} has no address.")
    number = Number(**table)  # type: ignore[arg-type]  # keys and types were checked one by one above
    if number.state not in PROVISIONING_STATES:
        raise InventoryError(
            f"{path}: number {place}: state {number.state!r} is none of {', '.join(PROVISIONING_STATES)}."
        )
    return number
