"""Which step of the scenario a request belongs to: by what it asks for, never by its order or its time."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from smsproof_conformance.clients.scenario import Step, entry
from smsproof_conformance.records.exchange import Request, is_array, is_object
from smsproof_conformance.records.sentence import Sentence
from smsproof_spec.contract import Contract

_COMPARED = ("text", "to", "from", "guid", "externalId", "clientId")


@dataclass(frozen=True)
class Part:
    """A step, or one message of a `send_many`, or recipient of a `batch`, that was sent on its own."""

    step: Step
    place: int | None = None

    @property
    def label(self) -> str:
        return self.step.name if self.place is None else Sentence("{}[{}]", self.step.name, self.place)


class Matching:
    """Recognises requests and counts them by part; equal steps are filled one after the other."""

    def __init__(self, contract: Contract, steps: Sequence[Step]) -> None:
        self._operations = contract.operations
        self._steps = steps
        self.counts: Counter[str] = Counter()  # by label
        self.others = 0

    def recognise(self, request: Request) -> tuple[Part | None, str | None]:
        """The part a request belongs to and the operation it calls; None for what nobody asked for."""
        operation = self._operation(request)
        best: tuple[tuple[float, int], Part] | None = None
        for part, wanted in self._parts(request):
            likeness = _likeness(wanted, request)
            if likeness and (best is None or (likeness, -self.counts[part.label]) > best[0]):
                best = ((likeness, -self.counts[part.label]), part)
        if best is None:
            self.others += 1
            return None, operation
        self.counts[best[1].label] += 1
        return best[1], operation

    def _operation(self, request: Request) -> str | None:
        path = request.target.partition("?")[0]
        for id_, operation in self._operations.items():
            if (operation.path, operation.method) == (path, request.method):
                return id_
        return None

    def _parts(self, request: Request) -> Iterator[tuple[Part, Mapping[str, Any]]]:
        body = request.json
        single = is_object(body) and not is_array(body.get("messages")) and not is_array(body.get("to"))
        for step in self._steps:
            if single and step.do in ("send_many", "batch"):
                for place in range(len(step.args["messages" if step.do == "send_many" else "to"])):
                    yield Part(step, place), entry(step, place)
            else:
                yield Part(step), step.args


def _likeness(wanted: Mapping[str, Any], request: Request) -> float:
    """How much of what a step asks for a request holds; 0: nothing that would tell it from another."""
    body = request.json
    if "endpoint" in wanted:
        asked = "".join(char for char in wanted["endpoint"] if char.isalnum())
        said = unquote(request.target) + (request.body or b"").decode("utf-8", "replace")
        if request.method != "GET" or asked[-4:] not in said:
            return 0
        return 5 if asked in said else 4
    if is_array(body):
        return _likeness_of_lists(wanted.get("messages", [wanted]), body)
    if not is_object(body):
        # A form, or JSON inside a string: whatever it is, it asks for what its words say.
        return 4 if isinstance(wanted.get("text"), str) and wanted["text"].replace(" ", "") in _letters(request) else 0
    if is_array(body.get("messages")):
        return _likeness_of_lists(wanted.get("messages", []), body["messages"])
    return _likeness_of(wanted, body)


def _likeness_of_lists(messages: Sequence[Any], items: Sequence[Any]) -> float:
    """Each item counts for the message it is most like: a list may be a part of what was asked for."""
    return sum(max((_likeness_of(message, item) for message in messages), default=0) for item in items)


def _letters(request: Request) -> str:
    body = unquote((request.body or b"").decode("utf-8", "replace"))
    return body.replace("+", "").replace(" ", "")


def _likeness_of(wanted: Mapping[str, Any], body: Any) -> float:
    if not is_object(body):
        return 0
    if "endpoints" in wanted:
        if body.get("webhook") == wanted["webhook"]:
            return 4 if body.get("endpoints") == wanted["endpoints"] else 3
        return 2 if body.get("endpoints") == wanted["endpoints"] else 0
    equal = {key for key in _COMPARED if key in wanted and body.get(key) == wanted[key]}
    # The text tells steps apart; without it, all else must agree, or a changed text could not be told from another step.
    if "text" in equal:
        return 4 + len(equal)
    if len(equal) < len(wanted.keys() & set(_COMPARED)) - 1:
        return 0
    return len(equal) + _resemblance(wanted.get("text"), body.get("text"))


def _resemblance(wanted: Any, sent: Any) -> float:
    """How much of a text is left in another one, 0 to less than 1."""
    if not isinstance(wanted, str) or not isinstance(sent, str):
        return 0
    ratio: float = difflib.SequenceMatcher(None, wanted[:200], sent[:200], autojunk=False).ratio()
    return 0.9 * ratio
