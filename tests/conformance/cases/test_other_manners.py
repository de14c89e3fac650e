"""Right servers with other manners: of HTTP, of writing JSON and URLs, of settling. None is accused in --strict.

The second servers speak over a socket here, each in a manner that HTTP allows and no page rules out.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from smsproof_conformance.case import cases
from smsproof_conformance.records.exchange import Request
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.targets.target import Target
from smsproof_conformance.verdicts.finding import Verdict
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.wire.peer import Peer
from smsproof_conformance.wire.transport import Transport
from smsproof_spec import contract as contracts
from tests.conformance.cases import second_intelepeer, second_messangi
from tests.conformance.cases import test_intelepeer_second_server as intelepeer
from tests.conformance.cases import test_messangi_second_server as messangi

TOKENS = {"Bearer t": "good", "Bearer e": "expired", "Bearer": "malformed", "": "missing"}


class Socket:
    """A second server behind a socket of its own; each subclass has its manner of HTTP."""

    def __init__(self, right: Any) -> None:
        self.right = right

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self.one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    async def one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in head[1:] if line))
        given = {name.lower(): value for name, value in headers}
        body = await reader.readexactly(int(given.get("content-length", "0")))
        token: Any = TOKENS.get(given.get("authorization", ""), "wrong")
        answer = await self.right.exchange(Request("", "", None, method, target, headers, body or None, token))
        writer.write(self.written(answer.status, answer.headers, answer.body))
        await writer.drain()
        return self.stays()

    def stays(self) -> bool:
        return True

    def written(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> bytes:
        lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode() + body


class OldHttp(Socket):
    """HTTP/1.0: the end of the connection is the end of the body."""

    def stays(self) -> bool:
        return False

    def written(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> bytes:
        lines = [f"HTTP/1.0 {status} X", *(f"{name.upper()}:{value}" for name, value in headers)]
        return "\r\n".join([*lines, "", ""]).encode() + body


class Chunked(Socket):
    """Chunks of seven octets, JSON for human eyes with its keys in order, and a charset."""

    def written(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> bytes:
        content = json.dumps(json.loads(body), indent=2, sort_keys=True, ensure_ascii=False).encode()
        chunks = [content[at : at + 7] for at in range(0, len(content), 7)]
        lines = [f"HTTP/1.1 {status} ", "Transfer-Encoding: chunked", "content-TYPE: application/json;charset=UTF-8"]
        return "\r\n".join([*lines, "", ""]).encode() + b"".join(
            b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""]
        )


class Closing(Socket):
    """Every answer ends its connection."""

    def stays(self) -> bool:
        return False

    def written(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> bytes:
        return super().written(status, (("Connection", "close"), *headers), body)


@contextmanager
def listening(socket: Socket) -> Generator[int]:
    """The port of a server in a thread of its own."""
    loop, ready, ports = asyncio.new_event_loop(), threading.Event(), list[int]()

    async def start() -> None:
        server = await asyncio.start_server(socket.serve, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()

    def run() -> None:
        loop.run_until_complete(start())
        loop.run_forever()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(5)
    yield ports[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


class _Far:
    """The control API of a server in another loop."""

    def __init__(self, right: Any) -> None:
        self.right = right

    def __getattr__(self, name: str) -> Any:
        return getattr(self.right, name)

    async def close(self) -> None:
        """The server is closed with its loop."""


@pytest.mark.parametrize("manner", [OldHttp, Chunked, Closing])
@pytest.mark.parametrize("vendor", ["intelepeer", "messangi"])
def test_a_right_server_with_its_own_manner_of_http_is_never_accused(vendor: str, manner: type[Socket]) -> None:
    right: Any = second_intelepeer.Right() if vendor == "intelepeer" else second_messangi.Right()
    module: Any = intelepeer if vendor == "intelepeer" else messangi
    with listening(manner(right)) as port, Ledger.in_memory(module.SECRETS.values()) as ledger:
        target: Target = module.TARGET.model_copy(update={"base_url": f"http://127.0.0.1:{port}"})
        selected = list(cases(vendor).values())
        run = Run(
            target, module.SECRETS, contracts.load(vendor), ledger,
            peer=lambda target, secrets: Peer(Transport(target, secrets), _Far(right)),
        )  # fmt: skip
        run.start(selected, seed=1)
        strict = judge(ledger, contracts.load(vendor), selected, strict=True)
    assert module.told(strict) == []
    assert strict.count(Verdict.ERROR) == 0
    assert strict.exit_code == 0


class EarlyWord(second_intelepeer.Right):
    """Says that all is delivered when it has only begun to."""

    async def settle(self) -> bool:
        task = asyncio.create_task(self.deliver_all())
        self.tasks.add(task)
        return True


class EarlyWordMessangi(second_messangi.Right):
    async def settle(self) -> bool:
        task = asyncio.create_task(self.deliver_all())
        self.tasks.add(task)
        return True


def test_the_word_that_all_is_delivered_is_not_taken_for_it() -> None:
    patient = {"wait_seconds": 3.0}
    strict, _ = intelepeer.run(EarlyWord(), intelepeer.TARGET.model_copy(update=patient))
    assert intelepeer.told(strict) == []
    strict, _ = messangi.run(EarlyWordMessangi(), messangi.TARGET.model_copy(update=patient))
    assert messangi.told(strict) == []


class NormalUrls(second_intelepeer.Right):
    """Keeps URLs in their normal form: no path is a slash, the scheme's own port is none."""

    def put(self, number: str, url: str) -> None:
        head, mark, query = url.partition("?")
        super().put(number, (head if head.count("/") > 2 else head + "/") + mark + query)


def test_a_url_in_its_normal_form_is_the_url_that_was_set() -> None:
    strict, _ = intelepeer.run(NormalUrls())
    assert intelepeer.told(strict) == []


class TakesAndRoutes(second_messangi.Right):
    """Takes every single message, and says INVALID_ROUTING of a number that is none, where it was asked to say anything."""

    def badly_formatted(self, value: dict[str, Any]) -> Any:
        message = second_messangi.Sent(self.new_id(), value["from"], value["to"], value["text"])
        self.tell(value, message, "INVALID_ROUTING")
        return {"meta": self.meta(), "data": self.data(value, message.id, "QUEUE")}


def test_a_number_that_is_only_found_out_on_its_way_is_the_page_s_own_way() -> None:
    strict, _ = messangi.run(TakesAndRoutes())
    assert messangi.told(strict) == []
