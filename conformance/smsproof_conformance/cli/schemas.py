"""`smsproof schemas`: the JSON Schemas of the reports, and where they are installed."""

from __future__ import annotations

from typing import Annotated

import typer

from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.reports.schemas import SCHEMAS, load, path

_OF = {"json": "smsproof-run/1", "ndjson": "smsproof-events/1", "compare": "smsproof-comparison/1"}


def schemas(
    name: Annotated[
        str | None, typer.Argument(help="json, ndjson, compare, or what a document's `format` says.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the JSON Schemas of the reports with their files, or print one."""
    with door():
        if name is None:
            if as_json:
                print_json({known: str(path(known)) for known in SCHEMAS})
            else:
                for known in SCHEMAS:
                    print(f"{known}  {path(known)}")
            return
        meant = _OF.get(name, name)
        if meant not in SCHEMAS:
            raise UsageError(f"There is no schema {name!r}; there are {', '.join((*_OF, *SCHEMAS))}.")
        print_json(load(meant))
