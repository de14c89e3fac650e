"""Untrusted text that is shown."""

import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsproof_spec.rules import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("caf\u00e9 \u20ac \U0001f600 \u4e2d", "caf\u00e9 \u20ac \U0001f600 \u4e2d"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b31m", "\\x9b31m"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("\x07\x00\x7f", "\\x07\\x00\\x7f"),
        ("\u202egpj.exe\u2066", "\\u202egpj.exe\\u2066"),
        ("a\u200bb\u200dc\ufeff\u00ad", "a\\u200bb\\u200dc\\ufeff\\xad"),
        ("\ud800\udfff", "\\ud800\\udfff"),
        ("\u2028\u2029\x85", "\\u2028\\u2029\\x85"),
        ("\u00a0\u3000", "\\xa0\\u3000"),
        ("\ue000\ufffe\U000e0001", "\\ue000\\ufffe\\U000e0001"),
        ("a\u3164b\u2800\ufe0f\u034f", "a\\u3164b\\u2800\\ufe0f\\u034f"),
        ("C:\\temp", "C:\\temp"),
        ("", ""),
    ],
)
def test_what_does_not_show_as_itself_is_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_line_ends_and_tabs_pass_only_on_request() -> None:
    assert printable("a\nb\tc", keep="\n") == "a\nb\\tc"
    assert printable("a\nb\tc", keep="\n\t") == "a\nb\tc"


@pytest.mark.parametrize("keep", ["\x1b", "\r", "a\u202e"])
def test_nothing_else_can_be_let_through(keep: str) -> None:
    assert printable("\x1b\r\u202e", keep=keep) == "\\x1b\\r\\u202e"


@given(st.text(alphabet=st.characters()))
def test_nothing_that_moves_a_cursor_turns_a_line_or_hides_comes_out(text: str) -> None:
    shown = printable(text)
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert printable(shown) == shown
    element = ElementTree.Element("t")
    element.text = shown
    assert (ElementTree.fromstring(ElementTree.tostring(element, "utf-8")).text or "") == shown
