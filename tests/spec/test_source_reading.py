"""Reading the files of a vendor's folder: plain values out of plain files, every other file refused with its line."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsproof_spec.source import Problem, SourceError, read


def problems(tmp_path: Path, text: str | bytes, name: str = "file.yaml") -> list[tuple[int | None, str, str]]:
    """Line, pointer and words of every problem of a file."""
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SourceError) as refusal:
        read(tmp_path, name)
    assert all(problem.file == name and problem.hint for problem in refusal.value.problems)
    return [(problem.line, problem.pointer, problem.what) for problem in refusal.value.problems]


def value(tmp_path: Path, text: str) -> object:
    (tmp_path / "file.yaml").write_text(text, encoding="utf-8")
    return read(tmp_path, "file.yaml").value


def test_plain_yaml_is_read_as_json(tmp_path: Path) -> None:
    text = 'a: text\nb: [1, -2, 1.5, true, false, null, "+1"]\nc: {d: >-\n    two\n    lines\n  }\n"200": yes\n'
    assert value(tmp_path, text.replace("{d: >-\n    two\n    lines\n  }", "{d: two lines}")) == {
        "a": "text",
        "b": [1, -2, 1.5, True, False, None, "+1"],
        "c": {"d": "two lines"},
        "200": "yes",
    }


def test_a_folded_text_is_one_line(tmp_path: Path) -> None:
    assert value(tmp_path, "a: >-\n  two\n  lines\nb: |\n  kept\n  apart\n") == {"a": "two lines", "b": "kept\napart\n"}


@pytest.mark.parametrize("text", ["no", "yes", "on", "off", "NO", "22:22", "1:2:3", "1.2.3"])
def test_words_that_yaml_once_took_for_other_things_are_texts(tmp_path: Path, text: str) -> None:
    assert value(tmp_path, f"a: {text}\n") == {"a": text}


def test_every_value_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_text("a: 1\nb:\n  c:\n  - x\n  - y~/z: 1\n")
    source = read(tmp_path, "file.yaml")
    assert source.lines["/a"] == 1
    assert source.lines["/b/c/1"] == 5
    assert source.lines["/b/c/1/y~0~1z"] == 5


def test_a_plus_sign_that_yaml_would_eat_is_refused(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, "from: 1-12345\nto: +13038675309\n")
    assert problem == (2, "/to", "+13038675309 is a number to YAML, which eats its plus sign")


def test_the_hint_for_an_eaten_plus_sign_is_the_quoted_number(tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_text("to: +13038675309\n")
    with pytest.raises(SourceError, match=r'^file.yaml:1 at /to: .* Quote it: "\+13038675309"\.$'):
        read(tmp_path, "file.yaml")


@pytest.mark.parametrize("text", ["010", "0x1F", "0o17", "1_000", ".5", "1.", ".inf", "-.inf", ".nan", "2021-08-17"])
def test_a_number_that_two_readers_read_differently_is_refused(tmp_path: Path, text: str) -> None:
    [(line, at, what)] = problems(tmp_path, f"a: {text}\n")
    assert (line, at) == (1, "/a")
    assert what.startswith(text + " is a YAML ")


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, "a: 1\nb: {c: 1, c: 2}\na: 2\n") == [
        (2, "/b/c", "the key c stands twice"),
        (3, "/a", "the key a stands twice"),
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("200: 1\n", "the key 200 is no string"),
        ("true: 1\n", "the key true is no string"),
        ("null: 1\n", "the key null is no string"),
        ("1.5: 1\n", "the key 1.5 is no string"),
        ("[a, b]: 1\n", "a key is a collection"),
        ("? {a: 1}\n: 1\n", "a key is a collection"),
        ("<<: {a: 1}\n", "the key << is no string"),
    ],
)
def test_a_key_that_is_no_string_is_refused(tmp_path: Path, text: str, what: str) -> None:
    assert problems(tmp_path, text) == [(1, "", what)]


def test_anchors_and_aliases_are_refused_each_with_its_line(tmp_path: Path) -> None:
    assert problems(tmp_path, "a: &x 1\nb: *x\nc: &y [1]\n") == [
        (1, "", "&x is an anchor"),
        (2, "", "*x is an alias"),
        (3, "", "&y is an anchor"),
    ]


def test_an_alias_bomb_is_refused_before_it_is_built(tmp_path: Path) -> None:
    levels = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    levels += [f"{new}: &{new} [{','.join(['*' + old] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]
    found = problems(tmp_path, "\n".join(levels) + "\n")
    assert len(found) == 9 + 8  # an anchor a line; nine aliases in a line are one problem eight times


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!str", "!own", "!!binary", "!", "!!set"])
def test_a_tag_is_refused(tmp_path: Path, tag: str) -> None:
    [(line, at, what)] = problems(tmp_path, f"a: 1\nb: {tag} x\n")
    assert (line, at) == (2, "")
    assert what.endswith(" is a tag")


@pytest.mark.parametrize("directive", ["%YAML 1.1", "%TAG ! tag:example.org,2000:"])
def test_a_directive_is_refused(tmp_path: Path, directive: str) -> None:
    assert "a % directive changes how the file is read" in [
        what for _, _, what in problems(tmp_path, f"{directive}\n---\na: no\n")
    ]


def test_a_second_document_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, "a: 1\n---\nb: 1\n") == [(2, "", "a second document starts here")]


@pytest.mark.parametrize("name", ["file.yaml", "file.json"])
def test_a_file_larger_than_a_mebibyte_is_refused(tmp_path: Path, name: str) -> None:
    [(line, _, what)] = problems(tmp_path, b'{"a":"' + b"x" * 1_048_576 + b'"}', name)
    assert (line, what) == (None, "the file is larger than 1048576 bytes")


@pytest.mark.parametrize(
    ("name", "depth"), [("file.yaml", 65), ("file.json", 65), ("file.yaml", 10_000), ("file.json", 500_000)]
)
def test_a_file_nested_deeper_than_64_is_refused(tmp_path: Path, name: str, depth: int) -> None:
    [(_, _, what)] = problems(tmp_path, "[" * depth + "]" * depth, name)
    assert "64" in what


@pytest.mark.parametrize("name", ["file.yaml", "file.json"])
def test_a_file_nested_64_deep_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("[" * 64 + "]" * 64)
    assert isinstance(read(tmp_path, name).value, list)


@pytest.mark.parametrize(("name", "data"), [("file.yaml", b"a: 1\nb: \xff\n"), ("file.json", b'{"a":1,\n"b":"\xff"}')])
def test_bytes_that_are_not_utf8_are_refused_with_their_line(tmp_path: Path, name: str, data: bytes) -> None:
    [(line, _, _)] = problems(tmp_path, data, name)
    assert line == 2


@pytest.mark.parametrize("text", ['a: "\\ud83d"\n', 'a: "\\ud83d\\ude00"\n'])
def test_half_of_a_surrogate_pair_is_refused(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text) == [(1, "/a", "half of a surrogate pair is no character")]


@pytest.mark.parametrize("text", ["a: [1\n", "a: b: c\n", "\ta: 1\n", 'a: "x\n', "a: 1\n b: 2\n", "a: @x\n"])
def test_what_is_no_yaml_is_refused_with_a_line(tmp_path: Path, text: str) -> None:
    [(line, _, what)] = problems(tmp_path, text)
    assert line is not None
    assert what.startswith("this is no YAML: ")


def test_a_control_character_is_refused(tmp_path: Path) -> None:
    [(_, _, what)] = problems(tmp_path, b"a: \x00\n")
    assert what.startswith("this is no YAML: ")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"a": 1, "a": 2}', "duplicate-key"),
        ('{"a": NaN}', "not-a-number"),
        ('{"a": 1e999}', "number-too-large"),
        ('{"a": "\\ud800"}', "lone-surrogate"),
        ('\ufeff{"a": 1}', "byte-order-mark"),
        ('{"a": 1} {}', "trailing-data"),
        ("{'a': 1}", "syntax"),
        ("", "empty"),
    ],
)
def test_json_that_two_readers_read_differently_is_refused(tmp_path: Path, text: str, kind: str) -> None:
    [(_, _, what)] = problems(tmp_path, text, "file.json")
    assert what.startswith(f"this is no JSON text we take ({kind}): ")


def test_a_mistake_in_json_has_its_line(tmp_path: Path) -> None:
    [(line, _, _)] = problems(tmp_path, '{\n "a": 1,\n "b": }\n', "file.json")
    assert line == 3


def test_a_file_that_is_not_there_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^missing\.yaml: No such file or directory\. Write the file\.$"):
        read(tmp_path, "missing.yaml")


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text("a: 1\n")
    (folder / "file.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(SourceError, match="a link that leaves the vendor's folder"):
        read(folder, "file.yaml")


def test_a_link_inside_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("a: 1\n")
    (tmp_path / "file.yaml").symlink_to(tmp_path / "real.yaml")
    assert read(tmp_path, "file.yaml").value == {"a": 1}


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "file.yaml")
    with pytest.raises(SourceError, match="no regular file"):
        read(tmp_path, "file.yaml")


def test_all_mistakes_of_a_file_come_at_once_in_the_order_of_its_lines(tmp_path: Path) -> None:
    found = problems(tmp_path, "a: +12345678901\nb: 010\na: 1\n1: 2\n")
    assert [line for line, _, _ in found] == [1, 2, 3, 4]


def test_a_problem_reads_as_one_line_with_its_hint() -> None:
    problem = Problem("openapi.yaml", 3, "/a/b", "this is wrong", "Do that")
    assert str(problem) == "openapi.yaml:3 at /a/b: this is wrong. Do that."
    assert str(Problem("a.json", None, "", "this is wrong", "Do that")) == "a.json: this is wrong. Do that."


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_be_read_or_be_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    for name in ("any.yaml", "any.json"):
        (folder / name).write_bytes(data)
        try:
            read(folder, name)
        except SourceError as refusal:
            assert refusal.problems


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(st.characters(codec="utf-8"), max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc+-0", min_size=1), inner, max_size=3),
        max_leaves=9,
    )
)
def test_json_written_as_yaml_is_the_same_value(tmp_path_factory: pytest.TempPathFactory, written: object) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "same.yaml").write_text(json.dumps(written, ensure_ascii=True).replace("\\/", "/"))
    try:
        assert read(folder, "same.yaml").value == written
    except SourceError as refusal:  # an astral character is a surrogate pair in JSON's escapes, which YAML has not
        assert all("surrogate" in problem.what for problem in refusal.problems)
