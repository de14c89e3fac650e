"""The recording server: takes a client's requests, puts them on record, and answers as the vendor or worse.

Right answers come from an emulator behind it. It listens twice: at a base URL with a path prefix, so that a client that
drops the prefix shows, and elsewhere, so that a client that follows a redirect with its token shows; some redirects
point to a place at the base URL that no operation has.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import replace
from typing import Final

import httpx2

from smsproof_conformance.clients.matching import Matching
from smsproof_conformance.clients.scenario import Reply
from smsproof_conformance.records.exchange import Answer, Lost, Request, header
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.targets.target import Token
from smsproof_conformance.wire.listener import Heard, Listener, Said

REQUESTS: Final = "client/requests"
ELSEWHERE: Final = "client/elsewhere"
PREFIX: Final = "/smsproof/client"
TOKEN: Final = "smsproof-token"
_LARGEST_BYTES: Final = 1024 * 1024
_SILENT_SECONDS: Final = 4.0  # then the connection is closed: a client without a timeout must not hang for ever
_HOP_BY_HOP: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"})
_FORWARDED: Final = frozenset({"authorization", "content-type", "accept"})  # all that the vendor looks at
_MOVED: Final = "/moved"
_BEARER: Final = re.compile(rf"(?i:bearer) +{re.escape(TOKEN)}")  # a scheme has no case, RFC 9110 11.1


class Recorder:
    """Serves one client run; `open` and `close` in the same event loop."""

    def __init__(self, ledger: Ledger, matching: Matching, emulator_url: str) -> None:
        self._ledger = ledger
        self._matching = matching
        self._emulator_url = emulator_url
        self._emulator = httpx2.AsyncClient(trust_env=False, timeout=30.0)
        self._here = Listener(self._respond, _LARGEST_BYTES)
        self._elsewhere = Listener(self._respond_elsewhere, _LARGEST_BYTES)
        self._moved_to = ""
        self.base_url = ""

    async def open(self) -> None:
        self.base_url = await self._here.open("127.0.0.1", 0) + PREFIX
        self._moved_to = await self._elsewhere.open("127.0.0.1", 0) + _MOVED

    async def close(self) -> None:
        await self._here.close()
        await self._elsewhere.close()
        await self._emulator.aclose()

    async def _respond(self, heard: Heard) -> Said | None:
        target = heard.target.removeprefix(self.base_url.removesuffix(PREFIX))  # absolute form, as to a proxy
        if target.partition("?")[0] == PREFIX + _MOVED:
            return await self._respond_elsewhere(heard)
        kept = target.removeprefix(PREFIX)
        prefixed = target.startswith(PREFIX + "/")
        request = _request(heard, kept, REQUESTS)
        part, operation = self._matching.recognise(request)
        count = self._matching.counts[part.label] if part else self._matching.others
        named = Sentence("{} #{}", part.label if part else said("other"), count)
        step = named if prefixed else Sentence("{} without the prefix", named)
        id_ = self._ledger.intend(replace(request, step=step, operation=operation if prefixed else None))
        self._look_for_the_token(heard, REQUESTS, id_)
        if request.token in ("malformed", "wrong"):
            self._ledger.note(REQUESTS, f"authorization of {id_}", _shape(header(heard.headers, "authorization")))
        if not prefixed:
            outcome: Answer | Lost = Answer(404, (), b"", 0.0)
        elif part and part.step.reply is not Reply.RIGHT and count == 1:
            outcome = await self._misbehave(part.step.reply)
        else:
            outcome = await self._vendor(heard, kept)
        self._ledger.settle(id_, outcome)
        return None if isinstance(outcome, Lost) else Said(outcome.status, outcome.headers, outcome.body)

    async def _respond_elsewhere(self, heard: Heard) -> Said:
        id_ = self._ledger.intend(
            replace(_request(heard, heard.target, ELSEWHERE), step=Sentence("{} elsewhere", heard.method))
        )
        self._look_for_the_token(heard, ELSEWHERE, id_)
        self._ledger.settle(id_, Answer(404, (), b"", 0.0))
        return Said(404)

    def _look_for_the_token(self, heard: Heard, case: str, id_: int) -> None:
        """Note where the token stands beside Authorization: the record itself has it nowhere."""
        beside = token_beside(heard)
        if beside is not None:
            self._ledger.note(case, f"token beside Authorization of {id_}", beside)

    async def _misbehave(self, reply: Reply) -> Answer | Lost:
        match reply:
            case Reply.LOST:
                return Lost("transport.reset", True, "taken, then the connection was closed")
            case Reply.SILENT:
                await asyncio.sleep(_SILENT_SECONDS)  # the misbehaviour itself: a server that says nothing
                return Lost("transport.deadline", True, "taken, then silence")
            case Reply.SEE_OTHER | Reply.TEMPORARY_REDIRECT:
                return Answer(int(reply), (("Location", self._moved_to),), b"", 0.0)
            case Reply.SEE_OTHER_HERE | Reply.TEMPORARY_REDIRECT_HERE:
                return Answer(int(reply.removesuffix(" here")), (("Location", PREFIX + _MOVED),), b"", 0.0)
            case _:
                return Answer(int(reply), (("Retry-After", "0"), ("Content-Type", "application/json")), b"{}", 0.0)

    async def _vendor(self, heard: Heard, target: str) -> Answer | Lost:
        headers = [(name, value) for name, value in heard.headers if name.lower() in _FORWARDED]
        outgoing = httpx2.Request(heard.method, self._emulator_url + target, headers=headers, content=heard.body)
        began = time.monotonic()
        try:
            answer = await self._emulator.send(outgoing)
        except httpx2.HTTPError as error:
            return Lost("transport.protocol", True, str(error))
        kept = tuple((name, value) for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP)
        return Answer(answer.status_code, kept, answer.content, time.monotonic() - began)


def _request(heard: Heard, target: str, case: str) -> Request:
    others = tuple((name, value) for name, value in heard.headers if name.lower() != "authorization")
    token = token_form(header(heard.headers, "authorization"))
    return Request(case, "", None, heard.method, target, others, heard.body or None, token)


def token_form(authorization: str | None) -> Token:
    """What a client put into Authorization, by name: the value itself is on no record."""
    if authorization is None:
        return "missing"
    if _BEARER.fullmatch(authorization):
        return "good"
    if authorization == TOKEN:
        return "no-scheme"
    return "malformed" if TOKEN in authorization or not authorization.strip() else "wrong"


def token_beside(heard: Heard) -> str | None:
    """Where else than in Authorization a request has the token, in words; None for nowhere."""
    if TOKEN in heard.target:
        return "the request's target"
    for name, value in heard.headers:
        if name.lower() != "authorization" and TOKEN in value:
            return f"the header {name}"
    return "the body" if TOKEN.encode() in heard.body else None


def _shape(authorization: str | None) -> str:
    """An Authorization value that may be recorded: how the token stands in it, or the scheme in front of another value."""
    value = (authorization or "").strip()
    if TOKEN in value:
        return value.replace(TOKEN, "<the token>")
    scheme, space, rest = value.partition(" ")
    return f"{scheme} <another value>" if space and rest else "<another value>" if value else "nothing"
