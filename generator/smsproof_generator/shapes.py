"""Schemas to types: every object with named properties becomes a class, everything else a type of Python.

Answers are read with open arms: formats, patterns, lengths and bounds describe what is sent, and a client that held
answers to them would lose a paid message over a comma. So none of them reaches the models.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import names
from .document import Document, JsonObject, as_list, as_object, is_list, is_object, step
from .families import Heirs, is_base, told_apart
from .intermediate import ANY, NONE, Choice, Class, Family, Field, ListOf, MapOf, Named, Scalar, Type, Union, one_of
from .literal import prose
from .problem import Problem

_STRINGS = {"date-time": Scalar("Timestamp"), "date": Scalar("Day"), "binary": Scalar("bytes")}
_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
# Keys that give a schema a shape of its own; others beside a $ref or allOf only describe it.
_STRUCTURE = ("properties", "additionalProperties", "items", "enum", "const", "allOf", "oneOf", "anyOf", "prefixItems")


class Shapes:
    """The types of one document; `classes` and `families` grow as they are asked for."""

    def __init__(self, document: Document, problems: list[Problem]) -> None:
        self._document = document
        self._problems = problems
        self._unique = names.Unique()
        self._by_pointer: dict[str, Type] = {}
        self._being_named: list[str] = []
        self._classes: dict[str, Class | None] = {}
        self._class_at: dict[str, Named] = {}
        self._families: list[Family] = []
        self._looping: dict[str, str] = {}
        self._heirs = Heirs(document)

    @property
    def classes(self) -> tuple[Class, ...]:
        return tuple(found for found in self._classes.values() if found is not None)

    def class_named(self, name: str) -> Class | None:
        """A finished class; None for families and for what is not there."""
        return self._classes.get(name)

    @property
    def families(self) -> tuple[Family, ...]:
        return tuple(self._families)

    def problem(self, pointer: str, what: str, hint: str) -> None:
        """Note what cannot be served, once for each place."""
        found = Problem(self._document.name, pointer, what, hint)
        if found not in self._problems:
            self._problems.append(found)

    def resolve(self, value: Any, pointer: str) -> tuple[JsonObject, str]:
        """Follow `$ref` until there is none; an empty object after reporting what cannot be followed."""
        seen: list[str] = []
        while is_object(value) and isinstance(ref := value.get("$ref"), str):
            if not ref.startswith("#"):
                self.problem(
                    pointer,
                    f"$ref to another place: {prose(ref)[:120]}",
                    "References within the document (#/...) and to files beside it are followed; nothing is fetched.",
                )
                return {}, pointer
            target = ref[1:]
            if target in seen:
                self.problem(pointer, f"$ref {prose(ref)[:120]} refers to itself", "Let it end in a schema.")
                return {}, pointer
            seen.append(target)
            try:
                value = self._document.at(target)
            except KeyError:
                self.problem(pointer, f"$ref {prose(ref)[:120]} leads nowhere", "Correct the reference.")
                return {}, pointer
            pointer = target
        return as_object(value), pointer

    def type_of(self, schema: Any, pointer: str, hint: str) -> Type:
        """The type of a schema that stands at `pointer`; `hint` names it where it has no name of its own."""
        if not is_object(schema):
            return ANY
        given = schema
        ref = given.get("$ref")
        if isinstance(ref, str):
            if any(key in given for key in _STRUCTURE):
                rest = {key: value for key, value in given.items() if key != "$ref"}
                return self.type_of({"allOf": [{"$ref": ref}, rest]}, pointer, hint)
            target, place = self.resolve(given, pointer)
            if not target and place == pointer:
                return ANY
            return self._nullable(given, self._named(target, place))
        return self._nullable(given, self._shape(given, pointer, hint))

    def _named(self, schema: JsonObject, pointer: str) -> Type:
        """The type at a place that others refer to: built once. One that leads back to itself gets a name."""
        found = self._by_pointer.get(pointer) or self._class_at.get(pointer)
        if found is not None:
            return found
        last = pointer.rsplit("/", 1)[-1].replace("~1", "/").replace("~0", "~")
        if pointer in self._being_named:
            if pointer not in self._looping:
                self._looping[pointer] = self._unique(names.pascal(last, "Thing"))
            return Named(self._looping[pointer])
        self._being_named.append(pointer)
        heirs = self._heirs.of(schema, pointer) if is_base(schema) else []
        own = self._with_heirs(schema, heirs, pointer, last) if heirs else self._shape(schema, pointer, last)
        found = self._nullable(schema, own)
        self._being_named.pop()
        if pointer in self._looping and pointer not in self._by_pointer:
            found = self._loop(self._looping[pointer], schema, found, pointer)
        self._by_pointer[pointer] = found
        return found

    def _loop(self, name: str, schema: JsonObject, found: Type, pointer: str) -> Type:
        """A type that leads back to itself: by its name, or Any when no class breaks the loop."""
        broken = not _mentions(found, name)
        members = _members(found) if broken else (ANY,)
        self._families.append(Family(name, _words(schema), members, "", (), pointer))
        return Named(name) if broken else ANY

    # Families

    def _with_heirs(
        self, schema: JsonObject, heirs: list[tuple[str, tuple[str, ...]]], pointer: str, hint: str
    ) -> Type:
        """A base that others extend: any of them, or the base itself."""
        name = self._unique(names.pascal(f"any {hint}", "Thing"))
        self._by_pointer[pointer] = Named(name)
        base = self._shape(schema, pointer, hint)
        wire = str(as_object(schema.get("discriminator")).get("propertyName", ""))
        members = [(self.type_of({"$ref": ref}, pointer, ref), tags) for ref, tags in heirs]
        return self._family(name, schema, wire, members, pointer, base)

    def _family(
        self,
        name: str,
        schema: JsonObject,
        wire: str,
        members: list[tuple[Type, tuple[str, ...]]],
        pointer: str,
        base: Type | None = None,
    ) -> Type:
        tags: dict[str, str] = {}
        for of, values in members:
            if isinstance(of, Named) and of.name in self._classes:
                for tag in values:
                    tags.setdefault(tag, of.name)
        whole = one_of([of for of, _ in members] + ([base] if base is not None else []))
        otherwise = base.name if isinstance(base, Named) and base.name in self._classes else None
        self._families.append(
            Family(name, _words(schema), _members(whole), wire, tuple(tags.items()), pointer, otherwise)
        )
        return Named(name)

    def _properties(self, schema: Any, pointer: str) -> JsonObject | None:
        """The properties of an object, by way of its references and allOf; None for anything else."""
        merged = self._merged([(schema, pointer)], [])
        if merged is None or not merged[0] or merged[2]:
            return None
        return {wire: self.resolve(value, pointer)[0] for wire, value in merged[0].items()}

    @staticmethod
    def _nullable(schema: JsonObject, of: Type) -> Type:
        return one_of([of, NONE]) if schema.get("nullable") is True and of != ANY else of

    def _shape(self, schema: JsonObject, pointer: str, hint: str) -> Type:
        if schema.get("x-sms-joined") == ",":
            kinds = schema.get("type")
            return one_of([Scalar("CommaJoined"), *([NONE] if "null" in as_list(kinds) else [])])
        if "allOf" in schema:
            return self._all(schema, pointer, hint)
        for key in ("oneOf", "anyOf"):
            if any(_has_shape(variant) for variant in as_list(schema.get(key))):
                return self._any(schema, key, pointer, hint)
        if "const" in schema:
            return _choice([schema["const"]], closed=True)
        if isinstance(schema.get("enum"), list):
            return _choice(schema["enum"], closed=False)
        kinds = schema.get("type")
        if is_list(kinds):
            parts = [
                NONE if kind == "null" else self._single({**schema, "type": kind}, kind, pointer, hint)
                for kind in kinds
            ]
            return one_of(parts)
        return self._single(schema, kinds, pointer, hint)

    def _single(self, schema: JsonObject, kind: object, pointer: str, hint: str) -> Type:
        if kind == "null":
            return NONE
        if kind == "string":
            media = schema.get("contentMediaType")
            if media == "application/octet-stream" and "contentEncoding" not in schema:
                return Scalar("bytes")
            if schema.get("x-sms-instant") is True:
                return Scalar("Timestamp")
            return _STRINGS.get(str(schema.get("format")), Scalar("str"))
        if isinstance(kind, str) and kind in _SCALARS:
            return Scalar(_SCALARS[kind])
        if kind == "array" or (kind is None and ("items" in schema or "prefixItems" in schema)):
            return self._list(schema, pointer, hint)
        if kind == "object" or (
            kind is None and any(key in schema for key in ("properties", "additionalProperties", "patternProperties"))
        ):
            return self._object(schema, pointer, hint)
        if kind == "file":
            return Scalar("bytes")
        return ANY

    def _list(self, schema: JsonObject, pointer: str, hint: str) -> Type:
        firsts = schema.get("prefixItems")
        if is_list(firsts):
            types = [
                self.type_of(item, step(pointer, "prefixItems", at), f"{hint} item {at}")
                for at, item in enumerate(firsts)
            ]
            if is_object(schema.get("items")):
                types.append(self.type_of(schema["items"], step(pointer, "items"), f"{hint} item"))
            return ListOf(one_of(types))
        return ListOf(self.type_of(schema.get("items"), step(pointer, "items"), f"{hint} item"))

    def _object(self, schema: JsonObject, pointer: str, hint: str) -> Type:
        if as_object(schema.get("properties")):
            return self._class(schema, pointer, hint)
        others = as_object(schema.get("additionalProperties"))
        if others:
            return MapOf(self.type_of(others, step(pointer, "additionalProperties"), f"{hint} value"))
        patterns = as_object(schema.get("patternProperties"))
        if patterns:
            found = [
                self.type_of(item, step(pointer, "patternProperties", key), f"{hint} value")
                for key, item in patterns.items()
            ]
            return MapOf(one_of(found))
        return MapOf(ANY)

    def _class(self, schema: JsonObject, pointer: str, hint: str) -> Type:
        if pointer in self._class_at:
            return self._class_at[pointer]
        name = self._unique(names.pascal(hint, "Thing"))
        own = Named(name)
        # Known by its place before its fields are: they may lead back to it.
        self._class_at[pointer] = own
        self._classes[name] = None
        needed = {name for name in as_list(schema.get("required")) if isinstance(name, str)}
        unique = names.Unique()
        fields: list[Field] = []
        for wire, value in as_object(schema["properties"]).items():
            place = step(pointer, "properties", wire)
            of = self.type_of(value, place, f"{name} {wire}")
            told, _ = self.resolve(value, place)
            own_words = as_object(value)
            doc = own_words.get("description") or told.get("description") or own_words.get("title") or ""
            default = told.get("default")
            fields.append(
                Field(
                    wire,
                    unique(names.field(wire)),
                    of,
                    wire in needed and not told.get("writeOnly"),
                    prose(str(doc)),
                    prose(str(default)) if isinstance(default, str | int | float | bool) else "",
                    told.get("readOnly") is True or own_words.get("readOnly") is True,
                )
            )
        self._classes[name] = Class(name, _words(schema), tuple(fields), pointer)
        return own

    def _all(self, schema: JsonObject, pointer: str, hint: str) -> Type:
        """allOf: objects are merged into one; a single part that the rest only describes stays what it is."""
        parts: list[tuple[Any, str]] = [
            (part, step(pointer, "allOf", at)) for at, part in enumerate(as_list(schema["allOf"]))
        ]
        rest = {key: value for key, value in schema.items() if key != "allOf"}
        shaped = [(part, place) for part, place in parts if _has_shape(part)]
        if _has_shape(rest):
            shaped.append((rest, pointer))
        if not shaped:
            return ANY
        if len(shaped) == 1:
            part, place = shaped[0]
            if place == pointer:
                return self._shape(rest, pointer, hint)
            # An heir that adds nothing is a class all the same: its tag names it.
            if pointer not in self._heirs and not is_base(self.resolve(part, place)[0]):
                return self.type_of(part, place, hint)
        merged = self._merged([(part, place) for part, place in shaped], [])
        if merged is None:
            # Not all of them are objects: the first one's type holds for all.
            part, place = shaped[0]
            return self.type_of(part, place, hint)
        properties, required, variants = merged
        text = _described(rest)
        whole: JsonObject = {**text, "type": "object", "properties": properties, "required": required}
        if not variants:
            return self._object(whole, pointer, hint)
        # Each variant with what they all share.
        apart = told_apart(rest, variants, self._properties)
        family = Named(self._unique(names.pascal(hint, "Thing"))) if apart else None
        if family is not None:
            self._by_pointer[pointer] = family
        types: list[Type] = []
        for at, (variant, place) in enumerate(variants):
            one = self._merged([(whole, pointer), (variant, place)], [])
            if one is None:
                types.append(self.type_of(variant, place, f"{hint} {at + 1}"))
                continue
            name = str(as_object(variant).get("$ref", "")).rsplit("/", 1)[-1]
            joined = {**text, "type": "object", "properties": one[0], "required": one[1]}
            types.append(self._object(joined, step(pointer, "x-variant", at), f"{hint} {name or at + 1}"))
        if apart is None or family is None:
            return one_of(types)
        members = [(of, one.tags) for of, one in zip(types, apart[1], strict=True)]
        return self._family(family.name, schema, apart[0], members, pointer)

    def _merged(
        self, parts: Iterable[tuple[Any, str]], seen: list[str]
    ) -> tuple[JsonObject, list[Any], list[tuple[Any, str]]] | None:
        """Properties, required names and variants of objects that hold at once; None when one is no object."""
        properties: JsonObject = {}
        required: list[Any] = []
        variants: list[tuple[Any, str]] = []
        for given, place in parts:
            part, place = self.resolve(given, place)
            if place in seen and place:
                continue
            kinds = part.get("type")
            if kinds is not None and kinds != "object" and "object" not in as_list(kinds):
                return None
            if "enum" in part or "const" in part:
                return None
            inner = [(item, step(place, "allOf", at)) for at, item in enumerate(as_list(part.get("allOf")))]
            below = self._merged(inner, [*seen, place])
            if below is None:
                return None
            for wire, value in [*below[0].items(), *as_object(part.get("properties")).items()]:
                # Twice the same property: the one that says more stays.
                if wire not in properties or _has_shape(value):
                    properties[wire] = value
            required += [*below[1], *as_list(part.get("required"))]
            variants += below[2]
            for key in ("oneOf", "anyOf"):
                options = as_list(part.get(key))
                if any(_has_shape(option) for option in options):
                    found = [(option, step(place, key, at)) for at, option in enumerate(options)]
                    # A second choice beside the first would multiply; its objects' properties are all optional then.
                    if not variants:
                        variants = found
                    else:
                        for option, spot in found:
                            extra = self._merged([(option, spot)], [*seen, place])
                            for wire, value in (extra[0] if extra else {}).items():
                                properties.setdefault(wire, value)
        return properties, [name for at, name in enumerate(required) if name not in required[:at]], variants

    def _any(self, schema: JsonObject, key: str, pointer: str, hint: str) -> Type:
        """oneOf and anyOf: a union; what stands beside them holds for every variant."""
        variants = as_list(schema[key])
        if as_object(schema.get("properties")):
            base = {name: value for name, value in schema.items() if name not in ("oneOf", "anyOf", "discriminator")}
            whole: JsonObject = {"allOf": [base, {key: variants}]}
            return self._all(whole | _described(schema), pointer, hint)
        choices = [
            (variant, step(pointer, key, at))
            for at, variant in enumerate(variants)
            if as_object(variant).get("type") != "null" and _has_shape(variant)
        ]
        apart = told_apart(schema, choices, self._properties)
        if apart is not None:
            wire, told = apart
            family = Named(self._unique(names.pascal(hint, "Thing")))
            self._by_pointer[pointer] = family
            members = [
                (self.type_of(one.schema, one.pointer, self._variant_hint(hint, one.schema, at)), one.tags)
                for at, one in enumerate(told)
            ]
            self._family(family.name, schema, wire, members, pointer)
            return one_of([family, NONE] if len(choices) < len(variants) else [family])
        types: list[Type] = []
        for at, variant in enumerate(variants):
            name = self._variant_hint(hint, variant, at)
            if not _has_shape(variant) and isinstance(schema.get("type"), str):
                variant = as_object(variant) | {"type": schema["type"]}
            types.append(self.type_of(variant, step(pointer, key, at), name))
        return one_of(types)

    @staticmethod
    def _variant_hint(hint: str, variant: object, at: int) -> str:
        title = as_object(variant).get("title")
        return f"{hint} {title}" if isinstance(title, str) else f"{hint} {at + 1}"


def _words(schema: JsonObject) -> str:
    return prose(str(schema.get("description") or schema.get("title") or ""))


def _members(of: Type) -> tuple[Type, ...]:
    return of.members if isinstance(of, Union) else (of,)


def _mentions(of: Type, name: str) -> bool:
    """Whether a type mentions a name outside its classes."""
    match of:
        case Named(own):
            return own == name
        case ListOf(inner) | MapOf(inner):
            return _mentions(inner, name)
        case Union(members):
            return any(_mentions(member, name) for member in members)
        case _:
            return False


def _described(schema: JsonObject) -> JsonObject:
    return {key: schema[key] for key in ("description", "title") if key in schema}


def _has_shape(schema: object) -> bool:
    given = as_object(schema)
    return "$ref" in given or "type" in given or any(key in given for key in _STRUCTURE)


def _choice(values: object, *, closed: bool) -> Type:
    """A const or an enum. Values that no Literal can hold are typed by their kind."""
    found = as_list(values)
    parts: list[Type] = [NONE] if None in found else []
    for kind, name in ((str, "str"), (bool, "bool"), (int, "int")):
        own = tuple(
            dict.fromkeys(
                value for value in found if isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
            )
        )
        if own:
            parts.append(Scalar("bool") if kind is bool and not closed else Choice(own, name, not closed))
    if any(isinstance(value, float) for value in found):
        parts.append(Scalar("float"))
    if any(isinstance(value, list | dict) for value in found):
        return ANY
    return one_of(parts)
