"""What the world's numbering plans think of a number: worth a warning, never a verdict.

The vendors' own example numbers exist in no plan (AMB-IP-07), test numbers neither, and plans change faster than their
metadata. So nothing is refused and nobody fails by what stands here.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

import phonenumbers

from smsproof_conformance.targets.target import Numbers

_MOST_SUBSCRIBER_DIGITS = 12  # S2:45; beside the 15 digits of E.164 it can only warn (AMB-MS-17)
_LENGTHS = {
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: "no country has this calling code",
    phonenumbers.ValidationResult.TOO_SHORT: "it is too short for its country",
    phonenumbers.ValidationResult.TOO_LONG: "it is too long for its country",
    phonenumbers.ValidationResult.INVALID_LENGTH: "no number of its country has this length",
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "its area code is missing",
}


def doubts(numbers: Numbers, documented: Set[str]) -> Iterator[str]:
    """What the owner of a target should look at before a run: places in `numbers`, never the numbers themselves.

    documented    the vendor's own example numbers: they exist in no plan, and warning of them in every demonstration
                  would teach people to read over warnings.
    """
    for key, declared in (("long_codes", numbers.long_codes), ("destinations", numbers.destinations)):
        for index, number in enumerate(declared):
            reason = None if number in documented else doubt(number)
            if reason:
                yield f"numbers.{key}[{index}]: {reason}"


def doubt(number: str) -> str | None:
    """Why a long code may not exist, in words to put behind it; None if nothing speaks against it.

    number    E.164, with or without plus. Short codes and names are not asked about: metadata does not know them.
    """
    try:
        parsed = phonenumbers.parse("+" + number.removeprefix("+"), None)
    except phonenumbers.NumberParseException:
        return "no country has this calling code"
    reason = _LENGTHS.get(phonenumbers.is_possible_number_with_reason(parsed))
    if reason:
        return reason
    if len(str(parsed.national_number)) > _MOST_SUBSCRIBER_DIGITS:
        return f"its subscriber number has more than {_MOST_SUBSCRIBER_DIGITS} digits"
    return None
