"""The judges of setting and reading webhooks, on recorded answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cases.recorded_intelepeer import FAIL, FOREIGN, ONE, TWO, WARN, Story

URL = "https://smsproof.example/hook"


def was_set(tnkey: Any = ONE, webhook: Any = URL, code: int = 201, state: Any = "provisioned") -> dict[str, Any]:
    return {"code": code, "tnkey": tnkey, "webhook": webhook, "provisioning": {"state": state}}


def item(endpoint: str, status: int = 201, **response: Any) -> dict[str, Any]:
    said = {"tnkey": endpoint, "webhook": URL, "provisioning": {"state": "provisioned"}} | response
    return {"status": status, "endpoint": endpoint, "response": said}


def failed(endpoint: str, status: int) -> dict[str, Any]:
    return {"status": status, "endpoint": endpoint}


def listed(*items: Any) -> dict[str, Any]:
    return {"code": 207, "endpoints": list(items)}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (was_set(), []),
        (was_set() | {"carrier": "x"}, []),
        ({"code": 201, "webhook": URL, "provisioning": {"state": "x"}}, [("IP-HOOK-14", FAIL)]),
        ({"code": 201, "tnkey": ONE, "provisioning": "provisioned"}, [("IP-HOOK-14 /provisioning", FAIL)]),
        (was_set(state="deprovisioned"), []),  # the cases state-listed warn
        (was_set(state=7), [("IP-HOOKGET-08 /provisioning/state", FAIL)] * 2),  # neither a string nor listed
    ],
)
def test_the_answer_for_one_endpoint_has_the_examples_keys_and_types(answer: Any, found: list[tuple[str, str]]) -> None:
    assert Story("set-webhook/answer-schema").set("one", [ONE], URL, 201, answer).found == found


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (listed(item(ONE), item(TWO)), []),
        (listed(item(ONE), failed(FOREIGN, 404)), []),
        (listed(item(ONE), {**failed(FOREIGN, 404), "response": None}), []),
        (listed(item(ONE), {**failed(FOREIGN, 404), "response": ["any"]}), []),
        ({"code": 207, "responses": []}, [("IP-HOOK-17", FAIL)]),
        (
            listed({"code": 201, **{key: value for key, value in item(ONE).items() if key != "status"}}),
            [("IP-HOOK-17 /endpoints/0", FAIL)],
        ),
        (
            listed({"code": 404, "endpoint": FOREIGN, "response": item(ONE)["response"]}),
            [("IP-HOOK-17 /endpoints/0", FAIL)],
        ),
    ],
)
def test_the_answer_for_several_has_the_examples_keys_and_types(answer: Any, found: list[tuple[str, str]]) -> None:
    assert Story("set-webhook/answer-schema").set("two", [ONE, TWO], URL, 207, answer).found == found


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (was_set(), []),
        (was_set(tnkey="12191112222"), [("IP-HOOK-15 /tnkey", WARN)]),
        (was_set(webhook=URL + "/"), [("IP-HOOK-15 /webhook", WARN)]),
        ({"code": 201, "tnkey": ONE}, [("IP-HOOK-14 /webhook", FAIL)]),
    ],
)
def test_the_answer_for_one_endpoint_echoes_it_and_the_url(answer: Any, found: list[tuple[str, str]]) -> None:
    assert Story("set-webhook/echoes").set("one", [ONE], URL, 201, answer).found == found


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ([item(ONE), item(TWO)], []),
        ([item(TWO), item(ONE)], []),  # any order: each names its endpoint
        ([item(ONE)], [("IP-HOOK-08 /endpoints", FAIL)]),
        ([item(ONE), item(TWO), item(TWO)], [("IP-HOOK-08 /endpoints", FAIL)]),
        ([item(ONE), item(FOREIGN)], [("IP-HOOK-08 /endpoints", FAIL)]),
    ],
)
def test_every_endpoint_has_its_response(items: list[Any], found: list[tuple[str, str]]) -> None:
    assert Story("set-webhook/one-response-each").set("two", [ONE, TWO], URL, 207, listed(*items)).found == found


@pytest.mark.parametrize("items", [[item(ONE), item(ONE)], [item(ONE)]])
def test_an_endpoint_that_stands_twice_fails_nobody(items: list[Any]) -> None:
    assert Story("set-webhook/one-response-each").set("twice", [ONE, ONE], URL, 207, listed(*items)).found == []


def test_inside_an_item_endpoint_and_tnkey_are_one_number() -> None:
    story = Story("set-webhook/items-agree").set("two", [ONE, TWO], URL, 207, listed(item(ONE), item(TWO, tnkey=ONE)))
    assert story.found == [("IP-HOOK-18 /endpoints/1/response/tnkey", WARN)]


@pytest.mark.parametrize(("status", "endpoints", "found"), [
    (201, [ONE], []),
    (200, [ONE], [("IP-HOOK-06", FAIL)]),
    (207, [ONE], [("IP-HOOK-06", FAIL)]),
    (207, [ONE, TWO], []),
    (201, [ONE, TWO], [("IP-HOOK-07", FAIL)]),
    (201, [ONE, ONE], []),  # twice the same: nobody says
    (207, [ONE, ONE], []),
])  # fmt: skip
def test_the_count_of_endpoints_decides_the_status(
    status: int, endpoints: list[str], found: list[tuple[str, str]]
) -> None:
    assert Story("set-webhook/count-decides").set("it", endpoints, URL, status, {}).found == found


@pytest.mark.parametrize(
    ("state", "found"),
    [("provisioned", []), ("error", []), ("active", [("IP-HOOK-16 /provisioning/state", WARN)])],
)
def test_a_state_that_is_not_listed_warns_because_the_list_may_grow(state: str, found: list[tuple[str, str]]) -> None:
    assert Story("set-webhook/state-listed").set("one", [ONE], URL, 201, was_set(state=state)).found == found


BAD = ONE.removeprefix("+")


def mixed(status: int, answer: Any) -> list[tuple[str, str]]:
    """The case of mixed lists with [bad, good] answered as given, all others rightly."""
    story = Story("set-webhook/mixed")
    right = {ONE: item(ONE), FOREIGN: failed(FOREIGN, 404), BAD: failed(BAD, 400)}
    for order in ((ONE, FOREIGN), (FOREIGN, ONE), (FOREIGN, BAD, ONE)):
        story.set(f"order {order}", list(order), URL, 207, listed(*(right[endpoint] for endpoint in order)))
    return story.set("order bad, good", [BAD, ONE], URL, status, answer).found


@pytest.mark.parametrize(
    ("status", "answer", "found"),
    [
        (207, listed(failed(BAD, 400), item(ONE)), []),
        (207, listed(item(ONE), failed(BAD, 400)), []),
        (400, b"no", [("IP-HOOK-09", WARN)]),  # AMB-IP-26
        (404, b"no", [("IP-HOOK-09", FAIL)]),
        (207, listed(failed(BAD, 404), item(ONE)), [("IP-HOOK-10 /endpoints", FAIL)]),
        (207, listed(item(BAD), item(ONE)), [("IP-HOOK-09 /endpoints", FAIL)]),
        (207, listed(failed(BAD, 400), failed(ONE, 404)), [("IP-HOOK-09 /endpoints", FAIL)]),
    ],
)
def test_each_endpoint_of_a_mixed_list_has_its_own_status(
    status: int, answer: Any, found: list[tuple[str, str]]
) -> None:
    assert mixed(status, answer) == found


@pytest.mark.parametrize(
    ("status", "answer", "found"),
    [
        (404, b"no", []),
        (207, listed(failed(FOREIGN, 404)), []),
        (400, b"no", [("IP-HOOK-13", FAIL)]),
        (201, was_set(), [("IP-HOOK-13", FAIL)]),
        (207, listed(item(FOREIGN)), [("IP-HOOK-13", FAIL)]),
    ],
)
def test_a_foreign_endpoint_is_404(status: int, answer: Any, found: list[tuple[str, str]]) -> None:
    assert Story("set-webhook/foreign-endpoint").set("foreign", [FOREIGN], URL, status, answer).found == found


@pytest.mark.parametrize(
    ("status", "answer", "found"),
    [
        (200, was_set(code=200), []),
        (200, was_set(code=200) | {"webhook": "https://other.example/"}, [("IP-HOOKGET-11 /webhook", WARN)]),
        (200, {"code": 200, "tnkey": ONE, "provisioning": {"state": "error"}}, [("IP-HOOKGET-06 /webhook", FAIL)]),
        (201, was_set(), [("IP-HOOKGET-05", FAIL)]),
        (404, b"no", [("IP-HOOKGET-01", FAIL)]),
    ],
)
def test_what_was_set_is_read(status: int, answer: Any, found: list[tuple[str, str]]) -> None:
    story = Story("read-webhook/set-then-read")
    story.set("set first", [ONE], URL, 201, was_set()).read("read first", "%2B12191112222", status, answer)
    story.set("set second", [ONE], URL, 201, was_set()).read("read second", "%2B12191112222", 200, was_set(code=200))
    assert story.found == found


def test_reading_a_short_code_may_be_refused_with_a_warning() -> None:
    story = Story("read-webhook/short-code").set("set", ["1-12345"], URL, 201, was_set("1-12345"))
    assert story.read("read", "1-12345", 400, b"no").found == [("IP-HOOKGET-01", WARN)]


NEAR_MISSES = ("no plus", "a bare plus, which is a space", "dashes", "no country", "words", "16 digits")


@pytest.mark.parametrize(
    ("step", "status", "found"),
    [
        ("no plus", 400, []),
        ("no plus", 200, [("IP-HOOKGET-09", FAIL)]),
        ("no plus", 404, [("IP-HOOKGET-09", FAIL)]),
        ("a bare plus, which is a space", 200, [("IP-HOOKGET-09", WARN)]),
    ],
)
def test_a_near_miss_in_the_query_is_400(step: str, status: int, found: list[tuple[str, str]]) -> None:
    story = Story("read-webhook/endpoint-form")
    for name in NEAR_MISSES:
        story.read(name, "x", status if name == step else 400, b"no")
    assert story.found == found


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (was_set(code=200), []),
        (was_set(code=200, webhook=None), []),
        (was_set(code=200, webhook=""), []),
        ({"code": 200, "tnkey": ONE, "provisioning": {"state": "error"}}, []),
        (was_set(code=200, webhook=[URL]), [("IP-HOOKGET-06 /webhook", FAIL)]),
        (
            {"tnkey": ONE, "provisioning": {}},
            [("IP-HOOKGET-06 /code", FAIL), ("IP-HOOKGET-06 /provisioning/state", FAIL)],
        ),
    ],
)
def test_a_read_has_the_examples_keys_and_no_webhook_may_be_nothing(answer: Any, found: list[tuple[str, str]]) -> None:
    assert Story("read-webhook/keys").read("read", "%2B12191112222", 200, answer).found == found


@pytest.mark.parametrize(
    ("query", "tnkey", "found"),
    [
        ("%2B12191112222", ONE, []),
        ("%2B12191112222", TWO, [("IP-HOUSE-10 /tnkey", WARN)]),
        ("+12191112222", ONE, []),  # a bare plus that was read as one: another case warns
    ],
)
def test_a_read_tells_the_number_asked_for(query: str, tnkey: str, found: list[tuple[str, str]]) -> None:
    story = Story("read-webhook/number-asked-for").read("read", query, 200, was_set(tnkey=tnkey, code=200))
    assert story.found == found
