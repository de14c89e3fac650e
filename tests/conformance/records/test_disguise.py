"""Finding a value in whatever disguise it comes back; and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsproof_conformance.records.disguise import Lookout, _bare_with_places, bare  # pyright: ignore[reportPrivateUsage]
from tests.conformance.records.disguises import everything

TOKEN = "canary-tok/en+2719=é"


@pytest.mark.parametrize("name", everything(TOKEN))
def test_a_value_is_found_in_every_disguise(name: str) -> None:
    shown = everything(TOKEN)[name]
    lookout = Lookout([TOKEN, TOKEN.encode().decode("latin-1")])
    for text in (shown, f'{{"error":"before {shown} after"}}', f"refid=123&token={shown}&x=%2B1"):
        assert lookout.replace(text, lambda _: "[secret]").count("[secret]") == 1, text
        left = lookout.replace(text, lambda _: "[secret]")
        assert lookout.sightings(left) == []
        assert "canary" not in left.lower()


def test_what_stands_around_a_value_stays() -> None:
    lookout = Lookout(["canary-token"])
    assert lookout.replace('{"a":"x canary%2Dtoken y"}', lambda _: "[secret]") == '{"a":"x [secret] y"}'
    assert lookout.replace('["canary\\u002dtoken","n"]', lambda _: "#") == '["#","n"]'


def test_a_part_of_a_long_value_is_found() -> None:
    lookout = Lookout(["Your parcel is at the post office round the corner"])
    for part in ("Your parcel is at", "the post office", "round the corner", "parcel is at the…"):
        assert lookout.sightings(f"got '{part}'"), part


def test_a_word_that_also_stands_in_a_value_is_no_part_of_it() -> None:
    lookout = Lookout(["The message was accepted by the vendor"])
    assert lookout.sightings("expected an accepted message") == []


@pytest.mark.parametrize("text", ["Hello there", "'Hello'", '"hello"', "Hello"])
def test_a_short_value_is_found_where_it_stands_alone(text: str) -> None:
    assert [sighting.value for sighting in Lookout(["Hello"]).sightings(text)] == ["Hello"]


@pytest.mark.parametrize("text", ["Helloween", "xhello", "Hell", "H"])
def test_a_short_value_is_not_found_inside_words(text: str) -> None:
    assert Lookout(["Hello"]).sightings(text) == []


def test_very_short_values_are_not_looked_for() -> None:
    assert Lookout(["a", "€", "", "12"]).sightings("a € 12") == []


def test_numbers_are_found_however_they_are_grouped() -> None:
    lookout = Lookout(["+13038675309"])
    for text in ("+1 (303) 867-5309", "1.303.867.5309", "%2B13038675309", "\\u002b13038675309", "tel:+1-303-867-5309"):
        assert lookout.sightings(text), text


def test_two_values_in_one_text_are_told_apart() -> None:
    lookout = Lookout(["+13038675309", "+13038678888"])
    assert lookout.replace("to 13038678888 and 13038675309", lambda value: value[-2:]) == "to 88 and 09"


@given(st.text(max_size=200), st.lists(st.text(min_size=1, max_size=30), max_size=4))
def test_any_text_and_any_values_are_looked_at_without_error_and_nothing_is_left(text: str, values: list[str]) -> None:
    lookout = Lookout(values)
    sightings = lookout.sightings(text)
    assert all(0 <= one.start < one.end <= len(text) for one in sightings)
    assert all(before.end <= after.start for before, after in zip(sightings, sightings[1:], strict=False))


@given(st.text("abcXYZ0189", min_size=12, max_size=40), st.text(max_size=50), st.text(max_size=50))
def test_a_long_value_is_always_cut_out_of_what_surrounds_it(value: str, before: str, after: str) -> None:
    assert value not in Lookout([value]).replace(f"{before} {value} {after}", lambda _: "")


def test_bytes_that_are_no_text_are_looked_at_too() -> None:
    data = b"\xff\xfecanary-token\x80".decode("utf-8", "surrogateescape")
    left = Lookout(["canary-token"]).replace(data, lambda _: "*")
    assert left.encode("utf-8", "surrogateescape") == b"\xff\xfe*\x80"


# Characters that begin, continue and end escapes, and words of a value between them.
PIECES = st.lists(
    st.sampled_from(
        ["%", "25", "\\", "u00", "x", "n", "&#", ";", "&amp", "=", "\r", "\n", " ", "é", "ß", "\0", "\udcff", "_"]
    )
    | st.sampled_from(["canary", "Token", "6361", "Y2FuYXJ5", "12"]),
    max_size=12,
).map("".join)


@given(st.text() | PIECES)
def test_a_text_is_as_bare_with_its_places_as_without(text: str) -> None:
    stripped, places = _bare_with_places(text)
    assert stripped == bare(text)
    assert len(places) == len(stripped)
    assert all(0 <= start < end <= len(text) for start, end in places)


@given(st.lists(PIECES, min_size=1, max_size=4))
def test_what_stands_in_one_of_several_texts_stands_in_all_of_them_joined(texts: list[str]) -> None:
    lookout = Lookout(["canary-token", "canary"])
    together = lookout.may_stand_in("\n".join(texts))
    for text in texts:
        assert together or not lookout.sightings(text)
        assert lookout.may_stand_in(text) or not lookout.sightings(text)


def test_no_escape_reaches_over_the_line_end_that_joins_two_texts() -> None:
    lookout = Lookout(["canary-token"])
    for before, after in (
        ("=", "canary-token"),
        ("=\r", "canary-token"),
        ("%", "canary-token"),
        ("\\", "canary-token"),
    ):
        assert lookout.may_stand_in(f"{before}\n{after}")


def test_a_text_that_shares_a_word_with_a_value_is_cleared_without_looking_at_its_places() -> None:
    """The suite's own name stands in the emulator's tokens and in a thousand harmless texts."""
    lookout = Lookout(["smsproof-token", "smsproof-expired"])
    for text in ("smsproof-emulator", "https://smsproof.example/hook", "x" * 200 + " smsproof.example/" + "y" * 200):
        assert not lookout.may_stand_in(text)
    assert lookout.may_stand_in("https://smsproof.example/smsproof%2Dtoken")
