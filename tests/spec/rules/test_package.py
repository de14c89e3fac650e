"""The rules as a package: what they import, what that costs, and that they work wherever they are copied to."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import smsproof_spec.rules as rules

FOLDER = Path(rules.__file__).parent
MODULES = sorted(FOLDER.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_a_module_imports_the_standard_library_and_its_neighbours_only(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= set(sys.stdlib_module_names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                deepest = len(path.relative_to(FOLDER).parts)
                assert node.level <= deepest
            else:
                assert (node.module or "").partition(".")[0] in sys.stdlib_module_names


FORBIDDEN = {"os", "io", "time", "random", "secrets", "logging", "datetime", "socket", "subprocess", "pathlib", "sys"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_a_module_has_no_door_to_the_world(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            assert not {alias.name for alias in node.names} & FORBIDDEN
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert node.module not in FORBIDDEN
        elif isinstance(node, ast.Name):
            assert node.id not in {"open", "print", "input", "eval", "exec", "__import__"}


def test_every_public_name_is_there() -> None:
    for name in rules.__all__:
        assert getattr(rules, name) is not None
    assert set(rules.__all__) <= set(dir(rules))
    with pytest.raises(AttributeError, match="no attribute 'measures'"):
        _ = rules.measures  # type: ignore[attr-defined]


def test_no_public_name_is_hidden_by_a_module_of_the_same_name() -> None:
    assert not {path.stem for path in FOLDER.glob("*.py")} & set(rules.__all__)


def loaded(statement: str) -> set[str]:
    program = f"import sys; before = set(sys.modules); {statement}; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_counting_loads_no_national_table_no_json_and_none_of_the_slow_modules() -> None:
    names = loaded("from smsproof_spec.rules import measure, split, check, classify, printable; measure('a')")
    heavy = {"dataclasses", "typing", "json", "inspect", "unicodedata"}
    assert not names & heavy
    assert not {name for name in names if "national" in name or "graphemes" in name or "explanation" in name}


def test_the_package_alone_loads_nothing() -> None:
    assert loaded("import smsproof_spec.rules") <= {"smsproof_spec", "smsproof_spec.rules"}


def test_a_copy_under_another_name_works(tmp_path: Path) -> None:
    """Generated packages carry the rules as `_rules`."""
    (tmp_path / "somebody").mkdir()
    (tmp_path / "somebody" / "__init__.py").write_text("")
    shutil.copytree(FOLDER, tmp_path / "somebody" / "_rules")
    program = """
from somebody import _rules as rules
for name in rules.__all__:
    assert getattr(rules, name) is not None
assert rules.measure("a" * 161).segments == 2
assert rules.cheapest("\\u015f" * 100).locking == "turkish"
assert rules.check("+13038675309", "intelepeer", rules.Role.DESTINATION) is rules.Kind.E164
assert len(rules.explain("]" * 153).losses) == 2
import sys
assert "smsproof_spec" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
