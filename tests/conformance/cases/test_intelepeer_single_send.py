"""The judges of single sends, on recorded answers."""

from __future__ import annotations

from typing import Any

import pytest

from smsproof_conformance.cases.intelepeer.texts import EDGES
from smsproof_conformance.verdicts.finding import Verdict
from tests.conformance.cases.recorded_intelepeer import FAIL, TARGET, TO, WARN, Story, message, receipt
from tests.conformance.cases.second_intelepeer import by_division, whole_characters


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (receipt(), []),
        (receipt(more={"keys": 1}), []),
        ({"state": "Queued", "code": 202, "refid": "x"}, []),  # numparts may be absent
        ({"code": 202, "refid": "x", "numparts": 1}, [("IP-HOUSE-01", FAIL)]),
        (receipt(code="202"), [("IP-SEND-17 /code", FAIL)]),
        (receipt(refid=None), [("IP-SEND-18 /refid", FAIL)]),
        (receipt(numparts=1.5), [("IP-SEND-19 /numparts", FAIL)]),
        ([receipt()], [("IP-HOUSE-01", FAIL)]),
    ],
)
def test_an_accepted_message_has_the_examples_keys_and_types(answer: Any, found: list[tuple[str, str]]) -> None:
    assert Story("single-send/answer-schema").sent("one", message(), 202, answer).found == found


@pytest.mark.parametrize(
    ("refid", "found"),
    [
        ("SM5C804F0D000999999910009AD59930", []),
        ("0123456789abcdef0123456789abcdef", []),  # other characters, the example's length
        ("SM5AC09A610001006568100005C32E9D", []),
        ("x", [("IP-HOUSE-09 /refid", WARN)]),
        ("5c804f0d-0009-4999-9991-0009ad599300", [("IP-HOUSE-09 /refid", WARN)]),
        ("", [("IP-SEND-18 /refid", FAIL)]),
        (None, [("IP-SEND-18 /refid", FAIL)]),
        (7, [("IP-SEND-18 /refid", FAIL)]),
    ],
)
def test_a_refid_is_any_text_and_only_another_length_warns(refid: Any, found: list[tuple[str, str]]) -> None:
    assert Story("single-send/refid-form").sent("one", message(), 202, receipt(refid=refid)).found == found


def test_two_messages_with_one_refid_warn_because_the_page_only_implies_that_they_differ() -> None:
    story = Story("single-send/refids-differ")
    story.sent("one", message(), 202, receipt()).sent("list", [message(text="a")], 207, {"responses": [receipt()]})
    assert story.found == [("IP-SEND-20 /responses/0/refid", WARN)]


@pytest.mark.parametrize(("state", "found"), [("Queued", []), ("CREATED", []), ("Sent", [("IP-SEND-16 /state", WARN)])])
def test_a_state_is_queued_or_an_older_pages_word(state: str, found: list[tuple[str, str]]) -> None:
    assert Story("single-send/queued").sent("one", message(), 202, receipt(state=state)).found == found


@pytest.mark.parametrize(
    ("text", "count", "found"),
    [
        ("Hello World!", 1, []),
        ("Hello World!", 2, [("IP-HOUSE-08 /numparts", WARN)]),
        ("anything", 0, [("IP-SEND-19 /numparts", FAIL)]),
        ("anything", True, [("IP-SEND-19 /numparts", FAIL)]),
        ("anything", "1", [("IP-SEND-19 /numparts", FAIL)]),
    ],
)
def test_numparts_is_an_integer_from_one_on(text: str, count: Any, found: list[tuple[str, str]]) -> None:
    story = Story("single-send/parts-counted").sent("one", message(text=text), 202, receipt(numparts=count))
    assert story.found == found


def test_numparts_that_is_nowhere_told_is_not_observed() -> None:
    story = Story("single-send/parts-counted").sent(
        "one", message(), 202, {"state": "Queued", "code": 202, "refid": "x"}
    )
    assert story.result().verdict is Verdict.SKIP


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.name)
def test_the_counts_at_the_edges_are_what_two_naive_counters_say(edge: Any) -> None:
    assert {whole_characters(edge.text), by_division(edge.text)} == set(edge.parts)


@pytest.mark.parametrize(
    ("text", "count", "found"),
    [
        ("b" * 160, 1, []),
        ("b" * 160, 2, [("IP-HOUSE-08 /responses/0/numparts", WARN)]),
        (" " + "c" * 159 + " ", 1, [("IP-HOUSE-08 /responses/0/numparts", WARN)]),
        ("f" * 307, 2, [("IP-HOUSE-08 /responses/0/numparts", WARN)]),
        ("k" * 152 + "€" + "k" * 152, 2, []),  # a torn character: no page says
        ("k" * 152 + "€" + "k" * 152, 3, []),
        ("k" * 152 + "€" + "k" * 152, 4, [("IP-HOUSE-08 /responses/0/numparts", WARN)]),
    ],
)
def test_a_wrong_count_at_an_edge_warns(text: str, count: int, found: list[tuple[str, str]]) -> None:
    story = Story("single-send/parts-at-edges")
    story.sent("list 0", [message(text=text)], 207, {"code": 207, "responses": [receipt(numparts=count)]})
    assert story.found == found


@pytest.mark.parametrize(("status", "found"), [(202, []), (200, [("IP-SEND-15", FAIL)]), (201, [("IP-SEND-15", FAIL)])])
def test_success_is_202_and_no_other(status: int, found: list[tuple[str, str]]) -> None:
    assert Story("single-send/status-202").sent("one", message(), status, receipt()).found == found


def wrong(case: str, status: int, answer: Any = b"") -> list[tuple[str, str]]:
    """A case of wrong messages in which the first is answered as given and all others rightly."""
    from smsproof_conformance.cases.intelepeer import wrong_messages

    tables = {
        "fields": wrong_messages.TYPES,
        "sender-form": wrong_messages.SENDERS,
        "destination-form": wrong_messages.DESTINATIONS,
    }
    story = Story(f"single-send/{case}")
    for one in tables[case]:
        story.sent(one.name, message(), status, answer)
        status, answer = 400, b"no"
    return story.found


@pytest.mark.parametrize(
    ("case", "status", "found"),
    [
        ("fields", 400, []),
        ("fields", 202, [("IP-SEND-03", FAIL)]),
        ("fields", 422, [("IP-SEND-21", FAIL)]),
        ("fields", 500, [("IP-SEND-21", FAIL)]),
        ("sender-form", 202, [("IP-SEND-09", FAIL)]),
        ("sender-form", 404, [("IP-SEND-21", WARN)]),  # looked for before it was looked at
        ("sender-form", 401, [("IP-SEND-21", WARN)]),
        ("sender-form", 500, [("IP-SEND-21", FAIL)]),
        ("destination-form", 202, [("IP-SEND-11", FAIL)]),
        ("destination-form", 403, [("IP-SEND-21", FAIL)]),
    ],
)
def test_a_wrong_message_must_be_refused_with_400(case: str, status: int, found: list[tuple[str, str]]) -> None:
    assert wrong(case, status) == found


@pytest.mark.parametrize(
    ("status", "found"),
    [(404, []), (401, []), (403, []), (400, [("IP-SEND-24", FAIL)]), (202, [("IP-SEND-24", FAIL)])],
)
def test_a_foreign_sender_may_be_401_403_or_404(status: int, found: list[tuple[str, str]]) -> None:
    story = Story("single-send/foreign-sender")
    assert story.sent("a well-formed sender that is not the customer's", message(), status, b"").found == found


@pytest.mark.parametrize(("status", "found"), [(403, []), (400, [("IP-SEND-23", FAIL)]), (202, [("IP-SEND-23", FAIL)])])
def test_a_blocked_destination_is_403(status: int, found: list[tuple[str, str]]) -> None:
    story = Story("single-send/blocked-destination")
    assert story.sent("a destination that is not available", message(), status, b"").found == found


def test_a_guid_that_was_used_before_must_not_be_refused() -> None:
    story = Story("single-send/guid-repeated").sent("first", message(guid="a"), 202, receipt(refid="1"))
    assert story.sent("second", message(guid="a"), 400, b"").found == [("IP-SEND-13", WARN)]


def test_a_guid_that_was_used_before_must_not_give_the_old_refid() -> None:
    story = Story("single-send/guid-repeated").sent("first", message(guid="a"), 202, receipt())
    assert story.sent("second", message(guid="a"), 202, receipt()).found == [("IP-SEND-13 /refid", WARN)]


def test_where_nothing_is_accepted_guid_decides_nothing() -> None:
    story = Story("single-send/guid-repeated").sent("first", message(), 400, b"").sent("second", message(), 400, b"")
    assert story.result().verdict is Verdict.SKIP


def test_a_number_as_guid_that_is_taken_only_warns() -> None:
    story = Story("single-send/guid-type").sent("guid as a number", message(guid=1), 202, receipt())
    assert story.found == [("IP-SEND-06", WARN)]
    story.sent("other guids", [message(guid=True)], 207, {"code": 207, "responses": [receipt()]})
    assert story.found == [("IP-SEND-06", WARN), ("IP-SEND-06 /responses/0/code", WARN)]


@pytest.mark.parametrize(
    ("to", "status", "found"),
    [
        ("+573132341111", 202, []),
        ("+573132341111", 404, [("IP-SEND-10", FAIL)]),
        (TO, 400, []),  # the US: alphanumeric senders may be refused there
    ],
)
def test_an_alphanumeric_sender_may_be_refused_in_the_us(to: str, status: int, found: list[tuple[str, str]]) -> None:
    body = message(from_=TARGET.numbers.alphanumerics[0], to=to)
    answer = receipt() if status == 202 else b""
    assert Story("single-send/from-alphanumeric").sent("from a name", body, status, answer).found == found
