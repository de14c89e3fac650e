"""The emulated IntelePeer answers as the contract and the decisions say. Expectations are literals from the pages."""

from __future__ import annotations

import re
from typing import Any

import pytest

GOOD: dict[str, Any] = {"from": "+12191112222", "to": "+13038675309", "text": "Hello World!"}
LONG, OTHER = "+12161112222", "+12161112223"


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != key}


# S0:20-39: the examples of the page, as they stand there.
EXAMPLES = [
    {"from": "1-12345", "to": "+13038675309", "text": "Hello World!", "guid": "1123123123123123"},
    {"from": "+12191112222", "to": "+13038675309", "text": "Hello World!", "guid": "1123123123123123"},
    {"from": "57-MyCompany", "to": "+573132341111", "text": "Hello World!", "guid": "1123123123123123"},
    {"from": "57-Hello8", "to": "+573132341111", "text": "Hello World!"},
    {"from": "+13031112222", "to": "+13038675309", "text": "Hello World!"},
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_the_page_is_queued(ip, example):
    answer = ip.send_sms(example)
    assert answer.status_code == 202
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert re.fullmatch("SM[0-9A-F]{30}", body.pop("refid"))
    assert body == {"state": "Queued", "code": 202, "numparts": 1}


def test_two_sends_with_one_guid_have_two_refids(ip):
    first, second = (ip.send_sms({**GOOD, "guid": "myguid1"}).json()["refid"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    "body",
    [
        *(without(key) for key in GOOD),
        *({**GOOD, key: wrong} for key in GOOD for wrong in (None, 1, [], "")),
        {**GOOD, "guid": 1},
        *({**GOOD, "from": wrong} for wrong in ("12345", "12191112222", "MyCompany", "+0123456789", "1-12", "1 12345")),
        *(
            {**GOOD, "to": wrong}
            for wrong in (
                "13038675309", "+1 303 867 5309", "+1-303-867-5309", "1-12345", "57-MyCompany", "+", "+1234567890123456",
                "+0123456789", "+13038675309\n", "+１3038675309",
            )
        ),
        "Hello",
        7,
        None,
        True,
        {"messages": [GOOD]},
    ],
)  # fmt: skip
def test_a_malformed_message_is_answered_400_with_code_and_error(ip, body):
    answer = ip.send_sms(body)
    assert answer.status_code == 400
    assert answer.json()["code"] == 400
    assert len(answer.json()["error"]) > 10
    assert ip.outbox() == []


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b'{"from":"+12191112222","from":"1-12345","to":"+13038675309","text":"x"}', b"\xff", b'\xef\xbb\xbf{}',
     b'{"from":"+12191112222","to":"+13038675309","text":"\\ud800"}', b"[" * 500,
     # AMB-IP-44: the page's own request, pasted with its no-break spaces.
     b'{\n\xc2\xa0"from": "1-12345", "to": "+13038675309", "text": "x"}'],
)  # fmt: skip
def test_what_is_not_json_is_answered_400(ip, raw):
    answer = ip.post("/_rest/v4/app/sms/send", content=raw, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, 400)


def test_a_form_is_answered_400(ip):
    assert ip.post("/_rest/v4/app/sms/send", data=GOOD).status_code == 400


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"from": "+19995550100"}, 404),
        ({"from": "1-99999"}, 404),
        ({"from": "57-Nobody"}, 404),
        ({"from": "+12165550199"}, 400),
        ({"to": "+99955501000"}, 403),
        # Magic numbers: a destination for each error.
        ({"to": "+12165550140"}, 400),
        ({"to": "+12165550141"}, 401),
        ({"to": "+12165550143"}, 403),
        ({"to": "+12165550144"}, 404),
        ({"to": "+12165550129"}, 429),
        ({"to": "+12165550150"}, 500),
        ({"to": "+12165550153"}, 503),
    ],
)
def test_a_message_that_may_not_be_sent_has_the_documented_status(ip, change, status):
    answer = ip.send_sms({**GOOD, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, status)
    assert ip.outbox() == []


@pytest.mark.parametrize(
    "header",
    [{}, {"Authorization": "Bearer smsproof-expired"}, {"Authorization": "Bearer nobody"},
     {"Authorization": "smsproof-token"}, {"Authorization": "Bearer"}, {"Authorization": ""},
     {"Authorization": "Basic c21zcHJvb2YtdG9rZW4="}],
)  # fmt: skip
def test_every_call_needs_a_token(ip, header):
    del ip.headers["Authorization"]
    assert ip.send_sms(GOOD, headers=header).status_code == 401
    assert ip.hook({"endpoints": [LONG], "webhook": "http://x/"}, headers=header).status_code == 401
    assert ip.get("/_rest/v4/my/did/sms/webhook?endpoint=%2B12161112222", headers=header).status_code == 401
    assert ip.post("/_rest/v4/app/sms/mdr", json={"refid": "x"}, headers=header).status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_word_bearer_is_read_in_any_case(ip, scheme):
    assert ip.send_sms(GOOD, headers={"Authorization": f"{scheme} smsproof-token"}).status_code == 202


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_sending_is_by_post_only(ip, method):
    answer = ip.request(method, "/_rest/v4/app/sms/send")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


# 160/153 septets and 70/67 UTF-16 units (AMB-IP-29). Vectors of part 4A, model R, and of part 4B.
PARTS = [
    ("Hello World!", 1), ("x" * 160, 1), ("x" * 161, 2), ("x" * 306, 2), ("x" * 307, 3), ("x" * 459, 3), ("x" * 460, 4),
    ("я" * 70, 1), ("я" * 71, 2), ("я" * 134, 2), ("я" * 135, 3),
    ("€" * 80, 1), ("€" * 81, 2), ("ç", 1), ("ç" * 71, 2), ("😀" * 35, 1), ("😀" * 36, 2),
    # 153 pairs fit 76 to a part: 3 parts although 306 septets are 2 x 153.
    ("]" * 153, 3),
]  # fmt: skip


@pytest.mark.parametrize(("text", "parts"), PARTS)
def test_numparts_counts_segments(ip, text, parts):
    assert ip.send_sms({**GOOD, "text": text}).json()["numparts"] == parts


# Bulk.


def test_the_pages_bulk_example_is_answered_207_with_a_response_for_each(ip):
    answer = ip.send_sms(
        [
            {"from": "1-12345", "to": "+13038675309", "text": "Hello World test 1", "guid": "1123123123123123"},
            {"from": "1-98765", "to": "+13038678888", "text": "Hello World test 2", "guid": "myguid1"},
        ]
    )
    assert answer.status_code == 207
    body = answer.json()
    assert body.keys() == {"code", "responses"}
    assert body["code"] == 207
    assert [item.keys() for item in body["responses"]] == [{"state", "code", "refid", "numparts"}] * 2
    assert len({item["refid"] for item in body["responses"]}) == 2


def test_a_list_of_one_is_bulk_too(ip):
    answer = ip.send_sms([GOOD])
    assert (answer.status_code, len(answer.json()["responses"])) == (207, 1)


def test_an_empty_list_is_bulk_too(ip):
    answer = ip.send_sms([])
    assert (answer.status_code, answer.json()) == (207, {"code": 207, "responses": []})


def test_good_and_bad_messages_keep_their_places(ip):
    bad = [{**GOOD, "to": "x"}, {**GOOD, "from": "+19995550100"}, {**GOOD, "to": "+99955501000"}, "x", 1, None, []]
    answer = ip.send_sms([GOOD, *bad, GOOD])
    assert answer.status_code == 207
    assert [item["code"] for item in answer.json()["responses"]] == [202, 400, 404, 403, 400, 400, 400, 400, 202]
    assert len(ip.outbox()) == 2


def test_a_list_without_a_token_is_refused_as_a_whole(ip):
    answer = ip.send_sms([GOOD], headers={"Authorization": "Bearer nobody"})
    assert (answer.status_code, "responses" in answer.json()) == (401, False)


# Webhooks.


def test_the_pages_webhook_example(ip):
    answer = ip.hook({"endpoints": [LONG], "webhook": "https://www.myserver.com/myapp"})
    assert answer.status_code == 201
    expected = {"tnkey": LONG, "webhook": "https://www.myserver.com/myapp", "provisioning": {"state": "provisioned"}}
    assert answer.json() == {"code": 201, **expected}
    read = ip.hook_of("endpoint=%2B12161112222")
    assert (read.status_code, read.json()) == (200, {"code": 200, **expected})


def test_the_pages_bulk_webhook_example(ip):
    answer = ip.hook({"endpoints": [LONG, OTHER], "webhook": "https://www.myserver.com/myapp"})
    assert answer.status_code == 207
    state = {"webhook": "https://www.myserver.com/myapp", "provisioning": {"state": "provisioned"}}
    assert answer.json() == {
        "code": 207,
        "endpoints": [
            {"status": 201, "endpoint": LONG, "response": {"tnkey": LONG, **state}},
            {"status": 201, "endpoint": OTHER, "response": {"tnkey": OTHER, **state}},
        ],
    }


def test_each_of_several_endpoints_has_a_status_of_its_own(ip):
    endpoints = [LONG, "2161112222", "+12165550199", "1-12345", "+19995550100", "57-MyCompany", LONG]
    answer = ip.hook({"endpoints": endpoints, "webhook": "http://127.0.0.1/a"})
    assert answer.status_code == 207
    items = answer.json()["endpoints"]
    assert [item["endpoint"] for item in items] == endpoints
    assert [item["status"] for item in items] == [201, 400, 400, 201, 404, 400, 201]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"webhook": "http://x/"}, 400),
        ({"endpoints": LONG, "webhook": "http://x/"}, 400),
        ({"endpoints": [], "webhook": "http://x/"}, 400),
        ({"endpoints": [1], "webhook": "http://x/"}, 400),
        ({"endpoints": [LONG, 1], "webhook": "http://x/"}, 400),
        ({"endpoints": [LONG]}, 400),
        ({"endpoints": [LONG], "webhook": 1}, 400),
        *(
            ({"endpoints": [LONG], "webhook": url}, 400)
            for url in (
                "not a url",
                "",
                "www.example.com",
                "ftp://x/y",
                "http://",
                "http://x/#f",
                "javascript:alert(1)",
            )
        ),
        ({"endpoints": ["2161112222"], "webhook": "http://x/"}, 400),
        ({"endpoints": ["12345"], "webhook": "http://x/"}, 400),
        ({"endpoints": ["57-MyCompany"], "webhook": "http://x/"}, 400),
        ({"endpoints": ["+12165550199"], "webhook": "http://x/"}, 400),
        ({"endpoints": ["+19995550100"], "webhook": "http://x/"}, 404),
        ([], 400),
    ],
)
def test_a_webhook_that_cannot_be_set_has_the_documented_status(ip, body, status):
    answer = ip.hook(body)
    assert (answer.status_code, answer.json()["code"]) == (status, status)
    assert ip.hook_of("endpoint=%2B12161112222").json()["webhook"] is None


@pytest.mark.parametrize("url", ["http://x/", "https://u:p@x:8080/a?b=c", "http://localhost", "https://10.0.0.1/"])
def test_registering_follows_the_contract_wherever_the_url_leads(ip, url):
    assert ip.hook({"endpoints": [LONG], "webhook": url}).json()["webhook"] == url


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("endpoint=%2B12161112222", 200),
        ("endpoint=%2b12161112222", 200),
        ("endpoint=1-12345", 200),
        ("endpoint=%2B12165550199", 200),
        ("endpoint=+12161112222", 400),
        ("endpoint=12161112222", 400),
        ("endpoint=", 400),
        ("", 400),
        ("endpoints=%2B12161112222", 400),
        ("endpoint=%2B19995550100", 404),
    ],
)
def test_reading_a_webhook(ip, query, status):
    answer = ip.hook_of(query)
    assert (answer.status_code, answer.json()["code"]) == (status, status)


def test_several_endpoints_in_one_get_are_answered_207(ip):
    answer = ip.hook_of("endpoint=%2B12161112222&endpoint=%2B19995550100")
    assert answer.status_code == 207
    assert [item["status"] for item in answer.json()["endpoints"]] == [200, 404]


def test_a_get_may_have_a_body(ip):
    answer = ip.request("GET", "/_rest/v4/my/did/sms/webhook?endpoint=%2B12161112222", json={})
    assert answer.status_code == 200


def test_a_further_post_replaces_the_webhook_of_that_number_only(ip):
    ip.hook({"endpoints": [LONG, OTHER], "webhook": "http://127.0.0.1/a"})
    ip.hook({"endpoints": [LONG], "webhook": "http://127.0.0.1/b"})
    assert ip.hook_of("endpoint=%2B12161112222").json()["webhook"] == "http://127.0.0.1/b"
    assert ip.hook_of("endpoint=%2B12161112223").json()["webhook"] == "http://127.0.0.1/a"


def test_each_provisioning_state_has_a_number(ip):
    states = {
        "+12161112222": "provisioned", "+12165550191": "requested", "+12165550192": "provisioning",
        "+12165550199": "derequested", "+12165550194": "deprovisioning", "+12165550195": "error",
    }  # fmt: skip
    found = {number: ip.hook_of(f"endpoint=%2B{number[1:]}").json()["provisioning"]["state"] for number in states}
    assert found == states


# The status of a message.


def test_a_message_goes_from_queued_to_delivered_with_the_clock(ip):
    refid = ip.send_sms(GOOD).json()["refid"]
    seen = []
    for _ in range(5):
        answer = ip.post("/_rest/v4/app/sms/mdr", json={"refid": refid})
        assert answer.status_code == 200
        seen.append(answer.json())
        ip.post(ip.control + "/clock", json={"advance_seconds": 1})
    words = [("Queued", 0), ("Processing", 2031), ("Sent", 10000), ("DLR:Delivered", 210000), ("DLR:Delivered", 210000)]
    assert seen == [{"code": 200, "RCC_en": word, "RCC": number} for word, number in words]


def test_the_status_can_be_asked_for_by_get_as_other_pages_have_it(ip):
    refid = ip.send_sms(GOOD).json()["refid"]
    assert ip.get(f"/_rest/v4/app/sms/mdr?refid={refid}").json()["RCC_en"] == "Queued"


def test_an_unknown_message_has_no_status(ip):
    assert ip.post("/_rest/v4/app/sms/mdr", json={"refid": "SM0"}).status_code == 404
    assert ip.post("/_rest/v4/app/sms/mdr", json={}).status_code == 400


# Hosts.


@pytest.mark.parametrize(
    ("host", "sender", "status"),
    [
        ("api.intelepeer.com", "+12191112222", 202),
        ("api.intelepeer.com", "+447700900123", 404),
        ("eu.api.intelepeer.com", "+447700900123", 202),
        ("eu.api.intelepeer.com", "+12191112222", 404),
        ("127.0.0.1", "+447700900123", 202),
        ("localhost:80", "+12191112222", 202),
    ],
)
def test_the_eu_host_serves_eu_numbers_and_loopback_serves_all(ip, host, sender, status):
    assert ip.send_sms({**GOOD, "from": sender}, headers={"Host": host}).status_code == status
