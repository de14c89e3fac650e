"""Warnings from numbering plans."""

import pytest

from smsproof_conformance.records.exchange import strings
from smsproof_conformance.targets.demonstration import target
from smsproof_conformance.targets.numbering_plan import doubt, doubts
from smsproof_conformance.targets.target import Numbers
from smsproof_spec import contract as contracts


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


def test_only_numbers_are_doubted_and_named_by_their_place() -> None:
    numbers = Numbers(
        long_codes=("+12191112222", "+130386753"),
        short_codes=("12345", "1-12345"),
        alphanumerics=("57-MyCompany",),
        destinations=("+1303867530999",),
        foreign="+9995550100",
    )
    assert list(doubts(numbers, frozenset())) == [
        "numbers.long_codes[1]: it is too short for its country",
        "numbers.destinations[0]: it is too long for its country",
    ]


@pytest.mark.parametrize(
    ("vendor", "ours"),
    # 1234567 is no example of the pages: the emulator's inventory has it for the shortest long code (S2:45).
    [("intelepeer", []), ("messangi", ["numbers.long_codes[1]: it is too short for its country"])],
)
def test_a_vendors_own_example_numbers_raise_no_doubt(vendor: str, ours: list[str]) -> None:
    documented = set(strings(contracts.load(vendor).document))
    assert list(doubts(target(vendor, "http://127.0.0.1:1", "http://127.0.0.1:1").numbers, documented)) == ours
