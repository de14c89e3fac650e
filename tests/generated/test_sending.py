"""How a call is made: tokens, tries, deadlines, injected clients, lists without a list call, long streams."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import httpx2
import pytest

from smsproof_sdk import intelepeer, messangi
from smsproof_sdk.intelepeer import (
    AsyncIntelePeer,
    ConfigurationError,
    IntelePeer,
    InvalidAddress,
    InvalidRequest,
    MaybeSent,
    Message,
    NotSent,
    Progress,
    SentUnreadable,
    Unauthorized,
    UnexpectedStatus,
    recording,
)
from tests.generated.odd_server import answer, odd_server

HELLO = Message(from_="1-12345", to="+13038675309", text="Hello World!")
QUEUED = {"state": "Queued", "code": 202, "refid": "A", "numparts": 1}
WEBHOOK = {"code": 200, "tnkey": "+12161112222", "webhook": None, "provisioning": {"state": "provisioned"}}
LIST = {"code": 207, "responses": [QUEUED, QUEUED | {"refid": "B"}]}
TAKEN = {
    "meta": {"timestamp": 1597166699457, "transactionId": "t"},
    "data": {
        "id": "M1",
        "from": "12345",
        "text": "text demo",
        "to": "+580000000005",
        "owner": "o",
        "operator": "p",
        "status": "QUEUE",
        "date": "2020-08-11T17:24:59.479123456Z",
    },
}


def taken(**changes: Any) -> dict[str, Any]:
    return TAKEN | {"data": TAKEN["data"] | changes}  # type: ignore[operator]


# What leaves


def test_a_message_leaves_with_its_wire_names_and_nothing_that_was_not_set() -> None:
    with odd_server(answer(202, QUEUED)) as server, IntelePeer("token", base_url=server.url) as client:
        client.send(Message(from_="1-12345", to="+13038675309", text="Hello World!", guid=None))
    [asked] = server.asked
    assert (asked.method, asked.target) == ("POST", "/_rest/v4/app/sms/send")
    assert asked.json == {"from": "1-12345", "to": "+13038675309", "text": "Hello World!"}
    assert asked.headers["authorization"] == "Bearer token"
    assert asked.headers["content-type"] == "application/json"


def test_a_number_in_a_query_leaves_with_its_plus_escaped_and_without_a_body() -> None:
    with odd_server(answer(200, WEBHOOK)) as server, IntelePeer("token", base_url=server.url) as client:
        assert client.get_webhook("+12161112222").webhook is None
    [asked] = server.asked
    assert (asked.method, asked.target) == ("GET", "/_rest/v4/my/did/sms/webhook?endpoint=%2B12161112222")
    assert (asked.body, asked.headers.get("content-type")) == (b"", None)


def test_callbacks_leave_as_one_text_joined_by_commas() -> None:
    message = messangi.Message(
        from_="12345",
        to="+580000000005",
        text="x",
        request_dr=True,
        callbacks=["https://a.example/x,y", " https://b.example "],
    )
    with odd_server(answer(200, TAKEN)) as server, messangi.Messangi("key", base_url=server.url) as client:
        client.send(message)
    assert server.asked[0].json == {
        "from": "12345",
        "to": "+580000000005",
        "text": "x",
        "requestDR": True,
        "callbacks": "https://a.example/x%2Cy,https://b.example",
    }


def test_several_calls_share_one_connection() -> None:
    with odd_server(answer(202, QUEUED)) as server, IntelePeer("token", base_url=server.url) as client:
        for _ in range(5):
            client.send(HELLO)
    assert (len(server.asked), server.connections) == (5, 1)


# Where it goes


def test_the_servers_of_the_contract_are_chosen_by_region() -> None:
    assert repr(IntelePeer("t")) == "IntelePeer('https://api.intelepeer.com')"
    assert repr(IntelePeer("t", server="eu")) == "IntelePeer('https://eu.api.intelepeer.com')"
    assert repr(messangi.Messangi("t")) == "Messangi('https://elastic.messangi.me')"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example",
        "ftp://api.example",
        "https://user:pass@api.example",
        "https://a?b=c",
        "",
        "api.example",
        "http://[::1",
        "http://127.0.0.1:x",
        "https://api.example/\r\nX: y",
        "https://api\u200b.example",
    ],
)
def test_a_base_url_that_would_leak_or_lead_astray_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        IntelePeer("token", base_url=url or "/")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1", "https://api.example/x/"]
)
def test_this_machine_may_be_asked_without_tls(url: str) -> None:
    IntelePeer("token", base_url=url).close()


def test_plain_http_elsewhere_needs_leave() -> None:
    IntelePeer("token", base_url="http://api.example", allow_insecure=True).close()


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with odd_server(answer(502)) as proxy, odd_server(answer(202, QUEUED)) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with IntelePeer("token", base_url=server.url) as client:
            client.send(HELLO)
        assert (len(proxy.asked), len(server.asked)) == (0, 1)


def test_proxies_of_the_environment_are_used_where_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def awaited() -> str:
        async with AsyncIntelePeer("token", base_url="http://127.0.0.1:9", trust_env=True) as client:
            return (await client.send(HELLO)).id

    with odd_server(answer(202, QUEUED)) as proxy:
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("http_proxy", proxy.url)
        with IntelePeer("token", base_url="http://127.0.0.1:9", trust_env=True) as client:
            assert client.send(HELLO).id == QUEUED["refid"]
        assert asyncio.run(awaited()) == QUEUED["refid"]
        assert [asked.target for asked in proxy.asked] == ["http://127.0.0.1:9/_rest/v4/app/sms/send"] * 2
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with IntelePeer("token", base_url="http://127.0.0.1:9", trust_env=True, retries=0) as client:
            with pytest.raises(NotSent):
                client.send(HELLO)


def test_a_proxy_of_the_environment_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:9")
    with pytest.raises(ConfigurationError, match="socks5 proxy"):
        IntelePeer("token", trust_env=True)


# Tokens


def test_without_a_token_nothing_leaves_and_the_error_says_where_to_put_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INTELEPEER_TOKEN", raising=False)
    with odd_server(answer(202, QUEUED)) as server, IntelePeer(base_url=server.url) as client:
        with pytest.raises(ConfigurationError, match=r"`token` \(or the environment variable INTELEPEER_TOKEN\)"):
            client.send(HELLO)
        assert server.connections == 0


def test_the_token_is_found_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTELEPEER_TOKEN", "from-env")
    with odd_server(answer(202, QUEUED)) as server, IntelePeer(base_url=server.url) as client:
        client.send(HELLO)
    assert server.asked[0].headers["authorization"] == "Bearer from-env"


@pytest.mark.parametrize("token", ["Bearer k", "bearer  k", " k ", "Bearer Bearer k"])
def test_a_token_configured_with_its_scheme_is_not_given_a_second_one(token: str) -> None:
    with odd_server(answer(202, QUEUED)) as server, IntelePeer(token, base_url=server.url) as client:
        client.send(HELLO)
    assert server.asked[0].headers["authorization"] == "Bearer k"


@pytest.mark.parametrize("token", ["", "Bearer ", "a\r\nX: y", "t\xe9"])
def test_a_token_that_no_header_may_hold_is_refused_before_anything_leaves(token: str) -> None:
    with odd_server(answer(202, QUEUED)) as server, IntelePeer(token, base_url=server.url) as client:
        with pytest.raises(ConfigurationError):
            client.send(HELLO)
        assert server.connections == 0


def test_a_token_function_is_asked_once_and_once_more_after_401() -> None:
    tokens = iter(["old", "new"])
    replies = (
        answer(202, QUEUED),
        answer(401, {"error": "token has expired"}),
        answer(202, QUEUED),
        answer(202, QUEUED),
    )
    with odd_server(*replies) as server, IntelePeer(lambda: next(tokens), base_url=server.url) as client:
        client.send(HELLO)
        assert client.send(HELLO).id == "A"
        client.send(HELLO)
    assert [asked.headers["authorization"][7:] for asked in server.asked] == ["old", "old", "new", "new"]


def test_a_second_401_is_raised() -> None:
    with odd_server(answer(401, {})) as server, IntelePeer(lambda: "t", base_url=server.url) as client:
        with pytest.raises(Unauthorized):
            client.send(HELLO)
        assert len(server.asked) == 2


def test_a_fixed_token_is_not_tried_again_after_401() -> None:
    with odd_server(answer(401, {})) as server, IntelePeer("t", base_url=server.url) as client:
        with pytest.raises(Unauthorized):
            client.send(HELLO)
        assert len(server.asked) == 1


def test_an_async_token_function_is_awaited() -> None:
    async def token() -> str:
        return "awaited"

    async def send(url: str) -> None:
        async with AsyncIntelePeer(token, base_url=url) as client:
            await client.send(HELLO)

    with odd_server(answer(202, QUEUED)) as server:
        asyncio.run(send(server.url))
    assert server.asked[0].headers["authorization"] == "Bearer awaited"


# Tries and waits


def test_a_read_is_tried_again_after_503_and_waits_as_asked() -> None:
    replies = (answer(503, {}, headers={"Retry-After": "0"}), None, answer(200, WEBHOOK))
    with odd_server(*replies) as server, IntelePeer("t", base_url=server.url) as client:
        assert client.get_webhook("+12161112222").code == 200
    assert len(server.asked) == 3


@pytest.mark.parametrize("wait", ["3600", "Fri, 31 Dec 2999 23:59:59 GMT", "1e9"])
def test_a_wait_longer_than_the_deadline_is_not_begun(wait: str) -> None:
    with (
        odd_server(answer(503, {}, headers={"Retry-After": wait})) as server,
        IntelePeer("t", base_url=server.url) as client,
    ):
        with pytest.raises(UnexpectedStatus):
            client.get_webhook("+12161112222", deadline=5)
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    "wait", ["-1", "nan", "inf-ish", "Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 99999999999 23:59:59 GMT", ""]
)
def test_a_senseless_wait_is_replaced_by_our_own(wait: str) -> None:
    replies = (answer(503, {}, headers={"Retry-After": wait}), answer(200, WEBHOOK))
    with odd_server(*replies) as server, IntelePeer("t", base_url=server.url) as client:
        assert client.get_webhook("+12161112222").code == 200


def test_a_read_that_is_refused_is_not_tried_again() -> None:
    with odd_server(answer(404, {})) as server, IntelePeer("t", base_url=server.url) as client:
        with pytest.raises(intelepeer.NotFound):
            client.get_webhook("+12161112222")
        assert len(server.asked) == 1


def test_setting_a_webhook_is_no_read_and_made_once() -> None:
    settings = intelepeer.WebhookSettings(endpoints=["+12161112222"], webhook="https://a.example")
    with odd_server(answer(503, {}, headers={"Retry-After": "0"})) as server:
        with IntelePeer("t", base_url=server.url) as client, pytest.raises(UnexpectedStatus):
            client.set_webhook(settings)
        assert len(server.asked) == 1


def drip(connection: socket.socket) -> None:
    """A status line, and then one byte of a header ten times a second."""
    connection.sendall(b"HTTP/1.1 202 X\r\nX: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


def drip_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 202 X\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


@pytest.mark.parametrize("injected", [False, True])
def test_a_dripping_body_ends_at_the_deadline_of_the_call(injected: bool) -> None:
    with odd_server(drip_body) as server:
        options: Any = {"http_client": httpx2.Client(trust_env=False)} if injected else {}
        with IntelePeer("t", base_url=server.url, **options) as client, pytest.raises(SentUnreadable):
            client.send(HELLO, deadline=0.5)


def test_dripping_headers_end_at_the_deadline_of_the_call() -> None:
    with odd_server(drip) as server, IntelePeer("t", base_url=server.url) as client, pytest.raises(MaybeSent):
        client.send(HELLO, deadline=0.5)


@pytest.mark.parametrize(("reply", "kind"), [(drip, MaybeSent), (drip_body, SentUnreadable)])
def test_the_awaited_client_keeps_the_deadline_too(reply: Any, kind: type[Exception]) -> None:
    async def send(url: str) -> None:
        async with AsyncIntelePeer("t", base_url=url) as client:
            await client.send(HELLO, deadline=0.5)

    with odd_server(reply) as server, pytest.raises(kind):
        asyncio.run(send(server.url))


def test_a_vendor_that_reads_by_sips_ends_at_the_deadline_of_the_call() -> None:
    done = threading.Event()

    def sip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            while not done.wait(0.005) and connection.recv(65_536):
                pass

    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    with listener:
        reader = threading.Thread(target=sip, args=(listener,))
        reader.start()
        long = [Message(from_="1-12345", to="+13038675309", text="x" * 20_000)] * 700
        with IntelePeer("t", base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
            with pytest.raises(MaybeSent, match="WriteTimeout"):
                client.send(long, deadline=0.3)
        done.set()
        reader.join(10)


def test_a_deadline_that_is_over_sends_nothing() -> None:
    with odd_server(answer(202, QUEUED)) as server, IntelePeer("t", base_url=server.url) as client:
        with pytest.raises(NotSent):
            client.send(HELLO, deadline=0.0)
        assert server.asked == []


# Other people's clients and transports


@pytest.mark.parametrize("library", [httpx2, httpx])
def test_a_client_that_was_given_is_used_and_left_open(library: Any) -> None:
    with odd_server(answer(202, QUEUED)) as server, library.Client(headers={"X-Mine": "1"}, trust_env=False) as own:
        with IntelePeer("t", base_url=server.url, http_client=own) as client:
            assert client.send(HELLO).id == "A"
        assert not own.is_closed
    assert server.asked[0].headers["x-mine"] == "1"


@pytest.mark.parametrize("library", [httpx2, httpx])
def test_failures_of_a_given_client_are_understood(library: Any) -> None:
    with (
        odd_server(None) as server,
        library.Client(trust_env=False) as own,
        IntelePeer("t", base_url=server.url, http_client=own) as client,
        pytest.raises(MaybeSent),
    ):
        client.send(HELLO)


def test_a_client_of_the_other_kind_is_refused_before_anything_leaves() -> None:
    with pytest.raises(ConfigurationError, match="AsyncClient; this client needs a Client"):
        IntelePeer("t", http_client=httpx2.AsyncClient())  # type: ignore[arg-type]
    with httpx.Client() as client, pytest.raises(ConfigurationError, match="Client; this client needs a AsyncClient"):
        AsyncIntelePeer("t", http_client=client)  # type: ignore[arg-type]


def test_a_client_and_a_transport_together_are_refused() -> None:
    with httpx2.Client() as client, pytest.raises(ConfigurationError, match="not both"):
        IntelePeer("t", http_client=client, transport=httpx2.MockTransport(lambda request: httpx2.Response(500)))


def test_a_closed_client_sends_nothing_and_says_so() -> None:
    given = httpx2.Client()
    given.close()
    own = IntelePeer("t", base_url="http://127.0.0.1:9")
    own.close()
    for client in (own, IntelePeer("t", base_url="http://127.0.0.1:9", http_client=given)):
        with pytest.raises(ConfigurationError, match="closed"):
            client.send(HELLO)


@pytest.mark.parametrize("library", [httpx2, httpx])
def test_redirects_are_not_followed_by_a_given_client_either(library: Any) -> None:
    with (
        odd_server(answer(202, QUEUED)) as other,
        odd_server(answer(307, b"", headers={"Location": other.url})) as server,
    ):
        with (
            library.Client(follow_redirects=True, trust_env=False) as own,
            IntelePeer("t", base_url=server.url, http_client=own) as client,
            pytest.raises(UnexpectedStatus),
        ):
            client.send(HELLO)
        assert other.asked == []


@pytest.mark.parametrize("library", [httpx2, httpx])
def test_an_awaiting_client_that_was_given_is_used(library: Any) -> None:
    async def send(url: str) -> str:
        async with (
            library.AsyncClient(trust_env=False) as own,
            AsyncIntelePeer("t", base_url=url, http_client=own) as client,
        ):
            return (await client.send(HELLO)).id

    with odd_server(answer(202, QUEUED)) as server:
        assert asyncio.run(send(server.url)) == "A"


def test_a_mock_transport_is_taken() -> None:
    def reply(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(202, json=QUEUED)

    with IntelePeer("t", transport=httpx2.MockTransport(reply)) as client:
        assert client.send(HELLO).id == "A"


# Looking at it


def test_answers_of_a_block_can_be_looked_at() -> None:
    with (
        odd_server(answer(200, WEBHOOK, headers={"X-Trace": "7"})) as server,
        IntelePeer("t", base_url=server.url) as client,
    ):
        with recording() as answers:
            client.get_webhook("+12161112222")
        client.get_webhook("+12161112222")
    [raw] = answers
    assert (raw.status, raw.headers["x-trace"], raw.path) == (200, "7", "/_rest/v4/my/did/sms/webhook")


def test_the_log_shows_what_happened_and_none_of_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG, "smsproof_sdk"),
        odd_server(answer(202, QUEUED), answer(200, WEBHOOK)) as server,
        IntelePeer("canary-token", base_url=server.url) as client,
    ):
        client.send(Message(from_="1-12345", to="+13038675309", text="canary-text", guid="canary-guid"))
        client.get_webhook("+12161112222")
    log = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("smsproof_sdk"))
    assert "POST /_rest/v4/app/sms/send: try 1 answered 202" in log
    for secret in ("canary", "13038675309", "12161112222", "%2B", "refid"):
        assert secret not in log


def test_neither_clients_nor_errors_show_the_token() -> None:
    with odd_server(answer(403, {})) as server, IntelePeer("canary-token", base_url=server.url) as client:
        with pytest.raises(intelepeer.Forbidden) as caught:
            client.send(HELLO)
        shown = [repr(client), repr(client._core), str(caught.value), repr(caught.value.raw)]
    assert not any("canary" in text for text in shown)


# Before sending


def test_a_bad_address_is_refused_with_field_and_reason_before_anything_leaves() -> None:
    with odd_server(answer(202, QUEUED)) as server, IntelePeer("t", base_url=server.url) as client:
        with pytest.raises(InvalidAddress) as caught:
            client.send(Message(from_="1-12345", to="13038675309", text="x"))
        assert server.connections == 0
    assert (caught.value.field, caught.value.index) == ("to", None)
    assert "E.164" in caught.value.expected


def test_a_bad_address_in_a_list_fails_alone_and_the_others_keep_their_places() -> None:
    bad = Message(from_="1-12345", to="nobody", text="x")
    with odd_server(answer(207, LIST)) as server, IntelePeer("t", base_url=server.url) as client:
        result = client.send([bad, HELLO, bad, HELLO])
    assert [(item.index, item.id) for item in result.queued] == [(1, "A"), (3, "B")]
    assert [(item.index, item.is_retry_safe) for item in result.failed] == [(0, True), (2, True)]
    assert len(server.asked[0].json) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"from": "1-12345"}, "a dict"),
        ("Hello", "a str"),
        (None, "a NoneType"),
        ((message for message in [HELLO]), "send_in_chunks"),
        ([HELLO, {"from": "1-12345"}], "message 1"),
        ([HELLO, Message(from_="1-12345", to="+13038675309", text="\ud83d")], "message 1: text: lone-surrogate"),
    ],
    ids=["dict", "text", "nothing", "stream", "dict in a list", "half a character"],
)
def test_what_is_no_message_is_refused_before_anything_leaves(given: Any, words: str) -> None:
    with odd_server(answer(207, LIST)) as server, IntelePeer("t", base_url=server.url) as client:
        with pytest.raises(InvalidRequest, match=words):
            client.send(given)
        assert server.asked == []


def test_half_a_character_is_refused_before_the_first_of_a_list_leaves() -> None:
    halves = [*messages(2), messangi.Message(from_="12345", to="+580000000005", text="\udc00")]
    with odd_server(answer(200, TAKEN)) as server, messangi.Messangi("k", base_url=server.url) as client:
        with pytest.raises(InvalidRequest, match="message 2: text"):
            client.send(halves)
        assert server.asked == []


def test_a_preview_tells_encoding_segments_cost_and_what_made_it_dear() -> None:
    message = Message(from_="1-12345", to="+13038675309", text="caf\u00e9 \u20ac \u0142" + "x" * 70)
    [seen] = IntelePeer.preview(message, price="0.0075")
    assert (seen.encoding, seen.units, seen.segments, seen.cost) == ("ucs2", 78, 2, Decimal("0.0150"))
    assert [(one.character, one.index) for one in seen.offending] == [("\u0142", 7)]


def test_a_preview_of_a_batch_has_one_for_each_recipients_text() -> None:
    recipients = [messangi.Recipient(to="57", params=["a"]), messangi.Recipient(to="58", params=["\u0142"])]
    body = messangi.Batch(from_="12345", text="Hi {0}", to=recipients)
    assert [(one.text, one.encoding) for one in messangi.Messangi.preview(body)] == [
        ("Hi a", "gsm7"),
        ("Hi \u0142", "ucs2"),
    ]


@pytest.mark.parametrize("price", ["x", "-1", "NaN", "Infinity"])
def test_a_price_that_is_none_is_refused(price: str) -> None:
    with pytest.raises(ValueError, match="0.0075"):
        IntelePeer.preview(HELLO, price=price)


def test_addresses_are_left_to_the_vendor_where_asked() -> None:
    with (
        odd_server(answer(400, {"error": "form"})) as server,
        IntelePeer("t", base_url=server.url, check_addresses=False) as client,
        pytest.raises(intelepeer.BadRequest),
    ):
        client.send(Message(from_="1-12345", to="13038675309", text="x"))


def test_callbacks_without_receipts_are_refused_before_anything_leaves() -> None:
    message = messangi.Message(from_="12345", to="+580000000005", text="x", callbacks=["https://a.example"])
    with odd_server(answer(200, TAKEN)) as server, messangi.Messangi("k", base_url=server.url) as client:
        with pytest.raises(messangi.InvalidRequest, match="request_dr"):
            client.send(message)
        with pytest.raises(messangi.InvalidRequest, match="message 1"):
            client.send([messangi.Message(from_="12345", to="+580000000005", text="x"), message])
        assert server.connections == 0


@pytest.mark.parametrize(
    ("text", "params", "fits"),
    [
        ("Hi {0}", ["Ann"], True),
        ("Hi {0} {0}", ["Ann"], True),
        ("Hi {1}", ["Ann"], False),
        ("Hi {0}", None, False),
        ("no {} {x} {0:>9} {0.__class__} {-1} placeholder", None, True),
        ("Hi {999}", ["Ann"], False),
        ("Hi", ["extra"], True),
    ],
)
def test_placeholders_are_held_against_their_values(text: str, params: list[str | float] | None, fits: bool) -> None:
    batch = messangi.Batch(from_="12345", text=text, to=[messangi.Recipient(to="+580000000005", params=params)])
    body = TAKEN | {"data": {"ids": [{"id": "1", "mobile": "+580000000005"}], "status": "QUEUE"}}
    with odd_server(answer(200, body)) as server, messangi.Messangi("k", base_url=server.url) as client:
        if fits:
            assert client.send_batch(batch).ids == ("1",)
        else:
            with pytest.raises(messangi.InvalidRequest):
                client.send_batch(batch)
            assert server.connections == 0


# Messangi: lists and batches


def test_a_status_error_in_a_success_is_a_failure() -> None:
    with (
        odd_server(answer(200, taken(status="ERROR", id="M9"))) as server,
        messangi.Messangi("k", base_url=server.url) as client,
        pytest.raises(messangi.Rejected) as caught,
    ):
        client.send(messangi.Message(from_="12345", to="+580000000005", text="x"))
    assert (caught.value.status, caught.value.id) == ("ERROR", "M9")


def test_the_message_id_is_not_the_transaction_id() -> None:
    with odd_server(answer(200, TAKEN)) as server, messangi.Messangi("k", base_url=server.url) as client:
        sent = client.send(messangi.Message(from_="12345", to="+580000000005", text="x"))
    assert sent.id == "M1"
    assert (sent.data.date.nanosecond, sent.data.date.raw) == (479123456, "2020-08-11T17:24:59.479123456Z")


def messages(count: int) -> list[messangi.Message]:
    return [messangi.Message(from_="12345", to="+580000000005", text=str(n)) for n in range(count)]


def test_a_list_goes_out_one_by_one_and_each_has_its_fate() -> None:
    replies = (answer(200, taken(id="M1")), answer(400, {}), None, answer(200, b"{}"), answer(200, taken(id="M5")))
    with odd_server(*replies) as server, messangi.Messangi("k", base_url=server.url) as client:
        result = client.send(messages(5))
    assert len(server.asked) == 5
    assert [(item.index, item.id) for item in result.queued] == [(0, "M1"), (4, "M5")]
    assert [(item.index, item.status) for item in result.failed] == [(1, 400)]
    assert [(item.index, type(item.error).__name__) for item in result.unknown] == [
        (2, "MaybeSent"),
        (3, "SentUnreadable"),
    ]


def test_after_a_refused_token_the_rest_of_a_list_is_not_tried() -> None:
    with (
        odd_server(answer(200, TAKEN), answer(401, {})) as server,
        messangi.Messangi("k", base_url=server.url) as client,
    ):
        result = client.send(messages(4))
    assert len(server.asked) == 2
    assert result.ids == ("M1",)
    assert [item.is_retry_safe for item in result.failed] == [True, True, True]
    assert result.position == 1


def test_a_token_function_that_fails_in_the_middle_loses_no_id() -> None:
    def token() -> Iterator[str]:
        yield "good"
        raise RuntimeError("vault is closed")

    tokens = token()
    with (
        odd_server(answer(200, TAKEN), answer(401, {})) as server,
        messangi.Messangi(lambda: next(tokens), base_url=server.url) as client,
    ):
        result = client.send(messages(3))
    assert result.ids == ("M1",)
    assert "vault is closed" in str(result.stopped)


def batch(*numbers: str) -> messangi.Batch:
    return messangi.Batch(from_="12345", text="x", to=[messangi.Recipient(to=number) for number in numbers])


def sent_batch(data: dict[str, Any], *numbers: str) -> Any:
    body = TAKEN | {"data": {"status": "QUEUE", **data}}
    with odd_server(answer(200, body)) as server, messangi.Messangi("k", base_url=server.url) as client:
        return client.send_batch(batch(*numbers))


def test_ids_are_matched_to_recipients_whatever_their_order_and_plus() -> None:
    ids = [{"id": "B", "mobile": "580000000002"}, {"id": "A", "mobile": "+580000000001"}]
    result = sent_batch({"ids": ids, "invalidNumber": ["+0"]}, "580000000001", "+0", "+580000000002")
    assert [(item.index, item.id, item.request.to) for item in result.queued] == [
        (0, "A", "580000000001"),
        (2, "B", "+580000000002"),
    ]
    assert [(item.index, item.request.to) for item in result.failed] == [(1, "+0")]
    assert result.aligned


def test_a_number_asked_for_twice_gets_both_ids_in_order() -> None:
    ids = [{"id": "A", "mobile": "+580000000001"}, {"id": "B", "mobile": "580000000001"}]
    result = sent_batch({"ids": ids}, "+580000000001", "580000000001")
    assert [(item.index, item.id) for item in result.queued] == [(0, "A"), (1, "B")]


def test_a_bad_number_listed_once_is_bad_wherever_it_was_asked_for() -> None:
    result = sent_batch({"ids": None, "invalidNumber": ["x"]}, "x", "x")
    assert [item.index for item in result.failed] == [0, 1]


@pytest.mark.parametrize("invalid", [{"to": "x"}, {"mobile": "x"}, {"number": "x"}, "x"])
def test_an_invalid_number_may_be_an_object(invalid: object) -> None:
    result = sent_batch({"ids": [], "invalidNumber": [invalid]}, "x")
    assert [item.index for item in result.failed] == [0]


def test_missing_and_extra_recipients_are_kept_apart() -> None:
    ids = [{"id": "A", "mobile": "+580000000001"}, {"id": "Z", "mobile": "+99"}, "odd"]
    result = sent_batch({"ids": ids}, "+580000000001", "+580000000002")
    assert [item.id for item in result.queued] == ["A"]
    assert [(item.index, item.reason) for item in result.unknown] == [(1, "the answer does not name it")]
    assert result.extra == ({"id": "Z", "mobile": "+99"}, "odd")
    assert result.ids == ("A", "Z")
    assert not result.aligned


def test_an_entry_without_an_id_is_unknown() -> None:
    result = sent_batch({"ids": [{"mobile": "+580000000001"}]}, "+580000000001")
    assert [item.index for item in result.unknown] == [0]


def test_a_batch_that_ended_in_error_queued_nothing() -> None:
    ids = [{"id": "A", "mobile": "+580000000001"}]
    result = sent_batch({"ids": ids, "status": "ERROR"}, "+580000000001")
    assert result.queued == ()
    assert [(item.id, item.is_retry_safe) for item in result.failed] == [("A", None)]


# Long streams


def test_a_stream_goes_out_in_lists_and_tells_how_far_it_is() -> None:
    seen: list[Progress] = []
    replies = [answer(207, LIST), answer(207, LIST), answer(207, {"code": 207, "responses": [QUEUED]})]
    with odd_server(*replies) as server, IntelePeer("t", base_url=server.url) as client:
        result = client.send_in_chunks((HELLO for _ in range(5)), size=2, progress=seen.append)
    assert [len(asked.json) for asked in server.asked] == [2, 2, 1]  # type: ignore[arg-type]
    assert [progress.position for progress in seen] == [2, 4, 5]
    assert [item.index for item in result.queued] == [0, 1, 2, 3, 4]
    assert (result.position, result.stopped) == (5, None)


def test_a_stream_stops_where_its_fate_is_unclear_and_goes_on_from_there() -> None:
    with (
        odd_server(answer(207, LIST), None, answer(207, LIST)) as server,
        IntelePeer("t", base_url=server.url) as client,
    ):
        first = client.send_in_chunks([HELLO] * 6, size=2)
        assert len(first.queued) == 2
        assert isinstance(first.stopped, MaybeSent)
        assert [item.index for item in first.unknown] == [2, 3]
        rest = client.send_in_chunks([HELLO] * 6, size=2, start=first.position)
    assert [item.index for item in rest.queued] == [4, 5]
    assert len(server.asked) == 3


def test_a_stream_that_was_refused_goes_on_from_the_refused_list() -> None:
    with odd_server(answer(207, LIST), answer(401, {})) as server, IntelePeer("t", base_url=server.url) as client:
        result = client.send_in_chunks([HELLO] * 6, size=2)
    assert isinstance(result.stopped, Unauthorized)
    assert (result.position, result.unknown) == (2, ())


def test_a_bulk_result_raises_for_what_was_not_queued_and_keeps_the_ids() -> None:
    reply = answer(207, {"code": 207, "responses": [QUEUED, {"code": 400}]})
    with odd_server(reply) as server, IntelePeer("t", base_url=server.url) as client:
        result = client.send([HELLO, HELLO])
        with pytest.raises(intelepeer.BulkFailed) as caught:
            result.raise_for_failures()
    assert caught.value.ids == ("A",)
    assert len(result) == 2
