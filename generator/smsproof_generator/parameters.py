"""Parameters: arguments of a method, and how their values are written."""

from __future__ import annotations

from collections.abc import Iterator

from smsproof_spec.spelling import nearest

from . import names
from .contents import is_json
from .document import JsonObject, as_list, as_object, step
from .intermediate import Parameter
from .literal import prose
from .shapes import Shapes

_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_ALLOWED_STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
# The client sets these itself (OpenAPI 3.1, "Parameter Object").
_OWN_HEADERS = ("accept", "content-type", "authorization")


def parameters(
    shapes: Shapes, path: str, item: JsonObject, operation: JsonObject, pointer: str, hint: str
) -> Iterator[Parameter]:
    """The parameters of an operation: its own, and those of its path that it does not replace.

    pointer   of the operation
    hint      names schemas that have no name of their own
    """
    found: dict[tuple[str, str], tuple[JsonObject, str]] = {}
    for place, given in ((pointer.rsplit("/", 1)[0], item), (pointer, operation)):
        for at, value in enumerate(as_list(given.get("parameters"))):
            spot = step(place, "parameters", at)
            parameter, _ = shapes.resolve(value, spot)
            name, where = parameter.get("name"), parameter.get("in")
            if isinstance(name, str) and name and isinstance(where, str) and where in _STYLES:
                found[name, where] = (parameter, spot)
            elif parameter and isinstance(where, str) and where not in _STYLES:
                found_in = f"a parameter in {where!r}, which is no place of a request"
                shapes.problem(spot, found_in, f"{nearest(where, _STYLES)}.")
            elif parameter:
                shapes.problem(spot, "a parameter without a name or a place", "Give `name` and `in`.")
    in_path = _braces(path)
    for name in in_path:
        if (name, "path") not in found:
            found[name, "path"] = ({"name": name, "in": "path", "schema": {"type": "string"}}, pointer)
    unique = names.Unique()
    for (name, where), (parameter, spot) in found.items():
        if where == "header" and name.lower() in _OWN_HEADERS:
            continue
        if where == "path" and name not in in_path:
            continue
        if where in ("header", "cookie") and not names.is_token(name):
            shapes.problem(spot, f"{prose(name)[:80]} is no {where} name", "RFC 9110 section 5.6.2 says what is.")
            continue
        yield _parameter(shapes, name, where, parameter, spot, hint, unique)


def _parameter(
    shapes: Shapes, name: str, where: str, given: JsonObject, spot: str, hint: str, unique: names.Unique
) -> Parameter:
    content = as_object(given.get("content"))
    if content:
        media = next(iter(content))
        schema, place = as_object(content[media]).get("schema"), step(spot, "content", media, "schema")
        style = "json" if is_json(media) else _STYLES[where]
    else:
        schema, place = given.get("schema"), step(spot, "schema")
        style = _style(shapes, given, where, spot)
    explode = given.get("explode")
    doc = given.get("description") or as_object(schema).get("description") or ""
    role = as_object(schema).get("x-sms-address")
    return Parameter(
        name=unique(names.argument(name)),
        wire=name,
        place=where,
        style=style,
        explode=explode if isinstance(explode, bool) else style in ("form", "deepObject"),
        required=where == "path" or given.get("required") is True,
        allow_reserved=given.get("allowReserved") is True,
        type=shapes.type_of(schema, place, f"{hint} {name}"),
        doc=prose(str(doc)),
        address=role if isinstance(role, str) else None,
    )


def _style(shapes: Shapes, given: JsonObject, where: str, spot: str) -> str:
    """The style, in whatever case it is written."""
    style = str(given.get("style") or _STYLES[where])
    for allowed in _ALLOWED_STYLES[where]:
        if allowed.casefold() == style.casefold():
            return allowed
    shapes.problem(
        step(spot, "style"),
        f"style {prose(style)[:40]} in {where}",
        f"Styles of that place: {', '.join(_ALLOWED_STYLES[where])}.",
    )
    return _STYLES[where]


def _braces(path: str) -> list[str]:
    return [piece.split("}")[0] for piece in path.split("{")[1:] if "}" in piece]
