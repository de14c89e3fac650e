"""Bundling a vendor's folder: every mistake is told at once, with file, line or pointer and a hint; then nothing is written."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smsproof_spec import bundle
from smsproof_spec.source import Problem, SourceError, read

OPENAPI = """\
openapi: 3.1.1
info: {title: Small, version: "1"}
x-sms-vendor: small
x-sms-pages: {T0: {title: Sending, url: "https://small.example/send"}}
paths:
  /send:
    post:
      operationId: sendMessage
      x-sms-requirement: SM-SEND-01
      requestBody:
        content:
          application/json:
            schema: {$ref: schemas/Message.json}
            examples:
              one: {$ref: examples/one.json}
      responses:
        "200":
          description: Sent.
          x-sms-requirement: SM-SEND-02
"""
REQUIREMENTS = """\
SM-SEND-01: {section: 2A, provenance: stated, parties: [V], statement: One sends by POST., source: "T0:1"}
SM-SEND-02: {section: 2A, provenance: stated, parties: [V], statement: Success is 200., source: "T0:2"}
"""
MESSAGE: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "x-sms-requirement": "SM-SEND-01",
    "required": ["to"],
    "properties": {"to": {"type": "string", "x-sms-address": "destination"}, "again": {"$ref": "#/properties/to"}},
}
ONE = {"summary": "One.", "value": {"to": "+13038675309"}, "x-sms-source": [{"page": "T0", "lines": "3"}]}


class Folder:
    """A right vendor's folder, to be made wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write("openapi.yaml", OPENAPI)
        self.write("requirements.yaml", REQUIREMENTS)
        self.write("schemas/Message.json", MESSAGE)
        self.write("examples/one.json", ONE)

    def write(self, name: str, content: object) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))

    def replace(self, old: str, new: str, name: str = "openapi.yaml") -> None:
        text = (self.path / name).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def message(self, **changes: object) -> None:
        self.write("schemas/Message.json", {**MESSAGE, **changes})

    def problems(self) -> list[Problem]:
        with pytest.raises(SourceError) as refusal:
            bundle.write(self.path)
        assert not (self.path / "contract.json").exists()
        return list(refusal.value.problems)

    def problem(self) -> Problem:
        [problem] = self.problems()
        assert re.search(r"\w", problem.hint)
        return problem


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "small")


def test_a_right_folder_is_joined_into_one_document(folder: Folder) -> None:
    document = bundle.bundle(folder.path)
    body = document["paths"]["/send"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/Message"}
    assert body["examples"]["one"] == ONE
    message = document["components"]["schemas"]["Message"]
    assert message["properties"]["again"] == {"$ref": "#/components/schemas/Message/properties/to"}
    assert "$schema" not in message
    assert document["x-sms-requirements"]["SM-SEND-02"] == {
        "section": "2A",
        "provenance": "stated",
        "agreed": False,
        "parties": ["V"],
        "statement": "Success is 200.",
        "source": [{"page": "T0", "lines": "2"}],
    }


def test_bundling_twice_gives_the_same_bytes(folder: Folder) -> None:
    assert bundle.write(folder.path)
    first = (folder.path / "contract.json").read_bytes()
    assert bundle.render(bundle.bundle(folder.path)).encode() == first
    assert bundle.is_current(folder.path)


def test_a_contract_that_is_behind_its_folder_is_stale(folder: Folder) -> None:
    bundle.write(folder.path)
    folder.replace("Sent.", "Sent off.")
    assert not bundle.is_current(folder.path)


@pytest.mark.parametrize(
    "reference",
    [
        *(
            "../outside.json",
            "schemas/../../outside.json",
            "/etc/hostname",
            "file:///etc/hostname",
            "//127.0.0.1/x.json",
        ),
        *(
            "http://127.0.0.1/x.json",
            "https://small.example/x.json",
            "schemas\\\\Message.json",
            "schemas/%2e%2e/x.json",
        ),
        *(
            "",
            ".",
            "schemas",
            "Message.json#anchor",
            "urn:x",
            "schemas/Message.yaml",
            "./schemas/Message.json",
            "a:b.json",
        ),
    ],
)
def test_a_reference_that_may_leave_the_folder_is_refused(folder: Folder, reference: str) -> None:
    (folder.path.parent / "outside.json").write_text("{}")
    folder.replace("{$ref: schemas/Message.json}", f'{{$ref: "{reference}"}}')
    problem = folder.problem()
    assert (problem.file, problem.line) == ("openapi.yaml", 13)
    assert problem.pointer == "/paths/~1send/post/requestBody/content/application~1json/schema/$ref"
    assert "leads out of the vendor's folder, or may" in problem.what


@pytest.mark.parametrize("reference", [None, 7, ["schemas/Message.json"], {"file": "x"}])
def test_a_reference_that_is_no_text_is_refused(folder: Folder, reference: object) -> None:
    folder.message(properties={"to": {"$ref": reference}})
    assert folder.problems()[0].pointer == "/properties/to/$ref"


def test_a_reference_to_another_host_fetches_nothing(folder: Folder) -> None:
    hits: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        base = f"http://127.0.0.1:{server.server_port}"
        for reference in (f"{base}/schema.json", f"{base}/schema.json#/x"):
            folder.message(properties={"to": {"$ref": reference}})
            folder.problems()
        folder.message(**{"$id": f"{base}/base/", "properties": {"to": {"$ref": "other.json"}}})
        folder.problems()
        folder.message(**{"$schema": f"{base}/dialect"})
        folder.problems()
        server.shutdown()
        thread.join()
    assert hits == []


@pytest.mark.parametrize(
    "keyword", ["$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef", "$recursiveAnchor"]
)
def test_a_keyword_that_moves_references_is_refused(folder: Folder, keyword: str) -> None:
    folder.message(**{keyword: "#x" if keyword.endswith("Ref") else "x"})
    problems = folder.problems()
    assert f"{keyword} would change what references mean" in [problem.what for problem in problems]


def test_another_dialect_is_refused(folder: Folder) -> None:
    folder.message(**{"$schema": "http://json-schema.org/draft-07/schema#"})
    assert folder.problem().what == "$schema would change what references mean"


def test_an_external_example_is_refused(folder: Folder) -> None:
    folder.replace("{$ref: examples/one.json}", "{externalValue: 'https://small.example/one.json'}")
    assert "externalValue would change what references mean" in [problem.what for problem in folder.problems()]


def test_a_property_may_have_the_name_of_a_keyword(folder: Folder) -> None:
    folder.message(properties={"to": {"type": "string"}, "$ref": {"type": "string"}, "$id": {"type": "string"}})
    properties = bundle.bundle(folder.path)["components"]["schemas"]["Message"]["properties"]
    assert properties["$ref"] == {"type": "string"}


def test_data_may_hold_what_elsewhere_is_a_reference(folder: Folder) -> None:
    folder.message(properties={"to": {"type": "string"}, "data": {"const": {"$ref": "file:///etc/hostname"}}})
    properties = bundle.bundle(folder.path)["components"]["schemas"]["Message"]["properties"]
    assert properties["data"] == {"const": {"$ref": "file:///etc/hostname"}}


def test_a_schema_that_is_a_link_out_of_the_folder_is_refused(folder: Folder) -> None:
    (folder.path.parent / "outside.json").write_text("{}")
    (folder.path / "schemas" / "Other.json").symlink_to(folder.path.parent / "outside.json")
    assert folder.problem().what == "the file is a link that leaves the vendor's folder"


def test_a_folder_of_schemas_that_is_a_link_out_is_refused(folder: Folder) -> None:
    schemas = folder.path / "schemas"
    schemas.rename(folder.path.parent / "elsewhere")
    schemas.symlink_to(folder.path.parent / "elsewhere")
    assert folder.problem().file == "schemas/Message.json"


@pytest.mark.parametrize("reference", ["schemas/Massage.json", "examples/two.json"])
def test_a_reference_to_a_file_that_is_not_there_names_the_nearest(folder: Folder, reference: str) -> None:
    folder.replace("{$ref: schemas/Message.json}", f"{{$ref: {reference}}}")
    problem = folder.problem()
    assert problem.what == f"there is no {reference} among the schemas and examples"
    assert (
        problem.hint
        == {
            "schemas/Massage.json": "Did you mean schemas/Message.json",
            "examples/two.json": "Did you mean examples/one.json",
        }[reference]
    )


@pytest.mark.parametrize("reference", ["#/properties/two", "#/properties/to/0", "Message.json#/nowhere"])
def test_a_reference_that_leads_nowhere_is_refused(folder: Folder, reference: str) -> None:
    folder.message(properties={"to": {"type": "string"}, "again": {"$ref": reference}})
    problem = folder.problem()
    assert (problem.file, problem.pointer) == ("schemas/Message.json", "/properties/again/$ref")
    assert problem.what == f'"{reference}" leads nowhere'


def test_references_in_a_circle_are_refused(folder: Folder) -> None:
    folder.write("schemas/A.json", {"$ref": "B.json"})
    folder.write("schemas/B.json", {"$ref": "A.json"})
    assert [problem.what for problem in folder.problems()] == [
        '"B.json" leads back to itself',
        '"A.json" leads back to itself',
    ]


def test_a_schema_may_contain_itself(folder: Folder) -> None:
    folder.message(properties={"to": {"type": "string"}, "parts": {"type": "array", "items": {"$ref": "#"}}})
    properties = bundle.bundle(folder.path)["components"]["schemas"]["Message"]["properties"]
    assert properties["parts"]["items"] == {"$ref": "#/components/schemas/Message"}


@pytest.mark.parametrize(
    ("name", "nearest"), [("x-sms-requirment", "x-sms-requirement"), ("x-sms-adress", "x-sms-address")]
)
def test_an_extension_that_nobody_reads_is_refused_with_the_nearest_name(
    folder: Folder, name: str, nearest: str
) -> None:
    folder.message(properties={"to": {"type": "string", name: "SM-SEND-01"}})
    problem = folder.problem()
    assert problem.what == f"{name} is no extension that anybody reads"
    assert (problem.pointer, problem.hint) == (f"/properties/to/{name}", f"Did you mean {nearest}")


def test_extensions_of_others_are_left_alone(folder: Folder) -> None:
    folder.message(properties={"to": {"type": "string", "x-faker": "phone"}})
    assert bundle.write(folder.path)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("x-sms-vendor: small", "x-sms-vendor: Not A Name", 3),
        ("      operationId: sendMessage", "      operationId: sendMessage\n      x-sms-paid: yes", 9),
        ("      operationId: sendMessage", "      operationId: sendMessage\n      x-sms-bulk: {correlate: luck}", 9),
        ("      operationId: sendMessage", "      operationId: sendMessage\n      x-sms-method: Send It", 9),
    ],
)
def test_an_extension_with_a_wrong_value_is_refused_with_its_line(
    folder: Folder, old: str, new: str, line: int
) -> None:
    folder.replace(old, new)
    assert {problem.line for problem in folder.problems()} == {line}


def test_an_extension_in_a_place_where_it_means_nothing_is_refused(folder: Folder) -> None:
    folder.replace("          description: Sent.", "          description: Sent.\n          x-sms-paid: true")
    problem = folder.problem()
    assert problem.what == "x-sms-paid means nothing in this place, element"
    assert problem.hint == "It belongs to: operation"


@pytest.mark.parametrize(
    ("properties", "pointer"),
    [
        ({"to": {"x-sms-requirement": "SM-SEND-20"}}, "/properties/to/x-sms-requirement"),
        (
            {"to": {"minLength": 1, "x-sms-keywords": {"minLength": "SM-SEND-20"}}},
            "/properties/to/x-sms-keywords/minLength",
        ),
    ],
)
def test_a_requirement_that_does_not_exist_is_refused(folder: Folder, properties: dict[str, Any], pointer: str) -> None:
    folder.message(properties=properties)
    problem = folder.problem()
    assert (problem.pointer, problem.what) == (pointer, "SM-SEND-20 is no requirement of this vendor")
    assert problem.hint == "Did you mean SM-SEND-02"


def test_a_requirement_that_nothing_names_is_fine(folder: Folder) -> None:
    folder.write("requirements.yaml", REQUIREMENTS + REQUIREMENTS.splitlines()[0].replace("01", "03", 1) + "\n")
    assert "SM-SEND-03" in bundle.bundle(folder.path)["x-sms-requirements"]


@pytest.mark.parametrize(
    ("old", "new", "pointer"),
    [
        (
            "provenance: stated, parties: [V], statement: One",
            "provenance: sworn, parties: [V], statement: One",
            "/SM-SEND-01/provenance",
        ),
        ("parties: [V], statement: One", "parties: [X], statement: One", "/SM-SEND-01/parties/0"),
        ("One sends by POST.", "One sends by POST", "/SM-SEND-01/statement"),
        ('source: "T0:1"', 'source: "T0:0"', "/SM-SEND-01/source"),
        ('source: "T0:1"', 'source: "T9:1"', "/SM-SEND-01/source"),
        (', source: "T0:1"', "", "/SM-SEND-01"),
        ("SM-SEND-01: {section: 2A", "SM-SEND-01: {sektion: 2A, section: 2A", "/SM-SEND-01"),
        ("SM-SEND-01: {section: 2A", "SM-SEND-01: {agreed: false, section: 2A", "/SM-SEND-01/agreed"),
        (
            "SM-SEND-01: {section: 2A",
            "SM-SEND-01: {not_observable: {V: hm}, section: 2A",
            "/SM-SEND-01/not_observable/V",
        ),
        ("SM-SEND-01: {section: 2A", "SM-SEND-01: {alternatives: [any.], section: 2A", "/SM-SEND-01/alternatives/0"),
    ],
)
def test_a_requirement_of_another_form_is_refused(folder: Folder, old: str, new: str, pointer: str) -> None:
    folder.replace(old, new, "requirements.yaml")
    found = [problem for problem in folder.problems() if problem.file == "requirements.yaml"]
    assert [(problem.pointer, problem.line) for problem in found] == [(pointer, 1)]


@pytest.mark.parametrize("key", ["from", "to", "endpoint", "endpoints", "tnkey", "mobile", "number", "address"])
def test_a_number_under_the_key_of_an_address_is_refused_wherever_it_stands(folder: Folder, key: str) -> None:
    folder.replace("info: {title", f"x-anything: {{deep: [{{{key}: 13038675309}}]}}\ninfo: {{title")
    problem = folder.problem()
    assert (problem.line, problem.pointer) == (2, f"/x-anything/deep/0/{key}")
    assert problem.hint == 'Quote it, with the plus sign that YAML may have eaten: "+13038675309" or "13038675309"'


def test_a_number_in_a_list_of_addresses_is_refused(folder: Folder) -> None:
    folder.write("examples/one.json", {**ONE, "value": {"endpoints": ["+12161112222", 12161112223]}})
    problem = folder.problem()
    assert (problem.file, problem.pointer) == ("examples/one.json", "/value/endpoints/1")


def test_a_small_number_under_such_a_key_is_a_quantity(folder: Folder) -> None:
    folder.replace("info: {title", "x-anything: {from: 200, to: 999999}\ninfo: {title")
    assert bundle.write(folder.path)


@pytest.mark.parametrize(
    ("keywords", "pointer"),
    [
        ({"default": 13038675309}, "/properties/phone_number/default"),
        ({"const": 13038675309}, "/properties/phone_number/const"),
        ({"example": 13038675309}, "/properties/phone_number/example"),
        ({"enum": ["+13038675309", 13038675309]}, "/properties/phone_number/enum/1"),
        ({"examples": [13038675309]}, "/properties/phone_number/examples/0"),
    ],
)
def test_a_number_where_the_schema_has_a_string_is_refused(
    folder: Folder, keywords: dict[str, Any], pointer: str
) -> None:
    folder.message(required=[], properties={"phone_number": {"type": "string", **keywords}, "to": {"type": "string"}})
    problem = folder.problem()
    assert (problem.file, problem.pointer) == ("schemas/Message.json", pointer)
    assert 'is not of type "string"' in problem.what
    assert problem.hint.endswith('"+13038675309" or "13038675309"')


def test_a_number_in_an_example_where_the_schema_has_a_string_is_refused(folder: Folder) -> None:
    folder.message(required=[], properties={"phone_number": {"type": "string"}})
    folder.write("examples/one.json", {**ONE, "value": {"phone_number": 13038675309}})
    problem = folder.problem()
    assert (problem.file, problem.pointer) == ("examples/one.json", "/value/phone_number")
    assert problem.hint.startswith("Quote it")


def test_an_example_that_does_not_fit_its_schema_is_refused(folder: Folder) -> None:
    folder.write("examples/one.json", {**ONE, "value": {"text": "to nobody"}})
    problem = folder.problem()
    assert (problem.file, problem.pointer) == ("examples/one.json", "/value")
    assert problem.what == 'the value does not fit its schema: "to" is a required property'


def test_an_example_in_place_is_checked_like_one_in_a_file(folder: Folder) -> None:
    folder.replace("{$ref: examples/one.json}", '{value: {to: "+13038675309"}}\n              two: {value: {to: 5}}')
    problem = folder.problem()
    assert (problem.file, problem.line) == ("openapi.yaml", 16)
    assert problem.pointer.endswith("/examples/two/value/to")


@pytest.mark.parametrize(
    ("schema", "pointer"),
    [
        ({"type": "strng"}, "/properties/to/type"),
        ({"minLength": -1}, "/properties/to/minLength"),
        ({"required": "to"}, "/properties/to/required"),
        ({"pattern": "("}, "/properties/to/pattern"),
        ({"pattern": "^(?=a)b$"}, "/properties/to/pattern"),
        ({"pattern": "^(a)\\1$"}, "/properties/to/pattern"),
    ],
)
def test_what_is_no_schema_or_no_linear_pattern_is_refused(
    folder: Folder, schema: dict[str, Any], pointer: str
) -> None:
    folder.message(properties={"to": schema})
    assert folder.problem().pointer == pointer


@pytest.mark.parametrize("name", ["openapi.yaml", "requirements.yaml", "schemas/Message.json", "examples/one.json"])
def test_a_file_that_holds_no_object_is_refused(folder: Folder, name: str) -> None:
    folder.write(name, "[]")
    assert (folder.problem().file, folder.problem().what) == (name, "this is no object")


def test_a_schema_in_the_document_itself_stands_beside_those_of_files(folder: Folder) -> None:
    folder.replace("paths:\n", "components: {schemas: {Inner: {type: string}}}\npaths:\n")
    assert set(bundle.bundle(folder.path)["components"]["schemas"]) == {"Inner", "Message"}


def test_a_schema_that_is_there_twice_is_refused(folder: Folder) -> None:
    folder.replace("paths:\n", "components: {schemas: {Message: {type: string}}}\npaths:\n")
    assert folder.problem().what == "openapi.yaml has a schema Message as well"


def test_an_operation_without_a_name_is_refused(folder: Folder) -> None:
    folder.replace("      operationId: sendMessage\n", "")
    problem = folder.problem()
    assert (problem.pointer, problem.what) == ("/paths/~1send/post", '"operationId" is a required property')


def test_an_operation_with_the_name_of_another_is_refused(folder: Folder) -> None:
    folder.replace("paths:\n", "webhooks:\n  in: {post: {operationId: sendMessage, responses: {}}}\npaths:\n")
    assert folder.problem().what.startswith("the operationId sendMessage is that of /webhooks/in/post as well")


def test_an_answer_without_a_description_is_refused(folder: Folder) -> None:
    folder.replace("          description: Sent.\n", "")
    problem = folder.problem()
    assert (problem.pointer, problem.what) == (
        "/paths/~1send/post/responses/200",
        '"description" is a required property',
    )


SMALL = {"openapi.yaml": OPENAPI, "requirements.yaml": REQUIREMENTS}
ANYTHING = st.sampled_from([None, 5, "x", True, [], {}, [{"$ref": 7}], {"$ref": "schemas/Message.json"}, {"schema": 1}])


@given(st.sampled_from(sorted(SMALL)), st.lists(st.integers(0, 9), max_size=9), ANYTHING)
@settings(max_examples=50, deadline=None)
def test_whatever_stands_in_a_place_the_bundler_joins_or_tells(
    tmp_path_factory: pytest.TempPathFactory, name: str, path: list[int], anything: object
) -> None:
    """A sloppy author gets problems, never a traceback of ours."""
    folder = Folder(tmp_path_factory.mktemp("any"))
    (folder.path / name).write_text(json.dumps(replaced(read(folder.path, name).value, path, anything)))
    try:
        bundle.bundle(folder.path)
    except SourceError as refusal:
        assert refusal.problems


def replaced(value: Any, path: list[int], new: object) -> Any:
    """A copy with another value in one place: at each step the n-th member is entered."""
    if not path or not isinstance(value, dict | list) or not value:
        return new
    if isinstance(value, list):
        index = path[0] % len(value)
        return [*value[:index], replaced(value[index], path[1:], new), *value[index + 1 :]]
    key = list(value)[path[0] % len(value)]
    return {**value, key: replaced(value[key], path[1:], new)}


def test_mistakes_in_several_files_come_at_once(folder: Folder) -> None:
    folder.write("schemas/A.json", '{"a": 1, "a": 2}')
    folder.write("schemas/B.json", "{")
    folder.replace('title: Small, version: "1"', "title: Small, title: Small")
    assert [problem.file for problem in folder.problems()] == ["openapi.yaml", "schemas/A.json", "schemas/B.json"]


def test_mistakes_of_several_kinds_come_at_once(folder: Folder) -> None:
    folder.message(
        properties={"to": {"$ref": "../x.json"}, "a": {"x-sms-wrong": 1}, "b": {"x-sms-requirement": "SM-X-01"}}
    )
    folder.replace("One sends by POST.", "One sends by POST", "requirements.yaml")
    assert len(folder.problems()) >= 4


def test_the_command_writes_what_is_stale_and_says_so(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert bundle.main(["--check", str(folder.path)]) == 1
    assert capsys.readouterr().out == "small: contract.json is stale. Run python -m smsproof_spec.bundle.\n"
    assert bundle.main([str(folder.path)]) == 0
    assert capsys.readouterr().out == "small: contract.json is written.\n"
    assert bundle.main(["--check", str(folder.path)]) == 0
    assert bundle.main([str(folder.path)]) == 0
    assert capsys.readouterr().out == ""


def test_the_command_tells_every_problem_and_exits_2(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    folder.write("schemas/A.json", "{")
    folder.write("schemas/B.json", "{")
    assert bundle.main([str(folder.path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["small/schemas/A.json", "small/schemas/B.json"]


def test_a_failed_bundling_leaves_the_old_contract_alone(folder: Folder) -> None:
    bundle.write(folder.path)
    before = (folder.path / "contract.json").read_bytes()
    folder.write("schemas/A.json", "{")
    with pytest.raises(SourceError):
        bundle.write(folder.path)
    assert (folder.path / "contract.json").read_bytes() == before
    assert not (folder.path / "contract.json.new").exists()
