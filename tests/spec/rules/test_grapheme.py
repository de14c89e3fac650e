"""Clusters and cuts that keep them whole. The rules of UAX 29 one by one are in the vectors."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsproof_spec.rules import TextError, clusters, measure, split, split_graphemes
from tests.spec.rules.strategies import LOCKING, SINGLE, texts

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"  # 11 units
FLAG = "\U0001f1eb\U0001f1f7"


def test_a_flag_is_not_divided_where_the_standard_cut_divides_it() -> None:
    text = FLAG * 18
    assert [len(part) for part in split(text)] == [33, 3]
    assert [len(part) for part in split_graphemes(text)] == [32, 4]


def test_whole_clusters_can_cost_a_segment_more() -> None:
    assert len(split_graphemes(FAMILY * 12)) == 2
    assert len(split_graphemes("a" * 66 + FLAG + "b" * 64)) == 3
    assert len(split("a" * 66 + FLAG + "b" * 63)) == 2
    assert len(split_graphemes("a" * 65 + FLAG + "b" * 65)) == 3


def test_a_cut_never_falls_between_carriage_return_and_line_feed() -> None:
    assert [len(part) for part in split("a" * 152 + "\r\n" + "a" * 10)] == [153, 11]
    assert [len(part) for part in split_graphemes("a" * 152 + "\r\n" + "a" * 10)] == [152, 12]


def test_a_cluster_larger_than_a_part_is_cut_inside() -> None:
    text = "x" + "e" + "\u0301" * 100
    assert [len(part) for part in split_graphemes(text)] == [67, 35]
    text = "\U0001f468" + "\u200d\U0001f469" * 40
    parts = split_graphemes(text)
    assert "".join(parts) == text
    assert all(measure(part).units <= 67 for part in parts)


def test_one_segment_is_never_cut() -> None:
    assert split_graphemes(FLAG * 17) == (FLAG * 17,)


def test_too_many_whole_clusters_are_refused() -> None:
    with pytest.raises(TextError, match="too-many-parts"):
        split_graphemes("a" * 40_000)
    text = ("a" * 66 + FLAG) * 250  # 17,500 units: 262 parts
    with pytest.raises(TextError, match="too-many-parts"):
        split_graphemes(text)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(TextError, match="lone-surrogate"):
        split_graphemes("\ud800")


@given(texts, st.sampled_from((8, 16)), st.sampled_from((None, *LOCKING)), st.sampled_from((None, *SINGLE)))
@settings(deadline=None)
def test_a_grapheme_cut_loses_nothing_and_divides_only_what_is_too_large(
    text: str, bits: int, locking: str | None, single: str | None
) -> None:
    whole = measure(text, reference_bits=bits, locking=locking, single=single)
    try:
        parts = split_graphemes(text, reference_bits=bits, locking=locking, single=single)
    except TextError:
        assert whole.segments > 1
        return
    assert "".join(parts) == text
    assert len(parts) >= whole.segments
    if whole.segments == 1:
        return
    ends, at = set(), 0
    for cluster in clusters(text):
        at += len(cluster)
        ends.add(at)
    at = 0
    for part in parts[:-1]:
        at += len(part)
        if at not in ends:
            inside = next(c for c in _with_ends(text) if c[1] < at < c[2])
            assert _cost(inside[0], whole.encoding, locking, single) > whole.per_segment
    assert all(_cost(part, whole.encoding, locking, single) <= whole.per_segment for part in parts)


def _with_ends(text: str) -> list[tuple[str, int, int]]:
    found, at = [], 0
    for cluster in clusters(text):
        found.append((cluster, at, at + len(cluster)))
        at += len(cluster)
    return found


def _cost(text: str, encoding: str, locking: str | None, single: str | None) -> int:
    if encoding == "ucs2":
        return len(text.encode("utf-16-le")) // 2
    return measure(text, locking=locking, single=single).units


@given(st.text())
def test_clusters_joined_are_the_text(text: str) -> None:
    found = clusters(text)
    assert "".join(found) == text
    assert all(found)
