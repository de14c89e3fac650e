"""Values onto the wire: parameters by their style, bodies by their media type."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from mimetypes import guess_type
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel
from pydantic_core import to_json, to_jsonable_python

from .errors import InvalidRequest
from .model import Model, list_of
from .operation import Encoding, Operation, Parameter
from .shape import is_file, is_listing, is_mapping
from .timestamp import Timestamp

# RFC 3986 section 2.2: what `allowReserved` lets through.
_RESERVED = ":/?#[]@!$&'()*+,;="


def _text(value: object) -> str:
    """A value as one text: scalars as people write them, anything that has parts as JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return _text(value.value)
    if isinstance(value, Timestamp):
        return value.raw
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if is_mapping(value) or is_listing(value):
        return to_json(value, by_alias=True, exclude_none=True).decode()
    return str(value)


def _plain(value: object) -> object:
    """Models and their kin as dicts, lists and scalars."""
    return to_jsonable_python(value, by_alias=True, exclude_none=True) if isinstance(value, BaseModel) else value


def _pairs(value: Mapping[Any, Any]) -> list[tuple[str, str]]:
    return [(_text(key), _text(_plain(item))) for key, item in value.items() if item is not None]


def _deep_pairs(name: str, value: object) -> Iterator[tuple[str, str]]:
    """`name[key][key]` and values, an item of a list under the same name; the standard only knows one level."""
    value = _plain(value)
    if is_mapping(value):
        for key, item in value.items():
            yield from _deep_pairs(f"{name}[{_text(key)}]", item)
    elif is_listing(value):
        for item in value:
            yield from _deep_pairs(name, item)
    elif value is not None:
        yield name, _text(value)


def _items(value: Iterable[Any]) -> list[str]:
    return [_text(_plain(item)) for item in value if item is not None]


_DELIMITER = {"spaceDelimited": "%20", "pipeDelimited": "%7C", "label": ".", "matrix": ",", "simple": ",", "form": ","}


def in_query(parameter: Parameter, value: object) -> list[str]:
    """The `name=value` pieces of one query parameter, percent-encoded."""
    safe = _RESERVED.replace("&", "").replace("#", "").replace("+", "") if parameter.allow_reserved else ""
    name = quote(parameter.name, safe="")

    def encoded(text: str) -> str:
        return quote(text, safe=safe)

    value = _plain(value)
    if parameter.style == "json":
        return [f"{name}={encoded(to_json(value, by_alias=True).decode())}"]
    if parameter.style == "deepObject":
        return [f"{quote(key, safe='')}={encoded(item)}" for key, item in _deep_pairs(parameter.name, value)]
    if is_mapping(value):
        pairs = _pairs(value)
        if parameter.explode:
            return [f"{quote(key, safe='')}={encoded(item)}" for key, item in pairs]
        return [f"{name}=" + ",".join(f"{encoded(key)},{encoded(item)}" for key, item in pairs)]
    if is_listing(value):
        items = _items(value)
        if parameter.explode:
            return [f"{name}={encoded(item)}" for item in items]
        return (
            [f"{name}=" + _DELIMITER.get(parameter.style, ",").join(encoded(item) for item in items)] if items else []
        )
    return [f"{name}={encoded(_text(value))}"]


def in_path(parameter: Parameter, value: object) -> str:
    """One path segment. A segment that would climb ("..") is escaped; an empty one is refused."""
    value = _plain(value)
    name = quote(parameter.name, safe="")
    prefix = {"label": ".", "matrix": ";"}.get(parameter.style, "")
    if parameter.style == "json":
        text = quote(to_json(value, by_alias=True).decode(), safe="")
    elif is_mapping(value):
        pairs = _pairs(value)
        if parameter.explode:
            joiner = {"label": ".", "matrix": ";"}.get(parameter.style, ",")
            text = joiner.join(f"{quote(key, safe='')}={quote(item, safe='')}" for key, item in pairs)
        else:
            text = ",".join(f"{quote(key, safe='')},{quote(item, safe='')}" for key, item in pairs)
            text = f"{name}={text}" if parameter.style == "matrix" else text
    elif is_listing(value):
        items = [quote(item, safe="") for item in _items(value)]
        if parameter.style == "matrix":
            text = ";".join(f"{name}={item}" for item in items) if parameter.explode else f"{name}={','.join(items)}"
        else:
            text = ("." if parameter.style == "label" and parameter.explode else ",").join(items)
    else:
        text = quote(_text(value), safe="")
        text = f"{name}={text}" if parameter.style == "matrix" else text
    if not text:
        raise InvalidRequest(parameter.name, "empty", "a value: it stands in the path")
    text = prefix + text
    return text.replace(".", "%2E") if text in (".", "..") else text


def in_header(parameter: Parameter, value: object) -> str:
    """A header's value, style simple. Line breaks and controls are refused."""
    value = _plain(value)
    if parameter.style == "json":
        text = to_json(value, by_alias=True).decode()
    elif is_mapping(value):
        join = "=" if parameter.explode else ","
        text = ",".join(f"{key}{join}{item}" for key, item in _pairs(value))
    elif is_listing(value):
        text = ",".join(_items(value))
    else:
        text = _text(value)
    if not text.isascii() or not (text.isprintable() or not text):
        raise InvalidRequest(parameter.name, "not-a-header", "printable ASCII without line breaks")
    return text


def target(operation: Operation[Any], values: Mapping[str, object]) -> tuple[str, list[tuple[str, str]]]:
    """Path with query, and the headers that parameters add.

    values   by Python name; None leaves an optional parameter out
    """
    path, query, headers, cookies = operation.path, list[str](), list[tuple[str, str]](), list[str]()
    for name, parameter in operation.parameters.items():
        value = values.get(name)
        if value is None:
            if parameter.required:
                raise InvalidRequest(name, "missing", "a value: the contract requires it")
        elif parameter.place == "path":
            path = path.replace("{" + parameter.name + "}", in_path(parameter, value))
        elif parameter.place == "query":
            query += in_query(parameter, value)
        elif parameter.place == "header":
            headers.append((parameter.name, in_header(parameter, value)))
        else:
            cookies += in_query(parameter, value)
    if cookies:
        headers.append(("Cookie", "; ".join(cookies)))
    joiner = "&" if "?" in path else "?"
    return path + (joiner + "&".join(query) if query else ""), headers


def json_body(value: object, *, nullable: bool = False) -> bytes:
    """A JSON text: by wire names, without what was never set; None is sent only where null has a meaning."""
    if isinstance(value, BaseModel):
        return value.__pydantic_serializer__.to_json(
            value, by_alias=True, exclude_unset=True, exclude_none=not nullable
        )
    if is_listing(value):
        model = _model_of_all(value)
        if model is not None:
            return list_of(model).serializer.to_json(
                value if isinstance(value, list) else list(value),
                by_alias=True,
                exclude_unset=True,
                exclude_none=not nullable,
            )
        return b"[" + b",".join(json_body(item, nullable=nullable) for item in value) + b"]"
    return to_json(value, by_alias=True)


def _model_of_all(values: Iterable[object]) -> type[Model] | None:
    """The one class of all, where they have just one."""
    classes = {type(value) for value in values}
    only = classes.pop() if len(classes) == 1 else None
    return only if only is not None and issubclass(only, Model) else None


def _fields(value: object) -> dict[str, Any]:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="python", by_alias=True, exclude_unset=True, exclude_none=True)
    if is_mapping(value):
        return {str(key): item for key, item in value.items() if item is not None}
    raise InvalidRequest("body", "not-an-object", "a mapping of fields or a model")


def _form(value: object, encodings: Mapping[str, Encoding]) -> bytes:
    pieces: list[str] = []
    for key, item in _fields(value).items():
        encoding = encodings.get(key)
        if encoding is not None and encoding.style is not None:
            field = Parameter(key, "query", encoding.style, encoding.explode, allow_reserved=encoding.allow_reserved)
            pieces += in_query(field, item)
        else:
            for one in item if is_listing(item) else (item,):
                pieces.append(f"{quote(key, safe='')}={quote(_text(_plain(one)), safe='')}")
    return "&".join(pieces).encode()


_PLAIN = Encoding()


def _multipart(value: object, kind: str, encodings: Mapping[str, Encoding]) -> tuple[bytes, str]:
    """A multipart body (RFC 7578; others of the family are written alike) and its media type."""
    boundary = secrets.token_hex(16)
    body = bytearray()
    for key, item in _fields(value).items():
        for one in item if is_listing(item) and not is_file(item) else (item,):
            name, content, media = _part(key, one, encodings.get(key, _PLAIN).media_types)
            head = f'Content-Disposition: form-data; name="{_quoted(key)}"'
            if name is not None:
                head += f'; filename="{_quoted(name)}"'
            if media:
                head += f"\r\nContent-Type: {media}"
            body += f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    return bytes(body), f"{kind}; boundary={boundary}"


def _part(key: str, value: object, media_types: tuple[str, ...]) -> tuple[str | None, bytes, str]:
    """File name, content and media type of one part; no media type where it is text/plain anyway."""
    usual = next((one for one in media_types if "*" not in one), "")
    if isinstance(value, bytes):
        return key, value, usual or "application/octet-stream"
    if is_file(value):
        name, content = value[0], value[1]
        guessed = guess_type(name)[0] or ""
        fits = not media_types or any(one in (guessed, "*/*", f"{guessed.partition('/')[0]}/*") for one in media_types)
        media = value[2] if len(value) == 3 else guessed if guessed and fits else usual
        if not media.isascii() or not (media.isprintable() or not media):
            raise InvalidRequest(key, "no media type", "type/subtype, in ASCII")
        return name, content, media or "application/octet-stream"
    if isinstance(value, BaseModel) or is_mapping(value):
        return None, to_json(value, by_alias=True, exclude_none=True), usual or "application/json"
    return None, _text(value).encode(), usual


def _quoted(name: str) -> str:
    # The escapes browsers use (HTML standard, "multipart form data").
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def body(operation: Operation[Any], media_type: str, value: object) -> tuple[bytes, str]:
    """A body and its Content-Type."""
    kind = operation.bodies[media_type]
    if kind == "json":
        return json_body(value, nullable=operation.nullable), media_type
    if kind == "form":
        return _form(value, operation.encodings.get(media_type, {})), media_type
    if kind == "multipart":
        return _multipart(value, media_type, operation.encodings.get(media_type, {}))
    if isinstance(value, bytes):
        return value, media_type
    if isinstance(value, str):
        charset = "" if kind == "bytes" or "charset" in media_type else "; charset=utf-8"
        return value.encode(), media_type + charset
    raise InvalidRequest("body", "wrong-type", "text or bytes")
