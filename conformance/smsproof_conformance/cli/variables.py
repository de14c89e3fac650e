"""Variables of the environment that begin with SMSPROOF_ and say nothing: most likely a slip of the pen."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import typer

from smsproof_conformance.cli.door import say
from smsproof_conformance.records.exchange import strings
from smsproof_conformance.targets import settings

_PREFIX: Final = "SMSPROOF_"
# Read elsewhere than by an option, or set for the programs that `smsproof client` starts.
_READ: Final = frozenset({"SMSPROOF_EXAMPLES_PASSWORD", "SMSPROOF_TOKEN", "SMSPROOF_SCENARIO", "SMSPROOF_VENDOR"})
_OPTIONS_OF: Final = ("run", "receiver", "client", "resume", "replay", "load")


def warn_of_variables(context: typer.Context) -> None:
    """One line on standard error for each variable that nothing reads, with the nearest one that is read."""
    given = [name for name in os.environ if name.startswith(_PREFIX) and name not in _READ]
    if not given or context.params.get("join"):  # nothing to load the commands for; the master of a worker says it
        return
    known = _READ | frozenset(_of_options(context))
    named = frozenset(_named(context.params))
    for name in sorted(set(given) - known - named):
        close = difflib.get_close_matches(name, known, n=1, cutoff=0)
        say(f"warning: nothing reads {name}. The nearest variable that smsproof knows is {close[0]}.")


def _of_options(context: typer.Context) -> Iterator[str]:
    group: Any = context.find_root().command
    for name in _OPTIONS_OF:
        command = group.get_command(context, name)
        yield from (option.envvar for option in (command.params if command else ()) if isinstance(option.envvar, str))


def _named(options: Mapping[str, Any]) -> Iterator[str]:
    """Names of variables that the owner chose: in an option (--secret-env) or in the settings file."""
    yield from (value for value in options.values() if isinstance(value, str))
    config = options.get("config") or os.environ.get("SMSPROOF_CONFIG")
    path = settings.file(Path(config) if config else None)
    if path is not None:
        try:
            yield from strings(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return  # the command says it
