"""`smsproof segments`: one text explained, many texts totalled."""

import json
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from smsproof_conformance.cli.segments import segments

app = typer.Typer()
app.command()(segments)


def run(*arguments: str, given: str | bytes | None = None, colour: bool = False) -> Result:
    environment = {"FORCE_COLOR": "1"} if colour else {"NO_COLOR": "1", "FORCE_COLOR": None}
    return CliRunner().invoke(app, list(arguments), input=given, env={**environment, "COLUMNS": "200"})


def test_a_text_is_explained_for_people() -> None:
    result = run("]" * 153)
    assert result.exit_code == 0
    assert "3 segments  GSM 7-bit, 306 septets" in result.stdout
    assert "Segment 1 is one unit short" in result.stdout
    assert "by the standard 3; cut between whole characters 3; by Messangi's page" in result.stdout
    assert "no header) 2" in result.stdout


def test_an_offender_is_named_with_its_indexes() -> None:
    result = run("caf\u00e9 \u2019 n\u2019est")
    assert "U+2019" in result.stdout
    assert "RIGHT SINGLE QUOTATION MARK" in result.stdout
    assert "5, 8" in result.stdout


def test_segments_are_coloured_in_turn() -> None:
    shown = run("a" * 161, colour=True).stdout
    assert "\x1b[30;106m" in shown
    assert "\x1b[30;103m" in shown


def test_a_hostile_text_is_shown_escaped() -> None:
    shown = run("\x1b[2J\u202e\x07").stdout
    assert "\x1b" not in shown
    assert "\\x1b[2J\\u202e\\x07" in shown


def test_a_text_is_explained_for_machines() -> None:
    answer = json.loads(run("--json", "a" * 70 + "\u2019").stdout)
    assert (answer["encoding"], answer["units"], answer["segments"]) == ("ucs2", 71, 2)
    assert answer["parts"] == ["a" * 67, "aaa\u2019"]
    assert answer["offenders"] == [
        {"index": 70, "character": "\u2019", "name": "RIGHT SINGLE QUOTATION MARK", "cluster": "\u2019"}
    ]
    assert answer["fixes"][0]["what"] == "transliterate, level typographic"
    assert answer["fixes"][0]["segments"] == 1


def test_a_dash_reads_one_text_with_its_line_ends() -> None:
    answer = json.loads(run("--json", "-", given="one\ntwo\n").stdout)
    assert answer["units"] == 7


@pytest.mark.parametrize(
    ("name", "content", "arguments"),
    [
        ("many.txt", "Hello\n\nn\u00e3o\r\n" + "a" * 161 + "\n", ()),
        ("many.csv", 'id,Text\n1,Hello\n2,n\u00e3o\n3,"' + "a" * 161 + '"\n', ()),
        ("many.csv", "id,words\n1,Hello\n2,n\u00e3o\n3," + "a" * 161 + "\n", ("--column", "words")),
        ("many.tsv", "body\nHello\nn\u00e3o\n" + "a" * 161 + "\n", ()),
        ("many.jsonl", '{"text":"Hello"}\n"n\\u00e3o"\n{"message":"' + "a" * 161 + '"}\n', ()),
        ("many.txt", "\ufeffHello\nn\u00e3o\n" + "a" * 161, ()),
    ],
)
def test_many_texts_are_totalled(tmp_path: Path, name: str, content: str, arguments: tuple[str, ...]) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    totals = json.loads(run("--json", "--file", str(path), *arguments).stdout)
    assert totals["messages"] == 3
    assert totals["segments"] == 4
    assert totals["by_encoding"] == {"gsm7": 2, "ucs2": 1}
    assert totals["by_segments"] == {"1": 2, "2": 1}
    assert totals["offenders"] == [{"character": "U+00E3", "messages": 1}]


def test_only_a_line_feed_ends_a_line() -> None:
    totals = json.loads(run("--json", "--file", "-", given="a\u2028b\u0085c\nd\n").stdout)
    assert totals["messages"] == 2


def test_totals_say_what_transliteration_would_save() -> None:
    shown = run("--file", "-", given=("\u2019" + "a" * 80 + "\n") * 3).stdout
    assert "6 segments  3 messages: 0 GSM 7-bit, 3 UCS-2" in shown
    assert "level typographic, would save 3 segments" in shown


def test_a_file_of_one_text_is_explained() -> None:
    assert json.loads(run("--json", "--file", "-", given="Hello World!\n").stdout)["units"] == 12


def test_what_cannot_be_sent_is_counted_apart() -> None:
    given = "a\n" + "a" * 40_000 + "\n"
    totals = json.loads(run("--json", "--file", "-", given=given).stdout)
    assert (totals["messages"], totals["unsendable"]) == (1, {"too-many-parts": 1})


@pytest.mark.parametrize(
    ("arguments", "given", "sentence"),
    [
        ((), None, "Give either a TEXT or --file"),
        (("a", "--file", "b"), None, "Give either a TEXT or --file"),
        (("--file", "/nonexistent/x"), None, "cannot be read"),
        (("--file", "-"), "", "holds no message"),
        (("--file", "-"), b"\xff\xfe\n\n", "not UTF-8"),
        (("-",), b"\xff", "not UTF-8"),
        (("--file", "-", "--format", "csv"), "a,b\n1,2\n", "--column NAME"),
        (("--file", "-", "--format", "jsonl"), '{"text":1}\n{}\n', "line 1 holds no text"),
        (("--file", "-", "--format", "jsonl"), "{]\n", "line 1 is no JSON"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_code_2(
    arguments: tuple[str, ...], given: str | bytes | None, sentence: str
) -> None:
    result = run(*arguments, given=given)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_half_a_surrogate_pair_cannot_be_sent() -> None:
    result = run("--file", "-", "--format", "jsonl", given='"a"\n"\\ud800"\n')
    assert result.exit_code == 2
    assert "line 2 is no JSON" in result.stderr
