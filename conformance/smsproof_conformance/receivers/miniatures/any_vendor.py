"""Receivers of either vendor that are wrong in one way each, made from the right one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from smsproof_conformance.receivers.miniatures.receiver import Receiver, Refusal


def crashing(right: type[Receiver]) -> type[Receiver]:
    class CrashesOnMalformed(right):  # type: ignore[misc, valid-type]
        def read(self, data: bytes) -> dict[str, Any]:
            try:
                return super().read(data)  # type: ignore[no-any-return]
            except Refusal:
                raise Refusal(500) from None

    return CrashesOnMalformed


def dying(right: type[Receiver], of: Callable[[bytes], bool]) -> type[Receiver]:
    """A receiver that never recovers from a body of this kind."""

    class Dies(right):  # type: ignore[misc, valid-type]
        dead = False

        def receive(self, data: bytes, content_type: str) -> int:
            self.dead = self.dead or of(data)
            return 503 if self.dead else super().receive(data, content_type)

    return Dies


def deep(data: bytes) -> bool:
    return data.count(b"[") > 10_000


def large(data: bytes) -> bool:
    return len(data) > 512 * 1024


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

        def receive(self, data: bytes, content_type: str) -> int:
            first, self.asked = not self.asked, True
            if first:
                time.sleep(10.5)  # the defect itself: this is no wait for anything
            return super().receive(data, content_type)  # type: ignore[no-any-return]

    return AnswersLateOnce


def mangling(right: type[Receiver]) -> type[Receiver]:
    class KeepsTheBasicPlane(right):  # type: ignore[misc, valid-type]
        """Stores texts where a character has at most three octets."""

        def hold(self, delivery: dict[str, Any]) -> None:
            text = "".join(char if ord(char) < 0x10000 else "?" for char in str(delivery.get("message")))
            super().hold(delivery | {"message": text})

    return KeepsTheBasicPlane


def trimming(right: type[Receiver]) -> type[Receiver]:
    class TidiesTexts(right):  # type: ignore[misc, valid-type]
        """Hands a text on without the spaces and line ends around it, and with one space for several."""

        def hold(self, delivery: dict[str, Any]) -> None:
            super().hold(delivery | {"message": " ".join(str(delivery.get("message")).split())})

    return TidiesTexts


def losing(right: type[Receiver]) -> type[Receiver]:
    class LosesWhatIsNotAscii(right):  # type: ignore[misc, valid-type]
        """Acknowledges, and has a handler that ends in an error nobody sees."""

        def handle(self, delivery: dict[str, Any]) -> None:
            if str(delivery.get("message")).isascii():
                super().handle(delivery)

    return LosesWhatIsNotAscii


def typed(right: type[Receiver], wanted: str) -> type[Receiver]:
    class WantsOneContentType(right):  # type: ignore[misc, valid-type]
        def admit(self, content_type: str) -> None:
            if content_type != wanted:
                raise Refusal(415)

    return WantsOneContentType


def serving_get(right: type[Receiver]) -> type[Receiver]:
    class TakesAnyMethod(right):  # type: ignore[misc, valid-type]
        def receive_get(self, data: bytes) -> int:
            return self.receive(data, "application/json")  # type: ignore[no-any-return]

    return TakesAnyMethod
