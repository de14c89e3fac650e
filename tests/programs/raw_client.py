"""A right client on bare sockets, HTTP as few people write it: chunked bodies, Expect: 100-continue, absolute targets.

Steps run side by side; it prints what is no JSON, and bytes that are no UTF-8.
"""

import json
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlsplit

BASE_URL, TOKEN, VENDOR = (os.environ[f"SMSPROOF_{name}"] for name in ("BASE_URL", "TOKEN", "VENDOR"))
PARTS = urlsplit(BASE_URL)
HABITS = set(sys.argv[1:])


def call(method, path, body=None):
    target = (BASE_URL if "absolute" in HABITS else PARTS.path) + path
    head = [
        f"{method} {target} HTTP/1.1",
        f"host: {PARTS.netloc}",
        f"AUTHORIZATION: bearer {TOKEN}",
        "connection: close",
    ]
    data = b"" if body is None else json.dumps(body, indent=2, sort_keys=True).encode()
    if body is not None:
        head += ["content-type: Application/JSON;charset=UTF-8", "transfer-encoding: chunked", "expect: 100-continue"]
    with socket.create_connection((PARTS.hostname, PARTS.port), timeout=1) as peer:
        peer.sendall("\r\n".join([*head, "", ""]).encode())
        if body is not None:
            peer.recv(1024)  # 100 Continue
            for start in range(0, len(data), 50):
                piece = data[start : start + 50]
                peer.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            peer.sendall(b"0\r\n\r\n")
        while peer.recv(65536):
            pass


def do(step):
    args = dict(step["args"])
    if "callbacks" in args:
        args["callbacks"] = ",".join(args["callbacks"])
    send = "/raven/v2/messages" if VENDOR == "messangi" else "/_rest/v4/app/sms/send"
    webhook = "/_rest/v4/my/did/sms/webhook"
    try:
        match step["do"]:
            case "send":
                call("POST", send, args)
            case "send_many":
                call("POST", send, args["messages"])
            case "batch":
                call("POST", "/raven/v3/messages/batch", args)
            case "set_webhook":
                for endpoint in args["endpoints"]:
                    call("POST", webhook, {"webhook": args["webhook"], "endpoints": [endpoint]})
            case _:
                call("GET", f"{webhook}?endpoint={quote(args['endpoint'], safe='')}")
    except OSError as lost:
        print(f"lost: {lost}")
    sys.stdout.buffer.write(b'\xff\xfe{"step": 1}\n[]\n')


steps = json.loads(Path(os.environ["SMSPROOF_SCENARIO"]).read_text(encoding="utf-8"))["steps"]
with ThreadPoolExecutor(6) as pool:
    list(pool.map(do, steps))
sys.exit(3)
