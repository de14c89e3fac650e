"""The `smsproof` command line: one file per command, which only calls.

A command's file is imported when the command is asked for: `--version` loads no emulator, and `segments` no runner.
"""

from __future__ import annotations

from collections import UserDict
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from smsproof_conformance.cli.command import command

_PANELS: Final = {
    "Judge": ("run", "resume", "restore", "receiver", "client", "load"),
    "Runs on record": ("runs", "judge", "report", "compare", "replay", "scrub", "baseline"),
    "Contracts": ("list", "explain", "faults", "schemas", "lint"),
    "Tools": ("config", "emulate", "segments", "vectors", "selftest"),
}
_PANEL_OF: Final = {name: panel for panel, names in _PANELS.items() for name in names}
# What Python calls otherwise, and what hands unknown options on to the command whose settings it shows.
_FUNCTIONS: Final = {"list": "list_"}
_SETTINGS: Final = {"config": {"allow_extra_args": True}}


class _OnDemand(UserDict[str, Any]):
    """Commands by name, in the order of the help."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(_PANEL_OF))

    def __getitem__(self, name: str) -> Any:
        if name in self.data and self.data[name] is None:
            function = getattr(import_module(f"{__name__}.{name}"), _FUNCTIONS.get(name, name))
            alone = typer.Typer(add_completion=False)
            alone.command(name, rich_help_panel=_PANEL_OF[name], context_settings=_SETTINGS.get(name))(
                command(function)
            )
            self.data[name] = typer.main.get_command(alone)
        return super().__getitem__(name)


class _Commands(TyperGroup):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _OnDemand()


def _version(wanted: bool) -> None:
    if wanted:
        print(f"smsproof {version('smsproof')}")
        raise typer.Exit


def smsproof(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")] = False,
) -> None:
    """Proof that an SMS integration and its vendor keep their contract."""


app = typer.Typer(name="smsproof", cls=_Commands, no_args_is_help=True, pretty_exceptions_enable=False)
app.callback()(command(smsproof))
