"""What a vendor posts to us: read strictly, believed only when it proves where it comes from."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Self

from pydantic import ValidationError
from pydantic_core import to_json

from smsproof_spec.rules import Malformed, strict_json

from .errors import ConfigurationError, MalformedInbound, OversizeInbound, WrongSecret
from .model import Model
from .shape import is_object

MAX_BYTES = 65_536
_DEEPEST = 20


class Inbound(Model):
    """A delivery.

    inbound_id          wire name of the id that is the same on every attempt
    inbound_status      wire name of the status, for status deliveries
    inbound_life_cycle  name of the life cycle of that status
    """

    inbound_id: ClassVar[str]
    inbound_secret: ClassVar[str | None] = None
    inbound_status: ClassVar[str | None] = None
    inbound_life_cycle: ClassVar[str | None] = None

    @property
    def delivery_key(self) -> str:
        """What tells one delivery from another: the id, with the status where several are expected for one id."""
        id = self._wire_value(self.inbound_id)
        return id if self.inbound_status is None else f"{id} {self._wire_value(self.inbound_status)}"

    def kept(self) -> bytes:
        """The delivery for a store, without its shared code."""
        value = self.model_dump(mode="json", by_alias=True, exclude_unset=True)
        if self.inbound_secret is not None:
            value.pop(self.inbound_secret, None)
        return to_json(value)

    @classmethod
    def revived(cls, kept: bytes) -> Self:
        """The delivery that `kept` gave; raises MalformedInbound when it is none of this kind."""
        return cls._validated(cls._decoded(kept, 16 * MAX_BYTES))

    def _wire_value(self, wire: str) -> str:
        for name, field in type(self).model_fields.items():
            if (field.alias or name) == wire:
                return str(getattr(self, name))
        return str((self.model_extra or {}).get(wire, ""))

    @classmethod
    def _decoded(cls, body: bytes, max_bytes: int) -> dict[str, Any]:
        value = strict_json(body, max_bytes=max_bytes, max_depth=_DEEPEST)
        if isinstance(value, Malformed):
            if value.kind == "too-large":
                raise OversizeInbound(f"the body has {len(body)} bytes; at most {max_bytes} are read.")
            raise MalformedInbound(f"the body is no acceptable JSON: {value.detail} ({value.kind}).")
        if not is_object(value):
            raise MalformedInbound("the body is JSON, but no object.")
        return value

    @classmethod
    def _validated(cls, value: dict[str, Any]) -> Self:
        id = value.get(cls.inbound_id)
        if not isinstance(id, str) or not id:
            raise MalformedInbound(f"{cls.inbound_id}: expected a text that is not empty.")
        required = [field.alias or name for name, field in cls.model_fields.items() if field.is_required()]
        missing = [name for name in required if value.get(name) is None]
        if missing:
            raise MalformedInbound(f"{', '.join(missing)}: missing.")
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            details = error.errors(include_input=False, include_url=False)
            for detail in details:
                if detail["loc"] and detail["loc"][0] in required:
                    raise MalformedInbound(f"{detail['loc'][0]}: {detail['msg']}.") from None
            # What is odd is optional: it is kept as it came.
            return cls.read(value)[0]


class StatusInbound(Inbound):
    """A delivery that nothing authenticates: whoever knows the URL can post one. Keep the URL secret."""

    @classmethod
    def parse(cls, body: bytes, *, max_bytes: int = MAX_BYTES) -> Self:
        """Read a delivery; raises MalformedInbound, OversizeInbound."""
        return cls._validated(cls._decoded(body, max_bytes))


class SignedInbound(Inbound):
    """A delivery that carries a shared code.

    The code shows that the sender knows it, no more: it protects neither the content nor against a replay, and whoever
    sees one delivery can forge others. Treat bodies as secrets, and act once per id.
    """

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            field = type(self).model_fields.get(name) if name else None
            wire = (field.alias or name) if field is not None else name
            yield name, "..." if wire == self.inbound_secret and value is not None else value

    @classmethod
    def parse(cls, body: bytes, *, secret: str | Callable[[Self], bool], max_bytes: int = MAX_BYTES) -> Self:
        """Read a delivery and check where it comes from.

        secret   the shared code, compared in constant time; or a function that judges the delivery by other means
        raises   ConfigurationError for an empty secret; MalformedInbound, OversizeInbound, WrongSecret
        """
        if not secret:
            raise ConfigurationError("the secret is empty: an empty code would let every forgery pass.")
        value = cls._decoded(body, max_bytes)
        if isinstance(secret, str):
            given = value.get(cls.inbound_secret or "")
            # On bytes: compare_digest refuses text that is not ASCII.
            told = given.encode("utf-8", "surrogatepass") if isinstance(given, str) else b""
            if not hmac.compare_digest(told, secret.encode("utf-8", "surrogatepass")):
                raise WrongSecret(f"{cls.inbound_secret} is missing or wrong: the delivery may be forged.")
        delivery = cls._validated(value)
        if callable(secret) and not secret(delivery):
            raise WrongSecret("the delivery was not accepted by the given check: it may be forged.")
        return delivery
