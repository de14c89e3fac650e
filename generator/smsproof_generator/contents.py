"""Bodies and answers: media types, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator

from .document import JsonObject, as_object, step
from .intermediate import ANY, NONE, Answer, Body, Encoding, Refusal, Scalar, Type, one_of
from .literal import prose
from .shapes import Shapes

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_FIELD_STYLES = ("form", "spaceDelimited", "pipeDelimited", "deepObject")


def bodies(shapes: Shapes, operation: JsonObject, pointer: str, hint: str) -> tuple[tuple[Body, ...], bool]:
    """The bodies an operation takes, the first the default; and whether it must have one."""
    if "requestBody" not in operation:
        return (), False
    body, place = shapes.resolve(operation["requestBody"], step(pointer, "requestBody"))
    found: list[Body] = []
    for media, given in as_object(body.get("content")).items():
        spot = step(place, "content", media)
        if not media.isascii() or not media.isprintable() or "/" not in media:
            shapes.problem(spot, "no media type", "Write it as type/subtype.")
            continue
        schema = as_object(given).get("schema")
        of = shapes.type_of(schema, step(spot, "schema"), f"{hint} request")
        kind = _body_kind(media)
        if "*" in media:
            # Whatever the vendor takes: JSON, unless the schema says that it is bytes.
            kind = "bytes" if of == Scalar("bytes") or not media.startswith("*/") else "json"
            media = _JSON if kind == "json" else "application/octet-stream"
        if kind in ("text", "bytes"):
            of = one_of([Scalar("str"), Scalar("bytes")])
        encodings = tuple(_encodings(as_object(given), kind)) if kind in ("form", "multipart") else ()
        if all(other.media_type != media for other in found):
            found.append(Body(media, kind, of, encodings))
    return tuple(found), body.get("required") is True


def _encodings(given: JsonObject, kind: str) -> Iterator[Encoding]:
    for wire, value in as_object(given.get("encoding")).items():
        encoding = as_object(value)
        media = str(encoding.get("contentType") or "")
        types = tuple(one.strip() for one in media.split(",") if one.strip() and one.isascii() and one.isprintable())
        style = encoding.get("style")
        explode = encoding.get("explode")
        styled = kind == "form" and (style in _FIELD_STYLES or explode is not None or encoding.get("allowReserved"))
        if types or styled:
            named = str(style) if style in _FIELD_STYLES else "form"
            yield Encoding(
                wire,
                types,
                named if styled else None,
                explode if isinstance(explode, bool) else named in ("form", "deepObject"),
                encoding.get("allowReserved") is True,
            )


def answers(shapes: Shapes, operation: JsonObject, pointer: str, hint: str) -> tuple[tuple[Answer, ...], str | None]:
    """The successes of an operation; and the media type to ask for, where it is not JSON.

    Where no success is documented, `default` tells what one looks like.
    """
    responses = as_object(operation.get("responses"))
    successes = [status for status in responses if _is_success(status)]
    if not successes and as_object(responses.get("default")):
        successes = ["default"]
    found: list[Answer] = []
    accept: list[str] = []
    for status in successes:
        response, place = shapes.resolve(responses[status], step(pointer, "responses", status))
        content = as_object(response.get("content"))
        if status == "default" and not content:
            continue
        doc = prose(str(response.get("description") or ""))
        code = "2XX" if status == "default" else _status(status) or status
        media = next((media for media in content if is_json(media)), next(iter(content), None))
        if media is None:
            found.append(Answer(code, "none", NONE, doc))
            continue
        kind = _answer_kind(media)
        if media.isascii() and media.isprintable() and "*" not in media:
            accept.append(media)
        schema = as_object(content[media]).get("schema")
        of: Type = {"text": Scalar("str"), "bytes": Scalar("bytes")}.get(kind) or (
            ANY
            if schema is None
            else shapes.type_of(schema, step(place, "content", media, "schema"), f"{hint} response")
        )
        found.append(Answer(code, kind, of, doc))
    wanted = ", ".join(dict.fromkeys(accept))
    return tuple(found), wanted if wanted and wanted != _JSON else None


def refusals(shapes: Shapes, operation: JsonObject, pointer: str) -> Iterator[Refusal]:
    """The documented errors of an operation."""
    for status, given in as_object(operation.get("responses")).items():
        code = _status(status)
        spot = step(pointer, "responses", status)
        if code is None:
            shapes.problem(spot, f"status {prose(status)[:20]}", "Use 100-599, 1XX-5XX or default.")
        elif not _is_success(status) and code != "1XX":
            response, _ = shapes.resolve(given, spot)
            doc = prose(str(response.get("description") or ""))
            yield Refusal(code, _ERROR_NAMES.get(code, f"Status{code}"), doc)


_ERROR_NAMES: dict[int | str, str] = {
    400: "BadRequest",
    401: "Unauthorized",
    402: "PaymentRequired",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    408: "RequestTimeout",
    409: "Conflict",
    410: "Gone",
    412: "PreconditionFailed",
    413: "ContentTooLarge",
    415: "UnsupportedMediaType",
    422: "UnprocessableContent",
    423: "Locked",
    424: "FailedDependency",
    428: "PreconditionRequired",
    429: "TooManyRequests",
    500: "InternalServerError",
    501: "NotImplementedByVendor",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
    "3XX": "Redirected",
    "4XX": "ClientError",
    "5XX": "ServerError",
    "default": "Refused",
}


def _status(text: str) -> int | str | None:
    if text.isascii() and text.isdigit() and len(text) == 3 and 100 <= int(text) < 600:
        return int(text)
    if len(text) == 3 and text[0] in "12345" and text[1:].upper() == "XX":
        return f"{text[0]}XX"
    return "default" if text == "default" else None


def _is_success(text: str) -> bool:
    code = _status(text)
    return code == "2XX" or (isinstance(code, int) and 200 <= code < 300)


def _plain(media: str) -> str:
    return media.split(";")[0].strip().lower()


def is_json(media: str) -> bool:
    """Whether a media type is JSON, or anything at all."""
    return _plain(media).endswith(("/json", "+json")) or _plain(media) == "*/*"


def _body_kind(media: str) -> str:
    plain = _plain(media)
    if is_json(media):
        return "json"
    if plain == _FORM:
        return "form"
    if plain.startswith("multipart/"):
        return "multipart"
    return "text" if plain.startswith("text/") or plain.endswith(("/xml", "+xml")) else "bytes"


def _answer_kind(media: str) -> str:
    kind = _body_kind(media)
    return kind if kind in ("json", "text") else "bytes"
