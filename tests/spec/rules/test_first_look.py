"""The shortest proof that each public name of the rules does what its first sentence says."""

import pytest
from smsproof_spec.rules import (
    LIFE_CYCLES,
    AddressError,
    Kind,
    Malformed,
    Measure,
    Role,
    TextError,
    check,
    classify,
    documented_segments,
    measure,
    printable,
    split,
    strict_json,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("gsm7", 0, 1, 160, 160, False)),
        ("a" * 160, ("gsm7", 160, 1, 160, 0, False)),
        ("a" * 161, ("gsm7", 161, 2, 153, 145, False)),
        ("]" * 153, ("gsm7", 306, 3, 153, 151, False)),
        ("\N{EURO SIGN}" * 80, ("gsm7", 160, 1, 160, 0, False)),
        ("\u00e7", ("ucs2", 1, 1, 70, 69, False)),
        ("\x1b", ("ucs2", 1, 1, 70, 69, False)),
        ("\U0001f600" * 35, ("ucs2", 70, 1, 70, 0, False)),
        ("\U0001f600" * 36, ("ucs2", 72, 2, 67, 61, False)),
        ("a" * 39016, ("gsm7", 39016, 256, 153, 152, True)),
    ],
)
def test_a_text_costs_what_was_worked_out_by_hand(text: str, expected: tuple[object, ...]) -> None:
    assert measure(text) == Measure(*expected)  # type: ignore[arg-type]


def test_an_escape_pair_and_a_surrogate_pair_move_whole() -> None:
    assert split("a" * 152 + "\N{EURO SIGN}" + "b" * 50) == ("a" * 152, "\N{EURO SIGN}" + "b" * 50)
    assert split("a" * 66 + "\U0001f600" + "b" * 10) == ("a" * 66, "\U0001f600" + "b" * 10)


def test_what_cannot_be_sent_is_refused() -> None:
    with pytest.raises(TextError, match="lone-surrogate at index 1"):
        measure("a\ud800")
    with pytest.raises(TextError, match="too-many-parts"):
        split("a" * 39016)


def test_a_measure_is_immutable() -> None:
    with pytest.raises(AttributeError):
        measure("a").units = 3  # type: ignore[misc]


def test_addresses_by_vendor_and_role() -> None:
    assert check("+13038675309", "intelepeer", Role.DESTINATION) is Kind.E164
    assert check("57-MyCompany", "intelepeer", Role.SENDER) is Kind.ALPHANUMERIC
    assert check("1-12345", "intelepeer", Role.ENDPOINT) is Kind.SHORT_CODE
    assert classify("12345", "messangi") is Kind.SHORT_CODE
    assert classify("12345", "intelepeer") is Kind.INVALID
    with pytest.raises(AddressError) as caught:
        check("+13038675309\n", "intelepeer", Role.DESTINATION)
    assert "+13038675309" in caught.value.expected


def test_documented_and_standard_segments_differ_where_the_header_counts() -> None:
    assert (documented_segments("a" * 307), measure("a" * 307).segments) == (2, 3)


def test_a_final_status_is_followed_by_no_other() -> None:
    statuses = LIFE_CYCLES["messangi-status"]
    assert len(statuses.states) == 16
    assert statuses.may_follow("QUEUE", "SENT")
    assert not statuses.may_follow("DELIVRD", "UNDELIV")
    assert statuses.may_follow("DELIVRD", "NEW_ONE")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b"[1", "syntax"),
        (b"1 2", "trailing-data"),
        (b'{"a":1,"a":2}', "duplicate-key"),
        (b"[NaN]", "not-a-number"),
        (b"[1e999]", "number-too-large"),
        (b"9" * 4301, "number-too-large"),
        (b"[" * 100_000, "too-deep"),
        (b'"\\ud800"', "lone-surrogate"),
        (b"\xff", "not-utf-8"),
        (b"\xef\xbb\xbf1", "byte-order-mark"),
        (b" " * 2_097_153, "too-large"),
    ],
)
def test_bytes_that_are_no_acceptable_json_are_malformed_of_a_kind(data: bytes, kind: str) -> None:
    result = strict_json(data)
    assert isinstance(result, Malformed)
    assert result.kind == kind


def test_good_json_is_its_value() -> None:
    assert strict_json(b'{"a":["\\ud83d\\ude00","\\\\ud800",1.5e3,-0]}') == {"a": ["\U0001f600", "\\ud800", 1500.0, 0]}


def test_untrusted_text_shows_as_itself_or_as_an_escape() -> None:
    assert printable("a\x1b[0m\u202e\ud800\u00e9\n") == "a\\x1b[0m\\u202e\\ud800\u00e9\\n"
    assert printable("a\nb\t", keep="\n\t") == "a\nb\t"
