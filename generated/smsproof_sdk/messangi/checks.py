"""What Messangi Outbound SMS asks of a request, held before anything leaves."""

from __future__ import annotations

from smsproof_sdk._runtime.checking import Checks

from . import models

MESSAGE = Checks(
    "messangi",
    addresses=((("from_",), "sender"), (("to",), "destination")),
    requires=(("callbacks", "request_dr", True),),
    text="text",
)
BATCH = Checks(
    "messangi",
    addresses=((("from_",), "sender"),),
    requires=(("callbacks", "request_dr", True),),
    text="text",
    recipients="to",
    values="params",
)


def of(body: models.Message | models.Batch) -> Checks:
    """The checks of a body that holds a text."""
    if isinstance(body, models.Message):
        return MESSAGE
    return BATCH
