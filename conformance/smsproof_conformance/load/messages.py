"""What master and workers tell each other: plain values, because Locust carries them as msgpack."""

from __future__ import annotations

from typing import Any, Final

from smsproof_conformance.records.exchange import Answer, Headers, Lost, Request

WANT: Final = "smsproof-want"  # worker: I have users and nothing to send
LEASE: Final = "smsproof-lease"  # master: these are yours; none means that there will be no more
DONE: Final = "smsproof-done"  # worker: this is what came of a send


def packed_request(send: int, request: Request) -> list[Any]:
    return [send, request.method, request.target, [list(pair) for pair in request.headers], request.body]


def unpacked_request(values: list[Any]) -> tuple[int, Request]:
    """The number of a send and what is to be sent."""
    send, method, target, headers, body = values
    request = Request("load", str(send), None, method, target, _headers(headers), body, "good", paid=True)
    return send, request


def packed_outcome(send: int, outcome: Answer | Lost) -> dict[str, Any]:
    if isinstance(outcome, Lost):
        return {"send": send, "kind": outcome.kind, "left": outcome.left, "detail": outcome.detail}
    return {
        "send": send, "status": outcome.status, "headers": [list(pair) for pair in outcome.headers],
        "body": outcome.body, "elapsed": outcome.elapsed_seconds, "malformed": outcome.malformed,
    }  # fmt: skip


def unpacked_outcome(values: dict[str, Any]) -> tuple[int, Answer | Lost]:
    """The number of a send and what came of it."""
    if "kind" in values:
        return values["send"], Lost(values["kind"], values["left"], values["detail"])
    return values["send"], Answer(
        values["status"], _headers(values["headers"]), values["body"], values["elapsed"], values["malformed"]
    )


def _headers(pairs: list[list[str]]) -> Headers:
    return tuple((name, value) for name, value in pairs)
