"""Choosing the cheapest tables, against a search that tries every pair."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsproof_spec.rules import LANGUAGES, cheapest, measure
from tests.oracle.text import price
from tests.spec.rules.strategies import LOCKING, SINGLE, national, texts


@pytest.mark.parametrize(
    ("text", "allowed", "locking", "single", "segments"),
    [
        ("a" * 161, LANGUAGES, None, None, 2),
        ("\u015f" * 70, LANGUAGES, None, None, 1),  # UCS-2 costs no more, and every phone reads it
        ("\u015f" * 71, LANGUAGES, "turkish", None, 1),
        ("\u015f" * 71, ("spanish",), None, None, 2),
        ("a" * 100 + "\u015f", LANGUAGES, "turkish", None, 1),
        ("a" * 100 + "\u00e1", LANGUAGES, "portuguese", None, 1),
        ("a" * 100 + "\u00e1", ("spanish",), None, "spanish", 1),
        ("^" * 100, ("portuguese",), "portuguese", None, 1),  # an extension character that a locking table has
        ("\u0928\u092e\u0938\u094d\u0924\u0947 " * 20, LANGUAGES, "hindi", None, 1),
        ("A\u0928" * 40, ("hindi",), "hindi", "hindi", 1),
        ("\u015f" * 80 + "\u00ed" * 30, ("turkish", "spanish"), "turkish", "spanish", 1),  # a mixed pair
        ("", LANGUAGES, None, None, 1),
    ],
)
def test_the_cheapest_tables_are_chosen(
    text: str, allowed: tuple[str, ...], locking: str | None, single: str | None, segments: int
) -> None:
    choice = cheapest(text, allowed)
    assert (choice.locking, choice.single, choice.measure.segments) == (locking, single, segments)


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="turkish"):
        cheapest("a", ["english"])


@given(texts | national, st.sets(st.sampled_from(LANGUAGES), max_size=3), st.sampled_from((8, 16)))
@settings(deadline=None)
def test_no_allowed_pair_is_cheaper(text: str, allowed: set[str], bits: int) -> None:
    choice = cheapest(text, sorted(allowed), reference_bits=bits)
    plain = price(text, bits)
    priced = {
        (locking, single): price(text, bits, locking, single)
        for locking in (None, *(name for name in LOCKING if name in allowed))
        for single in (None, *(name for name in SINGLE if name in allowed))
    }
    gsm7 = [p for pair, p in priced.items() if pair != (None, None) and p.encoding == "gsm7"]
    fewest = min([p.segments for p in gsm7], default=plain.segments)
    if fewest >= plain.segments:
        assert (choice.locking, choice.single) == (None, None)
        assert choice.measure.segments == plain.segments
    else:
        assert choice.measure.segments == fewest
        assert choice.measure.units == min(p.units for p in gsm7 if p.segments == fewest)
    assert choice.measure == measure(text, reference_bits=bits, locking=choice.locking, single=choice.single)
