"""Hypothesis strategies for what the two vendors carry: addresses, texts, messages, lists, batches, webhook settings.

Right values are made of the numbers they are given, never invented. Wrong ones are right ones with one thing wrong, so
that nothing else can be the reason why they are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from smsproof_conformance.fuzz.grounding import WEBHOOK, own_numbers
from smsproof_conformance.targets.target import Numbers

Json = Any

# One character of each price (sms-text.md): one septet, two septets, one UTF-16 unit, two UTF-16 units.
_CHARACTERS: Final = ("a", "@", "é", "€", "^", "{", "я", "漢", "ç", "`", "😀")
# Where a count steps: 160 and 153 septets a part, 70 and 67 UTF-16 units, and what a character of two makes of them.
_LENGTHS: Final = (1, 2, 34, 35, 66, 67, 68, 69, 70, 71, 76, 77, 80, 81, 133, 134, 135, 152, 153, 154, 159, 160, 161)
_LONGER: Final = (200, 201, 202, 305, 306, 307)
_WORDS: Final = (
    "Hello World!",
    "Hi",
    "Ça va?",
    "Grüße, Jürgen",
    "Привет",
    "こんにちは",
    "price: 5€",
    "a\nb",
    "tab or no tab",
)


def texts() -> SearchStrategy[str]:
    """Printable texts that are not blank: everyday ones, ones that fill parts to the brim, mixed scripts."""

    def fill(character: str, length: int, last: str) -> str:
        return character * (length - 1) + last

    lengths = st.sampled_from((*_LENGTHS, *_LONGER))
    filled = st.builds(fill, st.sampled_from(_CHARACTERS), lengths, st.sampled_from(_CHARACTERS))
    printable = st.characters(exclude_categories=("C", "Z"))
    return st.one_of(st.sampled_from(_WORDS), filled, st.text(printable, min_size=1, max_size=60))


def identifiers() -> SearchStrategy[str]:
    """What a customer calls a message: free, printable."""
    return st.one_of(
        st.sampled_from(("1123123123123123", "myguid1", "a-b_c.d", "ü")),
        st.text(st.characters(max_codepoint=0x7F, categories=("L", "N")), min_size=1, max_size=32),
    )


# Each spoils a number; the last ones are what forms and spreadsheets do to it.
_SPOIL: Final[Mapping[str, Callable[[str], str]]] = {
    "plus doubled": lambda number: "+" + number,
    "zero after the plus": lambda number: "+0" + _digits(number),
    "double zero for the plus": lambda number: "00" + _digits(number),
    "more than 15 digits": lambda number: number + "0" * (16 - len(_digits(number))),
    "20 digits": lambda number: number + "0" * (20 - len(_digits(number))),
    "a letter inside": lambda number: number[:-1] + "x",
    "a letter for zero": lambda number: "+" + _digits(number)[:-1] + "O",
    "spaces inside": lambda number: number[:4] + " " + number[4:],
    "dashes inside": lambda number: "+" + _digits(number)[:1] + "-" + _digits(number)[1:],
    "brackets": lambda number: f"({number})",
    "a space before": lambda number: " " + number,
    "a line end behind": lambda number: number + "\n",
    "a NUL behind": lambda number: number + "\x00",
    "digits of another script": lambda number: "+" + "".join(chr(0xFF10 + int(digit)) for digit in _digits(number)),
    "a zero-width space": lambda number: number[:3] + "\u200b" + number[3:],
    "a tel URI": lambda number: "tel:" + number,
    "a number in words": lambda _: "nobody",
    "two at once": lambda number: f"{number},{number}",
    "a float": lambda number: f"{_digits(number)}.0",
    "empty": lambda _: "",
    "only a plus": lambda _: "+",
}


def spoiled_numbers(numbers: Sequence[str], *, plus_optional: bool = False) -> list[tuple[str, str]]:
    """(what is wrong, address): the first long code among `numbers`, spoiled in each way once; none without one.

    plus_optional    whether the place takes a number without its plus, so that leaving it out is no miss.
    """
    long = sorted(number for number in numbers if len(_digits(number)) >= 7 and _digits(number).isdecimal())
    spoil = _SPOIL if plus_optional else {"no plus": _digits, **_SPOIL}
    return [(what, spoiled(number)) for number in long[:1] for what, spoiled in spoil.items()]


def spoiled_bodies(vendor: str, operation: str, numbers: Numbers) -> list[tuple[str, Json]]:
    """(what is wrong, body): each spoiled number once in each place of an operation's body; a batch holds them all."""
    own = own_numbers(numbers)
    destinations = spoiled_numbers(numbers.destinations, plus_optional=vendor == "messangi")
    if not own["sender"] or not numbers.destinations:
        return []
    message = {"from": own["sender"][0], "to": numbers.destinations[0], "text": "Hello World!"}
    match operation:
        case "sendMessage":
            senders = spoiled_numbers(numbers.long_codes) if vendor == "intelepeer" else []
            return [
                *((f"to: {what}", {**message, "to": number}) for what, number in destinations),
                *((f"from: {what}", {**message, "from": number}) for what, number in senders),
            ]
        case "sendBatch":
            recipients = [{"to": number} for number in (message["to"], *(number for _, number in destinations))]
            return [("to: a right number, then a number spoiled in every way", {**message, "to": recipients})]
        case "setWebhook":
            endpoints = spoiled_numbers(numbers.long_codes)
            return [(f"endpoints/0: {what}", {"endpoints": [number], "webhook": WEBHOOK}) for what, number in endpoints]
        case _:
            return []


def near_misses(numbers: Sequence[str], *, plus_optional: bool = False) -> SearchStrategy[tuple[str, str]]:
    """(what is wrong, address): one of `spoiled_numbers` of any long code among `numbers`."""
    each = [miss for number in numbers for miss in spoiled_numbers([number], plus_optional=plus_optional)]
    return st.sampled_from(each) if each else st.nothing()


def scalars() -> SearchStrategy[Json]:
    """JSON values that are no string, null excepted."""
    others: tuple[Json, ...] = (1.5, [], {}, ["a"])
    return st.one_of(st.booleans(), st.integers(-1, 10**9), st.sampled_from(others))


def messages(vendor: str, numbers: Numbers) -> SearchStrategy[dict[str, Json]]:
    """Right messages for one recipient."""
    own = own_numbers(numbers)
    required = {"from": _one_of(own["sender"]), "to": _destinations(vendor, numbers), "text": texts()}
    return st.fixed_dictionaries(required, optional=_options(vendor))


def broken_messages(vendor: str, numbers: Numbers) -> SearchStrategy[tuple[str, dict[str, Json]]]:
    """(what is wrong, message): right messages with one thing wrong."""
    own = own_numbers(numbers)
    if not own["sender"] or not own["destination"]:
        return st.nothing()
    optional_plus = vendor == "messangi"
    wrong: list[SearchStrategy[tuple[str, str, Json]]] = [
        _named("to", near_misses(own["destination"], plus_optional=optional_plus)),
        st.tuples(st.just("another type"), st.sampled_from(("from", "to", "text")), scalars()),
        st.tuples(st.just("null"), st.sampled_from(("from", "to", "text")), st.none()),
        st.tuples(st.just("left out"), st.sampled_from(("from", "to", "text")), st.just(_ABSENT)),
    ]
    if vendor == "intelepeer":
        wrong.append(_named("from", near_misses(own["sender"])))
        wrong.append(_named("from", _bare_codes(numbers)))
        wrong.append(st.tuples(st.just("a short code"), st.just("to"), _one_of(numbers.short_codes)))
        wrong.append(st.tuples(st.just("another type"), st.just("guid"), scalars()))
    return _spoiled(messages(vendor, numbers), st.one_of(wrong))


def message_lists(vendor: str, numbers: Numbers, *, max_size: int = 5) -> SearchStrategy[list[dict[str, Json]]]:
    """Lists of right messages."""
    if messages(vendor, numbers).is_empty:
        return st.nothing()
    return st.lists(messages(vendor, numbers), min_size=1, max_size=max_size)


def mixed_lists(vendor: str, numbers: Numbers, *, max_size: int = 5) -> SearchStrategy[tuple[str, list[Json]]]:
    """(what is wrong where, list): lists with right and wrong messages in any order, one wrong one at least."""
    if messages(vendor, numbers).is_empty:
        return st.nothing()
    item = st.one_of(broken_messages(vendor, numbers), messages(vendor, numbers).map(lambda right: ("", right)))

    def named(items: list[tuple[str, Json]]) -> tuple[str, list[Json]]:
        return "; ".join(f"{at}: {what}" for at, (what, _) in enumerate(items) if what), [value for _, value in items]

    with_wrong = st.lists(item, min_size=1, max_size=max_size).filter(lambda items: any(what for what, _ in items))
    return with_wrong.map(named)


def batches(numbers: Numbers, *, max_size: int = 5) -> SearchStrategy[dict[str, Json]]:
    """Right batches of Messangi: every placeholder has a value for everybody."""
    if not own_numbers(numbers)["sender"] or not numbers.destinations:
        return st.nothing()
    value = st.one_of(st.sampled_from(("Elizabeth", "Ñandú", "a b")), st.just(10.65), st.integers(0, 999))

    def batch(holes: int) -> SearchStrategy[dict[str, Json]]:
        template = texts().map(lambda text: text.translate({0x7B: None, 0x7D: None}) or "x")
        recipient: dict[str, SearchStrategy[Json]] = {"to": _destinations("messangi", numbers)}
        if holes:
            recipient["params"] = st.lists(value, min_size=holes, max_size=holes)
        required = {
            "from": _one_of(own_numbers(numbers)["sender"]),
            "text": template.map(lambda text: text + "".join(f" {{{hole}}}" for hole in range(holes))),
            "to": st.lists(st.fixed_dictionaries(recipient), min_size=1, max_size=max_size),
        }
        return st.fixed_dictionaries(required, optional=_options("messangi"))

    return st.integers(0, 2).flatmap(batch)


def broken_batches(numbers: Numbers) -> SearchStrategy[tuple[str, dict[str, Json]]]:
    """(what is wrong, batch): right batches with one thing wrong, or with malformed recipients among the right ones."""
    if batches(numbers).is_empty:
        return st.nothing()
    misses = near_misses(numbers.destinations, plus_optional=True)
    whole = _changes(
        st.tuples(st.just("left out"), st.sampled_from(("from", "text", "to")), st.just(_ABSENT)),
        st.tuples(st.just("null"), st.sampled_from(("from", "text", "to")), st.none()),
        st.tuples(st.just("a text for the list"), st.just("to"), _one_of(numbers.destinations)),
        st.tuples(st.just("another type"), st.just("to"), st.one_of(st.booleans(), st.just(7))),
        st.tuples(st.just("another kind"), st.just("type"), st.sampled_from(("MO", "", "SMS"))),
    )

    def with_malformed(batch: dict[str, Json], miss: tuple[str, str], at: int) -> tuple[str, dict[str, Json]]:
        recipients = list(batch["to"])
        place = at % (len(recipients) + 1)
        recipients.insert(place, {**recipients[0], "to": miss[1]})
        return f"to/{place}: {miss[0]}", {**batch, "to": recipients}

    return st.one_of(
        _spoiled(batches(numbers), whole), st.builds(with_malformed, batches(numbers), misses, st.integers(0, 5))
    )


def webhooks() -> SearchStrategy[str]:
    """URLs that anybody takes for a webhook and that lead nowhere."""
    paths, queries = (
        st.sampled_from(("", "/", "/a", "/sms/v1", "/a-b_c.d")),
        st.sampled_from(("", "?key=1", "?a=b&c=d")),
    )
    return st.tuples(paths, queries).map(lambda ending: WEBHOOK + "".join(ending))


def settings(numbers: Numbers) -> SearchStrategy[dict[str, Json]]:
    """Right webhook settings of IntelePeer: endpoints of the target's own, each once."""
    own = own_numbers(numbers)["endpoint"]
    if not own:
        return st.nothing()
    endpoints = st.lists(_one_of(own), min_size=1, max_size=len(own), unique=True)
    return st.fixed_dictionaries({"endpoints": endpoints, "webhook": webhooks()})


def broken_settings(numbers: Numbers) -> SearchStrategy[tuple[str, dict[str, Json]]]:
    """(what is wrong, settings): right settings with one thing wrong, or with one malformed endpoint among the right ones."""
    if settings(numbers).is_empty:
        return st.nothing()
    misses = near_misses(own_numbers(numbers)["endpoint"])
    not_urls = (
        "not a url",
        "",
        "http://",
        "https://",
        "example.com/a",
        "//smsproof.invalid/a",
        "https:///a",
        "/a",
        "http:a",
    )
    whole = _changes(
        st.tuples(st.just("no URL"), st.just("webhook"), st.sampled_from(not_urls)),
        st.tuples(
            st.just("another type"),
            st.sampled_from(("webhook", "endpoints")),
            scalars(),
        ),
        st.tuples(st.just("left out"), st.sampled_from(("webhook", "endpoints")), st.just(_ABSENT)),
        st.tuples(st.just("a text for the list"), st.just("endpoints"), _one_of(numbers.long_codes)),
    )

    def with_malformed(right: dict[str, Json], miss: tuple[str, str], at: int) -> tuple[str, dict[str, Json]]:
        endpoints = list(right["endpoints"])
        place = at % (len(endpoints) + 1)
        endpoints.insert(place, miss[1])
        return f"endpoints/{place}: {miss[0]}", {**right, "endpoints": endpoints}

    def malformed_alone(right: dict[str, Json], miss: tuple[str, str]) -> tuple[str, dict[str, Json]]:
        return f"endpoints/0: {miss[0]}", {**right, "endpoints": [miss[1]]}

    alone = st.builds(malformed_alone, settings(numbers), misses)
    return st.one_of(
        _spoiled(settings(numbers), whole),
        alone,
        st.builds(with_malformed, settings(numbers), misses, st.integers(0, 3)),
    )


def endpoints(numbers: Numbers) -> SearchStrategy[str]:
    """The target's own numbers that a webhook can belong to."""
    return _one_of(own_numbers(numbers)["endpoint"])


_ABSENT: Final = object()  # in a spoiled value: the key is left out


def _digits(number: str) -> str:
    return number.removeprefix("+")


def _one_of(values: Sequence[str]) -> SearchStrategy[str]:
    return st.sampled_from(tuple(values)) if values else st.nothing()


def _destinations(vendor: str, numbers: Numbers) -> SearchStrategy[str]:
    """The allow-list; at Messangi with and without the plus (S2:43)."""
    own = numbers.destinations
    return _one_of((*own, *(number.removeprefix("+") for number in own)) if vendor == "messangi" else own)


def _options(vendor: str) -> dict[str, SearchStrategy[Json]]:
    if vendor == "intelepeer":
        return {"guid": identifiers()}
    alphanumeric = st.text(st.sampled_from("abcXYZ019"), min_size=1, max_size=32)
    return {
        "requestDR": st.just(False),  # true asks for callbacks, whose time is the cases' business
        "email": st.sampled_from(("user@example.com", "a.b@example.org")),
        "type": st.just("MT"),
        "externalId": alphanumeric,
        "clientId": alphanumeric,
        "callbacks": st.sampled_from((WEBHOOK, f"{WEBHOOK}/a,{WEBHOOK}/b")),
    }


def _bare_codes(numbers: Numbers) -> SearchStrategy[tuple[str, str]]:
    """Short codes and names without their country code (S0:15)."""
    codes = [code.partition("-")[2] for code in (*numbers.short_codes, *numbers.alphanumerics) if "-" in code]
    return st.tuples(st.just("no country code"), _one_of(codes))


def _changes(*changes: SearchStrategy[tuple[str, str, Json]]) -> SearchStrategy[tuple[str, str, Json]]:
    """Any of several (what is wrong, key, value)."""
    return st.one_of(changes)


def _named(key: str, values: SearchStrategy[tuple[str, str]]) -> SearchStrategy[tuple[str, str, Json]]:
    return values.map(lambda value: (value[0], key, value[1]))


def _spoiled(
    right: SearchStrategy[dict[str, Json]], wrong: SearchStrategy[tuple[str, str, Json]]
) -> SearchStrategy[tuple[str, dict[str, Json]]]:
    """A right object with one key changed or left out."""

    def spoil(value: dict[str, Json], change: tuple[str, str, Json]) -> tuple[str, dict[str, Json]]:
        what, key, held = change
        changed = {**value, key: held}
        if held is _ABSENT:
            del changed[key]
        return f"{key}: {what}", changed

    return st.builds(spoil, right, wrong)
