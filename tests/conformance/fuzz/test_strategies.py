"""The strategies: right is really right, wrong is wrong in exactly the way it says, and nobody is texted who is not ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from smsproof_conformance.fuzz import strategies
from smsproof_conformance.targets.target import Numbers
from smsproof_spec import contract as contracts

INTELEPEER = Numbers(
    long_codes=("+12191112222", "+12161112222"),
    short_codes=("1-12345",),
    alphanumerics=("57-MyCompany",),
    destinations=("+13038675309", "+573132341111"),
)
MESSANGI = Numbers(long_codes=("12191112222",), short_codes=("12345",), alphanumerics=("COMPANY",), destinations=("+580000000005",))  # fmt: skip
NUMBERS = {"intelepeer": INTELEPEER, "messangi": MESSANGI}
VENDORS = ("intelepeer", "messangi")

quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck)[:2])


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[jsonschema.ValidationError]:
    """As in ECMA-262: `$` is the very end, while Python's takes a line end before it."""
    if isinstance(value, str) and not re.search(pattern.removesuffix("$") + r"\Z", value):
        yield jsonschema.ValidationError("pattern")


Oracle = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern})


def conforms(vendor: str, component: str, value: Any) -> bool:
    """By another validator than the suite's own."""
    document = contracts.load(vendor).document
    return Oracle({"$ref": f"#/components/schemas/{component}", "components": document["components"]}).is_valid(value)


@quick
@given(strategies.texts())
def test_texts_can_be_sent(text: str) -> None:
    assert text and not text.isspace()
    assert text.replace("\n", " ").isprintable()
    text.encode("utf-16")


@pytest.mark.parametrize("units", [160, 161, 306, 307])
def test_texts_reach_the_boundaries_of_parts(units: int) -> None:
    from hypothesis import find

    find(strategies.texts(), lambda text: text == "a" * units, settings=settings(max_examples=20000, database=None))


@pytest.mark.parametrize("vendor", VENDORS)
def test_right_messages_conform_and_use_only_the_target_s_numbers(vendor: str) -> None:
    numbers = NUMBERS[vendor]
    own = {*numbers.long_codes, *numbers.short_codes, *numbers.alphanumerics}
    reachable = {number.removeprefix("+") for number in numbers.destinations}

    @quick
    @given(strategies.messages(vendor, numbers))
    def holds(message: dict[str, Any]) -> None:
        assert conforms(vendor, "Message", message)
        assert message["from"] in own
        assert message["to"].removeprefix("+") in reachable

    holds()


@pytest.mark.parametrize("vendor", VENDORS)
def test_broken_messages_do_not_conform(vendor: str) -> None:
    @quick
    @given(strategies.broken_messages(vendor, NUMBERS[vendor]))
    def holds(broken: tuple[str, dict[str, Any]]) -> None:
        what, message = broken
        assert not conforms(vendor, "Message", message), what

    holds()


@quick
@given(strategies.mixed_lists("intelepeer", INTELEPEER))
def test_a_mixed_list_names_the_places_of_its_wrong_messages(mixed: tuple[str, list[Any]]) -> None:
    what, items = mixed
    named = {int(part.partition(":")[0]) for part in what.split("; ")}
    assert named == {at for at, item in enumerate(items) if not conforms("intelepeer", "Message", item)}
    assert named


@quick
@given(strategies.batches(MESSANGI))
def test_every_placeholder_of_a_right_batch_has_a_value(batch: dict[str, Any]) -> None:
    assert conforms("messangi", "Batch", batch)
    for recipient in batch["to"]:
        for index in range(len(recipient.get("params", ()))):
            assert f"{{{index}}}" in batch["text"]
        assert f"{{{len(recipient.get('params', ()))}}}" not in batch["text"]


@quick
@given(strategies.settings(INTELEPEER))
def test_right_settings_conform_and_lead_nowhere(value: dict[str, Any]) -> None:
    assert conforms("intelepeer", "WebhookSettings", value)
    assert set(value["endpoints"]) <= {"+12191112222", "+12161112222", "1-12345"}
    assert value["webhook"].startswith("https://smsproof.invalid/")


@quick
@given(strategies.broken_settings(INTELEPEER))
def test_broken_settings_do_not_conform(broken: tuple[str, dict[str, Any]]) -> None:
    assert not conforms("intelepeer", "WebhookSettings", broken[1]), broken[0]


def test_a_number_is_spoiled_in_every_way_that_people_and_programs_know() -> None:
    spoiled = dict(strategies.spoiled_numbers(["+13038675309"]))
    assert spoiled["no plus"] == "13038675309"
    assert spoiled["zero after the plus"] == "+013038675309"
    assert spoiled["more than 15 digits"] == "+1303867530900000"
    assert spoiled["spaces inside"] == "+130 38675309"
    assert spoiled["dashes inside"] == "+1-3038675309"
    assert spoiled["a line end behind"] == "+13038675309\n"
    assert spoiled["a letter inside"] == "+1303867530x"
    assert spoiled["digits of another script"] == "+\uff11\uff13\uff10\uff13\uff18\uff16\uff17\uff15\uff13\uff10\uff19"
    assert len(spoiled) == 22


def test_where_the_plus_is_optional_leaving_it_out_is_no_miss() -> None:
    assert "no plus" not in dict(strategies.spoiled_numbers(["+580000000005"], plus_optional=True))


@pytest.mark.parametrize("operation", ["sendMessage", "setWebhook"])
def test_spoiled_bodies_do_not_conform(operation: str) -> None:
    component = {"sendMessage": "Message", "setWebhook": "WebhookSettings"}[operation]
    found = strategies.spoiled_bodies("intelepeer", operation, INTELEPEER)
    assert len(found) >= 22
    for what, value in found:
        assert not conforms("intelepeer", component, value), what


@pytest.mark.parametrize(
    "strategy",
    [
        strategies.messages("intelepeer", Numbers()),
        strategies.broken_messages("messangi", Numbers()),
        strategies.batches(Numbers()),
        strategies.settings(Numbers()),
        strategies.broken_settings(Numbers()),
    ],
)
def test_a_target_without_numbers_gets_nothing(strategy: SearchStrategy[Any]) -> None:
    assert strategy.is_empty


def test_nothing_is_spoiled_where_there_is_no_number() -> None:
    assert strategies.spoiled_bodies("intelepeer", "sendMessage", Numbers()) == []
    assert strategies.near_misses(["1-12345", "COMPANY"]).is_empty


@quick
@given(st.data(), st.sampled_from(VENDORS))
def test_a_near_miss_is_no_number_of_the_target(data: st.DataObject, vendor: str) -> None:
    numbers = NUMBERS[vendor]
    what, address = data.draw(strategies.near_misses(numbers.destinations, plus_optional=vendor == "messangi"))
    assume(address)
    assert address not in numbers.destinations, what
