"""Every row of the robustness table: whatever the server does, the outcome is typed and no id is lost."""

from __future__ import annotations

import socket
import struct
from typing import Any

import pytest

from smsproof_sdk.intelepeer import (
    IntelePeer,
    MaybeSent,
    Message,
    NotFound,
    NotSent,
    SentUnreadable,
    StatusError,
    UnexpectedStatus,
)
from tests.generated.odd_server import Reply, answer, odd_server

HELLO = Message(from_="1-12345", to="+13038675309", text="Hello World!")
QUEUED = {"state": "Queued", "code": 202, "refid": "SM5C804F0D000999999910009AD59930", "numparts": 1}


def queued(refid: str, **changes: Any) -> dict[str, Any]:
    return QUEUED | {"refid": refid} | changes


def sent_once(reply: Reply, **options: Any) -> Any:
    """The outcome of one send, a value or an error; the request was made exactly once."""
    with odd_server(reply) as server, IntelePeer("token", base_url=server.url, **options) as client:
        try:
            outcome: Any = client.send(HELLO)
        except Exception as error:
            outcome = error
        assert len(server.asked) == 1
    return outcome


def sent_list(reply: Reply, count: int = 3) -> Any:
    with odd_server(reply) as server, IntelePeer("token", base_url=server.url) as client:
        try:
            outcome: Any = client.send([HELLO.model_copy(update={"guid": str(n)}) for n in range(count)])
        except Exception as error:
            outcome = error
        assert len(server.asked) == 1
    return outcome


def test_a_202_with_a_new_state_is_sent_and_keeps_the_state() -> None:
    sent = sent_once(answer(202, queued("A", state="Accepted")))
    assert (sent.id, sent.state, sent.notes) == ("A", "Accepted", ())


def test_a_202_with_unknown_fields_keeps_them() -> None:
    sent = sent_once(answer(202, queued("A", carrier="x")))
    assert sent.answer.model_extra == {"carrier": "x"}


def test_a_202_with_a_field_of_another_type_keeps_the_id_and_says_what_is_odd() -> None:
    sent = sent_once(answer(202, queued("A", numparts={"n": 1})))
    assert sent.id == "A"
    assert sent.answer.numparts == {"n": 1}
    assert sent.notes == ("numparts: Input should be a valid integer",)


def test_a_202_without_numparts_is_sent() -> None:
    sent = sent_once(answer(202, {"state": "CREATED", "code": 202, "refid": "A"}))
    assert (sent.id, sent.numparts, sent.notes) == ("A", None, ())


def test_a_202_without_state_and_code_keeps_the_id() -> None:
    sent = sent_once(answer(202, {"refid": "A"}))
    assert sent.id == "A"
    assert sent.notes == ("state: Field required", "code: Field required")


def test_a_200_instead_of_202_is_sent_and_noted() -> None:
    sent = sent_once(answer(200, queued("A")))
    assert sent.id == "A"
    assert sent.notes == ("status 200 is not documented for this call",)


def test_a_single_message_answered_as_a_list_of_one_is_sent() -> None:
    sent = sent_once(answer(207, {"code": 207, "responses": [queued("A")]}))
    assert sent.id == "A"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"state":"Queued","ref',
        b"null",
        b"[]",
        b"<html>",
        b'{"refid":""}',
        b'{"refid":null}',
        b"\xff\xfe{}",
        b"NaN",
    ],
    ids=["empty", "cut", "null", "list", "html", "empty-id", "null-id", "utf-16", "nan"],
)
def test_an_accepted_message_without_a_readable_id_is_sent_unreadable(body: bytes) -> None:
    error = sent_once(answer(202, body))
    assert isinstance(error, SentUnreadable)
    assert error.is_retry_safe is False
    assert error.raw.status == 202
    assert error.raw.body == body


def test_a_success_cut_in_its_body_is_sent_unreadable_with_what_came() -> None:
    whole = answer(202, QUEUED)
    error = sent_once(lambda s: s.sendall(whole[:-10]))
    assert isinstance(error, SentUnreadable)
    assert error.raw.body == b'{"state": "Queued", "code": 202, "refid": "SM5C804F0D000999999910009AD59930", "num'
    assert error.is_retry_safe is False
    assert error.id == "SM5C804F0D000999999910009AD59930"


@pytest.mark.parametrize(
    ("cut", "id"), [(b'{"refid":"A","sta', "A"), (b'{"refid":"AB', None), (b'{"refid":12', None), (b'{"refid":12,', "12")]
)
def test_half_an_id_is_none(cut: bytes, id: str | None) -> None:
    error = sent_once(answer(202, cut))
    assert isinstance(error, SentUnreadable)
    assert error.id == id


def test_a_body_larger_than_the_limit_is_not_read_to_its_end() -> None:
    error = sent_once(answer(202, b"x" * 5000), max_answer_bytes=1000)
    assert isinstance(error, SentUnreadable)
    assert "larger than 1000 bytes" in str(error)


def test_an_endless_body_ends_at_the_limit() -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 202 X\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(100_000):
            connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")

    error = sent_once(endless)
    assert isinstance(error, SentUnreadable)
    assert "larger than 2097152 bytes" in str(error)


def test_a_gzip_bomb_is_not_unpacked() -> None:
    import gzip

    bomb = gzip.compress(b"0" * 50_000_000)
    error = sent_once(answer(202, bomb, headers={"Content-Encoding": "gzip"}))
    assert isinstance(error, SentUnreadable)
    assert len(error.raw.body) <= 2_097_152


def test_a_404_of_the_documented_shape_is_not_found_with_the_vendors_words() -> None:
    error = sent_once(answer(404, {"code": 404, "error": "not yours"}))
    assert isinstance(error, NotFound)
    assert (error.status, error.reason, error.is_retry_safe) == (404, "not yours", True)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"detail":"unauthorized"}', "unauthorized"),
        (b'{"message":{"error":"deep"}}', "deep"),
        (b'"words"', "words"),
        (b"<h1>gone</h1>", ""),
        (b"", ""),
        (b'{"error":42}', ""),
    ],
)
def test_a_404_of_any_other_shape_is_not_found_too(body: bytes, reason: str) -> None:
    error = sent_once(answer(404, body))
    assert isinstance(error, NotFound)
    assert error.reason == reason
    assert error.raw.body == body


def test_a_502_page_of_html_is_unexpected_and_nobody_knows_whether_it_was_sent() -> None:
    error = sent_once(answer(502, b"<html>Bad Gateway</html>", headers={"Content-Type": "text/html; charset=rot13"}))
    assert isinstance(error, UnexpectedStatus)
    assert error.is_retry_safe is None
    assert error.raw.text == "<html>Bad Gateway</html>"


@pytest.mark.parametrize(("status", "safe"), [(408, None), (429, True), (500, None), (503, None), (504, None)])
def test_a_paid_send_is_made_once_whatever_the_status_says(status: int, safe: bool | None) -> None:
    error = sent_once(answer(status, {}, headers={"Retry-After": "0"}))
    assert isinstance(error, StatusError)
    assert (error.status, error.is_retry_safe) == (status, safe)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with odd_server(answer(202, QUEUED)) as other:
        error = sent_once(answer(status, b"", headers={"Location": other.url + "/"}))
        assert other.asked == []
    assert isinstance(error, StatusError)
    assert error.is_retry_safe is None


def test_no_answer_at_all_may_have_been_sent() -> None:
    error = sent_once(None)
    assert isinstance(error, MaybeSent)
    assert error.is_retry_safe is None


def test_a_reset_after_the_request_may_have_been_sent() -> None:
    def reset(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    assert isinstance(sent_once(reset), MaybeSent)


def test_something_that_is_not_http_may_have_been_sent() -> None:
    assert isinstance(sent_once(lambda s: s.sendall(b"220 smtp ready\r\n")), MaybeSent)


def test_silence_may_have_been_sent() -> None:
    assert isinstance(sent_once(_silent, timeout=0.2), MaybeSent)


def _silent(connection: socket.socket) -> None:
    connection.recv(1)


def test_a_closed_port_is_not_sent_and_was_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with (
        IntelePeer("token", base_url=f"http://127.0.0.1:{port}", retries=1) as client,
        pytest.raises(NotSent) as caught,
    ):
        client.send(HELLO)
    assert (caught.value.attempts, caught.value.is_retry_safe) == (2, True)


# Lists


def test_one_new_state_among_three_is_queued_like_the_others() -> None:
    items = [queued("A"), queued("B", state="Brand-new"), queued("C")]
    result = sent_list(answer(207, {"code": 207, "responses": items}))
    assert [item.id for item in result.queued] == ["A", "B", "C"]


def test_one_item_of_unknown_shape_is_unknown_and_the_others_keep_ids_requests_and_places() -> None:
    items = [queued("A"), {"what": "ever"}, queued("C")]
    result = sent_list(answer(207, {"code": 207, "responses": items}))
    assert [(item.index, item.id, item.request.guid) for item in result.queued] == [(0, "A", "0"), (2, "C", "2")]
    [odd] = result.unknown
    assert (odd.index, odd.request.guid, odd.item) == (1, "1", {"what": "ever"})
    assert result.failed == ()


@pytest.mark.parametrize("odd", [None, 7, "text", [], True, {"code": True, "refid": "B"}, {"code": 202}, {"code": "x"}])
def test_no_odd_item_costs_the_others_their_ids(odd: object) -> None:
    result = sent_list(answer(207, {"code": 207, "responses": [queued("A"), odd, queued("C")]}))
    assert [item.id for item in result.queued] == ["A", "C"]
    assert [item.index for item in result.unknown] == [1]


def test_an_odd_item_with_an_id_keeps_it() -> None:
    result = sent_list(answer(207, {"code": 207, "responses": [queued("A"), {"refid": "B"}, queued("C")]}))
    assert result.ids == ("A", "B", "C")
    assert result.unknown[0].id == "B"


def test_failed_items_say_why_and_that_they_may_be_sent_again() -> None:
    items = [queued("A"), {"code": 403, "error": "blocked"}, {"status": 404, "detail": "whose?"}]
    result = sent_list(answer(207, {"code": 207, "responses": items}))
    assert [(item.index, item.status, item.reason, item.is_retry_safe) for item in result.failed] == [
        (1, 403, "blocked", True),
        (2, 404, "whose?", True),
    ]


def test_a_short_list_is_flagged_and_nothing_in_it_is_called_safe() -> None:
    result = sent_list(answer(207, {"code": 207, "responses": [queued("A"), {"code": 400}]}))
    assert result.aligned is False
    assert result.ids == ("A",)
    assert [item.index for item in result.unknown] == [2]
    assert result.failed[0].is_retry_safe is None
    assert result.notes == ("2 entries for 3 requests: the pairing is a guess",)


def test_a_long_list_keeps_the_extra_entries() -> None:
    result = sent_list(answer(207, {"code": 207, "responses": [queued(c) for c in "ABCD"]}))
    assert [item.id for item in result.queued] == ["A", "B", "C"]
    assert result.extra == (queued("D"),)
    assert result.aligned is False
    assert result.ids == ("A", "B", "C", "D")
    assert result.extra_ids == ("D",)


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":207,"responses":[{"code":202,"refid":"A"},{"code":202,"refid":"B"},{"code":202,"ref',
        b'{"code":207,"responses":[{"code":202,"refid":"A"},{"refid":"B","code":20',
        b'[{"code":202,"refid":"A"},{"code":202,"refid":"B"}]',
    ],
    ids=["cut in a key", "cut in a status", "without its envelope"],
)
def test_a_list_that_is_cut_or_bare_is_sent_unreadable_with_the_ids_that_came(body: bytes) -> None:
    error = sent_list(answer(207, body))
    assert isinstance(error, SentUnreadable)
    assert (error.ids, error.is_retry_safe) == (("A", "B"), False)


@pytest.mark.parametrize("status", [200, 202])
def test_a_list_answered_with_another_success_is_read_as_a_list(status: int) -> None:
    result = sent_list(answer(status, {"code": 207, "responses": [queued(c) for c in "ABC"]}))
    assert result.ids == ("A", "B", "C")
    assert result.notes == (f"status {status} instead of 207",)


def test_a_list_answered_without_its_list_is_sent_unreadable_and_names_the_key() -> None:
    error = sent_list(answer(207, queued("A")))
    assert isinstance(error, SentUnreadable)
    assert "/responses" in str(error)
    assert error.id == "A"


def test_one_id_for_two_messages_is_noted() -> None:
    result = sent_list(answer(207, {"code": 207, "responses": [queued("A"), queued("A"), queued("C")]}))
    assert len(result.queued) == 3
    assert result.notes == ("one id stands for several messages",)


def test_an_error_for_the_whole_list_is_raised() -> None:
    assert isinstance(sent_list(answer(401, {"error": "token has expired"})), StatusError)


def test_an_empty_list_sends_nothing() -> None:
    with odd_server(answer(500)) as server, IntelePeer("token", base_url=server.url) as client:
        assert len(client.send([])) == 0
        assert server.asked == []
