"""A right client on urllib, with habits: `urllib_client.py HABIT...`. Each habit is one that a right client may have.

charset         says `application/json; charset=utf-8`
escaped         writes JSON in ASCII escapes, keys sorted
lower           writes `%2b` for the plus sign of a number to read
encoded         percent-encodes every character of it
body-on-get     sends `{}` with a GET, as the vendor's own sample does
one-by-one      sends many as single sends
in-twos         sends many in lists of two
list-of-one     sends a single message as a list of one
chooses         leaves out of a batch what it knows to be no number
params-as-text  writes the numbers that fill a batch's placeholders as texts
preflight       asks with OPTIONS in front of each call, as a browser does of its own accord
quiet           prints nothing
unknown         prints `unknown` for what was not answered with success
first-only      does the first step and ends
"""

import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

BASE_URL, TOKEN, VENDOR = (os.environ[f"SMSPROOF_{name}"] for name in ("BASE_URL", "TOKEN", "VENDOR"))
HABITS = set(sys.argv[1:])


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))


def call(method, path, body=None):
    """Status and JSON of the answer; 0 and None without one."""
    data = None
    headers = {"Authorization": f"Bearer {TOKEN}"}
    if body is not None:
        kind = "application/json; charset=utf-8" if "charset" in HABITS else "application/json"
        headers["Content-Type"] = kind
        ascii_only = "escaped" in HABITS
        data = json.dumps(body, ensure_ascii=ascii_only, sort_keys=ascii_only).encode()
    if "preflight" in HABITS and method != "OPTIONS":
        call("OPTIONS", path)
    request = urllib.request.Request(BASE_URL + path, data, headers, method=method)
    try:
        with OPENER.open(request, timeout=1) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, None
    except (OSError, ValueError):
        return 0, None


def single(message):
    if VENDOR == "messangi":
        if len(message["text"]) > 1600:
            return [], [0], False
        wire = {**message, **({"callbacks": ",".join(message["callbacks"])} if "callbacks" in message else {})}
        status, answer = call("POST", "/raven/v2/messages", wire)
        accepted = status == 200 and answer["data"]["status"] != "ERROR"
        return ([answer["data"]["id"]] if accepted else []), ([] if accepted or not status else [0]), not status
    if "list-of-one" in HABITS:
        return many([message])
    status, answer = call("POST", "/_rest/v4/app/sms/send", message)
    return ([answer["refid"]] if status == 202 else []), ([] if status in (0, 202) else [0]), not status


def many(messages):
    status, answer = call("POST", "/_rest/v4/app/sms/send", messages)
    if status != 207:
        return [], [] if not status else list(range(len(messages))), not status
    items = answer["responses"]
    return (
        [item["refid"] for item in items if item["code"] == 202],
        [place for place, item in enumerate(items) if item["code"] != 202],
        False,
    )


def in_lists(messages, size, send):
    ids, failed, unknown = [], [], False
    for start in range(0, len(messages), size):
        part_ids, part_failed, part_unknown = send(messages[start : start + size])
        ids += part_ids
        failed += [start + place for place in part_failed]
        unknown = unknown or part_unknown
    return ids, failed, unknown


def send_many(args):
    if "one-by-one" in HABITS or VENDOR == "messangi":
        return in_lists(args["messages"], 1, lambda part: single(part[0]))
    return in_lists(args["messages"], 2 if "in-twos" in HABITS else len(args["messages"]), many)


def set_webhook(args):
    call("POST", "/_rest/v4/my/did/sms/webhook", args)


def get_webhook(args):
    number = args["endpoint"].replace("+", "%2b" if "lower" in HABITS else "%2B")
    if "encoded" in HABITS:
        number = "".join(f"%{ord(char):02X}" for char in args["endpoint"])
    call("GET", f"/_rest/v4/my/did/sms/webhook?endpoint={number}", {} if "body-on-get" in HABITS else None)


def batch(args):
    left_out = [place for place, entry in enumerate(args["to"]) if entry["to"].startswith("+0") and "chooses" in HABITS]
    sent = [entry for place, entry in enumerate(args["to"]) if place not in left_out]
    if "params-as-text" in HABITS:
        sent = [{**entry, "params": [str(value) for value in entry["params"]]} for entry in sent]
    status, answer = call("POST", "/raven/v3/messages/batch", {**args, "to": sent})
    if status != 200:
        return [], list(range(len(args["to"]))), not status
    wrong = {number.lstrip("+") for number in answer["data"].get("invalidNumber") or []}
    refused = [place for place, entry in enumerate(args["to"]) if entry["to"].lstrip("+") in wrong]
    return [entry["id"] for entry in answer["data"]["ids"]], sorted({*refused, *left_out}), False


DO = {"send": single, "send_many": send_many, "set_webhook": set_webhook, "get_webhook": get_webhook, "batch": batch}

steps = json.loads(Path(os.environ["SMSPROOF_SCENARIO"]).read_text(encoding="utf-8"))["steps"]
for step in steps[: 1 if "first-only" in HABITS else None]:
    outcome = DO[step["do"]](step["args"])
    if outcome is None or "quiet" in HABITS:
        continue
    ids, failed, unknown = outcome
    line = {"step": step["step"], "ids": ids, "failed": failed}
    if "unknown" in HABITS and not ids:
        line = {"step": step["step"], "ids": [], "failed": [], "unknown": True}
    elif unknown:
        line["failed"] = []
    print(json.dumps(line), flush=True)
