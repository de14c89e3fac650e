"""What IntelePeer Atmosphere Messaging asks of a request, held before anything leaves."""

from __future__ import annotations

from smsproof_sdk._runtime.checking import Checks

from . import models

MESSAGE = Checks(
    "intelepeer",
    addresses=((("from_",), "sender"), (("to",), "destination")),
    text="text",
)
WEBHOOK_SETTINGS = Checks(
    "intelepeer",
    addresses=((("endpoints", "*"), "endpoint"),),
)


def of(body: models.Message) -> Checks:
    """The checks of a body that holds a text."""
    return MESSAGE
