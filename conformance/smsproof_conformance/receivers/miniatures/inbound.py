"""Small receivers of IntelePeer's inbound messages: one right, the others wrong in one way each."""

from __future__ import annotations

import hmac
import json
from collections import deque
from typing import Any, Final

from smsproof_conformance.receivers.miniatures.any_vendor import (
    crashing,
    deep,
    dying,
    large,
    late,
    losing,
    mangling,
    picky,
    serving_get,
    small,
    trimming,
    typed,
)
from smsproof_conformance.receivers.miniatures.miniature import Miniature
from smsproof_conformance.receivers.miniatures.receiver import HangUp, Receiver, Refusal

CODE: Final = "SECRET CODE"


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
    def receive(self, data: bytes, content_type: str) -> int:
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


class HandlesThenFails(RightInbound):
    """Handles, answers 500, and knows nothing of it when the message comes again."""

    def __init__(self) -> None:
        super().__init__()
        self._failed: set[str] = set()

    def is_new(self, delivery: dict[str, Any]) -> bool:
        return self.handled[delivery["refid"]] < 2

    def acknowledge(self) -> int:
        newest = next(reversed(self.last))
        if newest in self._failed:
            return 200
        self._failed.add(newest)
        return 500


class KnowsMessagesByText(RightInbound):
    """Takes an equal text of the same sender for the same message."""

    def __init__(self) -> None:
        super().__init__()
        self._known: set[tuple[str, str]] = set()

    def is_new(self, delivery: dict[str, Any]) -> bool:
        key = (delivery["from"], delivery["message"])
        if key in self._known:
            return False
        self._known.add(key)
        return True


class TrustsNoCode(RightInbound):
    """Verifies a code where there is one."""

    def verify(self, code: Any) -> None:
        if code:
            super().verify(code)


class TrustsWhatHoldsTheCode(RightInbound):
    """Asks `in` what `==` should be asked: a list with the code in it, or a longer text, is as good."""

    def verify(self, code: Any) -> None:
        if not isinstance(code, (str, list)) or CODE not in code:
            raise Refusal(403)


class IgnoresCase(RightInbound):
    def verify(self, code: Any) -> None:
        super().verify(code.upper() if isinstance(code, str) else code)


class ComparesLengths(RightInbound):
    def verify(self, code: Any) -> None:
        if not isinstance(code, str) or len(code) != len(CODE):
            raise Refusal(403)


class ExpectsAnHmac(RightInbound):
    """Believes a newer page of the vendor, which does not say how the HMAC is made (AMB-IP-31)."""

    def check(self, delivery: dict[str, Any]) -> None:
        signed = hmac.new(CODE.encode(), f"{delivery.get('refid')}{delivery.get('message')}".encode(), "sha256")
        given = delivery.get("signature")
        super().check(delivery | {"signature": CODE if given == signed.hexdigest() else None})


class NumbersByPlan(RightInbound):
    """Refuses numbers that no North American plan has: the page's own sender among them."""

    def check(self, delivery: dict[str, Any]) -> None:
        super().check(delivery)
        if delivery["from"].startswith("+7"):
            raise Refusal(422)


class DropsShortCodes(RightInbound):
    """Answers 200 and does nothing for a sender it does not understand."""

    def is_new(self, delivery: dict[str, Any]) -> bool:
        return delivery["from"].startswith("+") and super().is_new(delivery)


class MarksBeforeItVerifies(RightInbound):
    """Takes a message for known as soon as it came, with a wrong code too: who guesses a refid can suppress it."""

    def __init__(self) -> None:
        super().__init__()
        self._marked: set[str] = set()

    def verify(self, code: Any) -> None:
        """Comes too late."""

    def is_new(self, delivery: dict[str, Any]) -> bool:
        known = delivery["refid"] in self._marked
        self._marked.add(delivery["refid"])
        return not known and delivery.get("signature") == CODE


class RemembersTwo(RightInbound):
    """Knows the last two messages again, and no older one."""

    def __init__(self) -> None:
        super().__init__()
        self._newest: deque[str] = deque(maxlen=2)

    def is_new(self, delivery: dict[str, Any]) -> bool:
        if delivery["refid"] in self._newest:
            return False
        self._newest.append(delivery["refid"])
        return True


class RemembersHalves(RightInbound):
    """Keeps refids in a column of sixteen characters."""

    def __init__(self) -> None:
        super().__init__()
        self._known: set[str] = set()

    def is_new(self, delivery: dict[str, Any]) -> bool:
        half = delivery["refid"][:16]
        known = half in self._known
        self._known.add(half)
        return not known


class KnowsMessagesByTheirBytes(RightInbound):
    """Takes a body it has not seen for a message it has not seen."""

    def __init__(self) -> None:
        super().__init__()
        self._known: set[str] = set()

    def is_new(self, delivery: dict[str, Any]) -> bool:
        body = json.dumps(delivery)
        known = body in self._known
        self._known.add(body)
        return not known


class HangsUpOnEmoji(RightInbound):
    def check(self, delivery: dict[str, Any]) -> None:
        super().check(delivery)
        if any(ord(char) > 0xFFFF for char in delivery["message"]):
            raise HangUp


_KEYS: Final = frozenset({"refid", "from", "to", "message", "signature"})

MINIATURES: Final = (
    Miniature("right-inbound", (), RightInbound),
    Miniature("inbound-no-post", ("IP-INBOUND-01",), NoPost),
    Miniature("inbound-answers-204", ("IP-INBOUND-10",), Answers204),
    Miniature("inbound-conflict-on-duplicate", ("IP-INBOUND-10",), ConflictOnDuplicate),
    Miniature("inbound-fails-at-first", ("IP-INBOUND-10",), FailsAtFirst),
    Miniature("inbound-hangs-up-on-emoji", ("IP-INBOUND-10",), HangsUpOnEmoji),
    Miniature("inbound-only-long-codes-from", ("IP-INBOUND-06",), OnlyLongCodesFrom),
    Miniature("inbound-numbers-by-plan", ("IP-INBOUND-06",), NumbersByPlan),
    Miniature("inbound-drops-short-codes", ("IP-INBOUND-06",), DropsShortCodes),
    Miniature("inbound-only-long-codes-to", ("IP-INBOUND-07",), OnlyLongCodesTo),
    Miniature("inbound-trusts-anybody", ("IP-INBOUND-09",), TrustsAnybody),
    Miniature("inbound-trusts-a-prefix", ("IP-INBOUND-09",), TrustsAPrefix),
    Miniature("inbound-trusts-a-part", ("IP-INBOUND-09",), TrustsAPart),
    Miniature("inbound-trusts-no-code", ("IP-INBOUND-09",), TrustsNoCode),
    Miniature("inbound-trusts-what-holds-the-code", ("IP-INBOUND-09",), TrustsWhatHoldsTheCode),
    Miniature("inbound-ignores-case", ("IP-INBOUND-09",), IgnoresCase),
    Miniature("inbound-compares-lengths", ("IP-INBOUND-09",), ComparesLengths),
    Miniature("inbound-expects-an-hmac", ("IP-INBOUND-09",), ExpectsAnHmac),
    Miniature("inbound-trusts-nobody", ("IP-INBOUND-09",), TrustsNobody),
    Miniature("inbound-crashes-on-an-odd-code", ("IP-HOUSE-21",), CrashesOnAnOddCode),
    Miniature("inbound-handles-every-delivery", ("IP-INBOUND-14",), HandlesEveryDelivery),
    Miniature("inbound-handles-then-fails", ("IP-INBOUND-14",), HandlesThenFails),
    Miniature("inbound-knows-messages-by-text", ("IP-INBOUND-14",), KnowsMessagesByText),
    Miniature("inbound-marks-before-it-verifies", ("IP-INBOUND-09",), MarksBeforeItVerifies),
    Miniature("inbound-remembers-two", ("IP-INBOUND-14",), RemembersTwo),
    Miniature("inbound-remembers-halves", ("IP-INBOUND-14",), RemembersHalves),
    Miniature("inbound-knows-messages-by-their-bytes", ("IP-INBOUND-14",), KnowsMessagesByTheirBytes),
    Miniature("inbound-loses-what-is-not-ascii", ("IP-INBOUND-14",), losing(RightInbound)),
    Miniature("inbound-tidies-texts", ("IP-HOUSE-25",), trimming(RightInbound)),
    Miniature("inbound-crashes-on-malformed", ("IP-HOUSE-17",), crashing(RightInbound)),
    Miniature("inbound-dies-of-depth", ("IP-HOUSE-17",), dying(RightInbound, deep)),
    Miniature("inbound-dies-of-a-large-body", ("IP-HOUSE-17",), dying(RightInbound, large)),
    Miniature("inbound-unknown-keys-refused", ("IP-HOUSE-20",), picky(RightInbound, _KEYS)),
    Miniature("inbound-takes-16-kib", ("IP-HOUSE-18",), small(RightInbound)),
    Miniature("inbound-mangles-emoji", ("IP-HOUSE-25",), mangling(RightInbound)),
    Miniature("inbound-needs-a-charset", ("IP-INBOUND-10",), typed(RightInbound, "application/json; charset=utf-8")),
    Miniature("inbound-bears-no-charset", ("IP-INBOUND-10",), typed(RightInbound, "application/json")),
    Miniature("inbound-takes-any-method", ("IP-INBOUND-01",), serving_get(RightInbound)),
    Miniature("inbound-answers-late", ("IP-HOUSE-19",), late(RightInbound)),
)
