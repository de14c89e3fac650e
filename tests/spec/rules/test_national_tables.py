"""Every national table against the reconciled source, and each cell where the sources differ."""

import json
from pathlib import Path

import pytest

from smsproof_spec.rules import LANGUAGES, decode, encode, measure
from smsproof_spec.rules.alphabet import DEFAULT, alphabet
from smsproof_spec.rules.tables.national import IDENTIFIERS, LOCKING, SINGLE

SOURCE = json.loads((Path(__file__).parents[2] / "oracle" / "tables.json").read_text("utf-8"))


def read(kind: str, language: str) -> dict[int, str]:
    return {int(code, 16): chr(int(point, 16)) for code, point in SOURCE[kind][language].items()}


def test_thirteen_languages_have_identifiers_in_the_order_of_the_standard() -> None:
    assert list(IDENTIFIERS.values()) == list(range(1, 14))
    assert LANGUAGES == (
        "turkish", "spanish", "portuguese", "bengali", "gujarati", "hindi", "kannada", "malayalam", "oriya", "punjabi",
        "tamil", "telugu", "urdu",
    )  # fmt: skip
    assert set(LANGUAGES) - set(LOCKING) == {"spanish"}
    assert set(SINGLE) == set(LANGUAGES)


def test_the_default_alphabet_is_the_source() -> None:
    assert DEFAULT.readings == (read("locking", "default"), read("single", "default"))
    assert len(DEFAULT.basic) == 127
    assert len(DEFAULT.extension) == 10


@pytest.mark.parametrize("language", LOCKING)
def test_a_locking_table_has_the_shape_and_content_of_the_source(language: str) -> None:
    table, _ = alphabet(locking=language).readings
    assert table == read("locking", language)
    assert len(LOCKING[language].split()) == 128
    assert 0x1B not in table
    assert (table[0x0A], table[0x0D], table[0x20]) == ("\n", "\r", " ")
    assert len(set(table.values())) == len(table)


@pytest.mark.parametrize("language", SINGLE)
def test_a_single_shift_table_has_the_shape_and_content_of_the_source(language: str) -> None:
    _, table = alphabet(single=language).readings
    assert table == read("single", language)
    assert len(SINGLE[language].split()) == 128
    assert not {0x0D, 0x1B} & set(table)  # CR2 and the escape are reserved
    assert set(DEFAULT.extension) - set("\u20ac") <= set(table.values())


@pytest.mark.parametrize("language", [name for name in SINGLE if IDENTIFIERS[name] > 3])
def test_what_an_indic_table_holds_twice_is_written_with_the_lower_code_and_read_from_both(language: str) -> None:
    letters = alphabet(locking="bengali", single=language)
    assert (letters.extension["*"], letters.extension["\u00a1"]) == (0x0B, 0x13)
    for septets in ("1b0b", "1b18"):
        assert decode(bytes.fromhex(septets), single=language) == "*"
    for septets in ("1b13", "1b15"):
        assert decode(bytes.fromhex(septets), single=language) == "\u00a1"


# DESIGN.md, "National tables": where published implementations differ, what is right and who is wrong.
@pytest.mark.parametrize(
    ("kind", "language", "code", "character"),
    [
        ("locking", "hindi", 0x00, "\u0901"),
        ("locking", "hindi", 0x01, "\u0902"),
        ("locking", "hindi", 0x02, "\u0903"),
        ("locking", "kannada", 0x24, "\u0ca1"),
        ("locking", "kannada", 0x3D, "\u0caa"),
        ("single", "tamil", 0x24, "\u0bee"),
        ("single", "telugu", 0x22, "\u0c6c"),
        ("single", "telugu", 0x23, "\u0c6d"),
        ("locking", "turkish", 0x1F, "\u00c9"),
        ("locking", "oriya", 0x47, "\u0b33"),
        ("single", "punjabi", 0x23, "\u0a6d"),
        ("single", "oriya", 0x1C, "\u0b66"),
        ("single", "telugu", 0x1C, "\u0c66"),
        *(("locking", name, 0x2C, ",") for name in LOCKING),
    ],
)
def test_a_cell_on_which_sources_differ_is_as_decided(kind: str, language: str, code: int, character: str) -> None:
    tables = {kind: language}
    assert encode(character, **tables) == bytes([code] if kind == "locking" else [0x1B, code])


def test_empty_cells_stay_empty() -> None:
    assert 0x11 not in alphabet(locking="tamil").readings[0]
    assert 0x11 not in alphabet(locking="telugu").readings[0]


def test_the_contested_telugu_euro_is_left_out() -> None:
    assert 0x65 not in alphabet(single="telugu").readings[1]
    assert measure("\u20ac", single="telugu").encoding == "ucs2"
