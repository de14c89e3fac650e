"""The `smsproof` command line: one file per command, which only calls."""

import typer

from smsproof_conformance.cli.baseline import baseline
from smsproof_conformance.cli.client import client
from smsproof_conformance.cli.emulate import emulate
from smsproof_conformance.cli.explain import explain
from smsproof_conformance.cli.faults import faults
from smsproof_conformance.cli.judge import judge
from smsproof_conformance.cli.list import list_
from smsproof_conformance.cli.receiver import receiver
from smsproof_conformance.cli.report import report
from smsproof_conformance.cli.restore import restore
from smsproof_conformance.cli.resume import resume
from smsproof_conformance.cli.run import run
from smsproof_conformance.cli.segments import segments
from smsproof_conformance.cli.selftest import selftest
from smsproof_conformance.cli.vectors import vectors

app = typer.Typer(
    name="smsproof",
    help="Proof that an SMS integration and its vendor keep their contract.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(run)
app.command()(resume)
app.command()(restore)
app.command()(receiver)
app.command()(client)
app.command()(judge)
app.command()(report)
app.command()(baseline)
app.command("list")(list_)
app.command()(explain)
app.command()(faults)
app.command()(emulate)
app.command()(segments)
app.command()(vectors)
app.command()(selftest)
