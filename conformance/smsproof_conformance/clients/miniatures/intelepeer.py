"""Small clients of IntelePeer: one right, the others wrong in one way each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final
from urllib.parse import quote, urlencode, urlsplit

from smsproof_conformance.clients.miniatures.client import Client, Got, Miniature, is_object

SEND: Final = "/_rest/v4/app/sms/send"
WEBHOOK: Final = "/_rest/v4/my/did/sms/webhook"


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


class RepeatsAfterARedirect(RightIntelePeer):
    """Turned away, it sends again where it sent before, and once more for good measure."""

    def call(self, method: str, path: str, body: Any = None) -> Got:
        got = super().call(method, path, body)
        if got.location:
            super().call(method, path, body)
            return super().call(method, path, body)
        return got


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


class FirstEndpointOnly(RightIntelePeer):
    def settings(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"endpoints": body["endpoints"][:1]}


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


class DoublesBearer(RightIntelePeer):
    """Is given a token that says Bearer already, and says it again."""

    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer Bearer {self.token}"}


class LosesEmoji(RightIntelePeer):
    def single(self, message: dict[str, Any]) -> Any:
        return message | {"text": message["text"].encode("utf-16-le", "replace").decode("ascii", "replace")[:20]}


class GuidAsNumber(RightIntelePeer):
    def single(self, message: dict[str, Any]) -> Any:
        return message | ({"guid": int(message["guid"])} if str(message.get("guid")).isdigit() else {})


class SendsTheListTwice(RightIntelePeer):
    def send_many(self, args: Mapping[str, Any]) -> dict[str, Any]:
        super().send_many(args)
        return super().send_many(args)


class SendsOneByOne(RightIntelePeer):
    def send_many(self, args: Mapping[str, Any]) -> dict[str, Any]:
        lines = [self.send(message) for message in args["messages"]]
        return {"ids": [id_ for line in lines for id_ in line["ids"]]}


class EncodesTwice(RightIntelePeer):
    def query(self, endpoint: str) -> str:
        return "endpoint=" + quote(quote(endpoint, safe="-"), safe="-")


class TidiesTexts(RightIntelePeer):
    """Cuts off the spaces around a text, as forms do."""

    def single(self, message: dict[str, Any]) -> Any:
        return message | {"text": message["text"].strip()}


class CutsTexts(RightIntelePeer):
    """Takes a message for one part, and drops the rest."""

    def single(self, message: dict[str, Any]) -> Any:
        return message | {"text": message["text"][:160]}


class LosesTheLastOfAList(RightIntelePeer):
    def many(self, messages: list[dict[str, Any]]) -> Any:
        return messages[:-1]


class TellsGuidForRefid(RightIntelePeer):
    def send(self, args: Mapping[str, Any]) -> dict[str, Any]:
        line = super().send(args)
        return line | {"ids": [args.get("guid", id_) for id_ in line["ids"]]}


class TakesAnyAnswerForSent(RightIntelePeer):
    """Gives a message an id of its own, and looks at nothing that comes back."""

    def send(self, args: Mapping[str, Any]) -> dict[str, Any]:
        line = super().send(args)
        return {"ids": line["ids"] or ["1"], "failed": []}


class ReadsAllWebhooks(RightIntelePeer):
    def get_webhook(self, args: Mapping[str, Any]) -> None:
        self.call("GET", WEBHOOK)


class NumberInThePath(RightIntelePeer):
    def get_webhook(self, args: Mapping[str, Any]) -> None:
        self.call("GET", f"{WEBHOOK}/{quote(args['endpoint'], safe='')}")


class ShowsItsToken(RightIntelePeer):
    """Sends the token in a header of its own too, which nobody on the way knows to keep out of a log."""

    def headers(self, data: bytes | None) -> dict[str, str]:
        return super().headers(data) | {"X-Debug": f"token={self.token}"}


class TakesItsTokenAlong(RightIntelePeer):
    """Drops Authorization where a redirect leads, as the libraries do, and keeps its cookie."""

    follows_redirects = True
    moved = False

    def request(self, method: str, url: str, data: bytes | None) -> Got:
        self.moved = url.endswith("/moved")
        return super().request(method, url, data)

    def headers(self, data: bytes | None) -> dict[str, str]:
        return {"Cookie": f"session={self.token}"} if self.moved else super().headers(data)


MINIATURES: Final = (
    Miniature("right-intelepeer-client", (), RightIntelePeer),
    Miniature("client-drops-the-prefix", ("IP-SEND-01",), DropsThePrefix),
    Miniature("client-old-path", ("IP-SEND-01",), OldPath),
    Miniature("client-own-bulk-path", ("IP-BULK-01",), OwnBulkPath),
    Miniature("client-old-webhook-path", ("IP-HOOK-01",), OldWebhookPath),
    Miniature("client-reads-by-another-method", ("IP-HOOKGET-01",), ReadsByPut),
    Miniature("client-no-token", ("IP-GEN-01",), NoToken),
    Miniature("client-bare-token", ("IP-GEN-02",), BareToken),
    Miniature("client-form-body", ("IP-GEN-03",), FormBody),
    Miniature("client-text-plain", ("IP-GEN-03",), TextPlain),
    Miniature("client-sends-a-string", ("IP-SEND-02",), SendsAString),
    Miniature("client-short-code-without-country", ("IP-SEND-08",), losing("from", lambda s: s.removeprefix("1-"))),
    Miniature("client-long-code-without-plus", ("IP-SEND-09",), losing("from", lambda s: s.removeprefix("+"))),
    Miniature("client-alphanumeric-without-country", ("IP-SEND-10",), losing("from", lambda s: s.removeprefix("57-"))),
    Miniature("client-destination-without-plus", ("IP-SEND-11",), losing("to", lambda s: s.removeprefix("+"))),
    Miniature("client-loses-guid", ("IP-HOUSE-16",), NoGuid),
    Miniature("client-sends-twice", ("IP-SEND-27",), SendsTwice),
    Miniature("client-repeats-after-a-redirect", ("IP-SEND-28",), RepeatsAfterARedirect),
    Miniature("client-retries-posts", ("IP-HOUSE-07",), RetriesErrors),
    Miniature("client-obeys-retry-after", ("IP-HOUSE-07",), RetriesAfterRetryAfter),
    Miniature("client-follows-redirects", ("IP-HOUSE-06",), FollowsRedirects),
    Miniature("client-wraps-the-list", ("IP-BULK-02",), WrapsTheList),
    Miniature("client-takes-207-for-success", ("IP-BULK-14",), TakesA207ForSuccess),
    Miniature("client-loses-ids-of-a-207", ("IP-BULK-14",), LosesIdsOfA207),
    Miniature("client-endpoint-without-plus", ("IP-HOOK-05",), OneEndpointAsString),
    Miniature("client-sets-the-first-endpoint-only", ("IP-HOUSE-16",), FirstEndpointOnly),
    Miniature("client-webhook-with-more-keys", ("IP-HOOK-23",), MoreKeys),
    Miniature("client-bare-plus", ("IP-HOOKGET-02",), BarePlus),
    Miniature("client-number-without-country", ("IP-HOOKGET-03",), NoCountryCode),
    Miniature("client-more-parameters", ("IP-HOOKGET-04",), MoreParameters),
    Miniature("client-doubles-bearer", ("IP-GEN-02",), DoublesBearer),
    Miniature("client-loses-emoji", ("IP-HOUSE-16",), LosesEmoji),
    Miniature("client-guid-as-number", ("IP-SEND-06",), GuidAsNumber),
    Miniature("client-sends-the-list-twice", ("IP-SEND-27",), SendsTheListTwice),
    Miniature("client-sends-one-by-one", ("IP-BULK-02",), SendsOneByOne),
    Miniature("client-encodes-twice", ("IP-HOOKGET-02",), EncodesTwice),
    Miniature("client-tidies-texts", ("IP-HOUSE-16",), TidiesTexts),
    Miniature("client-cuts-texts", ("IP-HOUSE-16",), CutsTexts),
    Miniature("client-loses-the-last-of-a-list", ("IP-HOUSE-16",), LosesTheLastOfAList),
    Miniature("client-tells-guid-for-refid", ("IP-HOUSE-26",), TellsGuidForRefid),
    Miniature("client-takes-any-answer-for-sent", ("IP-HOUSE-26",), TakesAnyAnswerForSent),
    Miniature("client-reads-all-webhooks", ("IP-HOOKGET-01",), ReadsAllWebhooks),
    Miniature("client-number-in-the-path", ("IP-HOOKGET-01",), NumberInThePath),
    Miniature("client-shows-its-token", ("IP-GEN-01",), ShowsItsToken),
    Miniature("client-takes-its-token-along", ("IP-HOUSE-06",), TakesItsTokenAlong),
)
