"""The script `smsproof-generate`. Loads with the base install, which lacks what generating needs."""

from __future__ import annotations

import sys
from importlib.util import find_spec

_NEEDED = ("datamodel_code_generator", "jinja2", "ruamel.yaml")


def main() -> None:
    """Run the command, or say in one sentence what is missing (exit 2)."""
    if not all(_installed(name) for name in _NEEDED):
        print("smsproof-generate needs its extra: pip install 'smsproof[generator]'", file=sys.stderr)
        sys.exit(2)
    from .command import run

    sys.exit(run(sys.argv[1:]))


def _installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False
