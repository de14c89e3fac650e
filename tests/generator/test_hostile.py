"""Hostile documents: their text stays text, in whatever place it stands; nothing runs, nothing is fetched or left."""

from __future__ import annotations

import ast
import http.server
import json
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from smsproof_generator import document, reading
from smsproof_generator.command import run
from smsproof_generator.document import Document
from smsproof_generator.packaging import foreign_tree
from smsproof_generator.problem import SpecError
from tests.generator.hostile import PAYLOADS
from tests.generator.hostile import document as hostile


def tree(content: dict[str, Any], name: str = "hostile", *, partial: bool = True) -> dict[str, str]:
    return foreign_tree(reading.read(Document(content, "hostile"), module=name, partial=partial), name)


def written(files: dict[str, str]) -> dict[str, str]:
    """What was made from the document; the runtime and the rules are the same for all."""
    return {path: text for path, text in files.items() if "/_r" not in path}


# Text stays text

CALLED = {
    "Annotated", "AttributeError", "Encoding", "Field", "Operation", "Parameter", "Profile", "Reading", "Scheme", "ToldApart",
    "call_one", "dict", "getattr", "globals", "import_module", "self._run", "sorted", "super", "super().__init__", "Checks",
}  # fmt: skip
IMPORTED = {"__future__", "collections.abc", "datetime", "importlib", "pydantic", "typing"}


@pytest.fixture(scope="module", params=PAYLOADS)
def payload(request: pytest.FixtureRequest) -> tuple[str, dict[str, str]]:
    return PAYLOADS[request.param], written(tree(hostile(PAYLOADS[request.param])))


def test_a_payload_in_every_place_calls_and_imports_nothing(payload: tuple[str, dict[str, str]]) -> None:
    _, files = payload
    for path, text in files.items():
        if not path.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(text)):
            assert not isinstance(node, ast.Import), f"{path}: {ast.unparse(node)}"
            if isinstance(node, ast.ImportFrom):
                own = node.level or str(node.module).startswith("hostile.")
                assert own or node.module in IMPORTED, f"{path}: {ast.unparse(node)}"
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) in CALLED, f"{path}: {ast.unparse(node)[:100]}"
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_") or node.attr in ("_run", "_core", "__init__"), (
                    f"{path}: {node.attr}"
                )


def test_a_payload_in_every_place_gives_the_code_of_a_harmless_text(payload: tuple[str, dict[str, str]]) -> None:
    mark, _ = payload
    # Where a payload is no path, media type or header name, its calls are left out; here they are not asked for.
    files = written(tree(hostile(mark, tokens=False)))
    harmless = harmless_twin()
    assert sorted(files) == sorted(harmless)
    for path in files:
        if path.endswith(".py") and not path.endswith("__init__.py"):  # which lists each name once
            assert skeleton(files[path]) == skeleton(harmless[path]), path


@cache
def harmless_twin() -> dict[str, str]:
    return written(tree(hostile("a harmless text", tokens=False)))


def skeleton(text: str) -> list[str]:
    """The kinds of all nodes of a module in order, whatever its names and literals say."""
    return [type(node).__name__ for node in ast.walk(ast.parse(text)) if not _is_docstring(node)]


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def test_files_are_printable_ascii_and_escapes(payload: tuple[str, dict[str, str]]) -> None:
    _, files = payload
    for path, text in files.items():
        assert text.isascii(), path
        assert all(c.isprintable() or c == "\n" for c in text), path
    project = tomllib.loads(files["pyproject.toml"])
    assert project["project"]["name"] == "hostile"


def test_characters_that_do_not_show_never_reach_a_file() -> None:
    odd = [chr(code) for code in range(0x110000) if not chr(code).isprintable() and not 0xD800 <= code < 0xE000]
    # Spread over many texts, so that lines stay lines.
    schemas = {
        f"S{at}": {"description": "".join(odd[at : at + 2000]), "const": "".join(odd[at : at + 50])}
        for at in range(0, len(odd), 20_000)
    }
    properties = {name: {"$ref": f"#/components/schemas/{name}"} for name in schemas}
    content = hostile("x", tokens=False)
    content["components"]["schemas"] = schemas | {"All": {"type": "object", "properties": properties}}
    content["paths"] = {}
    files = written(tree(content))
    assert all(text.isascii() and all(c.isprintable() or c == "\n" for c in text) for text in files.values())
    assert "Literal" in files["hostile/models.py"]


def test_templates_are_not_run_on_text() -> None:
    files = written(tree(hostile("{{ 7*7 }}{% for x in [1] %}{{ 'a' * 3 }}{% endfor %}")))
    text = "".join(files.values())
    assert "{{ 7*7 }}" in text
    assert "49" not in text.replace("149", "")
    assert "aaa" not in text


def test_a_literal_gives_back_the_text_of_the_document() -> None:
    for mark in PAYLOADS.values():
        client = ast.parse(tree(hostile(mark, tokens=False))["hostile/client.py"])
        [scheme] = [
            ast.literal_eval(node.args[1])
            for node in ast.walk(client)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Scheme" and node.args[0].value == "query"  # type: ignore[attr-defined]
        ]
        assert scheme == mark


GUARD = """
import sys
sys.dont_write_bytecode = True
import anyio, httpcore2, httpx2, importlib, logging, pydantic, sqlite3, hmac, uuid, mimetypes, email.utils
import anyio.to_thread, asyncio, random, secrets
from pydantic import TypeAdapter, create_model
create_model("Warm", x=(int, ...))(x=1)
ALLOWED = ("import", "exec", "compile", "object.", "marshal.", "sys._getframe", "sys.excepthook", "os.listdir", "os.scandir",
           "code.__new__", "builtins.id", "gc.", "glob.", "pathlib.Path.glob", "array.__new__", "time.")
def hook(event, arguments):
    if event == "open":
        mode = arguments[1] or ""
        flags = arguments[2] or 0
        if any(c in mode for c in "wax+") or flags & 0o3 or flags & 0o100:
            raise SystemError(f"{event} {arguments}")
    elif not event.startswith(ALLOWED):
        raise SystemError(f"{event} {arguments}")
sys.addaudithook(hook)
for name in sys.argv[1:]:
    for module in ("", ".models", ".client", ".errors", "._runtime.transport"):
        importlib.import_module(name + module)
    package, models = importlib.import_module(name), importlib.import_module(name + ".models")
    for public in package.__all__:
        getattr(package, public)
    for value in list(vars(models).values()):
        if isinstance(value, type) and issubclass(value, pydantic.BaseModel):
            value.model_rebuild(force=True)
            repr(value.model_construct())
print("imported", len(sys.argv) - 1)
"""


def test_packages_import_and_build_their_models_without_side_effects(tmp_path: Path) -> None:
    names = []
    for at, mark in enumerate(PAYLOADS.values()):
        names.append(name := f"hostile{at}")
        for path, text in tree(hostile(mark), name).items():
            # One runtime for all: it does not depend on the document, and this test would take ten seconds.
            if at and "/_runtime/" in path:
                continue
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace(f"{name}._r", "hostile0._r") if at else text)
        if at:
            (tmp_path / name / "_runtime").symlink_to(tmp_path / "hostile0" / "_runtime")
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    command = [sys.executable, "-c", GUARD, *names]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.stdout == f"imported {len(names)}\n", done.stderr[-2000:]
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_the_guard_sees_what_a_package_does(tmp_path: Path) -> None:
    for deed in ("open('x', 'w')", "__import__('os').system('true')", "__import__('socket').socket()"):
        (tmp_path / "guilty.py").write_text(deed)
        command = [sys.executable, "-c", GUARD, "guilty"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert "SystemError" in done.stderr, deed


# Names

NAMES = [
    "../../x", "/etc/x", "C:\\x", "con", "__init__", ".", "..", "", " ", "x" * 300, "\ufb01", "fi", "FI", "Fi", "class", "None",
    "self", "import", "models", "__class__", "_private", "1st", "\u65e5\u672c", "a-b", "a_b", "a.b", "aB", "A_B", "print",
    "close", "send", "model_config", "model_dump", "Any", "str", "list", "dict", "int", "object", "type", "BaseModel",
    "deadline", "body", "media_type", "\u212a", "k", "K", "Literal", "Annotated", "Field", "date", "validate", "copy", "json",
    "Operation", "PROFILE", "errors", "results", "checks", "__all__", "__getattr__", "_HOME", "NotSent", "Timestamp", "options",
    "server", "preview", "property", "async", "await", "match", "case", "_", "__", "annotations", "TYPE_CHECKING",
]  # fmt: skip


def named() -> dict[str, Any]:
    """A document in which everything that has a name has each of the names."""
    schemas = {
        name: {"type": "object", "properties": {other: {"type": "string"} for other in NAMES}} for name in NAMES[:4]
    }
    schemas |= {name: {"type": "object", "properties": {"p": {"enum": NAMES}}} for name in NAMES[4:]}
    paths = {
        f"/p{at}/{{id}}": {
            "get": {
                "operationId": name,
                "tags": [name],
                "parameters": [
                    {"name": other, "in": "query", "schema": {"type": "string"}} for other in NAMES if other
                ],
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"enum": NAMES}}}}},
            }
        }
        for at, name in enumerate(NAMES)
    }
    keys = {name: {"type": "apiKey", "in": "query", "name": name or "x"} for name in NAMES}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Any", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": keys},
    }


def test_no_name_leads_out_of_the_folder_or_hides_another(tmp_path: Path) -> None:
    inside = tmp_path / "a" / "b"
    inside.mkdir(parents=True)
    (inside / "spec.json").write_text(json.dumps(named()))
    assert run(["--spec", str(inside / "spec.json"), "--package", "names", "--out", str(inside / "out")]) == 0
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if "out" not in path.parts) == [
        "a",
        "a/b",
        "a/b/spec.json",
    ]
    files = {path.name for path in (inside / "out" / "names").iterdir()}
    assert files == {
        "REFERENCE.md",
        "__init__.py",
        "_runtime",
        "client.py",
        "errors.py",
        "models.py",
        "py.typed",
    }
    client = ast.parse((inside / "out" / "names" / "client.py").read_text())
    [methods] = [
        [item.name for item in node.body if isinstance(item, ast.FunctionDef)]
        for node in client.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("Async")
    ]
    assert len(methods) == len(set(methods)) == len(NAMES) + 1
    done = subprocess.run(
        [sys.executable, "-c", GUARD, "names"], cwd=inside / "out", capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "imported 1\n", done.stderr[-2000:]


def test_twins_are_told_apart_in_the_order_of_the_document() -> None:
    schema = {"type": "object", "properties": {"x": {}}}
    content = named()
    content["paths"] = {}
    content["components"] = {"schemas": dict.fromkeys(["\ufb01", "fi", "FI", "a-b", "a_b", "aB"], schema)}
    client = ast.parse(written(tree(content, "names"))["names/models.py"])
    assert [node.name for node in client.body if isinstance(node, ast.ClassDef)] == [
        "Fi",
        "Fi2",
        "FI3",
        "AB",
        "AB2",
        "AB3",
    ]


# References


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback, and what it was asked for."""
    hits: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_error(404)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", hits
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


REFERENCES = [
    "file:///etc/hostname", "file:/etc/hostname", "FILE:///etc/hostname", "http://HOST/x.json", "//HOST/x.json", "http:/HOST/x",
    "https://HOST/x.json#/a", "../secret.json", "..%2fsecret.json", "%2e%2e/secret.json", "./../secret.json", "/etc/hostname",
    "..\\secret.json", "link.json", "folder/secret.json", "x%00.json", "\x00.json", "#anchor", "#/%2e%2e", "#/components", "ftp://HOST/x.json",
    "missing.json", "x.json?y", "con.json", "a" * 5000 + ".json",
]  # fmt: skip


@pytest.mark.parametrize("how", ["plain", "id", "base", "dynamic"])
def test_references_that_lead_out_are_refused_and_nothing_is_fetched(
    tmp_path: Path, listener: tuple[str, list[str]], how: str
) -> None:
    host, hits = listener
    inner = tmp_path / "spec"
    (tmp_path / "outer").mkdir()
    inner.mkdir()
    for secret in (tmp_path / "secret.json", tmp_path / "outer" / "secret.json"):
        secret.write_text('{"type": "object", "title": "SECRET", "properties": {"SECRET": {}}}')
    (inner / "link.json").symlink_to(tmp_path / "secret.json")
    (inner / "folder").symlink_to(tmp_path / "outer")
    for ref in REFERENCES:
        ref = ref.replace("HOST", host)
        schema: dict[str, Any] = {"$ref": ref}
        if how == "id":
            schema = {"$id": f"http://{host}/base/", "type": "object", "properties": {"a": {"$ref": ref}}}
        elif how == "base":
            schema = {
                "$schema": f"http://{host}/meta",
                "$id": ref,
                "allOf": [{"$ref": ref}],
                "$vocabulary": {ref: True},
            }
        elif how == "dynamic":
            schema = {"type": "object", "properties": {"a": {"$dynamicRef": ref, "$recursiveRef": ref}}}
        content = {
            "openapi": "3.1.0",
            "jsonSchemaDialect": f"http://{host}/dialect",
            "info": {"title": "T", "version": "1"},
            "paths": {
                "/a": {
                    "get": {
                        "responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
                    }
                }
            },
            "components": {"examples": {"e": {"externalValue": f"http://{host}/example"}}},
        }
        (inner / "openapi.json").write_text(json.dumps(content))
        try:
            files = foreign_tree(reading.read(document.load(inner / "openapi.json"), module="x"), "x")
        except SpecError as error:
            assert all(problem.pointer.startswith("/paths/~1a/get") for problem in error.problems), ref
            assert how != "dynamic"
        else:
            # #/components is a place within the document; $dynamicRef is not followed.
            assert ref == "#/components" or how == "dynamic", ref
            assert "SECRET" not in "".join(files.values())
    assert hits == []


# Bombs


@pytest.mark.parametrize("kind", ["list", "merge", "self"])
def test_an_alias_bomb_is_refused_at_once(kind: str) -> None:
    lines = {
        "list": ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)],
        "merge": ["a0: &a0 {x: 1}"]
        + [f"a{n}: &a{n} {{{', '.join(f'k{i}: *a{n - 1}' for i in range(10))}}}" for n in range(1, 9)],
        "self": ["a: &a [*a]"],
    }[kind]
    started = time.process_time()
    with pytest.raises(SpecError, match="values|deep"):
        document.parse("\n".join(["openapi: 3.1.0", *lines]).encode(), "bomb.yaml")
    assert time.process_time() - started < 5


def test_a_pattern_is_neither_run_nor_written() -> None:
    evil = "^(([a-z])+.)+[A-Z]([a-z])+$|(a+)+$|(?=x)(?<!y)\\1["
    value = {"type": "string", "pattern": evil, "default": "a" * 100_000 + "!", "enum": ["a" * 50 + "!"]}
    content = {
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "paths": {
            "/{p}": {
                "get": {
                    "parameters": [{"name": "p", "in": "path", "required": True, "schema": value}],
                    "responses": {"200": {"description": "", "content": {"application/json": {"schema": value}}}},
                }
            }
        },
        "components": {
            "schemas": {"S": {"type": "object", "properties": {"p": value}, "patternProperties": {evil: {}}}}
        },
    }
    text = "".join(written(tree(content, partial=False)).values())
    assert "(a+)+" not in text
    assert "pattern" not in text


def test_half_a_surrogate_pair_is_refused_by_its_place() -> None:
    with pytest.raises(SpecError) as caught:
        document.parse(b'{"openapi": "3.1.0", "info": {"title": "x\\ud800"}}', "half")
    assert [problem.pointer for problem in caught.value.problems] == ["/info/title"]


@pytest.mark.parametrize("depth", [201, 100_000])
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_document_that_is_too_deep_is_refused(depth: int, form: str) -> None:
    opening, closing = ("[", "]") if form == "json" else ("[ ", " ]")
    text = f'{{"openapi": "3.1.0", "x": {opening * depth}{closing * depth}}}'
    with pytest.raises(SpecError):
        document.parse(
            (text if form == "json" else f"openapi: 3.1.0\nx: {opening * depth}{closing * depth}").encode(), "deep"
        )


@pytest.mark.parametrize(
    "text",
    [
        '{"openapi": "3.1.0", "info": {"version": 1e999, "title": NaN}, "x": %s}' % ("9" * 5000),
        '{"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": {"200": null}}}}, "info": null}',
        '{"openapi": "3.1.0", "paths": [], "components": 7}',
        '{"openapi": "3.1.0", "paths": {"/a": []}, "components": {"schemas": []}}',
    ],
)
def test_a_document_of_odd_values_is_served_or_refused_by_place(text: str) -> None:
    try:
        foreign_tree(reading.read(document.parse(text.encode(), "odd"), module="odd"), "odd")
    except SpecError as error:
        assert all(problem.hint for problem in error.problems)


def test_a_document_of_megabytes_is_served() -> None:
    schema = {
        "type": "object",
        "description": "d" * 1000,
        "properties": {f"p{n}": {"type": "string"} for n in range(40)},
    }
    content = hostile("x", tokens=False)
    content["paths"] = {}
    content["components"] = {
        "schemas": {f"S{n}": schema for n in range(20)},
        "examples": {"e": {"value": ["v" * 1000] * 3100}},
    }
    data = json.dumps(content).encode()
    assert len(data) > 3_000_000
    files = foreign_tree(reading.read(document.parse(data, "large"), module="large"), "large")
    assert "class S19(Model):" in files["large/models.py"]
