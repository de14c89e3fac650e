"""The benchmarks' own environment: peers live in `.venv-bench`, apart from what smsproof needs."""

import os
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
