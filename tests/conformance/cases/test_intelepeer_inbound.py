"""The judges of inbound deliveries and of what handsets see, on recorded arrivals."""

from __future__ import annotations

from typing import Any

import pytest

from smsproof_conformance.verdicts.finding import Verdict
from tests.conformance.cases.recorded_intelepeer import FAIL, ONE, TO, TWO, WARN, Story, message, receipt

REFID = "ABCDEF1234567890ABCDEF1234567890"


def inbound(**changes: Any) -> dict[str, Any]:
    right = {"refid": REFID, "from": TO, "to": ONE, "message": "Hello World!", "signature": "[match]"}
    return right | {key.rstrip("_"): value for key, value in changes.items()}


def due(case: str, *hooks: str) -> Story:
    """A case whose hooks were set and whose target says that all is delivered."""
    story = Story(f"inbound/{case}").noted(settled=True)
    for hook in hooks:
        story.set(f"set {hook}", [ONE], "http://127.0.0.1/", 201, {})
    return story


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (inbound(), []),
        (inbound(from_="+7708675309"), [("IP-INBOUND-06 /from", FAIL)]),
        (inbound(to=TWO), [("IP-INBOUND-07 /to", FAIL)]),
        (inbound(message="Hello World?"), [("IP-INBOUND-08 /message", FAIL)]),
        (inbound(message=None), []),  # a type: the schema's affair
        (b"from=1", []),
    ],
)
def test_a_delivery_tells_the_message_that_was_written(body: Any, found: list[tuple[str, str]]) -> None:
    assert due("delivered", "hook").arrived("hook", body).found == found


def test_nothing_after_a_200() -> None:
    story = due("delivered", "hook").arrived("hook", inbound()).arrived("hook", inbound())
    assert story.found == [("IP-INBOUND-11", FAIL)]


def test_absence_fails_only_where_the_target_says_that_all_was_delivered() -> None:
    assert due("delivered", "hook").found == [("IP-INBOUND-01", FAIL)]
    unsure = due("delivered", "hook").noted(settled=False)
    assert (unsure.found, unsure.result().verdict) == ([], Verdict.INDETERMINATE)


def test_a_control_api_that_triggers_nothing_shows_nothing() -> None:
    assert due("delivered", "hook").noted(inbound_refused=True).result().verdict is Verdict.SKIP


def test_a_webhook_that_could_not_be_set_shows_nothing() -> None:
    story = (
        Story("inbound/delivered").noted(settled=True).set("set hook", [ONE], "http://127.0.0.1/", 400, b"https only")
    )
    assert story.result().verdict is Verdict.SKIP


@pytest.mark.parametrize(
    ("count", "found"),
    [
        (0, [("IP-INBOUND-01", FAIL)]),
        (1, [("IP-INBOUND-11", FAIL)]),
        (2, [("IP-INBOUND-11", WARN)]),
        (4, [("IP-INBOUND-11", WARN)]),
        (5, []),
        (6, [("IP-INBOUND-11", WARN)]),
        (7, [("IP-INBOUND-11", FAIL)]),
    ],
)
def test_five_attempts_pass_one_and_more_than_six_fail_the_rest_warns(count: int, found: list[tuple[str, str]]) -> None:
    story = due("never-200", "never")
    for _ in range(count):
        story.arrived("never", inbound(), status=500)
    assert story.found == found


def test_attempts_that_may_still_come_are_unknown() -> None:
    story = due("never-200", "never").noted(settled=False).arrived("never", inbound(), status=500)
    assert (story.found, story.result().verdict) == ([], Verdict.INDETERMINATE)


@pytest.mark.parametrize(
    ("count", "found"),
    [(1, [("IP-INBOUND-11", FAIL)]), (3, [("IP-INBOUND-11", WARN)]), (4, []), (5, [("IP-INBOUND-11", FAIL)])],
)
def test_attempts_end_with_the_200(count: int, found: list[tuple[str, str]]) -> None:
    story = due("until-200", "fourth-200")
    for _ in range(count):
        story.arrived("fourth-200", inbound())
    assert story.found == found


def test_one_attempt_without_an_answer_warns_because_the_page_only_implies_it() -> None:
    assert due("no-answer", "hangs-up").arrived("hangs-up", inbound(), status=0).found == [("IP-INBOUND-16", WARN)]


def test_attempts_of_one_message_carry_one_refid() -> None:
    story = due("never-200", "never")
    for number in range(5):
        story.arrived("never", inbound(refid=f"{number:032d}"), status=500)
    assert story.found == [("IP-INBOUND-14 /refid", WARN)]


def test_an_attempt_says_again_what_the_first_said() -> None:
    story = due("never-200", "never").arrived("never", inbound(), status=500)
    for text in ("Hello World!", "Hello World! (again)", "", "Hello World!"):
        story.arrived("never", inbound(message=text), status=500)
    assert story.found == [("IP-INBOUND-08 /message", FAIL)] * 2


def test_two_messages_carry_two_refids() -> None:
    story = due("equal-messages", "hook").arrived("hook", inbound()).arrived("hook", inbound())
    assert story.found == [("IP-INBOUND-14 /refid", WARN)]


@pytest.mark.parametrize(
    ("secret", "body", "found"),
    [
        ("match", inbound(), []),
        ("mismatch", inbound(), [("IP-INBOUND-03 /signature", WARN)]),  # perhaps the newer page's derived one
        (None, inbound(signature=None), [("IP-INBOUND-03 /signature", FAIL)]),
        (
            None,
            {key: value for key, value in inbound().items() if key != "signature"},
            [("IP-INBOUND-03 /signature", FAIL)],
        ),
    ],
)
def test_an_account_with_a_code_gets_it_as_signature(
    secret: str | None, body: Any, found: list[tuple[str, str]]
) -> None:
    assert due("signature", "hook").arrived("hook", body, secret=secret).found == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (inbound(), []),
        (inbound(signature=None), []),
        (inbound(media=["x"]), []),
        ({key: value for key, value in inbound().items() if key != "signature"}, []),
        (inbound(from_=13038675309), [("IP-INBOUND-03 /from", FAIL)]),
        ({key: value for key, value in inbound().items() if key != "refid"}, [("IP-INBOUND-03", FAIL)]),
        (
            {key: value for key, value in inbound().items() if key != "message"} | {"text": "x"},
            [("IP-INBOUND-08", FAIL)],
        ),
        ([inbound()], []),  # no object: another case's affair
        (b"\xff", []),
    ],
)
def test_a_delivery_has_the_pages_keys_and_types(body: Any, found: list[tuple[str, str]]) -> None:
    assert Story("inbound/body-schema").arrived("hook", body).arrived("hook", inbound()).found == found


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("+7708675309", []),  # the page's own: no numbering plan is asked
        ("+12", []),
        ("1-1234", []),
        ("12345", [("IP-INBOUND-06 /from", FAIL)]),
        ("13038675309", [("IP-INBOUND-06 /from", FAIL)]),
        ("57-MyCompany", [("IP-INBOUND-06 /from", FAIL)]),
        ("+13038675309\n", [("IP-INBOUND-06 /from", FAIL)]),
    ],
)
def test_a_sender_is_e164_or_a_short_code(address: str, found: list[tuple[str, str]]) -> None:
    assert Story("inbound/address-forms").arrived("hook", inbound(from_=address)).found == found


@pytest.mark.parametrize(
    ("refid", "found"), [(REFID, []), (REFID.lower(), []), ("x", [("IP-INBOUND-05 /refid", FAIL)])]
)
def test_an_inbound_refid_has_32_characters(refid: str, found: list[tuple[str, str]]) -> None:
    assert Story("inbound/refid-form").arrived("hook", inbound(refid=refid)).found == found


def own_url(**arrived: list[str]) -> list[tuple[str, str]]:
    story = due("own-url", "first", "second", "replaced")
    for hook, texts in arrived.items():
        for text in texts:
            story.arrived(hook, inbound(message=text))
    return story.found


def test_each_message_goes_to_the_url_of_its_number() -> None:
    first, second, again = "to the first", "to the second", "to the first again"
    assert own_url(first=[first], second=[second], replaced=[again]) == []
    assert own_url(first=[first, second], second=[second], replaced=[again]) == [("IP-INBOUND-02 /message", FAIL)]
    assert own_url(first=[first], second=[], replaced=[again]) == [("IP-INBOUND-02", FAIL)]
    stale = own_url(first=[first, again], second=[second], replaced=[])
    assert stale == [("IP-HOOK-20 /message", FAIL), ("IP-HOOK-20", FAIL)]


def test_nothing_is_delivered_in_the_name_of_an_alphanumeric_sender() -> None:
    assert due("alphanumeric", "all").found == []
    assert due("alphanumeric", "all").arrived("all", inbound(to="57-MyCompany")).found == [("IP-SEND-25", FAIL)]


# What handsets see.

FIRST, LAST, BAD = message(text="first"), message(from_="1-12345", text="last"), message(to="13038675309", text="bad")


def seen_by_handsets(*gained: dict[str, Any], before: tuple[dict[str, Any], ...] = ()) -> list[tuple[str, str]]:
    story = Story("life-cycle/accepted-is-delivered")
    story.sent("good", message(text="good"), 202, receipt(refid="1")).sent("bad", BAD, 400, b"no")
    items = [receipt(refid="2"), {"code": 400}, receipt(refid="3")]
    story.sent("list", [FIRST, BAD | {"text": "bad in list"}, LAST], 207, {"code": 207, "responses": items})
    return story.noted(outbox_before=[*before], outbox=[*before, *gained]).found


def entry(id: str, text: str, sender: str = ONE, to: str = TO) -> dict[str, Any]:
    return {"id": id, "from": sender, "to": to, "text": text}


GOOD_1, GOOD_2, GOOD_3 = entry("1", "good"), entry("2", "first"), entry("3", "last", "1-12345")


@pytest.mark.parametrize(
    ("gained", "found"),
    [
        ((GOOD_1, GOOD_2, GOOD_3), []),
        ((GOOD_3, entry("other", "good"), GOOD_2), []),  # the outbox has ids of its own
        ((GOOD_1, GOOD_2), [("IP-SEND-15 /responses/2/refid", FAIL)]),
        ((GOOD_1, GOOD_1, GOOD_2, GOOD_3), [("IP-SEND-15 /refid", FAIL)]),
        ((entry("1", "g??d"), GOOD_2, GOOD_3), [("IP-SEND-05 /refid", FAIL)]),
        ((entry("1", "good", to="+1"), GOOD_2, GOOD_3), [("IP-SEND-04 /refid", FAIL)]),
        ((entry("1", "good", sender="+1"), GOOD_2, GOOD_3), [("IP-SEND-03 /refid", FAIL)]),
        ((GOOD_1, GOOD_2, entry("3", "first", "1-12345")), [("IP-BULK-12 /responses/2/refid", WARN)]),
        ((GOOD_1, GOOD_2, GOOD_3, entry("4", "bad")), [("IP-SEND-21", FAIL)]),
        ((GOOD_1, GOOD_2, GOOD_3, entry("4", "bad in list")), [("IP-BULK-11 /responses/1", FAIL)]),
        ((GOOD_1, GOOD_2, GOOD_3, entry("9", "somebody else's")), []),
    ],
)
def test_handsets_see_each_accepted_message_once_and_unaltered(
    gained: tuple[dict[str, Any], ...], found: list[tuple[str, str]]
) -> None:
    assert seen_by_handsets(*gained) == found


def test_an_outbox_with_a_past_accuses_nobody() -> None:
    before = (GOOD_1, entry("0", "bad"), entry("0", "first"))
    assert seen_by_handsets(GOOD_1, GOOD_2, GOOD_3, before=before) == []
