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


def enter(peers: tuple[str, ...] = PEERS, folder: Path = FOLDER) -> None:
    """Start the running script again in an environment of its own, with the peers that can be had, and with the rules
    and the SDKs from this checkout.

    Without network the peers are missing and their rows say "not run"; nothing else changes.
    """
    sys.path[:0] = [str(ROOT / "spec"), str(ROOT / "generated"), str(ROOT / "generator")]
    if os.environ.get(_INSIDE):
        return
    python = folder / "bin" / "python"
    stamp = folder / f".has-{'-'.join(peers)}"
    if not stamp.exists():
        print(f"Setting up {folder.name} with {', '.join(peers)} ...", file=sys.stderr)
        venv.create(folder, with_pip=True)
        for peer in peers:
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
