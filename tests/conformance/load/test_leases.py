"""Leases: each send is given out once, whatever becomes of the worker that got it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from smsproof_conformance.load.leases import Leases


def test_sends_are_given_out_once_and_in_order() -> None:
    leases = Leases(5)
    assert [list(leases.issue(holder, 2)) for holder in ("a", "b", "a", "b")] == [[0, 1], [2, 3], [4], []]
    assert not leases.open


def test_what_a_lost_worker_had_is_given_to_nobody_else() -> None:
    leases = Leases(4)
    leases.issue("lost", 2)
    leases.settle(0)
    assert list(leases.issue("other", 9)) == [2, 3]
    assert leases.outstanding("lost") == {1}
    assert leases.holders == {"lost", "other"}


def test_an_outcome_that_comes_late_or_twice_counts_once() -> None:
    leases = Leases(2)
    leases.issue("a", 2)
    assert [leases.settle(1), leases.settle(1), leases.settle(7)] == [True, False, False]
    assert leases.outstanding() == {0}


def test_closed_leases_give_out_nothing_and_still_take_outcomes() -> None:
    leases = Leases(3)
    leases.issue("a", 1)
    leases.close()
    assert list(leases.issue("a", 1)) == []
    assert (leases.open, leases.issued, leases.settle(0)) == (False, 1, True)


@given(st.integers(0, 30), st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 7)), max_size=20), st.data())
def test_every_send_is_settled_outstanding_or_never_given_out(
    planned: int, wants: list[tuple[str, int]], data: st.DataObject
) -> None:
    leases = Leases(planned)
    given_out = [send for holder, count in wants for send in leases.issue(holder, count)]
    assert given_out == list(range(len(given_out)))
    settled = {send for send in given_out if data.draw(st.booleans())}
    for send in settled:
        assert leases.settle(send)
    assert len(settled) + len(leases.outstanding()) + (planned - leases.issued) == planned
