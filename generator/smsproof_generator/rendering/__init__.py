"""The intermediate representation as text: a pure function to `{path: text}`, one module here for each module there."""

from __future__ import annotations

from .. import models
from ..intermediate import Sdk, annotation
from ..literal import code_span, markdown
from .checks import checks
from .client import client
from .errors import errors
from .facade import facade
from .outline import Outline
from .package import Package, rules_files, runtime_files
from .results import results
from .template import render

__all__ = ["Package", "rules_files", "runtime_files", "sdk_files"]


def sdk_files(sdk: Sdk, package: Package) -> dict[str, str]:
    """The modules of one vendor, by file name."""
    outline = Outline(sdk, package)
    found = {
        "__init__.py": facade(outline),
        "client.py": client(outline),
        "errors.py": errors(outline),
        "models.py": models.source(sdk, package.runtime),
        "REFERENCE.md": render("reference.md.jinja", outline, md=markdown, code=code_span, annotation=annotation),
    }
    if outline.sends:
        found["results.py"] = results(outline)
    if outline.checked:
        found["checks.py"] = checks(outline)
    return dict(sorted(found.items()))
