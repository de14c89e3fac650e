"""What outlives the process: nothing by default, everything with `--store FILE`."""

from __future__ import annotations

from typing import Protocol

from smsproof_conformance.emulator.message import Delivery, Message


class Journal(Protocol):
    """Told of every change before anybody else hears of it. `commit` makes what was told durable."""

    def message(self, message: Message) -> None: ...
    def webhook(self, endpoint: str, url: str) -> None: ...
    def planned(self, delivery: Delivery) -> None: ...
    def attempting(self, delivery: Delivery) -> None: ...
    def attempted(self, delivery: Delivery) -> None: ...
    def forget(self) -> None: ...
    def commit(self) -> None: ...


class Forgetful:
    """The journal of an emulator without a store."""

    def message(self, message: Message) -> None:
        pass

    def webhook(self, endpoint: str, url: str) -> None:
        pass

    def planned(self, delivery: Delivery) -> None:
        pass

    def attempting(self, delivery: Delivery) -> None:
        pass

    def attempted(self, delivery: Delivery) -> None:
        pass

    def forget(self) -> None:
        pass

    def commit(self) -> None:
        pass
