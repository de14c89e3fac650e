"""A document that does everything: its package stands alone, and says over the wire what the document says."""

from __future__ import annotations

import asyncio
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from smsproof_generator.command import run
from tests.generated.odd_server import Asked, answer, odd_server

DOCUMENT = Path(__file__).parent / "documents" / "anybody.yaml"
THING = {"name": "n", "id": "1"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("anybody")
    assert run(["--spec", str(DOCUMENT), "--package", "anybody", "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def anybody(folder: Path) -> Iterator[Any]:
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("anybody")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == "anybody"]:
            del sys.modules[name]


def asked_by(anybody: Any, reply: bytes, call: Any, **credentials: Any) -> tuple[Asked, Any]:
    """What one call sends, and what it gives back."""
    with odd_server(reply) as server:
        with anybody.AnybodysAPI(**(credentials or {"key": "KEY"}), base_url=server.url + "/v1") as client:
            outcome = call(client)
        [asked] = server.asked
    return asked, outcome


def target(anybody: Any, **arguments: Any) -> str:
    def call(client: Any) -> Any:
        return client.class_("a/b", [1, 2], **arguments)

    return asked_by(anybody, answer(200, THING), call)[0].target.removeprefix("/v1/things/a%2Fb/.1.2")


def test_the_package_is_typed_and_free_of_smsproof(folder: Path) -> None:
    texts = {path: path.read_text() for path in folder.rglob("*.py")}
    assert (folder / "anybody" / "py.typed").exists()
    assert not [path for path, text in texts.items() if "smsproof" in text and "import" in text and "smsproof_" in text]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary", "-p", "anybody"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout == ""


def test_what_a_document_has_no_use_for_is_not_in_its_package(folder: Path) -> None:
    runtime = {path.stem for path in (folder / "anybody" / "_runtime").iterdir()}
    assert runtime >= {"client", "calling", "transport", "errors"}
    assert runtime.isdisjoint({"checking", "inbound", "preview", "receiver", "store", "tracker"})
    assert not (folder / "anybody" / "_rules").exists()


def test_path_parameters_are_escaped_and_styled(anybody: Any) -> None:
    assert target(anybody) == ""
    asked, _ = asked_by(anybody, answer(200, THING), lambda client: client.class_("..", [7]))
    assert asked.target == "/v1/things/%2E%2E/.7"


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ({"from_": "+1 2&x=y"}, "?from=%2B1%202%26x%3Dy"),
        ({"limit": 0}, "?limit=0"),
        ({"flag": False}, "?flag=false"),
        ({"ids": ["a", "b,c"]}, "?ids=a,b%2Cc"),
        ({"tags": ["a", "b"]}, "?tags=a&tags=b"),
        ({"piped": ["a", "b"]}, "?piped=a%7Cb"),
        ({"spaced": ["a", "b"]}, "?spaced=a%20b"),
        ({"filter": {"k": "v", "m": "w"}}, "?filter%5Bk%5D=v&filter%5Bm%5D=w"),
        ({"raw_": "a/b?c:d"}, "?raw=a/b?c:d"),
        ({"since": datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)}, "?since=2020-01-02T03%3A04%3A05%2B00%3A00"),
        ({"day": date(2020, 1, 2)}, "?day=2020-01-02"),
        ({"self_": "x", "session_2": "y"}, "?session=y&self=x"),
        ({"tags": []}, ""),
    ],
)
def test_query_parameters_are_written_in_their_style(anybody: Any, arguments: dict[str, Any], query: str) -> None:
    assert target(anybody, **arguments) == query


def test_a_json_parameter_holds_json(anybody: Any) -> None:
    query = target(anybody, q=anybody.Query(text="a&b", deep=anybody.Query(text="c")))
    assert query == "?q=%7B%22text%22%3A%22a%26b%22%2C%22deep%22%3A%7B%22text%22%3A%22c%22%7D%7D"


def test_headers_and_cookies_are_sent(anybody: Any) -> None:
    asked, _ = asked_by(
        anybody, answer(200, THING), lambda client: client.class_("a", [1], x_trace=["t", "u"], session="s 1")
    )
    assert asked.headers["x-trace"] == "t,u"
    assert asked.headers["cookie"] == "session=s%201"
    assert asked.headers["x-api-key"] == "KEY"


@pytest.mark.parametrize("value", ["a\r\nEvil: 1", "\x00", "é"])
def test_a_header_cannot_be_broken_out_of(anybody: Any, value: str) -> None:
    with anybody.AnybodysAPI("KEY", base_url="http://127.0.0.1:1") as client, pytest.raises(anybody.InvalidRequest):
        client.class_("a", [1], x_trace=[value])


@pytest.mark.parametrize(
    ("credentials", "header", "value"),
    [
        ({"key": "k"}, "x-api-key", "k"),
        ({"token": "t"}, "authorization", "Bearer t"),
        ({"key": "k", "token": "t"}, "x-api-key", "k"),
    ],
)
def test_the_first_alternative_that_is_complete_is_used(
    anybody: Any, credentials: dict[str, str], header: str, value: str
) -> None:
    asked, _ = asked_by(anybody, answer(200, THING), lambda client: client.class_("a", [1]), **credentials)
    assert asked.headers[header] == value


def test_without_credentials_nothing_leaves(anybody: Any) -> None:
    with odd_server(answer(200, THING)) as server, anybody.AnybodysAPI(token=None, base_url=server.url) as client:
        with pytest.raises(anybody.ConfigurationError, match="`key`"):
            client.class_("a", [1])
        assert server.connections == 0


def test_an_operation_without_security_needs_none(anybody: Any) -> None:
    asked, things = asked_by(anybody, answer(200, [THING]), lambda client: client.create_thing(), token="t")
    assert "authorization" not in asked.headers
    assert things == [anybody.Thing(name="n", id="1")]


def test_a_json_body_says_null_where_null_has_a_meaning(anybody: Any) -> None:
    body = anybody.NewThing(name="n", from_="f", nullable=None)
    asked, thing = asked_by(anybody, answer(201, THING), lambda client: client.create_thing_2(body))
    assert (asked.json, asked.headers["content-type"]) == (
        {"name": "n", "from": "f", "nullable": None},
        "application/json",
    )
    assert thing.id == "1"


def test_a_form_body_is_written_as_a_form(anybody: Any) -> None:
    body = anybody.NewThing(name="a b&c", tags=["x", "y"])
    asked, _ = asked_by(
        anybody,
        answer(201, THING),
        lambda client: client.create_thing_2(body, media_type="application/x-www-form-urlencoded"),
    )
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.body == b"name=a%20b%26c&tags=x&tags=y"


@pytest.mark.parametrize(
    ("file", "name"), [(b"\x00\xff", "file"), (('na"me\r\n.bin', b"\x00\xff"), "na%22me%0D%0A.bin")]
)
def test_a_multipart_body_has_its_parts(anybody: Any, file: Any, name: str) -> None:
    body = anybody.UploadRequest(file=file, note="é", meta=anybody.Query(text="t"), many=["1", "2"])
    asked, text = asked_by(
        anybody,
        answer(200, b"fine", headers={"Content-Type": "text/plain"}),
        lambda client: client.upload(body=body),
        login=("u", "p:w"),
    )
    assert text == "fine"
    assert asked.headers["authorization"] == "Basic dTpwOnc="
    parsed = BytesParser().parsebytes(
        b"Content-Type: " + asked.headers["content-type"].encode() + b"\r\n\r\n" + asked.body
    )
    parts: Any = parsed.get_payload()
    assert [part.get_param("name", header="content-disposition") for part in parts] == [
        "file",
        "note",
        "meta",
        "many",
        "many",
    ]
    assert parts[0].get_param("filename", header="content-disposition") == name
    assert parts[0].get_payload(decode=True) == b"\x00\xff"
    assert parts[1].get_payload(decode=True).decode() == "é"
    assert json.loads(parts[2].get_payload(decode=True)) == {"text": "t"}


def test_bytes_come_and_go_with_cookie_and_query_keys_together(anybody: Any) -> None:
    asked, back = asked_by(
        anybody,
        answer(200, b"\xff\x00", headers={"Content-Type": "application/octet-stream"}),
        lambda client: client.blob(b"\x00\xff"),
        cookie="c",
        query="q&",
    )
    assert (asked.body, back) == (b"\x00\xff", b"\xff\x00")
    assert (asked.headers["cookie"], asked.target) == ("sid=c", "/v1/blob?k=q%26")


@pytest.mark.parametrize(
    ("reply", "value"), [(b'{"a":1}', {"a": 1}), (b"words", "words"), (b"", None), (b"\xff", b"\xff")]
)
def test_an_undocumented_success_is_given_as_it_is(anybody: Any, reply: bytes, value: object) -> None:
    _, back = asked_by(
        anybody, answer(200, reply), lambda client: client.patch_blob("<a/>", media_type="application/xml")
    )
    assert back == value


@pytest.mark.parametrize(
    ("status", "name"), [(404, "NotFound"), (409, "ClientError"), (500, "Refused"), (302, "Refused"), (204, None)]
)
def test_statuses_find_their_class_exact_then_hundreds_then_default(
    anybody: Any, status: int, name: str | None
) -> None:
    with odd_server(answer(status, b"")) as server, anybody.AnybodysAPI("k", base_url=server.url, retries=0) as client:
        if name is None:
            assert client.class_("a", [1]) is None
        else:
            with pytest.raises(getattr(anybody, name)):
                client.class_("a", [1])


SHAPES = {
    "pet": {"kind": "lion", "meow": "m"},
    "pets": [{"kind": "dog", "bark": 1}, {"kind": "cat"}],
    "either": 7,
    "map": {"x": {"kind": "dog"}},
    "free": {"y": [1]},
    "open": [1, {"z": None}],
    "closed": {},
    "tuple": ["a", 1],
    "inline": {"deep": {"deeper": True}},
    "extended": {"base": "b", "kind": "dog"},
    "numbers": 2.5,
    "loop": [[], []],
    "any": {"x": 1},
    "literal": {"str": "s", "list": [1], "date": "2020-01-02", "Literal": {"str": "t"}},
    "base": {
        "model_config": "1",
        "json": "2",
        "__init__": "3",
        "a-b": "4",
        "a_b": "5",
        "A.B": "6",
        "": "7",
        "日本": "8",
    },
    "thing": {"other": "o"},
    "pattern": "not held against answers",
    "unknown": {"kept": True},
}


def test_every_shape_survives_the_way_there_and_back(anybody: Any) -> None:
    body = anybody.Shapes.model_validate(SHAPES)
    asked, back = asked_by(anybody, answer(200, SHAPES), lambda client: client.shapes(body))
    assert asked.json == SHAPES
    assert [type(pet).__name__ for pet in back.pets] == ["Dog", "Cat"]
    assert type(back.pet).__name__ == "Cat"
    assert (back.base.a_b, back.base.a_b_2, back.base.field_2) == ("4", "5", "8")
    assert back.model_extra == {"unknown": {"kept": True}}


def test_the_awaited_client_says_the_same(anybody: Any) -> None:
    async def call(url: str) -> Any:
        async with anybody.AsyncAnybodysAPI("k", base_url=url) as client:
            return await client.class_("a", [1, 2], tags=["x"])

    with odd_server(answer(200, THING)) as server:
        assert asyncio.run(call(server.url)).name == "n"
    assert server.asked[0].target == "/things/a/.1.2?tags=x"


def test_servers_with_variables_have_their_defaults(anybody: Any) -> None:
    assert repr(anybody.AnybodysAPI("k")) == "AnybodysAPI('https://us.api.example/v1')"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("json", "it would hide a module of the standard library; json_sdk hides none"),
        ("Json", "it would hide a module of the standard library; Json_sdk hides none"),
        ("typing", "it would hide a module of the standard library; typing_sdk hides none"),
        ("class", "it is a keyword of Python; class_sdk is none"),
        ("pydantic", "it would hide what it needs itself, or is kept for other use; pydantic_sdk is free"),
        ("my-sdk", "use lower-case letters, digits and _, and no digit first"),
    ],
)
def test_a_name_that_cannot_be_a_package_is_refused_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, reason: str
) -> None:
    assert run(["--spec", str(DOCUMENT), "--package", name, "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == f"--package: '{name}' cannot be the name of a package: {reason}.\n"
    assert not (tmp_path / "out").exists()
