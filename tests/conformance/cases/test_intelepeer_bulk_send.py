"""The judges of bulk sends, on recorded answers."""

from __future__ import annotations

from typing import Any

import pytest

from smsproof_conformance.verdicts.finding import Verdict
from tests.conformance.cases.recorded_intelepeer import FAIL, WARN, Story, message, receipt

GOOD = receipt()
BAD = {"code": 400, "error": "no"}
BOTH = [message(text="a"), message(text="b")]


def taken(*items: Any, code: Any = 207, **more: Any) -> dict[str, Any]:
    return {"code": code, "responses": list(items), **more}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (taken(GOOD, BAD), []),
        (taken(GOOD, {"code": 400}), []),
        (taken(GOOD, {"code": 400, "error": ["any", {"form": 1}], "refid": None}), []),
        (taken(GOOD, {"status": 404, "detail": "x"}), []),  # another case warns
        (taken(GOOD, {"error": "no"}), []),  # so does an item without a status
        (taken(GOOD, {"code": "400"}), [("IP-BULK-11 /responses/1/code", FAIL)]),
        ({"code": 207, "results": []}, [("IP-BULK-04", FAIL)]),
        ({"code": 207, "responses": {}}, [("IP-BULK-04 /responses", FAIL)]),
        ({"responses": [GOOD, BAD]}, [("IP-HOUSE-01", FAIL)]),
    ],
)
def test_a_207_has_the_examples_keys_and_types(answer: Any, found: list[tuple[str, str]]) -> None:
    assert Story("bulk-send/answer-schema").sent("two", BOTH, 207, answer).found == found


@pytest.mark.parametrize(
    ("status", "answer", "found"),
    [
        (207, taken(GOOD, GOOD), []),
        (202, taken(GOOD, GOOD), [("IP-BULK-06", WARN)]),
        (200, taken(GOOD, GOOD), [("IP-BULK-06", WARN)]),
        (202, receipt(), [("IP-BULK-06", FAIL)]),
    ],
)
def test_a_list_is_answered_207_and_another_status_with_responses_warns(
    status: int, answer: Any, found: list[tuple[str, str]]
) -> None:
    assert Story("bulk-send/status-207").sent("two", BOTH, status, answer).found == found


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (taken(GOOD, BAD), []),
        (taken(GOOD), [("IP-BULK-05 /responses", FAIL)]),
        (taken(GOOD, BAD, BAD), [("IP-BULK-05 /responses", FAIL)]),
        ({"code": 207, "results": [GOOD, BAD]}, [("IP-BULK-04 /responses", FAIL)]),
        ([GOOD, BAD], []),  # no object at all is another case's affair
        (b"not json", []),
    ],
)
def test_there_is_one_response_for_each_message(answer: Any, found: list[tuple[str, str]]) -> None:
    assert Story("bulk-send/one-response-each").sent("two", BOTH, 207, answer).found == found


@pytest.mark.parametrize(
    ("item", "found"),
    [
        (GOOD, []),
        (BAD, []),
        ({"status": 400}, [("IP-BULK-11 /responses/0/code", WARN)]),
        ({"status": 202, "state": "Queued", "refid": "x"}, [("IP-BULK-10 /responses/0/code", WARN)]),
        ({"error": "no"}, [("IP-BULK-11 /responses/0/code", FAIL)]),
        ("no", [("IP-BULK-11 /responses/0/code", FAIL)]),
        (receipt(code=200), [("IP-BULK-10 /responses/0/code", WARN)]),
        (receipt(refid=""), [("IP-BULK-11 /responses/0/refid", FAIL)]),
        ({"code": 202, "refid": "x"}, [("IP-BULK-09 /responses/0/state", FAIL)]),
    ],
)
def test_every_item_tells_its_status_and_a_good_one_its_refid(item: Any, found: list[tuple[str, str]]) -> None:
    assert Story("bulk-send/items-say-status").sent("one", [message()], 207, taken(item)).found == found


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ([GOOD, BAD], []),
        ([BAD, GOOD], [("IP-BULK-05 /responses/0/code", FAIL), ("IP-BULK-05 /responses/1/code", FAIL)]),
        ([GOOD, {"error": "no"}], [("IP-BULK-11 /responses/1/code", FAIL)]),
        ([GOOD, {"status": 400}], []),
        ([GOOD, {"code": 503}], []),
    ],
)
def test_responses_stand_in_the_order_of_the_requests(items: list[Any], found: list[tuple[str, str]]) -> None:
    story = Story("bulk-send/order-kept")
    for kinds in ("gb", "bg", "gbb", "bgb", "bbg", "bbb", "b" * 33 + "g" + "b" * 16):
        right = [GOOD if kind == "g" else BAD for kind in kinds]
        story.sent(kinds, [message()] * len(kinds), 207, taken(*(items if kinds == "gb" else right)))
    assert story.found == found


def test_a_target_that_accepts_nothing_shows_no_order() -> None:
    story = Story("bulk-send/order-kept")
    for kinds in ("gb", "bg", "gbb", "bgb", "bbg", "bbb", "b" * 33 + "g" + "b" * 16):
        story.sent(kinds, [message()] * len(kinds), 207, taken(*[BAD] * len(kinds)))
    assert story.result().verdict is Verdict.SKIP


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        ([400, 202, 404, 404, 400, 202, 404], []),
        ([400, 202, 401, 403, 400, 202, 404], []),  # AMB-IP-02
        (
            [404, 202, 400, 404, 400, 202, 404],
            [("IP-BULK-05 /responses/0/code", FAIL), ("IP-BULK-05 /responses/2/code", FAIL)],
        ),
        ([422, 202, 404, 404, 400, 202, 404], [("IP-BULK-03 /responses/0/code", FAIL)]),
    ],
)
def test_each_response_has_its_own_requests_reason(codes: list[int], found: list[tuple[str, str]]) -> None:
    items = [GOOD if code == 202 else {"code": code} for code in codes]
    assert Story("bulk-send/reasons-in-order").sent("reasons", [message()] * 7, 207, taken(*items)).found == found


@pytest.mark.parametrize(
    ("alone", "code", "found"),
    [
        (202, 202, []),
        (400, 400, []),
        (404, 401, []),  # AMB-IP-02, alone and in a list
        (400, 202, [("IP-BULK-03 /responses/0/code", FAIL)]),
        (202, 400, [("IP-BULK-03 /responses/0/code", FAIL)]),
        (400, 404, [("IP-BULK-03 /responses/0/code", FAIL)]),
    ],
)
def test_a_message_fares_in_a_list_as_alone(alone: int, code: int, found: list[tuple[str, str]]) -> None:
    story = Story("bulk-send/same-rules").sent("alone", message(), alone, receipt())
    item = GOOD if code == 202 else {"code": code}
    assert story.sent("list", [message()], 207, taken(item)).found == found


@pytest.mark.parametrize(
    ("step", "status", "answer", "found"),
    [
        ("missing token", 401, b"no", []),
        ("missing token", 403, b"no", [("IP-BULK-08", FAIL)]),
        ("missing token", 207, taken({"code": 401}), [("IP-BULK-08", FAIL)]),
        ("wrong token", 403, b"no", [("IP-BULK-08", WARN)]),
        ("a list that is cut off", 400, {"responses": []}, [("IP-BULK-08 /responses", FAIL)]),
        ("a list that is cut off", 422, b"no", [("IP-BULK-08", WARN)]),
        ("a list that is cut off", 207, taken(), [("IP-BULK-08", FAIL)]),
    ],
)
def test_an_error_of_the_whole_request_is_no_207(
    step: str, status: int, answer: Any, found: list[tuple[str, str]]
) -> None:
    story = Story("bulk-send/whole-request-errors")
    right = {
        "missing token": 401,
        "wrong token": 401,
        "wrong-basic token": 401,
        "a list that is cut off": 400,
        "a list with a comma too many": 400,
    }
    for name, code in right.items():
        story.sent(name, b"[", *((status, answer) if name == step else (code, b"no")))
    assert story.found == found


@pytest.mark.parametrize(
    ("list_status", "alike", "found"),
    [
        (207, 207, []),
        (400, 400, [("IP-BULK-02", FAIL)]),  # no list at all
        (400, 207, [("IP-BULK-12", WARN)]),  # not this one
    ],
)
def test_a_refused_list_is_told_from_refused_lists(list_status: int, alike: int, found: list[tuple[str, str]]) -> None:
    story = Story("bulk-send/documented-list").sent("the page's list", BOTH, list_status, taken(GOOD, GOOD))
    assert story.sent("alike", BOTH, alike, taken(BAD, BAD)).found == found


@pytest.mark.parametrize(("key", "value"), [("refid", "x"), ("state", "Queued"), ("numparts", 2)])
def test_nothing_of_a_single_answer_stands_beside_the_responses(key: str, value: Any) -> None:
    story = Story("bulk-send/no-single-keys").sent("two", BOTH, 207, taken(GOOD, GOOD, **{key: value}))
    assert story.found == [(f"IP-BULK-13 /{key}", WARN)]


@pytest.mark.parametrize(
    ("counts", "found"),
    [([3, 1, 2], []), ([1, 2, 3], [("IP-BULK-05 /responses", FAIL)]), ([1, 1, 1], []), ([3, 1, 1], [])],
)
def test_crossed_counts_show_a_crossed_order_and_wrong_counts_do_not(
    counts: list[int], found: list[tuple[str, str]]
) -> None:
    items = [receipt(refid=str(count) + str(place), numparts=count) for place, count in enumerate(counts)]
    body = [message(text=text) for text in "abc"]
    assert Story("bulk-send/good-ones-in-order").sent("three good ones", body, 207, taken(*items)).found == found


def test_an_outbox_shows_crossed_refids() -> None:
    body = [message(text=text) for text in "abc"]
    items = [receipt(refid=refid) for refid in ("1", "2", "3")]
    outbox = [{"id": refid, "text": text} for refid, text in (("1", "b"), ("2", "a"), ("3", "c"))]
    story = Story("bulk-send/good-ones-in-order").sent("three good ones", body, 207, taken(*items)).noted(outbox=outbox)
    assert story.found == [("IP-BULK-05 /responses/0/refid", FAIL), ("IP-BULK-05 /responses/1/refid", FAIL)]
