"""Faults by name: every way in which this emulator can be wrong on request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from smsproof_conformance.emulator.faults import intelepeer as intelepeer
from smsproof_conformance.emulator.faults import messangi as messangi
from smsproof_conformance.emulator.faults import transport as transport
from smsproof_conformance.emulator.faults.fault import DECLARED
from smsproof_conformance.emulator.faults.fault import Fault as Fault
from smsproof_conformance.emulator.vendors.vendor import Vendor

FAULTS: Final[Mapping[str, Fault]] = MappingProxyType(dict(sorted(DECLARED.items())))


def faulty(right: type[Vendor], faults: Iterable[Fault]) -> type[Vendor]:
    """The class that is wrong in all of these ways at once; of two that meet in one seam the later acts first."""
    changes = [fault.change for fault in faults if fault.change is not None]
    if not changes:
        return right
    return type("Faulty" + right.__name__, (*reversed(changes), right), {})
