"""Small clients for the fault matrix: one right for each vendor, the others wrong in one way each, by name.

`python -m smsproof_conformance.clients.miniatures NAME` runs one as the program of `smsproof client`. Each wrong one
overrides one step of the right one.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode, urlsplit

from smsproof_conformance.records.exchange import is_object

SEND = "/_rest/v4/app/sms/send"
WEBHOOK = "/_rest/v4/my/did/sms/webhook"
MESSAGES = "/raven/v2/messages"
BATCH = "/raven/v3/messages/batch"


@dataclass(frozen=True)
class Got:
    """An answer; status 0 when there was none."""

    status: int
    body: Any
    location: str | None = None


class Client:
    """Does each step of a scenario once, and prints what became of it."""

    again_after: ClassVar[frozenset[int]] = frozenset()
    follows_redirects: ClassVar[bool] = False

    def __init__(self) -> None:
        self.base_url = os.environ["SMSPROOF_BASE_URL"]
        self.token = os.environ["SMSPROOF_TOKEN"]

    def run(self, steps: list[dict[str, Any]]) -> None:
        for step in steps:
            line = getattr(self, step["do"])(step["args"])
            if line is not None:
                print(json.dumps({"step": step["step"], **line}), flush=True)

    def call(self, method: str, path: str, body: Any = None) -> Got:
        got = self.request(method, self.base_url + path, self.encode(body))
        if got.status in self.again_after:
            got = self.request(method, self.base_url + path, self.encode(body))
        if self.follows_redirects and got.location:
            self.request("GET" if got.status == 303 else method, got.location, self.encode(body))
        return got

    def request(self, method: str, url: str, data: bytes | None) -> Got:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=2)
        try:
            headers = self.headers(data)
            connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), data, headers)
            answer = connection.getresponse()
            content = answer.read()
            return Got(answer.status, json.loads(content) if content else None, answer.getheader("Location"))
        except OSError:
            return Got(0, None)
        finally:
            connection.close()

    def headers(self, data: bytes | None) -> dict[str, str]:
        headers = {"Accept": "application/json", **self.authorization()}
        return headers if data is None else {**headers, "Content-Type": "application/json"}

    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def encode(self, body: Any) -> bytes | None:
        return None if body is None else json.dumps(body, ensure_ascii=False).encode()


# -- IntelePeer ------------------------------------------------------------------------------------------------------


class RightIntelePeer(Client):
    """Sends as the pages ask."""

    send_path: ClassVar[str] = SEND
    bulk_path: ClassVar[str] = SEND
    webhook_path: ClassVar[str] = WEBHOOK

    def send(self, args: Mapping[str, Any]) -> dict[str, Any]:
        got = self.call("POST", self.send_path, self.single(dict(args)))
        if got.status == 202:
            return {"ids": [got.body["refid"]], "failed": []}
        return {"ids": [], "failed": [], "unknown": True} if got.status == 0 else {"ids": [], "failed": [0]}

    def single(self, message: dict[str, Any]) -> Any:
        return message

    def send_many(self, args: Mapping[str, Any]) -> dict[str, Any]:
        got = self.call("POST", self.bulk_path, self.many([dict(message) for message in args["messages"]]))
        return self.read_many(got)

    def many(self, messages: list[dict[str, Any]]) -> Any:
        return [self.single(message) for message in messages]

    def read_many(self, got: Got) -> dict[str, Any]:
        items: list[dict[str, Any]] = got.body["responses"] if got.status == 207 else []
        return {
            "ids": [item["refid"] for item in items if item["code"] == 202],
            "failed": [place for place, item in enumerate(items) if item["code"] != 202],
        }

    def set_webhook(self, args: Mapping[str, Any]) -> None:
        self.call("POST", self.webhook_path, self.settings(dict(args)))

    def settings(self, body: dict[str, Any]) -> dict[str, Any]:
        return body

    def get_webhook(self, args: Mapping[str, Any]) -> None:
        self.call(self.reading(), f"{WEBHOOK}?{self.query(args['endpoint'])}")

    def reading(self) -> str:
        return "GET"

    def query(self, endpoint: str) -> str:
        return "endpoint=" + quote(endpoint, safe="-")


class DropsThePrefix(RightIntelePeer):
    def __init__(self) -> None:
        super().__init__()
        parts = urlsplit(self.base_url)
        self.base_url = f"{parts.scheme}://{parts.netloc}"


class OldPath(RightIntelePeer):
    send_path = "/_rest/v3/app/sms/send"


class OwnBulkPath(RightIntelePeer):
    bulk_path = "/_rest/v4/app/sms/bulk"


class OldWebhookPath(RightIntelePeer):
    webhook_path = "/_rest/v4/my/did/webhook"


class ReadsByPut(RightIntelePeer):
    def reading(self) -> str:
        return "PUT"


class NoToken(RightIntelePeer):
    def authorization(self) -> dict[str, str]:
        return {}


class BareToken(RightIntelePeer):
    def authorization(self) -> dict[str, str]:
        return {"Authorization": self.token}


class FormBody(RightIntelePeer):
    def encode(self, body: Any) -> bytes | None:
        return urlencode(body).encode() if is_object(body) else super().encode(body)


class TextPlain(RightIntelePeer):
    def headers(self, data: bytes | None) -> dict[str, str]:
        return super().headers(data) | ({"Content-Type": "text/plain"} if data else {})


class SendsAString(RightIntelePeer):
    def single(self, message: dict[str, Any]) -> Any:
        return json.dumps(message)

    def many(self, messages: list[dict[str, Any]]) -> Any:
        return messages


def losing(key: str, change: Callable[[str], str]) -> type[RightIntelePeer]:
    """A client that changes an address before it sends it."""

    class Changing(RightIntelePeer):
        def single(self, message: dict[str, Any]) -> Any:
            return message | {key: change(message[key])}

    return Changing


class NoGuid(RightIntelePeer):
    def single(self, message: dict[str, Any]) -> Any:
        return {name: value for name, value in message.items() if name != "guid"}


class SendsTwice(RightIntelePeer):
    def send(self, args: Mapping[str, Any]) -> dict[str, Any]:
        if "unavailable" not in args["text"] and "lost" not in args["text"]:
            super().send(args)
        return super().send(args)


class RetriesErrors(RightIntelePeer):
    again_after = frozenset({0, 429, 503})


class RetriesAfterRetryAfter(RightIntelePeer):
    again_after = frozenset({429})


class FollowsRedirects(RightIntelePeer):
    follows_redirects = True


class WrapsTheList(RightIntelePeer):
    def many(self, messages: list[dict[str, Any]]) -> Any:
        return {"messages": messages}


class TakesA207ForSuccess(RightIntelePeer):
    def read_many(self, got: Got) -> dict[str, Any]:
        return super().read_many(got) | {"failed": []}


class LosesIdsOfA207(RightIntelePeer):
    def read_many(self, got: Got) -> dict[str, Any]:
        return {"ids": [], "failed": list(range(5))}


class OneEndpointAsString(RightIntelePeer):
    def settings(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"endpoints": [endpoint.removeprefix("+") for endpoint in body["endpoints"]]}


class MoreKeys(RightIntelePeer):
    def settings(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"enabled": True}


class BarePlus(RightIntelePeer):
    def query(self, endpoint: str) -> str:
        return f"endpoint={endpoint}"


class NoCountryCode(RightIntelePeer):
    def query(self, endpoint: str) -> str:
        return f"endpoint=%2B{endpoint[2:]}"


class MoreParameters(RightIntelePeer):
    def query(self, endpoint: str) -> str:
        return super().query(endpoint) + "&format=json"


# -- Messangi --------------------------------------------------------------------------------------------------------


class RightMessangi(Client):
    """Sends as the page asks; refuses what is too long before it is sent."""

    send_path: ClassVar[str] = MESSAGES
    batch_path: ClassVar[str] = BATCH

    def send(self, args: Mapping[str, Any]) -> dict[str, Any]:
        if self.too_long(args["text"]):
            return {"ids": [], "failed": [0]}
        got = self.call("POST", self.send_path, self.joined(dict(args)))
        if got.status == 0:
            return {"ids": [], "failed": [], "unknown": True}
        return self.read_single(got)

    def too_long(self, text: str) -> bool:
        return len(text) > 1600

    def joined(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | ({"callbacks": ",".join(body["callbacks"])} if "callbacks" in body else {})

    def read_single(self, got: Got) -> dict[str, Any]:
        if got.status == 200 and got.body["data"]["status"] != "ERROR":
            return {"ids": [got.body["data"]["id"]], "failed": []}
        return {"ids": [], "failed": [0]}

    def send_many(self, args: Mapping[str, Any]) -> dict[str, Any]:
        lines = [self.send(message) for message in args["messages"]]
        return {
            "ids": [id_ for line in lines for id_ in line["ids"]],
            "failed": [place for place, line in enumerate(lines) if line["failed"]],
        }

    def batch(self, args: Mapping[str, Any]) -> dict[str, Any]:
        got = self.call("POST", self.batch_path, self.joined(self.shaped(dict(args))))
        return self.read_batch(got, args)

    def shaped(self, body: dict[str, Any]) -> dict[str, Any]:
        return body

    def read_batch(self, got: Got, args: Mapping[str, Any]) -> dict[str, Any]:
        if got.status != 200:
            return {"ids": [], "failed": list(range(len(args["to"])))}
        data = got.body["data"]
        wrong: list[str] = data.get("invalidNumber") or []
        return {
            "ids": [entry["id"] for entry in data["ids"]],
            "failed": [place for place, entry in enumerate(args["to"]) if entry["to"] in wrong],
        }


class V3Path(RightMessangi):
    send_path = "/messages"


class ShortBatchPath(RightMessangi):
    batch_path = "/messages/batch"


class NoKey(RightMessangi):
    def authorization(self) -> dict[str, str]:
        return {}


class BareKey(RightMessangi):
    def authorization(self) -> dict[str, str]:
        return {"Authorization": self.token}


class FormPost(RightMessangi):
    def encode(self, body: Any) -> bytes | None:
        return urlencode(body).encode()


class AcceptsXml(RightMessangi):
    def headers(self, data: bytes | None) -> dict[str, str]:
        return super().headers(data) | {"Accept": "application/xml"}


class NumberAsSender(RightMessangi):
    def joined(self, body: dict[str, Any]) -> dict[str, Any]:
        return super().joined(body) | {"from": int(body["from"])}


class CallbacksAsList(RightMessangi):
    def joined(self, body: dict[str, Any]) -> dict[str, Any]:
        return body


class LosesAccents(RightMessangi):
    def joined(self, body: dict[str, Any]) -> dict[str, Any]:
        return super().joined(body) | {"text": body["text"].replace("\u00e1", "a")}


class LosesClientId(RightMessangi):
    def joined(self, body: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in super().joined(body).items() if name != "clientId"}


class LoopsOverABatch(RightMessangi):
    def batch(self, args: Mapping[str, Any]) -> dict[str, Any]:
        lines = [super(LoopsOverABatch, self).batch({**args, "to": [entry]}) for entry in args["to"]]
        return {"ids": [id_ for line in lines for id_ in line["ids"]], "failed": [2]}


class PastesThePage(RightMessangi):
    def shaped(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"to": [{"to:": entry["to"], "params": entry["params"]} for entry in body["to"]]}


class ParamsAsObject(RightMessangi):
    def shaped(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {
            "to": [{"to": e["to"], "params": {str(n): p for n, p in enumerate(e["params"])}} for e in body["to"]]
        }


class TypeInside(RightMessangi):
    def shaped(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"to": [{**entry, "type": "MT"} for entry in body["to"]]}


class FlatParser(RightMessangi):
    """Looks for a flat envelope, as a well-known client did at first: every success is a failure to it."""

    def too_long(self, text: str) -> bool:
        return False

    def read_single(self, got: Got) -> dict[str, Any]:
        accepted = is_object(got.body) and got.body.get("status") == "ACCEPTED"
        return {"ids": [got.body["messageId"]] if accepted else [], "failed": [] if accepted else [0]}


class TakesA200ForSuccess(RightMessangi):
    def too_long(self, text: str) -> bool:
        return False

    def read_single(self, got: Got) -> dict[str, Any]:
        return {"ids": [str(got.body["data"].get("id"))] if got.status == 200 else [], "failed": []}


class SendsAnyLength(RightMessangi):
    def too_long(self, text: str) -> bool:
        return False


class RetriesPosts(RightMessangi):
    again_after = frozenset({0, 429, 503})


class FollowsMoves(RightMessangi):
    follows_redirects = True


@dataclass(frozen=True)
class Miniature:
    """One client of the matrix: what it is called, what it breaks (nothing: it is right), what it is."""

    name: str
    vendor: str
    breaks: tuple[str, ...]
    make: type[Client]


_IP: Final[tuple[tuple[str, tuple[str, ...], type[Client]], ...]] = (
    ("right-intelepeer-client", (), RightIntelePeer),
    ("client-drops-the-prefix", ("IP-SEND-01",), DropsThePrefix),
    ("client-old-path", ("IP-SEND-01",), OldPath),
    ("client-own-bulk-path", ("IP-BULK-01",), OwnBulkPath),
    ("client-old-webhook-path", ("IP-HOOK-01",), OldWebhookPath),
    ("client-reads-by-another-method", ("IP-HOOKGET-01",), ReadsByPut),
    ("client-no-token", ("IP-GEN-01",), NoToken),
    ("client-bare-token", ("IP-GEN-02",), BareToken),
    ("client-form-body", ("IP-GEN-03",), FormBody),
    ("client-text-plain", ("IP-GEN-03",), TextPlain),
    ("client-sends-a-string", ("IP-SEND-02",), SendsAString),
    ("client-short-code-without-country", ("IP-SEND-08",), losing("from", lambda s: s.removeprefix("1-"))),
    ("client-long-code-without-plus", ("IP-SEND-09",), losing("from", lambda s: s.removeprefix("+"))),
    ("client-alphanumeric-without-country", ("IP-SEND-10",), losing("from", lambda s: s.removeprefix("57-"))),
    ("client-destination-without-plus", ("IP-SEND-11",), losing("to", lambda s: s.removeprefix("+"))),
    ("client-loses-guid", ("IP-HOUSE-16",), NoGuid),
    ("client-sends-twice", ("IP-SEND-27", "IP-SEND-28"), SendsTwice),
    ("client-retries-posts", ("IP-HOUSE-07",), RetriesErrors),
    ("client-obeys-retry-after", ("IP-HOUSE-07",), RetriesAfterRetryAfter),
    ("client-follows-redirects", ("IP-HOUSE-06",), FollowsRedirects),
    ("client-wraps-the-list", ("IP-BULK-02",), WrapsTheList),
    ("client-takes-207-for-success", ("IP-BULK-14",), TakesA207ForSuccess),
    ("client-loses-ids-of-a-207", ("IP-BULK-14",), LosesIdsOfA207),
    ("client-endpoint-without-plus", ("IP-HOOK-05",), OneEndpointAsString),
    ("client-webhook-with-more-keys", ("IP-HOOK-23",), MoreKeys),
    ("client-bare-plus", ("IP-HOOKGET-02",), BarePlus),
    ("client-number-without-country", ("IP-HOOKGET-03",), NoCountryCode),
    ("client-more-parameters", ("IP-HOOKGET-04",), MoreParameters),
)
_MS: Final[tuple[tuple[str, tuple[str, ...], type[Client]], ...]] = (
    ("right-messangi-client", (), RightMessangi),
    ("client-short-path", ("MS-SEND-01",), V3Path),
    ("client-short-batch-path", ("MS-BATCH-01",), ShortBatchPath),
    ("client-no-key", ("MS-GEN-02",), NoKey),
    ("client-bare-key", ("MS-GEN-03",), BareKey),
    ("client-form-post", ("MS-GEN-04",), FormPost),
    ("client-accepts-xml", ("MS-GEN-05",), AcceptsXml),
    ("client-number-as-sender", ("MS-SEND-05",), NumberAsSender),
    ("client-callbacks-as-list", ("MS-SEND-10",), CallbacksAsList),
    ("client-loses-accents", ("MS-SEND-15",), LosesAccents),
    ("client-loses-client-id", ("MS-HOUSE-06",), LosesClientId),
    ("client-loops-over-a-batch", ("MS-BATCH-02",), LoopsOverABatch),
    ("client-pastes-the-page", ("MS-BATCH-06",), PastesThePage),
    ("client-params-as-object", ("MS-BATCH-13",), ParamsAsObject),
    ("client-type-inside", ("MS-BATCH-12",), TypeInside),
    ("client-flat-parser", ("MS-RESP-17",), FlatParser),
    ("client-takes-200-for-success", ("MS-RESP-17",), TakesA200ForSuccess),
    ("client-sends-any-length", ("MS-TEXT-07",), SendsAnyLength),
    ("client-retries-messangi-posts", ("MS-HOUSE-05",), RetriesPosts),
    ("client-follows-moves", ("MS-HOUSE-04",), FollowsMoves),
)
CLIENTS: Final[Mapping[str, Miniature]] = {
    name: Miniature(name, vendor, breaks, make)
    for vendor, rows in (("intelepeer", _IP), ("messangi", _MS))
    for name, breaks, make in rows
}

if __name__ == "__main__":
    CLIENTS[sys.argv[1]].make().run(
        json.loads(Path(os.environ["SMSPROOF_SCENARIO"]).read_text(encoding="utf-8"))["steps"]
    )
