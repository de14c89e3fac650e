"""`smsproof config`: what `smsproof run` would use, and where each setting comes from."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from smsproof_conformance.cli.door import door
from smsproof_conformance.cli.printing import Json, print_json
from smsproof_conformance.cli.run import Config, TargetName
from smsproof_conformance.reports.terminal import console, shown
from smsproof_conformance.targets import settings

_ORIGINS: Final = {"COMMANDLINE": "flag", "ENVIRONMENT": "environment", "DEFAULT_MAP": "file"}
_NOT_SETTINGS: Final = frozenset({"target", "config", "no_color", "token", "as_json", "help"})
_OVERRIDES: Final = ("base_url", "control_url", "public_url", "listen", "wait_seconds", "timeout_seconds")
ShowOrigin = Annotated[bool, typer.Option("--show-origin", help="Say where each setting comes from.")]


@dataclass(frozen=True)
class Setting:
    """One setting as a run would use it.

    origin    "flag", "environment", "file" or "default"; place: the flag, variable, or file with its table.
    """

    name: str
    value: Any
    origin: str
    place: str


def config(
    context: typer.Context,
    target: TargetName = "",
    config: Config = None,
    show_origin: ShowOrigin = False,
    as_json: Json = False,
) -> None:
    """Show the settings of a run: flags over environment over file over default. Flags of `run` go behind --."""
    path = settings.file(config)
    found = _of_run(context, path, [*(["--config", str(config)] if config else []), *context.args, target or "-"])
    with door():
        if target:
            found = [*_of_target(target, path, found), *(one for one in found if one.name not in _OVERRIDES)]
        else:
            found = [one for one in found if one.value is not None or one.name not in _OVERRIDES]
        if as_json:
            print_json({one.name: {"value": one.value, "origin": one.origin, "place": one.place} for one in found})
        else:
            _print(console(), found, show_origin)


def _of_run(context: typer.Context, path: Path | None, words: list[str]) -> list[Setting]:
    """Options of `run`, as its own parser resolves them."""
    group: Any = context.find_root().command
    run = group.get_command(context, "run")
    resolved = run.make_context("run", words, parent=context.find_root())
    found: list[Setting] = []
    for option in run.params:
        if option.name not in _NOT_SETTINGS:
            origin = _ORIGINS.get(resolved.get_parameter_source(option.name).name, "default")
            place = {
                "flag": option.opts[0],
                "environment": option.envvar,
                "file": f"{path} [run]",
                "default": "built in",
            }[origin]
            found.append(Setting(option.name, _plain(resolved.params[option.name]), origin, str(place)))
    return found


def _of_target(name: str, path: Path | None, options: list[Setting]) -> list[Setting]:
    """The target's table, with what flags and environment put in its place; secrets by the names of their variables."""
    declared = settings.pick(settings.read(path), name)
    instead = {one.name: one for one in options if one.name in _OVERRIDES and one.value is not None}
    chosen = settings.override(declared, {key: one.value for key, one in instead.items()})
    found: list[Setting] = []
    for key, value in chosen.model_dump(mode="json").items():
        if key == "name":
            continue
        if key == "numbers":  # how many: this is read in CI logs, and the file has them
            value = {
                kind: int(held is not None) if held is None or isinstance(held, str) else len(held)
                for kind, held in value.items()
            }
        place = f"{path} [target.{name}]"
        if key in instead:
            found.append(Setting(key, value, instead[key].origin, instead[key].place))
        elif key in declared.model_fields_set:
            held = f"; {value} is {'set' if os.environ.get(str(value)) else 'not set'}" if key.endswith("_env") else ""
            found.append(Setting(key, value, "file", place + held))
        else:
            found.append(Setting(key, value, "default", "built in"))
    return found


def _plain(value: Any) -> Any:
    """As JSON has it: paths are strings, what is repeatable is a list."""
    return json.loads(json.dumps(value, default=str))


def _print(out: Console, found: list[Setting], show_origin: bool) -> None:
    for one in found:
        line = Text(f"{one.name} = ", "bold").append(shown(repr(one.value)), "default")
        out.print(line.append(f"   ({one.origin}: {shown(one.place)})", "dim") if show_origin else line)
