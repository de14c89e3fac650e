"""The HAR 1.2 report: every exchange, for browsers' developer tools and whatever else reads an HTTP archive.

Source: HTTP Archive 1.2, Jan Odvarko. Members of our own begin with an underscore, as it asks for. A case is a "page".
"""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl

from smsproof_conformance.records.exchange import Arrival, Exchange, Headers, header
from smsproof_conformance.reports.material import Material
from smsproof_conformance.reports.telling import moment

_UNKNOWN_SIZE = -1


def render(material: Material) -> str:
    """One archive, ASCII."""
    exchanges, arrivals = list(material.exchanges), list(material.arrivals)
    starts: dict[str, float] = {}
    for exchange in exchanges:
        starts.setdefault(exchange.request.case, exchange.began_seconds)
    for arrival in arrivals:
        starts.setdefault(arrival.case, arrival.at_seconds)
    archive: dict[str, Any] = {
        "log": {
            "version": "1.2",
            "creator": {"name": "smsproof", "version": version("smsproof")},
            "pages": [
                {"startedDateTime": moment(start), "id": case, "title": case, "pageTimings": {}}
                for case, start in starts.items()
            ],
            "entries": [
                *(_exchanged(exchange, material) for exchange in exchanges),
                *(_arrived(arrival, material) for arrival in arrivals),
            ],
        }
    }
    return json.dumps(archive, indent=1) + "\n"


def _exchanged(exchange: Exchange, material: Material) -> dict[str, Any]:
    request, answer, lost = exchange.request, exchange.answer, exchange.lost
    milliseconds = round(answer.elapsed_seconds * 1000, 3) if answer else 0
    entry = {
        "pageref": request.case,
        "startedDateTime": moment(exchange.began_seconds),
        "time": milliseconds,
        "request": _request(
            request.method, material.target.base_url + request.target, request.headers, request.body, material
        ),
        "response": _response(
            answer.status if answer else 0, answer.headers if answer else (), answer.body if answer else b"", material
        ),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": f"{request.step} ({request.token} token)",
        "_exchange": exchange.id,
    }
    if answer is None:
        entry["_error"] = f"{lost.kind}: {lost.detail}" if lost else str(exchange.state)
    return entry


def _arrived(arrival: Arrival, material: Material) -> dict[str, Any]:
    """What came to the inbox: the other direction, so that the URL is our own."""
    base = material.target.public_url or f"http://{material.target.listen}"
    return {
        "pageref": arrival.case,
        "startedDateTime": moment(arrival.at_seconds),
        "time": 0,
        "request": _request(
            arrival.method, f"{base}/{arrival.case}/{arrival.hook}", arrival.headers, arrival.body, material
        ),
        "response": _response(arrival.status, (), b"", material),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": f"arrived at hook {arrival.hook}",
        "_arrival": arrival.id,
    }


def _request(method: str, url: str, headers: Headers, body: bytes | None, material: Material) -> dict[str, Any]:
    query = parse_qsl(url.partition("?")[2], keep_blank_values=True)
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(headers),
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": _UNKNOWN_SIZE,
        "bodySize": _size(body or b"", material),
    }
    if body is not None:
        request["postData"] = {
            "mimeType": header(headers, "Content-Type") or "",
            "params": [],
            "text": body.decode("utf-8", "backslashreplace"),
        }
    return request


def _response(status: int, headers: Headers, body: bytes, material: Material) -> dict[str, Any]:
    content: dict[str, Any] = {"size": len(body), "mimeType": header(headers, "Content-Type") or ""}
    try:
        content["text"] = body.decode("utf-8")
    except UnicodeDecodeError:
        content |= {"text": base64.b64encode(body).decode("ascii"), "encoding": "base64"}
    return {
        "status": status,
        "statusText": _phrase(status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(headers),
        "content": content,
        "redirectURL": header(headers, "Location") or "",
        "headersSize": _UNKNOWN_SIZE,
        "bodySize": _size(body, material),
    }


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _size(body: bytes, material: Material) -> int:
    """On the wire; what is masked has another length now."""
    return len(body) if material.shows_data else _UNKNOWN_SIZE


def _phrase(status: int) -> str:
    """The standard's own phrase: the one that came is in no record."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
