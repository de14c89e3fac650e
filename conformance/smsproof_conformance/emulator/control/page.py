"""The page at {control}/: what was sent, received, retried and refused, live, with a form to send an inbound message.

Rendered here and escaped here: nothing is fetched from elsewhere, and a policy in the answer's head forbids it. Scripts
of the page only fetch this page again. Whoever posts the form must have been given it: a token of this process stands
in it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from heapq import merge
from itertools import islice
from typing import Final
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from smsproof_conformance.emulator.account import Refused
from smsproof_conformance.emulator.books.credentials import TOKEN
from smsproof_conformance.emulator.books.message import Delivery, Direction, Message
from smsproof_conformance.emulator.desk import Desk
from smsproof_conformance.emulator.exchange import Answer, Request
from smsproof_spec.rules import measure, printable, split

KINDS: Final = ("sent", "received", "retried", "refused")
SHOWN: Final = 200
"""Rows at most; the newest first."""
LOOKED_AT: Final = 1000
"""Messages, and refusals, that the filters look at."""
_SHOWN_CHARACTERS: Final = 4000


_ENCODINGS: Final = {"gsm7": ("GSM-7", "septet"), "ucs2": ("UCS-2", "code unit")}


@dataclass(frozen=True, slots=True)
class Row:
    """One message on the page, or a request that held none. Texts are printable already; the template escapes them.

    kind     sent, received or refused; a delivery with a second attempt makes a row "retried" besides
    parts    the text cut as a handset gets it; of a very long text the first ones
    in_all   how many parts there are
    size     encoding and units, and what the vendor counts, in words
    request  method and path, for a request that held no message
    """

    at: float
    kind: str
    sender: str
    to: str
    parts: tuple[str, ...]
    in_all: int
    size: str
    id: str = ""
    note: str = ""
    request: str = ""
    details: tuple[tuple[str, str], ...] = ()
    deliveries: tuple[Delivery, ...] = ()

    @property
    def time(self) -> str:
        return datetime.fromtimestamp(self.at, UTC).strftime("%H:%M:%S")

    @property
    def is_retried(self) -> bool:
        return any(len(delivery.attempts) > 1 for delivery in self.deliveries)


class Page:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._token = secrets.token_urlsafe(24)

    def show(self, request: Request) -> Answer:
        """The page, filtered by the query's kind, number and text."""
        kind, number, text = (next(iter(request.parameters(name)), "") for name in ("kind", "number", "text"))
        account = self._desk.account
        rows = [row for row in self._rows() if _matches(row, kind, number, text)][:SHOWN]
        nonce = secrets.token_urlsafe(16)
        body = _template().render(
            vendor=account.vendor,
            faults=[fault.name for fault in self._desk.faults],
            now=account.clock.utc().strftime("%Y-%m-%d %H:%M:%S UTC"),
            waiting=account.courier.waiting,
            webhooks=sorted((printable(number), printable(url)) for number, url in account.webhooks.items()),
            rows=rows,
            total=len(account.messages),
            refused=len(account.refused),
            receives=self._desk.vendor.receives,
            known_token=TOKEN,
            magic=self._desk.vendor.magic_numbers(),
            blocked=sorted(map(printable, account.inventory.blocked)),
            kinds=KINDS,
            chosen={"kind": kind, "number": number, "text": text},
            own=[number.address for number in account.inventory],
            token=self._token,
            nonce=nonce,
            shown=printable,
        )
        return Answer(200, body.encode(), "text/html; charset=utf-8", _policy(nonce))

    def receive(self, request: Request) -> Answer:
        """The form: a handset texts one of the account's numbers."""
        fields = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        origin, host = request.header(b"origin"), request.header(b"host")
        if not secrets.compare_digest(fields.get("token", "").encode(), self._token.encode()):
            return Answer(403, {"error": "this form is of another process: load the page again"})
        if origin is not None and origin != f"http://{host}":
            return Answer(403, {"error": "this form is posted from the page only"})
        self._desk.vendor.receive(fields.get("from", ""), fields.get("to", ""), fields.get("message", ""))
        self._desk.account.journal.commit()
        return Answer(303, b"", "text/plain", {"location": "./"})

    def _rows(self) -> list[Row]:
        account = self._desk.account
        by_message: dict[str, list[Delivery]] = {}
        for delivery in account.deliveries:
            by_message.setdefault(delivery.message.id, []).append(delivery)
        messages: Iterable[Message | Refused] = account.messages.latest(LOOKED_AT)
        refused: Iterable[Message | Refused] = islice(reversed(account.refused), LOOKED_AT)
        return [_row(entry, by_message) for entry in merge(messages, refused, key=lambda entry: entry.at, reverse=True)]


def _row(entry: Message | Refused, deliveries: dict[str, list[Delivery]]) -> Row:
    sender, to = printable(entry.sender), printable(entry.to)
    parts, in_all, size = _cut(entry.text) if entry.text else ((), 0, "")
    if isinstance(entry, Refused):
        note = f"{entry.refusal.status} {printable(entry.refusal.text)}"
        return Row(entry.at, "refused", sender, to, parts, in_all, size, note=note, request=printable(entry.request))
    kind = "sent" if entry.direction is Direction.OUTBOUND else "received"
    counted = _many(entry.segments, "segment") + ("" if entry.segments == in_all else " by this vendor's count")
    details = tuple((name, printable(_written(value))) for name, value in entry.details.items())
    brought = tuple(deliveries.get(entry.id, ()))
    return Row(
        entry.at, kind, sender, to, parts, in_all, f"{size}, {counted}", entry.id, details=details, deliveries=brought
    )


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


@lru_cache(maxsize=LOOKED_AT)
def _cut(text: str) -> tuple[tuple[str, ...], int, str]:
    """The parts a handset gets, how many there are, and the size of it all."""
    try:
        whole = measure(text)
        parts = split(text[:_SHOWN_CHARACTERS])
    except ValueError:
        return (printable(text[:_SHOWN_CHARACTERS]),), 1, "unknown size"
    encoding, unit = _ENCODINGS[whole.encoding]
    return tuple(map(printable, parts)), whole.segments, f"{encoding}, {_many(whole.units, unit)}"


def _matches(row: Row, kind: str, number: str, text: str) -> bool:
    of_kind = not kind or row.kind == kind or (kind == "retried" and row.is_retried)
    return of_kind and (number in row.sender or number in row.to) and text.casefold() in "".join(row.parts).casefold()


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("smsproof_conformance.emulator.control"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("page.html.j2")


def _policy(nonce: str) -> dict[str, str]:
    rules = (
        f"img-src data:; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; form-action 'self'"
    )
    return {
        "content-security-policy": f"default-src 'none'; {rules}; base-uri 'none'; frame-ancestors 'none'",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }
