"""Messages that must be refused: each with the requirement that accepting it breaks and the codes that refuse it.

Every destination is empty of digits or built from an allow-listed number, so that a vendor that accepts one of these
texts nobody else. What the decisions leave open is not here: an empty text (part 7, 11), lengths of short codes and
names (AMB-IP-05), fewer digits than seven (AMB-IP-06).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from smsproof_conformance.cases.intelepeer.messages import ABSENT, message
from smsproof_conformance.records.exchange import Exchange
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.sentence import Sentence, said
from smsproof_conformance.runs.actor import Actor
from smsproof_conformance.verdicts.finding import Judgement, breach, oddity


@dataclass(frozen=True)
class WrongMessage:
    """One message that must be refused.

    breaks       the requirement that accepting it breaks.
    codes        the answers that refuse it rightly.
    states       the requirement that gives those codes.
    tolerated    answers that refuse it too, by a reading the pages do not shut out: they warn.
    """

    name: LiteralString
    breaks: str
    make: Callable[[Actor], dict[str, Any]]
    codes: tuple[int, ...] = (400,)
    states: str = "IP-SEND-21"
    tolerated: tuple[int, ...] = ()

    def judge(self, exchange: Exchange) -> Judgement:
        """Judge the answer to this message sent alone."""
        status = exchange.status
        expected = Sentence("HTTP {} for {}", " or ".join(map(str, self.codes)), said(self.name))
        if status is None or status in self.codes:
            return
        if exchange.outcome is Outcome.TAKEN:
            yield breach(self.breaks, exchange, expected=expected, got=f"HTTP {status}")
        elif status in self.tolerated:
            yield oddity(self.states, exchange, expected=expected, got=f"HTTP {status}")
        else:
            yield breach(self.states, exchange, expected=expected, got=f"HTTP {status}")


def _field(name: LiteralString, breaks: str, key: str, value: Any) -> WrongMessage:
    return WrongMessage(name, breaks, lambda do: message(do, **{key: value}))


def _sender(name: LiteralString, breaks: str, form: Callable[[Actor], str]) -> WrongMessage:
    """A `from` of a wrong form. A vendor that looks it up before it looks at its form will not find it (404)."""
    return WrongMessage(name, breaks, lambda do: message(do, from_=form(do)), tolerated=(401, 403, 404))


def _destination(name: LiteralString, form: Callable[[str], str]) -> WrongMessage:
    return WrongMessage(name, "IP-SEND-11", lambda do: message(do, to=form(do.target.numbers.destinations[0])))


EASTERN: Final = str.maketrans("0123456789", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669")

_DISGUISES: Final[Mapping[LiteralString, Callable[[str], str]]] = {
    "behind a space": lambda number: " " + number,
    "with a space behind it": lambda number: number + " ",
    "with a line break behind it": lambda number: number + "\n",
    "behind two plus signs": lambda number: "+" + number,
    "with a wide plus": lambda number: "\uff0b" + number[1:],
    "in Arabic digits": lambda number: number.translate(EASTERN),
    "with dashes": lambda number: _spaced(number, "-"),
    "with dots": lambda number: _spaced(number, "."),
    "with brackets": lambda number: f"{number[:2]}({number[2:5]}){number[5:]}",
    "with a space of no width": lambda number: number[:2] + "\u200b" + number[2:],
    "behind a mark of direction": lambda number: "\u200e" + number,
    "with a letter behind it": lambda number: number + "x",
    "as a tel: URI": lambda number: f"tel:{number}",
    "inside words": lambda number: f"call {number}",
}
"""What people and address books make of a number; none of it is E.164."""

_LONGER: Final[Mapping[LiteralString, Callable[[str], str]]] = {
    "with 00 for its plus": lambda number: "00" + number[1:],
    "with an extension": lambda number: number + ";ext=5",
}
"""The same, with digits that make it another number to whoever reads nothing but digits."""

TYPES: Final = (
    _field("a message without `from`", "IP-SEND-03", "from_", ABSENT),
    _field("`from` null", "IP-SEND-03", "from_", None),
    WrongMessage("`from` as a JSON number", "IP-SEND-03", lambda do: message(do, from_=int(_long_code(do)[1:]))),
    _field("a message without `to`", "IP-SEND-04", "to", ABSENT),
    _field("`to` null", "IP-SEND-04", "to", None),
    WrongMessage(
        "`to` as a JSON number", "IP-SEND-04", lambda do: message(do, to=int(do.target.numbers.destinations[0][1:]))
    ),
    WrongMessage("`to` as a list", "IP-SEND-04", lambda do: message(do, to=[do.target.numbers.destinations[0]])),
    _field("a message without `text`", "IP-SEND-05", "text", ABSENT),
    _field("`text` null", "IP-SEND-05", "text", None),
    _field("`text` as a JSON number", "IP-SEND-05", "text", 12),
    _field("`text` as an object", "IP-SEND-05", "text", {"body": "Hello World!"}),
)
"""Required fields that are missing or no strings (S0:14-17)."""

SENDERS: Final = (
    _sender("a long code without its plus", "IP-SEND-09", lambda do: _long_code(do).removeprefix("+")),
    _sender("a short code without its country", "IP-SEND-08", lambda do: _short_code(do).partition("-")[2]),
    _sender("a name without its country", "IP-SEND-10", lambda do: "MyCompany"),
    _sender("an empty `from`", "IP-SEND-07", lambda do: ""),
    _sender("a plus alone as `from`", "IP-SEND-07", lambda do: "+"),
    _sender("words as `from`", "IP-SEND-07", lambda do: "not a sender!"),
    _sender("a long code whose first digit is 0", "IP-SEND-09", lambda do: "+0" + _long_code(do)[2:]),
    _sender("a long code with spaces", "IP-SEND-09", lambda do: _spaced(_long_code(do), " ")),
    _sender("a country without a code", "IP-SEND-07", lambda do: "1-"),
)
"""Near misses of senders (S0:15, part 4C)."""

DESTINATIONS: Final = (
    _destination("`to` without its plus", lambda to: to.removeprefix("+")),
    _destination("`to` with spaces", lambda to: _spaced(to, " ")),
    _destination("`to` with dashes", lambda to: _spaced(to, "-")),
    _destination("`to` with 16 digits", lambda to: to + "0" * (17 - len(to))),
    _destination("letters as `to`", lambda to: "+letters"),
    _destination("`to` with a letter behind it", lambda to: to + "x"),
    _destination("`to` in the form of a short code", lambda to: f"{to[1]}-{to[2:]}"),
    _destination("an empty `to`", lambda to: ""),
    _destination("a plus alone as `to`", lambda to: "+"),
    _destination("`to` as a tel: URI", lambda to: f"tel:{to}"),
)
"""Near misses of E.164 (S0:16, part 4C), from the allow-list's first number."""

STRANGERS: Final = (
    _destination("`to` whose first digit is 0", lambda to: "+0123456789"),
    _destination("a short code as `to`", lambda to: "1-12345"),
    _destination("a name as `to`", lambda to: "57-MyCompany"),
)
"""Near misses that are not built from an allow-listed number: for loopback only."""


def _sender_near(name: LiteralString, form: Callable[[str], str]) -> WrongMessage:
    return _sender(f"`from` {name}", "IP-SEND-07", lambda do: form(_long_code(do)))


NEAR_MISSES: Final = (
    *(
        miss
        for name, form in _DISGUISES.items()
        for miss in (_destination(f"`to` {name}", form), _sender_near(name, form))
    ),
    *(_sender_near(name, form) for name, form in _LONGER.items()),
    _sender("a long code without its country", "IP-SEND-09", lambda do: _long_code(do)[2:]),
    _sender("a short code behind a plus", "IP-SEND-08", lambda do: "+" + _short_code(do)),
    _sender("a short code with two dashes", "IP-SEND-08", lambda do: _short_code(do).replace("-", "--")),
    _sender("a short code with a long dash", "IP-SEND-08", lambda do: _short_code(do).replace("-", "\u2013")),
    _field("`from` true", "IP-SEND-03", "from_", True),
    _field("`from` as an object", "IP-SEND-03", "from_", {"number": "+12191112222"}),
    WrongMessage("`from` as a list", "IP-SEND-03", lambda do: message(do, from_=[_long_code(do)])),
    _field("`to` true", "IP-SEND-04", "to", True),
    WrongMessage(
        "`to` as an object", "IP-SEND-04", lambda do: message(do, to={"number": do.target.numbers.destinations[0]})
    ),
    _field("`text` true", "IP-SEND-05", "text", True),
    _field("`text` as a list", "IP-SEND-05", "text", ["Hello World!"]),
    # The key under which an inbound message has its text (S1:205).
    WrongMessage("`message` for `text`", "IP-SEND-05", lambda do: message(do, text=ABSENT, message="Hello World!")),
    _field("a message without `from` behind one with", "IP-SEND-03", "from_", ABSENT),
)
"""More of the same, for one list: a list costs one request, and single messages have the same rules (S0:74)."""

NEAR_STRANGERS: Final = (
    *(_destination(f"`to` {name}", form) for name, form in _LONGER.items()),
    _destination("`to` without its country", lambda to: to[2:]),
    _destination("a short code without its country as `to`", lambda to: "12345"),
    _destination("`to` with letters for digits", lambda to: to[:5] + "FLOWERS"),
)
"""More that are not built from an allow-listed number, for one list."""

FOREIGN: Final = WrongMessage(
    # AMB-IP-02: older pages answer 401, so that 401 and 403 are as good as the page's 404.
    "a well-formed sender that is not the customer's", "IP-SEND-24", lambda do: message(do, from_=do.target.numbers.foreign),
    codes=(404, 401, 403), states="IP-SEND-24",
)  # fmt: skip

BLOCKED: Final = WrongMessage(
    "a destination that is not available", "IP-SEND-23", lambda do: message(do, to=do.target.numbers.blocked_destination),
    codes=(403,), states="IP-SEND-23",
)  # fmt: skip


def _long_code(do: Actor) -> str:
    """One of the target's own; where it has none, a destination, which makes no less wrong a sender."""
    return (*do.target.numbers.long_codes, *do.target.numbers.destinations)[0]


def _short_code(do: Actor) -> str:
    return next(iter(do.target.numbers.short_codes), "1-12345")


def _spaced(number: str, by: str) -> str:
    """+13038675309 as +1 303 867 5309."""
    return by.join((number[:2], number[2:5], number[5:8], number[8:]))
