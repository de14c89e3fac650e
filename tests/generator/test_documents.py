"""Broken documents, and what is written to disk: everything wrong is named, nothing is half done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from smsproof_generator import document, reading
from smsproof_generator.command import run
from smsproof_generator.document import Document
from smsproof_generator.packaging import foreign_tree
from smsproof_generator.problem import OutputError, SpecError
from smsproof_generator.writer import MANIFEST, drift, write


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"\xff", b"swagger: '2.0'", b"openapi: 4.0.0", b"a: 1\na: 2", b"!!python/x y"]
)
def test_what_is_no_document_is_refused_with_a_hint(data: bytes) -> None:
    with pytest.raises(SpecError) as caught:
        document.parse(data, "odd.yaml")
    assert all(problem.hint for problem in caught.value.problems)


def broken() -> dict[str, Any]:
    responses = {"200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/nowhere"}}}}}
    good = {"operationId": "good", "responses": {"204": {"description": ""}}}
    paths = {
        "/a": {"get": {"operationId": "bad", "responses": responses}, "put": good},
        "/b": {"get": {"responses": responses}},
    }
    return {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths}


def test_all_problems_are_named_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec, out = tmp_path / "spec.json", tmp_path / "out"
    spec.write_text(json.dumps(broken()))
    assert run(["--spec", str(spec), "--package", "p", "--out", str(out)]) == 2
    shown = capsys.readouterr().err
    assert "spec.json#/paths/~1a/get/responses/200" in shown
    assert "spec.json#/paths/~1b/get/responses/200" in shown
    assert not out.exists()


def test_a_place_of_a_parameter_that_is_none_is_answered_with_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = broken()
    parameter = {"name": "id", "in": "paht", "required": True, "schema": {"type": "string"}}
    given["paths"] = {"/a": {"get": {"parameters": [parameter], "responses": {"204": {"description": ""}}}}}
    (spec := tmp_path / "spec.json").write_text(json.dumps(given))
    assert run(["--spec", str(spec), "--package", "p", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == (
        "spec.json#/paths/~1a/get/parameters/0: a parameter in 'paht', which is no place of a request."
        " Did you mean path.\n"
        "1 problem; nothing was written. --partial leaves such operations out.\n"
    )


def test_a_file_that_is_no_document_is_named_without_a_place_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--spec", str(tmp_path / "nowhere.yaml"), "--package", "p", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == (
        "nowhere.yaml: cannot be read: No such file or directory. Check the path.\n1 problem; nothing was written.\n"
    )


def test_what_cannot_be_served_is_left_out_where_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec, out = tmp_path / "spec.json", tmp_path / "out"
    spec.write_text(json.dumps(broken()))
    assert run(["--spec", str(spec), "--package", "p", "--out", str(out), "--partial"]) == 0
    assert "def good(" in (out / "p" / "client.py").read_text()
    assert "def bad(" not in (out / "p" / "client.py").read_text()
    assert "left out: spec.json#/paths/~1a/get" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["../x", "a-b", "class", "", "é", "a.b", "pydantic", "con"])
def test_a_package_name_that_python_or_a_system_minds_is_refused(tmp_path: Path, name: str) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps(broken()))
    assert run(["--spec", str(spec), "--package", name, "--out", str(tmp_path / "out"), "--partial"]) == 2


def test_an_extension_of_another_form_is_named_by_its_call() -> None:
    content = broken()
    content["x-sms-vendor"] = "v"
    schema = {"type": "object", "x-sms-template": {"values": 1}, "properties": {"a": {"enum": [{}], "x-sms-id": True}}}
    media = {"application/json": {"schema": schema}}
    call = {
        "x-sms-paid": True,
        "requestBody": {"content": media},
        "responses": {"200": {"description": "", "content": media}},
    }
    content["paths"] = {"/a": {"post": call}}
    with pytest.raises(SpecError, match="x-sms-"):
        reading.read(Document(content, "odd"), module="p")


# Writing


def test_a_tree_is_written_once_and_its_drift_is_named(tmp_path: Path) -> None:
    assert write(tmp_path, {"a/b.py": "1", "c.py": "2"}) == ["a/b.py", "c.py", MANIFEST]
    assert write(tmp_path, {"a/b.py": "1", "c.py": "2"}) == []
    (tmp_path / "c.py").write_text("3")
    (tmp_path / "a/b.py").unlink()
    assert drift(tmp_path, {"a/b.py": "1", "c.py": "2"}) == ["differs: c.py", "missing: a/b.py"]


def test_only_what_was_written_before_is_removed(tmp_path: Path) -> None:
    write(tmp_path, {"a/old.py": "1", "b.py": "2"})
    (tmp_path / "mine.txt").write_text("mine")
    write(tmp_path, {"b.py": "2"})
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["b.py", "mine.txt", MANIFEST]


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="not empty"):
        write(tmp_path, {"a.py": "1"})
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("path", ["../a", "/a", "a/../../b", "C:\\x", "a\\b", ""])
def test_no_path_leads_out_of_the_folder(tmp_path: Path, path: str) -> None:
    with pytest.raises(OutputError):
        write(tmp_path / "out", {path: "x"})


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    write(tmp_path / "out", {"a/b.py": "1"})
    (tmp_path / "out" / "a" / "b.py").unlink()
    (tmp_path / "out" / "a" / "b.py").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="link"):
        write(tmp_path / "out", {"a/b.py": "2"})
    assert not (tmp_path / "elsewhere").exists()


def test_the_same_document_gives_the_same_bytes() -> None:
    def once() -> dict[str, str]:
        return foreign_tree(reading.read(Document(broken(), "b"), module="p", partial=True), "p")

    assert once() == once()
