"""Files onto disk: all of them or none, nothing outside the folder, nothing removed that was not written from here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from .problem import OutputError

MANIFEST = "smsproof-manifest.json"


def _manifest(tree: Mapping[str, str]) -> str:
    hashes = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in sorted(tree.items())}
    return json.dumps({"written by": "smsproof-generate", "files": hashes}, indent=1) + "\n"


def _previous(root: Path) -> list[str] | None:
    """Paths of the manifest in a folder; None when there is none.

    raises   OutputError when it is not ours, or names a path outside the folder
    """
    file = root / MANIFEST
    if not file.exists():
        return None
    try:
        content = json.loads(file.read_text("utf-8"))
        paths = [str(path) for path in content["files"]]
    except (ValueError, KeyError, TypeError) as error:
        raise OutputError(f"{file} is not a manifest of ours. Choose another folder, or remove it.") from error
    for path in paths:
        _inside(root, path)
    return paths


def _inside(root: Path, path: str) -> Path:
    """The place of a relative path under `root`; raises OutputError for anything else, and for links on the way."""
    pure = PurePosixPath(path)
    if (
        pure.is_absolute()
        or not pure.parts
        or any(part in ("..", ".") or "\\" in part or ":" in part for part in pure.parts)
    ):
        raise OutputError(f"{path!r} is no path inside the folder.")
    place = root
    for part in pure.parts:
        place = place / part
        if place.is_symlink():
            raise OutputError(f"{place} is a link; generated files are not written through links.")
    return place


def drift(root: Path, tree: Mapping[str, str]) -> list[str]:
    """How a folder differs from what would be written: one line a file, sorted; empty when it does not."""
    found: list[str] = []
    wanted = {**tree, MANIFEST: _manifest(tree)}
    for path, text in wanted.items():
        place = _inside(root, path)
        if not place.is_file():
            found.append(f"missing: {path}")
        elif place.read_bytes() != text.encode():
            found.append(f"differs: {path}")
    found += [
        f"no longer generated: {path}"
        for path in _previous(root) or []
        if path not in wanted and (root / path).exists()
    ]
    return sorted(found)


def write(root: Path, tree: Mapping[str, str]) -> list[str]:
    """Write a tree, and remove what the previous manifest lists and the new one does not.

    returns   the paths that changed
    raises    OutputError: a folder that holds files but no manifest of ours, a link, a path outside
    """
    previous = _previous(root)
    if previous is None and root.exists() and any(path.is_file() or path.is_symlink() for path in root.rglob("*")):
        raise OutputError(
            f"{root} is not empty and was not written by smsproof-generate. Choose an empty folder, or empty this one."
        )
    wanted = {**tree, MANIFEST: _manifest(tree)}
    places = {path: _inside(root, path) for path in wanted}
    changed: list[str] = []
    for path, text in wanted.items():
        data = text.encode()
        place = places[path]
        if place.is_file() and place.read_bytes() == data:
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.with_name(f".{place.name}.new")
        temporary.write_bytes(data)
        temporary.replace(place)
        changed.append(path)
    for path in previous or []:
        place = _inside(root, path)
        if path not in wanted and place.is_file():
            place.unlink()
            changed.append(path)
            for folder in place.parents:
                if folder == root or any(folder.iterdir()):
                    break
                folder.rmdir()
    return changed
