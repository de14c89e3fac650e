"""Points in time as vendors write them: RFC 3339 with any number of fraction digits."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

# Bounded repeats only: the text comes from outside.
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,18}))?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)


class Timestamp(datetime):
    """A datetime that remembers how it was written.

    raw          the text as it came ("2020-08-11T15:06:37.909584123Z"); ISO 8601 when made from a datetime
    nanosecond   0..999_999_999, of which datetime itself keeps the microseconds
    tzinfo       UTC, the written offset, or None when the text names none
    source       RFC 3339 section 5.6; vendors write 0 to 9 fraction digits
    """

    raw: str
    nanosecond: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read RFC 3339; raises ValueError for anything else."""
        match = _RFC3339.fullmatch(text[:64])
        if match is None or len(text) > 64:
            raise ValueError("expected an RFC 3339 date and time, like 2020-08-11T15:06:37.909Z")
        year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
        nanosecond = int(((match[7] or "") + "000000000")[:9])
        leap = second == 60  # RFC 3339 allows a leap second; datetime has none
        moment = cls(year, month, day, hour, minute, 59 if leap else second, nanosecond // 1000, _offset(match[8]))
        moment.raw, moment.nanosecond = text, nanosecond
        return moment

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """The same moment as `moment`, written in ISO 8601."""
        if isinstance(moment, cls):
            return moment
        stamp = cls.combine(moment.date(), moment.timetz())
        stamp.raw, stamp.nanosecond = moment.isoformat(), moment.microsecond * 1000
        return stamp

    @classmethod
    def _read(cls, value: object) -> Self:
        if isinstance(value, datetime):
            return cls.of(value)
        if isinstance(value, str):
            return cls.parse(value)
        raise ValueError("expected an RFC 3339 date and time as text")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._read,
            serialization=core_schema.plain_serializer_function_ser_schema(_written, when_used="json"),
            json_schema_input_schema=core_schema.datetime_schema(),
        )


def _written(moment: Timestamp) -> str:
    return moment.raw


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    if minutes >= 24 * 60:
        raise ValueError("an offset is less than 24 hours")
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


Day = date
"""A day of the calendar; its own name, because contracts like to call a field `date`."""
