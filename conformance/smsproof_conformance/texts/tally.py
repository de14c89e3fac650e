"""What many messages cost together, counted one at a time: nothing of a message is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from smsproof_spec.rules import Level, TextError, measure, transliterate
from smsproof_spec.rules.alphabet import DEFAULT

_DIFFERENT_OFFENDERS = 10_000  # a hostile file must not fill memory with characters


class Tally:
    """Totals of messages added so far.

    messages     how many could be sent.
    segments     what they cost.
    by_encoding  messages of each encoding.
    by_segments  messages of each number of segments: the histogram.
    offenders    messages that are UCS-2 and hold this character, by character.
    saved        segments that transliteration at each level would save.
    unsendable   messages that cannot be sent at all, by the code of the error.
    """

    def __init__(self) -> None:
        self.messages = 0
        self.segments = 0
        self.by_encoding: Counter[str] = Counter()
        self.by_segments: Counter[int] = Counter()
        self.offenders: Counter[str] = Counter()
        self.saved: Counter[Level] = Counter()
        self.unsendable: Counter[str] = Counter()

    def add(self, text: str) -> None:
        """Count one message."""
        try:
            cost = measure(text)
        except TextError as error:
            self.unsendable[error.code] += 1
            return
        if cost.too_many:
            self.unsendable["too-many-parts"] += 1
            return
        self.messages += 1
        self.segments += cost.segments
        self.by_encoding[cost.encoding] += 1
        self.by_segments[cost.segments] += 1
        if cost.encoding == "ucs2":
            for character in {c for c in text if ord(c) not in DEFAULT.codes}:
                if character in self.offenders or len(self.offenders) < _DIFFERENT_OFFENDERS:
                    self.offenders[character] += 1
            if cost.segments > 1:
                for level in Level:
                    result = transliterate(text, level)
                    if result.applied:
                        self.saved[level] += cost.segments - result.after.segments

    def as_json(self) -> dict[str, object]:
        """The totals as JSON values, characters by their code point."""
        return {
            "messages": self.messages,
            "segments": self.segments,
            "by_encoding": dict(self.by_encoding),
            "by_segments": {str(segments): self.by_segments[segments] for segments in sorted(self.by_segments)},
            "offenders": [
                {"character": f"U+{ord(character):04X}", "messages": messages}
                for character, messages in self.offenders.most_common(20)
            ],
            "saved_by_transliteration": {level.value: self.saved[level] for level in Level},
            "unsendable": dict(self.unsendable),
        }


def tally(messages: Iterable[str]) -> Tally:
    """Count all messages."""
    total = Tally()
    for message in messages:
        total.add(message)
    return total
