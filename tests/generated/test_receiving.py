"""Deliveries: parsed, believed, kept, answered, handled once; and their statuses ranked."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import httpx2
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Route

from smsproof_sdk.intelepeer import (
    ConfigurationError,
    InboundError,
    InboundMessage,
    MalformedInbound,
    MemoryStore,
    OversizeInbound,
    Receiver,
    SQLiteStore,
    WrongSecret,
)
from smsproof_sdk.messangi import DeliveryStatus, StatusTracker

PAGE = {
    "refid": "ABCDEF1234567890ABCDEF1234567890",
    "from": "+7708675309",
    "to": "+13038675309",
    "message": "Hello World!",
    "signature": "SECRET CODE",
}
SECRET = "SECRET CODE"


def body(**changes: Any) -> bytes:
    return json.dumps({key: value for key, value in (PAGE | changes).items() if value is not ...}).encode()


# Parsing


def test_the_pages_example_is_read() -> None:
    message = InboundMessage.parse(body(), secret=SECRET)
    assert (message.refid, message.from_, message.to) == (PAGE["refid"], "+7708675309", "+13038675309")
    assert message.message == "Hello World!"


def test_the_shared_code_is_not_shown() -> None:
    assert SECRET not in repr(InboundMessage.parse(body(), secret=SECRET))


@pytest.mark.parametrize(
    "given", ["secret code", "", None, 7, ["SECRET CODE"], {"a": 1}, True, "é", "SECRET CODE ", ...]
)
def test_any_other_code_is_refused_without_an_accident(given: object) -> None:
    with pytest.raises(WrongSecret):
        InboundMessage.parse(body(signature=given), secret=SECRET)


def test_a_code_outside_ascii_is_compared_as_bytes() -> None:
    assert InboundMessage.parse(body(signature="clé"), secret="clé").refid == PAGE["refid"]


def test_an_empty_secret_is_an_error_and_never_a_match() -> None:
    with pytest.raises(ConfigurationError):
        InboundMessage.parse(body(signature=""), secret="")


def test_a_delivery_may_be_judged_by_other_means() -> None:
    assert InboundMessage.parse(body(), secret=lambda message: message.to == "+13038675309").message
    with pytest.raises(WrongSecret):
        InboundMessage.parse(body(), secret=lambda message: False)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b'{"a":NaN}',
        b"\xff",
        b"\xef\xbb\xbf" + body(),
        b'{"refid":"A","refid":"B"}',
        b'{"a":' * 100 + b"1" + b"}" * 100,
        body(refid=...),
        body(refid=""),
        body(refid=None),
        body(refid=7),
        body(message=...),
        body(message=7),
        body(to=None),
    ],
)
def test_a_malformed_delivery_is_told_from_a_forged_one(bad: bytes) -> None:
    with pytest.raises(InboundError) as caught:
        InboundMessage.parse(bad, secret=lambda message: True)
    assert isinstance(caught.value, MalformedInbound)
    assert caught.value.answer == 400


def test_an_oversize_delivery_is_not_read() -> None:
    with pytest.raises(OversizeInbound):
        InboundMessage.parse(body(message="x" * 70_000), secret=SECRET)


def test_unknown_fields_of_a_delivery_are_kept() -> None:
    assert InboundMessage.parse(body(media=["x"]), secret=SECRET).model_extra == {"media": ["x"]}


def test_a_status_needs_id_and_status_and_tolerates_the_rest() -> None:
    status = DeliveryStatus.parse(b'{"id":"M1","status":"BRAND_NEW","date":"yesterday","timestamp":"7"}')
    assert (status.id, status.status, status.date) == ("M1", "BRAND_NEW", "yesterday")
    for bad in (b'{"id":"M1"}', b'{"status":"SENT"}', b'{"id":"M1","status":null}'):
        with pytest.raises(MalformedInbound):
            DeliveryStatus.parse(bad)


# Receivers


class Handled(list[str]):
    """A handler that remembers what it was given."""

    def __call__(self, delivery: InboundMessage) -> None:
        self.append(delivery.refid)


def deliver(receiver: Any, data: bytes, method: str = "POST", **headers: str) -> int:
    """One request to an ASGI application; returns the status once the application is done."""

    async def post() -> int:
        transport = httpx2.ASGITransport(receiver)
        async with httpx2.AsyncClient(transport=transport, base_url="http://receiver") as client:
            return (await client.request(method, "/sms", content=data, headers=headers)).status_code

    return asyncio.run(post())


def deliver_wsgi(receiver: Receiver[Any], data: bytes, method: str = "POST", **environ: str) -> int:
    given: dict[str, Any] = {"REQUEST_METHOD": method, "CONTENT_LENGTH": str(len(data)), "wsgi.input": io.BytesIO(data)}
    setup_testing_defaults(given)
    given |= {"REQUEST_METHOD": method, "wsgi.input": io.BytesIO(data)} | environ
    statuses: list[str] = []
    answer = receiver.wsgi(given, lambda status, headers: statuses.append(status))
    assert b"".join(answer) == b""
    answer.close()  # type: ignore[attr-defined]
    return int(statuses[0][:3])


@pytest.fixture(params=["asgi", "wsgi"])
def post(request: pytest.FixtureRequest) -> Any:
    return deliver if request.param == "asgi" else deliver_wsgi


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path / "inbox.sqlite")


def test_five_deliveries_of_one_message_are_handled_once_and_all_answered_200(post: Any, store: Any) -> None:
    handled = Handled()
    receiver = Receiver(InboundMessage, handled, store=store, secret=SECRET)
    assert [post(receiver, body()) for _ in range(5)] == [200] * 5
    assert handled == [PAGE["refid"]]


def test_each_kind_of_bad_delivery_has_its_answer_and_is_not_handled(post: Any) -> None:
    handled = Handled()
    receiver = Receiver(InboundMessage, handled, store=MemoryStore(), secret=SECRET)
    answers = {
        "forged": post(receiver, body(signature="guess")),
        "malformed": post(receiver, b"{"),
        "oversize": post(receiver, b"x" * 70_000),
        "no post": post(receiver, b"", "GET"),
    }
    assert answers == {"forged": 403, "malformed": 400, "oversize": 413, "no post": 405}
    assert handled == []


def test_a_length_of_five_thousand_digits_is_too_large(post: Any) -> None:
    receiver = Receiver(InboundMessage, Handled(), store=MemoryStore(), secret=SECRET)
    name = "CONTENT_LENGTH" if post is deliver_wsgi else "Content-Length"
    assert post(receiver, body(), **{name: "9" * 5000}) == 413


def test_a_chunked_delivery_is_read_where_a_wsgi_server_shows_its_end() -> None:
    handled = Handled()
    receiver = Receiver(InboundMessage, handled, store=MemoryStore(), secret=SECRET)
    chunked: dict[str, Any] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    assert deliver_wsgi(receiver, body(), **chunked) == 200
    assert deliver_wsgi(receiver, b"x" * 70_000, **chunked) == 413
    assert handled == [PAGE["refid"]]


def test_json_is_read_whatever_the_content_type_says(post: Any) -> None:
    receiver = Receiver(InboundMessage, Handled(), store=MemoryStore(), secret=SECRET)
    assert deliver(receiver, body(), **{"Content-Type": "text/plain"}) == 200


def test_a_receiver_without_its_secret_cannot_be_made() -> None:
    for secret in ("", None):
        with pytest.raises(ConfigurationError):
            Receiver(InboundMessage, Handled(), store=MemoryStore(), secret=secret)
    with pytest.raises(ConfigurationError):
        Receiver(DeliveryStatus, print, store=MemoryStore(), secret="x")


def test_the_answer_is_given_before_the_handler_runs() -> None:
    order: list[str] = []

    async def run() -> None:
        receiver = Receiver(
            InboundMessage, lambda delivery: order.append("handled"), store=MemoryStore(), secret=SECRET
        )
        messages = iter([{"type": "http.request", "body": body()}])

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            order.append(message["type"])

        await receiver({"type": "http", "method": "POST", "headers": []}, receive, send)

    asyncio.run(run())
    assert order == ["http.response.start", "http.response.body", "handled"]


def test_what_the_store_cannot_keep_is_answered_500_so_that_it_comes_again(post: Any) -> None:
    class Full(MemoryStore):
        def take(self, key: str, body: bytes) -> bool:
            raise OSError("disk full")

    handled = Handled()
    assert post(Receiver(InboundMessage, handled, store=Full(), secret=SECRET), body()) == 500
    assert handled == []


def test_a_vendor_that_hangs_up_before_the_answer_costs_no_message() -> None:
    handled = Handled()
    receiver = Receiver(InboundMessage, handled, store=MemoryStore(), secret=SECRET)

    async def run() -> None:
        async def receive() -> Any:
            return {"type": "http.request", "body": body()}

        async def send(message: Any) -> None:
            raise OSError("connection lost")

        with pytest.raises(OSError, match="connection lost"):
            await receiver({"type": "http", "method": "POST", "headers": []}, receive, send)

    asyncio.run(run())
    assert handled == [PAGE["refid"]]


def test_an_async_handler_is_awaited(post: Any) -> None:
    handled: list[str] = []

    async def handler(delivery: InboundMessage) -> None:
        await asyncio.sleep(0)
        handled.append(delivery.refid)

    assert post(Receiver(InboundMessage, handler, store=MemoryStore(), secret=SECRET), body()) == 200
    assert handled == [PAGE["refid"]]


@pytest.mark.parametrize("mount", ["route", "fastapi", "mount"])
def test_it_stands_in_starlette_and_fastapi(mount: str) -> None:
    handled = Handled()
    receiver = Receiver(InboundMessage, handled, store=MemoryStore(), secret=SECRET)
    app: Any
    if mount == "route":
        app = Starlette(routes=[Route("/sms", receiver, methods=["POST"])])
    else:
        app = FastAPI()
        app.mount("/" if mount == "mount" else "/sms", receiver) if mount == "mount" else app.add_route(
            "/sms", receiver, methods=["POST"]
        )
    assert deliver(app, body()) == 200
    assert handled == [PAGE["refid"]]


def test_a_failed_handler_runs_again_after_a_restart(tmp_path: Path, post: Any) -> None:
    def failing(delivery: InboundMessage) -> None:
        raise RuntimeError("down")

    first = SQLiteStore(tmp_path / "inbox.sqlite")
    assert post(Receiver(InboundMessage, failing, store=first, secret=SECRET), body()) == 200
    first.close()
    handled = Handled()
    second = SQLiteStore(tmp_path / "inbox.sqlite")
    receiver = Receiver(InboundMessage, handled, store=second, secret=SECRET)
    assert receiver.run_unfinished() == 1
    assert handled == [PAGE["refid"]]
    assert receiver.run_unfinished() == 0
    assert post(receiver, body()) == 200
    assert handled == [PAGE["refid"]]
    second.close()


def test_unfinished_ones_run_with_the_first_request_or_the_start_of_the_application(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "inbox.sqlite")
    store.take("A", body(refid="A"))
    store.close()
    handled = Handled()
    again = SQLiteStore(tmp_path / "inbox.sqlite")
    assert deliver(Receiver(InboundMessage, handled, store=again, secret=SECRET), body(refid="B")) == 200
    assert handled == ["B", "A"]
    again.close()


_KILLED = """
import os, sys
from smsproof_sdk.intelepeer import InboundMessage, Receiver, SQLiteStore
def handler(delivery):
    print(delivery.refid, flush=True)
    os.kill(os.getpid(), 9)
store = SQLiteStore(sys.argv[1])
receiver = Receiver(InboundMessage, handler, store=store, secret="SECRET CODE")
status, key, delivery = receiver._take(sys.stdin.buffer.read())
receiver._handle(key, delivery)
"""


def test_a_program_killed_in_its_handler_leaves_the_message_to_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "inbox.sqlite"
    done = subprocess.run([sys.executable, "-c", _KILLED, str(path)], input=body(), capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (-9, b"ABCDEF1234567890ABCDEF1234567890\n")
    handled = Handled()
    store = SQLiteStore(path)
    assert Receiver(InboundMessage, handled, store=store, secret=SECRET).run_unfinished() == 1
    assert handled == [PAGE["refid"]]
    store.close()


def test_a_message_that_a_living_program_handles_is_left_to_it(tmp_path: Path) -> None:
    one, two = SQLiteStore(tmp_path / "inbox.sqlite"), SQLiteStore(tmp_path / "inbox.sqlite")
    assert one.take("A", b"{}")
    assert two.unfinished() == []
    assert not two.take("A", b"{}")
    one.close()
    assert two.unfinished() == [("A", b"{}")]
    two.close()


def test_a_store_is_readable_by_its_owner_only_and_keeps_no_code_and_no_finished_text(tmp_path: Path) -> None:
    path = tmp_path / "inbox.sqlite"
    store = SQLiteStore(path)
    deliver(Receiver(InboundMessage, Handled(), store=store, secret=SECRET), body())
    store.close()
    assert path.stat().st_mode & 0o777 == 0o600
    left = path.read_bytes()
    assert b"SECRET CODE" not in left
    assert b"Hello World!" not in left
    assert sorted(p.name for p in tmp_path.iterdir()) == ["inbox.sqlite"]


def test_ten_deliveries_at_once_are_handled_once(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "inbox.sqlite")
    handled = Handled()
    receiver = Receiver(InboundMessage, handled, store=store, secret=SECRET)
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(deliver_wsgi(receiver, body()))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers, handled) == ([200] * 10, [PAGE["refid"]])
    store.close()


def test_forgotten_deliveries_are_those_that_are_finished_and_old(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "inbox.sqlite")
    for key in "AB":
        store.take(key, b"{}")
    store.finish("A")
    assert store.forget(older_than_seconds=3600) == 0
    assert store.forget(older_than_seconds=-1) == 1
    assert store.take("A", b"{}")
    assert not store.take("B", b"{}")
    store.close()


def test_each_status_of_a_message_is_a_delivery_of_its_own() -> None:
    seen: list[str] = []
    receiver = Receiver(DeliveryStatus, lambda delivery: seen.append(delivery.status), store=MemoryStore())
    for status in ("SENT", "DELIVRD", "SENT"):
        assert deliver(receiver, json.dumps({"id": "M1", "status": status}).encode()) == 200
    assert seen == ["SENT", "DELIVRD"]


# Statuses


def test_statuses_never_go_back_and_never_leave_a_final_one() -> None:
    tracker = StatusTracker("messangi-status")
    steps = [tracker.observe("M1", s) for s in ("SENT", "QUEUE", "DELIVRD", "ENROUTE", "UNDELIV", "DELIVRD")]
    assert [(step.status, step.changed) for step in steps] == [
        ("SENT", True),
        ("SENT", False),
        ("DELIVRD", True),
        ("DELIVRD", False),
        ("DELIVRD", False),
        ("DELIVRD", False),
    ]
    assert steps[1].note == "QUEUE comes before SENT"
    assert steps[4].note == "UNDELIV after the final DELIVRD"
    assert (steps[-1].is_final, steps[-1].succeeded) == (True, True)


def test_an_unknown_status_is_kept_and_not_final() -> None:
    tracker = StatusTracker()
    assert tracker.observe("M1", "INCOMPLETE").is_final is False
    assert tracker.observe("M1", "SENT").status == "SENT"
    assert tracker.observe("M1", "INCOMPLETE").status == "INCOMPLETE"
    assert tracker.observe("M1", "QUEUE").status == "INCOMPLETE"
    assert tracker.observe("M1", "EXPIRED").succeeded is False


def test_messages_are_tracked_apart_and_forgotten_one_by_one() -> None:
    tracker = StatusTracker()
    tracker.observe("M1", "SENT")
    tracker.observe("M2", "QUEUE")
    assert len(tracker) == 2
    standing = tracker.standing("M2")
    assert standing is not None
    assert standing.status == "QUEUE"
    tracker.forget("M2")
    assert tracker.standing("M2") is None
