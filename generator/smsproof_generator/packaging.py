"""Whole trees of files: the SDK of this project, and packages for others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from . import document, reading
from .intermediate import Sdk
from .literal import docstring, literal
from .rendering import Package, rules_files, runtime_files, sdk_files

_SDK = "smsproof_sdk"


def checkout_tree(vendors: Path, *, write: bool) -> tuple[dict[str, str], list[str]]:
    """The files of `smsproof_sdk` for every vendor's folder, and the contracts that were not up to date.

    write   whether such a contract.json is written, or only named
    """
    from smsproof_spec import bundle

    stale: list[str] = []
    sdks: list[Sdk] = []
    for folder in sorted(path.parent for path in vendors.glob("*/openapi.yaml")):
        text = bundle.render(bundle.bundle(folder))
        target = folder / "contract.json"
        if not target.is_file() or target.read_text("utf-8") != text:
            stale.append(f"spec/smsproof_spec/vendors/{folder.name}/contract.json")
            if write:
                bundle.write(folder)
        found = document.Document(json.loads(text), f"{folder.name}/contract.json")
        sdks.append(reading.read(found, module=f"{_SDK}.{folder.name}"))
    return sdk_tree(sdks), stale


def sdk_tree(sdks: list[Sdk]) -> dict[str, str]:
    """One package with a sub-package for each vendor and one runtime for all."""
    tree = {
        f"{_SDK}/__init__.py": docstring(
            [
                "Typed clients for text message vendors, written from their contracts.",
                "",
                *(f"{sdk.module}   {sdk.client}: {sdk.title}" for sdk in sdks),
            ]
        )
        + "\n",
        f"{_SDK}/py.typed": "",
    }
    shared = Package(_SDK, _SDK, "smsproof_spec.rules")
    for sdk in sdks:
        package = Package(sdk.module, _SDK, shared.rules)
        folder = sdk.module.replace(".", "/")
        tree |= {f"{folder}/{path}": text for path, text in sdk_files(sdk, package).items()}
    tree |= {f"{_SDK}/{path}": text for path, text in runtime_files(shared, tree.values()).items()}
    return dict(sorted(tree.items()))


def foreign_tree(sdk: Sdk, name: str, *, http: str = "httpx2") -> dict[str, str]:
    """A package that stands on its own, with what is needed to install it."""
    package = Package(name, name, f"{name}._rules", http)
    own = sdk_files(sdk, package)
    runtime = runtime_files(package, own.values())
    parts = {"py.typed": "", **runtime, **rules_files(package, runtime.values()), **own}
    tree = {f"{name}/{path}": text for path, text in parts.items()}
    tree["pyproject.toml"] = "\n".join(_project(sdk, name, http)) + "\n"
    return dict(sorted(tree.items()))


def _project(sdk: Sdk, name: str, http: str) -> Iterator[str]:
    library = "httpx2>=2.12,<3" if http == "httpx2" else "httpx>=0.28,<0.29"
    yield "[build-system]"
    yield 'requires = ["hatchling>=1.27"]'
    yield 'build-backend = "hatchling.build"'
    yield ""
    yield "[project]"
    yield f"name = {literal(name.replace('_', '-').strip('-') or name)}"
    yield 'version = "0.1.0"'
    yield f"description = {literal(f'A typed client of {sdk.title}.'.encode('ascii', 'ignore').decode())}"
    yield 'requires-python = ">=3.11"'
    yield f'dependencies = ["pydantic>=2.9,<3", "{library}", "anyio>=4"]'
    yield ""
    yield "[tool.hatch.build.targets.wheel]"
    yield f"packages = [{literal(name)}]"
