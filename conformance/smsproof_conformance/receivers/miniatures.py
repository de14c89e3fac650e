"""Small receivers for the fault matrix: one right for each vendor, the others wrong in one way each, by name.

Each wrong one overrides one step of the right one, so that what is wrong with it is what its class says.
"""

from __future__ import annotations

import hmac
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final

from smsproof_conformance.receivers.messangi import STATUSES
from smsproof_conformance.records.exchange import is_object
from smsproof_spec.rules import Malformed, strict_json

CODE: Final = "SECRET CODE"


class Refusal(Exception):
    """The receiver answers this status and handles nothing."""

    def __init__(self, status: int) -> None:
        self.status = status


class Receiver:
    """The steps of receiving: limit, read, check, remember, handle, acknowledge."""

    largest_bytes: ClassVar[int] = 64 * 1024
    id_key: ClassVar[str]

    def __init__(self) -> None:
        self.handled: Counter[str] = Counter()
        self._lock = threading.Lock()

    def receive(self, data: bytes) -> int:
        """Take one POST; the status to answer."""
        try:
            if len(data) > self.largest_bytes:
                raise Refusal(413)
            delivery = self.read(data)
            self.check(delivery)
            with self._lock:
                if self.is_new(delivery):
                    self.handle(delivery)
                    return self.acknowledge()
            return self.acknowledge_again()
        except Refusal as refusal:
            return refusal.status

    def read(self, data: bytes) -> dict[str, Any]:
        value = strict_json(data)
        if isinstance(value, Malformed) or not is_object(value):
            raise Refusal(400)
        return value

    def check(self, delivery: dict[str, Any]) -> None:
        if not isinstance(delivery.get(self.id_key), str):
            raise Refusal(400)

    def is_new(self, delivery: dict[str, Any]) -> bool:
        return self.handled[delivery[self.id_key]] == 0

    def handle(self, delivery: dict[str, Any]) -> None:
        self.handled[delivery[self.id_key]] += 1

    def acknowledge(self) -> int:
        return 200

    def acknowledge_again(self) -> int:
        return 200


# -- IntelePeer ------------------------------------------------------------------------------------------------------


class RightInbound(Receiver):
    """Takes inbound messages as the page asks."""

    id_key = "refid"

    def check(self, delivery: dict[str, Any]) -> None:
        super().check(delivery)
        if not all(isinstance(delivery.get(key), str) for key in ("from", "to", "message")):
            raise Refusal(400)
        self.verify(delivery.get("signature"))

    def verify(self, code: Any) -> None:
        if not isinstance(code, str) or not hmac.compare_digest(code.encode(), CODE.encode()):
            raise Refusal(403)


class NoPost(RightInbound):
    def receive(self, data: bytes) -> int:
        return 405


class Answers204(RightInbound):
    def acknowledge(self) -> int:
        return 204


class ConflictOnDuplicate(RightInbound):
    def acknowledge_again(self) -> int:
        return 409


class FailsAtFirst(RightInbound):
    """Handles, then answers 500; takes the resend for a duplicate."""

    def acknowledge(self) -> int:
        return 500


class OnlyLongCodesFrom(RightInbound):
    def check(self, delivery: dict[str, Any]) -> None:
        super().check(delivery)
        if not delivery["from"].startswith("+"):
            raise Refusal(422)


class OnlyLongCodesTo(RightInbound):
    def check(self, delivery: dict[str, Any]) -> None:
        super().check(delivery)
        if not delivery["to"].startswith("+"):
            raise Refusal(422)


class TrustsAnybody(RightInbound):
    def verify(self, code: Any) -> None:
        pass


class TrustsAPrefix(RightInbound):
    def verify(self, code: Any) -> None:
        if not str(code).startswith(CODE):
            raise Refusal(403)


class TrustsAPart(RightInbound):
    def verify(self, code: Any) -> None:
        if not isinstance(code, str) or not code or not CODE.startswith(code):
            raise Refusal(403)


class TrustsNobody(RightInbound):
    """Answers 200 and drops everything: what a receiver with a wrong code of its own does."""

    def is_new(self, delivery: dict[str, Any]) -> bool:
        return False


class CrashesOnAnOddCode(RightInbound):
    """Compares text with hmac, which takes ASCII alone: the trap that makes a vendor resend five times."""

    def verify(self, code: Any) -> None:
        try:
            super().verify(code)
            hmac.compare_digest(code, CODE)
        except Refusal as refusal:
            if isinstance(code, str) and not code.isascii():
                raise Refusal(500) from refusal
            raise


class HandlesEveryDelivery(RightInbound):
    def is_new(self, delivery: dict[str, Any]) -> bool:
        return True


# -- Messangi --------------------------------------------------------------------------------------------------------


class RightStatus(Receiver):
    """Takes delivery statuses; a status that is known for a message is no news."""

    id_key = "id"

    def __init__(self) -> None:
        super().__init__()
        self._known: set[tuple[str, str]] = set()

    def check(self, delivery: dict[str, Any]) -> None:
        super().check(delivery)
        if not isinstance(delivery.get("status"), str):
            raise Refusal(400)

    def is_new(self, delivery: dict[str, Any]) -> bool:
        key = (delivery["id"], delivery["status"])
        if key in self._known:
            return False
        self._known.add(key)
        return True


class NoStatusPost(RightStatus):
    def receive(self, data: bytes) -> int:
        return 404


class NoJson(RightStatus):
    def receive(self, data: bytes) -> int:
        return 415


class NeedsEveryField(RightStatus):
    def check(self, delivery: dict[str, Any]) -> None:
        super().check(delivery)
        if "message" not in delivery:
            raise Refusal(422)


class OnlyListedStatuses(RightStatus):
    def check(self, delivery: dict[str, Any]) -> None:
        super().check(delivery)
        if delivery["status"] not in STATUSES:
            raise Refusal(422)


class ConflictOnRepeat(RightStatus):
    def acknowledge_again(self) -> int:
        return 409


class CountsEveryCallback(RightStatus):
    def is_new(self, delivery: dict[str, Any]) -> bool:
        return True


class ForgetsTheId(RightStatus):
    def handle(self, delivery: dict[str, Any]) -> None:
        self.handled[delivery["status"]] += 1
        if delivery["status"] == "SENT":
            self.handled[delivery["id"]] = 99


def refusing(status: str) -> type[RightStatus]:
    """A receiver that does not know one of the sixteen statuses."""

    class Refusing(RightStatus):
        def check(self, delivery: dict[str, Any]) -> None:
            super().check(delivery)
            if delivery["status"] == status:
                raise Refusal(422)

    return Refusing


# -- both ------------------------------------------------------------------------------------------------------------


def crashing(right: type[Receiver]) -> type[Receiver]:
    class CrashesOnMalformed(right):  # type: ignore[misc, valid-type]
        def read(self, data: bytes) -> dict[str, Any]:
            try:
                return super().read(data)  # type: ignore[no-any-return]
            except Refusal:
                raise Refusal(500) from None

    return CrashesOnMalformed


def dying(right: type[Receiver]) -> type[Receiver]:
    class DiesOfDepth(right):  # type: ignore[misc, valid-type]
        dead = False

        def receive(self, data: bytes) -> int:
            self.dead = self.dead or data.count(b"[") > 10_000
            return 503 if self.dead else super().receive(data)

    return DiesOfDepth


def picky(right: type[Receiver], known: frozenset[str]) -> type[Receiver]:
    class RefusesUnknownKeys(right):  # type: ignore[misc, valid-type]
        def check(self, delivery: dict[str, Any]) -> None:
            super().check(delivery)
            if not set(delivery) <= known:
                raise Refusal(422)

    return RefusesUnknownKeys


def small(right: type[Receiver]) -> type[Receiver]:
    class Takes16KiB(right):  # type: ignore[misc, valid-type]
        largest_bytes = 16 * 1024

    return Takes16KiB


def late(right: type[Receiver]) -> type[Receiver]:
    class AnswersLateOnce(right):  # type: ignore[misc, valid-type]
        asked = False

        def receive(self, data: bytes) -> int:
            first, self.asked = not self.asked, True
            if first:
                time.sleep(10.5)  # the defect itself: this is no wait for anything
            return super().receive(data)  # type: ignore[no-any-return]

    return AnswersLateOnce


@dataclass(frozen=True)
class Miniature:
    """One receiver of the matrix: what it is called, what it breaks (nothing: it is right), how it is made."""

    name: str
    vendor: str
    breaks: tuple[str, ...]
    make: Callable[[], Receiver]


_INBOUND_KEYS: Final = frozenset({"refid", "from", "to", "message", "signature"})
_STATUS_KEYS: Final = frozenset(
    {"id", "status", "date", "timestamp", "from", "to", "message", "username", "externalId", "callback"}
)

MINIATURES: Final[Mapping[str, Miniature]] = {
    miniature.name: miniature
    for miniature in (
        Miniature("right-inbound", "intelepeer", (), RightInbound),
        Miniature("inbound-no-post", "intelepeer", ("IP-INBOUND-01",), NoPost),
        Miniature("inbound-answers-204", "intelepeer", ("IP-INBOUND-10",), Answers204),
        Miniature("inbound-conflict-on-duplicate", "intelepeer", ("IP-INBOUND-10",), ConflictOnDuplicate),
        Miniature("inbound-fails-at-first", "intelepeer", ("IP-INBOUND-10",), FailsAtFirst),
        Miniature("inbound-only-long-codes-from", "intelepeer", ("IP-INBOUND-06",), OnlyLongCodesFrom),
        Miniature("inbound-only-long-codes-to", "intelepeer", ("IP-INBOUND-07",), OnlyLongCodesTo),
        Miniature("inbound-trusts-anybody", "intelepeer", ("IP-INBOUND-09",), TrustsAnybody),
        Miniature("inbound-trusts-a-prefix", "intelepeer", ("IP-INBOUND-09",), TrustsAPrefix),
        Miniature("inbound-trusts-a-part", "intelepeer", ("IP-INBOUND-09",), TrustsAPart),
        Miniature("inbound-trusts-nobody", "intelepeer", ("IP-INBOUND-09",), TrustsNobody),
        Miniature("inbound-crashes-on-an-odd-code", "intelepeer", ("IP-HOUSE-21",), CrashesOnAnOddCode),
        Miniature("inbound-handles-every-delivery", "intelepeer", ("IP-INBOUND-14",), HandlesEveryDelivery),
        Miniature("inbound-crashes-on-malformed", "intelepeer", ("IP-HOUSE-17",), crashing(RightInbound)),
        Miniature("inbound-dies-of-depth", "intelepeer", ("IP-HOUSE-17",), dying(RightInbound)),
        Miniature("inbound-unknown-keys-refused", "intelepeer", ("IP-HOUSE-20",), picky(RightInbound, _INBOUND_KEYS)),
        Miniature("inbound-takes-16-kib", "intelepeer", ("IP-HOUSE-18",), small(RightInbound)),
        Miniature("inbound-answers-late", "intelepeer", ("IP-HOUSE-19",), late(RightInbound)),
        Miniature("right-status", "messangi", (), RightStatus),
        Miniature("status-no-post", "messangi", ("MS-CALLBACK-02",), NoStatusPost),
        Miniature("status-no-json", "messangi", ("MS-CALLBACK-03",), NoJson),
        Miniature("status-needs-every-field", "messangi", ("MS-HOUSE-13",), NeedsEveryField),
        Miniature("status-only-listed", "messangi", ("MS-HOUSE-20",), OnlyListedStatuses),
        Miniature("status-conflict-on-repeat", "messangi", ("MS-CALLBACK-10",), ConflictOnRepeat),
        Miniature("status-counts-every-callback", "messangi", ("MS-CALLBACK-10",), CountsEveryCallback),
        Miniature("status-forgets-the-id", "messangi", ("MS-CALLBACK-10",), ForgetsTheId),
        Miniature("status-crashes-on-malformed", "messangi", ("MS-HOUSE-16",), crashing(RightStatus)),
        Miniature("status-dies-of-depth", "messangi", ("MS-HOUSE-16",), dying(RightStatus)),
        Miniature("status-unknown-keys-refused", "messangi", ("MS-HOUSE-19",), picky(RightStatus, _STATUS_KEYS)),
        Miniature("status-takes-16-kib", "messangi", ("MS-HOUSE-17",), small(RightStatus)),
        Miniature("status-answers-late", "messangi", ("MS-HOUSE-18",), late(RightStatus)),
        *(
            Miniature(
                f"status-refuses-{status.lower().replace('_', '-')}",
                "messangi",
                (f"MS-STATUS-{number:02}",),
                refusing(status),
            )
            for number, status in enumerate(STATUSES, 1)
        ),
    )
}


@contextmanager
def serving(receiver: Receiver) -> Generator[str]:
    """Serve a receiver on loopback: POST /hook delivers, GET /probe tells what was handled. Yields the base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self._answer(receiver.receive(self.rfile.read(int(self.headers.get("Content-Length", 0)))), b"")

        def do_GET(self) -> None:
            self._answer(200, json.dumps({"handled": receiver.handled}).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
