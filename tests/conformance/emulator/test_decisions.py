"""Decisions of the contract notes that the pages' examples do not touch, at both vendors and in both profiles."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from smsproof_conformance.emulator import Emulator, Hmac, InventoryError, Setup, SignatureError, read_inventory, running
from smsproof_conformance.emulator.books.inventory import Inventory, Number

from .conftest import Client

GOOD: dict[str, Any] = {"from": "+12191112222", "to": "+13038675309", "text": "Hello World!"}
SINGLE: dict[str, Any] = {"from": "12345", "text": "text demo", "to": "+580000000005"}
LONG, PHONE = "+12161112222", "+15551112222"


@pytest.fixture(scope="module")
def lenient_ip() -> Iterator[Client]:
    with running("intelepeer", lenient=True) as emulator, Client(emulator) as client:
        yield client


@pytest.fixture(scope="module")
def lenient_ms() -> Iterator[Client]:
    with running("messangi", lenient=True) as emulator, Client(emulator) as client:
        yield client


# Part 7, decision 11.


def test_a_guid_of_null_equals_an_absent_one(ip):
    assert ip.send_sms({**GOOD, "guid": None}).status_code == 202
    assert [item["code"] for item in ip.send_sms([{**GOOD, "guid": None}] * 2).json()["responses"]] == [202, 202]
    assert ip.send_sms({**GOOD, "guid": None, "to": "x"}).status_code == 400


def test_an_empty_text_is_answered_400_at_both_vendors_in_both_profiles(ip, ms, lenient_ip, lenient_ms):
    for client in (ip, lenient_ip):
        assert client.send_sms({**GOOD, "text": ""}).status_code == 400
    for client in (ms, lenient_ms):
        assert client.single({**SINGLE, "text": ""}).status_code == 400


# The lenient profile says what it tolerated, and only that.


@pytest.mark.parametrize("token", ["Basic c21zcHJvb2Y=", "Bearer", "Token smsproof-token", "nobody"])
def test_a_token_that_is_refused_was_not_tolerated(lenient_ip, token):
    answer = lenient_ip.send_sms(GOOD, headers={"Authorization": token})
    assert (answer.status_code, "warning" in answer.headers) == (401, False)


def test_true_is_no_number_for_a_guid(lenient_ip):
    assert lenient_ip.send_sms({**GOOD, "guid": True}).status_code == 400


@pytest.mark.parametrize("sender", ["1-12345", "12 345", "123.456"])
def test_marks_are_tolerated_in_names_and_not_between_digits(lenient_ms, sender):
    assert lenient_ms.single({**SINGLE, "from": sender}).status_code == 400


def test_a_warning_is_one_quoted_string(lenient_ms):
    answer = lenient_ms.batch({"from": "12345", "text": "Hi", "to": [{"to:": "+525500000000"}]})
    assert re.fullmatch(r'299 - "(?:[^"\\]|\\.)*"', answer.headers["warning"])


# Refusals say what was expected, in words.


@pytest.mark.parametrize("url", ["not a url", "ftp://x/y", "http://x/#f", "", "www.example.com"])
def test_a_badly_formed_webhook_is_explained_without_a_pattern(ip, url):
    error = ip.hook({"endpoints": [LONG], "webhook": url}).json()["error"]
    assert "absolute http or https URL" in error
    assert "https://www.myserver.com/myapp" in error
    assert "^" not in error


def test_a_plus_before_a_messangi_sender_is_explained_without_a_pattern(ms):
    explain = ms.single({**SINGLE, "from": "+12165550100"}).json()["meta"]["explain"]
    assert "without a plus" in explain
    assert "^" not in explain


# AMB-MS-18: addresses are compared without their plus.


@pytest.mark.parametrize("address", ["12165550177", "+12165550177"])
def test_a_messangi_number_is_the_accounts_with_or_without_plus(address, listener):
    mine = Inventory({address: Number(address)})
    with running("messangi", setup=Setup(inventory=mine)) as emulator, Client(emulator) as ms:
        ms.single({**SINGLE, "from": "12165550177", "requestDR": True, "callbacks": listener.url + "/cb"})
        ms.settle()
    assert [arrival.json["status"] for arrival in listener.arrivals] == ["SENT", "DELIVRD"]


# AMB-MS-22: the limit of segments is an assumption, and can be set.


def test_the_limit_of_segments_can_be_set(listener):
    with running("messangi", setup=Setup(max_segments=2)) as emulator, Client(emulator) as ms:
        statuses = [ms.single({**SINGLE, "text": "x" * length}).json()["data"]["status"] for length in (320, 321)]
        batch = ms.batch({"from": "12345", "text": "x" * 321, "to": [{"to": "+525500000000"}]}).json()
    assert statuses == ["QUEUE", "ERROR"]
    assert batch["data"]["status"] == "ERROR"


# numparts at the edges: septets, pairs and surrogates never come apart (AMB-IP-29).


def naive_parts(text: str) -> int:
    """A second count, of the plainest kind: fill one part after the other, a character at a time."""
    basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
    gsm = all(character in basic or character in "\f^{}\\[~]|€" for character in text)
    cost = [(1 if character in basic else 2) if gsm else (2 if ord(character) > 0xFFFF else 1) for character in text]
    alone, each = (160, 153) if gsm else (70, 67)
    if sum(cost) <= alone:
        return 1
    parts, filled = 1, 0
    for units in cost:
        if filled + units > each:
            parts, filled = parts + 1, 0
        filled += units
    return parts


@pytest.mark.parametrize("fill", ["x", "я"])
@pytest.mark.parametrize("wide", ["€", "{", "😀"])
def test_numparts_is_right_at_every_edge(ip, fill, wide):
    lengths = (66, 67, 68, 69, 70, 133, 134, 152, 153, 158, 159, 160, 161, 305, 306, 307, 458, 459, 460)
    texts = [
        fill * before + wide * count + fill * after
        for before in lengths
        for count in (1, 2)
        for after in (0, 1, 66, 152)
    ]
    responses = ip.send_sms([{**GOOD, "text": text} for text in texts]).json()["responses"]
    assert [item["numparts"] for item in responses] == [naive_parts(text) for text in texts]


# An inventory of one's own.


INVENTORY = """
blocked = ["+447700900000"]

[[numbers]]
address = "+12125550100"

[[numbers]]
address = "1-55555"
enabled = false
state = "requested"

[[numbers]]
address = "+447700900001"
eu = true
"""


def test_the_accounts_numbers_come_from_a_file(tmp_path):
    path = tmp_path / "numbers.toml"
    path.write_text(INVENTORY)
    with (
        running("intelepeer", setup=Setup(inventory=read_inventory(path, "intelepeer"))) as emulator,
        Client(emulator) as ip,
    ):
        shown = ip.get(ip.control + "/numbers").json()
        sent = {
            (sender, to, host): ip.send_sms({"from": sender, "to": to, "text": "x"}, headers={"Host": host}).status_code
            for sender, to, host in [
                ("+12125550100", "+13038675309", "localhost"),
                ("+12125550100", "+447700900000", "localhost"),
                ("1-55555", "+13038675309", "localhost"),
                ("+12191112222", "+13038675309", "localhost"),
                ("+447700900001", "+13038675309", "api.intelepeer.com"),
                ("+447700900001", "+13038675309", "eu.api.intelepeer.com"),
            ]
        }
        state = ip.hook_of("endpoint=1-55555").json()["provisioning"]["state"]
    assert {key: shown[key] for key in ("numbers", "blocked")} == {
        "numbers": [
            {"address": "+12125550100", "enabled": True, "state": "provisioned", "eu": False},
            {"address": "1-55555", "enabled": False, "state": "requested", "eu": False},
            {"address": "+447700900001", "enabled": True, "state": "provisioned", "eu": True},
        ],
        "blocked": ["+447700900000"],
    }
    assert list(sent.values()) == [202, 403, 400, 404, 404, 202]
    assert state == "requested"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("numbers = [", "not TOML"),
        ("number = []", "unknown key 'number'"),
        ("numbers = 5", "numbers must be a list"),
        ("numbers = [5]", "number 1 is not a table"),
        ("[[numbers]]\nenabled = true", "number 1 has no address"),
        ("[[numbers]]\naddress = 12345", "number 1: address must be a str"),
        ('[[numbers]]\naddress = "1"\n[[numbers]]\naddress = "2"\nenabled = "no"', "number 2: enabled must be a bool"),
        ('[[numbers]]\naddress = "1"\ncolour = "red"', "unknown key 'colour'"),
        ('[[numbers]]\naddress = "1"\nstate = "ready"', "state 'ready' is none of requested"),
        ("blocked = [44]", "not a string"),
        (None, "Give a TOML file"),
    ],
)
def test_an_inventory_that_cannot_be_used_says_which_entry_is_wrong(
    tmp_path: Path, text: str | None, reason: str
) -> None:
    path = tmp_path / "numbers.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InventoryError, match=re.escape(reason)) as caught:
        read_inventory(path, "intelepeer")
    assert str(path) in str(caught.value)


def test_an_inventory_with_an_address_that_the_vendor_takes_for_nothing_names_its_place_alone(tmp_path: Path) -> None:
    path = tmp_path / "numbers.toml"
    path.write_text('[[numbers]]\naddress = "+12125550100"\n[[numbers]]\naddress = "12125550100"\n')
    with pytest.raises(InventoryError) as caught:
        read_inventory(path, "intelepeer")
    said = str(caught.value)
    assert f"{path}: number 2: address cannot be a sender at intelepeer: the plus is missing. Give a long code" in said
    assert "12125550100" not in said
    assert [number.address for number in read_inventory(path, "messangi")] == ["+12125550100", "12125550100"]


def test_an_inventory_that_blocks_what_is_no_destination_names_its_place(tmp_path: Path) -> None:
    path = tmp_path / "numbers.toml"
    path.write_text('blocked = ["+447700900000", "447700900000"]')
    with pytest.raises(
        InventoryError, match=r"blocked\[1\]: cannot be a destination at intelepeer: the plus is missing"
    ):
        read_inventory(path, "intelepeer")


def test_the_magic_destinations_are_listed(ip, ms):
    magic = ip.get(ip.control + "/numbers").json()["magic"]
    assert magic["+12165550143"] == "a send there is answered 403"
    assert magic["+12165550160"] == "a message there ends in Failed"
    assert len(magic) == 14
    magic = ms.get(ms.control + "/numbers").json()["magic"]
    assert (magic["+12165550101"], magic["+12165550116"]) == (
        "a message there ends in DELIVRD",
        "a message there ends in SEGMENTS_EXCEEDED",
    )
    assert len(magic) == 16


# The HMAC that a newer page speaks of, on request (AMB-IP-31).


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ("sha256:hex:refid+message", lambda refid: digest("sha256", refid + "Hellö 😀").hex()),
        ("sha1:HEX:message+refid", lambda refid: digest("sha1", "Hellö 😀" + refid).hex().upper()),
        ("sha512:base64:refid+message+secret", lambda refid: base64(digest("sha512", refid + "Hellö 😀" + "K3y"))),
    ],
)
def test_an_inbound_message_is_signed_as_described(listener, described, expected):
    setup = Setup(shared_code="K3y", hmac=Hmac.read(described))
    with running("intelepeer", setup=setup) as emulator, Client(emulator) as ip:
        ip.hook({"endpoints": [LONG], "webhook": listener.url + "/hook"})
        ip.inbound(PHONE, LONG, "Hellö 😀")
        ip.settle()
    body = listener.arrivals[0].json
    assert body["signature"] == expected(body["refid"])


def digest(name: str, text: str) -> bytes:
    return hmac.HMAC(b"K3y", text.encode(), getattr(hashlib, name)).digest()


def base64(digest: bytes) -> str:
    from base64 import b64encode

    return b64encode(digest).decode("ascii")


@pytest.mark.parametrize(
    ("described", "reason"),
    [
        ("", "HASH:ENCODING:ORDER"),
        ("sha256", "HASH:ENCODING:ORDER"),
        ("nothing:hex:refid+message", "no hash 'nothing'"),
        ("shake_128:hex:refid+message", "no hash"),
        ("sha256:base32:refid+message", "no encoding 'base32'; known are hex, HEX, base64"),
        ("sha256:hex:refid", "order must name refid and message"),
        ("sha256:hex:refid+message+refid", "order must name refid and message"),
        ("sha256:hex:refid+message+from", "order must name refid and message"),
    ],
)
def test_an_hmac_has_no_defaults(described, reason):
    with pytest.raises(SignatureError, match=re.escape(reason)):
        Hmac.read(described)


# Memory: a history, not a hoard.


def test_history_is_bounded_and_the_newest_stays(listener):
    with running("intelepeer", setup=Setup(history=5)) as emulator, Client(emulator) as ip:
        ip.hook({"endpoints": [LONG], "webhook": listener.url + "/hook"})
        refids = [ip.send_sms({**GOOD, "guid": str(place)}).json()["refid"] for place in range(8)]
        assert [message["id"] for message in ip.outbox()] == refids[3:]
        assert ip.post("/_rest/v4/app/sms/mdr", json={"refid": refids[0]}).status_code == 404
        assert ip.post("/_rest/v4/app/sms/mdr", json={"refid": refids[7]}).status_code == 200
        for place in range(8):
            ip.inbound(PHONE, LONG, f"number {place}")
        ip.settle()
        assert len(ip.deliveries()) == 5
    assert sorted(arrival.json["message"] for arrival in listener.arrivals) == [f"number {place}" for place in range(8)]


def test_history_is_bounded_by_the_length_of_its_texts_too():
    with running("intelepeer", setup=Setup(history_characters=2500)) as emulator, Client(emulator) as ip:
        for letter in "abcd":
            ip.send_sms({**GOOD, "text": letter * 1000})
        assert [message["text"][0] for message in ip.outbox()] == ["c", "d"]
        ip.send_sms({**GOOD, "text": "e" * 5000})
        assert [message["text"][0] for message in ip.outbox()] == ["e"]
        ip.send_sms({**GOOD, "text": "f"})
        assert [message["text"][0] for message in ip.outbox()] == ["f"]


# Everything that is configured on the command line arrives.


def test_every_option_of_the_command_arrives(tmp_path, listener):
    import subprocess
    import sys

    path = tmp_path / "numbers.toml"
    path.write_text(INVENTORY)
    options = ["--numbers", str(path), "--shared-code", "K3y", "--hmac", "sha256:hex:refid+message", "--lenient",
               "--retry-seconds", "60", "--attempt-seconds", "2", "--store", str(tmp_path / "emulator.sqlite")]  # fmt: skip
    command = [sys.executable, "-c", "from smsproof_conformance.entry import main; main()", "emulate", "intelepeer"]
    listener.script["/hook"] = [500]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        addresses = json.loads(process.stdout.readline())
        with Client(Addressed(**addresses)) as ip:  # type: ignore[arg-type]
            answer = ip.send_sms({**GOOD, "from": "+12125550100", "guid": 5})
            assert (answer.status_code, "warning" in answer.headers) == (202, True)
            ip.hook({"endpoints": ["+12125550100"], "webhook": listener.url + "/hook"})
            ip.inbound(PHONE, "+12125550100", "Hellö 😀")
            left = ip.settle()
        process.terminate()
        assert process.wait(10) == 0
    body = listener.arrivals[0].json
    assert body["signature"] == digest("sha256", body["refid"] + "Hellö 😀").hex()
    assert len(listener.arrivals) == 1
    assert 50 < left["next_due_in_seconds"] <= 60
    assert (tmp_path / "emulator.sqlite").stat().st_size > 0


class Addressed(Emulator):
    """An emulator elsewhere, known by its addresses."""

    def __init__(self, url: str, control: str) -> None:
        self.url, self.control = url, control
