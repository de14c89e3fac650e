"""Why a text costs what it costs, and what would make it cheaper."""

import unicodedata
from itertools import islice

from .alphabet import DEFAULT
from .documented import documented_segments
from .grapheme import clusters, split_graphemes
from .language import cheapest
from .record import Record
from .segments import Measure, measure, split
from .transliteration import Level, transliterate


class Offender(Record):
    """A character that GSM 7-bit cannot say.

    index      in the text, code points.
    character  one code point.
    name       its Unicode name, or its label such as <control-0009>.
    cluster    what the reader sees: the character with the marks around it.
    """

    index: int
    character: str
    name: str
    cluster: str


class Loss(Record):
    """A unit left empty because a pair would not fit: the pair begins the next segment.

    segment    the segment that is one unit short, from 1.
    index      in the text, of the character that moved.
    character  that character.
    """

    segment: int
    index: int
    character: str


class Fix(Record):
    """One way to a cheaper text.

    what      in words.
    text      the text that would be sent, or None if only the tables change.
    segments  what it would cost.
    saved     segments less than now, at least 1.
    """

    what: str
    text: str | None
    segments: int
    saved: int


class Explanation(Record):
    """What `explain` found. `parts` and `grapheme_parts` are empty if there are more than 255 segments."""

    text: str
    measure: Measure
    parts: tuple[str, ...]
    grapheme_parts: tuple[str, ...]
    documented: int
    offenders: tuple[Offender, ...]
    losses: tuple[Loss, ...]
    fixes: tuple[Fix, ...]


def name_of(character: str) -> str:
    """The Unicode name of a character, or its code point label (Unicode section 4.8).

    The names are those of the Unicode version that Python carries.
    """
    label = {"Cc": "control", "Cs": "surrogate", "Co": "private-use"}.get(unicodedata.category(character), "reserved")
    return unicodedata.name(character, f"<{label}-{ord(character):04X}>")


def explain(text: str) -> Explanation:
    """Say why a text is UCS-2, where its segments lose a unit, and what each change would save.

    Only changes that save a segment are listed, the largest saving first; of equal savings that which loses least.

    raises    TextError("lone-surrogate").
    """
    whole = measure(text)
    offenders = _offenders(text) if whole.encoding == "ucs2" else ()
    parts = () if whole.too_many else split(text)
    return Explanation(
        text,
        whole,
        parts,
        () if whole.too_many else _or_none(text),
        documented_segments(text),
        offenders,
        _losses(whole, parts),
        _fixes(text, whole, offenders),
    )


def _or_none(text: str) -> tuple[str, ...]:
    try:
        return split_graphemes(text)
    except ValueError:  # whole clusters need more than 255 parts where characters do not
        return ()


def _offenders(text: str) -> tuple[Offender, ...]:
    found: list[Offender] = []
    index = 0
    for cluster in clusters(text):
        for offset, character in enumerate(cluster):
            if ord(character) not in DEFAULT.codes:
                found.append(Offender(index + offset, character, name_of(character), cluster))
        index += len(cluster)
    return tuple(found)


def _losses(whole: Measure, parts: tuple[str, ...]) -> tuple[Loss, ...]:
    losses: list[Loss] = []
    index = 0
    for segment, part in enumerate(parts[:-1], 1):
        index += len(part)
        pairs = (
            sum(c in DEFAULT.extension for c in part) if whole.encoding == "gsm7" else sum(c > "\uffff" for c in part)
        )
        if len(part) + pairs < whole.per_segment:
            losses.append(Loss(segment, index, parts[segment][0]))
    return tuple(losses)


def _fixes(text: str, whole: Measure, offenders: tuple[Offender, ...]) -> tuple[Fix, ...]:
    if whole.segments == 1:
        return ()
    changes: dict[str, tuple[str, int]] = {}  # new text: in words, characters lost
    rewritten = {level: transliterate(text, level).candidate for level in Level}
    for level, candidate in rewritten.items():
        if measure(candidate).encoding == "gsm7":
            changes.setdefault(candidate, (f"transliterate, level {level}", 0))
    # Each kind of offender costs a pass over the text, and beyond a handful such a list helps nobody.
    for character in islice(dict.fromkeys(offender.character for offender in offenders), 8):
        changes.setdefault(text.replace(character, ""), (f"leave out {name_of(character)}", text.count(character)))
    for level, candidate in rewritten.items():
        rest = _gsm7_only(candidate)
        changes.setdefault(rest, (f"transliterate, level {level}, and leave out the rest", len(candidate) - len(rest)))
    bare = _gsm7_only(text)
    changes.setdefault(bare, ("leave out every character that is not GSM 7-bit", len(text) - len(bare)))
    found: list[tuple[int, int, Fix]] = []
    for new, (what, lost) in changes.items():
        segments = measure(new).segments
        saved = whole.segments - segments
        found.append((-saved, lost, Fix(what, new, segments, saved)))
    choice = cheapest(text)
    tables = [f"{choice.locking} locking shift"] if choice.locking else []
    tables += [f"{choice.single} single shift"] if choice.single else []
    saved = whole.segments - choice.measure.segments
    what = f"national tables, where the network has them: {', '.join(tables)}"
    found.append((-saved, 0, Fix(what, None, choice.measure.segments, saved)))
    found.sort(key=lambda entry: entry[:2])
    return tuple(fix for _, _, fix in found if fix.saved > 0)


def _gsm7_only(text: str) -> str:
    return "".join([character for character in text if ord(character) in DEFAULT.codes])
