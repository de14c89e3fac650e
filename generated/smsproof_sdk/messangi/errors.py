"""Statuses that Messangi Outbound SMS documents, each an exception."""

from __future__ import annotations

from smsproof_sdk._runtime.errors import StatusError


class Refused(StatusError):
    """Any other status.

    send: The request was refused (AMB-MS-03).
    send_batch: The request was refused (AMB-MS-03).
    """
