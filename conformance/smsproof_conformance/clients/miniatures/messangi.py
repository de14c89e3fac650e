"""Small clients of Messangi: one right, the others wrong in one way each."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from smsproof_conformance.clients.miniatures.client import Client, Got, Miniature, is_object

MESSAGES: Final = "/raven/v2/messages"
BATCH: Final = "/raven/v3/messages/batch"


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
        return super().joined(body) | ({"from": int(body["from"])} if body["from"].isdigit() else {})


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


class RetriesPosts(RightMessangi):
    again_after = frozenset({0, 429, 503})


class FollowsMoves(RightMessangi):
    follows_redirects = True


class SendsTwice(RightMessangi):
    def send(self, args: Mapping[str, Any]) -> dict[str, Any]:
        if "text demo" in args["text"]:
            super().send(args)
        return super().send(args)


class AddsALine(RightMessangi):
    """Adds what the law of some countries asks for, and looks at the length before."""

    def joined(self, body: dict[str, Any]) -> dict[str, Any]:
        return super().joined(body) | {"text": body["text"] + " Reply STOP to opt out."}


class SendsABatchAsSingles(RightMessangi):
    def batch(self, args: Mapping[str, Any]) -> dict[str, Any]:
        ids: list[str] = []
        for entry in args["to"]:
            text = args["text"]
            for number, value in enumerate(entry["params"]):
                text = text.replace(f"{{{number}}}", str(value))
            ids += self.send({"from": args["from"], "to": entry["to"], "text": text})["ids"]
        return {"ids": ids}


class ReceiptAsText(RightMessangi):
    def joined(self, body: dict[str, Any]) -> dict[str, Any]:
        return super().joined(body) | ({"requestDR": str(body["requestDR"]).lower()} if "requestDR" in body else {})


class TakesABatchForSent(RightMessangi):
    def read_batch(self, got: Got, args: Mapping[str, Any]) -> dict[str, Any]:
        return super().read_batch(got, args) | {"failed": []}


class ComposesLetters(RightMessangi):
    """Normalises what it sends: another text to whoever compares it, and sometimes to whoever reads it."""

    def joined(self, body: dict[str, Any]) -> dict[str, Any]:
        return super().joined(body) | {"text": unicodedata.normalize("NFKC", body["text"])}


class ShiftsParams(RightMessangi):
    """Writes to each recipient what the next one was to read."""

    def shaped(self, body: dict[str, Any]) -> dict[str, Any]:
        params = [entry["params"] for entry in body["to"]]
        return body | {
            "to": [{**entry, "params": params[place - 1]} for place, entry in enumerate(body["to"])],
        }


class RoundsParams(RightMessangi):
    def shaped(self, body: dict[str, Any]) -> dict[str, Any]:
        rounded = [[int(p) if isinstance(p, float) else p for p in entry["params"]] for entry in body["to"]]
        return body | {"to": [{**entry, "params": params} for entry, params in zip(body["to"], rounded, strict=True)]}


class DoublesARecipient(RightMessangi):
    def shaped(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"to": [*body["to"], body["to"][0]]}


class LosesARecipient(RightMessangi):
    def shaped(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"to": body["to"][1:]}


class ReceiptAsNumber(RightMessangi):
    def joined(self, body: dict[str, Any]) -> dict[str, Any]:
        return super().joined(body) | ({"requestDR": int(body["requestDR"])} if "requestDR" in body else {})


class KeyInTheQueryToo(RightMessangi):
    def call(self, method: str, path: str, body: Any = None) -> Got:
        return super().call(method, f"{path}?apikey={self.token}", body)


class TakesSilenceForSent(RightMessangi):
    """Gives a message an id of its own where no answer gave one."""

    def send(self, args: Mapping[str, Any]) -> dict[str, Any]:
        line = super().send(args)
        return {"ids": ["1"], "failed": []} if line.get("unknown") else line


MINIATURES: Final = (
    Miniature("right-messangi-client", (), RightMessangi),
    Miniature("client-short-path", ("MS-SEND-01",), V3Path),
    Miniature("client-short-batch-path", ("MS-BATCH-01",), ShortBatchPath),
    Miniature("client-no-key", ("MS-GEN-02",), NoKey),
    Miniature("client-bare-key", ("MS-GEN-03",), BareKey),
    Miniature("client-form-post", ("MS-GEN-04",), FormPost),
    Miniature("client-accepts-xml", ("MS-GEN-05",), AcceptsXml),
    Miniature("client-number-as-sender", ("MS-SEND-05",), NumberAsSender),
    Miniature("client-callbacks-as-list", ("MS-SEND-10",), CallbacksAsList),
    Miniature("client-loses-accents", ("MS-SEND-15",), LosesAccents),
    Miniature("client-loses-client-id", ("MS-HOUSE-06",), LosesClientId),
    Miniature("client-loops-over-a-batch", ("MS-BATCH-02",), LoopsOverABatch),
    Miniature("client-pastes-the-page", ("MS-BATCH-06",), PastesThePage),
    Miniature("client-params-as-object", ("MS-BATCH-13",), ParamsAsObject),
    Miniature("client-type-inside", ("MS-BATCH-12",), TypeInside),
    Miniature("client-flat-parser", ("MS-RESP-17",), FlatParser),
    Miniature("client-takes-200-for-success", ("MS-RESP-17",), TakesA200ForSuccess),
    Miniature("client-retries-messangi-posts", ("MS-HOUSE-05",), RetriesPosts),
    Miniature("client-follows-moves", ("MS-HOUSE-04",), FollowsMoves),
    Miniature("client-sends-messages-twice", ("MS-HOUSE-25",), SendsTwice),
    Miniature("client-adds-a-line", ("MS-TEXT-07",), AddsALine),
    Miniature("client-sends-a-batch-as-singles", ("MS-BATCH-02",), SendsABatchAsSingles),
    Miniature("client-receipt-as-text", ("MS-SEND-07",), ReceiptAsText),
    Miniature("client-takes-a-batch-for-sent", ("MS-RESP-17",), TakesABatchForSent),
    Miniature("client-composes-letters", ("MS-HOUSE-06",), ComposesLetters),
    Miniature("client-shifts-params", ("MS-HOUSE-06",), ShiftsParams),
    Miniature("client-rounds-params", ("MS-HOUSE-06",), RoundsParams),
    Miniature("client-doubles-a-recipient", ("MS-HOUSE-06",), DoublesARecipient),
    Miniature("client-loses-a-recipient", ("MS-HOUSE-06",), LosesARecipient),
    Miniature("client-receipt-as-number", ("MS-SEND-07",), ReceiptAsNumber),
    Miniature("client-key-in-the-query-too", ("MS-GEN-02",), KeyInTheQueryToo),
    Miniature("client-takes-silence-for-sent", ("MS-RESP-17",), TakesSilenceForSent),
)
