"""The two contracts as documents: valid, closed in themselves, strict in requests and open in answers."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.readers import read_from_filename

from smsproof_spec import bundle
from smsproof_spec.contract import VENDORS, load

FOLDERS = {vendor: bundle.VENDORS / vendor for vendor in ("intelepeer", "messangi")}

COMPONENTS = {
    "intelepeer": {
        *("Message", "MessageList", "SendResult", "BulkSendResult", "BulkItem", "FailedItem"),
        *("WebhookSettings", "WebhookResult", "BulkWebhookResult", "WebhookItem", "FailedWebhookItem", "WebhookState"),
        *("Provisioning", "ProvisioningState", "InboundMessage", "MessageStatusRequest", "MessageStatus", "Error"),
    },
    "messangi": {
        *("Message", "SendResult", "Meta", "SentMessage", "SendStatus", "Batch", "Recipient", "BatchResult"),
        *("BatchMeta", "SentBatch", "BatchStatus", "BatchEntry", "DeliveryStatus", "DeliveryState", "Error"),
    },
}
REQUESTS = {
    "intelepeer": {"Message", "MessageList", "WebhookSettings", "MessageStatusRequest"},
    "messangi": {"Message", "Batch", "Recipient"},
}

SUBSCHEMAS = ("items", "if", "then", "else", "not", "contains", "propertyNames")
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
MAPS = ("properties", "patternProperties", "$defs", "dependentSchemas")


def schemas(schema: Any, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A schema and every schema inside of it, with a path to read in a failure."""
    if not isinstance(schema, dict):
        return
    yield at, schema
    for key in SUBSCHEMAS:
        if key in schema:
            yield from schemas(schema[key], f"{at}/{key}")
    for key in LISTS:
        for index, inner in enumerate(schema.get(key, [])):
            yield from schemas(inner, f"{at}/{key}/{index}")
    for key in MAPS:
        for name, inner in schema.get(key, {}).items():
            yield from schemas(inner, f"{at}/{key}/{name}")


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in ("paths", "webhooks"):
        for path, item in document[kind].items():
            for method, call in item.items():
                yield f"{method} {path}", call


def every_schema(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, schema in document["components"]["schemas"].items():
        yield from schemas(schema, name)
    for call, operation in operations(document):
        holders = [*operation.get("parameters", [])]
        for part in (operation.get("requestBody", {}), *operation["responses"].values()):
            holders += part.get("content", {}).values()
        for holder in holders:
            yield from schemas(holder["schema"], call)


def test_there_are_two_vendors() -> None:
    assert VENDORS == ("intelepeer", "messangi")


@pytest.mark.parametrize("vendor", FOLDERS)
def test_the_written_document_is_valid_openapi(vendor: str) -> None:
    document, base = read_from_filename(str(FOLDERS[vendor] / "openapi.yaml"))
    assert list(OpenAPIV31SpecValidator(document, base_uri=base).iter_errors()) == []


@pytest.mark.parametrize("vendor", FOLDERS)
def test_the_bundled_document_is_valid_openapi(vendor: str) -> None:
    document = json.loads((FOLDERS[vendor] / "contract.json").read_bytes())
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


@pytest.mark.parametrize("vendor", FOLDERS)
def test_the_bundled_document_is_what_the_folder_says(vendor: str) -> None:
    assert bundle.is_current(FOLDERS[vendor]), "run: python -m smsproof_spec.bundle"


@pytest.mark.parametrize("vendor", FOLDERS)
def test_the_bundled_document_is_ascii_with_one_newline_at_its_end(vendor: str) -> None:
    data = (FOLDERS[vendor] / "contract.json").read_bytes()
    assert data.isascii()
    assert data.endswith(b"}\n")
    assert b"\r" not in data


@pytest.mark.parametrize("vendor", FOLDERS)
def test_no_reference_leaves_the_bundled_document(vendor: str) -> None:
    text = (FOLDERS[vendor] / "contract.json").read_text("ascii")
    targets = re.findall(r'"\$ref": "([^"]*)"', text)
    assert targets
    assert all(re.fullmatch(r"#/components/schemas/\w+|#/webhooks/deliveryStatus", target) for target in targets)


@pytest.mark.parametrize("vendor", FOLDERS)
def test_there_is_a_schema_for_every_object(vendor: str) -> None:
    assert set(load(vendor).schemas) == COMPONENTS[vendor]


@pytest.mark.parametrize("vendor", FOLDERS)
def test_every_schema_and_property_names_its_requirement(vendor: str) -> None:
    document = load(vendor).document
    bare = [
        at
        for at, schema in every_schema(document)
        if "x-sms-requirement" not in schema and (set(schema) != {"$ref"} or re.search(r"/properties/[^/]+$", at))
    ]
    assert bare == []


@pytest.mark.parametrize("vendor", FOLDERS)
def test_every_response_and_operation_names_its_requirement(vendor: str) -> None:
    for call, operation in operations(load(vendor).document):
        assert "x-sms-requirement" in operation, call
        for status, response in operation["responses"].items():
            assert "x-sms-requirement" in response, (call, status)


@pytest.mark.parametrize("vendor", FOLDERS)
def test_request_objects_are_flat(vendor: str) -> None:
    """allOf in a request body blinds the coverage phase of the fuzzing engine."""
    for name in REQUESTS[vendor]:
        for at, schema in schemas(load(vendor).schemas[name], name):
            assert not {"allOf", "anyOf", "oneOf", "if"} & set(schema), at


@pytest.mark.parametrize("vendor", FOLDERS)
def test_lengths_of_addresses_in_requests_stand_outside_of_their_patterns(vendor: str) -> None:
    """A length inside a pattern is no boundary to the fuzzing engine."""
    found = 0
    for name in REQUESTS[vendor]:
        for at, schema in schemas(load(vendor).schemas[name], name):
            if "pattern" in schema and "x-sms-address" in schema:
                found += 1
                assert {"minLength", "maxLength"} <= set(schema), at
    assert found == {"intelepeer": 3, "messangi": 3}[vendor]


@pytest.mark.parametrize("vendor", FOLDERS)
def test_objects_are_named_and_never_written_in_place(vendor: str) -> None:
    for at, schema in every_schema(load(vendor).document):
        for name, inner in schema.get("properties", {}).items():
            assert inner.get("type") != "object" and "properties" not in inner, f"{at}/{name}"


@pytest.mark.parametrize("vendor", FOLDERS)
def test_answers_are_open(vendor: str) -> None:
    """They hold keys, JSON types and stated values; forms, lengths and echoes are the cases' business."""
    closing = {"additionalProperties", "unevaluatedProperties", "pattern", "format", "maxLength", "maxProperties"}
    for name in COMPONENTS[vendor] - REQUESTS[vendor]:
        for at, schema in schemas(load(vendor).schemas[name], name):
            assert not closing & set(schema), at
            assert schema.get("minLength", 0) <= 1, at
            assert "enum" not in schema or schema.get("x-sms-open") is True, at


@pytest.mark.parametrize("vendor", FOLDERS)
def test_every_pattern_is_anchored_and_reads_the_same_in_two_engines(vendor: str) -> None:
    for at, schema in every_schema(load(vendor).document):
        if "pattern" in schema:
            assert schema["pattern"].startswith("^") and schema["pattern"].endswith("$"), at
            assert "(?" not in schema["pattern"] and "\\d" not in schema["pattern"], at
            re.compile(schema["pattern"])
            jsonschema_rs.Draft202012Validator(schema, pattern_options=jsonschema_rs.RegexOptions())


def test_intelepeer_has_the_calls_of_its_pages_and_one_public_call() -> None:
    calls = {call.id: (call.method, call.path, call.public) for call in load("intelepeer").operations.values()}
    assert calls == {
        "sendMessage": ("POST", "/_rest/v4/app/sms/send", False),
        "setWebhook": ("POST", "/_rest/v4/my/did/sms/webhook", False),
        "getWebhook": ("GET", "/_rest/v4/my/did/sms/webhook", False),
        "getMessageStatus": ("POST", "/_rest/v4/app/sms/mdr", True),
    }
    assert list(load("intelepeer").webhooks) == ["inboundMessage"]


def test_messangi_has_the_calls_of_its_page() -> None:
    calls = {call.id: (call.method, call.path, call.public) for call in load("messangi").operations.values()}
    assert calls == {
        "sendMessage": ("POST", "/raven/v2/messages", False),
        "sendBatch": ("POST", "/raven/v3/messages/batch", False),
    }
    assert list(load("messangi").webhooks) == ["deliveryStatus"]


@pytest.mark.parametrize(
    ("vendor", "operation", "statuses"),
    [
        ("intelepeer", "sendMessage", {"202", "207", "400", "401", "403", "404"}),
        # 401 and 403 are not listed for the webhook, but a token is required there: AMB-IP-21.
        ("intelepeer", "setWebhook", {"201", "207", "400", "401", "403", "404"}),
        ("intelepeer", "getWebhook", {"200", "207", "400", "401", "403", "404"}),
        ("messangi", "sendMessage", {"2XX", "default"}),
        ("messangi", "sendBatch", {"2XX", "default"}),
    ],
)
def test_every_documented_status_is_there(vendor: str, operation: str, statuses: set[str]) -> None:
    assert set(load(vendor).operations[operation].responses) == statuses


def test_statuses_that_no_page_lists_say_how_they_are_known() -> None:
    for name in ("setWebhook", "getWebhook"):
        at = load("intelepeer").operations[name].pointer
        assert load("intelepeer").at(f"{at}/responses/401/x-sms-provenance") == "implied"
        assert load("intelepeer").at(f"{at}/responses/403/x-sms-provenance") == "assumption"


def test_the_servers_are_those_of_the_pages() -> None:
    assert load("intelepeer").servers == {
        "default": "https://api.intelepeer.com",
        "eu": "https://eu.api.intelepeer.com",
    }
    assert load("messangi").servers == {"default": "https://elastic.messangi.me"}


@pytest.mark.parametrize("vendor", FOLDERS)
def test_calls_to_the_vendor_need_a_bearer_token_and_calls_from_it_none(vendor: str) -> None:
    document = load(vendor).document
    assert document["security"] == [{"bearer": []}]
    scheme = document["components"]["securitySchemes"]["bearer"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert all("security" not in call for path in document["paths"].values() for call in path.values())
    assert all(call["security"] == [] for path in document["webhooks"].values() for call in path.values())


def test_a_send_body_is_one_message_or_a_list_of_them() -> None:
    body = load("intelepeer").operations["sendMessage"].request
    assert body is not None
    assert [branch["$ref"] for branch in body.schema["oneOf"]] == [
        "#/components/schemas/Message",
        "#/components/schemas/MessageList",
    ]


@pytest.mark.parametrize("operation", ["sendMessage", "sendBatch"])
def test_the_delivery_status_is_a_callback_of_both_sends_and_a_webhook(operation: str) -> None:
    contract = load("messangi")
    callbacks = contract.at(contract.operations[operation].pointer + "/callbacks")
    assert callbacks == {"deliveryStatus": {"{$request.body#/callbacks}": {"$ref": "#/webhooks/deliveryStatus"}}}
    assert contract.at("/webhooks/deliveryStatus/post/operationId") == "deliveryStatus"


def test_only_the_paid_calls_are_marked_so() -> None:
    paid = {
        (vendor, call.id)
        for vendor in VENDORS
        for call in load(vendor).operations.values()
        if call.extensions.get("x-sms-paid")
    }
    assert paid == {("intelepeer", "sendMessage"), ("messangi", "sendMessage"), ("messangi", "sendBatch")}


def test_reading_a_contract_needs_neither_a_yaml_reader_nor_a_validator(tmp_path: Path) -> None:
    program = (
        "import sys; from smsproof_spec.contract import load; load('intelepeer'); load('messangi');"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'ruamel', 'jsonschema_rs', 'jsonschema'}))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert run.stdout == "[]\n"
