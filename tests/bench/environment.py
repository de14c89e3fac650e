"""The benchmarks' own environment: peers live in `.venv-bench`, apart from what smsproof needs."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-bench"
PEERS = ("smsutil==1.1.3", "phonenumbers==9.0.43")
_INSIDE = "SMSPROOF_BENCH"


def enter() -> None:
    """Start the running script again in `.venv-bench`, with the peers that can be had and the rules from this checkout.

    Without network the peers are missing and their rows say "not run"; nothing else changes.
    """
    sys.path.insert(0, str(ROOT / "spec"))
    if os.environ.get(_INSIDE):
        return
    python = FOLDER / "bin" / "python"
    stamp = FOLDER / f".has-{'-'.join(PEERS)}"
    if not stamp.exists():
        print(f"Setting up {FOLDER.name} with {', '.join(PEERS)} ...", file=sys.stderr)
        venv.create(FOLDER, with_pip=True)
        for peer in PEERS:
            subprocess.run(
                [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", peer], check=False
            )
        stamp.touch()
    os.execve(python, [str(python), *sys.argv], {**os.environ, _INSIDE: "1"})


def python_library(requirement: str) -> Path | None:
    """A folder for PYTHONPATH that holds `requirement`, pinned as name==version; None where it cannot be had."""
    folder = FOLDER / "libraries" / requirement
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--target",
        str(folder),
    ]
    return folder if _once(folder, [*command, requirement]) else None


def node_program(package: str, name: str) -> Path | None:
    """The program `name` of `package`, pinned as name@version; None where npm or the package cannot be had."""
    folder = FOLDER / "node" / package.replace("/", "+")
    npm = shutil.which("npm")
    if npm is None:
        return None
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), package]
    return folder / "node_modules" / ".bin" / name if _once(folder, command) else None


def _once(folder: Path, command: list[str]) -> bool:
    """Run an installation unless it has succeeded before."""
    stamp = folder.with_name(folder.name + ".has")
    if not stamp.exists():
        print(f"Installing {folder.name} in {FOLDER.name} ...", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        if subprocess.run(command, stdout=sys.stderr, stderr=subprocess.DEVNULL, check=False).returncode:
            return False
        stamp.touch()
    return True
