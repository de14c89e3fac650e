"""A right client on a library that people use: `libraries_client.py requests|httpx`; it ends at the first error, exit code 1."""

import json
import os
import sys
from pathlib import Path

BASE_URL, TOKEN, VENDOR = (os.environ[f"SMSPROOF_{name}"] for name in ("BASE_URL", "TOKEN", "VENDOR"))
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
SEND = "/raven/v2/messages" if VENDOR == "messangi" else "/_rest/v4/app/sms/send"
WEBHOOK = "/_rest/v4/my/did/sms/webhook"

if sys.argv[1] == "requests":
    import requests

    session = requests.Session()
    session.headers.update(HEADERS)

    def call(method, path, **words):
        return session.request(method, BASE_URL + path, timeout=1, allow_redirects=False, **words)
else:
    import httpx

    session = httpx.Client(base_url=BASE_URL, headers=HEADERS, timeout=1, trust_env=False)

    def call(method, path, **words):
        return session.request(method, path, **words)


def do(step):
    args = dict(step["args"])
    if "callbacks" in args:
        args["callbacks"] = ",".join(args["callbacks"])
    match step["do"]:
        case "send":
            return call("POST", SEND, json=args)
        case "send_many":
            return call("POST", SEND, json=args["messages"])
        case "batch":
            return call("POST", "/raven/v3/messages/batch", json=args)
        case "set_webhook":
            return call("POST", WEBHOOK, json=args)
        case _:
            return call("GET", WEBHOOK, params={"endpoint": args["endpoint"]})


for step in json.loads(Path(os.environ["SMSPROOF_SCENARIO"]).read_text(encoding="utf-8"))["steps"]:
    answer = do(step)
    answer.raise_for_status()
    value = answer.json()
    if step["do"] == "send":
        if VENDOR == "messangi" and value["data"]["status"] == "ERROR":
            print(json.dumps({"step": step["step"], "failed": [0]}))
            continue
        print(json.dumps({"step": step["step"], "ids": [value["refid"] if "refid" in value else value["data"]["id"]]}))
