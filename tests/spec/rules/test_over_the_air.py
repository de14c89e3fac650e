"""User data: headers, fill bits and lengths."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsproof_spec.rules import (
    TextError,
    measure,
    read_user_data,
    read_user_data_header,
    user_data,
    user_data_header,
)
from tests.spec.rules.strategies import LOCKING, SINGLE, texts


@pytest.mark.parametrize(
    ("arguments", "octets"),
    [
        ({}, ""),
        ({"reference": 0xA5, "parts": 3, "part": 2}, "05 0003 a5 03 02"),
        ({"reference": 0x1234, "parts": 2, "part": 1, "reference_bits": 16}, "06 0804 1234 02 01"),
        ({"single": "turkish"}, "03 240101"),
        ({"locking": "urdu"}, "03 25010d"),
        ({"locking": "portuguese", "single": "spanish"}, "06 240102 250103"),
        ({"reference": 1, "parts": 2, "part": 2, "single": "hindi"}, "08 0003010202 240106"),
    ],
)
def test_a_header_is_its_elements(arguments: dict[str, object], octets: str) -> None:
    assert user_data_header(**arguments) == bytes.fromhex(octets)  # type: ignore[arg-type]


def test_national_elements_are_hexadecimal_24_and_25() -> None:
    """An implementation wrote 24 and 25 decimal (0x18, 0x19), and no phone could read its texts."""
    header = user_data_header(locking="turkish", single="turkish")
    assert header[1] == 0x24
    assert header[4] == 0x25


def test_a_header_that_cannot_be_is_refused() -> None:
    with pytest.raises(TextError, match="too-many-parts"):
        user_data_header(parts=256)
    with pytest.raises(ValueError, match="count from 1"):
        user_data_header(parts=2, part=3)
    with pytest.raises(ValueError, match="does not fit"):
        user_data_header(reference=256, parts=2)
    with pytest.raises(ValueError, match="turkish"):
        user_data_header(locking="english")


def test_a_header_is_read_back() -> None:
    header = read_user_data_header(bytes.fromhex("0b 0804 1234 02 01 250103 7000") + b"text")
    assert (header.reference, header.parts, header.part, header.reference_bits) == (0x1234, 2, 1, 16)
    assert (header.locking, header.single, header.octets) == ("portuguese", None, 12)


@pytest.mark.parametrize("octets", ["", "05 0003", "03 0005 01", "01 00"])
def test_a_header_whose_lengths_contradict_each_other_is_refused(octets: str) -> None:
    with pytest.raises(ValueError, match="header"):
        read_user_data_header(bytes.fromhex(octets))


@pytest.mark.parametrize("octets", ["05 0003 a5 03 00", "05 0003 a5 03 04", "05 0003 a5 00 01"])
def test_an_impossible_part_number_makes_the_element_void(octets: str) -> None:
    assert read_user_data_header(bytes.fromhex(octets)).parts is None


def test_a_header_brings_the_text_to_a_septet_boundary() -> None:
    first, second = user_data("a" * 161, reference=7)
    assert first.octets[:7].hex() == "050003070201c2"  # one fill bit, then 'a' = 1100001
    assert (first.length, second.length) == (160, 15)
    assert len(first.octets) == 140


def test_ucs2_is_big_endian_and_counts_octets() -> None:
    (only,) = user_data("\u20ac\U0001f600")
    assert only.octets.hex() == "20acd83dde00"
    assert (only.length, only.has_header) == (6, False)


@given(texts, st.sampled_from((8, 16)), st.sampled_from((None, *LOCKING)), st.sampled_from((None, *SINGLE)))
@settings(deadline=None)
def test_what_goes_over_the_air_fits_and_comes_back(
    text: str, bits: int, locking: str | None, single: str | None
) -> None:
    whole = measure(text, reference_bits=bits, locking=locking, single=single)
    if whole.too_many:
        return
    parts = user_data(text, reference=9, reference_bits=bits, locking=locking, single=single)
    assert len(parts) == whole.segments
    assert all(len(part.octets) <= 140 for part in parts)
    assert "".join(read_user_data(part)[1] for part in parts) == text
    headers = [read_user_data(part)[0] for part in parts]
    if len(parts) > 1:
        assert [header.part for header in headers if header] == list(range(1, len(parts) + 1))
