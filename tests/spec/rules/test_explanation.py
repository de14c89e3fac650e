"""Why a text costs what it costs."""

from hypothesis import given, settings

from smsproof_spec.rules import explain, measure, split, split_graphemes
from tests.spec.rules.strategies import texts

EURO = "\u20ac"


def test_offenders_have_index_name_and_cluster() -> None:
    found = explain("ol\u00e1 e\u0301 \t")
    assert [(o.index, o.character, o.name, o.cluster) for o in found.offenders] == [
        (2, "\u00e1", "LATIN SMALL LETTER A WITH ACUTE", "\u00e1"),
        (5, "\u0301", "COMBINING ACUTE ACCENT", "e\u0301"),
        (7, "\t", "<control-0009>", "\t"),
    ]


def test_a_gsm7_text_has_no_offenders() -> None:
    assert explain("caf\u00e9 " + EURO).offenders == ()


def test_the_lost_septet_is_shown() -> None:
    found = explain("]" * 153)
    assert [(x.segment, x.index, x.character) for x in found.losses] == [(1, 76, "]"), (2, 152, "]")]
    assert explain("a" * 152 + EURO + "a" * 20).losses[0].index == 152


def test_a_text_that_fills_its_segments_loses_nothing() -> None:
    assert explain("a" * 151 + EURO + "a" * 20).losses == ()


def test_each_fix_says_what_it_saves_and_the_gentlest_comes_first() -> None:
    found = explain("\u2019" + "a" * 80)
    assert [(fix.what, fix.segments, fix.saved) for fix in found.fixes] == [
        ("transliterate, level typographic", 1, 1),
        ("leave out RIGHT SINGLE QUOTATION MARK", 1, 1),
    ]
    found = explain("\U0001f600\u00e7" + "a" * 80)
    assert found.fixes[0].what == "transliterate, level accents, and leave out the rest"
    assert found.fixes[0].text == "c" + "a" * 80


def test_national_tables_are_offered_where_they_save() -> None:
    found = explain("\u015f" * 100)
    tables = [fix for fix in found.fixes if fix.text is None]
    assert [fix.what for fix in tables] == [
        "national tables, where the network has them: turkish locking shift",
    ]


def test_a_single_segment_needs_no_fix() -> None:
    assert explain("\u2019").fixes == ()


def test_a_text_of_too_many_segments_is_explained_without_parts() -> None:
    found = explain("a" * 40_000)
    assert found.measure.too_many
    assert (found.parts, found.grapheme_parts, found.losses) == ((), (), ())


def test_many_different_offenders_do_not_make_it_slow() -> None:
    found = explain("".join(chr(0x4E00 + n) for n in range(5_000)))
    assert len(found.offenders) == 5_000


@given(texts)
@settings(deadline=None)
def test_an_explanation_agrees_with_what_it_explains(text: str) -> None:
    found = explain(text)
    assert found.measure == measure(text)
    if not found.measure.too_many:
        assert found.parts == split(text)
        assert found.grapheme_parts in ((), split_graphemes(text)) if found.grapheme_parts else True
        lost = sum(found.measure.per_segment for _ in found.parts) - found.measure.units - found.measure.left
        assert len(found.losses) == lost
    assert all(text[o.index] == o.character for o in found.offenders)
    assert bool(found.offenders) == (found.measure.encoding == "ucs2")
    for fix in found.fixes:
        assert fix.saved >= 1
        if fix.text is not None:
            assert measure(fix.text).segments == fix.segments == found.measure.segments - fix.saved
