"""What became of a request: one reading of answers for both vendors, every judge and the fuzz phase.

No page speaks of rate limits, of a largest request, or of a server that has a bad moment, and none forbids them
(AMB-IP-39, AMB-MS-53). Such an answer says nothing about the request: it is neither taken nor refused, and what the
request was to show is then unknown. A server error that does not say so itself (500) may be of the request or of the
moment: `server_error` says how that is told. One that stays is an answer like any other.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

_BUSY: Final = frozenset({408, 413, 425, 429, 502, 503, 504})
_NEVER_PASSING: Final = frozenset({501, 505})  # no such method, no such version of HTTP: so it will be tomorrow


class Outcome(StrEnum):
    """What became of a request, or of one item of a list."""

    TAKEN = "taken"
    IN_ERROR = "in error"  # a success by its status whose body says that nothing was taken
    REFUSED = "refused"
    BUSY = "busy"  # a limit or a bad moment: nothing follows for the request
    UNREADABLE = "unreadable"  # a success by its status that says nothing else: judges of the answer speak of it
    ELSEWHERE = "elsewhere"  # a redirect: nothing was taken, and nobody follows
    UNANSWERED = "unanswered"


def of_status(status: int | None, *, stays: bool = False) -> Outcome:
    """What an HTTP status says.

    stays    whether a server error is known to be of the request and not of the moment.
    """
    if status is None:
        return Outcome.UNANSWERED
    if status in _BUSY or may_pass(status) and not stays:
        return Outcome.BUSY
    if 200 <= status < 300:
        return Outcome.TAKEN
    return Outcome.ELSEWHERE if status < 400 else Outcome.REFUSED


def of_item(code: int | None) -> Outcome:
    """What the code of one item of a 207 says. Nobody can ask an item again: a server error is unknown there."""
    return of_status(code)


def may_pass(status: int | None) -> bool:
    """Whether a status alone cannot tell a server error of the request from one of the moment."""
    return status is not None and 500 <= status < 600 and status not in _BUSY | _NEVER_PASSING
