"""Where targets are declared: `smsproof.toml`, or `[tool.smsproof]` in pyproject.toml."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import SecretStr, ValidationError

from smsproof_conformance.targets.declared_address import flaw
from smsproof_conformance.targets.defaults import ON_THE_COMMAND_LINE_ALONE, Defaults
from smsproof_conformance.targets.target import Numbers, Secrets, Target
from smsproof_spec import contract
from smsproof_spec.rules import Role, printable

_DEFAULT_FILES = (Path("smsproof.toml"), Path("pyproject.toml"))
_TABLES = ("target", "run")
_INNER_TABLES = frozenset({"numbers", "paths"})
# Where a declared address stands in a request. A short code among the long codes is a sender all the same.
_ROLES = {
    "long_codes": Role.SENDER,
    "short_codes": Role.SENDER,
    "alphanumerics": Role.SENDER,
    "destinations": Role.DESTINATION,
    "foreign": Role.SENDER,
    "blocked_destination": Role.DESTINATION,
    "not_enabled": Role.SENDER,
}


class SettingsError(Exception):
    """The settings cannot be used. Who must act: the person who wrote the file or started the command."""


def read(config: Path | None) -> dict[str, Target]:
    """Read every target of a settings file.

    config    the file named by --config; None looks for smsproof.toml, then pyproject.toml, in the working directory.
    returns   targets by name, possibly none.
    raises    SettingsError: file missing, TOML syntax (with line), unknown key (with table and nearest name), bad value.
    """
    path = file(config)
    if path is None:
        raise SettingsError(
            "There is no smsproof.toml and no pyproject.toml here. Create smsproof.toml with a [target.NAME] table,"
            " or name a file with --config FILE."
        )
    tables = _table(path, "target", _document(path).get("target", {}))
    return {name: _target(path, name, _table(path, f"target.{name}", table), tables) for name, table in tables.items()}


def defaults(config: Path | None) -> Mapping[str, Any]:
    """What a settings file says in [run]: options of `smsproof run`, by name, for all targets.

    returns   only what stands there; nothing where there is no settings file.
    raises    SettingsError as `read` does.
    """
    path = file(config)
    if path is None:
        return {}
    table = _table(path, "run", _document(path).get("run", {}))
    try:
        return Defaults.model_validate(table).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(path, "run", problem) for problem in error.errors())) from None


def file(config: Path | None) -> Path | None:
    """The settings file that a command reads; None where there is none."""
    return config or next((candidate for candidate in _DEFAULT_FILES if candidate.is_file()), None)


def override(target: Target, instead: Mapping[str, Any]) -> Target:
    """The target with what flags or environment say instead of its table; None says nothing.

    raises    SettingsError naming the flag.
    """
    given = {key: value for key, value in instead.items() if value is not None}
    try:
        return Target.model_validate({**target.model_dump(), **given}, strict=False) if given else target
    except ValidationError as error:
        (problem, *_) = error.errors()
        flag = "--" + str(problem["loc"][0]).replace("_", "-")
        raise SettingsError(f"{flag}: {_told(problem)}.") from None


def pick(targets: Mapping[str, Target], name: str) -> Target:
    """The target called `name`; SettingsError names the nearest one otherwise."""
    if name in targets:
        return targets[name]
    known = ", ".join(sorted(targets)) or "none"
    raise SettingsError(f"There is no target {name!r}{_nearest(name, targets)}. Declared targets: {known}.")


def secrets(target: Target, environment: Mapping[str, str] = os.environ) -> Secrets:
    """Read the secrets a target names from the environment.

    raises    SettingsError when the token's variable is unset or empty, or an optional one is named but unset.
    """

    def value(key: str, variable: str | None) -> SecretStr | None:
        if variable is None:
            return None
        if not environment.get(variable):
            raise SettingsError(
                f"[target.{target.name}] {key} names the environment variable {variable}, which is unset or empty."
                f" Export it, or take {key} out."
            )
        return SecretStr(environment[variable])

    token = value("token_env", target.token_env)
    assert token is not None  # token_env is never None
    return Secrets(
        token=token,
        expired_token=value("expired_token_env", target.expired_token_env),
        shared_code=value("webhook_secret_env", target.webhook_secret_env),
        control_token=value("control_token_env", target.control_token_env),
    )


def _document(path: Path) -> dict[str, Any]:
    """The tables of this project in a settings file."""
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 (byte {error.start}).") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: TOML syntax error: {error}.") from error
    root = ""
    if path.name == "pyproject.toml":
        root = "tool.smsproof."
        document = _table(path, "tool.smsproof", _table(path, "tool", document.get("tool", {})).get("smsproof", {}))
    for key in document:
        if key not in _TABLES:
            raise SettingsError(f"{path}: unknown key {root}{key}{_nearest(key, _TABLES)}.")
    return document


def _table(path: Path, where: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SettingsError(f"{path}: {where} must be a table.")
    return cast("dict[str, Any]", value)


def _target(path: Path, name: str, table: dict[str, Any], targets: Mapping[str, Any]) -> Target:
    vendor = table.get("vendor")
    if (
        table and not table.keys() - _INNER_TABLES
    ):  # nobody writes a target of these alone: its name has a slip of the pen
        hint = _nearest(name, targets.keys() - {name}, "target.")
        if hint:
            (inner, *_) = table
            raise SettingsError(f"{path}: [target.{name}.{inner}] belongs to no target{hint}.")
    if vendor not in contract.VENDORS:
        wrong = "is missing" if vendor is None else f"is {vendor!r}"
        raise SettingsError(f"{path}: [target.{name}] vendor {wrong}; expected one of: {', '.join(contract.VENDORS)}.")
    document = contract.load(vendor)
    given = {"token_env": document.document["x-sms-client"]["token-env"], **table, "name": name}
    try:
        target = Target.model_validate(given)
    except ValidationError as error:
        lines = [_explain(path, f"target.{name}", problem) for problem in error.errors()]
        raise SettingsError("\n".join(lines)) from None
    flaws = list(_flaws(target.numbers, vendor))
    if flaws:
        raise SettingsError("\n".join(f"{path}: [target.{name}.numbers] {flaw}" for flaw in flaws))
    for operation in target.paths:
        if operation not in document.operations:
            raise SettingsError(
                f"{path}: unknown key {operation} in [target.{name}.paths]"
                f"{_nearest(operation, document.operations)}; it takes operation ids of {vendor}."
            )
    return target


def _flaws(numbers: Numbers, vendor: str) -> Iterator[str]:
    """Places in `numbers` whose address the vendor takes for nothing; never the numbers themselves."""
    given = numbers.model_dump()
    for key, role in _ROLES.items():
        value = given[key] or ()
        places = {key: value} if isinstance(value, str) else {f"{key}[{at}]": one for at, one in enumerate(value)}
        for place, address in places.items():
            wrong = flaw(address, vendor, role)
            if wrong:
                yield f"{place}: it {wrong}"


def _explain(path: Path, root: str, problem: Any) -> str:
    *tables, key = [str(step) for step in problem["loc"]]
    if isinstance(problem["loc"][-1], int):
        key = f"{tables.pop()}[{key}]"
    table = ".".join([root, *tables])
    option = key.replace("_", "-")
    if root == "run" and option in ON_THE_COMMAND_LINE_ALONE:
        return f"{path}: [{table}] {key}: `--{option}` stands in no file; give it on the command line."
    if problem["type"] == "extra_forbidden":
        known = Defaults if root == "run" else Numbers if tables == ["numbers"] else Target
        hint = _nearest(key, known.model_fields)
        if "token" in key or "secret" in key:  # whoever writes `token = "..."` must not meet it again in a CI log
            hint += ": secrets stand in no file; name the environment variable that holds one (token_env)"
        return f"{path}: unknown key {key} in [{table}]{hint}."
    if problem["type"] == "missing":
        return f"{path}: [{table}] lacks {key}."
    return f"{path}: [{table}] {key}: {_told(problem)}."


_EXPECTED = {
    "tuple_type": 'expected a list of texts, such as ["+12191112222"]',
    "list_type": 'expected a list of texts, such as ["single-send/*"]',
    "string_type": "expected a text in quotes",
    "bool_type": "expected true or false",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "dict_type": "expected a table",
    "model_type": "expected a table",
}
_KINDS: Mapping[type, str] = {
    str: "a text", int: "a number without quotes", float: "a number without quotes", bool: "true or false",
    list: "a list", dict: "a table",
}  # fmt: skip


def _told(problem: Any) -> str:
    """What is wrong with a value, and the value, unless it may be a secret at the wrong place."""
    key = str(problem["loc"][-1])
    given: object = problem["input"]
    expected = _EXPECTED.get(problem["type"]) or problem["msg"].removeprefix("Value error, ").replace(
        "Input should be", "expected something"
    )
    if "numbers" in problem["loc"]:  # by kind alone: reports mask a number as well
        return f"{expected}; got {_KINDS.get(type(given), 'something else')}"
    return expected if key.endswith("_env") or "@" in str(given) else f"{expected}; got {printable(repr(given))}"


def _nearest(name: str, known: Any, before: str = "") -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    return f" (did you mean {before}{close[0]}?)" if close else ""
