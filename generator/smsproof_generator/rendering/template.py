"""The templates. They get text only through `literal` and `docstring`."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from ..literal import docstring, literal
from .outline import Outline


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("smsproof_generator"),
        autoescape=False,  # Python is written here; every value comes through `literal` or `docstring`
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    doors: dict[str, Any] = {"literal": literal, "docstring": docstring}
    environment.globals.update(doors)
    return environment


def render(template: str, outline: Outline, **values: object) -> str:
    """One file."""
    return (
        _environment()
        .get_template(template)
        .render(sdk=outline.sdk, package=outline.package.name, runtime=outline.runtime, **values)
    )
