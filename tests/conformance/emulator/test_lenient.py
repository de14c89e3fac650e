"""The lenient profile takes what part 3 lists under "lenient", says so in a header, and is as strict as ever about the rest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from smsproof_conformance.emulator import Setup, running
from smsproof_conformance.emulator.books.inventory import INTELEPEER, Inventory, Number

from .conftest import Client

GOOD = {"from": "+12191112222", "to": "+13038675309", "text": "Hello World!"}
SINGLE = {"from": "12345", "text": "text demo", "to": "+580000000005"}
BATCH = {"from": "12345", "text": "Hi {0}", "to": [{"to": "+525500000000", "params": ["Ana"]}]}


@pytest.fixture(scope="module")
def ip() -> Iterator[Client]:
    named = Inventory({**INTELEPEER.numbers, "57-My Company": Number("57-My Company")}, INTELEPEER.blocked)
    with running("intelepeer", lenient=True, setup=Setup(inventory=named)) as emulator, Client(emulator) as client:
        yield client


@pytest.fixture(scope="module")
def ms() -> Iterator[Client]:
    with running("messangi", lenient=True) as emulator, Client(emulator) as client:
        yield client


@pytest.mark.parametrize(
    ("change", "headers", "warning"),
    [
        ({}, {}, None),
        ({}, {"Authorization": "smsproof-token"}, "a token without Bearer"),
        ({}, {"Content-Type": "text/plain"}, "another Content-Type"),
        ({"guid": 5}, {}, "a guid that is a number"),
        ({"to": "+1234"}, {}, "fewer than seven digits"),
        ({"from": "57-My Company"}, {}, "a name with spaces"),
    ],
)
def test_what_intelepeer_may_tolerate_is_taken_with_a_warning(ip, change, headers, warning):
    import json

    content = json.dumps({**GOOD, **change})
    answer = ip.post("/_rest/v4/app/sms/send", content=content, headers={"Content-Type": "application/json"} | headers)
    assert answer.status_code == 202
    assert (answer.headers.get("warning") is None) == (warning is None)
    assert warning is None or warning in answer.headers["warning"]


@pytest.mark.parametrize(
    "change",
    [{"to": "13038675309"}, {"to": "+1 303"}, {"from": "12345"}, {"from": "57- x"}, {"text": None}, {"guid": []}],
)
def test_intelepeer_stays_strict_about_the_rest(ip, change):
    assert ip.send_sms({**GOOD, **change}).status_code == 400


def test_the_wrong_token_stays_wrong(ip):
    assert ip.send_sms(GOOD, headers={"Authorization": "nobody"}).status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "warning"),
    [
        ("/raven/v2/messages", SINGLE, None),
        ("/raven/v3/messages", SINGLE, "/raven/v3/messages is taken for /raven/v2/messages"),
        ("/raven/v2/messages/batch", BATCH, "is taken for /raven/v3/messages/batch"),
        ("/v3/messages/batch", BATCH, "is taken for /raven/v3/messages/batch"),
        (
            "/raven/v3/messages/batch",
            {**BATCH, "to": [{"to:": "+525500000000", "params": ["Ana"]}]},
            "under to: with a colon",
        ),
        ("/raven/v2/messages", {**SINGLE, "requestDR": "true"}, "requestDR that is a string"),
        ("/raven/v2/messages", {**SINGLE, "from": "+12165550100"}, "a plus sign in the sender"),
        ("/raven/v2/messages", {**SINGLE, "from": "My-Co. 1"}, "a name with spaces or marks"),
    ],
)
def test_what_messangi_may_tolerate_is_taken_with_a_warning(ms, path, body, warning):
    answer = ms.post(path, json=body)
    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "QUEUE")
    assert (answer.headers.get("warning") is None) == (warning is None)
    assert warning is None or warning in answer.headers["warning"]


def test_a_string_that_asks_for_receipts_is_echoed_as_it_took_effect(ms):
    assert ms.single({**SINGLE, "requestDR": "true"}).json()["data"]["requestDR"] is True


@pytest.mark.parametrize(
    "change", [{"to": "abc"}, {"type": "MO"}, {"requestDR": "yes"}, {"callbacks": ["x"]}, {"from": "+12"}]
)
def test_messangi_stays_strict_about_the_rest(ms, change):
    assert ms.single({**SINGLE, **change}).status_code == 400


def test_faults_act_on_the_lenient_profile_too():
    with running("messangi", ("status-queued",), lenient=True) as emulator, Client(emulator) as ms:
        answer = ms.post("/raven/v3/messages", json=SINGLE)
        assert (answer.json()["data"]["status"], "warning" in answer.headers) == ("QUEUED", True)
