"""The engine's generators, as this version of it gives them. They are no public interface: an upgrade must show here."""

from __future__ import annotations

import json
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from smsproof_conformance.fuzz.engine import FALSE_ALARMS, Engine
from smsproof_conformance.fuzz.grounding import WEBHOOK, Ground
from smsproof_conformance.records.probe import Mode, Probe
from smsproof_conformance.targets.target import Numbers
from smsproof_spec import contract as contracts

NUMBERS = {
    "intelepeer": Numbers(
        long_codes=("+12191112222", "+12161112222"),
        short_codes=("1-12345",),
        alphanumerics=("57-MyCompany",),
        destinations=("+13038675309",),
    ),
    "messangi": Numbers(short_codes=("12345",), alphanumerics=("COMPANY",), destinations=("+580000000005",)),
}
OPERATIONS = [
    ("intelepeer", "sendMessage"),
    ("intelepeer", "setWebhook"),
    ("intelepeer", "getWebhook"),
    ("messangi", "sendMessage"),
    ("messangi", "sendBatch"),
]


def engine(vendor: str) -> Engine:
    return Engine(vendor, Ground(contracts.load(vendor), NUMBERS[vendor]))


def coverage(vendor: str, operation: str) -> list[Probe]:
    return list(engine(vendor).coverage(operation))


def body(probe: Probe) -> Any:
    return json.loads(probe.body) if probe.body is not None else None


def bodies(vendor: str, operation: str) -> list[Any]:
    return [body(probe) for probe in coverage(vendor, operation)]


def test_the_engine_is_the_version_that_was_read() -> None:
    assert version("schemathesis") == "4.32.5"


@pytest.mark.parametrize(
    ("vendor", "operation", "key"),
    [
        *(("intelepeer", "sendMessage", key) for key in ("from", "to", "text")),
        *(("intelepeer", "setWebhook", key) for key in ("endpoints", "webhook")),
        *(("messangi", "sendMessage", key) for key in ("from", "to", "text")),
        *(("messangi", "sendBatch", key) for key in ("from", "to", "text")),
    ],
)
def test_each_required_key_is_left_out_once_and_given_another_type(vendor: str, operation: str, key: str) -> None:
    found = [value for value in bodies(vendor, operation) if isinstance(value, dict)]
    assert any(key not in value and len(value) >= 1 for value in found)
    assert any(isinstance(value.get(key), bool) for value in found)
    assert any(key in value and value[key] is None for value in found)


def test_the_items_of_a_list_are_broken_like_single_messages() -> None:
    lists = [value for value in bodies("intelepeer", "sendMessage") if isinstance(value, list)]
    items = [value[0] for value in lists if len(value) == 1 and isinstance(value[0], dict)]
    assert {"from", "to", "text"} <= {key for item in items for key in ("from", "to", "text") if key not in item}


def test_other_json_values_stand_in_the_place_of_an_object() -> None:
    found = bodies("intelepeer", "setWebhook")
    assert 0 in found and False in found and None in found and "AAA" in found


@pytest.mark.parametrize(("vendor", "operation"), OPERATIONS)
def test_the_enumeration_is_the_same_every_time(vendor: str, operation: str) -> None:
    assert coverage(vendor, operation) == coverage(vendor, operation)


def test_an_operation_of_another_page_is_outside_fuzz() -> None:
    with pytest.raises(KeyError):
        list(engine("intelepeer").coverage("getMessageStatus"))


@pytest.mark.parametrize(("vendor", "operation"), OPERATIONS)
def test_methods_content_types_and_tokens_are_left_to_the_cases(vendor: str, operation: str) -> None:
    words = " ".join(probe.what.lower() for probe in coverage(vendor, operation))
    assert "method" not in words and "content-type" not in words and "authorization" not in words


def test_valid_addresses_are_those_of_the_target() -> None:
    numbers = NUMBERS["intelepeer"]
    right = [value for value in bodies("intelepeer", "sendMessage") if isinstance(value, dict) and "from" in value]
    senders = Counter(str(value["from"]) for value in right)
    assert senders["+12191112222"] + senders["+12161112222"] + senders["1-12345"] + senders["57-MyCompany"] > 20
    strangers = {value["to"] for value in right if isinstance(value.get("to"), str)} - set(numbers.destinations)
    assert all(len(number) < 8 or len(number) > 16 or number[0] != "+" for number in strangers)


def test_valid_webhooks_lead_nowhere() -> None:
    urls = {str(value["webhook"]) for value in bodies("intelepeer", "setWebhook") if value and "webhook" in value}
    assert WEBHOOK in urls
    assert not any(url.startswith("http") and "smsproof.invalid" not in url and len(url) > 8 for url in urls)


def test_what_was_broken_stays_as_it_was_made() -> None:
    too_long = [probe for probe in coverage("messangi", "sendMessage") if "to: String larger" in probe.what]
    assert [len(body(probe)["to"]) for probe in too_long] == [17]


def test_a_probe_says_where_it_was_broken() -> None:
    places = {probe.location for probe in coverage("intelepeer", "sendMessage")}
    assert {"/oneOf/0/properties/to/pattern", "/oneOf/0/required", "/oneOf/1/items/required"} <= places


@pytest.mark.parametrize(("vendor", "operation"), OPERATIONS)
def test_mutations_are_probes_of_their_operation(vendor: str, operation: str) -> None:
    @settings(max_examples=5, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(engine(vendor).negatives(operation))
    def holds(probe: Probe) -> None:
        assert (probe.operation, probe.mode) == (operation, Mode.NEGATIVE)
        assert probe.body is None or isinstance(probe.body, bytes)

    holds()


def test_a_configuration_of_the_engine_that_lies_about_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schemathesis.toml").write_text("this is no configuration of it = [", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    from smsproof_conformance.fuzz import engine as fuzz

    fuzz._operations.cache_clear()
    assert engine("messangi")


def test_every_false_alarm_has_a_reason_and_a_replacement() -> None:
    assert len(FALSE_ALARMS) >= 8
    for alarm in FALSE_ALARMS:
        assert alarm.check.isascii() and alarm.why.endswith(".") and alarm.instead.endswith(".")
