"""Faults by name: every way in which this emulator can be wrong on request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from smsproof_conformance.emulator.faults import intelepeer_bulk as intelepeer_bulk
from smsproof_conformance.emulator.faults import intelepeer_delivery as intelepeer_delivery
from smsproof_conformance.emulator.faults import intelepeer_inbound as intelepeer_inbound
from smsproof_conformance.emulator.faults import intelepeer_send as intelepeer_send
from smsproof_conformance.emulator.faults import intelepeer_webhook as intelepeer_webhook
from smsproof_conformance.emulator.faults import messangi_batch as messangi_batch
from smsproof_conformance.emulator.faults import messangi_callback as messangi_callback
from smsproof_conformance.emulator.faults import messangi_send as messangi_send
from smsproof_conformance.emulator.faults import transport as transport
from smsproof_conformance.emulator.faults.fault import DECLARED, Fault
from smsproof_conformance.emulator.vendor import Vendor

FAULTS: Final[Mapping[str, Fault]] = MappingProxyType(dict(sorted(DECLARED.items())))


def faulty(right: type[Vendor], faults: Iterable[Fault]) -> type[Vendor]:
    """The class that is wrong in all of these ways at once; of two that meet in one seam the later acts first."""
    changes = [fault.change for fault in faults if fault.change is not None]
    if not changes:
        return right
    return type("Faulty" + right.__name__, (*reversed(changes), right), {})
