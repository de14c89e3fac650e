"""Whether somebody may pay for what a run sends: anywhere but at a target that has proved to be a test system."""

from __future__ import annotations

from smsproof_conformance.targets.target import Target
from smsproof_conformance.wire.peer import Steering


class Charging:
    """Asked once, when it first matters.

    control    the target's control API, which no live vendor has; None where none is declared.
    meant      whether the owner said that sending may cost something: --live, or a budget.
    """

    def __init__(self, target: Target, control: Steering | None, *, meant: bool) -> None:
        self._control = control if target.on_loopback and not meant else None
        self._possible: bool | None = None

    async def is_possible(self) -> bool:
        """False where a declared control API answers as one: it shows its outbox, or settles."""
        if self._possible is None:
            self._possible = self._control is None or not await _answers(self._control)
        return self._possible


async def _answers(control: Steering) -> bool:
    return await control.outbox() is not None or await control.settle()
