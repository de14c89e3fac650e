"""What a hostile or broken server may answer, octet by octet: each ends in its named verdict, soon, in little memory."""

from __future__ import annotations

import asyncio
import gzip
import resource
import struct
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from pydantic import SecretStr

from smsproof_conformance.case import Standing, cases
from smsproof_conformance.exit_code import ExitCode
from smsproof_conformance.records.exchange import Answer, Lost, Request
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.runs.selection import select
from smsproof_conformance.targets.demonstration import SECRETS, target
from smsproof_conformance.targets.target import Secrets, Target
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_conformance.wire.transport import Transport
from smsproof_spec import contract as contracts
from smsproof_spec.rules import Malformed

Behave = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DEADLINE_SECONDS = 0.3
MEGABYTES = 1024  # of ru_maxrss, which Linux counts in KiB


def memory_from_here_on() -> int:
    """KiB of this process now; where the system can, its peak is forgotten, so that an earlier one hides nothing."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return peak_memory()


def peak_memory() -> int:
    """The most KiB this process had since its peak was forgotten; since its start, where that cannot be."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            head += await reader.readexactly(int(line.partition(b":")[2]))
    return head


@dataclass
class Server:
    """A raw server on loopback; counts connections and requests."""

    url: str = ""
    connections: int = 0
    requests: int = 0


async def meeting(behave: Behave, work: Callable[[Server], Awaitable[None]]) -> None:
    """Let `work` meet a server that does `behave` after each request it has read whole."""
    seen = Server()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                await read_request(reader)
                seen.requests += 1
                await behave(reader, writer)
                if writer.is_closing():
                    return

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    seen.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        await work(seen)
    finally:
        server.close()


def outcomes(behave: Behave, *methods: str, deadline_seconds: float = DEADLINE_SECONDS) -> list[Answer | Lost]:
    """What one transport gets for requests of these methods, one after the other."""
    found: list[Answer | Lost] = []

    async def ask(server: Server) -> None:
        declared = Target(
            name="t", vendor="intelepeer", base_url=server.url, token_env="T", timeout_seconds=deadline_seconds
        )
        transport = Transport(declared, Secrets(token=SecretStr("the-token")))
        for method in methods:
            body = b"{}" if method == "POST" else None
            found.append(await transport.exchange(Request("c", "s", None, method, "/x", (), body, "good")))
        await transport.close()

    asyncio.run(meeting(behave, ask))
    return found


def says(data: bytes, *, then_closes: bool = False) -> Behave:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        if then_closes:
            writer.close()

    return behave


def answers(body: bytes, *lines: bytes, status: bytes = b"200 OK") -> Behave:
    head = b"HTTP/1.1 " + status + b"\r\n" + b"".join(line + b"\r\n" for line in lines)
    return says(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def again_and_again(once: bytes, piece: bytes, seconds: float = 0.0) -> Behave:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(once)
        while not reader.at_eof():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(seconds)

    return behave


def named(table: dict[str, tuple[object, ...]]) -> list[ParameterSet]:
    return [pytest.param(*row, id=name) for name, row in table.items()]


async def stalls(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def resets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(1, 13, struct.pack("ii", 1, 0))  # SO_LINGER of nothing: RST, not FIN
    writer.transport.abort()


async def closes(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


BOMB = gzip.compress(b" " * (64 * 1024 * 1024))
GZIP = b"Content-Encoding: gzip"


def chained(times: int) -> bytes:
    body = b"{}"
    for _ in range(times):
        body = gzip.compress(body)
    return body


@pytest.mark.parametrize(
    ("behave", "kind"),
    named(
        {
            "never answers": (stalls, "transport.deadline"),
            "drips a body": (again_and_again(OK + b"Content-Length: 9999\r\n\r\n", b" ", 0.05), "transport.deadline"),
            "drips headers": (again_and_again(OK, b"X: y\r\n", 0.05), "transport.deadline"),
            "closes": (closes, "transport.truncated"),
            "resets": (resets, "transport.reset"),
            "cuts a body": (says(OK + b"Content-Length: 99\r\n\r\n{", then_closes=True), "transport.truncated"),
            "cuts a chunk": (
                says(OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{", then_closes=True),
                "transport.truncated",
            ),
            "cuts its head": (says(b"HTTP/1.1 200 OK\r\nContent-", then_closes=True), "transport.truncated"),
            "is no web server": (says(b"220 mail.example.com ESMTP\r\n\r\n"), "transport.protocol"),
            "gives two lengths": (
                says(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}"),
                "transport.protocol",
            ),
            "has a header of 10 MB": (says(OK + b"X: " + b"x" * 10_000_000), "transport.protocol"),
            "has 100,000 headers": (says(OK + b"X: y\r\n" * 100_000), "transport.protocol"),
            "only ever answers 103": (again_and_again(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), "transport.protocol"),
        }
    ),
)
def test_no_whole_answer_is_lost_for_a_named_reason_and_may_have_been_taken(behave: Behave, kind: str) -> None:
    before = memory_from_here_on()
    (lost,) = outcomes(behave, "POST")
    assert isinstance(lost, Lost)
    assert (lost.kind, lost.left) == (kind, True)
    assert peak_memory() - before < 64 * MEGABYTES


@pytest.mark.parametrize(
    ("behave", "kind"),
    named(
        {
            "an endless body": (
                again_and_again(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"),
                "oversize",
            ),
            "a bomb": (answers(BOMB, GZIP), "oversize"),
            "a chain of ten": (answers(chained(10), b"Content-Encoding: " + b", ".join([b"gzip"] * 10)), "encoding"),
            "a chain in two headers": (answers(chained(2), GZIP, GZIP), "encoding"),
            "no gzip at all": (answers(b"{}", GZIP), "encoding"),
            "half of a gzip": (answers(gzip.compress(b"{}")[:-4], GZIP), "encoding"),
            "an encoding nobody asked for": (answers(zlib.compress(b"{}"), b"Content-Encoding: br"), "encoding"),
            "both lengths": (
                says(OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                "framing",
            ),
            "204 and a body": (says(b"HTTP/1.1 204 No Content\r\n\r\n{}"), "body-forbidden"),
            "204 and a length": (says(b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n"), "body-forbidden"),
            "invalid UTF-8": (answers(b'{"a":"\xff"}'), "not-utf-8"),
            "a byte order mark": (answers(b"\xef\xbb\xbf{}"), "byte-order-mark"),
            "UTF-16": (answers("{}".encode("utf-16")), "byte-order-mark"),
            "NaN": (answers(b'{"a":NaN}'), "not-a-number"),
            "1e999": (answers(b'{"a":1e999}'), "number-too-large"),
            "an integer of 5,000 digits": (answers(b'{"a":' + b"9" * 5000 + b"}"), "number-too-large"),
            "a key twice": (answers(b'{"a":1,"a":2}'), "duplicate-key"),
            "100,000 objects inside each other": (answers(b'{"a":' * 100_000 + b"1" + b"}" * 100_000), "too-deep"),
            "half a surrogate pair": (answers(b'{"a":"\\ud800"}'), "lone-surrogate"),
            "nothing": (answers(b""), "empty"),
        }
    ),
)
def test_a_whole_answer_that_cannot_be_read_is_malformed_for_a_named_reason(behave: Behave, kind: str) -> None:
    before = memory_from_here_on()
    (answer,) = outcomes(behave, "POST", deadline_seconds=5)
    assert isinstance(answer, Answer)
    assert isinstance(answer.value, Malformed)
    assert answer.value.kind == kind
    assert peak_memory() - before < 64 * MEGABYTES


@pytest.mark.parametrize(
    ("behave", "status", "value"),
    named(
        {
            "a charset that is none": (answers(b"{}", b"Content-Type: application/json; charset=rot13"), 200, {}),
            "a status that is none": (answers(b"{}", status=b"999 Whatever"), 999, {}),
            "a redirect to a file": (answers(b"{}", b"Location: file:///etc/passwd", status=b"302 Found"), 302, {}),
            "a reason with escapes": (answers(b"{}", status=b"200 \x1b[31mred"), 200, {}),
            "null": (answers(b"null"), 200, None),
            "one interim answer": (
                says(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\n{}"),
                200,
                {},
            ),
            "a gzip": (answers(gzip.compress(b"{}"), GZIP), 200, {}),
            "chunks": (says(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"), 200, {}),
            "until it closes": (says(OK + b"\r\n{}", then_closes=True), 200, {}),
        }
    ),
)
def test_what_is_odd_and_readable_is_an_answer(behave: Behave, status: int, value: object) -> None:
    (answer,) = outcomes(behave, "POST")
    assert isinstance(answer, Answer)
    assert (answer.status, answer.value, answer.malformed) == (status, value, None)


def test_what_stands_behind_an_answer_is_never_the_answer_to_the_next_request() -> None:
    answer = OK + b"Content-Length: 9\r\n\r\n"
    connections: set[asyncio.StreamWriter] = set()

    async def twice(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer)
        writer.write(answer + b'{"n":"%d"}' % len(connections) + answer + b'{"n":"x"}')

    found = outcomes(twice, "POST", "POST", "GET")
    assert [outcome.value for outcome in found if isinstance(outcome, Answer)] == [{"n": "1"}, {"n": "2"}, {"n": "3"}]
    assert len(connections) == 3  # each was dropped with what stood behind its answer


def test_a_connection_is_kept_while_both_sides_want_it() -> None:
    async def ask(server: Server) -> None:
        transport = Transport(
            Target(name="t", vendor="intelepeer", base_url=server.url, token_env="T"),
            Secrets(token=SecretStr("the-token")),
        )
        for _ in range(5):
            await transport.exchange(Request("c", "s", None, "POST", "/x", (), b"{}", "good"))
        await transport.close()
        assert (server.connections, server.requests) == (1, 5)

    asyncio.run(meeting(answers(b"{}"), ask))


def closing_the_second_time() -> Behave:
    """Answers the first request of a connection, and closes without a word when the second has come."""
    served: dict[asyncio.StreamWriter, int] = {}

    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served[writer] = served.get(writer, 0) + 1
        if served[writer] > 1:
            writer.close()
            return
        writer.write(OK + b"Content-Length: 2\r\n\r\n{}")
        await writer.drain()

    return behave


def test_a_get_on_a_kept_connection_that_closes_is_asked_again_on_a_new_one() -> None:
    found = outcomes(closing_the_second_time(), "GET", "GET", "GET")
    assert [outcome.status for outcome in found if isinstance(outcome, Answer)] == [200, 200, 200]


def test_a_post_on_a_kept_connection_that_closes_is_never_sent_again() -> None:
    first, second = outcomes(closing_the_second_time(), "GET", "POST")
    assert isinstance(first, Answer)
    assert isinstance(second, Lost)
    assert (second.kind, second.left) == ("transport.truncated", True)


@pytest.mark.parametrize(
    "behave",
    [
        stalls,
        resets,
        closes,
        says(b"SSH-2.0-OpenSSH_9.6\r\n"),
        answers(BOMB, GZIP),
        answers(b'{"a":' * 100_000),
        answers(b'{"code":NaN}', b"Content-Type: text/html; charset=rot13", status=b"999 \x1b]0;x\x07"),
        answers(b"<h1>502 Bad Gateway</h1>", b"Content-Type: text/html", status=b"502 Bad Gateway"),
    ],
)
def test_a_run_against_a_hostile_server_ends_in_verdicts_and_no_error_of_ours(behave: Behave) -> None:
    contract = contracts.load("intelepeer")
    sending = select(cases("intelepeer"), ["single-send/*"])[:4]
    chosen = [*sending, *(case for case in cases("intelepeer").values() if isinstance(case, Standing))]

    def run(url: str) -> Judged:
        declared = target("intelepeer", url, url).model_copy(
            update={"timeout_seconds": 0.2, "wait_seconds": 0.01, "control_url": None}
        )
        with Ledger.in_memory() as ledger:
            Run(declared, SECRETS, contract, ledger).start(chosen, seed=1)
            return judge(ledger, contract, chosen, strict=False)

    async def ask(server: Server) -> None:
        judged = await asyncio.to_thread(run, server.url)
        assert judged.exit_code in (ExitCode.CONTRACT_FAILURES, ExitCode.UNREACHABLE, ExitCode.INDETERMINATE)

    asyncio.run(meeting(behave, ask))
