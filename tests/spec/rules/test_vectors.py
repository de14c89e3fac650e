"""The published vectors: well formed, many, right, and agreed on by the rules and the oracle."""

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from smsproof_spec.rules import (
    AddressError,
    Role,
    check,
    clusters,
    decode,
    encode,
    measure,
    pack,
    pack_uncounted,
    split,
    unpack,
)
from smsproof_spec.vectors import COLLECTIONS, load
from tests.oracle.text import price

FOLDER = files("smsproof_spec.vectors")
SCHEMA = json.loads(FOLDER.joinpath("schema.json").read_text("utf-8"))
PRICED = [*load("text"), *load("national")]


def name(row: dict[str, Any]) -> str:
    return str(row["id"])


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_each_file_is_valid_ascii_and_has_no_id_twice(collection: Any) -> None:
    written = FOLDER.joinpath(f"{collection}.json").read_text("utf-8")
    assert written.isascii()
    document = json.loads(written)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert document["kind"] == collection
    ids = [row["id"] for row in document["vectors"]]
    assert len(ids) == len(set(ids))


def test_the_schema_refuses_a_row_without_its_source() -> None:
    bad = {"kind": "graphemes", "title": "x", "vectors": [{"id": "a", "text": "a", "clusters": ["a"], "note": "x"}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(bad, SCHEMA)


def test_there_are_at_least_six_hundred_texts() -> None:
    assert len(PRICED) >= 600


@pytest.mark.parametrize("row", PRICED, ids=name)
def test_a_text_costs_and_is_cut_as_the_vector_says(row: dict[str, Any]) -> None:
    tables = {"locking": row.get("locking"), "single": row.get("single")}
    bits = row.get("reference_bits", 8)
    got = measure(row["text"], reference_bits=bits, **tables)
    assert (got.encoding, got.units, got.segments) == (row["encoding"], row["units"], row["segments"])
    if "parts" in row:
        assert [len(part) for part in split(row["text"], reference_bits=bits, **tables)] == row["parts"]
    naive = price(row["text"], bits, **tables)
    assert (naive.encoding, naive.units, naive.segments) == (row["encoding"], row["units"], row["segments"])


@pytest.mark.parametrize("row", load("septets"), ids=name)
def test_a_text_is_the_septets_that_the_vector_says(row: dict[str, Any]) -> None:
    tables = {"locking": row.get("locking"), "single": row.get("single")}
    septets = bytes.fromhex(row["septets"])
    assert encode(row["text"], **tables) == septets
    assert decode(septets, **tables) == row["text"]
    if "packed" in row:
        assert pack(septets) == bytes.fromhex(row["packed"])
        assert unpack(bytes.fromhex(row["packed"]), len(septets)) == septets
    if "uncounted" in row:
        assert pack_uncounted(septets) == bytes.fromhex(row["uncounted"])


@pytest.mark.parametrize("row", load("addresses"), ids=name)
def test_an_address_is_taken_or_refused_as_the_vector_says(row: dict[str, Any]) -> None:
    role = Role(row["role"])
    if row["kind"] is None:
        with pytest.raises(AddressError):
            check(row["address"], row["vendor"], role)
    else:
        assert check(row["address"], row["vendor"], role).value == row["kind"]


@pytest.mark.parametrize("row", load("graphemes"), ids=name)
def test_clusters_divide_where_the_vector_says(row: dict[str, Any]) -> None:
    assert "".join(row["clusters"]) == row["text"]
    assert clusters(row["text"]) == row["clusters"]
