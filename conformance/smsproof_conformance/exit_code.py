"""How a command ends: the public exit codes and which one wins when several hold.

Source: the project's reliability notes, section B.3; order as decided in the architecture ("Words used everywhere").
"""

from collections.abc import Iterable
from enum import IntEnum


class ExitCode(IntEnum):
    """One number per way to end; documented as public interface in the README."""

    CONFORMANT = 0
    CONTRACT_FAILURES = 1
    USAGE = 2
    INTERNAL = 3
    UNREACHABLE = 4
    NOTHING_SELECTED = 5
    SAFETY_LIMIT = 6
    INDETERMINATE = 7
    INTERRUPTED = 130
    TERMINATED = 143


_PRECEDENCE = (
    ExitCode.INTERRUPTED,
    ExitCode.TERMINATED,
    ExitCode.INTERNAL,
    ExitCode.USAGE,
    ExitCode.SAFETY_LIMIT,
    ExitCode.CONTRACT_FAILURES,
    ExitCode.UNREACHABLE,
    ExitCode.INDETERMINATE,
    ExitCode.NOTHING_SELECTED,
)


def strongest(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that a command exits with when all of `codes` hold; CONFORMANT when none does."""
    held = set(codes)
    return next((code for code in _PRECEDENCE if code in held), ExitCode.CONFORMANT)
