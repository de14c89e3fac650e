"""Ask public packages the vectors and write the table of their mistakes: python tests/bench/peers/measure_peers.py

Packages from PyPI go into `.venv-bench`, those from npm (if there is a node) into `.venv-bench/npm`. What cannot be
installed is "not run". The table goes to spec/VECTORS.md, whose words are kept.
"""

import os
import shutil
import subprocess
import sys
import venv
from collections import Counter
from pathlib import Path

from smsproof_conformance.texts.examination import Examination, ProgramError, examine

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
FOLDER = ROOT / ".venv-bench"
TABLE = ROOT / "spec" / "VECTORS.md"

PYPI = {
    "smsutil==1.1.3": "smsutil_count.py",
    "smpplib==2.2.4": "smpplib_count.py",
    "sms-toolkit==1.0.9": "sms_toolkit_count.py",
    "sms-counter==0.0.1": "sms_counter_count.py",
    "python-gsmmodem-new==0.13.0": "gsmmodem_count.py",
}
NPM = {
    "sms-segments-calculator@1.3.0": "sms_segments_calculator_count.mjs",
    "split-sms@0.1.7": "split_sms_count.mjs",
    "@trt2/gsm-charset-utils@1.0.13": "trt2_count.mjs",
    "sms-length@0.2.2": "sms_length_count.mjs",
}
_MARK = "<!-- measured -->"


def main() -> None:
    rows = [_row("smsproof", _examined([sys.executable, str(HERE / "smsproof_count.py")]))]
    python = FOLDER / "bin" / "python"
    if not python.exists():
        venv.create(FOLDER, with_pip=True)
    for package, program in PYPI.items():
        name = f"{package.replace('==', ' ')} (PyPI)"
        if _installed([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]):
            rows.append(_row(name, _examined([str(python), str(HERE / program)])))
        else:
            rows.append(_row(name, None))
    node, npm = shutil.which("node"), shutil.which("npm")
    modules = FOLDER / "npm"
    modules.mkdir(exist_ok=True)
    os.environ["PEERS"] = str(modules)
    # All at once: npm takes away what it was not asked for.
    install = [npm or "npm", "install", "--silent", "--ignore-scripts", "--no-save", "--prefix", str(modules), *NPM]
    there = node is not None and npm is not None and _installed(install)
    for package, program in NPM.items():
        name = f"{' '.join(package.rsplit('@', 1))} (npm)"
        rows.append(_row(name, _examined([node or "node", str(HERE / program)]) if there else None))
    table = "\n".join(("| package | right | mistakes in | of which wrong count |", "|---|---|---|---|", *rows))
    before, _, _ = TABLE.read_text("utf-8").partition(_MARK)
    TABLE.write_text(f"{before}{_MARK}\n{table}\n", "utf-8")
    print(table)


def _installed(command: list[str]) -> bool:
    try:
        return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def _examined(command: list[str]) -> Examination | None:
    try:
        return examine(command, timeout_seconds=300)
    except ProgramError as error:
        print(error, file=sys.stderr)
        return None


def _row(name: str, result: Examination | None) -> str:
    if result is None:
        return f"| {name} | *not run* | | |"
    for complaint in result.complaints[:3]:
        print(f"{name}: {complaint}", file=sys.stderr)
    families = Counter(mistake.family for mistake in result.mistakes)
    unanswered = sum(mistake.answered is None for mistake in result.mistakes)
    counted = sum("segments" in mistake.wrong for mistake in result.mistakes)
    about = ", ".join(f"{family} {number}" for family, number in families.most_common())
    about += f" ({unanswered} unanswered)" if unanswered else ""
    return f"| {name} | {result.right} of {result.asked} | {about or 'none'} | {counted} |"


if __name__ == "__main__":
    main()
