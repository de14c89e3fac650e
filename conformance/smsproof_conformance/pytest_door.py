"""The pytest door: `pytest --smsproof-target NAME` runs the conformance cases as items of a user's own suite.

One item a case, called by the case's id. The first item that runs acts all chosen cases in one run, on record like any
other (`smsproof judge last`); each item then tells its own verdict. Nothing is sent by collecting.

Loaded with the plugin by every pytest run, so it imports nothing but pytest and the standard library until it is used.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from smsproof_conformance.case import Case
    from smsproof_conformance.reports.material import Material
    from smsproof_conformance.targets.target import Secrets, Target
    from smsproof_conformance.verdicts.judged import CaseResult
    from smsproof_conformance.verdicts.known_defect import Entry


class SmsproofWarning(pytest.PytestWarning):
    """A finding that no page of the vendor states: it warns. `--smsproof-strict` makes it fail."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("smsproof", "SMS conformance")
    group.addoption("--smsproof-target", metavar="NAME", help="run the conformance cases against this [target.NAME]")
    group.addoption("--smsproof-config", metavar="FILE", type=Path, help="settings file instead of smsproof.toml")
    group.addoption("--smsproof-strict", action="store_true", help="findings that would warn fail")
    group.addoption("--smsproof-baseline", metavar="FILE", type=Path, help="TOML file of expected findings")
    group.addoption("--smsproof-live", action="store_true", help="allow a target that is not loopback; needs a budget")
    group.addoption("--smsproof-budget", metavar="N", type=int, help="message parts that may be charged")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--smsproof-target") and config.getoption("dist", "no") != "no":
        raise pytest.UsageError(
            "--smsproof-target acts all cases in one run, which several processes would send several times."
            " Run it without pytest-xdist: -n 0."
        )


@pytest.hookimpl(tryfirst=True)  # before -k and -m choose
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--smsproof-target"):
        return
    door = _open(session)
    config.stash[_DOOR] = door
    report = config.hook.pytest_make_collect_report(collector=door)
    config.hook.pytest_collectreport(report=report)
    items.extend(report.result)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    from smsproof_spec.spelling import counted

    door = config.stash.get(_DOOR, None)
    if door is not None and door.has_run:
        judged = door.run.judged
        terminalreporter.section(f"smsproof {door.name}")
        terminalreporter.write_line(
            f"observed {judged.observed} of {counted(judged.observable, 'requirement')}, {judged.passed} of them without a"
            f" finding; {counted(judged.requests, 'request')}, {counted(judged.accepted, 'accepted message')},"
            f" {counted(judged.parts, 'part')} at most"
        )
        for trouble in door.run.troubles:
            terminalreporter.write_line(trouble, red=True)
        terminalreporter.write_line(f"run file: {door.run.path}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run that observed nothing is no success, whatever was skipped for good reasons."""
    door = session.config.stash.get(_DOOR, None)
    if door is not None and door.has_run and session.exitstatus == pytest.ExitCode.OK and not door.run.judged.observed:
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


class _Run:
    """What came of the one run of a session, as it may be shown."""

    def __init__(self, path: Path | None, material: Material) -> None:
        self.path = path
        self.judged = material.judged
        self._material = material
        self._results = {result.case.id: result for result in self.judged.cases}

    @property
    def troubles(self) -> list[str]:
        """What the owner of the account must know beside the verdicts."""
        from smsproof_conformance.reports.terminal import shown

        stopped = [shown(self.judged.stop_reason)] if self.judged.stop_reason else []
        return stopped + [
            f"not restored: the webhook of {shown(endpoint)} still holds a URL of this run"
            for endpoint in self._material.unrestored
        ]

    def result(self, case: Case) -> CaseResult:
        return self._results[case.id]

    def told(self, case: Case) -> str:
        """The findings of a case as the console shows them."""
        from smsproof_conformance.reports.console import print_finding
        from smsproof_conformance.reports.terminal import console

        page = io.StringIO()
        for group in self._material.groups:
            if group.first.case.id == case.id:
                print_finding(console(page), group, self._material)
        return page.getvalue().strip("\n")


class _Target(pytest.Collector):
    """The target as a collector of cases."""

    target: Target
    secrets: Secrets
    entries: list[Entry]
    has_run = False

    def collect(self) -> Iterator[pytest.Item]:
        from smsproof_conformance.case import cases

        for case in cases(self.target.vendor).values():
            item = _CaseItem.from_parent(self, name=case.id)  # pyright: ignore[reportUnknownMemberType]
            item.case, item.door = case, self
            yield item
        for entry in self.entries:
            expected = _EntryItem.from_parent(self, name=f"baseline: {entry.pattern}")  # pyright: ignore[reportUnknownMemberType]
            expected.entry, expected.door = entry, self
            yield expected

    @cached_property
    def run(self) -> _Run:
        """Act every case that was chosen, and judge. Whatever was acted stays on record."""
        from smsproof_conformance.case import observers
        from smsproof_conformance.exit_code import ExitCode
        from smsproof_conformance.records.ledger import Ledger, new_path
        from smsproof_conformance.reports.material import Material
        from smsproof_conformance.runs.charge import Budget
        from smsproof_conformance.runs.interruption import Interruption
        from smsproof_conformance.runs.runner import Run
        from smsproof_conformance.runs.tenancy import AccountTaken
        from smsproof_conformance.verdicts.baseline import day, expect
        from smsproof_conformance.verdicts.judge import judge
        from smsproof_conformance.wire.inbox import CannotListen
        from smsproof_spec import contract as contracts

        self.has_run = True
        options = self.config.option
        contract = contracts.load(self.target.vendor)
        chosen = [item.case for item in self.session.items if isinstance(item, _CaseItem)]
        with Ledger.create(new_path(self.name), self.secrets.values()) as ledger:
            with Interruption() as interruption:
                budget = Budget(options.smsproof_budget)
                act = Run(
                    self.target, self.secrets, contract, ledger, budget, interruption=interruption,
                    live=options.smsproof_live,
                )  # fmt: skip
                try:
                    act.start(chosen, seed=1)
                except (AccountTaken, CannotListen) as refusal:
                    pytest.exit(str(refusal), int(ExitCode.USAGE))
            if interruption.code is not None:
                pytest.exit(f"Stopped by a signal; the run is on record: {ledger.path}.", int(interruption.code))
            judged = judge(ledger, contract, chosen, strict=options.smsproof_strict)
            judged = expect(judged, self.entries, day(ledger), observers(judged.vendor, judged.party))
            return _Run(ledger.path, Material(ledger, judged, contract))


class _CaseItem(pytest.Item):
    """One case; what it tells is its verdict."""

    case: Case
    door: _Target

    def runtest(self) -> None:
        from smsproof_conformance.reports.terminal import shown
        from smsproof_conformance.verdicts.finding import Verdict

        run = self.door.run
        result = run.result(self.case)
        match result.verdict:
            case Verdict.PASS:
                return
            case Verdict.SKIP if run.judged.stopped is None:
                pytest.skip(shown(result.reason))
            case Verdict.SKIP:
                pytest.fail(shown(run.judged.stop_reason), pytrace=False)
            case Verdict.XFAIL:
                pytest.xfail("; ".join(dict.fromkeys(finding.accepted for finding in result.findings)))
            case Verdict.WARN:
                self.warn(SmsproofWarning(f"{self.case.id}\n{run.told(self.case)}"))
            case Verdict.FAIL:
                pytest.fail(run.told(self.case), pytrace=False)
            case _:
                pytest.fail(f"{result.verdict}  {shown(result.reason)}\n{run.told(self.case)}".strip(), pytrace=False)

    def reportinfo(self) -> tuple[str, None, str]:
        return self.door.nodeid, None, self.name


class _EntryItem(pytest.Item):
    """One entry of the baseline: fails when its defect is gone or its time is over."""

    entry: Entry
    door: _Target

    def runtest(self) -> None:
        from smsproof_conformance.verdicts.finding import Verdict

        verdict = next(result.verdict for result in self.door.run.judged.entries if result.entry is self.entry)
        match verdict:
            case Verdict.XPASS:
                pytest.fail(f"XPASS  {self.entry.pattern}: the finding is gone, take the entry out", pytrace=False)
            case Verdict.FAIL:
                pytest.fail(f"{self.entry.pattern}: accepted until {self.entry.expires}, which is over", pytrace=False)
            case Verdict.SKIP:
                pytest.skip("not everything it names was looked at")
            case _:
                return

    def reportinfo(self) -> tuple[str, None, str]:
        return self.door.nodeid, None, self.name


_DOOR = pytest.StashKey[_Target]()


def _open(session: pytest.Session) -> _Target:
    """Read the settings; raises UsageError for what cannot work, before anything is sent."""
    try:
        from smsproof_conformance.cli.conclusion import wanted_baseline
        from smsproof_conformance.runs.selection import NothingSelected
        from smsproof_conformance.targets import settings
        from smsproof_conformance.verdicts.baseline import BaselineError
    except ModuleNotFoundError as missing:
        raise pytest.UsageError(f"the cases need {missing.name}: pip install 'smsproof[conformance]'") from None
    options = session.config.option
    name = options.smsproof_target
    door = _Target.from_parent(session, name=name, nodeid=f"smsproof[{name}]")  # pyright: ignore[reportUnknownMemberType]
    try:
        door.target = settings.pick(settings.read(options.smsproof_config), name)
        door.secrets = settings.secrets(door.target)
        door.entries = wanted_baseline(options.smsproof_baseline)
    except (settings.SettingsError, BaselineError, NothingSelected) as error:
        raise pytest.UsageError(str(error)) from None
    if not door.target.on_loopback and not (options.smsproof_live and options.smsproof_budget is not None):
        raise pytest.UsageError(
            f"{door.target.base_url} is not loopback: a run there sends messages that are charged. Nothing was sent."
            " To allow it, add --smsproof-live --smsproof-budget N (message parts); only numbers.destinations are texted."
        )
    return door
