"""A document that is all places where text may stand, and what to put there."""

from __future__ import annotations

from typing import Any

# Each would do something if it got out of its literal, docstring, comment or template. CANARY names a file to make.
PAYLOADS = {
    "docstring": '"""\nimport os; os.system("touch CANARY")\n"""',
    "quote": "'; __import__('os').system('touch CANARY') #",
    "double-quote": '"; __import__("os").system("touch CANARY") #',
    "bracket": "]; open('CANARY', 'w') #",
    "argument": "x=open('CANARY','w')) #",
    "backslash": "\\",
    "backslash-quotes": '\\"""',
    "trailing-quote": 'x"',
    "carriage-return": "a\rimport os\rb",
    "newline": "a\nopen('CANARY', 'w')\n",
    "line-separator": "a\u2028import os\u2029b\x0b\x0c\x85c",
    "template": "{{ 7*7 }}{% for x in [1] %}{{ cycler.__init__.__globals__.os.system('touch CANARY') }}{% endfor %}{# #}",
    "f-string": "{__import__('os').system('touch CANARY')}",
    "format": "{0.__class__.__init__.__globals__} %(x)s %s",
    "bidi": "\u202eecilop\u2066\u2069\u200b\ufeff",
    "controls": "\x00\x07\x1b[31m\x7f\x9b",
    "unassigned": "\ud7ff\U000e0001\ue000\ufffe\U0010ffff",
    "escape": "\\N{BULLET}\\x41\\u0041",
    "markup": "<script>alert(1)</script>`|[x](javascript:x)",
    "lines": "x" * 5000 + "\n" * 50,
}


def document(mark: str, *, tokens: bool = True) -> dict[str, Any]:
    """A document with the mark in every position that takes text; it stays a document.

    tokens   also where only some texts are valid (paths, media types, header names, styles, statuses): the calls that
             need those can then be left out, and nothing more
    """
    odd = mark if tokens else "odd"
    schema = {
        "type": "object",
        "title": mark,
        "description": mark,
        "required": ["a", mark],
        "x-python-type": mark,
        "x-python-import": {"module": mark, "name": mark},
        "customTypePath": mark,
        "x-sms-text": mark,
        "x-sms-address": mark,
        "x-sms-life-cycle": mark,
        "x-enum-varnames": [mark],
        "default": {mark: mark},
        "example": mark,
        "examples": [mark],
        "$comment": mark,
        "$id": "about:blank",
        "externalDocs": {"url": mark, "description": mark},
        "discriminator": {"propertyName": mark, "mapping": {mark: mark if tokens else "base"}},
        "xml": {"name": mark, "namespace": mark},
        "properties": {
            mark: {"type": "string", "description": mark, "default": mark, "pattern": mark, "format": mark},
            f"{mark} 2": {"enum": [mark, "b"], "default": mark, "x-enumNames": [mark]},
            "a": {"type": ["string", "null"], "contentMediaType": mark, "contentEncoding": mark},
            "c": {"const": mark, "title": mark},
            "d": {"type": mark},
            "e": {
                "oneOf": [{"title": mark, "type": "object", "properties": {mark: {"const": mark}}}, {"type": "string"}]
            },
            "f": {
                "type": "object",
                "patternProperties": {mark: {"title": mark}},
                "additionalProperties": {"title": mark},
            },
            "g": {"type": "array", "items": {"enum": [mark, 1, None, True, 1.5]}, "prefixItems": [{"const": mark}]},
        },
    }
    heir = {"allOf": [{"$ref": "#/components/schemas/base"}, {"properties": {"own": {"const": mark}}}]}
    variants = {
        "oneOf": [{"$ref": "#/components/schemas/heir"}, {"$ref": "#/components/schemas/other"}],
        "discriminator": {"propertyName": "kind", "mapping": {mark: "#/components/schemas/heir"}},
    }
    response = {
        "description": mark,
        "headers": {mark: {"description": mark, "schema": {"type": "string"}}},
        "links": {mark: {"operationId": mark, "parameters": {mark: mark}, "description": mark}},
        "content": {"application/json": {"schema": schema, "example": mark, "examples": {mark: {"summary": mark}}}},
    }
    operation = {
        "operationId": mark,
        "summary": mark,
        "description": mark,
        "tags": [mark],
        "externalDocs": {"url": mark, "description": mark},
        "x-sms-method": mark,
        "x-codegen": mark,
        "parameters": [
            {
                "name": mark,
                "in": "query",
                "description": mark,
                "example": mark,
                "schema": {"enum": [mark], "default": mark},
            },
            {"name": mark, "in": "query", "content": {odd: {"schema": schema}}},
            {"name": "X-Fine", "in": "header", "description": mark, "schema": {"const": mark}},
        ],
        "requestBody": {"description": mark, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": response, "404": {"description": mark}, "default": {"description": mark}},
        "security": [{mark: [mark]}, {"bearer": []}],
        "callbacks": {
            mark: {mark: {"post": {"operationId": mark, "requestBody": {"content": {odd: {"schema": schema}}}}}}
        },
        "servers": [{"url": mark, "description": mark}],
        "deprecated": True,
    }
    form = {"type": "object", "properties": {mark: {"type": "string", "format": "binary"}}}
    upload = {
        "summary": mark,
        "requestBody": {
            "content": {
                "multipart/form-data": {"schema": form, "encoding": {mark: {"contentType": odd, "style": mark}}},
                "application/x-www-form-urlencoded": {"schema": form, "encoding": {mark: {"style": "deepObject"}}},
            }
        },
        "responses": {"200": {"description": mark, "content": {f"text/x; x={odd}": {"schema": {"type": "string"}}}}},
    }
    questionable = {
        f"/x/{mark}": {"get": {"operationId": f"path {mark}", "responses": {}}},
        "/header": {"get": {"parameters": [{"name": mark, "in": "header", "schema": {}}], "responses": {}}},
        "/style": {"get": {"parameters": [{"name": "s", "in": "query", "style": mark, "schema": {}}], "responses": {}}},
        "/place": {"get": {"parameters": [{"name": "s", "in": mark}], "responses": {}}},
        "/media": {"post": {"requestBody": {"content": {mark: {"schema": schema}}}, "responses": {}}},
        "/status": {"get": {"responses": {mark: {"description": mark}}}},
        "/ref": {"get": {"responses": {"200": {"$ref": mark}}}},
        "/pointer": {"get": {"responses": {"200": {"$ref": f"#/{mark}"}}}},
        "/scheme": {"get": {"security": [{f"{mark} digest": []}], "responses": {}}},
    }
    return {
        "openapi": "3.1.0",
        "x-sms-vendor": mark,
        "x-sms-client": {"name": mark, "token-env": odd, "segments": mark},
        "jsonSchemaDialect": mark,
        "info": {
            "title": mark,
            "version": mark,
            "summary": mark,
            "description": mark,
            "termsOfService": mark,
            "contact": {"name": mark, "url": mark, "email": mark},
            "license": {"name": mark, "url": mark},
        },
        "servers": [
            {"url": "https://a.example", "description": mark, "x-sms-region": mark},
            {"url": "https://{v}.example", "variables": {"v": {"default": odd, "enum": [mark], "description": mark}}},
            {"url": mark},
        ],
        "tags": [{"name": mark, "description": mark}],
        "paths": {
            "/a": {"summary": mark, "post": operation},
            "/b": {"put": upload},
            **(questionable if tokens else {}),
        },
        "webhooks": {
            mark: {"post": {"summary": mark, "requestBody": {"content": {"application/json": {"schema": schema}}}}}
        },
        "components": {
            "schemas": {
                mark: schema,
                f"{mark}/~%2E": schema,
                "base": {"type": "object", "properties": {"kind": {}}, "discriminator": {"propertyName": "kind"}},
                "heir": heir,
                "other": heir,
                "variants": variants,
            },
            "securitySchemes": {
                mark: {"type": "apiKey", "in": "query", "name": mark, "description": mark},
                f"{mark} 2": {"type": "apiKey", "in": "cookie", "name": odd},
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": mark, "description": mark},
                f"{mark} digest": {"type": "http", "scheme": mark},
                "oauth": {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": mark, "scopes": {mark: mark}}}},
            },
            "responses": {mark: {"description": mark}},
            "parameters": {mark: {"name": mark, "in": "query", "schema": {}}},
        },
    }
