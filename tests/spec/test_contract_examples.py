"""The documented examples: all of them, as printed but for what their notes say, and fitting the schemas."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from referencing import Registry

from smsproof_spec.contract import VENDORS, Body, Example, load
from smsproof_spec.rules import Malformed, strict_json

# The text of every JSON example, character for character as the vendors' pages print it.
PRINTED: list[dict[str, str]] = json.loads((Path(__file__).parent / "printed_examples.json").read_text("ascii"))

# What we change before it is an example; everything else is taken as printed.
NORMALISED = {
    "intelepeer set-webhook": lambda text: text.replace("\u00a0", " "),
    "messangi batch": lambda text: text.replace('"to:"', '"to"'),
    "messangi send-from-curl": lambda text: text.replace('\\"', '"'),
}


def bodies(vendor: str) -> Iterator[Body]:
    contract = load(vendor)
    for call in (*contract.operations.values(), *contract.webhooks.values()):
        if call.request is not None:
            yield call.request
        yield from (response.body for response in call.responses.values() if response.body is not None)


def examples() -> list[tuple[str, Body, Example]]:
    return [(vendor, body, example) for vendor in VENDORS for body in bodies(vendor) for example in body.examples]


def closed(vendor: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "components": load(vendor).document["components"]}


EXAMPLES = examples()
NAMES = [f"{vendor} {example.name}" for vendor, _, example in EXAMPLES]


def test_every_json_example_of_the_pages_is_there_once() -> None:
    assert sorted(NAMES) == sorted(f"{entry['vendor']} {entry['name']}" for entry in PRINTED)
    assert len(NAMES) == 16


@pytest.mark.parametrize("entry", PRINTED, ids=lambda entry: entry["name"])
def test_an_example_is_what_the_page_prints(entry: dict[str, str]) -> None:
    name = f"{entry['vendor']} {entry['name']}"
    [example] = [example for found, (_, _, example) in zip(NAMES, EXAMPLES, strict=True) if found == name]
    normal = NORMALISED.get(name, str)
    assert example.value == json.loads(normal(entry["printed"]))
    assert [str(source) for source in example.source] == [f"{entry['page']}:{entry['lines']}"]


@pytest.mark.parametrize("name", NORMALISED)
def test_an_example_that_was_changed_says_so(name: str) -> None:
    [example] = [example for found, (_, _, example) in zip(NAMES, EXAMPLES, strict=True) if found == name]
    assert example.note


def test_the_bulk_answer_that_repeats_a_refid_says_that_it_is_exempt() -> None:
    [example] = [example for _, _, example in EXAMPLES if example.name == "bulk-send-result"]
    refids = [item["refid"] for item in example.value["responses"]]
    assert refids[0] == refids[1]
    assert example.note is not None and "AMB-IP-12" in example.note


@pytest.mark.parametrize(("vendor", "body", "example"), EXAMPLES, ids=NAMES)
def test_an_example_fits_its_schema_by_the_oracle(vendor: str, body: Body, example: Example) -> None:
    validator = jsonschema.Draft202012Validator(closed(vendor, body.schema), registry=Registry())
    assert [error.message for error in validator.iter_errors(example.value)] == []


@pytest.mark.parametrize(("vendor", "body", "example"), EXAMPLES, ids=NAMES)
def test_an_example_fits_its_schema_by_the_engine(vendor: str, body: Body, example: Example) -> None:
    validator = jsonschema_rs.Draft202012Validator(closed(vendor, body.schema))
    assert [error.message for error in validator.iter_errors(example.value)] == []


def test_the_number_that_is_asked_for_fits_its_parameter() -> None:
    [parameter] = load("intelepeer").operations["getWebhook"].parameters
    assert parameter["examples"]["get-webhook"]["value"] == "+12161112222"
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("endpoint", "query", True)


def test_the_webhook_example_pasted_as_printed_is_no_json() -> None:
    [refused] = load("intelepeer").operations["setWebhook"].refused
    [printed] = [entry["printed"] for entry in PRINTED if entry["name"] == "set-webhook"]
    assert refused.text == printed
    outcome = strict_json(refused.text.encode())
    assert isinstance(outcome, Malformed) and outcome.kind == "syntax"
    assert refused.requirement == "IP-HOUSE-15"


def test_the_batch_example_pasted_as_printed_is_json_without_a_destination() -> None:
    [refused] = load("messangi").operations["sendBatch"].refused
    [printed] = [entry["printed"] for entry in PRINTED if entry["name"] == "batch"]
    assert refused.text.rstrip("\n") == printed
    body = load("messangi").operations["sendBatch"].request
    assert body is not None
    errors = list(
        jsonschema_rs.Draft202012Validator(closed("messangi", body.schema)).iter_errors(json.loads(refused.text))
    )
    assert [error.message for error in errors] == ['"to" is a required property'] * 2
    assert refused.requirement == "MS-BATCH-06"
