"""The one way to flow: which room may import which. Read from the source, so that a lazy import counts too."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {
    "smsproof_spec": ROOT / "spec" / "smsproof_spec",
    "smsproof_generator": ROOT / "generator" / "smsproof_generator",
    "smsproof_sdk": ROOT / "generated" / "smsproof_sdk",
    "smsproof_conformance": ROOT / "conformance" / "smsproof_conformance",
}
ALLOWED = {
    "smsproof_spec": set[str](),
    "smsproof_generator": {"smsproof_spec"},
    "smsproof_sdk": {"smsproof_spec"},
    "smsproof_conformance": {"smsproof_spec"},
}


def imports(path: Path, package: str) -> Iterator[str]:
    """Full names of everything a module imports, relative imports resolved, however deep in the code they stand."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = package.split(".")[: len(package.split(".")) - node.level + 1]
                yield ".".join([*base, node.module or ""]).rstrip(".")
            else:
                assert node.module is not None
                yield node.module


def modules(room: str) -> Iterator[tuple[str, Path, str]]:
    """(module name, file, package it resolves relative imports from) of a room."""
    folder = ROOMS[room]
    for path in sorted(folder.rglob("*.py")):
        parts = [room, *path.relative_to(folder).with_suffix("").parts]
        package = parts[:-1]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield name, path, ".".join(package)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    wrong = [
        f"{name} imports {imported}"
        for name, path, package in modules(room)
        for imported in imports(path, package)
        if (top := imported.partition(".")[0]) in ROOMS and top != room and top not in ALLOWED[room]
    ]
    assert wrong == []


def test_generated_code_takes_nothing_of_the_spec_but_the_rules() -> None:
    wrong = [
        f"{name} imports {imported}"
        for name, path, package in modules("smsproof_sdk")
        for imported in imports(path, package)
        if imported.startswith("smsproof_spec") and not imported.startswith("smsproof_spec.rules")
    ]
    assert wrong == []


# What writes contract.json has libraries of its own (extra generator); what reads it has none.
AUTHORING = {
    "smsproof_spec.source": {"ruamel"},
    "smsproof_spec.bundle": {"jsonschema_rs"},
    "smsproof_spec.extensions": {"jsonschema_rs"},
}


def test_the_spec_needs_only_the_standard_library_apart_from_what_writes_the_contracts() -> None:
    wrong = [
        f"{name} imports {imported}"
        for name, path, package in modules("smsproof_spec")
        for imported in imports(path, package)
        if (top := imported.partition(".")[0]) not in sys.stdlib_module_names
        and top != "smsproof_spec"
        and top not in AUTHORING.get(name, ())
    ]
    assert wrong == []


def test_rules_import_nothing_but_the_standard_library_and_themselves() -> None:
    wrong = [
        f"{name} imports {imported}"
        for name, path, package in modules("smsproof_spec")
        if name.startswith("smsproof_spec.rules")
        for imported in imports(path, package)
        if imported.partition(".")[0] not in sys.stdlib_module_names and not imported.startswith("smsproof_spec.rules")
    ]
    assert wrong == []


def test_only_one_module_imports_the_fuzzing_engine() -> None:
    importers = {
        name
        for room in ROOMS
        for name, path, package in modules(room)
        for imported in imports(path, package)
        if imported.partition(".")[0] == "schemathesis"
    }
    assert importers == {"smsproof_conformance.fuzz.engine"}


def test_nothing_outside_the_emulator_reaches_into_it_but_through_its_door() -> None:
    """The suite meets an emulator over HTTP; only the commands that start one import it, and only its public names."""
    door = {"smsproof_conformance.emulator", "smsproof_conformance.emulator.faults"}
    wrong = [
        f"{name} imports {imported}"
        for name, path, package in modules("smsproof_conformance")
        if not name.startswith("smsproof_conformance.emulator")
        for imported in imports(path, package)
        if imported.startswith("smsproof_conformance.emulator") and imported not in door
    ]
    assert wrong == []


def test_no_two_modules_of_the_emulator_need_each_other() -> None:
    """Not even for a type: the packages' own files are doors, and count as the modules that they open to."""
    inside = "smsproof_conformance.emulator"
    known = {name for name, _, _ in modules("smsproof_conformance") if name.startswith(inside + ".")}
    needs = {
        name: {imported for imported in imports(path, package) if imported in known - {name}}
        for name, path, package in modules("smsproof_conformance")
        if name in known
    }
    while leaves := {name for name, needed in needs.items() if not needed & needs.keys()}:
        needs = {name: needed for name, needed in needs.items() if name not in leaves}
    assert needs == {}
