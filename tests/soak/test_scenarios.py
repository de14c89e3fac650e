"""The table of scenarios names all 44, and only tests that exist."""

from __future__ import annotations

from pathlib import Path

from tests.soak.scenarios import SCENARIOS, Outcomes, for_ci


def test_all_44_stand_in_order() -> None:
    assert [scenario.number for scenario in SCENARIOS] == list(range(1, 45))


def test_each_names_tests_that_exist_or_says_why_not() -> None:
    for scenario in SCENARIOS:
        assert scenario.tests or scenario.missing
        for test in (*scenario.tests, *scenario.in_ci):
            file, _, name = test.partition("::")
            assert f"def {name.partition('[')[0]}" in Path(file).read_text(encoding="utf-8"), test


def test_what_a_continuous_check_plays_is_what_the_issue_asks_for_and_nothing_else() -> None:
    played = for_ci()
    assert [scenario.number for scenario in played] == [*range(1, 25), *range(26, 32)]
    for scenario in played:
        assert scenario.tests or scenario.missing


def test_what_was_skipped_or_is_missing_never_counts_as_passed() -> None:
    (first, second, *_) = SCENARIOS
    test = first.tests[0]
    assert Outcomes({test + "[a]": "passed", test + "[b]": "not run: no root"}).of(second) == "not run: no root"
    assert Outcomes({}).of(first) == "not run: its test is gone"
    assert Outcomes({test + "[a]": "passed", test + "[b]": "failed"}).of(first) == "failed"
