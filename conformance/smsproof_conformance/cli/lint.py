"""`smsproof lint`: whether hand-written contracts are in order, before anything is bundled or generated from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import smsproof_spec
from smsproof_conformance.cli.door import UsageError, door, say
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.exit_code import ExitCode
from smsproof_spec import contract as contracts
from smsproof_spec.spelling import counted


def lint(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Folders of vendors, or files in them; all contracts without one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read contracts as strictly as bundling does. Exits 2 with every mistake, its file and its line."""
    with door():
        try:
            from smsproof_spec.bundle import bundle  # reads YAML, which the extra brings
            from smsproof_spec.source import SourceError
        except ModuleNotFoundError as missing:
            raise UsageError(f"Reading contracts needs {missing.name}: pip install 'smsproof[generator]'") from None
        vendors = Path(smsproof_spec.__file__).parent / "vendors"
        folders = dict.fromkeys(map(_folder, paths or [vendors / name for name in contracts.VENDORS]))
        problems: list[str] = []
        for folder in folders:
            try:
                bundle(folder)
            except SourceError as error:
                problems += [f"{folder}: {problem}" for problem in error.problems]
        if as_json:
            print_json({"folders": list(map(str, folders)), "problems": problems})
        else:
            for problem in problems:
                say(problem)
            print(f"{counted(len(folders), 'contract')}, {counted(len(problems), 'problem')}")
        raise typer.Exit(ExitCode.USAGE if problems else ExitCode.CONFORMANT)


def _folder(path: Path) -> Path:
    """The vendor's folder that a file belongs to."""
    for folder in (path, *path.parents):
        if (folder / "openapi.yaml").is_file():
            return folder
    raise UsageError(f"{path} is no vendor's folder and stands in none: there is no openapi.yaml.")
