"""The inbox takes what the target delivers, answers by script, and never keeps a shared code."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import httpx2
import pytest
from pydantic import SecretStr

from smsproof_conformance.records.exchange import STRAY, Arrival
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.targets.target import Secrets, Target
from smsproof_conformance.wire.inbox import HANG_UP, MOST_STRAYS, Inbox

TARGET = Target(name="t", vendor="intelepeer", base_url="http://127.0.0.1:1", token_env="T")


def arrivals(act: Callable[[Inbox], Awaitable[None]], code: str | None = "the-code") -> list[Arrival]:
    secrets = Secrets(token=SecretStr("t"), shared_code=SecretStr(code) if code else None)

    async def run() -> list[Arrival]:
        with Ledger.in_memory() as ledger:
            inbox = Inbox(TARGET, secrets, ledger)
            await inbox.open()
            try:
                await act(inbox)
            finally:
                await inbox.close()
            return list(ledger.arrivals())

    return asyncio.run(run())


def test_a_script_is_answered_in_order_and_its_last_status_repeats() -> None:
    got: list[int] = []

    async def act(inbox: Inbox) -> None:
        url = inbox.hook("case/a", "hook", 500, 503, 200).url
        async with httpx2.AsyncClient(trust_env=False) as client:
            got.extend([(await client.post(url, json={"n": n})).status_code for n in range(4)])

    recorded = arrivals(act)
    assert got == [500, 503, 200, 200]
    assert [(seen.case, seen.hook, seen.method, seen.value, seen.status) for seen in recorded] == [
        ("case/a", "hook", "POST", {"n": 0}, 500),
        ("case/a", "hook", "POST", {"n": 1}, 503),
        ("case/a", "hook", "POST", {"n": 2}, 200),
        ("case/a", "hook", "POST", {"n": 3}, 200),
    ]


def test_a_hook_can_hang_up_and_the_attempt_is_on_record() -> None:
    async def act(inbox: Inbox) -> None:
        async with httpx2.AsyncClient(trust_env=False) as client:
            with pytest.raises(httpx2.RemoteProtocolError):
                await client.post(inbox.hook("case", "hook", HANG_UP).url, json={})

    assert [seen.status for seen in arrivals(act)] == [0]


def test_what_arrives_at_no_hook_gets_404_and_is_on_record_as_a_stray_without_its_url() -> None:
    got: list[int] = []

    async def act(inbox: Inbox) -> None:
        url = inbox.hook("case", "hook").url + "x?number=13038675309"
        async with httpx2.AsyncClient(trust_env=False) as client:
            got.append((await client.post(url, json={"signature": "the-code"})).status_code)

    (stray,) = arrivals(act)
    assert (stray.case, stray.hook, stray.status, stray.secret, got) == (STRAY, "none", 404, "match", [404])


def test_a_hook_of_an_earlier_run_is_none_of_this_one() -> None:
    paths: list[str] = []

    async def act(inbox: Inbox) -> None:
        paths.append(urlsplit(inbox.hook("case", "hook").url).path)

    arrivals(act), arrivals(act)
    assert paths[0] != paths[1]
    assert all(path.endswith("/case/hook") for path in paths)


def test_a_flood_of_strays_does_not_fill_the_record() -> None:
    async def act(inbox: Inbox) -> None:
        url = inbox.hook("case", "hook").url + "x"
        async with httpx2.AsyncClient(trust_env=False) as client:
            for _ in range(MOST_STRAYS + 5):
                await client.post(url, json={})

    assert len(arrivals(act)) == MOST_STRAYS


@pytest.mark.parametrize(
    ("code", "sent", "result"),
    [
        ("the-code", "the-code", "match"),
        ("the-code", "the-cod\u00e9", "mismatch"),
        ("the-code", "", "mismatch"),
        (None, "whatever", "unchecked"),
        ("the-code", 7, None),
        ("the-code", None, None),
    ],
)
def test_a_shared_code_is_kept_as_the_result_of_its_comparison(
    code: str | None, sent: object, result: str | None
) -> None:
    async def act(inbox: Inbox) -> None:
        body = json.dumps({"refid": "R", "signature": sent})
        async with httpx2.AsyncClient(trust_env=False) as client:
            await client.post(inbox.hook("case", "hook").url, content=body)

    (seen,) = arrivals(act, code)
    assert seen.secret == result
    if result:
        assert seen.value == {"refid": "R", "signature": f"[{result}]"}


def test_a_peer_that_speaks_no_http_is_dropped_and_the_next_one_is_served() -> None:
    async def act(inbox: Inbox) -> None:
        hook = inbox.hook("case", "hook")
        port = int(hook.url.rpartition(":")[2].partition("/")[0])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x00\x01\x02 nonsense\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
        async with httpx2.AsyncClient(trust_env=False) as client:
            await client.post(hook.url, json={})

    assert len(arrivals(act)) == 1


def test_a_body_over_the_limit_is_refused() -> None:
    got: list[int] = []

    async def act(inbox: Inbox) -> None:
        async with httpx2.AsyncClient(trust_env=False) as client:
            try:
                got.append((await client.post(inbox.hook("case", "hook").url, content=b" " * 300_000)).status_code)
            except httpx2.TransportError:
                got.append(413)  # the connection closed while we still wrote: as legal an end as the answer

    assert (arrivals(act), got) == ([], [413])


def test_the_port_is_free_again_after_close() -> None:
    ports: list[int] = []

    async def act(inbox: Inbox) -> None:
        ports.append(int(inbox.hook("case", "hook").url.rpartition(":")[2].partition("/")[0]))

    arrivals(act)
    with socket.create_server(("127.0.0.1", ports[0])):
        pass
