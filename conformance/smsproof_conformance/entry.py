"""The `smsproof` script: loads with a base install, and says what is missing when the extra is.

Imports only the standard library at load, because the script exists in every installation of the distribution.
"""

import sys

# What the extra brings; a failed import of anything else is a defect of ours and must show as one.
_EXTRA = frozenset({"httptools", "jinja2", "jsonschema_rs", "phonenumbers", "rich", "schemathesis", "typer", "uvicorn"})


def main() -> None:
    """Run the command line. Exits 2 with one sentence when the extra `conformance` is not installed."""
    try:
        from smsproof_conformance.cli import app
        from smsproof_conformance.cli.door import guard
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] not in _EXTRA:
            raise
        print(f"smsproof needs {missing.name}: pip install 'smsproof[conformance]'", file=sys.stderr)
        raise SystemExit(2) from None
    guard()
    app()
