"""What sending with IntelePeer gives back."""

from __future__ import annotations

from smsproof_sdk._runtime.bulk import Accepted

from . import models


class Sent(Accepted[models.Message, models.SendResult]):
    """One message that the vendor took, as `send` gives it back.

    id   the vendor's id of it
    """

    __slots__ = ()

    @property
    def state(self) -> str:
        """"Queued" in the example; an older page has another word. It never decides about success (AMB-IP-28)."""
        return self.answer.state

    @property
    def code(self) -> int:
        """202 in the example, as the HTTP status."""
        return self.answer.code

    @property
    def refid(self) -> str:
        """The reference identifier of the message: opaque, 32 characters in the example (AMB-IP-30)."""
        return self.answer.refid

    @property
    def numparts(self) -> int | None:
        """In how many SMS segments the message goes out. In no table; an older answer lacks it (AMB-IP-29)."""
        return self.answer.numparts


class SetWebhookItem(Accepted[str, models.WebhookItem]):
    """One part of the request that the vendor took, as `set_webhook` gives it back.

    id   what it was asked for by
    """

    __slots__ = ()

    @property
    def status(self) -> int:
        """The status of this endpoint alone: 201 in the example. The key is status here, code in a bulk send
        (AMB-IP-16).
        """
        return self.answer.status

    @property
    def endpoint(self) -> str:
        """The endpoint as requested."""
        return self.answer.endpoint

    @property
    def response(self) -> models.WebhookState:
        """The webhook of one endpoint of several."""
        return self.answer.response
