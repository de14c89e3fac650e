"""What every command takes, whatever else it does: `--no-color`, and a refusal of tokens on the command line."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from smsproof_conformance.cli.door import UsageError, door
from smsproof_conformance.cli.variables import warn_of_variables


def _without_color(wanted: bool) -> None:
    if wanted:  # as if the environment said so, which is where a console looks
        os.environ["NO_COLOR"] = "1"
        os.environ.pop("FORCE_COLOR", None)


def _refused(token: str | None) -> None:
    if token is not None:
        with door():
            raise UsageError(
                "A token on the command line can be read by everybody on this machine (ps) and stays in the shell's"
                ' history. Export it, and name the variable in the target: token_env = "INTELEPEER_TOKEN".'
            )


_NO_COLOR = typer.Option("--no-color", callback=_without_color, is_eager=True, help="Plain text, as with NO_COLOR.")
_TOKEN = typer.Option("--token", "--bearer", "--api-key", callback=_refused, is_eager=True, hidden=True)
_CONTEXT = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
_COMMON = [
    inspect.Parameter("no_color", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Annotated[bool, _NO_COLOR]),
    inspect.Parameter("token", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, _TOKEN]),
]


def command(function: Callable[..., None]) -> Callable[..., None]:
    """The function with what every command takes in its signature; it never sees it."""

    @wraps(function)
    def called(*args: Any, no_color: bool, token: str | None, context: typer.Context, **options: Any) -> None:
        if context.invoked_subcommand is None:  # the command itself, not the group around it
            warn_of_variables(context)
        function(*args, **options, **({"context": context} if asks else {}))

    signature = inspect.signature(function, eval_str=True)
    asks = _CONTEXT.name in signature.parameters
    parameters = [*signature.parameters.values(), *([] if asks else [_CONTEXT]), *_COMMON]
    called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return called
