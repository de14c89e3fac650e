"""The two pictures of a run: which requirement came out how, and when which request was under way.

Only geometry and words; the template draws it as SVG. Lengths are in SVG user units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from smsproof_conformance.records.exchange import Arrival, Exchange
from smsproof_conformance.reports.telling import duration
from smsproof_conformance.verdicts.finding import Verdict
from smsproof_conformance.verdicts.judged import Judged, RequirementResult

WIDTH: Final = 940
_LABEL: Final = 200  # left of it stand the names of rows
_CELL: Final = 22
_GAP: Final = 4
_COLUMNS: Final = (WIDTH - _LABEL) // (_CELL + _GAP)
_LANE: Final = 26
_BAR: Final = 14
_MARKS: Final = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✗",
    Verdict.WARN: "!",
    Verdict.SKIP: "–",
    Verdict.INDETERMINATE: "?",
    Verdict.ERROR: "⚡",
    Verdict.XFAIL: "×",
    Verdict.XPASS: "‼",
}
# The sections of the requirements, as the paper that lists them names them.
_SECTIONS: Final = {
    "2A": "Common",
    "2B": "Single send",
    "2C": "Life cycle",
    "2D": "Bulk send",
    "2E": "Set the webhook",
    "2F": "Read the webhook",
    "2G": "Inbound delivery",
    "2H": "Common",
    "2I": "Addresses",
    "2J": "Single send: request",
    "2K": "Single send: response",
    "2L": "Batch: request",
    "2M": "Batch: response",
    "2N": "Status callbacks",
    "2O": "Text and segments",
    "house": "House rules",
}


@dataclass(frozen=True)
class Cell:
    """One requirement in the matrix. The mark says the verdict to those who see no colour."""

    x: int
    y: int
    result: RequirementResult
    mark: str
    observable: bool


@dataclass(frozen=True)
class Row:
    """The name of a row, at its height."""

    y: int
    name: str


@dataclass(frozen=True)
class Matrix:
    """Every requirement of a vendor, a row of cells for each section."""

    height: int
    rows: tuple[Row, ...]
    cells: tuple[Cell, ...]
    size: int = _CELL
    width: int = WIDTH


def matrix(judged: Judged) -> Matrix:
    """The requirements of a run in the order of the paper; what no traffic can show of this party stands apart."""
    rows: list[Row] = []
    cells: list[Cell] = []
    y = 0
    for section in dict.fromkeys(result.requirement.section for result in judged.requirements):
        results = [result for result in judged.requirements if result.requirement.section == section]
        results = [result for result in results if judged.party in result.requirement.parties or result.cases]
        if not results:
            continue
        name = _SECTIONS.get(section, "")
        rows.append(
            Row(y + _CELL // 2, f"{section} {name}".strip() if section in _SECTIONS and section != "house" else name)
        )
        for place, result in enumerate(results):
            x = _LABEL + place % _COLUMNS * (_CELL + _GAP)
            top = y + place // _COLUMNS * (_CELL + _GAP)
            observable = result.verdict is not Verdict.SKIP or result.requirement.observable_by(judged.party)
            cells.append(Cell(x, top, result, _MARKS[result.verdict] if observable else "", observable))
        y += ((len(results) - 1) // _COLUMNS + 1) * (_CELL + _GAP) + _GAP
    return Matrix(y, tuple(rows), tuple(cells))


@dataclass(frozen=True)
class Bar:
    """One request (or arrival) in the timeline.

    kind    "s2", "s4", … by the answer's status, "lost" where none came, "inbound" for an arrival.
    """

    x: float
    y: int
    width: float
    kind: str
    blamed: bool
    words: str
    target: str | None


@dataclass(frozen=True)
class Tick:
    """A moment on the time axis."""

    x: float
    words: str


@dataclass(frozen=True)
class Timeline:
    """Every request of a run in time, a lane for each operation."""

    height: int
    rows: tuple[Row, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    bar: int = _BAR
    left: int = _LABEL
    width: int = WIDTH


def timeline(
    exchanges: Sequence[Exchange],
    arrivals: Sequence[Arrival],
    began: float,
    took: float,
    blamed: frozenset[int],
    shown: frozenset[int],
) -> Timeline:
    """When each request was under way.

    began, took    of the run, in seconds.
    blamed         numbers of the exchanges in which a finding was seen; shown: of those that the report tells in full.
    """
    lanes = list(dict.fromkeys(_lane(exchange) for exchange in exchanges))
    if arrivals:
        lanes.append("arrived here")
    scale = (WIDTH - _LABEL - 4) / max(took, 0.001)
    bars = [
        Bar(
            x=round(_LABEL + (exchange.began_seconds - began) * scale, 2),
            y=lanes.index(_lane(exchange)) * _LANE + (_LANE - _BAR) // 2,
            width=round(max(2.0, (exchange.answer.elapsed_seconds if exchange.answer else 0.0) * scale), 2),
            kind=f"s{exchange.answer.status // 100}" if exchange.answer else "lost",
            blamed=exchange.id in blamed,
            words=_words(exchange),
            target=f"x{exchange.id}" if exchange.id in shown else None,
        )
        for exchange in exchanges
    ]
    bars += [
        Bar(
            x=round(min(max(_LABEL + (arrival.at_seconds - began) * scale, _LABEL), WIDTH - 4), 2),
            y=(len(lanes) - 1) * _LANE + (_LANE - _BAR) // 2,
            width=2.0,
            kind="inbound",
            blamed=False,
            words=f"{arrival.case} at hook {arrival.hook}: answered {arrival.status}",
            target=None,
        )
        for arrival in arrivals
    ]
    ticks = [Tick(round(_LABEL + step / 4 * took * scale, 2), duration(step / 4 * took)) for step in range(5)]
    rows = tuple(Row(place * _LANE + _LANE // 2, name) for place, name in enumerate(lanes))
    return Timeline(len(lanes) * _LANE, rows, tuple(bars), tuple(ticks))


def _lane(exchange: Exchange) -> str:
    return exchange.request.operation or "other requests"


def _words(exchange: Exchange) -> str:
    request, answer = exchange.request, exchange.answer
    came = (
        f"{answer.status} in {duration(answer.elapsed_seconds)}"
        if answer
        else exchange.lost.kind
        if exchange.lost
        else exchange.state
    )
    return f"#{exchange.id} {request.case} [{request.step}] {request.method}: {came}"
