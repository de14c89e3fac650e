"""The wheel is what users get: it is built, installed into an empty environment, and used there, base-only and full."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
BASE = ("pydantic", "httpx2")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def base_only(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and its base dependencies, nothing else; returns its python.

    The dependencies are linked from this environment, file by file of each distribution, so that no network is needed.
    """
    folder = tmp_path_factory.mktemp("base")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    purelib = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    site = Path(purelib)
    for name in closure(BASE):
        link(name, site)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--no-deps",
        "--no-index",
        "--quiet",
        str(wheel),
    ]
    subprocess.run(pip, check=True, capture_output=True)
    return python


def closure(names: tuple[str, ...]) -> set[str]:
    """Names of distributions that `names` need, themselves included, extras left out."""
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        for line in importlib.metadata.requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                pending.append(requirement.name)
    return found


def link(name: str, site: Path) -> None:
    distribution = importlib.metadata.distribution(name)
    tops = {Path(file).parts[0] for file in distribution.files or [] if not str(file).startswith("..")}
    for top in tops - {"__pycache__"}:
        source = Path(str(distribution.locate_file(top)))
        if source.exists() and not (site / top).exists():
            (site / top).symlink_to(source)


def run(python: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([python, *words], cwd=cwd, capture_output=True, text=True, timeout=60)


def test_the_wheel_holds_the_four_packages_with_their_data(wheel: Path) -> None:
    import zipfile

    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "smsproof_spec/py.typed",
        "smsproof_spec/vendors/intelepeer/contract.json",
        "smsproof_spec/vendors/messangi/contract.json",
        "smsproof_generator/py.typed",
        "smsproof_sdk/py.typed",
        "smsproof_sdk/intelepeer/__init__.py",
        "smsproof_sdk/messangi/__init__.py",
        "smsproof_conformance/py.typed",
        "smsproof_conformance/cases/intelepeer/bulk_send.py",
    } <= names
    assert {name.partition("/")[0] for name in names if "dist-info" not in name} == {
        "smsproof_spec", "smsproof_generator", "smsproof_sdk", "smsproof_conformance",
    }  # fmt: skip


def test_a_base_install_imports_the_sdk(base_only: Path, tmp_path: Path) -> None:
    code = "from smsproof_sdk.intelepeer import IntelePeer, Message; from smsproof_sdk.messangi import Messangi; print('in')"
    done = run(base_only, "-c", code, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("in\n", "")


def test_a_base_install_says_in_one_sentence_what_the_suite_needs(base_only: Path, tmp_path: Path) -> None:
    done = run(base_only, "-c", "from smsproof_conformance.entry import main; main()", cwd=tmp_path)
    assert done.returncode == 2
    assert re.fullmatch(r"smsproof needs \w+: pip install 'smsproof\[conformance\]'\n", done.stderr)


def test_a_base_install_says_in_one_sentence_what_the_generator_needs(base_only: Path, tmp_path: Path) -> None:
    done = run(base_only, "-c", "from smsproof_generator.entry import main; main()", cwd=tmp_path)
    assert done.returncode == 2
    assert "pip install 'smsproof[generator]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_models_of_a_base_install_need_no_http_library(base_only: Path, tmp_path: Path) -> None:
    code = "import sys, smsproof_sdk.intelepeer.models; print(sorted({'httpx2', 'httpx'} & set(sys.modules)))"
    assert run(base_only, "-c", code, cwd=tmp_path).stdout == "[]\n"
