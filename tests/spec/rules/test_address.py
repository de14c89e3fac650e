"""Addresses on the wire: table 4C of the vendor contracts, then a naive reading of the decisions."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsproof_spec.rules import AddressError, Kind, Role, check, classify

E164, SHORT, NAME = Kind.E164, Kind.SHORT_CODE, Kind.ALPHANUMERIC
IP, MS = "intelepeer", "messangi"
FROM, TO, HOOK = Role.SENDER, Role.DESTINATION, Role.ENDPOINT


# Columns: IntelePeer to, from, webhook endpoint; Messangi to, from. A string is the reason of the refusal.
@pytest.mark.parametrize(
    ("address", "ip_to", "ip_from", "ip_hook", "ms_to", "ms_from"),
    [
        ("+13038675309", E164, E164, E164, E164, E164),
        ("13038675309", "no-plus", "no-plus", "no-plus", E164, E164),
        ("+7708675309", E164, E164, E164, E164, E164),
        ("1-12345", "short-code", SHORT, SHORT, "country-code", "country-code"),
        ("1-1234", "short-code", SHORT, SHORT, "country-code", "country-code"),
        ("57-MyCompany", "alphanumeric", NAME, "alphanumeric", "alphanumeric", "country-code"),
        ("57-Hello8", "alphanumeric", NAME, "alphanumeric", "alphanumeric", "country-code"),
        ("1-MyCompany", "alphanumeric", NAME, "alphanumeric", "alphanumeric", "country-code"),
        ("12345", "too-short", "no-country-code", "no-country-code", "short-code", SHORT),
        ("1", "too-short", "no-country-code", "no-country-code", "short-code", SHORT),
        ("123456", "too-short", "no-country-code", "no-country-code", "short-code", SHORT),
        ("1234567", "no-plus", "no-plus", "no-plus", E164, E164),
        ("COMPANY", "alphanumeric", "no-country-code", "alphanumeric", "alphanumeric", NAME),
        ("+573132341111", E164, E164, E164, E164, E164),
        ("+580000000005", E164, E164, E164, E164, E164),
        ("+525500000000", E164, E164, E164, E164, E164),
        ("+123456789012345", E164, E164, E164, E164, E164),
        ("+1234567890123456", "too-long", "too-long", "too-long", "too-long", "too-long"),
        ("1234567890123456", "too-long", "too-long", "too-long", "too-long", "too-long"),
        ("+0123456789", "leading-zero", "leading-zero", "leading-zero", "leading-zero", "leading-zero"),
        ("0123456789", "leading-zero", "leading-zero", "leading-zero", "leading-zero", E164),
        ("+123456", "too-short", "too-short", "too-short", "too-short", "too-short"),
        ("+1 303 867 5309", "separators", "separators", "separators", "separators", "separators"),
        ("+1-303-867-5309", "separators", "separators", "separators", "separators", "separators"),
        ("", "empty", "empty", "empty", "empty", "empty"),
        ("+", "wrong-form", "wrong-form", "wrong-form", "wrong-form", "wrong-form"),
        ("+13038675309\n", "white-space", "white-space", "white-space", "white-space", "white-space"),
        (" +13038675309", "white-space", "white-space", "white-space", "white-space", "white-space"),
        ("+1\u0663\u0660\u0663\u0668\u0666\u0667\u0665", *["not-ascii"] * 5),
        ("\uff0b13038675309", *["not-ascii"] * 5),
        ("+1303867\u00ad5309", *["not-ascii"] * 5),
        ("57-ABCDEFGHIJK", "alphanumeric", NAME, "alphanumeric", "alphanumeric", "country-code"),
        ("57-ABCDEFGHIJKL", "wrong-form", "name-too-long", "wrong-form", "alphanumeric", "country-code"),
        ("ABCDEFGHIJK", "alphanumeric", "no-country-code", "alphanumeric", "alphanumeric", NAME),
        ("ABCDEFGHIJKL", "wrong-form", "no-country-code", "wrong-form", "wrong-form", "name-too-long"),
        ("1-12", "too-short", "too-short", "too-short", "country-code", "country-code"),
        ("57-My Shop", "wrong-form", "name-characters", "wrong-form", "wrong-form", "name-characters"),
        ("My-Shop", "wrong-form", "no-country-code", "wrong-form", "wrong-form", "name-characters"),
        ("+1-800-FLOWERS", "wrong-form", "no-country-code", "wrong-form", "wrong-form", "name-characters"),
        ("tel:+13038675309", "wrong-form", "no-country-code", "wrong-form", "wrong-form", "name-characters"),
    ],
)  # fmt: skip
def test_each_vendor_takes_what_the_decisions_say(
    address: str,
    ip_to: Kind | str,
    ip_from: Kind | str,
    ip_hook: Kind | str,
    ms_to: Kind | str,
    ms_from: Kind | str,
) -> None:
    expectations = ((IP, TO, ip_to), (IP, FROM, ip_from), (IP, HOOK, ip_hook), (MS, TO, ms_to), (MS, FROM, ms_from))
    for vendor, role, expected in expectations:
        if isinstance(expected, Kind):
            assert check(address, vendor, role) is expected
        else:
            with pytest.raises(AddressError) as caught:
                check(address, vendor, role)
            assert (vendor, role, caught.value.reason) == (vendor, role, expected)


@pytest.mark.parametrize(
    ("address", "vendor", "kind"),
    [
        ("+13038675309", IP, E164),
        ("1-12345", IP, SHORT),
        ("57-MyCompany", IP, NAME),
        ("12345", IP, Kind.INVALID),
        ("57-1234", IP, SHORT),
        ("13038675309", MS, E164),
        ("12345", MS, SHORT),
        ("COMPANY", MS, NAME),
        ("1-12345", MS, Kind.INVALID),
        ("4ME", MS, NAME),
    ],
)
def test_an_address_is_classified_by_its_own_form(address: str, vendor: str, kind: Kind) -> None:
    assert classify(address, vendor) is kind


# What a vendor may take all the same only warns: AMB-IP-05, AMB-IP-06, AMB-IP-38, AMB-MS-19.
@pytest.mark.parametrize(
    ("address", "vendor", "role", "lenient"),
    [
        ("+12345", IP, TO, E164),
        ("57-My Shop", IP, FROM, NAME),
        ("57-MyCompany", IP, HOOK, NAME),
        ("My.Shop-1", MS, FROM, NAME),
        ("My Shop", MS, FROM, NAME),
        ("+1 303 867 5309", IP, TO, Kind.INVALID),
        ("ABCDEFGHIJKL", MS, FROM, Kind.INVALID),
    ],
)
def test_a_refusal_says_whether_a_vendor_may_take_it_all_the_same(
    address: str, vendor: str, role: Role, lenient: Kind
) -> None:
    with pytest.raises(AddressError) as caught:
        check(address, vendor, role)
    assert caught.value.lenient is lenient


def test_a_refusal_of_an_endpoint_has_its_article() -> None:
    with pytest.raises(AddressError, match=r"^'hook' cannot be an endpoint at intelepeer: "):
        check("hook", IP, Role.ENDPOINT)


def test_a_refusal_says_what_was_wrong_and_what_is_expected() -> None:
    with pytest.raises(AddressError) as caught:
        check("13038675309", IP, TO)
    assert str(caught.value) == (
        "'13038675309' cannot be a destination at intelepeer: the plus is missing. "
        "Give E.164: a plus and 7 to 15 digits, the first of them 1-9, such as +13038675309."
    )
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.reason, copy.expected, str(copy)) == ("no-plus", caught.value.expected, str(caught.value))


def test_a_refusal_shows_hostile_text_escaped() -> None:
    with pytest.raises(AddressError) as caught:
        check("\x1b[2J\u202e", IP, TO)
    assert str(caught.value).isascii()
    assert "\x1b" not in str(caught.value)


def test_an_unknown_vendor_or_role_is_no_key_error() -> None:
    with pytest.raises(ValueError, match="intelepeer, messangi"):
        check("+13038675309", "twilio", TO)
    with pytest.raises(ValueError, match="intelepeer, messangi"):
        classify("+13038675309", "twilio")
    with pytest.raises(ValueError, match="receiver"):
        check("+13038675309", IP, "receiver")  # type: ignore[arg-type]


def test_a_role_may_be_given_by_its_value() -> None:
    assert check("+13038675309", IP, "destination") is E164  # type: ignore[arg-type]


DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _digits(text: str, fewest: int, most: int) -> bool:
    return fewest <= len(text) <= most and all(c in DIGITS for c in text)


def _e164(text: str) -> bool:
    return text[:1] == "+" and _digits(text[1:], 7, 15) and text[1] != "0"


def _name(text: str) -> bool:
    return 1 <= len(text) <= 11 and all(c in DIGITS + LETTERS for c in text) and any(c in LETTERS for c in text)


def naive(address: str, vendor: str, role: Role) -> Kind:
    if _e164(address):
        return E164
    if vendor == IP:
        code, dash, rest = address.partition("-")
        if role is TO or not dash or not _digits(code, 1, 3) or code[0] == "0":
            return Kind.INVALID
        return SHORT if _digits(rest, 3, 8) else NAME if role is FROM and _name(rest) else Kind.INVALID
    if role is TO:
        return E164 if _e164("+" + address) else Kind.INVALID
    if _digits(address, 7, 15):
        return E164
    return SHORT if _digits(address, 1, 6) else NAME if role is FROM and _name(address) else Kind.INVALID


typed = st.text(alphabet="+-0159Aaz \n\u0663", max_size=18) | st.from_regex(r"\+?[0-9]{0,3}-?[0-9A-Za-z]{0,16}\n?")


@given(typed, st.sampled_from((IP, MS)), st.sampled_from(Role))
def test_any_string_is_taken_or_refused_as_a_naive_reading_says(address: str, vendor: str, role: Role) -> None:
    expected = naive(address, vendor, role)
    try:
        got = check(address, vendor, role)
    except AddressError as refused:
        got = Kind.INVALID
        assert refused.address == address
        assert refused.expected
    assert got is expected
    if expected is not Kind.INVALID:
        assert classify(address, vendor) is expected


@given(st.text(), st.sampled_from((IP, MS)), st.sampled_from(Role))
def test_no_string_raises_anything_but_an_address_error(address: str, vendor: str, role: Role) -> None:
    try:
        check(address, vendor, role)
    except AddressError as refused:
        assert refused.reason.replace("-", "").isalpha()
