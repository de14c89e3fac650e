"""The whole suite against a third Messangi and what a hurried programmer does to it: what its holes were, is found now.

Each wrong server broke a promise that no case saw when it was written. Beside them stand some that were always found.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import reduce
from html import escape
from typing import Any

import pytest

from smsproof_conformance.case import cases
from smsproof_conformance.records.exchange import Request
from smsproof_conformance.records.ledger import Ledger
from smsproof_conformance.runs.runner import Run
from smsproof_conformance.verdicts.finding import Severity
from smsproof_conformance.verdicts.judge import judge
from smsproof_conformance.verdicts.judged import Judged
from smsproof_conformance.wire.peer import Peer
from tests.conformance.cases.test_messangi_second_server import CONTRACT, SECRETS, TARGET, told
from tests.conformance.cases.third_messangi import FREEDOMS, Message, Right

ALL = list(cases("messangi").values())


def run(server: Right, *, controlled: bool = True, strict: bool = False) -> Judged:
    target = TARGET.model_copy(update={"wait_seconds": 0.05 if controlled else 0.2})
    server.by_itself = not controlled
    with Ledger.in_memory(SECRETS.values()) as ledger:
        peer = Peer(server, server if controlled else None)
        Run(target, SECRETS, CONTRACT, ledger, peer=lambda *_: peer).start(ALL, seed=1)
        return judge(ledger, CONTRACT, ALL, strict=strict)


@pytest.mark.parametrize("server", FREEDOMS)
def test_a_third_right_server_is_not_accused_in_strict(server: type[Right]) -> None:
    assert told(run(server(), strict=True)) == []


@pytest.mark.parametrize("server", FREEDOMS)
def test_nor_without_a_control_api(server: type[Right]) -> None:
    assert told(run(server(), controlled=False, strict=True)) == []


def wrong(**seams: Any) -> type[Right]:
    return type("Wrong", (Right,), seams)


def numbers(reads: Callable[[str], str]) -> type[Right]:
    """What a parser makes of a number before it looks at it."""
    return wrong(is_number=lambda self, to: Right.is_number(self, reads(to)))


def texts(alters: Callable[[str], str]) -> type[Right]:
    """What happens to a text on its way, unseen in the answer but where the answer shows it."""
    return wrong(stored=lambda self, text: alters(text))


def sent_texts(alters: Callable[[str], str]) -> type[Right]:
    """What happens to a text on its way while the answer shows it as it was."""

    def take(self: Right, message: Message, *, over: bool) -> None:
        Right.take(self, Message(message.body, message.to, alters(message.text), message.id), over=over)

    return wrong(take=take)


def filled(fills: Callable[[Right, str, list[Any]], str]) -> type[Right]:
    return wrong(fill=lambda self, template, values: fills(self, template, values))


def told_as(alters: Callable[[dict[str, Any]], dict[str, Any]]) -> type[Right]:
    """What happens to a callback's body."""
    return wrong(event=lambda self, message, status: alters(Right.event(self, message, status)))


def repaired(repairs: Callable[[Any], Any]) -> type[Right]:
    """What a lenient reader makes of a body."""
    return wrong(read=lambda self, request: repairs(Right.read(self, request)))


def parsed(parses: Callable[[str], Any]) -> type[Right]:
    """What a parser reads that does not mind what is no JSON."""

    def read(self: Right, request: Request) -> Any:
        try:
            return parses((request.body or b"").decode())
        except (ValueError, SyntaxError, IndexError):
            return Right.read(self, request)

    return wrong(read=read)


def one_after_the_other(self: Right, template: str, values: list[Any]) -> str:
    places = range(len(values))
    return reduce(lambda text, at: text.replace(f"{{{at}}}", self.value(values[at])), places, template)


def twice(self: Right, template: str, values: list[Any]) -> str:
    return Right.fill(self, Right.fill(self, template, values), [*values, *[""] * 9]) if values else template


def one_digit(self: Right, template: str, values: list[Any]) -> str:
    return re.sub(r"\{([0-9])([0-9]*)\}", lambda place: self.value(values[int(place[1])]) + place[2], template)


def ascii_values(self: Right, template: str, values: list[Any]) -> str:
    return Right.fill(self, template, [self.value(value).encode("ascii", "replace").decode() for value in values])


def short_values(self: Right, template: str, values: list[Any]) -> str:
    return Right.fill(self, template, [self.value(value)[:20] for value in values])


def format_strings(self: Right, template: str, values: list[Any]) -> str:
    try:
        return template.format(*map(self.value, values))
    except (KeyError, IndexError, ValueError):
        return template


def other_braces(self: Right, template: str, values: list[Any]) -> str:
    return re.sub(r"\{[^}]*\}", "", Right.fill(self, template, values))


def falsy(self: Right, template: str, values: list[Any]) -> str:
    return Right.fill(self, template, [value or "" for value in values])


def twins_merged(self: Right, taken: list[Message]) -> list[Message]:
    return list({(message.to, message.text): message for message in taken}.values())


def batch_sent_twice(self: Right, message: Message, *, over: bool) -> None:
    Right.take(self, message, over=over)
    if message.in_batch and not over:
        self.sent.append(message)


def invalid_sent(self: Right, body: dict[str, Any], taken: list[Message], invalid: list[str]) -> dict[str, Any]:
    self.sent += [Message(body, to, body["text"], self.new_id()) for to in invalid]
    return Right.batch_data(self, body, taken, invalid)


def invalid_named_once(self: Right, body: dict[str, Any], taken: list[Message], invalid: list[str]) -> dict[str, Any]:
    return Right.batch_data(self, body, taken, list(Counter(invalid)))


def first_url_of_batch(self: Right, message: Message, status: str) -> list[str]:
    return Right.urls(self, message, status)[: 1 if message.in_batch else 9]


def end_to_one_url(self: Right, message: Message, status: str) -> list[str]:
    return Right.urls(self, message, status)[: 1 if status == "DELIVRD" else 9]


def crossed(self: Right, message: Message, status: str) -> dict[str, Any]:
    event = Right.event(self, message, status)
    if message.in_batch:
        event["message"] = self.fill(message.body["text"], message.body["to"][-1].get("params", []))
    return event


def foreign_in_batch(self: Right, body: dict[str, Any], *, in_batch: bool) -> None:
    if not in_batch:
        Right.foreign(self, body, in_batch=in_batch)


def long_batch_refused(self: Right, text: str, *, in_batch: bool) -> bool:
    return in_batch and len(text) > 160 or Right.too_long(self, text, in_batch=in_batch)


def nulls_filled(body: Any) -> Any:
    if isinstance(body, dict) and isinstance(body.get("to"), list) and "text" in body:
        body["text"] = body["text"] or " "
    return body


def one_recipient(body: Any) -> Any:
    return {**body, "to": [body["to"]]} if isinstance(body, dict) and isinstance(body.get("to"), dict) else body


def params_as(kind: type, makes: Callable[[Any], list[Any]]) -> Callable[[Any], Any]:
    def repairs(body: Any) -> Any:
        recipients = body.get("to") if isinstance(body, dict) else None
        for recipient in recipients if isinstance(recipients, list) else ():
            if isinstance(recipient, dict) and isinstance(recipient.get("params"), kind):
                recipient["params"] = makes(recipient["params"])
        return body

    return repairs


ARABIC = {ord(arabic): digit for arabic, digit in zip("٠١٢٣٤٥٦٧٨٩", "0123456789", strict=True)}

FOUND: dict[str, tuple[str, type[Right]]] = {
    "spaces around a number": ("MS-ADDR-01", numbers(str.strip)),
    "a line break behind a number": ("MS-ADDR-01", numbers(lambda to: to.removesuffix("\n"))),
    "separators in a number": ("MS-ADDR-01", numbers(lambda to: re.sub("[ ()-]", "", to))),
    "several pluses": ("MS-ADDR-01", numbers(lambda to: to.lstrip("+"))),
    "a plus behind a number": ("MS-ADDR-01", numbers(lambda to: to.rstrip("+"))),
    "a scheme before a number": ("MS-ADDR-01", numbers(lambda to: to.removeprefix("tel:"))),
    "Arabic digits": ("MS-ADDR-01", numbers(lambda to: to.translate(ARABIC))),
    "full-width digits": ("MS-ADDR-01", numbers(lambda to: unicodedata.normalize("NFKC", to))),
    "two numbers in one": ("MS-ADDR-01", numbers(lambda to: to.partition(",")[0])),
    "no number at all": ("MS-ADDR-01", numbers(lambda to: to or "1")),
    "a plus alone": ("MS-ADDR-01", numbers(lambda to: "1" if to == "+" else to)),
    "sixteen digits without a plus": ("MS-ADDR-03", numbers(lambda to: to[:15] if to[:1] != "+" else to)),
    "a text in normal form C": ("MS-RESP-06", texts(lambda text: unicodedata.normalize("NFC", text))),
    "a text in form KC as sent": ("MS-RESP-06", sent_texts(lambda text: unicodedata.normalize("NFKC", text))),
    "a text trimmed": ("MS-RESP-06", texts(lambda text: text.strip() or text)),
    "a text trimmed as sent": ("MS-RESP-06", sent_texts(str.strip)),
    "a text without carriage returns": ("MS-RESP-06", texts(lambda text: text.replace("\r", ""))),
    "a text without double spaces": ("MS-RESP-06", sent_texts(lambda text: text.replace("  ", " "))),
    "a text with plain quotes": ("MS-RESP-06", sent_texts(lambda text: text.translate({0x201C: '"', 0x2019: "'"}))),
    "a text read as a form": ("MS-RESP-06", sent_texts(lambda text: text.replace("+", " "))),
    "a template escaped": ("MS-BRESP-09", wrong(template=lambda self, text: escape(text, quote=False))),
    "a template in Latin-1": ("MS-BRESP-09", wrong(template=lambda self, text: text.encode().decode("latin-1"))),
    "a template trimmed": ("MS-BRESP-09", wrong(template=lambda self, text: text.strip())),
    "an eleventh value": ("MS-BATCH-08", filled(one_digit)),
    "values of other scripts": ("MS-BATCH-08", filled(ascii_values)),
    "long values": ("MS-BATCH-08", filled(short_values)),
    "the third of a batch": ("MS-BRESP-04", wrong(sifted=lambda self, taken: taken[:2])),
    "a batch sent twice": ("MS-BRESP-04", wrong(take=batch_sent_twice)),
    "an invalid number sent to": ("MS-BRESP-07", wrong(batch_data=invalid_sent)),
    "a batch of two segments": ("MS-TEXT-09", wrong(too_long=long_batch_refused)),
    "octets for characters": (
        "MS-TEXT-07",
        wrong(too_long=lambda self, text, *, in_batch: len(text.encode()) > 1600),
    ),
    "null for a text": ("MS-BATCH-04", repaired(nulls_filled)),
    "one recipient without a list": ("MS-BATCH-05", repaired(one_recipient)),
    "a foreign code in a batch": ("MS-GEN-09", wrong(foreign=foreign_in_batch)),
    "the second URL of a batch": ("MS-CALLBACK-01", wrong(urls=first_url_of_batch)),
    "the end at the second URL": ("MS-CALLBACK-01", wrong(urls=end_to_one_url)),
    "a callback that is no UTF-8": (
        "MS-CALLBACK-03",
        wrong(posted=lambda self, event: json.dumps(event, ensure_ascii=False).encode("latin-1", "replace")),
    ),
    "an identifier in small letters": (
        "MS-CALLBACK-05",
        told_as(lambda event: {**event, "externalId": str(event.get("externalId", "")).lower()}),
    ),
    "an identifier as a number": (
        "MS-CALLBACK-06",
        told_as(lambda event: {**event, "clientId": str(event.get("clientId", "")).lstrip("0")}),
    ),
    "an identifier in small letters in the answer": (
        "MS-RESP-15",
        wrong(
            echo=lambda self, body: {
                k: v.lower() if k == "externalId" else v for k, v in Right.echo(self, body).items()
            }
        ),
    ),
    "JSON with a comma too many": ("MS-GEN-04", parsed(lambda text: json.loads(re.sub(r",\s*}", "}", text)))),
    "JSON in single quotes": ("MS-GEN-04", parsed(lambda text: json.loads(text.replace("'", '"')))),
    "values in an object": ("MS-BATCH-08", repaired(params_as(dict, lambda held: list(held.values())))),
    "values in a string": ("MS-BATCH-08", repaired(params_as(str, lambda held: held.split(",")))),
    "somebody else's text in a callback": ("MS-BATCH-08", wrong(event=crossed)),
}
"""Wrong servers that no case saw, by the promise they break: its requirement, and the server."""

WARNED: dict[str, tuple[str, type[Right]]] = {
    "values filled in twice": ("MS-BATCH-09", filled(twice)),
    "values filled in one after the other": ("MS-BATCH-09", filled(one_after_the_other)),
    "braces of other kinds eaten": ("MS-BATCH-09", filled(other_braces)),
    "format strings": ("MS-BATCH-09", filled(format_strings)),
    "nought lost": ("MS-BATCH-10", filled(falsy)),
    "equal recipients merged": ("MS-HOUSE-21", wrong(sifted=twins_merged)),
    "equal invalid numbers merged": ("MS-HOUSE-21", wrong(batch_data=invalid_named_once)),
    "a text cut in a callback": ("MS-HOUSE-14", told_as(lambda event: {**event, "message": event["message"][:20]})),
}
"""The same where the page shows it at most, or the reading is ours: it warns, and fails nobody."""


@pytest.mark.parametrize("promise", FOUND)
def test_a_hurried_server_is_found(promise: str) -> None:
    requirement, server = FOUND[promise]
    findings = run(server()).findings
    assert (requirement, Severity.FAIL) in {(finding.requirement, finding.severity) for finding in findings}


@pytest.mark.parametrize("promise", WARNED)
def test_where_the_page_leaves_a_doubt_it_warns(promise: str) -> None:
    requirement, server = WARNED[promise]
    findings = run(server()).findings
    assert {finding.severity for finding in findings} == {Severity.WARN}
    assert requirement in {finding.requirement for finding in findings}


def test_without_an_outbox_a_callback_shows_how_a_template_was_filled_in() -> None:
    swapped = filled(lambda self, template, values: Right.fill(self, template, values[::-1]))
    assert "MS-BATCH-08" in {finding.requirement for finding in run(swapped(), controlled=False).findings}
