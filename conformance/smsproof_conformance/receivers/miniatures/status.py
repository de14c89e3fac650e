"""Small receivers of Messangi's status callbacks: one right, the others wrong in one way each."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import Any, Final

from smsproof_conformance.receivers.messangi import STATUSES
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
from smsproof_conformance.receivers.miniatures.receiver import Receiver, Refusal

# The class of a status is our reading (requirements, section 2N): after one of these nothing else is to come.
FINAL: Final = frozenset({"DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "UNKNOWN", "REJECTD", "ERROR"})


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

    def hold(self, delivery: dict[str, Any]) -> None:
        held = self.last.get(delivery["id"])
        if held is None or held["status"] not in FINAL:
            super().hold(delivery)


class NoStatusPost(RightStatus):
    def receive(self, data: bytes, content_type: str) -> int:
        return 404


class NoJson(RightStatus):
    def receive(self, data: bytes, content_type: str) -> int:
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
    """Counts statuses, not messages."""

    def handle(self, delivery: dict[str, Any]) -> None:
        self.handled[delivery["status"]] += 1


def refusing(status: str) -> type[RightStatus]:
    """A receiver that does not know one of the sixteen statuses."""

    class Refusing(RightStatus):
        def check(self, delivery: dict[str, Any]) -> None:
            super().check(delivery)
            if delivery["status"] == status:
                raise Refusal(422)

    return Refusing


class GoesBack(RightStatus):
    """Holds whatever came last, a status on the way after the final one too."""

    def hold(self, delivery: dict[str, Any]) -> None:
        self.last[delivery["id"]] = {"status": delivery["status"], "message": delivery.get("message")}


class KeepsTheFirst(RightStatus):
    """Takes a message that is known for a repeat: what became of it later is lost."""

    def is_new(self, delivery: dict[str, Any]) -> bool:
        return self.handled[delivery["id"]] == 0


class ChecksThenMarks(RightStatus):
    """Asks its store whether a status is known, and writes it down a moment later: two at the same moment are both new."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = nullcontext()

    def is_new(self, delivery: dict[str, Any]) -> bool:
        known = (delivery["id"], delivery["status"]) in self._known
        if delivery["status"] == "DELIVRD":
            time.sleep(0.05)  # the defect itself: this is no wait for anything
        return super().is_new(delivery) or not known


class NeedsHexadecimalIds(RightStatus):
    def check(self, delivery: dict[str, Any]) -> None:
        super().check(delivery)
        if not set(delivery["id"]) <= set("0123456789abcdef"):
            raise Refusal(422)


class NeedsAClientId(RightStatus):
    """Gave one with every message, and relies on its coming back: no stated requirement is broken by that."""

    def check(self, delivery: dict[str, Any]) -> None:
        super().check(delivery)
        if "clientId" not in delivery:
            raise Refusal(422)


_KEYS: Final = frozenset(
    {"id", "status", "date", "timestamp", "from", "to", "message", "username", "externalId", "callback"}
)

MINIATURES: Final = (
    Miniature("right-status", (), RightStatus),
    Miniature("status-no-post", ("MS-CALLBACK-02",), NoStatusPost),
    Miniature("status-takes-any-method", ("MS-CALLBACK-02",), serving_get(RightStatus)),
    Miniature("status-no-json", ("MS-CALLBACK-03",), NoJson),
    Miniature("status-bears-no-charset", ("MS-CALLBACK-03",), typed(RightStatus, "application/json")),
    Miniature("status-needs-every-field", ("MS-HOUSE-13",), NeedsEveryField),
    Miniature("status-only-listed", ("MS-HOUSE-20",), OnlyListedStatuses),
    Miniature("status-conflict-on-repeat", ("MS-CALLBACK-10",), ConflictOnRepeat),
    Miniature("status-counts-every-callback", ("MS-CALLBACK-10",), CountsEveryCallback),
    Miniature("status-forgets-the-id", ("MS-CALLBACK-10",), ForgetsTheId),
    Miniature("status-goes-back", ("MS-CALLBACK-10",), GoesBack),
    Miniature("status-keeps-the-first", ("MS-CALLBACK-10",), KeepsTheFirst),
    Miniature("status-checks-then-marks", ("MS-CALLBACK-10",), ChecksThenMarks),
    Miniature("status-loses-what-is-not-ascii", ("MS-CALLBACK-10",), losing(RightStatus)),
    Miniature("status-needs-hexadecimal-ids", ("MS-HOUSE-13",), NeedsHexadecimalIds),
    Miniature("status-needs-a-client-id", ("MS-HOUSE-13",), NeedsAClientId),
    Miniature("status-tidies-texts", ("MS-HOUSE-24",), trimming(RightStatus)),
    Miniature("status-mangles-emoji", ("MS-HOUSE-24",), mangling(RightStatus)),
    Miniature("status-crashes-on-malformed", ("MS-HOUSE-16",), crashing(RightStatus)),
    Miniature("status-dies-of-depth", ("MS-HOUSE-16",), dying(RightStatus, deep)),
    Miniature("status-dies-of-a-large-body", ("MS-HOUSE-16",), dying(RightStatus, large)),
    Miniature("status-unknown-keys-refused", ("MS-HOUSE-19",), picky(RightStatus, _KEYS)),
    Miniature("status-takes-16-kib", ("MS-HOUSE-17",), small(RightStatus)),
    Miniature("status-answers-late", ("MS-HOUSE-18",), late(RightStatus)),
    *(
        Miniature(f"status-refuses-{status.lower().replace('_', '-')}", (f"MS-STATUS-{number:02}",), refusing(status))
        for number, status in enumerate(STATUSES, 1)
    ),
)
