"""Counting and cutting: literals worked out by hand, then every property against the naive oracle."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smsproof_spec.rules import Measure, TextError, measure, split
from smsproof_spec.rules.segments import room
from tests.oracle.text import price
from tests.spec.rules.strategies import LOCKING, SINGLE, texts

EURO = "\u20ac"
EMOJI = "\U0001f600"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("gsm7", 0, 1, 160, 160, False)),
        ("a" * 160, ("gsm7", 160, 1, 160, 0, False)),
        ("a" * 161, ("gsm7", 161, 2, 153, 145, False)),
        ("a" * 306, ("gsm7", 306, 2, 153, 0, False)),
        ("a" * 307, ("gsm7", 307, 3, 153, 152, False)),
        ("]" * 80, ("gsm7", 160, 1, 160, 0, False)),
        ("]" * 153, ("gsm7", 306, 3, 153, 151, False)),
        ("a" * 152 + EURO + "b" * 7, ("gsm7", 161, 2, 153, 144, False)),
        ("a" * 152 + EURO + "b" * 6, ("gsm7", 160, 1, 160, 0, False)),
        ("\n\r\f", ("gsm7", 4, 1, 160, 156, False)),
        ("\u00c7", ("gsm7", 1, 1, 160, 159, False)),
        ("\u00e7", ("ucs2", 1, 1, 70, 69, False)),
        ("`", ("ucs2", 1, 1, 70, 69, False)),
        ("\x1b", ("ucs2", 1, 1, 70, 69, False)),
        ("\t", ("ucs2", 1, 1, 70, 69, False)),
        ("\u0391", ("ucs2", 1, 1, 70, 69, False)),  # Greek capital alpha is not Latin A
        ("\u20ab", ("ucs2", 1, 1, 70, 69, False)),  # another currency sign of the euro's row
        ("[" + "\u00e7", ("ucs2", 2, 1, 70, 68, False)),  # the extension costs one in UCS-2
        ("\u0416" * 70, ("ucs2", 70, 1, 70, 0, False)),
        ("\u0416" * 71, ("ucs2", 71, 2, 67, 63, False)),
        (EMOJI * 35, ("ucs2", 70, 1, 70, 0, False)),
        (EMOJI * 36, ("ucs2", 72, 2, 67, 61, False)),
        ("a" * 66 + EMOJI + "a" * 66, ("ucs2", 134, 3, 67, 66, False)),
        ("a" * 39015, ("gsm7", 39015, 255, 153, 0, False)),
        ("a" * 39016, ("gsm7", 39016, 256, 153, 152, True)),
        ("\u0416" * 17086, ("ucs2", 17086, 256, 67, 66, True)),
    ],
)
def test_a_text_costs_what_was_worked_out_by_hand(text: str, expected: tuple[object, ...]) -> None:
    assert measure(text) == Measure(*expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bits", "tables", "expected"),
    [
        (8, 0, (160, 153, 70, 67)),
        (16, 0, (160, 152, 70, 66)),
        (8, 1, (155, 149, 70, 67)),
        (16, 1, (155, 148, 70, 66)),
        (8, 2, (152, 146, 70, 67)),
        (16, 2, (152, 145, 70, 66)),
    ],
)
def test_headers_leave_the_room_that_the_octets_leave(bits: int, tables: int, expected: tuple[int, ...]) -> None:
    left = room(bits, tables)
    assert (left.septets_alone, left.septets_shared, left.units_alone, left.units_shared) == expected


def test_an_escape_pair_and_a_surrogate_pair_move_whole() -> None:
    assert split("a" * 152 + EURO + "b" * 50) == ("a" * 152, EURO + "b" * 50)
    assert split("a" * 66 + EMOJI + "b" * 10) == ("a" * 66, EMOJI + "b" * 10)


def test_a_table_is_paid_for_in_every_segment_but_not_in_ucs2() -> None:
    assert measure("\u015f" * 155, single=None, locking="turkish").segments == 1
    assert measure("\u015f" * 156, locking="turkish").per_segment == 149
    assert measure("a" * 156, single="spanish").segments == 2
    assert measure("\u0416" * 70, single="spanish", locking="turkish").segments == 1


def test_a_locking_table_takes_characters_away() -> None:
    assert [measure(c, locking="turkish").encoding for c in "\u00e8\u00ec\u00f8\u00bf\u00a1\u00e6\u00c6\u00d8"] == [
        "ucs2"
    ] * 8
    assert measure("^\\|\u20ac~`", locking="portuguese").units == 6
    assert measure("HELLO", locking="hindi").encoding == "ucs2"
    assert measure("HELLO", locking="hindi", single="hindi").units == 10


@pytest.mark.parametrize("text", ["a\ud800", "a\udfffb", "\ud800" * 200])
def test_half_a_surrogate_pair_is_refused_with_its_index(text: str) -> None:
    for call in (measure, split):
        with pytest.raises(TextError) as caught:
            call(text)
        assert caught.value.code == "lone-surrogate"
        assert caught.value.index == text.index(next(c for c in text if c >= "\ud800"))


def test_more_than_255_parts_can_be_counted_but_not_cut() -> None:
    assert len(split("a" * 39015)) == 255
    with pytest.raises(TextError, match="too-many-parts"):
        split("a" * 39016)


@pytest.mark.parametrize("call", [measure, split])
def test_an_unknown_language_or_reference_names_the_known_ones(call: object) -> None:
    with pytest.raises(ValueError, match="turkish"):
        measure("a", locking="klingon")
    with pytest.raises(ValueError, match="spanish"):
        split("a", single="Spanish")
    with pytest.raises(ValueError, match="locking shift table"):
        measure("a", locking="spanish")
    with pytest.raises(ValueError, match="8 or 16"):
        measure("a", reference_bits=7)


def test_a_measure_is_immutable_hashable_and_compared_by_value() -> None:
    one = measure("a" * 161)
    assert one == measure("b" * 161)
    assert len({one, measure("b" * 161)}) == 1
    assert one != measure("a")
    assert repr(measure("")) == (
        "Measure(encoding='gsm7', units=0, segments=1, per_segment=160, left=160, too_many=False)"
    )
    with pytest.raises(AttributeError, match="immutable"):
        one.units = 3  # type: ignore[misc]


def same_as_the_oracle(text: str, bits: int, locking: str | None, single: str | None) -> None:
    expected = price(text, bits, locking, single)
    got = measure(text, reference_bits=bits, locking=locking, single=single)
    assert (got.encoding, got.units, got.segments, got.left) == (
        expected.encoding,
        expected.units,
        expected.segments,
        expected.left,
    )
    if not got.too_many:
        assert split(text, reference_bits=bits, locking=locking, single=single) == expected.parts


@given(texts)
@example("]" * 153)
@example("a" * 152 + EURO * 77)
def test_plain_texts_cost_and_are_cut_as_the_oracle_says(text: str) -> None:
    same_as_the_oracle(text, 8, None, None)


@given(texts, st.sampled_from((8, 16)), st.sampled_from((None, *LOCKING)), st.sampled_from((None, *SINGLE)))
@settings(deadline=None)  # the first use of a pair of tables reads them
def test_texts_in_any_tables_cost_and_are_cut_as_the_oracle_says(
    text: str, bits: int, locking: str | None, single: str | None
) -> None:
    same_as_the_oracle(text, bits, locking, single)


@pytest.mark.soak
@given(texts, st.sampled_from((8, 16)), st.sampled_from((None, *LOCKING)), st.sampled_from((None, *SINGLE)))
@settings(max_examples=100_000, deadline=None)
def test_a_hundred_thousand_texts_cost_and_are_cut_as_the_oracle_says(
    text: str, bits: int, locking: str | None, single: str | None
) -> None:
    same_as_the_oracle(text, 8, None, None)
    same_as_the_oracle(text, bits, locking, single)
