"""Warnings from numbering plans."""

import pytest

from smsproof_conformance.targets.numbering_plan import doubt


@pytest.mark.parametrize("number", ["+13038675309", "13038675309", "+573132341111", "+447700900123", "+12191112222"])
def test_a_number_of_possible_form_raises_no_doubt(number: str) -> None:
    assert doubt(number) is None


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("+7708675309", "too short"),  # the vendor's own example, a US number without its 1
        ("+1303867530999", "too long"),
        ("+9995550100", "calling code"),
        ("+0", "calling code"),
    ],
)
def test_a_number_that_no_plan_has_is_doubted_in_words(number: str, reason: str) -> None:
    assert reason in (doubt(number) or "")
