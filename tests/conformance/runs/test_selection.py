"""Which cases a pattern means: by id and by requirement, in whatever case it is typed."""

from __future__ import annotations

import pytest

from smsproof_conformance.case import cases
from smsproof_conformance.runs.selection import NothingSelected, select

CASES = cases("intelepeer")


@pytest.mark.parametrize("pattern", ["IP-BULK-*", "ip-bulk-*", "IP-BULK-??", "IP-BUL[K]-*"])
def test_a_pattern_of_requirements_means_every_case_that_observes_one(pattern: str) -> None:
    expected = [case.id for case in CASES.values() if any(name.startswith("IP-BULK-") for name in case.observes)]
    assert [case.id for case in select(CASES, [pattern])] == expected
    assert len(expected) > 1


def test_one_requirement_means_the_cases_that_observe_it() -> None:
    expected = [case.id for case in CASES.values() if "IP-SEND-10" in case.observes]
    assert [case.id for case in select(CASES, ["ip-send-10"])] == expected
    assert expected


def test_a_pattern_of_ids_does_not_mind_upper_case() -> None:
    chosen = select(CASES, ["Single-Send/*"])
    assert chosen
    assert {case.id.partition("/")[0] for case in chosen} == {"single-send"}


@pytest.mark.parametrize(
    ("pattern", "nearest"), [("bulk-send/oder-kept", "bulk-send/order-kept"), ("IP-SEMD-10", "IP-SEND-10")]
)
def test_a_pattern_that_matches_nothing_is_told_the_nearest_name(pattern: str, nearest: str) -> None:
    with pytest.raises(NothingSelected, match=f"The nearest id is {nearest}"):
        select(CASES, [pattern])
