"""The files for CI services: they parse, what they call exists, and their steps run under bash as the services run them."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from smsproof_conformance.cli import app
from smsproof_conformance.emulator import Emulator, running
from tests.conformance.cli.desk import SECRETS, SETTINGS
from tests.conformance.reports.valid import check_github, check_junit, check_sarif

ROOT = Path(__file__).parent.parent.parent
FILES = ["action.yml", ".pre-commit-hooks.yaml", "integrations/gitlab-ci.yml", "integrations/Containerfile"]


def yaml(name: str) -> Any:
    return YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8"))


ACTION = yaml("action.yml")
STEPS = {step["id"]: step for step in ACTION["runs"]["steps"]}
GITLAB = yaml("integrations/gitlab-ci.yml")[".smsproof"]
HOOKS = {hook["id"]: hook for hook in yaml(".pre-commit-hooks.yaml")}
CONTAINER = (ROOT / "integrations/Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with running("intelepeer") as emulator:
        yield emulator


def bash(
    script: str, folder: Path, environment: dict[str, str], *, flags: str = "-e"
) -> subprocess.CompletedProcess[str]:
    """As a runner calls a step: a fresh environment and nothing of the developer's but PATH."""
    clean = {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "HOME": str(folder),
        "CI": "true",
        **SECRETS,
        **environment,
    }
    command = ["bash", "--noprofile", "--norc", flags, "-o", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, timeout=60)


def installed(at: Path) -> None:
    """A virtual environment's programs, as far as the steps call them: ours is the real one, pip writes down its words."""
    at.mkdir(parents=True)
    (at / "smsproof").symlink_to(Path(sys.executable).parent / "smsproof")
    (at / "pip").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {shlex.quote(str(at / "pip.words"))}\n')
    (at / "pip").chmod(0o755)


@pytest.mark.parametrize("name", FILES)
def test_no_file_names_a_host_but_the_vendors_loopback(name: str) -> None:
    assert not re.search(r"https?://|[a-z]\.(io|org|com|dev)\b", (ROOT / name).read_text(encoding="utf-8"))


def flags_of(command: str) -> set[str]:
    done = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert done.exit_code == 0, command
    return set(re.findall(r"--[a-z][a-z-]*", done.output))


def test_every_flag_of_run_that_they_use_exists() -> None:
    used = set(re.findall(r"--[a-z][a-z-]*", STEPS["run"]["run"])) | set(re.findall(r"--[a-z-]+", GITLAB["script"][0]))
    assert {"--wait-for", "--report", "--strict"} <= used <= flags_of("run")


def test_every_setting_of_the_gitlab_job_is_one() -> None:
    known = {name for param in run_parameters() for name in ([param.envvar] if param.envvar else [])}
    assert {name for name in GITLAB["variables"] if name != "SMSPROOF_REQUIREMENT"} <= known
    assert "SMSPROOF_TARGET" in known


def run_parameters() -> list[Any]:
    from typer.main import get_command

    group: Any = get_command(app)
    return group.commands["run"].params


# -- the GitHub action -------------------------------------------------------------------------------------------------


def test_no_script_of_the_action_holds_an_expression() -> None:
    for step in STEPS.values():
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]


def test_every_input_is_described_and_used_and_no_other() -> None:
    used = set(re.findall(r"inputs\.([a-z-]+)", json.dumps(ACTION["runs"])))
    assert used == set(ACTION["inputs"])
    assert all(given["description"] for given in ACTION["inputs"].values())
    assert all("default" in given or given.get("required") for given in ACTION["inputs"].values())


def test_the_action_installs_its_own_checkout_under_its_constraints(tmp_path: Path) -> None:
    installed(tmp_path / "made/bin")
    python = tmp_path / "bin/python-of-runner"
    python.parent.mkdir()
    python.write_text('#!/bin/sh\n[ "$1 $2" = "-m venv" ] && cp -a made "$3"\n')
    python.chmod(0o755)
    environment = {"SOURCE": str(ROOT), "INTERPRETER": "python-of-runner", "RUNNER_TEMP": str(tmp_path / "temp")}
    (tmp_path / "temp").mkdir()
    done = bash(STEPS["install"]["run"], tmp_path, environment)
    assert done.returncode == 0, done.stderr
    words = (tmp_path / "made/bin/pip.words").read_text().split("\n")
    assert words[0] == "install" and f"{ROOT}/constraints.txt" in words and f"{ROOT}[conformance]" in words
    assert (ROOT / "constraints.txt").is_file()


def act(folder: Path, emulator: Emulator, **inputs: str) -> tuple[int, dict[str, str], str]:
    """Run the action's second step. Returns exit code, outputs, and what the log shows."""
    if not (folder / "temp").exists():
        installed(folder / "temp/smsproof/bin")
    text = SETTINGS.format(url=emulator.url, control=emulator.control)
    (folder / "smsproof.toml").write_text(text, encoding="utf-8")
    (folder / "summary").write_text("before\n", encoding="utf-8")
    environment = {
        "RUNNER_TEMP": str(folder / "temp"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_ACTIONS": "true",
    }
    environment["GITHUB_STEP_SUMMARY"] = str(folder / "summary")
    for name in STEPS["run"]["env"]:
        key = name.lower().replace("_", "-")
        environment[name] = inputs.get(key, str(ACTION["inputs"][key].get("default", "")))
    done = bash(STEPS["run"]["run"], folder, environment, flags="-e")
    outputs = dict(line.split("=", 1) for line in (folder / "output").read_text().splitlines())
    return done.returncode, outputs, done.stdout + done.stderr


def test_the_action_judges_annotates_and_writes_every_report(tmp_path: Path, emulator: Emulator) -> None:
    emulator.use_faults("send-status-200")
    flags = "--no-fuzz\n--case\nsingle-send/*\n"
    try:
        code, outputs, log = act(tmp_path, emulator, target="staging", flags=flags, **{"report-dir": "a b"})
    finally:
        emulator.use_faults()
    assert (code, outputs) == (1, {"exit-code": "1", "report-dir": f"{tmp_path}/a b"})
    assert "\n::error title=IP-SEND-15" in log and "3038675309" not in log
    summary = (tmp_path / "summary").read_text(encoding="utf-8")
    assert summary.startswith("before\n## smsproof: intelepeer")
    check_github(summary)
    check_junit((tmp_path / "a b/report.xml").read_text(encoding="utf-8"))
    check_sarif((tmp_path / "a b/report.sarif").read_text(encoding="utf-8"))
    assert {path.name for path in (tmp_path / "a b").iterdir()} == {
        "report.html",
        "report.json",
        "report.xml",
        "report.sarif",
    }


def test_the_inputs_of_the_action_reach_the_run(tmp_path: Path, emulator: Emulator) -> None:
    (tmp_path / "known.toml").write_text("")
    flags = "--no-fuzz\n--case\nsingle-send/sender-form"
    code, outputs, log = act(tmp_path, emulator, target="staging", strict="true", baseline="known.toml", flags=flags)
    assert (code, outputs["exit-code"]) == (0, "0"), log
    assert json.loads((tmp_path / "smsproof-report/report.json").read_text())["strict"] is True


def test_a_hostile_input_is_a_word_and_no_code(tmp_path: Path, emulator: Emulator) -> None:
    code, outputs, _ = act(tmp_path, emulator, target='x"; touch owned; "$(touch owned)', flags="`touch owned`")
    assert (code, outputs["exit-code"]) == (2, "2")
    assert not (tmp_path / "owned").exists()


# -- GitLab ------------------------------------------------------------------------------------------------------------


def test_the_gitlab_job_installs_runs_and_leaves_what_it_declares(tmp_path: Path, emulator: Emulator) -> None:
    installed(tmp_path / "made/bin")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").write_text('#!/bin/sh\n[ "$1 $2" = "-m venv" ] && cp -a made "$3"\n')
    (tmp_path / "bin/python").chmod(0o755)
    text = SETTINGS.format(url=emulator.url, control=emulator.control)
    (tmp_path / "smsproof.toml").write_text(text + '[run]\nfuzz = false\ncase = ["single-send/sender-form"]\n')
    variables = {**GITLAB["variables"], "SMSPROOF_TARGET": "staging"}
    script = "\n".join([*GITLAB["before_script"], *GITLAB["script"]])
    done = bash(script, tmp_path, variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "smsproof[conformance]" in (tmp_path / "made/bin/pip.words").read_text().split("\n")
    check_junit((tmp_path / GITLAB["artifacts"]["reports"]["junit"]).read_text(encoding="utf-8"))
    assert all((tmp_path / path).is_dir() for path in GITLAB["artifacts"]["paths"])


# -- the container -----------------------------------------------------------------------------------------------------


def instructions(word: str) -> list[str]:
    return re.findall(rf"^{word} (.*)$", CONTAINER, re.MULTILINE)


def test_what_the_container_copies_is_there_and_what_it_starts_is_installed() -> None:
    for line in instructions("COPY"):
        *sources, _ = [word for word in line.split() if not word.startswith("--from")]
        assert "--from=build" in line or all((ROOT / source).exists() for source in sources), line
    for line in instructions("RUN"):
        assert subprocess.run(["bash", "-n", "-c", line]).returncode == 0
    (entry,) = instructions("ENTRYPOINT")
    venv = re.search(r"-m venv (\S+)", CONTAINER)
    assert venv and json.loads(entry) == [f"{venv[1]}/bin/smsproof"]
    assert instructions("USER") == ["smsproof"]


def test_the_container_copies_all_that_the_wheel_is_built_of() -> None:
    copied = {source for line in instructions("COPY") for source in line.split()[:-1]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert {package.partition("/")[0] for package in packages} | {"pyproject.toml", "README.md", "LICENSE"} <= copied


@pytest.mark.soak
def test_the_steps_of_the_container_give_a_smsproof_that_runs(tmp_path: Path) -> None:
    source, target = tmp_path / "src", tmp_path / "opt/smsproof"
    source.mkdir()
    for line in instructions("COPY"):
        if "--from" not in line:
            for name in line.split()[:-1]:
                path = ROOT / name
                (shutil.copytree if path.is_dir() else shutil.copy)(path, source / name)
    (build,) = [line for line in instructions("RUN") if "venv" in line]
    done = subprocess.run(["bash", "-ec", build.replace("/opt/smsproof", str(target))], cwd=source, timeout=600)
    assert done.returncode == 0
    shown = subprocess.run([target / "bin/smsproof", "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("smsproof ")


# -- pre-commit --------------------------------------------------------------------------------------------------------


def test_every_hook_calls_a_script_of_ours_with_an_extra_we_have() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for hook in HOOKS.values():
        assert {"id", "name", "entry", "language", "files"} <= set(hook)
        assert hook["entry"].split()[0] in project["scripts"]
        for dependency in hook["additional_dependencies"]:
            extras = re.fullmatch(r"\.\[([a-z,]+)\]", dependency)
            assert extras and set(extras[1].split(",")) <= set(project["optional-dependencies"])


def test_the_lint_hook_looks_at_contracts_and_finds_them_in_order() -> None:
    hook = HOOKS["smsproof-lint"]
    names = subprocess.run(["git", "ls-files", "spec"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    chosen = [name for name in names.splitlines() if re.search(hook["files"], name)]
    assert any(name.endswith("intelepeer/openapi.yaml") for name in chosen)
    done = CliRunner().invoke(app, [*hook["entry"].split()[1:], *(str(ROOT / name) for name in chosen)])
    assert (done.exit_code, done.stdout) == (0, "2 contracts, 0 problems\n")


def test_the_lint_hook_names_file_and_line_of_a_mistake(tmp_path: Path) -> None:
    folder = tmp_path / "vendors/intelepeer"
    shutil.copytree(ROOT / "spec/smsproof_spec/vendors/intelepeer", folder)
    path = folder / "openapi.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\ninfo: twice\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["lint", str(path)])
    assert done.exit_code == 2
    assert re.search(r"openapi\.yaml:[0-9]+", done.stderr), done.stderr
    assert CliRunner().invoke(app, ["lint", str(tmp_path)]).exit_code == 2


def test_the_generate_hook_says_whether_a_client_is_current(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / HOOKS["smsproof-generate"]["entry"].split()[0]
    document = ROOT / "tests/generator/documents/anybody.yaml"
    words = ["--spec", document, "--package", "anybody", "--out", tmp_path / "client"]
    assert subprocess.run([program, "--check", *words], capture_output=True).returncode == 1
    subprocess.run([program, *words], check=True, capture_output=True)
    assert subprocess.run([program, "--check", *words], capture_output=True).returncode == 0


# -- README ------------------------------------------------------------------------------------------------------------


def test_what_the_readme_shows_of_them_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = [
        YAML(typ="safe").load(block) for block in re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    ]
    ((step,), (repository,)) = shown
    assert set(step["with"]) <= set(ACTION["inputs"])
    assert [hook["id"] for hook in repository["hooks"]] == list(HOOKS)
    arguments = repository["hooks"][0]["args"]
    helped = subprocess.run(
        [Path(sys.executable).parent / "smsproof-generate", "--help"], capture_output=True, text=True
    )
    assert all(word in helped.stdout for word in arguments if word.startswith("--"))
    for path in re.findall(r"`(integrations/[^`]*)`", text):
        assert (ROOT / path).exists(), path
