"""What people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsproof_spec.rules import AddressError, Role, check, normalise

IP, MS = "intelepeer", "messangi"
FROM, TO, HOOK = Role.SENDER, Role.DESTINATION, Role.ENDPOINT


@pytest.mark.parametrize(
    ("typed", "vendor", "role", "country_code", "wire"),
    [
        ("+1 (303) 867-5309", IP, TO, None, "+13038675309"),
        ("+1.303.867.5309", IP, TO, None, "+13038675309"),
        ("(303) 867-5309", IP, TO, "1", "+13038675309"),
        ("1 303 867 5309", IP, TO, "1", "+13038675309"),
        ("303-8675309", IP, TO, "1", "+13038675309"),
        ("+44 (0)20 7946 0000", IP, TO, None, "+442079460000"),
        ("0057 313 234 1111", IP, TO, None, "+573132341111"),
        ("tel:+1-303-867-5309", IP, TO, None, "+13038675309"),
        ("SMS:+13038675309", IP, TO, None, "+13038675309"),
        ("\u202a+1\u00a0303\u2011867\u20115309\u202c\n", IP, TO, None, "+13038675309"),
        ("\uff0b\uff11\uff13\uff10\uff13\uff18\uff16\uff17\uff15\uff13\uff10\uff19", IP, TO, None, "+13038675309"),
        ("+\u0661\u0663\u0660\u0663\u0668\u0666\u0667\u0665\u0663\u0660\u0669", IP, TO, None, "+13038675309"),
        ("+7708675309", IP, FROM, None, "+7708675309"),
        ("1-12345", IP, FROM, None, "1-12345"),
        ("1\u201312345", IP, HOOK, None, "1-12345"),
        ("12345", IP, FROM, "1", "1-12345"),
        ("57-MyCompany", IP, FROM, None, "57-MyCompany"),
        ("MyCompany", IP, FROM, "57", "57-MyCompany"),
        ("573132341111", MS, TO, None, "+573132341111"),
        ("+573132341111", MS, TO, None, "+573132341111"),
        ("313 234 1111", MS, TO, "57", "+573132341111"),
        ("12345", MS, FROM, None, "12345"),
        ("12345", MS, FROM, "57", "12345"),
        (" COMPANY ", MS, FROM, None, "COMPANY"),
    ],
)
def test_what_is_meant_goes_on_the_wire(
    typed: str, vendor: str, role: Role, country_code: str | None, wire: str
) -> None:
    assert normalise(typed, vendor, role, country_code=country_code) == wire


@pytest.mark.parametrize(
    ("typed", "vendor", "role", "country_code", "reason"),
    [
        ("(303) 867-5309", IP, TO, None, "no-plus"),
        ("13038675309", IP, TO, None, "no-plus"),  # could be national anywhere
        ("07700 900123", IP, TO, "44", "leading-zero"),  # Italy keeps the zero, Britain drops it: not ours to know
        ("07700 900123", MS, TO, None, "leading-zero"),
        ("+1-800-FLOWERS", IP, TO, None, "wrong-form"),
        ("+13038675309;ext=5", IP, TO, None, "wrong-form"),
        ("+13038675309 x5", IP, TO, None, "wrong-form"),
        ("12345", IP, TO, "1", "short-code"),
        ("12345", MS, TO, "57", "short-code"),
        ("12345", IP, FROM, None, "no-country-code"),
        ("", IP, TO, "1", "empty"),
        ("My Company", MS, FROM, None, "name-characters"),
    ],
)
def test_what_could_be_meant_two_ways_is_refused(
    typed: str, vendor: str, role: Role, country_code: str | None, reason: str
) -> None:
    with pytest.raises(AddressError) as caught:
        normalise(typed, vendor, role, country_code=country_code)
    assert caught.value.reason == reason


@pytest.mark.parametrize("country_code", ["", "+1", "01", "1234", "\u0661"])
def test_a_malformed_country_code_is_the_callers_error(country_code: str) -> None:
    with pytest.raises(ValueError, match="calling code"):
        normalise("12345", IP, FROM, country_code=country_code)


@given(st.text(max_size=30), st.sampled_from((IP, MS)), st.sampled_from(Role), st.sampled_from((None, "1", "57")))
def test_whatever_comes_out_passes_the_check_and_stays(
    typed: str, vendor: str, role: Role, country_code: str | None
) -> None:
    try:
        wire = normalise(typed, vendor, role, country_code=country_code)
    except AddressError:
        return
    check(wire, vendor, role)
    assert normalise(wire, vendor, role) == wire


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True), st.sampled_from((IP, MS)), st.sampled_from(Role))
def test_a_number_in_wire_form_is_left_alone(wire: str, vendor: str, role: Role) -> None:
    assert normalise(wire, vendor, role, country_code="1") == wire
