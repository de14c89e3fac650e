"""What a report may show of numbers, texts and addresses: enough to tell two apart, not enough to text anybody.

A recorded run goes in and the same run comes out with every such value masked: by key where a body is JSON, by what is
known from elsewhere in the run (in any disguise) and by shape where it is free text. Only the run file keeps the values.
Reports, and a scrubbed run file, are made from what comes out of here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

from smsproof_conformance.records.disguise import Lookout
from smsproof_conformance.records.exchange import (
    Answer,
    Arrival,
    Exchange,
    Headers,
    Lost,
    Request,
    encode,
    is_object,
)
from smsproof_conformance.records.record import Record
from smsproof_conformance.records.sentence import masked, said
from smsproof_conformance.reports.personal import (
    DELIVERY,
    MEMBER,
    STRING,
    URL,
    Kind,
    is_message,
    kind_of,
    personal_values,
)
from smsproof_conformance.targets.target import Target, is_loopback
from smsproof_conformance.verdicts.finding import Finding
from smsproof_conformance.verdicts.judged import CaseResult, Judged
from smsproof_spec.rules import Malformed, strict_json

_SECRET_HEADER: Final = re.compile(r"auth|cookie|token|secret|signature|api-?key", re.IGNORECASE)
_CHALLENGE: Final = "www-authenticate"  # says how to authenticate, holds nothing to authenticate with

# From the beginning of a stretch alone, and without going back in it: a peer may answer megabytes of letters.
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+(?:\.*\+[\w.+@-]*+)?")
# Digits that stand alone: with a plus always; without, as many as a number with its country code has. Ten or thirteen
# that begin with 1 are a time in seconds or milliseconds: no country has numbers like that.
_NUMBER: Final = re.compile(
    r"(?<![0-9A-Za-z])"
    r"(?:(?:\+|%2[Bb]|\\u002[Bb])[0-9][0-9 ().-]{4,22}[0-9]"
    r"|(?<![0-9A-Fa-f]{4}-)(?!1[0-9]{9}(?![0-9])|1[0-9]{12}(?![0-9]))[0-9]{10,15})"  # nor the end of a UUID
    r"(?![0-9A-Za-z])"
)
# What the run file says in a code's place: words of ours, which stand in other sentences too.
_OUR_OWN: Final = frozenset({"[match]", "[mismatch]", "[unchecked]", "[secret]"})
_KEPT_CHARACTERS: Final = 2
_KNOWN_DIGITS: Final = 5  # of a number that is looked for in free text; shorter codes stand in ordinary figures
_FIELD: Final = re.compile(r"(?:(?<=&)|^)([\w:.%-]+)(=)([^&\s]*)")
_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}")


@dataclass(frozen=True)
class Redaction:
    """Masks the values of one run.

    salt       of this account's runs: the same number has the same mark in all of them, and nobody else can compute it.
    lookout    knows the numbers and texts of the run.
    numbers    of those it knows, which are numbers.
    """

    salt: str
    lookout: Lookout
    numbers: frozenset[str]

    @classmethod
    def of(cls, record: Record, salt: str) -> Redaction:
        """A redaction that knows every number and text that the run sent, got or declared."""
        numbers, words = set[str](), set[str]()
        for kind, value in personal_values(record):
            if value in _OUR_OWN:
                continue
            if kind is Kind.WORDS or any(char.isalpha() for char in value):
                words.add(value)
            elif len(digits := _digits(value)) >= _KNOWN_DIGITS:
                numbers.add(digits)
        return cls(salt, Lookout([*sorted(numbers), *sorted(words)]), frozenset(numbers))

    # -- single values -------------------------------------------------------------------------------------------

    def number(self, number: str) -> str:
        """An address with its form and last two characters: +13038675309 becomes +*********09~5c1e."""
        kept = min(_KEPT_CHARACTERS, sum(map(str.isalnum, number)) // 2)
        shown: list[str] = []
        for char in reversed(number):
            if char.isalnum() and kept <= 0:
                char = "*"
            kept -= char.isalnum()
            shown.append(char)
        return "".join(reversed(shown)) + f"~{self._mark(_alphanumeric(number))}" if shown else ""

    def words(self, text: str) -> str:
        """A text: how long it is, and a mark that tells it from another one."""
        return f"({len(text)} character{'' if len(text) == 1 else 's'} ~{self._mark(text)})" if text else ""

    def url(self, url: str) -> str:
        """A URL without what may be a secret of its owner: user, query and, off loopback, the path."""
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        path = parts.path if is_loopback(url) else "/…" if parts.path.strip("/") else parts.path
        return f"{parts.scheme}://{host}{path}" + ("?…" if parts.query or parts.fragment else "")

    def text(self, text: str) -> str:
        """Free text: known values in any disguise, URLs, mail addresses and whatever looks like a number are masked."""
        text = self.lookout.replace(text, self._masked_known)
        text = URL.sub(lambda found: _tried(self.url, found[0]), text)
        text = _EMAIL.sub(lambda found: self.words(found[0]), text)
        return _NUMBER.sub(lambda found: self.number(found[0]), text)

    def told(self, told: str) -> str:
        """What the suite tells: its own words as they are, what it quotes masked; free text where nobody says so."""
        return masked(told, self.text)

    def json(self, value: Any) -> Any:
        """A JSON value with the values of telling keys masked, and every other string read as free text."""
        return self._value(value, self.text)

    # -- what a run records --------------------------------------------------------------------------------------

    def request(self, request: Request) -> Request:
        return replace(
            request,
            step=self.told(request.step),
            target=self._target(request.target, foreign=request.operation == DELIVERY),
            headers=self._headers(request.headers),
            body=self._body(request.body),
        )

    def answer(self, answer: Answer) -> Answer:
        return replace(answer, headers=self._headers(answer.headers), body=self._body(answer.body) or b"")

    def exchange(self, exchange: Exchange) -> Exchange:
        answer, lost = exchange.answer, exchange.lost
        return replace(
            exchange,
            request=self.request(exchange.request),
            answer=self.answer(answer) if answer else None,
            lost=Lost(lost.kind, lost.left, self.text(lost.detail)) if lost else None,
        )

    def arrival(self, arrival: Arrival) -> Arrival:
        return replace(
            arrival,
            method=self.text(arrival.method),
            headers=self._headers(arrival.headers),
            body=self._body(arrival.body) or b"",
        )

    def finding(self, finding: Finding) -> Finding:
        return replace(
            finding,
            expected=self.told(finding.expected),
            got=self.told(finding.got),
            pointer=self.text(finding.pointer),
            step=self.told(finding.step) if finding.step else finding.step,
        )

    def judged(self, judged: Judged) -> Judged:
        return replace(
            judged, cases=tuple(map(self._case_result, judged.cases)), stop_reason=self.told(judged.stop_reason)
        )

    def target(self, target: Target) -> Target:
        """The target as reports name it; its numbers masked."""
        given = target.numbers.model_dump()
        numbers = {key: self._value(value, self.number) for key, value in given.items()}
        return target.model_copy(update={"numbers": type(target.numbers).model_validate(numbers, strict=False)})

    # -- how -----------------------------------------------------------------------------------------------------

    def _case_result(self, result: CaseResult) -> CaseResult:
        return replace(
            result,
            reason=self.told(result.reason),
            findings=tuple(map(self.finding, result.findings)),
            unknown=tuple(
                replace(unknown, reason=masked(said(unknown.reason), self.text)) for unknown in result.unknown
            ),
        )

    def _masked_known(self, value: str) -> str:
        return self.number(value) if value in self.numbers else self.words(value)

    def _mark(self, value: str) -> str:
        return hashlib.blake2b(
            value.casefold().encode("utf-8", "surrogatepass"), digest_size=2, key=self._key
        ).hexdigest()

    @cached_property
    def _key(self) -> bytes:
        return self.salt.encode()[:64]

    def _body(self, body: bytes | None) -> bytes | None:
        if not body:
            return body
        value = strict_json(body)
        if not isinstance(value, Malformed):
            return encode(self.json(value))
        text = MEMBER.sub(self._loose_member, body.decode("utf-8", "surrogateescape"))
        text = _FIELD.sub(self._loose_field, text)
        return self.text(text).encode("utf-8", "surrogateescape")

    def _loose_member(self, found: re.Match[str]) -> str:
        kind = kind_of(found[1], in_message=True)
        if kind is None:
            return found[0]
        return f'"{found[1]}"{found[2]}' + (
            STRING.sub(lambda string: f'"{self._mask(kind)(string[1])}"', found[3])
            if found[3][0] in '"['
            else self._mask(kind)(found[3])
        )

    def _loose_field(self, found: re.Match[str]) -> str:
        return self._parameter(found[0]) if kind_of(unquote(found[1]), in_message=True) else found[0]

    def _value(self, value: Any, mask: Callable[[str], str]) -> Any:
        if is_object(value):
            return {
                self.text(name): self._value(item, self._mask_for(name, value, mask)) for name, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._value(item, mask) for item in cast("list[Any]", value)]
        if isinstance(value, str):
            return mask(value)
        if isinstance(value, bool) or value is None:
            return value
        figure = json.dumps(value)
        if mask != self.text:
            return f"(a number: {mask(figure)})"
        return value if self.text(figure) == figure else f"(a number: {self.text(figure)})"

    def _mask_for(self, name: str, owner: dict[str, Any], inherited: Callable[[str], str]) -> Callable[[str], str]:
        kind = kind_of(name, in_message=is_message(owner))
        # Below `endpoints` stand whole results with reasons and states: only strings of its own are addresses.
        return self._mask(kind) if kind else self.text if inherited == self.number else inherited

    def _mask(self, kind: Kind) -> Callable[[str], str]:
        return self.number if kind is Kind.NUMBER else self.words

    def _headers(self, headers: Headers) -> Headers:
        return tuple((self.text(name), self._header(name, value)) for name, value in headers)

    def _header(self, name: str, value: str) -> str:
        if _SECRET_HEADER.search(name) and name.lower() != _CHALLENGE:
            return self.words(value)
        return self.text(value)

    def _target(self, target: str, *, foreign: bool) -> str:
        """A request target; `foreign`: the customer's own webhook, whose query may be a password."""
        path, mark, query = target.partition("?")
        path = self.text(path)
        if not mark:
            return path
        return f"{path}?…" if foreign else f"{path}?" + "&".join(map(self._parameter, query.split("&")))

    def _parameter(self, parameter: str) -> str:
        """One parameter of a query, the way it is encoded kept: that is what some requirements are about."""
        name, equals, value = parameter.partition("=")
        match kind_of(unquote(name), in_message=True):
            case Kind.NUMBER if value:
                shown, _, _ = self.number(_ESCAPE.sub("\0", value)).rpartition("~")
                for escape in _ESCAPE.findall(value):
                    shown = shown.replace("\0", escape, 1)
                masked = f"{shown}~{self._mark(_alphanumeric(unquote(value)))}"
            case Kind.WORDS:
                masked = self.words(unquote(value))
            case _:
                masked = self.text(value)
        return f"{self.text(name)}{equals}{masked}"


class NoRedaction:
    """Everything as it is: for the owner's eyes (--show-data), and for a run file that is scrubbed already."""

    def json(self, value: Any) -> Any:
        return value

    def text(self, text: str) -> str:
        return text

    def told(self, told: str) -> str:
        return told

    def request(self, request: Request) -> Request:
        return request

    def exchange(self, exchange: Exchange) -> Exchange:
        return exchange

    def arrival(self, arrival: Arrival) -> Arrival:
        return arrival

    def judged(self, judged: Judged) -> Judged:
        return judged

    def target(self, target: Target) -> Target:
        return target


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())


def _alphanumeric(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _tried(mask: Callable[[str], str], url: str) -> str:
    """A URL that cannot be taken apart is masked whole."""
    try:
        return mask(url)
    except ValueError:
        return "https://…"


def masked_text(text: str) -> str:
    """Free text of no run: what looks like a number is hidden, no two are told apart."""
    return _NUMBER.sub("(a number)", text)[:600]
