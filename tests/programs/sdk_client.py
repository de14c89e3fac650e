"""The generated SDKs as programs: `sdk_client.py sync` or `sdk_client.py async`, vendor by the environment."""

import asyncio
import json
import os
import sys
from pathlib import Path

from smsproof_sdk import intelepeer, messangi

VENDOR = os.environ["SMSPROOF_VENDOR"]
OPTIONS = {"base_url": os.environ["SMSPROOF_BASE_URL"], "timeout": 1.0}
TOKEN = os.environ["SMSPROOF_TOKEN"]
SDK = {"intelepeer": intelepeer, "messangi": messangi}[VENDOR]


class TooLong(Exception):
    """The preview says that Messangi would not send it: more than ten segments (AMB-MS-21)."""


def sendable(message):
    """The message, once its preview was looked at: the SDK shows the cost of a text and leaves the choice to its user."""
    if VENDOR == "messangi" and messangi.Messangi.preview(message)[0].documented_segments > 10:
        raise TooLong
    return message


def calls(client, do, args):
    """The call that a step asks for: its result, or an awaitable of it."""
    match do:
        case "send":
            return client.send(sendable(SDK.Message.model_validate(args)))
        case "send_many":
            return client.send([SDK.Message.model_validate(message) for message in args["messages"]])
        case "batch":
            return client.send_batch(messangi.Batch.model_validate(args))
        case "set_webhook":
            return client.set_webhook(intelepeer.WebhookSettings.model_validate(args))
        case _:
            return client.get_webhook(args["endpoint"])


def line(do, result):
    """What to print of a result."""
    if isinstance(result, (SDK.MaybeSent, SDK.SentUnreadable)):
        return {"ids": [], "failed": [], "unknown": True}
    if isinstance(result, (SDK.SdkError, TooLong)):
        return {"ids": [], "failed": [0]}
    if do == "send":
        return {"ids": [result.id], "failed": []}
    return {"ids": list(result.ids), "failed": [failed.index for failed in result.failed]}


def tell(step, result):
    if step["do"] not in ("set_webhook", "get_webhook"):
        print(json.dumps({"step": step["step"], **line(step["do"], result)}), flush=True)


def blocking(steps):
    with {"intelepeer": intelepeer.IntelePeer, "messangi": messangi.Messangi}[VENDOR](TOKEN, **OPTIONS) as client:
        for step in steps:
            try:
                result = calls(client, step["do"], step["args"])
            except (SDK.SdkError, TooLong) as error:
                result = error
            tell(step, result)


async def awaiting(steps):
    make = {"intelepeer": intelepeer.AsyncIntelePeer, "messangi": messangi.AsyncMessangi}[VENDOR]
    async with make(TOKEN, **OPTIONS) as client:
        for step in steps:
            try:
                result = await calls(client, step["do"], step["args"])
            except (SDK.SdkError, TooLong) as error:
                result = error
            tell(step, result)


if __name__ == "__main__":
    steps = json.loads(Path(os.environ["SMSPROOF_SCENARIO"]).read_text(encoding="utf-8"))["steps"]
    if sys.argv[1] == "async":
        asyncio.run(awaiting(steps))
    else:
        blocking(steps)
