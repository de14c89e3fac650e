"""What sending with Messangi gives back."""

from __future__ import annotations

from smsproof_sdk._runtime.bulk import Accepted

from . import models


class Sent(Accepted[models.Message, models.SendResult]):
    """One message that the vendor took, as `send` gives it back.

    id   the vendor's id of it
    """

    __slots__ = ()

    @property
    def meta(self) -> models.Meta:
        """Facts about the call itself, in the answer to a single send."""
        return self.answer.meta

    @property
    def data(self) -> models.SentMessage:
        """The message as the vendor took it. With the status ERROR it was not taken, and an id is then the vendor's
        choice.
        """
        return self.answer.data


class SendBatchItem(Accepted[models.Recipient, models.BatchEntry]):
    """One message that the vendor took, as `send_batch` gives it back.

    id   the vendor's id of it
    """

    __slots__ = ()

    @property
    def mobile(self) -> str:
        """The destination, with or without the plus sign."""
        return self.answer.mobile
