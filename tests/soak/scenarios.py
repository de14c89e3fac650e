"""The 44 fault scenarios: what is injected, what must hold, and which tests show it. `make soak` prints the table.

A scenario is *passed* when all its tests ran and passed, *failed* when one failed, *not run* when one was skipped or there
is none; the reason stands beside it. What is not run never counts as passed.

`--ci` plays 1 to 24 and 26 to 31 alone, with fewer kills (23), so that a continuous check can wait for it. The others are
not in its table.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import Final

import pytest

_HOSTILE: Final = "tests/conformance/wire/test_hostile_servers.py::"
_FAULTS: Final = "tests/conformance/runs/test_fault_scenarios.py::"
_RUNNER: Final = "tests/conformance/runs/test_runner.py::"
_CLI: Final = "tests/conformance/test_cli_run.py::"
_LONG: Final = "tests/soak/test_long.py::"
_EXAMPLES: Final = "tests/conformance/fuzz/test_shared_examples.py::"
_BROUGHT: Final = "tests/generated/test_deliveries_in_bad_luck.py::"
_DELIVERY: Final = "tests/conformance/emulator/test_delivery.py::"
_DISORDER: Final = "tests/conformance/runs/test_deliveries_in_disorder.py::"
_RECEIVERS: Final = "tests/conformance/receivers/test_receivers.py::"
_LOST: Final = _HOSTILE + "test_no_whole_answer_is_lost_for_a_named_reason_and_may_have_been_taken"
_MALFORMED: Final = _HOSTILE + "test_a_whole_answer_that_cannot_be_read_is_malformed_for_a_named_reason"
_DEADLINE: Final = _LONG + "test_silence_and_drips_end_at_the_deadline"
_BROKEN: Final = _FAULTS + "test_1_2_18_broken_answers_are_indeterminate_each_and_never_sent_again"
_SIGNAL: Final = _LONG + "test_24_25_a_signal_anywhere_gives_whole_reports_within_five_seconds"


@dataclass(frozen=True)
class Scenario:
    """One row. `tests` are node ids, with or without parameters; `in_ci` those for --ci, where they are others; `missing`
    says why there are none, or not enough."""

    number: int
    injection: str
    criterion: str
    tests: tuple[str, ...] = ()
    in_ci: tuple[str, ...] = ()
    missing: str = ""


SCENARIOS: Final = (
    Scenario(1, "closes in the body, 10 %", "each indeterminate; acct; nodup", (_BROKEN,)),
    Scenario(2, "RST after the request, 10 %", "transport.reset, none re-sent; acct; nodup", (_BROKEN,)),
    Scenario(3, "refused, 10 %", "tried again, all sent once", (_FAULTS + "test_3_",)),
    Scenario(4, "never answers", "deadline ± 10 %", (_DEADLINE + "[4-",)),
    Scenario(5, "drips a body", "deadline ± 10 %", (_DEADLINE + "[5-",)),
    Scenario(6, "drips headers", "deadline ± 10 %", (_DEADLINE + "[6-",)),
    Scenario(7, "endless body", "oversize; RSS < 64 MB", (_MALFORMED + "[an endless body]",)),
    Scenario(8, "gzip bomb", "oversize; RSS < 64 MB", (_MALFORMED + "[a bomb]",)),
    Scenario(9, "gzip chain", "encoding; RSS < 64 MB", (_MALFORMED + "[a chain",)),
    Scenario(10, "huge heads, endless 1xx", "named, before the deadline; RSS < 64 MB", (_LOST + "[has", _LOST + "[only")),
    Scenario(11, "bodies that are no JSON", "each its malformed.*", (_MALFORMED,)),
    Scenario(
        12, "an HTML page", "200, 400, 500: a finding; 502: unknown; it is shown",
        (_FAULTS + "test_12_", _HOSTILE + "test_a_run_against_a_hostile"),
    ),
    Scenario(13, "429 with any Retry-After", "classified, never waits", (_FAULTS + "test_13_",)),
    Scenario(
        14, "503 for a while", "GETs at most one a second; sends indeterminate",
        (_FAULTS + "test_14_", _RUNNER + "test_a_target_that_is_down_for_a_while"),
    ),
    Scenario(15, "redirects elsewhere", "0 requests there", (_FAULTS + "test_15_",)),
    Scenario(16, "TLS broken", "transport.tls, nothing sent, exit 4", (_FAULTS + "test_16_",)),
    Scenario(
        17, "DNS gone or changing, blackhole", "connect timeout a try; nothing goes elsewhere; exit 4",
        (_FAULTS + "test_17_", _LONG + "test_17_"), (_FAULTS + "test_17_",),
    ),
    Scenario(
        18, "kept connection closes", "GET again, POST indeterminate",
        (_HOSTILE + "test_a_get_on_a_kept", _HOSTILE + "test_a_post_on_a_kept", _BROKEN),
    ),
    Scenario(19, "octets behind an answer", "connection dropped; next case unaffected", (_HOSTILE + "test_what_stands_behind_an_answer",)),
    Scenario(20, "answers swapped", "found", (_LONG + "test_20_",)),
    Scenario(21, "the server's clock is off", "format checks only", (_FAULTS + "test_21_",)),
    Scenario(22, "vendor dies half way", "exit 4; acct", (_FAULTS + "test_22_",)),
    Scenario(23, "kill -9 at 25 points, resume", "nodup; integrity; only what never started", (_RUNNER + "test_kill_9_at",), (_RUNNER + "test_kill_9_at_a",)),
    Scenario(24, "SIGINT", "130; whole reports < 5 s", (_SIGNAL, _CLI + "test_a_signal_ends_the_run")),
    Scenario(25, "SIGTERM, also as process 1", "143; as 24", (_SIGNAL, _LONG + "test_25_")),
    Scenario(26, "second SIGINT", "at once, ledger intact", (_CLI + "test_a_second_signal",)),
    Scenario(27, "SIGINT ignored at the start", "stops", (_RUNNER + "test_a_run_started_with_sigint_ignored",)),
    Scenario(28, "SIGKILL while reports are written", "old ones intact; made again alike", (_FAULTS + "test_28_",)),
    Scenario(29, "disk full", "no further send; exit 3; path named", (_LONG + "test_29_",)),
    Scenario(30, "report cannot be written", "run ends; exit 3; ledger named", (_FAULTS + "test_30_",)),
    Scenario(31, "closed stdout, dumb, narrow", "no traceback; the run's code", (_FAULTS + "test_31_",)),
    Scenario(32, "power cut", "a prefix; every intent before its send", (_FAULTS + "test_32_",)),
    Scenario(
        33, "two runners", "second exits 2; dead one's lock is taken over",
        (_FAULTS + "test_33_", _RUNNER + "test_a_run_whose_runner_died"),
    ),
    Scenario(34, "budget 5, 8 workers, 3 killed", "<= 5 sent; exit 6", (_LONG + "test_34_",)),
    Scenario(
        35, "live without permission", "0 packets; exit 2",
        (_CLI + "test_a_base_url_that_is_not_loopback", _CLI + "test_half_a_permission", _CLI + "test_going_on_with_a_live"),
    ),
    Scenario(
        36, "same seed twice, other hash seed", "same requests",
        (_FAULTS + "test_36_", "tests/conformance/fuzz/test_campaign.py::test_the_right_emulator_has"),
    ),
    Scenario(37, "seed and example database", "database never changes the stream", (_EXAMPLES + "test_37_",)),
    Scenario(38, "Redis down, slow, wrong", "one warning; run goes on", (_EXAMPLES + "test_38_",)),
    Scenario(39, "Locust worker killed", "<= lease indeterminate; 0 lost; nodup", (_LONG + "test_39_",)),
    Scenario(40, "Locust master killed", "workers stop <= 6 s; none beyond the lease", (_LONG + "test_40_",)),
    Scenario(41, "partition of 10 s", "no double lease; what was done is told late", (_LONG + "test_41_",)),
    Scenario(
        42, "webhook: 500, silence, a cut 200", "attempts as stated; one effect",
        (_BROUGHT + "test_42_", _DELIVERY + "test_a_message_is_brought_until_http_200"),
    ),
    Scenario(
        43, "webhook repeated, late, unknown", "one effect each; unknown told, not fatal",
        (_BROUGHT + "test_43_", _DISORDER + "test_43_", _RECEIVERS + "test_a_miniature_is_judged"),
    ),
    Scenario(44, "a day of 1 % faults", "RSS < 20 MB; fds ± 5; acct", (_LONG + "test_44_",)),
)  # fmt: skip


@dataclass(eq=False)  # pluggy hashes its plugins
class Outcomes:
    """What became of each test; a pytest plugin."""

    found: dict[str, str] = field(default_factory=dict[str, str])
    wanted: tuple[str, ...] = ()

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        kept = [item for item in items if item.nodeid.startswith(self.wanted)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.found[report.nodeid] = f"not run: {reason}"
        elif report.failed:
            self.found[report.nodeid] = "failed"
        elif report.when == "call":
            self.found.setdefault(report.nodeid, "passed")

    def of(self, scenario: Scenario) -> str:
        """passed, failed, or not run with the reason."""
        results = [[r for name, r in self.found.items() if name.startswith(test)] for test in scenario.tests]
        flat = [result for of_test in results for result in of_test]
        if "failed" in flat:
            return "failed"
        skipped = [result for result in flat if result != "passed"]
        if scenario.missing or skipped or not all(results):
            return skipped[0] if skipped else f"not run: {scenario.missing or 'its test is gone'}"
        return "passed"


IN_CI: Final = frozenset({*range(1, 25), *range(26, 32)})


def for_ci() -> tuple[Scenario, ...]:
    """The scenarios that a continuous check plays."""
    return tuple(replace(one, tests=one.in_ci or one.tests) for one in SCENARIOS if one.number in IN_CI)


def main(scenarios: tuple[Scenario, ...]) -> int:
    """Run the tests of these scenarios, print the table; 1 if any failed."""
    wanted = tuple({test for scenario in scenarios for test in scenario.tests})
    outcomes = Outcomes(wanted=wanted)
    ended = pytest.main(
        ["-q", "-m", "soak or not soak", *sorted({test.partition("::")[0] for test in wanted})], plugins=[outcomes]
    )
    results = {scenario: outcomes.of(scenario) for scenario in scenarios}
    for scenario, result in results.items():
        print(f"{scenario.number:>2}  {scenario.injection:<36} {scenario.criterion:<52} {result}")
    counts = [sum(result.startswith(word) for result in results.values()) for word in ("passed", "failed", "not run")]
    print(f"{counts[0]} passed, {counts[1]} failed, {counts[2]} not run")
    return 1 if counts[1] or ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) else 0


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--ci"]):
        sys.exit("python -m tests.soak.scenarios [--ci]")
    sys.exit(main(for_ci() if sys.argv[1:] else SCENARIOS))
