"""CPU time of several rivals in one run: rounds in turn, the median of each, so that a busy machine hurts all alike."""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 7


@dataclass
class Rival:
    """Something that is timed. `lap` runs it once and returns the seconds of CPU time that it took."""

    name: str
    lap: Callable[[], float]


def loop(function: Callable[..., object], inputs: list[str], *rest: object) -> Callable[[], float]:
    """A lap that calls a Python function on each input, with the rest of its arguments always the same."""

    def lap() -> float:
        start = time.process_time()
        for each in inputs:
            function(each, *rest)
        return time.process_time() - start

    return lap


def race(rivals: list[Rival], rounds: int = ROUNDS) -> dict[str, float]:
    """The median seconds of one lap of each rival.

    In each round every rival runs laps for about a quarter of a second, so that what else the machine does meets all
    of them alike.
    """
    times = {rival.name: max(1, math.ceil(0.25 / min(rival.lap() for _ in range(2)))) for rival in rivals}
    laps: dict[str, list[float]] = {rival.name: [] for rival in rivals}
    for _ in range(rounds):
        for rival in rivals:
            laps[rival.name].append(sum(rival.lap() for _ in range(times[rival.name])) / times[rival.name])
    return {name: statistics.median(seconds) for name, seconds in laps.items()}


def row(name: str, value: str, bar: str = "", met: bool | None = None) -> None:
    """One line of the report."""
    verdict = "" if met is None else "met" if met else "MISSED"
    print(f"{name:<46}{value:>22}   {bar:<24}{verdict}", flush=True)


def not_run(name: str, why: str) -> None:
    """A row whose peer or compiler is missing."""
    print(f"{name:<46}{'not run':>22}   ({why})", flush=True)
