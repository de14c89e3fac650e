"""Strict JSON: a value or Malformed for any bytes, never an exception."""

import json
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smsproof_spec.rules import Malformed, strict_json
from tests.oracle import json_text as oracle


@pytest.mark.parametrize(
    ("data", "kind", "position"),
    [
        (b"", "empty", None),
        (b" \t\r\n", "empty", None),
        (b"[1", "syntax", 2),
        (b"{'a':1}", "syntax", 1),
        (b"[1,]", "syntax", None),
        (b"[01]", "syntax", 2),
        (b"[+1]", "syntax", 1),
        (b"[1.]", "syntax", 2),
        (b'"\x01"', "syntax", 1),
        (b'"\\x41"', "syntax", 1),
        (b"\xc2\xa0{}", "syntax", 0),
        (b"1 2", "trailing-data", 2),
        (b"{}\x00", "trailing-data", 2),
        (b'{"a":1,"a":2}', "duplicate-key", None),
        (b'{"a":1,"\\u0061":2}', "duplicate-key", None),
        (b'[{"b":{"":1,"":1}}]', "duplicate-key", None),
        (b"[NaN]", "not-a-number", None),
        (b"-Infinity", "not-a-number", None),
        (b"[1e999]", "number-too-large", None),
        (b"-1E+400", "number-too-large", None),
        (b"9" * 400 + b".0", "number-too-large", None),
        (b"9" * 4301, "number-too-large", 0),
        (b"[-" + b"9" * 5000 + b"]", "number-too-large", 2),
        (b"[" * 201 + b"]" * 201, "too-deep", None),
        (b'{"a":' * 100_000, "too-deep", None),
        (b'"\\ud800"', "lone-surrogate", 1),
        (b'"\\uDC00\\ud800"', "lone-surrogate", 1),
        (b'{"\\udfff":1}', "lone-surrogate", 2),
        (b'"\\ud83d\\u0041"', "lone-surrogate", 1),
        (b"\xff", "not-utf-8", 0),
        (b'"\xed\xa0\x80"', "not-utf-8", 1),
        (b'"\xc0\xaf"', "not-utf-8", 1),
        (b"\xef\xbb\xbf1", "byte-order-mark", 0),
        ('{"a":1}'.encode("utf-16"), "byte-order-mark", 0),
        ('{"a":1}'.encode("utf-16-le"), "syntax", 1),
        (b" " * 2_097_153, "too-large", 2_097_152),
    ],
)
def test_each_kind_of_malformed_bytes_is_named_and_placed(data: bytes, kind: str, position: int | None) -> None:
    result = strict_json(data)
    assert isinstance(result, Malformed)
    assert result.kind == kind
    assert result.detail.isascii()
    if position is not None:
        assert result.position == position


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"null", None),
        (b" 0 ", 0),
        (b"-0", 0),
        (b"1.5e3", 1500.0),
        (b"1E-999", 0.0),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\\\ud800"', "\\ud800"),
        (b'"\\u0000"', "\x00"),
        (b'"\xef\xbb\xbf"', "\ufeff"),
        (b'["[[[[","]","{\\"",{}]', ["[[[[", "]", '{"', {}]),
        (b"9" * 4300, int("9" * 4300)),
        (b'{"a":{"a":[{"a":1},{"a":2}]}}', {"a": {"a": [{"a": 1}, {"a": 2}]}}),
    ],
)
def test_good_json_is_its_value(data: bytes, value: object) -> None:
    assert strict_json(data) == value


def test_depth_and_size_have_their_limits_and_both_can_be_set() -> None:
    assert not isinstance(strict_json(b"[" * 200 + b"]" * 200), Malformed)
    assert strict_json(b"[[1]]", max_depth=1) == Malformed("too-deep", "nested more than 1 deep", None)
    assert isinstance(strict_json(b"[1]", max_bytes=2), Malformed)
    assert strict_json(b"[1]", max_depth=1) == [1]


def test_depth_is_found_before_the_parser_recurses() -> None:
    limit = sys.getrecursionlimit()
    frames = b"[" * (limit * 3)
    assert isinstance(strict_json(frames, max_depth=limit * 4), Malformed)
    result = strict_json(frames)
    assert isinstance(result, Malformed)
    assert result.kind == "too-deep"


def test_a_duplicate_name_is_shown_escaped_and_shortened() -> None:
    name = json.dumps("\x1b" * 500)
    result = strict_json(f"{{{name}:1,{name}:2}}".encode())
    assert isinstance(result, Malformed)
    assert len(result.detail) < 500
    assert "\x1b" not in result.detail


def agrees_with_the_oracle(data: bytes) -> None:
    result = strict_json(data)
    try:
        expected = oracle.read(data)
    except oracle.Refused:
        assert isinstance(result, Malformed)
    else:
        assert not isinstance(result, Malformed)
        assert json.dumps(result) == json.dumps(expected)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
documents = values.map(lambda value: json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
pieces = st.lists(
    st.sampled_from(
        [b"[", b"]", b"{", b"}", b",", b":", b'"', b"\\", b'"a"', b"1", b"-", b"0", b".5", b"e9", b"E+999", b"null"]
        + [b"true", b"NaN", b"Infinity", b" ", b"\n", b"\\ud83d", b"\\ude00", b"\\u00", b"\xc3\xa9", b"\xff", b"\x00"]
    ),
    max_size=12,
).map(b"".join)


@given(documents | pieces | st.binary(max_size=40))
@example(b'{"a":1}}')
@example(b'"\\"[')
def test_any_bytes_are_read_as_recursive_descent_reads_them(data: bytes) -> None:
    agrees_with_the_oracle(data)


@given(documents, st.data())
def test_a_damaged_document_is_read_as_recursive_descent_reads_it(document: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(document)))
    agrees_with_the_oracle(document[:at] + data.draw(pieces) + document[at + data.draw(st.integers(0, 2)) :])


nested = st.recursive(
    st.just(b"[]"), lambda inner: st.lists(inner, max_size=4).map(lambda of: b"[" + b",".join(of) + b"]")
)


@given(nested, st.integers(0, 30))
def test_the_depth_limit_holds_at_exactly_the_depth_whatever_the_shape(text: bytes, around: int) -> None:
    text = b"[" * around + text + b",[]]" * around if around else text
    depth = open_now = 0
    for octet in text:
        open_now += {ord("["): 1, ord("]"): -1}.get(octet, 0)
        depth = max(depth, open_now)
    assert not isinstance(strict_json(text, max_depth=depth), Malformed)
    assert strict_json(text, max_depth=depth - 1) == Malformed("too-deep", f"nested more than {depth - 1} deep", None)
