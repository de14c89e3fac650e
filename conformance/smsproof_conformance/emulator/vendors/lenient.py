"""The lenient profile: what real vendors are known, or may be expected, to take besides the strict reading.

From the column "lenient" of part 3 of the contract notes. Whatever was tolerated is named in a Warning header, so that
nobody gets used to it unawares.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from smsproof_conformance.emulator.exchange import Answer, Refusal, Request, is_list, is_object
from smsproof_conformance.emulator.vendors.intelepeer import IntelePeer
from smsproof_conformance.emulator.vendors.messangi import BATCH_PATH, SEND_PATH, Messangi
from smsproof_conformance.emulator.vendors.vendor import Vendor

_LOOSE_NAME: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,9}[A-Za-z0-9])?")
_SHORT_E164: Final = re.compile(r"\+[1-9][0-9]{1,5}")

OTHER_PATHS: Final[Mapping[str, str]] = {
    "/raven/v3/messages": SEND_PATH,
    "/raven/v2/messages/batch": BATCH_PATH,
    "/v3/messages/batch": BATCH_PATH,
}
"""Other spellings of Messangi's paths, and what they are taken for (AMB-MS-02)."""


class _Lenient(Vendor):
    """What both vendors tolerate: a bare token (AMB-IP-17, AMB-MS-07), and JSON that does not say so."""

    takes_bare_tokens = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._tolerated: list[str] = []

    def handle(self, request: Request) -> Answer:
        self._tolerated.clear()
        answer = super().handle(request)
        if self._tolerated:
            notes = "; ".join(dict.fromkeys(self._tolerated))
            answer.headers = {**answer.headers, "warning": f'299 - "tolerated: {notes}"'}
        return answer

    def authorize(self, request: Request) -> Refusal | None:
        refusal = super().authorize(request)
        if refusal is None and not (request.header(b"authorization") or "").lower().startswith("bearer "):
            self._tolerated.append("a token without Bearer")
        return refusal

    def media_type_problem(self, request: Request) -> Refusal | None:
        if super().media_type_problem(request) is not None:
            self._tolerated.append("another Content-Type than application/json")
        return None

    def tolerate(self, fields: dict[str, Any], key: str, value: object, note: str) -> None:
        fields[key] = value
        self._tolerated.append(note)


class LenientIntelePeer(_Lenient, IntelePeer):
    """Besides: a number as guid, short E.164 (AMB-IP-06), names with spaces (AMB-IP-05).

    An empty text is refused here too (part 7, decision 11).
    """

    def check_message(self, value: object) -> Refusal | None:
        if not is_object(value):
            return super().check_message(value)
        strict = dict(value)
        if isinstance(strict.get("guid"), int | float) and not isinstance(strict["guid"], bool):
            self.tolerate(strict, "guid", str(strict["guid"]), "a guid that is a number")
        if isinstance(strict.get("to"), str) and _SHORT_E164.fullmatch(strict["to"]):
            self.tolerate(strict, "to", strict["to"] + "000000", "an E.164 number of fewer than seven digits")
        country, dash, name = str(strict.get("from")).partition("-")
        if dash and " " in name and _LOOSE_NAME.fullmatch(name):
            self.tolerate(strict, "from", f"{country}-{name.replace(' ', '')}", "a name with spaces")
        return super().check_message(strict)


class LenientMessangi(_Lenient, Messangi):
    """Besides: `to:` for `to` (AMB-MS-01), requestDR as a string, plus or marks in a sender (AMB-MS-19), paths."""

    def handle(self, request: Request) -> Answer:
        meant = OTHER_PATHS.get(request.path)
        if meant is None:
            return super().handle(request)
        written, request.path = request.path, meant
        answer = super().handle(request)
        note = f'299 - "{written} is taken for {meant}"'
        answer.headers = {
            **answer.headers,
            "warning": ", ".join([note, *filter(None, [answer.headers.get("warning")])]),
        }
        return answer

    def read(self, request: Request) -> object:
        value = super().read(request)
        if not is_object(value):
            return value
        mended = dict(value)
        if mended.get("requestDR") in ("true", "false"):
            self.tolerate(mended, "requestDR", mended["requestDR"] == "true", "requestDR that is a string")
        recipients = mended.get("to")
        if is_list(recipients):
            mended["to"] = [self._mended_recipient(one) for one in recipients]
        return mended

    def _mended_recipient(self, recipient: object) -> object:
        if is_object(recipient) and "to:" in recipient and "to" not in recipient:
            mended = dict(recipient)
            self.tolerate(mended, "to", mended.pop("to:"), "a recipient under to: with a colon")
            return mended
        return recipient

    def check_message(self, value: object) -> Refusal | None:
        return super().check_message(self._with_strict_sender(value))

    def check_batch(self, value: object) -> Refusal | None:
        return super().check_batch(self._with_strict_sender(value))

    def _with_strict_sender(self, value: object) -> object:
        if is_object(value) and isinstance(value.get("from"), str):
            strict = dict(value)
            sender: str = strict["from"]
            if re.fullmatch(r"\+[0-9]{7,15}", sender):
                self.tolerate(strict, "from", sender[1:], "a plus sign in the sender")
                return strict
            if re.search("[ ._-]", sender) and _LOOSE_NAME.fullmatch(sender):
                self.tolerate(strict, "from", re.sub("[ ._-]", "", sender), "a name with spaces or marks")
                return strict
        return value
