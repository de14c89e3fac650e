"""Who may send what: each send is given out once and never again, whatever becomes of the worker that got it.

A lease is a run of numbers. What its holder has not settled when the run ends is *indeterminate*: nobody knows whether
it left, so that nobody sends it a second time.
"""

from __future__ import annotations


class Leases:
    """The sends 0..planned-1, in order.

    A holder is never asked back: its sends stay its own, and their outcome is welcome even after it was thought lost.
    """

    def __init__(self, planned: int) -> None:
        self.planned = planned
        self.issued = 0
        self._closed = False
        self._holders: dict[int, str] = {}
        self._settled: set[int] = set()

    @property
    def open(self) -> bool:
        """Whether there is anything left to give out."""
        return not self._closed and self.issued < self.planned

    def issue(self, holder: str, count: int) -> range:
        """Give the next sends, at most `count`, to a worker; nothing once all are given out or the leases are closed."""
        if not self.open:
            return range(self.issued, self.issued)
        lease = range(self.issued, min(self.issued + count, self.planned))
        self._holders.update(dict.fromkeys(lease, holder))
        self.issued = lease.stop
        return lease

    def close(self) -> None:
        """Give out nothing more."""
        self._closed = True

    def settle(self, send: int) -> bool:
        """Note that the outcome of a send is known; whether it was not before. A message may arrive twice or late."""
        if send not in self._holders or send in self._settled:
            return False
        self._settled.add(send)
        return True

    def outstanding(self, holder: str | None = None) -> frozenset[int]:
        """Sends without an outcome: of one worker, or of all."""
        return frozenset(
            send for send, by in self._holders.items() if send not in self._settled and (holder is None or by == holder)
        )

    @property
    def holders(self) -> frozenset[str]:
        """Workers that have sends without an outcome."""
        return frozenset(self._holders[send] for send in self.outstanding())
