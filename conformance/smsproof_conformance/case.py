"""What a case is: something we do, something the target must do, and the requirements that this observes.

A *scenario* acts first (sends, sets, waits: everything is recorded) and judges later, from the record alone.
A *standing* judge has no act: it judges every recorded exchange or arrival of the whole run.
Both judge without one request, so that old runs can be judged again by newer cases.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from smsproof_conformance.targets.target import Fact
from smsproof_conformance.verdicts.finding import Judgement
from smsproof_spec.contract import Party

if TYPE_CHECKING:
    from smsproof_conformance.records.record import Record, Seen

# What an act is given depends on whom the case judges: an Actor for a vendor, a Deliverer for a receiver.
Act = Callable[[Any], Awaitable[None]]
JudgeScenario = Callable[["Seen"], Judgement]
JudgeRecord = Callable[["Record"], Judgement]


@dataclass(frozen=True)
class Case:
    """What scenarios and standing judges have in common.

    id          slug that survives insertion: "<section>/<name>", unique per vendor.
    observes    ids of the requirements a verdict of this case speaks about.
    does        what we do, in one sentence (standing judges: what they look at).
    expects     what the target must do, in one sentence.
    """

    id: str
    vendor: str
    observes: tuple[str, ...]
    does: str
    expects: str


@dataclass(frozen=True)
class Scenario(Case):
    """A case with an act of its own.

    needs    facts the target must declare; otherwise the case is SKIP with what is missing.
    """

    needs: tuple[Fact, ...]
    act: Act
    judge: JudgeScenario


@dataclass(frozen=True)
class Standing(Case):
    """A case that judges what other cases (and the fuzz phase) recorded."""

    judge: JudgeRecord


@dataclass
class _Draft:
    """An act that still waits for its judge: `@act.judge` completes the case."""

    section: Section
    name: str
    observes: tuple[str, ...]
    needs: tuple[Fact, ...]
    does: str
    expects: str
    act: Act

    def judge(self, judge: JudgeScenario) -> Scenario:
        case = Scenario(
            f"{self.section.name}/{self.name}", self.section.vendor, self.observes, self.does, self.expects,
            self.needs, self.act, judge,
        )  # fmt: skip
        self.section.add(case)
        return case


@dataclass
class Section:
    """The cases of one section of the requirements; one module of `cases/<vendor>/` builds one."""

    vendor: str
    name: str
    cases: dict[str, Case] = field(default_factory=dict[str, Case])

    def scenario(
        self, name: str, *, observes: Iterable[str], does: str, expects: str, needs: Iterable[Fact] = ()
    ) -> Callable[[Act], _Draft]:
        """Decorate an act; its judge follows as `@NAME.judge`."""

        def draft(act: Act) -> _Draft:
            return _Draft(self, name, tuple(observes), tuple(needs), does, expects, act)

        return draft

    def standing(
        self, name: str, *, observes: Iterable[str], does: str, expects: str
    ) -> Callable[[JudgeRecord], Standing]:
        """Decorate a judge of the whole record."""

        def complete(judge: JudgeRecord) -> Standing:
            case = Standing(f"{self.name}/{name}", self.vendor, tuple(observes), does, expects, judge)
            self.add(case)
            return case

        return complete

    def add(self, case: Case) -> None:
        if case.id in self.cases:
            raise ValueError(f"two cases are called {case.id}")
        self.cases[case.id] = case


# Where the cases of each party live: V the vendor, R the customer's webhook, C the customer's client.
_HOMES: Final[Mapping[Party, str]] = {"V": "cases", "R": "receivers", "C": "clients"}


@cache
def cases(vendor: str, party: Party = "V") -> Mapping[str, Case]:
    """Every case that judges one party by a vendor's contract, by id.

    Modules come in the order of their names, cases in the order of the text.

    raises    LookupError for a vendor without cases.
    """
    name = f"smsproof_conformance.{_HOMES[party]}.{vendor}"
    try:
        home = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise LookupError(f"there are no cases for {vendor!r}, party {party}") from error
    modules = [home]
    for module in sorted(pkgutil.iter_modules(getattr(home, "__path__", ())), key=lambda module: module.name):
        modules.append(importlib.import_module(f"{name}.{module.name}"))
    sections = [section for module in modules if isinstance(section := getattr(module, "section", None), Section)]
    return {id_: case for section in sections for id_, case in section.cases.items()}


def observers(vendor: str, party: Party) -> Mapping[str, tuple[str, ...]]:
    """Which cases observe a requirement: ids of cases by id of requirement."""
    found: dict[str, tuple[str, ...]] = {}
    for case in cases(vendor, party).values():
        for requirement in case.observes:
            found[requirement] = (*found.get(requirement, ()), case.id)
    return found
