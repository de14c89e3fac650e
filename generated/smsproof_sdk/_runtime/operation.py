"""One operation of a contract, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

from pydantic import TypeAdapter

from .errors import StatusError
from .model import Model

T = TypeVar("T")

Place = Literal["path", "query", "header", "cookie"]
Style = Literal["simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject", "json"]
BodyKind = Literal["json", "form", "multipart", "text", "bytes"]
AnswerKind = Literal["json", "text", "bytes", "none", "any"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter and how its value is written (OpenAPI 3.1, "Style Values").

    address   raises InvalidAddress for a value (at a place) that is no address of this vendor; None checks nothing
    """

    name: str
    place: Place
    style: Style
    explode: bool
    required: bool = False
    allow_reserved: bool = False
    address: Callable[[object, str], None] | None = None


@dataclass(frozen=True, slots=True)
class Encoding:
    """How one property of a form or multipart body is written, where not as usual (OpenAPI 3.1, "Encoding Object").

    media_types   a part's, the first the default; a file whose name says another of them has that one
    style         a form field's, or None as usual
    """

    media_types: tuple[str, ...] = ()
    style: Style | None = None
    explode: bool = True
    allow_reserved: bool = False


@dataclass(frozen=True)
class Reading(Generic[T]):
    """How the body of one success is read.

    kind         "any" is JSON when it is that, else text or bytes: for answers whose form is not documented
    annotation   a model, or a type pydantic can validate
    """

    kind: AnswerKind
    annotation: Any = None

    @cached_property
    def model(self) -> type[Model] | None:
        """The model, when the annotation is just one."""
        annotation = self.annotation
        return annotation if isinstance(annotation, type) and issubclass(annotation, Model) else None

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """Built when it is first used, because building is what makes an import slow."""
        return TypeAdapter(self.annotation)


@dataclass(frozen=True)
class Operation(Generic[T]):
    """What the client does for one operationId.

    parameters   by their Python names
    bodies       media types it sends, first the default, and how each is written
    answers      readings by status: an exact status, a class ("2XX") or "default"
    errors       exceptions by status, likewise
    security     alternatives, each a tuple of scheme names that are needed together; () and an empty one need none
    encodings    by media type and property, how parts of a body are written where not as usual
    accept       media types to ask for
    server       where it goes, when not where the others go: a URL, or a path on the same host
    paid         True: each acceptance costs money; never sent again once anything left
    nullable     True: an explicit None is sent as null, because the contract gives it a meaning
    """

    id: str
    method: str
    path: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])
    bodies: Mapping[str, BodyKind] = field(default_factory=dict[str, BodyKind])
    answers: Mapping[int | str, Reading[T]] = field(default_factory=dict[int | str, Reading[T]])
    errors: Mapping[int | str, type[StatusError]] = field(default_factory=dict[int | str, type[StatusError]])
    security: tuple[tuple[str, ...], ...] = ()
    encodings: Mapping[str, Mapping[str, Encoding]] = field(default_factory=dict[str, Mapping[str, Encoding]])
    accept: str = "application/json"
    server: str | None = None
    paid: bool = False
    nullable: bool = False

    @property
    def reads(self) -> bool:
        """Whether it changes nothing at the vendor (RFC 9110 section 9.2.1), so that it may be repeated."""
        return self.method in ("GET", "HEAD", "OPTIONS")


def by_status(table: Mapping[int | str, T], status: int, *, success: bool) -> T | None:
    """The entry for a status: exact, then its class, then "default" (which never documents a success by itself)."""
    found = table.get(status) or table.get(f"{status // 100}XX")
    if found is None and not success:
        found = table.get("default")
    return found
