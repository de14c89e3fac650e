"""The control API: its document, its commands, its refusals."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from smsproof_conformance.emulator import running

from .conftest import Client

GOOD = {"from": "+12191112222", "to": "+13038675309", "text": "Hello World!"}


def test_the_document_is_openapi(ip):
    document = ip.get(ip.control + "/openapi.json").json()
    validate(document)
    assert document["openapi"] == "3.1.0"


BODIES = {
    "/inbound": {"from": "+15551112222", "to": "+12161112222", "message": "hello"},
    "/clock": {"advance_seconds": 1},
    "/tokens": {"lifetime_seconds": 60},
    "/faults": {"faults": ["bulk-order-reversed"]},
    "/scripts": {"scripts": {"+580000000005": [{"status": "SENT"}]}},
    "/reset": {},
    "/settle": {},
}

# How to be answered with each status of the document: headers, and a body that goes in the place of the right one.
PROVOKED: dict[str, tuple[dict[str, str], bytes | None]] = {
    "200": ({}, None),
    "400": ({}, b"[1]"),
    "403": ({"Origin": "http://evil.example"}, None),
    "413": ({}, b" " * (2 * 1024 * 1024 + 1)),
    "421": ({"Host": "evil.example"}, None),
}


def test_every_status_of_every_command_answers_as_its_document_says(ip):
    ip.hook({"endpoints": ["+12161112222"], "webhook": "http://127.0.0.1:1/"})
    ip.send_sms(GOOD)
    document = ip.get(ip.control + "/openapi.json").json()
    seen = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            right = json.dumps(BODIES[path]).encode() if method != "get" else b""
            for status, response in operation["responses"].items():
                headers, body = PROVOKED[status]
                content = right if body is None else body
                answer = ip.request(method, ip.control + path, content=content, headers=headers)
                assert answer.status_code == int(status), (method, path, answer.text)
                assert answer.headers["content-type"] == "application/json"
                described = {"responses": {"it": response}, "components": document["components"]}
                schema = resolved(described, response)["content"]["application/json"]["schema"]
                Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json())
                seen += 1
    assert seen == 14 * 4 + 7


def resolved(document, node):
    for name in node["$ref"].split("/")[1:] if "$ref" in node else ():
        document = document[name]
    return document if "$ref" in node else node


def test_what_is_not_in_the_document_is_not_there(ip):
    document = ip.get(ip.control + "/openapi.json").json()
    for path, operations in document["paths"].items():
        for method in {"get", "post", "put", "patch", "delete"} - operations.keys():
            answer = ip.request(method, ip.control + path)
            assert (answer.status_code, answer.json().keys()) == (405, {"error"}), (method, path)
    for path in ("/nothing", "/outbox/", "/openapi.yaml", "x"):
        answer = ip.get(ip.control + path)
        assert (answer.status_code, answer.json().keys()) == (404, {"error"})


def test_the_refusals_of_the_control_api_have_its_own_form_at_both_vendors(ms):
    answer = ms.get(ms.control + "/outbox", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json().keys()) == (421, {"error"})


def test_the_outbox_shows_what_handsets_would_see(ip):
    refid = ip.send_sms(GOOD).json()["refid"]
    assert ip.outbox() == [{"id": refid, **GOOD, "segments": 1}]


def test_reset_keeps_faults(ip):
    ip.put(ip.control + "/faults", json={"faults": ["send-status-200"]})
    ip.send_sms(GOOD)
    ip.post(ip.control + "/reset")
    assert ip.outbox() == []
    assert ip.get(ip.control + "/faults").json() == {"faults": ["send-status-200"]}
    assert ip.send_sms(GOOD).status_code == 200


def test_faults_are_switched_while_running(ip):
    statuses = []
    for faults in ([], ["send-status-200"], ["send-status-200", "code-as-string"], []):
        ip.put(ip.control + "/faults", json={"faults": faults})
        answer = ip.send_sms(GOOD)
        statuses.append((answer.status_code, answer.json()["code"]))
    assert statuses == [(202, 202), (200, 202), (200, "202"), (202, 202)]


def test_an_unknown_fault_changes_nothing_and_names_the_nearest(ip):
    ip.put(ip.control + "/faults", json={"faults": ["send-status-200"]})
    answer = ip.put(ip.control + "/faults", json={"faults": ["bulk-order-reverse"]})
    assert answer.status_code == 400
    assert "'bulk-order-reversed'" in answer.json()["error"]
    assert ip.get(ip.control + "/faults").json() == {"faults": ["send-status-200"]}


def test_a_fault_of_the_other_vendor_is_unknown(ip):
    assert ip.put(ip.control + "/faults", json={"faults": ["batch-params-swapped"]}).status_code == 400


def test_a_token_expires_by_the_clock(ip, intelepeer):
    token = ip.post(ip.control + "/tokens", json={"lifetime_seconds": 86400}).json()["token"]
    header = {"Authorization": f"Bearer {token}"}
    statuses = [ip.send_sms(GOOD, headers=header).status_code]
    for seconds in (86300, 101):
        intelepeer.wind(seconds)
        statuses.append(ip.send_sms(GOOD, headers=header).status_code)
    assert statuses == [202, 202, 401]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/inbound", {}),
        ("POST", "/inbound", {"from": "+1", "to": 5, "message": "x"}),
        ("POST", "/inbound", {"from": "+15551112222", "to": "1-12345", "message": "x", "extra": 1}),
        ("POST", "/clock", {"advance_seconds": -1}),
        ("POST", "/clock", {"advance_seconds": "5"}),
        ("PUT", "/faults", {"faults": "bulk-order-reversed"}),
        ("PUT", "/faults", []),
        ("PUT", "/scripts", {"scripts": {"+580000000005": [{"status": "DELIVERED"}]}}),
        ("PUT", "/scripts", {"scripts": {"+580000000005": [{"status": "SENT", "after_seconds": -1}]}}),
    ],
)
def test_a_command_that_makes_no_sense_is_answered_400_with_a_reason(ip, method, path, body):
    answer = ip.request(method, ip.control + path, json=body)
    assert (answer.status_code, answer.json().keys()) == (400, {"error"})


def test_unknown_commands_and_methods(ip):
    assert ip.get(ip.control + "/nothing").status_code == 404
    assert ip.get(ip.control + "/settle").status_code == 405
    assert ip.post(ip.control + "/settle", content=b"{").status_code == 400


def test_the_handle_does_what_the_control_api_does(listener):
    with running("intelepeer") as emulator, Client(emulator) as ip:
        ip.hook({"endpoints": ["+12161112222"], "webhook": listener.url + "/hook"})
        assert emulator.inbound("+15551112222", "+12161112222", "hello") is True
        assert emulator.inbound("+15551112222", "+12161112223", "hello") is False
        assert emulator.settle() == 1
        refid = ip.send_sms(GOOD).json()["refid"]
        assert emulator.outbox() == [{"id": refid, **GOOD}]
        emulator.reset()
        assert emulator.outbox() == []
    assert len(listener.arrivals) == 1
