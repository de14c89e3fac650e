"""Every request of a run, fuzz included: right data is accepted, wrong data is refused (sections 2I, 2J, 2L, 2M).

The page names no status (AMB-MS-03): refused is anything but 2xx, a 2xx with the status ERROR, and in a batch the list
invalidNumber. JSON types are known from examples only, so that a scalar where a text is due is open, as are callbacks
as a list (AMB-MS-28), short numbers, a leading zero, and a connection that nobody may have heard of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from smsproof_conformance.case import Section
from smsproof_conformance.cases.messangi.answers import asked_for, status_of
from smsproof_conformance.records.exchange import Exchange, dig, is_array, pointer
from smsproof_conformance.records.outcome import Outcome
from smsproof_conformance.records.record import NotObserved, Record
from smsproof_conformance.records.sentence import Sentence
from smsproof_conformance.targets.target import Numbers
from smsproof_conformance.verdicts.busy import unknown_errors
from smsproof_conformance.verdicts.expectation import (
    ACCEPT,
    Claim,
    Expectation,
    Freedom,
    Use,
    binding,
    blamed,
    left_open,
    plain,
    refuse,
    request_schemas,
    sent,
    speaks_of_data,
    unreadable,
)
from smsproof_conformance.verdicts.finding import Breach, Judgement, Severity, breach
from smsproof_spec.rules import Malformed

section = Section("messangi", "requests")

_COMPONENTS: Final = {"sendMessage": "Message", "sendBatch": "Batch"}
# Options whose effect is known for every value that `_usual_option` lets pass, with the requirement that allows them.
_OPTIONS: Final = {
    "requestDR": "MS-SEND-07",
    "callbacks": "MS-SEND-10",
    "email": "MS-SEND-11",
    "type": "MS-SEND-12",
    "externalId": "MS-SEND-13",
    "clientId": "MS-SEND-14",
}
_PERHAPS_DESTINATION: Final = re.compile(r"\+?[0-9]{1,15}").fullmatch
_PLACEHOLDER: Final = re.compile(r"\{([0-9]+)\}")


def expectation(exchange: Exchange, numbers: Numbers) -> Expectation:
    """What a request deserves; for a batch without its recipients, who are judged one by one."""
    return _expected(exchange, sent(exchange), numbers)


def _expected(exchange: Exchange, value: Any, numbers: Numbers) -> Expectation:
    """What a body deserves in the place of an exchange's own."""
    component = _COMPONENTS.get(exchange.request.operation or "")
    if component is None:
        return left_open(Freedom.UNUSUAL)
    if isinstance(value, Malformed):
        return unreadable(value, "MS-GEN-04", exchange)
    broken = list(request_schemas("messangi").violations(component, value, exchange))
    forbidden = [
        word
        for word in broken
        if binding("messangi", word)
        and not _free(word, value, batch=component == "Batch")
        and word.requirement != _said_better(word, value)
    ]
    if forbidden:
        return refuse(*forbidden)
    if broken:
        return left_open(Freedom.ASSUMED)
    options = value.keys() - {"from", "to", "text"}
    if not all(_usual_option(name, value[name]) for name in options) or not plain(value["text"]):
        return left_open(Freedom.UNUSUAL)
    if value["from"] not in (*numbers.long_codes, *numbers.short_codes, *numbers.alphanumerics):
        return left_open(Freedom.FOREIGN)
    if component == "Batch":
        return ACCEPT if _filled(value) and _all_own(value["to"], numbers) else left_open(Freedom.FOREIGN)
    return ACCEPT if _same_number(value["to"], numbers.destinations) else left_open(Freedom.FOREIGN)


def _free(word: Breach, value: Any, *, batch: bool) -> bool:
    """Whether a violation of the contract is one that the decisions or the page's silence leave to the vendor."""
    steps = [int(step) if step.isdecimal() else step for step in word.pointer.split("/")[1:]]
    held = dig(value, *steps)
    key = str(steps[-1]) if steps else ""
    if batch and word.pointer == "/to":
        return False  # a list by the page's words (S2:357)
    if key in _OPTIONS or key in ("connection", "params"):
        scalar = isinstance(held, str | int | float) and key not in ("type", "params", "requestDR")
        spelled = key == "requestDR" and str(held) in ("true", "false", "0", "1")
        return held is None or scalar or spelled or (key == "callbacks" and is_array(held))
    if key in ("from", "text", "to") and isinstance(held, int | float) and not isinstance(held, bool):
        return True
    return key == "to" and isinstance(held, str) and _PERHAPS_DESTINATION(held) is not None


def _said_better(word: Breach, value: Any) -> str | None:
    """Of the two rules that a malformed number breaks, the one that says less: too many digits, or no digits at all."""
    held = dig(value, *word.pointer.split("/")[1:])
    if not isinstance(held, str):
        return None
    return "MS-ADDR-01" if re.fullmatch(r"\+?[0-9]{16,}", held) else "MS-ADDR-03"


def _usual_option(name: str, held: Any) -> bool:
    match name:
        case "requestDR":
            return isinstance(held, bool)
        case "type":
            return isinstance(held, str) and held == "MT"
        case "externalId" | "clientId":
            return isinstance(held, str) and re.fullmatch(r"[A-Za-z0-9]{1,32}", held) is not None
        case "email":
            return isinstance(held, str) and re.fullmatch(r"[a-z0-9.]+@[a-z0-9.]+\.[a-z]+", held) is not None
        case "callbacks":
            url = r"https?://[A-Za-z0-9.-]+(:[0-9]{2,5})?(/[A-Za-z0-9./_-]*)?"
            return isinstance(held, str) and re.fullmatch(rf"{url}(,{url})*", held) is not None
        case _:
            return False


def _same_number(number: Any, among: Sequence[str]) -> bool:
    """The plus is optional in every place (AMB-MS-18)."""
    return isinstance(number, str) and number.removeprefix("+") in {own.removeprefix("+") for own in among}


def _all_own(recipients: list[Any], numbers: Numbers) -> bool:
    return all(_same_number(recipient["to"], numbers.destinations) for recipient in recipients)


def _filled(batch: dict[str, Any]) -> bool:
    """Whether every placeholder has a value and the text stays plain: keys as the page shows them, nothing else."""
    highest = max((int(index) for index in _PLACEHOLDER.findall(batch["text"])), default=-1)
    return all(
        recipient.keys() <= {"to", "params"}
        and len(recipient.get("params", ())) > highest
        and all(plain(str(value)) and len(str(value)) <= 40 for value in recipient.get("params", ()))
        for recipient in batch["to"]
    )


@section.standing(
    "valid-accepted",
    observes=(
        "MS-ADDR-02", "MS-ADDR-06", "MS-ADDR-07", "MS-ADDR-08", "MS-SEND-06", "MS-SEND-07", "MS-SEND-10", "MS-SEND-11",
        "MS-SEND-12", "MS-SEND-13", "MS-SEND-14", "MS-BATCH-11", "MS-BRESP-04", "MS-BRESP-07", "MS-BRESP-08",
    ),
    does="Looks at every request with right data from the target's own numbers, and at the right recipients of a batch.",
    expects="It is accepted: 2xx without the status ERROR, and in a batch every right recipient has an id.",
)  # fmt: skip
def valid_accepted(record: Record) -> Judgement:
    yield from unknown_errors(record, "MS-SEND-06")
    numbers = record.target.numbers
    asked = list(filter(speaks_of_data, record.exchanges))
    right = [exchange for exchange in asked if expectation(exchange, numbers).claim is Claim.ACCEPT]
    mixed = [exchange for exchange in asked if _right_but_for_some_recipients(exchange, numbers)]
    cleared = {use.what for exchange in right if _taken(exchange) for use in _uses(exchange)}
    for exchange in right:
        batch = exchange.request.operation == "sendBatch"
        if not _taken(exchange) and not _says_who_is_invalid(exchange):
            rule = blamed([*_uses(exchange)], cleared, "MS-BRESP-04" if batch else "MS-SEND-06")
            yield breach(rule, exchange, expected="acceptance of right data", got=_outcome(exchange))
        elif batch:
            yield from _missing_recipients(exchange, numbers)
    for exchange in mixed:
        if _taken(exchange) or _says_who_is_invalid(exchange):
            yield from _missing_recipients(exchange, numbers)
    if not right and not mixed:
        raise NotObserved("no request that must be accepted")


def _right_but_for_some_recipients(exchange: Exchange, numbers: Numbers) -> bool:
    """Whether a batch has malformed numbers among right recipients, and nothing else that is wrong or open about it."""
    value, malformed = sent(exchange), {at for at, _ in _malformed_recipients(exchange)}
    if not malformed:
        return False
    rest = [recipient for at, recipient in enumerate(value["to"]) if at not in malformed]
    return bool(rest) and _expected(exchange, {**value, "to": rest}, numbers).claim is Claim.ACCEPT


def _says_who_is_invalid(exchange: Exchange) -> bool:
    """Whether a batch that took nobody says which numbers it takes for invalid."""
    answered = exchange.outcome is Outcome.TAKEN and exchange.at("data", "status") != "ERROR"
    return answered and exchange.request.operation == "sendBatch" and bool(exchange.at("data", "invalidNumber"))


@section.standing(
    "invalid-refused",
    observes=(
        "MS-GEN-04", "MS-ADDR-01", "MS-ADDR-03", "MS-SEND-02", "MS-SEND-03", "MS-SEND-04", "MS-SEND-12", "MS-BATCH-03",
        "MS-BATCH-04", "MS-BATCH-05", "MS-BATCH-06", "MS-BRESP-07",
    ),
    does="Looks at every request with data that a stated requirement forbids, and at every recipient of a batch.",
    expects="It is refused: no 2xx, or the status ERROR, or in a batch no id for what is wrong.",
)  # fmt: skip
def invalid_refused(record: Record) -> Judgement:
    seen = False
    sent_on = _takes_numbers_to_route_them(record)
    for exchange in filter(speaks_of_data, record.exchanges):
        expected = expectation(exchange, record.target.numbers)
        malformed = _malformed_recipients(exchange)
        seen |= expected.claim is Claim.REFUSE or bool(malformed)
        if expected.claim is Claim.REFUSE and _taken(exchange):
            for word in expected.breaches:
                if (
                    _about_recipient(word)
                    and _left_out(exchange, expected.breaches)
                    or sent_on
                    and word.pointer == "/to"
                ):
                    continue
                yield replace(
                    word,
                    expected=Sentence("a refusal of the request: {}", word.got),
                    got=_outcome(exchange),
                    # That another type than MT is refused, and not passed over, is our reading (AMB-MS-37).
                    ceiling=Severity.WARN if word.pointer == "/type" else word.ceiling,
                )
        if _taken(exchange):
            accepted = {_bare(dig(entry, "mobile")) for entry in _ids(exchange)}
            for at, number in malformed:
                if _bare(number) in accepted:
                    yield breach(
                        "MS-BRESP-07", exchange, expected="a malformed number in invalidNumber, without an id",
                        got=number, pointer=pointer("to", at, "to"),
                    )  # fmt: skip
    if not seen:
        raise NotObserved("no request that must be refused")


def _takes_numbers_to_route_them(record: Record) -> bool:
    """Whether the target takes a message to a malformed number and says INVALID_ROUTING later, as S2:122 lets it.

    It shows where statuses were asked for; the cases addresses/* judge those. Elsewhere nobody is told.
    """
    for exchange in filter(speaks_of_data, record.exchanges):
        if exchange.request.operation == "sendMessage" and _asks_for_statuses(exchange) and _taken(exchange):
            expected = expectation(exchange, record.target.numbers)
            told = {status_of(a) for a in record.arrivals if asked_for(record, a) is exchange}
            if any(word.pointer == "/to" for word in expected.breaches) and told.isdisjoint(_WENT_OUT):
                return True
    return False


_WENT_OUT: Final = frozenset({"SENT", "DELIVRD", "ENROUTE", "ACCEPTD", "UNDELIV", "EXPIRED"})


def _asks_for_statuses(exchange: Exchange) -> bool:
    return dig(sent(exchange), "requestDR") is True and isinstance(dig(sent(exchange), "callbacks"), str)


def _taken(exchange: Exchange) -> bool:
    """Whether an answer says that at least something was accepted."""
    if exchange.outcome is not Outcome.TAKEN or exchange.at("data", "status") == "ERROR":
        return False
    return exchange.request.operation != "sendBatch" or bool(_ids(exchange))


def _ids(exchange: Exchange) -> list[Any]:
    ids = exchange.at("data", "ids")
    return ids if is_array(ids) else []


def _outcome(exchange: Exchange) -> str:
    status = exchange.at("data", "status")
    return f"{exchange.status}, data.status {status!r}"


def _bare(number: Any) -> str:
    return number.removeprefix("+") if isinstance(number, str) else ""


def _malformed_recipients(exchange: Exchange) -> list[tuple[int, str]]:
    """Recipients of a batch whose number nobody can read as E.164, with their places."""
    recipients = dig(sent(exchange), "to") if exchange.request.operation == "sendBatch" else None
    if not is_array(recipients):
        return []
    numbers = [(at, dig(recipient, "to")) for at, recipient in enumerate(recipients)]
    return [(at, to) for at, to in numbers if isinstance(to, str) and _bare(to) and not _PERHAPS_DESTINATION(to)]


def _about_recipient(word: Breach) -> bool:
    return re.match(r"/to/[0-9]+(/|$)", word.pointer) is not None


def _left_out(exchange: Exchange, breaches: Sequence[Breach]) -> bool:
    """Whether a batch took no more messages than it has recipients with nothing wrong about them."""
    recipients = dig(sent(exchange), "to")
    wrong = {word.pointer.split("/")[2] for word in breaches if _about_recipient(word)}
    return is_array(recipients) and len(_ids(exchange)) <= len(recipients) - len(wrong)


def _missing_recipients(exchange: Exchange, numbers: Numbers) -> Iterator[Breach]:
    """The right recipients of a batch without an id. One that stands among the invalid ones breaks that list as well."""
    accepted = {_bare(dig(entry, "mobile")) for entry in _ids(exchange)}
    invalid = exchange.at("data", "invalidNumber")
    listed = {_bare(number) for number in invalid} if is_array(invalid) else set[str]()
    for at, recipient in enumerate(sent(exchange)["to"]):
        to = dig(recipient, "to")
        if not _same_number(to, numbers.destinations) or _bare(to) in accepted:
            continue
        place = pointer("to", at, "to")
        rule = "MS-BRESP-04" if to.startswith("+") else "MS-ADDR-02"
        yield breach(rule, exchange, expected="an id for a right recipient", got="no id", pointer=place)
        if _bare(to) in listed:
            yield breach(
                "MS-BRESP-07", exchange, expected="only malformed numbers in invalidNumber", got=to, pointer=place
            )
        elif listed:
            yield breach(
                "MS-BRESP-08",
                exchange,
                expected=Sentence("{} in one of the two lists", to),
                got="neither",
                pointer=place,
            )


def _uses(exchange: Exchange) -> Iterator[Use]:
    """What right data makes use of, the most particular first."""
    value = sent(exchange)
    batch = exchange.request.operation == "sendBatch"
    recipients = [recipient["to"] for recipient in value["to"]] if batch else [value["to"]]
    if not any(number.startswith("+") for number in recipients):
        yield Use("no plus", "MS-ADDR-02")
    options = {option: "MS-BATCH-11" if batch else rule for option, rule in _OPTIONS.items()}
    yield from (Use(option, rule) for option, rule in options.items() if option in value)
    if batch and any(recipient.get("params") for recipient in value["to"]):
        yield Use("params", "MS-BATCH-08")
    sender: str = value["from"]
    if not sender.isdecimal():
        yield Use("a name", "MS-ADDR-08")
    elif len(sender) <= 6:
        yield Use(f"a short code of {len(sender)}", "MS-ADDR-06")
    else:
        yield Use("a long code", "MS-ADDR-07")
    yield from (Use(f"no {option}", rule) for option, rule in options.items() if option not in value)
