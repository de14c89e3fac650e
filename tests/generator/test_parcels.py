"""A second stranger's document, OpenAPI 3.0: every style on the wire, forms, files, families, servers, optional keys."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from email.parser import BytesParser
from enum import Enum
from pathlib import Path
from typing import Any

import httpx2
import pytest

from smsproof_generator.command import run

DOCUMENT = Path(__file__).parent / "documents" / "parcels.yaml"
# The values of the table "Style Examples" in OpenAPI 3.0.3.
TEXT, LIST, OBJECT = "blue", ["blue", "black", "brown"], {"R": 100, "G": 200, "B": 150}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("parcels")
    assert run(["--spec", str(DOCUMENT), "--package", "parcels", "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def parcels(folder: Path) -> Iterator[Any]:
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("parcels")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == "parcels"]:
            del sys.modules[name]


class Call:
    """One call: the request as it left, and what came back."""

    def __init__(self, parcels: Any, call: Any, reply: object = None, *, status: int = 204, **options: Any) -> None:
        self.requests: list[httpx2.Request] = []

        def respond(request: httpx2.Request) -> httpx2.Response:
            self.requests.append(request)
            return httpx2.Response(status if reply is None else 200, json=reply) if reply else httpx2.Response(status)

        with parcels.Parcels(transport=httpx2.MockTransport(respond), **options) as client:
            self.outcome = call(client)

    @property
    def request(self) -> httpx2.Request:
        [request] = self.requests
        return request

    @property
    def target(self) -> str:
        return self.request.url.raw_path.decode()

    @property
    def body(self) -> bytes:
        return self.request.read()


@pytest.mark.parametrize(
    ("value", "target"),
    [
        (TEXT, "/blue/blue/.blue/.blue/;matrix=blue/;matrixX=blue"),
        (
            LIST,
            "/blue,black,brown/blue,black,brown/.blue,black,brown/.blue.black.brown"
            "/;matrix=blue,black,brown/;matrixX=blue;matrixX=black;matrixX=brown",
        ),
        (
            OBJECT,
            "/R,100,G,200,B,150/R=100,G=200,B=150/.R,100,G,200,B,150/.R=100.G=200.B=150"
            "/;matrix=R,100,G,200,B,150/;R=100;G=200;B=150",
        ),
    ],
)
def test_every_style_of_a_path_is_written_as_in_the_standards_table(parcels: Any, value: Any, target: str) -> None:
    assert Call(parcels, lambda client: client.path_styles(*[value] * 6)).target == f"/v1/styles{target}"


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ({"form": TEXT}, "form=blue"),
        ({"form": LIST}, "form=blue,black,brown"),
        ({"form": OBJECT}, "form=R,100,G,200,B,150"),
        ({"form_x": TEXT}, "formX=blue"),
        ({"form_x": LIST}, "formX=blue&formX=black&formX=brown"),
        ({"form_x": OBJECT}, "R=100&G=200&B=150"),
        ({"space": LIST}, "space=blue%20black%20brown"),
        ({"pipe": LIST}, "pipe=blue%7Cblack%7Cbrown"),
        ({"shouted": True}, "SHOUTED=true"),
        ({"form": ""}, "form="),
    ],
)
def test_every_style_of_a_query_is_written_as_in_the_standards_table(
    parcels: Any, arguments: dict[str, Any], query: str
) -> None:
    assert Call(parcels, lambda client: client.styles(**arguments)).target == f"/v1/styles?{query}"


def test_a_deep_object_goes_as_deep_as_it_is(parcels: Any) -> None:
    value = parcels.Filter(from_="a", tags=["x", "y"], inner=parcels.Filter(from_="&"))
    call = Call(parcels, lambda client: client.styles(deep=value))
    assert call.target == (
        "/v1/styles?deep%5Bfrom%5D=a&deep%5Btags%5D=x&deep%5Btags%5D=y&deep%5Binner%5D%5Bfrom%5D=%26"
    )


def test_an_object_in_a_list_leaves_as_json_and_an_enum_by_its_value(parcels: Any) -> None:
    class Shade(Enum):
        BLUE = "blue"

    call = Call(parcels, lambda client: client.styles(objects=[parcels.Filter(from_="a")], form=Shade.BLUE))
    assert call.target == "/v1/styles?form=blue&objects=%7B%22from%22%3A%22a%22%7D"


@pytest.mark.parametrize(
    ("value", "simple", "exploded", "cookie"),
    [
        (TEXT, "blue", "blue", "crumb=blue"),
        (LIST, "blue,black,brown", "blue,black,brown", "crumb=blue,black,brown"),
        (OBJECT, "R,100,G,200,B,150", "R=100,G=200,B=150", "crumb=R,100,G,200,B,150"),
    ],
)
def test_every_style_of_headers_and_cookies_is_written_as_in_the_standards_table(
    parcels: Any, value: Any, simple: str, exploded: str, cookie: str
) -> None:
    headers = Call(parcels, lambda c: c.styles(x_simple=value, x_exploded=value, crumb=value)).request.headers
    assert (headers["x-simple"], headers["x-exploded"], headers["cookie"]) == (simple, exploded, cookie)


def test_a_query_that_stands_in_the_path_is_kept(parcels: Any) -> None:
    assert Call(parcels, lambda client: client.query_in_path(more="x")).target == "/v1/query?kind=fixed&more=x"
    assert Call(parcels, lambda client: client.query_in_path()).target == "/v1/query?kind=fixed"


def test_a_form_is_written_field_by_field_in_the_styles_of_its_encoding(parcels: Any) -> None:
    body = parcels.FormRequest.model_validate(
        {
            "To": "+1",
            "Tags": ["a", "b"],
            "Joined": ["a", "b"],
            "Filter": {"from": "x"},
            "Json": {"from": "x"},
            "Flag": True,
        }
    )
    call = Call(parcels, lambda client: client.form(body))
    assert call.request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert call.body == (
        b"To=%2B1&Tags=a&Tags=b&Joined=a,b&Filter%5Bfrom%5D=x&Json=%7B%22from%22%3A%22x%22%7D&Flag=true"
    )


def test_parts_have_the_media_types_of_their_encoding_and_files_their_own(parcels: Any) -> None:
    body = parcels.FilesRequest(
        photo=("me.jpeg", b"\xff\xd8"),
        pages=[b"1", ("2.pdf", b"2"), ("3", b"3", "text/x-odd")],
        meta=parcels.Filter(from_="x"),
        note="*hi*",
    )
    call = Call(parcels, lambda client: client.files(body))
    head = b"Content-Type: " + call.request.headers["content-type"].encode() + b"\r\n\r\n"
    parts: Any = BytesParser().parsebytes(head + call.body).get_payload()
    assert [
        (p.get_param("name", header="content-disposition"), p.get_content_type(), p.get_filename()) for p in parts
    ] == [
        ("photo", "image/jpeg", "me.jpeg"),
        ("pages", "application/octet-stream", "pages"),
        ("pages", "application/pdf", "2.pdf"),
        ("pages", "text/x-odd", "3"),
        ("meta", "application/vnd.meta+json", None),
        ("note", "text/markdown", None),
    ]
    assert json.loads(parts[4].get_payload()) == {"from": "x"}


def test_a_body_of_any_media_type_leaves_as_json(parcels: Any) -> None:
    call = Call(parcels, lambda client: client.anything(body=parcels.Filter(from_="x")))
    assert (call.request.headers["content-type"], call.body) == ("application/json", b'{"from":"x"}')


def test_what_a_call_answers_with_is_asked_for(parcels: Any) -> None:
    assert Call(parcels, lambda client: client.report(), status=200).request.headers["accept"] == "text/csv, */*;q=0.5"
    parcel = {"id": "1", "weight": 1, "label": None}
    call = Call(parcels, lambda client: client.only_default(), parcel, key="k", secret="s")
    assert call.outcome == parcels.Parcel(id="1", weight=1, label=None)


def test_optional_credentials_are_sent_when_they_are_there(parcels: Any) -> None:
    assert "authorization" not in Call(parcels, lambda client: client.styles()).request.headers
    given = Call(parcels, lambda client: client.styles(), login=("u", "p")).request.headers
    assert given["authorization"] == "Basic dTpw"
    pair = Call(parcels, lambda client: client.styles(), key="k", secret="s")
    assert pair.target == "/v1/styles?api_key=k&api_secret=s"


def test_a_call_with_a_server_of_its_own_goes_there_unless_the_user_says_where(parcels: Any) -> None:
    assert str(Call(parcels, lambda client: client.elsewhere()).request.url) == "http://127.0.0.1:2/uploads/elsewhere"
    assert str(Call(parcels, lambda client: client.relative()).request.url) == "http://127.0.0.1:1/v9/elsewhere"
    mine = {"base_url": "https://mine.example/x"}
    assert str(Call(parcels, lambda c: c.elsewhere(), **mine).request.url) == "https://mine.example/x/elsewhere"


def test_what_only_the_vendor_writes_is_not_asked_of_the_sender(parcels: Any) -> None:
    body = parcels.Parcel(weight=2.5, label=None, state="in transit")
    call = Call(parcels, lambda client: client.post_parcel(body), {"id": "7", "weight": 2.5, "label": None})
    assert json.loads(call.body) == {"weight": 2.5, "label": None, "state": "in transit"}
    assert call.outcome.id == "7"


CONTENTS = [
    {"kind": "toy", "age": 3},
    {"kind": "book", "pages": 9},
    {"kind": "nested", "inner": [{"kind": "book"}]},
    {"kind": "new"},
]


def received(parcels: Any, **fields: Any) -> Any:
    parcel = {"id": "1", "weight": 1, "label": "x"} | fields
    return Call(parcels, lambda client: client.only_default(), parcel, key="k", secret="s").outcome


def test_variants_are_told_apart_by_the_discriminator(parcels: Any) -> None:
    contents = received(parcels, contents=CONTENTS).contents
    assert [type(one).__name__ for one in contents][:3] == ["Toy", "Book", "Nested"]
    assert type(contents[2].inner[0]).__name__ == "Book"
    assert contents[3].kind == "new"


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ({"type": "Person", "born": "2020-01-02"}, "Person"),
        ({"type": "Company", "vat": "1"}, "Company"),
        ({"type": "Club", "vat": "1"}, "Club"),
        ({"type": "Party"}, "Party"),
        ({"type": "Robot", "name": "r"}, "Party"),
    ],
)
def test_heirs_are_told_apart_and_a_stranger_is_the_base(parcels: Any, sender: dict[str, str], name: str) -> None:
    found = received(parcels, sender=sender).sender
    assert type(found).__name__ == name
    if name == "Person":
        assert found.born == date(2020, 1, 2)


def test_variants_without_a_discriminator_are_told_apart_by_listed_values(parcels: Any) -> None:
    events = [{"what": "stolen", "at": "x"}, {"what": "scanned", "at": "y"}]
    call = Call(parcels, lambda client: client.events(), events)
    assert [type(one).__name__ for one in call.outcome] == ["EventLost", "EventScanned"]


def test_types_that_hold_themselves_keep_their_types(parcels: Any) -> None:
    found = received(parcels, box={"inside": {"inside": "x", "size": 2}}, note=[["a"], {"from": "b"}])
    assert (found.box.inside.size, found.box.inside.inside) == (2, "x")
    assert found.note[0] == ["a"]


def test_every_schema_has_its_model_and_the_package_is_strictly_typed(folder: Path, parcels: Any) -> None:
    assert {"Moved", "Unused", "AnyParty", "Content", "Box"} <= set(parcels.__all__)
    (folder / "user.py").write_text(
        "from parcels import Book, Parcel, Parcels, Person, Toy\n"
        "def use(client: Parcels) -> str | None:\n"
        "    parcel = Parcel(weight=1, label=None, contents=[Toy(kind='toy')], sender=Person(type='Person'))\n"
        "    made = client.post_parcel(parcel)\n"
        "    for one in made.contents or []:\n"
        "        if isinstance(one, Book):\n"
        "            return str(one.pages)\n"
        "    client.files({'photo': b''}) if made.id else None  # type: ignore[arg-type]\n"
        "    return made.sender.name if made.sender else None\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary", "user.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.stdout == ""
