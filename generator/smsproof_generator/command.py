"""The command line of smsproof-generate."""

from __future__ import annotations

import argparse
import keyword
import sys
from pathlib import Path

import smsproof_spec
from smsproof_spec.rules import printable
from smsproof_spec.source import SourceError
from smsproof_spec.spelling import counted

from . import document, reading
from .packaging import checkout_tree, foreign_tree
from .problem import OutputError, SpecError
from .writer import drift, write

_USAGE, _DRIFT, _FINE = 2, 1, 0


def run(arguments: list[str]) -> int:
    """Run the command.

    returns   0 done; 1 with --check: files differ; 2 a wrong call, document or folder
    """
    options = _parser().parse_args(arguments)
    try:
        if options.spec is None:
            return _checkout(options.check)
        return _foreign(options)
    except SpecError as error:
        for problem in error.problems:
            print(printable(str(problem)), file=sys.stderr)
        found = counted(len(error.problems), "problem")
        print(f"{found}; nothing was written.{_partial_hint(options, error)}", file=sys.stderr)
        return _USAGE
    except SourceError as error:
        for mistake in error.problems:
            print(printable(str(mistake)), file=sys.stderr)
        print(f"{counted(len(error.problems), 'problem')} in the contracts; nothing was written.", file=sys.stderr)
        return _USAGE
    except OutputError as error:
        print(printable(str(error)), file=sys.stderr)
        return _USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="smsproof-generate",
        description="Write typed Python clients from OpenAPI 3.0 and 3.1 documents. Without --spec, in a checkout of "
        "smsproof: bundle the contracts and write generated/.",
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and list the files that differ")
    parser.add_argument("--spec", type=Path, metavar="FILE", help="an OpenAPI document, JSON or YAML")
    parser.add_argument("--package", metavar="NAME", help="import name of the package to write")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder to write it to: empty, or written from here before"
    )
    parser.add_argument("--partial", action="store_true", help="leave out what cannot be served, and name it")
    parser.add_argument("--http", choices=("httpx2", "httpx"), default="httpx2", help="HTTP library of the client")
    return parser


def _partial_hint(options: argparse.Namespace, error: SpecError) -> str:
    """That --partial would help, where it would: not with a file that is no document at all."""
    in_operations = all(problem.pointer.startswith("/paths/") for problem in error.problems)
    return " --partial leaves such operations out." if in_operations and not options.partial else ""


def _checkout(check: bool) -> int:
    spec = Path(smsproof_spec.__file__).parent
    generated = spec.parent.parent / "generated"
    if not generated.is_dir():
        print("This is no checkout of smsproof: name a document with --spec, --package and --out.", file=sys.stderr)
        return _USAGE
    tree, stale = checkout_tree(spec / "vendors", write=not check)
    if check:
        found = [f"differs: {path}" for path in stale] + drift(generated, tree)
        for line in found:
            print(line)
        if found:
            differ = "differs" if len(found) == 1 else "differ"
            files = counted(len(found), "file")
            print(f"{files} {differ} from what the contracts say; run smsproof-generate.", file=sys.stderr)
        return _DRIFT if found else _FINE
    changed = stale + write(generated, tree)
    print(f"{counted(len(tree), 'file')}, {len(changed)} changed")
    return _FINE


def _foreign(options: argparse.Namespace) -> int:
    name: str | None = options.package
    out: Path | None = options.out
    if name is None or out is None:
        print("--spec needs --package NAME and --out DIR.", file=sys.stderr)
        return _USAGE
    unfit = _why_no_package(name)
    if unfit:
        print(f"--package: {printable(name)!r} cannot be the name of a package: {unfit}.", file=sys.stderr)
        return _USAGE
    found = document.load(options.spec)
    sdk = reading.read(found, module=name, partial=options.partial)
    tree = foreign_tree(sdk, name, http=options.http)
    for line in sdk.left_out:
        print(f"left out: {printable(line)}", file=sys.stderr)
    if options.check:
        differing = drift(out, tree)
        for line in differing:
            print(line)
        return _DRIFT if differing else _FINE
    changed = write(out, tree)
    made = ((sdk.operations, "operation"), (sdk.classes, "model"), (tree, "file"))
    print(f"{', '.join(counted(len(some), noun) for some, noun in made)}, {len(changed)} changed")
    return _FINE


def _why_no_package(name: str) -> str | None:
    """Why a package of this name could not be imported, or would hide another; None if nothing speaks against it."""
    if not (name.isascii() and name.isidentifier()):
        return "use lower-case letters, digits and _, and no digit first"
    if keyword.iskeyword(name):
        return f"it is a keyword of Python; {name}_sdk is none"
    # In lower case, because some file systems do not tell Json from json.
    if name.lower() in _STANDARD_LIBRARY:
        return f"it would hide a module of the standard library; {name}_sdk hides none"
    if name.lower() in _RESERVED_PACKAGES:
        return f"it would hide what it needs itself, or is kept for other use; {name}_sdk is free"
    return None


_STANDARD_LIBRARY = frozenset(module.lower() for module in sys.stdlib_module_names)
# A package of one of these names would hide what it needs itself, or be a device on some systems.
_RESERVED_PACKAGES = frozenset({"pydantic", "httpx", "httpx2", "anyio", "con", "nul", "aux", "prn", "test", "tests"})
