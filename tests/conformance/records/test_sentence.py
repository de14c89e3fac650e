"""Own words and what they quote, told apart from where a sentence is made to where it is shown."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsproof_conformance.records.sentence import Sentence, masked, recalled, recorded, said


def hidden(text: str) -> str:
    return "#" * len(text)


def test_a_sentence_is_the_text_that_it_reads() -> None:
    told = Sentence("HTTP {} for {}", 400, "a blank text")
    assert told == "HTTP 400 for a blank text"
    assert f"{told}!" == "HTTP 400 for a blank text!"


def test_braces_are_braces_where_nothing_is_quoted() -> None:
    assert Sentence("a line of the form {step, ids}") == "a line of the form {step, ids}"
    assert Sentence("the handset shows {}", "{0} {}") == "the handset shows {0} {}"


def test_only_what_is_quoted_is_masked() -> None:
    assert masked(Sentence("text as asked: {}, at {}", "Call me", 3), hidden) == "text as asked: #######, at #"


def test_words_of_a_quoted_sentence_stay_as_well() -> None:
    inner = Sentence("order {}", "b, a")
    assert masked(Sentence("{}: the target was busy (HTTP {})", inner, 503), hidden) == (
        "order ####: the target was busy (HTTP ###)"
    )


def test_a_plain_text_is_somebodys_as_a_whole() -> None:
    assert masked("the target was busy", hidden) == "###################"


def test_what_is_made_of_a_sentence_without_saying_so_is_private_as_a_whole() -> None:
    told = Sentence("the number {}", "+13038675309")
    assert masked(f"{told}", hidden) == masked(told + "", hidden) == "#" * 23


def test_a_place_without_a_value_is_a_mistake_of_the_suite() -> None:
    with pytest.raises(ValueError, match="2 places for 1 values"):
        Sentence("HTTP {} for {}", 400)


values = st.recursive(
    st.text(max_size=8), lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda told: Sentence("{}" + ", {}" * (len(told) - 1), *told))
)  # fmt: skip


@given(values)
def test_a_run_file_gives_back_the_same_words_and_the_same_values(told: str) -> None:
    kept = recalled(recorded(told))
    assert kept == told
    assert masked(kept, hidden) == masked(told, hidden)


@pytest.mark.parametrize("words", [said("right"), said('["{}", "x"]'), said("[1] is no list"), said("")])
def test_words_alone_are_recorded_so_that_they_stay_words(words: Sentence) -> None:
    assert masked(recalled(recorded(words)), hidden) == words


def test_plain_words_stand_in_a_run_file_as_they_are() -> None:
    assert recorded(said("a list inside an object")) == "a list inside an object"


def test_copies_know_their_own_words() -> None:
    told = Sentence("the number {}", "+13038675309")
    for twin in (copy.deepcopy(told), pickle.loads(pickle.dumps(told))):
        assert masked(twin, hidden) == "the number ############"
