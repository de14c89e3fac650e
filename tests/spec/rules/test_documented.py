"""The vendors' own counting: tables 4A and 4B of the vendor contracts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsproof_spec.rules import LIMITS, documented_differs, documented_segments, measure, numparts
from tests.spec.rules.strategies import texts


@pytest.mark.parametrize(
    ("text", "documented", "standard"),
    [
        ("", 1, 1),
        ("a" * 160, 1, 1),
        ("a" * 161, 2, 2),
        ("a" * 306, 2, 2),
        ("a" * 307, 2, 3),
        ("a" * 320, 2, 3),
        ("a" * 321, 3, 3),
        ("a" * 1530, 10, 10),
        ("a" * 1600, 10, 11),
        ("a" * 1601, 11, 11),
        ("\u00e7" * 70, 1, 1),
        ("\u00e7" * 71, 2, 2),
        ("\u00e7" * 135, 2, 3),
        ("\u00e7" * 141, 3, 3),
        ("\u00e7" * 700, 10, 11),
        ("\u00e7" * 1600, 23, 24),
        ("[" * 80, 1, 1),
        ("a" * 149 + "\U0001f600", 3, 3),
    ],
)
def test_the_page_counts_without_headers(text: str, documented: int, standard: int) -> None:
    assert documented_segments(text) == documented
    assert measure(text).segments == numparts(text) == standard


def test_the_ranges_where_the_counts_differ_are_those_of_the_table() -> None:
    assert documented_differs("gsm7", 1600) == (
        (307, 320), (460, 480), (613, 640), (766, 800), (919, 960), (1072, 1120), (1225, 1280), (1378, 1440),
        (1531, 1600),
    )  # fmt: skip
    assert documented_differs("ucs2", 700) == (
        (135, 140), (202, 210), (269, 280), (336, 350), (403, 420), (470, 490), (537, 560), (604, 630), (671, 700),
    )  # fmt: skip


@given(st.integers(0, 20_000))
def test_a_length_is_in_a_range_exactly_if_the_counts_differ(length: int) -> None:
    for encoding, character in (("gsm7", "a"), ("ucs2", "\u00e7")):
        text = character * length
        inside = any(first <= length <= last for first, last in documented_differs(encoding, length))  # type: ignore[arg-type]
        assert inside == (documented_segments(text) != measure(text).segments)


@given(texts)
def test_the_page_never_counts_more_than_the_standard(text: str) -> None:
    assert documented_segments(text) <= measure(text).segments


def test_limits_are_data() -> None:
    assert (LIMITS["messangi"].characters, LIMITS["messangi"].segments) == (1600, 10)
    assert (LIMITS["intelepeer"].characters, LIMITS["intelepeer"].segments) == (None, None)
