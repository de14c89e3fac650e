"""The published schemas: valid themselves, shipped, found by the command, and strict enough to say no."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from typer.testing import CliRunner

from smsproof_conformance.cli import app
from smsproof_conformance.reports.files import RENDERERS
from smsproof_conformance.reports.material import Material
from smsproof_conformance.reports.schemas import SCHEMAS, load, path
from tests.conformance.reports.test_formats import material as material


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_its_id_names_version_and_no_host(name: str) -> None:
    schema = load(name)
    Draft202012Validator.check_schema(schema)
    kind, version = name.removeprefix("smsproof-").split("/")
    assert schema["$id"] == f"urn:smsproof:schema:{kind}:{version}"
    assert "http" not in json.dumps({**schema, "$schema": ""})


@pytest.mark.parametrize(("word", "name"), [("json", "smsproof-run/1"), ("smsproof-events/1", "smsproof-events/1")])
def test_the_command_prints_a_schema(word: str, name: str) -> None:
    done = CliRunner().invoke(app, ["schemas", word])
    assert (done.exit_code, json.loads(done.stdout)) == (0, load(name))


def test_the_command_says_where_they_are() -> None:
    told = json.loads(CliRunner().invoke(app, ["schemas", "--json"]).stdout)
    assert told == {name: str(path(name)) for name in SCHEMAS}
    assert all(path(name).is_file() for name in SCHEMAS)


def test_an_unknown_schema_is_answered_with_the_known_ones() -> None:
    done = CliRunner().invoke(app, ["schemas", "sarif"])
    assert done.exit_code == 2
    assert "json, ndjson, compare, smsproof-run/1" in done.stderr


def drop_digest(report: dict[str, Any]) -> None:
    del report["digest"]


def odd_verdict(report: dict[str, Any]) -> None:
    report["cases"][0]["verdict"] = "OK"


def new_member(report: dict[str, Any]) -> None:
    report["findings"][0]["exchange"]["authorization"] = "Bearer x"


def local_time(report: dict[str, Any]) -> None:
    report["began"] = "2026-11-21 09:30"


@pytest.mark.parametrize("spoil", [drop_digest, odd_verdict, new_member, local_time])
def test_the_schema_of_the_report_says_no(material: Material, spoil: Callable[[dict[str, Any]], None]) -> None:
    report = json.loads(RENDERERS["json"](material))
    validator = Draft202012Validator(load("smsproof-run/1"))
    validator.validate(report)
    spoiled = copy.deepcopy(report)
    spoil(spoiled)
    with pytest.raises(ValidationError):
        validator.validate(spoiled)
