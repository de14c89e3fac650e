"""Septets, one to an octet and packed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsproof_spec.rules import TextError, decode, encode, measure, pack, pack_uncounted, unpack, unpack_uncounted
from tests.spec.rules.strategies import LOCKING, SINGLE, gsm7, national


def test_a_text_is_its_codes() -> None:
    assert encode("@\u00a3$\n\u00c7\u00a7~") == bytes.fromhex("00 01 02 0a 09 5f 1b3d")
    assert encode("\u20ac\f") == bytes.fromhex("1b65 1b0a")
    assert decode(bytes.fromhex("00 09 60 1b65 1b14")) == "@\u00c7\u00bf\u20ac^"


@pytest.mark.parametrize(
    ("text", "code", "index"),
    [("a\x1bb", "escape", 1), ("ab\u00e7", "not-gsm7", 2), ("\ud83d", "lone-surrogate", 0), ("`", "not-gsm7", 0)],
)
def test_what_no_septet_says_is_refused_where_it_stands(text: str, code: str, index: int) -> None:
    with pytest.raises(TextError) as caught:
        encode(text)
    assert (caught.value.code, caught.value.index) == (code, index)


@pytest.mark.parametrize(
    ("septets", "text"),
    [
        ("1b1b", " "),  # room for a further extension table: a space until there is one
        ("411b", "A "),
        ("1b41", "A"),  # no extension character there: the plain one
        ("1b0d", "\r"),  # reserved (CR2)
        ("1b1b41", " A"),
        ("", ""),
    ],
)
def test_every_sequence_can_be_read_as_a_phone_must(septets: str, text: str) -> None:
    assert decode(bytes.fromhex(septets)) == text


def test_an_empty_cell_of_a_locking_table_shows_that_something_was_there() -> None:
    assert decode(b"\x0c", locking="bengali") == "\ufffd"
    assert decode(b"\x1b\x0c", locking="bengali", single="turkish") == "\ufffd"


def test_an_octet_above_127_is_no_septet() -> None:
    with pytest.raises(ValueError, match="unpack"):
        decode(b"\x80")


def test_hellohello_packs_as_every_textbook_shows() -> None:
    assert pack(encode("hellohello")).hex() == "e8329bfd4697d9ec37"
    assert unpack(bytes.fromhex("e8329bfd4697d9ec37"), 10) == b"hellohello"


def test_counted_packing_leaves_spare_bits_zero() -> None:
    assert pack(b"\x7f" * 7).hex() == "ffffffffffff01"
    assert pack(b"\x7f", fill_bits=1).hex() == "fe"
    assert pack(b"") == b""


def test_more_septets_than_there_are_cannot_be_unpacked() -> None:
    with pytest.raises(ValueError, match="hold 8 septets, not 9"):
        unpack(b"\0" * 7, 9)


# TS 23.038 section 6.1.2.3.1: seven spare bits hold a carriage return, never an accidental @.
def test_uncounted_packing_pads_seven_spare_bits_with_a_carriage_return() -> None:
    assert pack_uncounted(b"1234567").hex() == "31d98c56b3dd1a"
    assert unpack_uncounted(bytes.fromhex("31d98c56b3dd1a")) == b"1234567"
    assert unpack_uncounted(bytes.fromhex("31d98c56b3dd00")) == b"1234567\0"  # an @ that was sent stays one


def test_a_carriage_return_on_the_octet_boundary_is_doubled() -> None:
    assert pack_uncounted(b"1234567\r").hex() == "31d98c56b3dd1a0d"
    assert unpack_uncounted(bytes.fromhex("31d98c56b3dd1a0d")) == b"1234567\r\r"  # read twice does no harm, says 6.1.1


@given(gsm7)
def test_what_is_encoded_is_decoded(text: str) -> None:
    septets = encode(text)
    assert decode(septets) == text
    assert len(septets) == measure(text).units


@given(national, st.sampled_from((None, *LOCKING)), st.sampled_from((None, *SINGLE)))
@settings(deadline=None)
def test_what_is_encoded_in_national_tables_is_decoded(text: str, locking: str | None, single: str | None) -> None:
    try:
        septets = encode(text, locking=locking, single=single)
    except TextError:
        assert measure(text, locking=locking, single=single).encoding == "ucs2"
    else:
        assert decode(septets, locking=locking, single=single) == text
        assert b"\x1b\x0d" not in septets
        assert len(septets) == measure(text, locking=locking, single=single).units


@given(st.lists(st.integers(0, 127)).map(bytes), st.integers(0, 6))
def test_what_is_packed_is_unpacked(septets: bytes, fill_bits: int) -> None:
    octets = pack(septets, fill_bits=fill_bits)
    assert unpack(octets, len(septets), fill_bits=fill_bits) == septets
    bits = "".join(f"{septet:07b}"[::-1] for septet in septets)
    bits = "0" * fill_bits + bits
    assert octets == bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))


@given(st.lists(st.integers(0, 127)).map(bytes))
def test_what_is_packed_uncounted_comes_back_but_for_a_doubled_carriage_return(septets: bytes) -> None:
    back = unpack_uncounted(pack_uncounted(septets))
    doubled = len(septets) % 8 == 0 and septets.endswith(b"\r")
    assert back == (septets + b"\r" if doubled else septets)


@given(st.lists(st.integers(0, 127)).map(bytes), st.sampled_from((None, *LOCKING)), st.sampled_from((None, *SINGLE)))
@settings(deadline=None)
def test_every_sequence_of_septets_can_be_read(septets: bytes, locking: str | None, single: str | None) -> None:
    assert len(decode(septets, locking=locking, single=single)) <= len(septets)
