"""What the emulators bring to the customer's URLs: inbound messages until HTTP 200, statuses in their order."""

from __future__ import annotations

import re
import socket

import pytest

from smsproof_conformance.emulator import Setup, running

from .conftest import Client

LONG, OTHER, PHONE = "+12161112222", "+12161112223", "+15551112222"


def set_hook(ip, url, *endpoints):
    assert ip.hook({"endpoints": list(endpoints or (LONG,)), "webhook": url}).status_code in (201, 207)


# IntelePeer: inbound messages.


def test_an_inbound_message_arrives_as_the_page_describes_it(ip, listener):
    set_hook(ip, listener.url + "/hook?a=b")
    assert ip.inbound(PHONE, LONG, "Hello Wörld 😀!").status_code == 200
    assert ip.settle() == {"ended": 1, "waiting": 0, "next_due_in_seconds": None}
    (arrival,) = listener.arrivals
    assert (arrival.method, arrival.path) == ("POST", "/hook?a=b")
    assert arrival.headers["content-type"] == "application/json"
    body = arrival.json
    assert re.fullmatch("[0-9A-F]{32}", body.pop("refid"))
    assert body == {"from": PHONE, "to": LONG, "message": "Hello Wörld 😀!", "signature": "SECRET CODE"}


@pytest.mark.parametrize(
    ("script", "attempts"),
    [
        ([200], 1), ([500], 5), ([500, 500, 200], 3), ([500, 500, 500, 500, 200], 5), ([204], 5), ([201, 202, 200], 3),
        ([301, 200], 2), ([404], 5), ([0], 5), ([0, 0, 200], 3),
    ],
)  # fmt: skip
def test_a_message_is_brought_until_http_200_and_five_times_at_most(ip, listener, script, attempts):
    listener.script["/hook"] = script
    set_hook(ip, listener.url + "/hook")
    ip.inbound(PHONE, LONG, "hello")
    ip.settle()
    ip.settle()
    assert len(listener.arrivals) == attempts
    assert len({arrival.json["refid"] for arrival in listener.arrivals}) == 1


def test_a_port_that_nobody_listens_at_costs_five_attempts(ip):
    with socket.socket() as mute:  # bound, so that nobody else can listen there meanwhile
        mute.bind(("127.0.0.1", 0))
        set_hook(ip, f"http://127.0.0.1:{mute.getsockname()[1]}/hook")
        ip.inbound(PHONE, LONG, "hello")
        assert ip.settle()["ended"] == 1
    (delivery,) = ip.deliveries()
    assert delivery["state"] == "given up"
    assert [attempt["outcome"] for attempt in delivery["attempts"]] == ["refused"] * 5


def test_each_number_has_a_webhook_of_its_own(ip, listener):
    set_hook(ip, listener.url + "/a", LONG)
    set_hook(ip, listener.url + "/b", OTHER, "1-12345")
    for number in (LONG, OTHER, "1-12345"):
        ip.inbound(PHONE, number, f"to {number}")
    ip.settle()
    assert [arrival.json["to"] for arrival in listener.at("/a")] == [LONG]
    assert sorted(arrival.json["to"] for arrival in listener.at("/b")) == [OTHER, "1-12345"]


@pytest.mark.parametrize("to", ["57-MyCompany", "+12191112222", "+19995550100"])
def test_a_number_without_a_webhook_receives_nothing(ip, listener, to):
    set_hook(ip, listener.url + "/hook")
    assert ip.inbound(PHONE, to, "hello").status_code == 200
    ip.settle()
    assert listener.arrivals == []


def test_a_message_sent_to_an_own_number_arrives_there(ip, listener):
    set_hook(ip, listener.url + "/hook", OTHER)
    ip.send_sms({"from": "1-12345", "to": OTHER, "text": "from me to me"})
    ip.settle()
    (arrival,) = listener.arrivals
    assert (arrival.json["from"], arrival.json["to"], arrival.json["message"]) == ("1-12345", OTHER, "from me to me")


def test_credentials_in_the_url_become_a_header(ip, listener):
    set_hook(ip, listener.url.replace("http://", "http://us%40er:pass@") + "/hook")
    ip.inbound(PHONE, LONG, "hello")
    ip.settle()
    assert listener.arrivals[0].headers["authorization"] == "Basic dXNAZXI6cGFzcw=="
    assert "pass" not in listener.arrivals[0].headers["host"]


def test_a_redirect_is_not_followed(ip, listener):
    listener.script["/hook"] = [307]
    listener.headers["location"] = listener.url + "/elsewhere"
    set_hook(ip, listener.url + "/hook")
    ip.inbound(PHONE, LONG, "hello")
    ip.settle()
    assert len(listener.at("/hook")) == 5
    assert listener.at("/elsewhere") == []


def test_attempts_are_spaced_by_the_clock_and_the_clock_can_be_wound(listener):
    listener.script["/hook"] = [500]
    with running("intelepeer", setup=Setup(retry_seconds=(10, 60))) as emulator, Client(emulator) as ip:
        set_hook(ip, listener.url + "/hook")
        ip.inbound(PHONE, LONG, "hello")
        seen = []
        for seconds in (9, 1, 59, 1, 60, 60, 60):
            left = ip.settle()
            seen.append((len(listener.arrivals), left["waiting"]))
            emulator.wind(seconds)
        ip.settle()
    assert seen == [(1, 1), (1, 1), (2, 1), (2, 1), (3, 1), (4, 1), (5, 0)]


def test_without_a_shared_code_there_is_no_signature(listener):
    with running("intelepeer", setup=Setup(shared_code=None)) as emulator, Client(emulator) as ip:
        set_hook(ip, listener.url + "/hook")
        ip.inbound(PHONE, LONG, "hello")
        ip.settle()
    assert listener.arrivals[0].json.keys() == {"refid", "from", "to", "message"}


def test_a_receiver_that_never_answers_is_given_up_after_five_timeouts(listener):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        setup = Setup(attempt_timeout_seconds=0.05)
        with running("intelepeer", setup=setup) as emulator, Client(emulator) as ip:
            set_hook(ip, f"http://127.0.0.1:{deaf.getsockname()[1]}/")
            ip.inbound(PHONE, LONG, "hello")
            ip.settle()
            (delivery,) = ip.deliveries()
    assert [attempt["outcome"] for attempt in delivery["attempts"]] == ["timeout"] * 5


def test_reset_forgets_what_was_to_be_delivered(ip, listener):
    listener.script["/hook"] = [500]
    set_hook(ip, listener.url + "/hook")
    for _ in range(20):
        ip.inbound(PHONE, LONG, "hello")
    ip.post(ip.control + "/reset")
    before = len(listener.arrivals)
    assert ip.settle()["waiting"] == 0
    assert len(listener.arrivals) <= before + 20
    assert ip.deliveries() == []
    assert ip.hook_of("endpoint=%2B12161112222").json()["webhook"] is None


# Messangi: statuses.


def told(listener, path):
    return [arrival.json["status"] for arrival in listener.at(path)]


def test_a_message_with_request_dr_is_told_sent_then_delivrd(ms, listener):
    options = {"requestDR": True, "callbacks": listener.url + "/cb", "externalId": "campaign1", "clientId": "client1"}
    sent = ms.single({"from": "12345", "to": "+580000000005", "text": "área", **options}).json()["data"]
    assert ms.settle()["ended"] == 2
    assert told(listener, "/cb") == ["SENT", "DELIVRD"]
    for arrival in listener.arrivals:
        assert (arrival.method, arrival.headers["content-type"]) == ("POST", "application/json")
        body = arrival.json
        assert body.keys() == {
            "id", "status", "date", "from", "to", "message", "username", "callback", "timestamp", "externalId", "clientId",
        }  # fmt: skip
        assert (body["id"], body["externalId"], body["clientId"]) == (sent["id"], "campaign1", "client1")
        assert (body["from"], body["to"], body["message"]) == ("12345", "+580000000005", "área")
        assert body["callback"] == listener.url + "/cb"


@pytest.mark.parametrize("options", [{}, {"requestDR": False}])
def test_without_request_dr_nothing_is_told(ms, listener, options):
    ms.single({"from": "12345", "to": "+580000000005", "text": "x", "callbacks": listener.url + "/cb", **options})
    ms.batch(
        {"from": "12345", "to": [{"to": "+580000000005"}], "text": "x", "callbacks": listener.url + "/cb", **options}
    )
    ms.settle()
    assert listener.arrivals == []


def test_each_url_is_told_every_status_once(ms, listener):
    listener.script["/a"] = [500]
    urls = f"{listener.url}/a,{listener.url}/b, {listener.url}/c"
    ms.single({"from": "12345", "to": "+580000000005", "text": "x", "requestDR": True, "callbacks": urls})
    ms.settle()
    assert {path: told(listener, path) for path in ("/a", "/b", "/c")} == dict.fromkeys(
        ("/a", "/b", "/c"), ["SENT", "DELIVRD"]
    )


def test_at_most_ten_urls_of_a_message_are_told(ms, listener):
    urls = ",".join(f"{listener.url}/{place}" for place in range(25))
    ms.single({"from": "12345", "to": "+580000000005", "text": "x", "requestDR": True, "callbacks": urls})
    ms.settle()
    assert {arrival.path for arrival in listener.arrivals} == {f"/{place}" for place in range(10)}


def test_each_message_of_a_batch_has_a_stream_of_statuses(ms, listener):
    batch = {"from": "12345", "text": "Hi", "requestDR": True, "callbacks": listener.url + "/cb"}
    answer = ms.batch({**batch, "to": [{"to": "+525500000000"}, {"to": "+525511111111"}, {"to": "abc"}]})
    ms.settle()
    streams = {
        entry["id"]: [a.json["status"] for a in listener.arrivals if a.json["id"] == entry["id"]]
        for entry in answer.json()["data"]["ids"]
    }
    assert list(streams.values()) == [["SENT", "DELIVRD"]] * 2
    assert len(listener.arrivals) == 4


# 555-0101 to 555-0116 end in the statuses of S2:108-140, in their order there.
MAGIC = {
    "+12165550101": ["SENT", "DELIVRD"], "+12165550102": ["SENT", "EXPIRED"], "+12165550103": ["SENT", "DELETED"],
    "+12165550104": ["SENT", "UNDELIV"], "+12165550105": ["SENT", "ACCEPTD"], "+12165550106": ["SENT", "UNKNOWN"],
    "+12165550107": ["SENT", "REJECTD"], "+12165550108": ["INVALID_ROUTING"], "+12165550109": ["CODE_NOT_ALLOWED"],
    "+12165550110": ["BLACKLISTED"], "+12165550111": ["SENT", "QUEUE"], "+12165550112": ["SENT", "DEQUEUED"],
    "+12165550113": ["SENT"], "+12165550114": ["ERROR"], "+12165550115": ["SENT", "ENROUTE"],
    "12165550116": ["SEGMENTS_EXCEEDED"],
}  # fmt: skip


def test_a_magic_destination_ends_in_the_status_of_its_number(ms, listener):
    for to in MAGIC:
        callbacks = f"{listener.url}/{to[-2:]}"
        ms.single({"from": "12345", "to": to, "text": "x", "requestDR": True, "callbacks": callbacks})
    ms.settle()
    assert {to: told(listener, "/" + to[-2:]) for to in MAGIC} == MAGIC


def test_a_sender_that_is_not_assigned_ends_in_code_not_allowed(ms, listener):
    options = {"requestDR": True, "callbacks": listener.url + "/cb"}
    answer = ms.single({"from": "777", "to": "+580000000005", "text": "x", **options})
    ms.settle()
    assert (answer.json()["data"]["status"], told(listener, "/cb")) == ("QUEUE", ["CODE_NOT_ALLOWED"])


def test_an_over_long_text_is_told_segments_exceeded_and_nothing_else(ms, listener):
    options = {"requestDR": True, "callbacks": listener.url + "/cb"}
    ms.single({"from": "12345", "to": "+580000000005", "text": "x" * 1601, **options})
    ms.settle()
    assert told(listener, "/cb") == ["SEGMENTS_EXCEEDED"]


def test_a_script_sets_order_repeats_and_delays(ms, messangi, listener):
    steps = [
        {"status": "DELIVRD"}, {"status": "SENT", "after_seconds": 5}, {"status": "SENT", "after_seconds": 5},
        {"status": "EXPIRED", "after_seconds": 60},
    ]  # fmt: skip
    assert ms.put(ms.control + "/scripts", json={"scripts": {"+580000000005": steps}}).status_code == 200
    ms.single(
        {"from": "12345", "to": "580000000005", "text": "x", "requestDR": True, "callbacks": listener.url + "/cb"}
    )
    ms.settle()
    first = told(listener, "/cb")
    messangi.wind(5)
    ms.settle()
    second = told(listener, "/cb")
    messangi.wind(55)
    ms.settle()
    ms.put(ms.control + "/scripts", json={"scripts": {}})
    assert (first, second, told(listener, "/cb")) == (
        ["DELIVRD"],
        ["DELIVRD", "SENT", "SENT"],
        ["DELIVRD", "SENT", "SENT", "EXPIRED"],
    )


def test_an_inbound_message_is_no_affair_of_this_api(ms):
    assert ms.inbound("+15551112222", "12345", "hello").status_code == 200
    assert ms.settle()["ended"] == 0
