"""How reports write what is no text: bodies, moments, durations. The same value gives the same characters everywhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final

from smsproof_spec.rules import Malformed, strict_json

_MOST_CHARACTERS: Final = 64 * 1024


def body_text(body: bytes | None) -> str | None:
    """A body as text: bytes that are no UTF-8 as escapes, and cut with a note where nobody reads on. None for none."""
    if body is None:
        return None
    text = body.decode("utf-8", "backslashreplace")
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}… ({len(text)} characters)"


def body_lines(body: bytes | None) -> list[str]:
    """A body for reading: JSON one member a line, anything else as it is."""
    if not body:
        return []
    value = strict_json(body)
    if isinstance(value, Malformed):
        return (body_text(body) or "").splitlines()
    return json.dumps(value, ensure_ascii=False, indent=2).splitlines()


def moment(seconds: float) -> str:
    """A POSIX time in UTC, to the millisecond: 2026-11-21T09:30:00.123Z."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def duration(seconds: float) -> str:
    """A time span for reading: 12 ms, 3.4 s, 2 min 5 s."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
