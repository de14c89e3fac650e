"""A document from disk, with its references."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeGuard
from urllib.parse import unquote

from .problem import Problem, SpecError

JsonObject = dict[str, Any]

_LARGEST = 64 * 1024 * 1024
_DEEPEST = 200
_FEW_VALUES = 100_000


class Document:
    """One OpenAPI document.

    name   how problems call it
    root   its decoded content
    """

    def __init__(self, root: JsonObject, name: str) -> None:
        self.root = root
        self.name = name

    def at(self, pointer: str) -> Any:
        """What stands at a JSON pointer ("/components/schemas/A"); raises KeyError."""
        if pointer and not pointer.startswith("/"):
            raise KeyError(pointer)  # an anchor
        value: Any = self.root
        for part in pointer.split("/")[1:]:
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if is_list(value):
                if not key.isdecimal() or int(key) >= len(value):
                    raise KeyError(pointer)
                value = value[int(key)]
            elif is_object(value) and key in value:
                value = value[key]
            else:
                raise KeyError(pointer)
        return value


def step(pointer: str, *keys: str | int) -> str:
    """A pointer some keys deeper."""
    return pointer + "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)


def as_object(value: object) -> JsonObject:
    """An object of the document; an empty one when something else stands there."""
    return value if is_object(value) else {}


def as_list(value: object) -> list[Any]:
    """A list of the document; an empty one when something else stands there."""
    return value if is_list(value) else []


def is_object(value: object) -> TypeGuard[JsonObject]:
    """Whether a value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a value is a JSON array."""
    return isinstance(value, list)


def load(path: Path) -> Document:
    """Read a document, JSON or YAML, and the files beside and below it that it refers to.

    raises   SpecError: unreadable, too large, not OpenAPI 3.0 or 3.1, YAML with tags, twin keys or an alias bomb
    """
    name = path.name
    document = parse(_read(path, name), name)
    _Joiner(document, path).join()
    return document


def _read(path: Path, name: str) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise _refused(name, f"{path.stat().st_size} bytes", f"At most {_LARGEST} bytes are read.")
        return path.read_bytes()
    except OSError as error:
        raise _refused(name, f"cannot be read: {error.strerror or error}", "Check the path.") from error


class _Joiner:
    """Takes other files into the document, below `x-files`, so that every reference is local.

    Only files in the folder of the document or below it, never through a link that leads out; nothing is fetched.
    """

    def __init__(self, document: Document, path: Path) -> None:
        self._document = document
        self._root = path.parent.resolve()
        self._home = path.resolve()
        self._files: JsonObject = {}

    def join(self) -> None:
        self._localize(self._document.root, self._home)
        if self._files:
            self._document.root["x-files"] = self._files

    def _localize(self, value: object, file: Path) -> None:
        waiting: list[object] = [value]
        while waiting:
            value = waiting.pop()
            if is_object(value):
                ref = value.get("$ref")
                if isinstance(ref, str):
                    value["$ref"] = self._local(ref, file)
                waiting += value.values()
            else:
                waiting += as_list(value)

    def _local(self, ref: str, file: Path) -> str:
        """The same reference within the document; unchanged where it cannot be followed (it is refused later)."""
        name, _, pointer = ref.partition("#")
        if not name:
            return ref if file == self._home else f"#{step('/x-files', self._key(file))}{pointer}"
        if ":" in name or "\\" in name or name.startswith("/") or not name.lower().endswith((".json", ".yaml", ".yml")):
            return ref
        target = self._beside(file, unquote(name))
        if target is None:
            return ref
        if target == self._home:
            return f"#{pointer}"
        key = self._key(target)
        if key not in self._files:
            content = _value(_decoded(_read(target, key), key), key)
            self._files[key] = content
            self._localize(content, target)
        return f"#{step('/x-files', key)}{pointer}"

    def _beside(self, file: Path, name: str) -> Path | None:
        """A file of the document's folder, by a path relative to another; None when there is none."""
        try:
            target = (file.parent / name).resolve()
            return target if target.is_relative_to(self._root) and target.is_file() else None
        except (OSError, ValueError):  # too long, or no name that a file can have
            return None

    def _key(self, file: Path) -> str:
        return file.relative_to(self._root).as_posix()


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(name, f"not UTF-8 at byte {error.start}", "Save it as UTF-8.") from error


def _value(text: str, name: str) -> object:
    value = _json(text, name) if text.lstrip()[:1] in ("{", "[") else _yaml(text, name)
    _bounded(value, name)
    _unicode(value, name)
    return value


def parse(data: bytes, name: str) -> Document:
    """The same from bytes."""
    text = _decoded(data, name)
    root = _value(text, name)
    if not is_object(root):
        raise _refused(name, "the document is no object", "An OpenAPI document starts with `openapi:`.")
    version = str(root.get("openapi", ""))
    if not version.startswith(("3.0", "3.1")):
        found = f"openapi is {version!r}" if version else "there is no `openapi` version"
        older = " Convert Swagger 2.0 documents first." if "swagger" in root else ""
        raise _refused(name, found, f"Versions 3.0 and 3.1 are served.{older}")
    return Document(root, name)


def _json(text: str, name: str) -> object:
    try:
        value: object = json.loads(text)
        return value
    except (ValueError, RecursionError) as error:
        raise _refused(name, f"not JSON: {error}", "Correct it there.") from error


def _yaml(text: str, name: str) -> object:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return _Plain(name, text).copy(YAML(typ="safe", pure=True).load(text), 0)  # pyright: ignore[reportUnknownMemberType]
    except (YAMLError, ValueError, RecursionError) as error:
        first = " ".join(str(error).split())[:300]
        raise _refused(name, f"not YAML: {first}", "Correct it there.") from error


class _Plain:
    """YAML's richer values as JSON has them: keys are text, dates are text, aliases are copies.

    Aliases share one object: nine lines of them are a document of gigabytes once it is copied. So copies are counted:
    without aliases there cannot be more values than characters.
    """

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._most = self._left = max(_FEW_VALUES, 4 * len(text))

    def copy(self, value: object, depth: int) -> object:
        self._left -= 1
        if self._left < 0:
            raise _refused(self._name, f"more than {self._most} values", "Are there YAML aliases of aliases?")
        if depth > _DEEPEST:
            raise _refused(self._name, f"nested more than {_DEEPEST} deep", "Does a YAML alias hold itself?")
        if is_object(value):
            return {_key(key): self.copy(item, depth + 1) for key, item in value.items()}
        if is_list(value):
            return [self.copy(item, depth + 1) for item in value]
        if value is None or isinstance(value, bool | int | float | str):
            return value
        isoformat = getattr(value, "isoformat", None)
        return str(isoformat()) if isoformat is not None else str(value)


def _key(key: object) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return str(key)


def _bounded(root: object, name: str) -> None:
    """Refuse what is nested too deeply to be walked."""
    level: list[object] = [root]
    for _ in range(_DEEPEST):
        level = [item for value in level for item in (value.values() if is_object(value) else as_list(value))]
        if not level:
            return
    raise _refused(name, f"nested more than {_DEEPEST} deep", "No OpenAPI document needs that.")


def _unicode(root: object, name: str) -> None:
    """Refuse halves of surrogate pairs, which no file and no request can hold (RFC 8259 section 8.2)."""
    try:
        json.dumps(root, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        waiting: list[tuple[object, str]] = [(root, "")]
        while waiting:
            value, place = waiting.pop()
            if is_object(value):
                waiting += [(item, step(place, key)) for key, item in value.items()]
                waiting += [(key, place) for key in value]
            elif is_list(value):
                waiting += [(item, step(place, at)) for at, item in enumerate(value)]
            elif isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
                pointer = place.encode("ascii", "backslashreplace").decode()
                what, hint = "half a surrogate pair", "Write the whole character, or leave it out."
                raise SpecError([Problem(name, pointer, what, hint)]) from None


def _refused(name: str, what: str, hint: str) -> SpecError:
    return SpecError([Problem(name, "", what, hint)])
