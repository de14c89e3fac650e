"""What both answers have in common: they repeat what was asked, and say when.

Options are optional in the answer as well (S2:229-304, AMB-MS-55): absent and null say nothing; another value is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from smsproof_conformance.cases.messangi.answers import data, fields
from smsproof_conformance.records.exchange import MISSING, Exchange
from smsproof_conformance.records.record import Record
from smsproof_conformance.verdicts.answer_schema import AnswerSchemas
from smsproof_conformance.verdicts.finding import Judgement, Say, Severity, breach, oddity
from smsproof_spec.contract import load
from smsproof_spec.rules import Malformed

ECHOED: Final = ("connection", "callbacks", "email", "externalId", "clientId")
_CORRELATION: Final = ("callbacks", "email", "externalId", "clientId")  # a connection may be the vendor's choice

# RFC 3339 with any fraction; offsets are accepted (AMB-MS-12).
_DATE: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


@cache
def schemas() -> AnswerSchemas:
    return AnswerSchemas(load("messangi"))


def enveloped(record: Record, operation: str) -> list[tuple[Exchange, Mapping[str, Any]]]:
    """Every 2xx answer of a call that has `data`, with it; raises NotObserved when there is none."""
    answers = record.answered(operation, lambda exchange: data(exchange) is not None)
    return [(exchange, found) for exchange in answers if (found := data(exchange)) is not None]


def schema_breaches(record: Record, operation: str, component: str) -> Judgement:
    """How 2xx answers break the contract's schema, as far as the decisions let a breach count."""
    for exchange in record.answered(
        operation, lambda exchange: exchange.answer is not None and exchange.answer.succeeded
    ):
        assert exchange.answer is not None
        if isinstance(exchange.answer.value, Malformed):
            continue  # common/answers-are-json speaks of it
        in_error = exchange.at("data", "status") == "ERROR"
        for word in schemas().violations(component, exchange.answer.value, exchange):
            if word.expected.endswith("(required)") and in_error and word.pointer == "/data":
                continue  # what an answer in ERROR leaves out of data is free: no page shows one (AMB-MS-04)
            if word.pointer == "/meta/timestamp" and _is_numeric(exchange.at("meta", "timestamp")):
                word = replace(word, ceiling=Severity.WARN)  # AMB-MS-51
            yield word


def _is_numeric(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit()


def option_breaches(requirement: str, exchange: Exchange, found: Mapping[str, Any]) -> Judgement:
    """connection, callbacks, email, externalId and clientId: the value of the request, or none."""
    asked = fields(exchange)
    for key in ECHOED:
        shown = found.get(key)
        if shown in (None, ""):
            continue
        if asked.get(key) is None:
            if key in _CORRELATION:
                yield oddity(
                    requirement, exchange, expected=f"no {key}: none was sent", got=shown, pointer=f"/data/{key}"
                )
        elif isinstance(asked[key], str) and not _same_option(key, shown, asked[key]):
            yield breach(requirement, exchange, expected=f"{key} as it was sent", got=shown, pointer=f"/data/{key}")


def _same_option(key: str, shown: object, asked: object) -> bool:
    if key == "callbacks" and isinstance(shown, str) and isinstance(asked, str):
        return {url.strip() for url in shown.split(",")} == {url.strip() for url in asked.split(",")}
    return shown == asked


def receipt_breaches(requirement: str, exchange: Exchange, found: Mapping[str, Any]) -> Judgement:
    """requestDR: as asked, or absent. The page's example shows true to a request that did not ask (AMB-MS-10): warns."""
    shown, asked = found.get("requestDR"), fields(exchange).get("requestDR")
    if type(shown) is not bool:
        return  # absent or null; another type is the schema's business
    if asked is not None and type(asked) is not bool:
        return  # what is made of another type is the vendor's affair
    if asked is True and shown is False:
        yield breach(requirement, exchange, expected="true, as asked", got="false", pointer="/data/requestDR")
    elif asked is not True and shown is True:
        yield oddity(
            requirement, exchange, expected="false: no receipt was asked for", got="true", pointer="/data/requestDR"
        )


def type_breaches(requirement: str, exchange: Exchange, found: Mapping[str, Any]) -> Judgement:
    """type: MT, or absent."""
    shown = found.get("type")
    if isinstance(shown, str) and shown != "MT":
        yield breach(requirement, exchange, expected="MT", got=shown, pointer="/data/type")


def time_breaches(exchange: Exchange, found: Mapping[str, Any]) -> Judgement:
    """The forms of meta.timestamp and data.date; both warn at most (part 7, decision 12; AMB-MS-11, AMB-MS-12)."""
    stamp, moment = exchange.at("meta", "timestamp"), found.get("date", MISSING)
    seconds: float | None = None
    if type(stamp) is int:
        seconds = stamp / 1000
        if not 10**12 <= stamp < 10**13:
            yield oddity(
                "MS-HOUSE-07",
                exchange,
                expected="milliseconds since 1970, 13 digits",
                got=stamp,
                pointer="/meta/timestamp",
            )
            seconds = None
    if not isinstance(moment, str):
        return
    read = _instant(moment)
    if read is None:
        yield oddity(
            "MS-HOUSE-08",
            exchange,
            expected="an RFC 3339 instant, as 2021-08-17T04:25:38.117592194Z",
            got=moment,
            pointer="/data/date",
        )
    elif seconds is not None and abs(read.timestamp() - seconds) > timedelta(days=1).total_seconds():
        yield oddity(
            "MS-HOUSE-07", exchange, expected="within a day of meta.timestamp", got=moment, pointer="/data/date"
        )


def _instant(text: str) -> datetime | None:
    """The moment, to the second; None where there is none."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    whole = text[:19].upper() + found[2].upper().replace("Z", "+00:00")
    try:
        return datetime.fromisoformat(whole)
    except ValueError:
        return None


def sender_breaches(requirement: str, exchange: Exchange, found: Mapping[str, Any], *, say: Say = oddity) -> Judgement:
    """from: as sent; a virtual number may be shown as what it was translated to (AMB-MS-50)."""
    asked, shown = fields(exchange).get("from"), found.get("from")
    if isinstance(asked, str) and isinstance(shown, str) and shown.removeprefix("+") != asked.removeprefix("+"):
        yield say(requirement, exchange, expected="the sender as it was sent", got=shown, pointer="/data/from")
