"""Where SDK and emulator meet: both were written from the contract alone, and must understand each other over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsproof_conformance.emulator import running
from smsproof_sdk import intelepeer, messangi

IP_GOOD = {"from": "+12191112222", "to": "+13038675309", "text": "Hello World!"}
# Each with the status the page gives for it, and the change that earns it.
IP_MESSAGES: list[tuple[int, dict[str, Any]]] = [
    (202, {}),
    (202, {"from": "1-12345"}),
    (202, {"from": "57-MyCompany", "to": "+573132341111"}),
    (202, {"text": "\U0001f600" * 80, "guid": "myguid1"}),
    (400, {"to": "13038675309"}),
    (400, {"from": "12345"}),
    (400, {"text": None}),
    (400, {"to": 13038675309}),
    (404, {"from": "+19995550100"}),
    (403, {"to": "+99955501000"}),
]
MS_GOOD = ["+580000000005", "525500000000", "+525511111111", "+123456789012345"]
MS_BAD = ["+1234567890123456", "+0123456789", "letters", "", "+", "+1 303 867 5309"]


@dataclass
class Vendor:
    url: str
    control: str


@pytest.fixture(scope="module")
def ip() -> Iterator[Vendor]:
    with running("intelepeer") as emulator:
        yield Vendor(emulator.url, emulator.control)


@pytest.fixture(scope="module")
def ms() -> Iterator[Vendor]:
    with running("messangi") as emulator:
        yield Vendor(emulator.url, emulator.control)


def post(url: str, path: str, body: Any) -> httpx2.Response:
    return httpx2.post(url + path, json=body, headers={"Authorization": "Bearer smsproof-token"}, trust_env=False)


over_http = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@over_http
@given(drawn=st.lists(st.sampled_from(IP_MESSAGES), min_size=1, max_size=12))
def test_any_list_gets_207_with_one_response_for_each_message_in_order(
    ip: Vendor, drawn: list[tuple[int, dict[str, Any]]]
) -> None:
    answer = post(ip.url, "/_rest/v4/app/sms/send", [IP_GOOD | changes for _, changes in drawn])
    assert answer.status_code == 207
    body = answer.json()
    assert [item["code"] for item in body["responses"]] == [status for status, _ in drawn]
    refids = [item["refid"] for item in body["responses"] if item["code"] == 202]
    assert len(set(refids)) == len(refids)


@over_http
@given(to=st.lists(st.sampled_from(MS_GOOD + MS_BAD), min_size=1, max_size=12))
def test_ids_and_invalid_numbers_of_any_batch_together_are_its_recipients(ms: Vendor, to: list[str]) -> None:
    body = {"from": "12345", "text": "Hello", "to": [{"to": number} for number in to]}
    answer = post(ms.url, "/raven/v3/messages/batch", body)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert [entry["mobile"].lstrip("+") for entry in data["ids"]] == [n.lstrip("+") for n in to if n in MS_GOOD]
    assert sorted(data.get("invalidNumber", [])) == sorted(number for number in to if number in MS_BAD)


def test_a_message_is_sent_and_its_id_comes_back(ip: Vendor) -> None:
    with intelepeer.IntelePeer("smsproof-token", base_url=ip.url) as client:
        sent = client.send(intelepeer.Message(from_="+12191112222", to="+13038675309", text="Hello World!"))
    assert (len(sent.refid), sent.state, sent.numparts) == (32, "Queued", 1)


def test_a_list_is_sent_in_one_request_and_each_message_knows_its_fate(ip: Vendor) -> None:
    messages = [
        intelepeer.Message(from_=sender, to=to, text="Hello")
        for sender, to in [
            ("+12191112222", "+13038675309"),
            ("+19995550100", "+13038675309"),
            ("1-12345", "+99955501000"),
            ("1-12345", "+13038675309"),
        ]
    ]
    with intelepeer.IntelePeer("smsproof-token", base_url=ip.url) as client:
        result = client.send(messages)
    assert [item.index for item in result.queued] == [0, 3]
    assert [(item.index, item.status) for item in result.failed] == [(1, 404), (2, 403)]
    assert result.unknown == ()
    assert len(set(result.ids)) == 2


def test_the_awaited_client_does_the_same(ip: Vendor) -> None:
    async def send() -> intelepeer.Sent:
        async with intelepeer.AsyncIntelePeer("smsproof-token", base_url=ip.url) as client:
            return await client.send(intelepeer.Message(from_="1-12345", to="+13038675309", text="Hello"))

    assert asyncio.run(send()).code == 202


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_client_of_either_library_is_taken(ip: Vendor, library: Any) -> None:
    with library.Client(trust_env=False) as own:
        client = intelepeer.IntelePeer("smsproof-token", base_url=ip.url, http_client=own)
        sent = client.send(intelepeer.Message(from_="1-12345", to="+13038675309", text="Hello"))
    assert sent.code == 202


@pytest.mark.parametrize("token", ["wrong", "smsproof-expired"])
def test_a_token_the_vendor_does_not_take_is_a_typed_error(ip: Vendor, token: str) -> None:
    with intelepeer.IntelePeer(token, base_url=ip.url) as client, pytest.raises(intelepeer.Unauthorized):
        client.send(intelepeer.Message(from_="1-12345", to="+13038675309", text="Hello"))


def test_a_webhook_is_set_and_read_for_one_number_and_for_several(ip: Vendor) -> None:
    hook = "http://127.0.0.1:9/inbound"
    with intelepeer.IntelePeer("smsproof-token", base_url=ip.url) as client:
        one = client.set_webhook(intelepeer.WebhookSettings(endpoints=["+12161112222"], webhook=hook))
        two = client.set_webhook(intelepeer.WebhookSettings(endpoints=["+12191112222", "+19995550100"], webhook=hook))
        read = client.get_webhook("+12161112222")
    assert [item.endpoint for item in one.queued] == ["+12161112222"]
    assert ([item.endpoint for item in two.queued], [item.status for item in two.failed]) == (["+12191112222"], [404])
    assert (read.tnkey, read.webhook) == ("+12161112222", hook)


def test_a_messangi_message_is_sent_and_read(ms: Vendor) -> None:
    with messangi.Messangi("smsproof-token", base_url=ms.url) as client:
        sent = client.send(messangi.Message(from_="12345", to="+580000000005", text="text demo"))
    assert (sent.data.status, sent.data.to, sent.id) == ("QUEUE", "+580000000005", sent.data.id)


def test_a_batch_pairs_ids_and_invalid_numbers_with_its_recipients(ms: Vendor) -> None:
    batch = messangi.Batch(
        from_="12345",
        text="Hi {0}, your balance is ${1}",
        to=[
            messangi.Recipient(to="+525500000000", params=["Elizabeth", 10.65]),
            messangi.Recipient(to="+525511111111", params=["Joshua", 20.5]),
        ],
    )
    httpx2.post(ms.control + "/reset", json={}, trust_env=False)
    with messangi.Messangi("smsproof-token", base_url=ms.url) as client:
        result = client.send_batch(batch)
    assert [(item.index, item.mobile) for item in result.queued] == [(0, "+525500000000"), (1, "+525511111111")]
    outbox = httpx2.get(ms.control + "/outbox", trust_env=False).json()["messages"]
    assert [message["text"] for message in outbox] == [
        "Hi Elizabeth, your balance is $10.65",
        "Hi Joshua, your balance is $20.5",
    ]
