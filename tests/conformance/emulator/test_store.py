"""`--store FILE`: nothing that was accepted is lost, nothing that was acknowledged is repeated, whatever kills the process."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from smsproof_conformance.emulator import Setup, running
from smsproof_conformance.emulator.books.inventory import Inventory, Number
from smsproof_conformance.emulator.books.store import StoreError

from .conftest import Client, Listener

LONG, PHONE = "+12161112222", "+15551112222"
GOOD = {"from": "+12191112222", "to": "+13038675309", "text": "Hello Wörld 😀"}


@pytest.fixture
def store(tmp_path: Path) -> Setup:
    return Setup(store=tmp_path / "emulator.sqlite", retry_seconds=(60,))


def test_messages_webhooks_tokens_and_the_clock_outlive_the_process(store):
    with running("intelepeer", setup=store) as emulator, Client(emulator) as ip:
        refids = [ip.send_sms({**GOOD, "guid": str(place)}).json()["refid"] for place in range(3)]
        ip.hook({"endpoints": [LONG], "webhook": "http://127.0.0.1:1/a"})
        ip.hook({"endpoints": [LONG], "webhook": "http://127.0.0.1:1/b"})
        token = ip.post(ip.control + "/tokens", json={"lifetime_seconds": 3600}).json()["token"]
        emulator.wind(3000)
    with running("intelepeer", setup=store) as emulator, Client(emulator) as ip:
        assert [message["id"] for message in ip.outbox()] == refids
        assert ip.outbox()[0]["text"] == GOOD["text"]
        assert ip.hook_of("endpoint=%2B12161112222").json()["webhook"] == "http://127.0.0.1:1/b"
        assert ip.post("/_rest/v4/app/sms/mdr", json={"refid": refids[0]}).json()["RCC_en"] == "DLR:Delivered"
        assert ip.send_sms(GOOD, headers={"Authorization": f"Bearer {token}"}).status_code == 202
        emulator.wind(601)
        assert ip.send_sms(GOOD, headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_pending_delivery_goes_on_where_it_was(store, listener):
    listener.script["/hook"] = [500]
    with running("intelepeer", setup=store) as emulator, Client(emulator) as ip:
        ip.hook({"endpoints": [LONG], "webhook": listener.url + "/hook"})
        ip.inbound(PHONE, LONG, "hello")
        ip.settle()
        emulator.wind(60)
        ip.settle()
    assert len(listener.arrivals) == 2
    with running("intelepeer", setup=store) as emulator, Client(emulator) as ip:
        assert ip.settle()["waiting"] == 1
        assert len(listener.arrivals) == 2
        for _ in range(5):
            emulator.wind(60)
            ip.settle()
        assert [attempt["outcome"] for attempt in ip.deliveries()[0]["attempts"]] == ["500"] * 5
    assert len(listener.arrivals) == 5
    assert len({arrival.json["refid"] for arrival in listener.arrivals}) == 1


def test_statuses_that_are_not_due_yet_outlive_the_process(tmp_path, listener):
    store = Setup(store=tmp_path / "emulator.sqlite")
    steps = [{"status": "SENT"}, {"status": "DELIVRD", "after_seconds": 60}]
    options = {"requestDR": True, "callbacks": listener.url + "/cb", "externalId": "campaign"}
    with running("messangi", setup=store) as emulator, Client(emulator) as ms:
        ms.put(ms.control + "/scripts", json={"scripts": {"+580000000005": steps}})
        id = ms.single({"from": "12345", "to": "+580000000005", "text": "x", **options}).json()["data"]["id"]
        ms.settle()
    with running("messangi", setup=store) as emulator, Client(emulator) as ms:
        emulator.wind(60)
        ms.settle()
    told = [(arrival.json["status"], arrival.json["id"], arrival.json["externalId"]) for arrival in listener.arrivals]
    assert told == [("SENT", id, "campaign"), ("DELIVRD", id, "campaign")]


def test_the_inventory_is_kept_until_another_is_given(tmp_path):
    path = tmp_path / "emulator.sqlite"
    mine = Inventory({"+12125550100": Number("+12125550100", eu=True)}, frozenset({"+447700900000"}))
    other = Inventory({"1-55555": Number("1-55555")})
    seen = []
    for given in (mine, None, other, None):
        with running("intelepeer", setup=Setup(store=path, inventory=given)) as emulator, Client(emulator) as ip:
            shown = ip.get(ip.control + "/numbers").json()
            seen.append(([number["address"] for number in shown["numbers"]], shown["blocked"]))
    assert seen == [(["+12125550100"], ["+447700900000"])] * 2 + [(["1-55555"], [])] * 2


def test_reset_empties_the_file_too(store):
    with running("intelepeer", setup=store) as emulator, Client(emulator) as ip:
        ip.send_sms(GOOD)
        ip.hook({"endpoints": [LONG], "webhook": "http://127.0.0.1:1/a"})
        ip.inbound(PHONE, LONG, "hello")
        ip.post(ip.control + "/reset")
    with running("intelepeer", setup=store) as emulator, Client(emulator) as ip:
        assert (ip.outbox(), ip.deliveries(), ip.settle()["waiting"]) == ([], [], 0)


@pytest.mark.parametrize("content", [b"not a database, but long enough to be looked at" * 10, None])
def test_a_file_that_is_no_store_of_this_vendor_is_refused(tmp_path, content):
    path = tmp_path / "emulator.sqlite"
    if content is None:
        with running("messangi", setup=Setup(store=path)):
            pass
    else:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=r"Give another --store\."), running("intelepeer", setup=Setup(store=path)):
        pass
    if content is not None:
        assert path.read_bytes() == content


def test_a_store_in_use_is_refused(store):
    with (
        running("intelepeer", setup=store),
        pytest.raises(StoreError, match=r"another emulator"),
        running("intelepeer", setup=store),
    ):
        pass


PROGRAM = """
import json, pathlib, signal, sys
from smsproof_conformance.emulator import Setup, running
with running("intelepeer", setup=Setup(store=pathlib.Path(sys.argv[1]))) as emulator:
    print(json.dumps({"url": emulator.url}), flush=True)
    signal.pause()
"""


class Process:
    """An emulator in a process of its own, to be killed."""

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = json.loads(self._process.stdout.readline())["url"]
        self.control = self.url + "/_smsproof"

    def kill(self) -> None:
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.communicate(timeout=10)


@dataclass
class Told:
    """What the outside world knows for certain: ids and texts that were accepted, refids whose delivery is over."""

    sent: list[str] = field(default_factory=list)
    texted: list[str] = field(default_factory=list)
    over: dict[str, int] = field(default_factory=dict)
    answers: int = 0
    progress: threading.Condition = field(default_factory=threading.Condition)

    def answered(self) -> None:
        with self.progress:
            self.answers += 1
            self.progress.notify_all()


def _talk(process: Process, told: Told, listener: Listener, place: int) -> None:
    """Send and let handsets text, without a pause, until the emulator is gone."""
    with Client(process) as ip:  # type: ignore[arg-type]
        for count in itertools.count():
            try:
                answer = ip.send_sms([{**GOOD, "text": f"{place} {count}"}] * 2)
                told.sent.extend(item["refid"] for item in answer.json()["responses"])
                told.answered()
                text = f"from a handset {place} {count}"
                assert ip.inbound(PHONE, LONG, text).status_code == 200
                told.texted.append(text)
                told.answered()
                if count % 4 == 3:
                    # Whatever has arrived when this is answered was acknowledged, and the emulator knows it.
                    ip.settle()
                    told.over.update(Counter(arrival.json["refid"] for arrival in listener.arrivals))
            except httpx2.HTTPError:
                return


@pytest.mark.parametrize("kills", [5, pytest.param(25, marks=pytest.mark.soak)])
def test_kill_9_at_random_moments_loses_nothing_and_repeats_nothing_acknowledged(
    tmp_path: Path, listener: Listener, kills: int
) -> None:
    chance = random.Random(25)
    path = tmp_path / "emulator.sqlite"
    told = Told()
    process = Process(path)
    with Client(process) as ip:  # type: ignore[arg-type]
        ip.hook({"endpoints": [LONG], "webhook": listener.url + "/hook"})
    for place in range(kills):
        talker = threading.Thread(target=_talk, args=(process, told, listener, place))
        talker.start()
        moment = told.answers + chance.randint(1, 24)
        with told.progress:
            assert told.progress.wait_for(lambda moment=moment: told.answers >= moment, timeout=30)
        process.kill()
        talker.join()
        process = Process(path)
    with Client(process) as ip:  # type: ignore[arg-type]
        assert ip.settle()["waiting"] == 0
        kept = Counter(message["id"] for message in ip.outbox())
        deliveries: list[dict[str, Any]] = ip.deliveries()
    process.kill()
    assert len(told.sent) > 2 * kills
    assert len(told.over) > kills // 3
    assert set(told.sent) <= kept.keys()
    assert set(kept.values()) == {1}
    arrived = Counter(arrival.json["refid"] for arrival in listener.arrivals)
    assert set(told.texted) <= {arrival.json["message"] for arrival in listener.arrivals}
    assert {refid: arrived[refid] for refid in told.over} == told.over
    assert max(arrived.values()) <= 5
    # What came twice had an attempt of which the dead process never learned the end.
    attempts = {delivery["message"]: [one["outcome"] for one in delivery["attempts"]] for delivery in deliveries}
    assert {outcomes[-1] for outcomes in attempts.values()} == {"200"}
    assert all(set(outcomes[:-1]) <= {"unanswered"} for outcomes in attempts.values())
    assert all(count <= len(attempts[refid]) for refid, count in arrived.items())
