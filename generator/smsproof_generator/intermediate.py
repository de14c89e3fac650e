"""What a document says, in the shape that code is written from: frozen, JSON-dumpable, free of references."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Scalar:
    """A type of one word: str, int, float, bool, bytes, Any, None, Timestamp, Day or CommaJoined."""

    name: str
    kind: str = "scalar"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some values; an open one takes any other value of the same type too."""

    values: tuple[str | int | bool, ...]
    base: str
    open: bool
    kind: str = "choice"


@dataclass(frozen=True, slots=True)
class Named:
    """A class of this document, or a family of classes."""

    name: str
    kind: str = "named"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list."""

    item: Type
    kind: str = "list"


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object used as a map from any text."""

    value: Type
    kind: str = "map"


@dataclass(frozen=True, slots=True)
class Union:
    """One of several types, without repetition; the order is the document's."""

    members: tuple[Type, ...]
    kind: str = "union"


Type = Scalar | Choice | Named | ListOf | MapOf | Union

ANY = Scalar("Any")
NONE = Scalar("None")


def one_of(members: list[Type]) -> Type:
    """The simplest type that takes all of these."""
    flat: list[Type] = []
    for member in members:
        for part in member.members if isinstance(member, Union) else (member,):
            if part not in flat:
                flat.append(part)
    if not flat or ANY in flat:
        return ANY
    # None is written last.
    flat.sort(key=lambda part: part == NONE)
    return flat[0] if len(flat) == 1 else Union(tuple(flat))


def annotation(of: Type, prefix: str = "") -> str:
    """The Python annotation; `prefix` stands before class names ("models.")."""
    match of:
        case Scalar(name):
            return name
        case Choice(values, base, is_open):
            from .literal import literal

            text = "Literal[" + ", ".join(literal(value) for value in values) + "]"
            return f"{text} | {base}" if is_open else text
        case Named(name):
            return prefix + name
        case ListOf(item):
            return f"list[{annotation(item, prefix)}]"
        case MapOf(value):
            return f"dict[str, {annotation(value, prefix)}]"
        case Union(members):
            return " | ".join(annotation(member, prefix) for member in members)


def names_in(of: Type) -> set[str]:
    """Every class and scalar a type mentions."""
    match of:
        case Scalar(name) | Named(name):
            return {name}
        case Choice():
            return {"Literal"}
        case ListOf(inner) | MapOf(inner):
            return names_in(inner)
        case Union(members):
            return {name for member in members for name in names_in(member)}


Base = Literal["Model", "SignedInbound", "StatusInbound"]


@dataclass(frozen=True, slots=True)
class Field:
    """A property of a class."""

    wire: str
    name: str
    type: Type
    required: bool
    doc: str = ""
    default: str = ""
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Class:
    """An object with named properties."""

    name: str
    doc: str
    fields: tuple[Field, ...]
    pointer: str
    base: Base = "Model"


@dataclass(frozen=True, slots=True)
class Family:
    """Objects that are told apart by the value of one property: oneOf and anyOf, or a base with heirs.

    members    the types, in the order of the document; a base stands last
    property   wire name of the tag
    tags       value of the tag, name of the class
    base       the class that takes unknown tags, or None
    """

    name: str
    doc: str
    members: tuple[Type, ...]
    property: str
    tags: tuple[tuple[str, str], ...]
    pointer: str
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a method."""

    name: str
    wire: str
    place: str
    style: str
    explode: bool
    required: bool
    allow_reserved: bool
    type: Type
    doc: str = ""
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Encoding:
    """How one property of a form or multipart body is written, where it is not written as usual.

    media_types   of a part, the first the default; () as usual
    style         of a form's field, or None as usual
    """

    wire: str
    media_types: tuple[str, ...] = ()
    style: str | None = None
    explode: bool = True
    allow_reserved: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """One way to send a request's body."""

    media_type: str
    kind: str
    type: Type
    encodings: tuple[Encoding, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A success."""

    status: int | str
    kind: str
    type: Type
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A documented error."""

    status: int | str
    class_name: str
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """x-sms-bulk: how an answer tells many fates, and how they find what was asked for.

    request       the attribute that lists them in the request, or None when the body itself is the list
    request_key   the attribute that names one of them, or None when each is a text
    failures      words at `state` that mean failure of the whole
    """

    items: str
    status: tuple[str, ...]
    id: str | None
    answer: str
    key: str | None = None
    envelope: str | None = None
    rejected: str | None = None
    request: str | None = None
    request_key: str | None = None
    state: str | None = None
    failures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checks:
    """Rules of a request that are held before anything leaves, by Python names; "*" is each item of a list."""

    body: str
    addresses: tuple[tuple[tuple[str, ...], str], ...] = ()
    requires: tuple[tuple[str, str, bool | str | int], ...] = ()
    text: str | None = None
    recipients: str | None = None
    values: str | None = None

    @property
    def needed(self) -> bool:
        return bool(self.addresses or self.requires or self.values)


@dataclass(frozen=True, slots=True)
class Send:
    """What makes an operation one that sends messages.

    kind      "one": a message, or a list of them; "many": one body that names many
    request   class of the body
    answer    class of a single answer, or None where each fate stands in a list
    id        pointer to the id in a single answer
    state     pointer to a status word in it; `failures` are the words that mean it failed
    item      class of one request of a list, or None when each is a text
    """

    kind: Literal["one", "many"]
    request: str
    answer: str | None
    id: str | None
    state: str | None = None
    failures: tuple[str, ...] = ()
    listing: Listing | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of the client.

    accept     media type that is asked for, where it is not application/json
    security   alternatives of scheme names; an empty one stands last and means that none is needed
    server     where this call goes, when not where the others go
    """

    id: str
    method: str
    constant: str
    verb: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    bodies: tuple[Body, ...]
    body_required: bool
    answers: tuple[Answer, ...]
    refusals: tuple[Refusal, ...]
    security: tuple[tuple[str, ...], ...]
    pointer: str
    accept: str | None = None
    server: str | None = None
    paid: bool = False
    nullable: bool = False
    deprecated: bool = False
    send: Send | None = None
    checks: Checks | None = None


@dataclass(frozen=True, slots=True)
class Scheme:
    """A security scheme that the client can use."""

    name: str
    argument: str
    kind: str
    field: str
    env: str | None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A call that the vendor makes to the customer."""

    name: str
    body: str
    kind: Literal["message", "status"]
    id: str
    secret: str | None
    status: str | None
    life_cycle: str | None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Sdk:
    """Everything that is written for one document."""

    module: str
    client: str
    title: str
    version: str
    doc: str
    servers: tuple[tuple[str, str], ...]
    schemes: tuple[Scheme, ...]
    classes: tuple[Class, ...]
    families: tuple[Family, ...]
    operations: tuple[Operation, ...]
    inbound: tuple[Inbound, ...] = ()
    vendor: str | None = None
    segments: Literal["standard", "documented"] | None = None
    left_out: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Plain values, as the golden files hold them."""
        return asdict(self)
