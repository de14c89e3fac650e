"""Which objects belong together, and by which value of which property they are told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .document import Document, JsonObject, as_list, as_object, step

# Resolves a schema that stands at a pointer: the schema without its $ref, and where it was found.
Resolve = Callable[[Any, str], tuple[JsonObject, str]]
# The properties of an object, those of its allOf included; None for anything but an object with properties.
Properties = Callable[[Any, str], JsonObject | None]


@dataclass(frozen=True, slots=True)
class Variant:
    """One member of a family.

    schema, pointer   as it is written there
    tags              the values of the property that mean it
    """

    schema: JsonObject
    pointer: str
    tags: tuple[str, ...]


def told_apart(
    schema: JsonObject, variants: list[tuple[Any, str]], properties: Properties
) -> tuple[str, list[Variant]] | None:
    """The property that tells variants apart, and the variants with their tags.

    schema      what holds the oneOf or anyOf; its discriminator says which property, else one is looked for whose
                values are listed (const or enum) in every variant and shared by none
    returns     None when there are not at least two, not all are objects with properties, or nothing tells them apart
    """
    found = [properties(variant, place) for variant, place in variants]
    if len(variants) < 2 or any(own is None for own in found):
        return None
    given = as_object(schema.get("discriminator"))
    named = given.get("propertyName")
    if isinstance(named, str):
        mapping = as_object(given.get("mapping"))
        tagged = [
            Variant(as_object(variant), place, _mapped(mapping, variant) or _listed(own, named) or _own_name(variant))
            for (variant, place), own in zip(variants, found, strict=True)
        ]
        return named, tagged
    for wire in found[0] or ():
        lists = [_listed(own, wire) for own in found]
        every = [value for values in lists for value in values]
        if all(lists) and len(set(every)) == len(every):
            tagged = [
                Variant(as_object(variant), place, values)
                for (variant, place), values in zip(variants, lists, strict=True)
            ]
            return wire, tagged
    return None


def _listed(properties: JsonObject | None, wire: str) -> tuple[str, ...]:
    """The texts that a property may have, where they are listed."""
    schema = as_object((properties or {}).get(wire))
    values = [schema["const"]] if "const" in schema else as_list(schema.get("enum"))
    return tuple(value for value in values if isinstance(value, str))


def _mapped(mapping: JsonObject, variant: object) -> tuple[str, ...]:
    ref = as_object(variant).get("$ref")
    return tuple(tag for tag, target in mapping.items() if isinstance(target, str) and ref == reference(target))


def _own_name(variant: object) -> tuple[str, ...]:
    """Without a mapping the tag is the name of the schema (OpenAPI 3.1, "Discriminator Object")."""
    ref = as_object(variant).get("$ref")
    return (ref.rsplit("/", 1)[-1],) if isinstance(ref, str) else ()


def reference(target: str) -> str:
    """A mapping's target as a reference: a bare name is that of a component."""
    return target if "#" in target or "/" in target or "." in target else f"#/components/schemas/{step('', target)[1:]}"


def is_base(schema: JsonObject) -> bool:
    """Whether others that extend a schema are told apart by one of its properties."""
    return "discriminator" in schema and "oneOf" not in schema and "anyOf" not in schema


class Heirs:
    """Which component schemas extend which, by allOf."""

    def __init__(self, document: Document) -> None:
        self._by_base: dict[str, list[str]] = {}
        schemas = as_object(as_object(document.root.get("components")).get("schemas"))
        for name, schema in schemas.items():
            for part in as_list(as_object(schema).get("allOf")):
                ref = as_object(part).get("$ref")
                if isinstance(ref, str):
                    self._by_base.setdefault(ref, []).append(f"#{step('/components/schemas', name)}")

        self._all = {
            heir
            for name, schema in schemas.items()
            if is_base(as_object(schema))
            for heir in self._below(f"#{step('/components/schemas', name)}", [])
        }

    def __contains__(self, pointer: str) -> bool:
        return f"#{pointer}" in self._all

    def of(self, base: JsonObject, pointer: str) -> list[tuple[str, tuple[str, ...]]]:
        """References to the heirs of a base that has a discriminator, each with its tags; those of heirs included."""
        mapping = as_object(as_object(base.get("discriminator")).get("mapping"))
        by_ref: dict[str, list[str]] = {}
        for tag, target in mapping.items():
            if isinstance(target, str):
                by_ref.setdefault(reference(target), []).append(tag)
        for ref in self._below(f"#{pointer}", [f"#{pointer}"]):
            by_ref.setdefault(ref, [] if mapping else [ref.rsplit("/", 1)[-1]])
        by_ref.pop(f"#{pointer}", None)
        return [(ref, tuple(tags)) for ref, tags in by_ref.items()]

    def _below(self, ref: str, seen: list[str]) -> Iterator[str]:
        for heir in self._by_base.get(ref, ()):
            if heir not in seen:
                seen.append(heir)
                yield heir
                yield from self._below(heir, seen)
