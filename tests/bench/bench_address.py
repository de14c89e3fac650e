"""`check` beside phone-number metadata: ratios in one run, CPU time."""

import sys
from contextlib import suppress

import environment

environment.enter()

import stopwatch  # noqa: E402
from corpus import addresses  # noqa: E402
from stopwatch import Rival, loop, not_run, race, row  # noqa: E402

from smsproof_spec.rules import AddressError, Role, check, classify, normalise  # noqa: E402


def refused(address: str) -> None:
    with suppress(AddressError):
        check(address, "intelepeer", Role.DESTINATION)


def main() -> None:
    numbers = addresses()
    print(
        f"Python {sys.version.split()[0]}; {len(numbers)} numbers; CPU time, median of {stopwatch.ROUNDS} laps in turn\n"
    )
    rivals = [
        Rival("check", loop(check, numbers, "intelepeer", Role.DESTINATION)),
        Rival("classify", loop(classify, numbers, "messangi")),
        Rival("check, refused", loop(refused, [number[1:] for number in numbers])),
        Rival("normalise", loop(normalise, numbers, "intelepeer", Role.DESTINATION)),
    ]
    try:
        import phonenumbers

        rivals.append(Rival("phonenumbers.parse", loop(phonenumbers.parse, numbers, None)))
    except ImportError:
        phonenumbers = None
    seconds = race(rivals)
    for name, taken in seconds.items():
        row(f"{name}, numbers a second", f"{len(numbers) / taken:,.0f}")
    print()
    if phonenumbers:
        ratio = seconds["phonenumbers.parse"] / seconds["check"]
        row("check / phonenumbers.parse", f"{ratio:.0f} x", "at least 100 x", ratio >= 100)
    else:
        not_run("check / phonenumbers.parse", "phonenumbers could not be installed")


if __name__ == "__main__":
    main()
