"""The desk: one emulated vendor with its account and the faults that are on, apart from any way to reach it."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Final

from smsproof_conformance.emulator.account import Account, Setup
from smsproof_conformance.emulator.clock import Clock
from smsproof_conformance.emulator.faults import FAULTS, faulty
from smsproof_conformance.emulator.faults.fault import Fault
from smsproof_conformance.emulator.faults.toxic import Toxic
from smsproof_conformance.emulator.faults.transport import down
from smsproof_conformance.emulator.vendors.intelepeer import IntelePeer
from smsproof_conformance.emulator.vendors.lenient import LenientIntelePeer, LenientMessangi
from smsproof_conformance.emulator.vendors.messangi import Messangi
from smsproof_conformance.emulator.vendors.vendor import Vendor

STRICT: Final[Mapping[str, type[Vendor]]] = {"intelepeer": IntelePeer, "messangi": Messangi}
LENIENT: Final[Mapping[str, type[Vendor]]] = {"intelepeer": LenientIntelePeer, "messangi": LenientMessangi}


class UnknownName(ValueError):
    """A vendor or a fault that does not exist. The text names the nearest one that does, and where all of them stand."""

    def __init__(self, what: str, name: str, known: Iterable[str], listed: str) -> None:
        nearest = difflib.get_close_matches(name, list(known), n=1, cutoff=0.0)
        hint = f"The nearest is {nearest[0]!r}" if nearest else "Name one"
        super().__init__(f"There is no {what} {name!r}. {hint}; {listed}.")
        self.name = name
        self.nearest = nearest[0] if nearest else None


class Desk:
    """One emulated vendor.

    account  its state
    vendor   what answers for it now: right, or wrong in the ways of `faults`
    """

    account: Account
    vendor: Vendor

    def __init__(
        self, vendor: str, faults: Iterable[str] = (), setup: Setup | None = None, clock: Clock | None = None
    ) -> None:
        """Raises UnknownName; StoreError for a store that cannot be used."""
        if vendor not in STRICT:
            raise UnknownName("vendor", vendor, STRICT, f"there are {' and '.join(STRICT)}")
        self.setup = setup or Setup()
        self._right = (LENIENT if self.setup.lenient else STRICT)[vendor]
        self._adjust: Callable[[], Awaitable[None]] = _nothing
        self.account = Account(vendor, self.setup, clock)
        self.use_faults(faults)

    @property
    def hosts(self) -> frozenset[str]:
        """The real vendor's own host names."""
        return self._right.hosts

    def use_faults(self, names: Iterable[str]) -> None:
        """Be wrong in exactly these ways from now on; right again without any.

        raises  UnknownName, for a fault of the other vendor too; nothing changes then.
        """
        chosen = tuple(self._fault(name) for name in dict.fromkeys(names))
        self.faults = chosen
        self.toxics: tuple[Toxic, ...] = tuple(fault.toxic for fault in chosen if fault.toxic is not None)
        self.vendor = faulty(self._right, chosen)(self.account)
        self.account.courier.serve(self.vendor)

    async def switch_faults(self, names: Iterable[str]) -> None:
        """The same while it is served; returns when whoever serves it has done its part. Raises UnknownName."""
        self.use_faults(names)
        await self._adjust()

    def on_switch(self, adjust: Callable[[], Awaitable[None]]) -> None:
        """Let `adjust` do what whoever serves this desk must do when the faults have changed."""
        self._adjust = adjust

    @property
    def is_down(self) -> bool:
        """Whether the vendor's port is to be closed."""
        return down in self.toxics

    async def renew(self) -> None:
        """As new: no message, webhook, fault, script or token of its own, the clock at real time. A store is emptied."""
        self.account.reset()
        self.account.close()
        self.account = Account(self.account.vendor, self.setup)
        await self.switch_faults(())

    def _fault(self, name: str) -> Fault:
        fault = FAULTS.get(name)
        if fault is None or self.account.vendor not in fault.vendors:
            ours = [known.name for known in FAULTS.values() if self.account.vendor in known.vendors]
            listed = f"`smsproof faults {self.account.vendor} --list` shows all of them"
            raise UnknownName(f"fault of {self.account.vendor}", name, ours, listed)
        return fault


async def _nothing() -> None:
    pass
