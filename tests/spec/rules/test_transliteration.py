"""Smart encoding: every entry of the map, and when it is applied."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsproof_spec.rules import Level, Replacement, measure, transliterate
from smsproof_spec.rules.alphabet import DEFAULT
from smsproof_spec.rules.tables import replacements as tables
from smsproof_spec.rules.transliteration import replacement_for
from tests.spec.rules.strategies import texts

TABLES = {
    "TYPOGRAPHIC": tables.TYPOGRAPHIC,
    "ACCENTS": tables.ACCENTS,
    "GREEK": tables.GREEK,
    "CYRILLIC": tables.CYRILLIC,
    "SIGNS": tables.SIGNS,
}
ENTRIES = [(name, c, new) for name, table in TABLES.items() for new, characters in table.items() for c in characters]


def test_no_character_is_replaced_in_two_ways() -> None:
    characters = [character for _, character, _ in ENTRIES]
    assert sorted(characters) == sorted(set(characters))


@pytest.mark.parametrize("table", TABLES)
def test_every_entry_turns_one_character_outside_the_alphabet_into_gsm7(table: str) -> None:
    for name, character, new in ENTRIES:
        if name == table:
            assert measure(character).encoding == "ucs2", ascii(character)
            assert measure(new).encoding == "gsm7", ascii(character)
            assert unicodedata.normalize("NFC", character) == character, f"{ascii(character)} is never looked up"
            assert not unicodedata.combining(character), f"{ascii(character)} is a lone mark"


def test_every_letter_keeps_its_base() -> None:
    """Checked by decomposition where Unicode has one, so that a slip of the hand in the map cannot stand."""
    for table, character, new in ENTRIES:
        if table != "ACCENTS":
            continue
        decomposed = unicodedata.normalize("NFKD", character)
        base = "".join(c for c in decomposed if not unicodedata.combining(c))
        assert unicodedata.name(character).startswith(("LATIN", "FEMININE", "MASCULINE"))
        if base != character and base.isascii():
            plain = "".join(c for c in unicodedata.normalize("NFKD", new) if not unicodedata.combining(c))
            assert plain in {base, base.replace("\u02bcn", "n")}, ascii(character)


@pytest.mark.parametrize(("table", "script"), [("GREEK", "GREEK "), ("CYRILLIC", "CYRILLIC ")])
def test_letters_of_a_script_are_of_that_script(table: str, script: str) -> None:
    assert all(unicodedata.name(c).startswith(script) for name, c, _ in ENTRIES if name == table)


# Bugs that other maps had.
@pytest.mark.parametrize(
    ("character", "new"),
    [
        ("\u2039", "<"),  # was swapped
        ("\u203a", ">"),
        ("\u2017", "_"),  # was an apostrophe
        ("\u2026", "..."),
        ("\u00a0", " "),
        ("\u2019", "'"),
        ("\u00e7", "c"),
        ("\u00c1", "A"),
        ("\u0131", "i"),
        ("\u0130", "I"),
        ("\u03b1", "A"),
        ("\u0436", "zh"),
    ],
)
def test_a_known_trap_is_right(character: str, new: str) -> None:
    assert replacement_for(character) == new


@pytest.mark.parametrize("character", "\u00e9\u00e8\u00e0\u00fc\u00df\u00bf\u03a9\u20ac@^\n\u00c7\u00d8")
def test_what_gsm7_has_is_never_touched(character: str) -> None:
    assert replacement_for(character) is None
    text = character * 3 + "\u2019" + "a" * 80
    assert transliterate(text, "full").text.startswith(character * 3)


def test_levels_contain_each_other() -> None:
    assert replacement_for("\u2019", Level.TYPOGRAPHIC) == "'"
    assert replacement_for("\u00e7", Level.TYPOGRAPHIC) is None
    assert replacement_for("\u00e7", Level.ACCENTS) == "c"
    assert replacement_for("\u03b1", Level.ACCENTS) is None
    assert replacement_for("\u03b1", Level.FULL) == "A"


def test_it_is_applied_when_it_saves_a_segment_and_every_change_is_reported() -> None:
    text = "It\u2019s \u201cgood\u201d" + "a" * 70
    result = transliterate(text)
    assert result.applied
    assert result.text == 'It\'s "good"' + "a" * 70
    assert result.original == text
    assert result.replacements == (
        Replacement(2, "\u2019", "'"),
        Replacement(5, "\u201c", '"'),
        Replacement(10, "\u201d", '"'),
    )
    assert (result.before.segments, result.after.segments) == (2, 1)


@pytest.mark.parametrize(
    ("text", "level", "why"),
    [
        ("It\u2019s", Level.TYPOGRAPHIC, "it costs one segment anyway"),
        ("\u2019" * 3 + "a" * 80 + "\u4e2d", Level.FULL, "a character remains"),
        ("\u00e7" + "a" * 80, Level.TYPOGRAPHIC, "the level does not reach it"),
        ("\u2026" * 60, Level.TYPOGRAPHIC, "it grows"),
        ("\u2026" * 102, Level.TYPOGRAPHIC, "it grows to as many segments"),
        ("plain " * 50, Level.FULL, "nothing is to be done"),
    ],
)
def test_it_is_not_applied_when_nothing_is_won(text: str, level: Level, why: str) -> None:
    result = transliterate(text, level)
    assert not result.applied, why
    assert result.text == text


def test_a_letter_and_its_mark_are_composed_first() -> None:
    text = "sen\u0303or cafe\u0301 " + "a" * 70
    result = transliterate(text)
    assert result.applied
    assert result.text == "se\u00f1or caf\u00e9 " + "a" * 70
    assert result.replacements == (Replacement(2, "n\u0303", "\u00f1"), Replacement(10, "e\u0301", "\u00e9"))


def test_a_mark_that_composes_with_nothing_is_never_replaced() -> None:
    text = "q\u0303" + "a" * 80
    assert transliterate(text, "full").candidate == text


def test_an_unknown_level_names_itself() -> None:
    with pytest.raises(ValueError, match="extreme"):
        transliterate("a", "extreme")


@given(texts, st.sampled_from(Level))
def test_the_text_changes_only_for_fewer_segments(text: str, level: Level) -> None:
    result = transliterate(text, level)
    assert result.before == measure(text)
    assert result.after == measure(result.candidate)
    if result.applied:
        assert measure(result.text).encoding == "gsm7"
        assert measure(result.text).segments < measure(text).segments
    else:
        assert result.text == text
    rebuilt, at = "", 0
    for change in result.replacements:
        assert text[change.index : change.index + len(change.original)] == change.original
        rebuilt += text[at : change.index] + change.replacement
        at = change.index + len(change.original)
    assert rebuilt + text[at:] == result.candidate


def test_the_alphabet_and_the_map_do_not_meet() -> None:
    assert not {ord(c) for _, c, _ in ENTRIES} & DEFAULT.codes.keys()
