"""The emulator beside a Starlette echo on the same uvicorn: requests a second of the server's own CPU time, one run.

Server and loader have a core each. What counts is the CPU time that the server spends on a request, so that a busy machine
slows both sides and leaves the ratios alone.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stopwatch import not_run, row

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
CONNECTIONS = 32
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


class Served:
    """A server in a process of its own, on the first core."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self._connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]

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


@contextmanager
def served(program: str, *arguments: str) -> Iterator[Served]:
    process = subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        port = json.loads(process.stdout.readline())["port"]
        os.sched_setaffinity(process.pid, {0})
        yield Served(process, port)
    finally:
        process.kill()
        process.communicate()


def main() -> None:
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    with served(ECHO) as server:
        server.load(MESSAGE, 640)
        echo = server.load(MESSAGE, 9600)
    with served(EMULATOR) as server:
        server.load(MESSAGE, 640)
        single = server.load(MESSAGE, 9600)
        server.load([MESSAGE] * 100, 320)
        before = server.resident_bytes()
        items = server.load([MESSAGE] * 100, 2016) * 100
        growth = (server.resident_bytes() - before) / 1_000_000
    with tempfile.TemporaryDirectory() as folder, served(EMULATOR, str(Path(folder) / "store.sqlite")) as server:
        server.load(MESSAGE, 640)
        stored = server.load(MESSAGE, 9600)
    print(f"Python {sys.version.split()[0]}; requests per CPU second of the server; {CONNECTIONS} connections\n")
    row("Starlette echo", f"{echo:,.0f}")
    row("emulator, single send / echo", f"{single / echo:.0%}", "at least 60 %", single / echo >= 0.6)
    row("emulator, items of lists of 100 / echo", f"{items / echo:.1f} x", "at least 6 x", items / echo >= 6)
    row("memory over 200,000 messages", f"{growth:.0f} MB", "under 50 MB", growth < 50)
    row("with --store / in memory", f"{stored / single:.0%}", "at least 10 %", stored / single >= 0.1)
    if shutil.which("prism") is None:
        not_run("emulator / Prism's static mock", "prism is not installed")
    try:
        import granian  # noqa: F401
    except ImportError:
        not_run("emulator on granian", "granian is not installed")


if __name__ == "__main__":
    main()
