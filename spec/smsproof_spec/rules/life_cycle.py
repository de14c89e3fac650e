"""The states that a message or a number goes through.

Both lists are open in practice (AMB-MS-32, AMB-IP-27): an unknown state is not final and forbids nothing.
"""

from collections.abc import Mapping
from types import MappingProxyType

from .record import Record


class LifeCycle(Record):
    """One vendor's states.

    states      every documented state, in the page's order.
    final       states after which nothing more is expected.
    succeeded   the final states that mean success.
    rank        how far along a state is: it may stay or grow, never fall, in an orderly stream.
    moves       (earlier, later) pairs that are orderly; a state may always repeat itself.
    source      page and lines.
    """

    states: tuple[str, ...]
    final: frozenset[str]
    succeeded: frozenset[str]
    rank: Mapping[str, int]
    moves: frozenset[tuple[str, str]]
    source: str

    def is_final(self, state: str) -> bool:
        return state in self.final

    def may_follow(self, earlier: str, later: str) -> bool:
        """Whether `later` is orderly after `earlier`; whatever is not documented is."""
        if earlier == later or earlier not in self.rank or later not in self.rank:
            return True
        return (earlier, later) in self.moves


def _ranked(states: Mapping[str, int], final: frozenset[str], succeeded: frozenset[str], source: str) -> LifeCycle:
    """A life cycle whose moves are all those that do not go back and do not leave a final state."""
    moves = frozenset(
        (a, b) for a in states for b in states if a != b and a not in final and (b in final or states[a] <= states[b])
    )
    return LifeCycle(tuple(states), final, succeeded, MappingProxyType(dict(states)), moves, source)


# The values are the page's; which of them is final is our reading (MS-STATUS-01..16, class column).
_MESSANGI = {
    "DELIVRD": 3,
    "EXPIRED": 3,
    "DELETED": 3,
    "UNDELIV": 3,
    "ACCEPTD": 2,
    "UNKNOWN": 3,
    "REJECTD": 3,
    "INVALID_ROUTING": 3,
    "CODE_NOT_ALLOWED": 3,
    "BLACKLISTED": 3,
    "QUEUE": 0,
    "DEQUEUED": 1,
    "SENT": 2,
    "ERROR": 3,
    "ENROUTE": 2,
    "SEGMENTS_EXCEEDED": 3,
}

# The six values are the page's; their order follows from their names (P-IP-6) and is an assumption.
_PROVISIONING_MOVES = frozenset(
    {
        ("requested", "provisioning"),
        ("requested", "provisioned"),
        ("requested", "error"),
        ("provisioning", "provisioned"),
        ("provisioning", "error"),
        ("provisioned", "derequested"),
        ("provisioned", "error"),
        ("derequested", "deprovisioning"),
        ("derequested", "error"),
        ("deprovisioning", "requested"),
        ("deprovisioning", "error"),
        ("error", "requested"),
        ("error", "derequested"),
    }
)

LIFE_CYCLES: Mapping[str, LifeCycle] = MappingProxyType(
    {
        "messangi-status": _ranked(
            _MESSANGI,
            frozenset(state for state, rank in _MESSANGI.items() if rank == 3),
            frozenset({"DELIVRD"}),
            "S2:108-140",
        ),
        "intelepeer-provisioning": LifeCycle(
            ("requested", "provisioning", "provisioned", "derequested", "deprovisioning", "error"),
            frozenset({"provisioned", "error"}),
            frozenset({"provisioned"}),
            MappingProxyType(
                {
                    "requested": 0,
                    "provisioning": 1,
                    "provisioned": 2,
                    "error": 2,
                    "derequested": 3,
                    "deprovisioning": 4,
                }
            ),
            _PROVISIONING_MOVES,
            "S1:153-161",
        ),
    }
)
