"""Settings: flags over environment over file over default, for each of them, and `smsproof config` says which."""

from __future__ import annotations

import pytest

from tests.conformance.cli.desk import Desk, Ended

# Of each setting: what a file, the environment and a flag say, and what is built in.
SETTINGS: dict[str, tuple[str | None, str, list[str], object, object, object, object]] = {
    "strict": ("strict = false", "1", ["--strict"], False, False, True, True),
    "fuzz": ("fuzz = false", "1", ["--no-fuzz"], True, False, True, False),
    "max_examples": ("max_examples = 2", "3", ["--max-examples", "4"], 40, 2, 3, 4),
    "time_limit": ("time_limit = 2", "3.5", ["--time-limit", "4"], 60.0, 2.0, 3.5, 4.0),
    "examples": (
        'examples = "redis://a"',
        "redis://b",
        ["--examples", "redis://c"],
        None,
        "redis://a",
        "redis://b",
        "redis://c",
    ),
    "seed": ("seed = 2", "3", ["--seed", "4"], 1, 2, 3, 4),
    "case": ('case = ["a b", "c"]', "d e", ["--case", "f g"], [], ["a b", "c"], ["d", "e"], ["f g"]),
    "budget": ("budget = 2", "3", ["--budget", "4"], None, 2, 3, 4),
    "wait_for": ("wait_for = 2", "3", ["--wait-for", "4"], 0.0, 2.0, 3.0, 4.0),
    "report": ('report = ["json:a"]', "json:b", ["--report", "json:c"], [], ["json:a"], ["json:b"], ["json:c"]),
    "baseline": ('baseline = "a.toml"', "b.toml", ["--baseline", "c.toml"], None, "a.toml", "b.toml", "c.toml"),
    "exit_zero": ("exit_zero = false", "1", ["--exit-zero"], False, False, True, True),
    "live": (None, "1", ["--live"], False, False, True, True),
    "dry_run": (None, "1", ["--dry-run"], False, False, True, True),
    "show_data": (None, "1", ["--show-data"], False, False, True, True),
}
OVERRIDES: dict[str, tuple[str, list[str], object, object]] = {
    "base_url": (
        "http://127.0.0.1:3",
        ["--base-url", "http://127.0.0.1:4"],
        "http://127.0.0.1:3",
        "http://127.0.0.1:4",
    ),
    "control_url": ("http://[::1]:3", ["--control-url", "http://[::1]:4"], "http://[::1]:3", "http://[::1]:4"),
    "public_url": ("https://three", ["--public-url", "https://four"], "https://three", "https://four"),
    "listen": ("127.0.0.1:3", ["--listen", "127.0.0.1:4"], "127.0.0.1:3", "127.0.0.1:4"),
    "wait_seconds": ("3", ["--wait-seconds", "4"], 3.0, 4.0),
    "timeout_seconds": ("3", ["--timeout-seconds", "4"], 3.0, 4.0),
}


def told(done: Ended, name: str) -> tuple[object, str]:
    assert done.code == 0, done.err
    setting = done.json[name]
    return setting["value"], setting["origin"]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_flag_stands_over_the_environment_over_the_file_over_the_default(
    smsproof: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    line, variable, flag, built_in, of_file, of_environment, of_flag = SETTINGS[name]
    path = smsproof.folder / "smsproof.toml"
    assert told(smsproof("config", "--json"), name) == (built_in, "default")
    if line is not None:
        path.write_text(path.read_text() + f"[run]\n{line}\n")
        assert told(smsproof("config", "--json"), name) == (of_file, "file")
    monkeypatch.setenv(f"SMSPROOF_{name.upper()}", variable)
    assert told(smsproof("config", "--json"), name) == (of_environment, "environment")
    assert told(smsproof("config", "staging", "--json", "--", *flag), name) == (of_flag, "flag")


@pytest.mark.parametrize("name", OVERRIDES)
def test_what_a_targets_table_says_gives_way_to_environment_and_flags(
    smsproof: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    variable, flag, of_environment, of_flag = OVERRIDES[name]
    assert told(smsproof("config", "staging", "--json"), name)[1] in ("file", "default")
    monkeypatch.setenv(f"SMSPROOF_{name.upper()}", variable)
    assert told(smsproof("config", "staging", "--json"), name) == (of_environment, "environment")
    assert told(smsproof("config", "staging", "--json", "--", *flag), name) == (of_flag, "flag")


def test_every_setting_of_run_is_tested_here(smsproof: Desk) -> None:
    assert set(smsproof("config", "--json").json) == set(SETTINGS)
    shown = set(smsproof("config", "staging", "--json").json)
    assert set(SETTINGS) | set(OVERRIDES) <= shown


@pytest.mark.parametrize("name", ["live", "dry_run", "show_data"])
def test_a_file_permits_neither_paying_nor_showing(smsproof: Desk, name: str) -> None:
    path = smsproof.folder / "smsproof.toml"
    path.write_text(path.read_text() + f"[run]\n{name} = true\n")
    done = smsproof("run", "staging")
    assert done.code == 2
    assert f"[run] {name}: `--{name.replace('_', '-')}` stands in no file" in done.err


def test_the_origin_is_shown_to_people_too(smsproof: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSPROOF_SEED", "7")
    out = smsproof("config", "staging", "--show-origin").out
    assert "seed = 7   (environment: SMSPROOF_SEED)\n" in out
    assert "vendor = 'intelepeer'   (file: smsproof.toml [target.staging])\n" in out
    assert "token_env = 'INTELEPEER_TOKEN'   (file: smsproof.toml [target.staging]; INTELEPEER_TOKEN is set)\n" in out
    assert "max_examples = 40   (default: built in)\n" in out
    assert "smsproof-token" not in out and "3038675309" not in out


def test_the_settings_that_are_shown_are_those_that_act(smsproof: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = smsproof.folder / "smsproof.toml"
    path.write_text(path.read_text() + '[run]\nfuzz = false\ncase = ["single-send/sender-form"]\nseed = 9\n')
    monkeypatch.setenv("SMSPROOF_STRICT", "true")
    report = smsproof("run", "staging", "--json").json
    assert (report["seed"], report["strict"], [case["id"] for case in report["cases"]]) == (9, True, ["single-send/sender-form"])  # fmt: skip


def test_a_wrong_value_in_the_run_table_is_named(smsproof: Desk) -> None:
    path = smsproof.folder / "smsproof.toml"
    path.write_text(path.read_text() + '[run]\nseed = "many"\n')
    done = smsproof("config")
    assert done.code == 2
    assert done.err == "smsproof.toml: [run] seed: expected a whole number; got 'many'.\n"


def test_an_override_that_is_none_names_its_flag(smsproof: Desk) -> None:
    done = smsproof("run", "staging", "--base-url", "ftp://somewhere")
    assert done.code == 2
    assert done.err == "--base-url: expected an absolute http:// or https:// URL with a host; got 'ftp://somewhere'.\n"


@pytest.mark.parametrize(
    "line",
    ['token = "cnry-123456"', 'secret = "cnry-123456"', 'token_env = "cnry-123456"', 'public_url = "https://u:cnry-123456@host"'],
)  # fmt: skip
def test_a_secret_in_the_file_is_refused_and_not_repeated(smsproof: Desk, line: str) -> None:
    path = smsproof.folder / "smsproof.toml"
    text = path.read_text().replace('token_env = "INTELEPEER_TOKEN"\n', "") if "token_env" in line else path.read_text()
    path.write_text(text.replace("[target.staging]\n", f"[target.staging]\n{line}\n"))
    done = smsproof("run", "staging")
    assert done.code == 2
    assert "cnry" not in done.out + done.err
    assert "environment" in done.err
