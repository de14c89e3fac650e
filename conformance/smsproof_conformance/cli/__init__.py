"""The `smsproof` command line: one file per command, which only calls."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from smsproof_conformance.cli.baseline import baseline
from smsproof_conformance.cli.client import client
from smsproof_conformance.cli.command import command
from smsproof_conformance.cli.compare import compare
from smsproof_conformance.cli.config import config
from smsproof_conformance.cli.emulate import emulate
from smsproof_conformance.cli.explain import explain
from smsproof_conformance.cli.faults import faults
from smsproof_conformance.cli.judge import judge
from smsproof_conformance.cli.lint import lint
from smsproof_conformance.cli.list import list_
from smsproof_conformance.cli.load import load
from smsproof_conformance.cli.receiver import receiver
from smsproof_conformance.cli.replay import replay
from smsproof_conformance.cli.report import report
from smsproof_conformance.cli.restore import restore
from smsproof_conformance.cli.resume import resume
from smsproof_conformance.cli.run import run
from smsproof_conformance.cli.schemas import schemas
from smsproof_conformance.cli.scrub import scrub
from smsproof_conformance.cli.segments import segments
from smsproof_conformance.cli.selftest import selftest
from smsproof_conformance.cli.vectors import vectors


def _version(wanted: bool) -> None:
    if wanted:
        print(f"smsproof {version('smsproof')}")
        raise typer.Exit


def smsproof(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")] = False,
) -> None:
    """Proof that an SMS integration and its vendor keep their contract."""


app = typer.Typer(name="smsproof", no_args_is_help=True, pretty_exceptions_enable=False)
app.callback()(command(smsproof))
for _act in (run, resume, restore, receiver, client, load):
    app.command(rich_help_panel="Judge")(command(_act))
for _read in (judge, report, compare, replay, scrub, baseline):
    app.command(rich_help_panel="Runs on record")(command(_read))
app.command("list", rich_help_panel="Contracts")(command(list_))
for _tell in (explain, faults, schemas, lint):
    app.command(rich_help_panel="Contracts")(command(_tell))
app.command(rich_help_panel="Tools", context_settings={"allow_extra_args": True})(command(config))
for _help in (emulate, segments, vectors, selftest):
    app.command(rich_help_panel="Tools")(command(_help))
