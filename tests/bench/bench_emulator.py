"""The emulator beside a Starlette echo on the same uvicorn and beside Prism: requests a second of the server's CPU time.

Server and loader have a core each. What counts is the CPU time that the server spends on a request, so that a busy machine
slows both sides and leaves the ratios alone.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import environment
from stopwatch import not_run, row

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
CONNECTIONS = 32
ROUNDS = 3
PRISM = "@stoplight/prism-cli@5.16.0"
GRANIAN = "granian==2.8.9"
UVLOOP = "uvloop==0.23.0"  # uvicorn takes it where it is installed
MESSAGE = {"from": "+12191112222", "to": "+13038675309", "text": "Hello World!", "guid": "1123123123123123"}
SEND = "/_rest/v4/app/sms/send"

ECHO = """
import json, socket, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
async def echo(request):
    return JSONResponse(await request.json(), status_code=202)
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listener.bind(("127.0.0.1", 0)); listener.listen(2048)
print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
app = Starlette(routes=[Route("/_rest/v4/app/sms/send", echo, methods=["POST"])])
uvicorn.Server(uvicorn.Config(app, http="httptools", access_log=False, log_level="error")).run(sockets=[listener])
"""
EMULATOR = """
import json, pathlib, signal, sys
from smsproof_conformance.emulator import Setup, running
store = pathlib.Path(sys.argv[1]) if sys.argv[1:] else None
with running("intelepeer", setup=Setup(store=store)) as emulator:
    print(json.dumps({"port": int(emulator.url.rpartition(":")[2])}), flush=True)
    signal.pause()
"""
GRANIAN_PROGRAM = """
import asyncio, json, socket
from granian.server.embed import Server
from smsproof_conformance.emulator import Application, Desk
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0)); port = probe.getsockname()[1]
async def main():
    server = Server(Application(Desk("intelepeer")), address="127.0.0.1", port=port, interface="asgi")
    serving = asyncio.create_task(server.serve())
    print(json.dumps({"port": port}), flush=True)
    await serving
asyncio.run(main())
"""
PRISM_PROGRAM = """
import json, os, socket, sys
from pathlib import Path
from smsproof_spec import contract
program, folder = sys.argv[1:]
document = Path(folder, "openapi.json")
document.write_text(json.dumps(dict(contract.load("intelepeer").document)))
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0)); port = probe.getsockname()[1]
print(json.dumps({"port": port}), flush=True)
os.execv(program, [program, "mock", "--host", "127.0.0.1", "--port", str(port), "--verboseLevel", "silent", str(document)])
"""


class Served:
    """A server in a process of its own, on the first core."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self._connections = [_connected(port) for _ in range(CONNECTIONS)]

    def load(self, body: object, requests: int) -> float:
        """Send the same request again and again, one at a time on each connection; requests per CPU second."""
        content = json.dumps(body).encode()
        head = f"POST {SEND} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer smsproof-token\r\n"
        request = f"{head}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
        before = self._cpu_seconds()
        for _ in range(requests // CONNECTIONS):
            for connection in self._connections:
                connection.sendall(request)
            for connection in self._connections:
                _read(connection)
        return requests / (self._cpu_seconds() - before)

    def resident_bytes(self) -> int:
        return int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]) * PAGE_BYTES

    def _cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def _read(connection: socket.socket) -> None:
    found = b""
    while b"\r\n\r\n" not in found:
        found += connection.recv(262_144)
    head, _, body = found.partition(b"\r\n\r\n")
    assert b" 202 " in head[:20] or b" 207 " in head[:20], head
    left = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]) - len(body)
    while left:
        left -= len(connection.recv(min(left, 262_144)))


def _connected(port: int) -> socket.socket:
    """A connection to a server that may still be starting."""
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            time.sleep(0.2)
    raise RuntimeError(f"nobody listens at port {port}")


@contextmanager
def served(program: str, *arguments: str, library: Path | None = None) -> Iterator[Served]:
    """Run a server on the first core, with all its threads, while the loader stays on the second."""
    path = {"PYTHONPATH": str(library)} if library else {}
    here = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {0})
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True, env={**os.environ, **path}
    )
    os.sched_setaffinity(0, here)
    assert process.stdout is not None
    try:
        yield Served(process, json.loads(process.stdout.readline())["port"])
    finally:
        process.kill()
        process.communicate()


def single_sends(program: str, *arguments: str, library: Path | None = None, requests: int = 9600) -> float:
    """Single sends per CPU second, warm."""
    with served(program, *arguments, library=library) as server:
        server.load(MESSAGE, 640)
        return server.load(MESSAGE, requests)


def main() -> None:
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    prism = environment.node_program(PRISM, "prism")
    library = environment.python_library(GRANIAN)
    uvloop = environment.python_library(UVLOOP)
    with tempfile.TemporaryDirectory() as folder:
        runners: dict[str, Callable[[], float]] = {
            "echo": lambda: single_sends(ECHO),
            "emulator": lambda: single_sends(EMULATOR),
            "with a store": lambda: single_sends(EMULATOR, str(Path(tempfile.mkdtemp(dir=folder)) / "store.sqlite")),
        }
        if prism is not None:
            runners["prism"] = lambda: single_sends(PRISM_PROGRAM, str(prism), folder, requests=1920)
        if library is not None:
            runners["granian"] = lambda: single_sends(GRANIAN_PROGRAM, library=library)
        if uvloop is not None:
            runners["uvloop"] = lambda: single_sends(EMULATOR, library=uvloop)
        laps: dict[str, list[float]] = {name: [] for name in runners}
        for _ in range(ROUNDS):
            for name, lap in runners.items():
                laps[name].append(lap())
    rate = {name: statistics.median(rates) for name, rates in laps.items()}
    echo, single = rate["echo"], rate["emulator"]
    with served(EMULATOR) as server:
        server.load(MESSAGE, 640)
        before = server.resident_bytes()  # the history fills within this measurement
        items = server.load([MESSAGE] * 100, 2016) * 100
        growth = (server.resident_bytes() - before) / 1_000_000
    print(
        f"Python {sys.version.split()[0]}; requests per CPU second of the server; {CONNECTIONS} connections;"
        f" medians of {ROUNDS} rounds in turn\n"
    )
    row("Starlette echo", f"{echo:,.0f}")
    row("emulator, single send / echo", f"{single / echo:.0%}", "at least 60 %", single / echo >= 0.6)
    row("emulator, items of lists of 100 / echo", f"{items / echo:.1f} x", "at least 6 x", items / echo >= 6)
    row("memory over 200,000 messages", f"{growth:.0f} MB", "under 50 MB", growth < 50)
    stored = rate["with a store"] / single
    row("with --store / in memory", f"{stored:.0%}", "at least 10 %", stored >= 0.1)
    if "prism" in rate:
        ratio = single / rate["prism"]
        row(f"emulator / Prism's static mock ({rate['prism']:,.0f})", f"{ratio:.1f} x", "at least 8 x", ratio >= 8)
    else:
        not_run("emulator / Prism's static mock", f"npm has no {PRISM}")
    if "uvloop" in rate:
        row("emulator on uvloop / on asyncio's own loop", f"{rate['uvloop'] / single:.0%}")
    else:
        not_run("emulator on uvloop / on asyncio's own loop", f"pip has no {UVLOOP}")
    if "granian" in rate:
        row("emulator on granian / on uvicorn", f"{rate['granian'] / single:.0%}")
    else:
        not_run("emulator on granian / on uvicorn", f"pip has no {GRANIAN}")


if __name__ == "__main__":
    main()
