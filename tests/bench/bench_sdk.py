"""The SDK beside raw httpx2 and the clients that two generators make of the same contract: CPU time of the client, one run.

The server is a process of its own that knows two answers; what counts is the CPU time that a client spends on a call.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from environment import ROOT, enter
from stopwatch import Rival, not_run, race, row

FOLDER = ROOT / ".venv-bench-sdk"
PEERS = (
    "httpx2==2.16.2",
    "pydantic>=2.9,<3",
    "jinja2>=3.1.6",
    "ruamel.yaml>=0.18",
    "jsonschema-rs>=0.30",
    "ruff",
    "datamodel-code-generator==0.89.0",
    "openapi-python-client==0.29.1",
)
VENDORS = ROOT / "spec" / "smsproof_spec" / "vendors"
CONTRACT = VENDORS / "intelepeer" / "contract.json"
TASKS = 100

SERVER = """
import asyncio, json
item = {"state": "Queued", "code": 202, "refid": "SM5C804F0D000999999910009AD59930", "numparts": 1}
def answer(status, value):
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 {status} X\\r\\nContent-Type: application/json\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n"
    return head.encode() + body
ONE, MANY = answer(202, item), answer(207, {"code": 207, "responses": [item] * 100})
class Vendor(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.data = transport, b""
    def data_received(self, data):
        self.data += data
        while b"\\r\\n\\r\\n" in self.data:
            head, _, rest = self.data.partition(b"\\r\\n\\r\\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\\r")[0] or 0)
            if len(rest) < length:
                return
            self.transport.write(MANY if rest[:1] == b"[" else ONE)
            self.data = rest[length:]
async def main():
    server = await asyncio.get_running_loop().create_server(Vendor, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
MESSAGE = {"from": "1-12345", "to": "+13038675309", "text": "Hello World!", "guid": "1123123123123123"}
HEADERS = {"Authorization": "Bearer token"}
PATH = "/_rest/v4/app/sms/send"


@contextmanager
def served() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


def lap(call: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        start = time.process_time()
        call()
        return time.process_time() - start

    return run


# The rivals: each gives back a call for one message and a call for a list of a hundred. What is sent is made beforehand,
# raw httpx2's dicts as well as the others' models.

Calls = tuple[Callable[[], object], Callable[[], object]]


def raw(url: str) -> Calls:
    import httpx2

    client = httpx2.Client(trust_env=False)
    many = [MESSAGE] * 100
    return (
        lambda: client.post(url + PATH, json=MESSAGE, headers=HEADERS).json(),
        lambda: client.post(url + PATH, json=many, headers=HEADERS).json(),
    )


def sdk(url: str) -> Calls:
    from smsproof_sdk.intelepeer import IntelePeer, Message

    client = IntelePeer("token", base_url=url)
    fields = {"from_" if key == "from" else key: value for key, value in MESSAGE.items()}
    one, many = Message(**fields), [Message(**fields) for _ in range(100)]
    return lambda: client.send(one), lambda: client.send(many)


def openapi_python_client(url: str) -> Calls:
    opc = import_module("opc_client")
    send = import_module("opc_client.api.default.send_message").sync
    message = import_module("opc_client.models").Message
    client = opc.AuthenticatedClient(base_url=url, token="token")
    one, many = message.from_dict(MESSAGE), [message.from_dict(MESSAGE) for _ in range(100)]
    return lambda: send(client=client, body=one), lambda: send(client=client, body=many)


def datamodel_client(url: str) -> Calls:
    models = import_module("dcg_models")
    client = import_module("dcg_client").Client(base_url=url, bearer="token")
    body = models.RestV4AppSmsSendPostRequest
    one, many = body(models.Message(**MESSAGE)), body([models.Message(**MESSAGE) for _ in range(100)])
    return lambda: client.default.send_message(body=one), lambda: client.default.send_message(body=many)


RIVALS: dict[str, Callable[[str], Calls]] = {
    "raw httpx2": raw,
    "smsproof_sdk": sdk,
    "openapi-python-client": openapi_python_client,
    "datamodel-code-generator's client": datamodel_client,
}


def generate_peers() -> None:
    """The peers' clients of the same contract, made once."""
    peers = FOLDER / "peers"
    sys.path.append(str(peers))
    if peers.exists():
        return
    peers.mkdir()
    binaries = Path(sys.executable).parent
    names = {"project_name_override": "opc_client", "package_name_override": "opc_client"}
    (peers / "opc.json").write_text(json.dumps(names))
    opc = [binaries / "openapi-python-client", "generate", "--path", CONTRACT, "--config", "opc.json", "--meta", "none"]
    dcg = [
        binaries / "datamodel-codegen",
        "--input",
        CONTRACT,
        "--input-file-type",
        "openapi",
        "--output",
        "dcg_models.py",
    ]
    dcg += ["--generate-client", "httpx2", "--client-output", "dcg_client", "--client-package", "dcg_client"]
    dcg += ["--client-model-package", "dcg_models", "--preset", "standard-py311-20261027", "--formatters", "builtin"]
    for command in ([*opc, "--output-path", "opc_client"], dcg):
        try:
            subprocess.run(command, cwd=peers, capture_output=True, check=False, env=_with_path(binaries))
        except OSError:
            continue  # not installed: its rows say so


def _with_path(binaries: Path) -> dict[str, str]:
    return {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"}


def sync_rows(url: str) -> None:
    calls: dict[str, Calls] = {}
    missing: dict[str, str] = {}
    for name, rival in RIVALS.items():
        try:
            calls[name] = rival(url)
            for call in calls[name]:
                call()
        except Exception as error:
            missing[name] = type(error).__name__
            calls.pop(name, None)
    for at, what, bar in ((0, "one message", 1.10), (1, "list of 100", 1.60)):
        seconds = race([Rival(name, lap(one[at])) for name, one in calls.items()])
        own, base = seconds["smsproof_sdk"], seconds["raw httpx2"]
        row(f"{what}: raw httpx2", f"{base * 1e6:,.0f} us")
        row(f"{what}: smsproof_sdk / raw httpx2", f"{own / base:.2f} x", f"at most {bar:.2f} x", own / base <= bar)
        for name in list(RIVALS)[2:]:
            if name in missing:
                not_run(f"{what}: {name} / raw httpx2", missing[name])
            else:
                row(
                    f"{what}: {name} / raw httpx2",
                    f"{seconds[name] / base:.2f} x",
                    "above smsproof_sdk",
                    own < seconds[name],
                )


def async_rows(url: str) -> None:
    import httpx2

    from smsproof_sdk.intelepeer import AsyncIntelePeer, Message

    fields = {"from_" if key == "from" else key: value for key, value in MESSAGE.items()}

    async def crowd(call: Callable[[], Awaitable[object]]) -> float:
        async def one() -> None:
            for _ in range(5):
                await call()

        start = time.process_time()
        await asyncio.gather(*(one() for _ in range(TASKS)))
        return (time.process_time() - start) / TASKS / 5

    async def measure() -> dict[str, float]:
        async with (
            httpx2.AsyncClient(trust_env=False) as plain,
            AsyncIntelePeer("token", base_url=url, timeout=60, deadline=60) as own,
        ):

            async def by_hand() -> Any:
                return (await plain.post(url + PATH, json=MESSAGE, headers=HEADERS, timeout=60)).json()

            rivals = {"raw httpx2": by_hand, "smsproof_sdk": lambda: own.send(Message(**fields))}
            laps: dict[str, list[float]] = {name: [] for name in rivals}
            for turn in range(8):
                for name, call in rivals.items():
                    seconds = await crowd(call)
                    if turn:
                        laps[name].append(seconds)
            return {name: sorted(found)[len(found) // 2] for name, found in laps.items()}

    seconds = asyncio.run(measure())
    rate = seconds["raw httpx2"] / seconds["smsproof_sdk"]
    row(f"{TASKS} tasks: raw httpx2, calls per CPU second", f"{1 / seconds['raw httpx2']:,.0f}")
    row(f"{TASKS} tasks: smsproof_sdk / raw httpx2", f"{rate:.2f} x", "at least 1 x", rate >= 1)


def generation_rows() -> None:
    try:
        from datamodel_code_generator import InputFileType, generate
        from datamodel_code_generator.format import Formatter
    except ImportError:
        not_run("both SDKs / datamodel-code-generator's models", "datamodel-code-generator is not installed")
        return
    from smsproof_generator import reading
    from smsproof_generator.document import Document
    from smsproof_generator.packaging import checkout_tree, sdk_tree

    texts = [(VENDORS / name / "contract.json").read_text() for name in ("intelepeer", "messangi")]

    def models() -> object:
        options: dict[str, Any] = {"input_file_type": InputFileType.OpenAPI, "preset": "standard-py311-20261027"}
        return [generate(text, formatters=[Formatter.BUILTIN], **options) for text in texts]

    def both() -> dict[str, str]:
        documents = [(json.loads(text), module) for text, module in zip(texts, modules, strict=True)]
        return sdk_tree([reading.read(Document(root, module), module=module) for root, module in documents])

    modules = ("smsproof_sdk.intelepeer", "smsproof_sdk.messangi")
    models()
    tree = both()
    seconds = race([Rival("models", lap(models)), Rival("both", lap(both))])
    ratio = seconds["both"] / seconds["models"]
    row("datamodel-code-generator's models of both", f"{seconds['models'] * 1e3:,.0f} ms")
    row("both SDKs from their contracts / its models", f"{ratio:.2f} x", "under 2 x", ratio < 2)
    bundled = min(lap(lambda: checkout_tree(VENDORS, write=False))() for _ in range(2))
    row("both, the contracts read from YAML first", f"{bundled * 1e3:,.0f} ms")
    for vendor in ("intelepeer", "messangi"):
        lines = sum(
            text.count("\n")
            for path, text in tree.items()
            if path.startswith(f"smsproof_sdk/{vendor}/") and path.endswith(".py")
        )
        row(f"generated lines of {vendor}", f"{lines:,}", "under 1,000", lines < 1000)
    runtime = sum(text.count("\n") for path, text in tree.items() if "_runtime" in path)
    row("lines of the runtime that both share", f"{runtime:,}")


def main() -> None:
    enter(PEERS, FOLDER)
    generate_peers()
    print(f"Python {sys.version.split()[0]}; CPU time of the client, median of 7\n")
    with served() as url:
        sync_rows(url)
        async_rows(url)
    generation_rows()


if __name__ == "__main__":
    main()
