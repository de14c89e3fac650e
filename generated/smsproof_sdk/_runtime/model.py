"""What every model of a contract has in common. Needs pydantic and no HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, Self, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import CoreSchema, core_schema

from .shape import is_object


class Model(BaseModel):
    """An object of the contract.

    Unknown fields are kept (`model_extra`); a field whose wire name is no Python name takes either name when it is made
    and the wire name when it is sent; None and unset fields are not sent unless the contract gives null a meaning.
    """

    model_config = ConfigDict(
        extra="allow",
        populate_by_name=True,
        defer_build=True,
        ser_json_inf_nan="null",
        protected_namespaces=(),
    )

    @classmethod
    def read(cls, value: object) -> tuple[Self, tuple[str, ...]]:
        """Read a decoded answer, keeping whatever fits.

        returns   the object, and one sentence per place where the answer does not fit the contract. A field that is
                  missing or of another type then holds what came, or None.
        """
        try:
            return cls.model_validate(value), ()
        except ValidationError as error:
            if not is_object(value):
                raise
            return cls._loosely(dict(value)), tuple(_oddity(detail["loc"], detail["msg"]) for detail in error.errors())

    @classmethod
    def read_all(cls, values: list[object]) -> list[tuple[Self, tuple[str, ...]]]:
        """Read many decoded objects as `read` does: at once when all fit the contract."""
        try:
            fitting: list[Self] = list_of(cls).validate_python(values)
        except ValidationError:
            return [cls.read(value) for value in values]
        return [(one, ()) for one in fitting]

    @classmethod
    def _loosely(cls, raw: dict[str, Any]) -> Self:
        """An unvalidated object: each field validated alone, and left as it came where it does not fit."""
        loose = cls.model_construct(**raw)
        for name, field in cls.model_fields.items():
            value = raw.get(field.alias or name)
            annotation = field.annotation
            if isinstance(annotation, type) and issubclass(annotation, Model) and is_object(value):
                value = annotation._loosely(dict(value))
            else:
                try:
                    cls.__pydantic_validator__.validate_assignment(loose, name, value)
                    continue
                except ValidationError:
                    pass
            object.__setattr__(loose, name, value)
        return loose


@cache
def list_of(model: type[Model]) -> TypeAdapter[Any]:
    """Reads and writes lists of one model, each list in one go."""
    adapter: TypeAdapter[Any] = TypeAdapter(cast(Any, GenericAlias(list, (model,))))
    return adapter


class ToldApart:
    """Mark of a union whose members are told apart by the value of one property (a discriminator).

    property   wire name of the property
    members    which class each value means
    otherwise  the class for any other value; None: the one that fits best
    """

    def __init__(self, property: str, members: Mapping[str, type[Model]], otherwise: type[Model] | None = None) -> None:
        self._property = property
        self._members = members
        self._otherwise = otherwise

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._chosen, handler(source))

    def _chosen(self, value: object, best: core_schema.ValidatorFunctionWrapHandler) -> object:
        tag = value.get(self._property) if is_object(value) else None
        member = self._members.get(tag, self._otherwise) if isinstance(tag, str) else None
        if member is not None:
            try:
                return member.model_validate(value)
            except ValidationError:
                pass
        return best(value)


def _oddity(place: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(str(part) for part in place) or 'answer'}: {message}"


def _split(value: object) -> object:
    return [piece.strip() for piece in value.split(",") if piece.strip()] if isinstance(value, str) else value


def _join(values: list[str]) -> str:
    # A comma inside an item would split it at the vendor's (AMB-MS-28).
    return ",".join(value.strip().replace(",", "%2C") for value in values)


CommaJoined = Annotated[list[str], BeforeValidator(_split), PlainSerializer(_join, return_type=str)]
"""A list here, one text joined by commas on the wire. Text is taken too, and split."""

File = bytes | tuple[str, bytes] | tuple[str, bytes, str]
"""A file of a multipart body: its content; or name and content; or name, content and media type."""
